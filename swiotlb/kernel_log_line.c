/* SPDX-License-Identifier: Apache-2.0 */
#include "swiotlb/kernel_log_line.h"

#include <string.h>

#define PRIORITIES_OF_KERNEL 8   /* facility 0: priorities 0 to 7 */
#define WORD_LIMIT           256 /* host names and program names are shorter */

static bool take_digits(struct span *text, size_t least, size_t most, uint64_t *ret)
{
    size_t before = text->size;
    struct span copy = *text;

    if (!number_take(&copy, ret) || before - copy.size < least || before - copy.size > most)
        return false;
    *text = copy;
    return true;
}

/* "[    3.834652]", also "[    3.834652 <    0.000012>]": microseconds. */
static bool take_uptime(struct span *text, uint64_t *ret)
{
    struct span at = *text;
    uint64_t seconds, fraction;
    const uint8_t *close;

    if (!span_take(&at, "["))
        return false;
    span_skip_blanks(&at);
    if (!take_digits(&at, 1, 10, &seconds) || !span_take(&at, ".") ||
        !take_digits(&at, 6, 6, &fraction) || at.size == 0 ||
        (at.data[0] != ']' && at.data[0] != ' ' && at.data[0] != ','))
        return false;
    close = memchr(at.data, ']', at.size < 40 ? at.size : 40);
    if (close == NULL)
        return false;
    span_skip(&at, (size_t)(close - at.data) + 1);
    *text = at;
    *ret = seconds * 1000000 + fraction;
    return true;
}

/* Any other bracket at the start: "[Tue Nov 24 15:05:42 2026]", "[    T0]", "[<    0.000012>]". */
static bool take_bracket(struct span *text)
{
    const uint8_t *close;

    if (text->size == 0 || text->data[0] != '[')
        return false;
    close = memchr(text->data, ']', text->size < 40 ? text->size : 40);
    if (close == NULL)
        return false;
    span_skip(text, (size_t)(close - text->data) + 1);
    return true;
}

/* "<4>" of dmesg -r, "4,1234,5678901,-;" of /dev/kmsg. Sets foreign by the facility. */
static void take_priority(struct span *text, struct kernel_log_line *line)
{
    struct span at = *text;
    uint64_t priority, sequence, micros;
    const uint8_t *end;

    if (span_take(&at, "<") && take_digits(&at, 1, 3, &priority) && span_take(&at, ">")) {
        line->foreign = priority >= PRIORITIES_OF_KERNEL;
        *text = at;
        return;
    }
    at = *text;
    if (!take_digits(&at, 1, 4, &priority) || !span_take(&at, ",") ||
        !take_digits(&at, 1, 20, &sequence) || !span_take(&at, ",") ||
        !take_digits(&at, 1, 20, &micros) || !span_take(&at, ","))
        return;
    end = memchr(at.data, ';', at.size < 80 ? at.size : 80);
    if (end == NULL)
        return;
    span_skip(&at, (size_t)(end - at.data) + 1);
    line->foreign = priority >= PRIORITIES_OF_KERNEL;
    line->boot_us = maybe_u64(micros);
    *text = at;
}

/* "kern  :warn  : " of dmesg -x. */
static void take_decoded_priority(struct span *text, struct kernel_log_line *line)
{
    static const char *const facilities[] = { "kern", "user",   "mail",     "daemon",
                                              "auth", "syslog", "lpr",      "news",
                                              "uucp", "cron",   "authpriv", "local0" };

    for (size_t i = 0; i < sizeof(facilities) / sizeof(facilities[0]); i++) {
        struct span at = *text;
        const uint8_t *end;

        if (!span_take(&at, facilities[i]))
            continue;
        span_skip_blanks(&at);
        if (!span_take(&at, ":"))
            continue;
        end = memchr(at.data, ':', at.size < 10 ? at.size : 10);
        if (end == NULL)
            continue;
        span_skip(&at, (size_t)(end - at.data) + 1);
        span_skip_blanks(&at);
        line->foreign = i > 0;
        *text = at;
        return;
    }
}

/* The next word of at most WORD_LIMIT bytes, and the blank behind it. */
static bool take_word(struct span *text, struct span *ret)
{
    size_t limit = text->size < WORD_LIMIT ? text->size : WORD_LIMIT;
    const uint8_t *blank = limit > 0 ? memchr(text->data, ' ', limit) : NULL;

    if (blank == NULL || blank == text->data)
        return false;
    *ret = (struct span){ text->data, (size_t)(blank - text->data) };
    span_skip(text, ret->size);
    span_skip_blanks(text);
    return true;
}

/* In front of a line: nothing, or the time of day in a form that tells more or less surely that a
 * host and a program follow. */
enum stamp {
    STAMP_NONE,
    STAMP_SYSLOG,   /* "Dec 06 16:24:53 ", "Tue 2026-11-24 15:05:42 UTC ", "1795532742.123456 " */
    STAMP_ISO,      /* "2026-11-24T15:05:42+00:00 ", which dmesg prints too, without host */
    STAMP_PROTOCOL, /* "1 2026-11-24T15:05:42+00:00 " of RFC 5424 */
};

static bool is_iso_date(struct span word)
{
    uint64_t number;

    return take_digits(&word, 4, 4, &number) && span_take(&word, "-") &&
           take_digits(&word, 2, 2, &number) && span_take(&word, "-") &&
           take_digits(&word, 2, 2, &number) && (word.size == 0 || word.data[0] == 'T');
}

