/* primitives.h: the few numeric primitives everything heavy is built from; the numeric library stays behind them. */
#ifndef LRP_COMPUTE_PRIMITIVES_H
#define LRP_COMPUTE_PRIMITIVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lrpscope/error.h"

struct lrp_pool;
/* What a running operator is given besides its tensors. */
struct lrp_run {
    int threads;                     /* how many threads data-parallel loops may use, at least 1 */
    bool (*should_stop)(void *data); /* asked between pieces of work; NULL: never */
    void *data;
    struct lrp_pool *pool; /* where scratch and results come from; NULL: fresh memory */
};
bool lrp_run_should_stop(const struct lrp_run *run);

/* A convolution (cross-correlation) over 1 to 3 space dimensions, all float32, all plain row-major:
 * x (N, C, in[0..rank)), W (M, C/group, kernel...), b (M) or NULL, y (N, M, out[0..rank)). */
struct lrp_conv_shape {
    int rank; /* space dimensions, 1..3 */
    int64_t batch, in_channels, out_channels, group;
    int64_t in[3], out[3], kernel[3], stride[3], dilation[3], pad_begin[3], pad_end[3];
};
struct lrp_conv; /* prepared: weights in the primitive's own layout, primitives for both directions made on first use */

/* How many neighbouring groups are done as one, with zeros for the weights between them (conv_join.h): a convolution holds as
 * many times its weights. 1: none. */
int64_t lrp_conv_joined_groups(const struct lrp_conv_shape *shape);
/* Makes a convolution whose weights are copied (any alignment is fine: weights is read with memcpy). bias may be NULL.
 * Errors: LRP_MEMORY, LRP_UNSUPPORTED (what the numeric library refuses). */
enum lrp_status lrp_conv_new(const struct lrp_conv_shape *shape, const void *weights, const void *bias, struct lrp_conv **out,
                             struct lrp_error *err);
void lrp_conv_free(struct lrp_conv *conv);
/* Bytes of weights it holds by now, in whatever layouts. */
size_t lrp_conv_held(const struct lrp_conv *conv);
/* What a convolution reads and writes: row-major, or in the blocks of channels that lrp_conv_blocks names (blocked.h). */
enum lrp_direction { LRP_FORWARD, LRP_BACKWARD };
struct lrp_conv_ends {
    const float *from;
    float *to;
    bool from_blocked, to_blocked;
};
/* In blocks of how many channels a direction reads and writes by itself, so that nothing needs to be turned; 0: row-major only.
 */
enum lrp_status lrp_conv_blocks(struct lrp_conv *conv, enum lrp_direction direction, const struct lrp_run *run, int *from,
                                int *to, struct lrp_error *err);
/* Forward: y = W*x + b, from x to y. Backward: gx = W^T gy, from gy to gx (overwritten; the bias plays no part). */
enum lrp_status lrp_conv_run(struct lrp_conv *conv, enum lrp_direction direction, struct lrp_conv_ends ends,
                             const struct lrp_run *run, struct lrp_error *err);
/* "fwd: brgconv:avx512_core, bwd: jit:avx512_core": which implementations run; for tests. Returns buffer. */
char *lrp_conv_implementation(struct lrp_conv *conv, char *buffer, size_t size);

/* A part of a row-major matrix. */
struct lrp_matrix_part {
    int64_t row, rows, column, columns;
};
/* Numbers that are made when they are asked for: [first, first+n) of a row-major matrix. From several threads at once. */
struct lrp_number_source {
    void (*read)(const void *data, int64_t first, int64_t n, float *out);
    /* A part turned about: its entry (i, j) at to[j * width + i], zeros where i is beyond its rows. It begins at a multiple of
     * LRP_TURNED_FROM columns, and width is at most LRP_MOST_TURNED. NULL: it is read and then turned. */
    void (*turn)(const void *data, struct lrp_matrix_part part, int64_t width, float *to);
    const void *data;
    const void *raw; /* where they are made of, `bytes` for each, so that it can be fetched ahead; NULL: nobody knows */
    int64_t bytes;
    bool halves; /* raw are the numbers themselves, float16 */
};
enum { LRP_TURNED_FROM = 32, LRP_MOST_TURNED = 48 };
/* C (m,n) = A' (m,k) * B' (k,n) + beta * C, row-major, and then the bias of every column; transposed: A is stored (k,m), B
 * (n,k). A and B are float32 at any alignment: weights are read where they lie in the file. */
struct lrp_multiplication {
    bool transpose_a, transpose_b;
    int64_t m, n, k;
    const void *a, *b;               /* b NULL: its numbers are those of the source */
    struct lrp_number_source source; /* asked for a few hundred columns at a time and thread, once for some megabytes of A */
    float beta, *c;                  /* with beta 0, C is not read */
    const float *bias;               /* n numbers; NULL: none */
};
/* The same bits for any number of threads. If m or n is 1, entries of the vector that are zero may leave what they are
 * multiplied with unread (so that 0 times infinity is 0). */
enum lrp_status lrp_multiply(const struct lrp_multiplication *product, const struct lrp_run *run, struct lrp_error *err);
/* Without a bias. */
enum lrp_status lrp_gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const void *a, const void *b,
                         float beta, float *c, const struct lrp_run *run, struct lrp_error *err);
/* Likewise, with B from a source. */
enum lrp_status lrp_gemm_source(bool transpose_b, int64_t m, int64_t n, int64_t k, const float *a,
                                const struct lrp_number_source *b, float beta, float *c, const struct lrp_run *run,
                                struct lrp_error *err);

#endif
