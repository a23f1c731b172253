/* SPDX-License-Identifier: Apache-2.0 */
#include "swiotlb/kernel.h"

#include <string.h>

#include "core/base/number.h"
#include "core/base/span_text.h"

#define VERSION_PART_MAX 9999

/* The next part of a version: digits, then perhaps a dot. */
static bool version_part(struct span *in, unsigned *ret)
{
    uint64_t value;

    if (!number_take(in, &value) || value > VERSION_PART_MAX)
        return false;
    *ret = (unsigned)value;
    if (in->size > 1 && in->data[0] == '.' && in->data[1] >= '0' && in->data[1] <= '9') {
        in->data++;
        in->size--;
    }
    return true;
}

static bool contains_any(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strstr(text, *words) != NULL)
            return true;
    return false;
}

struct swiotlb_kernel swiotlb_kernel_parse(const char *release)
{
    static const char *const anolis_marks[] = { ".al7", ".al8",  ".al9",  ".an7",
                                                ".an8", ".an23", ".alnx", NULL };
    /* RHEL and its rebuilds, openEuler, SUSE's 5.14.21-150500: areas were taken into some 5.14. */
    static const char *const vendor_marks[] = {
        ".el7", ".el8", ".el9", ".oe1", ".oe2", "-150", NULL
    };
    struct span in = span_of(release);
    struct swiotlb_kernel kernel = { 0 };

    if (!version_part(&in, &kernel.major) || !version_part(&in, &kernel.minor))
        return (struct swiotlb_kernel){ 0 };
    if (!version_part(&in, &kernel.patch))
        kernel.patch = 0;
    kernel.known = true;
    kernel.anolis = contains_any(release, anolis_marks);
    kernel.backports = kernel.anolis || contains_any(release, vendor_marks);
    if (swiotlb_kernel_at_least(&kernel, 6, 0))
        kernel.areas = ANSWER_YES;
    else
        kernel.areas = kernel.backports ? ANSWER_UNKNOWN : ANSWER_NO;
    return kernel;
}

void swiotlb_kernel_learn_areas(struct swiotlb_kernel *kernel, bool areas)
{
    kernel->areas = areas ? ANSWER_YES : ANSWER_NO;
}

bool swiotlb_kernel_at_least(const struct swiotlb_kernel *kernel, unsigned major, unsigned minor)
{
    return kernel->known &&
           (kernel->major > major || (kernel->major == major && kernel->minor >= minor));
}

enum answer swiotlb_kernel_powers_of_two(const struct swiotlb_kernel *kernel)
{
    if (kernel->anolis && !swiotlb_kernel_at_least(kernel, 6, 0))
        return ANSWER_NO;
    return kernel->areas;
}
