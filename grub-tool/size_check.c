/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/size_check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "swiotlb/advice.h"
#include "swiotlb/facts.h"
#include "swiotlb/live_log.h"

static const char *why_no_size(enum swiotlb_verdict verdict)
{
    switch (verdict) {
    case SWIOTLB_ASK:
        break;
    case SWIOTLB_ENOUGH:
        return "what is in force is enough: asking would change nothing";
    case SWIOTLB_AT_LIMIT:
        return "more is needed than can be had; tdx-swiotlb tells what would help";
    case SWIOTLB_SIZE_IS_NOT:
        return "the size is not the cause; tdx-swiotlb tells what is";
    case SWIOTLB_NOT_NEEDED:
        return "nothing bounces here: this is no confidential guest";
    case SWIOTLB_NOT_KNOWN:
        return "too little is known about this guest";
    }
    return "there is no recommendation";
}

static const char *why_limited(enum swiotlb_limit_why why)
{
    switch (why) {
    case SWIOTLB_LIMIT_BLIND:
        return "the largest that may be asked for without the memory map";
    case SWIOTLB_LIMIT_LOW:
        return "what fits in one piece below 4 GiB here";
    case SWIOTLB_LIMIT_QUARTER:
        return "a quarter of this guest's memory";
    }
    return "the limit";
}

static enum tdx_status check(const struct swiotlb_facts *facts,
                             const struct size_question *question, uint64_t slabs,
                             struct text *notes, struct tdx_error *err)
{
    struct swiotlb_limit limit = swiotlb_limit(&facts->guest);
    uint64_t rounded = swiotlb_round_up(&facts->guest, slabs);

    if (swiotlb_cannot_be_asked(rounded))
        return status_fail(err, TDX_BOOT_SIZE_UNWISE,
                           "%" PRIu64 " slabs cannot be told from the built-in default, so the "
                           "kernel takes its own size; ask for 65536",
                           slabs);
    if (rounded > limit.slabs && !question->force)
        return status_fail(err, TDX_BOOT_SIZE_UNWISE,
                           "%" PRIu64 " MiB is more than %" PRIu64 " MiB, %s; --force writes it "
                           "nevertheless",
                           swiotlb_mib(rounded), swiotlb_mib(limit.slabs), why_limited(limit.why));
    if (rounded != slabs)
        text_addf(notes,
                  "the kernel will make %" PRIu64 " slabs (%" PRIu64 " MiB) of %" PRIu64 "\n",
                  rounded, swiotlb_mib(rounded), slabs);
    if (rounded < SWIOTLB_DEFAULT_SLABS)
        text_addf(notes,
                  "%" PRIu64 " slabs are less than any kernel takes by itself: a TDX guest "
                  "may hang with them\n",
                  rounded);
    return TDX_OK;
}

enum tdx_status size_check(const struct root *root, const struct size_question *question,
                           uint64_t *ret, struct text *notes, struct tdx_error *err)
{
    struct swiotlb_facts *facts = calloc(1, sizeof(*facts));
    struct swiotlb_advice advice;
    uint64_t slabs = question->slabs;
    enum tdx_status status = TDX_OK;

    if (facts == NULL)
        return status_fail(err, TDX_NO_MEMORY, "the facts about this guest");
    if (root->live) {
        struct kernel_log log = { 0 };

        if (live_log_read(&log, NULL) == TDX_OK)
            swiotlb_facts_from_log(&log, facts);
    }
    swiotlb_facts_read(root, facts);
    if (question->recommended) {
        swiotlb_advise(facts, &advice);
        if (advice.verdict != SWIOTLB_ASK || !advice.slabs.known)
            status = status_fail(err, TDX_BOOT_SIZE_UNWISE, "%s", why_no_size(advice.verdict));
        else
            slabs = advice.slabs.value;
    }
    if (status == TDX_OK)
        status = check(facts, question, slabs, notes, err);
    if (status == TDX_OK)
        *ret = slabs;
    free(facts);
    return status;
}
