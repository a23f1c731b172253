/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/store_manifest.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hex.h"
#include "core/base/json.h"
#include "core/base/json_write.h"

#define MANIFEST_VERSION 1
#define MANIFEST_LIMIT   ((size_t)32 << 20)

static const char *const what_words[] = {
    [PLAN_KERNEL_CMDLINE] = "kernel-cmdline",
    [PLAN_DEFAULT_GRUB] = "default-grub",
    [PLAN_GRUB_CFG] = "grub-cfg",
    [PLAN_GRUBENV] = "grubenv",
    [PLAN_ENTRY] = "entry",
    [PLAN_GUARD] = "guard",
};

#define WHAT_COUNT (sizeof(what_words) / sizeof(what_words[0]))

static void put_file(struct json_writer *out, const struct store_file *file)
{
    json_open(out, NULL, '{');
    json_put_string(out, "what", what_words[file->what]);
    json_put_string(out, "path", file->path);
    json_put_bool(out, "existed", file->existed);
    json_put_uint(out, "mode", file->mode);
    json_put_uint(out, "uid", file->uid);
    json_put_uint(out, "gid", file->gid);
    json_put_int(out, "atime", file->access_seconds);
    json_put_uint(out, "atime_ns", file->access_nanoseconds);
    json_put_int(out, "mtime", file->change_seconds);
    json_put_uint(out, "mtime_ns", file->change_nanoseconds);
    json_open(out, "xattrs", '[');
    for (size_t i = 0; i < file->attribute_count; i++) {
        json_open(out, NULL, '{');
        json_put_string(out, "name", file->attributes[i].name);
        json_put_uint(out, "size", file->attributes[i].size);
        json_put_hex(out, "value", file->attributes[i].value, file->attributes[i].size);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_close(out, '}');
}

enum tdx_status store_manifest_write(const struct store_change *change, struct tdx_error *err)
{
    struct text text = { 0 };
    struct json_writer out = { .text = &text, .indent = true };
    enum tdx_status status;

    json_open(&out, NULL, '{');
    json_put_uint(&out, "version", MANIFEST_VERSION);
    json_open(&out, "files", '[');
    for (size_t i = 0; i < change->count; i++)
        put_file(&out, &change->files[i]);
    json_close(&out, ']');
    json_open(&out, "entries", '[');
    for (size_t i = 0; i < change->entry_count; i++)
        json_put_string(&out, NULL, change->entries[i]);
    json_close(&out, ']');
    json_close(&out, '}');
    text_add_char(&text, '\n');
    if (!text_ok(&text))
        status = status_fail(err, TDX_NO_MEMORY, "the manifest");
    else
        status = file_replace_at(change->folder, "manifest", text_span(&text), 0600, err);
    text_free(&text);
    return status;
}

static void take_attributes(const struct json_place *place, struct store_file *file)
{
    struct json_place list = json_array(place, "xattrs", JSON_REQUIRED);

    if (json_count(&list) == 0)
        return;
    if (json_count(&list) > STORE_ATTRIBUTES) {
        json_refuse(&list, "more than %d attributes", STORE_ATTRIBUTES);
        return;
    }
    file->attributes = calloc(STORE_ATTRIBUTES, sizeof(*file->attributes));
    for (struct json_place item = { 0 }; file->attributes != NULL && json_next(&list, &item);) {
        struct store_attribute *attribute = &file->attributes[file->attribute_count++];

        json_text(&item, "name", attribute->name, sizeof(attribute->name));
        attribute->size = (size_t)json_uint(&item, "size", STORE_VALUE_SIZE);
        json_hex(&item, "value", attribute->value, attribute->size);
    }
}

static bool take_file(const struct json_place *place, struct store_file *file)
{
    struct json_place what = json_member(place, "what", JSON_REQUIRED);
    struct json_place when[2];
    char path[PATH_MAX];
    size_t i = 0;

    while (i < WHAT_COUNT && !json_is(&what, what_words[i]))
        i++;
    if (i == WHAT_COUNT)
        json_refuse(&what, "not a kind of file");
    else
        file->what = (enum plan_what)i;
    json_text(place, "path", path, sizeof(path));
    file->path = strdup(path);
    file->existed = json_bool(place, "existed");
    file->mode = (uint32_t)json_uint(place, "mode", 07777);
    file->uid = (uint32_t)json_uint(place, "uid", UINT32_MAX);
    file->gid = (uint32_t)json_uint(place, "gid", UINT32_MAX);
    when[0] = json_member(place, "atime", JSON_REQUIRED);
    when[1] = json_member(place, "mtime", JSON_REQUIRED);
    file->access_seconds = json_as_int(&when[0], INT64_MIN, INT64_MAX);
    file->change_seconds = json_as_int(&when[1], INT64_MIN, INT64_MAX);
    file->access_nanoseconds = (uint32_t)json_uint(place, "atime_ns", 999999999);
    file->change_nanoseconds = (uint32_t)json_uint(place, "mtime_ns", 999999999);
    take_attributes(place, file);
    return file->path != NULL;
}

/* False: out of memory. */
static bool take_entries(const struct json_place *root, struct store_change *ret)
{
    struct json_place list = json_array(root, "entries", JSON_OPTIONAL);
    char path[PATH_MAX];

    if (!json_present(&list))
        return true;
    if (json_count(&list) > BOOT_ENTRIES) {
        json_refuse(&list, "too many entries");
        return true;
    }
    ret->entries = calloc(json_count(&list) + 1, sizeof(*ret->entries));
    ret->entries_known = ret->entries != NULL;
    for (struct json_place item = { 0 }; ret->entries != NULL && json_next(&list, &item);) {
        json_as_text(&item, path, sizeof(path));
        ret->entries[ret->entry_count] = strdup(path);
        if (ret->entries[ret->entry_count] == NULL)
            return false;
        ret->entry_count++;
    }
    return ret->entries_known;
}

enum tdx_status store_manifest_read(int folder, struct store_change *ret, struct tdx_error *err)
{
    struct file_content content = { 0 };
    struct json_reader reader = { .bad = TDX_BOOT_BACKUP_BAD, .err = err };
    struct json *json = NULL;
    struct json_place root, list;
    enum tdx_status status = file_read_at(folder, "manifest", MANIFEST_LIMIT, 0, &content, err);

    if (status == TDX_OK)
        status = json_parse(file_content_span(&content), 8, &json, err);
    if (status != TDX_OK)
        goto done;
    reader.json = json;
    root = json_root(&reader);
    if (json_uint(&root, "version", UINT32_MAX) != MANIFEST_VERSION)
        json_refuse(&root, "version is not %d", MANIFEST_VERSION);
    list = json_array(&root, "files", JSON_REQUIRED);
    if (json_count(&list) > PLAN_FILES)
        json_refuse(&list, "too many files");
    ret->files = calloc(json_count(&list) + 1, sizeof(*ret->files));
    for (struct json_place item = { 0 }; ret->files != NULL && json_next(&list, &item);)
        if (!take_file(&item, &ret->files[ret->count++]))
            status = status_fail(err, TDX_NO_MEMORY, "the manifest");
    if (ret->files == NULL || !take_entries(&root, ret))
        status = status_fail(err, TDX_NO_MEMORY, "the manifest");
    if (reader.status != TDX_OK)
        status = reader.status;
done:
    json_free(json);
    file_content_free(&content);
    return status;
}
