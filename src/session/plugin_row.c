/* plugin_row.c: a plugin's operator as a row of the operator table. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "infer.h"
#include "plugin.h"

enum { MOST_INPUTS = 16, MOST_DIFFERENCES = 4096 }; /* elements of a layer that central differences are taken of */

static const struct lrp_plugin_row *row_of(const struct lrp_call *call)
{
    return (const struct lrp_plugin_row *)(const void *)call->op;
}

/* Everything a function of the plugin is called with. */
struct tensor_handle {
    struct lrp_plugin_array in[MOST_INPUTS], out, cotangent, gradient[MOST_INPUTS];
    char why[LRP_PLUGIN_WHY];
    struct lrp_plugin_call call;
};
static void view_call(struct tensor_handle *v, const struct lrp_call *call)
{
    memset(v, 0, sizeof *v);
    v->call = (struct lrp_plugin_call){.host = row_of(call)->host,
                                       .attributes = call,
                                       .in = v->in,
                                       .in_count = call->in_count,
                                       .out = &v->out,
                                       .cotangent = &v->cotangent,
                                       .gradient = v->gradient,
                                       .why = v->why};
    for (int i = 0; i < call->in_count && i < MOST_INPUTS; i++) {
        if (!call->in[i].present) continue;
        v->in[i].rank = call->in[i].shape->rank;
        memcpy(v->in[i].dim, call->in[i].shape->dim, sizeof v->in[i].dim);
        const int64_t count = lrp_shape_count(call->in[i].shape);
        v->in[i].count = count < 0 ? 0 : (size_t)count;
    }
}

static enum lrp_status blame(const struct lrp_call *call, const struct tensor_handle *v, const char *otherwise,
                             struct lrp_error *err)
{
    return lrp_fail(err, LRP_UNSUPPORTED, "plugin %s: operator %s: %.*s", row_of(call)->file, call->op_type, LRP_PLUGIN_WHY - 1,
                    *v->why ? v->why : otherwise);
}

static enum lrp_status infer(struct lrp_call *call, struct lrp_error *err)
{
    const struct lrp_plugin_row *row = row_of(call);
    struct tensor_handle v;
    struct lrp_shape shape;
    if (call->in_count < row->given.inputs || call->in_count < 1 || call->in_count > MOST_INPUTS || !call->in[0].present)
        return lrp_fail(err, LRP_FILE, "operator %s of plugin %s takes at least %d inputs, at most %d", call->op_type,
                        row->file, row->given.inputs, MOST_INPUTS);
    for (int i = 0; i < call->in_count; i++)
        if (call->in[i].present && !lrp_dtype_is_float(call->in[i].dtype))
            return lrp_fail(err, LRP_UNSUPPORTED, "operator %s of plugin %s takes floats only", call->op_type, row->file);
    view_call(&v, call);
    shape = *call->in[0].shape;
    if (row->given.body) {
        struct lrp_plugin_tape *tape = NULL;
        enum lrp_status status = lrp_plugin_tape_record(row, &v.call, call, &tape, err);
        if (status) return status;
        shape = *lrp_plugin_tape_shape(tape);
        lrp_plugin_tape_free(tape);
    } else if (row->given.infer) {
        lrp_plugin_enter(row->file);
        const bool refused = row->given.infer(&v.call) != 0;
        lrp_plugin_leave();
        if (refused) return blame(call, &v, "it refuses these shapes", err);
        if (v.out.rank < 0 || v.out.rank > LRP_MAX_RANK) return blame(call, &v, "infer sets a rank outside 0..8", err);
        shape.rank = v.out.rank;
        memcpy(shape.dim, v.out.dim, sizeof shape.dim);
    }
    if (lrp_shape_count(&shape) < 0) return blame(call, &v, "infer sets an impossible shape", err);
    return lrp_infer_output(call, 0, call->in[0].dtype, &shape, err);
}

bool lrp_plugin_finite(const struct lrp_tensor *t)
{
    bool finite = true;
    for (size_t k = 0; t && lrp_dtype_is_float(t->dtype) && k < t->count && finite; k++) finite = isfinite(t->f[k]);
    return finite;
}

/* Numbers that are none come from the plugin only if none went in. */
static bool all_finite(const struct lrp_call *call, const struct lrp_tensor *const *in)
{
    bool finite = true;
    for (int i = 0; i < call->in_count && finite; i++) finite = lrp_plugin_finite(in[i]);
    return finite;
}

