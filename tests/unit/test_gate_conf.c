/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/files.h"
#include "core/base/span_text.h"
#include "core/collateral/cache.h"
#include "pam_tdx/gate_conf.h"
#include "tests/unit/cmocka_all.h"

static enum tdx_status parse(const char *text, struct gate_conf *conf, struct tdx_error *err)
{
    return gate_conf_parse("gate.conf", span_of(text), conf, err);
}

static void the_defaults_are_the_strict_ones(void **state)
{
    struct gate_conf conf;

    (void)state;
    assert_status(parse("# nothing\n", &conf, NULL), "OK");
    assert_int_equal(conf.settings.mode, GATE_MODE_ENFORCE);
    assert_int_equal(conf.settings.timeout_ms, 10000);
    assert_string_equal(conf.settings.exempt_group, "");
    assert_int_equal(conf.freshness_s, 0);
    assert_int_equal(conf.accepted_tcb, TCB_STATUS_BIT(TCB_UP_TO_DATE));
    assert_int_equal(conf.collateral_grace_s, 0);
    assert_int_equal(conf.policy_count, 0);
    assert_false(conf.fetch_on_login);
    assert_null(conf.trust_anchor);
    assert_null(conf.pccs_url);
    assert_int_equal(conf.evidence, EVIDENCE_AUTO);
    assert_string_equal(conf.collateral, CACHE_FOLDER);
    gate_conf_free(&conf);
}

static void every_key_is_read(void **state)
{
    static const char text[] = "mode = warn\n"
                               "timeout = 30\n"
                               "exempt_group = rescue\n"
                               "freshness = 2m\n"
                               "accepted_tcb = UpToDate, SWHardeningNeeded\n"
                               "policy = /etc/tdx-gate/a.jwt\n"
                               "policy = /etc/tdx-gate/b.jwt\n"
                               "policy_signer = /etc/tdx-gate/signer.pem\n"
                               "collateral = /srv/bundle.json\n"
                               "collateral_grace = 36h\n"
                               "fetch_on_login = yes\n"
                               "pccs_url = https://pccs.example/sgx/certification/v4/\n"
                               "trust_anchor = \"/srv/root.pem\" # quoted\n"
                               "evidence = tsm\n"
                               "device = /srv/tdx_guest\n"
                               "tsm = /srv/tsm\n"
                               "attest_conf = /srv/attest.conf\n"
                               "qgs_socket = /srv/qgs.sock\n";
    struct gate_conf conf;

    (void)state;
    assert_status(parse(text, &conf, NULL), "OK");
    assert_int_equal(conf.settings.mode, GATE_MODE_WARN);
    assert_int_equal(conf.settings.timeout_ms, 30000);
    assert_string_equal(conf.settings.exempt_group, "rescue");
    assert_int_equal(conf.freshness_s, 120);
    assert_int_equal(conf.accepted_tcb,
                     TCB_STATUS_BIT(TCB_UP_TO_DATE) | TCB_STATUS_BIT(TCB_SW_HARDENING_NEEDED));
    assert_int_equal(conf.policy_count, 2);
    assert_string_equal(conf.policy[1], "/etc/tdx-gate/b.jwt");
    assert_string_equal(conf.policy_signer, "/etc/tdx-gate/signer.pem");
    assert_string_equal(conf.collateral, "/srv/bundle.json");
    assert_int_equal(conf.collateral_grace_s, 36 * 3600);
    assert_true(conf.fetch_on_login);
    assert_string_equal(conf.pccs_url, "https://pccs.example/sgx/certification/v4/");
    assert_string_equal(conf.trust_anchor, "/srv/root.pem");
    assert_int_equal(conf.evidence, EVIDENCE_TSM);
    assert_string_equal(conf.device, "/srv/tdx_guest");
    assert_string_equal(conf.tsm, "/srv/tsm");
    assert_string_equal(conf.attest_conf, "/srv/attest.conf");
    assert_string_equal(conf.qgs_socket, "/srv/qgs.sock");
    gate_conf_free(&conf);
}

