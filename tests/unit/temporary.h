/* temporary.h: a folder for a test's files, removed with everything in it. */
#ifndef LRP_TEST_TEMPORARY_H
#define LRP_TEST_TEMPORARY_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

struct temporary {
    char folder[64];
    char path[8][160]; /* the last few paths made */
    unsigned next;
};

/* cmocka setup and teardown: *state is a struct temporary. */
static inline int temporary_setup(void **state)
{
    struct temporary *t = calloc(1, sizeof *t);
    if (!t) return -1;
    strcpy(t->folder, "/tmp/lrpscope-test-XXXXXX");
    *state = t;
    return mkdtemp(t->folder) ? 0 : -1;
}
static inline int temporary_remove(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status, (void)kind, (void)where;
    return remove(path);
}
static inline int temporary_teardown(void **state)
{
    struct temporary *t = *state;
    nftw(t->folder, temporary_remove, 8, FTW_DEPTH | FTW_PHYS);
    free(t);
    return 0;
}
/* "FOLDER/name"; good for the next seven calls. */
static inline const char *temporary_path(void **state, const char *name)
{
    struct temporary *t = *state;
    char *path = t->path[t->next++ % 8];
    const size_t length = strlen(t->folder);
    memcpy(path, t->folder, length); /* not "%s": gcc takes the two for overlapping, being one object's */
    snprintf(path + length, sizeof t->path[0] - length, "/%s", name);
    return path;
}

#endif
