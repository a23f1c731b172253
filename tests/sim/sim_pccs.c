/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_pccs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/hex.h"
#include "core/base/rfc3339.h"
#include "tests/sim/sim_der.h"

#define JSON_TYPE "application/json"
#define PEM_TYPE  "application/x-pem-file"
#define DER_TYPE  "application/pkix-crl"

/* One request, while it is answered. */
struct request {
    const struct sim_world *world;
    const struct sim_platform *platform;
    struct sim_pccs_answer *answer;
    const char *query; /* "" or what follows '?' */
    bool strike, tdx, v3;
};

static const char *const kind_words[] = { "tcb", "identity", "pckcrl", "rootcrl", "other" };

const char *sim_pccs_kind_word(enum sim_pccs_kind kind)
{
    return kind_words[kind];
}

void sim_pccs_answer_clear(struct sim_pccs_answer *answer)
{
    text_free(&answer->headers);
    text_free(&answer->body);
}

/* The first parameter of that name into value; false if there is none. */
static bool parameter(const struct request *request, const char *name, char *value, size_t size)
{
    const char *at = request->query;
    size_t length = strlen(name);

    while (*at != '\0') {
        size_t whole = strcspn(at, "&");

        if (whole > length && strncmp(at, name, length) == 0 && at[length] == '=' &&
            whole - length - 1 < size) {
            memcpy(value, at + length + 1, whole - length - 1);
            value[whole - length - 1] = '\0';
            return true;
        }
        at += whole;
        at += *at == '&';
    }
    return false;
}

static bool parameter_is(const struct request *request, const char *name, const char *wanted)
{
    char value[64];

    return parameter(request, name, value, sizeof(value)) && strcmp(value, wanted) == 0;
}

static void refuse(const struct request *request, unsigned status, const char *why)
{
    request->answer->status = status;
    request->answer->type = "text/plain";
    text_add(&request->answer->body, why);
    if (status == 400)
        text_addf(&request->answer->headers, "Error-Code: InvalidRequest\r\nError-Message: %s\r\n",
                  why);
}

/* --- issuer chains in headers --- */

static bool is_plain(char c, bool keep_base64)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           strchr("-_.~", c) != NULL || (keep_base64 && strchr("+/=", c) != NULL);
}

/* lower: the other legal way to write it, with lower-case hex and '+', '/', '=' as they are. */
static void add_percent_encoded(struct text *out, const struct text *value, bool lower)
{
    for (size_t i = 0; i < value->length; i++) {
        if (is_plain(value->data[i], lower))
            text_add_char(out, value->data[i]);
        else
            text_addf(out, lower ? "%%%02x" : "%%%02X", (unsigned)(uint8_t)value->data[i]);
    }
}

static void add_chain(const struct request *request, const char *name, enum sim_part part)
{
    const struct sim_faults *faults = &request->world->faults;
    struct text chain = { 0 }, *headers = &request->answer->headers;
    size_t begun = headers->length;

    if (request->strike && faults->pccs == SIM_PCCS_NO_HEADER)
        return;
    if (request->strike && faults->pccs == SIM_PCCS_CHAIN_SWAPPED)
        part =
            part == SIM_PCK_CRL_ISSUER_CHAIN ? SIM_TCB_INFO_ISSUER_CHAIN : SIM_PCK_CRL_ISSUER_CHAIN;
    sim_part_make(request->platform, part, &chain);
    text_addf(headers, "%s: ", name);
    for (size_t i = begun; faults->header_form == SIM_HEADER_LOWER && i < headers->length; i++)
        if (headers->data[i] >= 'A' && headers->data[i] <= 'Z')
            headers->data[i] = (char)(headers->data[i] + ('a' - 'A'));
    add_percent_encoded(headers, &chain, faults->header_form == SIM_HEADER_LOWER_HEX);
    text_add(headers, "\r\n");
    if (!text_ok(&chain))
        headers->failed = true;
    text_free(&chain);
}

/* --- signed documents --- */