static void a_wrong_line_is_an_error_with_file_and_line(void **state)
{
    static const struct {
        const char *line, *expected;
    } cases[] = {
        { "colour = blue", "CONF_UNKNOWN_KEY" },
        { "Mode = warn", "CONF_UNKNOWN_KEY" },
        { "mode", "CONF_SYNTAX" },
        { "= warn", "CONF_SYNTAX" },
        { "mode = \"warn", "CONF_SYNTAX" },
        { "mode =", "CONF_BAD_VALUE" },
        { "mode = Warn", "CONF_BAD_VALUE" },
        { "timeout = 0", "CONF_BAD_VALUE" },
        { "timeout = 31", "CONF_BAD_VALUE" },
        { "timeout = -1", "CONF_BAD_VALUE" },
        { "timeout = 5s", "CONF_BAD_VALUE" },
        { "timeout = 99999999999999999999", "CONF_BAD_VALUE" },
        { "exempt_group = a,b", "CONF_BAD_VALUE" },
        { "exempt_group = 123456789012345678901234567890123", "CONF_BAD_VALUE" },
        { "freshness = 0", "CONF_BAD_VALUE" },
        { "freshness = 3601", "CONF_BAD_VALUE" },
        { "freshness = soon", "CONF_BAD_VALUE" },
        { "freshness = 1w", "CONF_BAD_VALUE" },
        { "freshness = 18446744073709551617", "CONF_BAD_VALUE" },
        { "collateral_grace = 31d", "CONF_BAD_VALUE" },
        { "collateral_grace = h", "CONF_BAD_VALUE" },
        { "accepted_tcb =", "CONF_BAD_VALUE" },
        { "accepted_tcb = Revoked", "CONF_BAD_VALUE" },
        { "accepted_tcb = uptodate", "CONF_BAD_VALUE" },
        { "policy = a.jwt", "CONF_BAD_VALUE" },
        { "policy_signer = signer.pem", "CONF_BAD_VALUE" },
        { "collateral = bundle.json", "CONF_BAD_VALUE" },
        { "trust_anchor =", "CONF_BAD_VALUE" },
        { "fetch_on_login = true", "CONF_BAD_VALUE" },
        { "pccs_url = ftp://pccs", "CONF_BAD_VALUE" },
        { "evidence = tpm", "CONF_BAD_VALUE" },
        { "device = dev/tdx_guest", "CONF_BAD_VALUE" },
        { "mode = enforce", "CONF_BAD_VALUE" }, /* the second in the file */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tdx_error err = { 0 };
        struct gate_conf conf;
        char text[256];

        print_message("  %s\n", cases[i].line);
        (void)snprintf(text, sizeof(text), "# first\nmode = warn\n%s\ntimeout = 7\n",
                       cases[i].line);
        if (strncmp(cases[i].line, "timeout", 7) == 0 || strncmp(cases[i].line, "mode ", 5) == 0 ||
            strcmp(cases[i].line, "mode") == 0)
            (void)snprintf(text, sizeof(text), "# first\n%s\n%s\n",
                           strcmp(cases[i].line, "mode = enforce") == 0 ? "mode = warn" : "",
                           cases[i].line);
        assert_status(parse(text, &conf, &err), cases[i].expected);
        assert_non_null(strstr(err.detail, "gate.conf, line 3"));
        gate_conf_free(&conf);
    }
}

static void what_follows_a_wrong_line_is_read_all_the_same(void **state)
{
    struct gate_conf conf;

    (void)state;
    assert_status(parse("colour = blue\ntimeout = 77\nmode = warn\n", &conf, NULL),
                  "CONF_UNKNOWN_KEY");
    assert_int_equal(conf.settings.mode, GATE_MODE_WARN);
    assert_int_equal(conf.settings.timeout_ms, 10000);
    gate_conf_free(&conf);
}

/* Also with every line that is commented out. */
static void the_installed_file_is_right(void **state)
{
    const char *top = getenv("top_srcdir");
    struct file_content content = { 0 };
    struct gate_conf conf;
    char name[512];

    (void)state;
    (void)snprintf(name, sizeof(name), "%s/contrib/gate.conf", top != NULL ? top : "..");
    assert_status(file_read(name, GATE_CONF_LIMIT, 0, &content, NULL), "OK");
    assert_status(parse((const char *)content.data, &conf, NULL), "OK");
    assert_int_equal(conf.settings.mode, GATE_MODE_ENFORCE);
    gate_conf_free(&conf);
    for (size_t i = 0; i + 1 < content.size; i++)
        if (content.data[i] == '#' && content.data[i + 1] != ' ')
            content.data[i] = ' ';
    assert_status(parse((const char *)content.data, &conf, NULL), "OK");
    assert_int_equal(conf.policy_count, 1);
    gate_conf_free(&conf);
    file_content_free(&content);
}

