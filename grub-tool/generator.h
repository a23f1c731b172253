/* SPDX-License-Identifier: Apache-2.0 */
/* Running grub-mkconfig without letting it near the configuration that boots: it writes to another
 * name beside it, and what it wrote is compared with the old before anybody takes it over. (It
 * installs its result with "cat new > grub.cfg": a full disk or a kill there leaves half a file.)
 */
#ifndef GRUB_TOOL_GENERATOR_H
#define GRUB_TOOL_GENERATOR_H

#include "core/base/root.h"
#include "grub-tool/boot_layout.h"

struct generator {
    const struct root *root;
    const char *root_path;            /* NULL: this system */
    const struct boot_layout *layout; /* as it was before; generator and boot_config are set */
    unsigned timeout_ms;
};

/* Runs it and compares. Returns TDX_OK and appends the new configuration to ret;
 * BOOT_GENERATOR_FAILED; BOOT_GENERATOR_DIFFERS (the difference goes to differences). Whatever
 * happens, no file of its own making stays behind. notes gets what is new and harmless. */
enum tdx_status generator_run(const struct generator *generator, struct text *ret,
                              struct text *differences, struct text *notes, struct tdx_error *err)
    TDX_MUST_CHECK;

#endif
