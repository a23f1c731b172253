/* SPDX-License-Identifier: Apache-2.0 */
/* The DER reader, element by element. */
#include "core/verify/der.h"

#include <string.h>

#include "core/verify/pck_cert.h"
#include "tests/unit/cmocka_all.h"

struct element {
    const char *what, *bytes;
    size_t size;
    bool good;
};

#define BYTES(literal) literal, sizeof(literal) - 1

static void lengths_are_definite_and_shortest(void **state)
{
    static const struct element cases[] = {
        { "short form", BYTES("\x04\x01x"), true },
        { "empty", BYTES("\x04\x00"), true },
        { "long form of a short length", BYTES("\x04\x81\x01x"), false },
        { "zeros in front", BYTES("\x04\x82\x00\x01x"), false },
        { "indefinite", BYTES("\x04\x80x\x00\x00"), false },
        { "reserved form", BYTES("\x04\xff"), false },
        { "five octets", BYTES("\x04\x85\x01\x00\x00\x00\x00"), false },
        { "beyond the end", BYTES("\x04\x02x"), false },
        { "far beyond the end", BYTES("\x04\x84\xff\xff\xff\xffx"), false },
        { "tag of several bytes", BYTES("\x1f\x04\x01x"), false },
        { "no length", BYTES("\x04"), false },
        { "another tag", BYTES("\x05\x01x"), false },
        { "nothing", BYTES(""), false },
    };
    uint8_t long_one[3 + 200] = { 0x04, 0x81, 200 };
    struct bytes in = bytes_over(long_one, sizeof(long_one));

    (void)state;
    assert_int_equal(der_take(&in, DER_OCTET_STRING).size, 200);
    assert_true(bytes_complete(&in));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        in = bytes_over(cases[i].bytes, cases[i].size);
        print_message("#  %s\n", cases[i].what);
        (void)der_take(&in, DER_OCTET_STRING);
        assert_int_equal(bytes_ok(&in), cases[i].good);
    }
}