static void seventeen_policies_are_too_many(void **state)
{
    struct gate_conf conf;
    char text[1024] = "";

    (void)state;
    for (int i = 0; i < GATE_POLICIES_MAX; i++)
        (void)strcat(text, "policy = /p\n");
    assert_status(parse(text, &conf, NULL), "OK");
    gate_conf_free(&conf);
    (void)strcat(text, "policy = /p\n");
    assert_status(parse(text, &conf, NULL), "CONF_BAD_VALUE");
    gate_conf_free(&conf);
}

/* --- files and arguments ------------------------------------------------------------------- */

static char path[256];

static int make_file(void **state)
{
    const char *base = getenv("TMPDIR");

    (void)state;
    (void)snprintf(path, sizeof(path), "%s/gate-conf-XXXXXX", base != NULL ? base : P_tmpdir);
    int fd = mkstemp(path);
    return fd >= 0 && write(fd, "mode = warn\ntimeout = 7\n", 24) == 24 && close(fd) == 0 ? 0 : -1;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static enum tdx_status load(int count, const char *const *words, struct gate_settings *settings)
{
    return gate_settings_load(&(struct gate_source){ .file = path,
                                                     .arguments = words,
                                                     .argument_count = count },
                              settings, NULL);
}

static void arguments_win_over_the_file(void **state)
{
    static const char *const words[] = { "mode=enforce", "policy=/with=equals" };
    struct gate_settings settings;

    (void)state;
    assert_status(load(2, words, &settings), "OK");
    assert_int_equal(settings.mode, GATE_MODE_ENFORCE);
    assert_int_equal(settings.timeout_ms, 7000);
}

static void a_wrong_argument_is_an_error(void **state)
{
    static const char *const unknown[] = { "debug=1", "mode=enforce" };
    static const char *const bare[] = { "debug" };
    static const char *const twice[] = { "timeout=5", "timeout=5" };
    struct gate_settings settings;

    (void)state;
    assert_status(load(2, unknown, &settings), "CONF_UNKNOWN_KEY");
    assert_int_equal(settings.mode, GATE_MODE_ENFORCE); /* read all the same */
    assert_status(load(1, bare, &settings), "CONF_SYNTAX");
    assert_status(load(2, twice, &settings), "CONF_BAD_VALUE");
}

/* The file says warn; who tries to say otherwise, and fails, must not be left with it. */
static void a_mode_that_is_not_understood_is_enforce(void **state)
{
    static const char *const wrong[] = { "mode=enforced" };
    static const char *const twice[] = { "mode=warn", "mode=enforce" };
    struct gate_settings settings;
    struct gate_conf conf;

    (void)state;
    assert_status(load(1, wrong, &settings), "CONF_BAD_VALUE");
    assert_int_equal(settings.mode, GATE_MODE_ENFORCE);
    assert_status(load(2, twice, &settings), "CONF_BAD_VALUE");
    assert_int_equal(settings.mode, GATE_MODE_ENFORCE);
    assert_status(parse("mode = warn\nmode = enforce\n", &conf, NULL), "CONF_BAD_VALUE");
    assert_int_equal(conf.settings.mode, GATE_MODE_ENFORCE);
    gate_conf_free(&conf);
}

/* Whoever writes "mode enforce" must not stay with the warn that stands above. */
static void a_file_that_cannot_be_read_as_lines_is_enforced(void **state)
{
    static const struct {
        const char *text, *expected, *group;
    } cases[] = {
        { "mode = warn\nmode\n", "CONF_SYNTAX", "" },
        { "mode = warn\nmode enforce\n", "CONF_SYNTAX", "" },
        { "mode = warn\nexempt_group = rescue\n= enforce\n", "CONF_SYNTAX", "rescue" },
        { "mode = warn\nmode = \"enforce\n", "CONF_SYNTAX", "" },
        { "colour = blue\nmode = warn\nnonsense\n", "CONF_UNKNOWN_KEY", "" },
        { "nonsense\nmode = warn\nexempt_group = rescue\n", "CONF_SYNTAX", "" },
        { "mode = warn\n\001\n", "CONF_SYNTAX", "" },
        { "exempt_group = a\nexempt_group = b\n", "CONF_BAD_VALUE", "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct gate_conf conf;

        print_message("  %s\n", cases[i].text);
        assert_status(parse(cases[i].text, &conf, NULL), cases[i].expected);
        assert_int_equal(conf.settings.mode, GATE_MODE_ENFORCE);
        assert_string_equal(conf.settings.exempt_group, cases[i].group);
        gate_conf_free(&conf);
    }
}

/* The same on the PAM line; a sound one wins over a broken file, as it wins over a sound one. */
static void a_word_that_may_be_the_mode_makes_it_enforce(void **state)
{
    static const char *const bare[] = { "enforce" };
    static const char *const around[] = { "mode=warn", "mode", "timeout=5" };
    static const char *const before[] = { "Enforce", "mode=warn" };
    static const char *const other[] = { "debug", "mode=warn" };
    static const char *const sound[] = { "mode=warn" };
    struct gate_settings settings;

    (void)state;
    assert_status(load(1, bare, &settings), "CONF_SYNTAX");
    assert_int_equal(settings.mode, GATE_MODE_ENFORCE);
    assert_status(load(3, around, &settings), "CONF_SYNTAX");
    assert_int_equal(settings.mode, GATE_MODE_ENFORCE);
    assert_int_equal(settings.timeout_ms, 5000);
    assert_status(load(2, before, &settings), "CONF_SYNTAX");
    assert_int_equal(settings.mode, GATE_MODE_ENFORCE);
    assert_status(load(2, other, &settings), "CONF_SYNTAX");
    assert_int_equal(settings.mode, GATE_MODE_WARN);
    assert_int_equal(truncate(path, 7), 0); /* "mode = " */
    assert_status(load(0, NULL, &settings), "CONF_BAD_VALUE");
    assert_int_equal(truncate(path, 4), 0); /* "mode" */
    assert_status(load(0, NULL, &settings), "CONF_SYNTAX");
    assert_int_equal(settings.mode, GATE_MODE_ENFORCE);
    assert_status(load(1, sound, &settings), "CONF_SYNTAX");
    assert_int_equal(settings.mode, GATE_MODE_WARN);
}

static void a_file_that_others_could_have_written_is_not_read(void **state)
{
    static const mode_t modes[] = { 0620, 0602, 0666 };
    struct gate_settings settings;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        assert_int_equal(chmod(path, modes[i]), 0);
        assert_status(load(0, NULL, &settings), "FILE_UNSAFE");
        assert_int_equal(settings.mode, GATE_MODE_ENFORCE);
        assert_int_equal(settings.timeout_ms, 10000);
    }
    assert_int_equal(chmod(path, 0600), 0);
    assert_status(load(0, NULL, &settings), "OK");
    assert_int_equal(settings.mode, GATE_MODE_WARN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_are_the_strict_ones),
        cmocka_unit_test(every_key_is_read),
        cmocka_unit_test(a_wrong_line_is_an_error_with_file_and_line),
        cmocka_unit_test(what_follows_a_wrong_line_is_read_all_the_same),
        cmocka_unit_test(the_installed_file_is_right),
        cmocka_unit_test(seventeen_policies_are_too_many),
        cmocka_unit_test_setup_teardown(arguments_win_over_the_file, make_file, remove_file),
        cmocka_unit_test_setup_teardown(a_wrong_argument_is_an_error, make_file, remove_file),
        cmocka_unit_test_setup_teardown(a_mode_that_is_not_understood_is_enforce, make_file,
                                        remove_file),
        cmocka_unit_test(a_file_that_cannot_be_read_as_lines_is_enforced),
        cmocka_unit_test_setup_teardown(a_word_that_may_be_the_mode_makes_it_enforce, make_file,
                                        remove_file),
        cmocka_unit_test_setup_teardown(a_file_that_others_could_have_written_is_not_read,
                                        make_file, remove_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
