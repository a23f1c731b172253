/* SPDX-License-Identifier: Apache-2.0 */
/* What a login needs of the cache. Storing is shown by tests/e2e/collateral.test, against a server.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/collateral/cache.h"
#include "tests/unit/cmocka_all.h"

#define HOUR  INT64_C(3600)
#define DAY   (24 * HOUR)
#define HEX64 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const char bundle_text[] =
    "{\"pck_crl_issuer_chain\":\"a\",\"root_ca_crl\":\"3000\",\"pck_crl\":\"3000\","
    "\"tcb_info_issuer_chain\":\"b\",\"tcb_info\":\"{}\",\"tcb_info_signature\":\"" HEX64 HEX64
    "\",\"qe_identity_issuer_chain\":\"c\",\"qe_identity\":\"{}\","
    "\"qe_identity_signature\":\"" HEX64 HEX64 "\"}";

static const struct cache_key platform = { { 0x90, 0xc0, 0x6f, 0, 0xab, 0 }, PCK_CA_PLATFORM };

static void names_say_whom_a_bundle_is_for(void **state)
{
    static const struct {
        const char *name;
        bool good;
    } cases[] = {
        { "90C06F00AB00-platform.json", true },   { "90C06F00AB00-processor.json", true },
        { "90c06f00ab00-platform.json", false }, /* one name for one bundle */
        { "90C06F00AB0-platform.json", false },   { "90C06F00AB000-platform.json", false },
        { "90C06F00AB0G-platform.json", false },  { "90C06F00AB00-Platform.json", false },
        { "90C06F00AB00-platform", false },       { "90C06F00AB00-platform.json~", false },
        { "90C06F00AB00.json", false },           { "", false },
        { ".90C06F00AB00-platform.json", false }, { "90C06F00AB00", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct cache_key key;
        char name[CACHE_NAME_SIZE];

        print_message("#  %zu\n", i);
        assert_int_equal(cache_key_parse(cases[i].name, &key), cases[i].good);
        if (!cases[i].good)
            continue;
        cache_key_name(&key, name);
        assert_string_equal(name, cases[i].name);
        assert_memory_equal(key.fmspc, platform.fmspc, sizeof(key.fmspc));
    }
}

static void a_bundle_is_due_daily_or_at_half_of_its_life(void **state)
{
    static const struct {
        int64_t life, wait;
    } cases[] = {
        { 30 * DAY, DAY },
        { 2 * DAY + 2, DAY },
        { 2 * DAY - 2, DAY - 1 },
        { 10 * HOUR, 5 * HOUR },
        { 2 * HOUR, HOUR },
        { 60, HOUR },
        { 0, HOUR },
        { -40 * DAY, HOUR },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(cache_due(1000 * DAY, 1000 * DAY + cases[i].life),
                         1000 * DAY + cases[i].wait);
}

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "/tmp/test_cache_XXXXXX");
    return mkdtemp(folder) == NULL;
}

