/* SPDX-License-Identifier: Apache-2.0 */
/* How the machine was started, what was measured then, and what the next start will bring. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/evidence/event_log.h"
#include "grub-tool/boot_layout.h"
#include "healthcheck/boot.h"
#include "healthcheck/evidence.h"
#include "healthcheck/families.h"
#include "healthcheck/lines.h"

#define SECURE_BOOT "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define LINE_SIZE   2304

/* probe:boot: what boots, as grub-tool's readers see it: lines style=, config=, entry=, line= (the
 * default entry's command line), swiotlb=, default_grub= (GRUB_CMDLINE_LINUX with its default),
 * default_swiotlb=, unclear=. */
static void print_layout(const struct boot_layout *layout, struct text *out)
{
    text_addf(out, "style=%s\n", boot_style_word(layout->style));
    if (layout->boot_config != NULL)
        text_addf(out, "config=%s\n", layout->boot_config);
    if (layout->default_entry < layout->entry_count) {
        const struct boot_entry *entry = &layout->entries[layout->default_entry];

        text_addf(out, "entry=%s\n", entry->id);
        for (size_t i = 0; i < entry->line_count; i++)
            if (entry->lines[i].runs && entry->lines[i].kernel_line != NULL) {
                text_addf(out, "line=%s\n", entry->lines[i].kernel_line);
                if (entry->lines[i].swiotlb.sized)
                    text_addf(out, "swiotlb=%" PRIu64 "\n", entry->lines[i].swiotlb.asked);
            }
    }
    if (layout->has_default_grub && layout->default_grub_clear) {
        const struct default_grub *wanted = &layout->default_grub;

        if (wanted->with_default != NULL)
            text_addf(out, "default_grub=%s\n", wanted->with_default);
        if (wanted->swiotlb != NULL)
            text_addf(out, "default_swiotlb=%s\n", wanted->swiotlb);
    } else if (layout->has_default_grub) {
        text_addf(out, "unclear=%s\n", layout->default_grub_why);
    }
}

static void collect_layout(const struct collector *collector)
{
    struct boot_layout *layout = calloc(1, sizeof(*layout));
    struct text lines = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status;

    if (layout == NULL) {
        facts_set_state(collector->facts, "probe:boot", FACT_FAILED, "out of memory");
        return;
    }
    status = boot_layout_read(collector->root, layout, &err);
    if (status == TDX_OK)
        print_layout(layout, &lines);
    collect_probe(collector, "boot", status, &err, text_span(&lines));
    boot_layout_free(layout);
    free(layout);
    text_free(&lines);
}

static void collect(const struct collector *collector)
{
    collect_stat(collector, "/sys/firmware/efi");
    collect_file(collector, SECURE_BOOT);
    collect_file(collector, EVENT_LOG_TABLE_PATH);
    collect_file(collector, EVENT_LOG_PATH);
    collect_file(collector, "/proc/cmdline");
    collect_file(collector, "/etc/image-id");
    collect_stat(collector, "/boot/efi/EFI");
    collect_layout(collector);
}

static void evaluate_uefi(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *running = facts_find(evaluation->facts, "stat:/sys/firmware/efi");
    const struct fact *image = facts_find(evaluation->facts, "stat:/boot/efi/EFI");

    if (running->state == FACT_OFFLINE) {
        if (finding_needs(ret, image, CHECK_WARN, "no_esp", "the image has no /boot/efi/EFI"))
            finding_set(ret, CHECK_PASS, NULL, "the image has an EFI system partition");
    } else if (finding_needs(ret, running, CHECK_FAIL, "bios", "it was not started by UEFI")) {
        finding_set(ret, CHECK_PASS, NULL, "UEFI");
    }
}

static void evaluate_secureboot(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *variable = facts_find(evaluation->facts, "file:" SECURE_BOOT);

    if (!finding_needs(ret, variable, CHECK_INFO, NULL, "the firmware does not say"))
        return;
    finding_source(ret, "the EFI variable SecureBoot");
    finding_set(ret, CHECK_INFO, NULL, "%s",
                variable->value.size >= 5 && variable->value.data[4] == 1 ? "on" : "off");
}

static void evaluate_ccel(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *table = facts_find(evaluation->facts, "file:" EVENT_LOG_TABLE_PATH);
    const struct fact *log = facts_find(evaluation->facts, "file:" EVENT_LOG_PATH);
    struct event_log_replay replay;
    struct tdx_error err = { 0 };

    if (!finding_needs(ret, table, CHECK_WARN, "no_log", "there is no event log") ||
        !finding_needs(ret, log, CHECK_WARN, "no_log", "there is no event log"))
        return;
    if (event_log_replay(log->value, &replay, &err) != TDX_OK)
        finding_set(ret, CHECK_WARN, status_id(err.status), "%s", err.detail);
    else
        finding_set(ret, CHECK_PASS, NULL, "%zu records", replay.count);
}

