/* SPDX-License-Identifier: Apache-2.0 */
/* What a right platform looks like. sim_make.c writes what the struct then says. */
#include "tests/sim/sim_platform.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/rfc3339.h"
#include "tests/sim/sim_der.h"

#define DAY INT64_C(86400)

#define ROOT_NAME      "Intel SGX Root CA"
#define PLATFORM_NAME  "Intel SGX PCK Platform CA"
#define PROCESSOR_NAME "Intel SGX PCK Processor CA"
#define ROOT_CRL_URL   "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der"
#define PCK_CRL_URL    "https://api.trustedservices.intel.com/sgx/certification/v4/pckcrl?ca="

static const uint8_t qe_vendor[16] = { 0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9,
                                       0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07 };
/* MRSIGNER of Intel's quoting enclaves. */
static const uint8_t qe_signer[32] = { 0xdc, 0x9e, 0x2a, 0x7c, 0x6f, 0x94, 0x8f, 0x17,
                                       0x47, 0x4e, 0x34, 0xa7, 0xfc, 0x43, 0xed, 0x03,
                                       0x0f, 0x7c, 0x15, 0x63, 0xf1, 0xba, 0xbd, 0xdf,
                                       0x63, 0x40, 0xc8, 0x2e, 0x0e, 0x54, 0xa8, 0xc5 };

/* A recognisable measurement: SHA-384 of its name. */
static void measure(const char *name, uint8_t ret[static 48])
{
    sim_sha384(name, strlen(name), ret);
}

static bool make_keys(struct sim_platform *p, const char *seed)
{
    static const char *const names[SIM_KEY_COUNT] = {
        [SIM_KEY_ROOT] = "root",
        [SIM_KEY_PCK_CA] = "pck ca",
        [SIM_KEY_PCK] = "pck",
        [SIM_KEY_TCB_SIGNING] = "tcb signing",
        [SIM_KEY_ATTESTATION] = "attestation",
        [SIM_KEY_STRANGER] = "stranger",
        [SIM_KEY_STRANGER_384] = "stranger 384",
    };

    for (size_t i = 0; i < SIM_KEY_COUNT; i++)
        if (!sim_key_make(seed, names[i], i == SIM_KEY_STRANGER_384 ? SIM_P384 : SIM_P256,
                          &p->key[i]))
            return false;
    sim_sha256(seed, strlen(seed), p->report_mac_key);
    return true;
}

static void set_certificates(struct sim_platform *p)
{
    struct sim_certificate ca = {
        .issuer_name = ROOT_NAME,
        .issuer = &p->key[SIM_KEY_ROOT],
        .crl_url = ROOT_CRL_URL,
        .ca = true,
        .path_length = 0,
        .usage = SIM_USAGE_ISSUE,
        .extensions = SIM_EXT_ALL_CA,
    };

    p->root = p->ca = p->tcb_signing = ca;
    p->root.common_name = ROOT_NAME;
    p->root.key = &p->key[SIM_KEY_ROOT];
    p->root.path_length = 1;
    p->ca.common_name = PLATFORM_NAME;
    p->ca.key = &p->key[SIM_KEY_PCK_CA];
    p->tcb_signing.common_name = "Intel SGX TCB Signing";
    p->tcb_signing.key = &p->key[SIM_KEY_TCB_SIGNING];
    p->tcb_signing.ca = false;
    p->tcb_signing.usage = SIM_USAGE_SIGN;
    p->pck = p->tcb_signing;
    p->pck.common_name = "Intel SGX PCK Certificate";
    p->pck.issuer_name = PLATFORM_NAME;
    p->pck.key = &p->key[SIM_KEY_PCK];
    p->pck.issuer = &p->key[SIM_KEY_PCK_CA];
    p->pck.crl_url = PCK_CRL_URL "platform&encoding=der";
    p->pck.extensions = SIM_EXT_ALL_PCK;
    p->pck.sgx = &p->sgx;
    sim_key_id(p->root.key, p->root.serial);
    sim_key_id(p->ca.key, p->ca.serial);
    sim_key_id(p->tcb_signing.key, p->tcb_signing.serial);
    sim_key_id(p->pck.key, p->pck.serial);
}

