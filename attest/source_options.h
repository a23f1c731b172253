/* SPDX-License-Identifier: Apache-2.0 */
/* The options that say where collateral comes from and which root it must lead to, and what a
 * program tells its user meanwhile: for 'collateral' and 'verify'.
 *
 *     static const struct option table[] = { PROGRAM_OPTIONS, OPTIONS_SOURCE, { 0 } };
 *     ...
 *         if (source_option(&source, letter)) return PROGRAM_GO_ON;
 */
#ifndef ATTEST_SOURCE_OPTIONS_H
#define ATTEST_SOURCE_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>

#include "cli/options.h"
#include "core/collateral/source.h"
#include "core/verify/verify.h"

enum { /* far from those of a subcommand, which count from OPTION_OWN */
       OPTION_PCCS_URL = 1024,
       OPTION_REGION,
       OPTION_VPC,
       OPTION_UPDATE,
       OPTION_CA_FILE,
       OPTION_QCNL,
       OPTION_CACHE,
       OPTION_TRUST_ANCHOR,
};

#define OPTIONS_SOURCE                                                                             \
    { "pccs-url", required_argument, NULL, OPTION_PCCS_URL },                                      \
        { "region", required_argument, NULL, OPTION_REGION },                                      \
        { "vpc", no_argument, NULL, OPTION_VPC },                                                  \
        { "update", required_argument, NULL, OPTION_UPDATE },                                      \
        { "ca-file", required_argument, NULL, OPTION_CA_FILE },                                    \
        { "qcnl", required_argument, NULL, OPTION_QCNL },                                          \
        { "cache", required_argument, NULL, OPTION_CACHE },                                        \
    {                                                                                              \
        "trust-anchor", required_argument, NULL, OPTION_TRUST_ANCHOR                               \
    }

#define OPTIONS_SOURCE_HELP                                                                        \
    "Where collateral comes from:\n"                                                               \
    "      --pccs-url URL       a server: https://HOST[:PORT]/sgx/certification/v4/\n"             \
    "      --region ID          the PCCS of this region of Alibaba Cloud (cn-beijing)\n"           \
    "      --vpc                with --region: its address inside a VPC\n"                         \
    "      --qcnl FILE          without the two: the server that this file names\n"                \
    "                           (/etc/sgx_default_qcnl.conf; else Intel's service)\n"              \
    "      --update WORD        standard or early TCB recovery (standard)\n"                       \
    "      --ca-file PEM        the CA of the server, instead of the system's\n"                   \
    "      --cache DIR          the cache (" CACHE_FOLDER_WORDS ")\n"                              \
    "      --trust-anchor PEM   another root than Intel's: closed test networks only\n"
#define CACHE_FOLDER_WORDS "/var/cache/tdx-gate"

struct source_options {
    struct source_request request;
    const char *anchor_file; /* --trust-anchor; NULL: Intel's root */
};

/* Takes one result of getopt_long() if it is one of these. */
bool source_option(struct source_options *options, int letter);

/* What remains after the command line was read: --vpc needs --region, an address and a region
 * exclude each other, the CA may come from CURL_CA_BUNDLE or SSL_CERT_FILE, progress goes to a
 * terminal. Returns PROGRAM_GO_ON or the code of the usage error it printed. */
int source_options_complete(struct source_options *options, const struct program *program);

/* Reads the trust anchor, Intel's if none is named. */
enum tdx_status source_options_anchor(const struct source_options *options,
                                      struct trust_anchor *ret, struct tdx_error *err)
    TDX_MUST_CHECK;

/* Says what an admin has to know of a server: no TLS, TLS unchecked, region not listed. */
void source_options_notes(const struct program *program, const struct source_service *service);

/* Takes the progress line off the terminal; before anything else is printed there. */
void source_options_progress_end(const struct source_options *options);

#endif
