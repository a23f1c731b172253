/* SPDX-License-Identifier: Apache-2.0 */
/* Whether AddressSanitizer is in: it reserves address space and opens, maps and asks what a program
 * by itself does not, so that limits and filters have to leave room for it. */
#ifndef CORE_BASE_SANITIZED_H
#define CORE_BASE_SANITIZED_H

#if defined __SANITIZE_ADDRESS__
#define SANITIZED 1
#elif defined __has_feature
#define SANITIZED __has_feature(address_sanitizer)
#else
#define SANITIZED 0
#endif

#endif
