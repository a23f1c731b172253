/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "core/base/hex.h"
#include "core/base/text.h"
#include "core/collateral/bundle.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/corpus.h"

#define PARTS     9
#define SIGNATURE "\"" HEX64 HEX64 "\""
#define HEX64     "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

static const struct {
    const char *name, *value;
} good[PARTS] = {
    { "pck_crl_issuer_chain", "\"chain 1\\n\"" },
    { "root_ca_crl", "\"3000\"" },
    { "pck_crl", "\"30020500\"" },
    { "tcb_info_issuer_chain", "\"chain 2\\n\"" },
    { "tcb_info", "\"{\\\"id\\\":\\\"TDX \\u00e9\\\"}\"" },
    { "tcb_info_signature", SIGNATURE },
    { "qe_identity_issuer_chain", "\"chain 3\\n\"" },
    { "qe_identity", "\"{}\"" },
    { "qe_identity_signature", SIGNATURE },
};

/* A bundle in which the named member has another value; value NULL: it is left out. */
static void build(struct text *out, const char *name, const char *value)
{
    const char *comma = "";

    text_add_char(out, '{');
    for (size_t i = 0; i < PARTS; i++) {
        bool changed = name != NULL && strcmp(good[i].name, name) == 0;

        if (changed && value == NULL)
            continue;
        text_addf(out, "%s\"%s\":%s", comma, good[i].name, changed ? value : good[i].value);
        comma = ",";
    }
    text_add_char(out, '}');
    assert_true(text_ok(out));
}

/* Exactly as long as claimed, so that ASan sees the first byte read too far. */
static enum tdx_status parse_copy(const char *text, size_t size, struct bundle *ret,
                                  struct tdx_error *err)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    enum tdx_status status;

    assert_non_null(copy);
    memcpy(copy, text, size);
    status = bundle_parse((struct span){ copy, size }, ret, err);
    free(copy); /* the bundle owns what it keeps */
    return status;
}

static void assert_part(struct span part, const char *expected)
{
    assert_int_equal(part.size, strlen(expected));
    assert_memory_equal(part.data, expected, part.size);
}

static void assert_same(const struct collateral *a, const struct collateral *b)
{
    assert_true(span_equal(a->pck_crl_issuer_chain, b->pck_crl_issuer_chain));
    assert_true(span_equal(a->root_ca_crl, b->root_ca_crl));
    assert_true(span_equal(a->pck_crl, b->pck_crl));
    assert_true(span_equal(a->tcb_info_issuer_chain, b->tcb_info_issuer_chain));
    assert_true(span_equal(a->tcb_info, b->tcb_info));
    assert_true(span_equal(a->tcb_info_signature, b->tcb_info_signature));
    assert_true(span_equal(a->qe_identity_issuer_chain, b->qe_identity_issuer_chain));
    assert_true(span_equal(a->qe_identity, b->qe_identity));
    assert_true(span_equal(a->qe_identity_signature, b->qe_identity_signature));
}

static void reads_every_part(void **state)
{
    struct text text = { 0 };
    struct bundle bundle = { 0 };

    (void)state;
    build(&text, NULL, NULL);
    assert_status(parse_copy(text.data, text.length, &bundle, NULL), "OK");
    assert_part(bundle.parts.pck_crl_issuer_chain, "chain 1\n");
    assert_part(bundle.parts.tcb_info_issuer_chain, "chain 2\n");
    assert_part(bundle.parts.qe_identity_issuer_chain, "chain 3\n");
    assert_int_equal(bundle.parts.root_ca_crl.size, 2);
    assert_memory_equal(bundle.parts.root_ca_crl.data, "\x30\x00", 2);
    assert_memory_equal(bundle.parts.pck_crl.data, "\x30\x02\x05\x00", 4);
    assert_part(bundle.parts.tcb_info, "{\"id\":\"TDX \xc3\xa9\"}");
    assert_part(bundle.parts.qe_identity, "{}");
    assert_int_equal(bundle.parts.tcb_info_signature.size, 64);
    assert_int_equal(bundle.parts.tcb_info_signature.data[63], 0xff);
    assert_int_equal(bundle.parts.qe_identity_signature.size, 64);
    bundle_free(&bundle);
    bundle_free(&bundle);
    bundle_free(NULL);
    text_free(&text);
}

static void ignores_members_that_are_not_its_own(void **state)
{
    struct text text = { 0 };
    struct bundle bundle = { 0 };

    (void)state;
    build(&text, "qe_identity", "\"{}\",\"pck_certificate_chain\":\"x\",\"more\":{\"a\":[1,null]}");
    assert_status(parse_copy(text.data, text.length, &bundle, NULL), "OK");
    bundle_free(&bundle);
    text_free(&text);
}

static void assert_refused(const char *text, size_t size, const char *expected, const char *detail)
{
    struct bundle bundle, before;
    struct tdx_error err = { 0 };

    memset(&bundle, 0xa5, sizeof(bundle));
    memcpy(&before, &bundle, sizeof(before));
    assert_status(parse_copy(text, size, &bundle, &err), expected);
    assert_string_not_equal(err.detail, "");
    if (strstr(err.detail, detail) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.detail, detail);
    assert_memory_equal(&bundle, &before, sizeof(before)); /* untouched on failure */
}

