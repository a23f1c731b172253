/* SPDX-License-Identifier: Apache-2.0 */
/* DER (X.690 section 10): the reader for certificates, CRLs and their extensions, on the bounded
 * reader of bytes.h and sticky as that one is.
 *
 * Lengths must be definite and in their shortest form, tags have one byte. Every function that does
 * not find what it is asked for makes the reader fail; ask with bytes_ok() or bytes_complete(). */
#ifndef CORE_VERIFY_DER_H
#define CORE_VERIFY_DER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/bytes.h"

enum der_tag {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_OID = 0x06,
    DER_ENUMERATED = 0x0a,
    DER_UTC_TIME = 0x17,
    DER_GENERALIZED_TIME = 0x18,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_CONTEXT_0 = 0xa0, /* constructed; [1], [2], ... follow */
};

/* The content of the next element, which must have this tag. der_whole() gives it with its head. */
struct span der_take(struct bytes *in, uint8_t tag);
struct span der_whole(struct bytes *in, uint8_t tag);
/* A reader over the content, which in skips; one that has failed if there is no such element. */
struct bytes der_enter(struct bytes *in, uint8_t tag);
/* The next element, whatever it is: its content, and its tag in *tag. */
struct span der_any(struct bytes *in, uint8_t *tag);

/* Whether another element follows, and has this tag. */
bool der_next_is(const struct bytes *in, uint8_t tag) TDX_MUST_CHECK;

/* The magnitude of an INTEGER that is not negative, in shortest form, without leading zeros. */
struct span der_take_unsigned(struct bytes *in);
/* An INTEGER (or ENUMERATED) from 0 to largest. */
uint32_t der_take_small(struct bytes *in, uint8_t tag, uint32_t largest);
bool der_take_boolean(struct bytes *in);
/* A BIT STRING of whole bytes. */
struct span der_take_bits(struct bytes *in);
/* UTCTime or GeneralizedTime in the forms of RFC 5280 section 4.1.2.5: seconds since 1970. */
int64_t der_take_time(struct bytes *in);

/* Whether two Names (contents of the outer SEQUENCE) are the same: the same attributes in the same
 * order with the same bytes; the kind of string does not count. */
bool der_names_equal(struct span a, struct span b) TDX_MUST_CHECK;
/* Whether a Name is well-formed: sets of one attribute or more. */
bool der_name_is_valid(struct span name) TDX_MUST_CHECK;
/* The value of the first common name (2.5.4.3) in a Name; empty if there is none. */
struct span der_common_name(struct span name);

#endif
