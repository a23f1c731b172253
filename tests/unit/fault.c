/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fault.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stddef.h>
#include <stdlib.h>

static unsigned calls_left; /* 0: not armed */
static bool fired;

void fault_arm(unsigned nth)
{
    calls_left = nth;
    fired = false;
}

void fault_disarm(void)
{
    calls_left = 0;
}

bool fault_fired(void)
{
    return fired;
}

static bool fail_this_call(void)
{
    if (calls_left == 0 || --calls_left > 0)
        return false;
    return fired = true;
}

/* FAULT(type, name, (parameters), (arguments), value returned instead of calling). The reference to
 * the real function is weak: a program that does not wrap NAME has no __real_NAME. */
#define FAULT(type, name, parameters, arguments, failure)                                          \
    type __real_##name parameters __attribute__((weak));                                           \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return fail_this_call() ? (failure) : __real_##name arguments;                             \
    }

FAULT(EVP_MD_CTX *, EVP_MD_CTX_new, (void), (), NULL)
FAULT(int, EVP_DigestInit_ex, (EVP_MD_CTX * context, const EVP_MD *type, ENGINE *engine),
      (context, type, engine), 0)
FAULT(int, EVP_DigestUpdate, (EVP_MD_CTX * context, const void *data, size_t size),
      (context, data, size), 0)
FAULT(int, EVP_DigestFinal_ex, (EVP_MD_CTX * context, unsigned char *digest, unsigned *size),
      (context, digest, size), 0)
FAULT(int, EVP_Digest,
      (const void *data, size_t count, unsigned char *digest, unsigned *size, const EVP_MD *type,
       ENGINE *engine),
      (data, count, digest, size, type, engine), 0)
FAULT(int, EVP_DigestSignInit,
      (EVP_MD_CTX * context, EVP_PKEY_CTX **key_context, const EVP_MD *type, ENGINE *engine,
       EVP_PKEY *key),
      (context, key_context, type, engine, key), 0)
FAULT(int, EVP_DigestSign,
      (EVP_MD_CTX * context, unsigned char *signature, size_t *signature_size,
       const unsigned char *data, size_t size),
      (context, signature, signature_size, data, size), 0)
FAULT(int, EVP_DigestVerifyInit,
      (EVP_MD_CTX * context, EVP_PKEY_CTX **key_context, const EVP_MD *type, ENGINE *engine,
       EVP_PKEY *key),
      (context, key_context, type, engine, key), 0)
FAULT(ECDSA_SIG *, ECDSA_SIG_new, (void), (), NULL)
FAULT(void *, malloc, (size_t size), (size), NULL)
FAULT(void *, calloc, (size_t count, size_t size), (count, size), NULL)
FAULT(void *, realloc, (void *old, size_t size), (old, size), NULL)
FAULT(EVP_PKEY *, EVP_PKEY_new, (void), (), NULL)
FAULT(int, EVP_PKEY_copy_parameters, (EVP_PKEY * to, const EVP_PKEY *from), (to, from), 0)
FAULT(EVP_PKEY_CTX *, EVP_PKEY_CTX_new, (EVP_PKEY * key, ENGINE *engine), (key, engine), NULL)
FAULT(EVP_PKEY_CTX *, EVP_PKEY_CTX_new_id, (int id, ENGINE *engine), (id, engine), NULL)
FAULT(int, EVP_PKEY_paramgen_init, (EVP_PKEY_CTX * context), (context), 0)
FAULT(int, EVP_PKEY_paramgen, (EVP_PKEY_CTX * context, EVP_PKEY **key), (context, key), 0)
FAULT(int, EVP_PKEY_verify_init, (EVP_PKEY_CTX * context), (context), 0)
FAULT(int, EVP_PKEY_verify,
      (EVP_PKEY_CTX * context, const unsigned char *signature, size_t signature_size,
       const unsigned char *hash, size_t hash_size),
      (context, signature, signature_size, hash, hash_size), 0)
FAULT(unsigned char *, SHA256, (const unsigned char *data, size_t size, unsigned char *digest),
      (data, size, digest), NULL)
FAULT(unsigned char *, SHA384, (const unsigned char *data, size_t size, unsigned char *digest),
      (data, size, digest), NULL)
