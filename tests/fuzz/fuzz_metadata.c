/* SPDX-License-Identifier: Apache-2.0 */
/* What the metadata service answers. Input: one byte (bit 0: nothing more will come), the answer.
 */
#include <stdlib.h>

#include "healthcheck/metadata_http.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct metadata_answer *answer = malloc(sizeof(*answer));
    enum metadata_fault fault;
    uint8_t *copy;

    if (size == 0 || answer == NULL) {
        free(answer);
        return 0;
    }
    copy = fuzz_copy(data + 1, size - 1);
    fault = metadata_answer_parse((struct span){ copy, size - 1 }, (data[0] & 1) != 0, answer);
    if (fault == METADATA_ANSWERED) {
        fuzz_require(answer->code >= 200 && answer->code <= 599, "a status of HTTP");
        fuzz_require(answer->size < size && answer->body[answer->size] == '\0',
                     "a body is a part of the answer, and ends with a NUL");
    } else {
        fuzz_require((fault == METADATA_UNFINISHED || fault == METADATA_CUT_OFF ||
                      fault == METADATA_TOO_LARGE || fault == METADATA_NOT_HTTP),
                     "one of the faults of an answer");
        fuzz_require((data[0] & 1) == 0 || fault != METADATA_UNFINISHED, "the end is the end");
    }
    free(copy);
    free(answer);
    return 0;
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t limit)
{
    static const char *const seeds[] = {
        "\x02HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 10\r\n\r\ncn-beijing",
        "\x03HTTP/1.0 404 Not Found\r\n\r\n<html>",
        ("\x02HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
         "3;a=b\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"),
        "\x02HTTP/1.1 302 Found\r\nLocation: http://x/\r\ncontent-length: 0\r\n\r\n",
    };

    if (number >= sizeof(seeds) / sizeof(seeds[0]))
        return 0;
    return fuzz_put_string(seeds[number], out, limit);
}
