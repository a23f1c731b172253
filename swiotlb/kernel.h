/* SPDX-License-Identifier: Apache-2.0 */
/* What a kernel does with SWIOTLB, as far as its release string tells; a kernel log may tell more
 * (kernel_log.h). Where a vendor may have taken a feature over from a later version, the answer is
 * "unknown", and whoever computes with it stays with what holds either way. */
#ifndef SWIOTLB_KERNEL_H
#define SWIOTLB_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

enum answer {
    ANSWER_UNKNOWN,
    ANSWER_NO,
    ANSWER_YES,
};

struct swiotlb_kernel {
    bool known; /* the release string was understood; otherwise the numbers are 0 */
    unsigned major, minor, patch;
    bool anolis;    /* Alibaba Cloud Linux, Anolis OS: the OpenAnolis cloud-kernel */
    bool backports; /* a vendor who takes features into an old version */
    /* The buffer is cut into areas, and "swiotlb=N,A" is understood (upstream: 6.0). */
    enum answer areas;
};

/* Reads a release string as uname -r prints it: "6.1.0-56-amd64", "5.10.134-16.al8.x86_64". */
struct swiotlb_kernel swiotlb_kernel_parse(const char *release);

/* A log or debugfs has shown that the buffer has (or has not) areas. */
void swiotlb_kernel_learn_areas(struct swiotlb_kernel *kernel, bool areas);

/* True if known and at least major.minor. */
bool swiotlb_kernel_at_least(const struct swiotlb_kernel *kernel, unsigned major, unsigned minor);

/* Whether every size becomes a power of two (6.0; not Anolis, which rounds after the memory has
 * been taken and so keeps the size). */
enum answer swiotlb_kernel_powers_of_two(const struct swiotlb_kernel *kernel);

#endif
