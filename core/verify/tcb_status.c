/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify/tcb_status.h"

#include <string.h>

#include "core/base/text.h"

static const char *const words[TCB_STATUS_COUNT] = {
    [TCB_UP_TO_DATE] = "UpToDate",
    [TCB_SW_HARDENING_NEEDED] = "SWHardeningNeeded",
    [TCB_CONFIGURATION_NEEDED] = "ConfigurationNeeded",
    [TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED] = "ConfigurationAndSWHardeningNeeded",
    [TCB_OUT_OF_DATE] = "OutOfDate",
    [TCB_OUT_OF_DATE_CONFIGURATION_NEEDED] = "OutOfDateConfigurationNeeded",
    [TCB_TD_RELAUNCH_ADVISED] = "TDRelaunchAdvised",
    [TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED] = "TDRelaunchAdvisedConfigurationNeeded",
    [TCB_REVOKED] = "Revoked",
};

const char *tcb_status_word(enum tcb_status status)
{
    return (size_t)status < TCB_STATUS_COUNT ? words[status] : "unknown";
}

bool tcb_status_parse(const char *word, enum tcb_status *ret)
{
    for (unsigned i = 0; i < TCB_STATUS_COUNT; i++)
        if (strcmp(words[i], word) == 0) {
            *ret = (enum tcb_status)i;
            return true;
        }
    return false;
}

static enum tdx_status not_acceptable(const char *word, size_t length, struct tdx_error *err)
{
    struct text allowed = { 0 };
    char quoted[80];
    enum tdx_status status;

    for (unsigned i = 0; i < TCB_REVOKED; i++)
        text_addf(&allowed, "%s%s", i > 0 ? ", " : "", words[i]);
    status =
        status_fail(err, TDX_USAGE, "\"%s\" is no TCB status that can be accepted; these are: %s",
                    text_quote(word, length, quoted, sizeof(quoted)), text_string(&allowed));
    text_free(&allowed);
    return status;
}

enum tdx_status tcb_status_list_parse(const char *text, unsigned *ret, struct tdx_error *err)
{
    unsigned set = 0;
    const char *at = text;

    do {
        size_t length;
        unsigned found = TCB_STATUS_COUNT;

        at += strspn(at, " \t");
        length = strcspn(at, ", \t");
        for (unsigned i = 0; i < TCB_REVOKED; i++)
            if (strlen(words[i]) == length && memcmp(words[i], at, length) == 0)
                found = i;
        if (found == TCB_STATUS_COUNT)
            return not_acceptable(at, length, err);
        set |= 1U << found;
        at += length;
        at += strspn(at, " \t");
        if (*at != ',' && *at != '\0')
            return not_acceptable(at, strlen(at), err);
    } while (*at++ == ',');
    *ret = set;
    return TDX_OK;
}
