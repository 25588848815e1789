/* shorten.c: what a model says of a text some tokens of which are not there: of networks for shorter texts, one a length. */
#include "shorten.h"

#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "memo.h"

/* The axis along which an input holds a number for each token and leaves open how many; -1: none. Behind the samples. */
static int token_axis(const struct lrp_job *job, size_t input, int64_t length)
{
    struct lrp_model_value value;
    lrp_model_input(job->session->model, input, &value);
    const struct lrp_tensor *t = job->inputs[input];
    for (int k = 1; t && k < value.shape.rank && k < t->shape.rank; k++)
        if (value.shape.dim[k] < 0 && t->shape.dim[k] == length) return k;
    return -1;
}

/* The input of the tokens; SIZE_MAX: there is no one. */
static size_t token_input(const struct lrp_job *job)
{
    const struct lrp_carriers *c = &job->setup->assignment.unstopped;
    const struct lrp_graph *g = job->results->network->graph;
    for (size_t i = 0; c->source_count == 1 && i < job->input_count; i++)
        if (g->inputs[i] == c->sources[0].input && c->sources[0].value != c->sources[0].input) return i;
    return SIZE_MAX;
}

enum lrp_status lrp_job_can_shorten(const struct lrp_job *job, struct lrp_error *err)
{
    const size_t input = token_input(job);
    struct lrp_model_value value;
    if (input == SIZE_MAX)
        return lrp_fail(err, LRP_USAGE,
                        "baseline remove: it is tokens that can be removed, and the model reads none, or several texts");
    const struct lrp_shape *s = &job->inputs[input]->shape;
    lrp_model_input(job->session->model, input, &value);
    if (lrp_setup_samples(job->setup) != 1 || s->rank != 2 || s->dim[0] != 1)
        return lrp_fail(err, LRP_USAGE, "baseline remove: of one text at a time");
    if (token_axis(job, input, s->dim[1]) < 0)
        return lrp_fail(err, LRP_USAGE,
                        "baseline remove: input %s takes texts of %lld tokens, no shorter ones: replace tokens (baseline mask, "
                        "pad or a number)",
                        value.name, (long long)s->dim[1]);
    return LRP_OK;
}

/* 0, 1, 2 ... along an axis: places, which a shorter text has fewer of. */
static bool counts_places(const struct lrp_tensor *t, int axis)
{
    size_t inner = 1;
    for (int k = axis + 1; k < t->shape.rank; k++) inner *= (size_t)t->shape.dim[k];
    const size_t length = (size_t)t->shape.dim[axis];
    bool same = !lrp_dtype_is_float(t->dtype) && length > 1;
    for (size_t i = 0; same && i < t->count; i++) same = t->i[i] == (int64_t)(i / inner % length);
    return same;
}

/* What stands at the kept places of an axis. */
static enum lrp_status keep_places(const struct lrp_tensor *t, int axis, const size_t *kept, size_t count,
                                   struct lrp_tensor **out, struct lrp_error *err)
{
    const size_t length = (size_t)t->shape.dim[axis], size = lrp_dtype_is_float(t->dtype) ? sizeof *t->f : sizeof *t->i;
    const bool places = counts_places(t, axis);
    struct lrp_shape shape = t->shape;
    size_t inner = size;
    for (int k = axis + 1; k < t->shape.rank; k++) inner *= (size_t)t->shape.dim[k];
    shape.dim[axis] = (int64_t)count;
    const enum lrp_status status = lrp_tensor_new(t->dtype, &shape, out, err);
    const size_t outer = status || !count ? 0 : (*out)->count * size / inner / count;
    for (size_t o = 0; o < outer; o++)
        for (size_t i = 0; i < count; i++)
            memcpy((char *)(*out)->f + (o * count + i) * inner,
                   (const char *)t->f + (o * length + (places ? i : kept[i])) * inner, inner);
    return status;
}

/* The inputs of the shorter text, by model input, owned. */
static enum lrp_status shorten_inputs(const struct lrp_job *job, const size_t *kept, size_t count, struct lrp_tensor **out,
                                      struct lrp_error *err)
{
    const int64_t length = job->inputs[token_input(job)]->shape.dim[1];
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < job->input_count; i++) {
        struct lrp_model_value value;
        out[i] = job->inputs[i] ? lrp_tensor_retain(job->inputs[i]) : NULL;
        lrp_model_input(job->session->model, i, &value);
        if (!out[i] || value.shape.rank != out[i]->shape.rank) continue;
        for (int axis = 1; !status && axis < value.shape.rank; axis++) {
            struct lrp_tensor *fewer = NULL;
            if (value.shape.dim[axis] >= 0 || job->inputs[i]->shape.dim[axis] != length) continue;
            status = keep_places(out[i], axis, kept, count, &fewer, err);
            if (status) break;
            lrp_tensor_release(out[i]);
            out[i] = fewer;
        }
    }
    return status;
}

