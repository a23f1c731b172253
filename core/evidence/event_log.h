/* SPDX-License-Identifier: Apache-2.0 */
/* The event log of a confidential computing guest (the data of the ACPI table CCEL): what firmware,
 * boot loader and kernel say they measured into RTMR0 to RTMR3.
 *
 * The log is ordinary memory that the guest could have changed. Its only authority is that it leads
 * to the RTMRs that a TD report or a quote holds. Source: TCG PC Client Platform Firmware Profile
 * (crypto agile log), UEFI specification section 38 (confidential computing); guest-interfaces
 * notes section 5. */
#ifndef CORE_EVIDENCE_EVENT_LOG_H
#define CORE_EVIDENCE_EVENT_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/evidence/td_report.h"

#define EVENT_LOG_PATH       "/sys/firmware/acpi/tables/data/CCEL"
#define EVENT_LOG_TABLE_PATH "/sys/firmware/acpi/tables/CCEL"
#define EVENT_LOG_LIMIT      ((size_t)16 << 20) /* areas seen have 64 KiB to 1 MiB */

enum {
    EVENT_NO_ACTION = 0x3, /* never extended */
    EVENT_SEPARATOR = 0x4,
    EVENT_ACTION = 0x5,
    EVENT_TAG = 0x6,
    EVENT_IPL = 0xd, /* what GRUB, shim and systemd-stub log */
    EVENT_EFI_VARIABLE_DRIVER_CONFIG = 0x80000001,
    EVENT_EFI_VARIABLE_BOOT = 0x80000002,
    EVENT_EFI_BOOT_SERVICES_APPLICATION = 0x80000003,
    EVENT_EFI_GPT = 0x80000006,
    EVENT_EFI_ACTION = 0x80000007,
    EVENT_EFI_VARIABLE_BOOT2 = 0x8000000c,
    EVENT_EFI_VARIABLE_AUTHORITY = 0x800000e0,
};

struct event {
    size_t number;         /* counted from 0 after the Spec ID record */
    size_t offset;         /* of the record in the log */
    bool extends;          /* false: EV_NO_ACTION, which only informs */
    unsigned rtmr;         /* 0 to 3, if extends: MR index minus one */
    uint32_t mr_index;     /* as in the record */
    uint32_t type;         /* EVENT_..., or another */
    const uint8_t *digest; /* SHA-384, if extends: what the RTMR was extended with */
    struct span data;      /* for most types only a description of what was measured */
};

/* Where a log stands after its last record. */
enum event_log_end {
    EVENT_LOG_ENDS_FF,   /* unused area of EDK2: 0xff */
    EVENT_LOG_ENDS_ZERO, /* unused area of td-shim: zeros */
    EVENT_LOG_ENDS_DATA, /* the data end: trimmed, or the area is full and records may be lost */
};

/* A position in a log. Borrows the bytes given to event_log_open(). */
struct event_log {
    struct bytes rest;
    size_t size, count;
    size_t used;            /* bytes before the end, once event_log_next() said so */
    enum event_log_end end; /* likewise */
};

/* Reads the head (the Spec ID record). Returns TDX_OK, EVENT_LOG_BAD, or EVENT_LOG_NOT_CC if it
 * announces other hashes than SHA-384 alone, as a TPM's log does. */
enum tdx_status event_log_open(struct span raw, struct event_log *ret, struct tdx_error *err)
    TDX_MUST_CHECK;

/* The next record; *ret_end instead when there is none. Returns TDX_OK, EVENT_LOG_BAD (which
 * record, and why) or EVENT_LOG_NOT_CC (a register that only a TPM has). */
enum tdx_status event_log_next(struct event_log *log, struct event *ret, bool *ret_end,
                               struct tdx_error *err) TDX_MUST_CHECK;

/* What the whole log leads to. */
struct event_log_replay {
    uint8_t rtmr[TD_RTMR_COUNT][TD_MEASUREMENT_SIZE];
    size_t extended[TD_RTMR_COUNT]; /* records that went into each; 0: it stays zero */
    size_t count;                   /* records after the Spec ID record */
    size_t used;
    enum event_log_end end;
};

/* Replays raw. RTMR3 (and on some systems RTMR2) is extended after boot too, by who does not write
 * into this log: only equality proves anything. Returns TDX_OK, what event_log_next() returns, or
 * CRYPTO_FAILED; *ret is untouched on failure. */
enum tdx_status event_log_replay(struct span raw, struct event_log_replay *ret,
                                 struct tdx_error *err) TDX_MUST_CHECK;

/* rtmr = SHA-384(rtmr || digest). Returns TDX_OK or CRYPTO_FAILED. */
enum tdx_status event_log_extend(uint8_t rtmr[static TD_MEASUREMENT_SIZE],
                                 const uint8_t digest[static TD_MEASUREMENT_SIZE],
                                 struct tdx_error *err) TDX_MUST_CHECK;

/* Which bytes a digest is over, as far as the record holds them. */
enum event_rule {
    EVENT_RULE_UNKNOWN,  /* over bytes that the log does not hold (a file), or by another rule */
    EVENT_RULE_DATA,     /* the event data, whole */
    EVENT_RULE_VARIABLE, /* the value of the EFI variable in the event data */
    EVENT_RULE_TEXT,     /* the text after the tag, without a NUL */
    EVENT_RULE_TEXT_NUL, /* the text after the tag and one NUL */
};

struct event_meaning {
    enum event_rule rule; /* found by computing: never guessed */
    const char *tag; /* "grub_cmd", "grub_kernel_cmdline", "kernel_cmdline", "load_options" (the
                      * kernel's stub, whose text is not in the log), ...; NULL: none */
    bool is_command_line; /* the tag is one of the kernel's command line */
    struct span text;     /* what follows the tag, without NUL; empty where there is no tag */
};

/* Tries the rules that fit the record's type and tag. A record with a tag whose digest follows none
 * of them has EVENT_RULE_UNKNOWN: nothing may be predicted from it. Returns TDX_OK or
 * CRYPTO_FAILED. */
enum tdx_status event_explain(const struct event *event, struct event_meaning *ret,
                              struct tdx_error *err) TDX_MUST_CHECK;

/* The digest that a record of that rule would have over another text. rule is EVENT_RULE_TEXT or
 * _TEXT_NUL. Returns TDX_OK, CRYPTO_FAILED or NO_MEMORY. */
enum tdx_status event_digest_of_text(enum event_rule rule, struct span text,
                                     uint8_t ret[static TD_MEASUREMENT_SIZE], struct tdx_error *err)
    TDX_MUST_CHECK;

/* The ACPI table that points to the log. */
struct event_log_table {
    uint8_t cc_type; /* 2: TDX */
    uint8_t cc_subtype;
    uint64_t minimum_length; /* of the log area */
    uint64_t address;
};

/* Reads the table. Returns TDX_OK or EVENT_LOG_BAD (not a CCEL table, a wrong length or checksum).
 */
enum tdx_status event_log_table_parse(struct span raw, struct event_log_table *ret,
                                      struct tdx_error *err) TDX_MUST_CHECK;

#endif
