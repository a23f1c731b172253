/* SPDX-License-Identifier: Apache-2.0 */
/* What comes from a server or an admin's file on the way to a bundle. Input: one byte that says
 * which reader, then the text: issuer chain, CRL, envelope, qcnl file, platform file, floor file.
 */
#include <stdlib.h>
#include <string.h>

#include "core/collateral/floor.h"
#include "core/collateral/pcs_answer.h"
#include "core/collateral/pcs_regions.h"
#include "core/collateral/qcnl_conf.h"
#include "tests/fuzz/fuzz.h"

#define READERS 6

static void chain(struct span in)
{
    struct text out = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status = pcs_chain_decode((const char *)in.data, in.size, &out, &err);

    fuzz_require_status(status, &err);
    fuzz_require((status == TDX_OK) == (out.length > 0), "a chain is never empty");
    for (size_t i = 0; i < out.length; i++)
        fuzz_require((out.data[i] >= ' ' && out.data[i] <= '~') || out.data[i] == '\n' ||
                         out.data[i] == '\r',
                     "a chain is printable");
    text_free(&out);
}

static void crl(struct span in)
{
    struct text out = { 0 }, again = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status = pcs_crl_decode(in, &out, &err);

    fuzz_require_status(status, &err);
    if (status == TDX_OK) {
        fuzz_require(out.length >= 2 && out.data[0] == 0x30, "a CRL is a SEQUENCE");
        fuzz_require(pcs_crl_decode((struct span){ (const uint8_t *)out.data, out.length }, &again,
                                    NULL) == TDX_OK &&
                         again.length == out.length &&
                         memcmp(again.data, out.data, out.length) == 0,
                     "DER stays as it is");
    }
    text_free(&out);
    text_free(&again);
}

static void envelope(struct span in)
{
    struct span object = { NULL, 0 };
    uint8_t signature[64];
    struct tdx_error err = { 0 };
    enum tdx_status status = pcs_envelope_split(in, "tcbInfo", &object, signature, &err);

    fuzz_require_status(status, &err);
    if (status == TDX_OK)
        fuzz_require(object.size >= 2 && object.data >= in.data &&
                         object.data + object.size <= in.data + in.size && object.data[0] == '{' &&
                         object.data[object.size - 1] == '}',
                     "the object is a part of the body");
}

/* What Intel's library makes of a file is never refused, and no other than ours where ours reads
 * it. */
static void qcnl_reading(struct span in, enum tdx_status status)
{
    struct qcnl_reading reading;
    struct tdx_error err = { 0 };

    qcnl_conf_read("qcnl", in, &reading, &err);
    fuzz_require_status(reading.status, &err);
    fuzz_require(reading.status == status ||
                     (status == TDX_OK && reading.status == TDX_QCNL_JSON_BAD),
                 "only members outside of braces are judged in another way");
    fuzz_require(reading.fell_back == (reading.status == TDX_QCNL_JSON_BAD), "the way it is read");
    fuzz_require(reading.conf.cache_hours <= QCNL_CACHE_HOURS_MAX &&
                     memchr(qcnl_conf_collateral_url(&reading.conf), '\0', PCS_URL_SIZE) != NULL,
                 "within its bounds");
}

static void qcnl(struct span in)
{
    struct qcnl_conf conf, untouched;
    struct tdx_error err = { 0 };
    enum tdx_status status;

    memset(&conf, 0xa5, sizeof(conf));
    memset(&untouched, 0xa5, sizeof(untouched));
    status = qcnl_conf_parse("qcnl", in, &conf, &err);
    fuzz_require_status(status, &err);
    qcnl_reading(in, status);
    if (status != TDX_OK) {
        fuzz_require(memcmp(&conf, &untouched, sizeof(conf)) == 0, "untouched on failure");
        return;
    }
    fuzz_require(conf.retry_times <= QCNL_RETRIES_MAX && conf.retry_delay <= QCNL_DELAY_MAX &&
                     memchr(conf.pccs_url, '\0', sizeof(conf.pccs_url)) != NULL &&
                     memchr(conf.collateral_service, '\0', sizeof(conf.collateral_service)) != NULL,
                 "within its bounds");
}

static void regions(struct span in)
{
    char url[PCS_URL_SIZE];
    struct tdx_error err = { 0 };
    enum tdx_status status = pcs_region_url("regions", in, "cn-beijing", false, url, NULL, &err);

    fuzz_require_status(status, &err);
    if (status == TDX_OK)
        fuzz_require(strncmp(url, "https://", 8) == 0 &&
                         strcspn(url + 8, "\r\n\t @?#") == strlen(url + 8),
                     "an https address and nothing else");
}

static void floor_file(struct span in)
{
    struct floor floor, again;
    struct text out = { 0 }, twice = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status = floor_parse("floor", in, &floor, &err);

    fuzz_require_status(status, &err);
    if (status == TDX_OK) {
        floor_print(&floor, &out);
        fuzz_require(floor_parse("floor", (struct span){ (const uint8_t *)out.data, out.length },
                                 &again, NULL) == TDX_OK,
                     "what was printed can be read");
        floor_print(&again, &twice);
        fuzz_require(text_ok(&out) && text_ok(&twice) && strcmp(out.data, twice.data) == 0,
                     "and is printed alike");
    }
    text_free(&out);
    text_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[READERS])(struct span in) = { chain, crl,     envelope,
                                                              qcnl,  regions, floor_file };
    uint8_t *copy;

    if (size == 0)
        return 0;
    copy = fuzz_copy(data + 1, size - 1);
    readers[data[0] % READERS]((struct span){ copy, size - 1 });
    free(copy);
    return 0;
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t limit)
{
    static const char *const seeds[] = {
        "\x06-----BEGIN%20CERTIFICATE-----%0AMI+/=%0A-----END%20CERTIFICATE-----%0A"
        "-----BEGIN%20CERTIFICATE-----%0AMI%2b%0A-----END%20CERTIFICATE-----%0A",
        "\x07"
        "3003020107\n",
        "\x07-----BEGIN X509 CRL-----\nMAMC\nAQc=\n-----END X509 CRL-----\n",
        "\x07\x30\x03\x02\x01\x07",
        "\x08{\"tcbInfo\":{\"id\":\"TDX\"},\"signature\":\""
        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"}",
        "\x09{ // a\n\"pccs_url\": \"https://h/sgx/\", \"use_secure_cert\": false, /* b */\n"
        "\"tcb_update_type\": \"early\", \"retry_times\": 3, \"retry_delay\": 1 }",
        "\x09# a\nPCCS_URL = https://h/sgx/\r\nUSE_SECURE_CERT=FALSE\nRETRY_TIMES=6\n",
        "\x0apccs_host = p.{region}.x\npccs_vpc_host = v.{region}.x\npccs_region = cn-a\n",
        "\x0bnewest_issue = 2026-01-01T00:00:00Z\nroot_crl = 2026-01-01T00:00:00Z\n"
        "pck_crl_platform = 2026-01-01T00:00:00Z\nqe_identity = 17 2026-01-01T00:00:00Z\n"
        "tcb_info = 90c06f000000 18 2026-01-01T00:00:00Z\n",
    };

    if (number >= sizeof(seeds) / sizeof(seeds[0]))
        return 0;
    return fuzz_put_string(seeds[number], out, limit);
}
