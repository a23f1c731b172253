/* SPDX-License-Identifier: Apache-2.0 */
/* The cloud that this guest stands in: what platforms.d knows of it, and what its metadata service
 * says. All of the latter are the host's words: hints. */
#include <stdio.h>
#include <string.h>

#include "core/base/number.h"
#include "healthcheck/cpu.h"
#include "healthcheck/families.h"
#include "healthcheck/lines.h"
#include "healthcheck/metadata.h"
#include "healthcheck/platform.h"

#define TYPE_SIZE    128
#define SIZE_XLARGE  1000U /* rank of "xlarge"; N of them are SIZE_XLARGE + N */
#define XLARGES_MOST 10000U

/* --- cloud.platforms -------------------------------------------------------------------------- */

static enum tdx_status check_line(const struct conf_line *line, void *context,
                                  struct tdx_error *err)
{
    (void)context;
    return platform_line_check(line, err);
}

static void evaluate_platforms(const struct evaluation *evaluation, struct finding *ret)
{
    unsigned count = 0;

    for (const struct fact *file = platform_file_next(evaluation->facts, NULL); file != NULL;
         file = platform_file_next(evaluation->facts, file)) {
        const char *path = strchr(file->key, ':') + 1;
        struct tdx_error err = { 0 };

        if (file->state == FACT_ABSENT) /* listed, and gone before it was read */
            continue;
        if (!finding_needs(ret, file, CHECK_ERROR, "unreadable", ""))
            return;
        if (conf_parse(path, file->value, check_line, NULL, &err) != TDX_OK) {
            finding_set(ret, CHECK_FAIL, status_id(err.status), "%s", err.detail);
            return;
        }
        count++;
    }
    finding_source(ret, TDX_CONFDIR "/platforms.d, " TDX_DATADIR "/platforms.d");
    if (count == 0)
        finding_set(ret, CHECK_ERROR, "no_data", "there are no platform files");
    else
        finding_set(ret, CHECK_PASS, NULL, "%u files", count);
}

/* --- the metadata service --------------------------------------------------------------------- */

static const char *words_of(enum metadata_verdict verdict)
{
    switch (verdict) {
    case METADATA_NO_PLATFORM:
        return "platforms.d names no metadata service for this machine";
    case METADATA_NOBODY:
        return "no metadata service answers";
    case METADATA_DISABLED:
        return "the metadata service refuses: it is switched off, or not one of this kind";
    case METADATA_SLOW:
        return "the metadata service did not answer within 2 seconds";
    case METADATA_BROKEN_OFF:
        return "the metadata service ended the connection in the middle";
    case METADATA_OVERSIZE:
        return "the metadata service answers without end";
    case METADATA_REDIRECT:
        return "the metadata service redirects, which is not followed";
    case METADATA_SERVER_ERROR:
        return "the metadata service failed inside";
    case METADATA_BY_TOKEN:
    case METADATA_INSECURE:
    case METADATA_GARBAGE:
    case METADATA_VERDICT_COUNT:
        break;
    }
    return "the metadata service answers something else than a value";
}

static void evaluate_imds(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *imds = facts_find(evaluation->facts, "probe:imds");
    char url[PLATFORM_LINE_SIZE], detail[METADATA_DETAIL_SIZE];
    enum metadata_verdict verdict;

    if (!finding_needs(ret, imds, CHECK_SKIP, "unreachable", "no metadata service answers"))
        return;
    verdict = metadata_verdict_of(imds);
    lines_string(imds->value, "url", url, sizeof(url));
    lines_string(imds->value, "detail", detail, sizeof(detail));
    finding_source(ret, "%s", url[0] != '\0' ? url : "platforms.d");
    if (verdict == METADATA_BY_TOKEN)
        finding_set(ret, CHECK_PASS, NULL, "it answers, with a token");
    else if (verdict == METADATA_INSECURE)
        finding_set(ret, CHECK_WARN, metadata_verdict_word(verdict),
                    "it answers without a token only");
    else if (verdict == METADATA_NO_PLATFORM || verdict == METADATA_NOBODY ||
             verdict == METADATA_DISABLED)
        finding_skip(ret, metadata_verdict_word(verdict), "%s%s%s%s", words_of(verdict),
                     detail[0] != '\0' ? " (" : "", detail, detail[0] != '\0' ? ")" : "");
    else
        finding_set(ret, CHECK_ERROR, metadata_verdict_word(verdict), "%s%s%s%s", words_of(verdict),
                    detail[0] != '\0' ? " (" : "", detail, detail[0] != '\0' ? ")" : "");
}

