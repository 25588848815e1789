/* move.c: operators that only move elements: what those with a view share, and the family's rows. */
#include "move_ops.h"

static enum lrp_status view_forward(LRP_FORWARD_PARAMETERS)
{
    const struct lrp_mover *const op = call->op->own;
    const bool joins = op->joins;
    const int parts = joins ? call->in_count : call->out_count;
    (void)handle, (void)err;
    for (int part = 0; part < parts; ++part) {
        if (!out[joins ? 0 : part]) continue;
        const struct lrp_strided_view view = op->view(call, part);
        lrp_view_copy(&view, in[joins ? part : 0], out[joins ? 0 : part], run);
    }
    return LRP_OK;
}

static enum lrp_status view_vjp(LRP_VJP_PARAMETERS)
{
    const struct lrp_mover *const op = call->op->own;
    const bool joins = op->joins;
    const int parts = joins ? call->in_count : call->out_count;
    (void)handle, (void)in, (void)out, (void)err;
    for (int part = 0; part < parts; ++part) {
        const struct lrp_tensor *cotangent = s[joins ? 0 : part];
        struct lrp_tensor *target = grad[joins ? part : 0];
        if (!cotangent || !target) continue;
        const struct lrp_strided_view view = op->view(call, part);
        lrp_view_add(&view, cotangent, target, run);
    }
    return LRP_OK;
}

// clang-format off
#define MOVES(op, layer, more, f, samples, ...)                                                                                         \
    .name = op, .domain = "", .versions = { __VA_ARGS__ }, .traits = LRP_TRAIT_MOVES | (more), .static_kind = LRP_KIND_##layer,   \
    .infer = lrp_##f##_infer, .batch = lrp_batch_##samples
#define VIEW(op, layer, f, samples, shows, ...)                                                                                   \
    {                                                                                                                    \
        MOVES(op, layer, LRP_TRAIT_TEXTS, f, samples, __VA_ARGS__), .forward = view_forward, .vjp = view_vjp, .own = &(const struct lrp_mover){.view = shows}\
    }
#define OWN(op, more, f, samples, ...)                                                                                         \
    MOVES(op, OTHER, more, f, samples, __VA_ARGS__), .forward = lrp_##f##_forward, .vjp = lrp_##f##_vjp
/* A gather, unless data says which elements: roles.c looks. */
#define GATHER(op, f, samples, ...)                                                                                               \
    MOVES(op, GATHER, LRP_TRAIT_TEXTS, f, samples, __VA_ARGS__), .forward = lrp_##f##_forward, .vjp = lrp_##f##_vjp
#define SCATTER(op, f, samples, by_coordinates, ...)                                                                              \
    {                                                                                                                    \
        MOVES(op, OTHER, 0, f, samples, __VA_ARGS__), .forward = lrp_scatter_forward, .vjp = lrp_scatter_vjp,                        \
        .own = &(const struct lrp_scatter) { by_coordinates }                                                            \
    }
const struct lrp_operator lrp_ops_move[] = {
    VIEW("Reshape", RESHAPE, reshape, reshape, lrp_reshape_view, 5, 13, 14, 19, 21, 23, 24, 25),
    VIEW("Flatten", FLATTEN, flatten, reshape, lrp_reshape_view, 1, 9, 11, 13, 21, 23, 24, 25),
    VIEW("Squeeze", SQUEEZE, squeeze, reshape, lrp_reshape_view, 1, 11, 13, 21, 23, 24, 25),
    VIEW("Unsqueeze", UNSQUEEZE, unsqueeze, reshape, lrp_reshape_view, 1, 11, 13, 21, 23, 24, 25),
    { MOVES("Transpose", TRANSPOSE, LRP_TRAIT_TEXTS, transpose, transpose, 1, 13, 21, 23, 24, 25), .forward = view_forward,
      .vjp = view_vjp, .defer = lrp_transpose_defer, .own = &(const struct lrp_mover) { .view = lrp_transpose_view } },
    { MOVES("Concat", CONCAT, LRP_TRAIT_TEXTS, concat, beside_first, 4, 11, 13), .forward = view_forward, .vjp = view_vjp,
      .own = &(const struct lrp_mover) { .view = lrp_concat_view, .joins = true } },
    VIEW("Split", SPLIT, split, beside_first, lrp_split_view, 2, 11, 13, 18),
    VIEW("Slice", SLICE, slice, slice, lrp_slice_view, 1, 10, 11, 13),
    VIEW("Expand", EXPAND, expand, first_input, lrp_expand_view, 8, 13),
    VIEW("Tile", TILE, tile, tile, lrp_tile_view, 6, 13),
    { MOVES("DepthToSpace", DEPTH_TO_SPACE, LRP_TRAIT_TEXTS, depth, planes, 1, 11, 13), .forward = view_forward, .vjp = view_vjp,
      .own = &(const struct lrp_mover) { .view = lrp_depth_view, .to_space = true } },
    VIEW("SpaceToDepth", SPACE_TO_DEPTH, depth, planes, lrp_depth_view, 1, 13),
    { OWN("Pad", LRP_TRAIT_PADS, pad, first_input, 2, 11, 13, 18, 19, 21, 23, 24, 25), .kind = lrp_pad_kind },
    { GATHER("Gather", gather, gather, 1, 11, 13), .in_place = 1 << 0 },
    { GATHER("GatherElements", gather_elements, beside_first, 11, 13) },
    { GATHER("GatherND", gather_nd, gather_nd, 11, 12, 13) },
    SCATTER("ScatterElements", scatter, beside_first, false, 11, 13, 16, 18),
    SCATTER("Scatter", scatter, beside_first, false, 9, 11),
    SCATTER("ScatterND", scatter_nd, lost, true, 11, 13, 16, 18),
    { OWN("Trilu", 0, trilu, matrices, 14) },
    { OWN("Compress", LRP_TRAIT_TEXTS, compress, compress, 9, 11) },
    { 0 },
};
// clang-format on
