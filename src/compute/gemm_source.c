/* gemm_source.c: matrix products with weights that are not there as floats: a panel of them at a time is made, used and
 * forgotten. */
#include <stdlib.h>

#include "buffer.h"
#include "gemm_tiles.h"
#include "library.h"
#include "parallel.h"

struct panels {
    bool transpose_b;
    int64_t m, n, k;
    const float *a;
    const struct lrp_number_source *b;
    float beta, *c;
    const struct lrp_run *run;
    int64_t rows, columns; /* of a tile of C */
    int status;            /* enum lrp_status; of the first panel that failed, atomically */
};

/* `columns` of B' from `column` on, over `part` terms of their sums from `first` on, as they are stored; returns how far its
 * rows are apart. */
static int64_t make_panel(const struct panels *p, int64_t column, int64_t columns, int64_t first, int64_t part, float *panel)
{
    const int64_t rows = p->transpose_b ? columns : part, width = p->transpose_b ? part : columns;
    const int64_t row = p->transpose_b ? column : first, at = p->transpose_b ? first : column;
    const int64_t stored = p->transpose_b ? p->k : p->n;

    if (width == stored)
        p->b->read(p->b->data, row * stored, rows * width, panel);
    else
        for (int64_t r = 0; r < rows; r++) p->b->read(p->b->data, (row + r) * stored + at, width, panel + r * width);
    return width;
}

static enum lrp_status one_panel(const struct panels *p, int64_t column, float *panel)
{
    const int64_t columns = p->n - column < p->columns ? p->n - column : p->columns;

    for (int64_t first = 0; first < p->k; first += LONGEST_SUM) {
        const int64_t part = p->k - first < LONGEST_SUM ? p->k - first : LONGEST_SUM;

        if (lrp_run_should_stop(p->run)) return LRP_CANCELLED;
        const int64_t row_b = make_panel(p, column, columns, first, part, panel);

        for (int64_t row = 0; row < p->m; row += p->rows) {
            const int64_t rows = p->m - row < p->rows ? p->m - row : p->rows;
            const enum lrp_status status =
                lrp_library_gemm(false, p->transpose_b, rows, columns, part, p->a + row * p->k + first, p->k, panel, row_b,
                                 first ? 1 : p->beta, p->c + row * p->n + column, p->n, NULL);

            if (status) return status;
        }
    }
    return LRP_OK;
}

static void some_panels(void *context, int64_t begin, int64_t end)
{
    struct panels *const p = context;
    float *const panel = lrp_buffer_new(p->columns * (p->k < LONGEST_SUM ? p->k : LONGEST_SUM));
    enum lrp_status status = panel ? LRP_OK : LRP_MEMORY;

    for (int64_t i = begin; !status && i < end && !__atomic_load_n(&p->status, __ATOMIC_RELAXED); i++)
        status = one_panel(p, i * p->columns, panel);
    free(panel);
    if (status) __atomic_store_n(&p->status, (int)status, __ATOMIC_RELAXED);
}

enum lrp_status lrp_gemm_source(bool transpose_b, int64_t m, int64_t n, int64_t k, const float *a,
                                const struct lrp_number_source *b, float beta, float *c, const struct lrp_run *run,
                                struct lrp_error *err)
{
    struct panels panels = {transpose_b, m, n, k, a, b, beta, c, run, share_of(m, TILE_ROWS), share_of(n, TILE_COLUMNS),
                            LRP_OK};

    if (m == 0 || n == 0) return LRP_OK;
    if (k == 0) {
        for (int64_t i = 0; i < m * n; i++) c[i] = beta == 0 ? 0 : beta * c[i];
        return LRP_OK;
    }
    const int before = lrp_threads_enter(NULL); /* a panel's own */
    lrp_parallel_for(run, (n + panels.columns - 1) / panels.columns, panels.columns * k, some_panels, &panels);
    lrp_threads_leave(before);
    switch (panels.status) {
    case LRP_OK:
        return LRP_OK;
    case LRP_CANCELLED:
        return lrp_fail(err, LRP_CANCELLED, "cancelled");
    case LRP_MEMORY:
        return lrp_fail(err, LRP_MEMORY, "not enough memory for a matrix product");
    default:
        return lrp_fail(err, (enum lrp_status)panels.status, "the numeric library refuses a matrix product");
    }
}
