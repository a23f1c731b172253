/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdio.h>

#include "core/base/number.h"
#include "grub-tool/tdx_grub.h"
#include "swiotlb/param.h"

#define SLABS_MAX   (UINT64_C(1) << 29) /* 1 TiB: far above anything that boots */
#define TIMEOUT_MAX 86400

enum {
    OPTION_ROOT = 256,
    OPTION_FORMAT,
    OPTION_DRY_RUN,
    OPTION_NO_MKCONFIG,
    OPTION_MKCONFIG,
    OPTION_DIRECT,
    OPTION_TIMEOUT,
    OPTION_FORCE,
    OPTION_MIB,
    OPTION_SLABS,
    OPTION_RECOMMENDED,
    OPTION_VERSION,
};

static const struct option long_options[] = {
    { "help", no_argument, NULL, 'h' },
    { "quiet", no_argument, NULL, 'q' },
    { "version", no_argument, NULL, OPTION_VERSION },
    { "root", required_argument, NULL, OPTION_ROOT },
    { "format", required_argument, NULL, OPTION_FORMAT },
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
    case OPTION_FORMAT:
        return GRUB_TAKES_FORMAT;
    case OPTION_DRY_RUN:
        return GRUB_TAKES_WRITE | GRUB_TAKES_UNDO;
    case OPTION_NO_MKCONFIG:
    case OPTION_MKCONFIG:
    case OPTION_DIRECT:
    case OPTION_TIMEOUT:
        return GRUB_TAKES_WRITE;
    case OPTION_FORCE:
        return GRUB_TAKES_UNDO;
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
    case 'q':
        options->program.quiet = true;
        return true;
    case OPTION_ROOT:
        options->root = optarg;
        return true;
    case OPTION_FORMAT:
        return program_parse_format(optarg, &options->program.format) &&
               options->program.format <= OUTPUT_JSON;
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
        if (!number_parse(optarg, TIMEOUT_MAX, &number) || number == 0)
            return false;
        options->timeout = (unsigned)number;
        return true;
    default: /* --mib, --slabs */
        if (options->have_slabs || !number_parse(optarg, SLABS_MAX, &number) || number == 0)
            return false;
        options->slabs = option == OPTION_MIB ? number * SWIOTLB_SLABS_PER_MIB : number;
        options->have_slabs = true;
        return options->slabs <= SLABS_MAX;
    }
}

int grub_options_read(int argc, char **argv, const char *name, const char *help, unsigned takes,
                      struct grub_options *ret)
{
    int option, index = 0;

    *ret = (struct grub_options){ .program = { .name = name }, .timeout = 300 };
    optind = 1;
    while ((option = getopt_long(argc, argv, "hq", long_options, &index)) != -1) {
        if (option == 'h') {
            (void)fputs(help, stdout);
            return program_finish(&ret->program, TDX_EXIT_YES);
        }
        if (option == OPTION_VERSION)
            return program_version("tdx-grub");
        if (option == '?')
            return program_usage(&ret->program, "the options cannot be understood");
        if (wanted_by(option) != 0 && (wanted_by(option) & takes) == 0)
            return program_usage(&ret->program, "--%s does not belong to this command",
                                 long_options[index].name);
        if (!take(option, ret))
            return program_usage(&ret->program, "--%s: '%s' is not allowed here",
                                 long_options[index].name, optarg != NULL ? optarg : "");
    }
    if (optind < argc)
        return program_usage(&ret->program, "there is no argument '%s'", argv[optind]);
    return -1;
}
