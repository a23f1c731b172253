/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/pkg.h"

#include <stdio.h>
#include <string.h>

#include "core/base/process.h"
#include "core/base/span_text.h"
#include "core/base/text.h"
#include "pam_tdx/gate_conf.h"

#define DPKG_STATUS     "/var/lib/dpkg/status"
#define DPKG_LIMIT      ((size_t)32 << 20)
#define PROGRAM_MS      5000
#define LINE_SIZE       512
#define COUNT_OF(a)     (sizeof(a) / sizeof((a)[0]))
#define PROBE_NAME(key) (&(key)[sizeof("probe:") - 1])

static const char *const intels[] = { PKG_ATTEST, PKG_DCAP_VERIFY, PKG_DCAP_QPL };
static const char *const ours[] = { "tdx-gate", "pam_tdx", "libpam-tdx", "tdx-gate-selinux" };

static bool is_among(struct span name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (span_is(name, names[i]))
            return true;
    return false;
}

/* Adds "NAME VERSION" if it is one of those that matter. */
static void add_package(struct text *out, struct span name, struct span version)
{
    if (version.size == 0 ||
        (!is_among(name, intels, COUNT_OF(intels)) && !is_among(name, ours, COUNT_OF(ours))))
        return;
    text_add_n(out, (const char *)name.data, name.size);
    text_add_char(out, ' ');
    text_add_n(out, (const char *)version.data, version.size);
    text_add_char(out, '\n');
}

/* Splits "NAME-VERSION-RELEASE.ARCH" in front of VERSION, and drops ARCH. */
static void split_nevra(struct span word, struct span *name, struct span *version)
{
    static const char *const architectures[] = { ".x86_64", ".noarch", ".i686" };
    size_t at;

    for (size_t i = 0; i < COUNT_OF(architectures); i++) {
        size_t length = strlen(architectures[i]);

        if (word.size > length &&
            memcmp(word.data + word.size - length, architectures[i], length) == 0)
            word.size -= length;
    }
    at = word.size;
    for (unsigned dashes = 0; at > 0 && dashes < 2; dashes += word.data[at] == '-')
        at--;
    *name = (struct span){ word.data, at };
    *version = at > 0 ? (struct span){ word.data + at + 1, word.size - at - 1 }
                      : (struct span){ word.data, 0 };
}

/* Lines "NAME VERSION" or NEVRAs; what rpm says of a package that is not there has other words. */
static void take_list(struct span list, struct text *out)
{
    struct span line, name, version;

    while (line_next(&list, &line)) {
        if (!word_next(&line, &name))
            continue;
        if (!word_next(&line, &version))
            split_nevra(name, &name, &version);
        add_package(out, name, version);
    }
}

/* The value of a field of dpkg's status, or false if the line is not that field. */
static bool field(struct span line, const char *name, struct span *ret)
{
    if (!span_take(&line, name) || !span_take(&line, ":"))
        return false;
    *ret = span_trim(line);
    return true;
}

static void take_dpkg(struct span status, struct text *out)
{
    static const struct span none = { (const uint8_t *)"", 0 };
    struct span name = none, version = none, state = none, line;
    bool more;

    do {
        more = line_next(&status, &line);
        if (!more || line.size == 0) { /* the end of a package's lines */
            if (span_contains(state, " installed"))
                add_package(out, name, version);
            name = version = state = none;
        } else if (!field(line, "Package", &name) && !field(line, "Version", &version)) {
            (void)field(line, "Status", &state); /* the other fields do not matter */
        }
    } while (more);
}

/* Sets a probe from a text; failure instead if memory ran out. */
static void set_text(const struct collector *collector, const char *key, const struct text *lines)
{
    if (text_ok(lines))
        facts_set(collector->facts, key, span_of(text_string(lines)));
    else
        facts_set_state(collector->facts, key, FACT_FAILED, "no memory");
}

/* Runs a package manager and sets the probe from what it prints. It exits with other codes than 0
 * for packages that are not there or differ, so what counts is what it says: errors of its own
 * stand on standard error. */
static void ask_program(const struct collector *collector, const char *key, const char *const *argv,
                        bool is_list)
{
    struct process_result result = { 0 };
    struct text lines = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status = process_run(&(struct process_spec){ .path = argv[0],
                                                                 .argv = argv,
                                                                 .dies_with_us = true,
                                                                 .timeout_ms = PROGRAM_MS },
                                         &result, &err);

    if (status != TDX_OK) {
        collect_probe(collector, key + strlen("probe:"), status, &err, (struct span){ NULL, 0 });
    } else if (result.exit_code < 0 || result.out_cut ||
               (result.exit_code != 0 && result.err.length > 0)) {
        char why[LINE_SIZE];

        (void)snprintf(why, sizeof(why), "%s: %.*s", argv[0],
                       (int)strcspn(text_string(&result.err), "\n"), text_string(&result.err));
        facts_set_state(collector->facts, key, FACT_FAILED, why);
    } else if (is_list) {
        take_list(text_span(&result.out), &lines);
        set_text(collector, key, &lines);
    } else {
        facts_set(collector->facts, key, text_span(&result.out));
    }
    text_free(&lines);
    process_result_free(&result);
}

