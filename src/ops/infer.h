/* infer.h: the checks that the operators' inference functions share. */
#ifndef LRP_OPS_INFER_H
#define LRP_OPS_INFER_H

#include "ops.h"

/* True if values of that type can be held in a tensor (numbers and booleans; no strings, no complex numbers). */
bool lrp_dtype_is_number(enum lrp_dtype dtype);
/* Fails unless the first `least` inputs are given, none from `most` on is (most < 0: any number), and all hold numbers of a
 * manageable count. */
enum lrp_status lrp_infer_inputs(const struct lrp_call *call, int least, int most, struct lrp_error *err);
/* The same, and output 0 must be named. */
enum lrp_status lrp_infer_arity(const struct lrp_call *call, int least, int most, struct lrp_error *err);
/* Fails unless input i is of a float type / an integer type other than bool. */
enum lrp_status lrp_infer_is_float(const struct lrp_call *call, int input, struct lrp_error *err);
enum lrp_status lrp_infer_is_integer(const struct lrp_call *call, int input, struct lrp_error *err);
/* Fails unless inputs [first, last) that are given have one dtype. */
enum lrp_status lrp_infer_same_dtype(const struct lrp_call *call, int first, int last, struct lrp_error *err);
/* Output j, if anybody named it, gets that dtype and shape; fails if the shape has negative or far too many elements. */
enum lrp_status lrp_infer_output(struct lrp_call *call, int output, enum lrp_dtype dtype, const struct lrp_shape *shape,
                                 struct lrp_error *err);
/* One input, one output of its dtype and shape: of any number type / of a float type. */
enum lrp_status lrp_infer_same(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_infer_same_float(struct lrp_call *call, struct lrp_error *err);
/* An axis in [-rank, rank) made non-negative. */
enum lrp_status lrp_infer_axis(int64_t axis, int rank, int *out, struct lrp_error *err);
/* The set of axes named by the attribute "axes", or by constant input `input` if that is not negative. *given is false if
 * neither is there. Fails on axes outside [-rank, rank) and on doubled ones. */
enum lrp_status lrp_infer_axes(const struct lrp_call *call, int input, int rank, bool axes[LRP_MAX_RANK], bool *given,
                               struct lrp_error *err);
/* At most LRP_MAX_RANK integers of a constant input; fails if it is not constant or too long. */
enum lrp_status lrp_infer_const_ints(const struct lrp_call *call, int input, const char *what, int64_t *out, int *count,
                                     struct lrp_error *err);
/* The common shape of the given inputs [first, last) under numpy's broadcasting. */
enum lrp_status lrp_infer_broadcast(const struct lrp_call *call, int first, int last, struct lrp_shape *out,
                                    struct lrp_error *err);
/* True if `from` broadcasts to exactly `to`. */
bool lrp_shape_broadcasts_to(const struct lrp_shape *from, const struct lrp_shape *to);
/* True if output j was named. */
bool lrp_call_wants(const struct lrp_call *call, int output);
/* Product of dimensions [first, last). */
size_t lrp_shape_span(const struct lrp_shape *shape, int first, int last);

#endif
