/* SPDX-License-Identifier: Apache-2.0 */
/* The providers of evidence against the simulated device, configfs-tsm and QGS: one row for each
 * way to fail. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/evidence/provider.h"
#include "core/evidence/quote.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/provider_failures.h"
#include "tests/unit/sim_runner.h"

static struct sim_runner sim;
static bool serving;

static const uint8_t report_data[TD_REPORT_DATA_SIZE] = "asked for by this test";

static int start(void **state)
{
    (void)state;
    serving = sim_runner_start(&sim);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    if (serving)
        sim_runner_stop(&sim);
    return 0;
}

static struct evidence_paths paths_of(enum evidence_source source)
{
    return (struct evidence_paths){ .source = source,
                                    .device = sim.device,
                                    .tsm = sim.tsm,
                                    .attest_conf = "/nonexistent",
                                    .qgs_socket = source == EVIDENCE_QGS ? sim.qgs_socket : NULL,
                                    .timeout_ms = 800 };
}

/* Requests leave no entry behind, whatever becomes of them. */
static void assert_no_entries(void)
{
    DIR *dir = opendir(sim.tsm);
    struct dirent *entry;

    if (dir == NULL)
        return; /* tsm=off */
    while ((entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            fail_msg("%s was left behind in %s", entry->d_name, sim.tsm);
    (void)closedir(dir);
}

static void every_provider_serves_a_quote_over_the_report_data(void **state)
{
    static const struct {
        enum evidence_source source, expected;
        const char *settings;
    } cases[] = {
        { EVIDENCE_TSM, EVIDENCE_TSM, "" },
        { EVIDENCE_TSM, EVIDENCE_TSM, "outblob=padded" },
        { EVIDENCE_TSM, EVIDENCE_TSM, "device_missing=on" },
        { EVIDENCE_TSM, EVIDENCE_TSM, "quote_form=4" },
        { EVIDENCE_TSM, EVIDENCE_TSM, "quote_form=5/4" },
        { EVIDENCE_TSM, EVIDENCE_TSM, "delay_ms=300" },
        { EVIDENCE_IOCTL, EVIDENCE_IOCTL, "" },
        { EVIDENCE_IOCTL, EVIDENCE_IOCTL, "get_quote=ior" },
        { EVIDENCE_IOCTL, EVIDENCE_IOCTL, "get_quote=iowr" },
        { EVIDENCE_IOCTL, EVIDENCE_IOCTL, "dialect=framed" },
        { EVIDENCE_IOCTL, EVIDENCE_IOCTL, "dialect=raw" },
        { EVIDENCE_IOCTL, EVIDENCE_IOCTL, "dialect=raw get_quote=iowr tsm=off" },
        { EVIDENCE_QGS, EVIDENCE_QGS, "" },
        { EVIDENCE_QGS, EVIDENCE_QGS, "qgs=bytewise" },
        { EVIDENCE_AUTO, EVIDENCE_TSM, "" },
        { EVIDENCE_AUTO, EVIDENCE_IOCTL, "tsm=off" },
    };

    (void)state;
    if (!serving)
        skip();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct evidence_paths paths = paths_of(cases[i].source);
        enum evidence_source source = EVIDENCE_AUTO;
        struct file_content content = { 0 };
        struct tdx_error err = { 0 };
        struct quote quote;

        sim_runner_set(&sim, cases[i].settings);
        print_message("  %s: %s\n", evidence_source_word(cases[i].source), cases[i].settings);
        if (evidence_quote(&paths, report_data, &content, &source, &err) != TDX_OK)
            fail_msg("%s: %s", status_id(err.status), err.detail);
        assert_int_equal(source, cases[i].expected);
        assert_status(quote_parse(content.data, content.size, &quote, NULL), "OK");
        assert_memory_equal(quote.td.report_data, report_data, sizeof(report_data));
        file_content_free(&content);
        assert_no_entries();
    }
}

static void every_failure_names_provider_step_and_cause(void **state)
{
    (void)state;
    if (!serving)
        skip();
    for (size_t i = 0; i < COUNT_OF(failures); i++) {
        const struct failure *row = &failures[i];
        struct evidence_paths paths = paths_of(row->source);
        struct file_content content = { 0 };
        enum evidence_source source = EVIDENCE_QGS;
        struct tdx_error err = { 0 };
        enum tdx_status status;

        sim_runner_set(&sim, row->settings);
        status = evidence_quote(&paths, report_data, &content, &source, &err);
        print_message("  %s, %s: %s\n", evidence_source_word(row->source), row->settings,
                      err.detail);
        assert_status(status, row->expected);
        assert_int_equal(err.status, status);
        if (strstr(err.detail, row->detail) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", err.detail, row->detail);
        if (row->source != EVIDENCE_AUTO)
            assert_non_null(strstr(err.detail, evidence_source_word(row->source)));
        assert_null(content.data); /* untouched on failure */
        assert_int_equal(source, EVIDENCE_QGS);
        assert_no_entries();
    }
}

/* Whatever breaks one provider, auto serves from the next. */
static void auto_goes_on_after_every_kind_of_failure(void **state)
{
    static const char *const qgs_settings[] = { "qgs=off",         "qgs=error",
                                                "qgs=close",       "qgs=short",
                                                "qgs=hang",        "qgs=wrong_type",
                                                "qgs=huge_length", "qgs=size_mismatch" };

    (void)state;
    if (!serving)
        skip();
    for (size_t i = 0; i < COUNT_OF(failures) + COUNT_OF(qgs_settings); i++) {
        bool broken_qgs = i >= COUNT_OF(failures);
        const char *settings =
            broken_qgs ? qgs_settings[i - COUNT_OF(failures)] : failures[i].settings;
        struct evidence_paths paths = paths_of(EVIDENCE_AUTO);
        enum evidence_source source = EVIDENCE_AUTO;
        struct file_content content = { 0 };
        struct tdx_error err = { 0 };
        enum tdx_status status;

        /* What breaks the entry of configfs leaves the ioctl whole, unless both read outblob. */
        if (!broken_qgs &&
            (failures[i].source != EVIDENCE_TSM || strncmp(settings, "quote_error", 11) == 0 ||
             strcmp(settings, "echo=wrong") == 0 || strcmp(settings, "outblob=empty") == 0))
            continue;
        sim_runner_set(&sim, settings);
        if (broken_qgs)
            paths.qgs_socket = sim.qgs_socket;
        status = evidence_quote(&paths, report_data, &content, &source, &err);
        print_message("  %s: %s\n", settings, evidence_source_word(source));
        if (status != TDX_OK)
            fail_msg("%s: %s", status_id(status), err.detail);
        assert_int_equal(source, broken_qgs ? EVIDENCE_TSM : EVIDENCE_IOCTL);
        assert_int_equal(err.status, TDX_OK);
        file_content_free(&content);
    }
}

static int64_t milliseconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void a_configured_qgs_is_asked_first_and_not_longer_than_the_timeout(void **state)
{
    struct evidence_paths paths = paths_of(EVIDENCE_AUTO);
    enum evidence_source source = EVIDENCE_AUTO;
    struct file_content content = { 0 };
    int64_t before;

    (void)state;
    if (!serving)
        skip();
    paths.qgs_socket = sim.qgs_socket;
    sim_runner_set(&sim, "");
    assert_status(evidence_quote(&paths, report_data, &content, &source, NULL), "OK");
    assert_int_equal(source, EVIDENCE_QGS);
    file_content_free(&content);
    sim_runner_set(&sim, "qgs=hang");
    paths.source = EVIDENCE_QGS;
    before = milliseconds();
    assert_status(evidence_quote(&paths, report_data, &content, NULL, NULL), "QGS_FAILED");
    assert_in_range(milliseconds() - before, 700, 3000);
}

static void a_qgs_that_is_not_there_is_unreachable(void **state)
{
    char too_long[200];
    const struct {
        const char *socket, *detail;
    } cases[] = {
        { "/nonexistent/qgs.socket", "connect to /nonexistent/qgs.socket: No such file" },
        { sim.device, "connect to" }, /* no socket */
        { too_long, "too long" },
    };

    (void)state;
    if (!serving)
        skip();
    sim_runner_set(&sim, "");
    memset(too_long, 'x', sizeof(too_long) - 1);
    too_long[sizeof(too_long) - 1] = '\0';
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct evidence_paths paths = paths_of(EVIDENCE_QGS);
        struct file_content content = { 0 };
        struct tdx_error err = { 0 };

        paths.qgs_socket = cases[i].socket;
        assert_status(evidence_quote(&paths, report_data, &content, NULL, &err), "QGS_UNREACHABLE");
        assert_non_null(strstr(err.detail, cases[i].detail));
    }
}

/* Each in a process of its own, as logins are; the kernel serves them one after the other. */
static void requests_at_the_same_time_get_their_own_quotes(void **state)
{
    pid_t children[6];
    int failed = 0;

    (void)state;
    if (!serving)
        skip();
    sim_runner_set(&sim, "delay_ms=50");
    for (size_t i = 0; i < COUNT_OF(children); i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            struct evidence_paths paths = paths_of(EVIDENCE_TSM);
            uint8_t data[TD_REPORT_DATA_SIZE] = { (uint8_t)(i + 1) };
            struct file_content content = { 0 };

            /* That it is over these data is a condition of success. */
            _exit(evidence_quote(&paths, data, &content, NULL, NULL) == TDX_OK ? 0 : 1);
        }
    }
    for (size_t i = 0; i < COUNT_OF(children); i++) {
        int status = -1;

        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        failed += status != 0 ? 1 : 0;
    }
    assert_int_equal(failed, 0);
    assert_no_entries();
}

