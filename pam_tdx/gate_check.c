/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-gate-check: decides on one login. pam_tdx.so starts it as root with an empty environment; a
 * person may start it too, to see what the gate would say. See tdx-gate-check(8). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "cli/program.h"
#include "core/base/crypto.h"
#include "core/collateral/floor.h"
#include "pam_tdx/gate_collateral.h"
#include "pam_tdx/gate_conf.h"
#include "pam_tdx/gate_fetch.h"
#include "pam_tdx/gate_quote.h"
#include "pam_tdx/gate_sandbox.h"
#include "pam_tdx/gate_state.h"
#include "pam_tdx/gate_verify.h"
#include "pam_tdx/verdict.h"

#define NAME         "tdx-gate-check"
#define ANCHOR_LIMIT ((size_t)64 << 10)

static const struct program program = { .name = NAME };

/* --- the deadline -------------------------------------------------------------------------- */
/* Ours strikes
 * before the module's, so that the log can say what was waited for. A signal handler has nothing
 * but what lies in static memory. */

static struct {
    char line[VERDICT_LINE_LIMIT];
    size_t size;
} last_words;

static void out_of_time(int number)
{
    (void)number;
    if (write(STDOUT_FILENO, last_words.line, last_words.size) < 0)
        _exit(TDX_EXIT_UNDECIDED);
    _exit(TDX_EXIT_UNDECIDED);
}

/* From now on the deadline finds us at this step. */
static void at_step(bool for_module, const char *step)
{
    struct verdict verdict = { .status = TDX_HELPER_TIMEOUT };
    sigset_t alarm_signal, before;

    (void)sigemptyset(&alarm_signal);
    (void)sigaddset(&alarm_signal, SIGALRM);
    (void)sigprocmask(SIG_BLOCK, &alarm_signal, &before);
    (void)snprintf(verdict.detail, sizeof(verdict.detail), "while %s", step);
    if (for_module)
        last_words.size = verdict_print(&verdict, last_words.line);
    else
        last_words.size =
            (size_t)snprintf(last_words.line, sizeof(last_words.line), "undecided: %s (%s): %s\n",
                             status_message(verdict.status), verdict.detail,
                             status_id(verdict.status));
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
}

static enum tdx_status start_deadline(unsigned limit_ms, struct tdx_error *err)
{
    const struct sigaction action = { .sa_handler = out_of_time };
    const struct itimerval timer = { .it_value = { .tv_sec = limit_ms / 1000,
                                                   .tv_usec = limit_ms % 1000 * 1000 } };

    if (sigaction(SIGALRM, &action, NULL) != 0 || setitimer(ITIMER_REAL, &timer, NULL) != 0)
        return status_fail_errno(err, TDX_INTERNAL, errno, "the deadline");
    return TDX_OK;
}

/* --- the steps of DESIGN.md, section 3 ----------------------------------------------------- */

/* Everything that a decision opens or allocates. */
struct login {
    bool for_module;
    int64_t arrived_ns;
    unsigned limit_ms; /* for all of it */
    struct gate_conf conf;
    int state; /* the folder of gate_state_open(), or -1 */
    struct gate_quote evidence;
    struct gate_bundles bundles;
    struct file_content anchor;
    struct policy_set policies;
    struct gate_memory memory; /* all zero: nothing is remembered */
    bool remembers;
    struct trust_anchor trust;
    struct floor floor;
    struct gate_result result;
};

static unsigned time_left_ms(const struct login *login)
{
    int64_t used = (gate_clock_ns() - login->arrived_ns) / 1000000;

    return used < login->limit_ms ? login->limit_ms - (unsigned)used : 1;
}

/* Step 8, before: the floor as it stands. */
static enum tdx_status load_floor(struct login *login, struct tdx_error *err)
{
    enum tdx_status status = TDX_OK;

    login->trust = *trust_anchor_intel();
    if (login->anchor.size > 0)
        status = trust_anchor_parse_again(file_content_span(&login->anchor),
                                          login->remembers ? login->memory.anchor : NULL,
                                          &login->trust, err);
    if (status == TDX_OK)
        status = floor_load(FLOOR_FOLDER, &login->trust, &login->floor, err);
    return status;
}

/* Step 8, after: what was seen once is the least that is accepted later. A floor that cannot be
 * raised (a full disk) refuses nobody: the check against the old one was passed. */
static enum tdx_status check_floor(struct login *login, bool *ret_stands, struct tdx_error *err)
{
    struct gate_result *result = &login->result;
    struct tdx_error reason = { 0 };
    enum tdx_status status = floor_check(&login->floor, &result->mark, time(NULL), err);
    bool rises = false;
    size_t used;

    if (status == TDX_OK)
        status = floor_raise(&login->floor, &result->mark, &rises, err);
    *ret_stands = true;
    if (status == TDX_OK && rises &&
        floor_store(FLOOR_FOLDER, &login->trust, &result->mark, &reason) != TDX_OK) {
        used = strlen(result->detail);
        (void)snprintf(result->detail + used, sizeof(result->detail) - used,
                       ", rollback floor NOT raised (%.120s)", reason.detail);
        *ret_stands = false;
    }
    return status;
}

