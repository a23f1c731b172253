/* SPDX-License-Identifier: Apache-2.0 */
/* pam_tdx.so: the thin half of the gate, which lives in sshd, sudo, login.
 *
 * It reads what it must of gate.conf, lets tdx-gate-check decide, and turns the answer into
 * PAM_SUCCESS or one refusal, nothing else: PAM_IGNORE and PAM_NEW_AUTHTOK_REQD do not mean what
 * they say. It has no constructor and no state but one item of data in the PAM handle, so that the
 * facilities of one login share one decision. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

/* Everything else is hidden; libpam finds these by name. */
#pragma GCC visibility push(default)
#include <security/pam_modules.h>
#pragma GCC visibility pop
#include <security/pam_ext.h>

#include "core/base/text.h"
#include "pam_tdx/exempt.h"
#include "pam_tdx/gate_settings.h"
#include "pam_tdx/helper.h"
#include "pam_tdx/verdict.h"

#define DATA_NAME      "pam_tdx:verdict"
#define SHARED_SECONDS 120 /* a verdict does not serve a handle that is kept for longer */
#define DETAIL_SHOWN   200

/* One call of libpam's, taken apart. */
struct request {
    pam_handle_t *pamh;
    int flags;
    int refusal; /* PAM_AUTH_ERR or PAM_PERM_DENIED */
    struct gate_line line;
    char user[64], rhost[80]; /* safe to print */
};

/* --- one verdict per login ------------------------------------------------------------------- */

/* No descriptor, process or lock: sshd forks, and then there are two of it. */
struct shared {
    struct verdict verdict;
    int64_t made_at;  /* seconds on a clock that runs during sleep and cannot be set */
    char arguments[]; /* what was asked; another line may ask for something else */
};

static int64_t now_seconds(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_BOOTTIME, &now) != 0)
        return -1;
    return now.tv_sec;
}

static void forget(pam_handle_t *pamh, void *data, int status)
{
    (void)pamh;
    (void)status;
    free(data);
}

static size_t arguments_size(const struct request *request)
{
    size_t size = strlen(request->line.config) + 1 + strlen(request->line.helper) + 1 + 1;

    for (int i = 0; i < request->line.word_count; i++)
        size += strlen(request->line.words[i]) + 1;
    return size;
}

static void join_arguments(const struct request *request, char *out)
{
    out += sprintf(out, "%s\n%s\n", request->line.config, request->line.helper);
    for (int i = 0; i < request->line.word_count; i++)
        out += sprintf(out, "%s\n", request->line.words[i]);
}

static struct shared *new_shared(const struct request *request)
{
    struct shared *shared = calloc(1, sizeof(*shared) + arguments_size(request));

    if (shared != NULL) {
        shared->made_at = now_seconds();
        join_arguments(request, shared->arguments);
    }
    return shared;
}

/* The verdict that this login already has for the same question. */
static bool recall(const struct request *request, const struct shared *asked, struct verdict *ret)
{
    const void *data = NULL;
    const struct shared *known;

    if (pam_get_data(request->pamh, DATA_NAME, &data) != PAM_SUCCESS || data == NULL)
        return false;
    known = data;
    if (known->made_at < 0 || asked->made_at < known->made_at ||
        asked->made_at - known->made_at > SHARED_SECONDS ||
        strcmp(known->arguments, asked->arguments) != 0)
        return false;
    *ret = known->verdict;
    return true;
}

/* --- the decision ---------------------------------------------------------------------------- */

static void set_verdict(struct verdict *verdict, enum tdx_status status,
                        const struct tdx_error *err)
{
    verdict->status = status;
    (void)snprintf(verdict->detail, sizeof(verdict->detail), "%s", err->detail);
}

/* What the helper answered, held against how it ended: the two must agree. */
static void judge(const struct request *request, const struct gate_settings *settings,
                  const struct helper_answer *answer, struct verdict *ret)
{
    struct tdx_error err = { 0 };
    enum tdx_status status = TDX_HELPER_FAILED;
    char shown[DETAIL_SHOWN];

    switch (answer->outcome) {
    case HELPER_ENDED:
        if (verdict_parse(answer->text, answer->size, ret) &&
            answer->exit_code == status_exit_code(ret->status))
            return;
        (void)status_fail(&err, status, "%s: exit code %d, it wrote \"%s\"", request->line.helper,
                          answer->exit_code,
                          text_quote(answer->text, answer->size, shown, sizeof(shown)));
        break;
    case HELPER_KILLED:
        (void)status_fail(&err, status, "%s: ended by signal %d", request->line.helper,
                          answer->signal);
        break;
    case HELPER_NOT_STARTED:
        status = status_fail_errno(&err, TDX_HELPER_MISSING, answer->error, "%s: %s",
                                   request->line.helper, answer->step);
        break;
    case HELPER_OUT_OF_TIME:
        status = status_fail(&err, TDX_HELPER_TIMEOUT, "%s: killed after %u ms",
                             request->line.helper, settings->timeout_ms);
        break;
    case HELPER_NO_REPORT:
        if (answer->error != 0)
            (void)status_fail_errno(&err, status, answer->error, "%s", answer->step);
        else
            (void)status_fail(&err, status, "%s: the process that watches it is gone",
                              request->line.helper);
        break;
    }
    set_verdict(ret, status, &err);
}

