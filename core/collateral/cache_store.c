/* SPDX-License-Identifier: Apache-2.0 */
/* Storing: verify, hold to the floor, replace, raise the floor, in this order. If the machine dies
 * between the last two, the floor is raised by the next refresh; the other way round a login would
 * meet a floor above its only bundle. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/files.h"
#include "core/base/hex.h"
#include "core/base/lock.h"
#include "core/collateral/cache.h"
#include "core/collateral/cache_files.h"

#define LOCK_NAME       ".lock"
#define LOCK_TIMEOUT_MS 10000

/* What a bundle says, if it is sound under the anchor. *ret_digest (may be NULL) is its digest. */
static enum tdx_status examine(const struct cache *cache, const struct collateral *parts,
                               int64_t now, struct collateral_facts *ret, uint8_t ret_digest[32],
                               struct tdx_error *err)
{
    struct verify_context *context = NULL;
    enum tdx_status status = verify_context_new(parts, cache->anchor, NULL, &context, err);

    if (status == TDX_OK)
        status = verify_context_facts(context, now, ret, err);
    if (status == TDX_OK && ret_digest != NULL)
        memcpy(ret_digest, verify_context_digest(context), 32);
    verify_context_free(context);
    return status;
}

static enum tdx_status check_new(const struct cache_key *key, const struct collateral_facts *facts,
                                 struct tdx_error *err)
{
    char name[CACHE_NAME_SIZE];
    const struct cache_key about = {
        .fmspc = { facts->fmspc[0], facts->fmspc[1], facts->fmspc[2], facts->fmspc[3],
                   facts->fmspc[4], facts->fmspc[5] },
        .ca = facts->pck_crl_ca,
    };

    cache_key_name(&about, name);
    if (!facts->is_tdx)
        return status_fail(err, TDX_PCS_WRONG_PLATFORM, "it is for SGX, not TDX");
    if (memcmp(about.fmspc, key->fmspc, sizeof(about.fmspc)) != 0 || about.ca != key->ca)
        return status_fail(err, TDX_PCS_WRONG_PLATFORM, "it is for %.*s",
                           (int)(strlen(name) - strlen(CACHE_BUNDLE_SUFFIX)), name);
    return TDX_OK;
}

/* Judged after the floor: a clock that was turned back makes lists look not valid yet, and is the
 * graver finding. */
static enum tdx_status check_expiry(const struct collateral_facts *facts, struct tdx_error *err)
{
    const char *words = facts->dates.first_to_expire;
    char date[RFC3339_TEXT_SIZE];

    if (!facts->expired)
        return TDX_OK;
    return status_fail(err, TDX_PCS_SERVES_EXPIRED, "%s, at %s", words != NULL ? words : "",
                       rfc3339_format(facts->dates.earliest_expiration, date));
}

/* The floor as stored, raised by the bundle that is there: it covers a machine that died between
 * the two, and a floor that was lost. */
static enum tdx_status effective_floor(const struct cache *cache, const struct cached *old,
                                       int64_t now, struct floor *ret, struct cache_stored *stored,
                                       struct tdx_error *err)
{
    struct floor_mark mark;
    enum tdx_status status = floor_load(cache->floor_folder, cache->anchor, ret, err);

    if (status != TDX_OK || old == NULL ||
        examine(cache, &old->bundle.parts, now, &stored->old, NULL, NULL) != TDX_OK)
        return status;
    stored->had_old = true;
    mark = floor_mark_of_facts(&stored->old);
    return floor_raise(ret, &mark, NULL, err);
}

/* --- the folder ------------------------------------------------------------------------------- */

static bool is_ours(const char *name)
{
    const char *dot = strrchr(name, '.');
    struct cache_key key;

    return cache_key_parse(name, &key) || (dot != NULL && strcmp(dot, CACHE_DIGEST_SUFFIX) == 0);
}

static bool is_listed(const struct cache_entry *entries, size_t count, const struct cache_key *key)
{
    for (size_t i = 0; i < count; i++)
        if (memcmp(entries[i].key.fmspc, key->fmspc, sizeof(key->fmspc)) == 0 &&
            entries[i].key.ca == key->ca)
            return true;
    return false;
}

/* Removes the bundles for which there is no room beside key's. Called under the lock; what cannot
 * be removed is met again next time. */
static void tidy(const struct cache *cache, int folder_fd, const struct cache_key *key)
{
    struct cache_entry entries[CACHE_ENTRIES_MAX];
    size_t count = 0;
    int list_fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = list_fd >= 0 ? fdopendir(list_fd) : NULL;

    if (stream == NULL) {
        if (list_fd >= 0)
            (void)close(list_fd); /* read only */
        return;
    }
    if (cache_list(cache->folder, entries, &count, NULL) != TDX_OK) {
        (void)closedir(stream); /* read only */
        return;
    }
    if (count == CACHE_ENTRIES_MAX && !is_listed(entries, count, key))
        count--; /* the oldest makes room */
    for (const struct dirent *each; (each = readdir(stream)) != NULL;) {
        struct cache_key found;
        char digest[CACHE_NAME_SIZE + sizeof(CACHE_DIGEST_SUFFIX)];

        if (!cache_key_parse(each->d_name, &found) || is_listed(entries, count, &found))
            continue;
        (void)unlinkat(folder_fd, each->d_name, 0);
        memcpy(digest, each->d_name, strlen(each->d_name) + 1);
        memcpy(digest + strlen(digest) - strlen(CACHE_BUNDLE_SUFFIX), CACHE_DIGEST_SUFFIX,
               sizeof(CACHE_DIGEST_SUFFIX));
        (void)unlinkat(folder_fd, digest, 0);
    }
    (void)closedir(stream); /* read only: nothing can be lost */
}

