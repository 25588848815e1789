/* own.c: what stands in for the numeric library in a build without it: every convolution is left to our own loops
 * (conv_plain.c), matrix products are OpenBLAS's where the build found it. */
#include <stdio.h>

#include "gemm_blas.h"
#include "gemm_kernels.h"
#include "library.h"
#include "lrpscope/tensor.h"

int lrp_library_block(void)
{
    return 0;
}

enum lrp_status lrp_library_conv_new(const struct lrp_conv_shape *shape, enum lrp_direction direction, int threads, bool bias,
                                     const void *weights, struct lrp_library_conv **out, struct lrp_error *err)
{
    (void)shape, (void)direction, (void)threads, (void)bias, (void)weights, (void)err;
    *out = NULL;
    return LRP_OK;
}

/* Nobody is ever given a convolution: what follows is only there to be linked. */

void lrp_library_conv_free(struct lrp_library_conv *conv)
{
    (void)conv;
}

size_t lrp_library_conv_held(const struct lrp_library_conv *conv)
{
    (void)conv;
    return 0;
}

void lrp_library_conv_blocks(const struct lrp_library_conv *conv, int *from, int *to)
{
    (void)conv;
    *from = *to = 0;
}

enum lrp_status lrp_library_conv_run(struct lrp_library_conv *conv, struct lrp_conv_ends ends, const float *bias,
                                     const struct lrp_run *run, struct lrp_error *err)
{
    (void)conv, (void)ends, (void)bias, (void)run;
    return lrp_fail(err, LRP_UNSUPPORTED, "this build has no library for convolutions");
}

enum lrp_status lrp_library_conv_weights(struct lrp_library_conv *conv, float *weights, struct lrp_error *err)
{
    (void)conv, (void)weights;
    return lrp_fail(err, LRP_UNSUPPORTED, "this build has no library for convolutions");
}

const char *lrp_library_conv_name(const struct lrp_library_conv *conv)
{
    (void)conv;
    return "own";
}

int lrp_library_conv_threads(const struct lrp_library_conv *conv)
{
    (void)conv;
    return 1;
}

void lrp_numeric_library(char *name, char *instructions, size_t size)
{
#ifdef LRP_OPENBLAS
    char blas[80];
    lrp_gemm_blas_name(blas, sizeof blas);
    snprintf(name, size, "own loops, %s", blas);
#else
    snprintf(name, size, "own loops");
#endif
    snprintf(instructions, size, "%s", lrp_gemm_kernels_at(0)->name);
}
