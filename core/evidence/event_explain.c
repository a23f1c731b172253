/* SPDX-License-Identifier: Apache-2.0 */
/* Which bytes an event's digest is over. The rules differ by who wrote the event, and two GRUBs
 * that write nearly the same text hash it differently (guest-interfaces notes sections 5.4
 * and 5.7): a rule counts only when it gives the digest. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "core/evidence/event_log.h"

/* How a record of EV_IPL names what it measured. The tag as it stands in the data, with what
 * separates it from the text. */
static const struct tag {
    const char *name, *prefix;
    bool command_line;
} tags[] = {
    /* The patched GRUB of the RHEL 8 branches, on Alibaba Cloud Linux. */
    { "grub_cmd", "grub_cmd ", false },
    { "grub_kernel_cmdline", "grub_kernel_cmdline ", true },
    { "grub_linuxefi", "grub_linuxefi ", false },
    /* GRUB's verifier. */
    { "grub_cmd", "grub_cmd: ", false },
    { "kernel_cmdline", "kernel_cmdline: ", true },
    { "module_cmdline", "module_cmdline: ", false },
};

/* Records of EV_EVENT_TAG: an id, the length of the rest. The kernel's stub hashes what it names
 * (the options, the initrd) and logs only the name. */
static const struct {
    uint32_t id;
    const char *name;
    bool command_line;
} tag_ids[] = {
    { 0x8f3b22ec, "linux_initrd", false },
    { 0x8f3b22ed, "load_options", true },
    { 0x4141454c, "aael", false }, /* the attestation agent's, after boot */
};

static void name_tag_record(const struct event *event, struct event_meaning *meaning)
{
    struct bytes in = bytes_over_span(event->data);
    uint32_t id = bytes_u32(&in);

    for (size_t i = 0; bytes_ok(&in) && i < sizeof(tag_ids) / sizeof(tag_ids[0]); i++)
        if (tag_ids[i].id == id) {
            meaning->tag = tag_ids[i].name;
            meaning->is_command_line = tag_ids[i].command_line;
        }
}

static enum tdx_status digest_is(const void *data, size_t size, const struct event *event,
                                 bool *ret, struct tdx_error *err)
{
    uint8_t digest[TD_MEASUREMENT_SIZE];

    if (EVP_Digest(data, size, digest, NULL, EVP_sha384(), NULL) != 1)
        return status_fail(err, TDX_CRYPTO_FAILED, "SHA-384 of event %zu", event->number);
    *ret = memcmp(digest, event->digest, sizeof(digest)) == 0;
    return TDX_OK;
}

/* The longest prefix wins: "grub_cmd: x" is not "grub_cmd " and ": x". */
static const struct tag *find_tag(struct span data)
{
    const struct tag *found = NULL;

    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        size_t length = strlen(tags[i].prefix);

        if (data.size >= length && memcmp(data.data, tags[i].prefix, length) == 0 &&
            (found == NULL || length > strlen(found->prefix)))
            found = &tags[i];
    }
    return found;
}

/* The text from the tag to the first NUL, after which some loaders leave rubbish. */
static struct span text_after(const struct tag *tag, struct span data)
{
    size_t skipped = strlen(tag->prefix);
    struct span text = { data.data + skipped, data.size - skipped };
    const uint8_t *nul = text.size > 0 ? memchr(text.data, '\0', text.size) : NULL;

    if (nul != NULL)
        text.size = (size_t)(nul - text.data);
    return text;
}

/* UEFI_VARIABLE_DATA: a GUID, the lengths of name (characters) and value (bytes), both of them. */
static bool variable_value(struct span data, struct span *ret)
{
    struct bytes in = bytes_over_span(data);
    uint64_t name_length, value_size;

    bytes_skip(&in, 16);
    name_length = bytes_u64(&in);
    value_size = bytes_u64(&in);
    if (!bytes_ok(&in) || name_length > in.left / 2)
        return false;
    bytes_skip(&in, 2 * (size_t)name_length);
    if (value_size != in.left)
        return false;
    *ret = bytes_span(&in, in.left);
    return true;
}

enum tdx_status event_digest_of_text(enum event_rule rule, struct span text,
                                     uint8_t ret[static TD_MEASUREMENT_SIZE], struct tdx_error *err)
{
    size_t size = text.size + (rule == EVENT_RULE_TEXT_NUL ? 1 : 0);
    uint8_t *copy = calloc(1, size > 0 ? size : 1);
    enum tdx_status status = TDX_OK;

    if (copy == NULL)
        return status_fail(err, TDX_NO_MEMORY, "an event's text of %zu bytes", text.size);
    if (text.size > 0)
        memcpy(copy, text.data, text.size);
    if (EVP_Digest(copy, size, ret, NULL, EVP_sha384(), NULL) != 1)
        status = status_fail(err, TDX_CRYPTO_FAILED, "SHA-384 of an event's text");
    free(copy);
    return status;
}

static enum tdx_status explain_text(const struct event *event, struct event_meaning *meaning,
                                    struct tdx_error *err)
{
    static const enum event_rule rules[] = { EVENT_RULE_TEXT, EVENT_RULE_TEXT_NUL };

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        uint8_t digest[TD_MEASUREMENT_SIZE];
        enum tdx_status status = event_digest_of_text(rules[i], meaning->text, digest, err);

        if (status != TDX_OK)
            return status;
        if (memcmp(digest, event->digest, sizeof(digest)) == 0)
            meaning->rule = rules[i];
    }
    return TDX_OK;
}

enum tdx_status event_explain(const struct event *event, struct event_meaning *ret,
                              struct tdx_error *err)
{
    struct event_meaning meaning = { .rule = EVENT_RULE_UNKNOWN };
    const struct tag *tag = event->type == EVENT_IPL ? find_tag(event->data) : NULL;
    enum tdx_status status = TDX_OK;
    struct span value;
    bool equal = false;

    if (tag != NULL) {
        meaning.tag = tag->name;
        meaning.is_command_line = tag->command_line;
        meaning.text = text_after(tag, event->data);
    } else if (event->type == EVENT_TAG) {
        name_tag_record(event, &meaning);
    }
    if (event->extends && tag != NULL)
        status = explain_text(event, &meaning, err);
    if (status == TDX_OK && event->extends && meaning.rule == EVENT_RULE_UNKNOWN) {
        status = digest_is(event->data.data, event->data.size, event, &equal, err);
        if (equal)
            meaning.rule = EVENT_RULE_DATA;
    }
    if (status == TDX_OK && event->extends && meaning.rule == EVENT_RULE_UNKNOWN &&
        variable_value(event->data, &value)) {
        status = digest_is(value.data, value.size, event, &equal, err);
        if (equal)
            meaning.rule = EVENT_RULE_VARIABLE;
    }
    if (status == TDX_OK)
        *ret = meaning;
    return status;
}
