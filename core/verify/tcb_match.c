/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify/tcb_match.h"

#include <string.h>

/* TEE_TCB_SVN[0] is the TDX module's ISVSVN, [1] its version. */
#define SVN_MODULE         0
#define SVN_MODULE_VERSION 1

/* The first component that is below its level; TCB_COMPONENTS if none is. */
static unsigned first_lower(const uint8_t *have, const uint8_t *need, unsigned start)
{
    unsigned i = start;

    while (i < TCB_COMPONENTS && have[i] >= need[i])
        i++;
    return i;
}

/* With a module version above 0 the first two components choose the module's identity and level
 * instead of being compared here. */
static unsigned first_compared(const uint8_t *tee_tcb_svn)
{
    return tee_tcb_svn[SVN_MODULE_VERSION] > 0 ? 2 : 0;
}

static bool reaches(const struct tcb_subject *subject, const struct tcb_level *level)
{
    return first_lower(subject->pck->component_svn, level->sgx, 0) == TCB_COMPONENTS &&
           subject->pck->pce_svn >= level->pce_svn &&
           (subject->tee_tcb_svn == NULL ||
            first_lower(subject->tee_tcb_svn, level->tdx, first_compared(subject->tee_tcb_svn)) ==
                TCB_COMPONENTS);
}

/* Says what the lowest level has that the platform has not. */
static enum tdx_status below_all(const struct tcb_subject *subject, struct tdx_error *err)
{
    const struct tcb_level *lowest = &subject->info->level[subject->info->level_count - 1];
    unsigned at = first_lower(subject->pck->component_svn, lowest->sgx, 0);

    if (at < TCB_COMPONENTS)
        return status_fail(err, TDX_TCB_NOT_SUPPORTED,
                           "SGX component %u has SVN %u, the lowest level needs %u", at + 1,
                           subject->pck->component_svn[at], lowest->sgx[at]);
    if (subject->pck->pce_svn < lowest->pce_svn)
        return status_fail(err, TDX_TCB_NOT_SUPPORTED, "PCESVN is %u, the lowest level needs %u",
                           subject->pck->pce_svn, lowest->pce_svn);
    if (subject->tee_tcb_svn != NULL) {
        at = first_lower(subject->tee_tcb_svn, lowest->tdx, first_compared(subject->tee_tcb_svn));
        if (at < TCB_COMPONENTS)
            return status_fail(err, TDX_TCB_NOT_SUPPORTED,
                               "TDX component %u has SVN %u, the lowest level needs %u", at + 1,
                               subject->tee_tcb_svn[at], lowest->tdx[at]);
    }
    return status_fail(err, TDX_TCB_NOT_SUPPORTED, "the SVNs reach no level of the TCB info");
}

static bool module_status_allowed(const struct tcb_verdict *verdict)
{
    return verdict->status_known &&
           (verdict->status == TCB_UP_TO_DATE || verdict->status == TCB_OUT_OF_DATE ||
            verdict->status == TCB_REVOKED);
}

static enum tdx_status match_module(const struct tcb_subject *subject, struct tcb_match *match,
                                    struct tdx_error *err)
{
    uint8_t version = subject->tee_tcb_svn[SVN_MODULE_VERSION];
    uint8_t svn = subject->tee_tcb_svn[SVN_MODULE];

    match->module_identity = tcb_info_module(subject->info, version);
    if (match->module_identity == NULL)
        return status_fail(err, TDX_TCB_NOT_SUPPORTED, "no identity for a TDX module of version %u",
                           version);
    match->module = svn_levels_match(&match->module_identity->levels, svn);
    if (match->module == NULL)
        return status_fail(err, TDX_TCB_NOT_SUPPORTED,
                           "the TDX module's SVN %u is below every level of TDX_%02X", svn,
                           version);
    if (!module_status_allowed(&match->module->verdict))
        return status_fail(err, TDX_TCB_NOT_SUPPORTED,
                           "the level of the TDX module has a status that no module can have");
    return TDX_OK;
}

