/* SPDX-License-Identifier: Apache-2.0 */
#include "pam_tdx/verdict.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define HEAD          "tdx-gate-check/1\t"
#define HEAD_SIZE     (sizeof(HEAD) - 1)
#define CHECKSUM_SIZE 8
#define TAIL_SIZE     (1 + CHECKSUM_SIZE + 1) /* tab, checksum, newline */

/* FNV-1a, 32 bits. */
static uint32_t checksum(const char *text, size_t size)
{
    uint32_t sum = UINT32_C(2166136261);

    for (size_t i = 0; i < size; i++)
        sum = (sum ^ (uint8_t)text[i]) * UINT32_C(16777619);
    return sum;
}

size_t verdict_print(const struct verdict *verdict, char out[static VERDICT_LINE_LIMIT])
{
    char detail[TDX_DETAIL_SIZE];
    size_t length = 0;

    for (; length + 1 < sizeof(detail) && verdict->detail[length] != '\0'; length++) {
        char character = verdict->detail[length];

        detail[length] = character;
        if (character < 0x20 || character > 0x7e)
            detail[length] = '?';
    }
    detail[length] = '\0';
    /* Head, the longest id and the longest detail are far below the limit. */
    length = (size_t)snprintf(out, VERDICT_LINE_LIMIT, HEAD "%s\t%s", status_id(verdict->status),
                              detail);
    return length + (size_t)snprintf(out + length, VERDICT_LINE_LIMIT - length, "\t%08x\n",
                                     checksum(out, length));
}

bool verdict_parse(const char *text, size_t size, struct verdict *ret)
{
    struct verdict verdict = { .status = TDX_INTERNAL };
    char expected[TAIL_SIZE + 1];
    const char *tab;
    char id[64];
    size_t length;

    if (size < HEAD_SIZE + TAIL_SIZE || size >= VERDICT_LINE_LIMIT ||
        memcmp(text, HEAD, HEAD_SIZE) != 0)
        return false;
    size -= TAIL_SIZE;
    (void)snprintf(expected, sizeof(expected), "\t%08x\n", checksum(text, size));
    if (memcmp(text + size, expected, TAIL_SIZE) != 0)
        return false;
    tab = memchr(text + HEAD_SIZE, '\t', size - HEAD_SIZE);
    if (tab == NULL || (length = (size_t)(tab - text) - HEAD_SIZE) >= sizeof(id))
        return false;
    memcpy(id, text + HEAD_SIZE, length);
    id[length] = '\0';
    if (!status_find(id, &verdict.status))
        return false;
    length = (size_t)(text + size - (tab + 1));
    if (length >= sizeof(verdict.detail))
        return false;
    for (size_t i = 0; i < length; i++)
        if (tab[1 + i] < 0x20 || tab[1 + i] > 0x7e)
            return false;
    memcpy(verdict.detail, tab + 1, length);
    verdict.detail[length] = '\0';
    *ret = verdict;
    return true;
}
