/* SPDX-License-Identifier: Apache-2.0 */
/* The checks on the clock and on the collateral server, each verdict they can give. */
#include <string.h>

#include "core/collateral/floor.h"
#include "core/collateral/qcnl_conf.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/health_rows.h"

#define NOW   INT64_C(1781524800) /* 2026-06-15T12:00:00Z */
#define FLOOR "file:" FLOOR_FOLDER "/floor"
#define WANTS "link:/etc/systemd/system/multi-user.target.wants/"
#define HTTP  "probe:http/pccs.example:8081/tdx/certification/v4/qe/identity"
#define TLS   "probe:tls/pccs.example:8081"

static const struct health_fact base[] = {
    { "file:/proc/cpuinfo", "flags\t\t: fpu tdx_guest\n" },
    { "probe:adjtimex", "{\"status\": 8193, \"maxerror\": 12000}" },
    { "probe:build_time", "1767225600" },
    { "probe:trust_anchor", "!absent" },
    { FLOOR, "newest_issue = 2026-06-15T11:00:00Z\n" },
    { "stat:/run/systemd/timesync/synchronized", "!absent" },
    { "file:" QCNL_CONF_PATH, "!absent" },
    { "probe:pccs", "base=https://pccs.example:8081/sgx/certification/v4/\norigin=a test\n"
                    "host=pccs.example:8081\npath=/tdx/certification/v4/qe/identity\n" },
    { HTTP, "HTTP/1.1 200 OK\r\nServer: x\r\ndate: Mon, 15 Jun 2026 12:01:00 GMT\r\n\r\n"
            "{\"enclaveIdentity\":{}}" },
    { TLS, "not_after=1791524800\n" },
};

/* clang-format off */
static const struct health_row rows[] = {
    { "well", "time.sync", CHECK_PASS, NULL, "12 ms", { { 0 } } },
    { "no service", "time.sync", CHECK_WARN, "no_service", NULL,
      { { "probe:adjtimex", "{\"status\": 64}" } } },
    { "a service that does not tell the kernel", "time.sync", CHECK_WARN, "unsynchronised", "chronyd.service",
      { { "probe:adjtimex", "{\"status\": 64}" }, { WANTS "chronyd.service", "/x" } } },
    { "synchronised once", "time.sync", CHECK_WARN, "unsynchronised", "timesyncd",
      { { "probe:adjtimex", "{\"status\": 65}" },
        { "stat:/run/systemd/timesync/synchronized", "file 0644 0 0" } } },
    { "a container that may not ask", "time.sync", CHECK_ERROR, "permission", NULL,
      { { "probe:adjtimex", "!denied" } } },
    { "nonsense", "time.sync", CHECK_ERROR, "unreadable", NULL, { { "probe:adjtimex", "{" } } },
    { "no number", "time.sync", CHECK_ERROR, "unreadable", NULL, { { "probe:adjtimex", "{\"status\": -1}" } } },
    { "well", "time.sane", CHECK_PASS, NULL, "2026-06-15T11:00:00Z", { { 0 } } },
    { "nothing seen yet", "time.sane", CHECK_PASS, NULL, "2026-06-15T12:00:00Z", { { FLOOR, "!absent" } } },
    { "before this program", "time.sane", CHECK_FAIL, "before_build", "2026-06-16",
      { { "probe:build_time", "1781568000" } } },
    { "before what was seen", "time.sane", CHECK_FAIL, "before_floor", "2026-06-15T12:00:01Z",
      { { FLOOR, "newest_issue = 2026-06-15T12:00:01Z\n" } } },
    { "a floor for root", "time.sane", CHECK_ERROR, "permission", NULL, { { FLOOR, "!denied" } } },
    { "a broken floor", "time.sane", CHECK_ERROR, "FLOOR_BAD", NULL, { { FLOOR, "newest_issue = today\n" } } },
    { "a broken floor hides no wrong build date", "time.sane", CHECK_FAIL, "before_build", NULL,
      { { FLOOR, "?" }, { "probe:build_time", "1781568000" } } },
    { "well", "time.reference", CHECK_PASS, NULL, "60 seconds", { { 0 } } },
    { "behind", "time.reference", CHECK_WARN, "differs", "121 seconds behind",
      { { HTTP, "HTTP/1.1 200 OK\r\nDate: Mon, 15 Jun 2026 12:02:01 GMT\r\n\r\n" } } },
    { "ahead", "time.reference", CHECK_WARN, "differs", "ahead of",
      { { HTTP, "HTTP/2 200\r\ndate: Sun, 15 Jun 2025 12:02:01 GMT\r\n\r\n" } } },
    { "nobody asked", "time.reference", CHECK_SKIP, "no_answer", NULL, { { HTTP, "!not_asked" } } },
    { "no answer", "time.reference", CHECK_SKIP, "no_answer", NULL, { { HTTP, "!failed" } } },
    { "no date", "time.reference", CHECK_SKIP, "no_date", NULL, { { HTTP, "HTTP/1.1 200 OK\r\n\r\nDate: x" } } },
    { "no day", "time.reference", CHECK_ERROR, "unreadable", NULL,
      { { HTTP, "HTTP/1.1 200 OK\r\nDate: Mon, 31 Feb 2026 12:00:00 GMT\r\n\r\n" } } },
    { "words", "time.reference", CHECK_ERROR, "unreadable", NULL,
      { { HTTP, "HTTP/1.1 200 OK\r\nDate: now\r\n\r\n" } } },
    { "well", "pccs.reach", CHECK_PASS, NULL, NULL, { { 0 } } },
    { "no answer in time", "pccs.reach", CHECK_FAIL, "PCS_TIMEOUT", NULL,
      { { HTTP, "!failed PCS_TIMEOUT: the server: 3000 ms" } } },
    { "no route", "pccs.reach", CHECK_FAIL, "PCS_UNREACHABLE", NULL,
      { { HTTP, "!failed PCS_UNREACHABLE: no" } } },
    { "a broken configuration", "pccs.reach", CHECK_FAIL, "PCS_URL_BAD", NULL,
      { { "probe:pccs", "!failed PCS_URL_BAD: a port" } } },
    { "an error of the server", "pccs.reach", CHECK_FAIL, "http_status", "503",
      { { HTTP, "HTTP/1.1 503 Busy\r\n\r\n" } } },
    { "a portal that wants a login", "pccs.reach", CHECK_FAIL, "content", NULL,
      { { HTTP, "HTTP/1.1 200 OK\r\n\r\n<html>" } } },
    { "no HTTP", "pccs.reach", CHECK_FAIL, "content", NULL, { { HTTP, "SSH-2.0\r\n" } } },
    { "not asked", "pccs.reach", CHECK_SKIP, "not_asked", NULL, { { HTTP, "!absent" } } },
    { "which server is not known", "pccs.reach", CHECK_ERROR, "not_collected", NULL,
      { { "probe:pccs", "!not_asked" } } },
    { "the wrong address is named once", "pccs.reach", CHECK_SKIP, "prerequisite", "qcnl.url is FAIL",
      { { "file:" QCNL_CONF_PATH, "PCCS_URL=http://x/sgx/certification/v4/\n" } } },
    { "well", "pccs.tls", CHECK_PASS, NULL, "2026-10-09", { { 0 } } },
    { "until when is not known", "pccs.tls", CHECK_PASS, NULL, "not known", { { TLS, "not_after=0\n" } } },
    { "soon over", "pccs.tls", CHECK_WARN, "expires", "13 days", { { TLS, "not_after=1782734399\n" } } },
    { "over", "pccs.tls", CHECK_FAIL, "expired", NULL, { { TLS, "not_after=1781524799\n" } } },
    { "not trusted", "pccs.tls", CHECK_FAIL, "PCS_TLS_UNTRUSTED", NULL,
      { { TLS, "!failed PCS_TLS_UNTRUSTED: self-signed" } } },
    { "another name", "pccs.tls", CHECK_FAIL, "PCS_TLS_NAME", NULL, { { TLS, "!failed PCS_TLS_NAME: x" } } },
    { "without TLS", "pccs.tls", CHECK_SKIP, "no_tls", NULL, { { TLS, "!absent" } } },
    { "no answer is named once", "pccs.tls", CHECK_SKIP, "prerequisite", "pccs.reach is FAIL",
      { { HTTP, "!failed PCS_TIMEOUT: x" } } },
};
/* clang-format on */

