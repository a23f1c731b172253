/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/quote_ask.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/monotonic.h"

#define REAP_TRIES 50
#define REAP_NS    2000000L

/* What a child writes; the quote's bytes follow. */
struct head {
    enum tdx_status status;
    struct tdx_error err;
    uint64_t milliseconds;
    size_t size;
};

struct request {
    pid_t child;
    int in;
    uint8_t *data;
    size_t size;
    bool open;
};

static _Noreturn void be_child(const struct evidence_paths *paths, const uint8_t *report_data,
                               int out, pid_t parent)
{
    struct file_content quote = { 0 };
    struct head head = { .status = TDX_INTERNAL };
    int64_t started = monotonic_ms();
    bool written;

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(1);
    head.status = evidence_quote(paths, report_data, &quote, NULL, &head.err);
    head.milliseconds = (uint64_t)(monotonic_ms() - started);
    head.size = head.status == TDX_OK ? quote.size : 0;
    written = file_write_all(out, (struct span){ (const uint8_t *)&head, sizeof(head) }) == 0 &&
              file_write_all(out, (struct span){ (const uint8_t *)quote.data, head.size }) == 0;
    _exit(written ? 0 : 1);
}

static void start(struct request *request, const struct evidence_paths *paths,
                  const uint8_t *report_data, struct quote_answer *answer)
{
    pid_t parent = getpid();
    int ends[2];

    request->data = malloc(sizeof(struct head) + QUOTE_SIZE_LIMIT + 1);
    if (request->data == NULL) {
        answer->status = status_fail(&answer->err, TDX_NO_MEMORY, "a quote");
        return;
    }
    if (pipe2(ends, O_CLOEXEC) != 0) {
        answer->status = status_fail_errno(&answer->err, TDX_CHILD_FAILED, errno, "a pipe");
        return;
    }
    request->child = fork();
    if (request->child == 0)
        be_child(paths, report_data, ends[1], parent);
    (void)close(ends[1]);
    request->in = ends[0];
    request->open = request->child > 0;
    if (request->child < 0) {
        answer->status = status_fail_errno(&answer->err, TDX_CHILD_FAILED, errno, "a process");
        (void)close(ends[0]);
    }
}

/* Takes what came; at the end of it closes. */
static void take(struct request *request)
{
    size_t room = sizeof(struct head) + QUOTE_SIZE_LIMIT - request->size;
    ssize_t got = room > 0 ? read(request->in, request->data + request->size, room) : 0;

    if (got > 0) {
        request->size += (size_t)got;
    } else if (got == 0 || errno != EINTR) {
        (void)close(request->in); /* read only: nothing can be lost */
        request->open = false;
    }
}

/* Until all are done or the time is up. */
static void wait_for_all(struct request *requests, size_t count, int64_t deadline)
{
    for (;;) {
        struct pollfd polled[QUOTE_ASK_MAX];
        size_t which[QUOTE_ASK_MAX], open = 0;
        int64_t left = deadline - monotonic_ms();

        for (size_t i = 0; i < count; i++)
            if (requests[i].open) {
                which[open] = i;
                polled[open++] = (struct pollfd){ .fd = requests[i].in, .events = POLLIN };
            }
        if (open == 0 || left <= 0)
            return;
        if (poll(polled, open, (int)(left < 60000 ? left : 60000)) <= 0)
            continue;
        for (size_t i = 0; i < open; i++)
            if (polled[i].revents != 0)
                take(&requests[which[i]]);
    }
}

/* Ends the child. One that even SIGKILL does not move (it stands in the kernel) is left behind. */
static void reap(struct request *request)
{
    struct timespec pause = { .tv_nsec = REAP_NS };

    if (request->child <= 0)
        return;
    if (request->open)
        (void)kill(request->child, SIGKILL);
    for (int i = 0; i < REAP_TRIES; i++) {
        pid_t ended = waitpid(request->child, NULL, request->open ? WNOHANG : 0);

        if (ended == request->child || (ended < 0 && errno != EINTR))
            return;
        (void)nanosleep(&pause, NULL);
    }
}

static void finish(struct request *request, unsigned timeout_ms, struct quote_answer *answer)
{
    struct head head;

    reap(request);
    if (request->open) {
        (void)close(request->in);
        answer->milliseconds = timeout_ms;
        answer->status =
            status_fail(&answer->err, TDX_QUOTE_TIMEOUT, "none within %u ms", timeout_ms);
    } else if (request->child > 0 && request->size >= sizeof(head)) {
        memcpy(&head, request->data, sizeof(head));
        answer->status = head.status;
        answer->err = head.err;
        answer->milliseconds = head.milliseconds;
        if (head.status == TDX_OK && head.size == request->size - sizeof(head)) {
            memmove(request->data, request->data + sizeof(head), head.size);
            request->data[head.size] = '\0';
            answer->quote = (struct file_content){ .data = request->data, .size = head.size };
            request->data = NULL;
        } else if (head.status == TDX_OK) {
            answer->status = status_fail(&answer->err, TDX_CHILD_FAILED, "its answer was cut");
        }
    } else if (request->child > 0) {
        answer->status = status_fail(&answer->err, TDX_CHILD_FAILED, "it gave no answer");
    }
    free(request->data);
}

void quote_ask(const struct evidence_paths *paths,
               const uint8_t report_data[static TD_REPORT_DATA_SIZE], unsigned timeout_ms,
               struct quote_answer *answers, size_t count)
{
    struct evidence_paths own = *paths;
    struct request requests[QUOTE_ASK_MAX] = { { 0 } };
    int64_t deadline = monotonic_ms() + timeout_ms;

    own.timeout_ms = timeout_ms;
    memset(answers, 0, count * sizeof(*answers));
    for (size_t i = 0; i < count; i++)
        start(&requests[i], &own, report_data, &answers[i]);
    wait_for_all(requests, count, deadline);
    for (size_t i = 0; i < count; i++)
        finish(&requests[i], timeout_ms, &answers[i]);
}

void quote_answers_free(struct quote_answer *answers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        file_content_free(&answers[i].quote);
}
