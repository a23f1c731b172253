/* SPDX-License-Identifier: Apache-2.0 */
#include "swiotlb/watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base/json_write.h"
#include "swiotlb/report.h"

#define SAMPLE_MS          100
#define SAMPLES_PER_SECOND (1000 / SAMPLE_MS)
#define BAR_WIDTH          40

struct samples {
    uint64_t count, first, last, least, most;
    bool fell; /* use went down at least once */
    struct maybe_u64 hiwater;
};

static void add_sample(struct samples *samples, const struct swiotlb_facts *use)
{
    uint64_t used = use->used.value;

    if (samples->count == 0)
        samples->first = samples->least = samples->most = used;
    else if (used < samples->last)
        samples->fell = true;
    samples->last = used;
    samples->hiwater = use->hiwater;
    if (used < samples->least)
        samples->least = used;
    if (used > samples->most)
        samples->most = used;
    samples->count++;
}

static void print_second(const struct samples *samples, uint64_t total)
{
    struct text line = { 0 };

    report_bar(&line, samples->last, maybe_u64(samples->most), total, BAR_WIDTH);
    text_addf(&line, " %llu of %llu slabs, ", (unsigned long long)samples->last,
              (unsigned long long)total);
    report_size(&line, samples->last);
    (void)printf("%s\n", text_string(&line));
    (void)fflush(stdout); /* program_finish() reports what could not be written */
    text_free(&line);
}

static void print_summary(const struct samples *samples, uint64_t total, enum output_format format)
{
    struct text out = { 0 };
    bool grew = !samples->fell && samples->last > samples->first;

    if (format == OUTPUT_JSON) {
        struct json_writer json = { .text = &out, .indent = true };

        json_open(&json, NULL, '{');
        json_put_uint(&json, "nslabs", total);
        json_put_uint(&json, "samples", samples->count);
        json_put_uint(&json, "first_used", samples->first);
        json_put_uint(&json, "last_used", samples->last);
        json_put_uint(&json, "min_used", samples->least);
        json_put_uint(&json, "max_used", samples->most);
        if (samples->hiwater.known)
            json_put_uint(&json, "used_hiwater", samples->hiwater.value);
        else
            json_put_null(&json, "used_hiwater");
        json_put_bool(&json, "only_grew", grew);
        json_close(&json, '}');
        text_add_char(&out, '\n');
    } else {
        text_addf(&out, "%llu samples: at least ", (unsigned long long)samples->count);
        report_size(&out, samples->least);
        text_add(&out, ", at most ");
        report_size(&out, samples->most);
        text_add(&out, " of ");
        report_size(&out, total);
        text_add(&out, grew ? "; it only grew: a leak, unless the load did too\n" : "\n");
    }
    (void)fputs(text_string(&out), stdout);
    text_free(&out);
}

/* A descriptor that becomes readable at SIGINT or SIGTERM, which no longer end the process. */
static int catch_signals(void)
{
    sigset_t set;

    if (sigemptyset(&set) != 0 || sigaddset(&set, SIGINT) != 0 || sigaddset(&set, SIGTERM) != 0 ||
        sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int swiotlb_watch(const struct swiotlb_options *options, const struct root *root,
                  const struct swiotlb_facts *facts)
{
    uint64_t wanted = options->watch_seconds * SAMPLES_PER_SECOND;
    struct pollfd signals = { .fd = catch_signals(), .events = POLLIN };
    struct samples samples = { 0 };
    struct swiotlb_facts use = *facts;

    while (samples.count < wanted) {
        swiotlb_facts_read_use(root, &use);
        if (!use.used.known)
            break;
        add_sample(&samples, &use);
        if (options->program.format == OUTPUT_TEXT && samples.count % SAMPLES_PER_SECOND == 0)
            print_second(&samples, facts->slabs.value);
        if (samples.count < wanted && poll(&signals, signals.fd >= 0 ? 1 : 0, SAMPLE_MS) > 0)
            break;
    }
    if (signals.fd >= 0)
        (void)close(signals.fd);
    if (samples.count == 0) {
        struct tdx_error err = { 0 };

        return program_fail(&options->program,
                            status_fail(&err, geteuid() == 0 ? TDX_FILE_MISSING : TDX_PERMISSION,
                                        "/sys/kernel/debug/swiotlb/io_tlb_used (debugfs must be "
                                        "mounted)"),
                            &err);
    }
    print_summary(&samples, facts->slabs.value, options->program.format);
    return program_finish(&options->program, TDX_EXIT_YES);
}
