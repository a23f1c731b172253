/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct row {
    const char *id, *message, *remedy;
    int exit_code;
} rows[] = {
#define X(name, id_, code_, message_, remedy_)                                                     \
    [name] = { .id = id_, .message = message_, .remedy = remedy_, .exit_code = code_ },
#include "core/base/status.def"
#undef X
};

static const struct row *row_of(enum tdx_status status)
{
    /* The enum may be unsigned: one comparison serves for both ends. */
    return (size_t)status < sizeof(rows) / sizeof(rows[0]) ? &rows[status] : &rows[TDX_INTERNAL];
}

const char *status_id(enum tdx_status status)
{
    return row_of(status)->id;
}

const char *status_message(enum tdx_status status)
{
    return row_of(status)->message;
}

const char *status_remedy(enum tdx_status status)
{
    return row_of(status)->remedy;
}

int status_exit_code(enum tdx_status status)
{
    return row_of(status)->exit_code;
}

bool status_find(const char *id, enum tdx_status *ret)
{
    for (int i = 0; i < TDX_STATUS_COUNT; i++)
        if (strcmp(status_id((enum tdx_status)i), id) == 0) {
            *ret = (enum tdx_status)i;
            return true;
        }
    return false;
}

/* One line, whatever came in: details may quote names from files and from the network. */
static void clean(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

static bool taken(const struct tdx_error *err)
{
    return err == NULL || err->status != TDX_OK;
}

enum tdx_status status_fail(struct tdx_error *err, enum tdx_status status, const char *format, ...)
{
    va_list arguments;

    if (taken(err))
        return status;
    err->status = status;
    va_start(arguments, format);
    (void)vsnprintf(err->detail, sizeof(err->detail), format, arguments); /* cut is good enough */
    va_end(arguments);
    clean(err->detail);
    return status;
}

enum tdx_status status_fail_errno(struct tdx_error *err, enum tdx_status status, int error_number,
                                  const char *format, ...)
{
    va_list arguments;
    size_t used;

    if (taken(err))
        return status;
    err->status = status;
    va_start(arguments, format);
    (void)vsnprintf(err->detail, sizeof(err->detail), format, arguments);
    va_end(arguments);
    used = strlen(err->detail);
    (void)snprintf(err->detail + used, sizeof(err->detail) - used, ": %s", strerror(error_number));
    clean(err->detail);
    return status;
}

void status_prefix(struct tdx_error *err, const char *format, ...)
{
    char context[TDX_DETAIL_SIZE];
    char joined[2 * TDX_DETAIL_SIZE + 2];
    va_list arguments;

    if (err == NULL || err->status == TDX_OK)
        return;
    va_start(arguments, format);
    (void)vsnprintf(context, sizeof(context), format, arguments);
    va_end(arguments);
    (void)snprintf(joined, sizeof(joined), "%s%s%s", context, err->detail[0] != '\0' ? ": " : "",
                   err->detail);
    joined[sizeof(err->detail) - 1] = '\0';
    memcpy(err->detail, joined, sizeof(err->detail));
    clean(err->detail);
}
