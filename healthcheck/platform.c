/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/platform.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/base/span_text.h"
#include "healthcheck/lines.h"
#include "healthcheck/metadata.h"
#include "healthcheck/rpm_version.h"

#define SITE_FOLDER    TDX_CONFDIR "/" PLATFORM_FOLDER_NAME
#define SHIPPED_FOLDER TDX_DATADIR "/" PLATFORM_FOLDER_NAME
#define FOLDER_FACT    "probe:platform_folder"
#define KEY_SIZE       512

void platform_collect(const struct collector *collector)
{
    const char *folder =
        collector->platform_data != NULL ? collector->platform_data : SHIPPED_FOLDER;
    struct root machine = ROOT_CLOSED;
    struct collector own = *collector;

    collect_files_in(collector, SITE_FOLDER, ".conf");
    facts_set(collector->facts, FOLDER_FACT, span_of(folder));
    own.root = &machine;
    if (collector->platform_data == NULL && root_exists(collector->root, folder))
        collect_files_in(collector, folder, ".conf");
    else if (root_open(NULL, &machine, NULL) == TDX_OK)
        collect_files_in(&own, folder, ".conf");
    root_close(&machine);
}

/* "file:" and the folder of the files that came with the program, with a slash behind. */
static const char *shipped_prefix(const struct facts *facts, char out[static KEY_SIZE])
{
    const struct fact *folder = facts_find(facts, FOLDER_FACT);

    (void)snprintf(out, KEY_SIZE, "file:%s/",
                   folder->state == FACT_KNOWN ? (const char *)folder->value.data : SHIPPED_FOLDER);
    return out;
}

/* True if the site has a file of that name, which then counts instead, even if it cannot be read.
 */
static bool is_replaced(const struct facts *facts, const char *key)
{
    char site_key[KEY_SIZE];
    enum fact_state state;

    (void)snprintf(site_key, sizeof(site_key), "file:" SITE_FOLDER "%s", strrchr(key, '/'));
    state = facts_find(facts, site_key)->state;
    return state == FACT_KNOWN || state == FACT_DENIED || state == FACT_FAILED;
}

const struct fact *platform_file_next(const struct facts *facts, const struct fact *before)
{
    static const char site[] = "file:" SITE_FOLDER "/";
    char shipped[KEY_SIZE];
    const struct fact *file = before;

    if (before == NULL || strncmp(before->key, site, strlen(site)) == 0) {
        file = facts_next(facts, site, before);
        if (file != NULL)
            return file;
    }
    do
        file = facts_next(facts, shipped_prefix(facts, shipped), file);
    while (file != NULL && is_replaced(facts, file->key));
    return file;
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
    if (strcmp(line->key, search->key) == 0 && platform_line_check(line, NULL) == TDX_OK &&
        search->seen++ == search->wanted) {
        memcpy(search->value, line->value, strlen(line->value) + 1); /* it was checked */
        search->found = true;
    }
    return TDX_OK;
}

/* Looks in one file for the value that search wants; of a broken file what stands before the fault.
 */
static bool look_in(const struct fact *file, struct search *search)
{
    enum tdx_status status = TDX_OK;

    if (file->state == FACT_KNOWN)
        status = conf_parse(file->key, file->value, look, search, NULL);
    (void)status; /* cloud.platforms names the fault */
    return search->found;
}

bool platform_value_next(const struct fact *file, const char *key, unsigned *at,
                         char value[static PLATFORM_LINE_SIZE])
{
    struct search search = { .key = key, .wanted = *at, .value = value };

    if (!look_in(file, &search))
        return false;
    (*at)++;
    return true;
}

bool platform_next(const struct facts *facts, const char *key, unsigned *at,
                   char value[static PLATFORM_LINE_SIZE], const char **file)
{
    struct search search = { .key = key, .wanted = *at, .value = value };

    for (const struct fact *fact = platform_file_next(facts, NULL); fact != NULL;
         fact = platform_file_next(facts, fact))
        if (look_in(fact, &search)) {
            (*at)++;
            if (file != NULL)
                *file = strchr(fact->key, ':') + 1;
            return true;
        }
    return false;
}

bool platform_lists(const struct facts *facts, const char *key, const char *value)
{
    char listed[PLATFORM_LINE_SIZE];

    for (unsigned at = 0; platform_next(facts, key, &at, listed, NULL);)
        if (strcmp(listed, value) == 0)
            return true;
    return false;
}

const char *platform_vendor(const struct facts *facts, char out[static PLATFORM_LINE_SIZE])
{
    const struct fact *vendor = facts_find(facts, "file:/sys/class/dmi/id/sys_vendor");

    return span_string(vendor->state == FACT_KNOWN ? span_trim(vendor->value)
                                                   : (struct span){ NULL, 0 },
                       out, PLATFORM_LINE_SIZE);
}

/* True if one of the file's values of key is this one, letters compared without case. */
static bool file_has(const struct fact *file, const char *key, const char *value)
{
    char listed[PLATFORM_LINE_SIZE];

    for (unsigned at = 0; platform_value_next(file, key, &at, listed);)
        if (strcasecmp(listed, value) == 0)
            return true;
    return false;
}

const struct fact *platform_here(const struct facts *facts, char name[static PLATFORM_NAME_SIZE])
{
    char wanted[PLATFORM_LINE_SIZE], profile[PLATFORM_LINE_SIZE];
    const char *key = "vendor";

    if (platform_vendor(facts, wanted)[0] == '\0') {
        metadata_url(facts, wanted);
        key = "metadata_url";
    }
    (void)snprintf(name, PLATFORM_NAME_SIZE, "generic");
    for (const struct fact *file = platform_file_next(facts, NULL);
         file != NULL && wanted[0] != '\0'; file = platform_file_next(facts, file)) {
        unsigned at = 0;

        if (!file_has(file, key, wanted))
            continue;
        if (platform_value_next(file, "profile", &at, profile))
            (void)snprintf(name, PLATFORM_NAME_SIZE, "%.*s", PLATFORM_NAME_SIZE - 1, profile);
        return file;
    }
    return NULL;
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
