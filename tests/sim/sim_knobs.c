/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_knobs.h"

#include <errno.h>
#include <string.h>

#include "core/base/hex.h"
#include "tests/sim/sim_knob_special.h"

#define DAY INT64_C(86400)

/* What a value is and where it goes. */
enum kind {
    PLATFORM_FLAG, /* on, off */
    FAULT_FLAG,
    FAULT_NUMBER,
    FAULT_ERRNO, /* none, or a name such as EIO */
    FAULT_WORD,  /* one of words; the enum's values are their places */
    FAULT_TEXT,
    PLATFORM_HEX,  /* exactly size bytes */
    PLATFORM_BITS, /* 16 hex digits: a number, as "attributes" are printed */
    SPECIAL,       /* one of words, or anything where words is NULL */
};

struct knob {
    const char *name, *initial, *about;
    enum kind kind;
    size_t at, size;
    const char *const *words; /* ends with NULL */
    bool (*apply)(struct sim_knob_target *target, const char *value);
};

static const struct {
    const char *name;
    int number;
} errno_names[] = {
    { "none", 0 },
    { "EIO", EIO },
    { "EBUSY", EBUSY },
    { "EINTR", EINTR },
    { "ETIMEDOUT", ETIMEDOUT },
    { "EINVAL", EINVAL },
    { "EFBIG", EFBIG },
    { "ENOMEM", ENOMEM },
    { "EACCES", EACCES },
    { "EPERM", EPERM },
    { "ENOENT", ENOENT },
    { "ENXIO", ENXIO },
    { "ENODEV", ENODEV },
    { "ENOTTY", ENOTTY },
    { "EFAULT", EFAULT },
    { "EEXIST", EEXIST },
};

static bool is(const char *value, const char *word)
{
    return strcmp(value, word) == 0;
}

#define WORDS(...)      ((const char *const[]){ __VA_ARGS__, NULL })
#define FAULT(field)    offsetof(struct sim_faults, field)
#define PLATFORM(field) offsetof(struct sim_platform, field)
#define MEASUREMENT(name, field)                                                                   \
    {                                                                                              \
        name, "", "measurement of the TD, 96 hex digits", PLATFORM_HEX, PLATFORM(field), 48, NULL, \
            NULL                                                                                   \
    }