/* An item of the service, or false with the finding set. */
static bool item_of(const struct evaluation *evaluation, struct finding *ret, const char *key,
                    char *out, size_t size)
{
    if (!finding_needs(ret, facts_find(evaluation->facts, key), CHECK_SKIP, "no_item",
                       "the metadata service has no such item"))
        return false;
    finding_source(ret, "metadata service, %s", key + strlen("probe:imds/"));
    (void)metadata_item(evaluation->facts, key, out, size);
    return true;
}

static void evaluate_region(const struct evaluation *evaluation, struct finding *ret)
{
    char region[TYPE_SIZE];

    if (!item_of(evaluation, ret, METADATA_REGION, region, sizeof(region)))
        return;
    if (platform_lists(evaluation->facts, "region", region))
        finding_set(ret, CHECK_PASS, NULL, "%s", region);
    else
        finding_set(ret, CHECK_WARN, "unknown_region",
                    "%s is not among the regions with TDX that platforms.d lists", region);
}

static void evaluate_zone(const struct evaluation *evaluation, struct finding *ret)
{
    char zone[TYPE_SIZE];

    if (item_of(evaluation, ret, METADATA_ZONE, zone, sizeof(zone)))
        finding_set(ret, CHECK_INFO, NULL, "%s", zone);
}

/* How sizes are ordered: large < xlarge < 2xlarge < ...; 0 for a word that is no size. */
static unsigned rank_of(const char *size)
{
    static const char *const small[] = { "nano", "micro", "small", "medium", "large" };
    struct span text = span_of(size);
    uint64_t count = 0;

    for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++)
        if (strcmp(size, small[i]) == 0)
            return (unsigned)i + 1;
    if (strcmp(size, "xlarge") == 0)
        return SIZE_XLARGE + 1;
    if (!number_take(&text, &count) || !span_is(text, "xlarge") || count == 0 ||
        count > XLARGES_MOST)
        return 0;
    return SIZE_XLARGE + (unsigned)count;
}

/* The smallest size that platforms.d wants of a family; false if it does not list the family. */
static bool smallest_of(const struct facts *facts, const char *family,
                        char size[static PLATFORM_LINE_SIZE])
{
    char value[PLATFORM_LINE_SIZE];

    for (unsigned at = 0; platform_next(facts, "instance_family", &at, value, NULL);) {
        struct span rest = span_of(value), word;

        if (word_next(&rest, &word) && span_is(word, family)) {
            (void)span_string(span_trim(rest), size, PLATFORM_LINE_SIZE);
            return true;
        }
    }
    return false;
}

static void judge_type(const struct facts *facts, const char *type, struct finding *ret)
{
    char family[TYPE_SIZE], smallest[PLATFORM_LINE_SIZE];
    const char *size = metadata_family(facts, family, sizeof(family));

    if (platform_lists(facts, "instance_unsupported", family))
        finding_set(ret, CHECK_FAIL, "unsupported", "%s: platforms.d lists %s as without TDX", type,
                    family);
    else if (!smallest_of(facts, family, smallest))
        finding_set(ret, CHECK_WARN, "unknown_family",
                    "%s: platforms.d does not list the family %s", type, family);
    else if (strcmp(smallest, "any") == 0)
        finding_set(ret, CHECK_PASS, NULL, "%s", type);
    else if (rank_of(size) == 0 || rank_of(smallest) == 0)
        finding_set(ret, CHECK_WARN, "unknown_size", "%s is no size that can be compared with %s",
                    type, smallest);
    else if (rank_of(size) < rank_of(smallest))
        finding_set(ret, CHECK_FAIL, "too_small", "%s is smaller than %s.%s", type, family,
                    smallest);
    else
        finding_set(ret, CHECK_PASS, NULL, "%s", type);
}

static void evaluate_type(const struct evaluation *evaluation, struct finding *ret)
{
    char type[TYPE_SIZE];

    if (!item_of(evaluation, ret, METADATA_TYPE, type, sizeof(type)))
        return;
    judge_type(evaluation->facts, type, ret);
    /* No TD at all: cpu.tdx_guest has said so, and one cause is one FAIL. */
    if ((ret->status == CHECK_FAIL || ret->status == CHECK_WARN) &&
        !cpu_is_tdx_guest(evaluation->facts)) {
        ret->status = CHECK_INFO;
        ret->reason = NULL;
    }
}

