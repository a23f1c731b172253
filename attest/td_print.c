/* SPDX-License-Identifier: Apache-2.0 */
#include "attest/td_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/evidence/td_attributes.h"

#define COLUMNS      80U
#define LABEL_WIDTH  18U
#define HEX_PER_LINE 24U

static void indent(struct text *out, const char *label)
{
    text_addf(out, "  %-*s", (int)LABEL_WIDTH, label);
}

void print_line(struct text *out, const char *label, const char *value)
{
    size_t column = 0;
    const size_t width = COLUMNS - 2 - LABEL_WIDTH;

    indent(out, label);
    while (*value != '\0') {
        size_t length = strcspn(value, " ");

        if (column > 0 && column + 1 + length > width) {
            text_add_char(out, '\n');
            indent(out, "");
            column = 0;
        }
        if (column > 0)
            text_add_char(out, ' ');
        text_add_n(out, value, length);
        column += length + (column > 0 ? 1 : 0);
        value += length;
        value += strspn(value, " ");
    }
    text_add_char(out, '\n');
}

void print_hex(struct text *out, const char *label, const void *data, size_t size)
{
    const uint8_t *bytes = data;

    indent(out, label);
    if (span_is_zero((struct span){ bytes, size })) {
        text_add(out, "zero\n");
        return;
    }
    for (size_t at = 0; at < size; at += HEX_PER_LINE) {
        if (at > 0) {
            text_add_char(out, '\n');
            indent(out, "");
        }
        text_add_hex(out, bytes + at, size - at < HEX_PER_LINE ? size - at : HEX_PER_LINE);
    }
    text_add_char(out, '\n');
}

/* The bytes of a number as TDX stores it. */
static void in_memory(uint64_t value, uint8_t out[static 8])
{
    for (unsigned i = 0; i < 8; i++)
        out[i] = (uint8_t)(value >> (8 * i));
}

/* A number as Intel's tools print it, with the names of its bits. */
static void print_bits(struct text *out, const char *label, uint64_t bits,
                       void (*names)(uint64_t bits, struct text *out), const char *more)
{
    struct text value = { 0 };

    text_addf(&value, "0x%016" PRIx64 " ", bits);
    names(bits, &value);
    text_add(&value, more);
    print_line(out, label, text_string(&value));
    text_free(&value);
}

void print_td(struct text *out, const struct td_identity *td, bool has_15)
{
    uint8_t seam_attributes[8];

    in_memory(td->seam_attributes, seam_attributes);
    print_bits(out, "attributes", td->attributes, td_attributes_names,
               (td->attributes & TD_ATTRIBUTES_SEPT_VE_DISABLE) == 0 ? " NO_SEPT_VE_DISABLE" : "");
    print_bits(out, "xfam", td->xfam, td_xfam_names, "");
    print_hex(out, "tee_tcb_svn", td->tee_tcb_svn, sizeof(td->tee_tcb_svn));
    if (has_15)
        print_hex(out, "tee_tcb_svn2", td->tee_tcb_svn_2, sizeof(td->tee_tcb_svn_2));
    print_hex(out, "mr_seam", td->mr_seam, sizeof(td->mr_seam));
    print_hex(out, "mr_signer_seam", td->mr_signer_seam, sizeof(td->mr_signer_seam));
    print_hex(out, "seam_attributes", seam_attributes, sizeof(seam_attributes));
    print_hex(out, "mr_td", td->mr_td, sizeof(td->mr_td));
    print_hex(out, "mr_config_id", td->mr_config_id, sizeof(td->mr_config_id));
    print_hex(out, "mr_owner", td->mr_owner, sizeof(td->mr_owner));
    print_hex(out, "mr_owner_config", td->mr_owner_config, sizeof(td->mr_owner_config));
    for (unsigned i = 0; i < TD_RTMR_COUNT; i++) {
        char label[] = { 'r', 't', 'm', 'r', (char)('0' + i), '\0' };

        print_hex(out, label, td->rtmr[i], sizeof(td->rtmr[i]));
    }
    if (has_15)
        print_hex(out, "mr_service_td", td->service_td_hash, sizeof(td->service_td_hash));
    print_hex(out, "report_data", td->report_data, sizeof(td->report_data));
}

static void put_u64(struct json_writer *out, const char *name, uint64_t value)
{
    uint8_t memory[8];

    in_memory(value, memory);
    json_put_hex(out, name, memory, sizeof(memory));
}