static void ask_helper(const struct request *request, const struct gate_settings *settings,
                       struct verdict *ret)
{
    const char *argv[GATE_ARGUMENTS_LIMIT + 4] = { request->line.helper, "--verdict", "--config" };
    struct helper_call call = { .path = request->line.helper,
                                .argv = argv,
                                .timeout_ms = settings->timeout_ms };
    struct helper_answer answer;

    argv[3] = request->line.config;
    for (int i = 0; i < request->line.word_count; i++)
        argv[4 + i] = request->line.words[i];
    helper_run(&call, &answer);
    judge(request, settings, &answer, ret);
}

/* Asks, or recalls, and remembers. */
static void decide(const struct request *request, const struct gate_settings *settings,
                   struct verdict *ret)
{
    struct shared *asked = new_shared(request);

    if (asked != NULL && recall(request, asked, ret)) {
        free(asked);
        return;
    }
    ask_helper(request, settings, ret);
    if (asked == NULL)
        return; /* no memory: the next facility asks for itself */
    asked->verdict = *ret;
    if (pam_set_data(request->pamh, DATA_NAME, asked, forget) != PAM_SUCCESS)
        free(asked);
}

/* --- what is said ---------------------------------------------------------------------------- */

/* Log first: the conversation may block, and the host may be killed meanwhile. */
static int conclude(const struct request *request, const struct gate_settings *settings,
                    const struct verdict *verdict)
{
    const char *remedy = status_remedy(verdict->status);
    const char *between = verdict->detail[0] != '\0' ? "; " : "";
    bool warn_only = settings->mode == GATE_MODE_WARN;

    if (verdict->status == TDX_OK) {
        pam_syslog(request->pamh, LOG_INFO, "accepted: OK; user \"%s\" from \"%s\"%s%s",
                   request->user, request->rhost, between, verdict->detail);
        return PAM_SUCCESS;
    }
    pam_syslog(request->pamh, LOG_WARNING, "%s: %s: %s; user \"%s\" from \"%s\"%s%s; remedy: %s",
               warn_only ? "would be refused, let in by mode=warn" : "refused",
               status_id(verdict->status), status_message(verdict->status), request->user,
               request->rhost, between, verdict->detail, remedy[0] != '\0' ? remedy : "none");
    if (warn_only)
        return PAM_SUCCESS;
    /* A host without a conversation, or one that fails, changes nothing. */
    if (((unsigned)request->flags & PAM_SILENT) == 0)
        (void)pam_error(request->pamh, "Login refused by tdx-gate: %s (%s).",
                        status_message(verdict->status), status_id(verdict->status));
    return request->refusal;
}

static void read_item(pam_handle_t *pamh, int item, char *out, size_t size)
{
    const void *value = NULL;

    if (pam_get_item(pamh, item, &value) != PAM_SUCCESS || value == NULL)
        value = "";
    (void)text_quote(value, strlen(value), out, size);
}

static bool is_exempt(const struct request *request, const struct gate_settings *settings)
{
    const void *user = NULL;

    return settings->exempt_group[0] != '\0' &&
           pam_get_item(request->pamh, PAM_USER, &user) == PAM_SUCCESS && user != NULL &&
           exempt_is_member(user, settings->exempt_group);
}

static int gate(pam_handle_t *pamh, int flags, int argc, const char **argv, int refusal)
{
    struct request request = { .pamh = pamh, .flags = flags, .refusal = refusal };
    struct gate_settings settings;
    struct verdict verdict = { .status = TDX_INTERNAL };
    struct tdx_error err = { 0 };
    enum tdx_status status;

    gate_line_read(argc, (const char *const *)argv, &request.line);
    read_item(pamh, PAM_USER, request.user, sizeof(request.user));
    read_item(pamh, PAM_RHOST, request.rhost, sizeof(request.rhost));
    status = gate_settings_load(&(struct gate_source){ .file = request.line.config,
                                                       .arguments = request.line.words,
                                                       .argument_count = request.line.word_count },
                                &settings, &err);
    if (status == TDX_OK && request.line.too_many)
        status = status_fail(&err, TDX_CONF_SYNTAX, "more than %d arguments of pam_tdx.so",
                             GATE_ARGUMENTS_LIMIT);
    if (is_exempt(&request, &settings)) {
        pam_syslog(pamh, LOG_NOTICE,
                   "exempt: user \"%s\" from \"%s\" is in the group %s; not asked", request.user,
                   request.rhost, settings.exempt_group);
        return PAM_SUCCESS;
    }
    if (status != TDX_OK)
        set_verdict(&verdict, status, &err);
    else
        decide(&request, &settings, &verdict);
    return conclude(&request, &settings, &verdict);
}

int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    return gate(pamh, flags, argc, argv, PAM_AUTH_ERR);
}

/* libpam calls it for each auth line, and for sshd's public keys without pam_sm_authenticate(). */
int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)pamh;
    (void)flags;
    (void)argc;
    (void)argv;
    return PAM_SUCCESS;
}

int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    return gate(pamh, flags, argc, argv, PAM_PERM_DENIED);
}

int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    return gate(pamh, flags, argc, argv, PAM_PERM_DENIED);
}

int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)pamh;
    (void)flags;
    (void)argc;
    (void)argv;
    return PAM_SUCCESS;
}