static void add_envelope(const struct request *request, const char *member, const struct text *text,
                         const struct text *signature)
{
    struct text *body = &request->answer->body;

    text_addf(body, "{\"%s\":", member);
    sim_add_text(body, text);
    text_add(body, ",\"signature\":\"");
    text_add_hex(body, text_string(signature), signature->length);
    text_add(body, "\"}");
    if (!text_ok(signature))
        body->failed = true;
    request->answer->type = JSON_TYPE;
}

/* "update" and "tcbEvaluationDataNumber": which evaluation is asked for. False: refused. */
static bool choose_evaluation(const struct request *request, uint64_t *evaluation)
{
    char number[32], update[32] = "standard";
    bool pinned = parameter(request, "tcbEvaluationDataNumber", number, sizeof(number));
    bool has_update = parameter(request, "update", update, sizeof(update));

    if ((pinned && has_update) ||
        (strcasecmp(update, "standard") != 0 && strcasecmp(update, "early") != 0)) {
        refuse(request, 400, "update and tcbEvaluationDataNumber");
        return false;
    }
    if (pinned && strtoull(number, NULL, 10) != *evaluation) {
        refuse(request, 410, "This evaluation data number is gone");
        return false;
    }
    if (strcasecmp(update, "early") == 0)
        ++*evaluation;
    return true;
}

static void answer_tcb(const struct request *request)
{
    struct sim_tcb_info info = request->platform->tcb_info;
    struct text text = { 0 }, signature = { 0 };
    char fmspc[32], ours[HEX_TEXT_SIZE(sizeof(info.fmspc))];

    hex_encode(request->platform->sgx.fmspc, sizeof(info.fmspc), ours);
    if (!parameter(request, "fmspc", fmspc, sizeof(fmspc)) || strlen(fmspc) != 12) {
        refuse(request, 400, "fmspc");
        return;
    }
    if (strcasecmp(fmspc, ours) != 0) {
        refuse(request, 404, "No cache data for this platform.");
        return;
    }
    if (!choose_evaluation(request, &info.evaluation))
        return;
    if (!request->tdx) {
        info.id = "SGX";
        info.has_module = false;
        info.module_count = info.tdx_components = 0;
    }
    add_chain(request,
              request->v3 || request->world->faults.header_form == SIM_HEADER_V3
                  ? "SGX-TCB-Info-Issuer-Chain"
                  : "TCB-Info-Issuer-Chain",
              SIM_TCB_INFO_ISSUER_CHAIN);
    sim_tcb_info_make(&info, &text, &signature);
    add_envelope(request, "tcbInfo", &text, &signature);
    text_free(&text);
    text_free(&signature);
}

static void answer_identity(const struct request *request)
{
    struct sim_qe_identity identity = request->platform->qe_identity;
    struct text text = { 0 }, signature = { 0 };

    if (!choose_evaluation(request, &identity.evaluation))
        return;
    if (!request->tdx) {
        identity.id = "QE";
        identity.isv_prod_id = 1;
    }
    add_chain(request, "SGX-Enclave-Identity-Issuer-Chain", SIM_QE_IDENTITY_ISSUER_CHAIN);
    sim_qe_identity_make(&identity, &text, &signature);
    add_envelope(request, "enclaveIdentity", &text, &signature);
    text_free(&text);
    text_free(&signature);
}

/* --- CRLs --- */

static void add_crl(const struct request *request, enum sim_part part, enum sim_crl_form form)
{
    struct sim_pccs_answer *answer = request->answer;
    struct text der = { 0 };

    if (request->world->faults.crl_form != SIM_CRL_AUTO)
        form = request->world->faults.crl_form;
    sim_part_make(request->platform, part, &der);
    answer->type = form == SIM_CRL_DER ? DER_TYPE : PEM_TYPE;
    if (form == SIM_CRL_DER)
        sim_add_text(&answer->body, &der);
    else if (form == SIM_CRL_PEM)
        sim_pem(&answer->body, "X509 CRL", &der);
    else
        text_add_hex(&answer->body, text_string(&der), der.length);
    if (!text_ok(&der))
        answer->body.failed = true;
    text_free(&der);
}

