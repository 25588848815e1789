/* dnnl.c: convolutions and matrix products run by oneDNN; only dnnl*.[ch] know it. */
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "dnnl_plan.h"
#include "pages.h"
#include "pool.h"

enum { PIECE = 64 }; /* alignment of the parts of a scratch buffer */

struct lrp_library_conv {
    enum lrp_direction direction;
    int threads;
    bool has_bias;
    char name[LRP_DNNL_NAME];
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_primitive_t primitive, reorder_from, reorder_to; /* reorders are NULL where the layout is plain already */
    dnnl_memory_t from, to;                               /* in the caller's plain layout; data is set for every run */
    dnnl_memory_t primitive_from, primitive_to;           /* in the primitive's layout */
    dnnl_memory_t weights, bias, scratchpad;
    size_t from_bytes, to_bytes, scratchpad_bytes; /* of scratch, 0 where the caller's memory is used */
    int from_block, to_block;                      /* the primitive's layout is in blocks of so many channels, 0: another */
    void *weight_data;
    size_t weight_bytes;
    lrp_layout plain_weights; /* owned */
};

static enum lrp_status refused(struct lrp_error *err, dnnl_status_t status)
{
    if (status == dnnl_out_of_memory) return lrp_fail(err, LRP_MEMORY, "not enough memory for a convolution");
    return lrp_fail(err, LRP_UNSUPPORTED, "the numeric library refuses this convolution (status %d)", (int)status);
}

/* The library writes the code it generates wherever the system says, which is nowhere when there is no memory: what that takes
 * (far less than this) must be there before. */
enum { CODE_MOST = 16 << 20 };
static dnnl_status_t primitive_new(dnnl_primitive_t *out, dnnl_primitive_desc_t desc)
{
    return lrp_pages_there(CODE_MOST) ? dnnl_primitive_create(out, desc) : dnnl_out_of_memory;
}

static dnnl_status_t empty_memory(struct lrp_library_conv *conv, lrp_const_layout desc, dnnl_memory_t *out)
{
    return dnnl_memory_create(out, desc, conv->engine, DNNL_MEMORY_NONE);
}

/* The reorder between the caller's layout and the primitive's, if they differ. *bytes: scratch needed for the latter. */
static dnnl_status_t connect(struct lrp_library_conv *conv, lrp_const_layout outside, lrp_const_layout inside, bool inwards,
                             dnnl_primitive_t *reorder, size_t *bytes)
{
    dnnl_primitive_desc_t desc;
    dnnl_status_t status;

    if (dnnl_memory_desc_equal(outside, inside)) return dnnl_success;
    *bytes = dnnl_memory_desc_get_size(inside);
    status = dnnl_reorder_primitive_desc_create(&desc, inwards ? outside : inside, conv->engine, inwards ? inside : outside,
                                                conv->engine, NULL);
    if (status) return status;
    status = primitive_new(reorder, desc);
    dnnl_primitive_desc_destroy(desc);
    return status;
}

static dnnl_status_t connect_all(struct lrp_library_conv *conv, const struct lrp_dnnl_plan *plan, dnnl_primitive_desc_t desc)
{
    const bool forward = conv->direction == LRP_FORWARD;
    const lrp_const_layout source = dnnl_primitive_desc_query_md(desc, forward ? dnnl_query_src_md : dnnl_query_diff_src_md, 0);
    const lrp_const_layout target = dnnl_primitive_desc_query_md(desc, forward ? dnnl_query_dst_md : dnnl_query_diff_dst_md, 0);
    const lrp_const_layout scratchpad = dnnl_primitive_desc_query_md(desc, dnnl_query_scratchpad_md, 0);
    const lrp_const_layout from = forward ? source : target, to = forward ? target : source;
    const lrp_const_layout plain_from = forward ? plan->plain_source : plan->plain_target;
    const lrp_const_layout plain_to = forward ? plan->plain_target : plan->plain_source;
    const lrp_const_layout blocked_from = forward ? plan->blocked_source : plan->blocked_target;
    const lrp_const_layout blocked_to = forward ? plan->blocked_target : plan->blocked_source;
    dnnl_status_t status = connect(conv, plain_from, from, true, &conv->reorder_from, &conv->from_bytes);

    conv->from_block = plan->block && dnnl_memory_desc_equal(from, blocked_from) ? plan->block : 0;
    conv->to_block = plan->block && dnnl_memory_desc_equal(to, blocked_to) ? plan->block : 0;

    conv->scratchpad_bytes = dnnl_memory_desc_get_size(scratchpad);
    if (!status) status = connect(conv, plain_to, to, false, &conv->reorder_to, &conv->to_bytes);
    if (!status) status = empty_memory(conv, plain_from, &conv->from);
    if (!status) status = empty_memory(conv, plain_to, &conv->to);
    if (!status) status = empty_memory(conv, from, &conv->primitive_from);
    if (!status) status = empty_memory(conv, to, &conv->primitive_to);
    if (!status) status = empty_memory(conv, scratchpad, &conv->scratchpad);
    if (!status && conv->has_bias && forward) status = empty_memory(conv, plan->bias_layout, &conv->bias);
    return status ? status : primitive_new(&conv->primitive, desc);
}

