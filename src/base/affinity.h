/* affinity.h: the processors this process may run on. */
#ifndef LRP_BASE_AFFINITY_H
#define LRP_BASE_AFFINITY_H

/* Their number; all that are switched on where the system does not say; at least 1. */
int lrp_affinity(void);

#endif
