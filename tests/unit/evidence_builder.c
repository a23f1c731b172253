/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/evidence_builder.h"

#include <openssl/evp.h>
#include <string.h>

struct sink {
    uint8_t *out;
    size_t used, limit;
};

static void put_fill(struct sink *sink, uint8_t byte, size_t size)
{
    if (sink->used + size <= sink->limit)
        memset(sink->out + sink->used, byte, size);
    sink->used += size;
}

static void put_bytes(struct sink *sink, const void *data, size_t size)
{
    if (size > 0 && sink->used + size <= sink->limit)
        memcpy(sink->out + sink->used, data, size);
    sink->used += size;
}

static void put_le(struct sink *sink, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        put_fill(sink, (uint8_t)(value >> (8 * i)), 1);
}

/* TDINFO from ATTRIBUTES to RTMR3, in a report and in a quote alike. */
static void put_td_info(struct sink *sink)
{
    put_le(sink, UINT64_C(0x10000000), 8); /* SEPT_VE_DISABLE */
    put_le(sink, 0x642e7, 8);
    for (unsigned i = 0; i < 8; i++) /* MRTD, MRCONFIGID, MROWNER, MROWNERCONFIG, RTMR0..3 */
        put_fill(sink, (uint8_t)(0x31 + i), TD_MEASUREMENT_SIZE);
}

/* TEE_TCB_SVN, MRSEAM, MRSIGNERSEAM, SEAM attributes. */
static void put_seam(struct sink *sink)
{
    put_bytes(sink, "\x05\x01\x02", 3);
    put_fill(sink, 0, 13);
    put_fill(sink, 0x21, 48);
    put_fill(sink, 0, 48 + 8);
}

void report_seal(uint8_t raw[static TD_REPORT_SIZE])
{
    (void)EVP_Digest(raw + 256, 239, raw + 32, NULL, EVP_sha384(), NULL);
    (void)EVP_Digest(raw + 512, 512, raw + 80, NULL, EVP_sha384(), NULL);
}

void report_build(uint8_t raw[static TD_REPORT_SIZE], uint8_t version)
{
    struct sink sink = { raw, 0, TD_REPORT_SIZE };

    put_le(&sink, 0x81, 1);
    put_le(&sink, 0, 1);
    put_le(&sink, version, 1);
    put_fill(&sink, 0, 13);
    put_fill(&sink, 0x11, 16);
    put_fill(&sink, 0, 96); /* the hashes */
    put_fill(&sink, 0x12, 64);
    put_fill(&sink, 0, 32);
    put_fill(&sink, 0x13, 32);
    put_le(&sink, version == 0 ? TD_REPORT_VALID_10 : TD_REPORT_VALID_15, 8);
    put_seam(&sink);
    put_fill(&sink, version == 0 ? 0 : 0x22, 16);
    put_fill(&sink, 0, 95 + 17);
    put_td_info(&sink);
    put_fill(&sink, version == 0 ? 0 : 0x39, 48);
    if (version == 3) {
        put_fill(&sink, 0x3a, 32);
        put_fill(&sink, 0, 24);
        put_le(&sink, 7, 1);
        put_fill(&sink, 0, 3);
        put_le(&sink, 0x301, 4);
    } else {
        put_fill(&sink, 0, 64);
    }
    report_seal(raw);
}

static void put_enclave(struct sink *sink)
{
    put_fill(sink, 0x41, 16);
    put_le(sink, 0x01020304, 4);
    put_fill(sink, 0, 28);
    put_fill(sink, 0x42, 16);
    put_fill(sink, 0x43, 32);
    put_fill(sink, 0, 32);
    put_fill(sink, 0x44, 32);
    put_fill(sink, 0, 96);
    put_le(sink, 0x0506, 2);
    put_le(sink, 0x0708, 2);
    put_fill(sink, 0, 60);
    put_fill(sink, 0x45, 64);
}

static void put_body(struct sink *sink, enum quote_body_type type)
{
    if (type == QUOTE_BODY_ENCLAVE) {
        put_enclave(sink);
        return;
    }
    put_seam(sink);
    put_td_info(sink);
    put_fill(sink, 0x12, TD_REPORT_DATA_SIZE);
    if (type == QUOTE_BODY_TD10)
        return;
    put_fill(sink, 0x22, 16);
    put_fill(sink, 0x39, 48);
    if (type != QUOTE_BODY_TD15EX)
        return;
    put_le(sink, 7, 1);
    put_fill(sink, 0x3a, 32);
    put_fill(sink, 0x3b, 48);
    put_fill(sink, 0x3c, 48);
    put_fill(sink, 0x3d, 8);
    put_fill(sink, 0x3e, 16);
    put_fill(sink, 0x3f, 16);
    put_fill(sink, 0x51, 12);
    put_fill(sink, 0x52, 48);
    put_fill(sink, 0x53, 8);
}

static size_t certification_size(const struct quote_plan *plan)
{
    static const size_t by_type[] = { 64, 16 + 20, 256 + 20, 384 + 20, 64, 64 };

    if (plan->certification_data.size > 0)
        return plan->certification_data.size;
    return plan->certification_type < sizeof(by_type) / sizeof(by_type[0])
               ? by_type[plan->certification_type]
               : 64;
}

static void put_qe_part(struct sink *sink, const struct quote_plan *plan)
{
    put_enclave(sink);
    put_fill(sink, 0x63, 64);
    put_le(sink, plan->auth_data_size, 2);
    put_fill(sink, 0x64, plan->auth_data_size);
    put_le(sink, plan->certification_type, 2);
    put_le(sink, certification_size(plan), 4);
    if (plan->certification_data.size > 0)
        put_bytes(sink, plan->certification_data.data, plan->certification_data.size);
    else
        put_fill(sink, 0x65, certification_size(plan));
}

size_t quote_build(const struct quote_plan *plan, uint8_t *out, size_t limit)
{
    static const size_t body_sizes[] = { 0, 384, 584, 648, 885 };
    static const uint8_t vendor[] = { 0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9,
                                      0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07 };
    size_t qe_size = 384 + 64 + 2 + plan->auth_data_size + 6 + certification_size(plan);
    enum quote_body_type type = plan->body_type;
    struct sink sink = { out, 0, limit };

    put_le(&sink, plan->version, 2);
    put_le(&sink, 2, 2);
    put_le(&sink, (uint32_t)plan->tee, 4);
    put_fill(&sink, 0, 4);
    put_bytes(&sink, vendor, sizeof(vendor));
    put_fill(&sink, 0x60, 20);
    if (plan->version == 5) {
        put_le(&sink, (uint32_t)type, 2);
        put_le(&sink, body_sizes[type], 4);
    }
    put_body(&sink, type);
    put_le(&sink, 128 + (plan->version == 3 ? 0U : 6U) + qe_size + plan->slack, 4);
    put_fill(&sink, 0x61, 64);
    put_fill(&sink, 0x62, 64);
    if (plan->version != 3) {
        put_le(&sink, 6, 2);
        put_le(&sink, qe_size, 4);
    }
    put_qe_part(&sink, plan);
    put_fill(&sink, 0x66, plan->slack);
    put_fill(&sink, 0x67, plan->padding);
    return sink.used <= limit ? sink.used : 0;
}
