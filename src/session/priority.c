/* priority.c: how urgent a thread is. */
#include "priority.h"

#if defined(__linux__) && !defined(LRP_PLAIN_SYSTEM)
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STEPS_BACK = 3, LEAST_URGENT = 19 };

/* Linux keeps priorities by thread. */
void lrp_priority_step_back(void)
{
    const id_t self = (id_t)syscall(SYS_gettid);
    const int wanted = getpriority(PRIO_PROCESS, self) + STEPS_BACK;
    (void)setpriority(PRIO_PROCESS, self, wanted < LEAST_URGENT ? wanted : LEAST_URGENT);
}
#else
/* Elsewhere priorities are the process's: it keeps its own. */
void lrp_priority_step_back(void)
{
}
#endif
