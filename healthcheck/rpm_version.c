/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/rpm_version.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define RELEASE_SIZE 256

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_separator(char c)
{
    return c != '\0' && !is_digit(c) && !is_letter(c) && c != '~' && c != '^';
}

static size_t segment_length(const char *at)
{
    bool digits = is_digit(*at);
    size_t length = 0;

    while (digits ? is_digit(at[length]) : is_letter(at[length]))
        length++;
    return length;
}

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

/* Two segments of the same kind: numbers by their value, letters by their order. */
static int compare_segments(const char *a, size_t a_length, const char *b, size_t b_length)
{
    int order;

    if (is_digit(*a)) {
        for (; a_length > 0 && *a == '0'; a_length--)
            a++;
        for (; b_length > 0 && *b == '0'; b_length--)
            b++;
        if (a_length != b_length)
            return a_length > b_length ? 1 : -1;
    }
    order = memcmp(a, b, a_length < b_length ? a_length : b_length);
    if (order != 0 || a_length == b_length)
        return sign(order);
    return a_length > b_length ? 1 : -1;
}

/* '~' and '^' at either place. Returns true with the verdict in *ret, or, where both have the same
 * mark, false after stepping over it. */
static bool compare_marks(const char **a, const char **b, int *ret)
{
    if (**a == '~' || **b == '~') {
        *ret = **a != '~' ? 1 : -1;
        if (**a != **b)
            return true;
    } else if (**a == '^' || **b == '^') {
        if (**a == '\0' || **b == '\0') {
            *ret = **a == '\0' ? -1 : 1;
            return true;
        }
        *ret = **a != '^' ? 1 : -1;
        if (**a != **b)
            return true;
    } else {
        return false;
    }
    (*a)++;
    (*b)++;
    return false;
}

static bool at_mark(const char *a, const char *b)
{
    return *a == '~' || *b == '~' || *a == '^' || *b == '^';
}

int rpm_version_compare(const char *a, const char *b)
{
    while (*a != '\0' || *b != '\0') {
        size_t a_length, b_length;
        int order;

        while (is_separator(*a))
            a++;
        while (is_separator(*b))
            b++;
        if (at_mark(a, b)) {
            if (compare_marks(&a, &b, &order))
                return order;
            continue;
        }
        if (*a == '\0' || *b == '\0')
            break;
        if (is_digit(*a) != is_digit(*b))
            return is_digit(*a) ? 1 : -1;
        a_length = segment_length(a);
        b_length = segment_length(b);
        order = compare_segments(a, a_length, b, b_length);
        if (order != 0)
            return order;
        a += a_length;
        b += b_length;
    }
    return (*a != '\0') - (*b != '\0');
}

/* Copies release without variant and architecture and splits it: *version ends where *ret_release
 * begins; a release that is missing is "". */
static void split(const char *text, char *version, const char **ret_release)
{
    static const char *const architectures[] = { ".x86_64", ".aarch64", ".i686" };
    char *dash;

    (void)snprintf(version, RELEASE_SIZE, "%.*s", (int)strcspn(text, "+"), text);
    for (size_t i = 0; i < sizeof(architectures) / sizeof(architectures[0]); i++) {
        size_t length = strlen(version), tail = strlen(architectures[i]);

        if (length > tail && strcmp(version + length - tail, architectures[i]) == 0)
            version[length - tail] = '\0';
    }
    dash = strchr(version, '-');
    *ret_release = dash != NULL ? dash + 1 : "";
    if (dash != NULL)
        *dash = '\0';
}

int kernel_release_compare(const char *a, const char *b)
{
    char a_version[RELEASE_SIZE], b_version[RELEASE_SIZE];
    const char *a_release, *b_release;
    int order;

    split(a, a_version, &a_release);
    split(b, b_version, &b_release);
    order = rpm_version_compare(a_version, b_version);
    return order != 0 ? order : rpm_version_compare(a_release, b_release);
}

bool kernel_release_is_line(const char *release, const char *tag)
{
    size_t length = strlen(tag);

    for (const char *at = strchr(release, '.'); at != NULL; at = strchr(at + 1, '.')) {
        char next = strncmp(at + 1, tag, length) == 0 ? at[1 + length] : 'x';

        if (next == '\0' || next == '.' || next == '+')
            return true;
    }
    return false;
}
