/* SPDX-License-Identifier: Apache-2.0 */
#include "swiotlb/options.h"

#include <string.h>

#include "cli/options.h"
#include "core/base/span_text.h"

#define NAME           "tdx-swiotlb"
#define MIB_MAX        (UINT64_C(1) << 20) /* 1 TiB: far above anything that boots */
#define SLABS_MAX      (MIB_MAX * SWIOTLB_SLABS_PER_MIB)
#define MEMORY_MAX_GIB UINT64_C(65536)
#define COUNT_MAX      8192
#define RING_MAX       65536

enum {
    OPTION_KERNEL_LOG = PROGRAM_OPTION_OWN,
    OPTION_ROOT,
    OPTION_MIB,
    OPTION_SLABS,
    OPTION_MEMORY,
    OPTION_CPUS,
    OPTION_NICS,
    OPTION_QUEUES,
    OPTION_RING,
    OPTION_DISKS,
    OPTION_KERNEL,
};

static const struct option long_options[] = {
    PROGRAM_OPTIONS,
    { "kernel-log", required_argument, NULL, OPTION_KERNEL_LOG },
    { "root", required_argument, NULL, OPTION_ROOT },
    { "mib", required_argument, NULL, OPTION_MIB },
    { "slabs", required_argument, NULL, OPTION_SLABS },
    { "memory", required_argument, NULL, OPTION_MEMORY },
    { "cpus", required_argument, NULL, OPTION_CPUS },
    { "nics", required_argument, NULL, OPTION_NICS },
    { "queues", required_argument, NULL, OPTION_QUEUES },
    { "ring", required_argument, NULL, OPTION_RING },
    { "disks", required_argument, NULL, OPTION_DISKS },
    { "kernel", required_argument, NULL, OPTION_KERNEL },
    { NULL, 0, NULL, 0 },
};

static const char help[] =
    "Usage: " NAME " [OPTION]...                what is in force, how full, what is recommended\n"
    "       " NAME " recommend [OPTION]...      the same with the arithmetic\n"
    "       " NAME " watch [SECONDS] [OPTION]...  sample the use, 10 seconds by default\n"
    "       " NAME " --mib N | --slabs N        convert: N MiB are N x 512 slabs\n"
    "\n"
    "The SWIOTLB is the memory through which all I/O of a TDX guest is copied.\n"
    "\n"
    "  --kernel-log FILE  a saved dmesg or journal (- for standard input); nothing is read\n"
    "                     from this machine\n"
    "  --root DIR         read /proc, /sys and debugfs below DIR\n"
    "  --format FORMAT    text or json\n"
    "  -q, --quiet        no remarks on standard error\n"
    "  -h, --help         this text\n"
    "      --version\n"
    "\n"
    "For a guest that does not exist yet (recommend only):\n"
    "  --memory SIZE      its memory: 64G, 4096M\n"
    "  --cpus N           its CPUs (default 1)\n"
    "  --nics N           network cards (1), each with\n"
    "  --queues N         this many queues (as many as CPUs, at most 32), each with\n"
    "  --ring N           a ring of this many entries (1024)\n"
    "  --disks N          disks (2)\n"
    "  --kernel RELEASE   its kernel, as uname -r prints it\n"
    "\n"
    "Exit codes: 0 done, 1 recommend: more is needed than can be had, 2 usage, 3 could not be\n"
    "decided.\n";

/* "64G", "4096M", a suffix being needed: bytes. */
static bool parse_memory(const char *text, struct maybe_u64 *ret)
{
    struct span in = span_of(text);
    uint64_t number;

    if (!number_take(&in, &number) || in.size != 1 || number == 0)
        return false;
    if (in.data[0] == 'G' && number <= MEMORY_MAX_GIB)
        *ret = maybe_u64(number * GIB);
    else if (in.data[0] == 'M' && number <= MEMORY_MAX_GIB * 1024)
        *ret = maybe_u64(number * MIB);
    else
        return false;
    return true;
}

static bool parse_count(const char *text, uint64_t least, uint64_t most, struct maybe_u64 *ret)
{
    uint64_t value;

    if (!number_parse(text, most, &value) || value < least)
        return false;
    *ret = maybe_u64(value);
    return true;
}

/* Returns false for a value that is not allowed. */
static bool take(int option, struct swiotlb_options *options)
{
    switch (option) {
    case OPTION_KERNEL_LOG:
        options->kernel_log = optarg;
        return true;
    case OPTION_ROOT:
        options->root = optarg;
        return optarg[0] != '\0'; /* "$MNT" that is not set must not mean this machine */
    case OPTION_MIB:
        return parse_count(optarg, 1, MIB_MAX, &options->mib);
    case OPTION_SLABS:
        return parse_count(optarg, 1, SLABS_MAX, &options->slabs);
    case OPTION_MEMORY:
        return parse_memory(optarg, &options->memory);
    case OPTION_CPUS:
        return parse_count(optarg, 1, COUNT_MAX, &options->cpus);
    case OPTION_NICS:
        return parse_count(optarg, 0, COUNT_MAX, &options->nics);
    case OPTION_QUEUES:
        return parse_count(optarg, 1, COUNT_MAX, &options->queues);
    case OPTION_RING:
        return parse_count(optarg, 1, RING_MAX, &options->ring);
    case OPTION_DISKS:
        return parse_count(optarg, 0, COUNT_MAX, &options->disks);
    default: /* OPTION_KERNEL */
        options->kernel = optarg;
        return swiotlb_kernel_parse(optarg).known;
    }
}

