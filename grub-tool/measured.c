/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/measured.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/base64.h"
#include "core/base/span_text.h"
#include "core/evidence/event_log.h"

#define POLICY_FOLDER "/etc/tdx-gate"
#define POLICY_LIMIT  ((size_t)1 << 20)
#define POLICY_FILES  256
#define ARGUMENTS_MIN 8 /* a shorter command line would be found everywhere */

/* The part of /proc/cmdline that GRUB's records hold: without BOOT_IMAGE=. */
static struct span arguments(const char *command_line)
{
    size_t size = strcspn(command_line, "\n");

    if (strncmp(command_line, "BOOT_IMAGE=", 11) == 0) {
        size_t skip = strcspn(command_line, " ");

        skip += command_line[skip] == ' ';
        return (struct span){ (const uint8_t *)command_line + skip, size > skip ? size - skip : 0 };
    }
    return (struct span){ (const uint8_t *)command_line, size };
}

static bool holds(struct span in, struct span what)
{
    return what.size > 0 && memmem(in.data, in.size, what.data, what.size) != NULL;
}

/* The same, with runs of blanks as one: where an empty variable meets its neighbours, GRUB's text
 * has two blanks and the kernel's command line one. line has none of those. */
static bool holds_squeezed(struct span in, struct span line)
{
    uint8_t *squeezed = malloc(in.size + 1);
    size_t size = 0;
    bool found;

    if (squeezed == NULL)
        return false;
    for (size_t i = 0; i < in.size; i++)
        if (in.data[i] != ' ' || size == 0 || squeezed[size - 1] != ' ')
            squeezed[size++] = in.data[i];
    found = holds((struct span){ squeezed, size }, line);
    free(squeezed);
    return found;
}

