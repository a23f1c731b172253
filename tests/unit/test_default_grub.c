/* SPDX-License-Identifier: Apache-2.0 */
/* The editor of /etc/default/grub: a table of files and what becomes of them, each sourced by real
 * shells before and after. */
#include <string.h>

#include "core/base/span_text.h"
#include "grub-tool/default_grub.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/default_grub_case.h"
#include "tests/unit/grub_shell.h"

static const struct {
    const char *name, *before;
    const char *after;  /* NULL: refused */
    const char *status; /* NULL: OK */
    const char *says;   /* in the refusal's detail, or in the notes */
} cases[] = {
#define REFUSED(name, text, status, says)                                                          \
    {                                                                                              \
        name, text, NULL, status, says                                                             \
    }
#define UNCLEAR "GRUB_DEFAULT_UNCLEAR"
#define LOST    "GRUB_DEFAULT_REFUSED"
    { "double quotes", V "=\"a b\"\n", V "=\"a b " S "\"\n", NULL, NULL },
    { "single quotes", V "='a b'\n", V "='a b " S "'\n", NULL, NULL },
    { "a bare word", V "=quiet\n", V "=\"quiet " S "\"\n", NULL, NULL },
    { "empty double quotes", V "=\"\"\n", V "=\"" S "\"\n", NULL, NULL },
    { "empty single quotes", V "=''\n", V "='" S "'\n", NULL, NULL },
    { "nothing behind =", V "=\n", V "=\"" S "\"\n", NULL, NULL },
    { "absent", "GRUB_TIMEOUT=5\n", "GRUB_TIMEOUT=5\n" V "=\"" S "\"\n", NULL, NULL },
    { "an empty file", "", V "=\"" S "\"\n", NULL, NULL },
    { "only a comment", "#" V "=\"x\"\n", "#" V "=\"x\"\n" V "=\"" S "\"\n", NULL, NULL },
    { "no final newline", V "=\"a\"", V "=\"a " S "\"", NULL, NULL },
    { "absent, no final newline", "GRUB_TIMEOUT=5", "GRUB_TIMEOUT=5\n" V "=\"" S "\"\n", NULL,
      NULL },
    REFUSED("backslash at the end", "GRUB_TIMEOUT=5\\", LOST, "backslash"),
    REFUSED("a continued line at the end", "GRUB_TIMEOUT=5\\\n", LOST, "backslash"),
    { "a comment at the end", "# end", "# end\n" V "=\"" S "\"\n", NULL, NULL },
    { "in place", V "=\"a swiotlb=1 b\"\n", V "=\"a " S " b\"\n", NULL, NULL },
    { "in place, first", V "=\"swiotlb=1 b\"\n", V "=\"" S " b\"\n", NULL, NULL },
    { "force is kept", V "=\"swiotlb=1,force b\"\n", V "=\"" S ",force b\"\n", NULL, NULL },
    { "areas are kept", V "=\"swiotlb=65536,8,force b\"\n", V "=\"" S ",8,force b\"\n", NULL,
      NULL },
    { "force alone", V "=\"swiotlb=force b\"\n", V "=\"" S ",force b\"\n", NULL, NULL },
    { "any is kept", V "=\"swiotlb=1,8,any\"\n", V "=\"" S ",8,any\"\n", NULL, NULL },
    REFUSED("noforce", "X=1\n" V "=\"swiotlb=noforce b\"\n", LOST,
            "grub:2: it says swiotlb=noforce"),
    { "hexadecimal", V "=\"swiotlb=0x80000 b\"\n", V "=\"" S " b\"\n", NULL, NULL },
    { "an empty value", V "=\"swiotlb= b\"\n", V "=\"" S " b\"\n", NULL, NULL },
    { "the bare word that kills the boot", V "=\"swiotlb b\"\n", V "=\"" S " b\"\n", NULL, NULL },
    { "one of two stays", V "=\"swiotlb=1 x swiotlb=2 y\"\n", V "=\"x " S " y\"\n", NULL, NULL },
    { "side by side", V "=\"swiotlb=1 swiotlb=2,force\"\n", V "=\"" S ",force\"\n", NULL, NULL },
    { "glued quotes", V "=\"a\"\" swiotlb=1\"\n", V "=\"a\"\" " S "\"\n", NULL, NULL },
    { "mixed quotes", V "=a\" b\"' c'\n", V "=a\" b\"' c " S "'\n", NULL, NULL },
    { "an escaped blank", V "=a\\ b\n", V "=a\\ b\" " S "\"\n", NULL, NULL },
    { "split by quotes", V "=\"swio\"\"tlb=1 b\"\n", V "=\"" S "\"\" b\"\n", NULL, NULL },
    { "split over quotes", V "=sw'iotlb=1 b'\n", V "=" S "' b'\n", NULL, NULL },
    { "look-alikes", V "=\"noswiotlb=1 my.swiotlb=3 swiotlb_x=4\"\n",
      V "=\"noswiotlb=1 my.swiotlb=3 swiotlb_x=4 " S "\"\n", NULL, NULL },
    { "inside another value", V "=\"x=\\\"y swiotlb=9 z\\\" a\"\n",
      V "=\"x=\\\"y swiotlb=9 z\\\" a " S "\"\n", NULL, NULL },
    { "inside single quotes of GRUB", V "=\"x='y swiotlb=9 z' a\"\n",
      V "=\"x='y swiotlb=9 z' a " S "\"\n", NULL, NULL },
    { "quoted whole", V "=\"a \\\"swiotlb=9\\\" b\"\n", V "=\"a " S " b\"\n", NULL, NULL },
    REFUSED("quoted together with others", V "=\"\\\"a\tswiotlb=9\\\" b\"\n", LOST, "together"),
    { "two dashes", V "=\"a -- b\"\n", V "=\"" S " a -- b\"\n", NULL, NULL },
    { "behind two dashes", V "=\"a -- swiotlb=1\"\n", V "=\"" S " a --\"\n", NULL, NULL },
    { "a word with #", V "=\"a #b c\"\n", V "=\"" S " a #b c\"\n", NULL, "begins with '#'" },
    REFUSED("semicolon", V "=\"a;b\"\n", LOST, ":1:"),
    REFUSED("ampersand", V "=\"a&b\"\n", LOST, ":1:"),
    REFUSED("braces", V "=\"a={x}\"\n", LOST, ":1:"),
    REFUSED("pipe", V "=\"a|b\"\n", LOST, ":1:"),
    REFUSED("less and greater", V "=\"a=<b>\"\n", LOST, ":1:"),
    { "$name for GRUB, single", V "='a=$foo'\n", V "='a=$foo " S "'\n", NULL, "$name" },
    { "$name for GRUB, escaped", V "=\"a=\\$foo\"\n", V "=\"a=\\$foo " S "\"\n", NULL, "$name" },
    { "a variable", "X=1\n" V "=\"root=$X a\"\n", "X=1\n" V "=\"root=$X a " S "\"\n", NULL, NULL },
    { "a default", V "=\"${FOO:-a b}\"\n", V "=\"${FOO:-a b} " S "\"\n", NULL, NULL },
    REFUSED("from a variable", "X=\"swiotlb=7\"\n" V "=\"$X a\"\n", LOST, "substitution"),
    REFUSED("from a default", V "=\"${FOO:-swiotlb=7} a\"\n", LOST, "substitution"),
    REFUSED("its number from a variable", V "=\"swiotlb=$N\"\n", LOST, "not known"),
    REFUSED("from a command", "X=$(cat /x)\n" V "=\"$X a\"\n", UNCLEAR, "command"),
    REFUSED("from a condition", "[ -e /x ] && X=a\n" V "=\"$X a\"\n", UNCLEAR, "condition"),
    { "appends to itself", V "=\"a\"\n" V "=\"$" V " b\"\n", V "=\"a\"\n" V "=\"$" V " b " S "\"\n",
      NULL, NULL },
    { "replaced where it comes from", V "=\"swiotlb=7\"\n" V "=\"$" V " b\"\n",
      V "=\"" S "\"\n" V "=\"$" V " b\"\n", NULL, NULL },
    { "the last one wins", V "=\"swiotlb=1\"\n" V "=\"b\"\n",
      V "=\"swiotlb=1\"\n" V "=\"b " S "\"\n", NULL, NULL },
    { "two on a line", V "=\"a\"; " V "=\"b\"\n", V "=\"a\"; " V "=\"b " S "\"\n", NULL, NULL },
    { "two in a command", "GRUB_TIMEOUT=1 " V "=\"b\"\n", "GRUB_TIMEOUT=1 " V "=\"b " S "\"\n",
      NULL, NULL },
    REFUSED("for one command", V "=\"b\" true\n", UNCLEAR, ":1: it is set for one command"),
    { "export", "export " V "=\"a b\"\n", "export " V "=\"a b " S "\"\n", NULL, NULL },
    { "export behind", V "=\"a\"\nexport " V "\n", V "=\"a " S "\"\nexport " V "\n", NULL, NULL },
    REFUSED("export splits", "X=\"a b\"\nexport " V "=$X\n", UNCLEAR, ":2: dash splits"),
    REFUSED("readonly", "readonly " V "=\"a\"\n", UNCLEAR, ":1:"),
    REFUSED("declare", "declare " V "=\"a\"\n", UNCLEAR, ":1:"),
    REFUSED("in a function", "f() { " V "=\"a\"; }\nf\n", UNCLEAR, "condition"),
    REFUSED("in an if", "if true; then\n  " V "=\"a\"\nfi\n", UNCLEAR, ":2:"),
    { "an if elsewhere", "if true; then\n  X=1\nfi\n" V "=\"a\"\n",
      "if true; then\n  X=1\nfi\n" V "=\"a " S "\"\n", NULL, NULL },
    { "a case and a loop elsewhere",
      "case x in (x) Y=1;; y|z) ;; esac\nfor i in 1 2; do X=$i; done\n" V "=a\n",
      "case x in (x) Y=1;; y|z) ;; esac\nfor i in 1 2; do X=$i; done\n" V "=\"a " S "\"\n", NULL,
      NULL },
    REFUSED("behind &&", "[ -e /x ] && " V "=\"a\"\n", UNCLEAR, "&&"),
    REFUSED("in a case", "case x in x) " V "=\"a\";; esac\n", UNCLEAR, ":1:"),
    REFUSED("in a loop", "for i in 1; do " V "=\"$i\"; done\n", UNCLEAR, ":1:"),
    REFUSED("by a loop", "for " V " in 1; do :; done\n", UNCLEAR, "loop"),
    REFUSED("in a subshell", "( " V "=\"a\" )\n", UNCLEAR, ":1:"),
    REFUSED("in a group", "{ " V "=\"a\"; }\n", UNCLEAR, ":1:"),
    REFUSED("eval", "eval " V "=a\n", UNCLEAR, "eval"),
    { "another file before", ". /etc/x\n" V "=\"a\"\n", ". /etc/x\n" V "=\"a " S "\"\n", NULL,
      "another file" },
    REFUSED("another file behind", V "=\"a\"\n. /etc/x\n", UNCLEAR, "another file"),
    REFUSED("unset", V "=\"a\"\nunset " V "\n", UNCLEAR, ":2:"),
    REFUSED("+=", V "=\"a\"\n" V "+=\" b\"\n", UNCLEAR, ":2: it uses +="),
    { "+= elsewhere", "X=a\nX+=\" b\"\n" V "=\"a\"\n", "X=a\nX+=\" b\"\n" V "=\"a " S "\"\n", NULL,
      "+=" },
    REFUSED("blanks round =", V " = \"a\"\n", UNCLEAR, ":1:"),
    REFUSED("open double quote", "X=1\n" V "=\"a b\n", UNCLEAR, ":2: a double quote"),
    REFUSED("open single quote", V "='a b\n", UNCLEAR, ":1: a single quote"),
    REFUSED("command substitution", V "=\"a $(echo b)\"\n", UNCLEAR, "$(...)"),
    REFUSED("backticks", V "=\"a `echo b`\"\n", UNCLEAR, "backticks"),
    { "Debian's own", "D=`lsb_release -i -s 2> /dev/null || echo Debian`\n" V "=\"a\"\n",
      "D=`lsb_release -i -s 2> /dev/null || echo Debian`\n" V "=\"a " S "\"\n", NULL, NULL },
    { "Red Hat's own", "D=\"$(sed 's, release .*$,,g' /etc/system-release)\"\n" V "=\"a\"\n",
      "D=\"$(sed 's, release .*$,,g' /etc/system-release)\"\n" V "=\"a " S "\"\n", NULL, NULL },
    REFUSED("arithmetic", V "=\"a=$((1+1))\"\n", UNCLEAR, "arithmetic"),
    REFUSED("$'...'", V "=$'a b'\n", UNCLEAR, "dash and bash"),
    { "a continued value", V "=\"a \\\nb\"\n", V "=\"a \\\nb " S "\"\n", NULL, NULL },
    { "a continued bare value", V "=a\\\nb\n", V "=a\\\nb\" " S "\"\n", NULL, NULL },
    REFUSED("a continued name", "GRUB_CMDLINE_\\\nLINUX=\"a\"\n", UNCLEAR, "continued"),
    REFUSED("a newline in it", V "=\"a\nb\"\n", LOST, "line break"),
    REFUSED("a here-document", "cat > /dev/null <<EOF\n" V "=\"a\"\nEOF\n", UNCLEAR,
            "here-document"),
    { "a trailing comment", V "=\"a b\" # keep swiotlb=9 here\n",
      V "=\"a b " S "\" # keep swiotlb=9 here\n", NULL, NULL },
    { "no comment", V "=\"a b\"#c\n", V "=\"a b\"#c\" " S "\"\n", NULL, NULL },
    { "a comment is not continued", "# foo \\\n" V "=\"a\"\n", "# foo \\\n" V "=\"a " S "\"\n",
      NULL, NULL },
    { "blanks inside stay", "\t" V "=\"  a   b\t\"  \n", "\t" V "=\"  a   b\t" S "\"  \n", NULL,
      NULL },
    { "bytes, not characters", "# \xe9t\xe9\n" V "=\"a=\xc3\xbc\"\n",
      "# \xe9t\xe9\n" V "=\"a=\xc3\xbc " S "\"\n", NULL, NULL },
    REFUSED("byte order mark", "\xef\xbb\xbf" V "=\"a\"\n", UNCLEAR, "byte order mark"),
    REFUSED("carriage return", V "=\"a\"\r\n", LOST, "control"),
    { "carriage return elsewhere", "X=5\r\n" V "=\"a\"\n", "X=5\r\n" V "=\"a " S "\"\n", NULL,
      "carriage return" },
    REFUSED("control character", V "=\"a\vb\"\n", LOST, "control"),
    REFUSED("tilde", V "=~/x\n", UNCLEAR, "~"),
    { "a pattern", V "=a*\n", V "=\"a* " S "\"\n", NULL, NULL },
    REFUSED("an array", V "=(a b)\n", UNCLEAR, "("),
    REFUSED("a subscript", V "[0]=\"a\"\n", UNCLEAR, "array"),
    { "similar names", V "_DEFAULT=\"x\"\nMY_" V "=\"y\"\n" V "=\"a\"\n",
      V "_DEFAULT=\"x\"\nMY_" V "=\"y\"\n" V "=\"a " S "\"\n", NULL, NULL },
    REFUSED("_DEFAULT wins", "X=1\n" V "_DEFAULT=\"quiet swiotlb=9\"\n" V "=\"a\"\n", LOST,
            "/etc/default/grub:2: GRUB_CMDLINE_LINUX_DEFAULT"),
    { "_DEFAULT repeats it", V "=\"a\"\n" V "_DEFAULT=\"$" V " quiet\"\n",
      V "=\"a " S "\"\n" V "_DEFAULT=\"$" V " quiet\"\n", NULL, NULL },
    REFUSED("exit", "exit 0\n" V "=\"a\"\n", UNCLEAR, ":1:"),
    REFUSED("return", "return 0\n" V "=\"a\"\n", UNCLEAR, "return"),
    { "a last test", V "=\"a\"\n[ -e /x ] && X=1\n", V "=\"a " S "\"\n[ -e /x ] && X=1\n", NULL,
      "&& list" },
    REFUSED("set -u", "set -u\n" V "=\"$NOPE a\"\n", UNCLEAR, "set"),
    { "alias", "alias GRUB=x\n" V "=\"a\"\n", "alias GRUB=x\n" V "=\"a " S "\"\n", NULL, NULL },
    REFUSED("in the background", V "=\"a\" &\n", UNCLEAR, "background"),
    REFUSED("its list in the background", V "=\"a\" && true &\n", UNCLEAR, "background"),
    REFUSED("into a pipe", V "=\"a\" | cat\n", UNCLEAR, "pipe"),
    REFUSED("negated", "! " V "=\"a\"\n", UNCLEAR, "!"),
    REFUSED("redirected", V "=\"a\" > /dev/null\n", UNCLEAR, "redirection"),
    { "escaped quotes", V "=\"a=\\\"b\\\\c\\\"\"\n", V "=\"a=\\\"b\\\\c\\\" " S "\"\n", NULL,
      NULL },
    REFUSED("ends in a backslash", V "='a\\'\n", LOST, "backslash"),
    { "tuned's line", V "=a\n" V "_DEFAULT=\"${" V "_DEFAULT:+$" V "_DEFAULT }\\$tuned_params\"\n",
      V "=\"a " S "\"\n" V "_DEFAULT=\"${" V "_DEFAULT:+$" V "_DEFAULT }\\$tuned_params\"\n", NULL,
      NULL },
};

