/* SPDX-License-Identifier: Apache-2.0 */
/* What tdx-grub tells before it writes: differences, measured registers, policies that pin them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/base64.h"
#include "core/base/files.h"
#include "core/base/span_text.h"
#include "grub-tool/diff.h"
#include "grub-tool/measured.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/scratch.h"

static void differences_are_those_of_diff_u(void **state)
{
    static const struct {
        const char *old, *new_, *expected;
    } cases[] = {
        { "a\n", "a\n", "" },
        { "a\nb\nc\n", "a\nx\nc\n", "--- /f\n+++ /f\n@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n" },
        { "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\n6\n7\n8\nx\n",
          "--- /f\n+++ /f\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+x\n" },
        { "a", "a\n", "--- /f\n+++ /f\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n" },
        { "a\n", "", "--- /f\n+++ /f\n@@ -1,1 +0,0 @@\n-a\n" },
        { "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n", "x\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\ny\n",
          "--- /f\n+++ /f\n@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n@@ -9,4 +9,4 @@\n 9\n 10\n 11\n"
          "-12\n+y\n" },
        { "b\x1b[31m\n", "c\n", "--- /f\n+++ /f\n@@ -1,1 +1,1 @@\n-b\\x1b[31m\n+c\n" },
    };
    struct text out = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        text_clear(&out);
        diff_unified("/f", true, span_of(cases[i].old), true, span_of(cases[i].new_), &out);
        assert_string_equal(text_string(&out), cases[i].expected);
    }
    text_clear(&out);
    diff_unified("/f", false, span_of(""), true, span_of("n\n"), &out);
    assert_string_equal(text_string(&out), "--- /dev/null\n+++ /f\n@@ -0,0 +1,1 @@\n+n\n");
    text_free(&out);
}

/* Deleting the '-' lines' signs gives the old text back, the '+' lines' the new one. */
static void a_difference_holds_both_texts(void **state)
{
    uint32_t seed = 7;

    (void)state;
    for (int round = 0; round < 500; round++) {
        struct text texts[2] = { { 0 } }, out = { 0 }, back[2] = { { 0 } };

        for (int side = 0; side < 2; side++)
            for (unsigned lines = (seed = seed * 1664525U + 1013904223U) >> 28; lines > 0;
                 lines--) {
                seed = seed * 1664525U + 1013904223U;
                text_addf(&texts[side], "%u\n", seed >> 30);
            }
        diff_unified("/f", true, span_of(text_string(&texts[0])), true,
                     span_of(text_string(&texts[1])), &out);
        for (const char *at = text_string(&out); *at != '\0';) {
            size_t size = strcspn(at, "\n") + 1;

            for (int side = 0; side < 2; side++)
                if (strncmp(at, "---", 3) != 0 && strncmp(at, "+++", 3) != 0 && at[0] != '@' &&
                    at[0] != (side == 0 ? '+' : '-'))
                    text_add_n(&back[side], at + 1, size - 1);
            at += size;
        }
        /* With at most 16 lines and three of context, one hunk may leave out only equal heads and
         * tails: what is shown must be found in the text, in one piece. */
        for (int side = 0; side < 2 && out.length > 0; side++)
            if (strstr(text_string(&out), "@@\n") != NULL &&
                strstr(strstr(text_string(&out), " @@\n") + 4, "\n@@") == NULL)
                assert_non_null(strstr(text_string(&texts[side]), text_string(&back[side])));
        for (int side = 0; side < 2; side++) {
            text_free(&texts[side]);
            text_free(&back[side]);
        }
        text_free(&out);
    }
}

static bool corpus_log(const char *name, struct file_content *ret)
{
    const char *corpus = getenv("TDX_CORPUS");
    char path[1024];

    (void)snprintf(path, sizeof(path), "%s/ccel/%s/ccel.bin", corpus != NULL ? corpus : "", name);
    return file_read(path, 16U << 20, 0, ret, NULL) == TDX_OK;
}

static void the_log_of_an_alibaba_guest_says_that_rtmr2_changes(void **state)
{
    /* The words at the end of that boot's /proc/cmdline; the record of the test of kernelopts has
     * two blanks in front of "rhgb". */
    static const char line[] = "BOOT_IMAGE=(hd0,gpt3)/boot/vmlinuz ro rhgb quiet "
                               "cgroup.memory=nokmem\n";
    struct file_content log = { 0 };
    struct measured measured;

    (void)state;
    if (!corpus_log("alibaba-aael", &log)) {
        print_message("skipped: no corpus\n");
        skip();
    }
    /* The test of kernelopts, the linux command, the command line itself (records 59, 78, 80); not
     * the commands that only name grub.cfg or grubenv. */
    measured_from_log(file_content_span(&log), line, &measured);
    assert_true(measured.log_read);
    assert_int_equal(measured.records[2], 3);
    assert_int_equal(measured.records[0] + measured.records[1] + measured.records[3], 0);
    file_content_free(&log);
}

static void a_log_that_is_none_is_told_not_guessed(void **state)
{
    struct measured measured;
    struct text advice = { 0 };
    struct root root = ROOT_CLOSED;

    (void)state;
    measured_from_log(span_of("not a log"), "", &measured);
    assert_false(measured.log_read);
    assert_string_not_equal(measured.why_not, "");
    assert_status(root_open("/", &root, NULL), "OK");
    measured_advice(&root, &measured, true, &advice);
    assert_non_null(strstr(text_string(&advice), "snapshot"));
    assert_non_null(strstr(text_string(&advice), "cannot be told"));
    text_free(&advice);
    root_close(&root);
}

static void policies_that_pin_a_register_are_found_signed_or_not(void **state)
{
    struct text token = { 0 }, found = { 0 };
    struct root root = ROOT_CLOSED;
    static const char payload[] = "{\"policy_payload\":\"{\\\"tdx_rtmr2\\\":\\\"00\\\"}\"}";

    (void)state;
    text_add(&token, "eyJ9.");
    base64_encode(&token, BASE64_URL, payload, sizeof(payload) - 1);
    text_add(&token, ".c2ln");
    scratch_put("/etc/tdx-gate/policies/a.jwt", text_string(&token));
    scratch_put("/etc/tdx-gate/b.json", "{\"tdx_RTMR2\":1}");
    scratch_put("/etc/tdx-gate/c.json", "{\"tdx_rtmr1\":1,\"rtmr22\":1}");
    assert_status(root_open(scratch_folder(), &root, NULL), "OK");
    measured_policies(&root, 2, &found);
    assert_string_equal(text_string(&found), "/etc/tdx-gate/b.json\n"
                                             "/etc/tdx-gate/policies/a.jwt\n");
    text_clear(&found);
    measured_policies(&root, 0, &found);
    assert_string_equal(text_string(&found), "");
    text_free(&found);
    text_free(&token);
    root_close(&root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_are_those_of_diff_u),
        cmocka_unit_test(a_difference_holds_both_texts),
        cmocka_unit_test(the_log_of_an_alibaba_guest_says_that_rtmr2_changes),
        cmocka_unit_test(a_log_that_is_none_is_told_not_guessed),
        cmocka_unit_test_setup_teardown(policies_that_pin_a_register_are_found_signed_or_not,
                                        scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
