/* SPDX-License-Identifier: Apache-2.0 */
/* The checks on the ways to a quote, each verdict they can give; and that no way, however long it
 * takes, holds up who asks. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/base/span_text.h"
#include "healthcheck/quote_ask.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/health_sim.h"
#include "tests/unit/sim_runner.h"

#define TSM      "probe:quote_path/tsm"
#define IOCTL    "probe:quote_path/ioctl"
#define QUOTE    "probe:quote"
#define TIMES    "probe:quote_milliseconds"
#define PARALLEL "probe:quote_parallel"
#define EMPTY    "!failed QUOTE_EMPTY: an empty outblob"
#define MISSING  "!failed TSM_MISSING: no folder"

/* The first byte of the report data: 48 of the header, 6 of the body's descriptor, 520 within it.
 */
static void wrong_echo(struct sim_platform *p)
{
    p->quote.before_signing = (struct sim_flip){ .at = 48 + 6 + 520, .xor_with = 1 };
}

static void other_td(struct sim_platform *p)
{
    p->other_td = true;
}

static void an_enclave(struct sim_platform *p)
{
    sim_platform_use_sgx(p);
}

/* clang-format off */
static const struct health_sim_row rows[] = {
    { NULL, { "the first", "quote.path", CHECK_PASS, NULL, "tsm: 5010 bytes in 120 ms; ioctl: 5010 bytes in 90 ms", { { 0 } } } },
    { NULL, { "a kernel without the first", "quote.path", CHECK_PASS, NULL, NULL, { { TSM, MISSING } } } },
    { NULL, { "the second only", "quote.path", CHECK_WARN, "second_choice", "only ioctl works", { { TSM, "!failed TSM_FAILED: EIO" } } } },
    { NULL, { "an empty answer, then the second", "quote.path", CHECK_WARN, "outblob_empty", "only ioctl works", { { TSM, EMPTY } } } },
    { NULL, { "an empty answer", "quote.path", CHECK_FAIL, "outblob_empty", NULL,
              { { TSM, EMPTY }, { IOCTL, "!failed DEVICE_FAILED: ENOTTY" } } } },
    { NULL, { "none", "quote.path", CHECK_FAIL, "no_quote", "TSM_FAILED",
              { { TSM, "!failed TSM_FAILED: EIO" }, { IOCTL, "!failed DEVICE_FAILED: EIO" } } } },
    { NULL, { "none is there", "quote.path", CHECK_FAIL, "no_quote", NULL,
              { { TSM, MISSING }, { IOCTL, "!failed DEVICE_MISSING: no device" } } } },
    { NULL, { "none in time", "quote.path", CHECK_ERROR, "QUOTE_TIMEOUT", NULL,
              { { TSM, "!failed QUOTE_TIMEOUT: none within 11000 ms" }, { IOCTL, "!failed DEVICE_BUSY: x" } } } },
    { NULL, { "an ordinary user", "quote.path", CHECK_ERROR, "permission", NULL, { { TSM, "!denied" }, { IOCTL, "!denied" } } } },
    { NULL, { "not tried", "quote.path", CHECK_ERROR, "unreadable", NULL, { { "probe:quote_paths", "!absent" } } } },
    { NULL, { "no report, no quote", "quote.path", CHECK_SKIP, "prerequisite", "td.report is FAIL",
              { { "probe:td_report", "!failed DEVICE_FAILED: EIO" } } } },
    { NULL, { "well", "quote.generate", CHECK_PASS, NULL, "version 5", { { 0 } } } },
    { NULL, { "junk", "quote.generate", CHECK_FAIL, "QUOTE_TOO_SHORT", NULL, { { QUOTE, "junk" } } } },
    { an_enclave, { "an enclave's", "quote.generate", CHECK_FAIL, "not_a_td", NULL, { { 0 } } } },
    { NULL, { "none", "quote.generate", CHECK_FAIL, "no_quote", NULL, { { QUOTE, "!failed QUOTE_UNAVAILABLE: x" } } } },
    { NULL, { "not asked", "quote.generate", CHECK_ERROR, "not_collected", NULL, { { QUOTE, "!not_asked" } } } },
    { NULL, { "well", "quote.reportdata", CHECK_PASS, NULL, NULL, { { 0 } } } },
    { wrong_echo, { "of another time", "quote.reportdata", CHECK_FAIL, "echo", NULL, { { 0 } } } },
    { other_td, { "of another TD", "quote.reportdata", CHECK_FAIL, "other_td", NULL, { { 0 } } } },
    { NULL, { "not known what was asked", "quote.reportdata", CHECK_ERROR, "unreadable", NULL, { { "probe:report_data", "!absent" } } } },
    { NULL, { "the median counts", "quote.latency", CHECK_PASS, NULL, "110 ms (median of 3)", { { TIMES, "5000 100 110" } } } },
    { NULL, { "slow", "quote.latency", CHECK_WARN, "slow", "2000 ms", { { TIMES, "2000" } } } },
    { NULL, { "within a quarter of LoginGraceTime", "quote.latency", CHECK_WARN, "slow", NULL,
              { { TIMES, "5000" }, { "probe:sshd_T", "port 22\nlogingracetime 20\n" } } } },
    { NULL, { "more than a quarter of LoginGraceTime", "quote.latency", CHECK_FAIL, "too_slow", "LoginGraceTime (20 s)",
              { { TIMES, "5001" }, { "probe:sshd_T", "port 22\nlogingracetime 20\n" } } } },
    { NULL, { "no limit is taken for the default", "quote.latency", CHECK_WARN, "slow", NULL,
              { { TIMES, "29999" }, { "probe:sshd_T", "logingracetime 0\n" } } } },
    { NULL, { "half a minute", "quote.latency", CHECK_FAIL, "too_slow", NULL, { { TIMES, "30001" } } } },
    { NULL, { "words", "quote.latency", CHECK_ERROR, "unreadable", NULL, { { TIMES, "fast" } } } },
    { NULL, { "not timed", "quote.latency", CHECK_ERROR, "unreadable", NULL, { { TIMES, "!absent" } } } },
    { NULL, { "all", "quote.concurrent", CHECK_PASS, NULL, "all 4", { { 0 } } } },
    { NULL, { "a conflict", "quote.concurrent", CHECK_WARN, "conflict", "3 of 4 were answered: TSM_BUSY: generation",
              { { PARALLEL, "asked=4\ngiven=3\nfailed=TSM_BUSY: generation\n" } } } },
    { NULL, { "a slow host", "quote.concurrent", CHECK_SKIP, "not_tried", NULL, { { PARALLEL, "!absent" } } } },
    { NULL, { "nonsense", "quote.concurrent", CHECK_ERROR, "unreadable", NULL, { { PARALLEL, "asked=4\n" } } } },
};
/* clang-format on */

