/* wake_pipe.h: a pipe to oneself. */
#ifndef LRP_BASE_WAKE_PIPE_H
#define LRP_BASE_WAKE_PIPE_H

#include <stdbool.h>

/* Both ends never wait and are closed in programs started from here; false with errno. */
bool lrp_wake_pipe_open(int ends[2]);

#endif
