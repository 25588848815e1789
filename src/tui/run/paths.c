/* paths.c: where configuration and state lie, and writing files so that no half of one is ever seen. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner.h"

enum { LRP_PATH_SIZE = 4096 };

static bool make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        const bool fine = mkdir(path, 0700) == 0 || errno == EEXIST;
        *slash = '/';
        if (!fine) return false;
    }
    return true;
}

bool lrp_own_path(enum lrp_own_folder folder, const char *name, bool make, char *out, size_t size)
{
    static const struct {
        const char *variable, *in_home;
    } folders[] = {[LRP_OWN_CONFIG] = {"XDG_CONFIG_HOME", ".config"}, [LRP_OWN_STATE] = {"XDG_STATE_HOME", ".local/state"}};
    const char *given = getenv(folders[folder].variable), *home = getenv("HOME");
    int length = -1;
    if (given && *given == '/')
        length = snprintf(out, size, "%s/lrpscope/%s", given, name);
    else if (home && *home == '/')
        length = snprintf(out, size, "%s/%s/lrpscope/%s", home, folders[folder].in_home, name);
    return length > 0 && (size_t)length < size && (!make || make_folders(out));
}

char *lrp_read_small(const char *path, size_t most, struct lrp_error *err)
{
    FILE *file = fopen(path, "rb");
    char *text = file ? malloc(most + 2) : NULL;
    if (!text) {
        lrp_fail(err, LRP_FILE, "%s: %s", path, strerror(errno));
        if (file) fclose(file);
        return NULL;
    }
    const size_t length = fread(text, 1, most + 1, file);
    const bool bad = ferror(file) != 0;
    fclose(file);
    text[length] = 0;
    if (!bad && length <= most) return text;
    lrp_fail(err, LRP_FILE, "%s: %s", path, bad ? "cannot be read" : "too large");
    free(text);
    return NULL;
}

bool lrp_write_whole(const char *path, const char *text, struct lrp_error *err)
{
    char fresh[LRP_PATH_SIZE + 32];
    if (snprintf(fresh, sizeof fresh, "%s.%d~", path, (int)getpid()) >= (int)sizeof fresh) {
        lrp_fail(err, LRP_FILE, "%.200s...: the name is too long", path);
        return false;
    }
    FILE *file = fopen(fresh, "wb");
    bool fine = file && fputs(text, file) >= 0;
    fine = file && fclose(file) == 0 && fine && rename(fresh, path) == 0;
    if (!fine) {
        lrp_fail(err, LRP_FILE, "%s: %s", path, strerror(errno));
        unlink(fresh);
    }
    return fine;
}
