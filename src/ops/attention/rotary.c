/* rotary.c: RotaryEmbedding: pairs of elements turned by an angle that depends on their place in the sequence. */
#include <string.h>

#include "elementwise.h"

/* x (batch, heads, rows, width) or (batch, rows, heads * width); the first `turned` elements of each head are turned. */
struct rotation {
    bool flat, interleaved;
    int64_t batch, heads, rows, width, turned;
    const struct lrp_tensor *cosine, *sine, *positions;
};

static bool read_rotation(const struct lrp_call *call, struct rotation *r)
{
    const struct lrp_shape *x = call->in[0].shape, *cosine = call->in[1].shape, *positions = call->in[3].shape;
    const int64_t part = lrp_call_int(call, "rotary_embedding_dim", 0);
    int64_t heads = lrp_call_int(call, "num_heads", 0);
    *r = (struct rotation){.flat = x->rank == 3, .interleaved = lrp_call_int(call, "interleaved", 0) != 0};
    const int64_t wide = cosine->rank >= 2 ? 2 * cosine->dim[cosine->rank - 1] : 0;
    if (r->flat && heads == 0 && part == 0 && wide > 0) heads = x->dim[2] / wide; /* as wide as the angles say */
    if ((x->rank != 3 && x->rank != 4) || (r->flat && (heads < 1 || x->dim[2] % heads))) return false;
    r->batch = x->dim[0];
    r->heads = r->flat ? heads : x->dim[1];
    r->rows = x->dim[r->flat ? 1 : 2];
    r->width = r->flat ? x->dim[2] / heads : x->dim[3];
    r->turned = part ? part : r->width;
    if (r->width < 1 || r->turned < 0 || r->turned > r->width || r->turned % 2 || !lrp_shape_equal(cosine, call->in[2].shape))
        return false;
    if (lrp_call_has(call, 3) && positions->rank == 1) /* where the sequence begins */
        return positions->dim[0] == 1 && cosine->rank == 2 && cosine->dim[1] == r->turned / 2;
    if (lrp_call_has(call, 3))
        return positions->rank == 2 && positions->dim[0] == r->batch && positions->dim[1] == r->rows && cosine->rank == 2 &&
               cosine->dim[1] == r->turned / 2;
    return cosine->rank == 3 && cosine->dim[0] == r->batch && cosine->dim[1] == r->rows && cosine->dim[2] == r->turned / 2;
}

static enum lrp_status rotary_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct rotation r;
    enum lrp_status status = lrp_infer_arity(call, 3, 4, err);
    for (int i = 0; i < 3 && !status; ++i) status = lrp_infer_is_float(call, i, err);
    if (!status && lrp_call_has(call, 3)) status = lrp_infer_is_integer(call, 3, err);
    if (!status && !read_rotation(call, &r))
        return lrp_fail(err, LRP_FILE, "the angles or positions of RotaryEmbedding do not fit its input");
    return status ? status : lrp_infer_output(call, 0, call->in[0].dtype, call->in[0].shape, err);
}

/* Row of the angles for (batch, row). */
static enum lrp_status angles_at(const struct rotation *r, int64_t b, int64_t row, size_t *out, struct lrp_error *err)
{
    int64_t at = b * r->rows + row;
    if (r->positions) {
        at = r->positions->shape.rank == 1 ? r->positions->i[0] + row : r->positions->i[at];
        if (at < 0 || at >= r->cosine->shape.dim[0])
            return lrp_fail(err, LRP_FILE, "position %lld is none of the %lld that have angles", (long long)at,
                            (long long)r->cosine->shape.dim[0]);
    }
    *out = (size_t)(at * (r->turned / 2));
    return LRP_OK;
}

/* direction -1: back. */
static void turn_pairs(const struct rotation *r, const float *x, float *y, size_t angles, float direction)
{
    const int64_t half = r->turned / 2;
    memcpy(y, x, (size_t)r->width * sizeof *y);
    for (int64_t k = 0; k < half; ++k) {
        const int64_t a = r->interleaved ? 2 * k : k, b = r->interleaved ? 2 * k + 1 : k + half;
        const float cosine = r->cosine->f[angles + (size_t)k], sine = direction * r->sine->f[angles + (size_t)k];
        y[a] = x[a] * cosine - x[b] * sine;
        y[b] = x[a] * sine + x[b] * cosine;
    }
}

static enum lrp_status turn_heads(const struct lrp_call *call, const struct lrp_tensor *const *in, const struct lrp_tensor *x,
                                  struct lrp_tensor *y, float direction, struct lrp_error *err)
{
    struct rotation r;
    enum lrp_status status = LRP_OK;
    (void)read_rotation(call, &r);
    r.cosine = in[1], r.sine = in[2], r.positions = lrp_call_has(call, 3) ? in[3] : NULL;
    for (int64_t i = 0; i < r.batch * r.heads * r.rows && !status; ++i) {
        const int64_t b = i / (r.heads * r.rows), row = r.flat ? i / r.heads % r.rows : i % r.rows;
        size_t angles = 0;
        status = angles_at(&r, b, row, &angles, err);
        if (!status) turn_pairs(&r, x->f + i * r.width, y->f + i * r.width, angles, direction);
    }
    return status;
}

static enum lrp_status rotary_forward(LRP_FORWARD_PARAMETERS)
{
    (void)handle, (void)run;
    return turn_heads(call, in, in[0], out[0], 1, err);
}

static enum lrp_status rotary_vjp(LRP_VJP_PARAMETERS)
{
    (void)handle, (void)out, (void)run;
    for (int i = 1; i < 3; ++i)
        if (grad[i])
            return lrp_fail(err, LRP_UNSUPPORTED, "RotaryEmbedding with angles that are not constant cannot be differentiated");
    return s[0] && grad[0] ? turn_heads(call, in, s[0], grad[0], -1, err) : LRP_OK;
}

/* The family's row. */
const struct lrp_operator lrp_ops_rotary[] = {
    {.name = "RotaryEmbedding",
     .domain = "",
     .versions = {23},
     .static_kind = LRP_KIND_ROTARY,
     .infer = rotary_infer,
     .forward = rotary_forward,
     .vjp = rotary_vjp,
     .batch = lrp_batch_leading},
    {0},
};
