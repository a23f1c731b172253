/* SPDX-License-Identifier: Apache-2.0 */
/* The ELF reader: a library built here byte by byte, every prefix of it, every bit of it turned;
 * and this program itself, as the linker made it. */
#include <stdlib.h>
#include <string.h>

#include "core/base/files.h"
#include "healthcheck/elf.h"
#include "tests/unit/cmocka_all.h"

enum {
    AT_SEGMENTS = 64,
    AT_DYNAMIC = AT_SEGMENTS + 2 * 56,
    AT_STRINGS = AT_DYNAMIC + 9 * 16,
    AT_SYMBOLS = AT_STRINGS + 80,
    AT_HASH = AT_SYMBOLS + 4 * 24,
    SIZE = AT_HASH + 48,
    ADDRESS = 0x10000, /* where the file is mapped */
};

static const char strings[80] =
    "\0libpam.so.0\0libc.so.6\0pam_sm_acct_mgmt\0used\0/opt/lib\0hidden";
enum { PAM = 1, LIBC = 13, ENTRY = 23, USED = 40, RUNPATH = 45, HIDDEN = 54 };

static const char *const wanted[] = { "pam_sm_acct_mgmt", "used", "hidden", NULL };

static void put(uint8_t *out, size_t at, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        out[at + i] = (uint8_t)(value >> 8 * i);
}

static void put_symbol(uint8_t *out, unsigned index, unsigned name, unsigned info, unsigned section)
{
    size_t at = AT_SYMBOLS + 24 * (size_t)index;

    put(out, at, name, 4);
    put(out, at + 4, info, 1);
    put(out, at + 6, section, 2);
}

static void put_segment(uint8_t *out, size_t at, unsigned type, uint64_t offset, uint64_t size)
{
    put(out, at, type, 4);
    put(out, at + 8, offset, 8);
    put(out, at + 16, ADDRESS + offset, 8);
    put(out, at + 32, size, 8);
}

/* With the hash table of System V, or that of GNU. */
static void build(uint8_t out[static SIZE], bool gnu)
{
    const uint64_t entries[9][2] = {
        { 1, PAM },
        { 1, LIBC },
        { 29, RUNPATH },
        { 5, ADDRESS + AT_STRINGS },
        { 10, sizeof(strings) },
        { 6, ADDRESS + AT_SYMBOLS },
        { 11, 24 },
        { gnu ? 0x6ffffef5U : 4U, ADDRESS + AT_HASH },
        { 0, 0 },
    };

    memset(out, 0, SIZE);
    memcpy(out,
           "\x7f"
           "ELF\x02\x01\x01",
           7);
    put(out, 16, 3, 2);
    put(out, 18, 62, 2);
    put(out, 32, AT_SEGMENTS, 8);
    put(out, 54, 56, 2);
    put(out, 56, 2, 2);
    put_segment(out, AT_SEGMENTS, 1, 0, SIZE);
    put_segment(out, AT_SEGMENTS + 56, 2, AT_DYNAMIC, 9 * 16);
    for (size_t i = 0; i < 9; i++) {
        put(out, AT_DYNAMIC + 16 * i, entries[i][0], 8);
        put(out, AT_DYNAMIC + 16 * i + 8, entries[i][1], 8);
    }
    memcpy(out + AT_STRINGS, strings, sizeof(strings));
    put_symbol(out, 1, USED, 0x12, 0);   /* used, not offered */
    put_symbol(out, 2, HIDDEN, 0x02, 7); /* local */
    put_symbol(out, 3, ENTRY, 0x12, 7);
    if (gnu) {
        put(out, AT_HASH, 1, 4);      /* buckets */
        put(out, AT_HASH + 4, 1, 4);  /* the first symbol in it */
        put(out, AT_HASH + 8, 1, 4);  /* words of the filter */
        put(out, AT_HASH + 24, 2, 4); /* the bucket */
        put(out, AT_HASH + 28, 0, 4); /* chains of symbols 1, 2, 3 */
        put(out, AT_HASH + 32, 8, 4);
        put(out, AT_HASH + 36, 9, 4); /* the last one */
    } else {
        put(out, AT_HASH, 1, 4);
        put(out, AT_HASH + 4, 4, 4);
    }
}

/* In a block of its exact size, where a sanitizer sees the first byte too far. */
static enum tdx_status describe(const uint8_t *data, size_t size, struct text *out)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    struct tdx_error err = { 0 };
    enum tdx_status status;

    assert_non_null(copy);
    if (size > 0)
        memcpy(copy, data, size);
    status = elf_describe((struct span){ copy, size }, wanted, out, &err);
    assert_int_equal(status, err.status);
    free(copy);
    return status;
}

