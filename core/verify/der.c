/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify/der.h"

#include <string.h>

#include "core/base/rfc3339.h"

static const uint8_t oid_common_name[] = { 0x55, 0x04, 0x03 };

static void fail(struct bytes *in)
{
    in->failed = true;
}

/* The length octets: short form, or long form with no needless octet and at most four. */
static size_t length_of(struct bytes *in)
{
    uint8_t first = bytes_u8(in);
    unsigned octets = first & 0x7f;
    size_t length = 0;

    if (first < 0x80)
        return first;
    if (octets == 0 || octets > 4)
        fail(in);
    for (unsigned i = 0; i < octets && !in->failed; i++)
        length = length << 8 | bytes_u8(in);
    if (length < 0x80 || (octets > 1 && length >> (8 * (octets - 1)) == 0))
        fail(in);
    return length;
}

struct span der_any(struct bytes *in, uint8_t *tag)
{
    size_t length;

    *tag = bytes_u8(in);
    if ((*tag & 0x1f) == 0x1f) /* a tag of several bytes: nothing of ours has one */
        fail(in);
    length = length_of(in);
    return bytes_span(in, length);
}

struct span der_take(struct bytes *in, uint8_t tag)
{
    uint8_t found;
    struct span content = der_any(in, &found);

    if (found != tag)
        fail(in);
    return in->failed ? (struct span){ NULL, 0 } : content;
}

struct span der_whole(struct bytes *in, uint8_t tag)
{
    const uint8_t *start = in->next;
    struct span content = der_take(in, tag);

    if (in->failed)
        return content;
    return (struct span){ start, (size_t)(in->next - start) };
}

struct bytes der_enter(struct bytes *in, uint8_t tag)
{
    struct bytes inner = bytes_over_span(der_take(in, tag));

    inner.failed = in->failed;
    return inner;
}

bool der_next_is(const struct bytes *in, uint8_t tag)
{
    return !in->failed && in->left > 0 && in->next[0] == tag;
}

static struct span magnitude(struct bytes *in, uint8_t tag)
{
    struct span value = der_take(in, tag);

    if (value.size == 0 || value.data[0] >= 0x80 ||
        (value.size > 1 && value.data[0] == 0 && value.data[1] < 0x80)) {
        fail(in);
        return (struct span){ NULL, 0 };
    }
    if (value.data[0] == 0 && value.size > 1) {
        value.data++;
        value.size--;
    }
    return value;
}

struct span der_take_unsigned(struct bytes *in)
{
    return magnitude(in, DER_INTEGER);
}

uint32_t der_take_small(struct bytes *in, uint8_t tag, uint32_t largest)
{
    struct span value = magnitude(in, tag);
    uint64_t number = 0;

    if (value.size > 4)
        fail(in);
    for (size_t i = 0; i < value.size && !in->failed; i++)
        number = number << 8 | value.data[i];
    if (number > largest)
        fail(in);
    return in->failed ? 0 : (uint32_t)number;
}

bool der_take_boolean(struct bytes *in)
{
    struct span value = der_take(in, DER_BOOLEAN);

    if (value.size != 1 || (value.data[0] != 0 && value.data[0] != 0xff)) {
        fail(in);
        return false;
    }
    return value.data[0] == 0xff;
}

struct span der_take_bits(struct bytes *in)
{
    struct span value = der_take(in, DER_BIT_STRING);

    if (value.size == 0 || value.data[0] != 0) {
        fail(in);
        return (struct span){ NULL, 0 };
    }
    return (struct span){ value.data + 1, value.size - 1 };
}

int64_t der_take_time(struct bytes *in)
{
    uint8_t tag;
    struct span value = der_any(in, &tag);
    char text[RFC3339_TEXT_SIZE] = "20YY-MM-DDTHH:MM:SSZ";
    static const uint8_t places[] = { 0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18 };
    size_t skip = tag == DER_UTC_TIME ? 2 : 0;
    int64_t seconds = 0;

    if ((tag != DER_UTC_TIME && tag != DER_GENERALIZED_TIME) ||
        value.size != sizeof(places) - skip + 1 || value.data[value.size - 1] != 'Z') {
        fail(in);
        return 0;
    }
    for (size_t i = skip; i < sizeof(places); i++)
        text[places[i]] = (char)value.data[i - skip];
    if (tag == DER_UTC_TIME && text[2] >= '5')
        memcpy(text, "19", 2);
    if (rfc3339_parse(text, sizeof(text) - 1, &seconds, NULL) != TDX_OK)
        fail(in);
    return seconds;
}

/* The next attribute of a Name, in rdn (a SET within it) or the SET that follows. */
static struct span next_attribute(struct bytes *name, struct bytes *rdn, struct span *value)
{
    struct bytes pair;
    struct span oid;
    uint8_t tag;

    if (rdn->left == 0)
        *rdn = der_enter(name, DER_SET);
    pair = der_enter(rdn, DER_SEQUENCE);
    oid = der_take(&pair, DER_OID);
    *value = der_any(&pair, &tag);
    if (!bytes_complete(&pair) || rdn->failed)
        fail(name);
    return oid;
}

bool der_names_equal(struct span a, struct span b)
{
    struct bytes names[2] = { bytes_over_span(a), bytes_over_span(b) }, sets[2] = { 0 };

    if (span_equal(a, b))
        return true;
    while (names[0].left > 0 || sets[0].left > 0) {
        struct span oid[2], value[2];

        for (int i = 0; i < 2; i++)
            oid[i] = next_attribute(&names[i], &sets[i], &value[i]);
        if (!bytes_ok(&names[0]) || !bytes_ok(&names[1]) || sets[0].left != 0 ||
            sets[1].left != 0 || !span_equal(oid[0], oid[1]) || !span_equal(value[0], value[1]))
            return false;
    }
    return bytes_complete(&names[0]) && bytes_complete(&names[1]);
}

bool der_name_is_valid(struct span name)
{
    struct bytes in = bytes_over_span(name), rdn = { 0 };
    struct span value;

    while (bytes_ok(&in) && (in.left > 0 || rdn.left > 0))
        (void)next_attribute(&in, &rdn, &value);
    return bytes_complete(&in);
}

struct span der_common_name(struct span name)
{
    struct bytes in = bytes_over_span(name), rdn = { 0 };
    struct span wanted = { oid_common_name, sizeof(oid_common_name) }, value;

    while (in.left > 0 || rdn.left > 0) {
        struct span oid = next_attribute(&in, &rdn, &value);

        if (!bytes_ok(&in))
            break;
        if (span_equal(oid, wanted))
            return value;
    }
    return (struct span){ NULL, 0 };
}