static void every_verdict_on_the_ways_to_a_quote(void **state)
{
    (void)state;
    health_sim_check_rows(rows, COUNT_OF(rows));
}

static void an_empty_answer_has_its_own_remedy(void **state)
{
    struct sim_platform *p = sim_platform_new();
    struct facts *facts = health_sim_facts(p);
    struct report report;

    (void)state;
    health_apply(facts, &(struct health_fact){ TSM, EMPTY }, 1);
    report = health_report(facts, "quote.path", true, p->now);
    assert_non_null(strstr(text_string(&health_finding(&report, "quote.path")->remedy),
                           "options tdx_guest tsm_api=0"));
    report_free(&report);
    facts_free(facts);
    sim_platform_free(p);
}

static double seconds_since(const struct timespec *start)
{
    struct timespec now;

    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static void asks_by_one_way_and_several_times_at_once(void **state)
{
    static const uint8_t report_data[TD_REPORT_DATA_SIZE] = "x";
    struct sim_runner *sim = sim_runner_with(state, "delay_ms=100");
    struct evidence_paths paths = { .source = EVIDENCE_TSM,
                                    .device = sim->device,
                                    .tsm = sim->tsm };
    struct quote_answer answers[4];

    quote_ask(&paths, report_data, 5000, answers, 1);
    assert_status(answers[0].status, "OK");
    assert_true(answers[0].milliseconds >= 100);
    assert_true(answers[0].quote.size > 1024);
    quote_answers_free(answers, 1);
    quote_ask(&paths, report_data, 5000, answers, 4);
    for (size_t i = 0; i < 4; i++)
        assert_status(answers[i].status, "OK");
    quote_answers_free(answers, 4);
    sim_runner_set(sim, "outblob=empty");
    quote_ask(&paths, report_data, 5000, answers, 1);
    assert_status(answers[0].status, "QUOTE_EMPTY");
    quote_answers_free(answers, 1);
}

/* Not even SIGKILL ends the child: it is left behind, and the kernel's wait is not ours. */
static void a_way_that_stands_still_is_given_up(void **state)
{
    static const uint8_t report_data[TD_REPORT_DATA_SIZE] = "x";
    struct sim_runner *sim = sim_runner_with(state, "delay_ms=3000 uninterruptible=on");
    struct evidence_paths paths = { .source = EVIDENCE_TSM,
                                    .device = sim->device,
                                    .tsm = sim->tsm };
    struct quote_answer answer;
    struct timespec start;

    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &start), 0);
    quote_ask(&paths, report_data, 300, &answer, 1);
    assert_true(seconds_since(&start) < 1.5);
    assert_status(answer.status, "QUOTE_TIMEOUT");
    quote_answers_free(&answer, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict_on_the_ways_to_a_quote),
        cmocka_unit_test(an_empty_answer_has_its_own_remedy),
        cmocka_unit_test(asks_by_one_way_and_several_times_at_once),
        cmocka_unit_test(a_way_that_stands_still_is_given_up),
    };

    return cmocka_run_group_tests_name("health_quote", tests, sim_runner_setup,
                                       sim_runner_teardown);
}
