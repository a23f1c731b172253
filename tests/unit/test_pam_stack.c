/* SPDX-License-Identifier: Apache-2.0 */
/* Stacks, and what they make of the gate. The outcomes are those measured with libpam 1.3.1 and
 * 1.5.2 where the notes on PAM have them, else what its dispatcher's code gives. */
#include <stdio.h>
#include <string.h>

#include "core/base/span_text.h"
#include "healthcheck/pam_stack.h"
#include "tests/unit/cmocka_all.h"

struct row {
    const char *expected; /* "guards", "absent", "skipped by FILE:LINE", "overruled", "blocks",
                           * joined by ", "; or a status id */
    const char *sshd;
    const char *a, *b; /* /etc/pam.d/a and b */
};

#define DEBIAN                                                                                     \
    "account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\n"                       \
    "account requisite pam_deny.so\naccount required pam_permit.so\n"
#define AUTHSELECT                                                                                 \
    "account required pam_unix.so\naccount sufficient pam_localuser.so\n"                          \
    "account sufficient pam_usertype.so issystem\n"                                                \
    "account [default=bad success=ok user_unknown=ignore] pam_sss.so\n"                            \
    "account required pam_permit.so\n"

static const struct row rows[] = {
    { "guards", "account required pam_tdx.so\naccount required pam_unix.so\n", NULL, NULL },
    { "guards", "account requisite pam_tdx.so\naccount include a\n", AUTHSELECT, NULL },
    { "guards",
      "account [success=ok new_authtok_reqd=bad ignore=bad default=bad] pam_tdx.so\n@include a\n",
      DEBIAN, NULL },
    { "guards", "account required pam_tdx.so\n@include a\n", DEBIAN, NULL },
    { "guards", "account required pam_nologin.so\naccount required pam_tdx.so\n@include a\n",
      DEBIAN, NULL },
    { "guards", "account REQUIRED /usr/lib/security/pam_tdx.so\n", NULL, NULL },
    { "guards", "ACCOUNT required pam_tdx.so # the gate\n", NULL, NULL },
    { "guards", "account \\\n  required \\\n  pam_tdx.so\n", NULL, NULL },
    { "guards", "-account required pam_tdx.so\n", NULL, NULL },
    { "guards", "account [default=bad success=ok] pam_tdx.so\n", NULL, NULL },
    { "guards", "account [success=ok default=die] pam_tdx.so mode=warn\n", NULL, NULL },
    { "guards", "account [ success = ok  default = die ] pam_tdx.so\n", NULL, NULL },
    { "guards", "account [success=done default=die] pam_tdx.so\naccount required pam_x.so\n", NULL,
      NULL },
    { "guards",
      "account [success=1 default=die] pam_tdx.so\naccount required pam_x.so\n"
      "account required pam_permit.so\n",
      NULL, NULL },
    { "guards", "account [success=ignore default=bad] pam_tdx.so\naccount required pam_unix.so\n",
      NULL, NULL },
    { "guards", "account include a\n", "account required pam_tdx.so\n", NULL },
    { "guards", "account substack a\naccount required pam_tdx.so\n",
      "account sufficient pam_permit.so\n", NULL },
    { "guards", "account substack a\naccount required pam_unix.so\n",
      "account required pam_tdx.so\n", NULL },
    { "guards", "account include a\n", "account include b\n", "account required pam_tdx.so\n" },
    { "guards", "account optional pam_x.so\naccount required pam_tdx.so\n", NULL, NULL },
    { "guards", "account requisite pam_x.so\naccount required pam_tdx.so\n", NULL, NULL },
    { "guards", "account required pam_tdx.so\naccount optional pam_tdx.so\n", NULL, NULL },
    { "guards",
      "account [success=1 default=ignore] pam_x.so\naccount required pam_y.so\n"
      "account required pam_tdx.so\n",
      NULL, NULL },
    /* A jump over a substack counts it as one line. */
    { "guards",
      "account [success=1 default=ignore] pam_x.so\naccount substack a\n"
      "account required pam_tdx.so\n",
      "account required pam_y.so\naccount required pam_z.so\n", NULL },
    { "skipped by /etc/pam.d/sshd:1",
      "account [success=2 default=ignore] pam_x.so\naccount substack a\naccount substack b\n"
      "account required pam_permit.so\n",
      "account required pam_y.so\n", "account required pam_tdx.so\n" },
    { "guards",
      "account [success=1 default=ignore] pam_x.so\naccount substack a\n"
      "account substack b\n",
      "account required pam_y.so\n", "account required pam_tdx.so\n" },
    /* a sufficient that never succeeds is not known to us, a pam_deny is */
    { "guards", "account sufficient pam_deny.so\naccount required pam_tdx.so\n", NULL, NULL },
    /* after a must-fail line "done" ends nothing */
    { "blocks",
      "account required pam_deny.so\naccount sufficient pam_x.so\n"
      "account required pam_tdx.so\n",
      NULL, NULL },

    { "absent", "account required pam_unix.so\n", NULL, NULL },
    { "absent", "auth required pam_tdx.so\naccount required pam_unix.so\n", NULL, NULL },
    { "absent", "session required pam_tdx.so\naccount required pam_unix.so\n", NULL, NULL },
    { "absent", "acount required pam_tdx.so\naccount required pam_unix.so\n", NULL, NULL },
    { "absent", "# account required pam_tdx.so\naccount required pam_unix.so\n", NULL, NULL },
    { "absent", "auth include a\naccount required pam_unix.so\n", "account required pam_tdx.so\n",
      NULL },
    { "absent", "account required pam_tdx\naccount required pam_unix.so\n", NULL, NULL },
    { "absent", "account required\naccount required pam_unix.so\n", NULL, NULL },
    { "absent", "", NULL, NULL },

    { "skipped by /etc/pam.d/sshd:1",
      "account sufficient pam_localuser.so\naccount required pam_tdx.so\n", NULL, NULL },
    { "skipped by /etc/pam.d/a:1", "account include a\naccount required pam_tdx.so\n",
      "account sufficient pam_permit.so\n", NULL },
    { "skipped by /etc/pam.d/a:1", "@include a\naccount required pam_tdx.so\n",
      "account sufficient pam_permit.so\n", NULL },
    { "skipped by /etc/pam.d/a:1", "@include a\naccount required pam_tdx.so\n", DEBIAN, NULL },
    { "skipped by /etc/pam.d/sshd:1",
      "account [success=1 default=ignore] pam_permit.so\naccount required pam_tdx.so\n"
      "account required pam_permit.so\n",
      NULL, NULL },
    { "skipped by /etc/pam.d/sshd:1",
      "account [success=1 default=ignore] pam_succeed_if.so user ingroup admins\n"
      "account required pam_tdx.so\naccount required pam_unix.so\n",
      NULL, NULL },
    { "skipped by /etc/pam.d/sshd:1",
      "account [success=done default=ignore] pam_systemd_home.so\naccount required pam_tdx.so\n",
      NULL, NULL },
    { "skipped by /etc/pam.d/a:1", "account substack a\naccount required pam_unix.so\n",
      "account sufficient pam_x.so\naccount required pam_tdx.so\n", NULL },
    { "skipped by /etc/pam.d/b:1", "account include a\naccount required pam_tdx.so\n",
      "account include b\n", "account sufficient pam_x.so\n" },
    { "skipped by /etc/pam.d/sshd:2",
      "account required pam_nologin.so\naccount sufficient pam_x.so\n"
      "account required pam_tdx.so\n",
      NULL, NULL },
    /* "a new password is needed" is what libpam returns for this die, and sshd lets in with it */
    { "skipped by /etc/pam.d/sshd:1",
      "account [success=ok default=die] pam_x.so\naccount required pam_tdx.so\n", NULL, NULL },

    { "overruled", "account optional pam_tdx.so\naccount required pam_unix.so\n", NULL, NULL },
    { "overruled", "account sufficient pam_tdx.so\naccount required pam_unix.so\n", NULL, NULL },
    { "overruled", "account [success=ok default=ignore] pam_tdx.so\naccount required pam_unix.so\n",
      NULL, NULL },
    { "overruled",
      "account [success=ok perm_denied=ignore default=bad] pam_tdx.so\naccount required "
      "pam_unix.so\n",
      NULL, NULL },
    { "overruled",
      "account [success=ok module_unknown=ignore default=bad] pam_tdx.so\n"
      "account required pam_unix.so\n",
      NULL, NULL },
    { "overruled",
      "account [success=ok service_err=1 default=bad] pam_tdx.so\naccount required pam_x.so\n"
      "account required pam_permit.so\n",
      NULL, NULL },
    { "overruled",
      "account required pam_tdx.so\naccount [default=reset] pam_x.so\n"
      "account required pam_permit.so\n",
      NULL, NULL },
    /* a status of "new password needed" that stands first is what libpam returns in the end */
    { "overruled", "account [success=ok default=bad] pam_unix.so\naccount required pam_tdx.so\n",
      NULL, NULL },

    { "blocks", "account requird pam_tdx.so\naccount required pam_unix.so\n", NULL, NULL },
    { "blocks", "account [success=ok default=di] pam_tdx.so\n", NULL, NULL },
    { "blocks", "account [default=bad] pam_tdx.so\naccount required pam_unix.so\n", NULL, NULL },
    { "blocks", "account [success=0 default=bad] pam_tdx.so\n", NULL, NULL },
    { "blocks", "account required pam_tdx.so\naccount required pam_deny.so\n", NULL, NULL },
    { "blocks", "account required pam_tdx.so\naccount include nowhere\n", NULL, NULL },
    { "blocks", "account required pam_tdx.so\n@include nowhere\n", NULL, NULL },
    { "blocks", "account required pam_tdx.so\naccount include a\n", "account include a\n", NULL },
    { "blocks", "account [success=5 default=bad] pam_tdx.so\naccount required pam_x.so\n", NULL,
      NULL },
    { "blocks", "account [success=ignore default=bad] pam_tdx.so\n", NULL, NULL },
    { "blocks", "account required pam_tdx.so\naccount include a\n", "foo required pam_x.so\n",
      NULL },
    { "overruled, skipped by /etc/pam.d/sshd:1",
      "account sufficient pam_x.so\naccount optional pam_tdx.so\naccount required pam_y.so\n", NULL,
      NULL },
};

