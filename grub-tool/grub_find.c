/* SPDX-License-Identifier: Apache-2.0 */
/* What GRUB finds: files by its kind of path, the kind of a config, the default entry. */
#include <stdlib.h>
#include <string.h>

#include "core/base/span_text.h"
#include "grub-tool/grub_parse.h"
#include "grub-tool/grub_script.h"

bool grub_find_file(const struct root *root, const char *path, struct text *ret)
{
    static const char *const places[] = { "", "/boot", "/boot/efi", "/efi" };
    const char *close = path[0] == '(' ? strchr(path, ')') : NULL;
    bool here = strncmp(path, "(here)", 6) == 0; /* a folder that is known already */
    struct text try = { 0 };
    bool found = false;

    if (close != NULL)
        path = close + 1;
    if (path[0] != '/')
        return false;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !found; i++) {
        text_clear(&try);
        text_addf(&try, "%s%s", places[i], path);
        found = root_resolve(root, text_string(&try), ret, NULL) == TDX_OK;
        if (here)
            break;
    }
    text_free(&try);
    return found;
}

static bool first_word_is(struct span text, size_t start, size_t end, const char *word)
{
    size_t at = start;
    struct grub_token token = grub_next_token(text, &at, end);

    return grub_token_is(text, &token, word);
}

enum grub_config_kind grub_config_kind(struct span text)
{
    static const char made[] = "### BEGIN /etc/grub.d/";
    bool chain = false;

    for (size_t start = 0, end; start < text.size; start = end + 1) {
        end = span_line_end(text, start);
        if (span_begins((struct span){ text.data + start, end - start }, made))
            return GRUB_CONFIG_FULL;
        if (first_word_is(text, start, end, "menuentry") ||
            first_word_is(text, start, end, "submenu") || first_word_is(text, start, end, "blscfg"))
            return GRUB_CONFIG_FULL;
        chain |= first_word_is(text, start, end, "configfile");
    }
    return chain ? GRUB_CONFIG_STUB : GRUB_CONFIG_OTHER;
}

/* Whether name is what wanted asks for on this level: up to a '>' that is not doubled. */
static bool matches(const char *name, const char *wanted)
{
    for (;; name++, wanted++) {
        bool end = *wanted == '\0' || (*wanted == '>' && wanted[1] != '>');

        if (end)
            return *name == '\0';
        if (*wanted == '>')
            wanted++;
        if (*name != *wanted)
            return false;
    }
}

/* What follows the '>' that ends this level, or NULL. */
static const char *next_level(const char *wanted)
{
    for (; *wanted != '\0'; wanted++) {
        if (*wanted == '>' && wanted[1] != '>')
            return wanted + 1;
        if (*wanted == '>')
            wanted++;
    }
    return NULL;
}

/* GRUB 2 of the Red Hat family looks for id and title before it takes the word for a number; the
 * others take digits at the front for one. They differ only for ids that begin with a digit, where
 * the first is what is meant. */
static size_t on_level(const struct grub_choice *choices, size_t count, size_t parent,
                       const char *wanted, bool *ret_by_title)
{
    char *end;
    unsigned long number;
    size_t seen = 0, first = GRUB_NONE;

    for (int by_title = 0; by_title <= 1; by_title++)
        for (size_t i = 0; i < count && wanted[0] != '\0'; i++)
            if (choices[i].parent == parent &&
                matches(by_title != 0 ? choices[i].title : choices[i].id, wanted)) {
                *ret_by_title = by_title != 0;
                return i;
            }
    number = strtoul(wanted, &end, 0);
    if (wanted[0] != '\0' && (end == wanted || (*end != '\0' && *end != '>')))
        number = 0; /* no such entry: GRUB shows the menu with the first one chosen */
    for (size_t i = 0; i < count; i++) {
        if (choices[i].parent != parent)
            continue;
        if (first == GRUB_NONE)
            first = i;
        if (seen++ == number)
            return i;
    }
    return first; /* a number behind the last entry: run_menu() takes the first, too */
}

size_t grub_default_entry(const struct grub_choice *choices, size_t count, const char *wanted,
                          bool *ret_by_title)
{
    size_t parent = GRUB_NONE;

    *ret_by_title = false;
    for (int level = 0; level < GRUB_NESTING; level++) {
        const char *rest = next_level(wanted);
        size_t chosen = on_level(choices, count, parent, wanted, ret_by_title);

        if (chosen == GRUB_NONE || !choices[chosen].submenu)
            return chosen;
        parent = chosen;
        wanted = rest != NULL ? rest : "";
    }
    return GRUB_NONE;
}
