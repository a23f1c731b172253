/* SPDX-License-Identifier: Apache-2.0 */
/* Options that several subcommands share, and how all of them read their command line.
 *
 *     static const struct option options[] = { OPTIONS_COMMON, OPTIONS_EVIDENCE,
 *         { "out", required_argument, NULL, OPTION_OWN }, { 0 } };
 *     while ((letter = getopt_long(argc, argv, OPTIONS_SHORT "o:", options, NULL)) != -1)
 *         switch (options_shared(&shared, letter, argv)) { ... }
 */
#ifndef ATTEST_OPTIONS_H
#define ATTEST_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/program.h"
#include "core/evidence/provider.h"

enum {
    OPTION_FORMAT = 256,
    OPTION_QUIET,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_SOURCE,
    OPTION_DEVICE,
    OPTION_TSM,
    OPTION_ATTEST_CONF,
    OPTION_QGS_SOCKET,
    OPTION_QGS_PORT,
    OPTION_TIMEOUT,
    OPTION_OWN = 512, /* the first that a subcommand may use for itself */
};

#define OPTIONS_SHORT ":hq" /* ':': getopt tells a missing value from an unknown option */

#define OPTIONS_COMMON                                                                             \
    { "format", required_argument, NULL, OPTION_FORMAT },                                          \
        { "quiet", no_argument, NULL, OPTION_QUIET }, { "help", no_argument, NULL, OPTION_HELP },  \
    {                                                                                              \
        "version", no_argument, NULL, OPTION_VERSION                                               \
    }

#define OPTIONS_EVIDENCE                                                                           \
    { "source", required_argument, NULL, OPTION_SOURCE },                                          \
        { "device", required_argument, NULL, OPTION_DEVICE },                                      \
        { "tsm", required_argument, NULL, OPTION_TSM },                                            \
        { "attest-conf", required_argument, NULL, OPTION_ATTEST_CONF },                            \
        { "qgs-socket", required_argument, NULL, OPTION_QGS_SOCKET },                              \
        { "qgs-port", required_argument, NULL, OPTION_QGS_PORT },                                  \
    {                                                                                              \
        "timeout", required_argument, NULL, OPTION_TIMEOUT                                         \
    }

/* The help texts of the two groups. */
#define OPTIONS_EVIDENCE_HELP                                                                      \
    "Where evidence comes from:\n"                                                                 \
    "      --device PATH        the TDX guest device (" EVIDENCE_DEVICE_DEFAULT ")\n"              \
    "      --source WORD        auto, tsm, ioctl or qgs (auto)\n"                                  \
    "      --tsm PATH           configfs-tsm (" EVIDENCE_TSM_DEFAULT ")\n"                         \
    "      --qgs-port N         vsock port of the quote generation service\n"                      \
    "      --qgs-socket PATH    a unix socket instead of vsock\n"                                  \
    "      --attest-conf PATH   file that names the port (" EVIDENCE_ATTEST_CONF ")\n"             \
    "      --timeout SECONDS    wait no longer where waiting is up to us (30)\n"
#define OPTIONS_COMMON_HELP                                                                        \
    "  -q, --quiet              no diagnostics but errors\n"                                       \
    "  -h, --help               this text\n"                                                       \
    "      --version            name and version\n"

struct options {
    struct program program;
    const char *help;    /* the whole text of --help */
    const char *formats; /* "text|json": what --format takes */
    struct evidence_paths paths;
};

enum options_result {
    OPTIONS_NOT_SHARED, /* the subcommand's own */
    OPTIONS_TAKEN,
    OPTIONS_END, /* return *ret_code: --help, --version, or a usage error that was printed */
};

/* Handles one result of getopt_long(): shared options, unknown ones and missing values. */
enum options_result options_shared(struct options *options, int letter, char *const argv[],
                                   int *ret_code);

/* No argument may be left over. Returns TDX_EXIT_YES, or the code of the usage error it printed. */
int options_no_arguments(const struct options *options, int argc, char *const argv[]);

/* Reads the value of -d/--report-data, up to 64 bytes of hex, into out, zeros after them. Returns
 * TDX_EXIT_YES, or the code of the error it printed. */
int options_report_data(const struct options *options, const char *hex,
                        uint8_t out[static TD_REPORT_DATA_SIZE]);

/* The same from a file of 1 to 64 bytes. */
int options_report_data_file(const struct options *options, const char *path,
                             uint8_t out[static TD_REPORT_DATA_SIZE]);

/* Fills out with random bytes. Returns TDX_EXIT_YES, or the code of the error it printed. */
int options_report_data_random(const struct options *options,
                               uint8_t out[static TD_REPORT_DATA_SIZE]);

/* A number from 1 to limit in *ret; false for anything else. */
bool options_number(const char *text, unsigned limit, unsigned *ret) TDX_MUST_CHECK;

#endif
