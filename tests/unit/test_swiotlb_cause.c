/* SPDX-License-Identifier: Apache-2.0 */
/* Why a buffer was full, and which verdict follows. Each case changes one thing of its neighbour.
 */
#include "swiotlb/cause.h"

#include <string.h>

#include "swiotlb/advice.h"
#include "tests/unit/cmocka_all.h"

#define HOUR_US (UINT64_C(3600) * 1000000)

/* A driver that has filled the buffer for a while, long after the boot, with small requests. */
static struct swiotlb_facts leaking(void)
{
    struct swiotlb_facts facts = { .log_known = true, .slabs = maybe_u64(32768) };
    struct kernel_log_full *full = &facts.log.full;

    full->lines = full->capacity = 3;
    full->first_us = maybe_u64(HOUR_US);
    full->last_us = maybe_u64(HOUR_US + HOUR_US / 6);
    full->largest_bytes = maybe_u64(4000);
    full->device_count = 1;
    strcpy(full->devices[0].driver, "rtl8192ee");
    strcpy(full->devices[0].device, "0000:05:00.0");
    return facts;
}

static void spoil(struct swiotlb_facts *facts, unsigned how)
{
    struct kernel_log_full *full = &facts->log.full;

    switch (how) {
    case 0:
        full->lines = full->capacity = 2;
        break;
    case 1:
        full->first_us.value--;
        break;
    case 2:
        full->last_us.value--;
        break;
    case 3:
        full->largest_bytes.value = 65536;
        break;
    case 4:
        full->device_count = 2;
        break;
    case 5:
        full->more_devices = true;
        break;
    case 6:
        strcpy(full->devices[0].driver, "virtio-pci");
        break;
    case 7:
        strcpy(full->devices[0].driver, "nvme");
        break;
    case 8:
        full->devices[0].device[0] = '\0';
        break;
    case 9:
        full->capacity = 2;
        full->fragmented = 1;
        break;
    case 10:
        full->first_us.known = false;
        break;
    default:
        full->largest_bytes.known = false;
        break;
    }
}

static void a_leak_needs_every_sign_of_one(void **state)
{
    struct swiotlb_facts facts = leaking();

    (void)state;
    assert_int_equal(swiotlb_cause(&facts), SWIOTLB_LEAK);
    for (unsigned how = 0; how <= 11; how++) {
        facts = leaking();
        spoil(&facts, how);
        print_message("# without sign %u\n", how);
        assert_int_equal(swiotlb_cause(&facts), SWIOTLB_CAPACITY);
    }
}

static void use_that_no_device_explains_is_a_leak(void **state)
{
    static const struct {
        uint64_t used, demand;
        bool devices_known, used_known;
        enum swiotlb_cause cause;
    } cases[] = {
        { 950, 499, true, true, SWIOTLB_LEAK },      { 949, 499, true, true, SWIOTLB_CAPACITY },
        { 950, 500, true, true, SWIOTLB_CAPACITY },  { 950, 499, false, true, SWIOTLB_CAPACITY },
        { 950, 499, true, false, SWIOTLB_CAPACITY },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct swiotlb_facts facts = { .slabs = maybe_u64(1000),
                                       .used = { cases[i].used_known, cases[i].used },
                                       .devices_known = cases[i].devices_known,
                                       .demand = { .slabs = cases[i].demand } };

        facts.log.full.lines = facts.log.full.capacity = 1;
        assert_int_equal(swiotlb_cause(&facts), cases[i].cause);
    }
}