static int take_option(void *context, int option)
{
    struct swiotlb_options *options = context;

    if (take(option, options))
        return PROGRAM_GO_ON;
    return program_usage(&options->program, "'%s' cannot stand here", optarg);
}

static int take_words(int argc, char **argv, struct swiotlb_options *options)
{
    const char *word = optind < argc ? argv[optind] : NULL;

    options->watch_seconds = SWIOTLB_WATCH_SECONDS;
    if (word == NULL)
        return PROGRAM_GO_ON;
    if (strcmp(word, "recommend") == 0)
        options->command = SWIOTLB_RECOMMEND;
    else if (strcmp(word, "watch") == 0)
        options->command = SWIOTLB_WATCH;
    else
        return program_usage(&options->program, "there is no command '%s'", word);
    optind++;
    if (options->command == SWIOTLB_WATCH && optind < argc) {
        if (!number_parse(argv[optind], SWIOTLB_WATCH_SECONDS_MAX, &options->watch_seconds) ||
            options->watch_seconds == 0)
            return program_usage(&options->program, "'%s' is not a number of seconds",
                                 argv[optind]);
        optind++;
    }
    if (optind < argc)
        return program_usage(&options->program, "'%s' is one word too many", argv[optind]);
    return PROGRAM_GO_ON;
}

/* What cannot stand together. */
static int check(const struct swiotlb_options *options)
{
    const struct program *program = &options->program;
    bool planned = options->cpus.known || options->nics.known || options->queues.known ||
                   options->ring.known || options->disks.known || options->kernel != NULL;

    if (options->mib.known && options->slabs.known)
        return program_usage(program, "give --mib or --slabs, not both");
    if ((options->mib.known || options->slabs.known) &&
        (options->command != SWIOTLB_SHOW || options->kernel_log != NULL || options->root != NULL))
        return program_usage(program, "--mib and --slabs stand alone");
    if (options->command == SWIOTLB_WATCH && options->kernel_log != NULL)
        return program_usage(program, "a saved log cannot be watched");
    if (planned && !options->memory.known)
        return program_usage(program, "to plan for another guest, give its --memory");
    if (options->memory.known && options->command != SWIOTLB_RECOMMEND)
        return program_usage(program, "--memory goes with recommend");
    if (options->memory.known && (options->kernel_log != NULL || options->root != NULL))
        return program_usage(program, "--memory describes a guest; it cannot be read as well");
    return PROGRAM_GO_ON;
}

int swiotlb_options_read(int argc, char **argv, struct swiotlb_options *ret)
{
    struct swiotlb_options options = {
        .program = { .name = NAME, .help = help, .formats = "text|json" },
    };
    int code =
        program_options(&options.program, argc, argv, "", long_options, take_option, &options);

    if (code == PROGRAM_GO_ON)
        code = take_words(argc, argv, &options);
    if (code == PROGRAM_GO_ON)
        code = check(&options);
    if (code == PROGRAM_GO_ON)
        *ret = options;
    return code;
}

static uint64_t or_else(struct maybe_u64 given, uint64_t otherwise)
{
    return given.known ? given.value : otherwise;
}

void swiotlb_options_plan(const struct swiotlb_options *options, struct swiotlb_facts *ret)
{
    struct swiotlb_facts *facts = ret;
    uint64_t cpus = or_else(options->cpus, 1), nics = or_else(options->nics, 1);
    struct swiotlb_nic nic = {
        .queues = or_else(options->queues, cpus < 32 ? cpus : 32),
        .ring = or_else(options->ring, SWIOTLB_RING_GUESS),
        .mergeable = ANSWER_YES,
    };
    struct maybe_u64 by_default;

    *facts = (struct swiotlb_facts){
        .guest = { .confidential = ANSWER_YES, .memory = options->memory, .cpus = maybe_u64(cpus) },
        .tdx = ANSWER_YES,
        .devices_known = true,
        .largest_ring = nic.ring
    };
    if (options->kernel != NULL)
        facts->guest.kernel = swiotlb_kernel_parse(options->kernel);
    for (uint64_t i = 0; i < nics; i++)
        swiotlb_demand_add_nic(&facts->demand, &nic);
    swiotlb_demand_add_disks(&facts->demand, or_else(options->disks, 2));
    swiotlb_demand_finish(&facts->demand);
    /* Such a guest starts with what its kernel takes by itself. */
    by_default = swiotlb_kernel_default(&facts->guest, NULL);
    facts->slabs = by_default;
    facts->slabs_from = SWIOTLB_FROM_RULE;
}
