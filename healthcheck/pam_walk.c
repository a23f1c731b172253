/* SPDX-License-Identifier: Apache-2.0 */
/* Every way through a stack, as libpam's dispatcher goes it. */
#include <stdlib.h>
#include <string.h>

#include "healthcheck/pam_stack.h"

#define WAYS_LIMIT 32768U /* a power of two; a stack as distributions ship it has some hundred */

enum { CODE_SUCCESS = 0, CODE_NEW_AUTHTOK_REQD = 12, CODE_IGNORE = 25, CODE_INCOMPLETE = 31 };

/* libpam's "impression" and the status it would return, as far as it matters. */
enum mood {
    MOOD_NONE,
    MOOD_YES,         /* positive, success */
    MOOD_YES_EXPIRED, /* positive, "a new password is needed": sshd lets in */
    MOOD_YES_BUT,     /* positive, but the status is a failure */
    MOOD_NO,
    MOOD_NO_EXPIRED, /* negative, but the status that is returned is that of above */
};

enum answer { NOT_CALLED, AGREED, REFUSED };

/* A place on the way. */
struct place {
    unsigned next; /* the line to be called */
    enum mood mood;
    enum answer gate;
    uint8_t saved[PAM_DEPTH_MAX]; /* moods when the substacks were entered: what "reset" restores */
    unsigned level;               /* of the line before */
    size_t skipper;               /* the line that went around the gate last; count: none */
};

struct walk {
    const struct pam_stack *stack;
    struct pam_judgement *judgement;
    uint64_t *seen;      /* a hash table of places, 0: free */
    struct place *to_do; /* a stack */
    size_t to_do_count, seen_count;
    bool too_many;
};

static uint64_t key_of(const struct place *place)
{
    uint64_t key = place->next;

    key = key << 2 | (uint64_t)place->gate;
    key = key << 3 | (uint64_t)place->mood;
    for (unsigned i = 0; i < PAM_DEPTH_MAX; i++)
        key = key << 3 | place->saved[i];
    return key + 1;
}

/* True if this place was met before; otherwise it is now. */
static bool was_seen(struct walk *walk, const struct place *place)
{
    uint64_t key = key_of(place);
    size_t at = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 40) % WAYS_LIMIT;

    for (; walk->seen[at] != 0; at = (at + 1) % WAYS_LIMIT)
        if (walk->seen[at] == key)
            return true;
    if (walk->seen_count == WAYS_LIMIT / 2) {
        walk->too_many = true;
        return true;
    }
    walk->seen[at] = key;
    walk->seen_count++;
    return false;
}

static void finish(struct walk *walk, const struct place *place)
{
    const struct pam_stack *stack = walk->stack;

    if (place->mood != MOOD_YES && place->mood != MOOD_YES_EXPIRED &&
        place->mood != MOOD_NO_EXPIRED)
        return;
    if (place->gate == AGREED)
        walk->judgement->somebody_passes = true;
    if (place->gate == REFUSED && walk->judgement->overruled_at == NULL)
        walk->judgement->overruled_at = walk->judgement->gate;
    if (place->gate == NOT_CALLED && place->skipper < stack->count &&
        walk->judgement->skipped_by == NULL)
        walk->judgement->skipped_by = &stack->lines[place->skipper];
}

static void go_on(struct walk *walk, const struct place *place)
{
    if (place->next >= walk->stack->count)
        finish(walk, place);
    else if (!was_seen(walk, place))
        walk->to_do[walk->to_do_count++] = *place;
}

static enum mood take_good(enum mood mood, int code)
{
    if (mood != MOOD_NONE && mood != MOOD_YES)
        return mood;
    if (code == CODE_NEW_AUTHTOK_REQD)
        return MOOD_YES_EXPIRED;
    return code == CODE_SUCCESS ? MOOD_YES : MOOD_YES_BUT;
}

static enum mood take_bad(enum mood mood, int code)
{
    if (mood == MOOD_NO || mood == MOOD_NO_EXPIRED)
        return mood;
    return code == CODE_NEW_AUTHTOK_REQD ? MOOD_NO_EXPIRED : MOOD_NO;
}

/* Where a jump of so many lines ends: a substack counts as one. *ret_bad: there are not so many. */
static unsigned jump(const struct pam_stack *stack, unsigned at, int lines, bool *ret_bad)
{
    unsigned level = stack->lines[at].level;

    while (at + 1 < stack->count && stack->lines[at + 1].level >= level && lines > 0) {
        do
            at++;
        while (at + 1 < stack->count && stack->lines[at + 1].level > level);
        lines--;
    }
    *ret_bad = lines > 0;
    return at + 1;
}