/* Lines by kind, and what the majority says. */
static void the_lines_vote(void **state)
{
    static const struct {
        uint64_t oversize, capacity, fragmented, unclear, old_lines;
        enum swiotlb_cause cause;
    } cases[] = {
        { 0, 0, 0, 0, 0, SWIOTLB_NEVER_FULL },    { 0, 1, 0, 0, 0, SWIOTLB_CAPACITY },
        { 0, 0, 1, 0, 0, SWIOTLB_FRAGMENTATION }, { 0, 1, 1, 0, 0, SWIOTLB_CAPACITY },
        { 0, 1, 2, 0, 0, SWIOTLB_FRAGMENTATION }, { 1, 0, 0, 0, 0, SWIOTLB_OVERSIZE },
        { 2, 1, 1, 0, 0, SWIOTLB_OVERSIZE },      { 1, 1, 1, 0, 0, SWIOTLB_CAPACITY },
        { 0, 0, 0, 1, 0, SWIOTLB_UNCLEAR },       { 0, 0, 0, 0, 1, SWIOTLB_UNCLEAR },
        { 0, 1, 0, 9, 0, SWIOTLB_CAPACITY },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct swiotlb_facts facts = { .slabs = maybe_u64(1024) };
        struct kernel_log_full *full = &facts.log.full;

        full->oversize = cases[i].oversize;
        full->capacity = cases[i].capacity;
        full->fragmented = cases[i].fragmented;
        full->unclear = cases[i].unclear;
        full->old_lines = cases[i].old_lines;
        full->lines = full->oversize + full->capacity + full->fragmented + full->unclear;
        print_message("# case %zu\n", i);
        assert_int_equal(swiotlb_cause(&facts), cases[i].cause);
    }
}

static void no_buffer_is_a_cause_only_where_one_is_needed(void **state)
{
    static const struct {
        enum answer confidential;
        struct maybe_u64 slabs;
        uint64_t no_buffer_lines;
        enum swiotlb_cause cause;
    } cases[] = {
        { ANSWER_YES, { true, 0 }, 0, SWIOTLB_NO_BUFFER },
        { ANSWER_NO, { true, 0 }, 0, SWIOTLB_NEVER_FULL },
        { ANSWER_UNKNOWN, { true, 0 }, 0, SWIOTLB_NEVER_FULL },
        { ANSWER_YES, { false, 0 }, 0, SWIOTLB_NEVER_FULL },
        { ANSWER_YES, { true, 128 }, 0, SWIOTLB_NEVER_FULL },
        { ANSWER_NO, { false, 0 }, 1, SWIOTLB_NO_BUFFER },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct swiotlb_facts facts = { .slabs = cases[i].slabs };

        facts.guest.confidential = cases[i].confidential;
        facts.log.no_buffer_lines = cases[i].no_buffer_lines;
        print_message("# case %zu\n", i);
        assert_int_equal(swiotlb_cause(&facts), cases[i].cause);
    }
}

static void a_full_mark_counts_and_a_nearly_full_one_does_not(void **state)
{
    struct swiotlb_facts facts = { .slabs = maybe_u64(1024), .hiwater = maybe_u64(1024) };

    (void)state;
    assert_int_equal(swiotlb_cause(&facts), SWIOTLB_CAPACITY);
    facts.hiwater.value--;
    assert_int_equal(swiotlb_cause(&facts), SWIOTLB_NEVER_FULL);
    facts.hiwater = maybe_u64(0);
    facts.slabs = maybe_u64(0); /* no buffer was never full */
    assert_int_equal(swiotlb_cause(&facts), SWIOTLB_NEVER_FULL);
}

