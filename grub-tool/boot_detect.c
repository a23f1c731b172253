/* SPDX-License-Identifier: Apache-2.0 */
/* Which loader this is: what lies on the disk decides. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/span_text.h"
#include "grub-tool/boot_layout_internal.h"

#define SMALL_FILE      ((size_t)64 << 10)
#define GENERATOR_LIMIT ((size_t)1 << 20)

static const char *const esp_folders[] = { "/boot/efi", "/efi", "/boot" };

static void warn(struct boot_layout *layout, const char *text)
{
    text_addf(&layout->warnings, "%s\n", text);
}

/* True if the file exists and holds the bytes. */
static bool file_holds(const struct root *root, const char *path, size_t limit, const char *bytes)
{
    struct file_content content = { 0 };
    bool holds = root_read_file(root, path, limit, &content, NULL) == TDX_OK &&
                 span_contains(file_content_span(&content), bytes);

    file_content_free(&content);
    return holds;
}

/* The value of NAME= or NAME="..." in a file such as os-release; "" if there is none. */
static void file_value(const struct root *root, const char *path, const char *name, char *out,
                       size_t size)
{
    struct file_content content = { 0 };
    struct span text = { NULL, 0 };

    if (root_read_file(root, path, SMALL_FILE, &content, NULL) == TDX_OK)
        text = file_content_span(&content);
    (void)os_release_value(text, name, out, size);
    file_content_free(&content);
}

/* --- unified kernel images ------------------------------------------------------------------ */

static bool has_efi_image(const struct root *root)
{
    for (size_t i = 0; i < sizeof(esp_folders) / sizeof(esp_folders[0]); i++) {
        struct root_names names = { 0 };
        struct text path = { 0 };
        bool found = false;

        text_addf(&path, "%s/EFI/Linux", esp_folders[i]);
        if (root_list_folder(root, text_string(&path), 4096, &names, NULL) == TDX_OK)
            for (size_t j = 0; j < names.count; j++) {
                size_t size = strlen(names.names[j]);

                found |= size > 4 && strcasecmp(names.names[j] + size - 4, ".efi") == 0;
            }
        root_names_free(&names);
        text_free(&path);
        if (found)
            return true;
    }
    return false;
}

/* shim's fallback list, UTF-16 on a real system partition: without its NULs it is ASCII. */
static bool csv_names_image(const struct root *root, const char *path)
{
    struct file_content content = { 0 };
    size_t size = 0;
    bool found = false;

    if (root_read_file(root, path, SMALL_FILE, &content, NULL) == TDX_OK) {
        for (size_t i = 0; i < content.size; i++)
            if (content.data[i] != '\0')
                content.data[size++] = content.data[i];
        found = memmem(content.data, size, "\\EFI\\Linux\\", 11) != NULL;
    }
    file_content_free(&content);
    return found;
}

static bool boots_image(const struct root *root, bool has_grub)
{
    struct root_names names = { 0 };
    bool csv = false;

    if (file_holds(root, "/etc/kernel/install.conf", SMALL_FILE, "layout=uki"))
        return true;
    if (!has_efi_image(root))
        return false;
    if (root_list_folder(root, "/boot/efi/EFI", 256, &names, NULL) == TDX_OK)
        for (size_t i = 0; i < names.count; i++) {
            struct text path = { 0 };

            text_addf(&path, "/boot/efi/EFI/%s/BOOTX64.CSV", names.names[i]);
            csv |= csv_names_image(root, text_string(&path));
            text_free(&path);
        }
    root_names_free(&names);
    return csv || !has_grub;
}

/* --- GRUB ------------------------------------------------------------------------------------- */

