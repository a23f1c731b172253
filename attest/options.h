/* SPDX-License-Identifier: Apache-2.0 */
/* Options that several subcommands share: where evidence comes from, report data. */
#ifndef ATTEST_OPTIONS_H
#define ATTEST_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/options.h"
#include "core/evidence/provider.h"

enum {
    OPTION_SOURCE = PROGRAM_OPTION_OWN,
    OPTION_DEVICE,
    OPTION_TSM,
    OPTION_ATTEST_CONF,
    OPTION_QGS_SOCKET,
    OPTION_QGS_PORT,
    OPTION_TIMEOUT,
    OPTION_OWN = 512, /* the first that a subcommand may use for itself */
};

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
    bool arguments; /* words may follow the options: they are the caller's */
    struct evidence_paths paths;
};

/* program_options() with those of OPTIONS_EVIDENCE, and no argument left over unless
 * options->arguments. */
int options_read(struct options *options, int argc, char **argv, const char *letters,
                 const struct option *table, program_option_taker take, void *context);

/* Reads the value of -d/--report-data, up to 64 bytes of hex, into out, zeros after them. Returns
 * PROGRAM_GO_ON, or the code of the error it printed. */
int options_report_data(const struct options *options, const char *hex,
                        uint8_t out[static TD_REPORT_DATA_SIZE]);

/* The same from a file of 1 to 64 bytes. */
int options_report_data_file(const struct options *options, const char *path,
                             uint8_t out[static TD_REPORT_DATA_SIZE]);

/* Fills out with random bytes. Returns PROGRAM_GO_ON, or the code of the error it printed. */
int options_report_data_random(const struct options *options,
                               uint8_t out[static TD_REPORT_DATA_SIZE]);

#endif
