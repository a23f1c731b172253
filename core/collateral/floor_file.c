/* SPDX-License-Identifier: Apache-2.0 */
/* The floor as a file: a few "key = value" lines, so that an admin can read what it remembers. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/conf.h"
#include "core/base/files.h"
#include "core/base/hex.h"
#include "core/base/lock.h"
#include "core/base/rfc3339.h"
#include "core/collateral/floor.h"

#define LOCK_NAME       ".lock"
#define LOCK_TIMEOUT_MS 5000

static const char *const pck_crl_keys[2] = {
    [PCK_CA_PROCESSOR] = "pck_crl_processor",
    [PCK_CA_PLATFORM] = "pck_crl_platform",
};

static void print_date(struct text *out, const char *key, int64_t date)
{
    char text[RFC3339_TEXT_SIZE];

    if (date != 0)
        text_addf(out, "%s = %s\n", key, rfc3339_format(date, text));
}

static void print_issue(struct text *out, const char *key, const char *fmspc,
                        struct floor_issue issue)
{
    char text[RFC3339_TEXT_SIZE];

    text_addf(out, "%s = %s%s%" PRIu32 " %s\n", key, fmspc, fmspc[0] != '\0' ? " " : "",
              issue.evaluation, rfc3339_format(issue.issue, text));
}

void floor_print(const struct floor *floor, struct text *out)
{
    text_add(out, "# tdx-gate: the newest collateral seen. Older is refused; values only rise.\n");
    print_date(out, "newest_issue", floor->newest_issue);
    print_date(out, "root_crl", floor->root_crl);
    for (size_t i = 0; i < 2; i++)
        print_date(out, pck_crl_keys[i], floor->pck_crl[i]);
    if (floor->qe_identity.evaluation != 0 || floor->qe_identity.issue != 0)
        print_issue(out, "qe_identity", "", floor->qe_identity);
    for (size_t i = 0; i < floor->count; i++) {
        char fmspc[HEX_TEXT_SIZE(6)];

        hex_encode(floor->platform[i].fmspc, 6, fmspc);
        print_issue(out, "tcb_info", fmspc, floor->platform[i].tcb_info);
    }
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool read_date(const char *value, int64_t *ret)
{
    return rfc3339_parse(value, strlen(value), ret, NULL) == TDX_OK;
}

/* "<number> <date>" */
static bool read_issue(const char *value, struct floor_issue *ret)
{
    uint32_t number = 0;
    size_t digits = 0;

    for (; value[digits] >= '0' && value[digits] <= '9'; digits++) {
        uint32_t digit = (uint32_t)(value[digits] - '0');

        if (number > (UINT32_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    if (digits == 0 || value[digits] != ' ')
        return false;
    ret->evaluation = number;
    return read_date(value + digits + 1, &ret->issue);
}

static bool read_platform(const char *value, struct floor *floor)
{
    struct floor_platform *platform = &floor->platform[floor->count];
    const size_t digits = 12;

    if (floor->count == FLOOR_PLATFORMS_MAX || strlen(value) <= digits || value[digits] != ' ' ||
        hex_decode_exact(value, digits, platform->fmspc, sizeof(platform->fmspc), NULL) != TDX_OK ||
        !read_issue(value + digits + 1, &platform->tcb_info))
        return false;
    for (size_t i = 0; i < floor->count; i++)
        if (memcmp(floor->platform[i].fmspc, platform->fmspc, sizeof(platform->fmspc)) == 0)
            return false;
    floor->count++;
    return true;
}

static enum tdx_status read_line(const struct conf_line *line, void *context, struct tdx_error *err)
{
    struct floor *floor = context;
    bool good = false;

    if (strcmp(line->key, "newest_issue") == 0)
        good = read_date(line->value, &floor->newest_issue);
    else if (strcmp(line->key, "root_crl") == 0)
        good = read_date(line->value, &floor->root_crl);
    else if (strcmp(line->key, pck_crl_keys[0]) == 0)
        good = read_date(line->value, &floor->pck_crl[0]);
    else if (strcmp(line->key, pck_crl_keys[1]) == 0)
        good = read_date(line->value, &floor->pck_crl[1]);
    else if (strcmp(line->key, "qe_identity") == 0)
        good = read_issue(line->value, &floor->qe_identity);
    else if (strcmp(line->key, "tcb_info") == 0)
        good = read_platform(line->value, floor);
    if (good)
        return TDX_OK;
    return status_fail(err, TDX_FLOOR_BAD, "%s, line %u", line->file, line->line);
}

enum tdx_status floor_parse(const char *file, struct span text, struct floor *ret,
                            struct tdx_error *err)
{
    struct floor floor = { 0 };
    struct tdx_error why = { 0 };
    enum tdx_status status = conf_parse(file, text, read_line, &floor, &why);

    if (status == TDX_CONF_SYNTAX || status == TDX_FLOOR_BAD)
        return status_fail(err, TDX_FLOOR_BAD, "%s", why.detail);
    if (status != TDX_OK)
        return status_fail(err, status, "%s", why.detail);
    *ret = floor;
    return TDX_OK;
}

/* --- the file --------------------------------------------------------------------------------- */

void floor_name(const struct trust_anchor *anchor, char out[static FLOOR_NAME_SIZE])
{
    char key[HEX_TEXT_SIZE(8)];

    hex_encode(anchor->public_key + 1, 8, key); /* the first byte is 04 in every key */
    (void)snprintf(out, FLOOR_NAME_SIZE, "floor%s%s", anchor->is_intel ? "" : "-",
                   anchor->is_intel ? "" : key);
}

static enum tdx_status load_at(const char *path, struct floor *ret, struct tdx_error *err)
{
    struct file_content content = { 0 };
    enum tdx_status status;
    struct stat st;

    /* Only "there is no such file" means that nothing was seen. */
    if (lstat(path, &st) != 0 && errno == ENOENT) {
        *ret = (struct floor){ 0 };
        return TDX_OK;
    }
    status = file_read(path, FLOOR_SIZE_LIMIT, FILE_READ_SAFE, &content, err);
    if (status == TDX_OK)
        status = floor_parse(path, file_content_span(&content), ret, err);
    file_content_free(&content);
    return status;
}

static enum tdx_status floor_path(const char *folder, const struct trust_anchor *anchor,
                                  struct text *out, struct tdx_error *err)
{
    char name[FLOOR_NAME_SIZE];

    floor_name(anchor, name);
    text_addf(out, "%s/%s", folder, name);
    return text_ok(out) ? TDX_OK : status_fail(err, TDX_NO_MEMORY, "%s", folder);
}

enum tdx_status floor_load(const char *folder, const struct trust_anchor *anchor, struct floor *ret,
                           struct tdx_error *err)
{
    struct text path = { 0 };
    enum tdx_status status = floor_path(folder, anchor, &path, err);

    if (status == TDX_OK)
        status = load_at(text_string(&path), ret, err);
    text_free(&path);
    return status;
}

static bool is_floor(const char *name)
{
    return strncmp(name, "floor", strlen("floor")) == 0;
}

enum tdx_status floor_store(const char *folder, const struct trust_anchor *anchor,
                            const struct floor_mark *mark, struct tdx_error *err)
{
    enum tdx_status status = TDX_FILE_WRITE_FAILED;
    struct text path = { 0 }, content = { 0 };
    struct floor floor;
    bool changed = false;
    int folder_fd = -1, lock = -1, error;

    error = file_make_folders(folder);
    if (error != 0) {
        (void)status_fail_errno(err, status, error, "%s", folder);
        goto done;
    }
    folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd < 0) {
        (void)status_fail_errno(err, status, errno, "%s", folder);
        goto done;
    }
    status = floor_path(folder, anchor, &path, err);
    if (status == TDX_OK)
        status = lock_take_at(folder_fd, LOCK_NAME, LOCK_TIMEOUT_MS, &lock, err);
    if (status == TDX_OK)
        status = load_at(text_string(&path), &floor, err);
    if (status == TDX_OK)
        status = floor_raise(&floor, mark, &changed, err);
    if (status != TDX_OK)
        goto done;
    file_replace_tidy(folder_fd, is_floor);
    if (!changed)
        goto done;
    floor_print(&floor, &content);
    if (!text_ok(&content))
        status = status_fail(err, TDX_NO_MEMORY, "%s", folder);
    else
        status = file_replace_at(folder_fd, strrchr(text_string(&path), '/') + 1,
                                 text_span(&content), 0644, err);
done:
    lock_release(lock);
    if (folder_fd >= 0)
        (void)close(folder_fd); /* read only: nothing can be lost */
    text_free(&path);
    text_free(&content);
    return status;
}