static void integers_are_shortest_and_not_negative(void **state)
{
    static const struct element cases[] = {
        { "0", BYTES("\x02\x01\x00"), true },
        { "127", BYTES("\x02\x01\x7f"), true },
        { "128", BYTES("\x02\x02\x00\x80"), true },
        { "largest", BYTES("\x02\x05\x00\xff\xff\xff\xff"), true },
        { "beyond it", BYTES("\x02\x05\x01\x00\x00\x00\x00"), false },
        { "-1", BYTES("\x02\x01\xff"), false },
        { "-128", BYTES("\x02\x01\x80"), false },
        { "zero in front", BYTES("\x02\x02\x00\x7f"), false },
        { "no bytes", BYTES("\x02\x00"), false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bytes in = bytes_over(cases[i].bytes, cases[i].size);

        print_message("#  %s\n", cases[i].what);
        (void)der_take_small(&in, DER_INTEGER, UINT32_MAX);
        assert_int_equal(bytes_complete(&in), cases[i].good);
    }
}

static void times_are_those_of_rfc_5280(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        int64_t seconds; /* -1: refused */
    } cases[] = {
        { BYTES("\x17\x0d"
                "700101000001Z"),
          1 },
        { BYTES("\x17\x0d"
                "491231235959Z"),
          INT64_C(2524607999) },
        { BYTES("\x17\x0d"
                "500101000000Z"),
          INT64_C(-631152000) },
        { BYTES("\x18\x0f"
                "20500101000000Z"),
          INT64_C(2524608000) },
        { BYTES("\x17\x0b"
                "7001010000Z"),
          -1 },
        { BYTES("\x17\x11"
                "700101000001+0000"),
          -1 },
        { BYTES("\x18\x11"
                "20500101000000.5Z"),
          -1 },
        { BYTES("\x17\x0f"
                "20500101000000Z"),
          -1 },
        { BYTES("\x18\x0d"
                "700101000001Z"),
          -1 },
        { BYTES("\x17\x0d"
                "700230000001Z"),
          -1 },
        { BYTES("\x17\x0d"
                "7001010000x1Z"),
          -1 },
        { BYTES("\x04\x0d"
                "700101000001Z"),
          -1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bytes in = bytes_over(cases[i].bytes, cases[i].size);
        int64_t seconds = der_take_time(&in);

        print_message("#  row %zu\n", i);
        assert_int_equal(bytes_complete(&in), cases[i].seconds != -1);
        if (bytes_ok(&in))
            assert_int_equal(seconds, cases[i].seconds);
    }
}

#define PART(oid, tag, value) "\x31\x0a\x30\x08\x06\x03\x55\x04" oid tag "\x01" value

static void names_are_compared_whole(void **state)
{
    static const char one[] = PART("\x03", "\x0c", "A") PART("\x0a", "\x0c", "B");
    static const struct element cases[] = {
        { "itself", BYTES(PART("\x03", "\x0c", "A") PART("\x0a", "\x0c", "B")), true },
        { "other string type", BYTES(PART("\x03", "\x13", "A") PART("\x0a", "\x0c", "B")), true },
        { "other value", BYTES(PART("\x03", "\x0c", "A") PART("\x0a", "\x0c", "C")), false },
        { "other attribute", BYTES(PART("\x03", "\x0c", "A") PART("\x0b", "\x0c", "B")), false },
        { "other order", BYTES(PART("\x0a", "\x0c", "B") PART("\x03", "\x0c", "A")), false },
        { "shorter", BYTES(PART("\x03", "\x13", "A")), false },
        { "longer",
          BYTES(PART("\x03", "\x13", "A") PART("\x0a", "\x0c", "B") PART("\x0a", "\x0c", "B")),
          false },
        { "empty", BYTES(""), false },
        { "broken behind", BYTES(PART("\x03", "\x13", "A") PART("\x0a", "\x0c", "B") "\x31"),
          false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct span a = { (const uint8_t *)one, sizeof(one) - 1 };
        struct span b = { (const uint8_t *)cases[i].bytes, cases[i].size };

        print_message("#  %s\n", cases[i].what);
        assert_int_equal(der_names_equal(a, b), cases[i].good);
        assert_int_equal(der_names_equal(b, a), cases[i].good);
    }
    assert_int_equal(der_common_name((struct span){ (const uint8_t *)one, sizeof(one) - 1 }).size,
                     1);
}

/* --- the SGX extension's TCB list, with items that the simulator does not write --- */

#define SGX_OID "\x2a\x86\x48\x86\xf8\x4d\x01\x0d\x01"

struct buffer {
    uint8_t data[1024];
    size_t size;
};

static void put(struct buffer *out, uint8_t tag, const void *content, size_t size)
{
    size_t at = out->size;

    out->data[at++] = tag;
    if (size >= 0x80) {
        out->data[at++] = 0x82;
        out->data[at++] = (uint8_t)(size >> 8);
    }
    out->data[at++] = (uint8_t)size;
    memmove(out->data + at, content, size);
    out->size = at + size;
}

/* A pair of OID (below the extension's, of these arcs) and value. */
static void put_pair(struct buffer *out, uint8_t arc, uint8_t below, uint8_t tag, const void *value,
                     size_t size)
{
    uint8_t oid[sizeof(SGX_OID) + 1] = SGX_OID;
    size_t oid_size = sizeof(SGX_OID) - 1;
    struct buffer pair = { .size = 0 };

    oid[oid_size++] = arc;
    if (below != 0)
        oid[oid_size++] = below;
    put(&pair, DER_OID, oid, oid_size);
    put(&pair, tag, value, size);
    put(out, DER_SEQUENCE, pair.data, pair.size);
}

/* Components 1 to 16 are 1; extra: this item comes a second time, with 1 as well; 0: none does. */
static enum tdx_status parse_with_extra(uint8_t extra, uint8_t unknown)
{
    static const uint8_t zeros[16],
        cpu_svn[16] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
    struct buffer tcb = { .size = 0 }, list = { .size = 0 }, whole = { .size = 0 };
    struct pck_info info;

    for (uint8_t i = 1; i <= 17; i++)
        put_pair(&tcb, 2, i, DER_INTEGER, "\x01", 1);
    put_pair(&tcb, 2, 18, DER_OCTET_STRING, cpu_svn, sizeof(cpu_svn));
    if (extra != 0)
        put_pair(&tcb, 2, extra, DER_INTEGER, "\x01", 1);
    if (unknown != 0)
        put_pair(&tcb, 2, unknown, DER_INTEGER, "\x01", 1);
    put_pair(&list, 1, 0, DER_OCTET_STRING, zeros, 16);
    put_pair(&list, 2, 0, DER_SEQUENCE, tcb.data, tcb.size);
    put_pair(&list, 3, 0, DER_OCTET_STRING, zeros, 2);
    put_pair(&list, 4, 0, DER_OCTET_STRING, zeros, 6);
    put_pair(&list, 5, 0, DER_ENUMERATED, "\x01", 1);
    put(&whole, DER_SEQUENCE, list.data, list.size);
    return pck_extension_parse((struct span){ whole.data, whole.size }, &info, NULL);
}

static void tcb_has_exactly_its_eighteen_items(void **state)
{
    (void)state;
    assert_status(parse_with_extra(0, 0), "OK");
    assert_status(parse_with_extra(1, 0), "PCK_EXTENSION_INVALID");
    assert_status(parse_with_extra(17, 0), "PCK_EXTENSION_INVALID");
    assert_status(parse_with_extra(0, 19), "PCK_EXTENSION_INVALID");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_are_definite_and_shortest),
        cmocka_unit_test(integers_are_shortest_and_not_negative),
        cmocka_unit_test(times_are_those_of_rfc_5280),
        cmocka_unit_test(names_are_compared_whole),
        cmocka_unit_test(tcb_has_exactly_its_eighteen_items),
    };

    return cmocka_run_group_tests_name("der", tests, NULL, NULL);
}