/* The first request finds the kernel busy and asks again; the timeout says how long. */
static void a_busy_kernel_is_asked_again_within_the_timeout(void **state)
{
    struct evidence_paths paths = paths_of(EVIDENCE_TSM);
    struct file_content content = { 0 };
    int64_t before;

    (void)state;
    if (!serving)
        skip();
    sim_runner_set(&sim, "in_flight=on");
    paths.timeout_ms = 2500;
    before = milliseconds();
    assert_status(evidence_quote(&paths, report_data, &content, NULL, NULL), "TSM_BUSY");
    assert_in_range(milliseconds() - before, 1000, 2500);
}

static void a_td_report_echoes_or_is_refused(void **state)
{
    static const struct {
        const char *settings, *expected;
    } cases[] = {
        { "", "OK" },
        { "debug=on", "OK" },
        { "tsm=off get_quote=off qgs=off", "OK" },
        { "echo=wrong", "REPORT_DATA_MISMATCH" },
        { "device_missing=on", "DEVICE_MISSING" },
        { "device_open_error=EACCES", "DEVICE_DENIED" },
        { "device_error=EBUSY", "DEVICE_BUSY" },
        { "device_error=EIO", "DEVICE_FAILED" },
    };

    (void)state;
    if (!serving)
        skip();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct evidence_paths paths = paths_of(EVIDENCE_TSM);
        uint8_t raw[TD_REPORT_SIZE];
        struct td_report report;

        sim_runner_set(&sim, cases[i].settings);
        print_message("  %s\n", cases[i].settings);
        assert_status(evidence_td_report(&paths, report_data, raw, NULL), cases[i].expected);
        if (strcmp(cases[i].expected, "OK") == 0)
            assert_status(td_report_parse(raw, sizeof(raw), &report, NULL), "OK");
    }
}