enum manager { MANAGER_NONE, MANAGER_RPM, MANAGER_DPKG };

static enum manager manager_of(const struct collector *collector)
{
    if (root_exists(collector->root, DPKG_STATUS))
        return MANAGER_DPKG;
    return root_exists(collector->root, "/var/lib/rpm") ||
                   root_exists(collector->root, "/usr/lib/sysimage/rpm")
               ? MANAGER_RPM
               : MANAGER_NONE;
}

static void collect_dpkg(const struct collector *collector)
{
    struct file_content content = { 0 };
    struct text lines = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status =
        root_read_file(collector->root, DPKG_STATUS, DPKG_LIMIT, &content, &err);

    if (status == TDX_OK) {
        take_dpkg(file_content_span(&content), &lines);
        set_text(collector, PKG_PACKAGES, &lines);
    } else {
        collect_probe(collector, PROBE_NAME(PKG_PACKAGES), status, &err, (struct span){ NULL, 0 });
    }
    text_free(&lines);
    file_content_free(&content);
}

static void collect_rpm(const struct collector *collector)
{
    const char *argv[8 + COUNT_OF(intels) + COUNT_OF(ours)] = {
        "/usr/bin/rpm", "-q", "--qf", "%{NAME} %{VERSION}-%{RELEASE}\\n"
    };
    size_t count = 4;

    for (size_t i = 0; i < COUNT_OF(intels); i++)
        argv[count++] = intels[i];
    for (size_t i = 0; i < COUNT_OF(ours); i++)
        argv[count++] = ours[i];
    ask_program(collector, PKG_PACKAGES, argv, true);
}

/* What the package manager says of the files of those of ours that are installed. */
static void collect_verify(const struct collector *collector, enum manager manager)
{
    static const char *const rpm[] = { "/usr/bin/rpm", "-V", "--nodeps", "--noscripts" };
    static const char *const dpkg[] = { "/usr/bin/dpkg", "--verify" };
    const struct fact *packages = facts_find(collector->facts, PKG_PACKAGES);
    const char *argv[8 + COUNT_OF(ours)] = { NULL };
    struct span list = packages->value, line, name;
    size_t count = 0, fixed;

    for (size_t i = 0; manager == MANAGER_RPM && i < COUNT_OF(rpm); i++)
        argv[count++] = rpm[i];
    for (size_t i = 0; manager == MANAGER_DPKG && i < COUNT_OF(dpkg); i++)
        argv[count++] = dpkg[i];
    fixed = count;
    while (packages->state == FACT_KNOWN && line_next(&list, &line))
        for (size_t i = 0, named = word_next(&line, &name); named && i < COUNT_OF(ours); i++)
            if (span_is(name, ours[i]) && count + 1 < COUNT_OF(argv))
                argv[count++] = ours[i];
    if (packages->state != FACT_KNOWN)
        facts_set_state(collector->facts, PKG_VERIFY, packages->state, packages->why);
    else if (count > fixed)
        ask_program(collector, PKG_VERIFY, argv, false);
    else
        facts_set_state(collector->facts, PKG_VERIFY, FACT_ABSENT, NULL);
}

/* Replaces the whole list of a recording by the packages that matter. */
static void collect_recorded(const struct collector *collector)
{
    const struct fact *list = facts_find(collector->facts, PKG_PACKAGES);
    struct text lines = { 0 };

    if (list->state == FACT_KNOWN) {
        take_list(list->value, &lines);
        set_text(collector, PKG_PACKAGES, &lines);
    } else if (list->state == FACT_ABSENT && manager_of(collector) == MANAGER_DPKG) {
        collect_dpkg(collector);
    }
    text_free(&lines);
}

void pkg_collect(const struct collector *collector)
{
    enum manager manager = manager_of(collector);

    collect_file(collector, PKG_REPOSITORY);
    collect_file(collector, "/etc/dnf/dnf.conf");
    collect_file(collector, "/etc/yum.conf");
    collect_file(collector, PKG_ATTEST_CONF);
    collect_file(collector, GATE_CONF_DEFAULT);
    if (collect_probe_file(collector, PROBE_NAME(PKG_PACKAGES), "packages.txt") &&
        collect_probe_file(collector, PROBE_NAME(PKG_VERIFY), "packages-verify.txt")) {
        collect_recorded(collector);
        return;
    }
    if (manager == MANAGER_DPKG)
        collect_dpkg(collector);
    else if (manager == MANAGER_RPM && collector->live)
        collect_rpm(collector);
    else
        facts_set_state(collector->facts, PKG_PACKAGES,
                        manager == MANAGER_RPM ? FACT_OFFLINE : FACT_ABSENT, NULL);
    if (collector->live && manager != MANAGER_NONE)
        collect_verify(collector, manager);
    else
        facts_set_state(collector->facts, PKG_VERIFY, collector->live ? FACT_ABSENT : FACT_OFFLINE,
                        NULL);
}
