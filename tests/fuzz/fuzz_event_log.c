/* SPDX-License-Identifier: Apache-2.0 */
/* The CC event log: reading, replaying, explaining. Input: the log. */
#include <stdlib.h>

#include "core/evidence/event_log.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/event_log_builder.h"

static void require_event(const struct event *event, struct span raw)
{
    struct event_meaning meaning;

    fuzz_require(event->offset < raw.size, "a record begins within the log");
    fuzz_require(event->data.size == 0 ||
                     (event->data.data >= raw.data && event->data.data <= raw.data + raw.size &&
                      event->data.size <= (size_t)(raw.data + raw.size - event->data.data)),
                 "a record's data lie within the log");
    fuzz_require(!event->extends || (event->digest != NULL && event->rtmr < TD_RTMR_COUNT),
                 "what extends has a digest and a register");
    fuzz_require(event_explain(event, &meaning, NULL) == TDX_OK, "explaining cannot fail");
    fuzz_require(meaning.text.size <= event->data.size, "a text is not longer than its record");
    fuzz_require(event->extends || meaning.rule == EVENT_RULE_UNKNOWN,
                 "what does not extend has no rule");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = fuzz_copy(data, size);
    struct span raw = { copy, size };
    struct tdx_error err = { 0 };
    struct event_log log;
    struct event_log_table table;
    struct event_log_replay replay;
    enum tdx_status status = event_log_open(raw, &log, &err);
    bool end = false;

    fuzz_require_status(status, &err);
    while (status == TDX_OK && !end) {
        struct event event;

        status = event_log_next(&log, &event, &end, &err);
        fuzz_require_status(status, &err);
        if (status == TDX_OK && !end)
            require_event(&event, raw);
    }
    fuzz_require(event_log_replay(raw, &replay, NULL) == status, "replay and reading agree");
    fuzz_require(status != TDX_OK || (replay.count == log.count && replay.used <= size),
                 "replay counts what reading counts");
    fuzz_require(event_log_table_parse(raw, &table, NULL) != TDX_OK || status != TDX_OK,
                 "nothing is both a table and a log");
    free(copy);
    return 0;
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t limit)
{
    static const char *const ends[] = { "", "\xff\xff\xff\xff\xff\xff\xff\xff",
                                        "\0\0\0\0\0\0\0\0" };
    struct text log = { 0 };
    size_t size;

    if (number >= 3)
        return 0;
    event_log_begin(&log, 1, number);
    event_log_add(&log, 0, EVENT_NO_ACTION, NULL, "SP800-155 Event3", 16);
    event_log_add(&log, 1, EVENT_SEPARATOR, "", "", 0);
    event_log_add(&log, 2, EVENT_EFI_VARIABLE_BOOT, "vv",
                  "0123456789abcdef\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0B\0vv", 36);
    event_log_add(&log, 3, EVENT_IPL, "set x", "grub_cmd: set x\0", 16);
    event_log_add(&log, 3, EVENT_IPL, "ro quiet", "grub_kernel_cmdline ro quiet\0l", 30);
    event_log_add(&log, 4, EVENT_TAG, "aa", "\x4e\x45\x41\x41\4\0\0\0abcd", 12);
    text_add_n(&log, ends[number], number > 0 ? 8 : 0);
    fuzz_require(text_ok(&log), "a seed can be made");
    size = fuzz_put(log.data, log.length, out, limit);
    text_free(&log);
    return size;
}