/* The largest array of a call: what a plugin that takes one for another would write. */
static size_t largest(const struct lrp_call *call, const struct lrp_tensor *out, const struct lrp_tensor *const *in)
{
    size_t most = out ? out->count : 0;
    for (int i = 0; i < call->in_count; i++)
        if (in[i] && in[i]->count > most) most = in[i]->count;
    return most;
}

static enum lrp_status plugin_forward(const struct lrp_call *call, void *handle, const struct lrp_tensor *const *in,
                                      struct lrp_tensor *const *out, const struct lrp_run *run, struct lrp_error *err)
{
    const struct lrp_plugin_row *row = row_of(call);
    struct tensor_handle v;
    (void)handle;
    view_call(&v, call);
    if (row->given.body) {
        struct lrp_plugin_tape *tape = NULL;
        enum lrp_status status = lrp_plugin_tape_record(row, &v.call, call, &tape, err);
        if (!status) status = lrp_plugin_tape_forward(tape, in, out[0], run, err);
        lrp_plugin_tape_free(tape);
        return status;
    }
    float *lent[MOST_INPUTS];
    if (!lrp_plugin_lend(in, call->in_count, v.in, lent)) return lrp_fail(err, LRP_MEMORY, "not enough memory for its inputs");
    v.out = lrp_plugin_array_of(out[0]);
    for (size_t k = 0; k < out[0]->count; k++) out[0]->f[k] = NAN; /* what it leaves out shows */
    struct lrp_plugin_room room;
    if (!lrp_plugin_rooms_new(&room, out, 1, largest(call, out[0], in))) {
        lrp_plugin_take_back(in, call->in_count, lent);
        return lrp_fail(err, LRP_MEMORY, "not enough memory for its output");
    }
    v.out.data = room.f;
    lrp_plugin_enter(row->file);
    const bool failed = row->given.forward(&v.call) != 0;
    lrp_plugin_leave();
    const bool unharmed = lrp_plugin_take_back(in, call->in_count, lent);
    if (!lrp_plugin_rooms_close(&room, out, 1)) return blame(call, &v, "forward writes past the end of its output", err);
    if (!unharmed) return blame(call, &v, "forward writes to its inputs", err);
    if (failed) return blame(call, &v, "forward failed", err);
    if (lrp_plugin_finite(out[0]) || !all_finite(call, in)) return LRP_OK;
    return blame(call, &v, "forward gives numbers that are not finite, or leaves elements out", err);
}

/* J^T s by central differences, element by element: f(x + h) - f(x - h) over 2 h. */
static enum lrp_status by_differences(const struct lrp_call *call, const struct lrp_tensor *const *in,
                                      const struct lrp_tensor *s, struct lrp_tensor *const *grad, const struct lrp_run *run,
                                      struct lrp_error *err)
{
    const struct lrp_tensor *given[MOST_INPUTS];
    struct lrp_tensor *y = NULL;
    enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, &s->shape, &y, err);
    for (int i = 0; i < call->in_count; i++) given[i] = in[i];
    for (int i = 0; !status && i < call->in_count; i++) {
        struct lrp_tensor *x = NULL, *out[1] = {y};
        if (!grad[i]) continue;
        if (grad[i]->count > MOST_DIFFERENCES)
            status = lrp_fail(err, LRP_UNSUPPORTED,
                              "operator %s of plugin %s has neither vjp nor body, and %zu elements are too many for "
                              "differences (at most %d): give it a vjp",
                              call->op_type, row_of(call)->file, grad[i]->count, MOST_DIFFERENCES);
        if (!status) status = lrp_tensor_copy(in[i], &x, err);
        given[i] = x;
        for (size_t k = 0; !status && k < grad[i]->count; k++) {
            const float before = x->f[k], step = 1e-3F * fmaxf(1, fabsf(before)), up = before + step, down = before - step;
            double sum = 0;
            for (int side = 0; !status && side < 2; side++) {
                x->f[k] = side ? down : up;
                status = plugin_forward(call, NULL, given, out, run, err);
                for (size_t j = 0; j < y->count; j++) sum += (side ? -1 : 1) * (double)s->f[j] * (double)y->f[j];
            }
            x->f[k] = before;
            grad[i]->f[k] += (float)(sum / ((double)up - (double)down));
        }
        given[i] = in[i];
        lrp_tensor_release(x);
    }
    lrp_tensor_release(y);
    return status;
}

