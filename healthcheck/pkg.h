/* SPDX-License-Identifier: Apache-2.0 */
/* Packages among the facts:
 *     probe:packages          lines "NAME VERSION" of the packages below that are installed;
 *                             FACT_ABSENT: neither rpm nor dpkg
 *     probe:packages_verify   what rpm -V or dpkg --verify says of ours; FACT_ABSENT: none of ours
 *                             came by package
 *     file:                   the provider's repository, dnf.conf, yum.conf, tdx-attest.conf
 * A recording has packages.txt ("NAME-VERSION-RELEASE.ARCH" or "NAME VERSION", one to a line) and
 * packages-verify.txt. */
#ifndef HEALTHCHECK_PKG_H
#define HEALTHCHECK_PKG_H

#include "healthcheck/collect.h"

#define PKG_PACKAGES    "probe:packages"
#define PKG_VERIFY      "probe:packages_verify"
#define PKG_REPOSITORY  "/etc/yum.repos.d/enclave-expr.repo"
#define PKG_ATTEST_CONF "/etc/tdx-attest.conf"

/* Intel's. */
#define PKG_ATTEST      "libtdx-attest"
#define PKG_DCAP_VERIFY "libsgx-dcap-quote-verify"
#define PKG_DCAP_QPL    "libsgx-dcap-default-qpl"

void pkg_collect(const struct collector *collector);

#endif
