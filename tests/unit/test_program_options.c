/* SPDX-License-Identifier: Apache-2.0 */
/* How a command line is read, whichever program it is (cli/options.h). */
#include <string.h>

#include "cli/options.h"
#include "tests/unit/cmocka_all.h"

enum { OPTION_SIZE = PROGRAM_OPTION_OWN };

struct mine {
    unsigned size;
    const char *out;
};

static int take(void *context, int letter)
{
    struct mine *mine = context;

    if (letter == 'o')
        mine->out = optarg;
    else if (!program_number(optarg, 10, &mine->size))
        return TDX_EXIT_UNDECIDED; /* so that it is told from what program_options() says */
    return PROGRAM_GO_ON;
}

static int read_line(const char *line, struct program *program, struct mine *mine)
{
    static const struct option table[] = {
        PROGRAM_OPTIONS,
        { "size", required_argument, NULL, OPTION_SIZE },
        { "out", required_argument, NULL, 'o' },
        { 0 },
    };
    char copy[128], *argv[16] = { NULL }, *rest = copy, *word;
    int argc = 0;

    assert_true(strlen(line) < sizeof(copy));
    strcpy(copy, line);
    while ((word = strsep(&rest, " ")) != NULL)
        argv[argc++] = word;
    return program_options(program, argc, argv, "o:", table, take, mine);
}

static void a_command_line_is_read_to_its_end_or_to_its_first_mistake(void **state)
{
    static const struct {
        const char *line, *formats;
        int code;
        enum output_format format;
        bool quiet;
        unsigned size;
        int first_argument;
    } cases[] = {
        { "x", "text|json", PROGRAM_GO_ON, OUTPUT_TEXT, false, 0, 1 },
        { "x -q --format json a", "text|json", PROGRAM_GO_ON, OUTPUT_JSON, true, 0, 4 },
        { "x --quiet --size 10", "text", PROGRAM_GO_ON, OUTPUT_TEXT, true, 10, 4 },
        { "x --size 3 -- --size", "text", PROGRAM_GO_ON, OUTPUT_TEXT, false, 3, 4 },
        { "x --help --size 0", "text", TDX_EXIT_YES, OUTPUT_TEXT, false, 0, 2 },
        { "x --version", "text", TDX_EXIT_YES, OUTPUT_TEXT, false, 0, 2 },
        { "x --size 0", "text", TDX_EXIT_UNDECIDED, OUTPUT_TEXT, false, 0, 3 },
        { "x --size 11 --help", "text", TDX_EXIT_UNDECIDED, OUTPUT_TEXT, false, 0, 3 },
        { "x --size", "text", TDX_EXIT_USAGE, OUTPUT_TEXT, false, 0, 2 },
        { "x -o", "text", TDX_EXIT_USAGE, OUTPUT_TEXT, false, 0, 2 },
        { "x --nothing", "text", TDX_EXIT_USAGE, OUTPUT_TEXT, false, 0, 2 },
        { "x --quiet=1", "text", TDX_EXIT_USAGE, OUTPUT_TEXT, false, 0, 2 },
        { "x --format jwt", "text|json", TDX_EXIT_USAGE, OUTPUT_TEXT, false, 0, 3 },
        { "x --format jso", "text|json", TDX_EXIT_USAGE, OUTPUT_TEXT, false, 0, 3 },
        { "x --format text|json", "text|json", TDX_EXIT_USAGE, OUTPUT_TEXT, false, 0, 3 },
        { "x --format json", NULL, TDX_EXIT_USAGE, OUTPUT_TEXT, false, 0, 3 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct program program = { .name = "x y", .help = "# help\n", .formats = cases[i].formats };
        struct mine mine = { 0 };

        print_message("  %s\n", cases[i].line);
        assert_int_equal(read_line(cases[i].line, &program, &mine), cases[i].code);
        assert_int_equal(program.format, cases[i].format);
        assert_int_equal(program.quiet, cases[i].quiet);
        assert_int_equal(mine.size, cases[i].size);
        assert_int_equal(optind, cases[i].first_argument);
    }
}

static void short_options_of_a_command_stand_beside_the_common_ones(void **state)
{
    struct program program = { .name = "x" };
    struct mine mine = { 0 };

    (void)state;
    assert_int_equal(read_line("x -qo file", &program, &mine), PROGRAM_GO_ON);
    assert_true(program.quiet);
    assert_non_null(mine.out);
}

static void a_number_is_one_to_its_limit(void **state)
{
    static const struct {
        const char *text;
        bool taken;
    } cases[] = {
        { "1", true },   { "600", true },  { "0", false },          { "601", false },
        { "-1", false }, { "", false },    { "1s", false },         { " 1", false },
        { "+1", false }, { "0x1", false }, { "4294967297", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned number = 0;

        print_message("  '%s'\n", cases[i].text);
        assert_int_equal(program_number(cases[i].text, 600, &number), cases[i].taken);
        assert_int_equal(number != 0, cases[i].taken);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_line_is_read_to_its_end_or_to_its_first_mistake),
        cmocka_unit_test(short_options_of_a_command_stand_beside_the_common_ones),
        cmocka_unit_test(a_number_is_one_to_its_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