static void each_odd_file_is_edited_or_refused_as_the_table_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct span before = span_of(cases[i].before), after;
        struct default_grub_edit edited;
        struct tdx_error err = { 0 };
        enum tdx_status status =
            default_grub_case_edit(&before, 1, &default_grub_case_wish, &edited, &err);
        const char *said = status == TDX_OK ? text_string(&edited.notes) : err.detail;

        if (strcmp(status_id(status), cases[i].status != NULL ? cases[i].status : "OK") != 0)
            fail_msg("%s: %s (%s)", cases[i].name, status_id(status), err.detail);
        if (cases[i].says != NULL && strstr(said, cases[i].says) == NULL)
            fail_msg("%s: says <%s>", cases[i].name, said);
        if (status == TDX_OK) {
            assert_true(edited.changed[0]);
            if (strcmp(text_string(&edited.files[0]), cases[i].after) != 0)
                fail_msg("%s:\n%s", cases[i].name, text_string(&edited.files[0]));
            after = default_grub_case_result(&edited, 0, before);
            default_grub_case_shells(cases[i].name, &before, &after, 1, true);
            default_grub_case_again(cases[i].name, &after, 1);
        }
        default_grub_edit_free(&edited);
    }
}

static void a_value_that_is_too_long_gets_the_word_in_front(void **state)
{
    struct text file = { 0 };
    struct default_grub_edit edited;
    struct span before;

    (void)state;
    text_add(&file, V "=\"");
    for (int i = 0; i < 250; i++)
        text_addf(&file, "p%d=%d ", i, i);
    text_add(&file, "last\"\n");
    before = (struct span){ (const uint8_t *)file.data, file.length };
    assert_status(default_grub_case_edit(&before, 1, &default_grub_case_wish, &edited, NULL), "OK");
    assert_memory_equal(text_string(&edited.files[0]), V "=\"" S " p0=0 ", 38);
    assert_non_null(strstr(text_string(&edited.notes), "2047"));
    default_grub_edit_free(&edited);
    text_free(&file);
}