static void the_quote_speaks_of_the_td_of_the_report(void **state)
{
    struct evidence_paths paths = paths_of(EVIDENCE_TSM);
    uint8_t raw[TD_REPORT_SIZE];
    struct file_content content = { 0 };
    struct td_report report;
    struct quote quote;

    (void)state;
    if (!serving)
        skip();
    for (int other = 0; other < 2; other++) {
        sim_runner_set(&sim, other ? "other_td=on" : "");
        assert_status(evidence_td_report(&paths, report_data, raw, NULL), "OK");
        assert_status(td_report_parse(raw, sizeof(raw), &report, NULL), "OK");
        assert_status(evidence_quote(&paths, report_data, &content, NULL, NULL), "OK");
        assert_status(quote_parse(content.data, content.size, &quote, NULL), "OK");
        assert_status(td_identity_check_same(&report.td, &quote.td, NULL),
                      other ? "EVIDENCE_TD_MISMATCH" : "OK");
        file_content_free(&content);
    }
}

static void the_port_is_read_as_intels_library_reads_it(void **state)
{
    static const struct {
        const char *text, *detail;
    } cases[] = {
        { "port = 4050\n", "port 4050" },
        { "port=4050", "port 4050" },
        { "# port = 1\n\n  port\t=\t4050  \nport = 9\n", "port 4050" },
        { "something else\nport = 65535\r\n", "port 65535" },
        { "", "names none" },
        { "port = \n", "names none" },
        { "port = 0\n", "names none" },
        { "port = 65536\n", "names none" },
        { "port = 00000004050\n", "names none" }, /* eleven digits */
        { "port = 4050 x\n", "names none" },
        { "ports = 4050\n", "names none" },
        { "port = -1\n", "names none" },
    };

    (void)state;
    if (!serving)
        skip();
    sim_runner_set(&sim, "");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct evidence_paths paths = paths_of(EVIDENCE_QGS);
        struct file_content content = { 0 };
        struct tdx_error err = { 0 };
        char path[] = "/tmp/tdx-attest-conf.XXXXXX";
        int fd = mkstemp(path);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, cases[i].text, strlen(cases[i].text)),
                         (ssize_t)strlen(cases[i].text));
        (void)close(fd);
        paths.qgs_socket = NULL;
        paths.attest_conf = path;
        assert_status(evidence_quote(&paths, report_data, &content, NULL, &err), "QGS_UNREACHABLE");
        if (strstr(err.detail, cases[i].detail) == NULL)
            fail_msg("\"%s\": %s", cases[i].text, err.detail);
        (void)unlink(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_provider_serves_a_quote_over_the_report_data),
        cmocka_unit_test(every_failure_names_provider_step_and_cause),
        cmocka_unit_test(auto_goes_on_after_every_kind_of_failure),
        cmocka_unit_test(a_configured_qgs_is_asked_first_and_not_longer_than_the_timeout),
        cmocka_unit_test(a_qgs_that_is_not_there_is_unreachable),
        cmocka_unit_test(requests_at_the_same_time_get_their_own_quotes),
        cmocka_unit_test(a_busy_kernel_is_asked_again_within_the_timeout),
        cmocka_unit_test(a_td_report_echoes_or_is_refused),
        cmocka_unit_test(the_quote_speaks_of_the_td_of_the_report),
        cmocka_unit_test(the_port_is_read_as_intels_library_reads_it),
    };

    return cmocka_run_group_tests_name("providers", tests, start, stop);
}
