/* affinity.c: the processors this process may run on. */
#include "affinity.h"

#include <limits.h>
#include <sched.h>
#include <stddef.h>
#include <unistd.h>

#if defined(CPU_ALLOC_SIZE) && !defined(LRP_PLAIN_SYSTEM)
/* The set's size is found by doubling: machines have more CPUs than CPU_SETSIZE at times. 0: not to be had. */
static int allowed(void)
{
    for (int most = CPU_SETSIZE; most <= 1 << 20; most *= 2) {
        cpu_set_t *set = CPU_ALLOC((size_t)most);
        const size_t size = CPU_ALLOC_SIZE((size_t)most);
        if (!set) break;
        const int count = sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
        CPU_FREE(set);
        if (count > 0) return count;
    }
    return 0;
}
#else
static int allowed(void)
{
    return 0;
}
#endif

int lrp_affinity(void)
{
    const int count = allowed();
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    if (count > 0) return count;
    return online > 0 && online < INT_MAX ? (int)online : 1;
}