static void set_file(struct facts *facts, const char *path, const char *text)
{
    char key[300];

    (void)snprintf(key, sizeof(key), "file:%s", path);
    if (text != NULL)
        facts_set(facts, key, span_of(text));
    else
        facts_set_state(facts, key, FACT_ABSENT, NULL);
}

static struct facts *facts_of(const struct row *row)
{
    static const char *const names[] = { "sshd", "a", "b", "nowhere", "other" };
    struct facts *facts = facts_new();

    assert_non_null(facts);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *const text[] = { row->sshd, row->a, row->b, NULL, NULL };
        char path[64];

        (void)snprintf(path, sizeof(path), "/etc/pam.d/%s", names[i]);
        set_file(facts, path, text[i]);
        (void)snprintf(path, sizeof(path), "/usr/lib/pam.d/%s", names[i]);
        set_file(facts, path, NULL);
        (void)snprintf(path, sizeof(path), "/usr/etc/pam.d/%s", names[i]);
        set_file(facts, path, NULL);
    }
    return facts;
}

static void add(struct text *words, const char *word)
{
    text_addf(words, "%s%s", words->length > 0 ? ", " : "", word);
}

static void describe(const struct facts *facts, struct text *words)
{
    struct pam_stack stack = { 0 };
    struct pam_judgement judgement = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status = pam_stack_read(facts, "sshd", PAM_TYPE_ACCOUNT, &stack, &err);

    if (status == TDX_OK)
        status = pam_stack_judge(&stack, &judgement, &err);
    if (status != TDX_OK)
        add(words, status_id(status));
    else if (judgement.gate == NULL)
        add(words, "absent");
    else if (!judgement.somebody_passes && judgement.overruled_at == NULL &&
             judgement.skipped_by == NULL)
        add(words, "blocks");
    if (judgement.overruled_at != NULL)
        add(words, "overruled");
    if (judgement.skipped_by != NULL) {
        add(words, "skipped by ");
        text_addf(words, "%s:%u", judgement.skipped_by->file, judgement.skipped_by->number);
    }
    if (words->length == 0)
        add(words, "guards");
    pam_stack_free(&stack);
}

