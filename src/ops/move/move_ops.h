/* move_ops.h: operators that move elements: their functions, file by file. */
#ifndef LRP_OPS_MOVE_OPS_H
#define LRP_OPS_MOVE_OPS_H

#include "view.h"

#define LRP_DECLARE_MOVE(name)                                                                                                 \
    enum lrp_status lrp_##name##_infer(struct lrp_call *call, struct lrp_error *err);                                          \
    enum lrp_status lrp_##name##_forward(LRP_FORWARD_PARAMETERS);                                                              \
    enum lrp_status lrp_##name##_vjp(LRP_VJP_PARAMETERS);

/* What the rows own whose elements a view for each part says completely. The parts are the outputs; if `joins`, the inputs. */
struct lrp_mover {
    struct lrp_strided_view (*view)(const struct lrp_call *call, int part);
    bool joins;
    bool to_space; /* of lrp_depth_view: channels become space, not the other way */
};
struct lrp_scatter {  /* what the rows of scatters own */
    bool coordinates; /* the last axis of the indices holds coordinates; else there is one axis that they count along */
};

/* move_reshape.c: elements stay where they are, the shape changes */
enum lrp_status lrp_reshape_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_flatten_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_squeeze_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_unsqueeze_infer(struct lrp_call *call, struct lrp_error *err);

/* move_strided.c: what one view per output (or input) says completely */
enum lrp_status lrp_transpose_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_transpose_defer(const struct lrp_call *call, struct lrp_arena *arena, struct lrp_blob **out,
                                    struct lrp_error *err);
enum lrp_status lrp_expand_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_tile_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_depth_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_concat_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_split_infer(struct lrp_call *call, struct lrp_error *err);
struct lrp_strided_view lrp_reshape_view(const struct lrp_call *call, int part);
struct lrp_strided_view lrp_transpose_view(const struct lrp_call *call, int part);
struct lrp_strided_view lrp_expand_view(const struct lrp_call *call, int part);
struct lrp_strided_view lrp_tile_view(const struct lrp_call *call, int part);
struct lrp_strided_view lrp_depth_view(const struct lrp_call *call, int part);
struct lrp_strided_view lrp_concat_view(const struct lrp_call *call, int part);
struct lrp_strided_view lrp_split_view(const struct lrp_call *call, int part);

/* move_slice.c, move_pad.c */
enum lrp_status lrp_slice_infer(struct lrp_call *call, struct lrp_error *err);
struct lrp_strided_view lrp_slice_view(const struct lrp_call *call, int part);
LRP_DECLARE_MOVE(pad)
enum lrp_kind lrp_pad_kind(const struct lrp_call *call);

/* move_gather.c, move_scatter.c, move_mask.c */
LRP_DECLARE_MOVE(gather)
LRP_DECLARE_MOVE(gather_elements)
LRP_DECLARE_MOVE(gather_nd)
LRP_DECLARE_MOVE(scatter)
enum lrp_status lrp_scatter_nd_infer(struct lrp_call *call, struct lrp_error *err);
LRP_DECLARE_MOVE(trilu)
LRP_DECLARE_MOVE(compress)

/* An index counted from the end made non-negative; fails if it is outside [-dim, dim). */
enum lrp_status lrp_check_index(int64_t index, int64_t dim, int64_t *out, struct lrp_error *err);

#endif