static void answer_pckcrl(const struct request *request)
{
    bool processor = parameter_is(request, "ca", "processor");
    enum sim_crl_form form = parameter_is(request, "encoding", "der")   ? SIM_CRL_DER
                             : parameter_is(request, "encoding", "pem") ? SIM_CRL_PEM
                                                                        : SIM_CRL_HEX;

    if (!processor && !parameter_is(request, "ca", "platform")) {
        refuse(request, 400, "ca");
        return;
    }
    if (processor != (request->platform->pck_ca == SIM_PROCESSOR_CA)) {
        refuse(request, 404, "No cache data for this platform.");
        return;
    }
    add_chain(request, "SGX-PCK-CRL-Issuer-Chain", SIM_PCK_CRL_ISSUER_CHAIN);
    add_crl(request, SIM_PCK_CRL, form);
}

static void answer_rootcacrl(const struct request *request)
{
    add_crl(request, SIM_ROOT_CA_CRL, SIM_CRL_HEX);
}

static void answer_crl_uri(const struct request *request)
{
    char uri[256];

    if (!parameter(request, "uri", uri, sizeof(uri)))
        refuse(request, 400, "uri");
    else
        add_crl(request, SIM_ROOT_CA_CRL, SIM_CRL_DER);
}

/* --- what a verifier rarely asks for --- */

static void answer_pckcert(const struct request *request)
{
    struct sim_pccs_answer *answer = request->answer;
    const struct sim_sgx *sgx = &request->platform->sgx;
    struct text leaf = { 0 };

    sim_pck_leaf_der(request->platform, &leaf);
    sim_pem(&answer->body, "CERTIFICATE", &leaf);
    add_chain(request, "SGX-PCK-Certificate-Issuer-Chain", SIM_PCK_CRL_ISSUER_CHAIN);
    text_add(&answer->headers, "SGX-TCBm: ");
    for (size_t i = 0; i < 16; i++)
        text_addf(&answer->headers, "%02x", (unsigned)(uint8_t)sgx->component[i]);
    text_addf(&answer->headers, "%02x%02x\r\nSGX-FMSPC: ", (unsigned)(sgx->pce_svn & 0xff),
              (unsigned)(sgx->pce_svn >> 8 & 0xff));
    text_add_hex(&answer->headers, sgx->fmspc, sizeof(sgx->fmspc));
    text_addf(&answer->headers, "\r\nSGX-PCK-Certificate-CA-Type: %s\r\n",
              request->platform->pck_ca == SIM_PROCESSOR_CA ? "processor" : "platform");
    answer->type = PEM_TYPE;
    text_free(&leaf);
}

static void answer_evaluation_numbers(const struct request *request)
{
    const struct sim_tcb_info *info = &request->platform->tcb_info;
    struct text text = { 0 }, signature = { 0 };
    char issued[RFC3339_TEXT_SIZE], next[RFC3339_TEXT_SIZE], date[RFC3339_TEXT_SIZE];
    uint8_t raw[SIM_SIGNATURE_SIZE_MAX];

    (void)rfc3339_format(info->issue_date, issued);
    (void)rfc3339_format(info->next_update, next);
    (void)rfc3339_format(info->level[0].date, date);
    text_addf(&text,
              "{\"id\":\"%s\",\"version\":1,\"issueDate\":\"%s\",\"nextUpdate\":\"%s\","
              "\"tcbEvalNumbers\":[",
              request->tdx ? "TDX" : "SGX", issued, next);
    for (uint64_t i = 0; i < 2; i++)
        text_addf(&text,
                  "%s{\"tcbEvaluationDataNumber\":%" PRIu64
                  ",\"tcbRecoveryEventDate\":\"%s\",\"tcbDate\":\"%s\"}",
                  i > 0 ? "," : "", info->evaluation + 1 - i, date, date);
    text_add(&text, "]}");
    if (text_ok(&text) && sim_key_sign(info->signing.signer, false, text.data, text.length, raw))
        sim_add(&signature, raw, 64);
    else
        signature.failed = true;
    add_chain(request, "TCB-Evaluation-Data-Numbers-Issuer-Chain", SIM_TCB_INFO_ISSUER_CHAIN);
    add_envelope(request, "tcbEvaluationDataNumbers", &text, &signature);
    text_free(&text);
    text_free(&signature);
}