/* Past the lines of this level and above it: what "done" and "die" leave out. */
static unsigned leave(const struct pam_stack *stack, unsigned at)
{
    unsigned level = stack->lines[at].level;

    while (at + 1 < stack->count && stack->lines[at + 1].level >= level)
        at++;
    return at + 1;
}

/* From place, whose line returns code. */
static void take_code(struct walk *walk, struct place place, int code)
{
    const struct pam_stack *stack = walk->stack;
    unsigned at = place.next;
    const struct pam_line *line = &stack->lines[at];
    int action = line->action[code];
    bool bad_jump = false;

    place.next = at + 1;
    if (action == PAM_ACTION_RESET) {
        place.mood = (enum mood)place.saved[line->level];
    } else if (action == PAM_ACTION_OK || action == PAM_ACTION_DONE) {
        place.mood = take_good(place.mood, code);
        if (action == PAM_ACTION_DONE && place.mood < MOOD_NO)
            place.next = leave(stack, at);
    } else if (action == PAM_ACTION_BAD || action == PAM_ACTION_DIE) {
        place.mood = take_bad(place.mood, code);
        if (action == PAM_ACTION_DIE)
            place.next = leave(stack, at);
    } else if (action > 0) {
        place.next = jump(stack, at, action, &bad_jump);
        if (bad_jump)
            place.mood = MOOD_NO;
    }
    for (unsigned i = at + 1; i < place.next; i++)
        if (stack->lines[i].is_gate)
            place.skipper = at;
    go_on(walk, &place);
}

/* Which codes a module can return. What is not known can return any. */
static bool can_return(const struct pam_line *line, enum answer gate, int code)
{
    bool is_plain_failure =
        code != CODE_SUCCESS && code != CODE_NEW_AUTHTOK_REQD && code != CODE_IGNORE;

    if (code == CODE_INCOMPLETE) /* ends the walk, and lets nobody in */
        return false;
    if (line->must_fail)
        return code == 6; /* PAM_PERM_DENIED */
    if (line->is_gate) /* pam_tdx.so returns success or a failure; a missing one is a failure too */
        return gate == AGREED ? code == CODE_SUCCESS : is_plain_failure;
    if (strcmp(line->module, "pam_permit.so") == 0)
        return code == CODE_SUCCESS;
    if (strcmp(line->module, "pam_deny.so") == 0)
        return is_plain_failure;
    return true;
}

static void step(struct walk *walk, struct place place)
{
    const struct pam_line *line = &walk->stack->lines[place.next];

    if (line->is_substack) {
        place.level = line->level;
        place.next++;
        go_on(walk, &place);
        return;
    }
    if (place.level < line->level)
        place.saved[line->level] = (uint8_t)place.mood;
    for (unsigned i = line->level + 1; i < PAM_DEPTH_MAX; i++)
        place.saved[i] = 0; /* left for good; so that places are the same that are the same */
    place.level = line->level;
    for (int answer = AGREED; answer <= REFUSED; answer++) {
        if (line->is_gate && place.gate != NOT_CALLED && place.gate != (enum answer)answer)
            continue; /* in one login it says the same each time */
        if (!line->is_gate && answer != AGREED)
            continue;
        for (int code = 0; code < PAM_CODES; code++) {
            struct place after = place;

            if (!can_return(line, (enum answer)answer, code))
                continue;
            if (line->is_gate)
                after.gate = (enum answer)answer;
            take_code(walk, after, code);
        }
    }
}

enum tdx_status pam_stack_judge(const struct pam_stack *stack, struct pam_judgement *ret,
                                struct tdx_error *err)
{
    struct walk walk = { .stack = stack, .judgement = ret };
    enum tdx_status status = TDX_OK;

    *ret = (struct pam_judgement){ 0 };
    for (size_t i = 0; i < stack->count && ret->gate == NULL; i++)
        if (stack->lines[i].is_gate)
            ret->gate = &stack->lines[i];
    walk.seen = calloc(WAYS_LIMIT, sizeof(*walk.seen));
    walk.to_do = calloc(WAYS_LIMIT, sizeof(*walk.to_do));
    if (walk.seen == NULL || walk.to_do == NULL) {
        status = status_fail(err, TDX_NO_MEMORY, "the ways through the stack");
        goto done;
    }
    go_on(&walk, &(struct place){ .skipper = stack->count });
    while (walk.to_do_count > 0 && !walk.too_many)
        step(&walk, walk.to_do[--walk.to_do_count]);
    if (walk.too_many)
        status = status_fail(err, TDX_FILE_TOO_LARGE, "too many ways through the stack");

done:
    free(walk.seen);
    free(walk.to_do);
    return status;
}
