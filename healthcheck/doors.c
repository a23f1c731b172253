/* SPDX-License-Identifier: Apache-2.0 */
/* Other ways to log in than through sshd: who listens, what is enabled, and does it ask the gate?
 */
#include <stdio.h>
#include <string.h>

#include "core/base/span_text.h"
#include "healthcheck/doors.h"
#include "healthcheck/families.h"
#include "healthcheck/gate_setup.h"
#include "healthcheck/lines.h"

#define PATH_SIZE 256
#define SSH_PORT  22

/* A service that lets people in. */
struct door {
    const char *program; /* the name of the process that listens, cut to 15 as the kernel cuts it */
    unsigned first_port, last_port; /* where it usually listens, 0: see the program */
    const char *unit;               /* NULL: not known by one */
    const char *service;            /* its PAM service; NULL: it does not speak PAM */
    const char *words;
};

/* clang-format off */
static const struct door doors[] = {
    { "in.telnetd",    23,   23,   "telnet.socket",      "remote",       "telnet" },
    { "telnetd",       23,   23,   "telnetd.service",    "login",        "telnet" },
    { "in.rlogind",    513,  513,  "rlogin.socket",      "rlogin",       "rlogin" },
    { "in.rshd",       514,  514,  "rsh.socket",         "rsh",          "rsh" },
    { "in.rexecd",     512,  512,  "rexec.socket",       "rexec",        "rexec" },
    { "dropbear",      0,    0,    "dropbear.service",   NULL,           "dropbear" },
    { "cockpit-tls",   9090, 9090, "cockpit.socket",     "cockpit",      "cockpit" },
    { "cockpit-ws",    9090, 9090, "cockpit.socket",     "cockpit",      "cockpit" },
    { "xrdp",          3389, 3389, "xrdp.service",       "xrdp-sesman",  "xrdp" },
    { "gnome-remote-d", 3389, 3389, NULL,                "gdm-password", "remote desktop" },
    { "Xvnc",          5900, 5910, "vncserver.service",  NULL,           "VNC" },
    { "x11vnc",        5900, 5910, NULL,                 NULL,           "VNC" },
    { "vsftpd",        21,   21,   "vsftpd.service",     "vsftpd",       "FTP" },
    { "smbd",          445,  445,  "smb.service",        "samba",        "Samba" },
    { "webmin",        10000, 10000, "webmin.service",   "webmin",       "webmin" },
    { "ttyd",          7681, 7681, "ttyd.service",       NULL,           "ttyd" },
    { "shellinaboxd",  4200, 4200, "shellinabox.service", NULL,          "shellinabox" },
};
/* clang-format on */

static const char *const wants[] = { "/etc/systemd/system/multi-user.target.wants",
                                     "/etc/systemd/system/sockets.target.wants" };

static void collect(const struct collector *collector)
{
    doors_collect_listeners(collector);
    for (size_t i = 0; i < sizeof(wants) / sizeof(wants[0]); i++)
        collect_list(collector, wants[i]);
    for (size_t i = 0; i < sizeof(doors) / sizeof(doors[0]); i++)
        if (doors[i].service != NULL)
            gate_setup_collect_stack(collector, doors[i].service);
    gate_setup_collect_stack(collector, "login");
}

/* True if nobody gets in through the PAM service whom the gate was not asked about. */
static bool asks_gate(const struct facts *facts, const char *service)
{
    struct gate_setup setup;
    bool asks = service != NULL &&
                gate_setup_read_service(facts, service, &setup, NULL) == TDX_OK &&
                setup.found.gate != NULL && setup.found.skipped_by == NULL &&
                setup.found.overruled_at == NULL;

    if (service != NULL)
        gate_setup_free(&setup);
    return asks;
}

struct tally {
    struct text all, ungated; /* in words, with commas */
};

static void add(struct text *list, const char *words, struct span where)
{
    char shown[96];

    text_addf(list, "%s%s (%s)", list->length > 0 ? ", " : "", words,
              span_string(where, shown, sizeof(shown)));
}

/* The number behind the last ':' of an address; 0 if there is none. */
static uint64_t port_of(struct span address)
{
    uint64_t port = 0;
    size_t at = address.size;

    while (at > 0 && address.data[at - 1] != ':')
        at--;
    span_skip(&address, at);
    return at > 0 && number_take(&address, &port) && address.size == 0 ? port : 0;
}

