/* sequence_map.c: SequenceMap: a body for every item of a sequence. */
#include <stdlib.h>

#include "sequence_ops.h"

/* What a body is handed in turn k: the items of sequences, other inputs as they are. */
static void map_inputs(const struct lrp_tensor *const *in, int count, size_t k, const struct lrp_tensor **items)
{
    for (int i = 0; i < count; i++) items[i] = lrp_tensor_is_sequence(in[i]) ? in[i]->items[k] : in[i];
}

static enum lrp_status map_open(const struct lrp_call *call, const struct lrp_bodies *bodies,
                                const struct lrp_tensor *const *in, int *body, struct lrp_error *err)
{
    const struct lrp_tensor *first;
    *body = bodies->find(bodies, "body");
    if (*body < 0 || bodies->input_count(bodies, *body) != bodies->given ||
        bodies->output_count(bodies, *body) != call->out_count)
        return lrp_fail(err, LRP_FILE, "its body does not fit to its inputs and outputs");
    const enum lrp_status status = sequence_input(call, in, 0, &first, err);
    for (int i = 1; !status && i < bodies->given; i++)
        if (!in[i] || (lrp_tensor_is_sequence(in[i]) && in[i]->item_count != first->item_count))
            return lrp_fail(err, LRP_FILE, "the sequences it reads are not equally long");
    return status;
}

enum lrp_status sequence_map(LRP_CONTROL_PARAMETERS)
{
    int body;
    enum lrp_status status = map_open(call, bodies, in, &body, err);
    if (status) return status;
    const size_t makes = (size_t)call->out_count, count = in[0]->item_count;
    const struct lrp_tensor **items = calloc((size_t)bodies->given + 1, sizeof(struct lrp_tensor *));
    struct lrp_tensor **made = calloc(makes + 1, sizeof(struct lrp_tensor *));
    if (!items || !made) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t j = 0; !status && j < makes; j++) {
        const enum lrp_dtype dtype = bodies->declared(bodies, body, (int)j)->dtype;
        status = lrp_sequence_new(dtype == LRP_DTYPE_UNDEFINED ? LRP_DTYPE_FLOAT : dtype, count, &out[j], err);
    }
    for (size_t k = 0; !status && k < count; k++) {
        map_inputs(in, bodies->given, k, items);
        status = bodies->turn(bodies, body, items, made, run, err);
        for (size_t j = 0; !status && j < makes; j++) {
            out[j]->items[k] = made[j];
            made[j] = NULL;
        }
    }
    if (made) control_release(made, makes);
    free(items);
    free(made);
    return status;
}

/* What a turn gave to its inputs joins what the sequences and other inputs were given. */
static enum lrp_status map_join(const struct lrp_tensor *const *in, int count, size_t k, struct lrp_tensor **back,
                                struct lrp_tensor **given, struct lrp_error *err)
{
    for (int i = 0; i < count; i++) {
        if (!back[i]) continue;
        if (!given[i]) {
            const enum lrp_status status = lrp_tensor_is_sequence(in[i])
                                               ? lrp_sequence_new(in[i]->dtype, in[i]->item_count, &given[i], err)
                                               : lrp_tensor_new(LRP_DTYPE_FLOAT, &in[i]->shape, &given[i], err);
            if (status) return status;
        }
        if (lrp_tensor_is_sequence(in[i])) {
            given[i]->items[k] = back[i];
            back[i] = NULL;
        } else {
            for (size_t j = 0; j < back[i]->count; j++) given[i]->f[j] += back[i]->f[j];
        }
    }
    return LRP_OK;
}

enum lrp_status sequence_map_back(LRP_CONTROL_BACK_PARAMETERS)
{
    const size_t makes = (size_t)call->out_count, takes = (size_t)bodies->given;
    const struct lrp_tensor **made = calloc(makes + 1, sizeof(struct lrp_tensor *));
    struct lrp_tensor **back = calloc(takes + 1, sizeof(struct lrp_tensor *));
    enum lrp_status status = made && back ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t k = bodies->turns; !status && k-- > 0;) {
        for (size_t j = 0; j < makes; j++) made[j] = s[j] && k < s[j]->item_count ? s[j]->items[k] : NULL;
        status = bodies->back(bodies, k, made, back, run, err);
        if (!status) status = map_join(in, bodies->given, k, back, given, err);
        control_release(back, takes);
    }
    free(made);
    free(back);
    return status;
}