static void evaluate_identity(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *document = facts_find(evaluation->facts, METADATA_IDENTITY);

    if (!finding_needs(ret, document, CHECK_INFO, NULL, "there is no identity document"))
        return;
    finding_source(ret, "metadata service, dynamic/instance-identity/document");
    finding_set(ret, CHECK_INFO, NULL, "available, %zu bytes", document->value.size);
}

static void collect(const struct collector *collector)
{
    metadata_collect(collector);
}

#define HINT                                                                                       \
    "The host answers this, so it is a hint: it proves nothing, and no FAIL becomes a "            \
    "PASS by it."

static const struct check checks[] = {
    {
        .id = "cloud.platforms",
        .title = "platform data can be read",
        .severity = SEVERITY_MEDIUM,
        .expected = "every line a key and a value of the right form",
        .remedy = "Mend the line that is named; the keys are in tdx-healthcheck(8), \"PLATFORM "
                  "DATA\". Where there are no files, install tdx-gate again.",
        .reads = TDX_CONFDIR "/platforms.d, and the platforms.d that came with the program",
        .why = "Minimum kernels, regions, instance types and hosts are judged by these files; a "
               "misspelt key would judge nothing.",
        .gives = GIVES(PASS) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_platforms,
    },
    {
        .id = "cloud.imds",
        .title = "the metadata service wants a token",
        .severity = SEVERITY_LOW,
        .expected = "answers to requests with a token",
        .remedy = "Let the instance's metadata service accept requests with a token only (Alibaba "
                  "Cloud: HttpTokens=required, by ModifyInstanceMetadataOptions). If it does not "
                  "answer as it should, ask the provider; nothing else depends on it.",
        .reads = "the address that platforms.d names (metadata_url), within 2 seconds, without any "
                 "proxy; not with --no-network",
        .why = "Without a token any program that can be made to fetch an address reads it. " HINT,
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_imds,
    },
    {
        .id = "cloud.region",
        .title = "a region with TDX",
        .severity = SEVERITY_LOW,
        .expected = "a region that platforms.d lists",
        .remedy = "The list may be old: if the region has TDX, add it to a file in " TDX_CONFDIR
                  "/platforms.d:\n  region = NAME",
        .reads = "meta-data/region-id of the metadata service",
        .why = "Addresses for collateral and packages are chosen by region. " HINT,
        .requires = { "cloud.imds" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN),
        .evaluate = evaluate_region,
    },
    {
        .id = "cloud.zone",
        .title = "the zone",
        .severity = SEVERITY_INFO,
        .expected = "any",
        .remedy = "Nothing to mend.",
        .reads = "meta-data/zone-id of the metadata service",
        .why = "TDX is offered zone by zone. " HINT,
        .requires = { "cloud.imds" },
        .live_only = true,
        .gives = GIVES(INFO) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_zone,
    },
    {
        .id = "cloud.instance_type",
        .title = "an instance type with TDX",
        .severity = SEVERITY_MEDIUM,
        .expected = "a family that platforms.d lists, and not below its smallest size",
        .remedy = "Use a type that the provider documents for TDX (Alibaba Cloud: ecs.g8i.xlarge "
                  "or larger). If the list is old, add the family to a file in " TDX_CONFDIR
                  "/platforms.d:\n  instance_family = NAME SMALLEST_SIZE",
        .reads = "meta-data/instance/instance-type of the metadata service",
        .why = "On other types TDX is not offered, or not supported. " HINT,
        .requires = { "cloud.imds" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(INFO) | GIVES(WARN) | GIVES(FAIL) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_type,
    },
    {
        .id = "cloud.identity",
        .title = "a signed identity document",
        .severity = SEVERITY_INFO,
        .expected = "either",
        .remedy = "Nothing to mend.",
        .reads = "dynamic/instance-identity/document of the metadata service",
        .why = "A program may bind it into the report data of a quote; its signature is the "
               "provider's, not the CPU's.",
        .requires = { "cloud.imds" },
        .live_only = true,
        .gives = GIVES(INFO) | GIVES(ERROR),
        .evaluate = evaluate_identity,
    },
};

const struct family cloud_family = {
    .name = "cloud",
    .title = "Cloud",
    .collect = collect,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
