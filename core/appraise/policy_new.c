/* SPDX-License-Identifier: Apache-2.0 */
#include "core/appraise/policy_new.h"

#include <string.h>

#include "core/base/json_write.h"
#include "core/evidence/td_attributes.h"

#define ALL_BITS "FFFFFFFFFFFFFFFF"

static const struct {
    const char *word, *field, *mask;
} pins[POLICY_PIN_COUNT] = {
    [POLICY_PIN_ATTRIBUTES] = { "attributes", "tdx_attributes", "tdx_attributes_mask" },
    [POLICY_PIN_XFAM] = { "xfam", "tdx_xfam", "tdx_xfam_mask" },
    [POLICY_PIN_MRTD] = { "mrtd", "tdx_mrtd", NULL },
    [POLICY_PIN_MRCONFIGID] = { "mrconfigid", "tdx_mrconfigid", NULL },
    [POLICY_PIN_MROWNER] = { "mrowner", "tdx_mrowner", NULL },
    [POLICY_PIN_MROWNERCONFIG] = { "mrownerconfig", "tdx_mrownerconfig", NULL },
    [POLICY_PIN_RTMR0] = { "rtmr0", "tdx_rtmr0", NULL },
    [POLICY_PIN_RTMR1] = { "rtmr1", "tdx_rtmr1", NULL },
    [POLICY_PIN_RTMR2] = { "rtmr2", "tdx_rtmr2", NULL },
    [POLICY_PIN_RTMR3] = { "rtmr3", "tdx_rtmr3", NULL },
    [POLICY_PIN_MRSERVICETD] = { "mrservicetd", "tdx_mrservicetd", NULL },
};

static enum tdx_status unknown_pin(const char *word, size_t length, struct tdx_error *err)
{
    struct text known = { 0 };
    char quoted[60];
    enum tdx_status status;

    for (size_t i = 0; i < POLICY_PIN_COUNT; i++)
        text_addf(&known, "%s, ", pins[i].word);
    status = status_fail(err, TDX_USAGE, "there is no pin \"%s\"; there are %sall",
                         text_quote(word, length, quoted, sizeof(quoted)), text_string(&known));
    text_free(&known);
    return status;
}

enum tdx_status policy_pins_parse(const char *list, unsigned *ret, struct tdx_error *err)
{
    unsigned found = 0;

    for (;;) {
        size_t length = strcspn(list, ","), i = 0;

        while (i < POLICY_PIN_COUNT &&
               (strlen(pins[i].word) != length || memcmp(pins[i].word, list, length) != 0))
            i++;
        if (i < POLICY_PIN_COUNT)
            found |= POLICY_PIN_BIT(i);
        else if (length == 3 && memcmp(list, "all", 3) == 0)
            found |= POLICY_PIN_ALL;
        else
            return unknown_pin(list, length, err);
        if (list[length] == '\0')
            break;
        list += length + 1;
    }
    *ret = found;
    return TDX_OK;
}

static void open_item(enum policy_class class, const char *description, struct json_writer *out)
{
    json_open(out, NULL, '{');
    json_open(out, "environment", '{');
    json_put_string(out, "class_id", policy_class_id(class));
    json_put_string(out, "description", description);
    json_close(out, '}');
    json_open(out, "reference", '{');
}

static void close_item(struct json_writer *out)
{
    json_close(out, '}');
    json_close(out, '}');
}

static void write_td(const struct policy_new *plan, struct json_writer *out)
{
    unsigned wanted = plan->pins | POLICY_PIN_BIT(POLICY_PIN_ATTRIBUTES);
    struct text note = { 0 };

    open_item(plan->td_class,
              plan->td_class == POLICY_TD10 ? "Application TD TCB 1.0" : "Application TD TCB 1.5",
              out);
    for (size_t i = 0; i < POLICY_PIN_COUNT; i++) {
        const char *hex = measurement_td_field(plan->td, pins[i].field);

        if ((wanted & POLICY_PIN_BIT(i)) == 0 || hex == NULL)
            continue;
        json_put_string(out, pins[i].field, hex);
        if (pins[i].mask != NULL)
            json_put_string(out, pins[i].mask, ALL_BITS);
    }
    text_addf(&note, "values are byte-reversed; tdx_attributes: ");
    td_attributes_names(plan->td->attributes, &note);
    json_put_string(out, "#NOTE", text_string(&note));
    out->text->failed |= !text_ok(&note);
    text_free(&note);
    close_item(out);
}

/* What Intel's built-in policies say. */
static void write_strict(enum policy_class class, const char *description, struct json_writer *out)
{
    open_item(class, description, out);
    json_open(out, "accepted_tcb_status", '[');
    json_put_string(out, NULL, "UpToDate");
    json_close(out, ']');
    json_put_int(out, "collateral_grace_period", 0);
    close_item(out);
}

enum tdx_status policy_new_write(const struct policy_new *plan, struct text *text,
                                 struct tdx_error *err)
{
    struct json_writer out = { .text = text, .indent = true };

    if (td_attributes_debuggable(plan->td->attributes))
        return status_fail(err, TDX_TD_DEBUGGABLE, "a policy for it could never be satisfied");
    for (size_t i = 0; i < POLICY_PIN_COUNT && plan->pins != POLICY_PIN_ALL; i++)
        if ((plan->pins & POLICY_PIN_BIT(i)) != 0 &&
            measurement_td_field(plan->td, pins[i].field) == NULL)
            return status_fail(err, TDX_POLICY_BAD, "quotes of this TD do not hold %s",
                               pins[i].word);
    json_open(&out, NULL, '{');
    json_open(&out, "policy_array", '[');
    write_td(plan, &out);
    if (plan->with_platform) {
        write_strict(plan->td_class == POLICY_TD10 ? POLICY_TDX10_PLATFORM : POLICY_TDX15_PLATFORM,
                     "Strict policy for the TDX platform", &out);
        write_strict(POLICY_TD_QE, "Strict policy for the TD quoting enclave", &out);
    }
    json_close(&out, ']');
    json_close(&out, '}');
    text_add_char(text, '\n');
    return text_ok(text) ? TDX_OK : status_fail(err, TDX_NO_MEMORY, "a policy");
}

/* The payload holds the policy byte for byte, as long as it is UTF-8: the writer mends the rest. */
static enum tdx_status check_payload(const struct text *payload, struct span policy,
                                     struct tdx_error *err)
{
    struct json_reader reader = { .bad = TDX_POLICY_BAD, .err = err };
    struct json *json = NULL;
    struct json_place root;
    enum tdx_status status = json_parse(text_span(payload), 2, &json, err);

    if (status != TDX_OK)
        return status;
    reader.json = json;
    root = json_root(&reader);
    if (!span_equal(json_string(&root, "policy_payload"), policy))
        status = status_fail(err, TDX_POLICY_BAD, "it is not UTF-8");
    json_free(json);
    return status;
}

enum tdx_status policy_sign(struct span policy, const struct es384_signer *signer, struct text *out,
                            struct tdx_error *err)
{
    struct text payload = { 0 };
    struct json_writer claims = { .text = &payload };
    enum tdx_status status;

    json_open(&claims, NULL, '{');
    json_put_bytes(&claims, "policy_payload", policy);
    json_close(&claims, '}');
    status = text_ok(&payload) ? check_payload(&payload, policy, err)
                               : status_fail(err, TDX_NO_MEMORY, "a policy token");
    if (status == TDX_OK)
        status = jws_write(signer, text_span(&payload), out, err);
    text_free(&payload);
    return status;
}
