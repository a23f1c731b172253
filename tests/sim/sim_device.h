/* SPDX-License-Identifier: Apache-2.0 */
/* The ioctls of /dev/tdx_guest: GET_REPORT0 of upstream, GET_QUOTE of the vendor kernels (Alibaba's
 * 5.10), with both numbers that the latter has in the wild. */
#ifndef TESTS_SIM_SIM_DEVICE_H
#define TESTS_SIM_SIM_DEVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tests/sim/sim_server.h"

#define SIM_GET_REPORT0       UINT32_C(0xc4405401) /* _IOWR('T', 1, 1088 bytes) */
#define SIM_GET_QUOTE_BY_IOR  UINT32_C(0x80105404) /* _IOR('T', 4, 16 bytes) */
#define SIM_GET_QUOTE_BY_IOWR UINT32_C(0xc0105404)

/* argument is the caller's pointer, caller its thread id; data is what the kernel copied in and
 * will copy out (as many bytes as the command says). Returns 0 or a negative errno. */
int sim_device_ioctl(struct sim_server *server, uint32_t command, uint64_t argument, pid_t caller,
                     void *data, bool (*interrupted)(void));

#endif