/* Moves weights between the plain layout (`plain`, any alignment) and the primitive's. */
static dnnl_status_t reorder_weights(struct lrp_library_conv *conv, void *plain, bool inwards)
{
    dnnl_memory_t outside = NULL;
    dnnl_primitive_desc_t desc = NULL;
    dnnl_primitive_t reorder = NULL;
    dnnl_status_t status = dnnl_memory_create(&outside, conv->plain_weights, conv->engine, plain);
    const dnnl_memory_t source = inwards ? outside : conv->weights, target = inwards ? conv->weights : outside;
    lrp_const_layout source_desc, target_desc;

    if (status) return status;
    dnnl_memory_get_memory_desc(source, &source_desc);
    dnnl_memory_get_memory_desc(target, &target_desc);
    status = dnnl_reorder_primitive_desc_create(&desc, source_desc, conv->engine, target_desc, conv->engine, NULL);
    if (!status) status = primitive_new(&reorder, desc);
    if (!status) {
        const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, target}};

        status = dnnl_primitive_execute(reorder, conv->stream, 2, args);
        dnnl_stream_wait(conv->stream);
    }
    dnnl_primitive_destroy(reorder);
    dnnl_primitive_desc_destroy(desc);
    dnnl_memory_destroy(outside);
    return status;
}

static dnnl_status_t take_weights(struct lrp_library_conv *conv, dnnl_primitive_desc_t desc, const void *weights)
{
    const lrp_const_layout wanted = dnnl_primitive_desc_query_md(desc, dnnl_query_weights_md, 0);
    dnnl_status_t status;

    conv->weight_bytes = dnnl_memory_desc_get_size(wanted);
    conv->weight_data = lrp_buffer_bytes(conv->weight_bytes);
    if (!conv->weight_data) return dnnl_out_of_memory;
    status = dnnl_memory_create(&conv->weights, wanted, conv->engine, conv->weight_data);
    return status ? status : reorder_weights(conv, (void *)weights, true);
}

static dnnl_status_t build(struct lrp_library_conv *conv, const struct lrp_conv_shape *shape, const void *weights, bool *found)
{
    struct lrp_dnnl_plan plan;
    dnnl_primitive_desc_t desc = NULL;
    dnnl_status_t status = lrp_dnnl_plan_make(shape, conv->direction, conv->has_bias, &plan);

    if (!status) status = dnnl_engine_create(&conv->engine, dnnl_cpu, 0);
    if (!status) status = dnnl_stream_create(&conv->stream, conv->engine, dnnl_stream_default_flags);
    if (!status) status = lrp_dnnl_plan_choose(&plan, conv->engine, conv->name, &desc);
    *found = desc;
    conv->plain_weights = plan.plain_weights;
    plan.plain_weights = NULL;
    if (!status && desc && weights) {
        status = take_weights(conv, desc, weights);
        if (!status) status = connect_all(conv, &plan, desc);
    }
    dnnl_primitive_desc_destroy(desc);
    lrp_dnnl_plan_free(&plan);
    return status;
}

enum lrp_status lrp_library_conv_new(const struct lrp_conv_shape *shape, enum lrp_direction direction, int threads, bool bias,
                                     const void *weights, struct lrp_library_conv **out, struct lrp_error *err)
{
    struct lrp_library_conv *conv = calloc(1, sizeof *conv);
    bool found = false;
    dnnl_status_t status;

    *out = NULL;
    if (!conv) return refused(err, dnnl_out_of_memory);
    conv->direction = direction;
    conv->threads = threads;
    conv->has_bias = bias;
    status = build(conv, shape, weights, &found);
    if (!status && found) {
        *out = conv;
        return LRP_OK;
    }
    lrp_library_conv_free(conv);
    return status == dnnl_out_of_memory ? refused(err, status) : LRP_OK;
}

void lrp_library_conv_free(struct lrp_library_conv *conv)
{
    if (!conv) return;
    const dnnl_primitive_t primitives[] = {conv->primitive, conv->reorder_from, conv->reorder_to};
    const dnnl_memory_t memories[] = {conv->from,    conv->to,   conv->primitive_from, conv->primitive_to,
                                      conv->weights, conv->bias, conv->scratchpad};

    for (size_t i = 0; i < sizeof primitives / sizeof primitives[0]; i++) dnnl_primitive_destroy(primitives[i]);
    for (size_t i = 0; i < sizeof memories / sizeof memories[0]; i++) dnnl_memory_destroy(memories[i]);
    dnnl_stream_destroy(conv->stream);
    dnnl_engine_destroy(conv->engine);
    lrp_layout_free(conv->plain_weights);
    free(conv->weight_data);
    free(conv);
}