/* What is known of a guest whose buffer of 1024 slabs was never full, and what follows. */
static void a_verdict_needs_enough_facts(void **state)
{
    static const struct {
        bool slabs, devices, memory, force;
        enum answer confidential;
        uint64_t no_buffer_lines;
        enum swiotlb_verdict verdict;
    } cases[] = {
        { true, true, true, false, ANSWER_YES, 0, SWIOTLB_ASK },
        { false, true, true, false, ANSWER_YES, 0, SWIOTLB_NOT_KNOWN },
        { true, false, true, false, ANSWER_YES, 0, SWIOTLB_ASK },
        { true, true, false, false, ANSWER_YES, 0, SWIOTLB_ASK },
        { true, false, false, false, ANSWER_YES, 0, SWIOTLB_NOT_KNOWN },
        { true, true, true, false, ANSWER_NO, 0, SWIOTLB_NOT_NEEDED },
        { true, true, true, true, ANSWER_NO, 0, SWIOTLB_ASK },
        { true, true, true, false, ANSWER_NO, 1, SWIOTLB_ASK },
        { false, false, false, false, ANSWER_NO, 0, SWIOTLB_NOT_NEEDED },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct swiotlb_facts facts = { .command_line_known = true, .param_sure = true };
        struct swiotlb_advice advice;

        facts.guest.confidential = cases[i].confidential;
        facts.param.force = cases[i].force;
        facts.log.no_buffer_lines = cases[i].no_buffer_lines;
        if (cases[i].slabs)
            facts.slabs = maybe_u64(1024);
        if (cases[i].memory)
            facts.guest.memory = maybe_u64(8 * GIB);
        if (cases[i].devices) {
            facts.devices_known = true;
            swiotlb_demand_add_disks(&facts.demand, 1);
            swiotlb_demand_finish(&facts.demand);
        }
        swiotlb_advise(&facts, &advice);
        print_message("# case %zu\n", i);
        assert_int_equal(advice.verdict, cases[i].verdict);
    }
}

static void where_size_is_not_the_cause_none_is_recommended(void **state)
{
    struct swiotlb_facts facts = leaking();
    struct swiotlb_advice advice;

    (void)state;
    swiotlb_advise(&facts, &advice);
    assert_int_equal(advice.verdict, SWIOTLB_SIZE_IS_NOT);
    facts.log.full.oversize = facts.log.full.lines;
    facts.log.full.capacity = 0;
    facts.log.full.largest_bytes = maybe_u64(2 << 20); /* must not ask for 8 times that */
    facts.guest = (struct swiotlb_guest){ .confidential = ANSWER_YES, .memory = maybe_u64(GIB) };
    swiotlb_advise(&facts, &advice);
    assert_int_equal(advice.cause, SWIOTLB_OVERSIZE);
    assert_int_equal(advice.verdict, SWIOTLB_SIZE_IS_NOT);
    assert_false(advice.slabs.known || advice.from_request.known || advice.from_events.known);
    /* That the kernel itself would take more is no reason; that the devices need more is one. */
    facts.slabs = maybe_u64(65536);
    facts.guest.memory = maybe_u64(8 * GIB);
    swiotlb_advise(&facts, &advice);
    assert_int_equal(advice.verdict, SWIOTLB_SIZE_IS_NOT);
    assert_false(advice.slabs.known);
    facts.devices_known = true;
    swiotlb_demand_add_disks(&facts.demand, 16);
    swiotlb_demand_finish(&facts.demand);
    swiotlb_advise(&facts, &advice);
    assert_int_equal(advice.verdict, SWIOTLB_ASK);
}

/* The lines themselves are lost (the ring buffer wrapped), the count of hidden ones is not. */
static void hidden_lines_alone_tell_that_it_was_full(void **state)
{
    struct swiotlb_facts facts = { .slabs = maybe_u64(1024), .log_known = true };
    struct swiotlb_advice advice;

    (void)state;
    assert_int_equal(swiotlb_cause(&facts), SWIOTLB_NEVER_FULL);
    facts.log.full.suppressed = 12;
    assert_int_equal(swiotlb_cause(&facts), SWIOTLB_UNCLEAR);
    facts.guest.confidential = ANSWER_NO;
    swiotlb_advise(&facts, &advice);
    assert_int_equal(advice.verdict, SWIOTLB_ASK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leak_needs_every_sign_of_one),
        cmocka_unit_test(use_that_no_device_explains_is_a_leak),
        cmocka_unit_test(the_lines_vote),
        cmocka_unit_test(no_buffer_is_a_cause_only_where_one_is_needed),
        cmocka_unit_test(a_full_mark_counts_and_a_nearly_full_one_does_not),
        cmocka_unit_test(a_verdict_needs_enough_facts),
        cmocka_unit_test(where_size_is_not_the_cause_none_is_recommended),
        cmocka_unit_test(hidden_lines_alone_tell_that_it_was_full),
    };

    return cmocka_run_group_tests_name("swiotlb cause", tests, NULL, NULL);
}
