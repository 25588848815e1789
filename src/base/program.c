/* program.c: the running program's own file. */
#include "program.h"

#include <unistd.h>

#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

bool lrp_program_path(char *out, size_t size)
{
#if defined(LRP_PLAIN_SYSTEM)
    (void)out, (void)size;
    return false;
#elif defined(__APPLE__)
    uint32_t room = (uint32_t)size;
    return _NSGetExecutablePath(out, &room) == 0;
#else
    const ssize_t length = size ? readlink("/proc/self/exe", out, size) : -1;
    if (length <= 0 || (size_t)length >= size) return false;
    out[length] = '\0';
    return true;
#endif
}
