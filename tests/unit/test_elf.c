/* SPDX-License-Identifier: Apache-2.0 */
/* The ELF reader: a library built here byte by byte, every prefix of it, every bit of it turned;
 * and this program itself, as the linker made it. */
#include <stdlib.h>
#include <string.h>

#include "core/base/files.h"
#include "healthcheck/elf.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/elf_builder.h"

static const char *const wanted[] = { "pam_sm_acct_mgmt", "used", "hidden", NULL };

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
    uint8_t file[ELF_SIZE];

    (void)state;
    for (unsigned gnu = 0; gnu < 2; gnu++) {
        struct text out = { 0 };

        elf_build(file, gnu == 1);
        assert_status(describe(file, sizeof(file), &out), "OK");
        assert_string_equal(text_string(&out), "class=64\nmachine=62\nneeded=libpam.so.0\n"
                                               "needed=libc.so.6\nrunpath=/opt/lib\n"
                                               "exports=pam_sm_acct_mgmt\n");
        text_free(&out);
    }
}

static void every_prefix_is_refused(void **state)
{
    uint8_t file[ELF_SIZE];

    (void)state;
    elf_build(file, true);
    for (size_t size = 0; size < ELF_AT_STRINGS + ELF_STRINGS_SIZE; size++) {
        struct text out = { 0 };

        assert_status(describe(file, size, &out), "ELF_BAD");
        text_free(&out);
    }
}

/* Whatever a bit does, the reader ends, stays inside and knows two answers. */
static void a_turned_bit_does_no_harm(void **state)
{
    uint8_t file[ELF_SIZE];

    (void)state;
    for (unsigned gnu = 0; gnu < 2; gnu++)
        for (size_t bit = 0; bit < 8 * sizeof(file); bit++) {
            struct text out = { 0 };
            enum tdx_status status;

            elf_build(file, gnu == 1);
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
    { "not linked dynamically", ELF_AT_SEGMENTS + 56, 4, 6, "OK", "class=64\nmachine=62\n" },
    { "no end of the dynamic section", ELF_AT_SEGMENTS + 56 + 32, 8, 8 * 16, "ELF_BAD", NULL },
    { "strings elsewhere", ELF_AT_DYNAMIC + 3 * 16 + 8, 8, 1, "ELF_BAD", NULL },
    { "more strings than file", ELF_AT_DYNAMIC + 4 * 16 + 8, 8, UINT64_MAX, "ELF_BAD", NULL },
    { "a name behind the strings", ELF_AT_DYNAMIC + 8, 8, 4096, "ELF_BAD", NULL },
    { "symbols of another size", ELF_AT_DYNAMIC + 6 * 16 + 8, 8, 16, "ELF_BAD", NULL },
    { "a line end in a name", ELF_AT_STRINGS + 2, 1, '\n', "ELF_BAD", NULL },
};

static void what_makes_no_sense_is_refused(void **state)
{
    uint8_t file[ELF_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        struct text out = { 0 };

        print_message("#  %s\n", faults[i].name);
        elf_build(file, false);
        elf_put(file, faults[i].at, faults[i].value, faults[i].size);
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