/* The hash for gate_memory.settled. */
static enum tdx_status hash_inputs(const struct login *login, uint8_t ret[static GATE_DIGEST_SIZE],
                                   struct tdx_error *err)
{
    struct span parts[GATE_BUNDLES_MAX + 2];
    uint8_t hash[CRYPTO_SHA512_SIZE];
    struct text floor = { 0 };
    enum tdx_status status = TDX_NO_MEMORY;
    size_t count = 0;

    floor_print(&login->floor, &floor);
    for (; count < login->bundles.count; count++)
        parts[count] = file_content_span(&login->bundles.text[count]);
    parts[count++] = (struct span){ login->trust.public_key, sizeof(login->trust.public_key) };
    parts[count++] = text_span(&floor);
    if (text_ok(&floor))
        status = crypto_sha512(parts, count, hash, err);
    else
        (void)status_fail(err, status, "the floor");
    if (status == TDX_OK)
        memcpy(ret, hash, GATE_DIGEST_SIZE);
    text_free(&floor);
    return status;
}

static void remember(struct login *login)
{
    struct gate_memory memory;

    memcpy(memory.digest, login->result.digest, sizeof(memory.digest));
    memcpy(memory.anchor, login->trust.certificate_sha256, sizeof(memory.anchor));
    if (hash_inputs(login, memory.settled, NULL) == TDX_OK)
        gate_memory_store(login->state, &memory);
}

/* Nothing is left for root to do, whatever the verdict: this process shuts itself in. The floor
 * cannot rise, since it stands where this one bundle has put it. */
static enum tdx_status verify_here(struct login *login, const struct gate_task *task,
                                   struct tdx_error *err)
{
    enum tdx_status status = gate_sandbox_enter(STDOUT_FILENO, 0, err);

    if (status != TDX_OK)
        return status;
    gate_verify(task, &login->result);
    if (login->result.status != TDX_OK)
        return status_fail(err, login->result.status, "%s", login->result.detail);
    return floor_check(&login->floor, &login->result.mark, task->now, err);
}

/* A process of its own verifies; root stores what follows from it. */
static enum tdx_status verify_apart(struct login *login, const struct gate_task *task,
                                    struct tdx_error *err)
{
    enum tdx_status status;
    bool stands = false;

    gate_verify_apart(task, time_left_ms(login), &login->result);
    if (login->result.status != TDX_OK)
        return status_fail(err, login->result.status, "%s", login->result.detail);
    status = check_floor(login, &stands, err);
    if (status == TDX_OK && stands)
        remember(login);
    return status;
}

static enum tdx_status verify(struct login *login, struct tdx_error *err)
{
    uint8_t inputs[GATE_DIGEST_SIZE];
    const struct gate_task task = { .conf = &login->conf,
                                    .evidence = &login->evidence,
                                    .bundles = &login->bundles,
                                    .anchor = &login->trust,
                                    .policies = &login->policies,
                                    .trusted_digest =
                                        login->remembers ? login->memory.digest : NULL,
                                    .now = time(NULL) };
    enum tdx_status status = hash_inputs(login, inputs, err);

    if (status != TDX_OK)
        return status;
    if (login->remembers && login->for_module && !login->conf.fetch_on_login &&
        login->bundles.count == 1 && memcmp(inputs, login->memory.settled, sizeof(inputs)) == 0)
        return verify_here(login, &task, err);
    return verify_apart(login, &task, err);
}

/* They are root's, so they are read here; in the verifier they only serve. */
static enum tdx_status load_policies(struct login *login, struct tdx_error *err)
{
    const struct gate_conf *conf = &login->conf;
    struct es384_key *signer;
    enum tdx_status status = TDX_OK;
    size_t count = 0;

    for (size_t i = 0; status == TDX_OK && i < conf->policy_count; i++)
        status =
            policy_set_load(&login->policies, conf->policy[i], FILE_READ_SAFE, time(NULL), err);
    if (status != TDX_OK || conf->policy_signer == NULL)
        return status;
    signer = calloc(POLICY_SIGNERS_MAX, sizeof(*signer));
    if (signer == NULL)
        return status_fail(err, TDX_NO_MEMORY, "the keys of policy signers");
    status = policy_signers_load(conf->policy_signer, FILE_READ_SAFE, signer, &count, err);
    if (status == TDX_OK)
        status = policy_set_check_signers(&login->policies, signer, count, err);
    free(signer);
    return status;
}

/* Steps 5 to 8 with the collateral that is here. */
static enum tdx_status settle(struct login *login, struct tdx_error *err)
{
    enum tdx_status status;

    at_step(login->for_module, "reading the collateral");
    login->remembers = gate_memory_load(login->state, &login->memory);
    status = gate_bundles_read(login->conf.collateral, &login->bundles, err);
    if (status == TDX_OK)
        status = load_floor(login, err);
    at_step(login->for_module, "verifying the quote");
    if (status == TDX_OK)
        status = verify(login, err);
    return status;
}

