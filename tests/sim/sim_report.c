/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_report.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "tests/sim/sim_der.h"
#include "tests/sim/sim_key.h"

static void put_u64(uint8_t *at, uint64_t value)
{
    for (unsigned i = 0; i < 8; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

void sim_add_u64(struct text *out, uint64_t value)
{
    uint8_t bytes[8];

    put_u64(bytes, value);
    sim_add(out, bytes, sizeof(bytes));
}

void sim_add_u32(struct text *out, uint32_t value)
{
    uint8_t bytes[8];

    put_u64(bytes, value);
    sim_add(out, bytes, 4);
}

void sim_add_u16(struct text *out, unsigned value)
{
    uint8_t bytes[8];

    put_u64(bytes, value);
    sim_add(out, bytes, 2);
}

/* TEE_TCB_INFO, 239 bytes from 256 on. */
static void put_tcb_info(const struct sim_td *td, uint8_t *report)
{
    put_u64(report + 256, td->report_version == 0 ? 0x1ff : 0x301ff); /* VALID */
    memcpy(report + 264, td->tee_tcb_svn, 16);
    memcpy(report + 280, td->mr_seam, 48);
    memcpy(report + 328, td->mr_signer_seam, 48);
    put_u64(report + 376, td->seam_attributes);
    if (td->report_version > 0)
        memcpy(report + 384, td->tee_tcb_svn_2, 16);
}

/* TDINFO, 512 bytes from 512 on. */
static void put_td_info(const struct sim_td *td, uint8_t *report)
{
    put_u64(report + 512, td->attributes);
    put_u64(report + 520, td->xfam);
    memcpy(report + 528, td->mr_td, 48);
    memcpy(report + 576, td->mr_config_id, 48);
    memcpy(report + 624, td->mr_owner, 48);
    memcpy(report + 672, td->mr_owner_config, 48);
    memcpy(report + 720, td->rtmr, sizeof(td->rtmr));
    if (td->report_version > 0)
        memcpy(report + 912, td->service_td_hash, 48);
    if (td->report_version == 3) {
        memcpy(report + 960, td->td_id, sizeof(td->td_id));
        report[1016] = td->vm_id;
        report[1020] = 1; /* VALID: bit 0 servtd_hash, 8 td_id, 9 vmid */
        report[1021] = 3;
    }
}

void sim_report_make(const struct sim_td *td, const struct sim_report_faults *faults,
                     const uint8_t mac_key[static 32],
                     const uint8_t report_data[static SIM_REPORT_DATA_SIZE],
                     uint8_t ret[static SIM_REPORT_SIZE])
{
    unsigned mac_size = 32;

    memset(ret, 0, SIM_REPORT_SIZE);
    ret[0] = faults->wrong_type ? 0 : 0x81;
    ret[1] = faults->subtype;
    ret[2] = td->report_version;
    if (faults->wrong_reserved)
        ret[5] = 1;
    memcpy(ret + 16, td->cpu_svn, 16);
    memcpy(ret + 128, report_data, SIM_REPORT_DATA_SIZE);
    if (faults->wrong_echo)
        ret[128] ^= 1;
    put_tcb_info(td, ret);
    put_td_info(td, ret);
    sim_sha384(ret + 256, 239, ret + 32);
    sim_sha384(ret + 512, 512, ret + 80);
    if (faults->wrong_hash)
        ret[80] ^= 1;
    if (HMAC(EVP_sha256(), mac_key, 32, ret, 224, ret + 224, &mac_size) == NULL)
        memset(ret + 224, 0, 32);
}

static void add_body_1_5_extended(const struct sim_td *td, struct text *out)
{
    sim_add(out, &td->vm_id, 1);
    sim_add(out, td->td_id, sizeof(td->td_id));
    sim_add(out, td->tail_1_5ex, sizeof(td->tail_1_5ex));
    sim_add(out, td->current_service_td_hash, 48);
    sim_add_u64(out, td->current_service_td_attributes);
}

void sim_td_body(const struct sim_td *td, unsigned body_type,
                 const uint8_t report_data[static SIM_REPORT_DATA_SIZE], struct text *out)
{
    sim_add(out, td->tee_tcb_svn, 16);
    sim_add(out, td->mr_seam, 48);
    sim_add(out, td->mr_signer_seam, 48);
    sim_add_u64(out, td->seam_attributes);
    sim_add_u64(out, td->attributes);
    sim_add_u64(out, td->xfam);
    sim_add(out, td->mr_td, 48);
    sim_add(out, td->mr_config_id, 48);
    sim_add(out, td->mr_owner, 48);
    sim_add(out, td->mr_owner_config, 48);
    sim_add(out, td->rtmr, sizeof(td->rtmr));
    sim_add(out, report_data, SIM_REPORT_DATA_SIZE);
    if (body_type >= 3) {
        sim_add(out, td->tee_tcb_svn_2, 16);
        sim_add(out, td->service_td_hash, 48);
    }
    if (body_type >= 4)
        add_body_1_5_extended(td, out);
}
