/* failing.c: preloaded into a program, makes its Nth allocation fail (LRP_FAIL_AT=N), or all from the Nth on (LRP_FAIL_FROM=N).
 * With LRP_FAIL_COUNT the number of allocations is written to standard error at the end. Those that libraries in C++ make for
 * themselves succeed: nothing can be done about them. glibc only. */
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

/* Who ends the program, or throws, where there is no memory; dl_open and the like are not ours either. */
static const char *const exempt[] = {"libdnnl", "libstdc++", "libgomp", "libOpenCL", "ld-linux"};
enum { EXEMPT = sizeof exempt / sizeof *exempt };

static struct {
    uintptr_t begin, end;
} ranges[16];
static int range_count;
static atomic_ulong count;
static unsigned long at, from;
static bool ready;

static int note_library(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size, (void)data;
    bool found = false;
    for (int i = 0; i < EXEMPT; i++) found |= strstr(info->dlpi_name, exempt[i]) != NULL;
    for (int i = 0; found && i < info->dlpi_phnum && range_count < 16; i++) {
        const uintptr_t begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        if (info->dlpi_phdr[i].p_type != PT_LOAD || !(info->dlpi_phdr[i].p_flags & PF_X)) continue;
        ranges[range_count].begin = begin;
        ranges[range_count++].end = begin + info->dlpi_phdr[i].p_memsz;
    }
    return 0;
}

__attribute__((constructor)) static void begin(void)
{
    const char *one = getenv("LRP_FAIL_AT"), *all = getenv("LRP_FAIL_FROM");
    dl_iterate_phdr(note_library, NULL);
    at = one ? strtoul(one, NULL, 10) : 0;
    from = all ? strtoul(all, NULL, 10) : 0;
    ready = true;
}

__attribute__((destructor)) static void tell(void)
{
    char text[64];
    const int length = snprintf(text, sizeof text, "\nallocations %lu\n", atomic_load(&count));
    ready = false;
    if (getenv("LRP_FAIL_COUNT") && write(STDERR_FILENO, text, (size_t)length) < 0) _exit(99);
}

static bool fails(const void *caller)
{
    const uintptr_t place = (uintptr_t)caller;
    if (!ready) return false;
    for (int i = 0; i < range_count; i++)
        if (place >= ranges[i].begin && place < ranges[i].end) return false;
    const unsigned long number = atomic_fetch_add(&count, 1) + 1;
    if (number != at && (!from || number < from)) return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the C library's names are reserved ones
void *calloc(size_t number, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(number, size);
}

void *realloc(void *old, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *made = fails(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, size);
    if (!made) return ENOMEM;
    *out = made;
    return 0;
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
