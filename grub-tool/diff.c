/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/diff.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/span_text.h"

#define CONTEXT    3
#define LINE_SHOWN 4096

struct lines {
    struct span *line; /* each with its newline, if it has one */
    size_t count;
};

struct differ {
    struct lines old, new_;
    bool *gone, *come; /* for each line of old and of new */
    struct text *ret;
};

static bool split(struct span text, struct lines *ret)
{
    size_t count = 1;

    for (size_t i = 0; i < text.size; i++)
        count += text.data[i] == '\n';
    ret->line = calloc(count, sizeof(*ret->line));
    if (ret->line == NULL)
        return false;
    for (size_t at = 0; at < text.size;) {
        size_t end = span_line_end(text, at);

        end += end < text.size ? 1 : 0;
        ret->line[ret->count++] = (struct span){ text.data + at, end - at };
        at = end;
    }
    return true;
}

/* Marks what is not in the longest common subsequence of old[from, old_end) and new[from, ...). */
static void mark_middle(struct differ *d, size_t from, size_t old_end, size_t new_end)
{
    size_t rows = old_end - from, columns = new_end - from, width = columns + 1;
    uint16_t *table = rows > DIFF_WORK_LIMIT || columns > DIFF_WORK_LIMIT
                          ? NULL
                          : calloc((rows + 1) * width, sizeof(*table));
    size_t i = 0, j = 0;

    for (size_t row = rows; table != NULL && row-- > 0;)
        for (size_t column = columns; column-- > 0;) {
            uint16_t below = table[(row + 1) * width + column];
            uint16_t right = table[row * width + column + 1];

            if (span_equal(d->old.line[from + row], d->new_.line[from + column]))
                table[row * width + column] = (uint16_t)(table[(row + 1) * width + column + 1] + 1);
            else
                table[row * width + column] = below > right ? below : right;
        }
    while (i < rows || j < columns) {
        if (table != NULL && i < rows && j < columns &&
            span_equal(d->old.line[from + i], d->new_.line[from + j])) {
            i++;
            j++;
        } else if (i < rows && (table == NULL || j == columns ||
                                table[(i + 1) * width + j] >= table[i * width + j + 1])) {
            d->gone[from + i++] = true;
        } else {
            d->come[from + j++] = true;
        }
    }
    free(table);
}

static void mark(struct differ *d)
{
    size_t from = 0, old_end = d->old.count, new_end = d->new_.count;

    while (from < old_end && from < new_end && span_equal(d->old.line[from], d->new_.line[from]))
        from++;
    while (old_end > from && new_end > from &&
           span_equal(d->old.line[old_end - 1], d->new_.line[new_end - 1])) {
        old_end--;
        new_end--;
    }
    mark_middle(d, from, old_end, new_end);
}

static void put_line(struct text *ret, char sign, struct span line)
{
    bool ended = line.size > 0 && line.data[line.size - 1] == '\n';
    size_t size = line.size - (ended ? 1 : 0);

    text_add_char(ret, sign);
    for (size_t i = 0; i < size && i < LINE_SHOWN; i++)
        if (line.data[i] == '\t' || (line.data[i] >= 0x20 && line.data[i] != 0x7f))
            text_add_char(ret, (char)line.data[i]);
        else
            text_addf(ret, "\\x%02x", line.data[i]);
    text_add(ret, ended ? "\n" : "\n\\ No newline at end of file\n");
}

/* One hunk: [old_at, old_end) and [new_at, new_end) with their context. */
static void put_hunk(struct differ *d, size_t old_at, size_t old_end, size_t new_at, size_t new_end)
{
    text_addf(d->ret, "@@ -%zu,%zu +%zu,%zu @@\n", old_at + (old_end > old_at), old_end - old_at,
              new_at + (new_end > new_at), new_end - new_at);
    while (old_at < old_end || new_at < new_end) {
        if (old_at < old_end && d->gone[old_at])
            put_line(d->ret, '-', d->old.line[old_at++]);
        else if (new_at < new_end && d->come[new_at])
            put_line(d->ret, '+', d->new_.line[new_at++]);
        else {
            put_line(d->ret, ' ', d->old.line[old_at++]);
            new_at++;
        }
    }
}

static bool changed_at(const struct differ *d, size_t old_at, size_t new_at)
{
    return (old_at < d->old.count && d->gone[old_at]) ||
           (new_at < d->new_.count && d->come[new_at]);
}

/* Groups changes that are at most two contexts apart. */
static void put_hunks(struct differ *d)
{
    size_t old_at = 0, new_at = 0;

    while (old_at < d->old.count || new_at < d->new_.count) {
        size_t before, old_end, new_end, quiet = 0;

        if (!changed_at(d, old_at, new_at)) {
            old_at++;
            new_at++;
            continue;
        }
        before = old_at < CONTEXT ? old_at : CONTEXT;
        old_end = old_at;
        new_end = new_at;
        while (quiet <= 2 * CONTEXT && (old_end < d->old.count || new_end < d->new_.count)) {
            if (old_end < d->old.count && d->gone[old_end]) {
                old_end++;
                quiet = 0;
            } else if (new_end < d->new_.count && d->come[new_end]) {
                new_end++;
                quiet = 0;
            } else {
                old_end++;
                new_end++;
                quiet++;
            }
        }
        quiet = quiet > CONTEXT ? quiet - CONTEXT : 0;
        put_hunk(d, old_at - before, old_end - quiet, new_at - before, new_end - quiet);
        old_at = old_end;
        new_at = new_end;
    }
}

void diff_unified(const char *path, bool old_exists, struct span old, bool new_exists,
                  struct span new_, struct text *ret)
{
    struct differ d = { .ret = ret };

    if (old_exists == new_exists && span_equal(old, new_))
        return;
    text_addf(ret, "--- %s\n+++ %s\n", old_exists ? path : "/dev/null",
              new_exists ? path : "/dev/null");
    if (split(old, &d.old) && split(new_, &d.new_)) {
        d.gone = calloc(d.old.count + 1, sizeof(*d.gone));
        d.come = calloc(d.new_.count + 1, sizeof(*d.come));
    }
    if (d.gone != NULL && d.come != NULL) {
        mark(&d);
        put_hunks(&d);
    } else {
        ret->failed = true;
    }
    free(d.old.line);
    free(d.new_.line);
    free(d.gone);
    free(d.come);
}
