/* SPDX-License-Identifier: Apache-2.0 */
#include "attest/attest.h"
#include "cli/program.h"

int main(int argc, char **argv)
{
    static const struct command commands[] = {
        { "report", "show this TD's report, or a saved one", attest_report },
        { "quote", "make a quote of this TD", attest_quote },
        { "verify", "say whether a quote is genuine, and good enough", attest_verify },
        { "collateral", "fetch, refresh and show what quotes are verified with",
          attest_collateral },
        { "policy", "make, sign and show appraisal policies", attest_policy },
        { "relying-party", "check an appraisal result and print it", attest_relying_party },
        { NULL, NULL, NULL },
    };

    return program_dispatch("tdx-attest", "Make, inspect, verify and appraise Intel TDX evidence.",
                            commands, argc, argv);
}
