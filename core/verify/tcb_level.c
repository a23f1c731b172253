/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify/tcb_level.h"

#include <stdlib.h>

#include "core/verify/verify.h"

#define MODULE_SVN_LARGEST 65535

void *level_array(const struct json_place *place, size_t count, size_t size)
{
    void *array = count > 0 ? calloc(count, size) : NULL;

    if (count > 0 && array == NULL && place->reader->status == TDX_OK)
        place->reader->status = status_fail(place->reader->err, TDX_NO_MEMORY, "TCB levels");
    return array;
}

static void read_advisories(const struct json_place *level, struct tcb_verdict *ret)
{
    struct json_place list = json_array(level, "advisoryIDs", JSON_OPTIONAL), item = { 0 };
    char text[VERIFY_ADVISORY_SIZE];

    ret->advisory = level_array(&list, json_count(&list), sizeof(*ret->advisory));
    while (ret->advisory != NULL && json_next(&list, &item)) {
        json_as_text(&item, text, sizeof(text)); /* short and printable, or refused */
        ret->advisory[ret->advisory_count++] = json_as_string(&item);
    }
}

void tcb_verdict_read(const struct json_place *level, bool unknown_allowed, struct tcb_verdict *ret)
{
    struct json_place status = json_member(level, "tcbStatus", JSON_REQUIRED);
    struct span text = json_as_string(&status);
    char word[64] = "";

    ret->status = TCB_REVOKED; /* until a word says otherwise */
    ret->date = json_time(level, "tcbDate");
    if (text.size < sizeof(word) && json_present(&status)) {
        for (size_t i = 0; i < text.size; i++)
            word[i] = text.data[i] != '\0' ? (char)text.data[i] : '?';
        word[text.size] = '\0';
    }
    ret->status_known = tcb_status_parse(word, &ret->status) &&
                        ret->status != TCB_TD_RELAUNCH_ADVISED &&
                        ret->status != TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED;
    if (!ret->status_known && !unknown_allowed)
        json_refuse(&status, "this is no TCB status");
    read_advisories(level, ret);
}

void tcb_verdict_clear(struct tcb_verdict *verdict)
{
    free(verdict->advisory);
    *verdict = (struct tcb_verdict){ 0 };
}

/* Falling: the highest first. */
static int compare(const void *left, const void *right)
{
    const struct svn_level *a = left, *b = right;

    if (a->isv_svn != b->isv_svn)
        return a->isv_svn < b->isv_svn ? 1 : -1;
    if (a->verdict.date != b->verdict.date)
        return a->verdict.date < b->verdict.date ? 1 : -1;
    return 0;
}

static bool qe_status_allowed(enum tcb_status status)
{
    return status == TCB_UP_TO_DATE || status == TCB_OUT_OF_DATE || status == TCB_REVOKED;
}

void svn_levels_read(const struct json_place *owner, enum svn_levels_kind kind,
                     struct svn_levels *ret)
{
    struct json_place list = json_array(owner, "tcbLevels", JSON_REQUIRED), item = { 0 };
    bool module = kind == SVN_LEVELS_MODULE;

    if (json_present(&list) && json_count(&list) == 0)
        json_refuse(&list, "it is empty");
    ret->level = level_array(&list, json_count(&list), sizeof(*ret->level));
    while (ret->level != NULL && json_next(&list, &item)) {
        struct svn_level *level = &ret->level[ret->count++];
        struct json_place tcb = json_object(&item, "tcb", JSON_REQUIRED);

        level->isv_svn =
            (uint32_t)json_uint(&tcb, "isvsvn", module ? MODULE_SVN_LARGEST : UINT32_MAX);
        tcb_verdict_read(&item, module, &level->verdict);
        if (!module && !qe_status_allowed(level->verdict.status))
            json_refuse(&item, "a QE level is UpToDate, OutOfDate or Revoked");
    }
    if (ret->count > 1)
        qsort(ret->level, ret->count, sizeof(*ret->level), compare);
    for (size_t i = 1; i < ret->count; i++) {
        const struct svn_level *a = &ret->level[i - 1], *b = &ret->level[i];

        if (module ? a->isv_svn == b->isv_svn : compare(a, b) == 0)
            json_refuse(&list, "two levels are equal");
    }
}

void svn_levels_clear(struct svn_levels *levels)
{
    for (size_t i = 0; i < levels->count; i++)
        tcb_verdict_clear(&levels->level[i].verdict);
    free(levels->level);
    *levels = (struct svn_levels){ 0 };
}

const struct svn_level *svn_levels_match(const struct svn_levels *levels, uint32_t isv_svn)
{
    for (size_t i = 0; i < levels->count; i++)
        if (isv_svn >= levels->level[i].isv_svn)
            return &levels->level[i];
    return NULL;
}
