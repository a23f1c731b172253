/* SPDX-License-Identifier: Apache-2.0 */
/* Members read from a JSON document, and documents written. */

#include "core/base/json.h"
#include "core/base/json_write.h"
#include "core/base/span_text.h"
#include "tests/unit/cmocka_all.h"

/* One document that the reading tests share. */
static const char document[] =
    "{\"name\":\"T\\u0044X\\n\", \"list\":[{\"svn\":7},{\"svn\":255}] , \"on\":true,\"off\":false,"
    "\"key\":\"0aFF\",\"time\":\"2026-01-31T23:59:59Z\",\"minus\":-5,\"float\":1.0,"
    "\"big\":18446744073709551615,\"bigger\":18446744073709551616,\"nothing\":null}";

static struct json_reader reader_of(struct json **json, struct tdx_error *err)
{
    assert_status(json_parse(span_of(document), 4, json, NULL), "OK");
    return (struct json_reader){ .json = *json, .bad = TDX_HEX_BAD, .err = err };
}

static void getters_give_the_values(void **state)
{
    struct json *json = NULL;
    struct tdx_error err = { 0 };
    struct json_reader reader = reader_of(&json, &err);
    struct json_place root = json_root(&reader);
    struct json_place list = json_array(&root, "list", JSON_REQUIRED), item = { 0 };
    struct json_place absent = json_array(&root, "absent", JSON_OPTIONAL);
    struct json_place minus = json_member(&root, "minus", JSON_REQUIRED);
    struct json_place name = json_member(&root, "name", JSON_REQUIRED);
    uint64_t sum = 0, turns = 0;
    uint8_t key[2];

    (void)state;
    assert_true(span_equal(json_string(&root, "name"), span_of("TDX\n")));
    assert_true(json_is(&name, "TDX\n"));
    assert_false(json_is(&name, "TDX"));
    assert_true(json_bool(&root, "on"));
    assert_false(json_bool(&root, "off"));
    assert_int_equal(json_as_int(&minus, -5, 0), -5);
    assert_true(json_uint(&root, "big", UINT64_MAX) == UINT64_MAX);
    assert_int_equal(json_time(&root, "time"), 1769903999);
    json_hex(&root, "key", key, sizeof(key));
    assert_memory_equal(key, "\x0a\xff", 2);
    while (json_next(&list, &item)) {
        sum += json_uint(&item, "svn", 255);
        turns++;
    }
    assert_int_equal(sum, 262);
    assert_int_equal(turns, json_count(&list));
    assert_true(span_equal(json_raw(&list), span_of("[{\"svn\":7},{\"svn\":255}]")));
    assert_false(json_present(&absent));
    assert_false(json_next(&absent, &item));
    assert_int_equal(json_count(&root), 11);
    item = (struct json_place){ 0 };
    assert_true(json_next(&root, &item));
    assert_true(json_next(&root, &item));
    assert_true(span_equal(json_name(&item), span_of("list")));
    assert_int_equal(reader.status, TDX_OK);
    json_free(json);
}

/* Reads the document wrongly, in one of the ways that the table below names. */
static void read_wrongly(struct json_reader *reader, size_t number)
{
    struct json_place root = json_root(reader), list = json_array(&root, "list", JSON_REQUIRED);
    struct json_place item = { 0 }, on = json_member(&root, "on", JSON_REQUIRED);
    char text[4];
    uint8_t bytes[3];

    switch (number) {
    case 0:
        (void)json_string(&root, "absent");
        break;
    case 1:
        (void)json_string(&root, "on");
        break;
    case 2:
        while (json_next(&list, &item))
            (void)json_uint(&item, "svn", 254);
        break;
    case 3:
        (void)json_uint(&root, "float", 9);
        break;
    case 4:
        (void)json_uint(&root, "bigger", UINT64_MAX);
        break;
    case 5:
        (void)json_uint(&root, "minus", 9);
        break;
    case 6:
        json_hex(&root, "key", bytes, 3);
        break;
    case 7:
        (void)json_time(&root, "key");
        break;
    case 8:
        (void)json_array(&root, "name", JSON_REQUIRED);
        break;
    case 9:
        json_text(&root, "name", text, sizeof(text));
        break;
    case 10:
        json_text(&root, "key", text, sizeof(text));
        break;
    case 11:
        (void)json_bool(&root, "nothing");
        break;
    default:
        (void)json_member(&on, "x", JSON_OPTIONAL);
        break;
    }
}

