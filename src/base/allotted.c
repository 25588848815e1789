/* allotted.c: the CPUs and the memory that this process was given. */
#include "allotted.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "affinity.h"

#define GROUPS "/proc/self/cgroup"
#define TREE "/sys/fs/cgroup"

/* The first line of folder/name; false if there is none. */
static bool read_line(const char *folder, const char *name, char *out, int size)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) return false;
    FILE *file = fopen(path, "re");
    const bool fine = file && fgets(out, size, file);
    if (file) fclose(file);
    return fine;
}

/* What a group says: cpu.max of version 2 is "QUOTA PERIOD" or "max PERIOD"; version 1 has a file for each, -1 for none. */
static double cpus_of(const char *folder)
{
    char quota[64], period[64], *end;
    if (read_line(folder, "cpu.max", quota, sizeof quota)) {
        const double time = strtod(quota, &end), of = strtod(end, NULL);
        return end != quota && time > 0 && of > 0 ? time / of : 0;
    }
    if (!read_line(folder, "cpu.cfs_quota_us", quota, sizeof quota) ||
        !read_line(folder, "cpu.cfs_period_us", period, sizeof period))
        return 0;
    const double time = strtod(quota, NULL), of = strtod(period, NULL);
    return time > 0 && of > 0 ? time / of : 0;
}

/* "max" is no number; version 1 writes a number near 2^63 for none. */
static double bytes_of(const char *folder)
{
    static const char *const names[] = {"memory.max", "memory.high", "memory.limit_in_bytes"};
    double least = 0;
    char text[64];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const double bytes = read_line(folder, names[i], text, sizeof text) ? strtod(text, NULL) : 0;
        if (bytes > 0 && bytes < 0x1p62 && (least == 0 || bytes < least)) least = bytes;
    }
    return least;
}

/* The lowest limit from a group up to the root of its tree; 0 for none. */
static double least_above(const char *root, const char *group, double (*limit)(const char *folder))
{
    char folder[PATH_MAX];
    const size_t rooted = strlen(root);
    double least = 0;
    if (snprintf(folder, sizeof folder, "%s%s", root, group) >= (int)sizeof folder) return 0;
    for (char *slash; strlen(folder) >= rooted; *slash = '\0') {
        const double here = limit(folder);
        if (here > 0 && (least == 0 || here < least)) least = here;
        slash = strrchr(folder, '/');
        if (!slash) break;
    }
    return least;
}

static bool has_word(const char *list, const char *word)
{
    const size_t length = strlen(word);
    for (const char *at = list; (at = strstr(at, word)); at += length)
        if ((at == list || at[-1] == ',') && (at[length] == '\0' || at[length] == ',')) return true;
    return false;
}

/* Lines are NUMBER:CONTROLLERS:GROUP; version 2 has no controllers, and its tree is the root or, beside version 1, unified. */
static double least_of(const char *list, const char *tree, const char *controller, double (*limit)(const char *folder))
{
    char line[PATH_MAX + 256], root[PATH_MAX];
    double least = 0;
    FILE *file = fopen(list, "re");
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!group || group[1] != '/') continue;
        *group++ = '\0';
        const bool second = controllers[1] == '\0';
        if (!second && !has_word(controllers + 1, controller)) continue;
        for (int i = 0; i < 2; i++) {
            const int length = second ? snprintf(root, sizeof root, "%s%s", tree, i ? "/unified" : "")
                                      : snprintf(root, sizeof root, "%s/%s", tree, i ? controllers + 1 : controller);
            const double here = length < (int)sizeof root ? least_above(root, group, limit) : 0;
            if (here > 0 && (least == 0 || here < least)) least = here;
        }
    }
    if (file) fclose(file);
    return least;
}

double lrp_group_cpus(const char *list, const char *tree)
{
    return least_of(list, tree, "cpu", cpus_of);
}

uint64_t lrp_group_memory(const char *list, const char *tree)
{
    const double bytes = least_of(list, tree, "memory", bytes_of);
    return bytes > 0 ? (uint64_t)bytes : UINT64_MAX;
}

int lrp_allotted_threads(void)
{
    const char *wanted = getenv("OMP_NUM_THREADS");
    const double quota = lrp_group_cpus(GROUPS, TREE);
    const long said = wanted ? strtol(wanted, NULL, 10) : 0; /* "8,4": of the outer loops */
    int count = lrp_affinity();
    if (quota > 0 && ceil(quota) < count) count = (int)ceil(quota);
    return said > 0 && said < count ? (int)said : count;
}

uint64_t lrp_allotted_memory(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGE_SIZE);
    const uint64_t machine = pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : UINT64_MAX,
                   group = lrp_group_memory(GROUPS, TREE);
    return group < machine ? group : machine;
}
