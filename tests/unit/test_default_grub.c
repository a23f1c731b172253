/* SPDX-License-Identifier: Apache-2.0 */
/* The editor of /etc/default/grub: a table of files and what becomes of them, each sourced by real
 * shells before and after; the corpus of odd files; thousands of files made from pieces. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/span_text.h"
#include "grub-tool/default_grub.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/grub_shell.h"

#define V "GRUB_CMDLINE_LINUX"
#define S "swiotlb=524288"

static const struct token_wish wish = { .present = true, .slabs = 524288 };
static const struct token_wish nothing = { .present = false };

static enum tdx_status edit(const struct span *texts, size_t count, const struct token_wish *asked,
                            struct default_grub_edit *ret, struct tdx_error *err)
{
    static const char *const paths[] = { "/etc/default/grub", "/etc/default/grub.d/50-x.cfg",
                                         "/etc/default/grub.d/60-y.cfg" };
    struct shell_file files[3];
    struct default_grub_input input = { files, count };

    for (size_t i = 0; i < count; i++) /* exact copies, so that ASan sees a byte read too far */
    {
        uint8_t *copy = malloc(texts[i].size > 0 ? texts[i].size : 1);

        assert_non_null(copy);
        memcpy(copy, texts[i].data, texts[i].size);
        files[i] = (struct shell_file){ paths[i], { copy, texts[i].size } };
    }
    *ret = (struct default_grub_edit){ 0 };
    enum tdx_status status = default_grub_edit(&input, asked, ret, err);

    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)files[i].text.data);
    return status;
}

static struct span result_of(const struct default_grub_edit *edited, size_t i, struct span before)
{
    return edited->changed[i] ? text_span(&edited->files[i]) : before;
}

/* Appends the lines without that variable, and without the word itself in others that use it. */
static void other_lines(const struct text *set, struct text *ret)
{
    const char *line = text_string(set);

    while (*line != '\0') {
        const char *end = strchr(line, '\n');
        size_t size = end != NULL ? (size_t)(end - line) : strlen(line);

        if (strncmp(line, V "=", strlen(V) + 1) != 0) {
            for (size_t i = 0; i < size; i++) {
                if (size - i >= 7 && strncmp(line + i, "swiotlb", 7) == 0)
                    i += 6 + strspn(line + i + 7, "=,0123456789force");
                else if (strchr(" '\t", line[i]) == NULL) /* quoted only where it must be */
                    text_add_char(ret, line[i]);
            }
            text_add_char(ret, '\n');
        }
        line += size + (end != NULL);
    }
}

/* The words of a value, those beginning with swiotlb (perhaps in a quote) left out. Returns how
 * many of them were the wanted one. */
static unsigned words_of(const char *value, struct text *ret)
{
    unsigned wanted = 0;

    while (*value != '\0') {
        size_t blank = strspn(value, " \t"), size = strcspn(value + blank, " \t");
        const char *word = value + blank;

        if (strncmp(word, S, sizeof(S) - 1) == 0 &&
            (word[sizeof(S) - 1] == ',' || size == sizeof(S) - 1))
            wanted++;
        else if (size > 0 && strncmp(word, "swiotlb=", 8) != 0 &&
                 strncmp(word, "\"swiotlb=", 9) != 0 &&
                 !(size == 7 && strncmp(word, "swiotlb", 7) == 0)) {
            text_add_n(ret, word, size);
            text_add_char(ret, '\n');
        }
        value += blank + size;
    }
    return wanted;
}

