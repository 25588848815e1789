/* mapping.c: whole files, mapped read-only. */
#include "mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "pages.h"

static const unsigned char empty_file[1];

/* What a signal handler must be able to look at, which no session can hand it: where files are mapped. Slots are taken and
 * given back by compare and exchange; `begin` is set last and cleared first. */
static struct {
    _Atomic uintptr_t taken, begin, end;
    const char *_Atomic path;
} watched[LRP_MAPPINGS_WATCHED];

/* False if there is no place for it. */
static bool watch(const struct lrp_mapping *m)
{
    for (size_t i = 0; i < LRP_MAPPINGS_WATCHED; i++) {
        uintptr_t no = 0;
        if (!atomic_compare_exchange_strong(&watched[i].taken, &no, 1)) continue;
        atomic_store(&watched[i].path, m->path);
        atomic_store(&watched[i].end, (uintptr_t)m->data + m->size);
        atomic_store(&watched[i].begin, (uintptr_t)m->data);
        return true;
    }
    return false;
}

static void unwatch(const struct lrp_mapping *m)
{
    for (size_t i = 0; i < LRP_MAPPINGS_WATCHED; i++)
        if (m->of_file && atomic_load(&watched[i].begin) == (uintptr_t)m->data) {
            atomic_store(&watched[i].begin, 0);
            atomic_store(&watched[i].path, NULL);
            atomic_store(&watched[i].taken, 0);
            return;
        }
}

const char *lrp_mapping_at(const void *address)
{
    const uintptr_t at = (uintptr_t)address;
    for (size_t i = 0; i < LRP_MAPPINGS_WATCHED; i++) {
        const uintptr_t begin = atomic_load(&watched[i].begin);
        if (begin && at >= begin && at < atomic_load(&watched[i].end)) return atomic_load(&watched[i].path);
    }
    return NULL;
}

/* Reads everything, up to `most` bytes, into anonymous pages; returns 0 or an errno. The pages are the caller's in either case.
 */
static int read_pieces(int fd, size_t most, unsigned char **data, size_t *capacity, size_t *size)
{
    for (;;) {
        if (*size > most) return EFBIG;
        if (*size == *capacity) {
            void *bigger = *capacity > SIZE_MAX / 4 ? NULL : lrp_pages_resize(*data, *capacity, *capacity * 2);
            if (!bigger) return ENOMEM;
            *data = bigger;
            *capacity *= 2;
        }
        const size_t room = *capacity - *size, left = most - *size + 1; /* one more than it may have tells that it has more */
        const ssize_t n = read(fd, *data + *size, room < left ? room : left);
        if (n == 0) return 0;
        if (n > 0)
            *size += (size_t)n;
        else if (errno != EINTR)
            return errno;
    }
}

/* At most `most` bytes, in pages of our own, so that closing is the same for both kinds. */
static int read_wholly(int fd, size_t most, struct lrp_mapping *out)
{
    size_t capacity = (size_t)1 << 16, size = 0;
    unsigned char *data = lrp_pages_new(capacity);
    if (!data) return errno;
    int failed = read_pieces(fd, most, &data, &capacity, &size);
    unsigned char *fitting = failed || !size ? NULL : lrp_pages_resize(data, capacity, size); /* what closing will give back */
    if (!failed && size && !fitting) failed = ENOMEM;
    if (!fitting) lrp_pages_free(data, capacity);
    out->data = size ? fitting : empty_file;
    out->size = size;
    return failed;
}

/* A small file is read: for a picture or two, mapping and unmapping take longer (and stop every thread of the process). One
 * that was cut off meanwhile is as long as it is now. Behind its end there is a 0, as behind that of most mapped files. */
static int read_small(int fd, size_t size, struct lrp_mapping *out)
{
    unsigned char *data = malloc(size + 1);
    size_t had = 0;
    if (!data) return ENOMEM;
    while (had < size) {
        const ssize_t n = read(fd, data + had, size - had);
        if (n == 0) break;
        if (n < 0 && errno != EINTR) {
            const int failed = errno;
            free(data);
            return failed;
        }
        if (n > 0) had += (size_t)n;
    }
    data[had] = 0;
    out->data = data;
    out->size = had;
    out->in_heap = true;
    return 0;
}

static int map(int fd, struct lrp_mapping *out)
{
    struct stat status;
    if (fstat(fd, &status) != 0) return errno;
    if (S_ISDIR(status.st_mode)) return EISDIR;
    if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) return read_wholly(fd, LRP_MOST_OF_DEVICE, out);
    if (!S_ISREG(status.st_mode) || status.st_size == 0) /* size 0: also what /proc says of its files */
        return read_wholly(fd, LRP_MOST_OF_PIPE, out);
    if ((uintmax_t)status.st_size > SIZE_MAX / 2) return EFBIG;
    if (status.st_size <= LRP_SMALL_FILE) return read_small(fd, (size_t)status.st_size, out);
    void *data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED) return errno;
    out->data = data;
    out->size = (size_t)status.st_size;
    out->of_file = true;
    if (watch(out)) return 0;
    munmap(data, out->size); /* were it cut off, nobody could tell whose fault that is */
    out->of_file = false;
    return read_wholly(fd, SIZE_MAX / 4, out);
}