static void set_crls(struct sim_platform *p)
{
    struct sim_crl crl = {
        .issuer_name = ROOT_NAME,
        .issuer = &p->key[SIM_KEY_ROOT],
        .has_number = true,
        .has_aki = true,
        .number = 1,
        .reason = 1,
    };

    p->root_crl = p->pck_crl = crl;
    p->pck_crl.issuer_name = PLATFORM_NAME;
    p->pck_crl.issuer = &p->key[SIM_KEY_PCK_CA];
}

static void set_sgx(struct sim_platform *p)
{
    static const uint8_t components[16] = { 4, 4, 2, 2, 4, 1, 0, 5 };
    static const uint8_t fmspc[6] = { 0x90, 0xc0, 0x6f, 0, 0, 0 };
    struct sim_sgx *sgx = &p->sgx;

    sgx->items = SIM_SGX_ALL_PLATFORM;
    memset(sgx->ppid, 0x1d, sizeof(sgx->ppid));
    for (size_t i = 0; i < 16; i++)
        sgx->component[i] = components[i];
    sgx->pce_svn = 13;
    memcpy(sgx->fmspc, fmspc, sizeof(fmspc));
    sgx->ppid_size = sizeof(sgx->ppid);
    sgx->pce_id_size = sizeof(sgx->pce_id);
    sgx->fmspc_size = sizeof(sgx->fmspc);
    sgx->type = 1;
    sgx->type_tag = DER_ENUMERATED;
    memset(sgx->instance, 0x5a, sizeof(sgx->instance));
    sgx->dynamic_platform = sgx->cached_keys = sgx->smt_enabled = true;
}

static void set_module(struct sim_module *module, const char *id)
{
    module->id = id;
    memset(module->attributes_mask, 0xff, sizeof(module->attributes_mask));
}

/* Platform levels (5,0,3) UpToDate, (5,0,2) OutOfDate; TDX_01: 6 UpToDate, 4 and 2 OutOfDate;
 * TDX_03: 3 UpToDate (quote-verification notes section 5.6). */
static void set_tcb_info(struct sim_platform *p)
{
    static const struct {
        uint8_t sgx[8], tdx[3];
        unsigned pce_svn;
        const char *status, *advisories;
    } levels[] = {
        { { 4, 4, 2, 2, 4, 1, 0, 5 }, { 5, 0, 3 }, 13, "UpToDate", NULL },
        { { 3, 3, 2, 2, 4, 1, 0, 5 },
          { 5, 0, 2 },
          13,
          "OutOfDate",
          "INTEL-SA-01245,INTEL-SA-01312" },
        { { 2, 2, 2, 2, 3, 1, 0, 5 },
          { 5, 0, 2 },
          5,
          "OutOfDate",
          "INTEL-SA-00837,INTEL-SA-01036,INTEL-SA-01245,INTEL-SA-01312" },
    };
    struct sim_tcb_info *info = &p->tcb_info;

    info->id = "TDX";
    info->version = 3;
    memcpy(info->fmspc, p->sgx.fmspc, sizeof(info->fmspc));
    memcpy(info->pce_id, p->sgx.pce_id, sizeof(info->pce_id));
    info->evaluation = 20;
    info->has_module = true;
    set_module(&info->module, "");
    info->module_count = 2;
    set_module(&info->modules[0], "TDX_03");
    info->modules[0].level_count = 1;
    info->modules[0].level[0] = (struct sim_isv_level){ .isv_svn = 3, .status = "UpToDate" };
    set_module(&info->modules[1], "TDX_01");
    info->modules[1].level_count = 3;
    info->modules[1].level[0] = (struct sim_isv_level){ .isv_svn = 6, .status = "UpToDate" };
    info->modules[1].level[1] = (struct sim_isv_level){ .isv_svn = 4,
                                                        .status = "OutOfDate",
                                                        .advisories = "INTEL-SA-01099" };
    info->modules[1].level[2] = (struct sim_isv_level){
        .isv_svn = 2, .status = "OutOfDate", .advisories = "INTEL-SA-01036,INTEL-SA-01099"
    };
    info->level_count = sizeof(levels) / sizeof(levels[0]);
    for (size_t i = 0; i < info->level_count; i++) {
        for (size_t k = 0; k < 8; k++)
            info->level[i].sgx[k] = levels[i].sgx[k];
        for (size_t k = 0; k < 3; k++)
            info->level[i].tdx[k] = levels[i].tdx[k];
        info->level[i].pce_svn = levels[i].pce_svn;
        info->level[i].status = levels[i].status;
        info->level[i].advisories = levels[i].advisories;
    }
    info->sgx_components = info->tdx_components = 16;
    info->component_names = true;
    info->signing.signer = &p->key[SIM_KEY_TCB_SIGNING];
}