/* The network for that length, unless it is there. */
static enum lrp_status make_shorter(struct lrp_shortened *s, const struct lrp_job *job, struct lrp_tensor *const *inputs,
                                    size_t length, struct lrp_error *err)
{
    if (s->setup && s->length == length) return LRP_OK;
    struct lrp_network *network = NULL;
    struct lrp_shape *shapes = calloc(job->input_count + 1, sizeof *shapes);
    const struct lrp_known_inputs known = {.shapes = shapes, .flags = job->setup->network->flags};
    if (!shapes) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; i < job->input_count; i++) shapes[i] = inputs[i] ? inputs[i]->shape : job->setup->network->shapes[i];
    lrp_setup_release(s->setup);
    s->setup = NULL;
    enum lrp_status status = lrp_network_new(job->session->model, &known, job->setup->settings, &network, err);
    if (!status) status = lrp_setup_new(network, job->setup->settings, &s->setup, err);
    s->length = length;
    lrp_network_release(network);
    free(shapes);
    return status;
}

/* Where a place of the whole text is in the shorter one: the last that is kept up to it, else the first. */
static size_t place_of(size_t place, const size_t *kept, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count && kept[i] <= place; i++) found = i;
    return found;
}

/* What the unit says of the whole text's output, for the shorter text's: 1 at the target. */
static enum lrp_status shorten_unit(const struct lrp_tensor *unit, const struct lrp_tensor *output, size_t length,
                                    const size_t *kept, size_t count, struct lrp_tensor **out, struct lrp_error *err)
{
    bool fits = unit->shape.rank == output->shape.rank;
    for (int k = 0; fits && k < unit->shape.rank; k++)
        fits = unit->shape.dim[k] == output->shape.dim[k] ||
               (unit->shape.dim[k] == (int64_t)length && output->shape.dim[k] == (int64_t)count);
    if (!fits)
        return lrp_fail(err, LRP_UNSUPPORTED, "baseline remove: what the model says of a shorter text cannot be compared");
    const enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, &output->shape, out, err);
    for (size_t i = 0; !status && i < unit->count; i++) {
        size_t rest = i, at = 0, stride = 1;
        if (unit->f[i] == 0) continue;
        for (int k = unit->shape.rank - 1; k >= 0; k--) {
            const size_t from = (size_t)unit->shape.dim[k], to = (size_t)output->shape.dim[k], c = rest % from;
            at += (from == to ? c : place_of(c, kept, count)) * stride;
            stride *= to;
            rest /= from;
        }
        (*out)->f[at] += unit->f[i];
    }
    return status;
}

static enum lrp_status score_shorter(const struct lrp_shortened *s, const struct lrp_job *job, struct lrp_passes *p,
                                     struct lrp_tensor *const *inputs, const size_t *kept, size_t count, double *score,
                                     struct lrp_error *err)
{
    struct lrp_network *n = s->setup->network;
    const size_t values = (size_t)n->graph->value_count, length = (size_t)job->inputs[token_input(job)]->shape.dim[1];
    const struct lrp_run run = {.threads = job->run->threads,
                                .should_stop = job->run->should_stop,
                                .data = job->run->data,
                                .pool = lrp_engine_pool(n->engine)};
    const struct lrp_tensor **at = calloc(values + 1, sizeof(struct lrp_tensor *));
    struct lrp_tensor *unit = NULL;
    if (!at) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; i < job->input_count; i++)
        if (inputs[i]) at[n->graph->inputs[i]] = lrp_tensor_retain(inputs[i]);
    lrp_memo_forget(n->engine);
    enum lrp_status status = lrp_engine_forward(n->engine, at, s->setup->output, &run, NULL, NULL, err);
    const struct lrp_tensor *output = status ? NULL : lrp_tensor_row_major(at[s->setup->output], &run);
    if (!status && !output) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = shorten_unit(p->unit, output, length, kept, count, &unit, err);
    if (!status) {
        struct lrp_passes shorter = *p;
        shorter.unit = unit;
        lrp_passes_score_output(&shorter, output->f, output->count, score);
    }
    for (size_t v = 0; v < values; v++) lrp_tensor_release(at[v]);
    free(at);
    lrp_tensor_release(unit);
    return status;
}

enum lrp_status lrp_job_score_shortened(struct lrp_shortened *s, const struct lrp_job *job, struct lrp_passes *p,
                                        const size_t *kept, size_t count, double *score, struct lrp_error *err)
{
    struct lrp_tensor **inputs = calloc(job->input_count + 1, sizeof(struct lrp_tensor *));
    enum lrp_status status =
        inputs ? shorten_inputs(job, kept, count, inputs, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = make_shorter(s, job, inputs, count, err);
    if (!status) status = score_shorter(s, job, p, inputs, kept, count, score, err);
    for (size_t i = 0; inputs && i < job->input_count; i++) lrp_tensor_release(inputs[i]);
    free(inputs);
    return status;
}
