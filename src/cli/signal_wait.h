/* signal_wait.h: waiting for signals that are blocked. */
#ifndef LRP_CLI_SIGNAL_WAIT_H
#define LRP_CLI_SIGNAL_WAIT_H

#include <signal.h>

/* Waits for one of the set, which every thread blocks; `ms` < 0: as long as it takes. Returns its number; 0: none came in time,
 * or the wait was broken off. */
int lrp_signal_wait(const sigset_t *signals, int ms);

#endif
