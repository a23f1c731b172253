/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/ssh_config.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "healthcheck/lines.h"

#define INCLUDE_BASE   "/etc/ssh/"
#define LINE_SIZE      1024
#define WANTED_AT_MOST 256

struct reading {
    const struct facts *facts;
    struct ssh_config *config;
    bool conditional; /* behind a Match that is not "all" */
    unsigned files;   /* read so far */
    struct tdx_error *err;
};

static enum tdx_status read_path(struct reading *reading, const char *path, unsigned depth);

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\f' || c == '\r';
}

/* The next word, in place: blanks separate, quotes hold together, '#' at the beginning of a word
 * ends the line. A keyword may be followed by one '='. NULL at the end. */
static char *next_word(char **rest, bool is_keyword)
{
    char *at = *rest, *word, *to, quote = '\0';

    while (is_blank(*at))
        at++;
    if (*at == '\0' || *at == '#') {
        *rest = at + strlen(at);
        return NULL;
    }
    for (word = to = at; *at != '\0' && (quote != '\0' || !is_blank(*at)); at++) {
        if (quote == '\0' && is_keyword && *at == '=')
            break;
        if (quote == '\0' && (*at == '"' || *at == '\''))
            quote = *at;
        else if (quote != '\0' && *at == quote)
            quote = '\0';
        else
            *to++ = *at;
    }
    while (is_keyword && is_blank(*at))
        at++;
    if (*at != '\0' && (!is_keyword || *at == '='))
        at++;
    *rest = at;
    *to = '\0'; /* before the rest: at least a blank, a quote or '=' lies between */
    return word;
}

static struct ssh_place place_of(const char *path, unsigned line)
{
    struct ssh_place place = { .line = line };

    (void)snprintf(place.file, sizeof(place.file), "%s", path);
    return place;
}

static enum tdx_status take_use_pam(struct reading *reading, const char *path, unsigned line,
                                    const char *value)
{
    struct ssh_config *config = reading->config;
    bool yes = value != NULL && strcasecmp(value, "yes") == 0;

    if (!yes && (value == NULL || strcasecmp(value, "no") != 0))
        return status_fail(reading->err, TDX_CONF_BAD_VALUE, "%s, line %u: UsePAM is yes or no",
                           path, line);
    if (reading->conditional) {
        if (config->use_pam_in_match.line == 0)
            config->use_pam_in_match = place_of(path, line);
    } else if (config->use_pam == SSH_UNSET) {
        config->use_pam = yes ? SSH_YES : SSH_NO;
        config->use_pam_at = place_of(path, line);
    }
    return TDX_OK;
}

static enum tdx_status take_service(struct reading *reading, const char *path, unsigned line,
                                    const char *value)
{
    struct ssh_config *config = reading->config;
    size_t at = reading->conditional ? config->service_count : 0;

    if (value == NULL || value[0] == '\0' || strchr(value, '/') != NULL ||
        strlen(value) >= SSH_SERVICE_SIZE)
        return status_fail(reading->err, TDX_CONF_BAD_VALUE,
                           "%s, line %u: PAMServiceName is the name of a file in pam.d", path,
                           line);
    if (at == SSH_SERVICES_MAX)
        return status_fail(reading->err, TDX_CONF_SYNTAX, "%s, line %u: too many PAM services",
                           path, line);
    if (!reading->conditional && config->service[0].at.line > 0)
        return TDX_OK;
    (void)snprintf(config->service[at].name, sizeof(config->service[at].name), "%s", value);
    config->service[at].at = place_of(path, line);
    config->service_count += reading->conditional ? 1 : 0;
    return TDX_OK;
}

static enum tdx_status wants(struct reading *reading, const struct fact *fact, const char *key)
{
    if (fact->state == FACT_NOT_ASKED)
        (void)snprintf(reading->config->wanted, sizeof(reading->config->wanted), "%s", key);
    return status_fail(reading->err, TDX_FILE_UNREADABLE, "%s%s%s", strchr(key, ':') + 1,
                       fact->why != NULL ? ": " : "", fact->why != NULL ? fact->why : "");
}

/* The files of one pattern, in the order of their names, as glob() has them. */
static enum tdx_status include(struct reading *reading, const char *pattern, unsigned depth)
{
    char path[256], key[300], found[600], name[256];
    bool conditional = reading->conditional;
    enum tdx_status status = TDX_OK;
    const struct fact *list;
    struct span names, each;
    char *slash;