static void a_library_is_described(void **state)
{
    uint8_t file[SIZE];

    (void)state;
    for (unsigned gnu = 0; gnu < 2; gnu++) {
        struct text out = { 0 };

        build(file, gnu == 1);
        assert_status(describe(file, sizeof(file), &out), "OK");
        assert_string_equal(text_string(&out), "class=64\nmachine=62\nneeded=libpam.so.0\n"
                                               "needed=libc.so.6\nrunpath=/opt/lib\n"
                                               "exports=pam_sm_acct_mgmt\n");
        text_free(&out);
    }
}

static void every_prefix_is_refused(void **state)
{
    uint8_t file[SIZE];

    (void)state;
    build(file, true);
    for (size_t size = 0; size < AT_STRINGS + sizeof(strings); size++) {
        struct text out = { 0 };

        assert_status(describe(file, size, &out), "ELF_BAD");
        text_free(&out);
    }
}

/* Whatever a bit does, the reader ends, stays inside and knows two answers. */
static void a_turned_bit_does_no_harm(void **state)
{
    uint8_t file[SIZE];

    (void)state;
    for (unsigned gnu = 0; gnu < 2; gnu++)
        for (size_t bit = 0; bit < 8 * sizeof(file); bit++) {
            struct text out = { 0 };
            enum tdx_status status;

            build(file, gnu == 1);
            file[bit / 8] ^= (uint8_t)(1U << bit % 8);
            status = describe(file, sizeof(file), &out);
            assert_true(status == TDX_OK || status == TDX_ELF_BAD);
            text_free(&out);
        }
}

struct fault {
    const char *name;
    size_t at, size;
    uint64_t value;
    const char *status, *says; /* "": nothing more than the class */
};

static const struct fault faults[] = {
    { "no magic", 0, 1, 0, "ELF_BAD", NULL },
    { "no class", 4, 1, 3, "ELF_BAD", NULL },
    { "32 bits", 4, 1, 1, "OK", "class=32\nmachine=62\n" },
    { "big-endian", 5, 1, 2, "OK", "class=64\nmachine=62\n" },
    { "program headers of another size", 54, 2, 32, "ELF_BAD", NULL },
    { "too many program headers", 56, 2, 0xffff, "ELF_BAD", NULL },
    { "program headers behind the end", 32, 8, UINT64_MAX, "ELF_BAD", NULL },
    { "not linked dynamically", AT_SEGMENTS + 56, 4, 6, "OK", "class=64\nmachine=62\n" },
    { "no end of the dynamic section", AT_SEGMENTS + 56 + 32, 8, 8 * 16, "ELF_BAD", NULL },
    { "strings elsewhere", AT_DYNAMIC + 3 * 16 + 8, 8, 1, "ELF_BAD", NULL },
    { "more strings than file", AT_DYNAMIC + 4 * 16 + 8, 8, UINT64_MAX, "ELF_BAD", NULL },
    { "a name behind the strings", AT_DYNAMIC + 8, 8, 4096, "ELF_BAD", NULL },
    { "symbols of another size", AT_DYNAMIC + 6 * 16 + 8, 8, 16, "ELF_BAD", NULL },
    { "a line end in a name", AT_STRINGS + 2, 1, '\n', "ELF_BAD", NULL },
};

static void what_makes_no_sense_is_refused(void **state)
{
    uint8_t file[SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        struct text out = { 0 };

        print_message("#  %s\n", faults[i].name);
        build(file, false);
        put(file, faults[i].at, faults[i].value, faults[i].size);
        assert_status(describe(file, sizeof(file), &out), faults[i].status);
        if (faults[i].says != NULL)
            assert_string_equal(text_string(&out), faults[i].says);
        text_free(&out);
    }
}

static void this_program_is_described(void **state)
{
    struct file_content content = { 0 };
    struct text out = { 0 };

    (void)state;
    assert_status(file_read("/proc/self/exe", (size_t)64 << 20, 0, &content, NULL), "OK");
    assert_status(elf_describe(file_content_span(&content), wanted, &out, NULL), "OK");
    assert_non_null(strstr(text_string(&out), "class=64\n"));
    assert_non_null(strstr(text_string(&out), "needed=libc.so.6\n"));
    text_free(&out);
    file_content_free(&content);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_library_is_described),
        cmocka_unit_test(every_prefix_is_refused),
        cmocka_unit_test(a_turned_bit_does_no_harm),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(this_program_is_described),
    };

    return cmocka_run_group_tests_name("elf", tests, NULL, NULL);
}
