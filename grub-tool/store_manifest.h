/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest of a change. See store.h. */
#ifndef GRUB_TOOL_STORE_MANIFEST_H
#define GRUB_TOOL_STORE_MANIFEST_H

#include "grub-tool/store.h"

/* Writes it into change->folder, atomically. */
enum tdx_status store_manifest_write(const struct store_change *change, struct tdx_error *err)
    TDX_MUST_CHECK;
/* Fills ret->files from the manifest in folder. BOOT_BACKUP_BAD if it cannot be understood. */
enum tdx_status store_manifest_read(int folder, struct store_change *ret, struct tdx_error *err)
    TDX_MUST_CHECK;

#endif