static enum lrp_status vjp(const struct lrp_call *call, void *handle, const struct lrp_tensor *const *in,
                           const struct lrp_tensor *const *out, const struct lrp_tensor *const *s,
                           struct lrp_tensor *const *grad, const struct lrp_run *run, struct lrp_error *err)
{
    const struct lrp_plugin_row *row = row_of(call);
    struct tensor_handle v;
    (void)handle;
    if (!s[0]) return LRP_OK;
    view_call(&v, call);
    if (row->given.body && !row->given.vjp) {
        struct lrp_plugin_tape *tape = NULL;
        enum lrp_status status = lrp_plugin_tape_record(row, &v.call, call, &tape, err);
        if (!status) status = lrp_plugin_tape_vjp(tape, in, s[0], grad, run, err);
        lrp_plugin_tape_free(tape);
        return status;
    }
    if (!row->given.vjp) return by_differences(call, in, s[0], grad, run, err);
    /* what it reads: inputs, output, cotangent, in this order */
    const struct lrp_tensor *read[MOST_INPUTS + 2];
    struct lrp_plugin_array arrays[MOST_INPUTS + 2];
    float *lent[MOST_INPUTS + 2];
    const int reads = call->in_count + 2;
    for (int i = 0; i < call->in_count; i++) read[i] = in[i];
    read[call->in_count] = out[0];
    read[call->in_count + 1] = s[0];
    struct lrp_plugin_room rooms[MOST_INPUTS];
    if (!lrp_plugin_lend(read, reads, arrays, lent)) return lrp_fail(err, LRP_MEMORY, "not enough memory for its inputs");
    if (!lrp_plugin_rooms_new(rooms, grad, call->in_count, largest(call, s[0], in))) {
        lrp_plugin_take_back(read, reads, lent);
        return lrp_fail(err, LRP_MEMORY, "not enough memory for its gradients");
    }
    for (int i = 0; i < call->in_count; i++) {
        v.in[i] = arrays[i];
        v.gradient[i] = lrp_plugin_array_of(grad[i]);
        v.gradient[i].data = rooms[i].f;
    }
    v.out = arrays[call->in_count];
    v.cotangent = arrays[call->in_count + 1];
    lrp_plugin_enter(row->file);
    const bool failed = row->given.vjp(&v.call) != 0;
    lrp_plugin_leave();
    const bool unharmed = lrp_plugin_take_back(read, reads, lent);
    if (!lrp_plugin_rooms_close(rooms, grad, call->in_count))
        return blame(call, &v, "vjp writes past the end of a gradient", err);
    if (!unharmed) return blame(call, &v, "vjp writes to what it may only read", err);
    if (failed) return blame(call, &v, "vjp failed", err);
    bool finite = true;
    for (int i = 0; i < call->in_count && finite; i++) finite = lrp_plugin_finite(grad[i]);
    if (finite || !all_finite(call, in) || !lrp_plugin_finite(s[0])) return LRP_OK;
    return blame(call, &v, "vjp gives numbers that are not finite", err);
}

/* It is printed, and written in selectors. */
static bool is_name(const char *text)
{
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && !strchr("._-:", *text)) return false;
    return true;
}

bool lrp_plugin_row_fill(struct lrp_plugin_row *row, const struct lrp_plugin_operator *given, const char **why)
{
    /* as large as the first version of plugin.h had it; what later ones add is absent then */
    const size_t least = offsetof(struct lrp_plugin_operator, body) + sizeof given->body;
    if (given->size < least)
        *why = "it was built for an older plugin.h";
    else if (!given->type || !*given->type)
        *why = "it has no type";
    else if (!is_name(given->type))
        *why = "its type is no name (letters, digits, . _ - :)";
    else if (!given->forward == !given->body)
        *why = "exactly one of forward and body is needed";
    else if (given->inputs < 1 || given->inputs > MOST_INPUTS)
        *why = "it takes less than 1 input, or more than 16";
    else {
        memcpy(&row->given, given, given->size < sizeof row->given ? given->size : sizeof row->given);
        row->row = (struct lrp_operator){.name = given->type,
                                         .domain = given->domain ? given->domain : "",
                                         .versions = {1},
                                         .static_kind = LRP_KIND_OTHER,
                                         .infer = infer,
                                         .forward = plugin_forward,
                                         .vjp = vjp};
        return true;
    }
    return false;
}
