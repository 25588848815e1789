/* turns.h: running what hangs on a node, turn by turn, and back through the turns. */
#ifndef LRP_GRAPH_TURNS_H
#define LRP_GRAPH_TURNS_H

#include "control/bodies.h"
#include "execute.h"

/* One run of a body: its values (those of bodies in it are gone), from the body's first_value on. */
struct lrp_turn {
    int body;
    const struct lrp_tensor **values;
};
/* How what was run is gone through backwards: from s, by output of the body, to given, by its input (bodies.h). */
typedef enum lrp_status lrp_turn_back(void *data, const struct lrp_turn *turn, const struct lrp_tensor *const *s,
                                      struct lrp_tensor **given, const struct lrp_run *run, struct lrp_error *err);

/* How a node of a body is run: lrp_engine_run_node, which comes back here for bodies in bodies. */
typedef enum lrp_status lrp_node_runner(struct lrp_engine *engine, int node, const struct lrp_tensor **values,
                                        const struct lrp_run *run, struct lrp_error *err);

/* Forward: in, by input of the node, to out, by output, new tensors. values: by value number; those of bodies come and go.
 * Errors name the layer. */
enum lrp_status lrp_turns_run(struct lrp_engine *engine, int node, const struct lrp_tensor **values,
                              const struct lrp_tensor *const *in, struct lrp_tensor **out, lrp_node_runner *run_node,
                              const struct lrp_run *run, struct lrp_error *err);
/* Forward once more, keeping all turns, and back: s, by output, to given, by input of the node the file gives it, new tensors
 * or NULL. `values` as above. */
enum lrp_status lrp_turns_back(struct lrp_engine *engine, int node, const struct lrp_tensor **values,
                               const struct lrp_tensor *const *in, const struct lrp_tensor *const *s, struct lrp_tensor **given,
                               lrp_turn_back *back, void *data, lrp_node_runner *run_node, const struct lrp_run *run,
                               struct lrp_error *err);

#endif