/* Later rows may build on earlier ones. */
static const struct knob knobs[] = {
    { "root", "good", "wrong: quotes and collateral come from another world, under another root",
      SPECIAL, 0, 0, WORDS("good", "wrong"), knob_apply_root },
    { "age_days", "0", "the whole world is N days in the past", SPECIAL, 0, 0, NULL,
      knob_apply_age },
    { "quote_form", "5/3", "version/body type: 4 and 5/2 TDX 1.0, 5/3 TDX 1.5, 5/4 1.5 extended",
      SPECIAL, 0, 0, WORDS("5/3", "5/2", "5/4", "4"), knob_apply_quote_form },
    { "debug", "off", "the TD has the DEBUG attribute", PLATFORM_FLAG, PLATFORM(debug), 0, NULL,
      NULL },
    { "attributes", "", "TD attributes, 16 hex digits, a number", PLATFORM_BITS,
      PLATFORM(td.attributes), 0, NULL, NULL },
    { "xfam", "", "XFAM, 16 hex digits, a number", PLATFORM_BITS, PLATFORM(td.xfam), 0, NULL,
      NULL },
    MEASUREMENT("mrtd", td.mr_td),
    MEASUREMENT("mrconfigid", td.mr_config_id),
    MEASUREMENT("mrowner", td.mr_owner),
    MEASUREMENT("mrownerconfig", td.mr_owner_config),
    MEASUREMENT("rtmr0", td.rtmr[0]),
    MEASUREMENT("rtmr1", td.rtmr[1]),
    MEASUREMENT("rtmr2", td.rtmr[2]),
    MEASUREMENT("rtmr3", td.rtmr[3]),
    MEASUREMENT("mrservicetd", td.service_td_hash),
    { "report", "good", "how the TDREPORT is spoiled", SPECIAL, 0, 0,
      WORDS("good", "wrong_hash", "wrong_type", "wrong_reserved"), knob_apply_report },
    { "echo", "good", "wrong: reports and quotes carry other report data than asked for", SPECIAL,
      0, 0, WORDS("good", "wrong"), knob_apply_echo },
    { "other_td", "off", "quotes speak of another TD than the TDREPORT", PLATFORM_FLAG,
      PLATFORM(other_td), 0, NULL, NULL },
    { "signature", "good", "of the quote, or of the quoting enclave's report in it", SPECIAL, 0, 0,
      WORDS("good", "bad", "stranger", "bad_qe", "stranger_qe"), knob_apply_signature },
    { "qe", "good", "other: the quoting enclave is somebody else's", SPECIAL, 0, 0,
      WORDS("good", "other"), knob_apply_qe },
    { "pck", "good", "the PCK certificate", SPECIAL, 0, 0,
      WORDS("good", "expired", "stranger", "processor"), knob_apply_pck },
    { "revoked", "off", "the PCK certificate is on the CRL", PLATFORM_FLAG, PLATFORM(revoked_pck),
      0, NULL, NULL },
    { "revoked_ca", "off", "the PCK CA is on the root's CRL", PLATFORM_FLAG, PLATFORM(revoked_ca),
      0, NULL, NULL },
    { "revoked_tcb_signer", "off", "the TCB signing certificate is on the root's CRL",
      PLATFORM_FLAG, PLATFORM(revoked_tcb_signer), 0, NULL, NULL },
    { "tcb", "UpToDate", "lower case: the platform falls behind; else the newest level's status",
      SPECIAL, 0, 0,
      WORDS("UpToDate", "outofdate", "module_outofdate", "qe_outofdate", "relaunch", "unsupported",
            "OutOfDate", "SWHardeningNeeded", "ConfigurationNeeded",
            "ConfigurationAndSWHardeningNeeded", "OutOfDateConfigurationNeeded", "Revoked"),
      knob_apply_tcb },
    { "collateral", "good", "what is wrong with it", SPECIAL, 0, 0,
      WORDS("good", "expired", "older", "crl_expired", "tampered", "stranger", "other_platform",
            "bad_crl"),
      knob_apply_collateral },
    { "evaluation", "20", "tcbEvaluationDataNumber", SPECIAL, 0, 0, NULL, knob_apply_evaluation },
    { "qe_evaluation", "", "the QE identity's, where it is another", SPECIAL, 0, 0, NULL,
      knob_apply_qe_evaluation },
    { "device_missing", "off", "there is no tdx_guest", FAULT_FLAG, FAULT(device_missing), 0, NULL,
      NULL },
    { "device_open_error", "none", "opening tdx_guest fails", FAULT_ERRNO, FAULT(device_open_errno),
      0, NULL, NULL },
    { "device_error", "none", "GET_REPORT0 fails", FAULT_ERRNO, FAULT(device_errno), 0, NULL,
      NULL },
    { "get_quote", "both", "which numbers of the GET_QUOTE ioctl the device knows", FAULT_WORD,
      FAULT(get_quote), 0, WORDS("both", "off", "ior", "iowr"), NULL },
    { "dialect", "both", "what the host behind GET_QUOTE understands", FAULT_WORD, FAULT(dialect),
      0, WORDS("both", "framed", "raw"), NULL },
    { "host_status", "good", "what the host writes into a GET_QUOTE buffer", FAULT_WORD,
      FAULT(host_status), 0, WORDS("good", "error", "unavailable", "in_flight"), NULL },
    { "tsm", "on", "off: no tsm folder; no_provider: mkdir gives ENXIO", FAULT_WORD, FAULT(tsm), 0,
      WORDS("on", "off", "no_provider"), NULL },
    { "provider", "tdx_guest", "what the file provider says", FAULT_TEXT, FAULT(provider), 0, NULL,
      NULL },
    { "mkdir_error", "none", "mkdir in tsm/report fails", FAULT_ERRNO, FAULT(mkdir_errno), 0, NULL,
      NULL },
    { "quote_error", "none", "reading outblob and GET_QUOTE fail", FAULT_ERRNO, FAULT(quote_errno),
      0, NULL, NULL },
    { "outblob", "good", "what outblob holds", FAULT_WORD, FAULT(outblob), 0,
      WORDS("good", "empty", "short", "garbage", "padded"), NULL },
    { "in_flight", "off", "an earlier request never finished: EBUSY", FAULT_FLAG, FAULT(in_flight),
      0, NULL, NULL },
    { "close_fails", "off", "inblob is not applied, generation stays", FAULT_FLAG,
      FAULT(close_fails), 0, NULL, NULL },
    { "generation_jump", "off", "another process writes inblob before outblob is read", FAULT_FLAG,
      FAULT(generation_jump), 0, NULL, NULL },
    { "delay_ms", "0", "what a quote takes", FAULT_NUMBER, FAULT(delay_ms), 0, NULL, NULL },
    { "uninterruptible", "off", "whoever waits for a quote cannot be killed meanwhile", FAULT_FLAG,
      FAULT(uninterruptible), 0, NULL, NULL },
    { "qgs", "good", "how the QGS on qgs.sock answers", FAULT_WORD, FAULT(qgs), 0,
      WORDS("good", "off", "error", "close", "short", "hang", "bytewise", "wrong_type",
            "huge_length", "size_mismatch"),
      NULL },
    { "pccs", "good", "how the PCCS answers", FAULT_WORD, FAULT(pccs), 0,
      WORDS("good", "slow", "cut", "404", "429", "500", "503", "410", "461", "wrong_content",
            "huge", "no_header", "chain_swapped", "redirect", "redirect_http", "redirect_loop",
            "close", "hang", "empty"),
      NULL },
    { "pccs_only", "", "pccs=... strikes only tcb, identity, pckcrl or rootcrl", FAULT_TEXT,
      FAULT(pccs_only), 0, NULL, NULL },
    { "pccs_times", "0", "pccs=... strikes so many requests, then no more; 0: always", FAULT_NUMBER,
      FAULT(pccs_times), 0, NULL, NULL },
    { "pccs_delay_ms", "0", "each answer takes so long", FAULT_NUMBER, FAULT(pccs_delay_ms), 0,
      NULL, NULL },
    { "retry_after", "1", "the Retry-After of 429, in seconds", FAULT_NUMBER, FAULT(retry_after), 0,
      NULL, NULL },
    { "tls", "good", "the PCCS's own certificate", FAULT_WORD, FAULT(tls), 0,
      WORDS("good", "wrong_name", "expired", "self_signed", "untrusted"), NULL },
    { "crl_form", "auto", "auto: as the request asks", FAULT_WORD, FAULT(crl_form), 0,
      WORDS("auto", "hex", "der", "pem"), NULL },
    { "header_form", "v4", "how the issuer chain headers are written", FAULT_WORD,
      FAULT(header_form), 0, WORDS("v4", "lower", "v3", "lower_hex"), NULL },
};

