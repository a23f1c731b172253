/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of a JSON text. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json_scan_internal.h"

static bool scan_digits(struct scan *scan)
{
    size_t first = scan->at;

    while (scan_peek(scan) >= '0' && scan_peek(scan) <= '9')
        scan->at++;
    return scan->at > first;
}

/* The point is left out and the exponent mended instead, because what strtod() takes for a point
 * depends on the locale. */
double json_number_value(const uint8_t *text, size_t size)
{
    char digits[JSON_NUMBER_LIMIT + 32];
    size_t length = 0, i = 0;
    long fraction = 0, exponent = 0;
    bool negative = false, in_fraction = false;

    for (; i < size && text[i] != 'e' && text[i] != 'E'; i++) {
        if (text[i] == '.') {
            in_fraction = true;
            continue;
        }
        digits[length++] = (char)text[i];
        fraction += in_fraction;
    }
    for (i++; i < size; i++) {
        if (text[i] == '-')
            negative = true;
        else if (text[i] != '+' && exponent < 100000)
            exponent = exponent * 10 + (text[i] - '0');
    }
    (void)snprintf(digits + length, sizeof(digits) - length, "e%ld",
                   (negative ? -exponent : exponent) - fraction);
    return strtod(digits, NULL);
}

enum tdx_status scan_number(struct scan *scan)
{
    size_t first = scan->at;
    uint32_t index;
    enum tdx_status status = scan_add_node(scan, JSON_NUMBER, &index);

    if (status != TDX_OK)
        return status;
    (void)scan_accept(scan, '-'); /* optional */
    if (!scan_accept(scan, '0') && !scan_digits(scan))
        return scan_bad(scan, "this is no value");
    if (scan_accept(scan, '.') && !scan_digits(scan))
        return scan_bad(scan, "a digit is missing after the point of a number");
    if (scan_accept(scan, 'e') || scan_accept(scan, 'E')) {
        if (!scan_accept(scan, '-'))
            (void)scan_accept(scan, '+'); /* optional */
        if (!scan_digits(scan))
            return scan_bad(scan, "a number has an empty exponent");
    }
    if (scan_peek(scan) >= '0' && scan_peek(scan) <= '9')
        return scan_bad(scan, "a number starts with a needless zero");
    if (scan->at - first > JSON_NUMBER_LIMIT)
        return scan_bad(scan, "a number is too long");
    if (scan->at - first > 19 || memchr(scan->text + first, 'e', scan->at - first) != NULL ||
        memchr(scan->text + first, 'E', scan->at - first) != NULL) {
        if (isinf(json_number_value(scan->text + first, scan->at - first)))
            return scan_bad(scan, "a number is too large");
    }
    scan_end_node(scan, index);
    return TDX_OK;
}
