/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_collateral.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/rfc3339.h"
#include "tests/sim/sim_der.h"

/* What real TCB info calls the components (FMSPC B0C06F000000, 2026). */
static const struct {
    const char *category, *type;
} sgx_names[16] = {
    { "BIOS", "Early Microcode Update" },
    { "OS/VMM", "SGX Late Microcode Update" },
    { "OS/VMM", "TXT SINIT" },
    { "BIOS", NULL },
    { "BIOS", NULL },
    { "BIOS", NULL },
    { NULL, NULL },
    { "OS/VMM", "SEAMLDR ACM" },
}, tdx_names[16] = {
    { "OS/VMM", "TDX Module" },
    { "OS/VMM", "TDX Module" },
    { "OS/VMM", "TDX Late Microcode Update" },
};

static void add_hex_upper(struct text *out, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        text_addf(out, "%02X", data[i]);
}

static void add_hex_member(struct text *out, const char *name, const uint8_t *data, size_t size)
{
    text_addf(out, ",\"%s\":\"", name);
    add_hex_upper(out, data, size);
    text_add_char(out, '"');
}

static void add_time_member(struct text *out, const char *name, int64_t seconds)
{
    char time[RFC3339_TEXT_SIZE];

    text_addf(out, ",\"%s\":\"%s\"", name, rfc3339_format(seconds, time));
}

/* The tail that all levels share: date, status, advisories, closing brace. */
static void add_level_tail(struct text *out, int64_t date, const char *status,
                           const char *advisories)
{
    add_time_member(out, "tcbDate", date);
    text_addf(out, ",\"tcbStatus\":\"%s\"", status);
    if (advisories != NULL) {
        text_add(out, ",\"advisoryIDs\":[");
        while (*advisories != '\0') {
            size_t length = strcspn(advisories, ",");

            text_add_char(out, '"');
            text_add_n(out, advisories, length);
            text_add_char(out, '"');
            advisories += length;
            if (*advisories == ',') {
                text_add_char(out, ',');
                advisories++;
            }
        }
        text_add_char(out, ']');
    }
    text_add_char(out, '}');
}

static void add_isv_levels(struct text *out, const struct sim_isv_level *levels, size_t count)
{
    text_add(out, ",\"tcbLevels\":[");
    for (size_t i = 0; i < count; i++) {
        text_addf(out, "%s{\"tcb\":{\"isvsvn\":%" PRIu64 "}", i > 0 ? "," : "", levels[i].isv_svn);
        add_level_tail(out, levels[i].date, levels[i].status, levels[i].advisories);
    }
    text_add_char(out, ']');
}

static void add_components(struct text *out, const char *name, const uint64_t *svns, size_t count,
                           bool names, bool tdx)
{
    text_addf(out, "\"%s\":[", name);
    for (size_t i = 0; i < count; i++) {
        const char *category = tdx ? tdx_names[i % 16].category : sgx_names[i % 16].category;
        const char *type = tdx ? tdx_names[i % 16].type : sgx_names[i % 16].type;

        text_addf(out, "%s{\"svn\":%" PRIu64, i > 0 ? "," : "", i < 16 ? svns[i] : 0);
        if (names && category != NULL)
            text_addf(out, ",\"category\":\"%s\"", category);
        if (names && type != NULL)
            text_addf(out, ",\"type\":\"%s\"", type);
        text_add_char(out, '}');
    }
    text_add_char(out, ']');
}

static void add_tcb_level(struct text *out, const struct sim_tcb_info *info,
                          const struct sim_tcb_level *level)
{
    text_add(out, "{\"tcb\":{");
    add_components(out, "sgxtcbcomponents", level->sgx, info->sgx_components, info->component_names,
                   false);
    text_addf(out, ",\"pcesvn\":%" PRIu64, level->pce_svn);
    if (info->tdx_components > 0) {
        text_add_char(out, ',');
        add_components(out, "tdxtcbcomponents", level->tdx, info->tdx_components,
                       info->component_names, true);
    }
    text_add_char(out, '}');
    add_level_tail(out, level->date, level->status, level->advisories);
}

/* The members that tdxModule and each module identity share. */
static void add_module_members(struct text *out, const struct sim_module *module)
{
    text_add(out, "\"mrsigner\":\"");
    add_hex_upper(out, module->mr_signer, sizeof(module->mr_signer));
    text_add_char(out, '"');
    add_hex_member(out, "attributes", module->attributes, sizeof(module->attributes));
    add_hex_member(out, "attributesMask", module->attributes_mask, sizeof(module->attributes_mask));
}

