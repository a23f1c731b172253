/* SPDX-License-Identifier: Apache-2.0 */
/* A service's stack as Linux-PAM would walk it, and what becomes of the gate in it. Pure: the files
 * are facts (file:/etc/pam.d/...).
 *
 * Every other module may return anything, so every way through the stack is looked at: does one
 * that ends with "let in" go around the gate, or overrule it?
 * Source: Linux-PAM's libpam (pam_handlers.c, pam_misc.c, pam_dispatch.c), 1.3.1 to 1.7; notes on
 * PAM and OpenSSH, A.2 and A.3. Debian's @include is read as there. */
#ifndef HEALTHCHECK_PAM_STACK_H
#define HEALTHCHECK_PAM_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"
#include "healthcheck/facts.h"

#define PAM_LINES_MAX   512
#define PAM_LINE_SIZE   1024 /* what libpam before 1.6.0 takes, its end included */
#define PAM_DEPTH_MAX   16   /* of includes and substacks */
#define PAM_CODES       32   /* return values of modules: PAM_SUCCESS ... */
#define PAM_GATE_MODULE "pam_tdx.so"

enum pam_type { PAM_TYPE_AUTH, PAM_TYPE_ACCOUNT, PAM_TYPE_PASSWORD, PAM_TYPE_SESSION };

/* What a return value does; above zero: so many lines are jumped over. */
enum {
    PAM_ACTION_IGNORE = 0,
    PAM_ACTION_OK = -1,
    PAM_ACTION_DONE = -2,
    PAM_ACTION_BAD = -3,
    PAM_ACTION_DIE = -4,
    PAM_ACTION_RESET = -5,
    PAM_ACTION_UNSET = -6,
};

struct pam_line {
    char file[256]; /* where it stands */
    unsigned number;
    unsigned level;   /* of substacks */
    bool is_substack; /* not called: the lines of the substack follow, one level up */
    bool must_fail;   /* libpam cannot make sense of it: it refuses */
    bool is_silent;   /* "-account": a missing module is not logged */
    bool is_bracket;  /* the control is "[...]" */
    bool is_gate;
    int action[PAM_CODES];
    char text[PAM_LINE_SIZE]; /* control, module and arguments point in here */
    const char *control, *module;
    const char *arguments; /* the rest of the line; "" where there is none */
};

struct pam_stack {
    size_t count;
    struct pam_line *lines;
    /* The first line that names the gate, but not for this type; number 0: there is none. */
    struct {
        char file[256];
        unsigned number;
        char word[32]; /* its first word, as written */
        bool is_misspelt;
    } stray;
    char wanted[256]; /* a file that nobody collected; "" if there is none */
};

/* Reads the stack of type that service has. A service without lines of that type has those of
 * "other". Returns TDX_OK and fills *ret (release with pam_stack_free()), FILE_MISSING (neither has
 * a file), FILE_UNREADABLE (or not collected: ret->wanted says which), FILE_TOO_LARGE (a line or
 * the stack), NO_MEMORY. */
enum tdx_status pam_stack_read(const struct facts *facts, const char *service, enum pam_type type,
                               struct pam_stack *ret, struct tdx_error *err) TDX_MUST_CHECK;
void pam_stack_free(struct pam_stack *stack); /* { 0 } is fine */

/* libpam's tokens, in place: "[...]" is one, without the brackets, and "\]" in it stands for ']'.
 * Returns NULL at the end; *was_bracket may be NULL. */
char *pam_token_next(char **rest, bool *was_bracket);

/* Reads the words of a control in brackets, without them. False for one that libpam does not take:
 * then every value is bad. */
bool pam_control_parse(const char *text, int action[static PAM_CODES]) TDX_MUST_CHECK;

struct pam_judgement {
    const struct pam_line *gate;       /* the first line that calls it; NULL: none does */
    const struct pam_line *skipped_by; /* somebody is let in and the gate was never called */
    const struct pam_line
        *overruled_at;    /* somebody is let in whom the gate refused: the gate's line */
    bool somebody_passes; /* there is a way in when the gate agrees */
};

/* Returns TDX_OK, or FILE_TOO_LARGE if there are too many ways to look at them all. */
enum tdx_status pam_stack_judge(const struct pam_stack *stack, struct pam_judgement *ret,
                                struct tdx_error *err) TDX_MUST_CHECK;

#endif
