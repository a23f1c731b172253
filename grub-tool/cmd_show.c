/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "core/base/root.h"
#include "grub-tool/show.h"
#include "grub-tool/tdx_grub.h"

static const char help[] =
    "Usage: tdx-grub show [OPTION]...\n"
    "Tell what this system boots and which swiotlb= each entry gets, as "
    "GRUB and the kernel read it.\n"
    "\n"
    "  --root DIR       look at the system mounted at DIR\n"
    "  --format FORMAT  text or json\n"
    "\n"
    "Exit codes: 0 told, 2 usage, 3 could not be decided, or nothing that boots was found.\n";

int grub_show(int argc, char **argv)
{
    struct boot_layout layout = { 0 };
    struct root root = ROOT_CLOSED;
    struct text out = { 0 };
    struct tdx_error err = { 0 };
    struct grub_options options;
    enum tdx_status status;
    int code = grub_options_read(argc, argv, "tdx-grub show", help, GRUB_TAKES_FORMAT, &options);

    if (code >= 0)
        return code;
    status = root_open(options.root, &root, &err);
    if (status == TDX_OK)
        status = boot_layout_read(&root, &layout, &err);
    if (status == TDX_OK && options.program.format == OUTPUT_JSON)
        show_json(&layout, &out);
    else if (status == TDX_OK)
        show_text(&layout, &out);
    if (status == TDX_OK && !text_ok(&out))
        status = status_fail(&err, TDX_NO_MEMORY, "the output");
    if (status == TDX_OK) {
        (void)fputs(text_string(&out), stdout);
        code = program_finish(&options.program,
                              layout.style != BOOT_UNKNOWN ? TDX_EXIT_YES : TDX_EXIT_UNDECIDED);
    } else {
        code = program_fail(&options.program, status, &err);
    }
    text_free(&out);
    boot_layout_free(&layout);
    root_close(&root);
    return code;
}
