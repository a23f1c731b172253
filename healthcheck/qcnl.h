/* SPDX-License-Identifier: Apache-2.0 */
/* The qcnl file among the facts. */
#ifndef HEALTHCHECK_QCNL_H
#define HEALTHCHECK_QCNL_H

#include "healthcheck/facts.h"

/* The fact of the file that counts: probe:qcnl_path, else QCNL_CONF_PATH. */
const struct fact *qcnl_file(const struct facts *facts);

#endif
