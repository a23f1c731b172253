/* SPDX-License-Identifier: Apache-2.0 */
/* How far behind a platform is: what every other tool leaves its users to guess.
 *
 * Compares the level that matched with the newest level of the same document, SVN by SVN. Nothing
 * here is the guest's to mend: microcode, SEAM loader, TDX module, QE and PCE are the host's. */
#ifndef CORE_VERIFY_TCB_GAP_H
#define CORE_VERIFY_TCB_GAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/verify/tcb_status.h"

#define TCB_GAP_ITEMS_MAX 36 /* 16 SGX and 16 TDX components, PCE, QE, TDX module, spare */

enum tcb_gap_part {
    TCB_GAP_SGX_COMPONENT,
    TCB_GAP_TDX_COMPONENT,
    TCB_GAP_PCE,
    TCB_GAP_QE,
    TCB_GAP_TDX_MODULE,
};

struct tcb_gap_item {
    enum tcb_gap_part part;
    unsigned index;    /* of the component, 0..15 */
    char category[32]; /* as the TCB info gives it: "BIOS", "OS/VMM"; "" where it does not */
    char type[64];     /* "Early Microcode Update", "SGX Late Microcode Update", ...; may be "" */
    uint32_t have, need;
};

struct tcb_gap_level {
    enum tcb_status status;
    int64_t date; /* seconds since 1970 */
};

struct tcb_gap {
    bool present;                         /* false: the platform is UpToDate at the newest level */
    struct tcb_gap_level matched, newest; /* platform levels */
    size_t item_count;
    struct tcb_gap_item item[TCB_GAP_ITEMS_MAX];
};

/* Who can mend an item, as a phrase: "the host's owner: a microcode update (BIOS)". Static. */
const char *tcb_gap_mender(const struct tcb_gap_item *item);

#endif