static bool is_time_of_day(struct span word)
{
    uint64_t number;

    return take_digits(&word, 1, 2, &number) && span_take(&word, ":") &&
           take_digits(&word, 2, 2, &number) && span_take(&word, ":") &&
           take_digits(&word, 2, 2, &number) && (word.size == 0 || word.data[0] == '.');
}

/* "1795532742.123456" */
static bool is_seconds(struct span word)
{
    uint64_t number;

    return take_digits(&word, 9, 11, &number) && span_take(&word, ".") &&
           take_digits(&word, 6, 6, &number) && word.size == 0;
}

static bool has_digit(struct span word)
{
    for (size_t i = 0; i < word.size; i++)
        if (word.data[i] >= '0' && word.data[i] <= '9')
            return true;
    return false;
}

/* Days and months are in the writer's language, so a date is known by the time of day that follows
 * at most three words of it, one with a digit. Behind a date in figures stands its time zone. */
static enum stamp take_date(struct span *text)
{
    struct span at = *text, word;
    bool digit = false, date = false;

    if (at.size > 0 && at.data[0] == '[') /* dmesg's own; take_bracket() knows those */
        return STAMP_NONE;
    if (span_take(&at, "1 ") && take_word(&at, &word) && is_iso_date(word)) {
        *text = at;
        return STAMP_PROTOCOL;
    }
    at = *text;
    for (int i = 0; i < 4 && take_word(&at, &word); i++) {
        if (i == 0 && is_seconds(word)) {
            *text = at;
            return STAMP_SYSLOG;
        }
        if (is_iso_date(word) && memchr(word.data, 'T', word.size) != NULL) {
            if (i > 0)
                break;
            *text = at;
            return STAMP_ISO;
        }
        if (digit && is_time_of_day(word)) {
            if (date && i > 1 && !take_word(&at, &word))
                break;
            *text = at;
            return STAMP_SYSLOG;
        }
        digit |= has_digit(word);
        date |= is_iso_date(word);
    }
    return STAMP_NONE;
}

static bool is_kernel(struct span program)
{
    return program.size >= 6 && memcmp(program.data, "kernel", 6) == 0 &&
           (program.size == 6 || program.data[6] == ':' || program.data[6] == '[');
}

/* "HOST kernel: " or "HOST sshd[17]: ". A kernel message may look like the latter without "[17]"
 * ("virtio-pci 0000:00:02.0: ..."), so that only a syslog date makes any program foreign. */
static void take_origin(struct span *text, enum stamp stamp, struct kernel_log_line *line)
{
    struct span at = *text, host, program, rest;

    if (!take_word(&at, &host) || !take_word(&at, &program) || program.size < 2)
        return;
    if (stamp == STAMP_PROTOCOL) { /* process, message id, data */
        line->foreign |= !is_kernel(program);
        if (take_word(&at, &rest) && take_word(&at, &rest) && take_word(&at, &rest))
            *text = at;
        return;
    }
    if (program.data[program.size - 1] != ':')
        return;
    if (is_kernel(program))
        *text = at;
    else if (stamp == STAMP_SYSLOG || program.data[program.size - 2] == ']')
        line->foreign = true;
}

/* "dmesg.txt:117:[    3.834652] ", as grep -n prints it. */
static void take_place(struct span *text)
{
    size_t limit = text->size < WORD_LIMIT ? text->size : WORD_LIMIT;
    const uint8_t *open = limit > 0 ? memchr(text->data, '[', limit) : NULL;
    size_t size = open != NULL ? (size_t)(open - text->data) : 0;
    struct span at = *text;
    uint64_t micros;

    if (size == 0 || memchr(text->data, ' ', size) != NULL ||
        (text->data[size - 1] != ':' && text->data[size - 1] != '-'))
        return;
    span_skip(&at, size);
    if (take_uptime(&at, &micros))
        span_skip(text, size);
}

static void unwrap(struct span text, struct kernel_log_line *line)
{
    enum stamp stamp;
    uint64_t micros;

    take_place(&text);
    take_priority(&text, line);
    take_decoded_priority(&text, line);
    stamp = take_date(&text);
    if (take_uptime(&text, &micros))
        line->boot_us = maybe_u64(micros);
    else if (stamp == STAMP_NONE)
        (void)take_bracket(&text);
    span_skip_blanks(&text);
    take_origin(&text, stamp, line);
    /* rsyslog keeps the kernel's own stamp behind "kernel: ". */
    if (take_uptime(&text, &micros))
        line->boot_us = maybe_u64(micros);
    span_skip_blanks(&text);
    if (take_bracket(&text)) /* CONFIG_PRINTK_CALLER */
        span_skip_blanks(&text);
    line->message = text;
}

bool kernel_log_next_line(struct span *rest, struct kernel_log_line *ret)
{
    const uint8_t *end;
    struct span raw;

    if (rest->size == 0)
        return false;
    end = memchr(rest->data, '\n', rest->size);
    raw = (struct span){ rest->data, end != NULL ? (size_t)(end - rest->data) : rest->size };
    span_skip(rest, raw.size + (end != NULL ? 1 : 0));
    ret->boot_us = (struct maybe_u64){ 0 };
    ret->foreign = false;
    unwrap(kernel_log_clean(raw, ret->room), ret);
    return true;
}
