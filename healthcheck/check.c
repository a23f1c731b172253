/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_LIMIT 1024

/* The check's own remedy is for what it would find wrong; here nothing was found out. */
#define UNREAD_REMEDY "See why it cannot be read, and run this again: until then nothing is known."

const struct family *family_whole(const struct family *family)
{
    return family->part_of != NULL ? family->part_of : family;
}

/* Values come from files and from the network: what could steer a terminal is quoted. */
static void TDX_PRINTF(2, 0) set_line(struct text *text, const char *format, va_list arguments)
{
    char line[LINE_LIMIT];

    (void)vsnprintf(line, sizeof(line), format, arguments); /* a cut line is good enough */
    text_clear(text);
    for (const char *c = line; *c != '\0'; c++) {
        unsigned char byte = (unsigned char)*c;

        if (byte >= 0x20 && byte < 0x7f)
            text_add_char(text, *c);
        else if (*c == '\n')
            text_add_char(text, ' ');
        else
            text_addf(text, "\\x%02x", byte);
    }
}

void finding_set(struct finding *finding, enum check_status status, const char *reason,
                 const char *observed_format, ...)
{
    va_list arguments;

    finding->status = status;
    finding->reason = reason;
    va_start(arguments, observed_format);
    set_line(&finding->observed, observed_format, arguments);
    va_end(arguments);
}

void finding_source(struct finding *finding, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    set_line(&finding->source, format, arguments);
    va_end(arguments);
}

/* A remedy is ours, and may have lines. */
void finding_remedy(struct finding *finding, const char *format, ...)
{
    char lines[2 * LINE_LIMIT];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(lines, sizeof(lines), format, arguments);
    va_end(arguments);
    text_clear(&finding->remedy);
    for (const char *c = lines; *c != '\0'; c++)
        if (((unsigned char)*c >= 0x20 && *c != 0x7f) || *c == '\n')
            text_add_char(&finding->remedy, *c);
}

void finding_skip(struct finding *finding, const char *reason, const char *format, ...)
{
    va_list arguments;

    finding->status = CHECK_SKIP;
    finding->reason = reason;
    va_start(arguments, format);
    set_line(&finding->skip_reason, format, arguments);
    va_end(arguments);
}

/* A path, as it is; the name of a probe in words, where the check has said nothing better. */
static void note_source(struct finding *finding, const char *key)
{
    static const char probe[] = "probe:";

    if (key == NULL || strncmp(key, probe, sizeof(probe) - 1) != 0) {
        finding_source(finding, "%s", key != NULL ? strchr(key, ':') + 1 : "");
    } else if (finding->source.length == 0) {
        finding_source(finding, "%s", key + sizeof(probe) - 1);
        for (size_t i = 0; i < finding->source.length; i++)
            if (finding->source.data[i] == '_')
                finding->source.data[i] = ' ';
    }
}

bool finding_needs(struct finding *finding, const struct fact *fact, enum check_status if_absent,
                   const char *absent_reason, const char *absent_observed)
{
    note_source(finding, fact->key);
    switch (fact->state) {
    case FACT_KNOWN:
        return true;
    case FACT_ABSENT:
        if (if_absent == CHECK_SKIP)
            finding_skip(finding, absent_reason, "%s", absent_observed);
        else
            finding_set(finding, if_absent, absent_reason, "%s", absent_observed);
        if (if_absent == CHECK_ERROR)
            finding_remedy(finding, UNREAD_REMEDY);
        return false;
    case FACT_OFFLINE:
        finding_skip(finding, "offline", "it needs a running guest");
        return false;
    case FACT_NO_NETWORK:
        finding_skip(finding, "no_network", "--no-network was given");
        return false;
    case FACT_DENIED:
        finding_set(finding, CHECK_ERROR, "permission", "%s",
                    fact->why != NULL ? fact->why : "permission denied");
        finding_remedy(finding, "Run it as root: only root can read this.");
        return false;
    case FACT_FAILED:
        finding_set(finding, CHECK_ERROR, "unreadable", "%s",
                    fact->why != NULL ? fact->why : "it cannot be read");
        finding_remedy(finding, UNREAD_REMEDY);
        return false;
    case FACT_NOT_ASKED:
        break;
    }
    finding_set(finding, CHECK_ERROR, "not_collected", "the fact is not among those collected");
    finding_remedy(finding, "Export the facts again, with this version of the program.");
    return false;
}

void finding_free(struct finding *finding)
{
    text_free(&finding->observed);
    text_free(&finding->source);
    text_free(&finding->remedy);
    text_free(&finding->skip_reason);
}

const char *check_status_word(enum check_status status)
{
    static const char *const words[] = { "PASS", "INFO", "WARN", "FAIL", "ERROR", "SKIP" };

    return (size_t)status < sizeof(words) / sizeof(words[0]) ? words[status] : "ERROR";
}

const char *check_severity_word(enum check_severity severity)
{
    static const char *const words[] = { "info", "low", "medium", "high", "critical" };

    return (size_t)severity < sizeof(words) / sizeof(words[0]) ? words[severity] : "critical";
}
