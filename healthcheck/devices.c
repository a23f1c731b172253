/* SPDX-License-Identifier: Apache-2.0 */
/* Devices that a TD does not support, and those whose number matters. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "healthcheck/families.h"
#include "healthcheck/lines.h"
#include "healthcheck/metadata.h"
#include "healthcheck/platform.h"

#define PCI        "/sys/bus/pci/devices"
#define INFINIBAND "/sys/class/infiniband"
#define NAME_SIZE  64
#define PATH_SIZE  192
#define VALUE_SIZE 32

static void collect(const struct collector *collector)
{
    const struct fact *list;
    struct span names, name;
    char path[PATH_SIZE], text[NAME_SIZE];

    collect_list(collector, PCI);
    collect_list(collector, INFINIBAND);
    list = facts_find(collector->facts, "list:" PCI);
    if (list->state != FACT_KNOWN)
        return;
    names = list->value;
    while (line_next(&names, &name)) {
        static const char *const files[] = { "vendor", "device", "class" };

        for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
            (void)snprintf(path, sizeof(path), PCI "/%s/%s", span_string(name, text, sizeof(text)),
                           files[i]);
            collect_file(collector, path);
        }
    }
}

/* A file of a PCI device, "0x1ded": its digits, or "". */
static const char *attribute(const struct facts *facts, const char *device, const char *name,
                             char *out)
{
    char key[PATH_SIZE];
    const struct fact *fact;
    struct span value;

    (void)snprintf(key, sizeof(key), "file:" PCI "/%s/%s", device, name);
    fact = facts_find(facts, key);
    value = fact->state == FACT_KNOWN ? span_trim(fact->value) : (struct span){ NULL, 0 };
    if (span_begins(value, "0x")) {
        value.data += 2;
        value.size -= 2;
    }
    return span_string(value, out, VALUE_SIZE);
}

/* The words of platforms.d for a device that is not supported; false if it says nothing of it. */
static bool unsupported(const struct facts *facts, const char *id, char *words)
{
    char value[PLATFORM_LINE_SIZE];
    size_t length = strlen(id);

    for (unsigned at = 0; platform_next(facts, "unsupported_device", &at, value, NULL);)
        if (strncmp(value, id, length) == 0 && value[length] == ' ') {
            (void)snprintf(words, PLATFORM_LINE_SIZE, "%s", value + length + 1);
            return true;
        }
    return false;
}

static bool list_of(const struct evaluation *evaluation, struct finding *ret, struct span *names)
{
    const struct fact *list = facts_find(evaluation->facts, "list:" PCI);

    if (!finding_needs(ret, list, CHECK_SKIP, "no_pci", "there is no PCI bus"))
        return false;
    *names = list->value;
    return true;
}

/* True if a line of the text begins with name. */
static bool has_line(const struct fact *fact, const char *name)
{
    struct span text = fact->value, line;

    while (fact->state == FACT_KNOWN && line_next(&text, &line))
        if (span_begins(line, name))
            return true;
    return false;
}

static void evaluate_unsupported(const struct evaluation *evaluation, struct finding *ret)
{
    struct span names, name;
    char device[NAME_SIZE], vendor[VALUE_SIZE], model[VALUE_SIZE], id[2 * VALUE_SIZE];
    char words[PLATFORM_LINE_SIZE];

    if (!list_of(evaluation, ret, &names))
        return;
    while (line_next(&names, &name)) {
        span_string(name, device, sizeof(device));
        (void)snprintf(id, sizeof(id), "%s:%s",
                       attribute(evaluation->facts, device, "vendor", vendor),
                       attribute(evaluation->facts, device, "device", model));
        if (unsupported(evaluation->facts, id, words)) {
            finding_set(ret, CHECK_WARN, "unsupported_device", "%s is %s (%s)", device, words, id);
            return;
        }
    }
    if (has_line(facts_find(evaluation->facts, "list:" INFINIBAND), "erdma"))
        finding_set(ret, CHECK_WARN, "unsupported_device", INFINIBAND " has an erdma device");
    else if (has_line(facts_find(evaluation->facts, "file:/proc/modules"), "erdma "))
        finding_set(ret, CHECK_WARN, "unsupported_device", "the module erdma is loaded");
    else
        finding_set(ret, CHECK_PASS, NULL, "none");
}

