/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/hex.h"
#include "tests/sim/sim_collateral.h"
#include "tests/sim/sim_der.h"

static const char *const part_names[SIM_PART_COUNT] = {
    [SIM_PCK_CRL_ISSUER_CHAIN] = "pck_crl_issuer_chain",
    [SIM_ROOT_CA_CRL] = "root_ca_crl",
    [SIM_PCK_CRL] = "pck_crl",
    [SIM_TCB_INFO_ISSUER_CHAIN] = "tcb_info_issuer_chain",
    [SIM_TCB_INFO] = "tcb_info",
    [SIM_TCB_INFO_SIGNATURE] = "tcb_info_signature",
    [SIM_QE_IDENTITY_ISSUER_CHAIN] = "qe_identity_issuer_chain",
    [SIM_QE_IDENTITY] = "qe_identity",
    [SIM_QE_IDENTITY_SIGNATURE] = "qe_identity_signature",
};

const char *sim_part_name(enum sim_part part)
{
    return (unsigned)part < SIM_PART_COUNT ? part_names[part] : "";
}

bool sim_bundle_ok(const struct sim_bundle *bundle)
{
    for (size_t i = 0; i < SIM_PART_COUNT; i++)
        if (!text_ok(&bundle->part[i]))
            return false;
    return true;
}

void sim_bundle_clear(struct sim_bundle *bundle)
{
    for (size_t i = 0; i < SIM_PART_COUNT; i++)
        text_free(&bundle->part[i]);
}

/* RFC 8259 section 7; bytes above 0x7f as they are. */
static void add_json_string(struct text *out, const struct text *value)
{
    text_add_char(out, '"');
    for (size_t i = 0; i < value->length; i++) {
        char c = value->data[i];

        if (c == '\n')
            text_add(out, "\\n");
        else if (c == '"' || c == '\\')
            text_addf(out, "\\%c", c);
        else if ((unsigned char)c < 0x20)
            text_addf(out, "\\u%04x", (unsigned)(unsigned char)c);
        else
            text_add_char(out, c);
    }
    text_add_char(out, '"');
}

static bool is_binary(enum sim_part part)
{
    return part == SIM_ROOT_CA_CRL || part == SIM_PCK_CRL || part == SIM_TCB_INFO_SIGNATURE ||
           part == SIM_QE_IDENTITY_SIGNATURE;
}

void sim_bundle_json(const struct sim_bundle *bundle, struct text *out)
{
    if (!sim_bundle_ok(bundle))
        out->failed = true;
    for (size_t i = 0; i < SIM_PART_COUNT; i++) {
        const struct text *part = &bundle->part[i];

        text_addf(out, "%s\"%s\": ", i == 0 ? "{\n  " : ",\n  ", part_names[i]);
        if (is_binary((enum sim_part)i)) {
            text_add_char(out, '"');
            text_add_hex(out, text_string(part), part->length);
            text_add_char(out, '"');
        } else {
            add_json_string(out, part);
        }
    }
    text_add(out, "\n}\n");
}
