/* SPDX-License-Identifier: Apache-2.0 */
/* The client of the metadata service against a real server on loopback: each way to behave has its
 * own verdict, within its time; nobody is asked who should not be. And the reader of answers. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/files.h"
#include "core/base/monotonic.h"
#include "core/base/span_text.h"
#include "core/base/text.h"
#include "healthcheck/lines.h"
#include "healthcheck/metadata.h"
#include "healthcheck/metadata_http.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/health_rows.h"
#include "tests/unit/metadata_server.h"

#define SITE   "file:" TDX_CONFDIR "/platforms.d/test.conf"
#define VENDOR "file:/sys/class/dmi/id/sys_vendor"

/* A machine: an empty folder but for the firmware's vendor, and a platform file with the port. */
struct machine {
    char top[40];
    struct root root;
    struct facts *facts;
    struct collector collector;
    int64_t took;
};

static void put(const struct machine *machine, const char *folder, const char *name,
                const char *text)
{
    struct text path = { 0 };

    text_addf(&path, "%s/%s", machine->top, folder);
    assert_int_equal(file_make_folders(text_string(&path)), 0);
    text_addf(&path, "/%s", name);
    assert_status(file_replace(text_string(&path), span_of(text), 0644, NULL), "OK");
    text_free(&path);
}

static void machine_open(struct machine *machine, const char *vendor, unsigned port)
{
    char conf[256];

    (void)snprintf(machine->top, sizeof(machine->top), "/tmp/test_metadata.XXXXXX");
    assert_non_null(mkdtemp(machine->top));
    if (vendor != NULL)
        put(machine, "sys/class/dmi/id", "sys_vendor", vendor);
    machine->root = (struct root)ROOT_CLOSED;
    assert_status(root_open(machine->top, &machine->root, NULL), "OK");
    machine->facts = facts_new();
    assert_non_null(machine->facts);
    (void)snprintf(conf, sizeof(conf),
                   "vendor = Test Cloud\nmetadata_url = http://127.0.0.1:%u/latest/\n", port);
    facts_set(machine->facts, SITE, span_of(conf));
    machine->collector = (struct collector){
        .root = &machine->root, .facts = machine->facts, .live = true, .network = true
    };
}

static void machine_close(struct machine *machine)
{
    struct text command = { 0 };

    text_addf(&command, "rm -r %s", machine->top);
    assert_int_equal(system(text_string(&command)), 0); /* NOLINT: a name of our own making */
    text_free(&command);
    root_close(&machine->root);
    facts_free(machine->facts);
}

static void collect(struct machine *machine)
{
    int64_t started = monotonic_ms();

    metadata_collect(&machine->collector);
    machine->took = monotonic_ms() - started;
}

/* The state of a fact, or its value. */
static const char *fact_text(const struct machine *machine, const char *key)
{
    const struct fact *fact = facts_find(machine->facts, key);

    return fact->state == FACT_KNOWN ? (const char *)fact->value.data
                                     : fact_state_word(fact->state);
}

static const char *verdict(const struct machine *machine)
{
    const struct fact *imds = facts_find(machine->facts, "probe:imds");

    return imds->state == FACT_KNOWN ? metadata_verdict_word(metadata_verdict_of(imds))
                                     : fact_state_word(imds->state);
}

