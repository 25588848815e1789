/* alone.h: primitives of the numeric library measured by themselves, in the layouts they like best, nothing turned. */
#ifndef LRP_BENCH_ALONE_H
#define LRP_BENCH_ALONE_H

#include <dnnl.h>
#include <stddef.h>
#include <stdint.h>

#include "primitives.h"

/* Ends the program, saying what could not be done, unless status is 0. */
void lrp_bench_must(int status, const char *what);
/* Numbers that are not all alike; the caller frees them. */
float *lrp_bench_numbers(int64_t count);
/* The least of `repeat` times, ms, after one run that is not counted. */
typedef void lrp_bench_action(void *data);
double lrp_bench_fastest(lrp_bench_action *act, void *data, int repeat);
/* Several things by turns, so that what disturbs one disturbs all: `repeat` rounds, and what takes little for 100 ms in all. */
struct lrp_bench_turn {
    lrp_bench_action *act;
    void *data;
    double least; /* ms */
};
void lrp_bench_in_turn(struct lrp_bench_turn *turns, size_t count, int repeat);

/* A primitive with numbers of its own, and how fast it was: the least of `repeat` times with warm caches. Freed by the caller.
 */
struct lrp_alone;
/* A convolution over a plane, forward or back: the fastest of the layouts there are, or of channels in blocks alone (few input
 * channels as it likes); NULL: none but the reference. */
struct lrp_alone *lrp_alone_conv(const struct lrp_conv_shape *shape, bool back, bool blocks, dnnl_engine_t engine, int repeat);
/* `batch` products of (m,k) by (k,n), row-major. */
struct lrp_alone *lrp_alone_product(int64_t batch, int64_t m, int64_t n, int64_t k, dnnl_engine_t engine, int repeat);
/* A dense layer of k inputs and n outputs, m samples, everything in the layout it likes best. */
struct lrp_alone *lrp_alone_dense(int64_t m, int64_t n, int64_t k, dnnl_engine_t engine, int repeat);
/* The largest of every window over a plane; only in, kernel, stride, pads and channels of the shape are read; NULL as above. */
struct lrp_alone *lrp_alone_max_pool(const struct lrp_conv_shape *shape, dnnl_engine_t engine, int repeat);
/* The largest of a number and 0, for so many floats. */
struct lrp_alone *lrp_alone_relu(int64_t count, dnnl_engine_t engine, int repeat);
void lrp_alone_free(struct lrp_alone *alone); /* NULL is allowed */
/* ms */
double lrp_alone_least(const struct lrp_alone *alone);
/* Runs it twice more and times the second; its least may become less. */
void lrp_alone_again(struct lrp_alone *alone);
/* Runs it once: a lrp_bench_action. */
void lrp_alone_run(void *alone);
/* What it reads, or writes, if that is so many floats (borrowed); else NULL. */
float *lrp_alone_memory(const struct lrp_alone *alone, bool written, int64_t floats);
/* All of them one after the other, as a network's pass does it: each has weights of its own and, where the sizes agree, reads
 * what the one before wrote. The least of `repeat` times, ms. From then on freed together. */
double lrp_alone_in_a_row(struct lrp_alone *const *items, size_t count, int repeat);

#endif
