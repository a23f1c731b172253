/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/rfc3339.h"

#include <stdbool.h>
#include <stdio.h>

#include "core/base/text.h"

#define SECONDS_PER_DAY 86400
#define EARLIEST        INT64_C(-62167219200) /* 0000-01-01T00:00:00Z */
#define LATEST          INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

/* Days since 1970-01-01 in the proleptic Gregorian calendar, counted in years that begin on the
 * first of March, so that the leap day comes last. */
static int64_t days_from_civil(int year, int month, int day)
{
    int64_t y = month <= 2 ? (int64_t)year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, int *year, int *month, int *day)
{
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;

    *day = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
    *month = (int)(shifted_month + (shifted_month < 10 ? 3 : -9));
    *year = (int)(year_of_era + era * 400 + (*month <= 2 ? 1 : 0));
}

int64_t rfc3339_seconds(int year, int month, int day, int hour, int minute, int second)
{
    return days_from_civil(year, month, day) * SECONDS_PER_DAY + (int64_t)hour * 3600 +
           (int64_t)minute * 60 + second;
}

static int days_in_month(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* width decimal digits; -1 if one of them is none. */
static int digits(const char *text, size_t width)
{
    int value = 0;

    for (size_t i = 0; i < width; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

enum tdx_status rfc3339_parse(const char *text, size_t length, int64_t *ret, struct tdx_error *err)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:ddZ";
    char quoted[64];
    bool good = length == sizeof(shape) - 1;

    for (size_t i = 0; good && i < length; i++)
        good = shape[i] == 'd' ? text[i] >= '0' && text[i] <= '9' : text[i] == shape[i];
    if (good) {
        int year = digits(text, 4), month = digits(text + 5, 2), day = digits(text + 8, 2);
        int hour = digits(text + 11, 2), minute = digits(text + 14, 2);
        int second = digits(text + 17, 2);

        good = month >= 1 && month <= 12 && day >= 1 && hour <= 23 && minute <= 59 && second <= 59;
        good = good && day <= days_in_month(year, month);
        if (good)
            *ret = rfc3339_seconds(year, month, day, hour, minute, second);
    }
    if (!good)
        return status_fail(err, TDX_TIME_BAD, "\"%s\"",
                           text_quote(text, length, quoted, sizeof(quoted)));
    return TDX_OK;
}

const char *rfc3339_format(int64_t seconds, char out[static RFC3339_TEXT_SIZE])
{
    int year, month, day;
    int64_t days, rest;

    if (seconds < EARLIEST)
        seconds = EARLIEST;
    if (seconds > LATEST)
        seconds = LATEST;
    days = (seconds >= 0 ? seconds : seconds - (SECONDS_PER_DAY - 1)) / SECONDS_PER_DAY;
    rest = seconds - days * SECONDS_PER_DAY;
    civil_from_days(days, &year, &month, &day);
    /* The bounds above keep every part within its width; the remainders tell the compiler. */
    (void)snprintf(out, RFC3339_TEXT_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ",
                   (unsigned)year % 10000U, (unsigned)month % 100U, (unsigned)day % 100U,
                   (unsigned)(rest / 3600) % 100U, (unsigned)(rest / 60 % 60) % 100U,
                   (unsigned)(rest % 60) % 100U);
    return out;
}
