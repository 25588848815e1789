/* beneath.c: files in a folder, and nowhere else: asked of the kernel where it can be, else looked up part by part. */
#include "beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#if defined(__linux__) && __has_include(<linux/openat2.h>) && !defined(LRP_PLAIN_SYSTEM)
#include <linux/openat2.h>
#include <sys/syscall.h>
#endif
#if defined(O_PATH) && !defined(LRP_PLAIN_SYSTEM)
enum { FOLDER = O_PATH }; /* folders that may be entered but not listed */
#elif defined(O_SEARCH)
enum { FOLDER = O_SEARCH };
#else
enum { FOLDER = O_RDONLY };
#endif
enum { READ = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, ENTER = FOLDER | O_DIRECTORY | O_CLOEXEC };

/* Closes it; errno stays. */
static void close_quietly(int fd)
{
    const int kept = errno;
    close(fd);
    errno = kept;
}

/* Enters the folders of a name one by one, none of which may be a link or lead up; `at` is closed. */
static int open_by_parts(int at, const char *name)
{
    char part[256];
    while (at >= 0) {
        const size_t length = strcspn(name, "/");
        const char *rest = name + length + strspn(name + length, "/");
        int next = -1;
        if (length >= sizeof part) {
            errno = ENAMETOOLONG;
        } else {
            memcpy(part, name, length);
            part[length] = '\0';
            errno = length ? EXDEV : ENOENT;
            if (length && strcmp(part, "..") != 0) next = openat(at, part, (*rest ? ENTER : READ) | O_NOFOLLOW);
        }
        close_quietly(at);
        if (!*rest || next < 0) return next;
        at = next;
        name = rest;
    }
    return at;
}

#ifdef RESOLVE_BENEATH
/* Whether the kernel does not know the call: one before 5.6, or a sandbox that forbids it. */
static int open_by_kernel(int at, const char *name, int *known)
{
    struct open_how how = {.flags = READ, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    const long fd = syscall(SYS_openat2, at, name, &how, sizeof how);
    *known = fd >= 0 || (errno != ENOSYS && errno != EPERM && errno != EINVAL);
    if (*known) close_quietly(at);
    return (int)fd;
}
#endif

int lrp_beneath_open(const char *folder, const char *name)
{
    const int at = open(folder, ENTER);
#ifdef RESOLVE_BENEATH
    int known;
    if (at < 0) return -1;
    const int fd = open_by_kernel(at, name, &known);
    if (known) return fd;
#endif
    return open_by_parts(at, name);
}