/* Of a file that nobody named: whether it is one that can be waited for. */
static enum lrp_status check_kind(const char *path, const struct stat *file, size_t most, struct lrp_error *err)
{
    if (S_ISDIR(file->st_mode)) return lrp_fail(err, LRP_FILE, "%s: %s", path, strerror(EISDIR));
    if (!S_ISREG(file->st_mode))
        return lrp_fail(err, LRP_FILE, "%s: no regular file (pipes and devices are read only where an option names them)",
                        path);
    if ((uintmax_t)file->st_size > most)
        return lrp_fail(err, LRP_FILE, "%s: %ju bytes are too many for such a file (at most %zu)", path,
                        (uintmax_t)file->st_size, most);
    return LRP_OK;
}

static enum lrp_status check_found(const char *path, int fd, size_t most, struct lrp_error *err)
{
    struct stat file;
    if (fstat(fd, &file) != 0) return lrp_fail(err, LRP_FILE, "%s: %s", path, strerror(errno));
    return check_kind(path, &file, most, err);
}

/* Maps an open file, which is closed; a negative one was not opened, as errno says. */
static enum lrp_status map_and_close(const char *path, int fd, struct lrp_mapping *out, struct lrp_error *err)
{
    const int unopened = fd < 0 ? errno : 0;
    *out = (struct lrp_mapping){0};
    char *copy = strdup(path);
    out->path = copy;
    const int failed = !copy ? ENOMEM : fd < 0 ? unopened : map(fd, out);
    if (fd >= 0) close(fd);
    if (failed) {
        free(copy);
        *out = (struct lrp_mapping){0};
        if (failed == EFBIG)
            return lrp_fail(err, LRP_FILE,
                            "%s: it goes on beyond what is read of pipes (%zu bytes) and devices (%zu); give a file", path,
                            LRP_MOST_OF_PIPE, LRP_MOST_OF_DEVICE);
        return lrp_fail(err, failed == ENOMEM ? LRP_MEMORY : LRP_FILE, "%s: %s", path, strerror(failed));
    }
    return LRP_OK;
}

enum lrp_status lrp_mapping_open(const char *path, struct lrp_mapping *out, struct lrp_error *err)
{
    return map_and_close(path, open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), out, err);
}

static enum lrp_status map_found(const char *path, int fd, size_t most, struct lrp_mapping *out, struct lrp_error *err)
{
    const enum lrp_status status = fd < 0 ? LRP_OK : check_found(path, fd, most, err);
    if (!status) return map_and_close(path, fd, out, err);
    close(fd);
    *out = (struct lrp_mapping){0};
    return status;
}

enum lrp_status lrp_mapping_open_found(const char *path, size_t most, struct lrp_mapping *out, struct lrp_error *err)
{
    return map_found(path, open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), most, out, err);
}

FILE *lrp_file_open_found(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat kind;
    if (fd < 0) return NULL;
    if (fstat(fd, &kind) == 0 && S_ISREG(kind.st_mode)) return fdopen(fd, "r");
    close(fd);
    errno = EINVAL;
    return NULL;
}

enum lrp_status lrp_file_check_found(const char *path, size_t most, struct lrp_error *err)
{
    struct stat file;
    return stat(path, &file) ? LRP_OK : check_kind(path, &file, most, err); /* whoever reads it says why it cannot be read */
}

enum lrp_status lrp_mapping_zeros(size_t size, struct lrp_mapping *out, struct lrp_error *err)
{
    *out = (struct lrp_mapping){.data = empty_file};
    if (!size) return LRP_OK;
    void *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (data == MAP_FAILED) return lrp_fail(err, LRP_MEMORY, "no room for %zu bytes", size);
    out->data = data;
    out->size = size;
    return LRP_OK;
}

enum lrp_status lrp_mapping_open_beneath(const char *path, size_t folder_length, struct lrp_mapping *out, struct lrp_error *err)
{
    char *folder = folder_length ? strndup(path, folder_length) : strdup("/");
    *out = (struct lrp_mapping){0};
    if (!folder) return lrp_fail(err, LRP_MEMORY, "%s: not enough memory", path);
    const int fd = lrp_beneath_open(folder, path + folder_length + 1);
    const int failed = errno;
    free(folder);
    errno = failed;
    return map_found(path, fd, SIZE_MAX / 2, out, err);
}

void lrp_mapping_close(struct lrp_mapping *mapping)
{
    if (mapping->data) unwatch(mapping);
    if (mapping->in_heap)
        free((void *)(uintptr_t)mapping->data);
    else if (mapping->data && mapping->data != empty_file)
        munmap((void *)(uintptr_t)mapping->data, mapping->size);
    free(mapping->path);
    *mapping = (struct lrp_mapping){0};
}

void lrp_mapping_expect(const void *data, size_t size)
{
    if (size >= (size_t)4 << 20) lrp_pages_expect(data, size);
}

void lrp_mapping_rest(const void *data, size_t size)
{
    if (size >= (size_t)1 << 20) lrp_pages_rest(data, size);
}
