/* SPDX-License-Identifier: Apache-2.0 */
/* Every PAM entry point returns exactly one of two codes, says one sentence or nothing, and logs
 * why; as Linux-PAM's own tst-pam_X-retval. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "core/base/status.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/pam_host.h"

#define ALL (HOST_AUTH | HOST_ACCOUNT | HOST_SESSION)

struct refusal_case {
    const char *what, *word, *config, *arguments, *helper, *id;
};

static const struct refusal_case refusals[] = {
    { "the evidence says no", "no", "", "", NULL, "TD_DEBUGGABLE" },
    { "undecided", "undecided", "", "", NULL, "DEVICE_MISSING" },
    { "hangs", "hang", "timeout = 1\n", "", NULL, "HELPER_TIMEOUT" },
    { "answers but does not end", "late", "timeout = 1\n", "", NULL, "HELPER_TIMEOUT" },
    { "killed", "killed", "", "", NULL, "HELPER_FAILED" },
    { "crashes", "crash", "", "", NULL, "HELPER_FAILED" },
    { "line and exit code differ", "liar", "", "", NULL, "HELPER_FAILED" },
    { "says yes and is killed", "yes-then-killed", "", "", NULL, "HELPER_FAILED" },
    { "says no and yes", "twice", "", "", NULL, "HELPER_FAILED" },
    { "half a line", "cut", "", "", NULL, "HELPER_FAILED" },
    { "no line", "silent", "", "", NULL, "HELPER_FAILED" },
    { "garbage", "garbage", "", "", NULL, "HELPER_FAILED" },
    { "endless output", "flood", "timeout = 1\n", "", NULL, "HELPER_TIMEOUT" },
    { "helper missing", "ok", "", "", "/nonexistent/helper", "HELPER_MISSING" },
    { "helper not a program", "ok", "", "", "/etc/passwd", "HELPER_MISSING" },
    { "unknown key", "ok", "colour = blue\n", "", NULL, "CONF_UNKNOWN_KEY" },
    { "key given twice", "ok", "timeout = 5\ntimeout = 6\n", "", NULL, "CONF_BAD_VALUE" },
    { "bad value", "ok", "mode = maybe\n", "", NULL, "CONF_BAD_VALUE" },
    { "too long a timeout", "ok", "timeout = 31\n", "", NULL, "CONF_BAD_VALUE" },
    { "no equals sign", "ok", "mode\n", "", NULL, "CONF_SYNTAX" },
    { "unknown argument", "ok", "", "colour=blue", NULL, "CONF_UNKNOWN_KEY" },
    { "argument without a value", "ok", "", "debug", NULL, "CONF_SYNTAX" },
    { "config unreadable", "ok", "", "config=/nonexistent/gate.conf", NULL, "FILE_UNREADABLE" },
};

static struct host_question ask(const struct refusal_case *refusal, const char *more)
{
    static char arguments[256];

    (void)snprintf(arguments, sizeof(arguments), "%s %s", refusal->arguments, more);
    return (struct host_question){ .double_word = refusal->word,
                                   .config = refusal->config,
                                   .arguments = arguments,
                                   .helper = refusal->helper };
}

/* One line of printable ASCII, with the id, three times (once for each facility). */
static void check_sentence(const char *said, const char *id)
{
    char expected[512];
    enum tdx_status status = TDX_OK;

    for (int i = 0; i < TDX_STATUS_COUNT; i++)
        if (strcmp(status_id((enum tdx_status)i), id) == 0)
            status = (enum tdx_status)i;
    (void)snprintf(expected, sizeof(expected), "Login refused by tdx-gate: %s (%s).\n",
                   status_message(status), id);
    for (int i = 0; i < 3; i++) {
        assert_memory_equal(said, expected, strlen(expected));
        said += strlen(expected);
    }
    assert_string_equal(said, "");
    for (const char *at = expected; *at != '\0'; at++)
        assert_true(*at == '\n' || isprint((unsigned char)*at));
}

static void every_refusal_has_its_code_its_sentence_and_its_log_line(void **state)
{
    (void)state;
    NEED_HOST();
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        struct host_question question = ask(&refusals[i], "");
        struct host_result result;
        char logged[64];

        print_message("  %s\n", refusals[i].what);
        assert_true(host_transaction_after(NULL, &question, ALL, &result));
        (void)snprintf(logged, sizeof(logged), "refused: %s:", refusals[i].id);
        assert_non_null(strstr(result.logged, logged));
        check_sentence(result.said, refusals[i].id);
        assert_int_equal(result.auth, PAM_AUTH_ERR);
        assert_int_equal(result.account, PAM_PERM_DENIED);
        assert_int_equal(result.session, PAM_PERM_DENIED);
        assert_string_equal(result.left, "");
    }
}

static void warn_mode_lets_in_logs_and_says_nothing(void **state)
{
    (void)state;
    NEED_HOST();
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        struct host_question question = ask(&refusals[i], "mode=warn");
        struct host_result result;
        char logged[96];

        print_message("  %s\n", refusals[i].what);
        assert_true(host_transaction_after(NULL, &question, ALL, &result));
        (void)snprintf(logged, sizeof(logged),
                       "would be refused, let in by mode=warn: %s:", refusals[i].id);
        assert_non_null(strstr(result.logged, logged));
        assert_string_equal(result.said, "");
        assert_int_equal(result.auth, PAM_SUCCESS);
        assert_int_equal(result.account, PAM_SUCCESS);
        assert_int_equal(result.session, PAM_SUCCESS);
    }
}

