/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/number.h"
#include "core/base/span_text.h"
#include "healthcheck/doors.h"

#define STATE_LISTEN  0x0a
#define NAME_SIZE     16 /* of a process, with its NUL */
#define PROCESSES_MAX 32768U
#define FDS_MAX       65536U

/* The address as the kernel prints it: the words of 32 bits in hexadecimal, each in the machine's
 * byte order, then the port. */
static bool parse_address(struct span field, char *out, size_t size)
{
    uint8_t raw[16];
    char shown[INET6_ADDRSTRLEN];
    size_t words = field.size == 8 + 5 ? 1 : 4;
    uint64_t port = 0;

    if (field.size != 8 * words + 5 || field.data[8 * words] != ':')
        return false;
    for (size_t i = 0; i < words; i++) {
        struct span digits = { field.data + 8 * i, 8 };
        uint64_t word = 0;
        uint32_t native;

        if (!number_take_hex(&digits, &word) || digits.size != 0)
            return false;
        native = (uint32_t)word;
        memcpy(raw + 4 * i, &native, sizeof(native));
    }
    span_skip(&field, 8 * words + 1);
    if (!number_take_hex(&field, &port) || field.size != 0 ||
        inet_ntop(words == 1 ? AF_INET : AF_INET6, raw, shown, sizeof(shown)) == NULL)
        return false;
    (void)snprintf(out, size, words == 1 ? "%s:%u" : "[%s]:%u", shown, (unsigned)port);
    return true;
}

void listeners_parse(struct span text, struct listener *list, size_t *count)
{
    struct span line, field[10];

    while (*count < LISTENERS_MAX && line_next(&text, &line)) {
        struct listener *listener = &list[*count];
        uint64_t state = 0;
        size_t found = 0;

        while (found < 10 && word_next(&line, &field[found]))
            found++;
        if (found == 10 && number_take_hex(&field[3], &state) && state == STATE_LISTEN &&
            parse_address(field[1], listener->address, sizeof(listener->address)) &&
            number_take(&field[9], &listener->inode) && field[9].size == 0)
            (*count)++;
    }
}

/* Which of the sockets this process has open; owner[] gets its name. */
static void look_at_process(int proc, const char *pid, const struct listener *list, size_t count,
                            char (*owner)[NAME_SIZE])
{
    char path[64], target[64], name[NAME_SIZE] = "";
    struct file_content comm = { 0 };
    const struct dirent *entry;
    unsigned fds = 0;
    DIR *folder;
    int fd;

    (void)snprintf(path, sizeof(path), "%.20s/fd", pid);
    fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return; /* gone, or another user's */
    folder = fdopendir(fd);
    if (folder == NULL) {
        (void)close(fd);
        return;
    }
    while (fds++ < FDS_MAX && (entry = readdir(folder)) != NULL) {
        ssize_t length = readlinkat(fd, entry->d_name, target, sizeof(target) - 1);
        struct span text = { (const uint8_t *)target, length > 0 ? (size_t)length : 0 };
        uint64_t inode = 0;

        if (!span_take(&text, "socket:[") || !number_take(&text, &inode))
            continue;
        for (size_t i = 0; i < count; i++) {
            if (list[i].inode != inode)
                continue;
            (void)snprintf(path, sizeof(path), "%.20s/comm", pid);
            if (name[0] == '\0' && file_read_at(proc, path, 64, 0, &comm, NULL) == TDX_OK)
                span_string(span_trim(file_content_span(&comm)), name, sizeof(name));
            file_content_free(&comm);
            memcpy(owner[i], name, NAME_SIZE);
        }
    }
    (void)closedir(folder);
}

static void find_owners(const struct listener *list, size_t count, char (*owner)[NAME_SIZE])
{
    int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = proc >= 0 ? fdopendir(proc) : NULL;
    const struct dirent *entry;
    unsigned processes = 0;

    if (folder == NULL) {
        if (proc >= 0)
            (void)close(proc);
        return;
    }
    while (processes < PROCESSES_MAX && (entry = readdir(folder)) != NULL)
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') {
            processes++;
            look_at_process(proc, entry->d_name, list, count, owner);
        }
    (void)closedir(folder);
}

static void print_listeners(const struct listener *list, size_t count, char (*owner)[NAME_SIZE],
                            struct text *out)
{
    for (size_t i = 0; i < count; i++) {
        /* A blank in a name would be read as the end of it. */
        for (char *c = owner[i]; *c != '\0'; c++)
            *c = (char)(*c > ' ' && *c < 0x7f ? *c : '_');
        text_addf(out, "tcp %s %s\n", list[i].address, owner[i][0] != '\0' ? owner[i] : "?");
    }
}

void doors_collect_listeners(const struct collector *collector)
{
    static const char *const files[] = { "file:/proc/net/tcp", "file:/proc/net/tcp6" };
    struct listener *list;
    char(*owner)[NAME_SIZE];
    struct text out = { 0 };
    size_t count = 0;

    if (collect_probe_file(collector, "listeners", "listeners.txt"))
        return;
    if (!collector->live) {
        facts_set_state(collector->facts, "probe:listeners", FACT_OFFLINE, NULL);
        return;
    }
    list = calloc(LISTENERS_MAX, sizeof(*list));
    owner = calloc(LISTENERS_MAX, sizeof(*owner));
    for (size_t i = 0; list != NULL && owner != NULL && i < 2; i++) {
        const struct fact *file;

        collect_file(collector, files[i] + 5);
        file = facts_find(collector->facts, files[i]);
        if (file->state == FACT_KNOWN)
            listeners_parse(file->value, list, &count);
    }
    if (list == NULL || owner == NULL) {
        facts_set_state(collector->facts, "probe:listeners", FACT_FAILED, "out of memory");
    } else if (facts_find(collector->facts, files[0])->state != FACT_KNOWN) {
        facts_set_state(collector->facts, "probe:listeners", FACT_FAILED,
                        "/proc/net/tcp cannot be read");
    } else {
        find_owners(list, count, owner);
        print_listeners(list, count, owner, &out);
        facts_set(collector->facts, "probe:listeners", text_span(&out));
    }
    text_free(&out);
    free(list);
    free(owner);
}
