/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the manual page tdx-status(7): every status of core/base/status.def. The page is made
 * while building, so that it cannot differ from what the programs say. */
#include <stdio.h>

#include "cli/program.h"
#include "core/base/status.h"

static const struct row {
    enum tdx_status status;
    const char *layer;
} rows[] = {
#define LAYER(text)                        { TDX_OK, text },
#define X(name, id, code, message, remedy) { name, NULL },
    LAYER("General")
#include "core/base/status_base.def"
        LAYER("Evidence: reports, quotes and where they come from")
#include "core/base/status_evidence.def"
            LAYER("Verification")
#include "core/base/status_verify.def"
                LAYER("Collateral")
#include "core/base/status_collateral.def"
                    LAYER("Appraisal")
#include "core/base/status_appraise.def"
                        LAYER("The gate")
#include "core/base/status_gate.def"
                            LAYER("Boot configuration")
#include "core/base/status_boot.def"
#undef X
#undef LAYER
};

/* mdoc: a backslash is \e, and a line must not begin with a dot or an apostrophe. */
static void print_text(const char *text)
{
    if (*text == '.' || *text == '\'')
        (void)fputs("\\&", stdout);
    for (; *text != '\0'; text++) {
        if (*text == '\\')
            (void)fputs("\\e", stdout);
        else
            (void)fputc(*text, stdout);
    }
    (void)fputc('\n', stdout);
}

static void print_row(enum tdx_status status)
{
    (void)printf(".It Dv %s Pq %d\n", status_id(status), status_exit_code(status));
    print_text(status_message(status));
    if (status_remedy(status)[0] == '\0')
        return;
    (void)fputs(".br\n", stdout);
    print_text(status_remedy(status));
}

int main(void)
{
    const struct program program = { .name = "status_page" };
    bool open = false;

    (void)
        fputs(".\\\" SPDX-License-Identifier: Apache-2.0\n"
              ".Dd November 24, 2026\n.Dt TDX-STATUS 7\n.Os tdx-gate\n"
              ".Sh NAME\n.Nm tdx-status\n.Nd what the programs of tdx-gate report\n"
              ".Sh DESCRIPTION\n"
              "Every way to fail has one stable id, which stands at the end of a message, in logs\n"
              "and in JSON.\n"
              "Ids are never renamed or used for something else.\n"
              "The number beside it is the exit code of the program that reports it: 1 no, 2\n"
              "usage, 3 could not be decided.\n"
              "Below it stand the message and what to do.\n",
              stdout);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].layer == NULL) {
            print_row(rows[i].status);
            continue;
        }
        (void)printf("%s.Ss %s\n.Bl -tag -width Ds\n", open ? ".El\n" : "", rows[i].layer);
        open = true;
    }
    (void)fputs(".El\n.Sh SEE ALSO\n.Xr tdx-attest 1 ,\n.Xr gate.conf 5 ,\n.Xr pam_tdx 8 ,\n"
                ".Xr tdx-healthcheck 8\n",
                stdout);
    return program_finish(&program, TDX_EXIT_YES);
}