/* Files that a GRUB of the verifier's kind measures whole, and that a change rewrites. */
static bool names_config(struct span data)
{
    static const char *const names[] = { "grub.cfg", "grubenv", "loader/entries" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (holds(data, span_of(names[i])))
            return true;
    return false;
}

static bool changes(const struct event *event, struct span line, bool *ret_options)
{
    struct event_meaning meaning;

    if (event_explain(event, &meaning, NULL) != TDX_OK)
        return false;
    if (meaning.tag != NULL && strcmp(meaning.tag, "load_options") == 0) {
        *ret_options = true;
        return true;
    }
    if (meaning.is_command_line)
        return true;
    if (line.size >= ARGUMENTS_MIN && holds_squeezed(event->data, line))
        return true;
    /* A command that names such a file stays the same; a record of the file itself has no tag. */
    return event->type == EVENT_IPL && meaning.tag == NULL && names_config(event->data);
}

void measured_from_log(struct span raw, const char *command_line, struct measured *ret)
{
    struct span line = arguments(command_line);
    struct tdx_error err = { 0 };
    struct event_log log;
    struct event event;
    bool end = false;
    enum tdx_status status = event_log_open(raw, &log, &err);

    *ret = (struct measured){ 0 };
    while (status == TDX_OK) {
        status = event_log_next(&log, &event, &end, &err);
        if (status != TDX_OK || end)
            break;
        if (event.extends && event.rtmr < TD_RTMR_COUNT &&
            changes(&event, line, &ret->options_only))
            ret->records[event.rtmr]++;
    }
    ret->log_read = status == TDX_OK;
    ret->truncated = status == TDX_OK && log.end == EVENT_LOG_ENDS_DATA;
    if (status != TDX_OK)
        (void)snprintf(ret->why_not, sizeof(ret->why_not), "%s: %.80s", status_message(status),
                       err.detail);
}

void measured_read(const struct root *root, struct measured *ret)
{
    struct file_content log = { 0 }, line = { 0 };
    enum tdx_status status = root_read_file(root, EVENT_LOG_PATH, EVENT_LOG_LIMIT, &log, NULL);

    *ret = (struct measured){ 0 };
    if (root_read_file(root, "/proc/cmdline", 65536, &line, NULL) != TDX_OK)
        line = (struct file_content){ 0 };
    if (status == TDX_OK)
        measured_from_log(file_content_span(&log), line.data != NULL ? (const char *)line.data : "",
                          ret);
    else
        (void)snprintf(ret->why_not, sizeof(ret->why_not), "%s: %s", EVENT_LOG_PATH,
                       status_message(status));
    file_content_free(&log);
    file_content_free(&line);
}

/* --- policies ------------------------------------------------------------------------------------
 */

static bool names_register(struct span text, unsigned rtmr)
{
    for (size_t i = 0; i + 5 <= text.size; i++) {
        char word[6];

        for (size_t j = 0; j < 5; j++) {
            uint8_t byte = text.data[i + j];

            word[j] = (char)(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
        }
        word[5] = '\0';
        if (strncmp(word, "rtmr", 4) == 0 && word[4] == (char)('0' + rtmr) &&
            (i + 5 == text.size || text.data[i + 5] < '0' || text.data[i + 5] > '9'))
            return true;
    }
    return false;
}

/* A signed policy is HEADER.PAYLOAD.SIGNATURE, each in base64url. */
static bool token_names(struct span text, unsigned rtmr)
{
    const uint8_t *first = memchr(text.data, '.', text.size), *second;
    struct span payload;
    uint8_t *decoded;
    size_t size = 0;
    bool found = false;

    if (first == NULL)
        return false;
    payload.data = first + 1;
    second = memchr(payload.data, '.', text.size - (size_t)(payload.data - text.data));
    if (second == NULL)
        return false;
    payload.size = (size_t)(second - payload.data);
    decoded = malloc(payload.size + 1);
    if (decoded != NULL && base64_decode((const char *)payload.data, payload.size, BASE64_URL,
                                         decoded, payload.size, &size, NULL) == TDX_OK)
        found = names_register((struct span){ decoded, size }, rtmr);
    free(decoded);
    return found;
}

static void look_into(const struct root *root, const char *path, unsigned rtmr, struct text *ret)
{
    struct file_content content = { 0 };

    if (root_read_file(root, path, POLICY_LIMIT, &content, NULL) != TDX_OK)
        return;
    if (content.size > 0 && (names_register(file_content_span(&content), rtmr) ||
                             token_names(file_content_span(&content), rtmr)))
        text_addf(ret, "%s\n", path);
    file_content_free(&content);
}

static void look_below(const struct root *root, const char *folder, unsigned depth, unsigned rtmr,
                       struct text *ret)
{
    struct root_names names = { 0 };

    if (root_list_folder(root, folder, POLICY_FILES, &names, NULL) != TDX_OK)
        return;
    for (size_t i = 0; i < names.count; i++) {
        struct text path = { 0 };
        struct stat st;

        text_addf(&path, "%s/%s", folder, names.names[i]);
        if (root_lstat(root, text_string(&path), &st, NULL) == TDX_OK && S_ISDIR(st.st_mode) &&
            depth > 0)
            look_below(root, text_string(&path), depth - 1, rtmr, ret);
        else
            look_into(root, text_string(&path), rtmr, ret);
        text_free(&path);
    }
    root_names_free(&names);
}

void measured_policies(const struct root *root, unsigned rtmr, struct text *ret)
{
    look_below(root, POLICY_FOLDER, 2, rtmr, ret);
}

/* --- for a person
 * ---------------------------------------------------------------------------------- */

static void advise_register(const struct root *root, unsigned rtmr, size_t records,
                            struct text *ret)
{
    struct text policies = { 0 };

    text_addf(ret,
              "  * RTMR%u changes: %zu record%s of this boot's event log hold%s the command "
              "line or a file it is read from.\n",
              rtmr, records, records == 1 ? "" : "s", records == 1 ? "s" : "");
    measured_policies(root, rtmr, &policies);
    for (const char *at = text_string(&policies); *at != '\0';) {
        size_t size = strcspn(at, "\n");

        text_addf(ret,
                  "    It is pinned by %.*s: let that policy accept the old and the new value "
                  "before you reboot, or this gate refuses you.\n",
                  (int)size, at);
        at += size + (at[size] == '\n');
    }
    text_addf(ret,
              "    Reference values kept elsewhere change too. Take the new one from the first "
              "boot after the change (tdx-attest report); it cannot be promised before.\n");
    text_free(&policies);
}

void measured_advice(const struct root *root, const struct measured *measured, bool live,
                     struct text *ret)
{
    bool any = false;

    text_add(ret, "Before you reboot:\n");
    text_add(ret,
             live ? "  * take a snapshot of the system disk: an instance that does not boot has "
                    "no console to mend it from.\n"
                  : "  * keep a copy of this image.\n");
    if (!live) {
        text_add(ret, "  * RTMR2 of guests that boot this image changes where their GRUB measures; "
                      "take new reference values.\n");
        return;
    }
    if (!measured->log_read) {
        text_addf(ret, "  * which RTMRs change cannot be told (%s); expect RTMR2 to.\n",
                  measured->why_not);
        return;
    }
    for (unsigned i = 0; i < TD_RTMR_COUNT; i++)
        if (measured->records[i] > 0) {
            any = true;
            advise_register(root, i, measured->records[i], ret);
        }
    if (!any)
        text_add(ret, "  * no RTMR of this machine covers the command line (its event log has no "
                      "record of it): none changes.\n");
    if (measured->truncated != 0)
        text_add(ret, "  * the event log ends at the end of its area: records may be missing, so "
                      "more may change than is told here.\n");
}
