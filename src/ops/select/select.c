/* select.c: ReverseSequence, Unique: the rows, and Unique. */
#include "select_ops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sorting.h"

/* ---- Unique: what is compared ---- */

/* `count` items of `each` numbers along an axis, or all numbers for themselves. */
struct items {
    const struct lrp_tensor *x;
    size_t count, each, inner; /* inner: how many numbers of an item follow each other */
    size_t *order;             /* items, equal ones next to each other, the first of them first */
    size_t *group;             /* by place in order: which of the distinct ones */
    size_t groups;
};

static int unique_axis(const struct lrp_call *call)
{
    return lrp_call_attribute(call, "axis") ? lrp_normalize_axis(lrp_call_int(call, "axis", 0), call->in[0].shape->rank) : -1;
}

/* Where number j of item k is. */
static size_t number_at(const struct items *t, size_t k, size_t j)
{
    return (j / t->inner * t->count + k) * t->inner + j % t->inner;
}

/* NaN is behind all numbers, and equal to itself. */
static int compare_numbers(const struct lrp_tensor *x, size_t a, size_t b)
{
    if (!lrp_dtype_is_float(x->dtype)) return x->i[a] < x->i[b] ? -1 : x->i[a] > x->i[b];
    const float p = x->f[a], q = x->f[b];
    if (isnan(p) || isnan(q)) return isnan(p) - isnan(q);
    return p < q ? -1 : p > q;
}

static int compare_items(const struct items *t, size_t a, size_t b)
{
    int way = 0;
    for (size_t j = 0; j < t->each && !way; j++) way = compare_numbers(t->x, number_at(t, a, j), number_at(t, b, j));
    return way;
}

static int by_value(const void *a, const void *b, void *items)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    const int way = compare_items(items, x, y);
    return way ? way : x < y ? -1 : x > y;
}

static void items_free(struct items *t)
{
    free(t->order);
    free(t->group);
}

static enum lrp_status items_sort(const struct lrp_call *call, const struct lrp_tensor *x, struct items *t,
                                  struct lrp_error *err)
{
    const int axis = unique_axis(call);
    const struct lrp_shape *shape = call->in[0].shape;
    *t = (struct items){.x = x, .count = x->count, .each = 1, .inner = 1};
    if (axis >= 0) {
        t->count = (size_t)shape->dim[axis];
        t->inner = lrp_shape_span(shape, axis + 1, shape->rank);
        t->each = lrp_shape_span(shape, 0, axis) * t->inner;
    }
    t->order = malloc((t->count + 1) * sizeof *t->order);
    t->group = malloc((t->count + 1) * sizeof *t->group);
    if (!t->order || !t->group) {
        items_free(t);
        *t = (struct items){0};
        return lrp_fail(err, LRP_MEMORY, "not enough memory to sort it");
    }
    for (size_t k = 0; k < t->count; k++) t->order[k] = k;
    lrp_sort(t->order, t->count, sizeof *t->order, by_value, t);
    for (size_t k = 0; k < t->count; k++) {
        t->groups += k == 0 || compare_items(t, t->order[k - 1], t->order[k]) != 0;
        t->group[k] = t->groups - 1;
    }
    return LRP_OK;
}

/* ---- Unique: shapes ---- */

static enum lrp_status shape_outputs(struct lrp_call *call, size_t groups, struct lrp_error *err)
{
    const int axis = unique_axis(call);
    struct lrp_shape y = {1, {(int64_t)groups}}, whole = {1, {lrp_shape_count(call->in[0].shape)}};
    const struct lrp_shape each = y;
    if (axis >= 0) {
        y = *call->in[0].shape;
        whole.dim[0] = y.dim[axis];
        y.dim[axis] = (int64_t)groups;
    }
    enum lrp_status status = lrp_infer_output(call, 0, call->in[0].dtype, &y, err);
    for (int j = 1; !status && j < 4; j++) status = lrp_infer_output(call, j, LRP_DTYPE_INT64, j == 2 ? &whole : &each, err);
    return status;
}

static enum lrp_status unique_measure(struct lrp_call *call, const struct lrp_tensor *const *in, const struct lrp_run *run,
                                      struct lrp_error *err)
{
    struct items items = {0};
    (void)run;
    if (!in[0]) return LRP_OK; /* constant: infer knew */
    enum lrp_status status = items_sort(call, in[0], &items, err);
    if (!status) status = shape_outputs(call, items.groups, err);
    items_free(&items);
    return status;
}

