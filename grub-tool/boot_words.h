/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a text on its way to the kernel: GRUB's script lexer takes it apart, GRUB's
 * loader quotes the pieces and joins them, the kernel takes them apart again. Each kernel word here
 * knows the bytes of the text that it came from.
 *
 * Sources: GRUB grub-core/script/yylex.l and grub-core/lib/cmdline.c; Linux lib/cmdline.c
 * next_arg() and kernel/params.c parse_args() ("--" ends the kernel's part). */
#ifndef GRUB_TOOL_BOOT_WORDS_H
#define GRUB_TOOL_BOOT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/status.h"

#define BOOT_TEXT_LIMIT 65536
/* x86: COMMAND_LINE_SIZE 2048, the last byte is a NUL. GRUB drops what does not fit, silently. */
#define KERNEL_LINE_LIMIT 2047

/* A text on a "linux" line of GRUB, or one that goes to the kernel as it is (systemd-boot). */
enum boot_text_kind { BOOT_TEXT_GRUB, BOOT_TEXT_PLAIN };

enum boot_problem {
    BOOT_TEXT_FINE,
    BOOT_TEXT_SPECIAL,   /* one of ; & | < > { }: ends or breaks the command */
    BOOT_TEXT_NEWLINE,   /* the rest would be another command */
    BOOT_TEXT_CONTROL,   /* a control character */
    BOOT_TEXT_UNCLOSED,  /* a quote without its end */
    BOOT_TEXT_BACKSLASH, /* the last byte is a backslash: it takes the next word's blank */
    BOOT_TEXT_DOLLAR,    /* a '$' that GRUB's lexer refuses */
    BOOT_TEXT_TOO_LONG,  /* over BOOT_TEXT_LIMIT */
};

struct boot_word {
    size_t start, end; /* in the text given, quotes included */
    size_t name,
        size;    /* in boot_words.line: "parameter" or "parameter=value" as the kernel reads it */
    bool dashes; /* it is the word "--" */
    bool after_dashes; /* goes to init, the kernel does not look at it */
    bool after_hash;   /* behind a word that begins with '#': GRUB drops it */
    bool whole;        /* it is one word for GRUB and for the kernel */
    bool unknown;      /* holds something that was not known (see opaque, and $name) */
    bool variable;     /* holds a $name that GRUB expands at boot */
};

struct boot_words {
    struct boot_word *words;
    size_t count;
    char *line;   /* what the kernel gets, quotes of words replaced by NULs; for name and size */
    char *kernel; /* the kernel's command line as it is handed over */
    size_t line_size; /* bytes on the kernel's command line */
    enum boot_problem problem;
    size_t problem_at; /* offset in the text */
};

/* Takes text apart. opaque (may be NULL) has one byte for each of text's: not zero where the byte
 * stands for something unknown, which may be nothing or many words.
 * Returns TDX_OK and fills *ret, also when there is a problem (words then holds what came before
 * it), or NO_MEMORY. Initialise with { 0 }; release with boot_words_free(). */
enum tdx_status boot_words_split(struct span text, const uint8_t *opaque, enum boot_text_kind kind,
                                 struct boot_words *ret, struct tdx_error *err) TDX_MUST_CHECK;
void boot_words_free(struct boot_words *words); /* NULL and { 0 } are fine */

/* The word's text, NUL-terminated, borrowed from words. */
const char *boot_word_text(const struct boot_words *words, const struct boot_word *word);

/* True for "swiotlb" and "swiotlb=...", the kernel's own comparison. */
bool boot_word_is_swiotlb(const struct boot_words *words, const struct boot_word *word);
/* True if the kernel looks at the word. */
bool boot_word_live(const struct boot_word *word);

/* A sentence's end for problem: "holds ';', which ends the linux command in grub.cfg". */
const char *boot_problem_text(enum boot_problem problem);

#endif
