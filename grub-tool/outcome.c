/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/outcome.h"

#include <string.h>

#include "core/base/json_write.h"
#include "core/base/span_text.h"
#include "grub-tool/show.h"
#include "grub-tool/store.h"

void outcome_json(const struct outcome *outcome, struct text *ret)
{
    struct json_writer out = { .text = ret, .indent = true };
    struct span lines = text_span(outcome->changed), line;

    json_open(&out, NULL, '{');
    json_put_string(&out, "result", outcome->result);
    json_open(&out, "changed", '[');
    while (line_next(&lines, &line))
        json_put_bytes(&out, NULL, line);
    json_close(&out, ']');
    if (outcome->backup > 0) {
        struct text path = { 0 };

        text_addf(&path, STORE_FOLDER "/%04u", outcome->backup);
        json_put_string(&out, "backup", text_string(&path));
        text_free(&path);
    } else {
        json_put_null(&out, "backup");
    }
    if (outcome->diff != NULL)
        json_put_bytes(&out, "diff", text_span(outcome->diff));
    if (outcome->system != NULL) {
        json_put_bool(&out, "agrees", outcome->agrees);
        show_json_put(&out, "system", outcome->system);
    }
    json_close(&out, '}');
    text_add_char(ret, '\n');
}