static void add_modules(struct text *out, const struct sim_tcb_info *info)
{
    if (info->has_module) {
        text_add(out, ",\"tdxModule\":{");
        add_module_members(out, &info->module);
        text_add_char(out, '}');
    }
    if (info->module_count == 0)
        return;
    text_add(out, ",\"tdxModuleIdentities\":[");
    for (size_t i = 0; i < info->module_count && i < SIM_MODULES_MAX; i++) {
        text_addf(out, "%s{\"id\":\"%s\",", i > 0 ? "," : "", info->modules[i].id);
        add_module_members(out, &info->modules[i]);
        add_isv_levels(out, info->modules[i].level, info->modules[i].level_count);
        text_add_char(out, '}');
    }
    text_add_char(out, ']');
}

void sim_tcb_info_text(const struct sim_tcb_info *info, struct text *out)
{
    text_addf(out, "{\"id\":\"%s\",\"version\":%u", info->id, info->version);
    add_time_member(out, "issueDate", info->issue_date);
    add_time_member(out, "nextUpdate", info->next_update);
    add_hex_member(out, "fmspc", info->fmspc, sizeof(info->fmspc));
    add_hex_member(out, "pceId", info->pce_id, sizeof(info->pce_id));
    text_addf(out, ",\"tcbType\":%" PRIu64 ",\"tcbEvaluationDataNumber\":%" PRIu64, info->tcb_type,
              info->evaluation);
    add_modules(out, info);
    text_add(out, ",\"tcbLevels\":[");
    for (size_t i = 0; i < info->level_count && i < SIM_LEVELS_MAX; i++) {
        if (i > 0)
            text_add_char(out, ',');
        add_tcb_level(out, info, &info->level[i]);
    }
    text_add(out, "]}");
}

void sim_qe_identity_text(const struct sim_qe_identity *identity, struct text *out)
{
    text_addf(out, "{\"id\":\"%s\",\"version\":%u", identity->id, identity->version);
    add_time_member(out, "issueDate", identity->issue_date);
    add_time_member(out, "nextUpdate", identity->next_update);
    text_addf(out, ",\"tcbEvaluationDataNumber\":%" PRIu64, identity->evaluation);
    add_hex_member(out, "miscselect", identity->misc_select, sizeof(identity->misc_select));
    add_hex_member(out, "miscselectMask", identity->misc_select_mask,
                   sizeof(identity->misc_select_mask));
    add_hex_member(out, "attributes", identity->attributes, sizeof(identity->attributes));
    add_hex_member(out, "attributesMask", identity->attributes_mask,
                   sizeof(identity->attributes_mask));
    add_hex_member(out, "mrsigner", identity->mr_signer, sizeof(identity->mr_signer));
    text_addf(out, ",\"isvprodid\":%" PRIu64, identity->isv_prod_id);
    add_isv_levels(out, identity->level, identity->level_count);
    text_add_char(out, '}');
}

static void apply_edit(struct text *text, const struct sim_edit *edit)
{
    struct text edited = { 0 };
    const char *at;

    if (edit->find == NULL)
        return;
    at = strstr(text_string(text), edit->find);
    if (at == NULL) {
        text->failed = true;
        return;
    }
    text_add_n(&edited, text->data, (size_t)(at - text->data));
    text_add(&edited, edit->replace);
    text_add(&edited, at + strlen(edit->find));
    text_clear(text);
    sim_add_text(text, &edited);
    text_free(&edited);
}

/* text holds the generated text on entry, the text as served on return. */
static void sign_text(const struct sim_signing *signing, struct text *text,
                      struct text *out_signature)
{
    uint8_t signature[SIM_SIGNATURE_SIZE_MAX];

    if (signing->text != NULL) {
        text_clear(text);
        text_add(text, signing->text);
    }
    for (size_t i = 0; i < 2; i++)
        apply_edit(text, &signing->before[i]);
    if (!text_ok(text) ||
        !sim_key_sign(signing->signer, false, text_string(text), text->length, signature)) {
        out_signature->failed = true;
        return;
    }
    if (signing->corrupt_signature)
        signature[7] ^= 0x10;
    sim_add(out_signature, signature, 2 * signing->signer->field_size);
    if (signing->served != NULL) {
        text_clear(text);
        text_add(text, signing->served);
    }
    for (size_t i = 0; i < 2; i++)
        apply_edit(text, &signing->after[i]);
}

void sim_tcb_info_make(const struct sim_tcb_info *info, struct text *out_text,
                       struct text *out_signature)
{
    sim_tcb_info_text(info, out_text);
    sign_text(&info->signing, out_text, out_signature);
}

void sim_qe_identity_make(const struct sim_qe_identity *identity, struct text *out_text,
                          struct text *out_signature)
{
    sim_qe_identity_text(identity, out_text);
    sign_text(&identity->signing, out_text, out_signature);
}