static void every_verdict_on_clock_and_server(void **state)
{
    (void)state;
    health_check_rows(base, COUNT_OF(base), rows, COUNT_OF(rows), true, NOW);
}

static void a_clock_beyond_the_root_s_end_is_no_clock(void **state)
{
    static const struct health_row row[] = {
        { "2050", "time.sane", CHECK_FAIL, "after_root", "2049-12-31T23:59:59Z", { { 0 } } },
    };

    (void)state;
    health_check_rows(base, COUNT_OF(base), row, 1, true, INT64_C(2524608000));
}

/* Where the network may not be asked neither server nor reference is judged, and nothing fails. */
static void without_the_network_what_needs_it_is_skipped(void **state)
{
    static const char *const ids[] = { "pccs.reach", "pccs.tls", "time.reference" };
    struct facts *facts = facts_new();
    struct report report;

    (void)state;
    health_apply(facts, base, COUNT_OF(base));
    facts_set_state(facts, HTTP, FACT_NO_NETWORK, NULL);
    facts_set_state(facts, TLS, FACT_NO_NETWORK, NULL);
    report = health_report(facts, "pccs.*,time.*", true, NOW);
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        assert_string_equal(check_status_word(health_finding(&report, ids[i])->status), "SKIP");
        assert_string_equal(health_finding(&report, ids[i])->reason, "no_network");
    }
    assert_int_equal(report_exit_code(&report, true), 0);
    report_free(&report);
    facts_free(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict_on_clock_and_server),
        cmocka_unit_test(a_clock_beyond_the_root_s_end_is_no_clock),
        cmocka_unit_test(without_the_network_what_needs_it_is_skipped),
    };

    return cmocka_run_group_tests_name("health_clock", tests, NULL, NULL);
}
