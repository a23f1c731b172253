/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/elf.h"

#include <stdint.h>
#include <string.h>

enum { CLASS_32 = 1, CLASS_64 = 2, LITTLE_ENDIAN_DATA = 1 };
enum { SEGMENT_LOAD = 1, SEGMENT_DYNAMIC = 2 };
enum { SEGMENT_SIZE = 56, DYNAMIC_SIZE = 16, SYMBOL_SIZE = 24, IDENT_SIZE = 16 };

enum {
    TAG_END = 0,
    TAG_NEEDED = 1,
    TAG_HASH = 4,
    TAG_STRINGS = 5,
    TAG_SYMBOLS = 6,
    TAG_STRINGS_SIZE = 10,
    TAG_SYMBOL_SIZE = 11,
    TAG_RUNPATH = 29,
    TAG_GNU_HASH = 0x6ffffef5
};

enum { TYPE_FUNCTION = 2, BIND_GLOBAL = 1, BIND_WEAK = 2 };

struct segment {
    uint64_t address, offset, size;
};

struct elf {
    struct span file;
    struct segment load[ELF_SEGMENTS_MAX], dynamic;
    size_t load_count;
    struct span strings;
    uint64_t symbols, hash, gnu_hash; /* addresses, 0: none */
    struct tdx_error *err;
};

static enum tdx_status bad(const struct elf *elf, const char *why)
{
    return status_fail(elf->err, TDX_ELF_BAD, "%s", why);
}

/* A reader from offset on; one that has failed beyond the end. */
static struct bytes at_offset(const struct elf *elf, uint64_t offset)
{
    struct bytes in = bytes_over_span(elf->file);

    bytes_skip(&in, offset <= SIZE_MAX ? (size_t)offset : SIZE_MAX);
    return in;
}

/* A reader from the address on, up to the end of what the file has of its segment. */
static struct bytes at_address(const struct elf *elf, uint64_t address)
{
    struct bytes in = bytes_over(NULL, 0);

    for (size_t i = 0; i < elf->load_count; i++) {
        const struct segment *segment = &elf->load[i];

        if (address < segment->address || address - segment->address >= segment->size)
            continue;
        in = at_offset(elf, segment->offset);
        bytes_skip(&in, (size_t)(address - segment->address));
        if (in.left > segment->size - (address - segment->address))
            in.left = (size_t)(segment->size - (address - segment->address));
        return in;
    }
    bytes_skip(&in, 1); /* nowhere */
    return in;
}

static enum tdx_status read_segments(struct elf *elf, struct bytes header)
{
    uint64_t table;
    unsigned size, count;

    bytes_skip(&header, 4 + 8); /* version, entry */
    table = bytes_u64(&header);
    bytes_skip(&header, 8 + 4 + 2); /* sections, flags, size of the header */
    size = bytes_u16(&header);
    count = bytes_u16(&header);
    if (!bytes_ok(&header) || size != SEGMENT_SIZE || count > ELF_SEGMENTS_MAX)
        return bad(elf, "its program headers make no sense");
    header = at_offset(elf, table);
    for (unsigned i = 0; i < count; i++) {
        uint32_t type = bytes_u32(&header);
        struct segment segment;

        bytes_skip(&header, 4);
        segment.offset = bytes_u64(&header);
        segment.address = bytes_u64(&header);
        bytes_skip(&header, 8);
        segment.size = bytes_u64(&header);
        bytes_skip(&header, 8 + 8);
        if (!bytes_ok(&header))
            return bad(elf, "it is cut off");
        if (type == SEGMENT_LOAD)
            elf->load[elf->load_count++] = segment;
        else if (type == SEGMENT_DYNAMIC)
            elf->dynamic = segment;
    }
    return TDX_OK;
}

/* The string at offset; NULL if it does not end in time. */
static const char *string_at(const struct elf *elf, uint64_t offset)
{
    const uint8_t *text;
    size_t left;

    if (offset >= elf->strings.size)
        return NULL;
    text = elf->strings.data + offset;
    left = elf->strings.size - (size_t)offset;
    return memchr(text, '\0', left < ELF_NAME_SIZE ? left : ELF_NAME_SIZE) != NULL
               ? (const char *)text
               : NULL;
}

/* Tags and values of the dynamic section, one after the other. False at its end. */
static bool next_entry(struct bytes *in, unsigned *count, uint64_t *tag, uint64_t *value)
{
    *tag = bytes_u64(in);
    *value = bytes_u64(in);
    return bytes_ok(in) && *tag != TAG_END && ++*count <= ELF_ENTRIES_MAX;
}

static enum tdx_status read_dynamic(struct elf *elf)
{
    struct bytes in = at_offset(elf, elf->dynamic.offset);
    uint64_t tag, value, strings = 0, strings_size = 0, symbol_size = SYMBOL_SIZE;
    struct bytes text;
    unsigned count = 0;