/* clang-format off */
static const struct {
    const char *name;
    enum metadata_manner manner;
    const char *verdict, *region; /* the region, or the state of its fact */
    int64_t least, most;          /* milliseconds */
    unsigned requests, tokenless; /* requests: 0 for any number */
} manners[] = {
    { "it wants a token", MANNER_TOKEN, "token", "cn-beijing", 0, 900, 6, 0 },
    { "it has no tokens", MANNER_NO_TOKENS, "insecure", "cn-beijing", 0, 900, 6, 5 },
    { "it answers in chunks", MANNER_CHUNKED, "token", "cn-beijing", 0, 900, 6, 0 },
    { "it ends its answers by ending the connection", MANNER_TO_THE_END, "token", "cn-beijing", 0, 900, 6, 0 },
    { "it refuses", MANNER_REFUSES, "disabled", "absent", 0, 900, 2, 0 },
    { "it has nothing", MANNER_NOTHING_THERE, "disabled", "absent", 0, 900, 2, 0 },
    { "it says nothing", MANNER_SILENT, "timeout", "failed", 1900, 2900, 1, 0 },
    { "it says a byte at a time", MANNER_DRIPS, "timeout", "failed", 1900, 2900, 1, 0 },
    { "its body does not end", MANNER_ENDLESS_BODY, "too_large", "failed", 0, 900, 1, 0 },
    { "its head does not end", MANNER_ENDLESS_HEAD, "too_large", "failed", 0, 900, 1, 0 },
    { "its length is absurd", MANNER_LONG_LENGTH, "too_large", "failed", 0, 900, 1, 0 },
    { "it redirects", MANNER_REDIRECT, "redirect", "failed", 0, 900, 1, 0 },
    { "it fails inside", MANNER_FAILS, "server_error", "failed", 0, 900, 1, 0 },
    { "it speaks something else", MANNER_NO_HTTP, "garbage", "failed", 0, 900, 1, 0 },
    { "a value could steer a terminal", MANNER_BINARY_VALUE, "garbage", "failed", 0, 900, 2, 0 },
    { "a value has two lines", MANNER_TWO_LINES, "garbage", "failed", 0, 900, 2, 0 },
    { "a value is empty", MANNER_EMPTY_VALUE, "garbage", "failed", 0, 900, 2, 0 },
    { "the token has a line of its own", MANNER_TOKEN_WITH_LINE, "garbage", "failed", 0, 900, 1, 0 },
    { "it breaks off", MANNER_BREAKS_OFF, "cut_off", "failed", 0, 900, 1, 0 },
    { "it closes at once", MANNER_CLOSES, "cut_off", "failed", 0, 900, 1, 0 },
};
/* clang-format on */

static void each_manner_has_its_verdict_in_its_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(manners); i++) {
        struct metadata_double server;
        struct machine machine;

        metadata_double_start(&server, manners[i].manner);
        machine_open(&machine, "Test Cloud\n", server.port);
        collect(&machine);
        metadata_double_stop(&server);
        print_message("#  %s: %lld ms\n", manners[i].name, (long long)machine.took);
        assert_string_equal(verdict(&machine), manners[i].verdict);
        assert_string_equal(fact_text(&machine, METADATA_REGION), manners[i].region);
        assert_true(machine.took >= manners[i].least && machine.took <= manners[i].most);
        assert_int_equal(server.requests, manners[i].requests);
        assert_int_equal(server.tokenless, manners[i].tokenless);
        assert_int_equal(server.puts, 1);
        machine_close(&machine);
    }
}

static void every_item_is_asked_for(void **state)
{
    struct metadata_double server;
    struct machine machine;
    char url[PLATFORM_LINE_SIZE], expected[64], family[64];

    (void)state;
    metadata_double_start(&server, MANNER_TOKEN);
    machine_open(&machine, "Test Cloud\n", server.port);
    collect(&machine);
    metadata_double_stop(&server);
    assert_string_equal(fact_text(&machine, METADATA_ZONE), "cn-beijing-i");
    assert_string_equal(fact_text(&machine, METADATA_IMAGE), "aliyun_3_x64.vhd");
    assert_string_equal(fact_text(&machine, METADATA_TYPE), "ecs.g8i.2xlarge");
    assert_string_equal(fact_text(&machine, METADATA_IDENTITY),
                        "{\r\n\t\"zone-id\": \"cn-beijing-i\"\r\n}");
    assert_string_equal(metadata_family(machine.facts, family, sizeof(family)), "2xlarge");
    assert_string_equal(family, "ecs.g8i");
    (void)snprintf(expected, sizeof(expected), "http://127.0.0.1:%u/latest/", server.port);
    assert_string_equal(metadata_url(machine.facts, url), expected);
    machine_close(&machine);
}

