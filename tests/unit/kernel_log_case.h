/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel logs for tests. */
#ifndef TESTS_UNIT_KERNEL_LOG_CASE_H
#define TESTS_UNIT_KERNEL_LOG_CASE_H

#include "swiotlb/kernel_log.h"

#define FULL_TEXT "swiotlb buffer is full (sz: 262144 bytes), total 1024 (slots), used 677 (slots)"
#define FULL      "virtio-pci 0000:00:02.0: " FULL_TEXT

/* What is read from the text; the caller frees it. */
struct kernel_log *kernel_log_of(const char *text, size_t size);

#endif