    if (snprintf(path, sizeof(path), "%s%s", pattern[0] != '/' ? INCLUDE_BASE : "", pattern) >=
        (int)sizeof(path))
        return status_fail(reading->err, TDX_FILE_UNREADABLE, "a name is too long");
    slash = strrchr(path, '/');
    *slash = '\0';
    if (strpbrk(path, "*?[") != NULL)
        return status_fail(reading->err, TDX_FILE_UNREADABLE,
                           "%s/%s: a pattern for folders is not followed", path, slash + 1);
    if (strpbrk(slash + 1, "*?[") == NULL) {
        *slash = '/';
        status = read_path(reading, path, depth);
        reading->conditional = conditional;
        return status == TDX_FILE_MISSING ? TDX_OK : status;
    }
    (void)snprintf(key, sizeof(key), "list:%s", path[0] != '\0' ? path : "/");
    list = facts_find(reading->facts, key);
    if (list->state == FACT_ABSENT)
        return TDX_OK;
    if (list->state != FACT_KNOWN)
        return wants(reading, list, key);
    for (names = list->value; status == TDX_OK && line_next(&names, &each);) {
        span_string(each, name, sizeof(name));
        if (fnmatch(slash + 1, name, FNM_PERIOD) != 0)
            continue;
        (void)snprintf(found, sizeof(found), "%s/%s", path, name);
        status = read_path(reading, found, depth);
        /* A Match ends with the file it stands in. */
        reading->conditional = conditional;
        if (status == TDX_FILE_MISSING)
            status = TDX_OK;
    }
    return status;
}

static enum tdx_status take_line(struct reading *reading, const char *path, unsigned number,
                                 char *line, unsigned depth)
{
    char *rest = line, *word = next_word(&rest, true);
    enum tdx_status status = TDX_OK;

    if (word == NULL)
        return TDX_OK;
    if (strcasecmp(word, "usepam") == 0)
        return take_use_pam(reading, path, number, next_word(&rest, false));
    if (strcasecmp(word, "pamservicename") == 0)
        return take_service(reading, path, number, next_word(&rest, false));
    if (strcasecmp(word, "match") == 0) {
        word = next_word(&rest, false);
        reading->conditional = word == NULL || strcasecmp(word, "all") != 0;
    } else if (strcasecmp(word, "include") == 0) {
        while (status == TDX_OK && (word = next_word(&rest, false)) != NULL)
            status = include(reading, word, depth + 1);
    }
    return status;
}

static enum tdx_status read_path(struct reading *reading, const char *path, unsigned depth)
{
    char key[700], line[LINE_SIZE];
    const struct fact *fact;
    struct span text, each;
    enum tdx_status status = TDX_OK;
    unsigned number = 0;

    if (depth > SSH_DEPTH_MAX || ++reading->files > SSH_FILES_MAX)
        return status_fail(reading->err, TDX_CONF_SYNTAX, "%s: too many includes", path);
    (void)snprintf(key, sizeof(key), "file:%s", path);
    fact = facts_find(reading->facts, key);
    if (fact->state == FACT_ABSENT)
        return TDX_FILE_MISSING;
    if (fact->state != FACT_KNOWN)
        return wants(reading, fact, key);
    for (text = fact->value; status == TDX_OK && line_next(&text, &each);) {
        number++;
        if (each.size >= sizeof(line) || memchr(each.data, '\0', each.size) != NULL)
            return status_fail(reading->err, TDX_CONF_SYNTAX, "%s, line %u", path, number);
        span_string(each, line, sizeof(line));
        status = take_line(reading, path, number, line, depth);
    }
    return status;
}

enum tdx_status ssh_config_read(const struct facts *facts, struct ssh_config *ret,
                                struct tdx_error *err)
{
    struct reading reading = { .facts = facts, .config = ret, .err = err };
    enum tdx_status status;

    *ret = (struct ssh_config){ .service_count = 1 };
    status = read_path(&reading, SSH_CONFIG, 0);
    if (status == TDX_FILE_MISSING)
        status = read_path(&reading, SSH_CONFIG_VENDOR, 0);
    if (status == TDX_FILE_MISSING)
        (void)status_fail(err, status, SSH_CONFIG);
    return status;
}

void ssh_config_service(const struct facts *facts, char out[static SSH_SERVICE_SIZE])
{
    const struct fact *said = facts_find(facts, "probe:sshd_T");
    struct ssh_config config;

    if (said->state == FACT_KNOWN &&
        ssh_said(said->value, "pamservicename", out, SSH_SERVICE_SIZE)[0] != '\0')
        return;
    if (ssh_config_read(facts, &config, NULL) == TDX_OK && config.service[0].name[0] != '\0')
        memcpy(out, config.service[0].name, SSH_SERVICE_SIZE);
    else
        (void)snprintf(out, SSH_SERVICE_SIZE, "sshd");
}

const char *ssh_said(struct span text, const char *keyword, char *out, size_t size)
{
    struct span line, word;

    out[0] = '\0';
    while (line_next(&text, &line))
        if (word_next(&line, &word) && span_is(word, keyword)) {
            span_string(span_trim(line), out, size);
            break;
        }
    return out;
}

void ssh_config_collect(const struct collector *collector)
{
    for (unsigned i = 0; i < WANTED_AT_MOST; i++) {
        struct ssh_config config;
        struct tdx_error err = { 0 };
        enum tdx_status status = ssh_config_read(collector->facts, &config, &err);

        if (status == TDX_OK || config.wanted[0] == '\0')
            break;
        if (strncmp(config.wanted, "list:", 5) == 0)
            collect_list(collector, config.wanted + 5);
        else
            collect_file(collector, config.wanted + 5);
    }
}
