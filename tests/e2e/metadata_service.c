/* SPDX-License-Identifier: Apache-2.0 */
/* A metadata service as a program: metadata_service ADDRESS PORT MANNER. MANNER: "token", "none"
 * (it knows no tokens) or "redirect". It prints a line when it serves, and at the end of its input
 * how many requests it had. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/metadata_server.h"

int main(int argc, char **argv)
{
    static const struct {
        const char *word;
        enum metadata_manner manner;
    } manners[] = { { "token", MANNER_TOKEN },
                    { "none", MANNER_NO_TOKENS },
                    { "redirect", MANNER_REDIRECT } };
    struct metadata_double server;
    enum metadata_manner manner = MANNER_CLOSES;

    for (size_t i = 0; argc == 4 && i < sizeof(manners) / sizeof(manners[0]); i++)
        if (strcmp(argv[3], manners[i].word) == 0)
            manner = manners[i].manner;
    if (manner == MANNER_CLOSES ||
        !metadata_double_start_at(&server, manner, argv[1],
                                  (unsigned short)strtoul(argv[2], NULL, 10))) {
        (void)fprintf(stderr, "metadata_service: cannot serve\n");
        return 1;
    }
    (void)puts("serving");
    (void)fflush(stdout);
    while (getchar() != EOF)
        ;
    metadata_double_stop(&server);
    (void)printf("%u\n", server.requests);
    return 0;
}
