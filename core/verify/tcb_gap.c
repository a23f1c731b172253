/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify/tcb_gap.h"

#include <string.h>

#include "core/base/text.h"
#include "core/verify/tcb_gap_fill.h"

static void add(struct tcb_gap *gap, enum tcb_gap_part part, unsigned index,
                const struct tcb_component_name *name, uint32_t have, uint32_t need)
{
    struct tcb_gap_item *item;

    if (have >= need || gap->item_count == TCB_GAP_ITEMS_MAX)
        return;
    item = &gap->item[gap->item_count++];
    *item = (struct tcb_gap_item){ .part = part, .index = index, .have = have, .need = need };
    if (name != NULL) {
        (void)text_quote(name->category.data, name->category.size, item->category,
                         sizeof(item->category));
        (void)text_quote(name->type.data, name->type.size, item->type, sizeof(item->type));
    }
}

void tcb_gap_fill(const struct tcb_subject *subject, const struct tcb_match *match,
                  struct tcb_gap *ret)
{
    const struct tcb_level *newest = &subject->info->level[0];
    unsigned start = match->module != NULL ? 2 : 0;

    *ret = (struct tcb_gap){ .present = match->status != TCB_UP_TO_DATE };
    if (!ret->present)
        return;
    ret->matched =
        (struct tcb_gap_level){ match->platform->verdict.status, match->platform->verdict.date };
    ret->newest = (struct tcb_gap_level){ newest->verdict.status, newest->verdict.date };
    for (unsigned i = 0; i < TCB_COMPONENTS; i++)
        add(ret, TCB_GAP_SGX_COMPONENT, i, &newest->sgx_name[i], subject->pck->component_svn[i],
            newest->sgx[i]);
    for (unsigned i = start; subject->tee_tcb_svn != NULL && i < TCB_COMPONENTS; i++)
        add(ret, TCB_GAP_TDX_COMPONENT, i, &newest->tdx_name[i], subject->tee_tcb_svn[i],
            newest->tdx[i]);
    add(ret, TCB_GAP_PCE, 0, NULL, subject->pck->pce_svn, newest->pce_svn);
    add(ret, TCB_GAP_QE, 0, NULL, subject->qe_isv_svn,
        subject->qe_identity->levels.level[0].isv_svn);
    if (match->module != NULL)
        add(ret, TCB_GAP_TDX_MODULE, 0, NULL, subject->tee_tcb_svn[0],
            match->module_identity->levels.level[0].isv_svn);
}

const char *tcb_gap_mender(const struct tcb_gap_item *item)
{
    switch (item->part) {
    case TCB_GAP_PCE:
        return "the host's owner: an update of Intel's provisioning enclave (PCE)";
    case TCB_GAP_QE:
        return "the host's owner: an update of Intel's quoting enclave (QE)";
    case TCB_GAP_TDX_MODULE:
        return "the host's owner: an update of the TDX module";
    default:
        break;
    }
    if (strstr(item->type, "TDX Module") != NULL)
        return "the host's owner: an update of the TDX module";
    if (strstr(item->type, "SEAMLDR") != NULL)
        return "the host's owner: an update of the SEAM loader (SEAMLDR)";
    if (strstr(item->type, "Early Microcode") != NULL)
        return "the host's owner: a microcode update with the BIOS";
    if (strstr(item->type, "Microcode") != NULL)
        return "the host's owner: a microcode update, by BIOS or operating system";
    if (strstr(item->type, "SINIT") != NULL)
        return "the host's owner: an update of the TXT SINIT module";
    if (strcmp(item->category, "BIOS") == 0)
        return "the host's owner: a BIOS update";
    if (strcmp(item->category, "OS/VMM") == 0)
        return "the host's owner: an update of the host's operating system or hypervisor";
    return "the host's owner: a platform update (microcode, BIOS or TDX module)";
}
