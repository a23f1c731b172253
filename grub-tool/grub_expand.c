/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/grub_expand.h"

#include <string.h>

#include "grub-tool/shell_lex.h"

/* The name at offset at (behind the '$'), its end in *ret_end; false if there is none. */
static bool take_name(struct span text, size_t at, bool braces, struct text *name, size_t *ret_end)
{
    bool braced = braces && at < text.size && text.data[at] == '{';
    size_t start = braced ? at + 1 : at, size = shell_name_length(text, start);

    if (size == 0)
        while (start + size < text.size && text.data[start + size] >= '0' &&
               text.data[start + size] <= '9')
            size++;
    if (size == 0 && start < text.size && strchr("?#*@", text.data[start]) != NULL &&
        text.data[start] != '\0')
        size = 1;
    if (size == 0 || (braced && (start + size >= text.size || text.data[start + size] != '}')))
        return false;
    text_clear(name);
    text_add_n(name, (const char *)text.data + start, size);
    *ret_end = start + size + (braced ? 1 : 0);
    return true;
}

static void add_value(const char *value, bool quoted, struct text *ret)
{
    for (; *value != '\0'; value++) {
        bool special =
            quoted ? strchr("\\\"$", *value) != NULL : strchr("\\\"'$;&|<>{}#", *value) != NULL;

        if (special)
            text_add_char(ret, '\\');
        text_add_char(ret, *value);
    }
}

void grub_expand_script(struct span text, const struct grub_env *env, struct text *ret)
{
    bool single = false, quoted = false;
    struct text name = { 0 };

    for (size_t at = 0; at < text.size;) {
        uint8_t byte = text.data[at];
        size_t end;

        if (byte == '\'' && !quoted)
            single = !single;
        else if (byte == '"' && !single)
            quoted = !quoted;
        if (byte == '\\' && !single && at + 1 < text.size) {
            text_add_n(ret, (const char *)text.data + at, 2);
            at += 2;
        } else if (byte == '$' && !single && take_name(text, at + 1, true, &name, &end)) {
            add_value(grub_env_get(env, text_string(&name)), quoted, ret);
            at = end;
        } else {
            text_add_char(ret, (char)byte);
            at++;
        }
    }
    text_free(&name);
}

void grub_expand_bls(struct span text, const struct grub_env *env, struct text *ret)
{
    struct text name = { 0 };

    for (size_t at = 0; at < text.size;) {
        size_t end;

        if (text.data[at] == '\\' && at + 1 < text.size && text.data[at + 1] == '$') {
            text_add(ret, "\\$");
            at += 2;
        } else if (text.data[at] == '$' && take_name(text, at + 1, false, &name, &end)) {
            if (grub_env_has(env, text_string(&name)))
                text_addf(ret, "%s ", grub_env_get(env, text_string(&name)));
            at = end;
        } else {
            text_add_char(ret, (char)text.data[at++]);
        }
    }
    text_free(&name);
}
