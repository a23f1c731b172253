/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify/pck_cert.h"

#include <string.h>

#include "core/verify/der.h"

/* 1.2.840.113741.1.13.1, below which every item of the extension lies. */
static const uint8_t oid_sgx[] = { 0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01 };

enum item {
    ITEM_PPID = 1,
    ITEM_TCB,
    ITEM_PCE_ID,
    ITEM_FMSPC,
    ITEM_SGX_TYPE,
    ITEM_PLATFORM_INSTANCE,
    ITEM_CONFIGURATION,
};
#define ITEMS_REQUIRED   0x3eU /* bits ITEM_PPID to ITEM_SGX_TYPE */
#define ITEMS_PROCESSOR  5     /* certificates of the Processor CA have so many ... */
#define ITEMS_PLATFORM   7     /* ... and those of the Platform CA */
#define SGX_TYPE_LARGEST 2

#define TCB_COMPONENTS 16
#define TCB_PCE_SVN    17
#define TCB_CPU_SVN    18
#define TCB_ITEMS      18

/* The arc that an item's OID adds to prefix (of prefix_arcs arcs below the extension's own OID), 0
 * for any other OID. */
static unsigned arc_of(struct span oid, const uint8_t *below, size_t below_size)
{
    size_t head = sizeof(oid_sgx);

    if (oid.size != head + below_size + 1 || memcmp(oid.data, oid_sgx, head) != 0 ||
        (below_size > 0 && memcmp(oid.data + head, below, below_size) != 0))
        return 0;
    return oid.data[oid.size - 1] < 0x80 ? oid.data[oid.size - 1] : 0;
}

static void take_octets(struct bytes *in, void *out, size_t size)
{
    struct span octets = der_take(in, DER_OCTET_STRING);

    if (octets.size != size)
        in->failed = true;
    else
        memcpy(out, octets.data, size);
}

static enum tdx_status bad_format(const char *what, struct tdx_error *err)
{
    return status_fail(err, TDX_PCK_EXTENSION_FORMAT, "%s: wrong type, size or nesting", what);
}

/* The next pair of list: a reader that stands at its value, and the arc of its OID. */
static struct bytes next_pair(struct bytes *list, const uint8_t *below, size_t below_size,
                              unsigned *arc)
{
    struct bytes pair = der_enter(list, DER_SEQUENCE);

    *arc = arc_of(der_take(&pair, DER_OID), below, below_size);
    return pair;
}

/* Item 2: exactly 18 pairs, each of them once. */
static enum tdx_status read_tcb(struct bytes *in, struct pck_info *info, struct tdx_error *err)
{
    static const uint8_t below[] = { ITEM_TCB };
    struct bytes list = der_enter(in, DER_SEQUENCE);
    uint32_t found = 0;
    unsigned arc;

    while (bytes_ok(&list) && list.left > 0) {
        struct bytes pair = next_pair(&list, below, sizeof(below), &arc);

        if (arc >= 1 && arc <= TCB_COMPONENTS)
            info->component_svn[arc - 1] = (uint8_t)der_take_small(&pair, DER_INTEGER, UINT8_MAX);
        else if (arc == TCB_PCE_SVN)
            info->pce_svn = der_take_small(&pair, DER_INTEGER, UINT32_MAX);
        else if (arc == TCB_CPU_SVN)
            take_octets(&pair, info->cpu_svn, sizeof(info->cpu_svn));
        else if (bytes_ok(&pair))
            return status_fail(err, TDX_PCK_EXTENSION_INVALID, "TCB: an unknown item");
        if (!bytes_complete(&pair))
            return bad_format("TCB", err);
        if ((found & 1U << arc) != 0)
            return status_fail(err, TDX_PCK_EXTENSION_INVALID, "TCB: item %u is there twice", arc);
        found |= 1U << arc;
    }
    if (!bytes_complete(&list))
        return bad_format("TCB", err);
    if (found != ((1U << (TCB_ITEMS + 1)) - 2))
        return status_fail(err, TDX_PCK_EXTENSION_INVALID,
                           "TCB: not all of the 18 items are there");
    /* Both say the same in genuine certificates; Intel's library reads only the components. */
    if (memcmp(info->component_svn, info->cpu_svn, sizeof(info->cpu_svn)) != 0)
        return status_fail(err, TDX_PCK_EXTENSION_INVALID, "TCB: CPUSVN and components differ");
    return TDX_OK;
}

