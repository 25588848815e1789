/* buffer.h: aligned memory for numbers. */
#ifndef LRP_COMPUTE_BUFFER_H
#define LRP_COMPUTE_BUFFER_H

#include <stddef.h>
#include <stdint.h>

/* Room for `count` floats, not initialised, aligned to 64 bytes, on huge pages where it is big; NULL on overflow or when
 * out of memory. Never NULL for count 0. Give it back with free(). */
float *lrp_buffer_new(int64_t count);
/* The same in bytes. */
void *lrp_buffer_bytes(size_t bytes);

#endif
