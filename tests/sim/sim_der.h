/* SPDX-License-Identifier: Apache-2.0 */
/* A writer of DER that can also write what no library would: the simulator's certificates, CRLs and
 * extensions are composed here byte by byte, so that each part can be left out or made wrong.
 *
 * Everything appends to a struct text (bytes, not characters); a failure is sticky there and asked
 * for once, with text_ok(). */
#ifndef TESTS_SIM_SIM_DER_H
#define TESTS_SIM_SIM_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/text.h"

enum {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_OID = 0x06,
    DER_ENUMERATED = 0x0a,
    DER_UTF8_STRING = 0x0c,
    DER_PRINTABLE_STRING = 0x13,
    DER_IA5_STRING = 0x16,
    DER_UTC_TIME = 0x17,
    DER_GENERALIZED_TIME = 0x18,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
};

/* Opens an element: der_end() with the value returned closes it and writes its length. */
size_t der_begin(struct text *out, unsigned tag);
void der_end(struct text *out, size_t begun);

/* A whole element with these content bytes. */
void der_element(struct text *out, unsigned tag, const void *data, size_t size);

/* A non-negative integer, big-endian; the shortest encoding. tag is DER_INTEGER or DER_ENUMERATED.
 */
void der_unsigned(struct text *out, unsigned tag, const uint8_t *data, size_t size);
void der_number(struct text *out, unsigned tag, uint64_t number);

void der_boolean(struct text *out, bool value);
void der_bits(struct text *out, const uint8_t *data, size_t size); /* no unused bits */
void der_oid(struct text *out, const char *dotted);
void der_string(struct text *out, unsigned tag, const char *string);

/* Seconds since 1970: UTCTime up to 2049, GeneralizedTime from then on (RFC 5280 section 4.1.2.5).
 */
void der_time(struct text *out, int64_t seconds);

/* Appends the bytes as a PEM block, 64 characters to a line. */
void sim_pem(struct text *out, const char *label, const struct text *der);

/* Bytes, or another text, at the end of a text. */
void sim_add(struct text *out, const void *data, size_t size);
void sim_add_text(struct text *out, const struct text *from); /* a failure of from carries over */

#endif
