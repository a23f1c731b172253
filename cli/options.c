/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include <stdint.h>
#include <string.h>

#include "core/base/number.h"

#define LETTERS_SIZE 64

static bool format_allowed(const struct program *program, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = program->formats; at != NULL; at = strchr(at, '|')) {
        at += *at == '|' ? 1 : 0;
        if (strncmp(at, word, length) == 0 && (at[length] == '|' || at[length] == '\0'))
            return true;
    }
    return false;
}

static bool parse_format(const char *word, enum output_format *ret)
{
    static const struct {
        const char *word;
        enum output_format format;
    } formats[] = {
        { "text", OUTPUT_TEXT },   { "json", OUTPUT_JSON },
        { "jwt", OUTPUT_JWT },     { "prometheus", OUTPUT_PROMETHEUS },
        { "jsonl", OUTPUT_JSONL }, { "nagios", OUTPUT_NAGIOS },
        { "tap", OUTPUT_TAP },
    };

    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        if (strcmp(word, formats[i].word) == 0) {
            *ret = formats[i].format;
            return true;
        }
    return false;
}

static int take_format(struct program *program, const char *word)
{
    if (program->formats == NULL)
        return program_usage(program, "--format does not belong to this command");
    if (!format_allowed(program, word) || !parse_format(word, &program->format))
        return program_usage(program, "--format takes %s, not '%s'", program->formats, word);
    return PROGRAM_GO_ON;
}

/* One result of getopt_long(). */
static int take_one(struct program *program, int letter, char **argv, program_option_taker take,
                    void *context)
{
    switch (letter) {
    case 'q':
        program->quiet = true;
        return PROGRAM_GO_ON;
    case 'h':
        (void)fputs(program->help, stdout); /* program_finish() notices */
        return program_finish(program, TDX_EXIT_YES);
    case 'V':
    case PROGRAM_OPTION_VERSION:
        return program_version(program->name);
    case PROGRAM_OPTION_FORMAT:
        return take_format(program, optarg);
    case ':':
        return program_usage(program, "%s needs a value", argv[optind - 1]);
    case '?':
        return program_usage(program, "there is no option '%s' here", argv[optind - 1]);
    default:
        return take(context, letter);
    }
}

int program_options(struct program *program, int argc, char **argv, const char *letters,
                    const struct option *table, program_option_taker take, void *context)
{
    char all[LETTERS_SIZE];
    int letter, code = PROGRAM_GO_ON;

    /* ':': getopt tells a missing value from an unknown option, and prints neither */
    (void)snprintf(all, sizeof(all), ":hqV%s", letters);
    optind = 1;
    while (code == PROGRAM_GO_ON && (letter = getopt_long(argc, argv, all, table, NULL)) != -1)
        code = take_one(program, letter, argv, take, context);
    return code;
}

bool program_number(const char *text, unsigned limit, unsigned *ret)
{
    uint64_t value;

    if (!number_parse(text, limit, &value) || value == 0)
        return false;
    *ret = (unsigned)value;
    return true;
}
