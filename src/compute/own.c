/* own.c: what stands in for the numeric library in a build without it: every convolution is left to our own loops
 * (conv_plain.c), matrix products are OpenBLAS's where the build found it, else our own. */
#include <stdio.h>

#include "library.h"
#include "lrpscope/tensor.h"

#ifdef LRP_OPENBLAS
#include <cblas.h>
#include <pthread.h>
#include <string.h>
#else
#include "own_gemm.h"
#endif

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

#ifdef LRP_OPENBLAS

static void one_thread(void)
{
    openblas_set_num_threads(1); /* products come from our own threads, which its own would only wait for */
}

enum lrp_status lrp_library_gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const float *a,
                                 int64_t row_a, const float *b, int64_t row_b, float beta, float *c, int64_t row_c,
                                 struct lrp_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, one_thread);
    if (m > INT32_MAX || n > INT32_MAX || k > INT32_MAX || row_a > INT32_MAX || row_b > INT32_MAX || row_c > INT32_MAX)
        return lrp_fail(err, LRP_UNSUPPORTED, "OpenBLAS counts rows and columns up to 2^31 only");
    cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans, (int)m, (int)n,
                (int)k, 1, a, (int)row_a, b, (int)row_b, beta, c, (int)row_c);
    return LRP_OK;
}

void lrp_numeric_library(char *name, char *instructions, size_t size)
{
    snprintf(name, size, "own loops, %s", openblas_get_config());
    snprintf(instructions, size, "%s", openblas_get_corename());
    name[strcspn(name, "0123456789") + strcspn(name + strcspn(name, "0123456789"), " ")] = '\0'; /* up to its version */
}

#else

enum lrp_status lrp_library_gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const float *a,
                                 int64_t row_a, const float *b, int64_t row_b, float beta, float *c, int64_t row_c,
                                 struct lrp_error *err)
{
    const struct lrp_own_matrix left = {a, transpose_a ? 1 : row_a, transpose_a ? row_a : 1};
    const struct lrp_own_matrix right = {b, transpose_b ? 1 : row_b, transpose_b ? row_b : 1};

    return lrp_own_gemm(m, n, k, left, right, beta, c, row_c)
               ? LRP_OK
               : lrp_fail(err, LRP_MEMORY, "not enough memory for a matrix product");
}

void lrp_numeric_library(char *name, char *instructions, size_t size)
{
    snprintf(name, size, "own loops");
    snprintf(instructions, size, "%s", lrp_own_gemm_name());
}

#endif
