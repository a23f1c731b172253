/* SPDX-License-Identifier: Apache-2.0 */
/* The editor of /etc/default/grub on the corpus of odd files and on thousands of files made from
 * pieces. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/files.h"
#include "core/base/json.h"
#include "grub-tool/default_grub.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/default_grub_case.h"
#include "tests/unit/grub_shell.h"

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
    enum tdx_status status =
        default_grub_case_edit(&before, 1, &default_grub_case_wish, &edited, &err);
    struct span after = default_grub_case_result(&edited, 0, before);
    bool refused = status == TDX_GRUB_DEFAULT_UNCLEAR || status == TDX_GRUB_DEFAULT_REFUSED;

    if (strcmp(expect, "refuse") == 0 ? !refused
                                      : status != TDX_OK && strcmp(expect, "edit-or-refuse") != 0)
        fail_msg("%s: expected %s, got %s (%s)", name, expect, status_id(status), err.detail);
    if (strcmp(expect, "edit-warn") == 0 && edited.notes.length == 0)
        fail_msg("%s: no warning", name);
    if (status == TDX_OK) {
        default_grub_case_shells(name, &before, &after, 1, strstr(name, "inner-") == NULL);
        default_grub_case_again(name, &after, 1);
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
    if (default_grub_case_edit(&before, 1, &default_grub_case_wish, &edited, NULL) != TDX_OK)
        return;
    after = default_grub_case_result(&edited, 0, before);
    default_grub_case_again(name, &after, 1);
    if (with_shells) {
        check_value(name, before);
        default_grub_case_shells(name, &before, &after, 1, false);
    }
    /* Taking it out again and setting it again ends in the same words. */
    assert_status(default_grub_case_edit(&after, 1, &default_grub_case_nothing, &removed, NULL),
                  "OK");
    cleared = default_grub_case_result(&removed, 0, after);
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
        fine = default_grub_case_edit(&before, 1, &default_grub_case_wish, &result, NULL) == TDX_OK;
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
        cmocka_unit_test(the_corpus_of_odd_files_comes_out_as_it_says),
        cmocka_unit_test(thousands_of_made_files_keep_all_other_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
