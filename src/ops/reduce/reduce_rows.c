/* reduce_rows.c: a tensor seen as rows along chosen axes. */
#include "rows.h"

#define LANES 8

/* The loops that bring a tensor of that shape into row order. */
static struct lrp_strided_view rows_view(const struct lrp_shape *shape, const bool axes[LRP_MAX_RANK])
{
    struct lrp_strided_view view = {0};
    int64_t stride[LRP_MAX_RANK], order[LRP_MAX_RANK], next = 1;
    int count = 0;
    lrp_dense_strides(shape, stride);
    for (int chosen = 0; chosen < 2; ++chosen)
        for (int k = 0; k < shape->rank; ++k)
            if (axes[k] == (chosen == 1)) order[count++] = k;
    int64_t target[LRP_MAX_RANK];
    for (int k = count - 1; k >= 0; --k) {
        target[k] = next;
        next *= shape->dim[order[k]];
    }
    for (int k = 0; k < count; ++k) lrp_view_push(&view, shape->dim[order[k]], stride[order[k]], target[k]);
    return view;
}

/* True if the tensor already is in row order. */
static bool rows_trailing(const struct lrp_shape *shape, const bool axes[LRP_MAX_RANK])
{
    bool seen = false;
    for (int k = 0; k < shape->rank; ++k) {
        if (shape->dim[k] == 1) continue;
        if (seen && !axes[k]) return false;
        seen = seen || axes[k];
    }
    return true;
}

static void measure_rows(struct lrp_rows *rows, const struct lrp_shape *shape, const bool axes[LRP_MAX_RANK])
{
    rows->rows = rows->length = 1;
    for (int k = 0; k < shape->rank; ++k) *(axes[k] ? &rows->length : &rows->rows) *= (size_t)shape->dim[k];
}

enum lrp_status lrp_rows_open(struct lrp_rows *rows, const struct lrp_tensor *tensor, const bool axes[LRP_MAX_RANK],
                              const struct lrp_run *run, struct lrp_error *err)
{
    *rows = (struct lrp_rows){.tensor = tensor};
    measure_rows(rows, &tensor->shape, axes);
    if (rows_trailing(&tensor->shape, axes)) return LRP_OK;
    const enum lrp_status status = lrp_tensor_new(tensor->dtype, &tensor->shape, &rows->owned, err);
    if (status) return status;
    const struct lrp_strided_view view = rows_view(&tensor->shape, axes);
    lrp_view_copy(&view, tensor, rows->owned, run);
    rows->tensor = rows->owned;
    return LRP_OK;
}

void lrp_rows_close(struct lrp_rows *rows)
{
    lrp_tensor_release(rows->owned);
    *rows = (struct lrp_rows){0};
}

enum lrp_status lrp_rows_make(struct lrp_rows *rows, struct lrp_tensor *target, const bool axes[LRP_MAX_RANK],
                              struct lrp_error *err)
{
    *rows = (struct lrp_rows){.owned = NULL};
    measure_rows(rows, &target->shape, axes);
    if (rows_trailing(&target->shape, axes)) {
        rows->owned = lrp_tensor_retain(target);
        return LRP_OK;
    }
    return lrp_tensor_new(target->dtype, &target->shape, &rows->owned, err);
}

struct lrp_tensor *lrp_rows_target(const struct lrp_rows *rows)
{
    return rows->owned;
}

void lrp_rows_store(struct lrp_rows *rows, struct lrp_tensor *target, const bool axes[LRP_MAX_RANK], const struct lrp_run *run)
{
    if (rows->owned != target) {
        const struct lrp_strided_view there = rows_view(&target->shape, axes);
        struct lrp_strided_view back = there;
        for (int k = 0; k < there.rank; ++k) {
            back.src[k] = there.dst[k];
            back.dst[k] = there.src[k];
        }
        lrp_view_copy(&back, rows->owned, target, run);
    }
    lrp_rows_close(rows);
}

double lrp_sum(const float *x, size_t n)
{
    double lane[LANES] = {0}, sum = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; ++k) lane[k] += (double)x[i + k];
    for (; i < n; ++i) sum += (double)x[i];
    for (size_t k = 0; k < LANES; ++k) sum += lane[k];
    return sum;
}