static enum tdx_status open_folder(const char *folder, int *ret, struct tdx_error *err)
{
    int fd, error = file_make_folders(folder);
    enum tdx_status status;

    if (error != 0)
        return status_fail_errno(err, TDX_CACHE_BAD, error, "%s", folder);
    status = file_check_safe(folder, err);
    if (status != TDX_OK)
        return status;
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return status_fail_errno(err, TDX_CACHE_BAD, errno, "%s", folder);
    *ret = fd;
    return TDX_OK;
}

static enum tdx_status replace(int folder_fd, const struct cache_key *key, const char *suffix,
                               const struct text *content, struct tdx_error *err)
{
    struct text name = { 0 };
    enum tdx_status status = cache_path("", key, suffix, &name, err);

    if (status == TDX_OK)
        status = file_replace_at(folder_fd, text_string(&name) + 1, /* without the '/' */
                                 text_span(content), 0644, err);
    text_free(&name);
    return status;
}

/* Writes the bundle, or only notes that it was fetched again; then its digest, which is a hint
 * only: an old one that stays is compared, and found to be another bundle's. */
static enum tdx_status write_bundle(int folder_fd, const struct cache_key *key,
                                    const struct text *printed, bool unchanged,
                                    const uint8_t digest[32], int64_t now, struct tdx_error *err)
{
    const struct timespec times[2] = { { .tv_sec = now }, { .tv_sec = now } };
    enum tdx_status status = TDX_OK;
    struct text hex = { 0 };
    char name[CACHE_NAME_SIZE];

    cache_key_name(key, name);
    if (!unchanged)
        status = replace(folder_fd, key, CACHE_BUNDLE_SUFFIX, printed, err);
    if (status == TDX_OK) {
        /* by the caller's clock; if it fails the next refresh only comes sooner */
        (void)utimensat(folder_fd, name, times, AT_SYMLINK_NOFOLLOW);
        text_add_hex(&hex, digest, 32);
        text_add_char(&hex, '\n');
        if (text_ok(&hex))
            (void)!replace(folder_fd, key, CACHE_DIGEST_SUFFIX, &hex, NULL);
    }
    text_free(&hex);
    return status;
}

/* Under the lock: everything from the look at the old bundle on. printed is the new one. */
static enum tdx_status store_locked(const struct cache *cache, int folder_fd,
                                    const struct cache_key *key, const struct text *printed,
                                    const uint8_t digest[32], int64_t now,
                                    struct cache_stored *stored, struct tdx_error *err)
{
    struct cached old = { 0 };
    struct text old_printed = { 0 };
    struct floor floor;
    struct floor_mark mark = floor_mark_of_facts(&stored->now);
    bool has_old = cache_find(cache->folder, key, &old, NULL) == TDX_OK;
    enum tdx_status status =
        effective_floor(cache, has_old ? &old : NULL, now, &floor, stored, err);

    if (status == TDX_OK)
        status = floor_check(&floor, &mark, now, err);
    if (status == TDX_OK)
        status = check_expiry(&stored->now, err);
    if (status != TDX_OK)
        goto done;
    stored->unchanged = stored->had_old &&
                        bundle_print(&old.bundle.parts, &old_printed, NULL) == TDX_OK &&
                        old_printed.length == printed->length &&
                        memcmp(old_printed.data, printed->data, printed->length) == 0;
    file_replace_tidy(folder_fd, is_ours);
    tidy(cache, folder_fd, key);
    status = write_bundle(folder_fd, key, printed, stored->unchanged, digest, now, err);
    if (status == TDX_OK)
        status = floor_store(cache->floor_folder, cache->anchor, &mark, err);
done:
    text_free(&old_printed);
    cached_free(&old);
    return status;
}

enum tdx_status cache_store(const struct cache *given, const struct cache_key *key,
                            const struct collateral *parts, int64_t now, struct cache_stored *ret,
                            struct tdx_error *err)
{
    const struct cache cache = {
        .folder = given->folder != NULL ? given->folder : CACHE_FOLDER,
        .floor_folder = given->floor_folder != NULL ? given->floor_folder : FLOOR_FOLDER,
        .anchor = given->anchor,
    };
    struct cache_stored stored = { 0 };
    struct text printed = { 0 };
    uint8_t digest[32];
    int folder_fd = -1, lock = -1;
    enum tdx_status status = examine(&cache, parts, now, &stored.now, digest, err);

    if (status == TDX_OK)
        status = check_new(key, &stored.now, err);
    if (status == TDX_OK)
        status = bundle_print(parts, &printed, err);
    if (status == TDX_OK)
        status = open_folder(cache.folder, &folder_fd, err);
    if (status == TDX_OK)
        status = lock_take_at(folder_fd, LOCK_NAME, LOCK_TIMEOUT_MS, &lock, err);
    if (status == TDX_OK)
        status = store_locked(&cache, folder_fd, key, &printed, digest, now, &stored, err);
    if (status == TDX_OK) {
        stored.next = cache_due(now, stored.now.dates.earliest_expiration);
        *ret = stored;
    }
    lock_release(lock);
    if (folder_fd >= 0)
        (void)close(folder_fd); /* read only: nothing can be lost */
    text_free(&printed);
    return status;
}
