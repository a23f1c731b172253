/* SPDX-License-Identifier: Apache-2.0 */
#include "core/collateral/pcs_regions.h"

#include <stdio.h>
#include <string.h>

#include "core/base/platform_conf.h"
#include "core/base/root.h"

#define NAMES_LIMIT 256
#define SUFFIX      ".conf"

/* What one cloud's file says about a region. */
struct reading {
    const char *region, *host_key;
    char pattern[PLATFORM_VALUE_SIZE]; /* "": it names no PCCS of that kind */
    bool listed;
};

static enum tdx_status read_line(const struct conf_line *line, void *context, struct tdx_error *err)
{
    struct reading *reading = context;
    enum tdx_status status = platform_line_check(line, err);

    if (status != TDX_OK)
        return status;
    if (strcmp(line->key, reading->host_key) == 0 && reading->pattern[0] == '\0')
        memcpy(reading->pattern, line->value, strlen(line->value) + 1); /* it was checked */
    else if (strcmp(line->key, "pccs_region") == 0 && strcmp(line->value, reading->region) == 0)
        reading->listed = true;
    return TDX_OK;
}

static enum tdx_status check_region(const char *region, struct tdx_error *err)
{
    char quoted[60];

    if (platform_is_region(region))
        return TDX_OK;
    return status_fail(err, TDX_PCS_REGION_BAD, "\"%s\"",
                       text_quote(region, strlen(region), quoted, sizeof(quoted)));
}

static struct reading reading_of(const char *region, bool vpc)
{
    return (struct reading){ .region = region, .host_key = vpc ? "pccs_vpc_host" : "pccs_host" };
}

static enum tdx_status address(const struct reading *reading, const char *name,
                               char ret[static PCS_URL_SIZE], bool *ret_listed,
                               struct tdx_error *err)
{
    char host[PLATFORM_VALUE_SIZE], url[PCS_URL_SIZE];

    if (reading->pattern[0] == '\0')
        return status_fail(err, TDX_PCS_REGION_BAD, "%s: %s is not set", name, reading->host_key);
    if (!platform_host(reading->pattern, reading->region, host, sizeof(host)) ||
        snprintf(url, sizeof(url), "https://%s/sgx/certification/v4/", host) >= (int)sizeof(url))
        return status_fail(err, TDX_PCS_REGION_BAD, "%s: the address is too long", name);
    memcpy(ret, url, strlen(url) + 1);
    if (ret_listed != NULL)
        *ret_listed = reading->listed;
    return TDX_OK;
}

enum tdx_status pcs_region_url(const char *name, struct span text, const char *region, bool vpc,
                               char ret[static PCS_URL_SIZE], bool *ret_listed,
                               struct tdx_error *err)
{
    struct reading reading = reading_of(region, vpc);
    enum tdx_status status = check_region(region, err);

    if (status == TDX_OK)
        status = conf_parse(name, text, read_line, &reading, err);
    return status == TDX_OK ? address(&reading, name, ret, ret_listed, err) : status;
}

/* --- the files --------------------------------------------------------------------------------
 */

struct search {
    const struct root *root;
    struct reading best; /* the one that lists the region, else the first with a PCCS */
    unsigned files;
};

static bool is_conf(const char *name)
{
    size_t length = strlen(name);

    return length > strlen(SUFFIX) && strcmp(name + length - strlen(SUFFIX), SUFFIX) == 0;
}

static enum tdx_status read_file(struct search *search, const char *path, struct tdx_error *err)
{
    struct reading reading = search->best;
    struct file_content content = { 0 };
    enum tdx_status status;

    reading.pattern[0] = '\0';
    status = root_read_file(search->root, path, PLATFORM_FILE_LIMIT, &content, err);
    if (status == TDX_OK)
        status = conf_parse(path, file_content_span(&content), read_line, &reading, err);
    file_content_free(&content);
    if (status != TDX_OK)
        return status;
    search->files++;
    if (reading.pattern[0] != '\0' && !search->best.listed &&
        (reading.listed || search->best.pattern[0] == '\0'))
        search->best = reading;
    return TDX_OK;
}

/* Reads the files of a folder, but not those that site_folder (NULL: none) has too. A folder that
 * is not there has none. */
static enum tdx_status read_folder(struct search *search, const char *folder,
                                   const char *site_folder, struct tdx_error *err)
{
    struct root_names names = { 0 };
    struct text path = { 0 };
    enum tdx_status status =
        root_list_folder(search->root, folder, NAMES_LIMIT, &names, NULL); /* said below */

    if (status == TDX_FILE_MISSING)
        return TDX_OK;
    if (status != TDX_OK)
        return status_fail(err, status, "%s", folder);
    for (size_t i = 0; i < names.count && status == TDX_OK; i++) {
        bool replaced = false;

        if (!is_conf(names.names[i]))
            continue;
        if (site_folder != NULL) {
            text_clear(&path);
            text_addf(&path, "%s/%s", site_folder, names.names[i]);
            replaced = text_ok(&path) && root_exists(search->root, text_string(&path));
        }
        text_clear(&path);
        text_addf(&path, "%s/%s", folder, names.names[i]);
        if (!text_ok(&path))
            status = status_fail(err, TDX_NO_MEMORY, "path");
        else if (!replaced)
            status = read_file(search, text_string(&path), err);
    }
    text_free(&path);
    root_names_free(&names);
    return status;
}

enum tdx_status pcs_region_url_load(const char *conf_folder, const char *data_folder,
                                    const char *region, bool vpc, char ret[static PCS_URL_SIZE],
                                    bool *ret_listed, struct tdx_error *err)
{
    struct root root = ROOT_CLOSED;
    struct search search = { .root = &root, .best = reading_of(region, vpc) };
    struct text site = { 0 }, shipped = { 0 };
    enum tdx_status status = check_region(region, err);

    text_addf(&site, "%s/" PLATFORM_FOLDER_NAME, conf_folder);
    text_addf(&shipped, "%s/" PLATFORM_FOLDER_NAME, data_folder);
    if (status == TDX_OK && !(text_ok(&site) && text_ok(&shipped)))
        status = status_fail(err, TDX_NO_MEMORY, "path");
    if (status == TDX_OK)
        status = root_open(NULL, &root, err);
    if (status == TDX_OK)
        status = read_folder(&search, text_string(&site), NULL, err);
    if (status == TDX_OK)
        status = read_folder(&search, text_string(&shipped), text_string(&site), err);
    if (status == TDX_OK && search.files == 0)
        status = status_fail(err, TDX_FILE_MISSING, "no platform file in %s and %s",
                             text_string(&site), text_string(&shipped));
    if (status == TDX_OK)
        status = address(&search.best, PLATFORM_FOLDER_NAME, ret, ret_listed, err);
    root_close(&root);
    text_free(&site);
    text_free(&shipped);
    return status;
}
