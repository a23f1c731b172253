/* SPDX-License-Identifier: Apache-2.0 */
#include "core/evidence/td_attributes.h"

#define BITS 64

static const char *const attribute_names[BITS] = {
    [0] = "DEBUG",       [4] = "HGS_PLUS_PROF", [5] = "PERF_PROF", [6] = "PMT_PROF",
    [16] = "ICSSD",      [17] = "SERVTD_EXT",   [27] = "LASS",     [28] = "SEPT_VE_DISABLE",
    [29] = "MIGRATABLE", [30] = "PKS",          [31] = "KL",       [62] = "TPA",
    [63] = "PERFMON",
};

/* Same numbering as XCR0 | IA32_XSS. */
static const char *const xfam_names[BITS] = {
    [0] = "X87",
    [1] = "SSE",
    [2] = "AVX",
    [3] = "MPX_BNDREGS",
    [4] = "MPX_BNDCSR",
    [5] = "AVX512_OPMASK",
    [6] = "AVX512_ZMM_HI256",
    [7] = "AVX512_HI16_ZMM",
    [8] = "PT",
    [9] = "PKRU",
    [10] = "PASID",
    [11] = "CET_U",
    [12] = "CET_S",
    [13] = "HDC",
    [14] = "UINTR",
    [15] = "LBR",
    [16] = "HWP",
    [17] = "AMX_TILECFG",
    [18] = "AMX_TILEDATA",
    [19] = "APX",
};

bool td_attributes_debuggable(uint64_t attributes)
{
    return (attributes & TD_ATTRIBUTES_UNDER_DEBUG) != 0;
}

/* first: whether nothing was appended yet, so that no space leads. */
static void add_names(uint64_t bits, const char *const names[static BITS], bool first,
                      struct text *out)
{
    for (unsigned bit = 0; bit < BITS; bit++) {
        if ((bits >> bit & 1) == 0)
            continue;
        if (!first)
            text_add_char(out, ' ');
        if (names[bit] != NULL)
            text_add(out, names[bit]);
        else
            text_addf(out, "BIT_%u", bit);
        first = false;
    }
}

void td_attributes_names(uint64_t attributes, struct text *out)
{
    bool no_debug = !td_attributes_debuggable(attributes);

    if (no_debug)
        text_add(out, "NO_DEBUG");
    add_names(attributes, attribute_names, !no_debug, out);
}

void td_xfam_names(uint64_t xfam, struct text *out)
{
    add_names(xfam, xfam_names, true, out);
}
