/* parallel.h: loops whose turns do not depend on one another. */
#ifndef LRP_COMPUTE_PARALLEL_H
#define LRP_COMPUTE_PARALLEL_H

#include "primitives.h"

/* Calls body(context, begin, end) for parts that together are [0, count), on at most run->threads threads (run NULL: one).
 * `cost`: how many elements one turn touches, so that small loops stay on one thread. The parts depend on count, cost
 * and threads alone: results are the same in every run. Returns when all are done. */
void lrp_parallel_for(const struct lrp_run *run, int64_t count, int64_t cost,
                      void (*body)(void *context, int64_t begin, int64_t end), void *context);

/* How many of that many threads there can be, at least 1: the limits of processes and of memory may allow fewer, and the
 * runtime that shares out loops would end the program. Tried by starting them, once for each thread that asks and number. */
int lrp_threads_there(int wanted);

/* Makes the numeric library's loops on this thread use run->threads threads; returns what to restore. */
int lrp_threads_enter(const struct lrp_run *run);
void lrp_threads_leave(int before);

#endif
