/* SPDX-License-Identifier: Apache-2.0 */
/* Being told to stop. A run that dies in the middle leaves an entry in configfs, a half-written
 * file beside --output, and a line of progress on the terminal: so SIGINT, SIGTERM and SIGHUP only
 * leave a note, end a wait, and main() goes home the usual way. Whoever asks a third time is obeyed
 * at once. */
#ifndef HEALTHCHECK_WATCH_H
#define HEALTHCHECK_WATCH_H

#include <stdbool.h>

#include "core/base/status.h"

/* A signal that was ignored when the program started (nohup) stays ignored. */
void watch_signals(void);

/* The signal that asked to stop; 0 as long as none did. */
int watch_stopped(void) TDX_MUST_CHECK;

/* Waits; less long if told to stop. */
void watch_pause(unsigned seconds);

/* Ends the process as the signal would have; does not return. */
void watch_die(int signal) __attribute__((noreturn));

#endif