/* Asks the network, once, if that may help and gate.conf allows it. */
static enum tdx_status settle_or_fetch(struct login *login, const char *conf_file,
                                       struct tdx_error *err)
{
    struct tdx_error before = { 0 }, reason = { 0 };
    enum tdx_status status = settle(login, &before);

    if (!gate_fetch_may_help(&login->conf, status)) {
        *err = before;
        return status;
    }
    at_step(login->for_module, "fetching collateral");
    if (gate_fetch(&login->conf, conf_file, login->state, file_content_span(&login->evidence.quote),
                   time_left_ms(login), &reason) != TDX_OK)
        return status_fail(err, status, "%.200s; it could not be fetched: %.250s", before.detail,
                           reason.detail);
    gate_bundles_free(&login->bundles);
    return settle(login, err);
}

static enum tdx_status decide(struct login *login, const struct gate_source *source,
                              struct tdx_error *err)
{
    enum tdx_status status;

    at_step(login->for_module, "reading gate.conf");
    status = gate_conf_load(source, &login->conf, err);
    login->limit_ms = login->conf.settings.timeout_ms / 5 * 4;
    if (status == TDX_OK)
        status = start_deadline(login->limit_ms, err);
    if (status == TDX_OK)
        status = gate_state_open(&login->state, err);
    if (status == TDX_OK && login->conf.trust_anchor != NULL)
        status =
            file_read(login->conf.trust_anchor, ANCHOR_LIMIT, FILE_READ_SAFE, &login->anchor, err);
    if (status == TDX_OK)
        status = load_policies(login, err);
    at_step(login->for_module, "waiting for the TD report and the quote");
    if (status == TDX_OK)
        status = gate_quote_get(&login->conf, login->state, login->arrived_ns, time_left_ms(login),
                                &login->evidence, err);
    if (status == TDX_OK)
        status = settle_or_fetch(login, source->file, err);
    return status;
}

/* --- the program --------------------------------------------------------------------------- */

static int answer(const struct login *login, enum tdx_status status, const struct tdx_error *err)
{
    struct verdict verdict = { .status = status };
    char line[VERDICT_LINE_LIMIT];
    size_t size;

    (void)snprintf(verdict.detail, sizeof(verdict.detail), "%s",
                   status == TDX_OK ? login->result.detail : err->detail);
    if (!login->for_module && status != TDX_OK)
        return program_fail(&program, status, err);
    if (!login->for_module) {
        (void)printf("accepted: %s\n", verdict.detail);
        return program_finish(&program, TDX_EXIT_YES);
    }
    size = verdict_print(&verdict, line);
    if (file_write_all(STDOUT_FILENO, (struct span){ (const uint8_t *)line, size }) != 0)
        return TDX_EXIT_UNDECIDED;
    return status_exit_code(status);
}

static int run(bool for_module, const struct gate_source *source)
{
    struct login *login = calloc(1, sizeof(*login));
    struct tdx_error err = { 0 };
    enum tdx_status status;
    int code;

    if (login == NULL)
        return program_fail(&program, TDX_NO_MEMORY, NULL);
    *login = (struct login){ .for_module = for_module, .arrived_ns = gate_clock_ns(), .state = -1 };
    status = crypto_start_lean(&err);
    if (status == TDX_OK)
        status = decide(login, source, &err);
    code = answer(login, status, &err);
    if (login->state >= 0)
        (void)close(login->state); /* a folder: nothing can be lost */
    file_content_free(&login->evidence.quote);
    file_content_free(&login->anchor);
    gate_bundles_free(&login->bundles);
    policy_set_clear(&login->policies);
    gate_conf_free(&login->conf);
    free(login);
    return code;
}

static int help(void)
{
    (void)printf(
        "Usage: " NAME " [--config FILE] [KEY=VALUE]...\n"
        "Decides on a login, now, as pam_tdx.so would: TD report, fresh quote, verification.\n\n"
        "  --config FILE   read FILE (default: " GATE_CONF_DEFAULT ")\n"
        "  --verdict       print the one line that pam_tdx.so reads\n"
        "  --help, --version\n\n"
        "KEY=VALUE is any key of gate.conf(5) and overrides the file.\n"
        "Exit codes: 0 accepted, 1 refused, 2 usage, 3 could not be decided (refused as well).\n");
    return program_finish(&program, TDX_EXIT_YES);
}

int main(int argc, char **argv)
{
    struct gate_source source = { .file = GATE_CONF_DEFAULT };
    bool for_module = false;
    int at = 1;

    for (; at < argc && argv[at][0] == '-'; at++) {
        if (strcmp(argv[at], "--help") == 0)
            return help();
        if (strcmp(argv[at], "--version") == 0)
            return program_version(NAME);
        if (strcmp(argv[at], "--verdict") == 0)
            for_module = true;
        else if (strcmp(argv[at], "--config") == 0 && at + 1 < argc)
            source.file = argv[++at];
        else
            return program_usage(&program, "'%s' is not an option, or lacks its value", argv[at]);
    }
    source.arguments = (const char *const *)(argv + at);
    source.argument_count = argc - at;
    /* exit() would run what libraries have registered; nothing of it matters here. */
    _exit(run(for_module, &source));
}
