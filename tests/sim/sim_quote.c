/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_quote.h"

#include <string.h>

#include "tests/sim/sim_der.h"

static void add_zeros(struct text *out, size_t count)
{
    while (count-- > 0)
        text_add_char(out, 0);
}

void sim_enclave_body(const struct sim_enclave *enclave, struct text *out)
{
    sim_add(out, enclave->cpu_svn, 16);
    sim_add_u32(out, enclave->misc_select);
    add_zeros(out, 28);
    sim_add(out, enclave->attributes, 16);
    sim_add(out, enclave->mr_enclave, 32);
    add_zeros(out, 32);
    sim_add(out, enclave->mr_signer, 32);
    add_zeros(out, 96);
    sim_add_u16(out, enclave->isv_prod_id);
    sim_add_u16(out, enclave->isv_svn);
    add_zeros(out, 60);
    sim_add(out, enclave->report_data, 64);
}

static void flip(struct text *text, const struct sim_flip *change)
{
    if (change->xor_with != 0 && change->at < text->length)
        text->data[change->at] =
            (char)(uint8_t)((uint8_t)text->data[change->at] ^ change->xor_with);
    else if (change->xor_with != 0)
        text->failed = true; /* the aim was missed */
}

/* What the quote's signature covers. */
static void add_signed_part(const struct sim_quote_options *options,
                            const struct sim_quote_parts *parts, const uint8_t *report_data,
                            struct text *out)
{
    struct text body = { 0 };

    sim_add_u16(out, options->version);
    sim_add_u16(out, options->key_type);
    sim_add_u32(out, options->tee);
    sim_add_u16(out, options->header_svn[0]);
    sim_add_u16(out, options->header_svn[1]);
    sim_add(out, options->vendor, sizeof(options->vendor));
    sim_add(out, options->user_data, sizeof(options->user_data));
    if (options->body_type == 1) {
        struct sim_enclave enclave = options->enclave;

        memcpy(enclave.report_data, report_data, SIM_REPORT_DATA_SIZE);
        sim_enclave_body(&enclave, &body);
    } else {
        sim_td_body(parts->td, options->body_type, report_data, &body);
    }
    if (options->version >= 5) {
        sim_add_u16(out, options->body_type);
        sim_add_u32(out, options->has_body_size ? options->body_size : (uint32_t)body.length);
    }
    sim_add_text(out, &body);
    text_free(&body);
}

static void add_signature(const struct sim_key *signer, enum sim_signature_form form,
                          const struct text *message, struct text *out)
{
    uint8_t raw[SIM_SIGNATURE_SIZE_MAX];

    if (!text_ok(message) || !sim_key_sign(signer, false, message->data, message->length, raw)) {
        out->failed = true;
        return;
    }
    if (form == SIM_SIGNATURE_CORRUPT)
        raw[40] ^= 4;
    else if (form == SIM_SIGNATURE_ZERO)
        memset(raw, 0, sizeof(raw));
    else if (form == SIM_SIGNATURE_TOO_LARGE)
        memset(raw, 0xff, 32);
    else if (form == SIM_SIGNATURE_NEGATED && !sim_signature_negate(signer, raw))
        out->failed = true;
    sim_add(out, raw, 64);
}

static void add_attestation_key(const struct sim_quote_options *options, struct text *out)
{
    uint8_t key[64];

    memcpy(key, options->attestation_key->point + 1, sizeof(key));
    if (options->attestation_key_off_curve)
        key[63] ^= 1; /* the other y of this x is p - y, never y xor 1 */
    sim_add(out, key, sizeof(key));
}

static void add_qe_auth(const struct sim_quote_options *options, struct text *out)
{
    for (size_t i = 0; i < options->qe_auth_size; i++)
        text_add_char(out, (char)(uint8_t)i);
}

