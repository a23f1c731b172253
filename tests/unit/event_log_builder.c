/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/event_log_builder.h"

#include <openssl/evp.h>
#include <string.h>

static void put_le(struct text *out, uint32_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        text_add_char(out, (char)(uint8_t)(value >> (8 * i)));
}

static void put_fill(struct text *out, uint8_t byte, size_t size)
{
    for (size_t i = 0; i < size; i++)
        text_add_char(out, (char)byte);
}

void event_log_begin(struct text *out, uint32_t mr_index, size_t vendor_size)
{
    put_le(out, mr_index, 4);
    put_le(out, 3, 4);
    put_fill(out, 0, 20);
    put_le(out, (uint32_t)(33 + vendor_size), 4);
    text_add_n(out, "Spec ID Event03", 16);
    put_le(out, 0, 4);
    put_le(out, 0x02000200, 4);
    put_le(out, 1, 4);
    put_le(out, 0x000c, 2);
    put_le(out, 48, 2);
    put_le(out, (uint32_t)vendor_size, 1);
    put_fill(out, 'v', vendor_size);
}

void event_log_add(struct text *out, uint32_t mr_index, uint32_t type, const char *digested,
                   const void *data, size_t size)
{
    uint8_t digest[48] = { 0 };

    if (digested != NULL)
        (void)EVP_Digest(digested, strlen(digested), digest, NULL, EVP_sha384(), NULL);
    put_le(out, mr_index, 4);
    put_le(out, type, 4);
    put_le(out, 1, 4);
    put_le(out, 0x000c, 2);
    text_add_n(out, (const char *)digest, sizeof(digest));
    put_le(out, (uint32_t)size, 4);
    text_add_n(out, data, size);
}
