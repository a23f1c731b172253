/* SPDX-License-Identifier: Apache-2.0 */
#include "swiotlb/sizing.h"

#include <stddef.h>

#define RULE_PERCENT   6
#define RULE_MIN_BYTES (64 * MIB)
#define RULE_MAX_BYTES GIB
/* Kernel, initrd and page tables lie below 4 GiB too. */
#define LOW_RESERVE_BYTES (256 * MIB)

/* Measured: a mergeable receive buffer takes one slab when idle and two under bulk receive; without
 * merging each ring entry is 19 pages of two slabs; 32 packets of 64 KiB in flight take 1024. */
#define MERGEABLE_SLABS  2
#define BIG_PACKET_SLABS 38
#define SEND_SLABS       1024
/* 128 requests of 128 KiB in flight, each with a header and a status. */
#define DISK_SLABS (128 * UINT64_C(66))
#define BASE_SLABS 4096

uint64_t swiotlb_mib(uint64_t slabs)
{
    return slabs / SWIOTLB_SLABS_PER_MIB;
}

uint64_t swiotlb_bytes(uint64_t slabs)
{
    return number_multiply(slabs, SWIOTLB_SLAB_SIZE);
}

static uint64_t align_up(uint64_t value, uint64_t unit)
{
    return number_add(value, unit - 1) / unit * unit;
}

/* The least buffer that every area gets a segment of. */
static uint64_t area_floor(const struct swiotlb_guest *guest)
{
    uint64_t cpus = guest->cpus.known && guest->cpus.value > 0 ? guest->cpus.value : 1;

    return number_multiply(SWIOTLB_SEGMENT_SLABS, number_power_of_two(cpus));
}

uint64_t swiotlb_round_up(const struct swiotlb_guest *guest, uint64_t slabs)
{
    uint64_t aligned = align_up(slabs, SWIOTLB_SEGMENT_SLABS);

    if (swiotlb_kernel_powers_of_two(&guest->kernel) == ANSWER_NO)
        return aligned > 0 ? aligned : SWIOTLB_SEGMENT_SLABS;
    if (aligned < area_floor(guest))
        aligned = area_floor(guest);
    return number_power_of_two(aligned);
}

uint64_t swiotlb_round_down(const struct swiotlb_guest *guest, uint64_t slabs)
{
    uint64_t down = slabs / SWIOTLB_SEGMENT_SLABS * SWIOTLB_SEGMENT_SLABS;

    if (swiotlb_kernel_powers_of_two(&guest->kernel) != ANSWER_NO && down > 0) {
        uint64_t power = number_power_of_two(down);

        down = power > down ? power / 2 : power;
        if (down < area_floor(guest))
            down = 0;
    }
    return down;
}

enum answer swiotlb_rule(const struct swiotlb_guest *guest)
{
    const struct swiotlb_kernel *kernel = &guest->kernel;

    if (guest->rule != ANSWER_UNKNOWN)
        return guest->rule;
    if (swiotlb_kernel_at_least(kernel, 6, 7) || kernel->anolis)
        return ANSWER_YES;
    if (kernel->known && !kernel->backports && !swiotlb_kernel_at_least(kernel, 5, 11))
        return ANSWER_NO;
    return ANSWER_UNKNOWN;
}

struct maybe_u64 swiotlb_kernel_default(const struct swiotlb_guest *guest, uint64_t *ret_bytes)
{
    uint64_t bytes = RULE_MIN_BYTES;

    if (guest->confidential != ANSWER_NO && swiotlb_rule(guest) != ANSWER_NO) {
        if (!guest->memory.known)
            return (struct maybe_u64){ 0 };
        bytes = number_multiply(guest->memory.value, RULE_PERCENT) / 100;
        if (bytes < RULE_MIN_BYTES)
            bytes = RULE_MIN_BYTES;
        if (bytes > RULE_MAX_BYTES)
            bytes = RULE_MAX_BYTES;
    }
    if (ret_bytes != NULL)
        *ret_bytes = bytes;
    return maybe_u64(
        swiotlb_round_up(guest, align_up(bytes, SWIOTLB_SLAB_SIZE) / SWIOTLB_SLAB_SIZE));
}