size_t lrp_library_conv_held(const struct lrp_library_conv *conv)
{
    return conv->weight_bytes;
}

static size_t round_scratch(size_t bytes)
{
    return (bytes + PIECE - 1) / PIECE * PIECE;
}

void lrp_library_conv_blocks(const struct lrp_library_conv *conv, int *from, int *to)
{
    *from = conv->from_block;
    *to = conv->to_block;
}

/* One run: whether to turn, and where the primitive reads and writes. */
struct run {
    bool turn_from, turn_to;
    size_t from_bytes, to_bytes; /* of scratch */
};

static struct run plan_run(const struct lrp_library_conv *conv, struct lrp_conv_ends ends)
{
    const bool turn_from = conv->reorder_from && !ends.from_blocked, turn_to = conv->reorder_to && !ends.to_blocked;

    return (struct run){.turn_from = turn_from,
                        .turn_to = turn_to,
                        .from_bytes = turn_from ? round_scratch(conv->from_bytes) : 0,
                        .to_bytes = turn_to ? round_scratch(conv->to_bytes) : 0};
}

/* Tells the memory objects where everything lies in this run. */
static void place_memories(struct lrp_library_conv *conv, struct lrp_conv_ends ends, struct run run, const float *bias,
                           unsigned char *scratch)
{
    void *const source = (void *)ends.from; /* the library has no const memory; it only reads this one */

    dnnl_memory_set_data_handle(conv->from, source);
    dnnl_memory_set_data_handle(conv->to, ends.to);
    dnnl_memory_set_data_handle(conv->primitive_from, run.turn_from ? scratch : source);
    scratch = scratch ? scratch + run.from_bytes : NULL; /* none is needed: NULL */
    dnnl_memory_set_data_handle(conv->primitive_to, run.turn_to ? (void *)scratch : (void *)ends.to);
    scratch = scratch ? scratch + run.to_bytes : NULL;
    dnnl_memory_set_data_handle(conv->scratchpad, scratch);
    if (conv->bias) dnnl_memory_set_data_handle(conv->bias, (void *)bias);
}

static dnnl_status_t execute(struct lrp_library_conv *conv, struct run run)
{
    const bool forward = conv->direction == LRP_FORWARD;
    const dnnl_exec_arg_t inwards[] = {{DNNL_ARG_FROM, conv->from}, {DNNL_ARG_TO, conv->primitive_from}};
    const dnnl_exec_arg_t outwards[] = {{DNNL_ARG_FROM, conv->primitive_to}, {DNNL_ARG_TO, conv->to}};
    const dnnl_exec_arg_t args[] = {{forward ? DNNL_ARG_SRC : DNNL_ARG_DIFF_DST, conv->primitive_from},
                                    {forward ? DNNL_ARG_DST : DNNL_ARG_DIFF_SRC, conv->primitive_to},
                                    {DNNL_ARG_WEIGHTS, conv->weights},
                                    {DNNL_ARG_SCRATCHPAD, conv->scratchpad},
                                    {DNNL_ARG_BIAS, conv->bias}};
    dnnl_status_t status = dnnl_success;

    if (run.turn_from) status = dnnl_primitive_execute(conv->reorder_from, conv->stream, 2, inwards);
    if (!status) status = dnnl_primitive_execute(conv->primitive, conv->stream, conv->bias ? 5 : 4, args);
    if (!status && run.turn_to) status = dnnl_primitive_execute(conv->reorder_to, conv->stream, 2, outwards);
    return status ? status : dnnl_stream_wait(conv->stream);
}

enum lrp_status lrp_library_conv_run(struct lrp_library_conv *conv, struct lrp_conv_ends ends, const float *bias,
                                     const struct lrp_run *run, struct lrp_error *err)
{
    const struct run this = plan_run(conv, ends);
    const size_t bytes = this.from_bytes + this.to_bytes + conv->scratchpad_bytes;
    struct lrp_pool *const pool = run ? run->pool : NULL;
    void *const scratch = bytes ? lrp_pool_take(pool, bytes) : NULL;
    dnnl_status_t status;

    if (!scratch && bytes) return refused(err, dnnl_out_of_memory);
    place_memories(conv, ends, this, bias, scratch);
    status = execute(conv, this);
    lrp_pool_give(pool, scratch, bytes);
    return status ? refused(err, status) : LRP_OK;
}

enum lrp_status lrp_library_conv_weights(struct lrp_library_conv *conv, float *weights, struct lrp_error *err)
{
    const dnnl_status_t status = reorder_weights(conv, weights, false);

    return status ? refused(err, status) : LRP_OK;
}

const char *lrp_library_conv_name(const struct lrp_library_conv *conv)
{
    return conv->name;
}

int lrp_library_conv_threads(const struct lrp_library_conv *conv)
{
    return conv->threads;
}