/* What real shells say about the two states of the files. */
static void check_with_shells(const char *name, const struct span *before, const struct span *after,
                              size_t count, bool words_are_plain)
{
    for (const struct grub_shell *shell = grub_shells; shell->name != NULL; shell++) {
        struct text set[2] = { { 0 } }, others[2] = { { 0 } }, value[2] = { { 0 } },
                    words[2] = { { 0 } };
        int there[2], code[2];

        if (!grub_shell_there(shell))
            continue;
        code[0] = grub_shell_source(shell, before, count, &set[0]);
        code[1] = grub_shell_source(shell, after, count, &set[1]);
        (void)grub_shell_value(shell, before, count, V, &there[0], &value[0]);
        (void)grub_shell_value(shell, after, count, V, &there[1], &value[1]);
        for (int i = 0; i < 2; i++)
            other_lines(&set[i], &others[i]);
        if (code[0] != code[1] || strcmp(text_string(&others[0]), text_string(&others[1])) != 0)
            fail_msg("%s under %s: %d, %d\n%s---\n%s", name, shell->name, code[0], code[1],
                     text_string(&others[0]), text_string(&others[1]));
        (void)words_of(text_string(&value[0]), &words[0]);
        /* A file that no shell reads to its end has no value to compare. */
        if (there[1] && words_of(text_string(&value[1]), &words[1]) != 1)
            fail_msg("%s under %s: the value is <%s>", name, shell->name, text_string(&value[1]));
        if (there[1] && words_are_plain)
            assert_string_equal(text_string(&words[0]), text_string(&words[1]));
        for (int i = 0; i < 2; i++) {
            text_free(&set[i]);
            text_free(&others[i]);
            text_free(&value[i]);
            text_free(&words[i]);
        }
    }
}

