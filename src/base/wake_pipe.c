/* wake_pipe.c: a pipe to oneself. */
#include "wake_pipe.h"

#include <fcntl.h>
#include <unistd.h>

bool lrp_wake_pipe_open(int ends[2])
{
#if defined(__APPLE__) || defined(LRP_PLAIN_SYSTEM)
    if (pipe(ends)) return false;
    for (int i = 0; i < 2; i++) {
        if (fcntl(ends[i], F_SETFD, FD_CLOEXEC) == 0 && fcntl(ends[i], F_SETFL, O_NONBLOCK) == 0) continue;
        close(ends[0]);
        close(ends[1]);
        return false;
    }
    return true;
#else
    return pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0;
#endif
}
