/* SPDX-License-Identifier: Apache-2.0 */
#include "swiotlb/param.h"

#include <string.h>
#include <strings.h>

#include "core/base/hex.h"
#include "core/base/number.h"
#include "core/base/text.h"

#define AREAS_MAX UINT64_C(0xffffffff) /* the kernel keeps them in an unsigned int */

/* The kernel's isspace(), which counts a Latin-1 no-break space. */
static bool is_space(char character)
{
    return character == ' ' || (character >= '\t' && character <= '\r') ||
           (unsigned char)character == 0xa0;
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* lib/vsprintf.c simple_strtoul(text, end, 0): the base from the text, no overflow check. */
static uint64_t kernel_number(const char **text)
{
    const char *at = *text;
    unsigned base = 10;
    uint64_t value = 0;

    if (at[0] == '0') {
        base = 8;
        if ((at[1] == 'x' || at[1] == 'X') && hex_digit(at[2]) >= 0) {
            base = 16;
            at += 2;
        }
    }
    for (; hex_digit(*at) >= 0 && (unsigned)hex_digit(*at) < base; at++)
        value = value * base + (unsigned)hex_digit(*at);
    *text = at;
    return value;
}

/* swiotlb_adjust_nareas() and round_up_default_nslabs() as they run while the line is parsed. */
static void take_areas(struct swiotlb_param *param, uint64_t areas, enum swiotlb_dialect dialect)
{
    areas &= AREAS_MAX;
    param->areas = areas == 0 ? 1 : number_power_of_two(areas);
    if (dialect != SWIOTLB_AREAS)
        return;
    if (param->slabs < SWIOTLB_SEGMENT_SLABS * param->areas)
        param->slabs = SWIOTLB_SEGMENT_SLABS * param->areas;
    param->slabs = number_power_of_two(param->slabs);
}

/* setup_io_tlb_npages() */
static void take_value(struct swiotlb_param *param, const char *value, enum swiotlb_dialect dialect)
{
    if (is_digit(*value)) {
        param->sized = true;
        param->asked = kernel_number(&value);
        /* ALIGN(); the largest numbers wrap to 0, as they do there. */
        param->slabs = (param->asked + SWIOTLB_SEGMENT_SLABS - 1) & ~(SWIOTLB_SEGMENT_SLABS - 1);
    }
    if (*value == ',')
        value++;
    if (dialect != SWIOTLB_OLD) {
        if (is_digit(*value))
            take_areas(param, kernel_number(&value), dialect);
        if (*value == ',')
            value++;
    }
    if (strcmp(value, "force") == 0)
        param->force = true;
    else if (strcmp(value, "noforce") == 0)
        param->noforce = true;
    else if (strcmp(value, "any") == 0 && dialect == SWIOTLB_ANOLIS_AREAS)
        param->any = true;
}

/* One word of the line, cut as next_arg() cuts it; value is NULL without '='. */
struct word {
    char *name, *value;
};

/* Cuts the next word off line, in place, and returns what follows it. */
static char *next_word(char *line, struct word *ret)
{
    bool in_quotes = false, quoted = false;
    size_t length = 0, equals = 0;
    char *end;

    if (*line == '"') {
        line++;
        in_quotes = quoted = true;
    }
    for (; line[length] != '\0' && (in_quotes || !is_space(line[length])); length++) {
        if (equals == 0 && line[length] == '=')
            equals = length;
        if (line[length] == '"')
            in_quotes = !in_quotes;
    }
    end = line[length] != '\0' ? line + length + 1 : line + length;
    line[length] = '\0';
    *ret = (struct word){ .name = line };
    if (equals > 0) {
        line[equals] = '\0';
        ret->value = line + equals + 1;
        if (*ret->value == '"') {
            ret->value++;
            if (line[length - 1] == '"')
                line[length - 1] = '\0';
        }
    }
    if (quoted && length > 0 && line[length - 1] == '"')
        line[length - 1] = '\0';
    while (is_space(*end))
        end++;
    return end;
}

/* Words that somebody meant for us and the kernel does not take. */
static void note_look_alike(struct swiotlb_param *param, const char *word, bool after_end)
{
    const char *start = word + strspn(word, "'\"");

    if (param->ignored[0] == '\0' && strncasecmp(start, "swiotlb", 7) == 0 &&
        (after_end || !(start[7] >= 'a' && start[7] <= 'z') || start != word))
        (void)text_quote(word, strlen(word), param->ignored, sizeof(param->ignored));
}

struct swiotlb_param swiotlb_param_parse(const char *command_line, enum swiotlb_dialect dialect)
{
    struct swiotlb_param param = { .slabs = SWIOTLB_DEFAULT_SLABS };
    char line[SWIOTLB_COMMAND_LINE_LIMIT];
    size_t length = strlen(command_line);
    bool after_end = false; /* "--": the rest is for init */
    char *at = line;

    if (length >= sizeof(line))
        length = sizeof(line) - 1;
    memcpy(line, command_line, length);
    line[length] = '\0';
    while (is_space(*at))
        at++;
    while (*at != '\0') {
        struct word word;

        at = next_word(at, &word);
        if (word.value == NULL && strcmp(word.name, "--") == 0)
            after_end = true;
        else if (after_end || strcmp(word.name, "swiotlb") != 0)
            note_look_alike(&param, word.name, after_end);
        else if (word.value == NULL)
            param.bare = true;
        else {
            param.count++;
            take_value(&param, word.value, dialect);
        }
    }
    return param;
}

static bool same_reading(const struct swiotlb_param *a, const struct swiotlb_param *b)
{
    return a->slabs == b->slabs && a->force == b->force && a->noforce == b->noforce &&
           a->any == b->any;
}

struct swiotlb_param swiotlb_param_read(const char *command_line,
                                        const struct swiotlb_kernel *kernel, bool *ret_sure)
{
    bool anolis = kernel->anolis && !swiotlb_kernel_at_least(kernel, 6, 0);
    enum swiotlb_dialect new_one = anolis ? SWIOTLB_ANOLIS_AREAS : SWIOTLB_AREAS;
    struct swiotlb_param old = swiotlb_param_parse(command_line, SWIOTLB_OLD);
    struct swiotlb_param new = swiotlb_param_parse(command_line, new_one);

    *ret_sure = kernel->areas != ANSWER_UNKNOWN || same_reading(&old, &new);
    return kernel->areas == ANSWER_NO ? old : new;
}
