/* SPDX-License-Identifier: Apache-2.0 */
#include "core/collateral/pcs_url.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define VERSIONED_PATH "/sgx/certification/v4/"
#define INTEL_DOMAIN   "trustedservices.intel.com"

const char *pcs_document_words(enum pcs_document document)
{
    switch (document) {
    case PCS_QE_IDENTITY:
        return "QE identity";
    case PCS_TCB_INFO:
        return "TCB info";
    case PCS_PCK_CRL:
        return "PCK CRL";
    case PCS_ROOT_CRL:
        return "root CRL";
    case PCS_DOCUMENT_COUNT:
        break;
    }
    return "document";
}

bool pcs_update_parse(const char *word, enum pcs_update *ret)
{
    if (strcasecmp(word, "standard") == 0)
        *ret = PCS_UPDATE_STANDARD;
    else if (strcasecmp(word, "early") == 0)
        *ret = PCS_UPDATE_EARLY;
    else
        return false;
    return true;
}

const char *pcs_update_word(enum pcs_update update)
{
    return update == PCS_UPDATE_EARLY ? "early" : "standard";
}

static enum tdx_status bad(struct tdx_error *err, const char *base, const char *why)
{
    char quoted[200];

    return status_fail(err, TDX_PCS_URL_BAD, "\"%s\": %s",
                       text_quote(base, strlen(base), quoted, sizeof(quoted)), why);
}

/* What cannot stand in an address that others are made from by putting text behind it. */
static const char *unfit_characters(const char *base)
{
    for (const char *at = base; *at != '\0'; at++) {
        if (*at <= ' ' || *at >= 0x7f || strchr("\"<>\\^`{|}", *at) != NULL)
            return "a character that an address cannot have";
        if (*at == '?' || *at == '#')
            return "a query or fragment has no place in it";
        if (*at == '@')
            return "a user name has no place in it";
    }
    return NULL;
}

/* Where the path of base has its first "/sgx/"; NULL where it has none. */
static const char *sgx_part(const char *base)
{
    const char *host = strstr(base, "://");
    const char *path = host != NULL ? strchr(host + 3, '/') : NULL;

    return path != NULL ? strstr(path, "/sgx/") : NULL;
}

enum tdx_status pcs_base_normalize(const char *base, char out[static PCS_URL_SIZE], bool *ret_plain,
                                   struct tdx_error *err)
{
    bool plain = strncasecmp(base, "http://", 7) == 0;
    const char *why = unfit_characters(base);
    const char *host, *path, *end = "";
    size_t length = strlen(base);
    int written;

    if (why != NULL)
        return bad(err, base, why);
    if (!plain && strncasecmp(base, "https://", 8) != 0)
        return bad(err, base, "it must begin with https://");
    host = base + (plain ? 7 : 8);
    path = strchr(host, '/');
    if (path == host || host[0] == '\0' || host[0] == ':')
        return bad(err, base, "the host is missing");
    if (path == NULL || path[1] == '\0')
        end = path == NULL ? VERSIONED_PATH : &VERSIONED_PATH[1];
    else if (base[length - 1] != '/')
        end = "/";
    written = snprintf(out, PCS_URL_SIZE, "%s%s", base, end);
    /* what is put behind it later must fit as well */
    if (written < 0 || (size_t)written >= PCS_URL_SIZE / 2)
        return bad(err, base, "it is too long");
    length = (size_t)written;
    if (length >= 4 && strcmp(out + length - 4, "/v3/") == 0)
        return bad(err, base, "version 3 serves no TDX collateral, write /v4/");
    if (sgx_part(out) == NULL)
        return bad(err, base, "the path must contain /sgx/, as in " VERSIONED_PATH);
    if (ret_plain != NULL)
        *ret_plain = plain;
    return TDX_OK;
}

bool pcs_base_is_intel(const char *base)
{
    const char *host = strstr(base, "://");
    size_t length;

    if (host == NULL)
        return false;
    host += 3;
    length = strcspn(host, "/:");
    return length >= strlen(INTEL_DOMAIN) &&
           strncasecmp(host + length - strlen(INTEL_DOMAIN), INTEL_DOMAIN, strlen(INTEL_DOMAIN)) ==
               0 &&
           (length == strlen(INTEL_DOMAIN) || host[length - strlen(INTEL_DOMAIN) - 1] == '.');
}

/* The base, with its first "/sgx/" as "/tdx/" if tdx: that is how Intel's library makes the TDX
 * address of any base. */
static void add_base(const struct pcs_target *target, bool tdx, struct text *out)
{
    const char *sgx = sgx_part(target->base);

    if (!tdx || sgx == NULL) {
        text_add(out, target->base);
        return;
    }
    text_add_n(out, target->base, (size_t)(sgx - target->base));
    text_add(out, "/tdx/");
    text_add(out, sgx + strlen("/sgx/"));
}

static void add_fmspc(const uint8_t fmspc[6], struct text *out)
{
    for (size_t i = 0; i < 6; i++)
        text_addf(out, "%02X", fmspc[i]);
}

/* RFC 3986 section 2.3: everything but the unreserved characters is encoded. */
static void add_encoded(const char *value, struct text *out)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    for (; *value != '\0'; value++) {
        if (strchr(plain, *value) != NULL)
            text_add_char(out, *value);
        else
            text_addf(out, "%%%02X", (unsigned)(unsigned char)*value);
    }
}

void pcs_url(const struct pcs_target *target, enum pcs_document document, struct text *out)
{
    const char *update = pcs_update_word(target->update);

    switch (document) {
    case PCS_QE_IDENTITY:
        add_base(target, !target->sgx, out);
        text_addf(out, "qe/identity?update=%s", update);
        break;
    case PCS_TCB_INFO:
        add_base(target, !target->sgx, out);
        text_add(out, "tcb?fmspc=");
        add_fmspc(target->fmspc, out);
        text_addf(out, "&update=%s", update);
        break;
    case PCS_PCK_CRL:
        add_base(target, false, out);
        text_addf(out, "pckcrl?ca=%s&encoding=der",
                  target->ca == PCK_CA_PLATFORM ? "platform" : "processor");
        break;
    case PCS_ROOT_CRL:
        if (pcs_base_is_intel(target->base)) {
            text_add(out, PCS_INTEL_ROOT_CRL_URL);
            break;
        }
        add_base(target, false, out);
        text_add(out, "rootcacrl");
        break;
    case PCS_DOCUMENT_COUNT:
        break;
    }
}

void pcs_url_root_crl_by_uri(const struct pcs_target *target, struct text *out)
{
    add_base(target, false, out);
    text_add(out, "crl?uri=");
    add_encoded(PCS_INTEL_ROOT_CRL_URL, out);
}
