/* SPDX-License-Identifier: Apache-2.0 */
#include "swiotlb/advice.h"

#define REQUESTS_IN_FLIGHT 8

static uint64_t slabs_of(uint64_t bytes)
{
    return number_add(bytes, SWIOTLB_SLAB_SIZE - 1) / SWIOTLB_SLAB_SIZE;
}

static bool a_larger_one_helps(enum swiotlb_cause cause)
{
    return cause == SWIOTLB_CAPACITY || cause == SWIOTLB_FRAGMENTATION || cause == SWIOTLB_UNCLEAR;
}

static void collect_terms(const struct swiotlb_facts *facts, struct swiotlb_advice *advice)
{
    const struct kernel_log_full *full = &facts->log.full;
    uint64_t request = facts->largest_request.value;

    if (facts->devices_known)
        advice->from_devices = maybe_u64(facts->demand.slabs);
    if (a_larger_one_helps(advice->cause) && full->largest_bytes.value > request &&
        full->oversize == 0)
        request = full->largest_bytes.value;
    if (request > 0)
        advice->from_request = maybe_u64(number_multiply(REQUESTS_IN_FLIGHT, slabs_of(request)));
    if (facts->hiwater.known)
        advice->from_hiwater =
            maybe_u64(number_add(facts->hiwater.value, facts->hiwater.value / 2));
    if (a_larger_one_helps(advice->cause) && facts->slabs.known)
        advice->from_events = maybe_u64(number_multiply(2, facts->slabs.value));
    advice->kernel_default = swiotlb_kernel_default(&facts->guest, NULL);
}

static uint64_t largest_term(const struct swiotlb_advice *advice)
{
    const struct maybe_u64 terms[] = { advice->from_devices, advice->from_request,
                                       advice->from_hiwater, advice->from_events,
                                       advice->kernel_default };
    uint64_t largest = 0;

    for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++)
        if (terms[i].value > largest)
            largest = terms[i].value;
    return largest;
}

/* The size that comes out: rounded as the kernel would, not above the limit, and one that can be
 * asked for. 0: there is none. */
static uint64_t settle(const struct swiotlb_guest *guest, struct swiotlb_advice *advice)
{
    uint64_t slabs;

    advice->wanted = swiotlb_round_up(guest, largest_term(advice));
    advice->limit = swiotlb_limit(guest);
    advice->cut = advice->wanted > advice->limit.slabs;
    slabs = advice->cut ? advice->limit.slabs : advice->wanted;
    if (swiotlb_cannot_be_asked(slabs)) {
        slabs = swiotlb_round_up(guest, slabs + 1);
        if (slabs > advice->limit.slabs)
            slabs = 0;
    }
    return slabs;
}

/* Whether anything has to pass through the buffer. */
static bool bounces(const struct swiotlb_facts *facts)
{
    return facts->guest.confidential != ANSWER_NO || swiotlb_facts_force(facts) == ANSWER_YES ||
           facts->log.full.lines > 0 || facts->log.full.old_lines > 0 ||
           facts->log.full.suppressed > 0 || facts->log.no_buffer_lines > 0;
}

void swiotlb_advise(const struct swiotlb_facts *facts, struct swiotlb_advice *ret)
{
    struct swiotlb_advice advice = { .cause = swiotlb_cause(facts) };
    bool size_is_not_it = advice.cause == SWIOTLB_OVERSIZE || advice.cause == SWIOTLB_LEAK;
    uint64_t slabs;

    collect_terms(facts, &advice);
    slabs = settle(&facts->guest, &advice);
    if (advice.cut && facts->devices_known)
        advice.queues_that_fit =
            swiotlb_queues_that_fit(&facts->demand, facts->largest_ring, advice.limit.slabs);
    if (!bounces(facts)) {
        advice.verdict = SWIOTLB_NOT_NEEDED;
    } else if (!facts->slabs.known || (!advice.from_devices.known && !advice.kernel_default.known &&
                                       !advice.from_events.known)) {
        /* Without the size in force nobody can tell whether a recommendation changes anything. */
        advice.verdict = size_is_not_it ? SWIOTLB_SIZE_IS_NOT : SWIOTLB_NOT_KNOWN;
    } else if (advice.wanted > facts->slabs.value && slabs > facts->slabs.value &&
               (!size_is_not_it || advice.from_devices.value > facts->slabs.value ||
                advice.from_hiwater.value > facts->slabs.value)) {
        advice.verdict = SWIOTLB_ASK;
        advice.slabs = maybe_u64(slabs);
    } else if (size_is_not_it) {
        advice.verdict = SWIOTLB_SIZE_IS_NOT;
    } else {
        advice.verdict =
            advice.cut && advice.wanted > facts->slabs.value ? SWIOTLB_AT_LIMIT : SWIOTLB_ENOUGH;
    }
    *ret = advice;
}
