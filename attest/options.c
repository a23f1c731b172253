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

static int take_evidence(struct options *options, int letter)
{
    struct evidence_paths *paths = &options->paths;
    unsigned number = 0;

    switch (letter) {
    case OPTION_SOURCE:
        if (!evidence_source_parse(optarg, &paths->source))
            return program_usage(&options->program,
                                 "--source takes auto, tsm, ioctl or qgs, not '%s'", optarg);
        break;
    case OPTION_QGS_PORT:
        if (!program_number(optarg, PORT_LIMIT, &paths->qgs_port))
            return program_usage(&options->program, "--qgs-port takes a port, not '%s'", optarg);
        break;
    case OPTION_TIMEOUT:
        if (!program_number(optarg, TIMEOUT_LIMIT_S, &number))
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
    return PROGRAM_GO_ON;
}

struct reading {
    struct options *options;
    program_option_taker take; /* the subcommand's own */
    void *context;
};

static int take_any(void *context, int letter)
{
    const struct reading *reading = context;

    if (letter >= PROGRAM_OPTION_OWN && letter < OPTION_OWN)
        return take_evidence(reading->options, letter);
    return reading->take(reading->context, letter);
}

int options_read(struct options *options, int argc, char **argv, const char *letters,
                 const struct option *table, program_option_taker take, void *context)
{
    struct reading reading = { options, take, context };
    int code = program_options(&options->program, argc, argv, letters, table, take_any, &reading);

    if (code != PROGRAM_GO_ON || options->arguments || optind == argc)
        return code;
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
        return PROGRAM_GO_ON;
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
    return PROGRAM_GO_ON;
}

int options_report_data_random(const struct options *options,
                               uint8_t out[static TD_REPORT_DATA_SIZE])
{
    struct tdx_error err = { 0 };

    if (getrandom(out, TD_REPORT_DATA_SIZE, 0) == TD_REPORT_DATA_SIZE)
        return PROGRAM_GO_ON;
    return program_fail(&options->program,
                        status_fail_errno(&err, TDX_INTERNAL, errno, "random bytes"), &err);
}
