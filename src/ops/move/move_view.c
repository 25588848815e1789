/* move_view.c: moving elements between two tensors by strides. */
#include <string.h>

#include "view.h"

/* Edge of the squares in which transposed elements are moved, so that both sides stay in the cache. */
#define TILE 32

void lrp_view_push(struct lrp_strided_view *view, int64_t dim, int64_t src, int64_t dst)
{
    const int last = view->rank - 1;
    if (dim == 1) return;
    if (last >= 0 && view->src[last] == src * dim && view->dst[last] == dst * dim) {
        view->dim[last] *= dim;
        view->src[last] = src;
        view->dst[last] = dst;
        return;
    }
    view->dim[view->rank] = dim;
    view->src[view->rank] = src;
    view->dst[view->rank++] = dst;
}

struct lrp_strided_view lrp_view_flat(size_t count)
{
    struct lrp_strided_view view = {0};
    lrp_view_push(&view, (int64_t)count, 1, 1);
    return view;
}

void lrp_dense_strides(const struct lrp_shape *shape, int64_t stride[LRP_MAX_RANK])
{
    int64_t next = 1;
    for (int k = shape->rank - 1; k >= 0; --k) {
        stride[k] = next;
        next *= shape->dim[k];
    }
}

/* The two innermost loops as rows x columns, the others around them. */
struct plane_job {
    struct lrp_strided_view view;
    int64_t rows, columns, src[2], dst[2]; /* strides of rows and columns */
    const char *from;
    char *to;
    const float *cotangent;
    float *grad;
    bool is_float;
};

static void swap_loops(struct lrp_strided_view *view, int a, int b)
{
    const int64_t dim = view->dim[a], src = view->src[a], dst = view->dst[a];
    view->dim[a] = view->dim[b];
    view->src[a] = view->src[b];
    view->dst[a] = view->dst[b];
    view->dim[b] = dim;
    view->src[b] = src;
    view->dst[b] = dst;
}

/* Puts the loop in which the source is dense just outside the innermost one, so that tiles are dense on one side each way. */
static struct plane_job plane_job(const struct lrp_strided_view *view)
{
    struct plane_job job = {.view = *view};
    struct lrp_strided_view *v = &job.view;
    for (int k = 0; k + 2 < v->rank; ++k)
        if (v->src[k] == 1 && v->src[v->rank - 1] != 1) swap_loops(v, k, v->rank - 2);
    job.rows = job.columns = 1;
    if (v->rank > 0) {
        job.columns = v->dim[--v->rank];
        job.src[1] = v->src[v->rank];
        job.dst[1] = v->dst[v->rank];
    }
    if (v->rank > 0) {
        job.rows = v->dim[--v->rank];
        job.src[0] = v->src[v->rank];
        job.dst[0] = v->dst[v->rank];
    }
    return job;
}

static int64_t outer_count(const struct lrp_strided_view *view)
{
    int64_t count = 1;
    for (int k = 0; k < view->rank; ++k) count *= view->dim[k];
    return count;
}

/* Where plane number `index` starts. */
static void plane_start(const struct lrp_strided_view *view, int64_t index, int64_t *from, int64_t *to)
{
    *from = view->from;
    *to = view->to;
    for (int k = view->rank - 1; k >= 0; --k) {
        *from += index % view->dim[k] * view->src[k];
        *to += index % view->dim[k] * view->dst[k];
        index /= view->dim[k];
    }
}

/* Inlined with a constant size, so that memcpy becomes one move. */
static inline __attribute__((always_inline)) void copy_tile(const struct plane_job *job, const char *from, char *to,
                                                            int64_t rows, int64_t columns, int64_t size)
{
    for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < columns; ++j)
            memcpy(to + (i * job->dst[0] + j * job->dst[1]) * size, from + (i * job->src[0] + j * job->src[1]) * size,
                   (size_t)size);
}