static void what_came_before_it_was_slow_is_kept(void **state)
{
    struct metadata_double server;
    struct machine machine;

    (void)state;
    metadata_double_start(&server, MANNER_ZONE_SILENT);
    machine_open(&machine, "Test Cloud\n", server.port);
    collect(&machine);
    metadata_double_stop(&server);
    assert_string_equal(verdict(&machine), "token");
    assert_string_equal(fact_text(&machine, METADATA_REGION), "cn-beijing");
    assert_string_equal(fact_text(&machine, METADATA_ZONE), "failed");
    assert_string_equal(fact_text(&machine, METADATA_TYPE), "failed");
    assert_in_range(machine.took, 1900, 2900);
    machine_close(&machine);
}

static void only_who_should_be_is_asked(void **state)
{
    static const struct {
        const char *name, *vendor, *verdict; /* vendor: NULL where the firmware names none */
        bool live, network;
        unsigned requests;
    } cases[] = {
        { "the vendor of the file", "test cloud\n", "token", true, true, 6 },
        { "a silent firmware", NULL, "token", true, true, 6 },
        { "a firmware that says nothing", "\n", "token", true, true, 6 },
        { "another vendor", "QEMU\n", "no_platform", true, true, 0 },
        { "a vendor that begins alike", "Test Cloud 2\n", "no_platform", true, true, 0 },
        { "--no-network", "Test Cloud\n", "no-network", true, false, 0 },
        { "an image", "Test Cloud\n", "offline", false, true, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct metadata_double server;
        struct machine machine;

        metadata_double_start(&server, MANNER_TOKEN);
        machine_open(&machine, cases[i].vendor, server.port);
        machine.collector.live = cases[i].live;
        machine.collector.network = cases[i].network;
        collect(&machine);
        metadata_double_stop(&server);
        print_message("#  %s\n", cases[i].name);
        assert_string_equal(verdict(&machine), cases[i].verdict);
        assert_int_equal(server.requests, cases[i].requests);
        machine_close(&machine);
    }
}

static void no_proxy_is_asked(void **state)
{
    static const char *const names[] = { "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY" };
    struct metadata_double proxy, server;
    struct machine machine;
    char url[64];

    (void)state;
    metadata_double_start(&proxy, MANNER_TOKEN);
    metadata_double_start(&server, MANNER_TOKEN);
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u", proxy.port);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_int_equal(setenv(names[i], url, 1), 0);
    machine_open(&machine, "Test Cloud\n", server.port);
    collect(&machine);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_int_equal(unsetenv(names[i]), 0);
    metadata_double_stop(&proxy);
    metadata_double_stop(&server);
    assert_int_equal(proxy.requests, 0);
    assert_int_equal(server.requests, 6);
    machine_close(&machine);
}

/* A listener whose queue is full takes no connection and refuses none, as a blackhole does. */
static void nobody_costs_at_most_a_second(void **state)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), waiting[4];
    socklen_t size = sizeof(address);
    struct machine machine;

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    machine_open(&machine, NULL, ntohs(address.sin_port));
    collect(&machine); /* nobody listens: refused */
    assert_string_equal(verdict(&machine), "unreachable");
    assert_string_equal(fact_text(&machine, METADATA_REGION), "absent");
    assert_true(machine.took < 500);
    assert_int_equal(listen(fd, 0), 0);
    for (size_t i = 0; i < COUNT_OF(waiting); i++) {
        waiting[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        assert_true(waiting[i] >= 0);
        (void)connect(waiting[i], (struct sockaddr *)&address, size); /* fills the queue */
    }
    collect(&machine);
    assert_string_equal(verdict(&machine), "unreachable");
    assert_in_range(machine.took, 900, 1500);
    for (size_t i = 0; i < COUNT_OF(waiting); i++)
        (void)close(waiting[i]);
    (void)close(fd);
    machine_close(&machine);
}