static void evaluate_replay(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *log = facts_find(evaluation->facts, "file:" EVENT_LOG_PATH);
    struct event_log_replay replay;
    struct td_report report;
    struct tdx_error err = { 0 };
    char differs[32] = "";
    struct span rtmr2;

    if (!finding_needs(ret, log, CHECK_SKIP, "no_log", "there is no event log") ||
        !evidence_report(evaluation, ret, &report))
        return;
    rtmr2 = (struct span){ report.td.rtmr[2], TD_MEASUREMENT_SIZE };
    finding_source(ret, "the event log, the TD report");
    if (event_log_replay(log->value, &replay, &err) != TDX_OK) {
        finding_set(ret, CHECK_ERROR, status_id(err.status), "%s", err.detail);
        return;
    }
    /* RTMR3 is extended at run time by who writes into no log. */
    for (unsigned i = 0; i < 3; i++)
        if (memcmp(replay.rtmr[i], report.td.rtmr[i], TD_MEASUREMENT_SIZE) != 0)
            (void)snprintf(differs + strlen(differs), sizeof(differs) - strlen(differs), " RTMR%u",
                           i);
    if (differs[0] == '\0')
        finding_set(ret, CHECK_PASS, NULL, "the log leads to RTMR0, RTMR1 and RTMR2");
    else if (strcmp(differs, " RTMR2") == 0 && span_is_zero(rtmr2))
        finding_skip(ret, "rtmr2_zero", "RTMR2 is zero (td.rtmr2); RTMR0 and RTMR1 are explained");
    else if (strcmp(differs, " RTMR2") == 0)
        finding_set(ret, CHECK_WARN, "rtmr2_extended",
                    "RTMR2 was extended after the boot (IMA does so), or the log lacks records");
    else
        finding_set(ret, CHECK_FAIL, "differs", "the log does not lead to%s", differs);
}

/* Without words that the boot loader adds by itself and that differ at each start. */
static void normalise(struct span line, struct text *out)
{
    struct span word;

    while (word_next(&line, &word))
        if (!span_begins(word, "BOOT_IMAGE=") && !span_begins(word, "initrd="))
            text_addf(out, "%s%.*s", out->length > 0 ? " " : "", (int)word.size,
                      (const char *)word.data);
}

bool boot_same_words(struct span a, struct span b)
{
    struct text one = { 0 }, two = { 0 };
    bool same;

    normalise(a, &one);
    normalise(b, &two);
    same = text_ok(&one) && text_ok(&two) && strcmp(text_string(&one), text_string(&two)) == 0;
    text_free(&one);
    text_free(&two);
    return same;
}

/* The value after "swiotlb=" in a word, or of a bare number. */
static struct span swiotlb_value(struct span word)
{
    if (span_begins(word, "swiotlb=")) {
        word.data += 8;
        word.size -= 8;
    }
    return word;
}

static void evaluate_pending(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *boot = facts_find(evaluation->facts, "probe:boot");
    const struct fact *running = facts_find(evaluation->facts, "file:/proc/cmdline");
    struct span line, entry_swiotlb, wanted;
    char config[256], text[LINE_SIZE];

    if (!finding_needs(ret, boot, CHECK_ERROR, "unreadable", "nothing that boots was found"))
        return;
    line = lines_value(boot->value, "line");
    finding_source(ret, "%s", lines_string(boot->value, "config", config, sizeof(config)));
    if (line.data == NULL) {
        finding_set(ret, CHECK_INFO, NULL,
                    "which command line the next start takes is not known "
                    "(style %s)",
                    lines_string(boot->value, "style", text, sizeof(text)));
        return;
    }
    entry_swiotlb = lines_value(boot->value, "swiotlb");
    wanted = swiotlb_value(lines_value(boot->value, "default_swiotlb"));
    if (wanted.data != NULL && (entry_swiotlb.size > wanted.size ||
                                memcmp(wanted.data, entry_swiotlb.data, entry_swiotlb.size) != 0 ||
                                entry_swiotlb.data == NULL)) {
        finding_set(ret, CHECK_FAIL, "not_generated",
                    "/etc/default/grub asks for swiotlb=%.*s, the default entry boots with %.*s",
                    (int)wanted.size, (const char *)wanted.data,
                    entry_swiotlb.data != NULL ? (int)entry_swiotlb.size : 4,
                    entry_swiotlb.data != NULL ? (const char *)entry_swiotlb.data : "none");
        return;
    }
    if (running->state == FACT_OFFLINE)
        finding_set(ret, CHECK_PASS, NULL, "/etc/default/grub and the default entry agree");
    else if (!finding_needs(ret, running, CHECK_ERROR, "unreadable", "/proc/cmdline is not there"))
        return;
    else if (boot_same_words(running->value, line))
        finding_set(ret, CHECK_PASS, NULL, "the next start takes the same command line");
    else
        finding_set(ret, CHECK_WARN, "will_change", "the next start takes: %s",
                    span_string(line, text, sizeof(text)));
}