/* How likely the folder on the system partition is the one whose GRUB is started. */
static int vendor_rank(const char *folder, const char *id, const char *like)
{
    static const char *const names[][2] = {
        { "rhel", "redhat" }, { "sles", "sles" }, { "ol", "redhat" }, { "tencentos", "tencent" }
    };

    if (strcasecmp(folder, "boot") == 0)
        return 0;
    if (strcasecmp(folder, id) == 0)
        return 4;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(id, names[i][0]) == 0 && strcasecmp(folder, names[i][1]) == 0)
            return 4;
    if (strncasecmp(folder, "opensuse", 8) == 0 && strncmp(id, "opensuse", 8) == 0)
        return 4;
    return folder[0] != '\0' && strstr(like, folder) != NULL ? 3 : 2;
}

struct grub_candidates {
    char *start; /* the first config that GRUB reads, or NULL */
    bool start_full;
    char *main; /* /boot/grub2/grub.cfg or /boot/grub/grub.cfg, or NULL */
    bool main_full;
};

static enum grub_config_kind kind_of(const struct root *root, const char *path)
{
    struct file_content content = { 0 };
    enum grub_config_kind kind = GRUB_CONFIG_OTHER;

    if (root_read_file(root, path, GRUB_CONFIG_LIMIT, &content, NULL) == TDX_OK)
        kind = grub_config_kind(file_content_span(&content));
    file_content_free(&content);
    return kind;
}

/* Looks at EFI/<vendor>/grub.cfg; every stub is kept, whoever uses it. */
static void find_on_esp(const struct root *root, const char *esp, struct boot_layout *layout,
                        struct grub_candidates *ret)
{
    char id[64], like[128];
    struct root_names names = { 0 };
    struct text folder = { 0 };
    int best = -1;

    file_value(root, "/etc/os-release", "ID", id, sizeof(id));
    file_value(root, "/etc/os-release", "ID_LIKE", like, sizeof(like));
    text_addf(&folder, "%s/EFI", esp);
    if (root_list_folder(root, text_string(&folder), 256, &names, NULL) != TDX_OK)
        names = (struct root_names){ 0 };
    for (size_t i = 0; i < names.count; i++) {
        struct text path = { 0 };
        enum grub_config_kind kind;
        int rank = vendor_rank(names.names[i], id, like);

        text_addf(&path, "%s/%s/grub.cfg", text_string(&folder), names.names[i]);
        if (root_exists(root, text_string(&path))) {
            kind = kind_of(root, text_string(&path));
            if (kind == GRUB_CONFIG_STUB && layout->stub_count < BOOT_STUBS) {
                layout->stubs[layout->stub_count] = strdup(text_string(&path));
                layout->stub_count += layout->stubs[layout->stub_count] != NULL;
            }
            if (kind != GRUB_CONFIG_OTHER && rank > best) {
                best = rank;
                free(ret->start);
                ret->start = strdup(text_string(&path));
                ret->start_full = kind == GRUB_CONFIG_FULL;
            }
        }
        text_free(&path);
    }
    root_names_free(&names);
    text_free(&folder);
}

static void find_grub(const struct root *root, struct boot_layout *layout,
                      struct grub_candidates *ret)
{
    static const char *const mains[] = { "/boot/grub2/grub.cfg", "/boot/grub/grub.cfg" };

    for (size_t i = 0; i < sizeof(esp_folders) / sizeof(esp_folders[0]) && ret->start == NULL; i++)
        find_on_esp(root, esp_folders[i], layout, ret);
    for (size_t i = 0; i < sizeof(mains) / sizeof(mains[0]) && ret->main == NULL; i++)
        if (root_exists(root, mains[i])) {
            ret->main = strdup(mains[i]);
            ret->main_full = kind_of(root, mains[i]) == GRUB_CONFIG_FULL;
        }
}

