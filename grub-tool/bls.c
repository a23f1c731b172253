/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/bls.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/span_text.h"

void bls_entry_free(struct bls_entry *entry)
{
    free(entry->title);
    free(entry->linux_path);
    free(entry->options);
    free(entry->sort_key);
    free(entry->version);
    *entry = (struct bls_entry){ 0 };
}

bool bls_is_entry(const char *name, enum bls_reader reader, size_t *ret_size)
{
    size_t size = strlen(name), digits = 0;
    const char *plus;

    if (name[0] == '.' || size <= 5 || strcmp(name + size - 5, ".conf") != 0)
        return false;
    size -= 5;
    *ret_size = size;
    plus = reader == BLS_FOR_SYSTEMD ? memrchr(name, '+', size) : NULL;
    if (plus == NULL)
        return true;
    digits = strspn(plus + 1, "0123456789-");
    if (digits > 0 && plus + 1 + digits == name + size)
        *ret_size = (size_t)(plus - name);
    return true;
}

/* [*start, *end) of the value on the line; false if GRUB (or systemd-boot) stops or skips here. */
static bool split_line(struct span line, enum bls_reader reader, size_t *ret_key, size_t *ret_start)
{
    const uint8_t *separator = memchr(line.data, ' ', line.size);
    const uint8_t *tab = memchr(line.data, '\t', line.size);
    size_t at;

    if (separator == NULL || (reader == BLS_FOR_SYSTEMD && tab != NULL && tab < separator))
        separator = tab;
    if (separator == NULL || separator == line.data)
        return false;
    at = (size_t)(separator - line.data);
    *ret_key = at;
    while (at < line.size && (line.data[at] == ' ' || line.data[at] == '\t'))
        at++;
    *ret_start = at;
    return at < line.size;
}

static bool keep(char **place, struct span value)
{
    if (*place != NULL)
        return true;
    *place = strndup((const char *)value.data, value.size);
    return *place != NULL;
}

static bool keep_options(struct bls_entry *entry, enum bls_reader reader, struct span value,
                         size_t start)
{
    struct text joined = { 0 };

    if (entry->options == NULL) {
        entry->options_start = start;
        entry->options_end = start + value.size;
        return keep(&entry->options, value);
    }
    if (reader == BLS_FOR_GRUB)
        return true;
    text_addf(&joined, "%s ", entry->options);
    text_add_n(&joined, (const char *)value.data, value.size);
    free(entry->options);
    entry->options = text_take(&joined);
    text_free(&joined);
    return entry->options != NULL;
}

static bool take(struct bls_entry *entry, enum bls_reader reader, struct span line, size_t key,
                 size_t start, size_t offset)
{
    struct span value = { line.data + start, line.size - start };
    const struct {
        const char *key;
        char **place;
    } keys[] = {
        { "title", &entry->title },
        { "linux", &entry->linux_path },
        { "sort-key", &entry->sort_key },
        { "version", &entry->version },
    };

    if (span_is((struct span){ line.data, key }, "options"))
        return keep_options(entry, reader, value, offset + start);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (span_is((struct span){ line.data, key }, keys[i].key))
            return keep(keys[i].place, value);
    return true;
}

bool bls_read(struct span file, enum bls_reader reader, struct bls_entry *ret)
{
    for (size_t at = 0, end; at < file.size; at = end + 1) {
        struct span line;
        size_t key, start;

        end = span_line_end(file, at);
        while (at < end && (file.data[at] == ' ' || file.data[at] == '\t'))
            at++;
        line = (struct span){ file.data + at, end - at };
        if (line.size > 0 && line.data[line.size - 1] == '\r' && reader == BLS_FOR_SYSTEMD)
            line.size--;
        if (line.size > 0 && line.data[0] == '#')
            continue;
        if (!split_line(line, reader, &key, &start)) {
            if (reader == BLS_FOR_GRUB)
                break;
            continue;
        }
        if (!take(ret, reader, line, key, start, at))
            return false;
    }
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t run_of(const char *text, bool (*kind)(char))
{
    size_t size = 0;

    while (kind(text[size]))
        size++;
    return size;
}

static int sign(int value)
{
    return value < 0 ? -1 : value > 0;
}

/* One run of digits or letters of each; both begin with something. */
static int compare_run(const char **a, const char **b)
{
    bool digits = is_digit(**a);
    size_t left = run_of(*a, digits ? is_digit : is_alpha);
    size_t right = run_of(*b, digits ? is_digit : is_alpha);
    const char *one = *a, *two = *b;
    int order;

    if (right == 0)
        return digits ? 1 : -1;
    *a += left;
    *b += right;
    for (; digits && left > 0 && *one == '0'; left--)
        one++;
    for (; digits && right > 0 && *two == '0'; right--)
        two++;
    if (digits && left != right)
        return left > right ? 1 : -1;
    order = memcmp(one, two, left < right ? left : right);
    return order != 0 ? sign(order) : (left > right) - (left < right);
}

int bls_compare(const char *a, const char *b)
{
    while (*a != '\0' || *b != '\0') {
        int order;

        while (*a != '\0' && !is_digit(*a) && !is_alpha(*a) && *a != '~')
            a++;
        while (*b != '\0' && !is_digit(*b) && !is_alpha(*b) && *b != '~')
            b++;
        if (*a == '~' || *b == '~') {
            if (*a != '~')
                return 1;
            if (*b != '~')
                return -1;
            a++;
            b++;
            continue;
        }
        if (*a == '\0' || *b == '\0')
            break;
        order = compare_run(&a, &b);
        if (order != 0)
            return order;
    }
    return (*a != '\0') - (*b != '\0');
}
