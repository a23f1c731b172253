/* SPDX-License-Identifier: Apache-2.0 */
#include "attest/options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "core/base/files.h"
#include "core/base/hex.h"

#define TIMEOUT_LIMIT_S 600U
#define PORT_LIMIT      UINT32_MAX

bool options_number(const char *text, unsigned limit, unsigned *ret)
{
    uint64_t value = 0;

    if (text[0] == '\0' || strlen(text) > 10 || strspn(text, "0123456789") != strlen(text))
        return false;
    for (; *text != '\0'; text++)
        value = value * 10 + (uint64_t)(*text - '0');
    if (value == 0 || value > limit)
        return false;
    *ret = (unsigned)value;
    return true;
}

static bool format_allowed(const struct options *options, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = options->formats; at != NULL; at = strchr(at, '|')) {
        at += *at == '|' ? 1 : 0;
        if (strncmp(at, word, length) == 0 && (at[length] == '|' || at[length] == '\0'))
            return true;
    }
    return false;
}

static int take_shared(struct options *options, int letter)
{
    struct evidence_paths *paths = &options->paths;
    unsigned number = 0;

    switch (letter) {
    case OPTION_FORMAT:
        if (!format_allowed(options, optarg) ||
            !program_parse_format(optarg, &options->program.format))
            return program_usage(&options->program, "--format takes %s, not '%s'", options->formats,
                                 optarg);
        break;
    case OPTION_SOURCE:
        if (!evidence_source_parse(optarg, &paths->source))
            return program_usage(&options->program,
                                 "--source takes auto, tsm, ioctl or qgs, not '%s'", optarg);
        break;
    case OPTION_QGS_PORT:
        if (!options_number(optarg, PORT_LIMIT, &paths->qgs_port))
            return program_usage(&options->program, "--qgs-port takes a port, not '%s'", optarg);
        break;
    case OPTION_TIMEOUT:
        if (!options_number(optarg, TIMEOUT_LIMIT_S, &number))
            return program_usage(&options->program, "--timeout takes 1 to %u seconds, not '%s'",
                                 TIMEOUT_LIMIT_S, optarg);
        paths->timeout_ms = 1000 * number;
        break;
    case OPTION_DEVICE:
        paths->device = optarg;
        break;
    case OPTION_TSM:
        paths->tsm = optarg;
        break;
    case OPTION_ATTEST_CONF:
        paths->attest_conf = optarg;
        break;
    default: /* OPTION_QGS_SOCKET */
        paths->qgs_socket = optarg;
        break;
    }
    return TDX_EXIT_YES;
}

enum options_result options_shared(struct options *options, int letter, char *const argv[],
                                   int *ret_code)
{
    switch (letter) {
    case 'q':
    case OPTION_QUIET:
        options->program.quiet = true;
        return OPTIONS_TAKEN;
    case 'h':
    case OPTION_HELP:
        (void)fputs(options->help, stdout); /* program_finish() notices */
        *ret_code = program_finish(&options->program, TDX_EXIT_YES);
        return OPTIONS_END;
    case OPTION_VERSION:
        *ret_code = program_version(options->program.name);
        return OPTIONS_END;
    case ':':
        *ret_code = program_usage(&options->program, "%s needs a value", argv[optind - 1]);
        return OPTIONS_END;
    case '?':
        *ret_code =
            program_usage(&options->program, "there is no option '%s' here", argv[optind - 1]);
        return OPTIONS_END;
    default:
        if (letter < OPTION_FORMAT || letter >= OPTION_OWN)
            return OPTIONS_NOT_SHARED;
        *ret_code = take_shared(options, letter);
        return *ret_code == TDX_EXIT_YES ? OPTIONS_TAKEN : OPTIONS_END;
    }
}

int options_no_arguments(const struct options *options, int argc, char *const argv[])
{
    if (optind == argc)
        return TDX_EXIT_YES;
    return program_usage(
        &options->program,
        "unexpected argument '%s' (if it comes from xxd: 'xxd -p' wraps its lines, "
        "use 'xxd -p -c0')",
        argv[optind]);
}

int options_report_data(const struct options *options, const char *hex,
                        uint8_t out[static TD_REPORT_DATA_SIZE])
{
    struct tdx_error err = { 0 };
    enum tdx_status status;

    memset(out, 0, TD_REPORT_DATA_SIZE);
    if (hex[0] == '\0')
        return program_usage(&options->program, "--report-data is empty");
    status = hex_decode(hex, strlen(hex), out, TD_REPORT_DATA_SIZE, NULL, &err);
    if (status == TDX_OK)
        return TDX_EXIT_YES;
    status_prefix(&err, "--report-data, up to 64 bytes");
    (void)program_fail(&options->program, status, &err);
    (void)fprintf(stderr, "  'xxd -p' wraps its lines: use 'xxd -p -c0', or --report-data-file\n");
    return status_exit_code(status);
}

int options_report_data_file(const struct options *options, const char *path,
                             uint8_t out[static TD_REPORT_DATA_SIZE])
{
    struct file_content content = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status = file_read(path, TD_REPORT_DATA_SIZE, FILE_READ_ANY, &content, &err);

    if (status != TDX_OK) {
        status_prefix(&err, "--report-data-file, up to 64 bytes");
        return program_fail(&options->program, status, &err);
    }
    memset(out, 0, TD_REPORT_DATA_SIZE);
    memcpy(out, content.data, content.size);
    file_content_free(&content);
    return TDX_EXIT_YES;
}

int options_report_data_random(const struct options *options,
                               uint8_t out[static TD_REPORT_DATA_SIZE])
{
    struct tdx_error err = { 0 };

    if (getrandom(out, TD_REPORT_DATA_SIZE, 0) == TD_REPORT_DATA_SIZE)
        return TDX_EXIT_YES;
    return program_fail(&options->program,
                        status_fail_errno(&err, TDX_INTERNAL, errno, "random bytes"), &err);
}