static void refuses_each_part_when_it_is_missing_or_of_another_type(void **state)
{
    static const char *const wrong[] = { NULL,       "null",           "1",   "true",
                                         "[\"00\"]", "{\"a\":\"00\"}", "\"\"" };

    (void)state;
    for (size_t i = 0; i < PARTS; i++)
        for (size_t k = 0; k < COUNT_OF(wrong); k++) {
            struct text text = { 0 };

            build(&text, good[i].name, wrong[k]);
            assert_refused(text.data, text.length, "BUNDLE_BAD", good[i].name);
            text_free(&text);
        }
}

static void refuses_bad_hex_and_wrong_sizes(void **state)
{
    static const struct {
        const char *name, *value;
    } cases[] = {
        { "root_ca_crl", "\"300\"" },
        { "root_ca_crl", "\"30 0\"" },
        { "root_ca_crl", "\"0x30\"" },
        { "pck_crl", "\"3g\"" },
        { "pck_crl", "\"-----BEGIN X509 CRL-----\"" },
        { "pck_crl", "\"30\\u0000\"" },
        { "tcb_info_signature", "\"00\"" },
        { "tcb_info_signature", "\"" HEX64 HEX64 "00\"" },
        { "tcb_info_signature", "\"" HEX64 HEX64 "0\"" },
        { "qe_identity_signature", "\"" HEX64 "\"" },
        { "qe_identity_signature", "\"zz" HEX64 HEX64 "\"" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text text = { 0 };

        build(&text, cases[i].name, cases[i].value);
        assert_refused(text.data, text.length, "BUNDLE_BAD", cases[i].name);
        text_free(&text);
    }
}

static void refuses_a_part_that_is_larger_than_its_cap(void **state)
{
    static const struct {
        const char *name;
        size_t characters; /* one more than the cap allows */
    } cases[] = {
        { "pck_crl_issuer_chain", COLLATERAL_CHAIN_LIMIT + 1 },
        { "tcb_info_issuer_chain", COLLATERAL_CHAIN_LIMIT + 1 },
        { "qe_identity_issuer_chain", COLLATERAL_CHAIN_LIMIT + 1 },
        { "tcb_info", COLLATERAL_JSON_LIMIT + 1 },
        { "qe_identity", COLLATERAL_JSON_LIMIT + 1 },
        { "root_ca_crl", 2 * COLLATERAL_CRL_LIMIT + 2 },
        { "pck_crl", 2 * COLLATERAL_CRL_LIMIT + 2 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *value = malloc(cases[i].characters + 3);
        struct text text = { 0 };

        assert_non_null(value);
        memset(value, '0', cases[i].characters + 2);
        value[0] = value[cases[i].characters + 1] = '"';
        value[cases[i].characters + 2] = '\0';
        build(&text, cases[i].name, value);
        assert_refused(text.data, text.length, "BUNDLE_BAD", cases[i].name);
        text_free(&text);
        free(value);
    }
}

static void refuses_what_is_not_one_object_of_json(void **state)
{
    static const struct {
        const char *text, *expected, *detail;
    } cases[] = {
        { "", "JSON_BAD", "" },
        { "[]", "BUNDLE_BAD", "" },
        { "\"x\"", "BUNDLE_BAD", "" },
        { "{}", "BUNDLE_BAD", "pck_crl_issuer_chain" },
        { "{\"pck_crl\":\"3000\",\"pck_crl\":\"3000\"}", "JSON_DUPLICATE", "pck_crl" },
        { "{\"pck_crl\":\"3000\",\"pck_\\u0063rl\":\"3000\"}", "JSON_DUPLICATE", "pck_crl" },
        { "{\"pck_crl\":\"3000\",}", "JSON_BAD", "" },
        { "{/* */}", "JSON_BAD", "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_refused(cases[i].text, strlen(cases[i].text), cases[i].expected, cases[i].detail);
}

static void refuses_every_prefix(void **state)
{
    struct text text = { 0 };

    (void)state;
    build(&text, NULL, NULL);
    for (size_t size = 0; size < text.length; size++)
        assert_refused(text.data, size, "JSON_BAD", "");
    text_free(&text);
}

static void parsing_what_was_printed_gives_the_same_parts(void **state)
{
    struct text text = { 0 }, printed = { 0 }, again = { 0 };
    struct bundle first = { 0 }, second = { 0 };

    (void)state;
    build(&text, "tcb_info", "\"{ \\u0000\\u001f\\\"\\\\/\\ud83d\\ude00\\u007f\\r\\n}\"");
    assert_status(parse_copy(text.data, text.length, &first, NULL), "OK");
    text_add(&printed, "kept "); /* it appends */
    assert_status(bundle_print(&first.parts, &printed, NULL), "OK");
    assert_memory_equal(printed.data, "kept {", 6);
    assert_status(parse_copy(printed.data + 5, printed.length - 5, &second, NULL), "OK");
    assert_same(&first.parts, &second.parts);
    assert_status(bundle_print(&second.parts, &again, NULL), "OK");
    assert_string_equal(printed.data + 5, again.data);
    bundle_free(&first);
    bundle_free(&second);
    text_free(&text);
    text_free(&printed);
    text_free(&again);
}

/* Signed bytes that JSON cannot carry must not come out as others. */
static void printing_refuses_what_it_could_not_give_back(void **state)
{
    struct text text = { 0 }, printed = { 0 }, small = { .limit = 100 };
    struct bundle bundle = { 0 };
    struct tdx_error err = { 0 };

    (void)state;
    build(&text, NULL, NULL);
    assert_status(parse_copy(text.data, text.length, &bundle, NULL), "OK");
    assert_status(bundle_print(&bundle.parts, &small, NULL), "NO_MEMORY");
    bundle.parts.tcb_info = (struct span){ (const uint8_t *)"{\xff}", 3 };
    assert_status(bundle_print(&bundle.parts, &printed, &err), "BUNDLE_BAD");
    assert_string_equal(err.detail, "tcb_info: not UTF-8");
    text_clear(&printed);
    bundle.parts.tcb_info = (struct span){ NULL, 0 };
    assert_status(bundle_print(&bundle.parts, &printed, NULL), "BUNDLE_BAD");
    bundle_free(&bundle);
    text_free(&text);
    text_free(&printed);
    text_free(&small);
}

static void check_corpus_case(const struct corpus_case *each)
{
    static const char *const names[PARTS] = {
        "pck_crl_issuer_chain",     "root_ca_crl", "pck_crl",
        "tcb_info_issuer_chain",    "tcb_info",    "tcb_info_signature",
        "qe_identity_issuer_chain", "qe_identity", "qe_identity_signature",
    };
    struct text path = { 0 }, printed = { 0 };
    struct bundle first = { 0 }, second = { 0 };
    struct json_object *object;

    if (!corpus_has(each, "collateral.json"))
        return;
    text_addf(&path, "%s/collateral.json", each->folder);
    assert_status(bundle_load(text_string(&path), 0, &first, NULL), "OK");
    /* another reader of JSON sees the same texts */
    object = json_object_from_file(text_string(&path));
    assert_non_null(object);
    const struct span parts[PARTS] = {
        first.parts.pck_crl_issuer_chain,
        first.parts.root_ca_crl,
        first.parts.pck_crl,
        first.parts.tcb_info_issuer_chain,
        first.parts.tcb_info,
        first.parts.tcb_info_signature,
        first.parts.qe_identity_issuer_chain,
        first.parts.qe_identity,
        first.parts.qe_identity_signature,
    };
    for (size_t i = 0; i < PARTS; i++) {
        struct json_object *value;

        assert_true(json_object_object_get_ex(object, names[i], &value));
        if (strstr(names[i], "crl") != NULL && strstr(names[i], "chain") == NULL)
            corpus_check_hex(each, object, names[i], parts[i].data, parts[i].size);
        else if (strstr(names[i], "signature") != NULL)
            corpus_check_hex(each, object, names[i], parts[i].data, parts[i].size);
        else
            assert_part(parts[i], json_object_get_string(value));
    }
    assert_status(bundle_print(&first.parts, &printed, NULL), "OK");
    assert_status(parse_copy(printed.data, printed.length, &second, NULL), "OK");
    assert_same(&first.parts, &second.parts);
    json_object_put(object);
    bundle_free(&first);
    bundle_free(&second);
    text_free(&path);
    text_free(&printed);
}

static void reads_and_prints_every_bundle_of_the_corpus(void **state)
{
    (void)state;
    (void)corpus_each("quotes", check_corpus_case);
}

static void a_file_that_is_not_there_is_named(void **state)
{
    struct bundle bundle = { 0 };
    struct tdx_error err = { 0 };

    (void)state;
    assert_status(bundle_load("/nonexistent/bundle.json", 0, &bundle, &err), "FILE_UNREADABLE");
    assert_non_null(strstr(err.detail, "/nonexistent/bundle.json"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_part),
        cmocka_unit_test(ignores_members_that_are_not_its_own),
        cmocka_unit_test(refuses_each_part_when_it_is_missing_or_of_another_type),
        cmocka_unit_test(refuses_bad_hex_and_wrong_sizes),
        cmocka_unit_test(refuses_a_part_that_is_larger_than_its_cap),
        cmocka_unit_test(refuses_what_is_not_one_object_of_json),
        cmocka_unit_test(refuses_every_prefix),
        cmocka_unit_test(parsing_what_was_printed_gives_the_same_parts),
        cmocka_unit_test(printing_refuses_what_it_could_not_give_back),
        cmocka_unit_test(reads_and_prints_every_bundle_of_the_corpus),
        cmocka_unit_test(a_file_that_is_not_there_is_named),
    };

    return cmocka_run_group_tests_name("bundle", tests, NULL, NULL);
}