static void each_stack_makes_of_the_gate_what_libpam_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct facts *facts = facts_of(&rows[i]);
        struct text words = { 0 };

        describe(facts, &words);
        if (strcmp(text_string(&words), rows[i].expected) != 0)
            print_message("row %zu: %s\n", i, rows[i].sshd);
        assert_string_equal(text_string(&words), rows[i].expected);
        text_free(&words);
        facts_free(facts);
    }
}

static void a_stray_line_is_named(void **state)
{
    static const struct {
        const char *sshd, *word;
        unsigned number;
        bool is_misspelt;
    } strays[] = {
        { "account required pam_unix.so\nacount required pam_tdx.so\n", "acount", 2, true },
        { "auth required pam_tdx.so\n", "auth", 1, false },
        { "\n\nsession required pam_tdx.so\n", "session", 3, false },
        { "account required pam_tdx\n", "account", 1, true },
        { "# x\naccount pam_tdx.so\n", "account", 2, true },
        { "account required pam_unix.so\n", "", 0, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(strays); i++) {
        struct facts *facts = facts_of(&(struct row){ .sshd = strays[i].sshd });
        struct pam_stack stack = { 0 };
        struct tdx_error err = { 0 };

        assert_status(pam_stack_read(facts, "sshd", PAM_TYPE_ACCOUNT, &stack, &err), "OK");
        assert_int_equal(stack.stray.number, strays[i].number);
        assert_string_equal(stack.stray.word, strays[i].word);
        assert_int_equal(stack.stray.is_misspelt, strays[i].is_misspelt);
        pam_stack_free(&stack);
        facts_free(facts);
    }
}

static void what_cannot_be_read_is_a_status(void **state)
{
    static const char account[] = "account required pam_tdx.so\naccount include a\n";
    struct facts *facts = facts_of(&(struct row){ .sshd = account, .a = "" });
    struct pam_stack stack = { 0 };
    struct tdx_error err = { 0 };
    char long_line[PAM_LINE_SIZE + 64];

    (void)state;
    facts_set_state(facts, "file:/etc/pam.d/a", FACT_DENIED, "a: Permission denied");
    assert_status(pam_stack_read(facts, "sshd", PAM_TYPE_ACCOUNT, &stack, &err), "FILE_UNREADABLE");
    pam_stack_free(&stack);
    set_file(facts, "/etc/pam.d/a", "account include /opt/stack\n");
    assert_status(pam_stack_read(facts, "sshd", PAM_TYPE_ACCOUNT, &stack, &err), "FILE_UNREADABLE");
    assert_string_equal(stack.wanted, "/opt/stack");
    pam_stack_free(&stack);
    memset(long_line, 'x', sizeof(long_line) - 1);
    long_line[sizeof(long_line) - 1] = '\0';
    set_file(facts, "/etc/pam.d/a", long_line);
    assert_status(pam_stack_read(facts, "sshd", PAM_TYPE_ACCOUNT, &stack, &err), "FILE_TOO_LARGE");
    pam_stack_free(&stack);
    set_file(facts, "/etc/pam.d/sshd", NULL);
    assert_status(pam_stack_read(facts, "sshd", PAM_TYPE_ACCOUNT, &stack, &err), "FILE_MISSING");
    pam_stack_free(&stack);
    facts_free(facts);
}

static void a_service_without_a_file_has_the_stack_of_other(void **state)
{
    struct facts *facts = facts_of(&(struct row){ .sshd = NULL });
    struct text words = { 0 };

    (void)state;
    set_file(facts, "/usr/lib/pam.d/other", "account required pam_tdx.so\n");
    describe(facts, &words);
    assert_string_equal(text_string(&words), "guards");
    text_free(&words);
    facts_free(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_stack_makes_of_the_gate_what_libpam_does),
        cmocka_unit_test(a_stray_line_is_named),
        cmocka_unit_test(what_cannot_be_read_is_a_status),
        cmocka_unit_test(a_service_without_a_file_has_the_stack_of_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