static enum lrp_status unique_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct lrp_tensor *x = NULL;
    enum lrp_status status = lrp_infer_inputs(call, 1, 1, err);
    if (status) return status;
    if (lrp_call_attribute(call, "axis") && unique_axis(call) < 0)
        return lrp_fail(err, LRP_FILE, "the axis of Unique is outside the %d axes of the input", call->in[0].shape->rank);
    for (int j = 0; j < call->out_count; j++) {
        call->out[j].dtype = j ? LRP_DTYPE_INT64 : call->in[0].dtype;
        call->out[j].shape = &lrp_shape_unknown;
    }
    if (!call->in[0].constant) return LRP_OK;
    status = lrp_blob_tensor(call->in[0].constant, &x, err);
    if (!status) status = unique_measure(call, (const struct lrp_tensor *const *)&x, NULL, err);
    lrp_tensor_release(x);
    return status;
}

/* ---- Unique: running ---- */

static void copy_item(const struct items *t, size_t from, struct lrp_tensor *y, size_t to, size_t groups)
{
    for (size_t j = 0; j < t->each; j++) {
        const size_t at = (j / t->inner * groups + to) * t->inner + j % t->inner, source = number_at(t, from, j);
        if (lrp_dtype_is_float(y->dtype))
            y->f[at] = t->x->f[source];
        else
            y->i[at] = t->x->i[source];
    }
}

/* By group: which place it has in the output: sorted, or in the order of the first items. */
static enum lrp_status places_of(const struct lrp_call *call, const struct items *t, size_t **out, struct lrp_error *err)
{
    size_t *place = calloc(t->groups + 1, sizeof *place), *first = calloc(t->count + 1, sizeof *first), next = 0;
    if (!place || !first) {
        free(place);
        free(first);
        return lrp_fail(err, LRP_MEMORY, "not enough memory");
    }
    const bool in_order = lrp_call_int(call, "sorted", 1) != 0;
    for (size_t k = 0; k < t->count; k++) /* first[item]: its group, counted from 1, if it is the first of it */
        if (k == 0 || t->group[k] != t->group[k - 1]) first[t->order[k]] = t->group[k] + 1;
    for (size_t g = 0; g < t->groups; g++) place[g] = g;
    for (size_t i = 0; !in_order && i < t->count; i++)
        if (first[i]) place[first[i] - 1] = next++;
    free(first);
    *out = place;
    return LRP_OK;
}

static enum lrp_status unique_forward(LRP_FORWARD_PARAMETERS)
{
    struct items items = {0};
    size_t *place = NULL;
    struct lrp_tensor *all[4] = {NULL};
    (void)handle, (void)run;
    for (int j = 0; j < call->out_count && j < 4; j++) all[j] = out[j];
    enum lrp_status status = items_sort(call, in[0], &items, err);
    if (!status) status = places_of(call, &items, &place, err);
    for (size_t g = 0; !status && all[3] && g < items.groups; g++) all[3]->i[g] = 0;
    for (size_t k = 0; !status && k < items.count; k++) {
        const size_t to = place[items.group[k]], item = items.order[k];
        const bool is_first = k == 0 || items.group[k] != items.group[k - 1];
        if (is_first && all[0]) copy_item(&items, item, all[0], to, items.groups);
        if (is_first && all[1]) all[1]->i[to] = (int64_t)item;
        if (all[2]) all[2]->i[item] = (int64_t)to;
        if (all[3]) all[3]->i[to]++;
    }
    free(place);
    items_free(&items);
    return status;
}

/* Each distinct item goes back to the first like it. */
static enum lrp_status unique_vjp(LRP_VJP_PARAMETERS)
{
    struct items items = {0};
    size_t *place = NULL;
    (void)handle, (void)out, (void)run;
    if (!s[0] || !grad[0]) return LRP_OK;
    enum lrp_status status = items_sort(call, in[0], &items, err);
    if (!status) status = places_of(call, &items, &place, err);
    for (size_t k = 0; !status && k < items.count; k++) {
        const size_t to = place[items.group[k]];
        if (k > 0 && items.group[k] == items.group[k - 1]) continue;
        for (size_t j = 0; j < items.each; j++)
            grad[0]->f[number_at(&items, items.order[k], j)] =
                s[0]->f[(j / items.inner * items.groups + to) * items.inner + j % items.inner];
    }
    free(place);
    items_free(&items);
    return status;
}

const struct lrp_operator lrp_ops_select[] = {
    {.name = "ReverseSequence",
     .domain = "",
     .versions = {10},
     .traits = LRP_TRAIT_MOVES,
     .static_kind = LRP_KIND_OTHER,
     .infer = lrp_reverse_infer,
     .forward = lrp_reverse_forward,
     .vjp = lrp_reverse_vjp,
     .batch = lrp_reverse_batch},
    {.name = "Unique",
     .domain = "",
     .versions = {11},
     .traits = LRP_TRAIT_MOVES,
     .static_kind = LRP_KIND_OTHER,
     .infer = unique_infer,
     .measure = unique_measure,
     .forward = unique_forward,
     .vjp = unique_vjp,
     .batch = lrp_batch_lost},
    {.name = NULL},
};