enum tdx_status tcb_match(const struct tcb_subject *subject, struct tcb_match *ret,
                          struct tdx_error *err)
{
    const struct tcb_info *info = subject->info;
    struct tcb_match match = { 0 };
    unsigned others;
    enum tdx_status status;

    for (size_t i = 0; i < info->level_count && match.platform == NULL; i++)
        if (reaches(subject, &info->level[i]))
            match.platform = &info->level[i];
    if (match.platform == NULL)
        return below_all(subject, err);
    if (subject->tee_tcb_svn != NULL && subject->tee_tcb_svn[SVN_MODULE_VERSION] > 0) {
        status = match_module(subject, &match, err);
        if (status != TDX_OK)
            return status;
    }
    match.qe = svn_levels_match(&subject->qe_identity->levels, subject->qe_isv_svn);
    if (match.qe == NULL)
        return status_fail(err, TDX_TCB_NOT_SUPPORTED,
                           "the quoting enclave's SVN %u is below every level",
                           subject->qe_isv_svn);
    others = TCB_STATUS_BIT(match.qe->verdict.status);
    if (match.module != NULL)
        others |= TCB_STATUS_BIT(match.module->verdict.status);
    match.status = tcb_merge(match.platform->verdict.status, others);
    *ret = match;
    return TDX_OK;
}

enum tcb_status tcb_merge(enum tcb_status platform, unsigned others)
{
    if (platform == TCB_REVOKED || (others & TCB_STATUS_BIT(TCB_REVOKED)) != 0)
        return TCB_REVOKED;
    if ((others & TCB_STATUS_BIT(TCB_OUT_OF_DATE)) == 0)
        return platform;
    switch (platform) {
    case TCB_UP_TO_DATE:
    case TCB_SW_HARDENING_NEEDED:
    case TCB_OUT_OF_DATE:
        return TCB_OUT_OF_DATE;
    default: /* those with a configuration part keep it */
        return TCB_OUT_OF_DATE_CONFIGURATION_NEEDED;
    }
}

static bool has_configuration_part(enum tcb_status status)
{
    return status == TCB_CONFIGURATION_NEEDED ||
           status == TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED ||
           status == TCB_OUT_OF_DATE_CONFIGURATION_NEEDED;
}

enum tcb_status tcb_relaunch(enum tcb_status launch, enum tcb_status current)
{
    bool launched_old = launch == TCB_OUT_OF_DATE || launch == TCB_OUT_OF_DATE_CONFIGURATION_NEEDED;
    bool runs_new = current == TCB_UP_TO_DATE || current == TCB_SW_HARDENING_NEEDED ||
                    current == TCB_CONFIGURATION_NEEDED ||
                    current == TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED;

    if (current == TCB_REVOKED)
        return TCB_REVOKED;
    if (!launched_old || !runs_new)
        return launch;
    return has_configuration_part(launch) || has_configuration_part(current)
               ? TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED
               : TCB_TD_RELAUNCH_ADVISED;
}

enum tdx_status tcb_check_module(const struct tcb_info *info, const struct td_identity *td,
                                 struct tdx_error *err)
{
    uint8_t version = td->tee_tcb_svn[SVN_MODULE_VERSION];
    const struct tdx_module *expected =
        version > 0 ? tcb_info_module(info, version) : &info->module;

    if (expected == NULL)
        return status_fail(err, TDX_MODULE_MISMATCH,
                           "the TCB info has no identity for a TDX module of version %u", version);
    if (memcmp(td->mr_signer_seam, expected->mr_signer, sizeof(td->mr_signer_seam)) != 0)
        return status_fail(err, TDX_MODULE_MISMATCH, "MRSIGNERSEAM is another one");
    /* Zero and as expected; the document's mask has no effect. */
    if (td->seam_attributes != 0 ||
        !span_is_zero((struct span){ expected->attributes, sizeof(expected->attributes) }))
        return status_fail(err, TDX_MODULE_MISMATCH, "SEAMATTRIBUTES is 0x%llx and must be 0",
                           (unsigned long long)td->seam_attributes);
    return TDX_OK;
}