/* --- recordings ------------------------------------------------------------------------------- */

static void a_recording_says_how_it_was(void **state)
{
    static const struct {
        const char *folder, *name, *text; /* one file beside region-id; NULL: none */
        const char *region;               /* NULL: no such file */
        const char *verdict, *value;
    } cases[] = {
        { ".probe/imds", "_token_required", "", "cn-beijing\n", "token", "cn-beijing" },
        { ".probe/imds/latest", "_token_required", "", "cn-beijing", "token", "cn-beijing" },
        { ".probe/imds/latest/api", "token", "x", "cn-beijing", "token", "cn-beijing" },
        { NULL, NULL, NULL, "cn-beijing", "insecure", "cn-beijing" },
        { NULL, NULL, NULL, NULL, "unreachable", "absent" },
        { ".probe/imds", "_token_required", "", NULL, "unreachable", "absent" },
        { NULL, NULL, NULL, "!error timeout: it was slow", "timeout", "failed" },
        { NULL, NULL, NULL, "!error disabled", "disabled", "failed" },
        { NULL, NULL, NULL, "!error something", "garbage", "failed" },
        { NULL, NULL, NULL, "cn\x1b[2J", "garbage", "failed" },
        { NULL, NULL, NULL, "two\nlines", "garbage", "failed" },
        { NULL, NULL, NULL, "cn-\xc3\xa9", "garbage", "failed" },
        { NULL, NULL, NULL, "cn-\x7f", "garbage", "failed" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct machine machine;

        machine_open(&machine, "Test Cloud\n", 1);
        machine.collector.recording = true;
        machine.collector.network = false;
        if (cases[i].folder != NULL)
            put(&machine, cases[i].folder, cases[i].name, cases[i].text);
        if (cases[i].region != NULL)
            put(&machine, ".probe/imds/latest/meta-data", "region-id", cases[i].region);
        collect(&machine);
        print_message("#  %zu\n", i);
        assert_string_equal(verdict(&machine), cases[i].verdict);
        assert_string_equal(fact_text(&machine, METADATA_REGION), cases[i].value);
        machine_close(&machine);
    }
}

/* --- the reader of answers -------------------------------------------------------------------- */

/* clang-format off */
static const struct {
    const char *raw;
    bool ended;
    enum metadata_fault fault;
    unsigned code;
    const char *body;
} answers[] = {
    { "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", false, METADATA_ANSWERED, 200, "abc" },
    { "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef", false, METADATA_ANSWERED, 200, "abc" },
    { "HTTP/1.1 200\nCONTENT-LENGTH:0\n\n", false, METADATA_ANSWERED, 200, "" },
    { "HTTP/1.0 404 Not Found\r\n\r\nwords", true, METADATA_ANSWERED, 404, "words" },
    { "HTTP/1.0 404 Not Found\r\n\r\nwords", false, METADATA_UNFINISHED, 0, "" },
    { "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", false, METADATA_UNFINISHED, 0, "" },
    { "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", true, METADATA_CUT_OFF, 0, "" },
    { "HTTP/1.1 200 OK\r\nContent-Length: 3", true, METADATA_CUT_OFF, 0, "" },
    { "", false, METADATA_UNFINISHED, 0, "" },
    { "", true, METADATA_CUT_OFF, 0, "" },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\n", false, METADATA_ANSWERED, 200, "abcd" },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", false, METADATA_UNFINISHED, 0, "" },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", true, METADATA_CUT_OFF, 0, "" },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n", false, METADATA_NOT_HTTP, 0, "" },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n", false, METADATA_NOT_HTTP, 0, "" },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc\r\n0\r\n", false, METADATA_TOO_LARGE, 0, "" },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc\r\n0\r\n", false, METADATA_NOT_HTTP, 0, "" },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", true, METADATA_NOT_HTTP, 0, "" },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n", true, METADATA_NOT_HTTP, 0, "" },
    { "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", true, METADATA_NOT_HTTP, 0, "" },
    { "HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\nabc", true, METADATA_NOT_HTTP, 0, "" },
    { "HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\nabc", true, METADATA_NOT_HTTP, 0, "" },
    { "HTTP/1.1 200 OK\r\nContent-Length: 16385\r\n\r\n", false, METADATA_TOO_LARGE, 0, "" },
    { "HTTP/1.1 200 OK\r\nno header\r\n\r\n", true, METADATA_NOT_HTTP, 0, "" },
    { "HTTP/1.1 200 OK\r\nX: \x01\r\n\r\n", true, METADATA_NOT_HTTP, 0, "" },
    { "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", true, METADATA_NOT_HTTP, 0, "" },
    { "HTTP/1.1 2000 OK\r\n\r\n", true, METADATA_NOT_HTTP, 0, "" },
    { "HTTP/1.1 20 OK\r\n\r\n", true, METADATA_NOT_HTTP, 0, "" },
    { "HTTP/2 200 OK\r\n\r\n", true, METADATA_NOT_HTTP, 0, "" },
    { "<html>\n\n", true, METADATA_NOT_HTTP, 0, "" },
};
/* clang-format on */

