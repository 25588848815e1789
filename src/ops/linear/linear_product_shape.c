/* linear_product_shape.c: which products Gemm, MatMul and Dense ask for. */
#include <string.h>

#include "infer.h"
#include "linear.h"
#include "linear_product.h"

/* C broadcasts in one direction: to (m,n). */
static enum lrp_status read_c(const struct lrp_call *call, struct lrp_linear_product *p, struct lrp_error *err)
{
    if (!lrp_call_has(call, 2)) return LRP_OK;
    const struct lrp_shape *const c = call->in[2].shape;
    const int64_t columns = c->rank > 0 ? c->dim[c->rank - 1] : 1, rows = c->rank > 1 ? c->dim[c->rank - 2] : 1;

    if (c->rank > 2 || (columns != 1 && columns != p->n) || (rows != 1 && rows != p->m))
        return lrp_fail(err, LRP_FILE, "the bias does not broadcast to %lldx%lld", (long long)p->m, (long long)p->n);
    p->has_c = true;
    p->c_column = columns == 1 ? 0 : 1;
    p->c_row = rows == 1 ? 0 : columns;
    return LRP_OK;
}

static enum lrp_status mismatch(const struct lrp_call *call, struct lrp_error *err)
{
    char a[160], b[160];

    return lrp_fail(err, LRP_FILE, "a matrix %s cannot be multiplied by a matrix %s",
                    lrp_shape_text(call->in[0].shape, 0, "x", a, sizeof a),
                    lrp_shape_text(call->in[1].shape, 0, "x", b, sizeof b));
}

enum lrp_status lrp_gemm_read(const struct lrp_call *call, struct lrp_linear_product *p, struct lrp_error *err)
{
    const struct lrp_shape *const a = call->in[0].shape, *const b = call->in[1].shape;

    if (a->rank != 2 || b->rank != 2) return mismatch(call, err);
    p->transpose_a = lrp_call_int(call, "transA", 0) != 0;
    p->transpose_b = lrp_call_int(call, "transB", 0) != 0;
    p->alpha = lrp_call_float(call, "alpha", 1);
    p->beta = lrp_call_float(call, "beta", 1);
    p->m = a->dim[p->transpose_a];
    p->k = a->dim[!p->transpose_a];
    p->n = b->dim[!p->transpose_b];
    if (b->dim[p->transpose_b] != p->k) return mismatch(call, err);
    p->y = (struct lrp_shape){.rank = 2, .dim = {p->m, p->n}};
    return read_c(call, p, err);
}

enum lrp_status lrp_dense_read(const struct lrp_call *call, struct lrp_linear_product *p, struct lrp_error *err)
{
    const struct lrp_shape *const x = call->in[0].shape, *const w = call->in[1].shape;

    if (x->rank < 1 || w->rank != 2) return mismatch(call, err);
    p->transpose_b = lrp_call_int(call, "transpose", 0) != 0;
    p->alpha = lrp_call_float(call, "alpha", 1);
    p->beta = lrp_call_float(call, "beta", 1);
    p->k = x->dim[x->rank - 1];
    p->n = w->dim[!p->transpose_b];
    if (w->dim[p->transpose_b] != p->k) return mismatch(call, err);
    p->m = (int64_t)lrp_shape_span(x, 0, x->rank - 1);
    p->y = *x;
    p->y.dim[x->rank - 1] = p->n;
    if (lrp_call_has(call, 2) && call->in[2].shape->rank > 1)
        return lrp_fail(err, LRP_FILE, "the bias of a dense layer has %d dimensions instead of 1", call->in[2].shape->rank);
    return read_c(call, p, err);
}

/* Batch dimensions broadcast; `size` is what one matrix takes. */
static void batch_strides(const struct lrp_shape *shape, int matrix_rank, int64_t size, const struct lrp_linear_product *p,
                          int64_t *stride)
{
    const int own = shape->rank - matrix_rank;

    for (int d = p->batch_rank - 1; d >= 0; d--) {
        const int at = d - (p->batch_rank - own);
        const int64_t dim = at < 0 ? 1 : shape->dim[at];

        stride[d] = dim == 1 ? 0 : size;
        size *= dim;
    }
}

