/* SPDX-License-Identifier: Apache-2.0 */
#include "core/collateral/pcs_regions.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/conf.h"
#include "core/base/files.h"

#define PLACE       "[region]"
#define REGION_SIZE 40

struct reading {
    const char *region;
    char public_form[PCS_URL_SIZE], vpc_form[PCS_URL_SIZE];
    bool listed;
};

/* ^[a-z]{2}-[a-z]+(-[a-z0-9]+)*$: what may become part of a host name. */
static bool is_region(const char *text)
{
    size_t length = strlen(text), part = 0;
    unsigned dashes = 0;

    if (length >= REGION_SIZE)
        return false;
    for (size_t i = 0; i <= length; i++) {
        bool letter = text[i] >= 'a' && text[i] <= 'z';
        bool digit = text[i] >= '0' && text[i] <= '9' && dashes >= 2;

        if (letter || digit) {
            part++;
        } else if (text[i] == '-' || text[i] == '\0') {
            if (part == 0 || (dashes == 0 && part != 2))
                return false;
            dashes++;
            part = 0;
        } else {
            return false;
        }
    }
    return dashes >= 2; /* the final NUL counted as one */
}

static enum tdx_status set_form(const struct conf_line *line, char form[static PCS_URL_SIZE],
                                struct tdx_error *err)
{
    const char *place = strstr(line->value, PLACE);

    if (place == NULL || strstr(place + 1, PLACE) != NULL || strlen(line->value) >= PCS_URL_SIZE ||
        strncmp(line->value, "https://", 8) != 0)
        return conf_bad_value(line, "an https address with " PLACE " once in it", err);
    memcpy(form, line->value, strlen(line->value) + 1);
    return TDX_OK;
}

static enum tdx_status read_line(const struct conf_line *line, void *context, struct tdx_error *err)
{
    struct reading *reading = context;

    if (strcmp(line->key, "public") == 0)
        return set_form(line, reading->public_form, err);
    if (strcmp(line->key, "vpc") == 0)
        return set_form(line, reading->vpc_form, err);
    if (strcmp(line->key, "region") != 0)
        return conf_unknown_key(line, err);
    if (!is_region(line->value))
        return conf_bad_value(line, "a region id such as cn-beijing", err);
    if (strcmp(line->value, reading->region) == 0)
        reading->listed = true;
    return TDX_OK;
}

enum tdx_status pcs_region_url(const char *name, struct span text, const char *region, bool vpc,
                               char ret[static PCS_URL_SIZE], bool *ret_listed,
                               struct tdx_error *err)
{
    struct reading reading = { .region = region };
    struct text url = { .limit = PCS_URL_SIZE - 1 };
    char quoted[60];
    const char *form, *place;
    enum tdx_status status;

    if (!is_region(region))
        return status_fail(err, TDX_PCS_REGION_BAD, "\"%s\"",
                           text_quote(region, strlen(region), quoted, sizeof(quoted)));
    status = conf_parse(name, text, read_line, &reading, err);
    if (status != TDX_OK)
        return status;
    form = vpc ? reading.vpc_form : reading.public_form;
    place = strstr(form, PLACE);
    if (place == NULL)
        return status_fail(err, TDX_CONF_BAD_VALUE, "%s: %s is not set", name,
                           vpc ? "vpc" : "public");
    text_add_n(&url, form, (size_t)(place - form));
    text_add(&url, region);
    text_add(&url, place + strlen(PLACE));
    if (text_ok(&url)) {
        memcpy(ret, text_string(&url), url.length + 1);
        if (ret_listed != NULL)
            *ret_listed = reading.listed;
    } else {
        status = status_fail(err, TDX_PCS_REGION_BAD, "the address is too long");
    }
    text_free(&url);
    return status;
}

enum tdx_status pcs_region_url_load(const char *conf_folder, const char *data_folder,
                                    const char *region, bool vpc, char ret[static PCS_URL_SIZE],
                                    bool *ret_listed, struct tdx_error *err)
{
    struct file_content content = { 0 };
    struct text path = { 0 };
    enum tdx_status status = TDX_NO_MEMORY;
    struct stat st;

    text_addf(&path, "%s/" PCS_REGIONS_NAME, conf_folder);
    if (text_ok(&path) && stat(text_string(&path), &st) != 0 && errno == ENOENT) {
        text_clear(&path);
        text_addf(&path, "%s/" PCS_REGIONS_NAME, data_folder);
    }
    if (!text_ok(&path))
        (void)status_fail(err, status, "path");
    else
        status = file_read(text_string(&path), PCS_REGIONS_SIZE_LIMIT, 0, &content, err);
    if (status == TDX_OK)
        status = pcs_region_url(text_string(&path), file_content_span(&content), region, vpc, ret,
                                ret_listed, err);
    file_content_free(&content);
    text_free(&path);
    return status;
}
