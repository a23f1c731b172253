/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/files.h"
#include "core/base/span_text.h"
#include "tests/unit/cmocka_all.h"

static char folder[64];

int scratch_make(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "/tmp/tdx-gate-test-XXXXXX");
    return mkdtemp(folder) != NULL ? 0 : -1;
}

int scratch_remove(void **state)
{
    char command[128];

    (void)state;
    (void)snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command); /* NOLINT: a name of our own making */
}

const char *scratch_folder(void)
{
    return folder;
}

const char *scratch_path(const char *path, char out[static SCRATCH_PATH_SIZE])
{
    (void)snprintf(out, SCRATCH_PATH_SIZE, "%s%s", folder, path);
    return out;
}

void scratch_put(const char *path, const char *content)
{
    char name[SCRATCH_PATH_SIZE];
    char *last;

    last = strrchr(scratch_path(path, name), '/');
    *last = '\0';
    assert_int_equal(file_make_folders(name), 0);
    *last = '/';
    assert_status(file_replace(name, span_of(content), 0644, NULL), "OK");
}

void scratch_holds(const char *path, const char *content)
{
    struct file_content found = { 0 };
    char name[SCRATCH_PATH_SIZE];

    assert_status(file_read(scratch_path(path, name), (size_t)1 << 20, 0, &found, NULL), "OK");
    assert_int_equal(found.size, strlen(content));
    assert_memory_equal(found.data, content, found.size);
    file_content_free(&found);
}
