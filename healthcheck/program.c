/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/program.h"

#include <stdio.h>
#include <string.h>

#include "healthcheck/elf.h"
#include "healthcheck/lines.h"

#define PATH_SIZE     512
#define PROGRAM_LIMIT ((size_t)64 << 20)
#define LOADER_CONF   "/etc/ld.so.conf.d"

/* --- collecting ------------------------------------------------------------------------------ */

static bool is_in(const struct collector *collector, struct span folder, struct span name)
{
    char path[PATH_SIZE];
    int length = snprintf(path, sizeof(path), "%.*s/%.*s", (int)folder.size,
                          (const char *)folder.data, (int)name.size, (const char *)name.data);

    return length > 0 && length < (int)sizeof(path) && root_exists(collector->root, path);
}

/* The folders that the loader's configuration names. */
static bool is_configured(const struct collector *collector, struct span name)
{
    static const char prefix[] = "file:" LOADER_CONF "/";

    for (const struct fact *file = facts_next(collector->facts, prefix, NULL); file != NULL;
         file = facts_next(collector->facts, prefix, file)) {
        struct span text = file->value, line;

        while (file->state == FACT_KNOWN && line_next(&text, &line))
            if (span_begins(span_trim(line), "/") && is_in(collector, span_trim(line), name))
                return true;
    }
    return false;
}

static bool can_be_found(const struct collector *collector, struct span name, struct span runpath)
{
    static const char *const usual[] = {
        "/lib64", "/usr/lib64", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
        "/lib",   "/usr/lib"
    };

    if (memchr(name.data, '/', name.size) != NULL)
        return is_in(collector, span_of(""), name);
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
        if (is_in(collector, span_of(usual[i]), name))
            return true;
    return (runpath.size > 0 && is_in(collector, runpath, name)) || is_configured(collector, name);
}

static void add_missing(const struct collector *collector, struct text *description)
{
    struct text missing = { 0 };
    struct span text = text_span(description);
    struct span runpath = lines_value(text, "runpath"), line;

    while (line_next(&text, &line))
        if (span_begins(line, "needed=") && line.size > 7) {
            struct span name = { line.data + 7, line.size - 7 };

            if (!can_be_found(collector, name, runpath))
                text_addf(&missing, "missing=%.*s\n", (int)name.size, (const char *)name.data);
        }
    text_add(description, text_string(&missing));
    text_free(&missing);
}

void program_collect(const struct collector *collector, const char *path, const char *const *names)
{
    struct file_content content = { 0 };
    struct text description = { 0 };
    struct tdx_error err = { 0 };
    char name[PATH_SIZE], folder[PATH_SIZE];
    const char *slash = strrchr(path, '/');
    enum tdx_status status;

    collect_stat(collector, path);
    (void)snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
    collect_stat(collector, folder[0] != '\0' ? folder : "/");
    if (facts_find(collector->facts, "list:" LOADER_CONF)->state == FACT_NOT_ASKED)
        collect_files_in(collector, LOADER_CONF, ".conf");
    (void)snprintf(name, sizeof(name), "program:%s", path);
    status = root_read_file(collector->root, path, PROGRAM_LIMIT, &content, &err);
    if (status == TDX_OK) {
        status = elf_describe(file_content_span(&content), names, &description, &err);
        add_missing(collector, &description);
        collect_probe(collector, name, status, &err,
                      (struct span){ (const uint8_t *)text_string(&description),
                                     description.length });
    } else {
        (void)snprintf(name, sizeof(name), "probe:program:%s", path);
        collect_failure(collector, name, status, &err);
    }
    text_free(&description);
    file_content_free(&content);
}

/* --- judging --------------------------------------------------------------------------------- */

static const struct fact *find(const struct facts *facts, const char *kind, const char *path)
{
    char key[PATH_SIZE + 32];

    (void)snprintf(key, sizeof(key), "%s%s", kind, path);
    return facts_find(facts, key);
}

bool program_is_roots(const struct facts *facts, struct finding *finding, const char *path)
{
    const struct fact *looks = find(facts, "stat:", path);
    unsigned mode = 0, uid = 0, gid = 0;

    if (!finding_needs(finding, looks, CHECK_ERROR, "unreadable", "owner and mode are not known"))
        return false;
    if (sscanf((const char *)looks->value.data, "%*s %o %u %u", &mode, &uid, &gid) != 3) {
        finding_set(finding, CHECK_ERROR, "unreadable", "owner and mode are not known");
        return false;
    }
    if (uid != 0 || (mode & 0022U) != 0) {
        finding_set(finding, CHECK_FAIL, "FILE_UNSAFE", "%s: uid %u, mode %04o", path, uid, mode);
        return false;
    }
    return true;
}

bool program_has(const struct facts *facts, const char *path, const char *line)
{
    const struct fact *program = find(facts, "probe:program:", path);
    struct span text = program->value, each;

    while (program->state == FACT_KNOWN && line_next(&text, &each))
        if (span_is(each, line))
            return true;
    return false;
}

bool program_is_sound(const struct facts *facts, struct finding *finding, const char *path,
                      enum check_status if_absent, const char *absent_reason)
{
    const struct fact *program = find(facts, "probe:program:", path);
    char folder[PATH_SIZE], name[ELF_NAME_SIZE];
    const char *slash = strrchr(path, '/');
    struct span missing;

    (void)snprintf(folder, sizeof(folder), "%.*s", slash != NULL ? (int)(slash - path) : 0, path);
    if (program->state == FACT_FAILED && program->why != NULL &&
        strncmp(program->why, "ELF_BAD", 7) == 0) {
        finding_source(finding, "%s", path);
        finding_set(finding, CHECK_FAIL, "ELF_BAD", "%s", program->why);
        return false;
    }
    if (!finding_needs(finding, program, if_absent, absent_reason, "it is not there")) {
        finding_source(finding, "%s", path);
        return false;
    }
    if (!program_is_roots(facts, finding, folder[0] != '\0' ? folder : "/") ||
        !program_is_roots(facts, finding, path))
        return false;
    finding_source(finding, "%s", path);
    /* 62: EM_X86_64 */
    if (!program_has(facts, path, "class=64") || !program_has(facts, path, "machine=62")) {
        finding_set(finding, CHECK_FAIL, "wrong_class", "it is not for x86-64");
        return false;
    }
    missing = lines_value(program->value, "missing");
    if (missing.data != NULL) {
        finding_set(finding, CHECK_FAIL, "library_missing", "it needs %s",
                    span_string(missing, name, sizeof(name)));
        return false;
    }
    return true;
}
