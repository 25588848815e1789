/* samples.c: one sample of a value, wherever the samples stand in it. */
#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "internal.h"

int64_t lrp_setup_samples(const struct lrp_setup *s)
{
    const struct lrp_batch_axis *at = lrp_batch_at(s->network->batch, s->output);
    return lrp_batch_whole(at) ? at->samples : 1;
}

int64_t lrp_count_samples(const struct lrp_model *model, const struct lrp_tensor *const *inputs)
{
    const size_t count = lrp_model_input_count(model);
    for (size_t i = 0; i < count; i++)
        if (inputs[i]) return inputs[i]->shape.rank ? inputs[i]->shape.dim[0] : 1;
    return count == 0; /* what needs no input is one sample by itself */
}

int64_t lrp_session_samples(const struct lrp_session *session)
{
    const int64_t given = lrp_count_samples(session->model, session->inputs);
    return session->one_by_one || given == 0 ? given : lrp_setup_samples(session->setup);
}

bool lrp_setup_reads_tokens(const struct lrp_setup *s)
{
    const struct lrp_carriers *c = &s->assignment.unstopped;
    for (size_t i = 0; i < c->source_count && !c->substituted; i++)
        if (c->sources[i].value != c->sources[i].input) return true;
    return false;
}

/* Elements from `first` on, under a shape. */
static void borrow(const struct lrp_tensor *t, size_t first, size_t count, struct lrp_shape shape, struct lrp_sample *out)
{
    out->tensor = (struct lrp_tensor){.dtype = t->dtype, .shape = shape, .count = count, .references = 1};
    if (lrp_dtype_is_float(t->dtype))
        out->tensor.f = t->f + first;
    else
        out->tensor.i = t->i + first;
}

/* All of it is the sample: a leading axis of 1 is its batch, else it gets one. */
static void borrow_all(const struct lrp_tensor *t, struct lrp_sample *out)
{
    struct lrp_shape shape = t->shape;
    if ((shape.rank < 2 || shape.dim[0] != 1) && shape.rank < LRP_MAX_RANK) {
        memmove(shape.dim + 1, shape.dim, (size_t)shape.rank * sizeof *shape.dim);
        shape.dim[0] = 1;
        shape.rank++;
    }
    borrow(t, 0, t->count, shape, out);
}

/* The samples stand along another axis, or with others along one: the elements of one are collected. */
static enum lrp_status collect_sample(const struct lrp_tensor *t, const struct lrp_batch_axis *at, int64_t sample,
                                      struct lrp_sample *out, struct lrp_error *err)
{
    struct lrp_shape shape = {.rank = 1, .dim = {1}};
    size_t before = 1, behind = 1, next = 0;
    for (int k = 0; k < t->shape.rank; k++) {
        const int64_t dim = k == at->axis ? at->outer * at->inner : t->shape.dim[k];
        if (k != at->axis || dim > 1) shape.dim[shape.rank++] = dim;
        *(k < at->axis ? &before : &behind) *= k == at->axis ? 1 : (size_t)t->shape.dim[k];
    }
    enum lrp_status status = lrp_tensor_new(t->dtype, &shape, &out->owned, err);
    if (status) return status;
    const size_t run = (size_t)at->inner * behind, wide = lrp_dtype_is_float(t->dtype) ? sizeof *t->f : sizeof *t->i;
    for (size_t block = 0; block < before * (size_t)at->outer; block++, next += run)
        memcpy((char *)out->owned->f + next * wide,
               (const char *)t->f + (block * (size_t)at->samples + (size_t)sample) * run * wide, run * wide);
    out->tensor = *out->owned;
    return LRP_OK;
}

enum lrp_status lrp_sample_open(const struct lrp_setup *s, int value, const struct lrp_tensor *t, int64_t sample,
                                struct lrp_sample *out, struct lrp_error *err)
{
    const int64_t samples = lrp_setup_samples(s);
    const struct lrp_batch_axis *at = lrp_batch_at(s->network->batch, value);
    *out = (struct lrp_sample){0};
    if (sample < 0 || sample >= samples)
        return lrp_fail(err, LRP_USAGE, "there is no sample %lld; samples count from 0 and there are %lld", (long long)sample,
                        (long long)samples);
    if (samples == 1 || at->axis < 0) {
        borrow_all(t, out);
        return LRP_OK;
    }
    if (!lrp_batch_whole(at)) return collect_sample(t, at, sample, out, err);
    struct lrp_shape shape = t->shape;
    shape.dim[0] = 1;
    borrow(t, (size_t)sample * (t->count / (size_t)samples), t->count / (size_t)samples, shape, out);
    return LRP_OK;
}

void lrp_sample_close(struct lrp_sample *sample)
{
    lrp_tensor_release(sample->owned);
    *sample = (struct lrp_sample){0};
}

bool lrp_snapshot_sum_at_input(const struct lrp_snapshot *snapshot, size_t input, int64_t sample, double *sum)
{
    const struct lrp_snapshot_box *box = lrp_snapshot_box(snapshot);
    const struct lrp_network *n = box->setup->network;
    struct lrp_sample one = {0};
    *sum = 0;
    if (input >= (size_t)n->graph->input_count) return false;
    const int value = n->graph->inputs[input];
    const struct lrp_tensor *t = lrp_tensor_row_major(box->results->relevance[value], NULL);
    if (!t || (lrp_setup_samples(box->setup) > 1 && lrp_batch_at(n->batch, value)->axis < 0)) return false;
    if (lrp_sample_open(box->setup, value, t, sample, &one, NULL) != LRP_OK) return false;
    for (size_t k = 0; k < one.tensor.count; k++) *sum += (double)one.tensor.f[k];
    lrp_sample_close(&one);
    return true;
}

double lrp_snapshot_input_sum(const struct lrp_snapshot *snapshot, int64_t sample)
{
    double sum = 0, part;
    for (size_t i = 0; i < lrp_model_input_count(snapshot->model); i++)
        if (lrp_snapshot_sum_at_input(snapshot, i, sample, &part)) sum += part;
    return sum;
}