/* Display controllers (0x03) and processing accelerators (0x12) of the usual makers. */
static void evaluate_accelerator(const struct evaluation *evaluation, struct finding *ret)
{
    struct span names, name;
    char device[NAME_SIZE], vendor[VALUE_SIZE], class[VALUE_SIZE], family[NAME_SIZE];

    if (!list_of(evaluation, ret, &names))
        return;
    while (line_next(&names, &name)) {
        bool accelerator;

        span_string(name, device, sizeof(device));
        attribute(evaluation->facts, device, "vendor", vendor);
        attribute(evaluation->facts, device, "class", class);
        accelerator = strncmp(class, "12", 2) == 0 || strncmp(class, "0302", 4) == 0 ||
                      (strncmp(class, "0300", 4) == 0 && strcmp(vendor, "10de") == 0);
        if (!accelerator)
            continue;
        (void)metadata_family(evaluation->facts, family, sizeof(family));
        if (family[0] != '\0' && platform_lists(evaluation->facts, "accelerator_family", family))
            finding_set(ret, CHECK_INFO, NULL, "%s (vendor %s); %s offers TDX with accelerators",
                        device, vendor, family);
        else
            finding_set(ret, CHECK_WARN, "accelerator", "%s (vendor %s, class %s)", device, vendor,
                        class);
        return;
    }
    finding_set(ret, CHECK_PASS, NULL, "none");
}

/* As swiotlb.c has counted them: a card is physical if it has a device. */
static void evaluate_nics(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *lines = facts_find(evaluation->facts, "probe:swiotlb");
    struct maybe_u64 nics, queues;

    if (!finding_needs(ret, lines, CHECK_ERROR, "unreadable", "nothing could be read"))
        return;
    finding_source(ret, "/sys/class/net");
    nics = lines_number(lines->value, "nics");
    queues = lines_number(lines->value, "queues");
    if (nics.known && queues.known)
        finding_set(ret, CHECK_INFO, NULL, "network cards: %" PRIu64 ", queues: %" PRIu64,
                    nics.value, queues.value);
    else
        finding_skip(ret, "no_net", "no network card is to be seen");
}

static const struct check checks[] = {
    {
        .id = "hw.erdma",
        .title = "no device that a TD does not support",
        .severity = SEVERITY_MEDIUM,
        .expected = "none of the devices that platforms.d lists (eRDMA on Alibaba Cloud)",
        .remedy = "Detach it in the provider's console.",
        .reads = "vendor and device of everything on the PCI bus, " INFINIBAND ", /proc/modules",
        .why = "A device that writes into the TD's memory by itself cannot: its driver fails, at "
               "times only under load.",
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_unsupported,
    },
    {
        .id = "hw.accelerator",
        .title = "no accelerator",
        .severity = SEVERITY_MEDIUM,
        .expected = "none, unless this instance family offers TDX with accelerators",
        .remedy =
            "Use an instance family that offers both (Alibaba Cloud: gn8v-tee), or detach it.",
        .reads = "the class of everything on the PCI bus, the instance type that the metadata "
                 "service names, accelerator_family of platforms.d",
        .why = "Accelerators outside such families are not part of what TDX protects.",
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(INFO) | GIVES(WARN) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_accelerator,
    },
    {
        .id = "hw.nics",
        .title = "network cards and their queues",
        .severity = SEVERITY_INFO,
        .expected = "any",
        .remedy = "Nothing to mend.",
        .reads = "/sys/class/net: cards with a device, and their queues",
        .why = "Each queue holds a part of the bounce buffer (swiotlb.eni).",
        .live_only = true,
        .gives = GIVES(INFO) | GIVES(SKIP),
        .evaluate = evaluate_nics,
    },
};

const struct family devices_family = {
    .name = "devices",
    .title = "Devices",
    .collect = collect,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
