/* SPDX-License-Identifier: Apache-2.0 */
#include "swiotlb/remarks.h"

static bool in_force(const struct swiotlb_facts *facts)
{
    return facts->slabs.known && facts->slabs.value > 0;
}

static bool asked(const struct swiotlb_facts *facts)
{
    return facts->command_line_known && facts->param.count > 0 && facts->param.sized;
}

static bool more_than_part(const struct swiotlb_facts *facts, uint64_t divisor)
{
    return in_force(facts) && facts->guest.memory.known &&
           swiotlb_bytes(facts->slabs.value) > facts->guest.memory.value / divisor;
}

/* Only where everything bounces does the kernel have a size of its own to compare with. */
static bool same_as_default(const struct swiotlb_facts *facts)
{
    struct maybe_u64 by_default = swiotlb_kernel_default(&facts->guest, NULL);

    return asked(facts) && in_force(facts) && facts->guest.confidential == ANSWER_YES &&
           swiotlb_rule(&facts->guest) == ANSWER_YES && !facts->memory_estimated &&
           by_default.known && by_default.value == facts->slabs.value;
}

bool swiotlb_remark_holds(const struct swiotlb_facts *facts, enum swiotlb_remark remark)
{
    const struct swiotlb_param *param = &facts->param;

    switch (remark) {
    case SWIOTLB_REMARK_BARE:
        return (facts->command_line_known && param->bare) || facts->log.bare_crash;
    case SWIOTLB_REMARK_NOFORCE:
        return facts->command_line_known && param->noforce && !param->force &&
               facts->guest.confidential == ANSWER_YES;
    case SWIOTLB_REMARK_HALVED:
        return facts->log.halved_to.known;
    case SWIOTLB_REMARK_ROUNDED:
        return asked(facts) && in_force(facts) && !facts->log.halved_to.known &&
               facts->dynamic != ANSWER_YES && param->asked != facts->slabs.value;
    case SWIOTLB_REMARK_TINY:
        return asked(facts) && param->asked < SWIOTLB_SEGMENT_SLABS;
    case SWIOTLB_REMARK_CANNOT_BE_ASKED:
        return asked(facts) && facts->guest.confidential == ANSWER_YES &&
               swiotlb_cannot_be_asked(param->slabs);
    case SWIOTLB_REMARK_NO_EFFECT:
        return same_as_default(facts);
    case SWIOTLB_REMARK_SEVERAL:
        return facts->command_line_known && param->count > 1;
    case SWIOTLB_REMARK_IGNORED:
        return facts->command_line_known && param->ignored[0] != '\0';
    case SWIOTLB_REMARK_MUCH:
        return more_than_part(facts, 4) && !more_than_part(facts, 2);
    case SWIOTLB_REMARK_FAR_TOO_MUCH:
        return more_than_part(facts, 2);
    case SWIOTLB_REMARK_RINGS:
        return facts->devices_known && in_force(facts) &&
               (facts->guest.confidential == ANSWER_YES ||
                swiotlb_facts_force(facts) == ANSWER_YES) &&
               facts->demand.idle_slabs > facts->slabs.value / 5 * 4;
    case SWIOTLB_REMARK_COUNT:
        break;
    }
    return false;
}

static const struct {
    const char *id, *text;
} remarks[] = {
    [SWIOTLB_REMARK_BARE] = { "bare_parameter",
                              "a word \"swiotlb\" without \"=\" stands on the command line: the "
                              "kernel dies on it before the console is up. Remove it before the "
                              "next boot" },
    [SWIOTLB_REMARK_NOFORCE] = { "noforce", "\"noforce\" leaves a confidential guest without disk "
                                            "and network: remove it before the next boot" },
    [SWIOTLB_REMARK_HALVED] = { "halved", "the size that was asked could not be had below 4 GiB in "
                                          "one piece; the kernel halved it" },
    [SWIOTLB_REMARK_ROUNDED] = { "rounded", "the kernel made another size of the one that was "
                                            "asked (multiples of 128 slabs; powers of two from "
                                            "6.0 on)" },
    [SWIOTLB_REMARK_TINY] = { "tiny", "fewer than 128 slabs were asked: \"swiotlb=\" counts slabs "
                                      "of 2 KiB and knows no suffix (MiB x 512)" },
    [SWIOTLB_REMARK_CANNOT_BE_ASKED] = { "cannot_be_asked",
                                         "swiotlb=32768 is taken for \"not given\": the kernel "
                                         "uses its 6 % instead. Ask for 65536" },
    [SWIOTLB_REMARK_NO_EFFECT] = { "no_effect", "\"swiotlb=\" asks for what the kernel takes by "
                                                "itself and changes nothing" },
    [SWIOTLB_REMARK_SEVERAL] = { "several", "\"swiotlb=\" stands on the command line more than "
                                            "once: the last number wins" },
    [SWIOTLB_REMARK_IGNORED] = { "ignored", "a word on the command line looks like \"swiotlb=\" "
                                            "and is not: the kernel ignores it" },
    [SWIOTLB_REMARK_MUCH] = { "much", "the buffer takes more than a quarter of the memory" },
    [SWIOTLB_REMARK_FAR_TOO_MUCH] = { "far_too_much",
                                      "the buffer takes more than half of the memory" },
    [SWIOTLB_REMARK_RINGS] = { "rings",
                               "the receive rings of the network cards alone fill the buffer when "
                               "nothing happens; a 5.10 kernel can hang as it brings them up. Use "
                               "fewer queues (ethtool -L IF combined N), smaller rings (ethtool -G "
                               "IF rx 256) or fewer cards" },
};

const char *swiotlb_remark_id(enum swiotlb_remark remark)
{
    return remarks[remark].id;
}

const char *swiotlb_remark_text(enum swiotlb_remark remark)
{
    return remarks[remark].text;
}
