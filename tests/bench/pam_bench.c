/* SPDX-License-Identifier: Apache-2.0 */
/* pam_bench FOLDER SERVICE USER RUNS: a small PAM host that times pam_acct_mgmt() of the service
 * file in FOLDER, with a new transaction each time, and prints, separated by tabs: SERVICE, median,
 * p99 in microseconds, RUNS. */
#include <stdio.h>
#include <stdlib.h>

#include <security/pam_appl.h>

#include "config.h"
#include "tests/bench/clock.h"

#define RUNS_LARGEST 100000

static int say_nothing(int count, const struct pam_message **messages,
                       struct pam_response **responses, void *data)
{
    (void)count;
    (void)messages;
    (void)responses;
    (void)data;
    return PAM_CONV_ERR;
}

static int start(char **argv, const struct pam_conv *conversation, pam_handle_t **ret)
{
#ifdef HAVE_PAM_START_CONFDIR
    return pam_start_confdir(argv[2], argv[3], conversation, argv[1], ret);
#else
    return pam_start(argv[2], argv[3], conversation, ret); /* the folder must be /etc/pam.d then */
#endif
}

int main(int argc, char **argv)
{
    const struct pam_conv conversation = { .conv = say_nothing };
    size_t runs = argc == 5 ? strtoul(argv[4], NULL, 10) : 0;
    double *samples = runs > 0 && runs <= RUNS_LARGEST ? calloc(runs, sizeof(*samples)) : NULL;

    if (samples == NULL) {
        fprintf(stderr, "usage: %s FOLDER SERVICE USER RUNS\n", argv[0]);
        return 2;
    }
    for (size_t i = 0; i < runs; i++) {
        pam_handle_t *pamh = NULL;
        double begin;
        int result = start(argv, &conversation, &pamh);

        begin = clock_microseconds();
        if (result == PAM_SUCCESS)
            result = pam_acct_mgmt(pamh, PAM_SILENT);
        samples[i] = clock_microseconds() - begin;
        if (pamh != NULL)
            (void)pam_end(pamh, result);
        if (result != PAM_SUCCESS) {
            fprintf(stderr, "%s: %s is refused (%d)\n", argv[0], argv[2], result);
            free(samples);
            return 3;
        }
    }
    clock_sort(samples, runs);
    printf("%s\t%.0f\t%.0f\t%zu\n", argv[2], samples[runs / 2], samples[runs * 99 / 100], runs);
    free(samples);
    return 0;
}
