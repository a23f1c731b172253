/* SPDX-License-Identifier: Apache-2.0 */
/* Versions as rpm orders them, and kernel releases of the RHEL-like lines.
 * Source: rpm's documentation, "Version comparison" (rpmvercmp). */
#ifndef HEALTHCHECK_RPM_VERSION_H
#define HEALTHCHECK_RPM_VERSION_H

#include <stdbool.h>

#include "core/base/status.h"

/* Less than, equal to or greater than zero. Characters that are neither letters nor digits only
 * separate; segments are runs of digits or of letters; digits are compared as numbers of any
 * length and beat letters; '~' sorts before everything, the end included; '^' after the end and
 * before any segment. */
int rpm_version_compare(const char *a, const char *b) TDX_MUST_CHECK;

/* Compares what uname -r prints, "5.10.134-16.3.al8.x86_64+debug": the variant after '+' and the
 * architecture are dropped, the rest is split at the first '-' into version and release.
 * Says something only about kernels of one distribution's line: kernel_release_is_line(). */
int kernel_release_compare(const char *a, const char *b) TDX_MUST_CHECK;

/* True if the release has tag ("al8") as one of its dot-separated parts. */
bool kernel_release_is_line(const char *release, const char *tag) TDX_MUST_CHECK;

#endif