/* The program decides; the port where it is not known, or where systemd listens for it. */
static bool is_door(const struct door *door, struct span program, uint64_t port)
{
    if (span_is(program, "?") || span_is(program, "systemd"))
        return port != 0 && port >= door->first_port && port <= door->last_port;
    return span_is(program, door->program);
}

static void count_listener(const struct facts *facts, struct span line, struct tally *tally)
{
    struct span protocol, address, program;
    uint64_t port;

    if (!word_next(&line, &protocol) || !word_next(&line, &address) || !word_next(&line, &program))
        return;
    port = port_of(address);
    if (span_is(program, "sshd")) {
        /* A second one may have another configuration; it has the same PAM service. */
        if (port != SSH_PORT)
            add(&tally->all, "sshd", address);
        return;
    }
    for (size_t i = 0; i < sizeof(doors) / sizeof(doors[0]); i++)
        if (is_door(&doors[i], program, port)) {
            add(asks_gate(facts, doors[i].service) ? &tally->all : &tally->ungated, doors[i].words,
                address);
            return;
        }
}

static bool names(struct span list, const char *name)
{
    struct span line;

    while (line_next(&list, &line))
        if (span_is(line, name))
            return true;
    return false;
}

/* What is enabled but does not listen now, or lies in an image. */
static void count_units(const struct facts *facts, struct tally *tally)
{
    char key[PATH_SIZE];

    for (size_t i = 0; i < sizeof(wants) / sizeof(wants[0]); i++) {
        const struct fact *list;

        (void)snprintf(key, sizeof(key), "list:%s", wants[i]);
        list = facts_find(facts, key);
        for (size_t k = 0; list->state == FACT_KNOWN && k < sizeof(doors) / sizeof(doors[0]); k++)
            if (doors[k].unit != NULL && (k == 0 || doors[k].unit != doors[k - 1].unit) &&
                names(list->value, doors[k].unit) &&
                strstr(text_string(&tally->ungated), doors[k].words) == NULL)
                add(asks_gate(facts, doors[k].service) ? &tally->all : &tally->ungated,
                    doors[k].words, span_of(doors[k].unit));
    }
}

static void evaluate_doors(const struct evaluation *evaluation, struct finding *ret)
{
    const struct facts *facts = evaluation->facts;
    const struct fact *listeners = facts_find(facts, "probe:listeners");
    struct span text = listeners->value, line;
    struct tally tally = { 0 };
    const char *console = asks_gate(facts, "login") ? "the console asks the gate"
                                                    : "the console does not ask the gate";

    while (listeners->state == FACT_KNOWN && line_next(&text, &line))
        count_listener(facts, line, &tally);
    count_units(facts, &tally);
    finding_source(ret, "who listens, the enabled units, /etc/pam.d");
    if (!text_ok(&tally.all) || !text_ok(&tally.ungated))
        finding_set(ret, CHECK_ERROR, "memory", "out of memory");
    else if (tally.ungated.length > 0)
        finding_set(ret, CHECK_WARN, "not_gated", "the gate is not asked by %s",
                    text_string(&tally.ungated));
    else if (listeners->state != FACT_KNOWN && listeners->state != FACT_OFFLINE)
        (void)finding_needs(ret, listeners, CHECK_ERROR, "unreadable", "who listens is not known");
    else if (tally.all.length > 0)
        finding_set(ret, CHECK_INFO, NULL, "%s; %s", text_string(&tally.all), console);
    else
        finding_set(ret, CHECK_INFO, NULL, "no other login service was found; %s", console);
    text_free(&tally.all);
    text_free(&tally.ungated);
}

static const struct check checks[] = {
    {
        .id = "ssh.other_doors",
        .title = "other login services ask the gate",
        .severity = SEVERITY_MEDIUM,
        .expected = "none, or such as have the gate in their account stack; su, sudo and cron are "
                    "left alone on purpose",
        .remedy = "Switch off what nobody needs (systemctl disable --now UNIT), or make the gate's "
                  "line the first account line of its service in /etc/pam.d.",
        .reads = "/proc/net/tcp and tcp6 and the processes behind them, the enabled units, the "
                 "services' PAM stacks",
        .why = "A gate at one door protects nothing if another stands open.",
        .requires = { "cpu.tdx_guest" },
        .gives = GIVES(INFO) | GIVES(WARN) | GIVES(ERROR),
        .evaluate = evaluate_doors,
    },
};

const struct family doors_family = {
    .part_of = &gate_family,
    .collect = collect,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