static void set_qe_identity(struct sim_platform *p)
{
    struct sim_qe_identity *identity = &p->qe_identity;

    identity->id = "TD_QE";
    identity->version = 2;
    identity->evaluation = 20;
    memset(identity->misc_select_mask, 0xff, sizeof(identity->misc_select_mask));
    identity->attributes[0] = 0x11;
    memset(identity->attributes_mask, 0xff, 8);
    identity->attributes_mask[0] = 0xfb;
    memcpy(identity->mr_signer, qe_signer, sizeof(qe_signer));
    identity->isv_prod_id = 2;
    identity->level_count = 2;
    identity->level[0] = (struct sim_isv_level){ .isv_svn = 4, .status = "UpToDate" };
    identity->level[1] = (struct sim_isv_level){ .isv_svn = 3,
                                                 .status = "OutOfDate",
                                                 .advisories = "INTEL-SA-01103" };
    identity->signing.signer = &p->key[SIM_KEY_TCB_SIGNING];
}

static void set_td(struct sim_platform *p)
{
    struct sim_td *td = &p->td;

    td->report_version = 1;
    for (size_t i = 0; i < 16; i++)
        td->cpu_svn[i] = (uint8_t)p->sgx.component[i];
    td->tee_tcb_svn[0] = td->tee_tcb_svn_2[0] = 6;
    td->tee_tcb_svn[1] = td->tee_tcb_svn_2[1] = 1;
    td->tee_tcb_svn[2] = td->tee_tcb_svn_2[2] = 3;
    td->attributes = UINT64_C(1) << 28; /* SEPT_VE_DISABLE */
    td->xfam = 0x642e7;                 /* as on Alibaba Cloud's g8i */
    measure("tdx-sim mr_seam", td->mr_seam);
    measure("tdx-sim mr_td", td->mr_td);
    measure("tdx-sim rtmr0", td->rtmr[0]);
    measure("tdx-sim rtmr1", td->rtmr[1]);
    measure("tdx-sim rtmr2", td->rtmr[2]);
    measure("tdx-sim service td", td->service_td_hash);
    memset(td->td_id, 0x1d, sizeof(td->td_id));
}

static void set_quote(struct sim_platform *p)
{
    struct sim_quote_options *quote = &p->quote;

    quote->version = 5;
    quote->body_type = 3;
    quote->tee = 0x81;
    quote->key_type = 2;
    memcpy(quote->vendor, qe_vendor, sizeof(qe_vendor));
    memcpy(quote->qe.cpu_svn, p->td.cpu_svn, sizeof(quote->qe.cpu_svn));
    quote->qe.attributes[0] = 0x15; /* initialised, 64 bits, provisioning key */
    quote->qe.attributes[8] = 0xe7;
    memset(quote->qe.mr_enclave, 0xe5, sizeof(quote->qe.mr_enclave));
    memcpy(quote->qe.mr_signer, qe_signer, sizeof(qe_signer));
    quote->qe.isv_prod_id = 2;
    quote->qe.isv_svn = 4;
    quote->enclave = quote->qe;
    memset(quote->enclave.mr_signer, 0x51, sizeof(quote->enclave.mr_signer));
    quote->qe_auth_size = 32;
    quote->qe_signer = &p->key[SIM_KEY_PCK];
    quote->quote_signer = quote->attestation_key = &p->key[SIM_KEY_ATTESTATION];
    quote->outer_type = 6;
    quote->inner_type = 5;
}

