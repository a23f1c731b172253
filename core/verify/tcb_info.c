/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify/tcb_info.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION_SGX_FLAT 2 /* sgxtcbcomp01svn ... instead of lists; SGX only */
#define VERSION_LISTS    3

static void read_module(const struct json_place *place, struct tdx_module *ret)
{
    uint8_t mask[8]; /* must be there, has no effect (notes section 4.5) */

    json_hex(place, "mrsigner", ret->mr_signer, sizeof(ret->mr_signer));
    json_hex(place, "attributes", ret->attributes, sizeof(ret->attributes));
    json_hex(place, "attributesMask", mask, sizeof(mask));
}

static void read_modules(const struct json_place *root, struct tcb_info *info)
{
    struct json_place module = json_object(root, "tdxModule", JSON_REQUIRED);
    struct json_place list = json_array(root, "tdxModuleIdentities", JSON_OPTIONAL), item = { 0 };

    read_module(&module, &info->module);
    if (json_present(&list) && json_count(&list) == 0)
        json_refuse(&list, "it is empty");
    info->identity = level_array(&list, json_count(&list), sizeof(*info->identity));
    while (info->identity != NULL && json_next(&list, &item)) {
        struct tdx_module *identity = &info->identity[info->identity_count++];

        identity->id = json_string(&item, "id");
        read_module(&item, identity);
        svn_levels_read(&item, SVN_LEVELS_MODULE, &identity->levels);
    }
}

/* A list of 16 components. */
static void read_components(const struct json_place *tcb, const char *name,
                            uint8_t svn[TCB_COMPONENTS],
                            struct tcb_component_name names[TCB_COMPONENTS])
{
    struct json_place list = json_array(tcb, name, JSON_REQUIRED), item = { 0 };

    if (json_present(&list) && json_count(&list) != TCB_COMPONENTS)
        json_refuse(&list, "expected %d components", TCB_COMPONENTS);
    for (size_t i = 0; json_next(&list, &item); i++) {
        struct json_place category = json_member(&item, "category", JSON_OPTIONAL);
        struct json_place type = json_member(&item, "type", JSON_OPTIONAL);

        /* Intel's library cuts a larger SVN to 8 bits: 256 would count as 0. */
        svn[i] = (uint8_t)json_uint(&item, "svn", UINT8_MAX);
        names[i].category = json_as_string(&category);
        names[i].type = json_as_string(&type);
    }
}

static void read_flat_components(const struct json_place *tcb, uint8_t svn[TCB_COMPONENTS])
{
    char name[sizeof("sgxtcbcomp16svn")];

    for (unsigned i = 0; i < TCB_COMPONENTS; i++) {
        (void)snprintf(name, sizeof(name), "sgxtcbcomp%02usvn", (i + 1) % 100);
        svn[i] = (uint8_t)json_uint(tcb, name, UINT8_MAX);
    }
}

static void read_level(const struct json_place *place, const struct tcb_info *info,
                       struct tcb_level *ret)
{
    struct json_place tcb = json_object(place, "tcb", JSON_REQUIRED);

    if (info->version == VERSION_SGX_FLAT)
        read_flat_components(&tcb, ret->sgx);
    else
        read_components(&tcb, "sgxtcbcomponents", ret->sgx, ret->sgx_name);
    ret->pce_svn = (uint32_t)json_uint(&tcb, "pcesvn", UINT32_MAX);
    if (info->is_tdx)
        read_components(&tcb, "tdxtcbcomponents", ret->tdx, ret->tdx_name);
    tcb_verdict_read(place, false, &ret->verdict);
}

/* Falling: SGX components, then PCESVN, then TDX components (notes section 5.2). */
static int compare(const void *left, const void *right)
{
    const struct tcb_level *a = left, *b = right;
    int order = memcmp(b->sgx, a->sgx, sizeof(a->sgx));

    if (order == 0 && a->pce_svn != b->pce_svn)
        order = a->pce_svn < b->pce_svn ? 1 : -1;
    return order != 0 ? order : memcmp(b->tdx, a->tdx, sizeof(a->tdx));
}