static void a_nul_byte_is_refused(void **state)
{
    static const char text[] = V "=\"a\"\0\n";
    struct span before = { (const uint8_t *)text, sizeof(text) - 1 };
    struct default_grub_edit edited;
    struct tdx_error err = { 0 };

    (void)state;
    assert_status(default_grub_case_edit(&before, 1, &default_grub_case_wish, &edited, &err),
                  "GRUB_DEFAULT_UNCLEAR");
    assert_non_null(strstr(err.detail, "/etc/default/grub:1: it holds a NUL byte"));
}

static void drop_ins_are_read_and_edited_where_they_win(void **state)
{
    static const struct {
        const char *name, *main, *drop_in, *main_after, *drop_in_after, *status, *says;
    } files[] = {
        { "the drop-in replaces the value", V "=\"a\"\n", V "=\"c\"\n", V "=\"a\"\n",
          V "=\"c " S "\"\n", "OK", "" },
        { "the drop-in adds to it", V "=\"a\"\n", V "=\"$" V " c\"\n", V "=\"a " S "\"\n",
          V "=\"$" V " c\"\n", "OK", "" },
        { "the drop-in's own wins", V "=\"a\"\n", V "=\"$" V " swiotlb=5\"\n", V "=\"a\"\n",
          V "=\"$" V " " S "\"\n", "OK", "" },
        { "both have one", V "=\"swiotlb=3 a\"\n", V "=\"$" V " swiotlb=5\"\n", V "=\"a\"\n",
          V "=\"$" V " " S "\"\n", "OK", "" },
        { "_DEFAULT in the drop-in", V "=\"a\"\n", V "_DEFAULT=\"quiet swiotlb=5\"\n", NULL, NULL,
          "GRUB_DEFAULT_REFUSED", "50-x.cfg:1: GRUB_CMDLINE_LINUX_DEFAULT" },
        { "_DEFAULT in the main file", V "=\"a\"\n" V "_DEFAULT=\"swiotlb=5\"\n", "X=1\n", NULL,
          NULL, "GRUB_DEFAULT_REFUSED", "/etc/default/grub:2: GRUB_CMDLINE_LINUX_DEFAULT" },
        { "noforce in the drop-in", V "=\"a\"\n", "X=1\n" V "=\"$" V " swiotlb=noforce\"\n", NULL,
          NULL, "GRUB_DEFAULT_REFUSED", "50-x.cfg:2: it says swiotlb=noforce" },
        { "another file behind the main file's", V "=\"a\"\n. /x\n", "X=1\n", NULL, NULL,
          "GRUB_DEFAULT_UNCLEAR", "/etc/default/grub:2: another file" },
        { "only _DEFAULT in the drop-in", V "=\"\"\n", V "_DEFAULT=\"console=tty1\"\n",
          V "=\"" S "\"\n", V "_DEFAULT=\"console=tty1\"\n", "OK", "" },
        { "nothing sets it", "X=1\n", "Y=2\n", "X=1\n" V "=\"" S "\"\n", "Y=2\n", "OK", "" },
        { "a condition in the drop-in", V "=\"a\"\n", "[ -e /x ] && " V "=\"b\"\n", NULL, NULL,
          "GRUB_DEFAULT_UNCLEAR", "50-x.cfg:1:" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct span before[2] = { span_of(files[i].main), span_of(files[i].drop_in) }, after[2];
        struct default_grub_edit edited;
        struct tdx_error err = { 0 };

        if (strcmp(status_id(
                       default_grub_case_edit(before, 2, &default_grub_case_wish, &edited, &err)),
                   files[i].status) != 0)
            fail_msg("%s: %s", files[i].name, err.detail);
        if (strstr(err.detail, files[i].says) == NULL)
            fail_msg("%s: says %s", files[i].name, err.detail);
        if (files[i].main_after != NULL) {
            after[0] = default_grub_case_result(&edited, 0, before[0]);
            after[1] = default_grub_case_result(&edited, 1, before[1]);
            assert_int_equal(after[0].size, strlen(files[i].main_after));
            assert_memory_equal(after[0].data, files[i].main_after, after[0].size);
            assert_int_equal(after[1].size, strlen(files[i].drop_in_after));
            assert_memory_equal(after[1].data, files[i].drop_in_after, after[1].size);
            default_grub_case_shells(files[i].name, before, after, 2, true);
            default_grub_case_again(files[i].name, after, 2);
        }
        default_grub_edit_free(&edited);
    }
}

static void unset_takes_every_swiotlb_out_and_nothing_else(void **state)
{
    static const struct {
        const char *before, *after;
    } files[] = {
        { V "=\"a swiotlb=1 b\"\n", V "=\"a b\"\n" },
        { V "=\"swiotlb=1,force b\"\n", V "=\"b\"\n" },
        { V "=\"swiotlb=1\"\n", V "=\"\"\n" },
        { V "='a swiotlb=1 swiotlb=2'\n", V "='a'\n" },
        { V "=\"a -- swiotlb=2 b\"\n", V "=\"a -- b\"\n" },
        { V "=\"swiotlb a\"\n", V "=\"a\"\n" },
        { V "=swiotlb=1\n", V "=\n" },
        { V "=\"a\"\n", V "=\"a\"\n" },
        { "X=1\n", "X=1\n" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct span before = span_of(files[i].before), after;
        struct default_grub_edit edited;

        assert_status(default_grub_case_edit(&before, 1, &default_grub_case_nothing, &edited, NULL),
                      "OK");
        after = default_grub_case_result(&edited, 0, before);
        assert_int_equal(after.size, strlen(files[i].after));
        assert_memory_equal(after.data, files[i].after, after.size);
        default_grub_edit_free(&edited);
    }
}

static void reading_tells_what_the_linux_line_will_hold(void **state)
{
    static const struct {
        const char *file, *with_default, *swiotlb;
    } files[] = {
        { V "=\"a swiotlb=1\"\n" V "_DEFAULT='b swiotlb=2'\n", "a swiotlb=1 b swiotlb=2",
          "swiotlb=2" },
        { V "=\"a -- swiotlb=1\"\n", "a -- swiotlb=1 ", NULL },
        { V "=\"x='b swiotlb=3'\"\n", "x='b swiotlb=3' ", NULL },
        { "X=1\n", " ", NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct shell_file file = { "/etc/default/grub", span_of(files[i].file) };
        struct default_grub value;

        assert_status(default_grub_read(&(struct default_grub_input){ &file, 1 }, &value, NULL),
                      "OK");
        assert_string_equal(value.with_default, files[i].with_default);
        if (files[i].swiotlb == NULL)
            assert_null(value.swiotlb);
        else
            assert_string_equal(value.swiotlb, files[i].swiotlb);
        default_grub_free(&value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_odd_file_is_edited_or_refused_as_the_table_says),
        cmocka_unit_test(a_value_that_is_too_long_gets_the_word_in_front),
        cmocka_unit_test(a_nul_byte_is_refused),
        cmocka_unit_test(drop_ins_are_read_and_edited_where_they_win),
        cmocka_unit_test(unset_takes_every_swiotlb_out_and_nothing_else),
        cmocka_unit_test(reading_tells_what_the_linux_line_will_hold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
