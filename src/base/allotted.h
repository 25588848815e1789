/* allotted.h: the CPUs and the memory that this process was given, which may be less than the machine has. */
#ifndef LRP_BASE_ALLOTTED_H
#define LRP_BASE_ALLOTTED_H

#include <stdint.h>

/* At least 1: CPUs it may run on (affinity), no more than the quota of its control groups, rounded up, and than
 * OMP_NUM_THREADS says. */
int lrp_allotted_threads(void);
/* Bytes: the machine's memory, no more than the limits of its control groups. UINT64_MAX where nobody knows. */
uint64_t lrp_allotted_memory(void);

/* The two limits of control groups, version 1 and 2: `list` is what /proc/self/cgroup says, `tree` where groups are mounted
 * (/sys/fs/cgroup). The lowest from the group up to the root holds. 0 and UINT64_MAX: none. */
double lrp_group_cpus(const char *list, const char *tree);
uint64_t lrp_group_memory(const char *list, const char *tree);

#endif
