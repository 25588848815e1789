/* linear_scale.c: Scale: y = x*w + b, element by element, w and b constant and broadcast to x. */
#include <stdlib.h>

#include "broadcast.h"
#include "elementwise.h"
#include "infer.h"
#include "linear.h"

/* w and b lie there as they are: small, and read with the strides of the broadcast. */
struct scale_handle {
    struct lrp_broadcast plan; /* operands x, w, b */
    float *w, *b;
    bool as_is; /* nothing modified them */
};

void lrp_scale_release(void *handle)
{
    struct scale_handle *const h = handle;

    if (!h) return;
    free(h->w);
    free(h->b);
    free(h);
}

enum lrp_status lrp_scale_infer(struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_arity(call, 1, 3, err);

    if (!status) status = lrp_linear_floats(call, 1, 3, err);
    for (int i = 1; !status && i < 3; i++) {
        if (!lrp_call_has(call, i)) continue;
        if (!call->in[i].constant) return lrp_fail(err, LRP_UNSUPPORTED, "input %d of Scale is not constant", i);
        if (!lrp_shape_broadcasts_to(call->in[i].shape, call->in[0].shape))
            return lrp_fail(err, LRP_FILE, "input %d of Scale does not broadcast to the shape of the data", i);
    }
    return status ? status : lrp_infer_output(call, 0, call->in[0].dtype, call->in[0].shape, err);
}

/* A missing factor is 1, a missing bias 0: modified like any other. */
static enum lrp_status read_operand(const struct lrp_call *call, int i, float missing, enum lrp_weight_modifier modifier,
                                    float gamma, const struct lrp_run *run, float **out, struct lrp_error *err)
{
    if (lrp_call_has(call, i))
        return lrp_linear_read(call->in[i].constant, (struct lrp_reading){1, modifier, gamma}, run, out, err);
    *out = malloc(sizeof **out);
    if (!*out) return lrp_fail(err, LRP_MEMORY, "not enough memory for a scale layer");
    **out = missing;
    lrp_modify(modifier, gamma, *out, 1);
    return LRP_OK;
}

enum lrp_status lrp_scale_prepare(const struct lrp_call *call, const struct lrp_modifier *modifier, void **handle,
                                  const struct lrp_run *run, struct lrp_error *err)
{
    static const struct lrp_modifier as_is = {LRP_WEIGHT_AS_IS, LRP_WEIGHT_AS_IS, 0};
    static const struct lrp_shape scalar = {.rank = 0};
    const struct lrp_modifier *const m = modifier ? modifier : &as_is;
    const struct lrp_shape *const x = call->in[0].shape;
    const struct lrp_shape *const shapes[] = {x, lrp_call_has(call, 1) ? call->in[1].shape : &scalar,
                                              lrp_call_has(call, 2) ? call->in[2].shape : &scalar};
    struct scale_handle *const h = calloc(1, sizeof *h);
    enum lrp_status status;

    if (!h) return lrp_fail(err, LRP_MEMORY, "not enough memory for a scale layer");
    lrp_broadcast_plan(&h->plan, x, shapes, 3);
    h->as_is = m->weight == LRP_WEIGHT_AS_IS && m->bias == LRP_WEIGHT_AS_IS;
    status = read_operand(call, 1, 1, m->weight, m->gamma, run, &h->w, err);
    if (!status) status = read_operand(call, 2, 0, m->bias, m->gamma, run, &h->b, err);
    if (status)
        lrp_scale_release(h);
    else
        *handle = h;
    return status;
}

struct scale_job {
    const float *from, *w, *b; /* b NULL: none */
    float *to;
};

/* 0 times infinity is 0 here: of what flows back, and of a rule's weights. */
static void scale_carefully(const void *data, const struct lrp_broadcast_run *r)
{
    const struct scale_job *const job = data;

    for (size_t i = 0; i < r->n; i++) {
        const float bias = job->b ? job->b[r->at[2] + i * r->step[2]] : 0;

        job->to[r->out + i] = lrp_times_slope(job->from[r->at[0] + i * r->step[0]], job->w[r->at[1] + i * r->step[1]]) + bias;
    }
}

/* With steps that are known where it is inlined, so that it becomes vectors. */
INLINE void scale_elements(const float *from, const float *w, size_t w_step, const float *b, size_t b_step, float *restrict to,
                           size_t n)
{
    for (size_t i = 0; i < n; i++) to[i] = from[i] * w[i * w_step] + b[i * b_step];
}

/* A bias is there, if only a 0; x moves along with y. */
WIDE static void scale_run(const void *data, const struct lrp_broadcast_run *r)
{
    const struct scale_job *const job = data;
    const float *const from = job->from + r->at[0], *const w = job->w + r->at[1], *const b = job->b + r->at[2];
    float *const to = job->to + r->out;

    if (r->step[1] && r->step[2])
        scale_elements(from, w, 1, b, 1, to, r->n);
    else if (r->step[1])
        scale_elements(from, w, 1, b, 0, to, r->n);
    else if (r->step[2])
        scale_elements(from, w, 0, b, 1, to, r->n);
    else
        scale_elements(from, w, 0, b, 0, to, r->n);
}

enum lrp_status lrp_scale_apply(const struct lrp_call *call, void *handle, const struct lrp_tensor *const *in,
                                struct lrp_tensor *const *out, const struct lrp_run *run, struct lrp_error *err)
{
    const struct scale_handle *const h = handle;

    (void)call;
    (void)err;
    if (out[0])
        lrp_broadcast_for(&h->plan, run, h->as_is ? scale_run : scale_carefully,
                          &(struct scale_job){in[0]->f, h->w, h->b, out[0]->f});
    return LRP_OK;
}

enum lrp_status lrp_scale_vjp(const struct lrp_call *call, void *handle, const struct lrp_tensor *const *in,
                              const struct lrp_tensor *const *out, const struct lrp_tensor *const *s,
                              struct lrp_tensor *const *grad, const struct lrp_run *run, struct lrp_error *err)
{
    const struct scale_handle *const h = handle;

    (void)call;
    (void)in;
    (void)out;
    (void)err;
    if (s[0] && grad[0])
        lrp_broadcast_for(&h->plan, run, scale_carefully, &(struct scale_job){s[0]->f, h->w, NULL, grad[0]->f});
    return LRP_OK;
}

int64_t lrp_scale_macs(const struct lrp_call *call)
{
    return lrp_shape_count(call->in[0].shape);
}
