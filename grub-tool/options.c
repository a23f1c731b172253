/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"
#include "core/base/number.h"
#include "grub-tool/tdx_grub.h"
#include "swiotlb/param.h"

#define SLABS_MAX   (UINT64_C(1) << 29) /* 1 TiB: far above anything that boots */
#define TIMEOUT_MAX 86400

enum {
    OPTION_ROOT = PROGRAM_OPTION_OWN,
    OPTION_DRY_RUN,
    OPTION_NO_MKCONFIG,
    OPTION_MKCONFIG,
    OPTION_DIRECT,
    OPTION_TIMEOUT,
    OPTION_FORCE,
    OPTION_MIB,
    OPTION_SLABS,
    OPTION_RECOMMENDED,
};

static const struct option long_options[] = {
    PROGRAM_OPTIONS,
    { "root", required_argument, NULL, OPTION_ROOT },
    { "dry-run", no_argument, NULL, OPTION_DRY_RUN },
    { "no-mkconfig", no_argument, NULL, OPTION_NO_MKCONFIG },
    { "mkconfig", no_argument, NULL, OPTION_MKCONFIG },
    { "direct", no_argument, NULL, OPTION_DIRECT },
    { "timeout", required_argument, NULL, OPTION_TIMEOUT },
    { "force", no_argument, NULL, OPTION_FORCE },
    { "mib", required_argument, NULL, OPTION_MIB },
    { "slabs", required_argument, NULL, OPTION_SLABS },
    { "recommended", no_argument, NULL, OPTION_RECOMMENDED },
    { NULL, 0, NULL, 0 },
};

/* Which kind of command an option is for; 0: for each. */
static unsigned wanted_by(int option)
{
    switch (option) {
    case OPTION_DRY_RUN:
        return GRUB_TAKES_WRITE | GRUB_TAKES_UNDO;
    case OPTION_NO_MKCONFIG:
    case OPTION_MKCONFIG:
    case OPTION_DIRECT:
    case OPTION_TIMEOUT:
        return GRUB_TAKES_WRITE;
    case OPTION_FORCE:
        return GRUB_TAKES_UNDO | GRUB_TAKES_SIZE;
    case OPTION_MIB:
    case OPTION_SLABS:
    case OPTION_RECOMMENDED:
        return GRUB_TAKES_SIZE;
    default:
        return 0;
    }
}

static bool take(int option, struct grub_options *options)
{
    uint64_t number;

    switch (option) {
    case OPTION_ROOT:
        options->root = optarg;
        return optarg[0] != '\0'; /* "$MNT" that is not set must not mean this machine */
    case OPTION_DRY_RUN:
        options->dry_run = true;
        return true;
    case OPTION_NO_MKCONFIG:
        options->no_mkconfig = true;
        return true;
    case OPTION_MKCONFIG:
        options->mkconfig = true;
        return true;
    case OPTION_DIRECT:
        options->direct = true;
        return true;
    case OPTION_FORCE:
        options->force = true;
        return true;
    case OPTION_RECOMMENDED:
        options->recommended = true;
        return true;
    case OPTION_TIMEOUT:
        return program_number(optarg, TIMEOUT_MAX, &options->timeout);
    default: /* --mib, --slabs */
        if (options->have_slabs || !number_parse(optarg, SLABS_MAX, &number) || number == 0)
            return false;
        options->slabs = option == OPTION_MIB ? number * SWIOTLB_SLABS_PER_MIB : number;
        options->have_slabs = true;
        return options->slabs <= SLABS_MAX;
    }
}

static const char *name_of(int option)
{
    const struct option *row = long_options;

    while (row->val != option)
        row++;
    return row->name;
}

struct reading {
    unsigned takes;
    struct grub_options *options;
};

static int take_option(void *context, int option)
{
    const struct reading *reading = context;
    const struct program *program = &reading->options->program;

    if (wanted_by(option) != 0 && (wanted_by(option) & reading->takes) == 0)
        return program_usage(program, "--%s does not belong to this command", name_of(option));
    if (take(option, reading->options))
        return PROGRAM_GO_ON;
    return program_usage(program, "--%s: '%s' is not allowed here", name_of(option),
                         optarg != NULL ? optarg : "");
}

int grub_options_read(int argc, char **argv, const char *name, const char *help, unsigned takes,
                      struct grub_options *ret)
{
    struct reading reading = { takes, ret };
    int code;

    *ret = (struct grub_options){
        .program = { .name = name,
                     .help = help,
                     .formats = (takes & GRUB_TAKES_FORMAT) != 0 ? "text|json" : NULL },
        .timeout = 300,
    };
    code = program_options(&ret->program, argc, argv, "", long_options, take_option, &reading);
    if (code == PROGRAM_GO_ON && optind < argc)
        return program_usage(&ret->program, "there is no argument '%s'", argv[optind]);
    if (code == PROGRAM_GO_ON && ret->no_mkconfig + ret->mkconfig + ret->direct > 1)
        return program_usage(&ret->program, "give one of --no-mkconfig, --mkconfig, --direct");
    return code;
}
