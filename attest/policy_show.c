/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-attest policy show: what a policy demands, who signed it, what is wrong with it. */
#include <string.h>
#include <time.h>

#include "attest/policy.h"
#include "core/base/json_write.h"

static const char help[] =
    "Usage: tdx-attest policy show FILE... [OPTION]...\n"
    "Show what policies (JSON or tokens) demand, who signed them, and what in them\n"
    "has no effect or can never hold.\n"
    "\n"
    "      --policy-signer FILE they must be signed by this key (PEM or JWK;\n"
    "                           repeatable)\n"
    "      --format WORD        text or json (text)\n" OPTIONS_COMMON_HELP "\n"
    "Exit codes: 0 they are sound, 1 they are not or were signed by somebody else, 2\n"
    "usage, 3 a file could not be read.\n";

enum { OPTION_SIGNER = OPTION_OWN };

struct show_options {
    struct options shared;
    struct policy_options policies;
};

static int take_option(void *context, int letter)
{
    struct show_options *options = context;

    (void)letter; /* there is only OPTION_SIGNER */
    return policy_options_add_signer(&options->policies, &options->shared.program, optarg);
}

static int read_options(struct show_options *options, int argc, char **argv)
{
    static const struct option table[] = {
        PROGRAM_OPTIONS,
        { "policy-signer", required_argument, NULL, OPTION_SIGNER },
        { 0 },
    };
    const struct program *program = &options->shared.program;
    int code = options_read(&options->shared, argc, argv, "", table, take_option, options);

    if (code != PROGRAM_GO_ON)
        return code;
    if (optind == argc)
        return program_usage(program, "which policy? FILE is missing");
    while (code == PROGRAM_GO_ON && optind < argc)
        code = policy_options_add(&options->policies, program, argv[optind++]);
    return code;
}

static void add_item(struct text *list, const char *sentence)
{
    text_addf(list, "%s\n", sentence);
}

/* Sentences of the lint, one to a line. */
struct notes {
    struct text text;
    bool broken;
};

static void note(enum policy_lint_weight weight, const char *sentence, void *context)
{
    struct notes *notes = context;

    notes->broken |= weight == POLICY_LINT_BROKEN;
    add_item(&notes->text, sentence);
}

/* Text that is not ours, for a terminal. */
static void add_quoted(struct text *out, struct span bytes, size_t limit)
{
    text_add_quoted(out, bytes.data, bytes.size, limit);
}

static void print_policy(const struct policy *policy, struct text *out)
{
    struct json_place environment = json_member(&policy->item, "environment", JSON_OPTIONAL);
    struct json_place words = json_member(&environment, "description", JSON_OPTIONAL);
    struct text text = { 0 };

    text_addf(out, "  for the %s", policy_class_words(policy->class));
    if (json_type_of(&words) == JSON_STRING) {
        text_add(out, ": \"");
        add_quoted(out, json_as_string(&words), 100);
        text_add_char(out, '"');
    }
    text_add_char(out, '\n');
    for (struct json_place value = { 0 }; json_next(&policy->reference, &value);) {
        text_add(out, "    ");
        add_quoted(out, json_name(&value), 40);
        text_add(out, ": ");
        policy_write_value(&value, &text);
        text_add_quoted(out, text_string(&text), text.length, 160);
        text_clear(&text);
        text_add_char(out, '\n');
    }
    text_free(&text);
}

static void print_source(const struct policy_set *set, const struct policy_source *source,
                         struct text *out)
{
    const struct jws *token = policy_source_token(source);
    const char *name = policy_source_name(source);

    text_add_quoted(out, name, strlen(name), 200);
    if (token->is_signed) {
        text_add(out, ": a token, its signature holds; signed by\n  ");
        jwk_write(&token->key, out);
        text_add_char(out, '\n');
    } else {
        text_add(out, ": not signed\n");
    }
    for (int class = 0; class < POLICY_CLASS_COUNT; class ++)
        if (set->of_class[class] != NULL && set->of_class[class]->source == source)
            print_policy(set->of_class[class], out);
}

static void print_text(const struct policy_set *set, const struct notes *notes, struct text *out)
{
    for (size_t i = 0; i < set->source_count; i++)
        print_source(set, set->source[i], out);
    text_add(out, "Hexadecimal values are byte-reversed.\n");
    if (notes->text.length > 0)
        text_addf(out, "\nNotes:\n%s", text_string(&notes->text));
}

static void print_json(const struct policy_set *set, const struct notes *notes, struct text *out)
{
    struct json_writer json = { .text = out, .indent = true };
    const char *line = text_string(&notes->text);

    json_open(&json, NULL, '{');
    json_put_bool(&json, "sound", !notes->broken);
    json_open(&json, "policies", '[');
    for (int class = 0; class < POLICY_CLASS_COUNT; class ++) {
        struct text item = { 0 };

        if (set->of_class[class] == NULL)
            continue;
        policy_write_item(set->of_class[class], &item);
        json_open(&json, NULL, '{');
        json_put_string(&json, "file", policy_source_name(set->of_class[class]->source));
        json_put_string(&json, "class", policy_class_words((enum policy_class) class));
        json_put_bool(&json, "signed",
                      policy_source_token(set->of_class[class]->source)->is_signed);
        json_put_raw(&json, "policy", text_span(&item));
        json_close(&json, '}');
        text_free(&item);
    }
    json_close(&json, ']');
    json_open(&json, "notes", '[');
    while (*line != '\0') {
        size_t length = strcspn(line, "\n");

        json_put_bytes(&json, NULL, (struct span){ (const uint8_t *)line, length });
        line += length + 1;
    }
    json_close(&json, ']');
    json_close(&json, '}');
    text_add_char(out, '\n');
}

int policy_command_show(int argc, char **argv)
{
    struct show_options options = {
        .shared.arguments = true,
        .shared.program = { .name = "tdx-attest policy show",
                            .help = help,
                            .formats = "text|json" },
    };
    const struct program *program = &options.shared.program;
    const struct program silent = { .name = program->name, .quiet = true };
    struct policy_set set = { 0 };
    struct notes notes = { 0 };
    struct text out = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status;
    int code = read_options(&options, argc, argv);

    if (code != PROGRAM_GO_ON)
        return code;
    status = policy_options_load(&options.policies, &silent, (int64_t)time(NULL), &set, &err);
    if (status != TDX_OK) {
        policy_set_clear(&set);
        return program_fail(program, status, &err);
    }
    policy_set_lint(&set, note, &notes);
    if (program->format == OUTPUT_JSON)
        print_json(&set, &notes, &out);
    else
        print_text(&set, &notes, &out);
    if (text_ok(&out) && text_ok(&notes.text)) {
        (void)fputs(text_string(&out), stdout); /* program_finish() notices */
        code = program_finish(program, notes.broken ? TDX_EXIT_NO : TDX_EXIT_YES);
    } else {
        code = program_fail(program, TDX_NO_MEMORY, NULL);
    }
    text_free(&out);
    text_free(&notes.text);
    policy_set_clear(&set);
    return code;
}