/* Item 7: up to three pairs of booleans. */
static bool read_configuration(struct bytes *in, struct pck_info *info)
{
    static const uint8_t below[] = { ITEM_CONFIGURATION };
    bool *const fields[] = { &info->dynamic_platform, &info->cached_keys, &info->smt_enabled };
    struct bytes list = der_enter(in, DER_SEQUENCE);
    unsigned arc, count = 0;

    while (bytes_ok(&list) && list.left > 0) {
        struct bytes pair = next_pair(&list, below, sizeof(below), &arc);
        bool value = der_take_boolean(&pair);

        if (!bytes_complete(&pair) || ++count > sizeof(fields) / sizeof(fields[0]))
            return false;
        if (arc >= 1 && arc <= sizeof(fields) / sizeof(fields[0]))
            *fields[arc - 1] = value;
    }
    return bytes_complete(&list);
}

static enum tdx_status read_item(struct bytes *pair, unsigned arc, struct pck_info *info,
                                 struct tdx_error *err)
{
    static const char *const names[] = {
        "unknown item",         "PPID",         "TCB", "PCEID", "FMSPC", "SGX type",
        "platform instance id", "configuration"
    };
    enum tdx_status status = TDX_OK;
    uint8_t tag;

    switch (arc) {
    case ITEM_PPID:
        take_octets(pair, info->ppid, sizeof(info->ppid));
        break;
    case ITEM_TCB:
        status = read_tcb(pair, info, err);
        break;
    case ITEM_PCE_ID:
        take_octets(pair, info->pce_id, sizeof(info->pce_id));
        break;
    case ITEM_FMSPC:
        take_octets(pair, info->fmspc, sizeof(info->fmspc));
        break;
    case ITEM_SGX_TYPE:
        info->sgx_type = (uint8_t)der_take_small(pair, DER_ENUMERATED, SGX_TYPE_LARGEST);
        break;
    case ITEM_PLATFORM_INSTANCE:
        take_octets(pair, info->platform_instance_id, sizeof(info->platform_instance_id));
        break;
    case ITEM_CONFIGURATION:
        if (!read_configuration(pair, info))
            pair->failed = true;
        break;
    default: /* Intel's library ignores items that it does not know */
        (void)der_any(pair, &tag);
        arc = 0;
        break;
    }
    if (status == TDX_OK && !bytes_complete(pair))
        return bad_format(names[arc], err);
    return status;
}

enum tdx_status pck_extension_parse(struct span der, struct pck_info *ret, struct tdx_error *err)
{
    struct pck_info info = { 0 };
    struct bytes outer = bytes_over_span(der), list = der_enter(&outer, DER_SEQUENCE);
    unsigned arc, count = 0, found = 0;

    if (!bytes_complete(&outer))
        return bad_format("SGX extension", err);
    while (bytes_ok(&list) && list.left > 0) {
        struct bytes pair = next_pair(&list, NULL, 0, &arc);
        enum tdx_status status;

        if (!bytes_ok(&pair))
            return bad_format("SGX extension", err);
        if (++count > ITEMS_PLATFORM)
            break;
        if (arc <= ITEM_CONFIGURATION && arc > 0 && (found & 1U << arc) != 0)
            return status_fail(err, TDX_PCK_EXTENSION_INVALID, "item %u is there twice", arc);
        status = read_item(&pair, arc, &info, err);
        if (status != TDX_OK)
            return status;
        if (arc <= ITEM_CONFIGURATION)
            found |= 1U << arc;
    }
    if (count != ITEMS_PROCESSOR && count != ITEMS_PLATFORM)
        return status_fail(err, TDX_PCK_EXTENSION_INVALID, "it has %s%u items; 5 or 7 are expected",
                           count > ITEMS_PLATFORM ? "at least " : "", count);
    if (!bytes_complete(&list))
        return bad_format("SGX extension", err);
    if ((found & ITEMS_REQUIRED) != ITEMS_REQUIRED)
        return status_fail(err, TDX_PCK_EXTENSION_INVALID,
                           "PPID, TCB, PCEID, FMSPC or SGX type is missing");
    info.has_platform =
        (found & 1U << ITEM_PLATFORM_INSTANCE) != 0 && (found & 1U << ITEM_CONFIGURATION) != 0;
    *ret = info;
    return TDX_OK;
}
