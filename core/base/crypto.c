/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#ifndef OPENSSL_INIT_NO_ATEXIT /* the first releases of 1.1.1 */
#define OPENSSL_INIT_NO_ATEXIT 0
#endif

enum tdx_status crypto_start_lean(struct tdx_error *err)
{
    const uint64_t nothing = OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
                             OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS |
                             OPENSSL_INIT_NO_ATEXIT;

    if (OPENSSL_init_crypto(nothing, NULL) != 1)
        return status_fail(err, TDX_CRYPTO_FAILED, "it cannot be started");
    return TDX_OK;
}

enum tdx_status crypto_sha512(const struct span *parts, size_t count,
                              uint8_t ret[static CRYPTO_SHA512_SIZE], struct tdx_error *err)
{
    enum tdx_status status = TDX_CRYPTO_FAILED;
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (context == NULL || EVP_DigestInit_ex(context, EVP_sha512(), NULL) != 1)
        goto done;
    for (size_t i = 0; i < count; i++)
        if (EVP_DigestUpdate(context, parts[i].data, parts[i].size) != 1)
            goto done;
    if (EVP_DigestFinal_ex(context, ret, NULL) != 1)
        goto done;
    status = TDX_OK;
done:
    if (status != TDX_OK)
        (void)status_fail(err, status, "SHA-512");
    EVP_MD_CTX_free(context);
    return status;
}
