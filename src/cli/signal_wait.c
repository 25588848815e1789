/* signal_wait.c: waiting for signals that are blocked. */
#include "signal_wait.h"

#include <time.h>

#if defined(__APPLE__) || defined(__OpenBSD__) || defined(LRP_PLAIN_SYSTEM)
enum { STEP_MS = 10 };

/* No call waits for a while there: what is pending is asked for again and again. sigwait then has nothing to wait for. */
static int poll_for(const sigset_t *signals, int ms)
{
    const struct timespec step = {.tv_nsec = STEP_MS * 1000L * 1000};
    for (int waited = 0; waited <= ms; waited += STEP_MS) {
        sigset_t pending;
        int number = 0;
        sigpending(&pending);
        for (int i = 1; i < 32; i++)
            if (sigismember(signals, i) == 1 && sigismember(&pending, i) == 1) return sigwait(signals, &number) ? 0 : number;
        nanosleep(&step, NULL);
    }
    return 0;
}

int lrp_signal_wait(const sigset_t *signals, int ms)
{
    int number = 0;
    if (ms >= 0) return poll_for(signals, ms);
    return sigwait(signals, &number) ? 0 : number;
}
#else
int lrp_signal_wait(const sigset_t *signals, int ms)
{
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000 * 1000};
    const int number = ms < 0 ? sigwaitinfo(signals, NULL) : sigtimedwait(signals, NULL, &pause);
    return number > 0 ? number : 0;
}
#endif
