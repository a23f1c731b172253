/* SPDX-License-Identifier: Apache-2.0 */
/* The report as JSON. The schema is stable and stands in tdx-healthcheck(8): every check is always
 * there, skipped ones too, so that a reader can tell "skipped" from "not in this version". */
#include "core/base/json_write.h"
#include "healthcheck/report.h"

#define SCHEMA_VERSION 1

static void put_text_or_null(struct json_writer *json, const char *name, const struct text *text)
{
    json_put_string(json, name, text->length > 0 ? text_string(text) : NULL);
}

static void put_ids(struct json_writer *json, const char *name, const char *const *ids, size_t most)
{
    json_open(json, name, '[');
    for (size_t i = 0; i < most && ids[i] != NULL; i++)
        json_put_string(json, NULL, ids[i]);
    json_close(json, ']');
}

static void put_members(struct json_writer *json, const struct report_entry *entry)
{
    const struct finding *finding = &entry->finding;
    const struct check *check = entry->check;
    bool well = finding->status == CHECK_PASS || finding->status == CHECK_INFO ||
                finding->status == CHECK_SKIP;

    json_put_string(json, "id", check->id);
    json_put_string(json, "family", entry->family->name);
    json_put_string(json, "title", check->title);
    json_put_string(json, "severity", check_severity_word(check->severity));
    json_put_string(json, "status", check_status_word(finding->status));
    json_put_string(json, "reason", finding->reason);
    put_text_or_null(json, "observed", &finding->observed);
    put_text_or_null(json, "source", &finding->source);
    json_put_string(json, "expected", check->expected);
    if (well)
        json_put_null(json, "remedy");
    else
        json_put_string(json, "remedy",
                        finding->remedy.length > 0 ? text_string(&finding->remedy) : check->remedy);
    put_text_or_null(json, "skip_reason", &finding->skip_reason);
    put_ids(json, "requires", check->requires, CHECK_REQUIRES_MAX);
    put_ids(json, "symptom_of", check->symptom_of, CHECK_SYMPTOM_MAX);
}

void report_print_json(const struct report *report, struct text *out)
{
    static const char *const names[] = { "pass", "info", "warn", "fail", "error", "skip" };
    struct json_writer json = { .text = out, .indent = true };

    json_open(&json, NULL, '{');
    json_put_uint(&json, "schema_version", SCHEMA_VERSION);
    json_put_string(&json, "mode", report->mode);
    json_put_bool(&json, "privileged", report->privileged);
    json_put_time(&json, "time", report->now);
    json_open(&json, "summary", '{');
    for (size_t i = 0; i < CHECK_STATUS_COUNT; i++)
        json_put_uint(&json, names[i], report->by_status[i]);
    json_close(&json, '}');
    json_open(&json, "checks", '[');
    for (size_t i = 0; i < report->count; i++)
        if (report->entries[i].selected) {
            json_open(&json, NULL, '{');
            put_members(&json, &report->entries[i]);
            json_close(&json, '}');
        }
    json_close(&json, ']');
    json_close(&json, '}');
    text_add_char(out, '\n');
}

void report_print_jsonl(const struct report *report, struct text *out)
{
    for (size_t i = 0; i < report->count; i++) {
        struct json_writer json = { .text = out };

        if (!report->entries[i].selected)
            continue;
        json_open(&json, NULL, '{');
        json_put_uint(&json, "schema_version", SCHEMA_VERSION);
        json_put_string(&json, "mode", report->mode);
        json_put_time(&json, "time", report->now);
        put_members(&json, &report->entries[i]);
        json_close(&json, '}');
        text_add_char(out, '\n');
    }
}

void report_print_error_json(enum tdx_status status, const struct tdx_error *err, bool indent,
                             struct text *out)
{
    struct json_writer json = { .text = out, .indent = indent };

    json_open(&json, NULL, '{');
    json_put_uint(&json, "schema_version", SCHEMA_VERSION);
    json_open(&json, "error", '{');
    json_put_string(&json, "code", status_id(status));
    json_put_string(&json, "message", status_message(status));
    json_put_string(&json, "detail", err->detail[0] != '\0' ? err->detail : NULL);
    json_close(&json, '}');
    json_close(&json, '}');
    text_add_char(out, '\n');
}
