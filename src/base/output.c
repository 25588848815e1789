/* output.c: files written beside their destination and renamed. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ATTEMPTS 1000

/* What a signal handler must be able to remove, which nobody can hand it: temporary files there are. A slot is taken and given
 * back by compare and exchange; its path is whole while it is LIVE. */
enum { SLOTS = 32, FREE = 0, TAKEN, LIVE };
static struct {
    atomic_int state;
    char path[PATH_MAX];
} temporaries[SLOTS];

/* Beyond the slots a file is not known here: it would stay, which is no harm but for its place. */
void lrp_output_watch(const char *path)
{
    const size_t length = strlen(path);
    for (int i = 0; i < SLOTS && length < PATH_MAX; i++) {
        int no = FREE;
        if (!atomic_compare_exchange_strong(&temporaries[i].state, &no, TAKEN)) continue;
        memcpy(temporaries[i].path, path, length + 1);
        atomic_store(&temporaries[i].state, LIVE);
        return;
    }
}

void lrp_output_unwatch(const char *path)
{
    for (int i = 0; i < SLOTS; i++)
        if (atomic_load(&temporaries[i].state) == LIVE && strcmp(temporaries[i].path, path) == 0)
            atomic_store(&temporaries[i].state, FREE);
}

void lrp_output_leave(void)
{
    for (int i = 0; i < SLOTS; i++)
        if (atomic_load(&temporaries[i].state) == LIVE) unlink(temporaries[i].path);
}

static int standard = STDOUT_FILENO;

void lrp_output_standard(int descriptor)
{
    standard = descriptor;
}

static void clear(struct lrp_output *out)
{
    if (out->temporary) lrp_output_unwatch(out->temporary);
    free(out->path);
    free(out->temporary);
    *out = (struct lrp_output){0};
}

/* A new file in the folder of out->path, named after nobody, so that long names stay legal. Returns a descriptor or -1 (errno).
 */
static int create_beside(struct lrp_output *out)
{
    const char *slash = strrchr(out->path, '/');
    const int folder = slash ? (int)(slash + 1 - out->path) : 0;
    for (int i = 0; i < ATTEMPTS; i++) {
        char *name;
        if (asprintf(&name, "%.*s.lrpscope-%ld-%d.tmp", folder, out->path, (long)getpid(), i) < 0) {
            errno = ENOMEM;
            return -1;
        }
        free(out->temporary);
        out->temporary = name;
        lrp_output_watch(out->temporary); /* before it is there: no signal comes between */
        const int fd = open(out->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), cause = errno;
        if (fd < 0) lrp_output_unwatch(out->temporary);
        errno = cause;
        if (fd >= 0 || errno != EEXIST) return fd;
    }
    return -1;
}

/* Returns a descriptor or -1 (errno). Devices and pipes have nothing to be renamed over: they are written directly. */
static int open_destination(const char *path, struct lrp_output *out)
{
    struct stat status;
    if (strcmp(path, "-") == 0) {
        out->path = strdup("standard output");
        return out->path ? fcntl(standard, F_DUPFD_CLOEXEC, 3) : -1;
    }
    const bool exists = stat(path, &status) == 0;
    if (exists && S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return -1;
    }
    struct stat link;
    const bool dangling = !exists && lstat(path, &link) == 0; /* realpath then says why */
    out->path = exists || dangling ? realpath(path, NULL) : strdup(path);
    if (exists && !S_ISREG(status.st_mode)) {
        if (!out->path) /* a pipe under /proc has no path of its own */
            out->path = strdup(path);
        return out->path ? open(path, O_WRONLY | O_CLOEXEC) : -1;
    }
    if (!out->path || (exists && access(out->path, W_OK) != 0)) /* renaming would get round a write protection */
        return -1;
    const int fd = create_beside(out);
    if (fd >= 0 && exists) (void)fchmod(fd, status.st_mode & 0777); /* not worth failing for */
    return fd;
}

int lrp_output_try(const char *folder)
{
    struct lrp_output out = {0};
    int fd = -1, cause = ENOMEM;
    if (asprintf(&out.path, "%s/", folder) < 0) out.path = NULL;
    if (out.path) {
        fd = create_beside(&out);
        cause = errno;
    }
    if (fd >= 0) {
        unlink(out.temporary);
        close(fd);
    }
    clear(&out);
    return fd >= 0 ? 0 : cause;
}

enum lrp_status lrp_output_open(const char *path, struct lrp_output *out, struct lrp_error *err)
{
    *out = (struct lrp_output){0};
    const int fd = open_destination(path, out);
    if (fd < 0) {
        const int failed = errno;
        clear(out);
        return lrp_fail(err, LRP_FILE, "%s: cannot be written: %s", path, strerror(failed));
    }
    out->file = fdopen(fd, "wb");
    if (out->file) return LRP_OK;
    close(fd);
    if (out->temporary) unlink(out->temporary);
    clear(out);
    return lrp_fail(err, LRP_MEMORY, "%s: not enough memory", path);
}

/* Why an earlier write failed: its errno is long gone, but a full disk refuses the next bytes as well (the file is
 * thrown away anyway). */
static int cause_of_failure(const struct lrp_output *out)
{
    static const char bytes[4096];
    for (int i = 0; out->temporary && i < 64; i++)
        if (write(fileno(out->file), bytes, sizeof bytes) < 0) return errno;
    return EIO;
}

enum lrp_status lrp_output_commit(struct lrp_output *out, struct lrp_error *err)
{
    int failed = 0;
    errno = 0;
    if (ferror(out->file))
        failed = cause_of_failure(out);
    else if (fflush(out->file) != 0)
        failed = errno ? errno : EIO;
    if (!failed && out->temporary && !out->hurried && fsync(fileno(out->file)) != 0) failed = errno;
    if (fclose(out->file) != 0 && !failed) failed = errno;
    if (!failed && out->temporary && rename(out->temporary, out->path) != 0) failed = errno;
    enum lrp_status status = LRP_OK;
    if (failed) {
        if (out->temporary) unlink(out->temporary);
        status = lrp_fail(err, LRP_FILE, "%s: cannot be written: %s", out->path, strerror(failed));
    }
    clear(out);
    return status;
}

void lrp_output_abort(struct lrp_output *out)
{
    if (out->file) fclose(out->file);
    if (out->temporary) unlink(out->temporary);
    clear(out);
}

static enum lrp_status write_whole(const char *path, const void *data, size_t size, bool hurried, struct lrp_error *err)
{
    struct lrp_output out;
    const enum lrp_status status = lrp_output_open(path, &out, err);
    if (status) return status;
    out.hurried = hurried;
    if (size) fwrite(data, 1, size, out.file); /* commit asks ferror */
    return lrp_output_commit(&out, err);
}

enum lrp_status lrp_output_write(const char *path, const void *data, size_t size, struct lrp_error *err)
{
    return write_whole(path, data, size, false, err);
}

enum lrp_status lrp_output_write_hurried(const char *path, const void *data, size_t size, struct lrp_error *err)
{
    return write_whole(path, data, size, true, err);
}