/* The file's own mode counts too, unless the file cannot be trusted. */
static void warn_mode_in_the_file_survives_a_typo_below_it(void **state)
{
    struct host_question question = { .double_word = "ok",
                                      .config = "colour = blue\nmode = warn\n",
                                      .arguments = "" };
    struct host_result result;

    (void)state;
    NEED_HOST();
    assert_true(host_transaction_after(NULL, &question, HOST_ACCOUNT, &result));
    assert_non_null(strstr(result.logged, "let in by mode=warn: CONF_UNKNOWN_KEY"));
    assert_int_equal(result.account, PAM_SUCCESS);
}

static void unsafe_mode(void)
{
    /* gate.conf is rewritten in place and keeps this mode */
    FILE *file = fopen(host_config_path(), "we");

    if (file == NULL || fchmod(fileno(file), 0646) != 0 || fclose(file) != 0)
        _exit(3);
}

static void a_config_that_others_can_write_is_not_believed(void **state)
{
    struct host_question question = { .double_word = "ok",
                                      .config = "mode = warn\nexempt_group = root\n",
                                      .arguments = "",
                                      .user = "root" };
    struct host_result result;

    (void)state;
    NEED_HOST();
    assert_true(host_transaction_after(unsafe_mode, &question, HOST_ACCOUNT, &result));
    assert_non_null(strstr(result.logged, "refused: FILE_UNSAFE"));
    assert_int_equal(result.account, PAM_PERM_DENIED);
    assert_int_equal(unlink(host_config_path()), 0);
}

static void an_accepted_login_is_silent_and_logged(void **state)
{
    struct host_question question = { .double_word = "ok", .config = "", .arguments = "" };
    struct host_result result;

    (void)state;
    NEED_HOST();
    assert_true(host_transaction_after(NULL, &question, ALL, &result));
    assert_string_equal(result.said, "");
    assert_non_null(strstr(result.logged, "accepted: OK; user \"nobody\" from \"\"; the double "));
    assert_int_equal(result.auth, PAM_SUCCESS);
    assert_int_equal(result.account, PAM_SUCCESS);
    assert_int_equal(result.setcred, PAM_SUCCESS);
    assert_int_equal(result.session, PAM_SUCCESS);
    assert_int_equal(result.close_session, PAM_SUCCESS);
    assert_string_equal(result.left, "");
}

static void one_login_asks_once(void **state)
{
    struct host_question question = { .double_word = "count", .config = "", .arguments = "" };
    struct host_result result;
    struct stat st;
    char path[320];

    (void)state;
    NEED_HOST();
    (void)snprintf(path, sizeof(path), "%s.count", host_config_path());
    assert_true(host_transaction_after(NULL, &question, ALL, &result));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 1);
    assert_true(host_transaction_after(NULL, &question, HOST_ACCOUNT, &result));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 2);
}

static void pam_silent_is_honoured(void **state)
{
    struct host_question question = {
        .double_word = "no", .config = "", .arguments = "", .flags = (int)PAM_SILENT
    };
    struct host_result result;

    (void)state;
    NEED_HOST();
    assert_true(host_transaction_after(NULL, &question, HOST_ACCOUNT, &result));
    assert_int_equal(result.account, PAM_PERM_DENIED);
    assert_string_equal(result.said, "");
}

/* root is in no list of /etc/group, but its primary group is root. */
static void the_exempt_group_passes_even_without_a_helper(void **state)
{
    static const struct {
        const char *user, *config;
        int expected;
        const char *logged;
    } cases[] = {
        { "root", "exempt_group = root\n", PAM_SUCCESS, "exempt: user \"root\"" },
        { "nobody", "exempt_group = root\n", PAM_PERM_DENIED, "refused: HELPER_MISSING" },
        { "root", "exempt_group = nosuchgroup\n", PAM_PERM_DENIED, "refused: HELPER_MISSING" },
        { "no such user", "exempt_group = root\n", PAM_PERM_DENIED, "refused: HELPER_MISSING" },
        { "root", "exempt_group =\n", PAM_PERM_DENIED, "refused: HELPER_MISSING" },
        { "root", "exempt_group = a b\n", PAM_PERM_DENIED, "refused: CONF_BAD_VALUE" },
    };

    (void)state;
    NEED_HOST();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct host_question question = { .double_word = "ok",
                                          .config = cases[i].config,
                                          .arguments = "",
                                          .helper = "/nonexistent/helper",
                                          .user = cases[i].user };
        struct host_result result;

        print_message("  %s, %s", cases[i].user, cases[i].config);
        assert_true(host_transaction_after(NULL, &question, HOST_ACCOUNT, &result));
        assert_non_null(strstr(result.logged, cases[i].logged));
        assert_int_equal(result.account, cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_accepted_login_is_silent_and_logged),
        cmocka_unit_test(every_refusal_has_its_code_its_sentence_and_its_log_line),
        cmocka_unit_test(warn_mode_lets_in_logs_and_says_nothing),
        cmocka_unit_test(warn_mode_in_the_file_survives_a_typo_below_it),
        cmocka_unit_test(a_config_that_others_can_write_is_not_believed),
        cmocka_unit_test(one_login_asks_once),
        cmocka_unit_test(pam_silent_is_honoured),
        cmocka_unit_test(the_exempt_group_passes_even_without_a_helper),
    };

    return cmocka_run_group_tests(tests, host_setup, host_teardown);
}
