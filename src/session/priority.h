/* priority.h: how urgent a thread is. */
#ifndef LRP_SESSION_PRIORITY_H
#define LRP_SESSION_PRIORITY_H

/* The calling thread works a little less urgently than the others. Being refused is no harm. */
void lrp_priority_step_back(void);

#endif
