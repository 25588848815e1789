/* parallel.c: loops whose turns do not depend on one another. */
#include "parallel.h"

#ifdef _OPENMP
#include <omp.h>
#endif

/* Starting a team costs some 5 us, more if it sleeps: less work than this is done faster alone. */
enum { WORTH_A_THREAD = 32768 };

static int64_t threads_for(const struct lrp_run *run, int64_t count, int64_t cost)
{
    int64_t threads = run && run->threads > 1 ? run->threads : 1;
    int64_t work;

    if (__builtin_mul_overflow(count, cost > 0 ? cost : 1, &work)) work = INT64_MAX;
    if (threads > work / WORTH_A_THREAD + 1) threads = work / WORTH_A_THREAD + 1;
    return threads < count ? threads : count;
}

void lrp_parallel_for(const struct lrp_run *run, int64_t count, int64_t cost,
                      void (*body)(void *context, int64_t begin, int64_t end), void *context)
{
    const int64_t threads = count > 0 ? threads_for(run, count, cost) : 0;

    if (threads <= 1) {
        if (count > 0) body(context, 0, count);
        return;
    }
    const int64_t part = count / threads, rest = count % threads;
#ifdef _OPENMP
#pragma omp parallel for num_threads((int)threads) schedule(static, 1)
#endif
    for (int64_t i = 0; i < threads; i++) {
        const int64_t begin = i * part + (i < rest ? i : rest);

        body(context, begin, begin + part + (i < rest));
    }
}

bool lrp_run_should_stop(const struct lrp_run *run)
{
    return run && run->should_stop && run->should_stop(run->data);
}

int lrp_threads_enter(const struct lrp_run *run)
{
#ifdef _OPENMP
    const int before = omp_get_max_threads();

    omp_set_num_threads(run && run->threads > 1 ? run->threads : 1);
    return before;
#else
    (void)run;
    return 0;
#endif
}

void lrp_threads_leave(int before)
{
#ifdef _OPENMP
    omp_set_num_threads(before);
#else
    (void)before;
#endif
}
