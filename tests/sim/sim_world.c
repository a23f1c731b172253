/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_world.h"

#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim_knobs.h"

/* The world that the values say, into *ret. The old one is untouched. */
static enum tdx_status build(const struct sim_world *world, const struct text *values,
                             struct sim_knob_target *ret, struct tdx_error *err)
{
    struct sim_knob_target target = { .now = world->now, .seed = world->seed };
    enum tdx_status status = knob_before(values, &target, err);

    if (status != TDX_OK)
        return status;
    target.platform =
        sim_platform_new_at(target.wrong_root ? "tdx-sim: another world" : target.seed, target.now);
    if (target.platform == NULL)
        return status_fail(err, TDX_CRYPTO_FAILED, "keys of the simulated platform");
    target.faults.provider = "tdx_guest";
    target.faults.pccs_only = "";
    target.faults.retry_after = 1;
    for (size_t i = 0; i < knob_count() && status == TDX_OK; i++)
        if (values[i].length > 0)
            status = knob_apply(i, text_string(&values[i]), &target, err);
    if (status != TDX_OK) {
        sim_platform_free(target.platform);
        return status;
    }
    *ret = target;
    return TDX_OK;
}

static void adopt(struct sim_world *world, const struct sim_knob_target *target)
{
    sim_platform_free(world->platform);
    world->platform = target->platform;
    world->faults = target->faults;
    world->changes++;
}

struct sim_world *world_new(const char *seed, int64_t now)
{
    struct sim_world *world = calloc(1, sizeof(*world));
    struct sim_knob_target target;

    if (world == NULL)
        return NULL;
    world->now = now;
    world->seed = strdup(seed);
    world->values = calloc(knob_count(), sizeof(world->values[0]));
    if (world->seed == NULL || world->values == NULL ||
        build(world, world->values, &target, NULL) != TDX_OK) {
        world_free(world);
        return NULL;
    }
    adopt(world, &target);
    sim_anchor_pem(world->platform, &world->anchor);
    return world;
}

void world_free(struct sim_world *world)
{
    if (world == NULL)
        return;
    sim_platform_free(world->platform);
    for (size_t i = 0; world->values != NULL && i < knob_count(); i++)
        text_free(&world->values[i]);
    free(world->values);
    text_free(&world->anchor);
    free(world->seed);
    free(world);
}

static enum tdx_status reset(struct sim_world *world, struct tdx_error *err)
{
    struct sim_knob_target target;
    enum tdx_status status;

    for (size_t i = 0; i < knob_count(); i++)
        text_clear(&world->values[i]);
    status = build(world, world->values, &target, err);
    if (status == TDX_OK)
        adopt(world, &target);
    return status;
}

enum tdx_status world_set(struct sim_world *world, const char *assignment, struct tdx_error *err)
{
    const char *equals = strchr(assignment, '=');
    struct sim_knob_target target;
    enum tdx_status status;
    struct text before;
    size_t knob;

    if (equals == NULL)
        return status_fail(err, TDX_USAGE, "'%s' is not NAME=VALUE", assignment);
    if (strcmp(assignment, "reset=all") == 0)
        return reset(world, err);
    if (!knob_find(assignment, (size_t)(equals - assignment), &knob))
        return status_fail(err, TDX_USAGE, "there is no knob '%.*s' (tdx-sim knobs lists them)",
                           (int)(equals - assignment), assignment);
    before = world->values[knob];
    world->values[knob] = (struct text){ 0 };
    if (strcmp(equals + 1, knob_default(knob)) != 0)
        text_add(&world->values[knob], equals + 1);
    status = build(world, world->values, &target, err);
    if (status != TDX_OK) {
        text_free(&world->values[knob]);
        world->values[knob] = before;
        return status;
    }
    text_free(&before);
    adopt(world, &target);
    return TDX_OK;
}

void world_status(const struct sim_world *world, bool all, struct text *out)
{
    for (size_t i = 0; i < knob_count(); i++)
        if (all || world->values[i].length > 0)
            text_addf(out, "%s=%s\n", knob_name(i),
                      world->values[i].length > 0 ? text_string(&world->values[i])
                                                  : knob_default(i));
}

void world_help(struct text *out)
{
    for (size_t i = 0; i < knob_count(); i++)
        knob_describe(i, out);
}
