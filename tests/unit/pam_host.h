/* SPDX-License-Identifier: Apache-2.0 */
/* A PAM host for tests: loads the built pam_tdx.so through libpam, with tests/unit/gate_double in
 * the helper's place, and notices whatever the module leaves behind. */
#ifndef TESTS_UNIT_PAM_HOST_H
#define TESTS_UNIT_PAM_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/unit/cmocka_all.h"

struct host_question {
    const char *double_word; /* what the helper shall do (tests/unit/gate_double.c) */
    const char *config;      /* further lines of gate.conf, "" */
    const char *arguments;   /* further words of the PAM line, "" */
    const char *helper;      /* NULL: the double */
    const char *user;        /* NULL: "nobody" */
    int flags;
    void (*before_call)(void); /* after libpam has started, NULL: nothing */
};

struct host_result {
    int auth, account, session; /* what libpam returned, in that order; -1: not called */
    int setcred, close_session;
    char said[2048];   /* what the conversation showed, lines joined by LF */
    char logged[8192]; /* what the module logged, likewise */
    char left[512];    /* "" if the process is as it was, else what differs */
};

/* A transaction whose helper does word. */
struct host_question host_asking(const char *word);

enum {
    HOST_AUTH = 1,
    HOST_ACCOUNT = 2,
    HOST_SESSION = 4,
};

/* One transaction through the calls in which, in this process. False: libpam would not start. */
bool host_transaction(const struct host_question *question, unsigned which,
                      struct host_result *ret);

/* The same in a child, after prepare() (may be NULL) has made it peculiar. */
bool host_transaction_after(void (*prepare)(void), const struct host_question *question,
                            unsigned which, struct host_result *ret);

/* Peculiarities for prepare(): a real uid that owns nothing, as sudo's caller has; descriptors up
 * to a high limit; these and a kernel without close_range(), as before 5.9 and in old containers.
 */
#define HOST_CALLER 12345U
void host_runs_for_caller(void);
void host_has_thousands_of_descriptors(void);
void host_lacks_close_range(void);

/* Files of the last question: gate.conf and what the double left beside it. */
const char *host_config_path(void);

/* False with a reason for a test to skip: not root, no pam_start_confdir(). */
bool host_usable(const char **ret_reason);

/* Leaves a test that such a host cannot serve. */
#define NEED_HOST()                                                                                \
    do {                                                                                           \
        const char *reason_;                                                                       \
        if (!host_usable(&reason_)) {                                                              \
            print_message("skipped: %s\n", reason_);                                               \
            skip();                                                                                \
        }                                                                                          \
    } while (0)

/* Makes and removes the folder with service file and gate.conf. cmocka's group fixtures. */
int host_setup(void **state);
int host_teardown(void **state);

#endif
