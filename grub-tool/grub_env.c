/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/grub_env.h"

#include <stdlib.h>
#include <string.h>

static const char signature[] = "# GRUB Environment Block\n";

static struct grub_variable *find(const struct grub_env *env, const char *name)
{
    for (size_t i = 0; i < env->count; i++)
        if (strcmp(env->variables[i].name, name) == 0)
            return &env->variables[i];
    return NULL;
}

const char *grub_env_get(const struct grub_env *env, const char *name)
{
    const struct grub_variable *variable = find(env, name);

    return variable != NULL ? variable->value : "";
}

bool grub_env_has(const struct grub_env *env, const char *name)
{
    return find(env, name) != NULL;
}

void grub_env_unset(struct grub_env *env, const char *name)
{
    struct grub_variable *variable = find(env, name);

    if (variable == NULL)
        return;
    free(variable->name);
    free(variable->value);
    *variable = env->variables[--env->count];
}

void grub_env_set(struct grub_env *env, const char *name, const char *value)
{
    char *copy = strlen(value) > GRUB_VALUE_LIMIT ? NULL : strdup(value);
    struct grub_variable *grown;

    grub_env_unset(env, name);
    grown = env->count >= GRUB_ENV_VARIABLES || copy == NULL
                ? NULL
                : realloc(env->variables, (env->count + 1) * sizeof(*grown));
    if (grown != NULL) {
        env->variables = grown;
        grown[env->count] = (struct grub_variable){ strdup(name), copy };
        if (grown[env->count].name != NULL) {
            env->count++;
            return;
        }
    }
    free(copy);
    env->failed = true;
}

void grub_env_free(struct grub_env *env)
{
    for (size_t i = 0; i < env->count; i++) {
        free(env->variables[i].name);
        free(env->variables[i].value);
    }
    free(env->variables);
    *env = (struct grub_env){ 0 };
}

bool grubenv_valid(struct span block)
{
    return block.size >= sizeof(signature) - 1 && block.size <= GRUBENV_LIMIT &&
           memcmp(block.data, signature, sizeof(signature) - 1) == 0;
}

/* One line of the block: [start, end), end behind its newline. A newline behind a backslash is a
 * part of the value. */
static size_t line_end(struct span block, size_t at)
{
    while (at < block.size && block.data[at] != '\n')
        at += block.data[at] == '\\' && at + 1 < block.size ? 2 : 1;
    return at < block.size ? at + 1 : block.size;
}

/* True if the line sets something; *ret_equals is where its '=' is. */
static bool is_setting(struct span block, size_t start, size_t end, size_t *ret_equals)
{
    const uint8_t *equals;

    if (block.data[start] == '#' || block.data[end - 1] != '\n')
        return false;
    equals = memchr(block.data + start, '=', end - start);
    if (equals == NULL || equals == block.data + start)
        return false;
    *ret_equals = (size_t)(equals - block.data);
    return true;
}

static enum tdx_status bad(const char *path, struct tdx_error *err)
{
    return status_fail(err, TDX_GRUBENV_BAD, "%s does not begin with \"# GRUB Environment Block\"",
                       path);
}

enum tdx_status grubenv_load(struct span block, const char *path, struct grub_env *env,
                             struct tdx_error *err)
{
    struct text name = { 0 }, value = { 0 };

    if (!grubenv_valid(block))
        return bad(path, err);
    for (size_t at = 0, end; at < block.size; at = end) {
        size_t equals;

        end = line_end(block, at);
        if (!is_setting(block, at, end, &equals))
            continue;
        text_clear(&name);
        text_clear(&value);
        text_add_n(&name, (const char *)block.data + at, equals - at);
        for (size_t i = equals + 1; i + 1 < end; i++) {
            if (block.data[i] == '\\' && i + 2 < end)
                i++;
            text_add_char(&value, (char)block.data[i]);
        }
        grub_env_set(env, text_string(&name), text_string(&value));
    }
    text_free(&name);
    text_free(&value);
    if (env->failed)
        return status_fail(err, TDX_NO_MEMORY, "%s", path);
    return TDX_OK;
}

static void add_setting(struct text *ret, const char *name, const char *value)
{
    text_add(ret, name);
    text_add_char(ret, '=');
    for (; *value != '\0'; value++) {
        if (*value == '\\' || *value == '\n')
            text_add_char(ret, '\\');
        text_add_char(ret, *value);
    }
    text_add_char(ret, '\n');
}

enum tdx_status grubenv_edit(struct span block, const char *path, const char *name,
                             const char *value, struct text *ret, struct tdx_error *err)
{
    size_t start = ret->length, at, end, used = 0;
    bool written = value == NULL;

    if (!grubenv_valid(block))
        return bad(path, err);
    for (at = 0; at < block.size; at = end) {
        size_t equals;
        bool setting;

        end = line_end(block, at);
        setting = is_setting(block, at, end, &equals);
        if (block.data[at] == '#' && block.data[end - 1] != '\n')
            break; /* the filling */
        if (!setting || equals - at != strlen(name) ||
            memcmp(block.data + at, name, equals - at) != 0) {
            text_add_n(ret, (const char *)block.data + at, end - at);
        } else if (value != NULL) {
            add_setting(ret, name, value);
            written = true;
        }
    }
    if (!written)
        add_setting(ret, name, value);
    used = ret->length - start;
    if (!text_ok(ret))
        return status_fail(err, TDX_NO_MEMORY, "%s", path);
    if (used > block.size)
        return status_fail(err, TDX_GRUBENV_FULL, "%s: %s needs %zu bytes more than its %zu", path,
                           name, used - block.size, block.size);
    while (ret->length - start < block.size)
        text_add_char(ret, '#');
    return text_ok(ret) ? TDX_OK : status_fail(err, TDX_NO_MEMORY, "%s", path);
}
