/* SPDX-License-Identifier: Apache-2.0 */
/* One request to the PCCS while it is answered, and all the ways to answer it badly. */
#ifndef TESTS_SIM_SIM_EXCHANGE_H
#define TESTS_SIM_SIM_EXCHANGE_H

#include "tests/sim/sim_pccs.h"
#include "tests/sim/sim_tls.h"

struct exchange {
    struct sim_channel channel;
    unsigned short https_port, http_port; /* for redirects */
    const char *target;
    enum sim_pccs fault;      /* SIM_PCCS_GOOD where none strikes */
    struct sim_faults faults; /* enums and numbers only */
    bool keep_open;           /* the connection may carry another request */
};

/* Sends what the fault makes of the answer; keep_open becomes false where nothing may follow. */
void exchange_send(struct exchange *exchange, const struct sim_pccs_answer *answer);

/* An answer without content; header is "" or "Name: value\r\n". */
void exchange_send_error(struct exchange *exchange, unsigned status, const char *header);

#endif
