/* SPDX-License-Identifier: Apache-2.0 */
/* What of the providers can be tested without a simulated platform. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/evidence/provider.h"
#include "core/evidence/qgs_message.h"
#include "tests/unit/cmocka_all.h"

/* An entry of a process that is gone is removed when it is old; a living one's and others' stay. */
static void only_old_entries_of_dead_processes_are_removed(void **state)
{
    static const struct {
        const char *name;
        int age;
        bool stays;
    } entries[] = {
        { "tdxgate.2000000000.aa", 1000, false }, /* above the largest pid there can be */
        { "tdxgate.2000000000.bb", 0, true },
        { "tdxgate.1.cc", 1000, true },
        { "com.intel.dcap", 1000, true },
    };
    struct evidence_paths paths = { .source = EVIDENCE_TSM };
    struct file_content content = { 0 };
    char base[] = "/tmp/tdx-entries.XXXXXX";
    int fd;

    (void)state;
    assert_non_null(mkdtemp(base));
    fd = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    for (size_t i = 0; i < COUNT_OF(entries); i++) {
        struct timespec times[2] = { { .tv_sec = time(NULL) - entries[i].age }, { 0 } };

        times[1] = times[0];
        assert_int_equal(mkdirat(fd, entries[i].name, 0700), 0);
        assert_int_equal(utimensat(fd, entries[i].name, times, 0), 0);
    }
    /* An ordinary folder: a request makes its entry, finds no attributes and goes away again. */
    paths.tsm = base;
    assert_status(evidence_quote(&paths, (const uint8_t[TD_REPORT_DATA_SIZE]){ 0 }, &content, NULL,
                                 NULL),
                  "TSM_FAILED");
    for (size_t i = 0; i < COUNT_OF(entries); i++) {
        assert_int_equal(faccessat(fd, entries[i].name, F_OK, 0) == 0, entries[i].stays);
        (void)unlinkat(fd, entries[i].name, AT_REMOVEDIR);
    }
    (void)close(fd);
    assert_int_equal(rmdir(base), 0); /* nothing else was left */
}

static void a_qgs_request_is_what_intels_library_sends(void **state)
{
    static const uint8_t head[] = {
        0,    0, 4, 0x18, /* 1048, big-endian */
        1,    0, 1, 0,    /* version 1.1 */
        0,    0, 0, 0,    /* get quote */
        0x18, 4, 0, 0,    /* 1048 */
        0,    0, 0, 0,    /* no error */
        0,    4, 0, 0,    0, 0, 0, 0
    }; /* 1024 bytes of report, no ids */
    uint8_t report[TD_REPORT_SIZE], frame[QGS_REQUEST_SIZE];

    (void)state;
    assert_int_equal(sizeof(frame), 1052);
    memset(report, 0x5a, sizeof(report));
    qgs_request_build(report, frame);
    assert_memory_equal(frame, head, sizeof(head));
    assert_memory_equal(frame + sizeof(head), report, sizeof(report));
}

static void a_qgs_response_is_read_only_if_its_sizes_fit(void **state)
{
    static const uint8_t good[] = { 1, 0, 1, 0, 1, 0, 0, 0, 29, 0,   0,   0,   0,   0,  0,
                                    0, 2, 0, 0, 0, 3, 0, 0, 0,  'i', 'd', 'q', 'u', 'o' };
    static const struct {
        size_t at;
        uint8_t value;
        const char *expected;
    } cases[] = {
        { 0, 1, "OK" },          { 0, 2, "QGS_FAILED" },
        { 2, 7, "OK" }, /* minor: any */
        { 4, 0, "QGS_FAILED" },  { 8, 28, "QGS_FAILED" },
        { 8, 30, "QGS_FAILED" }, { 11, 1, "QGS_FAILED" },
        { 12, 1, "QGS_FAILED" }, { 16, 1, "QGS_FAILED" },
        { 16, 3, "QGS_FAILED" }, { 20, 2, "QGS_FAILED" },
        { 20, 4, "QGS_FAILED" }, { 23, 0xff, "QGS_FAILED" },
    };
    static const uint8_t empty[] = { 1, 0, 1, 0, 1, 0, 0, 0, 24, 0, 0, 0,
                                     0, 0, 0, 0, 0, 0, 0, 0, 0,  0, 0, 0 };
    struct span quote;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t message[sizeof(good)];

        memcpy(message, good, sizeof(good));
        message[cases[i].at] = cases[i].value;
        print_message("  byte %zu is %u\n", cases[i].at, cases[i].value);
        assert_status(qgs_response_parse((struct span){ message, sizeof(message) }, &quote, NULL),
                      cases[i].expected);
    }
    for (size_t size = 0; size < sizeof(good); size++) {
        uint8_t *cut = malloc(size > 0 ? size : 1);

        assert_non_null(cut);
        memcpy(cut, good, size);
        assert_status(qgs_response_parse((struct span){ cut, size }, &quote, NULL), "QGS_FAILED");
        free(cut);
    }
    assert_status(qgs_response_parse((struct span){ good, sizeof(good) }, &quote, NULL), "OK");
    assert_int_equal(quote.size, 3);
    assert_memory_equal(quote.data, "quo", 3);
    assert_status(qgs_response_parse((struct span){ empty, sizeof(empty) }, &quote, NULL),
                  "QUOTE_EMPTY");
}

static void sources_have_words(void **state)
{
    static const char *const words[] = { "auto", "tsm", "ioctl", "qgs" };
    enum evidence_source source;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        assert_true(evidence_source_parse(words[i], &source));
        assert_string_equal(evidence_source_word(source), words[i]);
    }
    assert_false(evidence_source_parse("", &source));
    assert_false(evidence_source_parse("TSM", &source));
    assert_false(evidence_source_parse("tsm ", &source));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_old_entries_of_dead_processes_are_removed),
        cmocka_unit_test(a_qgs_request_is_what_intels_library_sends),
        cmocka_unit_test(a_qgs_response_is_read_only_if_its_sizes_fit),
        cmocka_unit_test(sources_have_words),
    };

    return cmocka_run_group_tests_name("provider_parts", tests, NULL, NULL);
}
