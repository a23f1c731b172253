/* SPDX-License-Identifier: Apache-2.0 */
/* "tdx-swiotlb watch": the use over some seconds, sampled ten times a second. Kernels before 6.4
 * keep no high-water mark, so that this is the only way to see one there. */
#ifndef SWIOTLB_WATCH_H
#define SWIOTLB_WATCH_H

#include "core/base/root.h"
#include "swiotlb/options.h"

/* Prints and returns the exit code. Ends early, with its summary, at SIGINT and SIGTERM. */
int swiotlb_watch(const struct swiotlb_options *options, const struct root *root,
                  const struct swiotlb_facts *facts);

#endif