    if (elf->dynamic.size < in.left)
        in.left = (size_t)elf->dynamic.size;
    while (next_entry(&in, &count, &tag, &value)) {
        if (tag == TAG_STRINGS)
            strings = value;
        else if (tag == TAG_STRINGS_SIZE)
            strings_size = value;
        else if (tag == TAG_SYMBOLS)
            elf->symbols = value;
        else if (tag == TAG_SYMBOL_SIZE)
            symbol_size = value;
        else if (tag == TAG_HASH)
            elf->hash = value;
        else if (tag == TAG_GNU_HASH)
            elf->gnu_hash = value;
    }
    if (!bytes_ok(&in) || count > ELF_ENTRIES_MAX || symbol_size != SYMBOL_SIZE)
        return bad(elf, "its dynamic section makes no sense");
    text = at_address(elf, strings);
    elf->strings = bytes_span(&text, strings_size <= SIZE_MAX ? (size_t)strings_size : SIZE_MAX);
    return bytes_ok(&text) ? TDX_OK : bad(elf, "its strings are not in the file");
}

static enum tdx_status print_libraries(const struct elf *elf, struct text *out)
{
    struct bytes in = at_offset(elf, elf->dynamic.offset);
    uint64_t tag, value;
    unsigned count = 0;

    while (next_entry(&in, &count, &tag, &value)) {
        const char *name = string_at(elf, value);

        if (tag != TAG_NEEDED && tag != TAG_RUNPATH)
            continue;
        if (name == NULL || strchr(name, '\n') != NULL)
            return bad(elf, "the name of a library makes no sense");
        text_addf(out, "%s=%s\n", tag == TAG_NEEDED ? "needed" : "runpath", name);
    }
    return TDX_OK;
}

/* How many symbols there are, which only the hash tables tell. */
static uint32_t count_symbols(const struct elf *elf)
{
    struct bytes in = at_address(elf, elf->hash != 0 ? elf->hash : elf->gnu_hash);
    uint32_t buckets = bytes_u32(&in), first = bytes_u32(&in), last = 0, bloom;

    if (elf->hash != 0)
        return bytes_ok(&in) ? first : 0; /* the second word is the number of chains */
    bloom = bytes_u32(&in);
    bytes_skip(&in, 4);
    bytes_skip(&in, (size_t)bloom * 8);
    for (uint32_t i = 0; i < buckets && bytes_ok(&in); i++) {
        uint32_t bucket = bytes_u32(&in);

        last = bucket > last ? bucket : last;
    }
    if (!bytes_ok(&in) || last < first)
        return 0;
    bytes_skip(&in, (size_t)(last - first) * 4);
    for (; last < ELF_SYMBOLS_MAX; last++)
        if ((bytes_u32(&in) & 1U) != 0)
            break;
    return bytes_ok(&in) ? last + 1 : 0;
}

static void print_exports(const struct elf *elf, const char *const *names, struct text *out)
{
    struct bytes in = at_address(elf, elf->symbols);
    uint32_t count =
        elf->symbols != 0 && (elf->hash != 0 || elf->gnu_hash != 0) ? count_symbols(elf) : 0;

    for (uint32_t i = 0; i < count && i < ELF_SYMBOLS_MAX && bytes_ok(&in); i++) {
        uint32_t name_at = bytes_u32(&in);
        uint8_t info = bytes_u8(&in);
        unsigned section;
        const char *name;

        bytes_skip(&in, 1);
        section = bytes_u16(&in);
        bytes_skip(&in, 8 + 8);
        name = string_at(elf, name_at);
        if (!bytes_ok(&in) || name == NULL || section == 0 || (info & 15) != TYPE_FUNCTION ||
            (info >> 4 != BIND_GLOBAL && info >> 4 != BIND_WEAK))
            continue;
        for (size_t k = 0; names[k] != NULL; k++)
            if (strcmp(names[k], name) == 0)
                text_addf(out, "exports=%s\n", name);
    }
}

enum tdx_status elf_describe(struct span file, const char *const *names, struct text *out,
                             struct tdx_error *err)
{
    struct elf elf = { .file = file, .err = err };
    struct bytes header = bytes_over_span(file);
    static const uint8_t magic[] = { 0x7f, 'E', 'L', 'F' };
    uint8_t ident[IDENT_SIZE];
    enum tdx_status status;
    unsigned machine;

    bytes_copy(&header, ident, sizeof(ident));
    bytes_skip(&header, 2); /* the kind of file: programs are shared objects, too */
    machine = bytes_u16(&header);
    if (!bytes_ok(&header) || memcmp(ident, magic, sizeof(magic)) != 0 ||
        (ident[4] != CLASS_32 && ident[4] != CLASS_64))
        return bad(&elf, "it is not an ELF file");
    text_addf(out, "class=%d\nmachine=%u\n", ident[4] == CLASS_64 ? 64 : 32, machine);
    if (ident[4] != CLASS_64 || ident[5] != LITTLE_ENDIAN_DATA)
        return TDX_OK;
    status = read_segments(&elf, header);
    if (status == TDX_OK && elf.dynamic.size > 0) {
        status = read_dynamic(&elf);
        if (status == TDX_OK)
            status = print_libraries(&elf, out);
        if (status == TDX_OK)
            print_exports(&elf, names, out);
    }
    if (status == TDX_OK && !text_ok(out))
        status = status_fail(err, TDX_NO_MEMORY, "an ELF file");
    return status;
}
