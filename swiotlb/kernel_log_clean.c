/* SPDX-License-Identifier: Apache-2.0 */
#include "swiotlb/kernel_log_clean.h"

#include <string.h>

#include "core/base/span_text.h"

#define ESCAPE 0x1b
#define BELL   0x07

static bool ends(struct span text, const char *words)
{
    size_t length = strlen(words);

    return text.size >= length && memcmp(text.data + text.size - length, words, length) == 0;
}

/* What a line is wrapped in at its ends: carriage returns, also as dmesg spells them, the quoting
 * of reports, a byte order mark. */
static void trim(struct span *line)
{
    for (;;) {
        if (line->size > 0 && (byte_is_white(line->data[line->size - 1]) || ends(*line, "`")))
            line->size--;
        else if (ends(*line, "\\x0d"))
            line->size -= 4;
        else
            break;
    }
    (void)!span_take(line, "\xef\xbb\xbf");
    while (line->size > 0 &&
           (byte_is_white(line->data[0]) || line->data[0] == '`' || line->data[0] == '>'))
        span_skip(line, 1);
}

/* The bytes of the escape sequence at line[at]: colours and cursor moves ("ESC [ ... letter"),
 * titles ("ESC ] ... BEL"), and the short ones. */
static size_t sequence(struct span line, size_t at)
{
    size_t end = at + 1;
    uint8_t kind = end < line.size ? line.data[end] : 0;

    if (kind == '[') {
        for (end++; end < line.size && line.data[end] >= 0x20 && line.data[end] < 0x40; end++)
            ;
    } else if (kind == ']') {
        while (end < line.size && line.data[end] != BELL)
            end++;
    } else if (kind == '(' || kind == ')') {
        end++;
    }
    return (end < line.size ? end + 1 : line.size) - at;
}

struct span kernel_log_clean(struct span line, uint8_t room[KERNEL_LOG_LINE_LIMIT])
{
    size_t size = 0;

    if (line.size > KERNEL_LOG_LINE_LIMIT)
        line.size = KERNEL_LOG_LINE_LIMIT;
    if (line.size > 0 && memchr(line.data, ESCAPE, line.size) != NULL) {
        for (size_t at = 0; at < line.size;) {
            if (line.data[at] == ESCAPE)
                at += sequence(line, at);
            else
                room[size++] = line.data[at++];
        }
        line = (struct span){ room, size };
    }
    trim(&line);
    return line;
}
