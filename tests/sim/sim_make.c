/* SPDX-License-Identifier: Apache-2.0 */
/* Writes what a struct sim_platform says, with its simple knobs applied on the way. */
#include <string.h>

#include "tests/sim/sim_der.h"
#include "tests/sim/sim_platform.h"

enum chain_certificate { CHAIN_LEAF, CHAIN_MIDDLE, CHAIN_ROOT };

void sim_root_der(const struct sim_platform *p, struct text *out)
{
    sim_certificate_make(&p->root, out);
}

void sim_pck_leaf_der(const struct sim_platform *p, struct text *out)
{
    sim_certificate_make(&p->pck, out);
}

static void add_pem(const struct sim_certificate *certificate, struct text *out)
{
    struct text der = { 0 };

    sim_certificate_make(certificate, &der);
    sim_pem(out, "CERTIFICATE", &der);
    text_free(&der);
}

void sim_anchor_pem(const struct sim_platform *p, struct text *out)
{
    add_pem(&p->root, out);
}

static void add_chain_part(const struct sim_platform *p, const struct sim_certificate *certificate,
                           unsigned flags, bool is_leaf, struct text *out)
{
    struct sim_certificate changed = *certificate;
    struct text garbage = { 0 };

    if (is_leaf && (flags & SIM_CHAIN_GARBAGE)) {
        text_add(&garbage, "this is not a certificate");
        sim_pem(out, "CERTIFICATE", &garbage);
        text_free(&garbage);
        return;
    }
    if (certificate == &p->root && (flags & SIM_CHAIN_REISSUED_ROOT))
        changed.serial[0] ^= 0x40;
    if (certificate == &p->root && (flags & SIM_CHAIN_FOREIGN_ROOT))
        changed.key = changed.issuer = &p->key[SIM_KEY_STRANGER];
    if (flags & SIM_CHAIN_TEXT_AROUND)
        text_addf(out, "subject=CN = %s\n", certificate->common_name);
    add_pem(&changed, out);
    if (is_leaf && (flags & SIM_CHAIN_LEAF_TWICE))
        add_pem(&changed, out);
}

/* certificates: leaf first, root last. */
static void add_chain(const struct sim_platform *p, unsigned flags,
                      const struct sim_certificate *const *certificates, size_t count,
                      struct text *out)
{
    if (flags & SIM_CHAIN_EMPTY)
        return;
    for (size_t i = 0; i < count; i++) {
        size_t at = (flags & SIM_CHAIN_REVERSED) ? count - 1 - i : i;
        bool is_leaf = at == 0, is_root = at == count - 1;

        if ((is_root && (flags & SIM_CHAIN_NO_ROOT)) || (is_leaf && (flags & SIM_CHAIN_NO_LEAF)))
            continue;
        add_chain_part(p, certificates[at], flags, is_leaf, out);
    }
    if (flags & SIM_CHAIN_TEXT_AROUND)
        text_add(out, "the end\n");
}

void sim_pck_chain_pem(const struct sim_platform *p, struct text *out)
{
    const struct sim_certificate *const certificates[] = { &p->pck, &p->ca, &p->root };

    add_chain(p, p->pck_chain, certificates, 3, out);
}

static void add_signing_chain(const struct sim_platform *p, unsigned flags, struct text *out)
{
    const struct sim_certificate *const certificates[] = { &p->tcb_signing, &p->root };

    add_chain(p, flags, certificates, 2, out);
}

static void revoke(struct sim_crl *crl, const uint8_t *serial, struct text *out)
{
    if (!sim_crl_revoke(crl, serial))
        out->failed = true;
}

static void add_root_crl(const struct sim_platform *p, struct text *out)
{
    struct sim_crl crl = p->root_crl;

    if (p->revoked_ca)
        revoke(&crl, p->ca.serial, out);
    if (p->revoked_tcb_signer)
        revoke(&crl, p->tcb_signing.serial, out);
    sim_crl_make(&crl, out);
}

static void add_pck_crl(const struct sim_platform *p, struct text *out)
{
    struct sim_crl crl = p->pck_crl;

    if (p->revoked_pck)
        revoke(&crl, p->pck.serial, out);
    sim_crl_make(&crl, out);
}

