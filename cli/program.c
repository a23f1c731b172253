/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/program.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "config.h"

int program_fail(const struct program *program, enum tdx_status status, const struct tdx_error *err)
{
    const char *detail = err != NULL ? err->detail : "";
    const char *remedy = status_remedy(status);

    (void)fprintf(stderr, "%s: %s%s%s%s: %s\n", program->name, status_message(status),
                  detail[0] != '\0' ? " (" : "", detail, detail[0] != '\0' ? ")" : "",
                  status_id(status));
    if (remedy[0] != '\0')
        (void)fprintf(stderr, "  %s\n", remedy);
    return status_exit_code(status);
}

int program_usage(const struct program *program, const char *format, ...)
{
    va_list arguments;

    (void)fprintf(stderr, "%s: ", program->name);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fprintf(stderr, "\nTry '%s --help'.\n", program->name);
    return TDX_EXIT_USAGE;
}

void program_note(const struct program *program, const char *format, ...)
{
    va_list arguments;

    if (program->quiet)
        return;
    (void)fprintf(stderr, "%s: ", program->name);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
}

int program_version(const char *name)
{
    (void)printf("%s (tdx-gate) %s\nLicence: Apache-2.0\n", name, PACKAGE_VERSION);
    return program_finish(&(struct program){ .name = name }, TDX_EXIT_YES);
}

bool program_parse_color(const char *word, enum color_when *ret)
{
    static const char *const words[] = { "auto", "always", "never" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(word, words[i]) == 0) {
            *ret = (enum color_when)i;
            return true;
        }
    return false;
}

/* Set, and not to nothing. */
static bool is_set(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0';
}

bool program_can_rewrite(FILE *stream)
{
    const char *term = getenv("TERM");

    return isatty(fileno(stream)) && (term == NULL || strcmp(term, "dumb") != 0);
}

bool program_color(FILE *stream, enum color_when when)
{
    if (when != COLOR_AUTO)
        return when == COLOR_ALWAYS;
    if (is_set("NO_COLOR"))
        return false;
    if (is_set("CLICOLOR_FORCE") && strcmp(getenv("CLICOLOR_FORCE"), "0") != 0)
        return true;
    return program_can_rewrite(stream);
}

unsigned program_columns(FILE *stream, unsigned fallback)
{
    struct winsize size;

    if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return fallback;
}

int program_finish(const struct program *program, int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    (void)fprintf(stderr, "%s: the output could not be written: %s\n", program->name,
                  strerror(errno));
    return TDX_EXIT_UNDECIDED;
}

static int help(const char *name, const char *about, const struct command *commands)
{
    (void)printf("Usage: %s COMMAND [OPTION]...\n%s\n\nCommands:\n", name, about);
    for (const struct command *command = commands; command->name != NULL; command++)
        (void)printf("  %-14s %s\n", command->name, command->summary);
    (void)printf("\n'%s COMMAND --help' tells a command's options.\n"
                 "Exit codes: 0 yes, 1 no, 2 usage, 3 could not be decided.\n",
                 name);
    return program_finish(&(struct program){ .name = name }, TDX_EXIT_YES);
}

int program_dispatch(const char *name, const char *about, const struct command *commands, int argc,
                     char **argv)
{
    const struct program program = { .name = name };
    const char *word = argc > 1 ? argv[1] : NULL;

    if (word == NULL)
        return program_usage(&program, "a command is missing");
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0)
        return help(name, about, commands);
    if (strcmp(word, "--version") == 0)
        return program_version(name);
    for (const struct command *command = commands; command->name != NULL; command++)
        if (strcmp(word, command->name) == 0)
            return command->run(argc - 1, argv + 1);
    return program_usage(&program, "there is no command '%s'", word);
}
