/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/grub_parse.h"

#include <string.h>

#include "grub-tool/grub_expand.h"

static void skip_quoted(struct span text, size_t *at, size_t end, uint8_t quote)
{
    for ((*at)++; *at < end && text.data[*at] != quote; (*at)++)
        if (quote == '"' && text.data[*at] == '\\' && *at + 1 < end)
            (*at)++;
    if (*at < end)
        (*at)++;
}

static void skip_blanks(struct span text, size_t *at, size_t end)
{
    while (*at < end) {
        if (text.data[*at] == ' ' || text.data[*at] == '\t' || text.data[*at] == '\r') {
            (*at)++;
        } else if (text.data[*at] == '\\' && *at + 1 < end && text.data[*at + 1] == '\n') {
            *at += 2;
        } else if (text.data[*at] == '#') {
            while (*at < end && text.data[*at] != '\n')
                (*at)++;
        } else {
            return;
        }
    }
}

static bool is_special(uint8_t byte)
{
    return byte != '\0' && strchr(" \t\n;&|<>{}", byte) != NULL;
}

struct grub_token grub_next_token(struct span text, size_t *at, size_t end)
{
    struct grub_token token = { .kind = GRUB_WORD };
    uint8_t byte;

    skip_blanks(text, at, end);
    token.start = token.end = *at;
    if (*at >= end) {
        token.kind = GRUB_END;
        return token;
    }
    byte = text.data[*at];
    if (is_special(byte)) {
        token.kind = byte == '\n' || byte == ';' ? GRUB_END_OF_COMMAND
                     : byte == '{'               ? GRUB_OPEN
                     : byte == '}'               ? GRUB_CLOSE
                                                 : GRUB_OPERATOR;
        (*at)++;
    }
    while (token.kind == GRUB_WORD && *at < end && !is_special(text.data[*at])) {
        byte = text.data[*at];
        if (byte == '"' || byte == '\'')
            skip_quoted(text, at, end, byte);
        else if (byte == '\\' && *at + 1 < end)
            *at += 2;
        else if (byte == '$' && *at + 1 < end && text.data[*at + 1] == '{')
            while (*at < end && text.data[*at] != '}')
                (*at)++;
        else
            (*at)++;
        if (byte == '$' && *at < end && text.data[*at] == '}')
            (*at)++;
    }
    token.end = *at;
    return token;
}

bool grub_token_is(struct span text, const struct grub_token *token, const char *word)
{
    return token->kind == GRUB_WORD && token->end - token->start == strlen(word) &&
           memcmp(text.data + token->start, word, strlen(word)) == 0;
}

void grub_word_value(struct span text, const struct grub_token *token, const struct grub_env *env,
                     struct text *ret)
{
    struct text expanded = { 0 };
    const char *at;
    char quote = 0;

    grub_expand_script((struct span){ text.data + token->start, token->end - token->start }, env,
                       &expanded);
    for (at = text_string(&expanded); *at != '\0'; at++) {
        if (*at == quote) {
            quote = 0;
        } else if (quote == 0 && (*at == '"' || *at == '\'')) {
            quote = *at;
        } else if (*at == '\\' && quote != '\'' && at[1] != '\0' &&
                   (quote == 0 || strchr("$\\\"\n", at[1]) != NULL)) {
            at++;
            if (*at != '\n')
                text_add_char(ret, *at);
        } else {
            text_add_char(ret, *at);
        }
    }
    text_free(&expanded);
}
