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
    STAMP_SYSLOG, /* "Dec 06 16:24:53 " */
    STAMP_ISO,    /* "2026-11-24T15:05:42+00:00 ", which dmesg prints too, without host */
};

static enum stamp take_date(struct span *text)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct span at = *text, word;
    uint64_t number;

    if (at.size < 4)
        return STAMP_NONE;
    for (size_t i = 0; i + 3 < sizeof(months); i += 3) {
        if (memcmp(at.data, months + i, 3) != 0 || at.data[3] != ' ')
            continue;
        span_skip(&at, 4);
        span_skip_blanks(&at);
        if (!take_digits(&at, 1, 2, &number))
            return STAMP_NONE;
        span_skip_blanks(&at);
        if (!take_word(&at, &word) || memchr(word.data, ':', word.size) == NULL)
            return STAMP_NONE;
        *text = at;
        return STAMP_SYSLOG;
    }
    if (take_digits(&at, 4, 4, &number) && span_take(&at, "-") && take_digits(&at, 2, 2, &number) &&
        span_take(&at, "-") && take_word(&at, &word)) {
        *text = at;
        return STAMP_ISO;
    }
    return STAMP_NONE;
}

/* "HOST kernel: " or "HOST sshd[17]: ". A kernel message may look like the latter without "[17]"
 * ("virtio-pci 0000:00:02.0: ..."), so that only a syslog date makes any program foreign. */
static void take_origin(struct span *text, enum stamp stamp, struct kernel_log_line *line)
{
    struct span at = *text, host, program;

    if (!take_word(&at, &host) || !take_word(&at, &program) || program.size < 2 ||
        program.data[program.size - 1] != ':')
        return;
    if (span_is(program, "kernel:")) {
        *text = at;
        return;
    }
    if (stamp == STAMP_SYSLOG || program.data[program.size - 2] == ']')
        line->foreign = true;
}

static void unwrap(struct span text, struct kernel_log_line *line)
{
    enum stamp stamp;
    uint64_t micros;

    while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t' || text.data[0] == '`' ||
                             text.data[0] == '>'))
        span_skip(&text, 1);
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
    struct kernel_log_line line = { 0 };
    struct span raw;

    if (!line_next(rest, &raw))
        return false;
    while (raw.size > 0 && (raw.data[raw.size - 1] == '\r' || raw.data[raw.size - 1] == '`'))
        raw.size--;
    if (raw.size > KERNEL_LOG_LINE_LIMIT)
        raw.size = KERNEL_LOG_LINE_LIMIT;
    unwrap(raw, &line);
    *ret = line;
    return true;
}
