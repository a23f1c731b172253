/* SPDX-License-Identifier: Apache-2.0 */
/* The texts that GRUB reads: token_edit() on options, environment blocks, entries, $name, the
 * tokens of a script. Input: one byte that says which, then the text. */
#include <stdlib.h>
#include <string.h>

#include "grub-tool/bls.h"
#include "grub-tool/boot_words.h"
#include "grub-tool/grub_env.h"
#include "grub-tool/grub_expand.h"
#include "grub-tool/grub_parse.h"
#include "grub-tool/grub_script.h"
#include "grub-tool/token.h"
#include "tests/fuzz/fuzz.h"

static void options(struct span text, enum boot_text_kind kind)
{
    static const struct token_wish wish = { .present = true, .slabs = 524288 }, none = { 0 };
    struct text set = { 0 }, again = { 0 }, unset = { 0 };
    struct boot_words before = { 0 }, after = { 0 };
    const char *why = token_edit(text, kind, &wish, &set);

    fuzz_require(boot_words_split(text, NULL, kind, &before, NULL) == TDX_OK, "words");
    if (why == NULL) {
        struct span changed = { (const uint8_t *)text_string(&set), set.length };
        const char *last = "";

        fuzz_require(boot_words_split(changed, NULL, kind, &after, NULL) == TDX_OK, "words");
        fuzz_require(token_same_others(&before, &after), "no other word changes");
        for (size_t i = 0; i < after.count; i++)
            if (boot_word_is_swiotlb(&after, &after.words[i]) && boot_word_live(&after.words[i]))
                last = boot_word_text(&after, &after.words[i]);
        fuzz_require(strncmp(last, "swiotlb=524288", 14) == 0, "the kernel gets what was asked");
        fuzz_require(token_edit(changed, kind, &wish, &again) == NULL, "a second time");
        fuzz_require(strcmp(text_string(&again), text_string(&set)) == 0, "nothing changes");
        fuzz_require(token_edit(changed, kind, &none, &unset) == NULL, "out again");
    }
    boot_words_free(&before);
    boot_words_free(&after);
    text_free(&set);
    text_free(&again);
    text_free(&unset);
}

static void block(struct span text)
{
    struct grub_env env = { 0 }, again = { 0 };
    struct text out = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status = grubenv_load(text, "e", &env, &err);

    fuzz_require_status(status, &err);
    if (status == TDX_OK && grubenv_edit(text, "e", "kernelopts", "a\\b", &out, NULL) == TDX_OK) {
        fuzz_require(out.length == text.size, "a block keeps its size");
        fuzz_require(grubenv_load(text_span(&out), "e", &again, NULL) == TDX_OK, "it can be read");
        fuzz_require(strcmp(grub_env_get(&again, "kernelopts"), "a\\b") == 0, "it is set");
        for (size_t i = 0; i < env.count; i++)
            fuzz_require(strcmp(env.variables[i].name, "kernelopts") == 0 ||
                             strcmp(grub_env_get(&again, env.variables[i].name),
                                    env.variables[i].value) == 0,
                         "nothing else changes");
    }
    grub_env_free(&env);
    grub_env_free(&again);
    text_free(&out);
}

static void script(struct span text)
{
    struct grub_env env = { 0 };
    struct text out = { 0 };

    grub_env_set(&env, "a", "x \"y' $b");
    grub_expand_script(text, &env, &out);
    grub_expand_bls(text, &env, &out);
    (void)grub_config_kind(text);
    for (size_t at = 0, before = SIZE_MAX; at != before;) {
        struct grub_token token;

        before = at;
        token = grub_next_token(text, &at, text.size);
        fuzz_require(token.end <= text.size && token.start <= token.end,
                     "a token lies in the text");
        if (token.kind == GRUB_WORD)
            grub_word_value(text, &token, &env, &out);
        if (out.length > 1U << 20)
            break;
    }
    grub_env_free(&env);
    text_free(&out);
}

static void entry(struct span text, enum bls_reader reader)
{
    struct bls_entry entry = { 0 };

    fuzz_require(bls_read(text, reader, &entry), "memory");
    fuzz_require(entry.options_end <= text.size && entry.options_start <= entry.options_end,
                 "the options lie in the file");
    bls_entry_free(&entry);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text;

    if (size == 0 || size > 8192)
        return 0;
    text = (struct span){ fuzz_copy(data + 1, size - 1), size - 1 };
    switch (data[0] % 6) {
    case 0:
        options(text, BOOT_TEXT_GRUB);
        break;
    case 1:
        options(text, BOOT_TEXT_PLAIN);
        break;
    case 2:
        block(text);
        break;
    case 3:
        script(text);
        break;
    case 4:
        entry(text, BLS_FOR_GRUB);
        break;
    default:
        entry(text, BLS_FOR_SYSTEMD);
        break;
    }
    free((void *)(uintptr_t)text.data);
    return 0;
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t limit)
{
    static const char *const seeds[] = {
        "root=UUID=1 ro quiet swiotlb=65536,force -- x",
        "a 'b c' swiotlb=1 \"swiotlb=2\" d",
        "# GRUB Environment Block\na=1\nkernelopts=root=x ro \nb=q\\\\\n######################",
        "if [ \"${a}\" = 1 ]; then\n  linux /v $a ${b} 'c' # d\nfi\nmenuentry 'T' { linux x; }\n",
        "title T\nlinux /v\noptions a b\noptions c\n",
        "title T\nlinux\t/v\noptions\ta b\n#x\n",
    };

    if (number >= sizeof(seeds) / sizeof(seeds[0]))
        return 0;
    out[0] = (uint8_t)number;
    return 1 + fuzz_put_string(seeds[number], out + 1, limit - 1);
}