/* A second run changes nothing. */
static void check_again(const char *name, const struct span *after, size_t count)
{
    struct default_grub_edit again;
    struct tdx_error err = { 0 };

    if (edit(after, count, &wish, &again, &err) != TDX_OK)
        fail_msg("%s, again: %s", name, err.detail);
    for (size_t i = 0; i < count; i++)
        if (again.changed[i])
            fail_msg("%s: a second run changes it", name);
    default_grub_edit_free(&again);
}

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
        enum tdx_status status = edit(&before, 1, &wish, &edited, &err);
        const char *said = status == TDX_OK ? text_string(&edited.notes) : err.detail;

        if (strcmp(status_id(status), cases[i].status != NULL ? cases[i].status : "OK") != 0)
            fail_msg("%s: %s (%s)", cases[i].name, status_id(status), err.detail);
        if (cases[i].says != NULL && strstr(said, cases[i].says) == NULL)
            fail_msg("%s: says <%s>", cases[i].name, said);
        if (status == TDX_OK) {
            assert_true(edited.changed[0]);
            if (strcmp(text_string(&edited.files[0]), cases[i].after) != 0)
                fail_msg("%s:\n%s", cases[i].name, text_string(&edited.files[0]));
            after = result_of(&edited, 0, before);
            check_with_shells(cases[i].name, &before, &after, 1, true);
            check_again(cases[i].name, &after, 1);
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
    assert_status(edit(&before, 1, &wish, &edited, NULL), "OK");
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
    assert_status(edit(&before, 1, &wish, &edited, &err), "GRUB_DEFAULT_UNCLEAR");
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

        if (strcmp(status_id(edit(before, 2, &wish, &edited, &err)), files[i].status) != 0)
            fail_msg("%s: %s", files[i].name, err.detail);
        if (strstr(err.detail, files[i].says) == NULL)
            fail_msg("%s: says %s", files[i].name, err.detail);
        if (files[i].main_after != NULL) {
            after[0] = result_of(&edited, 0, before[0]);
            after[1] = result_of(&edited, 1, before[1]);
            assert_int_equal(after[0].size, strlen(files[i].main_after));
            assert_memory_equal(after[0].data, files[i].main_after, after[0].size);
            assert_int_equal(after[1].size, strlen(files[i].drop_in_after));
            assert_memory_equal(after[1].data, files[i].drop_in_after, after[1].size);
            check_with_shells(files[i].name, before, after, 2, true);
            check_again(files[i].name, after, 2);
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

        assert_status(edit(&before, 1, &nothing, &edited, NULL), "OK");
        after = result_of(&edited, 0, before);
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

/* One character of the JSON is one byte of the file. */
static char *bytes_of(struct span utf8, size_t *ret_size)
{
    char *out = malloc(utf8.size + 1);
    size_t size = 0;

    assert_non_null(out);
    for (size_t i = 0; i < utf8.size; i++) {
        uint8_t byte = utf8.data[i];

        if (byte >= 0xc0) {
            assert_true(i + 1 < utf8.size && byte <= 0xc3);
            byte = (uint8_t)((byte & 3U) << 6 | (utf8.data[++i] & 0x3fU));
        }
        out[size++] = (char)byte;
    }
    out[size] = '\0';
    *ret_size = size;
    return out;
}

static void corpus_case(const char *name, const char *expect, struct span before)
{
    struct default_grub_edit edited;
    struct tdx_error err = { 0 };
    enum tdx_status status = edit(&before, 1, &wish, &edited, &err);
    struct span after = result_of(&edited, 0, before);
    bool refused = status == TDX_GRUB_DEFAULT_UNCLEAR || status == TDX_GRUB_DEFAULT_REFUSED;

    if (strcmp(expect, "refuse") == 0 ? !refused
                                      : status != TDX_OK && strcmp(expect, "edit-or-refuse") != 0)
        fail_msg("%s: expected %s, got %s (%s)", name, expect, status_id(status), err.detail);
    if (strcmp(expect, "edit-warn") == 0 && edited.notes.length == 0)
        fail_msg("%s: no warning", name);
    if (status == TDX_OK) {
        check_with_shells(name, &before, &after, 1, strstr(name, "inner-") == NULL);
        check_again(name, &after, 1);
    } else if (strstr(err.detail, "/etc/default/grub") == NULL) {
        fail_msg("%s: no file in <%s>", name, err.detail);
    }
    default_grub_edit_free(&edited);
}

static void the_corpus_of_odd_files_comes_out_as_it_says(void **state)
{
    const char *corpus = getenv("TDX_CORPUS");
    char path[1024];
    struct file_content content = { 0 };
    struct json *json = NULL;
    struct json_reader reader = { .bad = TDX_JSON_BAD };
    struct json_place root;
    unsigned count = 0;

    (void)state;
    (void)snprintf(path, sizeof(path), "%s/bootcfg/default-grub/cases.json",
                   corpus != NULL ? corpus : "");
    if (corpus == NULL || file_read(path, 4U << 20, 0, &content, NULL) != TDX_OK) {
        print_message("skipped: no corpus\n");
        skip();
    }
    assert_status(json_parse(file_content_span(&content), 16, &json, NULL), "OK");
    reader.json = json;
    root = json_root(&reader);
    for (struct json_place item = { 0 }; json_next(&root, &item);) {
        struct json_place text = json_member(&item, "file", JSON_REQUIRED);
        char name[64], expect[32];
        size_t size;
        char *bytes;

        json_text(&item, "name", name, sizeof(name));
        json_text(&item, "expect", expect, sizeof(expect));
        bytes = bytes_of(json_as_string(&text), &size);
        corpus_case(name, expect, (struct span){ (const uint8_t *)bytes, size });
        free(bytes);
        count++;
    }
    assert_status(reader.status, "OK");
    assert_true(count >= 100);
    json_free(json);
    file_content_free(&content);
}

/* --- files made from pieces ------------------------------------------------------------------ */

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 8;
}

static const char *pick(uint32_t *seed, const char *const *list, size_t count)
{
    return list[next_random(seed) % count];
}

/* One file: some lines, among them assignments with values put together from pieces. */
static void make_file(uint32_t *seed, struct text *ret)
{
    static const char *const lines[] = {
        "# a comment with swiotlb=1\n",
        "GRUB_TIMEOUT=5\n",
        "X=\"p q\"\n",
        "X=\n",
        "\n",
        "  \t\n",
        "export X\n",
        "Y='swiotlb=3'\n",
        "if [ -e /x ]; then Z=1; fi\n",
        "X=\"$X r\"\n",
        "GRUB_DISTRIBUTOR=`echo Debian`\n",
        "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n",
        "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX\"\n",
        "f() { echo hi; }\n",
        "case a in b) ;; esac\n",
        "true && true\n",
        "GRUB_CMDLINE_LINUX_DEFAULT=\"swiotlb=5\"\n",
        "unset Y\n",
    };
    static const char *const pieces[] = {
        "a",
        "b=c",
        " ",
        "  ",
        "\t",
        "swiotlb=1",
        "swiotlb=2,force",
        " swiotlb=65536,8 ",
        "swiotlb",
        "noswiotlb=1",
        "\"d e\"",
        "'f g'",
        "\"",
        "'",
        "\\ ",
        "\\\"",
        "$X",
        "${X}",
        "${Y:-h}",
        "--",
        " -- ",
        "#",
        " #k",
        "\\\n",
        "$GRUB_CMDLINE_LINUX",
        "\\$m",
        "=",
        ",",
        "x=\\\"s swiotlb=9\\\"",
        ".",
        "sw\"iotlb=4\"",
        "\xc3\xbc",
        ";",
        "$",
        "%",
    };
    static const char *const before[] = { V "=", V "=\"", V "='", "export " V "=\"", "X=1 " V "=" };
    size_t count = next_random(seed) % 5;

    for (size_t i = 0; i < count; i++)
        text_add(ret, pick(seed, lines, COUNT_OF(lines)));
    for (size_t assignments = next_random(seed) % 3; assignments > 0; assignments--) {
        const char *start = pick(seed, before, COUNT_OF(before));
        size_t length = next_random(seed) % 8;

        text_add(ret, start);
        for (size_t i = 0; i < length; i++)
            text_add(ret, pick(seed, pieces, COUNT_OF(pieces)));
        if (start[strlen(start) - 1] != '=')
            text_add_char(ret, start[strlen(start) - 1]);
        text_add(ret, next_random(seed) % 4 > 0 ? "\n" : " # tail\n");
        text_add(ret, pick(seed, lines, COUNT_OF(lines)));
    }
    if (next_random(seed) % 8 == 0 && ret->length > 0)
        ret->data[--ret->length] = '\0';
}

/* What we read must be what every shell reads. */
static void check_value(const char *name, struct span text)
{
    struct shell_file file = { "/etc/default/grub", text };
    struct default_grub value;

    assert_status(default_grub_read(&(struct default_grub_input){ &file, 1 }, &value, NULL), "OK");
    for (const struct grub_shell *shell = grub_shells; shell->name != NULL; shell++) {
        struct text said = { 0 };
        int there;

        if (!grub_shell_there(shell) || (value.set && strchr(value.value, '?') != NULL))
            continue;
        (void)grub_shell_value(shell, &text, 1, V, &there, &said);
        if (there != value.set || (there && strcmp(text_string(&said), value.value) != 0))
            fail_msg("%s: %s reads <%s>, we read <%s>", name, shell->name, text_string(&said),
                     value.set ? value.value : "");
        text_free(&said);
    }
    default_grub_free(&value);
}

static void check_made_file(uint32_t seed, struct span before, bool with_shells)
{
    struct default_grub_edit edited, removed;
    char name[64];
    struct span after, cleared;

    (void)snprintf(name, sizeof(name), "file of seed %u", (unsigned)seed);
    if (edit(&before, 1, &wish, &edited, NULL) != TDX_OK)
        return;
    after = result_of(&edited, 0, before);
    check_again(name, &after, 1);
    if (with_shells) {
        check_value(name, before);
        check_with_shells(name, &before, &after, 1, false);
    }
    /* Taking it out again and setting it again ends in the same words. */
    assert_status(edit(&after, 1, &nothing, &removed, NULL), "OK");
    cleared = result_of(&removed, 0, after);
    assert_null(memmem(cleared.data, cleared.size, S, strlen(S)));
    default_grub_edit_free(&removed);
    default_grub_edit_free(&edited);
}

static void thousands_of_made_files_keep_all_other_words(void **state)
{
    unsigned edited = 0, with_shells = 0;

    (void)state;
    for (uint32_t i = 1; i <= 10000; i++) {
        uint32_t seed = i * 2654435761U;
        struct text file = { 0 };
        struct span before;
        struct default_grub_edit result;
        bool fine;

        make_file(&seed, &file);
        before = text_span(&file);
        fine = edit(&before, 1, &wish, &result, NULL) == TDX_OK;
        default_grub_edit_free(&result);
        edited += fine;
        /* Real shells cost milliseconds each: a part of the files goes through them. */
        if (fine && i % 200 < 4)
            with_shells++;
        check_made_file(i, before, fine && i % 200 < 4);
        text_free(&file);
    }
    print_message("%u of 10000 files could be edited, %u were sourced by real shells\n", edited,
                  with_shells);
    assert_true(edited > 2500);
    assert_true(with_shells > 50);
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
        cmocka_unit_test(the_corpus_of_odd_files_comes_out_as_it_says),
        cmocka_unit_test(thousands_of_made_files_keep_all_other_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
