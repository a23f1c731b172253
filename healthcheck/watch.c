/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/watch.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE                                                                                   \
    2 /* a wait for a quote takes up again after the first signal, ends with the second */

static const int stopping[] = { SIGINT, SIGTERM, SIGHUP };

/* Written by the handler alone. */
static volatile sig_atomic_t stopped, times;

static void note(int signal)
{
    stopped = signal;
    if (++times > PATIENCE)
        _exit(128 + signal);
}

void watch_signals(void)
{
    /* Without SA_RESTART: a wait shall end. */
    const struct sigaction noted = { .sa_handler = note };
    struct sigaction before;

    for (size_t i = 0; i < sizeof(stopping) / sizeof(stopping[0]); i++)
        if (sigaction(stopping[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            (void)sigaction(stopping[i], &noted, NULL); /* the signals exist: it cannot fail */
}

int watch_stopped(void)
{
    return stopped;
}

/* Blocked from the question to the wait: a signal between both would be slept over. */
void watch_pause(unsigned seconds)
{
    struct timespec left = { .tv_sec = (time_t)seconds };
    sigset_t blocked;

    (void)sigemptyset(&blocked);
    for (size_t i = 0; i < sizeof(stopping) / sizeof(stopping[0]); i++)
        (void)sigaddset(&blocked, stopping[i]);
    (void)sigprocmask(SIG_BLOCK, &blocked, NULL);
    if (stopped == 0) {
        int signal = sigtimedwait(&blocked, NULL, &left);

        if (signal > 0)
            note(signal);
    }
    (void)sigprocmask(SIG_UNBLOCK, &blocked, NULL);
}

void watch_die(int signal)
{
    struct sigaction usual = { .sa_handler = SIG_DFL };

    (void)sigaction(signal, &usual, NULL);
    (void)raise(signal);
    _exit(128 + signal);
}