static void put_names(struct json_writer *out, const char *name, uint64_t bits,
                      void (*names)(uint64_t bits, struct text *out))
{
    struct text words = { 0 };
    const char *word;

    names(bits, &words);
    json_open(out, name, '[');
    for (word = text_string(&words); *word != '\0'; word += strspn(word, " ")) {
        size_t length = strcspn(word, " ");

        json_put_bytes(out, NULL, (struct span){ (const uint8_t *)word, length });
        word += length;
    }
    json_close(out, ']');
    text_free(&words);
}

static void put_extended(struct json_writer *out, const struct td_extended *extended)
{
    json_open(out, "extended", '{');
    json_put_uint(out, "vm_id", extended->vm_id);
#define HEX(field) json_put_hex(out, #field, extended->field, sizeof(extended->field))
    HEX(td_id);
    HEX(device_info);
    HEX(initial_service_td_hash);
    HEX(initial_service_td_attributes);
    HEX(initial_cpu_svn);
    HEX(initial_tee_tcb_svn);
    HEX(initial_tee_fmspc);
    HEX(current_service_td_hash);
    HEX(current_service_td_attributes);
#undef HEX
    json_close(out, '}');
}

void json_put_td(struct json_writer *out, const char *name, const struct td_identity *td,
                 bool has_15, const struct td_extended *extended)
{
    json_open(out, name, '{');
    put_u64(out, "attributes", td->attributes);
    put_names(out, "attributes_names", td->attributes, td_attributes_names);
    json_put_bool(out, "debug", td_attributes_debuggable(td->attributes));
    put_u64(out, "xfam", td->xfam);
    put_names(out, "xfam_names", td->xfam, td_xfam_names);
    json_put_hex(out, "tee_tcb_svn", td->tee_tcb_svn, sizeof(td->tee_tcb_svn));
    if (has_15)
        json_put_hex(out, "tee_tcb_svn2", td->tee_tcb_svn_2, sizeof(td->tee_tcb_svn_2));
    else
        json_put_null(out, "tee_tcb_svn2");
    json_put_hex(out, "mrseam", td->mr_seam, sizeof(td->mr_seam));
    json_put_hex(out, "mrsignerseam", td->mr_signer_seam, sizeof(td->mr_signer_seam));
    put_u64(out, "seam_attributes", td->seam_attributes);
    json_put_hex(out, "mrtd", td->mr_td, sizeof(td->mr_td));
    json_put_hex(out, "mrconfigid", td->mr_config_id, sizeof(td->mr_config_id));
    json_put_hex(out, "mrowner", td->mr_owner, sizeof(td->mr_owner));
    json_put_hex(out, "mrownerconfig", td->mr_owner_config, sizeof(td->mr_owner_config));
    json_open(out, "rtmr", '[');
    for (unsigned i = 0; i < TD_RTMR_COUNT; i++)
        json_put_hex(out, NULL, td->rtmr[i], sizeof(td->rtmr[i]));
    json_close(out, ']');
    if (has_15)
        json_put_hex(out, "mrservicetd", td->service_td_hash, sizeof(td->service_td_hash));
    else
        json_put_null(out, "mrservicetd");
    json_put_hex(out, "report_data", td->report_data, sizeof(td->report_data));
    if (extended != NULL)
        put_extended(out, extended);
    json_close(out, '}');
}

void json_put_enclave(struct json_writer *out, const char *name,
                      const struct enclave_report *report)
{
    json_open(out, name, '{');
    json_put_hex(out, "cpu_svn", report->cpu_svn, sizeof(report->cpu_svn));
    json_put_uint(out, "misc_select", report->misc_select);
    json_put_hex(out, "attributes", report->attributes, sizeof(report->attributes));
    json_put_bool(out, "debug", (report->attributes[0] & ENCLAVE_ATTRIBUTE_DEBUG) != 0);
    json_put_hex(out, "mrenclave", report->mr_enclave, sizeof(report->mr_enclave));
    json_put_hex(out, "mrsigner", report->mr_signer, sizeof(report->mr_signer));
    json_put_uint(out, "isvprodid", report->isv_prod_id);
    json_put_uint(out, "isvsvn", report->isv_svn);
    json_put_hex(out, "report_data", report->report_data, sizeof(report->report_data));
    json_close(out, '}');
}

void print_enclave(struct text *out, const struct enclave_report *report)
{
    struct text numbers = { 0 };

    text_addf(&numbers, "%u, %u", report->isv_prod_id, report->isv_svn);
    print_hex(out, "mr_enclave", report->mr_enclave, sizeof(report->mr_enclave));
    print_hex(out, "mr_signer", report->mr_signer, sizeof(report->mr_signer));
    print_line(out, "isv_prod_id, svn", text_string(&numbers));
    print_hex(out, "report_data", report->report_data, sizeof(report->report_data));
    text_free(&numbers);
}
