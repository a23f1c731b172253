/* SPDX-License-Identifier: Apache-2.0 */
#include "pam_tdx/gate_state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/hex.h"
#include "core/base/span_text.h"
#include "core/base/text.h"

#define RECORD_NAME  "quote"
#define RECORD_MAGIC "tdx-gate quote 1"
#define RECORD_LIMIT (QUOTE_SIZE_LIMIT + 4096)
#define MEMORY_NAME  "verified"

enum tdx_status gate_state_open(int *ret, struct tdx_error *err)
{
    struct stat st;
    int fd;

    if (mkdir(GATE_STATE_FOLDER, 0700) != 0 && errno != EEXIST)
        return status_fail_errno(err, TDX_GATE_STATE, errno, "%s", GATE_STATE_FOLDER);
    fd = open(GATE_STATE_FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return status_fail_errno(err, TDX_GATE_STATE, errno, "%s", GATE_STATE_FOLDER);
    if (fstat(fd, &st) != 0 || st.st_uid != geteuid() || (st.st_mode & 077U) != 0) {
        (void)close(fd); /* read only: nothing can be lost */
        return status_fail(err, TDX_GATE_STATE, "%s has uid %u and mode %04o", GATE_STATE_FOLDER,
                           (unsigned)st.st_uid, (unsigned)st.st_mode & 07777U);
    }
    *ret = fd;
    return TDX_OK;
}

bool gate_boot_id(char out[static 40])
{
    struct file_content content = { 0 };
    bool read_whole = false;

    if (file_read("/proc/sys/kernel/random/boot_id", 64, 0, &content, NULL) == TDX_OK &&
        content.size == 37) { /* a UUID and a newline */
        memcpy(out, content.data, 36);
        out[36] = '\0';
        read_whole = true;
    }
    file_content_free(&content);
    return read_whole;
}

/* --- the record: a few lines, an empty one, the quote -------------------------------------- */

enum tdx_status gate_record_store(int state, const struct gate_record *record,
                                  struct tdx_error *err)
{
    enum tdx_status status = TDX_NO_MEMORY;
    struct text text = { .limit = RECORD_LIMIT };

    text_addf(&text, RECORD_MAGIC "\n%" PRId64 "\n%s\n%s\n", record->asked_at, record->boot_id,
              record->origin);
    text_add_hex(&text, record->nonce, sizeof(record->nonce));
    text_addf(&text, "\n%s\n%s\n\n", status_id(record->status), record->detail);
    text_add_n(&text, (const char *)record->quote.data, record->quote.size);
    if (text_ok(&text))
        status = file_replace_at(state, RECORD_NAME, text_span(&text), 0600, err);
    else
        (void)status_fail(err, status, "the record of a quote");
    text_free(&text);
    return status;
}

/* The next line of in, without its end, into out. False if there is none or it is too long. */
static bool take_line(struct span *in, char *out, size_t size)
{
    const uint8_t *end = in->size > 0 ? memchr(in->data, '\n', in->size) : NULL;
    size_t length = end != NULL ? (size_t)(end - in->data) : size;

    if (length >= size)
        return false;
    memcpy(out, in->data, length);
    out[length] = '\0';
    in->data += length + 1;
    in->size -= length + 1;
    return true;
}

static bool parse_record(struct span in, struct gate_record *out)
{
    char magic[sizeof(RECORD_MAGIC)], asked_at[24], nonce[HEX_TEXT_SIZE(GATE_NONCE_SIZE)], id[64],
        empty[1];

    if (!take_line(&in, magic, sizeof(magic)) || strcmp(magic, RECORD_MAGIC) != 0 ||
        !take_line(&in, asked_at, sizeof(asked_at)) ||
        !take_line(&in, out->boot_id, sizeof(out->boot_id)) ||
        !take_line(&in, out->origin, sizeof(out->origin)) ||
        !take_line(&in, nonce, sizeof(nonce)) || !take_line(&in, id, sizeof(id)) ||
        !take_line(&in, out->detail, sizeof(out->detail)) || !take_line(&in, empty, sizeof(empty)))
        return false;
    out->asked_at = strtoll(asked_at, NULL, 10);
    if (!status_find(id, &out->status) ||
        hex_decode_exact(nonce, strlen(nonce), out->nonce, sizeof(out->nonce), NULL) != TDX_OK)
        return false;
    out->quote.data = malloc(in.size + 1);
    if (out->quote.data == NULL)
        return false;
    if (in.size > 0)
        memcpy(out->quote.data, in.data, in.size);
    out->quote.data[in.size] = '\0';
    out->quote.size = in.size;
    return true;
}

bool gate_record_load(int state, struct gate_record *ret)
{
    struct file_content content = { 0 };
    struct gate_record record = { .status = TDX_INTERNAL };
    bool loaded = file_read_at(state, RECORD_NAME, RECORD_LIMIT, 0, &content, NULL) == TDX_OK &&
                  parse_record(file_content_span(&content), &record);

    file_content_free(&content);
    if (loaded)
        *ret = record;
    return loaded;
}

/* --- verified collateral ------------------------------------------------------------------- */

bool gate_memory_load(int state, struct gate_memory *ret)
{
    struct file_content content = { 0 };
    struct gate_memory memory;
    bool loaded = file_read_at(state, MEMORY_NAME, HEX_TEXT_SIZE(sizeof(memory)), 0, &content,
                               NULL) == TDX_OK &&
                  hex_decode_exact((const char *)content.data, content.size, &memory,
                                   sizeof(memory), NULL) == TDX_OK;

    file_content_free(&content);
    if (loaded)
        *ret = memory;
    return loaded;
}

void gate_memory_store(int state, const struct gate_memory *memory)
{
    char text[HEX_TEXT_SIZE(sizeof(*memory))];
    enum tdx_status status;

    hex_encode(memory, sizeof(*memory), text);
    status = file_replace_at(state, MEMORY_NAME, span_of(text), 0600, NULL);
    (void)status; /* then the next login does this work again */
}
