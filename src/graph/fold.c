/* fold.c: running calls whose inputs are known before anything runs. */
#include "fold.h"

#include <stdlib.h>

/* Folding must not be a way to ask for absurd memory or time: no constant larger than this, and of all nodes together no more
 * work (elements read and made, FOLD_MACS multiplications as one) than weights of the model's size can need, unpacked and
 * turned about. */
enum { FOLD_LIMIT = 1 << 28, FOLD_WORK = 1 << 24, FOLD_WORK_PER_BYTE = 16, FOLD_MACS = 16 };

int64_t lrp_fold_budget(const struct lrp_definition *definition)
{
    const int64_t most = INT64_MAX / 2 / FOLD_WORK_PER_BYTE,
                  bytes = definition->bytes < (size_t)most ? (int64_t)definition->bytes : most;
    return FOLD_WORK + bytes * FOLD_WORK_PER_BYTE;
}

/* Takes a price off the budget; false, and nothing taken, if that is too little. */
static bool pay(int64_t price, int64_t *budget)
{
    if (price > *budget) return false;
    *budget -= price > 0 ? price : 0;
    return true;
}

bool lrp_fold_can(const struct lrp_call *call, int64_t *budget)
{
    int64_t work = call->op->macs ? call->op->macs(call) / FOLD_MACS : 0;
    if (!call->op->forward) return false;
    if (call->op->traits & LRP_TRAIT_SHAPE_ONLY) return true;
    for (int i = 0; i < call->in_count; i++) {
        if (call->in[i].present && !call->in[i].constant) return false;
        if (call->in[i].present && __builtin_add_overflow(work, lrp_shape_count(call->in[i].shape), &work)) return false;
    }
    for (int i = 0; i < call->out_count; i++) {
        const int64_t count = lrp_shape_count(call->out[i].shape);
        if (count > FOLD_LIMIT) return false;
        if (__builtin_add_overflow(work, count, &work)) return false;
    }
    return pay(work, budget);
}

struct fold {
    struct lrp_tensor **in, **out;
    void *handle;
};

static enum lrp_status fold_run(const struct lrp_call *call, struct fold *f, struct lrp_error *err)
{
    const struct lrp_operator *op = call->op;
    enum lrp_status status = LRP_OK;
    bool shape_only = op->traits & LRP_TRAIT_SHAPE_ONLY;
    for (int i = 0; !status && i < call->in_count; i++)
        if (call->in[i].constant && !shape_only) status = lrp_blob_tensor(call->in[i].constant, &f->in[i], err);
    for (int i = 0; !status && i < call->out_count; i++)
        if (call->out[i].present) status = lrp_tensor_new(call->out[i].dtype, call->out[i].shape, &f->out[i], err);
    if (!status && op->prepare) status = op->prepare(call, NULL, &f->handle, NULL, err);
    const struct lrp_run run = {.threads = 1};
    if (!status) status = op->forward(call, f->handle, (const struct lrp_tensor *const *)f->in, f->out, &run, err);
    return status;
}

/* Output 0 as a view of the inputs; false: it is to be computed. */
static bool fold_deferred(struct lrp_call *call, struct lrp_arena *arena)
{
    struct lrp_blob *blob = NULL;
    if (!call->op->defer || call->out_count != 1 || lrp_shape_count(call->out[0].shape) < LRP_WORTH_DEFERRING) return false;
    for (int i = 0; i < call->in_count; i++)
        if (call->in[i].present && !call->in[i].constant) return false;
    if (call->op->defer(call, arena, &blob, NULL) != LRP_OK || !blob) return false;
    call->out[0].constant = blob;
    return true;
}

bool lrp_fold_call(struct lrp_call *call, struct lrp_arena *arena)
{
    if (fold_deferred(call, arena)) return true;
    struct fold f = {.in = calloc((size_t)call->in_count + 1, sizeof(struct lrp_tensor *)),
                     .out = calloc((size_t)call->out_count + 1, sizeof(struct lrp_tensor *))};
    bool done = f.in && f.out && fold_run(call, &f, NULL) == LRP_OK;
    for (int i = 0; done && i < call->out_count; i++) {
        struct lrp_blob *blob = NULL;
        if (!f.out[i]) continue;
        done = lrp_blob_from_tensor(arena, f.out[i], &blob, NULL) == LRP_OK;
        if (done) call->out[i].constant = blob;
    }
    if (f.handle && call->op->release) call->op->release(f.handle);
    for (int i = 0; f.in && i < call->in_count; i++) lrp_tensor_release(f.in[i]);
    for (int i = 0; f.out && i < call->out_count; i++) lrp_tensor_release(f.out[i]);
    free(f.in);
    free(f.out);
    return done;
}
