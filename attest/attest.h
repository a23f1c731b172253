/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-attest: one file for each subcommand, listed in main.c. */
#ifndef ATTEST_ATTEST_H
#define ATTEST_ATTEST_H

/* argv[0] is the subcommand's name. Each returns the exit code. */
int attest_report(int argc, char **argv);
int attest_quote(int argc, char **argv);
int attest_verify(int argc, char **argv);
int attest_collateral(int argc, char **argv);
int attest_policy(int argc, char **argv);
int attest_relying_party(int argc, char **argv);

#endif
