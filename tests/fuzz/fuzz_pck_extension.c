/* SPDX-License-Identifier: Apache-2.0 */
/* The DER readers. Input: one byte that chooses (0: SGX extension, 1: certificate, 2: CRL, 3: PEM
 * chain), then the bytes. */
#include <stdlib.h>
#include <string.h>

#include "core/verify/cert.h"
#include "core/verify/crl.h"
#include "core/verify/pck_cert.h"
#include "tests/fuzz/fuzz.h"
#include "tests/sim/sim_platform.h"

enum kind { KIND_EXTENSION, KIND_CERTIFICATE, KIND_CRL, KIND_CHAIN, KIND_COUNT };

static bool within(struct span part, struct span whole)
{
    return part.size == 0 ||
           (part.data >= whole.data && part.data + part.size <= whole.data + whole.size);
}

static enum tdx_status read_crl(struct span input, struct tdx_error *err)
{
    struct crl crl = { 0 };
    enum tdx_status status = crl_parse(input, &crl, err);

    if (status == TDX_OK) {
        fuzz_require(crl.decoded != NULL || within(crl.tbs, input), "the list lies in the input");
        for (size_t i = 0; i < crl.serial_count; i++)
            fuzz_require(crl_revokes(&crl, crl.serial[i]), "each entry revokes");
    }
    crl_clear(&crl);
    return status;
}

static enum tdx_status read_certificate(struct span input, struct tdx_error *err)
{
    struct cert cert;
    enum tdx_status status = cert_parse(input, TDX_PCK_CHAIN_FORMAT, &cert, err);

    if (status == TDX_OK) {
        fuzz_require(within(cert.tbs, input) && within(cert.signature, input) &&
                         within(cert.serial, input) && within(cert.common_name, input) &&
                         within(cert.sgx_extension, input),
                     "all parts lie in the input");
        fuzz_require(cert_is_self_issued(&cert) == cert_names_issuer(&cert, &cert),
                     "self-issued is issued by itself");
        fuzz_require(cert.common_name.size > 0 || !cert_name_contains(&cert, "A"),
                     "what is absent contains nothing");
    }
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tdx_error err = { 0 };
    struct pck_info info;
    enum tdx_status status;
    struct span input;
    uint8_t *copy;

    if (size == 0)
        return 0;
    copy = fuzz_copy(data + 1, --size);
    input = (struct span){ copy, size };
    switch (data[0] % KIND_COUNT) {
    case KIND_EXTENSION:
        status = pck_extension_parse(input, &info, &err);
        fuzz_require(status != TDX_OK || memcmp(info.component_svn, info.cpu_svn, 16) == 0,
                     "CPUSVN and components agree");
        break;
    case KIND_CERTIFICATE:
        status = read_certificate(input, &err);
        break;
    case KIND_CRL:
        status = read_crl(input, &err);
        break;
    default:
        status = pck_chain_peek(input, &info, &err);
        break;
    }
    fuzz_require_status(status, &err);
    free(copy);
    return 0;
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t limit)
{
    struct sim_platform *p = number < 8 ? sim_platform_new() : NULL;
    struct text text = { 0 };
    size_t size;

    if (p == NULL)
        return 0;
    if (number >= 4)
        sim_platform_use_processor_ca(p);
    text_add_char(&text, (char)(number % 4));
    if (number % 4 == KIND_EXTENSION)
        sim_sgx_make(&p->sgx, &text);
    else if (number % 4 == KIND_CERTIFICATE)
        sim_pck_leaf_der(p, &text);
    else if (number % 4 == KIND_CRL)
        sim_crl_make(number < 4 ? &p->pck_crl : &p->root_crl, &text);
    else
        sim_pck_chain_pem(p, &text);
    fuzz_require(text_ok(&text), "a seed can be made");
    size = fuzz_put(text.data, text.length, out, limit);
    text_free(&text);
    sim_platform_free(p);
    return size;
}
