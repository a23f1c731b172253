/* SPDX-License-Identifier: Apache-2.0 */
#include "core/collateral/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/files.h"
#include "core/base/hex.h"
#include "core/base/json.h"
#include "core/base/json_write.h"

#define PARTS          9
#define DEPTH_LIMIT    32 /* of members that are not ours */
#define SIGNATURE_SIZE 64

/* The members in the order in which they are written. */
static const struct part {
    const char *name;
    size_t offset;            /* of its span in struct collateral */
    size_t smallest, largest; /* in bytes, decoded */
    bool hex;
} parts_table[PARTS] = {
    { "pck_crl_issuer_chain", offsetof(struct collateral, pck_crl_issuer_chain), 1,
      COLLATERAL_CHAIN_LIMIT, false },
    { "root_ca_crl", offsetof(struct collateral, root_ca_crl), 1, COLLATERAL_CRL_LIMIT, true },
    { "pck_crl", offsetof(struct collateral, pck_crl), 1, COLLATERAL_CRL_LIMIT, true },
    { "tcb_info_issuer_chain", offsetof(struct collateral, tcb_info_issuer_chain), 1,
      COLLATERAL_CHAIN_LIMIT, false },
    { "tcb_info", offsetof(struct collateral, tcb_info), 1, COLLATERAL_JSON_LIMIT, false },
    { "tcb_info_signature", offsetof(struct collateral, tcb_info_signature), SIGNATURE_SIZE,
      SIGNATURE_SIZE, true },
    { "qe_identity_issuer_chain", offsetof(struct collateral, qe_identity_issuer_chain), 1,
      COLLATERAL_CHAIN_LIMIT, false },
    { "qe_identity", offsetof(struct collateral, qe_identity), 1, COLLATERAL_JSON_LIMIT, false },
    { "qe_identity_signature", offsetof(struct collateral, qe_identity_signature), SIGNATURE_SIZE,
      SIGNATURE_SIZE, true },
};

static struct span *span_at(struct collateral *collateral, const struct part *part)
{
    return (struct span *)(void *)((char *)collateral + part->offset);
}

static struct span span_of(const struct collateral *collateral, const struct part *part)
{
    return *(const struct span *)(const void *)((const char *)collateral + part->offset);
}

static enum tdx_status read_part(const struct json_place *root, const struct part *part,
                                 struct span *ret, void **storage, struct tdx_error *err)
{
    struct json_place place = json_member(root, part->name, JSON_REQUIRED);
    struct span value = json_as_string(&place);
    size_t size = part->hex ? value.size / 2 : value.size;
    struct tdx_error why = { 0 };
    uint8_t *data;

    if (root->reader->status != TDX_OK)
        return root->reader->status;
    if (size < part->smallest || size > part->largest)
        return status_fail(err, TDX_BUNDLE_BAD, "%s: %zu bytes, expected %zu to %zu", part->name,
                           size, part->smallest, part->largest);
    data = malloc(size);
    if (data == NULL)
        return status_fail(err, TDX_NO_MEMORY, "%s", part->name);
    *storage = data;
    if (!part->hex)
        memcpy(data, value.data, size);
    else if (hex_decode_exact((const char *)value.data, value.size, data, size, &why) != TDX_OK)
        return status_fail(err, TDX_BUNDLE_BAD, "%s: %s", part->name, why.detail);
    *ret = (struct span){ data, size };
    return TDX_OK;
}

enum tdx_status bundle_parse(struct span text, struct bundle *ret, struct tdx_error *err)
{
    struct bundle bundle = { 0 };
    struct json *json = NULL;
    enum tdx_status status = json_parse(text, DEPTH_LIMIT, &json, err);
    struct json_reader reader = { .bad = TDX_BUNDLE_BAD, .err = err };
    struct json_place root;

    if (status != TDX_OK)
        return status;
    reader.json = json;
    root = json_root(&reader);
    for (size_t i = 0; status == TDX_OK && i < PARTS; i++)
        status = read_part(&root, &parts_table[i], span_at(&bundle.parts, &parts_table[i]),
                           &bundle.storage[i], err);
    json_free(json);
    if (status != TDX_OK) {
        bundle_free(&bundle);
        return status;
    }
    *ret = bundle;
    return TDX_OK;
}

void bundle_free(struct bundle *bundle)
{
    if (bundle == NULL)
        return;
    for (size_t i = 0; i < PARTS; i++)
        free(bundle->storage[i]);
    *bundle = (struct bundle){ 0 };
}

enum tdx_status bundle_load(const char *path, unsigned flags, struct bundle *ret,
                            struct tdx_error *err)
{
    struct file_content content = { 0 };
    enum tdx_status status = file_read(path, BUNDLE_SIZE_LIMIT, flags, &content, err);

    if (status != TDX_OK)
        return status;
    status = bundle_parse(file_content_span(&content), ret, err);
    if (status != TDX_OK)
        status_prefix(err, "%s", path);
    file_content_free(&content);
    return status;
}

/* JSON cannot carry every byte (only UTF-8), and bundle_parse() has caps: what it would not give
 * back is not a bundle. */
static enum tdx_status check_printed(const struct collateral *parts, struct span printed,
                                     struct tdx_error *err)
{
    struct bundle again = { 0 };
    enum tdx_status status = bundle_parse(printed, &again, err);

    for (size_t i = 0; status == TDX_OK && i < PARTS; i++)
        if (!span_equal(span_of(parts, &parts_table[i]), span_of(&again.parts, &parts_table[i])))
            status = status_fail(err, TDX_BUNDLE_BAD, "%s: not UTF-8", parts_table[i].name);
    bundle_free(&again);
    return status;
}

enum tdx_status bundle_print(const struct collateral *parts, struct text *out,
                             struct tdx_error *err)
{
    size_t start = out->length;
    struct json_writer json = { .text = out, .indent = true };

    json_open(&json, NULL, '{');
    for (size_t i = 0; i < PARTS; i++) {
        struct span value = span_of(parts, &parts_table[i]);

        if (parts_table[i].hex)
            json_put_hex(&json, parts_table[i].name, value.data, value.size);
        else
            json_put_bytes(&json, parts_table[i].name, value);
    }
    json_close(&json, '}');
    text_add_char(out, '\n');
    if (!text_ok(out))
        return status_fail(err, TDX_NO_MEMORY, "bundle");
    return check_printed(parts,
                         (struct span){ (const uint8_t *)text_string(out) + start,
                                        out->length - start },
                         err);
}