static void set_isv_dates(struct sim_isv_level *levels, size_t count, int64_t newest)
{
    for (size_t i = 0; i < count; i++)
        levels[i].date = newest - (int64_t)i * 180 * DAY;
}

/* The day a level is dated from: whole days, as Intel's. */
static int64_t day_before(int64_t now, int64_t days)
{
    return now - now % DAY - days * DAY;
}

void sim_platform_set_time(struct sim_platform *p, int64_t now)
{
    struct sim_certificate *issued[] = { &p->ca, &p->tcb_signing, &p->pck };
    int64_t newest = day_before(now, 60);

    p->now = now;
    p->root.not_before = rfc3339_seconds(2018, 5, 21, 10, 45, 10);
    p->root.not_after = rfc3339_seconds(2049, 12, 31, 23, 59, 59);
    for (size_t i = 0; i < sizeof(issued) / sizeof(issued[0]); i++) {
        issued[i]->not_before = now - 365 * DAY;
        issued[i]->not_after = now + 6 * 365 * DAY;
    }
    p->root_crl.this_update = now - 90 * DAY;
    p->root_crl.next_update = now + 275 * DAY;
    p->pck_crl.this_update = now - 10 * DAY;
    p->pck_crl.next_update = now + 20 * DAY;
    p->tcb_info.issue_date = now - 10 * DAY;
    p->tcb_info.next_update = now + 20 * DAY;
    p->qe_identity.issue_date = now - 9 * DAY;
    p->qe_identity.next_update = now + 21 * DAY;
    for (size_t i = 0; i < SIM_LEVELS_MAX; i++)
        p->tcb_info.level[i].date = newest - (int64_t)i * 180 * DAY;
    for (size_t i = 0; i < SIM_MODULES_MAX; i++)
        set_isv_dates(p->tcb_info.modules[i].level, SIM_LEVELS_MAX, newest);
    set_isv_dates(p->qe_identity.level, SIM_LEVELS_MAX, newest);
}

struct sim_platform *sim_platform_new_at(const char *seed, int64_t now)
{
    struct sim_platform *p = calloc(1, sizeof(*p));

    if (p == NULL)
        return NULL;
    if (!make_keys(p, seed)) {
        sim_platform_free(p);
        return NULL;
    }
    set_certificates(p);
    set_crls(p);
    set_sgx(p);
    set_tcb_info(p);
    set_qe_identity(p);
    set_td(p);
    set_quote(p);
    sim_platform_set_time(p, now);
    return p;
}

struct sim_platform *sim_platform_new(void)
{
    return sim_platform_new_at("tdx-sim", SIM_NOW);
}

void sim_platform_free(struct sim_platform *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < SIM_KEY_COUNT; i++)
        sim_key_clear(&p->key[i]);
    free(p);
}

void sim_platform_use_processor_ca(struct sim_platform *p)
{
    p->pck_ca = SIM_PROCESSOR_CA;
    p->ca.common_name = p->pck.issuer_name = p->pck_crl.issuer_name = PROCESSOR_NAME;
    p->pck.crl_url = PCK_CRL_URL "processor&encoding=der";
    p->sgx.items = SIM_SGX_ALL_PROCESSOR;
    p->sgx.type = 0;
}

void sim_platform_use_sgx(struct sim_platform *p)
{
    p->tcb_info.id = "SGX";
    p->tcb_info.has_module = false;
    p->tcb_info.module_count = 0;
    p->tcb_info.tdx_components = 0;
    p->qe_identity.id = "QE";
    p->qe_identity.isv_prod_id = p->quote.qe.isv_prod_id = 1;
    p->quote.version = 3;
    p->quote.body_type = 1;
    p->quote.tee = 0;
}

void sim_platform_use_quote(struct sim_platform *p, unsigned version, unsigned body_type)
{
    p->quote.version = version;
    p->quote.body_type = body_type;
    p->td.report_version = body_type == 2 ? 0 : body_type == 3 ? 1 : 3;
}