static void answer_fmspcs(const struct request *request)
{
    struct text *body = &request->answer->body;

    text_add(body, "[{\"fmspc\":\"");
    text_add_hex(body, request->platform->sgx.fmspc, sizeof(request->platform->sgx.fmspc));
    text_add(body, "\",\"platform\":\"E5\"}]");
    request->answer->type = JSON_TYPE;
}

static const struct {
    const char *path;
    enum sim_pccs_kind kind;
    bool tdx_too, v3_too; /* under /tdx/ as well; in version 3 as well */
    void (*answer)(const struct request *request);
} routes[] = {
    { "pckcrl", SIM_PCCS_PCKCRL, false, true, answer_pckcrl },
    { "rootcacrl", SIM_PCCS_ROOTCRL, false, true, answer_rootcacrl },
    { "crl", SIM_PCCS_ROOTCRL, false, true, answer_crl_uri },
    { "tcb", SIM_PCCS_TCB, true, true, answer_tcb },
    { "qe/identity", SIM_PCCS_IDENTITY, true, true, answer_identity },
    { "pckcert", SIM_PCCS_OTHER, false, true, answer_pckcert },
    { "tcbevaluationdatanumbers", SIM_PCCS_OTHER, true, false, answer_evaluation_numbers },
    { "fmspcs", SIM_PCCS_OTHER, false, false, answer_fmspcs },
};

#define ROUTE_COUNT (sizeof(routes) / sizeof(routes[0]))

/* The route of a path, or ROUTE_COUNT. Fills tdx and v3. */
static size_t find_route(struct request *request, const char *path, size_t length)
{
    static const char *const prefixes[] = { "/sgx/certification/v4/", "/tdx/certification/v4/",
                                            "/sgx/certification/v3/" };
    size_t prefix = 0;

    while (prefix < 3 && strncmp(path, prefixes[prefix], strlen(prefixes[prefix])) != 0)
        prefix++;
    if (prefix == 3)
        return ROUTE_COUNT;
    request->tdx = prefix == 1;
    request->v3 = prefix == 2;
    path += strlen(prefixes[prefix]);
    length -= strlen(prefixes[prefix]);
    for (size_t i = 0; i < ROUTE_COUNT; i++)
        if (strlen(routes[i].path) == length && strncmp(routes[i].path, path, length) == 0 &&
            (!request->tdx || routes[i].tdx_too) && (!request->v3 || routes[i].v3_too))
            return i;
    return ROUTE_COUNT;
}

/* The path at which the certificates say that the root's CRL lies. */
static bool is_distribution_point(const char *path, size_t length)
{
    return length == strlen("/IntelSGXRootCA.der") &&
           strncmp(path, "/IntelSGXRootCA.der", length) == 0;
}

enum sim_pccs_kind sim_pccs_kind(const char *target)
{
    struct request request = { 0 };
    size_t length = strcspn(target, "?"), route = find_route(&request, target, length);

    if (is_distribution_point(target, length))
        return SIM_PCCS_ROOTCRL;
    return route < ROUTE_COUNT ? routes[route].kind : SIM_PCCS_OTHER;
}

void sim_pccs_answer(const struct sim_world *world, const char *target, bool strike,
                     struct sim_pccs_answer *ret)
{
    struct request request = { .world = world, .platform = world->platform, .answer = ret };
    size_t length = strcspn(target, "?"), route = find_route(&request, target, length);

    request.query = target[length] == '?' ? target + length + 1 : "";
    request.strike = strike;
    ret->status = 200;
    if (is_distribution_point(target, length))
        add_crl(&request, SIM_ROOT_CA_CRL, SIM_CRL_DER);
    else if (route == ROUTE_COUNT)
        refuse(&request, 404, "No such path.");
    else
        routes[route].answer(&request);
}
