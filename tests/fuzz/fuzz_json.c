/* SPDX-License-Identifier: Apache-2.0 */
/* json_parse() and the canonical form of signed JSON. Input: one byte of options (bit 0: comments
 * allowed; bits 1 to 6: depth), then the text. */
#include <stdlib.h>

#include "core/base/json.h"
#include "core/verify/signed_json.h"
#include "tests/fuzz/fuzz.h"

/* Reads every value of the document; returns how many there are. */
static size_t walk(const struct json_place *place)
{
    struct json_place item = { 0 };
    size_t count = 1, items = 0;

    if (json_type_of(place) == JSON_STRING) {
        struct span string = json_as_string(place);

        fuzz_require(string.size <= json_raw(place).size, "a string is not longer than its text");
        for (size_t i = 0; i < string.size; i++)
            count += string.data[i] == 0xff && string.data == NULL; /* reads each byte */
    }
    while (json_next(place, &item)) {
        (void)json_name(&item);
        count += walk(&item);
        items++;
    }
    if (json_type_of(place) == JSON_ARRAY || json_type_of(place) == JSON_OBJECT)
        fuzz_require(items == json_count(place), "as many items as counted");
    return count;
}

/* What was rewritten is canonical, and rewriting it again changes nothing. */
static void check_canonical(struct span text)
{
    struct signed_json first = { 0 }, second = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status = signed_json_parse(text, TDX_TCB_INFO_FORMAT, &first, &err);

    fuzz_require_status(status, &err);
    if (status == TDX_OK) {
        fuzz_require(signed_json_parse(first.canonical, TDX_TCB_INFO_FORMAT, &second, NULL) ==
                         TDX_OK,
                     "the canonical form parses");
        fuzz_require(span_equal(first.canonical, second.canonical), "and is its own");
    }
    signed_json_clear(&first);
    signed_json_clear(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t options = size > 0 ? data[0] : 0;
    struct tdx_error err = { 0 };
    struct json *json = NULL;
    struct json_reader reader = { .bad = TDX_JSON_BAD };
    struct json_place root;
    enum tdx_status status;
    struct span text;
    uint8_t *copy;

    if (size == 0)
        return 0;
    copy = fuzz_copy(data + 1, --size);
    text = (struct span){ copy, size };
    status = (options & 1) != 0 ? json_parse_commented(text, options >> 1 & 63, &json, &err)
                                : json_parse(text, options >> 1 & 63, &json, &err);
    fuzz_require_status(status, &err);
    if (status == TDX_OK) {
        reader.json = json;
        root = json_root(&reader);
        (void)walk(&root);
        fuzz_require(reader.status == TDX_OK, "reading what is there does not fail");
    }
    json_free(json);
    check_canonical(text);
    free(copy);
    return 0;
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t limit)
{
    static const char *const seeds[] = {
        "{}",
        "[1,-2,3.5e+7,true,false,null,\"x\"]",
        "{\"a\":{\"b\":[{\"c\":\"\\u00e9\\ud83d\\ude00\\n\\/\"}]},\"\":18446744073709551615}",
        "/* c */ {\"#n\":1,\"#n\":2 // x\n}",
        " { \"id\" : \"TDX\" , \"version\" : 3 } ",
    };

    if (number >= 2 * sizeof(seeds) / sizeof(seeds[0]))
        return 0;
    out[0] = (uint8_t)(31 << 1 | number % 2);
    return 1 + fuzz_put_string(seeds[number / 2], out + 1, limit - 1);
}
