/* SPDX-License-Identifier: Apache-2.0 */
/* "swiotlb=" as kernels read it, the 6 % rule, rounding, limits and recommendations, against values
 * that were measured on real kernels or computed by their own arithmetic. */
#include <stdio.h>
#include <string.h>

#include "swiotlb/advice.h"
#include "swiotlb/sizing.h"
#include "tests/unit/cmocka_all.h"

#define OLD    "5.10.0-46-amd64"
#define NEW    "6.1.0-56-amd64"
#define ANOLIS "5.10.134-16.al8.x86_64"

static struct swiotlb_guest guest_of(const char *release, uint64_t memory, uint64_t cpus,
                                     enum answer confidential)
{
    return (struct swiotlb_guest){ .kernel = swiotlb_kernel_parse(release),
                                   .confidential = confidential,
                                   .memory = maybe_u64(memory),
                                   .cpus = maybe_u64(cpus) };
}

static void releases_tell_what_a_kernel_does(void **state)
{
    static const struct {
        const char *release;
        bool known, anolis;
        unsigned major, minor, patch;
        enum answer areas, powers;
    } cases[] = {
        { NEW, true, false, 6, 1, 0, ANSWER_YES, ANSWER_YES },
        { OLD, true, false, 5, 10, 0, ANSWER_NO, ANSWER_NO },
        { ANOLIS, true, true, 5, 10, 134, ANSWER_UNKNOWN, ANSWER_NO },
        { "5.14.0-362.el9s.x86_64", true, false, 5, 14, 0, ANSWER_UNKNOWN, ANSWER_UNKNOWN },
        { "6.6.0-1.oe2403", true, false, 6, 6, 0, ANSWER_YES, ANSWER_YES },
        { "7.2.13+deb14-amd64", true, false, 7, 2, 13, ANSWER_YES, ANSWER_YES },
        { "6.12-rc1", true, false, 6, 12, 0, ANSWER_YES, ANSWER_YES },
        { "linux", false, false, 0, 0, 0, ANSWER_UNKNOWN, ANSWER_UNKNOWN },
        { "", false, false, 0, 0, 0, ANSWER_UNKNOWN, ANSWER_UNKNOWN },
        { "6", false, false, 0, 0, 0, ANSWER_UNKNOWN, ANSWER_UNKNOWN },
        { "99999999999999999999.1", false, false, 0, 0, 0, ANSWER_UNKNOWN, ANSWER_UNKNOWN },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct swiotlb_kernel kernel = swiotlb_kernel_parse(cases[i].release);

        print_message("# %s\n", cases[i].release);
        assert_int_equal(kernel.known, cases[i].known);
        assert_int_equal(kernel.anolis, cases[i].anolis);
        assert_int_equal(kernel.major, cases[i].major);
        assert_int_equal(kernel.minor, cases[i].minor);
        assert_int_equal(kernel.patch, cases[i].patch);
        assert_int_equal(kernel.areas, cases[i].areas);
        assert_int_equal(swiotlb_kernel_powers_of_two(&kernel), cases[i].powers);
    }
}