size_t knob_count(void)
{
    return sizeof(knobs) / sizeof(knobs[0]);
}

const char *knob_name(size_t knob)
{
    return knobs[knob].name;
}

const char *knob_default(size_t knob)
{
    return knobs[knob].initial;
}

bool knob_find(const char *name, size_t length, size_t *ret)
{
    for (size_t i = 0; i < knob_count(); i++)
        if (strlen(knobs[i].name) == length && memcmp(knobs[i].name, name, length) == 0) {
            *ret = i;
            return true;
        }
    return false;
}

static void add_values(const struct knob *knob, struct text *out)
{
    if (knob->words != NULL) {
        for (size_t i = 0; knob->words[i] != NULL; i++)
            text_addf(out, "%s%s", i > 0 ? "|" : "", knob->words[i]);
    } else if (knob->kind == PLATFORM_FLAG || knob->kind == FAULT_FLAG) {
        text_add(out, "on|off");
    } else if (knob->kind == FAULT_ERRNO) {
        text_add(out, "none|EIO|EBUSY|ETIMEDOUT|...");
    } else if (knob->kind == PLATFORM_HEX || knob->kind == PLATFORM_BITS) {
        text_add(out, "HEX");
    } else {
        text_add(out, knob->kind == FAULT_TEXT ? "TEXT" : "N");
    }
}

