/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/corpus.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/hex.h"
#include "tests/unit/cmocka_all.h"

#define FILE_LIMIT ((size_t)64 << 20)

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void run_one(const char *part, const char *name, void (*run)(const struct corpus_case *each))
{
    struct corpus_case each = { 0 };
    struct file_content text;

    (void)snprintf(each.name, sizeof(each.name), "%s/%s", part, name);
    (void)snprintf(each.folder, sizeof(each.folder), "%s/%s", getenv("TDX_CORPUS"), each.name);
    if (!corpus_has(&each, "expected.json"))
        return;
    text = corpus_file(&each, "expected.json");
    each.expected = json_tokener_parse((const char *)text.data);
    file_content_free(&text);
    if (each.expected == NULL)
        fail_msg("%s: expected.json is not JSON", each.name);
    run(&each);
    json_object_put(each.expected);
}

unsigned corpus_each(const char *part, void (*run)(const struct corpus_case *each))
{
    const char *root = getenv("TDX_CORPUS");
    char folder[1024];
    struct dirent **entries = NULL;
    int count;

    (void)snprintf(folder, sizeof(folder), "%s/%s", root != NULL ? root : "/nonexistent", part);
    count = scandir(folder, &entries, visible, alphasort);
    if (count < 0) {
        print_message("skipped: there is no corpus at %s\n", folder);
        return 0;
    }
    for (int i = 0; i < count; i++) {
        run_one(part, entries[i]->d_name, run);
        free(entries[i]);
    }
    free(entries);
    return (unsigned)count;
}

static void path_of(const struct corpus_case *each, const char *name, char path[static 1400])
{
    (void)snprintf(path, 1400, "%s/%s", each->folder, name);
}

bool corpus_has(const struct corpus_case *each, const char *name)
{
    char path[1400];

    path_of(each, name, path);
    return access(path, R_OK) == 0;
}

struct file_content corpus_file(const struct corpus_case *each, const char *name)
{
    struct file_content content = { 0 };
    struct tdx_error err = { 0 };
    char path[1400];

    path_of(each, name, path);
    if (file_read(path, FILE_LIMIT, 0, &content, &err) != TDX_OK)
        fail_msg("%s", err.detail);
    return content;
}

void corpus_check_hex(const struct corpus_case *each, struct json_object *object, const char *key,
                      const void *data, size_t size)
{
    struct json_object *member = NULL;
    char *text;

    if (!json_object_object_get_ex(object, key, &member) || member == NULL)
        return;
    text = malloc(HEX_TEXT_SIZE(size));
    assert_non_null(text);
    hex_encode(data, size, text);
    if (strcmp(text, json_object_get_string(member)) != 0)
        fail_msg("%s: %s is %s, expected %s", each->name, key, text,
                 json_object_get_string(member));
    free(text);
}

void corpus_check_int(const struct corpus_case *each, struct json_object *object, const char *key,
                      int64_t value)
{
    struct json_object *member = NULL;

    if (!json_object_object_get_ex(object, key, &member) || member == NULL)
        return;
    if (json_object_get_int64(member) != value)
        fail_msg("%s: %s is %lld, expected %s", each->name, key, (long long)value,
                 json_object_get_string(member));
}
