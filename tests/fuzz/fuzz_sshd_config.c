/* SPDX-License-Identifier: Apache-2.0 */
/* sshd_config and a file that it may include. Input: the first, a NUL byte, the second; the second
 * includes whatever it says, the first one, too. */
#include <stdlib.h>
#include <string.h>

#include "healthcheck/ssh_config.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = fuzz_copy(data, size);
    const uint8_t *end = size > 0 ? memchr(copy, 0, size) : NULL;
    size_t first = end != NULL ? (size_t)(end - copy) : size;
    struct facts *facts = facts_new();
    struct ssh_config config;
    struct tdx_error err = { 0 };
    enum tdx_status status;

    if (facts == NULL) {
        free(copy);
        return 0;
    }
    facts_set(facts, "file:" SSH_CONFIG, (struct span){ copy, first });
    facts_set(facts, "list:/etc/ssh/sshd_config.d", (struct span){ (const uint8_t *)"a.conf", 6 });
    if (first < size)
        facts_set(facts, "file:/etc/ssh/sshd_config.d/a.conf",
                  (struct span){ copy + first + 1, size - first - 1 });
    status = ssh_config_read(facts, &config, &err);
    fuzz_require_status(status, &err);
    fuzz_require(config.service_count >= 1 && config.service_count <= SSH_SERVICES_MAX,
                 "as many services as there is room for");
    fuzz_require((config.use_pam == SSH_UNSET) == (config.use_pam_at.line == 0),
                 "what is set stands somewhere");
    facts_free(facts);
    free(copy);
    return 0;
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t limit)
{
    static const char seed[] = "Include /etc/ssh/sshd_config.d/*.conf\nUsePAM = \"yes\" # x\n"
                               "Match User a,b\n\tPAMServiceName other\nMatch all\n\0"
                               "Include sshd_config.d/b\nUsePAM no\nPAMServiceName 'sshd'\n";

    if (number > 0)
        return 0;
    return fuzz_put(seed, sizeof(seed) - 1, out, limit);
}