static void a_wrong_member_is_named_and_the_failure_stays(void **state)
{
    static const struct {
        const char *what, *detail;
    } cases[] = {
        { "missing", "absent: it is missing" },
        { "type", "on: expected a string" },
        { "range", "list[1].svn: expected a whole number from 0 to 254" },
        { "float", "float: expected a whole number from 0 to 9" },
        { "overflow", "bigger: expected a whole number from 0 to 18446744073709551615" },
        { "negative", "minus: expected a whole number from 0 to 9" },
        { "hex", "key: expected 3 bytes as 6 hexadecimal digits" },
        { "time", "key: expected a time as 2026-01-31T23:59:59Z" },
        { "array", "name: expected an array" },
        { "control", "name: expected printable ASCII characters only" },
        { "long", "key: expected at most 3 characters" },
        { "null", "nothing: expected true or false" },
        { "scalar", "on: expected an object" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json *json = NULL;
        struct tdx_error err = { 0 };
        struct json_reader reader = reader_of(&json, &err);
        struct json_place root = json_root(&reader);
        uint8_t bytes[3] = { 1, 1, 1 };

        read_wrongly(&reader, i);
        print_message("#  %s\n", cases[i].what);
        assert_status(reader.status, "HEX_BAD");
        assert_string_equal(err.detail, cases[i].detail);
        /* sticky: what would be readable is not read any more */
        assert_false(json_bool(&root, "on"));
        json_hex(&root, "key", bytes, 2);
        assert_memory_equal(bytes, "\0\0", 2);
        assert_string_equal(err.detail, cases[i].detail);
        json_free(json);
    }
}

static void what_is_written_reads_back(void **state)
{
    struct text text = { 0 };
    struct json_writer out = { .text = &text };
    static const uint8_t odd[] = {
        'a', 0, '/', '"', '\\', '\n', 0x1f, 0x7f, 0xc3, 0xa9, 0xff, 'z'
    };
    struct json *json = NULL;
    struct json_reader reader = { .bad = TDX_JSON_BAD };
    struct json_place root;

    (void)state;
    json_open(&out, NULL, '{');
    json_put_bytes(&out, "odd", (struct span){ odd, sizeof(odd) });
    json_open(&out, "list", '[');
    json_put_uint(&out, NULL, 1);
    json_put_int(&out, NULL, -1);
    json_put_hex(&out, NULL, "\x01\xab", 2);
    json_open(&out, NULL, '{');
    json_close(&out, '}');
    json_close(&out, ']');
    json_put_null(&out, "n");
    json_put_string(&out, "s", NULL);
    json_put_bool(&out, "b", true);
    json_put_time(&out, "t", 0);
    json_put_raw(&out, "r", span_of("[1]"));
    json_close(&out, '}');
    assert_true(text_ok(&text));
    assert_string_equal(text_string(&text),
                        "{\"odd\":\"a\\u0000/\\\"\\\\\\n\\u001f\x7f\xc3\xa9\xef\xbf\xbdz\","
                        "\"list\":[1,-1,\"01ab\",{}],\"n\":null,\"s\":null,\"b\":true,"
                        "\"t\":\"1970-01-01T00:00:00Z\",\"r\":[1]}");
    assert_status(json_parse(span_of(text_string(&text)), 4, &json, NULL), "OK");
    reader.json = json;
    root = json_root(&reader);
    assert_int_equal(json_string(&root, "odd").size, 14);
    assert_int_equal(json_string(&root, "odd").data[1], 0);
    json_free(json);

    text_clear(&text);
    out = (struct json_writer){ .text = &text, .indent = true };
    json_open(&out, NULL, '{');
    json_open(&out, "a", '[');
    json_put_uint(&out, NULL, 1);
    json_close(&out, ']');
    json_close(&out, '}');
    assert_string_equal(text_string(&text), "{\n  \"a\": [\n    1\n  ]\n}");
    text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(getters_give_the_values),
        cmocka_unit_test(a_wrong_member_is_named_and_the_failure_stays),
        cmocka_unit_test(what_is_written_reads_back),
    };

    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
