/* alone.h: primitives of the numeric library measured by themselves, in the layouts they like best, nothing turned. */
#ifndef LRP_BENCH_ALONE_H
#define LRP_BENCH_ALONE_H

#include <dnnl.h>
#include <stdint.h>

#include "primitives.h"

/* Ends the program, saying what could not be done, unless status is 0. */
void lrp_bench_must(int status, const char *what);
/* Numbers that are not all alike; the caller frees them. */
float *lrp_bench_numbers(int64_t count);
/* The least of `repeat` times, ms, after one run that is not counted. */
typedef void lrp_bench_action(void *data);
double lrp_bench_fastest(lrp_bench_action *act, void *data, int repeat);

/* A convolution over a plane, forward or back: the fastest of the layouts there are. */
double lrp_alone_conv(const struct lrp_conv_shape *shape, bool back, dnnl_engine_t engine, int repeat);
/* `batch` products of (m,k) by (k,n), row-major. */
double lrp_alone_product(int64_t batch, int64_t m, int64_t n, int64_t k, dnnl_engine_t engine, int repeat);
/* A dense layer of k inputs and n outputs, one sample, weights in the layout it likes best. */
double lrp_alone_dense(int64_t n, int64_t k, dnnl_engine_t engine, int repeat);
/* The largest of every window over a plane; only in, kernel, stride, pads and channels of the shape are read. */
double lrp_alone_max_pool(const struct lrp_conv_shape *shape, dnnl_engine_t engine, int repeat);

#endif