struct maybe_u64 swiotlb_predict(const struct swiotlb_guest *guest,
                                 const struct swiotlb_param *param)
{
    enum answer powers = swiotlb_kernel_powers_of_two(&guest->kernel);

    if (param->noforce || param->bare || !guest->kernel.known)
        return (struct maybe_u64){ 0 };
    if (!param->sized && param->areas == 0)
        return swiotlb_kernel_default(guest, NULL);
    if (swiotlb_cannot_be_asked(param->slabs))
        return swiotlb_kernel_default(guest, NULL);
    if (powers == ANSWER_NO) {
        if (param->slabs > 0)
            return maybe_u64(param->slabs);
        /* 0 means the default up to 5.10; the later ones up to 5.19 were not tried. */
        if (swiotlb_kernel_at_least(&guest->kernel, 5, 11))
            return (struct maybe_u64){ 0 };
        return maybe_u64(SWIOTLB_DEFAULT_SLABS);
    }
    if (param->areas > 0) /* rounded while the line was parsed */
        return maybe_u64(param->slabs);
    if (powers == ANSWER_UNKNOWN && swiotlb_round_up(guest, param->slabs) != param->slabs)
        return (struct maybe_u64){ 0 };
    return maybe_u64(swiotlb_round_up(guest, param->slabs));
}

bool swiotlb_cannot_be_asked(uint64_t slabs)
{
    return slabs == SWIOTLB_DEFAULT_SLABS;
}

struct swiotlb_limit swiotlb_limit(const struct swiotlb_guest *guest)
{
    struct swiotlb_limit limit = { SWIOTLB_BLIND_LIMIT_SLABS, SWIOTLB_LIMIT_BLIND };

    if (guest->low_piece.known) {
        uint64_t piece = guest->low_piece.value;

        limit.slabs =
            piece > LOW_RESERVE_BYTES ? (piece - LOW_RESERVE_BYTES) / SWIOTLB_SLAB_SIZE : 0;
        limit.why = SWIOTLB_LIMIT_LOW;
    }
    if (guest->memory.known) {
        /* A guest of 4 GiB is given a little less than 4 GiB, and the quarter means the name. */
        uint64_t memory = number_add(guest->memory.value, guest->memory.value / 64);

        if (memory / 4 / SWIOTLB_SLAB_SIZE < limit.slabs) {
            limit.slabs = memory / 4 / SWIOTLB_SLAB_SIZE;
            limit.why = SWIOTLB_LIMIT_QUARTER;
        }
    }
    limit.slabs = swiotlb_round_down(guest, limit.slabs);
    return limit;
}

void swiotlb_demand_add_nic(struct swiotlb_demand *demand, const struct swiotlb_nic *nic)
{
    bool mergeable = nic->mergeable != ANSWER_NO;
    uint64_t entry = mergeable ? MERGEABLE_SLABS : BIG_PACKET_SLABS;
    uint64_t queue = number_add(number_multiply(nic->ring, entry), SEND_SLABS);

    demand->nics = number_add(demand->nics, 1);
    demand->queues = number_add(demand->queues, nic->queues);
    demand->nic_slabs = number_add(demand->nic_slabs, number_multiply(nic->queues, queue));
    demand->idle_slabs =
        number_add(demand->idle_slabs, number_multiply(number_multiply(nic->queues, nic->ring),
                                                       mergeable ? 1 : BIG_PACKET_SLABS));
}

void swiotlb_demand_add_disks(struct swiotlb_demand *demand, uint64_t disks)
{
    demand->disks = number_add(demand->disks, disks);
    demand->disk_slabs = number_add(demand->disk_slabs, number_multiply(disks, DISK_SLABS));
}

static uint64_t and_a_quarter(uint64_t slabs)
{
    return number_add(slabs, slabs / 4);
}

void swiotlb_demand_finish(struct swiotlb_demand *demand)
{
    demand->base_slabs = BASE_SLABS;
    demand->slabs = and_a_quarter(
        number_add(number_add(demand->nic_slabs, demand->disk_slabs), demand->base_slabs));
}

uint64_t swiotlb_queues_that_fit(const struct swiotlb_demand *demand, uint64_t ring, uint64_t slabs)
{
    uint64_t fits = 0;

    if (demand->nics == 0)
        return 0;
    for (uint64_t queues = 1; queues <= demand->queues / demand->nics; queues *= 2) {
        struct swiotlb_demand trial = { 0 };
        const struct swiotlb_nic nic = { queues * demand->nics, ring, ANSWER_YES };

        swiotlb_demand_add_nic(&trial, &nic);
        swiotlb_demand_add_disks(&trial, demand->disks);
        swiotlb_demand_finish(&trial);
        if (trial.slabs > slabs)
            break;
        fits = queues;
    }
    return fits;
}
