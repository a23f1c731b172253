/* SPDX-License-Identifier: Apache-2.0 */
#include "pam_tdx/exempt.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define ENTRY_LIMIT ((size_t)256 << 10) /* a group with some ten thousand members */

static bool lists(const struct group *entry, const char *user)
{
    for (char *const *member = entry->gr_mem; *member != NULL; member++)
        if (strcmp(*member, user) == 0)
            return true;
    return false;
}

/* Finds group: whether it lists user, and its id. */
static bool find_group(const char *group, const char *user, char *buffer, gid_t *ret_id,
                       bool *ret_lists)
{
    FILE *file = fopen("/etc/group", "re");
    struct group entry, *found = NULL;
    bool known = false;

    if (file == NULL)
        return false;
    while (!known && fgetgrent_r(file, &entry, buffer, ENTRY_LIMIT, &found) == 0)
        if (strcmp(entry.gr_name, group) == 0) {
            known = true;
            *ret_id = entry.gr_gid;
            *ret_lists = lists(&entry, user);
        }
    (void)fclose(file); /* read only: nothing can be lost */
    return known;
}

static bool has_primary_group(const char *user, gid_t id, char *buffer)
{
    FILE *file = fopen("/etc/passwd", "re");
    struct passwd entry, *found = NULL;
    bool known = false, has = false;

    if (file == NULL)
        return false;
    while (!known && fgetpwent_r(file, &entry, buffer, ENTRY_LIMIT, &found) == 0)
        if (strcmp(entry.pw_name, user) == 0) {
            known = true;
            has = entry.pw_gid == id;
        }
    (void)fclose(file); /* as above */
    return has;
}

bool exempt_is_member(const char *user, const char *group)
{
    char *buffer = malloc(ENTRY_LIMIT);
    gid_t id = 0;
    bool member = false;

    if (buffer != NULL && user[0] != '\0' && group[0] != '\0' &&
        find_group(group, user, buffer, &id, &member) && !member)
        member = has_primary_group(user, id, buffer);
    free(buffer);
    return member;
}
