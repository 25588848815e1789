/* frames.c: where a crashed program was, as far as the C library can tell. */
#include "frames.h"

#include <unistd.h>

#if __has_include(<execinfo.h>) && !defined(LRP_PLAIN_SYSTEM)
#include <execinfo.h>

enum { FRAMES = 64 };

void lrp_frames_prepare(void)
{
    void *frame[1];
    backtrace(frame, 1);
}

void lrp_frames_write(int fd)
{
    void *frames[FRAMES];
    backtrace_symbols_fd(frames, backtrace(frames, FRAMES), fd);
}
#else
void lrp_frames_prepare(void)
{
}

void lrp_frames_write(int fd)
{
    static const char text[] = "this system's C library does not tell where\n";
    if (write(fd, text, sizeof text - 1) < 0) {
        /* nothing can be done about it here */
    }
}
#endif
