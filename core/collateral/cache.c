/* SPDX-License-Identifier: Apache-2.0 */
/* What a login needs of the cache: finding a bundle. Storing is in cache_store.c. */
#include "core/collateral/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/files.h"
#include "core/base/hex.h"
#include "core/base/text.h"
#include "core/collateral/cache_files.h"

#define FMSPC_DIGITS 12
#define READ_TRIES   5
#define HOUR         INT64_C(3600)
#define DAY          (24 * HOUR)

static const char *const suffixes[2] = {
    [PCK_CA_PROCESSOR] = "-processor",
    [PCK_CA_PLATFORM] = "-platform",
};

void cache_key_name(const struct cache_key *key, char out[static CACHE_NAME_SIZE])
{
    const uint8_t *f = key->fmspc;

    (void)snprintf(out, CACHE_NAME_SIZE, "%02X%02X%02X%02X%02X%02X%s" CACHE_BUNDLE_SUFFIX, f[0],
                   f[1], f[2], f[3], f[4], f[5], suffixes[key->ca]);
}

bool cache_key_parse(const char *name, struct cache_key *ret)
{
    struct cache_key key = { 0 };
    char again[CACHE_NAME_SIZE];

    if (strlen(name) <= FMSPC_DIGITS ||
        hex_decode_exact(name, FMSPC_DIGITS, key.fmspc, sizeof(key.fmspc), NULL) != TDX_OK)
        return false;
    for (int ca = 0; ca < 2; ca++) {
        key.ca = (enum pck_ca)ca;
        cache_key_name(&key, again);
        if (strcmp(again, name) == 0) {
            *ret = key;
            return true;
        }
    }
    return false;
}

enum tdx_status cache_path(const char *folder, const struct cache_key *key, const char *suffix,
                           struct text *out, struct tdx_error *err)
{
    char name[CACHE_NAME_SIZE];

    cache_key_name(key, name);
    name[strlen(name) - strlen(CACHE_BUNDLE_SUFFIX)] = '\0';
    text_addf(out, "%s/%s%s", folder, name, suffix);
    return text_ok(out) ? TDX_OK : status_fail(err, TDX_NO_MEMORY, "%s", folder);
}

/* FILE_READ_SAFE sees a file that is replaced between its open() and its stat() as unsafe. A
 * refresh during a login does just that: look again. */
static enum tdx_status read_replaced(const char *path, size_t limit, struct file_content *ret,
                                     struct tdx_error *err)
{
    enum tdx_status status = TDX_FILE_UNSAFE;

    for (int i = 0; i < READ_TRIES && status == TDX_FILE_UNSAFE; i++) {
        if (err != NULL)
            *err = (struct tdx_error){ 0 };
        status = file_read(path, limit, FILE_READ_SAFE, ret, err);
    }
    return status;
}

/* The digest is only a hint that saves time: whatever is wrong with it, there is none. */
static void find_digest(const char *folder, const struct cache_key *key, struct cached *cached)
{
    struct text path = { 0 };
    struct file_content content = { 0 };

    if (cache_path(folder, key, CACHE_DIGEST_SUFFIX, &path, NULL) == TDX_OK &&
        read_replaced(text_string(&path), HEX_TEXT_SIZE(32), &content, NULL) == TDX_OK &&
        content.size > 0)
        cached->has_digest =
            hex_decode_exact((const char *)content.data, content.size - 1, cached->digest,
                             sizeof(cached->digest), NULL) == TDX_OK;
    file_content_free(&content);
    text_free(&path);
}

enum tdx_status cache_find(const char *folder, const struct cache_key *key, struct cached *ret,
                           struct tdx_error *err)
{
    struct cached cached = { 0 };
    struct file_content content = { 0 };
    struct text path = { 0 };
    struct tdx_error why = { 0 };
    struct stat st;
    enum tdx_status status = cache_path(folder, key, CACHE_BUNDLE_SUFFIX, &path, err);

    if (status != TDX_OK)
        goto done;
    if (stat(text_string(&path), &st) != 0) {
        status = errno == ENOENT
                     ? status_fail(err, TDX_CACHE_MISSING, "%s", text_string(&path))
                     : status_fail_errno(err, TDX_FILE_UNREADABLE, errno, "%s", text_string(&path));
        goto done;
    }
    cached.stored = st.st_mtime;
    status = read_replaced(text_string(&path), BUNDLE_SIZE_LIMIT, &content, &why);
    if (status == TDX_OK)
        status = bundle_parse(file_content_span(&content), &cached.bundle, &why);
    if (status != TDX_OK) {
        status = status_fail(err, status, "%s", why.detail);
        goto done;
    }
    find_digest(folder, key, &cached);
    *ret = cached;
done:
    file_content_free(&content);
    text_free(&path);
    return status;
}

void cached_free(struct cached *cached)
{
    if (cached == NULL)
        return;
    bundle_free(&cached->bundle);
    *cached = (struct cached){ 0 };
}

static int newest_first(const void *a, const void *b)
{
    const struct cache_entry *left = a, *right = b;

    if (left->stored != right->stored)
        return left->stored < right->stored ? 1 : -1;
    return memcmp(&left->key, &right->key, sizeof(left->key));
}

/* Puts entry among the newest CACHE_ENTRIES_MAX. */
static void keep_newest(struct cache_entry *entries, size_t *count, struct cache_entry entry)
{
    size_t oldest = 0;

    if (*count < CACHE_ENTRIES_MAX) {
        entries[(*count)++] = entry;
        return;
    }
    for (size_t i = 1; i < *count; i++)
        if (entries[i].stored < entries[oldest].stored)
            oldest = i;
    if (entries[oldest].stored < entry.stored)
        entries[oldest] = entry;
}

enum tdx_status cache_list(const char *folder, struct cache_entry entries[CACHE_ENTRIES_MAX],
                           size_t *ret_count, struct tdx_error *err)
{
    DIR *stream = opendir(folder);
    size_t count = 0;

    if (stream == NULL && errno == ENOENT) {
        *ret_count = 0;
        return TDX_OK;
    }
    if (stream == NULL)
        return status_fail_errno(err, TDX_CACHE_BAD, errno, "%s", folder);
    for (const struct dirent *each; (each = readdir(stream)) != NULL;) {
        struct cache_entry entry = { 0 };
        struct stat st;

        if (!cache_key_parse(each->d_name, &entry.key) ||
            fstatat(dirfd(stream), each->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(st.st_mode))
            continue;
        entry.stored = st.st_mtime;
        keep_newest(entries, &count, entry);
    }
    (void)closedir(stream); /* read only: nothing can be lost */
    qsort(entries, count, sizeof(entries[0]), newest_first);
    *ret_count = count;
    return TDX_OK;
}

int64_t cache_due(int64_t stored, int64_t earliest_expiration)
{
    int64_t wait = (earliest_expiration - stored) / 2;

    if (wait > DAY)
        wait = DAY;
    if (wait < HOUR)
        wait = HOUR;
    return stored + wait;
}