static void find_generator(const struct root *root, struct boot_layout *layout)
{
    static const char *const paths[] = { "/usr/sbin/grub2-mkconfig", "/usr/bin/grub2-mkconfig",
                                         "/sbin/grub2-mkconfig",     "/usr/sbin/grub-mkconfig",
                                         "/usr/bin/grub-mkconfig",   "/sbin/grub-mkconfig" };
    char id[64], like[128];

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        if (root_exists(root, paths[i])) {
            layout->generator = strdup(paths[i]);
            layout->reads_drop_ins = file_holds(root, paths[i], GENERATOR_LIMIT, "default/grub.d");
            return;
        }
    /* No generator to ask, as in a trimmed image: Debian's family has drop-ins. */
    file_value(root, "/etc/os-release", "ID", id, sizeof(id));
    file_value(root, "/etc/os-release", "ID_LIKE", like, sizeof(like));
    layout->reads_drop_ins = strcmp(id, "debian") == 0 || strcmp(id, "ubuntu") == 0 ||
                             strstr(like, "debian") != NULL || strstr(like, "ubuntu") != NULL;
}

/* A full configuration on the system partition without a grubenv beside it, while the one in /boot
 * has values: what the manual's "grub2-mkconfig -o" onto a stub leaves behind. */
static void warn_lost_grubenv(const struct root *root, const struct grub_candidates *found,
                              struct boot_layout *layout)
{
    if (found->main == NULL || !found->start_full || !found->main_full)
        return;
    text_addf(&layout->warnings,
              "both %s and %s are whole configurations; on UEFI the first one boots\n",
              found->start, found->main);
    if (layout->grubenv == NULL && root_exists(root, "/boot/grub2/grubenv"))
        text_addf(&layout->warnings,
                  "%s has no grubenv beside it: saved_entry and kernelopts in "
                  "/boot/grub2/grubenv are not read\n",
                  found->start);
}

static enum tdx_status read_grub(const struct root *root, const struct grub_candidates *found,
                                 struct boot_layout *layout, struct tdx_error *err)
{
    const char *start = found->start != NULL ? found->start : found->main;
    struct grub_script *script = calloc(1, sizeof(*script));
    enum tdx_status status;

    if (script == NULL)
        return status_fail(err, TDX_NO_MEMORY, "%s", start);
    status = grub_script_run(root, start, script, err);
    if (status == TDX_OK)
        status = boot_layout_from_grub(root, script, layout, err);
    if (status == TDX_OK) {
        layout->boot_config = strdup(script->configs[script->final].path);
        layout->grubenv = script->grubenv;
        script->grubenv = NULL;
        if (script->kernelopts_set && script->kernelopts_config == script->final) {
            layout->kernelopts_start = script->kernelopts_start;
            layout->kernelopts_end = script->kernelopts_end;
        }
        if (layout->boot_config == NULL)
            status = status_fail(err, TDX_NO_MEMORY, "%s", start);
        warn_lost_grubenv(root, found, layout);
    }
    grub_script_free(script);
    free(script);
    return status;
}

/* --- systemd-boot and others ------------------------------------------------------------------ */

static const char *systemd_folder(const struct root *root)
{
    static const char *const folders[][2] = {
        { "/boot/efi/loader", "/boot/efi/loader/loader.conf" },
        { "/efi/loader", "/efi/loader/loader.conf" },
        { "/boot/loader", "/boot/loader/loader.conf" },
    };

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        if (root_exists(root, folders[i][1]))
            return folders[i][0];
    return NULL;
}

static enum tdx_status read_default_grub(const struct root *root, struct boot_layout *layout,
                                         struct tdx_error *err)
{
    struct default_grub_files files = { 0 };
    struct tdx_error why = { 0 };
    struct default_grub_input input;
    enum tdx_status status = default_grub_files_read(root, layout->reads_drop_ins, &files, &why);

    layout->has_default_grub = files.exists;
    input = (struct default_grub_input){ files.files, files.count };
    if (status == TDX_OK)
        status = default_grub_read(&input, &layout->default_grub, &why);
    layout->default_grub_clear = status == TDX_OK;
    memcpy(layout->default_grub_why, why.detail, sizeof(layout->default_grub_why));
    if (status == TDX_OK)
        text_add(&layout->warnings, text_string(&layout->default_grub.notes));
    if (!layout->reads_drop_ins && root_exists(root, "/etc/default/grub.d"))
        warn(layout, "/etc/default/grub.d is not read by this system's generator");
    default_grub_files_free(&files);
    if (status == TDX_NO_MEMORY)
        return status_fail(err, status, "/etc/default/grub");
    return TDX_OK; /* that it cannot be read is a fact about it, not a failure of ours */
}