static void read_levels(const struct json_place *root, struct tcb_info *info)
{
    struct json_place list = json_array(root, "tcbLevels", JSON_REQUIRED), item = { 0 };

    if (json_present(&list) && json_count(&list) == 0)
        json_refuse(&list, "it is empty");
    info->level = level_array(&list, json_count(&list), sizeof(*info->level));
    while (info->level != NULL && json_next(&list, &item))
        read_level(&item, info, &info->level[info->level_count++]);
    if (info->level_count > 1)
        qsort(info->level, info->level_count, sizeof(*info->level), compare);
    for (size_t i = 1; i < info->level_count; i++)
        if (compare(&info->level[i - 1], &info->level[i]) == 0)
            json_refuse(&list, "two levels are equal");
}

static void read_head(const struct json_place *root, struct tcb_info *info)
{
    struct json_place version = json_member(root, "version", JSON_REQUIRED), id, type;

    info->version = (uint32_t)json_as_uint(&version, UINT32_MAX);
    if (info->version != VERSION_SGX_FLAT && info->version != VERSION_LISTS)
        json_refuse(&version, "expected 2 or 3");
    /* Version 2 is from before TDX: it names no kind. */
    id = json_member(root, "id", info->version == VERSION_LISTS ? JSON_REQUIRED : JSON_OPTIONAL);
    info->is_tdx = json_is(&id, "TDX");
    if (json_present(&id) && !info->is_tdx && !json_is(&id, "SGX"))
        json_refuse(&id, "expected \"SGX\" or \"TDX\"");
    if (info->is_tdx && info->version != VERSION_LISTS)
        json_refuse(&version, "TDX needs version 3");
    info->issue = json_time(root, "issueDate");
    info->next_update = json_time(root, "nextUpdate");
    json_hex(root, "fmspc", info->fmspc, sizeof(info->fmspc));
    json_hex(root, "pceId", info->pce_id, sizeof(info->pce_id));
    type = json_member(root, "tcbType", JSON_REQUIRED);
    (void)json_as_uint(&type, 0); /* 0 is the only one defined */
    info->evaluation = (uint32_t)json_uint(root, "tcbEvaluationDataNumber", UINT32_MAX);
}

enum tdx_status tcb_info_parse(struct span text, struct tcb_info *ret, struct tdx_error *err)
{
    struct tcb_info info = { 0 };
    struct json_reader reader = { .bad = TDX_TCB_INFO_FORMAT, .err = err };
    struct json_place root, unwanted;
    enum tdx_status status = signed_json_parse(text, TDX_TCB_INFO_FORMAT, &info.document, err);

    if (status != TDX_OK)
        return status;
    reader.json = info.document.json;
    root = json_root(&reader);
    read_head(&root, &info);
    if (info.is_tdx) {
        read_modules(&root, &info);
    } else {
        unwanted = json_member(&root, "tdxModule", JSON_OPTIONAL);
        if (json_present(&unwanted))
            json_refuse(&unwanted, "an SGX document has none");
    }
    read_levels(&root, &info);
    if (reader.status == TDX_OK)
        *ret = info;
    else
        tcb_info_clear(&info);
    return reader.status;
}

void tcb_info_clear(struct tcb_info *info)
{
    for (size_t i = 0; i < info->level_count; i++)
        tcb_verdict_clear(&info->level[i].verdict);
    for (size_t i = 0; i < info->identity_count; i++)
        svn_levels_clear(&info->identity[i].levels);
    free(info->level);
    free(info->identity);
    signed_json_clear(&info->document);
    *info = (struct tcb_info){ 0 };
}

static uint8_t upper(uint8_t byte)
{
    return byte >= 'a' && byte <= 'z' ? (uint8_t)(byte - 'a' + 'A') : byte;
}

const struct tdx_module *tcb_info_module(const struct tcb_info *info, uint8_t version)
{
    char wanted[sizeof("TDX_00")];

    (void)snprintf(wanted, sizeof(wanted), "TDX_%02X", version);
    for (size_t i = 0; i < info->identity_count; i++) {
        struct span id = info->identity[i].id;
        bool same = id.size == sizeof(wanted) - 1;

        for (size_t k = 0; same && k < id.size; k++)
            same = upper(id.data[k]) == (uint8_t)wanted[k];
        if (same)
            return &info->identity[i];
    }
    return NULL;
}
