/* SPDX-License-Identifier: Apache-2.0 */
/* The main of a fuzz target in a plain 'make check': its seeds, each of them with one byte changed
 * and cut short in many places, and every input that once broke something
 * (tests/fuzz/regress/NAME/). Speaks TAP.
 *
 * usage: replay_NAME                      replay
 *        replay_NAME --write-seeds DIR    write the seeds there, for libFuzzer */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/files.h"
#include "tests/fuzz/fuzz.h"

#define MUTATIONS 2000U

static int fail(const char *what, const char *detail)
{
    (void)printf("Bail out! %s: %s\n", what, detail);
    return 1;
}

static int write_seeds(const char *folder, uint8_t *room)
{
    size_t size;

    for (unsigned i = 0; (size = fuzz_seed(i, room, FUZZ_SEED_LIMIT)) > 0; i++) {
        struct tdx_error err = { 0 };
        char path[1024];

        (void)snprintf(path, sizeof(path), "%s/seed-%u", folder, i);
        if (file_replace(path, (struct span){ room, size }, 0644, &err) != TDX_OK)
            return fail(path, err.detail);
    }
    return 0;
}

/* One byte changed or the end cut off, at places that a small generator picks: always the same. */
static void mutate(uint8_t *seed, size_t size)
{
    uint32_t random = 2463534242U;

    for (unsigned i = 0; i < MUTATIONS; i++) {
        size_t at;

        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        at = random % size;
        if (i % 4 == 0) {
            (void)LLVMFuzzerTestOneInput(seed, at);
        } else {
            uint8_t before = seed[at];

            seed[at] =
                (uint8_t)(before ^ (i % 4 == 1 ? 1U << (random >> 24) % 8 : random >> 16 | 1U));
            (void)LLVMFuzzerTestOneInput(seed, size);
            seed[at] = before;
        }
    }
}

static int replay_file(const char *folder, const char *name)
{
    struct file_content content = { 0 };
    struct tdx_error err = { 0 };
    char path[1400];

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (file_read(path, (size_t)16 << 20, 0, &content, &err) != TDX_OK)
        return fail(path, err.detail);
    (void)printf("# %s\n", name);
    (void)fflush(stdout); /* so that a crash is seen beside its input */
    (void)LLVMFuzzerTestOneInput(content.data, content.size);
    file_content_free(&content);
    return 0;
}

/* Returns the number of inputs, or -1. No folder: nothing was found yet. */
static int replay_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    int count = 0;

    if (dir == NULL)
        return 0;
    while (count >= 0 && (entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            count = replay_file(folder, entry->d_name) == 0 ? count + 1 : -1;
    (void)closedir(dir);
    return count;
}

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    const char *name = slash != NULL ? slash + 1 : argv[0];
    const char *top = getenv("top_srcdir");
    uint8_t *room = malloc(FUZZ_SEED_LIMIT);
    char folder[1024];
    unsigned seeds = 0;
    size_t size;
    int replayed, result = 1;

    if (room == NULL)
        return 1;
    if (argc == 3 && strcmp(argv[1], "--write-seeds") == 0) {
        result = write_seeds(argv[2], room);
        goto done;
    }
    name = strncmp(name, "replay_", 7) == 0 ? name + 7 : name;
    (void)printf("1..2\n");
    for (; (size = fuzz_seed(seeds, room, FUZZ_SEED_LIMIT)) > 0; seeds++) {
        (void)LLVMFuzzerTestOneInput(room, size);
        mutate(room, size);
    }
    (void)printf("%s 1 - %u seeds of %s and %u changes of each\n", seeds > 0 ? "ok" : "not ok",
                 seeds, name, MUTATIONS);
    (void)snprintf(folder, sizeof(folder), "%s/tests/fuzz/regress/%s", top != NULL ? top : ".",
                   name);
    replayed = replay_folder(folder);
    if (replayed < 0)
        goto done;
    (void)printf("ok 2 - %d inputs that once broke something\n", replayed);
    result = seeds > 0 ? 0 : 1;
done:
    free(room);
    return result;
}
