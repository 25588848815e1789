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

/* A limit that groups have: what is read of one's folder; 0 for none. */
struct limit {
    const char *controller;
    double (*second)(const char *folder), (*first)(const char *folder); /* of the two versions of control groups */
};

/* "QUOTA PERIOD" or "max PERIOD". */
static double cpus_of_second(const char *folder)
{
    char text[64], *end;
    if (!read_line(folder, "cpu.max", text, sizeof text)) return 0;
    const double time = strtod(text, &end), of = strtod(end, NULL);
    return end != text && time > 0 && of > 0 ? time / of : 0;
}

/* A file for each, a quota of -1 for none. */
static double cpus_of_first(const char *folder)
{
    char quota[64], period[64];
    if (!read_line(folder, "cpu.cfs_quota_us", quota, sizeof quota) || strtod(quota, NULL) <= 0 ||
        !read_line(folder, "cpu.cfs_period_us", period, sizeof period))
        return 0;
    const double of = strtod(period, NULL);
    return of > 0 ? strtod(quota, NULL) / of : 0;
}

static double least_limit(double a, double b)
{
    return a > 0 && (b == 0 || a < b) ? a : b;
}

/* "max" is no number; version 1 writes a number near 2^63 for none. */
static double bytes_in(const char *folder, const char *name)
{
    char text[64];
    const double bytes = read_line(folder, name, text, sizeof text) ? strtod(text, NULL) : 0;
    return bytes < 0x1p62 ? bytes : 0;
}

static double bytes_of_second(const char *folder)
{
    return least_limit(bytes_in(folder, "memory.max"), bytes_in(folder, "memory.high"));
}
static double bytes_of_first(const char *folder)
{
    return bytes_in(folder, "memory.limit_in_bytes");
}

static const struct limit cpus = {"cpu", cpus_of_second, cpus_of_first}, bytes = {"memory", bytes_of_second, bytes_of_first};

/* The lowest limit from a group up to the root of its tree; 0 for none. */
static double least_above(const char *root, const char *group, double (*read_limit)(const char *folder))
{
    char folder[PATH_MAX];
    const size_t rooted = strlen(root);
    double least = 0;
    if (access(root, F_OK) || snprintf(folder, sizeof folder, "%s%s", root, group) >= (int)sizeof folder) return 0;
    if (strcmp(group, "/") == 0) folder[rooted] = '\0';
    for (char *slash; strlen(folder) >= rooted; *slash = '\0') {
        least = least_limit(read_limit(folder), least);
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
static double least_of(const char *list, const char *tree, const struct limit *limit)
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
        if (!second && !has_word(controllers + 1, limit->controller)) continue;
        for (int i = 0; i < 2; i++) {
            const int length = second ? snprintf(root, sizeof root, "%s%s", tree, i ? "/unified" : "")
                                      : snprintf(root, sizeof root, "%s/%s", tree, i ? controllers + 1 : limit->controller);
            if (length < (int)sizeof root)
                least = least_limit(least_above(root, group, second ? limit->second : limit->first), least);
        }
    }
    if (file) fclose(file);
    return least;
}

double lrp_group_cpus(const char *list, const char *tree)
{
    return least_of(list, tree, &cpus);
}

uint64_t lrp_group_memory(const char *list, const char *tree)
{
    const double least = least_of(list, tree, &bytes);
    return least > 0 ? (uint64_t)least : UINT64_MAX;
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
