/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/collect.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/span_text.h"
#include "healthcheck/families.h"
#include "healthcheck/lines.h"
#include "healthcheck/platform.h"

#define NAMES_LIMIT   512
#define RECORDED_STAT "/.probe/stat.txt"

static const char *key_of(const char *kind, const char *path, char *out, size_t size)
{
    (void)snprintf(out, size, "%s:%s", kind, path); /* a path that is cut is found by no check */
    return out;
}

/* What only a running system has. */
static bool is_live_path(const char *path)
{
    static const char *const folders[] = { "/proc/", "/sys/", "/dev/", "/run/" };

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        if (strncmp(path, folders[i], strlen(folders[i])) == 0)
            return true;
    return false;
}

/* What a recording says of path in its stat.txt (collect.h); no data if it says nothing. */
static struct span recorded_stat(const struct collector *collector, const char *path)
{
    const struct fact *fact = facts_find(collector->facts, "file:" RECORDED_STAT);
    struct span text = fact->value, line, word;

    while (fact->state == FACT_KNOWN && line_next(&text, &line))
        if (word_next(&line, &word) && span_is(word, path))
            return span_trim(line);
    return (struct span){ NULL, 0 };
}

/* True, with the fact set, if path is not to be looked at. */
static bool is_settled(const struct collector *collector, const char *key, const char *path)
{
    if (!collector->live && is_live_path(path))
        facts_set_state(collector->facts, key, FACT_OFFLINE, NULL);
    else if (collector->recording && span_is(recorded_stat(collector, path), "denied"))
        facts_set_state(collector->facts, key, FACT_DENIED, "permission denied");
    else
        return false;
    return true;
}

/* The state that a failure of the root reader stands for. An unreadable file that an ordinary user
 * could not read anyway is denied; root is denied nothing. */
void collect_failure(const struct collector *collector, const char *key, enum tdx_status status,
                     const struct tdx_error *err)
{
    enum fact_state state = FACT_FAILED;

    if (status == TDX_FILE_MISSING)
        state = FACT_ABSENT;
    else if (strstr(err->detail, strerror(13)) != NULL && geteuid() != 0)
        state = FACT_DENIED;
    facts_set_state(collector->facts, key, state, state == FACT_ABSENT ? NULL : err->detail);
}

void collect_file(const struct collector *collector, const char *path)
{
    char key[512];
    struct file_content content = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status;

    key_of("file", path, key, sizeof(key));
    if (is_settled(collector, key, path))
        return;
    status = root_read_file(collector->root, path, FACT_VALUE_LIMIT, &content, &err);
    if (status == TDX_OK)
        facts_set(collector->facts, key, file_content_span(&content));
    else
        collect_failure(collector, key, status, &err);
    file_content_free(&content);
}

static enum tdx_status list(const struct collector *collector, const char *path,
                            struct root_names *ret)
{
    char key[512];
    struct text names = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status;

    key_of("list", path, key, sizeof(key));
    if (is_settled(collector, key, path))
        return TDX_FILE_MISSING;
    status = root_list_folder(collector->root, path, NAMES_LIMIT, ret, &err);
    if (status != TDX_OK) {
        collect_failure(collector, key, status, &err);
        return status;
    }
    for (size_t i = 0; i < ret->count; i++)
        text_addf(&names, "%s%s", i > 0 ? "\n" : "", ret->names[i]);
    if (text_ok(&names))
        facts_set(collector->facts, key, text_span(&names));
    text_free(&names);
    return TDX_OK;
}

void collect_list(const struct collector *collector, const char *path)
{
    struct root_names names = { 0 };

    if (list(collector, path, &names) == TDX_OK)
        root_names_free(&names);
}

void collect_files_in(const struct collector *collector, const char *folder, const char *suffix)
{
    struct root_names names = { 0 };

    if (list(collector, folder, &names) != TDX_OK)
        return;
    for (size_t i = 0; i < names.count; i++) {
        size_t length = strlen(names.names[i]);
        size_t tail = suffix != NULL ? strlen(suffix) : 0;
        char path[512];

        if (length < tail || (tail > 0 && strcmp(names.names[i] + length - tail, suffix) != 0))
            continue;
        if (snprintf(path, sizeof(path), "%s/%s", folder, names.names[i]) < (int)sizeof(path))
            collect_file(collector, path);
    }
    root_names_free(&names);
}

