/* paths.c: where configuration and state lie. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runner.h"

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

/* A home that is not there is nobody's, and is not made (services, containers: HOME=/nonexistent). */
static bool home_is_there(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
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
    else if (home && *home == '/' && (!make || home_is_there(home)))
        length = snprintf(out, size, "%s/%s/lrpscope/%s", home, folders[folder].in_home, name);
    return length > 0 && (size_t)length < size && (!make || make_folders(out));
}
