/* SPDX-License-Identifier: Apache-2.0 */
/* gate.conf: gate_conf_parse() and gate_text_read(). Input: the file. */
#include <stdlib.h>
#include <string.h>

#include "pam_tdx/gate_conf.h"
#include "tests/fuzz/fuzz.h"

/* What the module reads of it. */
static enum tdx_status take(enum gate_key key, const struct conf_line *line, void *context,
                            struct tdx_error *err)
{
    return gate_settings_set(key, line, context, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = fuzz_copy(data, size);
    const struct span text = { copy, size };
    struct gate_settings settings = { .timeout_ms = GATE_TIMEOUT_DEFAULT_MS };
    struct gate_conf conf, again;
    struct tdx_error err = { 0 };
    enum tdx_status status = gate_conf_parse("gate.conf", text, &conf, &err), module;

    fuzz_require_status(status, &err);
    fuzz_require(conf.settings.timeout_ms >= 1000 &&
                     conf.settings.timeout_ms <= GATE_TIMEOUT_MAX_MS,
                 "a timeout is bounded, whatever else is wrong");
    fuzz_require((conf.accepted_tcb & TCB_STATUS_BIT(TCB_REVOKED)) == 0,
                 "a revoked platform cannot be accepted");
    fuzz_require(conf.freshness_s <= GATE_FRESHNESS_MAX_S &&
                     conf.collateral_grace_s <= GATE_GRACE_MAX_S,
                 "times are bounded");
    fuzz_require(conf.collateral[0] == '/', "paths are absolute");
    module = gate_text_read("gate.conf", text, take, &settings, NULL);
    fuzz_require(status != TDX_OK || module == TDX_OK, "the module refuses nothing that is right");
    fuzz_require(settings.mode == conf.settings.mode &&
                     settings.timeout_ms == conf.settings.timeout_ms &&
                     strcmp(settings.exempt_group, conf.settings.exempt_group) == 0,
                 "module and helper read the same");
    fuzz_require(gate_conf_parse("gate.conf", text, &again, NULL) == status,
                 "a second parse says the same");
    gate_conf_free(&again);
    gate_conf_free(&conf);
    free(copy);
    return 0;
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t limit)
{
    static const char *const seeds[] = {
        "mode = warn\ntimeout = 5\n",
        "# comment\n\nexempt_group = rescue # trailing\nfreshness = login\n",
        "accepted_tcb = UpToDate,SWHardeningNeeded\ncollateral_grace = 36h\n",
        "policy = /a\npolicy = /b\npolicy_signer = \"/c \\\" \\\\ d\"\n",
        "evidence = qgs\ndevice = /dev/tdx_guest\ntsm = /sys\nqgs_socket = /q\nattest_conf = /a\n",
        "fetch_on_login = yes\r\npccs_url = https://pccs/\r\ntrust_anchor = /root.pem\r\n",
        "mode = enforce\nmode = warn\ncolour = blue\n",
        "timeout = 99999999999\nfreshness = 1h\n",
    };

    if (number >= sizeof(seeds) / sizeof(seeds[0]))
        return 0;
    return fuzz_put_string(seeds[number], out, limit);
}