static const char *in_folder(const char *name)
{
    static char path[160];

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void put(const char *name, const char *content)
{
    int fd = open(in_folder(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), (ssize_t)strlen(content));
    assert_int_equal(close(fd), 0);
}

static int remove_folder(void **state)
{
    char name[CACHE_NAME_SIZE];

    (void)state;
    for (unsigned i = 0; i < 40; i++) {
        (void)snprintf(name, sizeof(name), "90C06F00AB%02u-platform.json", i);
        (void)unlink(in_folder(name));
    }
    (void)unlink(in_folder("90C06F00AB00-platform.verified"));
    (void)unlink(in_folder("90C06F00AB00-processor.json"));
    (void)unlink(in_folder("other"));
    return rmdir(folder);
}

static void finds_a_bundle_and_its_digest(void **state)
{
    struct cached cached = { 0 };
    struct stat st;

    (void)state;
    put("90C06F00AB00-platform.json", bundle_text);
    assert_int_equal(stat(in_folder("90C06F00AB00-platform.json"), &st), 0);
    assert_status(cache_find(folder, &platform, &cached, NULL), "OK");
    assert_false(cached.has_digest);
    assert_int_equal(cached.stored, st.st_mtime);
    assert_int_equal(cached.bundle.parts.tcb_info.size, 2);
    cached_free(&cached);
    put("90C06F00AB00-platform.verified", HEX64 "\n");
    assert_status(cache_find(folder, &platform, &cached, NULL), "OK");
    assert_true(cached.has_digest);
    assert_int_equal(cached.digest[1], 0x11);
    cached_free(&cached);
    cached_free(NULL);
}

/* A digest is a hint that saves signature checks: one that others could have written is none. */
static void a_digest_that_is_not_sound_is_none(void **state)
{
    static const char *const contents[] = {
        "", "\n", HEX64, HEX64 "0\n", "zz\n", HEX64 HEX64 "\n"
    };
    struct cached cached = { 0 };

    (void)state;
    put("90C06F00AB00-platform.json", bundle_text);
    for (size_t i = 0; i < COUNT_OF(contents); i++) {
        put("90C06F00AB00-platform.verified", contents[i]);
        assert_status(cache_find(folder, &platform, &cached, NULL), "OK");
        assert_false(cached.has_digest);
        cached_free(&cached);
    }
    put("90C06F00AB00-platform.verified", HEX64 "\n");
    assert_int_equal(chmod(in_folder("90C06F00AB00-platform.verified"), 0666), 0);
    assert_status(cache_find(folder, &platform, &cached, NULL), "OK");
    assert_false(cached.has_digest);
    cached_free(&cached);
}

static void refuses_what_is_missing_damaged_or_unsafe(void **state)
{
    const struct cache_key processor = { { 0x90, 0xc0, 0x6f, 0, 0xab, 0 }, PCK_CA_PROCESSOR };
    struct cached cached = { 0 };
    struct tdx_error err = { 0 };

    (void)state;
    assert_status(cache_find(folder, &platform, &cached, &err), "CACHE_MISSING");
    assert_non_null(strstr(err.detail, "90C06F00AB00-platform.json"));
    assert_status(cache_find("/nonexistent", &platform, &cached, NULL), "CACHE_MISSING");
    put("90C06F00AB00-platform.json", bundle_text);
    assert_status(cache_find(folder, &processor, &cached, NULL), "CACHE_MISSING");
    assert_int_equal(chmod(in_folder("90C06F00AB00-platform.json"), 0664), 0);
    assert_status(cache_find(folder, &platform, &cached, NULL), "FILE_UNSAFE");
    assert_int_equal(chmod(in_folder("90C06F00AB00-platform.json"), 0644), 0);
    assert_int_equal(chmod(folder, 0777), 0);
    assert_status(cache_find(folder, &platform, &cached, NULL), "FILE_UNSAFE");
    assert_int_equal(chmod(folder, 0700), 0);
    assert_int_equal(symlink("90C06F00AB00-platform.json",
                             in_folder("90C06F00AB00-processor.json")),
                     0);
    assert_status(cache_find(folder, &processor, &cached, NULL), "FILE_UNSAFE");
    put("90C06F00AB00-platform.json", "{");
    assert_status(cache_find(folder, &platform, &cached, NULL), "JSON_BAD");
    put("90C06F00AB00-platform.json", "{}");
    assert_status(cache_find(folder, &platform, &cached, NULL), "BUNDLE_BAD");
    assert_int_equal(cached.bundle.parts.tcb_info.size, 0);
}

static void lists_the_newest_first(void **state)
{
    struct cache_entry entries[CACHE_ENTRIES_MAX];
    size_t count = 99;

    (void)state;
    assert_status(cache_list("/nonexistent", entries, &count, NULL), "OK");
    assert_int_equal(count, 0);
    assert_status(cache_list("/dev/null", entries, &count, NULL), "CACHE_BAD");
    put("other", "x");
    for (unsigned i = 0; i < 40; i++) {
        const struct timespec times[2] = { { .tv_sec = 1000 + (i * 7) % 40 },
                                           { .tv_sec = 1000 + (i * 7) % 40 } };
        char name[CACHE_NAME_SIZE];

        (void)snprintf(name, sizeof(name), "90C06F00AB%02u-platform.json", i);
        put(name, bundle_text);
        assert_int_equal(utimensat(AT_FDCWD, in_folder(name), times, 0), 0);
    }
    assert_status(cache_list(folder, entries, &count, NULL), "OK");
    assert_int_equal(count, CACHE_ENTRIES_MAX);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(entries[i].stored, 1000 + 39 - i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_say_whom_a_bundle_is_for),
        cmocka_unit_test(a_bundle_is_due_daily_or_at_half_of_its_life),
        cmocka_unit_test_setup_teardown(finds_a_bundle_and_its_digest, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_digest_that_is_not_sound_is_none, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(refuses_what_is_missing_damaged_or_unsafe, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(lists_the_newest_first, make_folder, remove_folder),
    };

    return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