static void evaluate_image(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *os = facts_find(evaluation->facts, "file:/etc/os-release");
    const struct fact *image = facts_find(evaluation->facts, "file:/etc/image-id");
    char name[128], id[160];

    if (!finding_needs(ret, os, CHECK_ERROR, "unreadable", "there is no /etc/os-release"))
        return;
    os_release_value(os->value, "PRETTY_NAME", name, sizeof(name));
    if (image->state != FACT_KNOWN)
        finding_set(ret, CHECK_INFO, NULL, "%s", name);
    else if (os_release_value(image->value, "image_name", id, sizeof(id))[0] != '\0' &&
             strstr(id, "uefi") == NULL && strstr(id, "UEFI") == NULL &&
             facts_find(evaluation->facts, "stat:/sys/firmware/efi")->state == FACT_ABSENT)
        finding_set(ret, CHECK_WARN, "bios_image", "%s, image %s", name, id);
    else
        finding_set(ret, CHECK_INFO, NULL, "%s%s%s", name, id[0] != '\0' ? ", image " : "", id);
}

static const struct check checks[] = {
    {
        .id = "boot.uefi",
        .title = "it was started by UEFI",
        .severity = SEVERITY_CRITICAL,
        .expected = "/sys/firmware/efi; for an image an EFI system partition",
        .remedy = "Create the instance from a UEFI image: TDX guests start by nothing else.",
        .reads = "/sys/firmware/efi; for an image /boot/efi/EFI",
        .why = "The measuring firmware of a TD is UEFI.",
        .requires = { "cpu.tdx_guest" },
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_uefi,
    },
    {
        .id = "boot.secureboot",
        .title = "Secure Boot",
        .severity = SEVERITY_INFO,
        .expected = "either",
        .remedy = "Nothing to mend.",
        .reads = "the EFI variable SecureBoot",
        .why = "Its state is measured into RTMR0: whoever relies on it pins that.",
        .live_only = true,
        .gives = GIVES(INFO) | GIVES(ERROR),
        .evaluate = evaluate_secureboot,
    },
    {
        .id = "boot.ccel",
        .title = "there is an event log of the boot",
        .severity = SEVERITY_LOW,
        .expected = "the ACPI table CCEL with a log that can be read",
        .remedy = "It is the firmware's; nothing in the guest can mend it. Measurements can then "
                  "be compared but not explained.",
        .reads = EVENT_LOG_TABLE_PATH " and " EVENT_LOG_PATH,
        .why = "It tells what went into the RTMRs, so that a change can be foreseen.",
        .requires = { "cpu.tdx_guest" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(ERROR),
        .evaluate = evaluate_ccel,
    },
    {
        .id = "boot.eventlog_replay",
        .title = "the event log explains the measurements",
        .severity = SEVERITY_MEDIUM,
        .expected = "replaying the log gives RTMR0, RTMR1 and RTMR2 of the TD report",
        .remedy = "The log is incomplete or was changed. Keep it and the report, and compare with "
                  "those of a fresh instance:\n"
                  "  cp " EVENT_LOG_PATH " ccel.bin\n"
                  "  tdx-attest report --format json",
        .reads = "the event log and the TD report",
        .why = "The log is ordinary memory: only that it leads to the RTMRs gives it authority.",
        .requires = { "td.rtmr01" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_replay,
    },
    {
        .id = "boot.cmdline_pending",
        .title = "the next start takes the command line that is expected",
        .severity = SEVERITY_HIGH,
        .expected = "the same as now, and what /etc/default/grub asks for",
        .remedy = "Look at what each entry boots with, and write it where it is read:\n"
                  "  tdx-grub show\n"
                  "  tdx-grub set-swiotlb --recommended --dry-run",
        .reads = "the boot configuration that GRUB really runs, /etc/default/grub, /proc/cmdline",
        .why = "An edit that no generator has run for changes nothing; one that has been forgotten "
               "changes the machine, and perhaps RTMR2, at the worst time.",
        .gives = GIVES(PASS) | GIVES(INFO) | GIVES(WARN) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_pending,
    },
    {
        .id = "os.image",
        .title = "the operating system",
        .severity = SEVERITY_LOW,
        .expected = "a UEFI image with TDX guest support",
        .remedy = "Create the instance from a UEFI image of the distribution.",
        .reads = "/etc/os-release, /etc/image-id",
        .why = "Remedies differ by distribution.",
        .gives = GIVES(INFO) | GIVES(WARN) | GIVES(ERROR),
        .evaluate = evaluate_image,
    },
};

const struct family boot_family = {
    .name = "boot",
    .title = "Boot",
    .collect = collect,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