static const char *type_word(mode_t mode)
{
    if (S_ISREG(mode))
        return "file";
    if (S_ISDIR(mode))
        return "dir";
    if (S_ISLNK(mode))
        return "link";
    if (S_ISCHR(mode))
        return "char";
    if (S_ISBLK(mode))
        return "block";
    return S_ISFIFO(mode) ? "fifo" : "socket";
}

void collect_stat(const struct collector *collector, const char *path)
{
    char key[512], value[64];
    struct span recorded = recorded_stat(collector, path);
    struct tdx_error err = { 0 };
    struct stat st;
    enum tdx_status status;

    key_of("stat", path, key, sizeof(key));
    if (is_settled(collector, key, path))
        return;
    status = root_stat(collector->root, path, &st, &err);
    if (status != TDX_OK) {
        collect_failure(collector, key, status, &err);
        return;
    }
    if (recorded.size > 0) {
        facts_set(collector->facts, key, recorded);
        return;
    }
    if (collector->recording) {
        st.st_mode = (st.st_mode & S_IFMT) | (S_ISDIR(st.st_mode) ? 0755U : 0644U);
        st.st_uid = st.st_gid = 0;
    }
    (void)snprintf(value, sizeof(value), "%s %04o %u %u", type_word(st.st_mode),
                   (unsigned)st.st_mode & 07777U, (unsigned)st.st_uid, (unsigned)st.st_gid);
    facts_set(collector->facts, key, span_of(value));
}

void collect_link(const struct collector *collector, const char *path)
{
    char key[512];
    struct text target = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status;

    key_of("link", path, key, sizeof(key));
    if (is_settled(collector, key, path))
        return;
    status = root_read_link(collector->root, path, &target, &err);
    if (status == TDX_OK)
        facts_set(collector->facts, key, text_span(&target));
    else
        collect_failure(collector, key, status, &err);
    text_free(&target);
}

void collect_probe(const struct collector *collector, const char *name, enum tdx_status status,
                   const struct tdx_error *err, struct span value)
{
    char key[512], why[TDX_DETAIL_SIZE + 128];

    key_of("probe", name, key, sizeof(key));
    if (status == TDX_OK) {
        facts_set(collector->facts, key, value);
        return;
    }
    (void)snprintf(why, sizeof(why), "%s: %s%s%s", status_id(status), status_message(status),
                   err->detail[0] != '\0' ? ": " : "", err->detail);
    facts_set_state(collector->facts, key, status == TDX_PERMISSION ? FACT_DENIED : FACT_FAILED,
                    why);
}

bool collect_probe_file(const struct collector *collector, const char *name, const char *file)
{
    static const char failed[] = "!error ";
    char path[512], key[520];
    const struct fact *recorded;

    if (!collector->recording)
        return false;
    (void)snprintf(path, sizeof(path), "/.probe/%s", file);
    collect_file(collector, path);
    recorded = facts_find(collector->facts, key_of("file", path, key, sizeof(key)));
    key_of("probe", name, key, sizeof(key));
    if (recorded->state != FACT_KNOWN)
        facts_set_state(collector->facts, key, recorded->state, recorded->why);
    else if (recorded->value.size >= sizeof(failed) - 1 &&
             memcmp(recorded->value.data, failed, sizeof(failed) - 1) == 0)
        facts_set_state(collector->facts, key, FACT_FAILED,
                        (const char *)recorded->value.data + sizeof(failed) - 1);
    else
        facts_set(collector->facts, key, recorded->value);
    return true;
}

/* probe:now: the time of the run, so that a replay judges dates as they were. */
static void collect_now(const struct collector *collector)
{
    char seconds[32];

    if (collect_probe_file(collector, "now", "now") &&
        facts_find(collector->facts, "probe:now")->state == FACT_KNOWN)
        return;
    (void)snprintf(seconds, sizeof(seconds), "%lld", (long long)time(NULL));
    facts_set(collector->facts, "probe:now", span_of(seconds));
}

void collect_all(const struct collector *collector)
{
    if (collector->recording)
        collect_file(collector, RECORDED_STAT);
    collect_now(collector);
    platform_collect(collector);
    for (size_t i = 0; i < family_count; i++)
        if (families[i]->collect != NULL)
            families[i]->collect(collector);
}