static void reads_answers(void **state)
{
    struct metadata_answer *answer = malloc(sizeof(*answer));

    (void)state;
    assert_non_null(answer);
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        size_t size = strlen(answers[i].raw);
        char *copy = malloc(size > 0 ? size : 1); /* without a NUL, so that ASan sees more */

        assert_non_null(copy);
        memcpy(copy, answers[i].raw, size);
        print_message("#  %zu\n", i);
        assert_int_equal(metadata_answer_parse((struct span){ (const uint8_t *)copy, size },
                                               answers[i].ended, answer),
                         answers[i].fault);
        if (answers[i].fault == METADATA_ANSWERED) {
            assert_int_equal(answer->code, answers[i].code);
            assert_string_equal(answer->body, answers[i].body);
            assert_int_equal(answer->size, strlen(answers[i].body));
        }
        free(copy);
    }
    free(answer);
}

/* Every beginning of a whole answer is unfinished, or cut off if nothing more comes. */
static void reads_no_part_for_the_whole(void **state)
{
    struct metadata_answer *answer = malloc(sizeof(*answer));

    (void)state;
    assert_non_null(answer);
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        size_t size = strlen(answers[i].raw);

        if (answers[i].fault != METADATA_ANSWERED || answers[i].ended || i == 1)
            continue;
        for (size_t cut = 0; cut + 1 < size; cut++) {
            char *copy = malloc(cut > 0 ? cut : 1);
            struct span part;

            assert_non_null(copy);
            memcpy(copy, answers[i].raw, cut);
            part = (struct span){ (const uint8_t *)copy, cut };
            assert_int_equal(metadata_answer_parse(part, false, answer), METADATA_UNFINISHED);
            assert_int_equal(metadata_answer_parse(part, true, answer), METADATA_CUT_OFF);
            free(copy);
        }
    }
    free(answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_manner_has_its_verdict_in_its_time),
        cmocka_unit_test(every_item_is_asked_for),
        cmocka_unit_test(what_came_before_it_was_slow_is_kept),
        cmocka_unit_test(only_who_should_be_is_asked),
        cmocka_unit_test(no_proxy_is_asked),
        cmocka_unit_test(nobody_costs_at_most_a_second),
        cmocka_unit_test(a_recording_says_how_it_was),
        cmocka_unit_test(reads_answers),
        cmocka_unit_test(reads_no_part_for_the_whole),
    };

    return cmocka_run_group_tests_name("health_metadata", tests, NULL, NULL);
}
