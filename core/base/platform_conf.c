/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/platform_conf.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/base/bytes.h"
#include "core/base/number.h"

#define PLACE        "{region}"
#define PLACE_LENGTH (sizeof(PLACE) - 1)

/* By themselves, because the system's depend on the locale. */
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

/* ^[a-z]{2}-[a-z]+(-[a-z0-9]+)*$ */
bool platform_is_region(const char *text)
{
    size_t length = strlen(text), part = 0;
    unsigned dashes = 0;

    if (length >= PLATFORM_REGION_SIZE)
        return false;
    for (size_t i = 0; i <= length; i++) {
        if (is_lower(text[i]) || (is_digit(text[i]) && dashes >= 2)) {
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

/* One word of letters, digits and "._-", its length; 0 if text does not begin with one. */
static size_t name_length(const char *text)
{
    size_t length = 0;

    while (is_lower(text[length]) || is_digit(text[length]) ||
           (text[length] >= 'A' && text[length] <= 'Z') ||
           (text[length] != '\0' && strchr("._-", text[length]) != NULL))
        length++;
    return length;
}

static bool is_name(const char *text)
{
    size_t length = name_length(text);

    return length > 0 && text[length] == '\0';
}

static bool is_text(const char *text)
{
    return text[0] != '\0';
}

/* Two names with white space between them. */
static bool is_pair(const char *text)
{
    size_t length = name_length(text);

    return length > 0 && (text[length] == ' ' || text[length] == '\t') &&
           is_name(text + length + strspn(text + length, " \t"));
}

static bool is_host(const char *text)
{
    const char *c = text;

    while (*c != '\0')
        if (strncmp(c, PLACE, PLACE_LENGTH) == 0)
            c += PLACE_LENGTH;
        else if (is_lower(*c) || is_digit(*c) || *c == '.' || *c == '-')
            c++;
        else
            return false;
    return c != text && text[0] != '.' && text[0] != '-';
}

/* Only an address, so that no name server is asked, and only http: there is no certificate for a
 * link-local address. */
static bool is_metadata_url(const char *text)
{
    char host[INET_ADDRSTRLEN];
    struct in_addr address;
    size_t length;

    if (strncmp(text, "http://", 7) != 0)
        return false;
    text += 7;
    length = strspn(text, "0123456789.");
    if (length >= sizeof(host))
        return false;
    memcpy(host, text, length);
    host[length] = '\0';
    if (inet_pton(AF_INET, host, &address) != 1)
        return false;
    text += length;
    if (*text == ':') {
        struct span port = { (const uint8_t *)text + 1, strlen(text + 1) };
        uint64_t number = 0;

        if (!number_take(&port, &number) || number == 0 || number > UINT16_MAX)
            return false;
        text = (const char *)port.data;
    }
    if (*text != '/' || text[strlen(text) - 1] != '/')
        return false;
    for (; *text != '\0'; text++)
        if (*text != '/' && name_length(text) == 0)
            return false;
    return true;
}

/* "1ded:107f words" */
static bool is_device(const char *text)
{
    for (size_t i = 0; i < 9; i++)
        if (i == 4 ? text[i] != ':' : !is_digit(text[i]) && !(text[i] >= 'a' && text[i] <= 'f'))
            return false;
    return text[9] == ' ' && text[10] != '\0';
}

static const struct {
    const char *key;
    bool (*is_sound)(const char *value);
    const char *expected;
} keys[] = {
    { "profile", is_name, "a name" },
    { "vendor", is_text, "the system vendor of the firmware" },
    { "metadata_url", is_metadata_url, "http://ADDRESS[:PORT]/PATH/ with an IPv4 address" },
    { "kernel_minimum", is_pair, "TAG RELEASE" },
    { "instance_family", is_pair, "FAMILY SMALLEST-SIZE" },
    { "instance_unsupported", is_name, "FAMILY" },
    { "accelerator_family", is_name, "FAMILY" },
    { "region", is_name, "a region's name" },
    { "pccs_region", platform_is_region, "a region id such as cn-beijing" },
    { "pccs_host", is_host, "a host name, with " PLACE " for the region" },
    { "pccs_vpc_host", is_host, "a host name, with " PLACE " for the region" },
    { "repository_host", is_host, "a host name, with " PLACE " for the region" },
    { "unsupported_device", is_device, "VENDOR:DEVICE WORDS, in hexadecimal" },
};

enum tdx_status platform_line_check(const struct conf_line *line, struct tdx_error *err)
{
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strcmp(line->key, keys[i].key) == 0)
            return strlen(line->value) < PLATFORM_VALUE_SIZE && keys[i].is_sound(line->value)
                       ? TDX_OK
                       : conf_bad_value(line, keys[i].expected, err);
    return conf_unknown_key(line, err);
}

bool platform_host(const char *pattern, const char *region, char *ret, size_t size)
{
    size_t length = strlen(region), at = 0;

    while (*pattern != '\0' && at < size) {
        if (strncmp(pattern, PLACE, PLACE_LENGTH) != 0) {
            ret[at++] = *pattern++;
            continue;
        }
        if (length >= size - at)
            return false;
        memcpy(ret + at, region, length);
        at += length;
        pattern += PLACE_LENGTH;
    }
    if (at >= size)
        return false;
    ret[at] = '\0';
    return true;
}

bool platform_host_region(const char *pattern, const char *host,
                          char ret[static PLATFORM_REGION_SIZE])
{
    const char *place = strstr(pattern, PLACE);
    size_t before = place != NULL ? (size_t)(place - pattern) : strlen(pattern);
    char made[PLATFORM_VALUE_SIZE];
    size_t length = 0;

    if (strncasecmp(pattern, host, before) != 0)
        return false;
    ret[0] = '\0';
    if (place == NULL)
        return host[before] == '\0';
    /* The region ends where the pattern goes on; a region has no dot, but it may have dashes. Each
     * length is tried: what it makes of the pattern must be the host. */
    for (; host[before + length] != '\0' && length + 1 < PLATFORM_REGION_SIZE; length++) {
        ret[length] = (char)tolower((unsigned char)host[before + length]);
        ret[length + 1] = '\0';
        if (platform_is_region(ret) && platform_host(pattern, ret, made, sizeof(made)) &&
            strcasecmp(made, host) == 0)
            return true;
    }
    return false;
}
