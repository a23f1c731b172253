/* SPDX-License-Identifier: Apache-2.0 */
/* Carrying out a plan: one at a time, with a backup first, and all of it or nothing. */
#ifndef GRUB_TOOL_COMMIT_H
#define GRUB_TOOL_COMMIT_H

#include "grub-tool/plan.h"

/* The store and its lock: from before the plan is made until it is carried out, so that two at once
 * do not mix. Initialise with COMMIT_UNLOCKED; release with commit_unlock(). */
struct commit_lock {
    int store, lock;
};

#define COMMIT_UNLOCKED                                                                            \
    {                                                                                              \
        .store = -1, .lock = -1                                                                    \
    }

/* Makes the store if there is none. LOCKED after two seconds; FILE_WRITE_FAILED, BOOT_NO_ROOM. */
enum tdx_status commit_lock_take(const struct root *root, struct commit_lock *ret,
                                 struct tdx_error *err) TDX_MUST_CHECK;
void commit_unlock(struct commit_lock *lock);

struct commit {
    const struct commit_lock *lock;
    const struct root *root;
    const char *root_path;            /* NULL: this system */
    const struct boot_layout *layout; /* as it was when the plan was made */
    const struct token_wish *wish;
    struct plan *plan;
    unsigned timeout_ms; /* for the generator */
    bool prove; /* afterwards each entry must have the wish; false where grub.cfg was left alone */
    struct text *differences, *notes; /* borrowed */
};

/* Returns TDX_OK when every file is written, synced and read back. Otherwise everything is as it
 * was before, or err says what is not and how to take it back: LOCKED, BOOT_UNFINISHED,
 * BOOT_NO_ROOM, FILE_WRITE_FAILED, BOOT_CHANGED_SINCE, BOOT_GENERATOR_FAILED,
 * BOOT_GENERATOR_DIFFERS, BOOT_PROOF_FAILED, ... *ret_number is the backup's number. */
enum tdx_status commit_run(struct commit *commit, unsigned *ret_number, struct tdx_error *err)
    TDX_MUST_CHECK;

#endif