void knob_describe(size_t knob, struct text *out)
{
    text_addf(out, "  %s=", knobs[knob].name);
    add_values(&knobs[knob], out);
    text_addf(out, "\n      %s\n", knobs[knob].about);
}

static bool find_word(const char *const *words, const char *value, unsigned *ret)
{
    for (unsigned i = 0; words != NULL && words[i] != NULL; i++)
        if (is(words[i], value)) {
            *ret = i;
            return true;
        }
    return false;
}

static bool set_errno(int *field, const char *value)
{
    for (size_t i = 0; i < sizeof(errno_names) / sizeof(errno_names[0]); i++)
        if (is(value, errno_names[i].name)) {
            *field = errno_names[i].number;
            return true;
        }
    return false;
}

static bool set_flag(bool *field, const char *value)
{
    *field = is(value, "on");
    return *field || is(value, "off");
}

static bool set_bits(uint64_t *field, const char *value)
{
    uint8_t bytes[8];

    if (hex_decode_exact(value, strlen(value), bytes, sizeof(bytes), NULL) != TDX_OK)
        return false;
    *field = 0;
    for (size_t i = 0; i < sizeof(bytes); i++)
        *field = *field << 8 | bytes[i];
    return true;
}

/* The enums of struct sim_faults have the size of an unsigned int, and their values are the places
 * of their words. */
static bool set_word(void *field, const struct knob *knob, const char *value)
{
    unsigned place;

    if (!find_word(knob->words, value, &place))
        return false;
    memcpy(field, &place, sizeof(place));
    return true;
}

static bool set_field(const struct knob *knob, const char *value, struct sim_knob_target *target)
{
    void *in_platform = (char *)target->platform + knob->at;
    void *in_faults = (char *)&target->faults + knob->at;
    unsigned place;

    switch (knob->kind) {
    case PLATFORM_FLAG:
        return set_flag(in_platform, value);
    case FAULT_FLAG:
        return set_flag(in_faults, value);
    case FAULT_NUMBER:
        return knob_number(value, in_faults);
    case FAULT_ERRNO:
        return set_errno(in_faults, value);
    case FAULT_WORD:
        return set_word(in_faults, knob, value);
    case FAULT_TEXT:
        *(const char **)in_faults = value;
        return true;
    case PLATFORM_HEX:
        return hex_decode_exact(value, strlen(value), in_platform, knob->size, NULL) == TDX_OK;
    case PLATFORM_BITS:
        return set_bits(in_platform, value);
    default:
        return (knob->words == NULL || find_word(knob->words, value, &place)) &&
               knob->apply(target, value);
    }
}

enum tdx_status knob_apply(size_t knob, const char *value, struct sim_knob_target *target,
                           struct tdx_error *err)
{
    struct text allowed = { 0 };
    enum tdx_status status = TDX_OK;

    if (!set_field(&knobs[knob], value, target)) {
        add_values(&knobs[knob], &allowed);
        status = status_fail(err, TDX_USAGE, "%s='%s': the value is %s", knobs[knob].name, value,
                             text_string(&allowed));
        text_free(&allowed);
    }
    return status;
}

enum tdx_status knob_before(const struct text *values, struct sim_knob_target *target,
                            struct tdx_error *err)
{
    uint64_t days = 0;
    size_t knob;

    if (knob_find("root", 4, &knob))
        target->wrong_root = is(text_string(&values[knob]), "wrong");
    if (knob_find("age_days", 8, &knob) && values[knob].length > 0 &&
        (!knob_number(text_string(&values[knob]), &days) || days > 3650))
        return status_fail(err, TDX_USAGE, "age_days='%s': at most 3650",
                           text_string(&values[knob]));
    target->now -= (int64_t)days * DAY;
    return TDX_OK;
}
