/* move.c: operators that only move elements: what those with a view share, and the family's rows. */
#include <string.h>

#include "batch.h"
#include "move_ops.h"

/* Which view an operator's parts have. Its parts are its outputs, those of Concat its inputs. */
struct viewer {
    const char *name;
    struct lrp_view (*view)(const struct lrp_call *call, int part);
};
static const struct viewer viewers[] = {
    {"Transpose", lrp_transpose_view}, {"Expand", lrp_expand_view},      {"Tile", lrp_tile_view},
    {"Concat", lrp_concat_view},       {"Split", lrp_split_view},        {"Slice", lrp_slice_view},
    {"DepthToSpace", lrp_depth_view},  {"SpaceToDepth", lrp_depth_view},
};

static struct lrp_view view_of(const struct lrp_call *call, int part)
{
    for (size_t k = 0; k < sizeof viewers / sizeof *viewers; ++k)
        if (strcmp(viewers[k].name, call->op_type) == 0) return viewers[k].view(call, part);
    return lrp_reshape_view(call, part);
}

static enum lrp_status forward(LRP_FORWARD_PARAMETERS)
{
    const bool joins = strcmp(call->op_type, "Concat") == 0;
    const int parts = joins ? call->in_count : call->out_count;
    (void)handle, (void)err;
    for (int part = 0; part < parts; ++part) {
        if (!out[joins ? 0 : part]) continue;
        const struct lrp_view view = view_of(call, part);
        lrp_view_copy(&view, in[joins ? part : 0], out[joins ? 0 : part], run);
    }
    return LRP_OK;
}

static enum lrp_status vjp(LRP_VJP_PARAMETERS)
{
    const bool joins = strcmp(call->op_type, "Concat") == 0;
    const int parts = joins ? call->in_count : call->out_count;
    (void)handle, (void)in, (void)out, (void)err;
    for (int part = 0; part < parts; ++part) {
        const struct lrp_tensor *cotangent = s[joins ? 0 : part];
        struct lrp_tensor *target = grad[joins ? part : 0];
        if (!cotangent || !target) continue;
        const struct lrp_view view = view_of(call, part);
        lrp_view_add(&view, cotangent, target, run);
    }
    return LRP_OK;
}

// clang-format off
#define VIEW(op, layer, f, samples, ...)                                                                                          \
    {                                                                                                                    \
        .name = op, .domain = "", .versions = { __VA_ARGS__ }, .traits = LRP_TRAIT_MOVES,                                \
        .static_kind = LRP_KIND_##layer, .infer = lrp_##f##_infer, .forward = forward, .vjp = vjp, .batch = lrp_batch_##samples                        \
    }
#define OWN(op, f, samples, ...)                                                                                                  \
    .name = op, .domain = "", .versions = { __VA_ARGS__ }, .traits = LRP_TRAIT_MOVES, .infer = lrp_##f##_infer,          \
    .forward = lrp_##f##_forward, .vjp = lrp_##f##_vjp, .batch = lrp_batch_##samples
const struct lrp_operator lrp_ops_move[] = {
    VIEW("Reshape", RESHAPE, reshape, reshape, 5, 13, 14, 19, 21, 23, 24, 25),
    VIEW("Flatten", FLATTEN, flatten, reshape, 1, 9, 11, 13, 21, 23, 24, 25),
    VIEW("Squeeze", SQUEEZE, squeeze, reshape, 1, 11, 13, 21, 23, 24, 25),
    VIEW("Unsqueeze", UNSQUEEZE, unsqueeze, reshape, 1, 11, 13, 21, 23, 24, 25),
    VIEW("Transpose", TRANSPOSE, transpose, transpose, 1, 13, 21, 23, 24, 25),
    VIEW("Concat", CONCAT, concat, beside_first, 4, 11, 13),
    VIEW("Split", SPLIT, split, beside_first, 2, 11, 13, 18),
    VIEW("Slice", SLICE, slice, slice, 1, 10, 11, 13),
    VIEW("Expand", OTHER, expand, first_input, 8, 13),
    VIEW("Tile", OTHER, tile, tile, 6, 13),
    VIEW("DepthToSpace", OTHER, depth, planes, 1, 11, 13),
    VIEW("SpaceToDepth", OTHER, depth, planes, 1, 13),
    { OWN("Pad", pad, first_input, 2, 11, 13, 18, 19, 21, 23, 24, 25), .kind = lrp_pad_kind },
    { OWN("Gather", gather, gather, 1, 11, 13) },
    { OWN("GatherElements", gather_elements, beside_first, 11, 13) },
    { OWN("GatherND", gather_nd, gather_nd, 11, 12, 13) },
    { OWN("ScatterElements", scatter_elements, beside_first, 11, 13, 16, 18) },
    { OWN("Scatter", scatter_elements, beside_first, 9, 11) },
    { OWN("ScatterND", scatter_nd, lost, 11, 13, 16, 18) },
    { OWN("Trilu", trilu, matrices, 14) },
    { OWN("Compress", compress, compress, 9, 11) },
    { 0 },
};
// clang-format on
