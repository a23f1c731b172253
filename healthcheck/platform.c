/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/platform.h"

#include <stdio.h>
#include <string.h>

#include "core/base/conf.h"
#include "core/base/span_text.h"
#include "healthcheck/lines.h"
#include "healthcheck/rpm_version.h"

#define SITE_FOLDER    "/etc/tdx-gate/platforms.d"
#define SHIPPED_FOLDER TDX_DATADIR "/platforms.d"

void platform_collect(const struct collector *collector)
{
    collect_files_in(collector, SITE_FOLDER, ".conf");
    collect_files_in(collector, SHIPPED_FOLDER, ".conf");
}

struct search {
    const char *key;
    unsigned wanted, seen; /* the how-manieth value */
    char *value;
    bool found;
};

static enum tdx_status look(const struct conf_line *line, void *context, struct tdx_error *err)
{
    struct search *search = context;

    (void)err;
    if (strcmp(line->key, search->key) == 0 && search->seen++ == search->wanted) {
        (void)snprintf(search->value, PLATFORM_LINE_SIZE, "%s", line->value);
        search->found = true;
    }
    return TDX_OK;
}

/* True if the site has a file of that name, which then counts instead. */
static bool is_replaced(const struct facts *facts, const char *key)
{
    char site_key[512];

    (void)snprintf(site_key, sizeof(site_key), "file:" SITE_FOLDER "%s", strrchr(key, '/'));
    return facts_find(facts, site_key)->state == FACT_KNOWN;
}

bool platform_next(const struct facts *facts, const char *key, unsigned *at,
                   char value[static PLATFORM_LINE_SIZE], const char **file)
{
    static const char *const prefixes[] = { "file:" SITE_FOLDER "/", "file:" SHIPPED_FOLDER "/" };
    struct search search = { .key = key, .wanted = *at, .value = value };

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        for (const struct fact *fact = facts_next(facts, prefixes[i], NULL); fact != NULL;
             fact = facts_next(facts, prefixes[i], fact)) {
            if (fact->state != FACT_KNOWN || (i == 1 && is_replaced(facts, fact->key)))
                continue;
            /* A broken file yields what stands before the fault; cloud.platforms names the fault.
             */
            if (conf_parse(fact->key, fact->value, look, &search, NULL) != TDX_OK && !search.found)
                continue;
            if (search.found) {
                (*at)++;
                if (file != NULL)
                    *file = strchr(fact->key, ':') + 1;
                return true;
            }
        }
    return false;
}

bool platform_kernel_minimum(const struct facts *facts, const char *release,
                             struct platform_kernel *ret)
{
    char value[PLATFORM_LINE_SIZE], tag[64];

    for (unsigned at = 0; platform_next(facts, "kernel_minimum", &at, value, &ret->file);) {
        struct span rest = span_of(value), word;

        if (!word_next(&rest, &word))
            continue;
        span_string(word, tag, sizeof(tag));
        if (!word_next(&rest, &word) || !kernel_release_is_line(release, tag))
            continue;
        span_string(word, ret->release, sizeof(ret->release));
        return true;
    }
    return false;
}