/* What was in force after booting real kernels with 8 GiB, outside a confidential guest. */
static void a_command_line_gives_what_real_kernels_gave(void **state)
{
    static const struct {
        const char *release, *line;
        uint64_t cpus, slabs; /* 0: none, or no answer */
        bool force;
    } cases[] = {
        { NEW, "swiotlb=65536", 2, 65536, false },
        { NEW, "swiotlb=1", 2, 256, false },
        { NEW, "swiotlb=127", 2, 256, false },
        { NEW, "swiotlb=129", 2, 256, false },
        { NEW, "swiotlb=0", 2, 256, false },
        { NEW, "swiotlb=3000", 2, 4096, false },
        { NEW, "swiotlb=98304", 2, 131072, false },
        { NEW, "swiotlb=1000000", 2, 1048576, false },
        { NEW, "swiotlb=1G", 2, 256, false },
        { NEW, "swiotlb=1024M", 2, 1024, false },
        { NEW, "swiotlb=0524288", 2, 16384, false },
        { NEW, "swiotlb=0x20000", 2, 131072, false },
        { NEW, "swiotlb=0X20000", 2, 131072, false },
        { NEW, "swiotlb=-1", 2, 32768, false },
        { NEW, "swiotlb=garbage", 2, 32768, false },
        { NEW, "swiotlb=force", 2, 32768, true },
        { NEW, "swiotlb=", 2, 32768, false },
        { NEW, "swiotlb=18446744073709551615", 2, 256, false },
        { NEW, "swiotlb=512,64,force", 2, 8192, true },
        { NEW, "swiotlb=65536,3", 2, 65536, false },
        { NEW, "swiotlb=32768,4,force", 2, 32768, true },
        { NEW, "swiotlb=65536,any", 2, 65536, false },
        { NEW, "swiotlb=65536,force,any", 2, 65536, false },
        { NEW, "swiotlb=noforce", 2, 0, false },
        { NEW, "swiotlb=65536 swiotlb=131072", 2, 131072, false },
        { NEW, "swiotlb=131072 swiotlb=force", 2, 131072, true },
        { NEW, "swiotlb=force swiotlb=65536", 2, 65536, true },
        { NEW, "SWIOTLB=131072", 2, 32768, false },
        { NEW, "'swiotlb=131072'", 2, 32768, false },
        { NEW, "\"swiotlb=131072\"", 2, 131072, false },
        { NEW, "swiotlb=\"131072,force\"", 2, 131072, true },
        { NEW, "swiotlb,force", 2, 32768, false },
        { NEW, "swiotlb= 131072", 2, 32768, false },
        { NEW, "quiet -- swiotlb=131072", 2, 32768, false },
        { NEW, "x=\"a swiotlb=131072 b\"", 2, 32768, false },
        { NEW, "swiotlb", 2, 0, false },
        { "7.2.13", "swiotlb=200000", 4, 262144, false },
        { OLD, "swiotlb=0", 2, 32768, false },
        { OLD, "swiotlb=18446744073709551615", 2, 32768, false },
        { OLD, "swiotlb=1", 2, 128, false },
        { OLD, "swiotlb=1000000", 2, 1000064, false },
        { OLD, "swiotlb=98304", 2, 98304, false },
        { OLD, "swiotlb=0524288", 2, 2816, false },
        { OLD, "swiotlb=65536,4,force", 2, 65536, false },
        { OLD, "swiotlb=65536,force", 2, 65536, true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct swiotlb_guest guest = guest_of(cases[i].release, 8 * GIB, cases[i].cpus, ANSWER_NO);
        bool sure;
        struct swiotlb_param param = swiotlb_param_read(cases[i].line, &guest.kernel, &sure);

        print_message("# %s: %s\n", cases[i].release, cases[i].line);
        assert_true(sure);
        assert_int_equal(swiotlb_predict(&guest, &param).value, cases[i].slabs);
        assert_int_equal(param.force, cases[i].force);
        assert_int_equal(param.bare, strcmp(cases[i].line, "swiotlb") == 0);
    }
}

static void what_is_not_the_parameter_is_told(void **state)
{
    static const struct {
        const char *line, *ignored;
    } cases[] = {
        { "SWIOTLB=131072", "SWIOTLB" },
        { "'swiotlb=131072'", "'swiotlb" },
        { "swiotlb,force", "swiotlb,force" },
        { "a -- swiotlb=1", "swiotlb" },
        { "swiotlb=1", "" },
        { "\"swiotlb=1\"", "" },
        { "swiotlbx=1", "" },
        { "swiotlba=1", "" },
        { "swiotlbz=1", "" },
        { "swiotlb.x=1", "swiotlb.x" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(swiotlb_param_parse(cases[i].line, SWIOTLB_AREAS).ignored,
                            cases[i].ignored);
}

/* Which of its two states an Anolis 5.10 has is not known: where they disagree we say so. */
static void anolis_is_read_both_ways(void **state)
{
    static const struct {
        const char *value;
        bool sure, any;
    } cases[] = {
        { "swiotlb=65536", true, false },          { "swiotlb=65536,force", true, false },
        { "swiotlb=65536,4,force", false, false }, { "swiotlb=65536,any", false, true },
        { "swiotlb=65536,4,any", false, true },    { "swiotlb=65536,force,any", true, false },
    };
    struct swiotlb_kernel kernel = swiotlb_kernel_parse(ANOLIS);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool sure;
        struct swiotlb_param param = swiotlb_param_read(cases[i].value, &kernel, &sure);

        print_message("# %s\n", cases[i].value);
        assert_int_equal(sure, cases[i].sure);
        assert_int_equal(param.any, cases[i].any);
    }
}

/* The 6 % rule and both ways to round it. */
static void the_kernels_own_size_follows_its_arithmetic(void **state)
{
    static const struct {
        uint64_t gib, rule_bytes, old_slabs, new_slabs;
    } cases[] = {
        { 1, 67108864, 32768, 32768 },        { 2, 128849018, 62976, 65536 },
        { 4, 257698037, 125952, 131072 },     { 6, 386547056, 188800, 262144 },
        { 8, 515396075, 251776, 262144 },     { 12, 773094113, 377600, 524288 },
        { 16, 1030792151, 503424, 524288 },   { 17, 1073741824, 524288, 524288 },
        { 64, 1073741824, 524288, 524288 },   { 256, 1073741824, 524288, 524288 },
        { 1024, 1073741824, 524288, 524288 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct swiotlb_guest old = guest_of(ANOLIS, cases[i].gib * GIB, 64, ANSWER_YES);
        struct swiotlb_guest new = guest_of("6.8.0", cases[i].gib * GIB, 64, ANSWER_YES);
        uint64_t bytes = 0;

        print_message("# %llu GiB\n", (unsigned long long)cases[i].gib);
        assert_int_equal(swiotlb_kernel_default(&old, &bytes).value, cases[i].old_slabs);
        assert_int_equal(bytes, cases[i].rule_bytes);
        assert_int_equal(swiotlb_kernel_default(&new, NULL).value, cases[i].new_slabs);
    }
    /* 512 CPUs have 512 areas of 128 slabs each, which is more than 64 MiB. */
    assert_int_equal(swiotlb_kernel_default(&(struct swiotlb_guest){ .kernel = swiotlb_kernel_parse(
                                                                         "6.8.0"),
                                                                     .confidential = ANSWER_YES,
                                                                     .memory = maybe_u64(GIB),
                                                                     .cpus = maybe_u64(512) },
                                            NULL)
                         .value,
                     65536);
}

static void without_the_rule_it_is_64_mib(void **state)
{
    struct swiotlb_guest guest = guest_of("6.1.0", 64 * GIB, 4, ANSWER_YES);

    (void)state;
    assert_int_equal(swiotlb_rule(&guest), ANSWER_UNKNOWN); /* depends on CONFIG_AMD_MEM_ENCRYPT */
    guest.rule = ANSWER_NO;
    assert_int_equal(swiotlb_kernel_default(&guest, NULL).value, 32768);
    guest.rule = ANSWER_UNKNOWN;
    guest.confidential = ANSWER_NO;
    assert_int_equal(swiotlb_kernel_default(&guest, NULL).value, 32768);
    guest.confidential = ANSWER_YES;
    guest.memory = (struct maybe_u64){ 0 };
    assert_false(swiotlb_kernel_default(&guest, NULL).known);
}

/* An explicit number beats the rule, all but one. */
static void only_32768_cannot_be_asked_for(void **state)
{
    struct swiotlb_guest guest = guest_of("6.8.0", 64 * GIB, 4, ANSWER_YES);
    static const struct {
        const char *line;
        uint64_t slabs;
    } cases[] = {
        { "swiotlb=32768", 524288 },    { "swiotlb=32700", 524288 },
        { "swiotlb=32640", 32768 },     { "swiotlb=,4", 524288 },
        { "swiotlb=131072,4", 131072 }, { "swiotlb=65536", 65536 },
        { "swiotlb=1048576", 1048576 }, { "quiet", 524288 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct swiotlb_param param = swiotlb_param_parse(cases[i].line, SWIOTLB_AREAS);

        print_message("# %s\n", cases[i].line);
        assert_int_equal(swiotlb_predict(&guest, &param).value, cases[i].slabs);
    }
}

static void limits_keep_a_guest_bootable(void **state)
{
    static const struct {
        const char *release;
        uint64_t memory_mib, low_mib, slabs; /* low_mib 0: not known */
        enum swiotlb_limit_why why;
    } cases[] = {
        { NEW, 65536, 0, 524288, SWIOTLB_LIMIT_BLIND },
        { NEW, 4096, 0, 524288, SWIOTLB_LIMIT_BLIND },
        { NEW, 2048, 0, 262144, SWIOTLB_LIMIT_QUARTER },
        { NEW, 65536, 2047, 524288, SWIOTLB_LIMIT_LOW },  /* q35: 2 GiB below 4 */
        { NEW, 65536, 3071, 1048576, SWIOTLB_LIMIT_LOW }, /* pc: 3 GiB */
        { OLD, 65536, 2047, 916992, SWIOTLB_LIMIT_LOW },  /* multiples of 128 are kept */
        { NEW, 65536, 1200, 262144, SWIOTLB_LIMIT_LOW },
        { NEW, 65536, 200, 0, SWIOTLB_LIMIT_LOW },
        { NEW, 1024, 1023, 131072, SWIOTLB_LIMIT_QUARTER },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct swiotlb_guest guest =
            guest_of(cases[i].release, cases[i].memory_mib * MIB, 2, ANSWER_YES);
        struct swiotlb_limit limit;

        if (cases[i].low_mib > 0)
            guest.low_piece = maybe_u64(cases[i].low_mib * MIB);
        limit = swiotlb_limit(&guest);
        print_message("# %llu MiB, %llu low\n", (unsigned long long)cases[i].memory_mib,
                      (unsigned long long)cases[i].low_mib);
        assert_int_equal(limit.slabs, cases[i].slabs);
        assert_int_equal(limit.why, cases[i].why);
    }
}

static struct swiotlb_facts facts_of(const char *release, uint64_t gib, uint64_t cpus,
                                     uint64_t nics)
{
    struct swiotlb_facts facts = { .guest = guest_of(release, gib * GIB, cpus, ANSWER_YES),
                                   .devices_known = true,
                                   .largest_ring = 1024 };
    const struct swiotlb_nic nic = { cpus < 32 ? cpus : 32, 1024, ANSWER_YES };

    for (uint64_t i = 0; i < nics; i++)
        swiotlb_demand_add_nic(&facts.demand, &nic);
    swiotlb_demand_add_disks(&facts.demand, 2);
    swiotlb_demand_finish(&facts.demand);
    facts.slabs = swiotlb_kernel_default(&facts.guest, NULL);
    return facts;
}

static void the_table_of_guests_comes_out(void **state)
{
    static const struct {
        uint64_t gib, cpus, nics, need, in_force;
        enum swiotlb_verdict verdict;
        uint64_t queues; /* that the limit serves */
    } cases[] = {
        { 4, 2, 1, 33920, 131072, SWIOTLB_ENOUGH, 0 },
        { 4, 2, 8, 87680, 131072, SWIOTLB_ENOUGH, 0 },
        { 8, 2, 1, 33920, 262144, SWIOTLB_ENOUGH, 0 },
        { 8, 2, 8, 87680, 262144, SWIOTLB_ENOUGH, 0 },
        { 16, 4, 1, 41600, 524288, SWIOTLB_ENOUGH, 0 },
        { 16, 4, 8, 149120, 524288, SWIOTLB_ENOUGH, 0 },
        { 64, 16, 1, 87680, 524288, SWIOTLB_ENOUGH, 0 },
        { 64, 16, 8, 517760, 524288, SWIOTLB_ENOUGH, 0 },
        { 256, 64, 1, 149120, 524288, SWIOTLB_ENOUGH, 0 },
        { 256, 64, 8, 1009280, 524288, SWIOTLB_AT_LIMIT, 16 },
        { 1024, 192, 1, 149120, 524288, SWIOTLB_ENOUGH, 0 },
        { 1024, 192, 8, 1009280, 524288, SWIOTLB_AT_LIMIT, 16 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct swiotlb_facts facts = facts_of("6.8.0", cases[i].gib, cases[i].cpus, cases[i].nics);
        struct swiotlb_advice advice;

        swiotlb_advise(&facts, &advice);
        print_message("# %llu GiB, %llu cards\n", (unsigned long long)cases[i].gib,
                      (unsigned long long)cases[i].nics);
        assert_int_equal(advice.from_devices.value, cases[i].need);
        assert_int_equal(advice.kernel_default.value, cases[i].in_force);
        assert_int_equal(advice.verdict, cases[i].verdict);
        assert_false(advice.slabs.known); /* asking would change nothing */
        assert_int_equal(advice.queues_that_fit, cases[i].queues);
    }
}

/* A guest whose buffer was full, and how much may be asked for. */
static void a_recommendation_is_never_what_cannot_be(void **state)
{
    static const struct {
        const char *release;
        uint64_t gib, in_force;
        enum swiotlb_verdict verdict;
        uint64_t slabs;
    } cases[] = {
        { NEW, 8, 65536, SWIOTLB_ASK, 262144 }, /* up to what the kernel would take */
        { NEW, 8, 262144, SWIOTLB_ASK, 524288 },
        { NEW, 8, 524288, SWIOTLB_AT_LIMIT, 0 }, /* the manual's 1 GiB is there already */
        { NEW, 64, 524288, SWIOTLB_AT_LIMIT, 0 },
        { NEW, 2, 65536, SWIOTLB_ASK, 131072 },
        { NEW, 2, 262144, SWIOTLB_AT_LIMIT, 0 }, /* a quarter of the memory */
        { NEW, 1, 128, SWIOTLB_ASK, 65536 },     /* 32768 cannot be asked for */
        { ANOLIS, 1, 128, SWIOTLB_ASK, 33920 },
        { ANOLIS, 4, 131072, SWIOTLB_ASK, 262144 },
        { ANOLIS, 4, 65536, SWIOTLB_ASK, 131072 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct swiotlb_facts facts = facts_of(cases[i].release, cases[i].gib, 2, 1);
        struct swiotlb_advice advice;

        facts.slabs = maybe_u64(cases[i].in_force);
        facts.log.full.lines = facts.log.full.capacity = 1;
        swiotlb_advise(&facts, &advice);
        print_message("# %s, %llu GiB, %llu slabs\n", cases[i].release,
                      (unsigned long long)cases[i].gib, (unsigned long long)cases[i].in_force);
        assert_int_equal(advice.cause, SWIOTLB_CAPACITY);
        assert_int_equal(advice.verdict, cases[i].verdict);
        assert_int_equal(advice.slabs.known, cases[i].verdict == SWIOTLB_ASK);
        assert_int_equal(advice.slabs.value, cases[i].slabs);
    }
}

/* Properties over many guests: what is recommended boots, is kept by the kernel as it is, is more
 * than what is there, and never shrinks as the demand grows. */
static void recommendations_keep_their_promises(void **state)
{
    static const char *const releases[] = { NEW, OLD, ANOLIS, "5.14.0-362.el9", "" };

    (void)state;
    for (size_t r = 0; r < COUNT_OF(releases); r++)
        for (uint64_t gib = 1; gib <= 2048; gib *= 2)
            for (uint64_t in_force = 128; in_force <= 1048576; in_force *= 2) {
                uint64_t before = 0;

                for (uint64_t nics = 1; nics <= 16; nics++) {
                    struct swiotlb_facts facts = facts_of(releases[r], gib, 8, nics);
                    struct swiotlb_advice advice;
                    uint64_t slabs;

                    facts.slabs = maybe_u64(in_force);
                    swiotlb_advise(&facts, &advice);
                    slabs = advice.slabs.value;
                    assert_int_equal(advice.slabs.known, advice.verdict == SWIOTLB_ASK);
                    if (!advice.slabs.known)
                        continue;
                    assert_true(slabs > in_force && slabs != 32768);
                    assert_true(slabs <= SWIOTLB_BLIND_LIMIT_SLABS);
                    assert_true(swiotlb_bytes(slabs) <= (gib * GIB + gib * GIB / 64) / 4);
                    assert_int_equal(swiotlb_round_up(&facts.guest, slabs), slabs);
                    assert_true(slabs >= before);
                    before = slabs;
                }
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(releases_tell_what_a_kernel_does),
        cmocka_unit_test(a_command_line_gives_what_real_kernels_gave),
        cmocka_unit_test(what_is_not_the_parameter_is_told),
        cmocka_unit_test(anolis_is_read_both_ways),
        cmocka_unit_test(the_kernels_own_size_follows_its_arithmetic),
        cmocka_unit_test(without_the_rule_it_is_64_mib),
        cmocka_unit_test(only_32768_cannot_be_asked_for),
        cmocka_unit_test(limits_keep_a_guest_bootable),
        cmocka_unit_test(the_table_of_guests_comes_out),
        cmocka_unit_test(a_recommendation_is_never_what_cannot_be),
        cmocka_unit_test(recommendations_keep_their_promises),
    };

    return cmocka_run_group_tests_name("swiotlb sizing", tests, NULL, NULL);
}
