/* gemm_blas.c: matrix products by OpenBLAS, for builds without oneDNN that have it (gemm_blas.h). */
#include "gemm_blas.h"

#include <cblas.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "parallel.h"

enum {
    TILE_ROWS = 128,    /* of a product, for one thread: what is summed up where depends on the shape alone */
    TILE_COLUMNS = 512, /* likewise */
    LONGEST_SUM = 2048  /* before it is added to the total: keeps long sums exact */
};

static void one_thread(void)
{
    openblas_set_num_threads(1); /* products come from our own threads, which its own would only wait for */
}

/* One axis of it lies without gaps, at the alignment of floats. */
static bool is_plain(const struct lrp_gemm_operand *o)
{
    return o->data && (uintptr_t)o->data % sizeof(float) == 0 && (o->across == 1 || o->down == 1) && o->down <= INT32_MAX &&
           o->across <= INT32_MAX;
}

bool lrp_gemm_blas_takes(const struct lrp_gemm_panels *p)
{
    return is_plain(&p->a) && is_plain(&p->b) && p->n <= INT32_MAX;
}

static int64_t least_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static const float *at(const struct lrp_gemm_operand *o, int64_t i, int64_t j)
{
    return (const float *)o->data + i * o->down + j * o->across;
}

static void one_tile(const struct lrp_gemm_panels *p, int64_t row, int64_t column)
{
    const int64_t m = least_of(p->m - row, TILE_ROWS), n = least_of(p->n - column, TILE_COLUMNS);
    const bool left = p->a.across != 1, right = p->b.across != 1; /* transposed */
    float *const c = p->c + row * p->n + column;
    for (int64_t done = 0; done < p->k; done += LONGEST_SUM)
        cblas_sgemm(CblasRowMajor, left ? CblasTrans : CblasNoTrans, right ? CblasTrans : CblasNoTrans, (int)m, (int)n,
                    (int)least_of(p->k - done, LONGEST_SUM), 1, at(&p->a, row, done), (int)(left ? p->a.across : p->a.down),
                    at(&p->b, done, column), (int)(right ? p->b.across : p->b.down), done ? 1 : p->beta, c, (int)p->n);
    for (int64_t i = 0; p->bias && i < m; i++)
        for (int64_t j = 0; j < n; j++) c[i * p->n + j] += p->bias[column + j];
}

static void some_tiles(void *context, int64_t begin, int64_t end)
{
    const struct lrp_gemm_panels *const p = context;
    const int64_t across = (p->n + TILE_COLUMNS - 1) / TILE_COLUMNS;
    for (int64_t i = begin; i < end; i++) one_tile(p, i / across * TILE_ROWS, i % across * TILE_COLUMNS);
}

enum lrp_status lrp_gemm_blas_run(const struct lrp_gemm_panels *product, const struct lrp_run *run, struct lrp_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct lrp_gemm_panels p = *product;
    pthread_once(&once, one_thread);
    lrp_parallel_for(run, (p.m + TILE_ROWS - 1) / TILE_ROWS * ((p.n + TILE_COLUMNS - 1) / TILE_COLUMNS),
                     TILE_ROWS * TILE_COLUMNS * p.k, some_tiles, &p);
    return lrp_run_should_stop(run) ? lrp_fail(err, LRP_CANCELLED, "cancelled") : LRP_OK;
}

void lrp_gemm_blas_name(char *name, size_t size)
{
    snprintf(name, size, "%s", openblas_get_config());
    name[strcspn(name, "0123456789") + strcspn(name + strcspn(name, "0123456789"), " ")] = '\0'; /* up to its version */
}
