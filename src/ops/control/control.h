/* control.h: what the operators of control flow share: rows of tensors by turn. */
#ifndef LRP_OPS_CONTROL_CONTROL_H
#define LRP_OPS_CONTROL_CONTROL_H

#include "bodies.h"
#include "elementwise.h"

/* More turns than any loop of a network has: one that does not end is ended here. */
enum { CONTROL_TURNS = 1 << 20 };

/* A growing list of tensors, one a turn; references owned. */
struct control_row {
    struct lrp_tensor **items;
    size_t count, capacity;
};
/* Takes over the reference; it is given back if there is no memory for it. */
enum lrp_status control_row_add(struct control_row *row, struct lrp_tensor *item, struct lrp_error *err);
void control_row_free(struct control_row *row);
/* All items along a new axis, `backward`: the last turn first. Without items, what the file says of an item decides the shape
 * and type. */
enum lrp_status control_row_stack(const struct control_row *row, int axis, bool backward, const struct lrp_desc *declared,
                                  const struct lrp_run *run, struct lrp_tensor **out, struct lrp_error *err);
/* The item at a place along an axis. */
enum lrp_status control_slice(const struct lrp_tensor *tensor, int axis, size_t place, const struct lrp_run *run,
                              struct lrp_tensor **out, struct lrp_error *err);
/* Adds an item of floats to a place along an axis. */
void control_slice_add(struct lrp_tensor *tensor, int axis, size_t place, const struct lrp_tensor *item);
void control_release(struct lrp_tensor **tensors, size_t count);
/* Nothing is known of what bodies make before they run. */
enum lrp_status control_infer(struct lrp_call *call, struct lrp_error *err);

/* if.c, loop.c, scan.c, scan_batch.c */
enum lrp_status control_if(LRP_CONTROL_PARAMETERS);
enum lrp_status control_if_back(LRP_CONTROL_BACK_PARAMETERS);
enum lrp_status control_loop(LRP_CONTROL_PARAMETERS);
enum lrp_status control_loop_back(LRP_CONTROL_BACK_PARAMETERS);
enum lrp_status control_scan(LRP_CONTROL_PARAMETERS);
enum lrp_status control_scan_back(LRP_CONTROL_BACK_PARAMETERS);

#endif