/* Text and signature are made together; one of them is wanted. */
static void add_signed(const struct sim_platform *p, enum sim_part part, struct text *out)
{
    struct text text = { 0 }, signature = { 0 };
    bool wants_text = part == SIM_TCB_INFO || part == SIM_QE_IDENTITY;

    if (part == SIM_TCB_INFO || part == SIM_TCB_INFO_SIGNATURE)
        sim_tcb_info_make(&p->tcb_info, &text, &signature);
    else
        sim_qe_identity_make(&p->qe_identity, &text, &signature);
    sim_add_text(out, wants_text ? &text : &signature);
    text_free(&text);
    text_free(&signature);
}

void sim_part_make(const struct sim_platform *p, enum sim_part part, struct text *out)
{
    const struct sim_certificate *const ca_chain[] = { &p->ca, &p->root };

    switch (part) {
    case SIM_PCK_CRL_ISSUER_CHAIN:
        add_chain(p, p->crl_chain, ca_chain, 2, out);
        break;
    case SIM_ROOT_CA_CRL:
        add_root_crl(p, out);
        break;
    case SIM_PCK_CRL:
        add_pck_crl(p, out);
        break;
    case SIM_TCB_INFO_ISSUER_CHAIN:
        add_signing_chain(p, p->tcb_info_chain, out);
        break;
    case SIM_QE_IDENTITY_ISSUER_CHAIN:
        add_signing_chain(p, p->qe_identity_chain, out);
        break;
    default:
        add_signed(p, part, out);
        break;
    }
}

void sim_bundle_make(const struct sim_platform *p, struct sim_bundle *ret)
{
    for (size_t i = 0; i < SIM_PART_COUNT; i++) {
        text_clear(&ret->part[i]);
        sim_part_make(p, (enum sim_part)i, &ret->part[i]);
    }
}

void sim_bundle_json_make(const struct sim_platform *p, struct text *out)
{
    struct sim_bundle bundle = { 0 };

    sim_bundle_make(p, &bundle);
    sim_bundle_json(&bundle, out);
    sim_bundle_clear(&bundle);
}

/* The TD with the simple knobs applied. */
static struct sim_td effective_td(const struct sim_platform *p)
{
    struct sim_td td = p->td;

    if (p->debug)
        td.attributes |= 1;
    return td;
}

void sim_platform_report(const struct sim_platform *p,
                         const uint8_t report_data[static SIM_REPORT_DATA_SIZE],
                         uint8_t ret[static SIM_REPORT_SIZE])
{
    struct sim_report_faults faults = p->report_faults;
    struct sim_td td = effective_td(p);

    faults.wrong_echo |= p->wrong_echo;
    sim_report_make(&td, &faults, p->report_mac_key, report_data, ret);
}

void sim_quote_make(const struct sim_platform *p,
                    const uint8_t report_data[static SIM_REPORT_DATA_SIZE], struct text *out)
{
    struct text chain = { 0 }, leaf = { 0 };
    struct sim_td td = effective_td(p);
    uint8_t cpu_svn[16], data[SIM_REPORT_DATA_SIZE];
    struct sim_quote_parts parts = {
        .td = &td,
        .pck_leaf = &leaf,
        .ppid = p->sgx.ppid,
        .cpu_svn = cpu_svn,
        .pce_svn = (uint16_t)p->sgx.pce_svn,
        .pce_id = p->sgx.pce_id,
    };

    memcpy(data, report_data, sizeof(data));
    if (p->wrong_echo)
        data[0] ^= 1;
    if (p->other_td) {
        memset(td.rtmr[3], 0x07, sizeof(td.rtmr[3]));
        td.mr_td[0] ^= 0xff;
    }
    for (size_t i = 0; i < sizeof(cpu_svn); i++)
        cpu_svn[i] = (uint8_t)p->sgx.component[i];
    sim_pck_chain_pem(p, &chain);
    if (p->quote.inner_type == 4)
        sim_pck_leaf_der(p, &leaf);
    parts.pck_chain = text_string(&chain);
    parts.pck_chain_size = chain.length + (p->pck_chain_no_nul ? 0 : 1);
    sim_quote_build(&p->quote, &parts, data, out);
    if (!text_ok(&chain))
        out->failed = true;
    text_free(&chain);
    text_free(&leaf);
}
