/* replay.c FOLDER: every file of FOLDER/fuzz_* through its target once more: what once failed must hold, whatever compiler
 * built it. A crash ends the test behind the file's name; a file may take 20 s, and all together 2 GB. */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { SECONDS_MOST = 20, KILOBYTES_MOST = 2 << 20 };

#define TARGET(name) int name(const uint8_t *data, size_t size);
#include "targets.h"
#undef TARGET

static const struct {
    const char *name;
    int (*run)(const uint8_t *data, size_t size);
} targets[] = {
#define TARGET(name) {#name, name},
#include "targets.h"
#undef TARGET
};

/* The file's bytes and no more, so that a sanitizer sees who reads beyond them. */
static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    long length = -1;
    if (file && fseek(file, 0, SEEK_END) == 0) length = ftell(file);
    uint8_t *data = length >= 0 ? malloc(length ? (size_t)length : 1) : NULL;
    if (data) {
        rewind(file);
        *size = fread(data, 1, (size_t)length, file);
    }
    if (file) fclose(file);
    if (data && *size == (size_t)length) return data;
    fprintf(stderr, "%s: cannot be read\n", path);
    exit(2);
}

static void replay(const char *path, int (*run)(const uint8_t *data, size_t size))
{
    size_t size;
    uint8_t *data = read_file(path, &size);
    fprintf(stderr, "%s\n", path);
    alarm(SECONDS_MOST);
    run(data, size);
    alarm(0);
    free(data);
}

static int replay_all(const char *folder, int (*run)(const uint8_t *data, size_t size))
{
    DIR *open = opendir(folder);
    int count = 0;
    char path[4096];
    for (const struct dirent *entry; open && (entry = readdir(open)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        replay(path, run);
        count++;
    }
    if (open) closedir(open);
    return count;
}

int main(int argc, char **argv)
{
    char folder[2048];
    struct rusage usage;
    int failures = 0;
    if (argc != 2) return 2;
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        snprintf(folder, sizeof folder, "%s/%s", argv[1], targets[i].name);
        const int count = replay_all(folder, targets[i].run);
        printf("%s: %d files\n", targets[i].name, count);
        failures += count == 0;
    }
    if (getrusage(RUSAGE_SELF, &usage) != 0 || usage.ru_maxrss > KILOBYTES_MOST) {
        printf("%ld KB were needed at once, of at most %d\n", usage.ru_maxrss, KILOBYTES_MOST);
        failures++;
    }
    return failures != 0;
}
