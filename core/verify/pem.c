/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify/pem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/base64.h"
#include "core/base/span_text.h"

#define LINE_LIMIT 64 /* of a begin or end line */

/* Moves *text behind the next line of this kind. Returns where the line began, NULL if nowhere. */
static const uint8_t *skip_line(struct span *text, const char *kind, const char *label)
{
    char line[LINE_LIMIT];
    const uint8_t *found;
    size_t length;

    (void)snprintf(line, sizeof(line), "-----%s %s-----", kind, label);
    length = strlen(line);
    found = text->size > 0 ? memmem(text->data, text->size, line, length) : NULL;
    if (found == NULL)
        return NULL;
    text->size -= (size_t)(found - text->data) + length;
    text->data = found + length;
    return found;
}

bool pem_next(struct span *text, const char *label, struct span *ret, bool *broken)
{
    const uint8_t *nul = text->size > 0 ? memchr(text->data, '\0', text->size) : NULL;
    const uint8_t *start, *end;

    *broken = false;
    if (nul != NULL)
        text->size = (size_t)(nul - text->data);
    if (skip_line(text, "BEGIN", label) == NULL)
        return false;
    start = text->data;
    end = skip_line(text, "END", label);
    *broken = end == NULL;
    if (end == NULL)
        return false;
    *ret = (struct span){ start, (size_t)(end - start) };
    return true;
}

enum tdx_status pem_decode(struct span block, struct span *ret, struct tdx_error *err)
{
    /* Decoded in place: three bytes never take more room than the four characters they come from.
     */
    uint8_t *buffer = malloc(block.size > 0 ? block.size : 1);
    size_t length = 0, size = 0;
    enum tdx_status status;

    if (buffer == NULL)
        return status_fail(err, TDX_NO_MEMORY, "a PEM block");
    for (size_t i = 0; i < block.size; i++)
        if (!byte_is_white(block.data[i]))
            buffer[length++] = block.data[i];
    status = base64_decode((const char *)buffer, length, BASE64_STANDARD, buffer, block.size, &size,
                           err);
    if (status != TDX_OK) {
        free(buffer);
        return status;
    }
    *ret = (struct span){ buffer, size };
    return TDX_OK;
}
