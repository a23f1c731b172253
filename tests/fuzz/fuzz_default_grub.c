/* SPDX-License-Identifier: Apache-2.0 */
/* default_grub_edit(). Input: one byte of options, then /etc/default/grub. Bit 0: take swiotlb= out
 * instead of setting it; bit 1: the second half of the text is a drop-in. */
#include <stdlib.h>
#include <string.h>

#include "grub-tool/default_grub.h"
#include "tests/fuzz/fuzz.h"

#define TOKEN "swiotlb=524288"

static struct span after(const struct default_grub_edit *edit, size_t i, struct span before)
{
    return edit->changed[i] ? text_span(&edit->files[i]) : before;
}

static void check_edit(const struct shell_file *files, size_t count, const struct token_wish *wish,
                       const struct default_grub_edit *edit)
{
    struct shell_file changed[2] = { files[0], files[count - 1] };
    struct default_grub_input input = { changed, count };
    struct default_grub_edit again;
    struct default_grub value;

    for (size_t i = 0; i < count; i++)
        changed[i].text = after(edit, i, files[i].text);
    fuzz_require(default_grub_read(&input, &value, NULL) == TDX_OK, "the result can be read");
    fuzz_require(wish->present
                     ? value.swiotlb != NULL && strncmp(value.swiotlb, TOKEN, strlen(TOKEN)) == 0
                     : value.swiotlb == NULL,
                 "the kernel gets what was asked");
    fuzz_require(default_grub_edit(&input, wish, &again, NULL) == TDX_OK, "a second run works");
    for (size_t i = 0; i < count; i++)
        fuzz_require(!again.changed[i], "a second run changes nothing");
    default_grub_edit_free(&again);
    default_grub_free(&value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t options = size > 0 ? data[0] : 0;
    struct token_wish wish = { .present = (options & 1) == 0, .slabs = 524288 };
    size_t count = (options & 2) != 0 ? 2 : 1, half = size > 0 ? (size - 1) / count : 0;
    struct shell_file files[2] = { { "grub", { NULL, half } },
                                   { "drop-in", { NULL, size > 0 ? size - 1 - half : 0 } } };
    struct default_grub_input input = { files, count };
    struct default_grub_edit edit;
    struct tdx_error err = { 0 };
    enum tdx_status status;

    if (size == 0 || size > 4096)
        return 0;
    files[0].text.data = fuzz_copy(data + 1, files[0].text.size);
    files[1].text.data = fuzz_copy(data + 1 + half, files[1].text.size);
    status = default_grub_edit(&input, &wish, &edit, &err);
    fuzz_require_status(status, &err);
    fuzz_require(strstr(err.detail, "please report") == NULL, "the proof never fails");
    if (status == TDX_OK)
        check_edit(files, count, &wish, &edit);
    default_grub_edit_free(&edit);
    for (size_t i = 0; i < 2; i++)
        free((void *)(uintptr_t)files[i].text.data);
    return 0;
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t limit)
{
    static const char *const seeds[] = {
        "GRUB_CMDLINE_LINUX=\"a swiotlb=1,force b\" # c\nGRUB_TIMEOUT=5\n",
        "X='a b'\nexport GRUB_CMDLINE_LINUX=\"$X ${Y:-c} \\\"d e\\\"\"\n",
        "if [ -e /x ]; then\n Z=1\nfi\nGRUB_CMDLINE_LINUX=a\\ b'c'\n",
        "D=`lsb`\nGRUB_CMDLINE_LINUX=''\nGRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX -- x\"",
        "D=\"$(sed 's, r .*$,,g' /etc/x)\"\nGRUB_CMDLINE_LINUX='a #b swiotlb=0x80000'\n",
        "case x in (y) :;; esac\nf() { :; }\nGRUB_CMDLINE_LINUX=\nGRUB_CMDLINE_LINUX_DEFAULT=q\n",
    };
    size_t count = sizeof(seeds) / sizeof(seeds[0]);

    if (number >= 3 * count)
        return 0;
    out[0] = (uint8_t)(number % 3);
    return 1 + fuzz_put_string(seeds[number / 3], out + 1, limit - 1);
}
