/* SPDX-License-Identifier: Apache-2.0 */
/* What logins share with each other, in a folder that only root can enter and that a reboot
 * empties: the lock and the last quote, and which collateral was verified before. */
#ifndef PAM_TDX_GATE_STATE_H
#define PAM_TDX_GATE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/files.h"
#include "core/base/status.h"
#include "core/evidence/provider.h"

#define GATE_STATE_FOLDER "/run/tdx-gate"
#define GATE_NONCE_SIZE   32
#define GATE_ORIGIN_SIZE  512
#define GATE_DIGEST_SIZE  32

/* Opens the folder, makes it where it is missing. Returns TDX_OK and the descriptor (the caller
 * closes it), or GATE_STATE. */
enum tdx_status gate_state_open(int *ret, struct tdx_error *err) TDX_MUST_CHECK;

/* One answer of the quote provider, good or bad. */
struct gate_record {
    int64_t asked_at; /* nanoseconds of CLOCK_BOOTTIME, before the provider was asked */
    char boot_id[40]; /* the boot that this clock belongs to */
    char origin[GATE_ORIGIN_SIZE]; /* which provider, under which paths */
    uint8_t nonce[GATE_NONCE_SIZE];
    enum tdx_status status; /* what the provider answered; quote is there for TDX_OK */
    char detail[TDX_DETAIL_SIZE];
    struct file_content quote;
};

/* Replaces the record of the last quote. Returns TDX_OK or FILE_WRITE_FAILED, NO_MEMORY. */
enum tdx_status gate_record_store(int state, const struct gate_record *record,
                                  struct tdx_error *err) TDX_MUST_CHECK;

/* Reads it. False: there is none, or it cannot be used. The caller frees ret->quote. */
bool gate_record_load(int state, struct gate_record *ret) TDX_MUST_CHECK;

/* The boot id of this kernel; false if it cannot be read. */
bool gate_boot_id(char out[static 40]) TDX_MUST_CHECK;

/* What the last login that was accepted has settled for the next ones. What cannot be read or
 * written costs the next login some signatures and a process, nothing else. */
struct gate_memory {
    uint8_t digest[GATE_DIGEST_SIZE]; /* verify_context_digest(): these signatures hold */
    /* A hash over the collateral, the trust anchor and the rollback floor as it stands: with these
     * there is nothing to store after an accepted login. */
    uint8_t settled[GATE_DIGEST_SIZE];
    uint8_t anchor[GATE_DIGEST_SIZE]; /* of the trust anchor's certificate: it is sound */
};
bool gate_memory_load(int state, struct gate_memory *ret) TDX_MUST_CHECK;
void gate_memory_store(int state, const struct gate_memory *memory);

#endif