static enum lrp_status read_batches(const struct lrp_call *call, struct lrp_linear_product *p, int rank_a, int rank_b,
                                    struct lrp_error *err)
{
    const struct lrp_shape *const a = call->in[0].shape, *const b = call->in[1].shape;
    const int own_a = a->rank - rank_a, own_b = b->rank - rank_b;

    p->batch_rank = own_a > own_b ? own_a : own_b;
    for (int d = 0; d < p->batch_rank; d++) {
        const int at_a = d - (p->batch_rank - own_a), at_b = d - (p->batch_rank - own_b);
        const int64_t dim_a = at_a < 0 ? 1 : a->dim[at_a], dim_b = at_b < 0 ? 1 : b->dim[at_b];

        if (dim_a != dim_b && dim_a != 1 && dim_b != 1) return mismatch(call, err);
        p->batch_dim[d] = dim_a == 1 ? dim_b : dim_a;
        p->batches = lrp_linear_times(p->batches, p->batch_dim[d]);
    }
    batch_strides(a, rank_a, p->m * p->k, p, p->a_stride);
    batch_strides(b, rank_b, p->k * p->n, p, p->b_stride);
    return LRP_OK;
}

enum lrp_status lrp_matmul_read(const struct lrp_call *call, struct lrp_linear_product *p, struct lrp_error *err)
{
    const struct lrp_shape *const a = call->in[0].shape, *const b = call->in[1].shape;
    const int rank_a = a->rank > 1 ? 2 : 1, rank_b = b->rank > 1 ? 2 : 1;
    enum lrp_status status = LRP_OK;

    if (a->rank < 1 || b->rank < 1) return lrp_fail(err, LRP_FILE, "a scalar cannot be multiplied as a matrix");
    p->m = rank_a == 2 ? a->dim[a->rank - 2] : 1;
    p->k = a->dim[a->rank - 1];
    p->n = rank_b == 2 ? b->dim[b->rank - 1] : 1;
    if (b->dim[b->rank - rank_b] != p->k) return mismatch(call, err);
    if (b->rank <= 2) /* one matrix for all: the batch is only more rows */
        p->m = (int64_t)lrp_shape_span(a, 0, a->rank - 1);
    else
        status = read_batches(call, p, rank_a, rank_b, err);
    if (b->rank <= 2)
        for (int d = 0; d < a->rank - 1; d++) p->y.dim[p->y.rank++] = a->dim[d];
    else {
        memcpy(p->y.dim, p->batch_dim, (size_t)p->batch_rank * sizeof *p->y.dim);
        p->y.rank = p->batch_rank;
        if (rank_a == 2) p->y.dim[p->y.rank++] = p->m;
    }
    if (rank_b == 2) p->y.dim[p->y.rank++] = p->n;
    return status;
}

enum lrp_status lrp_product_read(const struct lrp_call *call, struct lrp_linear_product *out, struct lrp_error *err)
{
    *out = (struct lrp_linear_product){.alpha = 1, .beta = 1, .batches = 1};
    return ((const struct lrp_matrix_product *)call->op->own)->read(call, out, err);
}

int64_t lrp_product_offset(const struct lrp_linear_product *p, const int64_t *stride, int64_t batch)
{
    int64_t offset = 0;

    for (int d = p->batch_rank - 1; d >= 0; d--) {
        offset += batch % p->batch_dim[d] * stride[d];
        batch /= p->batch_dim[d];
    }
    return offset;
}

enum lrp_status lrp_product_infer(struct lrp_call *call, struct lrp_error *err)
{
    const int most = ((const struct lrp_matrix_product *)call->op->own)->most_inputs;
    struct lrp_linear_product product;
    enum lrp_status status = lrp_infer_arity(call, 2, most, err);

    if (!status) status = lrp_linear_floats(call, 2, most, err);
    if (!status) status = lrp_product_read(call, &product, err);
    return status ? status : lrp_infer_output(call, 0, call->in[0].dtype, &product.y, err);
}

int64_t lrp_product_macs(const struct lrp_call *call)
{
    struct lrp_linear_product p;

    if (lrp_product_read(call, &p, NULL)) return 0;
    return lrp_linear_times(lrp_linear_times(p.batches, p.m), lrp_linear_times(p.n, p.k));
}