/* The QE's report: its report data bind attestation key and authentication data. */
static void add_qe_report(const struct sim_quote_options *options, struct text *out)
{
    struct sim_enclave qe = options->qe;
    struct text bound = { 0 }, report = { 0 };

    add_attestation_key(options, &bound);
    add_qe_auth(options, &bound);
    sim_sha256(text_string(&bound), bound.length, qe.report_data);
    if (options->qe_hash_wrong)
        qe.report_data[0] ^= 1;
    memcpy(qe.report_data + 32, options->qe_report_data_tail, 32);
    sim_enclave_body(&qe, &report);
    flip(&report, &options->qe_before_signing);
    sim_add_text(out, &report);
    add_signature(options->qe_signer, options->qe_signature, &report, out);
    if (!text_ok(&bound))
        out->failed = true;
    text_free(&bound);
    text_free(&report);
}

static void add_inner_data(const struct sim_quote_options *options,
                           const struct sim_quote_parts *parts, struct text *out)
{
    if (options->has_inner_data) {
        sim_add(out, options->inner_data.data, options->inner_data.size);
    } else if (options->inner_type >= 1 && options->inner_type <= 3) {
        sim_add(out, parts->ppid, 16);
        if (options->inner_type == 2)
            add_zeros(out, 256 - 16); /* "encrypted" */
        if (options->inner_type == 3)
            add_zeros(out, 384 - 16);
        sim_add(out, parts->cpu_svn, 16);
        sim_add_u16(out, parts->pce_svn);
        sim_add(out, parts->pce_id, 2);
    } else if (options->inner_type == 4) {
        sim_add_text(out, parts->pck_leaf);
    } else {
        sim_add(out, parts->pck_chain, parts->pck_chain_size);
    }
}

/* QE report, its signature, authentication data, inner certification data: the content of type 6,
 * and what version 3 has in the same place without a frame. */
static void add_certification(const struct sim_quote_options *options,
                              const struct sim_quote_parts *parts, struct text *out)
{
    struct text inner = { 0 };

    add_qe_report(options, out);
    sim_add_u16(out, (uint16_t)((int64_t)options->qe_auth_size + options->qe_auth_size_delta));
    add_qe_auth(options, out);
    sim_add_u16(out, options->inner_type);
    add_inner_data(options, parts, &inner);
    sim_add_u32(out, (uint32_t)((int64_t)inner.length + options->inner_size_delta));
    sim_add_text(out, &inner);
    add_zeros(out, options->extra_in_certification);
    text_free(&inner);
}

static void add_auth(const struct sim_quote_options *options, const struct sim_quote_parts *parts,
                     const struct text *signed_part, struct text *out)
{
    struct text certification = { 0 };

    add_signature(options->quote_signer, options->quote_signature, signed_part, out);
    add_attestation_key(options, out);
    add_certification(options, parts, &certification);
    if (options->version >= 4) {
        sim_add_u16(out, options->outer_type);
        sim_add_u32(out,
                    (uint32_t)((int64_t)certification.length + options->certification_size_delta));
    }
    sim_add_text(out, &certification);
    add_zeros(out, options->extra_in_auth);
    text_free(&certification);
}

void sim_quote_build(const struct sim_quote_options *options, const struct sim_quote_parts *parts,
                     const uint8_t report_data[static SIM_REPORT_DATA_SIZE], struct text *out)
{
    struct text quote = { 0 }, auth = { 0 };

    add_signed_part(options, parts, report_data, &quote);
    flip(&quote, &options->before_signing);
    add_auth(options, parts, &quote, &auth);
    sim_add_u32(&quote, (uint32_t)((int64_t)auth.length + options->auth_size_delta));
    sim_add_text(&quote, &auth);
    flip(&quote, &options->after_signing);
    for (size_t i = 0; i < options->trailing; i++)
        text_add_char(&quote, (char)options->trailing_value);
    if (options->cut > quote.length)
        quote.failed = true;
    else
        quote.length -= options->cut;
    sim_add_text(out, &quote);
    text_free(&quote);
    text_free(&auth);
}