static void copy_rows(const struct plane_job *job, int64_t from, int64_t to, int64_t first, int64_t last)
{
    const int64_t size = job->is_float ? (int64_t)sizeof(float) : (int64_t)sizeof(int64_t);
    const char *source = job->from + from * size;
    char *target = job->to + to * size;
    if (job->columns == 1 || (job->src[1] == 1 && job->dst[1] == 1)) {
        for (int64_t i = first; i < last; ++i)
            memcpy(target + i * job->dst[0] * size, source + i * job->src[0] * size, (size_t)(job->columns * size));
        return;
    }
    for (int64_t i = first; i < last; i += TILE)
        for (int64_t j = 0; j < job->columns; j += TILE) {
            const int64_t rows = last - i < TILE ? last - i : TILE, columns = job->columns - j < TILE ? job->columns - j : TILE;
            const char *s = source + (i * job->src[0] + j * job->src[1]) * size;
            char *t = target + (i * job->dst[0] + j * job->dst[1]) * size;
            if (job->is_float)
                copy_tile(job, s, t, rows, columns, sizeof(float));
            else
                copy_tile(job, s, t, rows, columns, sizeof(int64_t));
        }
}

/* The gradient is read and written, so that its dense side is the inner loop where it has one. */
static void add_tile(const struct plane_job *job, float *grad, const float *cotangent, int64_t rows, int64_t columns)
{
    const int outer = job->src[0] == 1 ? 1 : 0, inner = 1 - outer;
    const int64_t count[2] = {rows, columns};

    for (int64_t i = 0; i < count[outer]; ++i)
        for (int64_t j = 0; j < count[inner]; ++j)
            grad[i * job->src[outer] + j * job->src[inner]] += cotangent[i * job->dst[outer] + j * job->dst[inner]];
}

static void add_rows(const struct plane_job *job, int64_t from, int64_t to, int64_t first, int64_t last)
{
    const int64_t width = job->src[1] == 1 && job->dst[1] == 1 ? job->columns : TILE;
    if (job->src[1] != 0) {
        for (int64_t i = first; i < last; i += TILE)
            for (int64_t j = 0; j < job->columns; j += width)
                add_tile(job, job->grad + from + i * job->src[0] + j * job->src[1],
                         job->cotangent + to + i * job->dst[0] + j * job->dst[1], last - i < TILE ? last - i : TILE,
                         job->columns - j < width ? job->columns - j : width);
        return;
    }
    for (int64_t i = first; i < last; ++i) {
        double sum = 0;
        for (int64_t j = 0; j < job->columns; ++j) sum += (double)job->cotangent[to + i * job->dst[0] + j * job->dst[1]];
        job->grad[from + i * job->src[0]] += (float)sum;
    }
}

static void plane_range(const void *data, size_t first, size_t last)
{
    const struct plane_job *job = data;
    for (int64_t at = (int64_t)first, end = (int64_t)last; at < end;) {
        const int64_t row = at % job->rows, rows = job->rows - row < end - at ? job->rows - row : end - at;
        int64_t from = 0, to = 0;
        plane_start(&job->view, at / job->rows, &from, &to);
        if (job->grad)
            add_rows(job, from, to, row, row + rows);
        else
            copy_rows(job, from, to, row, row + rows);
        at += rows;
    }
}

static bool reads_twice(const struct lrp_strided_view *view)
{
    for (int k = 0; k < view->rank; ++k)
        if (view->src[k] == 0) return true;
    return false;
}

static void run_planes(const struct plane_job *job, const struct lrp_run *run)
{
    const int64_t rows = outer_count(&job->view) * job->rows;
    if (job->columns > 0) lrp_for_range(run, (size_t)rows, (size_t)job->columns, plane_range, job);
}

void lrp_view_copy(const struct lrp_strided_view *view, const struct lrp_tensor *src, struct lrp_tensor *dst,
                   const struct lrp_run *run)
{
    struct plane_job job = plane_job(view);
    job.is_float = lrp_dtype_is_float(dst->dtype);
    job.from = job.is_float ? (const char *)src->f : (const char *)src->i;
    job.to = job.is_float ? (char *)dst->f : (char *)dst->i;
    run_planes(&job, run);
}

void lrp_view_add(const struct lrp_strided_view *view, const struct lrp_tensor *dst, struct lrp_tensor *src,
                  const struct lrp_run *run)
{
    struct plane_job job = plane_job(view);
    job.cotangent = dst->f;
    job.grad = src->f;
    /* elements that went to several places collect what comes back: no two threads may meet there */
    run_planes(&job, reads_twice(view) ? NULL : run);
}