/* The generator's file asks for something, and the entry that boots does not have it: the state
 * after an edit without a generator, or after one that changes nothing that boots. */
static void warn_not_in_force(struct boot_layout *layout)
{
    const char *word = layout->default_grub_clear ? layout->default_grub.swiotlb : NULL;
    struct swiotlb_param asked =
        swiotlb_param_parse(word != NULL ? word : "", SWIOTLB_ANOLIS_AREAS);
    uint64_t slabs = 0;
    bool boots;

    if (layout->default_entry >= layout->entry_count)
        return;
    boots = boot_entry_slabs(&layout->entries[layout->default_entry], &slabs);
    if (asked.sized && !boots)
        text_addf(&layout->warnings,
                  "/etc/default/grub says %s, but the entry that boots next has no swiotlb=\n",
                  word);
    else if (asked.sized && slabs != asked.asked)
        text_addf(&layout->warnings,
                  "/etc/default/grub says %s, but the entry that boots next has another size\n",
                  word);
    else if (!asked.sized && boots && layout->default_grub_clear && layout->has_default_grub)
        warn(layout,
             "the entry that boots next has a swiotlb= that /etc/default/grub does not have");
}

static enum tdx_status detect(const struct root *root, const struct grub_candidates *grub,
                              struct boot_layout *layout, struct tdx_error *err)
{
    const char *systemd = systemd_folder(root);
    bool has_grub = grub->start != NULL || grub->main != NULL;
    char type[64];

    file_value(root, "/etc/sysconfig/bootloader", "LOADER_TYPE", type, sizeof(type));
    layout->style = BOOT_UNKNOWN;
    if (root_exists(root, "/ostree/repo") || root_exists(root, "/run/ostree-booted")) {
        layout->style = BOOT_OSTREE;
        return TDX_OK;
    }
    if (boots_image(root, has_grub)) {
        layout->style = BOOT_UKI;
        return TDX_OK;
    }
    if (systemd != NULL &&
        (!has_grub || strcmp(type, "grub2-bls") == 0 || strcmp(type, "systemd-boot") == 0)) {
        layout->style = strcmp(type, "grub2-bls") == 0 ? BOOT_GRUB2_BLS : BOOT_SYSTEMD_BOOT;
        return boot_layout_from_systemd(root, systemd, layout, err);
    }
    if (strcmp(type, "grub2-bls") == 0) {
        layout->style = BOOT_GRUB2_BLS;
        return root_exists(root, "/boot/efi/loader/entries")
                   ? boot_layout_from_systemd(root, "/boot/efi/loader", layout, err)
                   : TDX_OK;
    }
    return has_grub ? read_grub(root, grub, layout, err) : TDX_OK;
}

enum tdx_status boot_layout_read(const struct root *root, struct boot_layout *ret,
                                 struct tdx_error *err)
{
    struct grub_candidates grub = { 0 };
    enum tdx_status status;

    find_grub(root, ret, &grub);
    find_generator(root, ret);
    status = boot_mounts_check(root, ret, err);
    if (status == TDX_OK)
        status = detect(root, &grub, ret, err);
    if (ret->style == BOOT_UKI || ret->style == BOOT_OSTREE || ret->style == BOOT_UNKNOWN)
        ret->default_entry = ret->entry_count;
    if (status == TDX_OK)
        status = read_default_grub(root, ret, err);
    if (status == TDX_OK) {
        warn_not_in_force(ret);
        if (ret->default_entry < ret->entry_count && ret->entries[ret->default_entry].rescue)
            warn(ret, "the entry that boots next is a rescue entry, which is never changed");
    }
    if (status == TDX_OK && !text_ok(&ret->warnings))
        status = status_fail(err, TDX_NO_MEMORY, "the boot configuration");
    free(grub.start);
    free(grub.main);
    return status;
}
