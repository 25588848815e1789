/* execute.h: running a graph: prepared handles, materialised constants (engine.c), the forward pass (execute.c). */
#ifndef LRP_GRAPH_EXECUTE_H
#define LRP_GRAPH_EXECUTE_H

#include "graph.h"
#include "lru.h"
#include "pool.h"

/* Handles and constants of one graph, made when first needed and kept. Used by one thread at a time. The graph must outlive it.
 */
struct lrp_engine;
enum lrp_status lrp_engine_new(const struct lrp_graph *graph, struct lrp_engine **out, struct lrp_error *err);
void lrp_engine_free(struct lrp_engine *engine);
const struct lrp_graph *lrp_engine_graph(const struct lrp_engine *engine);
/* Memory for what is computed here, to be named in the passes' struct lrp_run; borrowed. */
struct lrp_pool *lrp_engine_pool(struct lrp_engine *engine);
/* How much what a loop's turns leave behind for the way back may take; at first as much as there is. */
void lrp_engine_limit_turns(struct lrp_engine *engine, size_t bytes);
size_t lrp_engine_turn_limit(const struct lrp_engine *engine);

/* What is kept because it can be used again: prepared handles, and whatever else callers put there; their keys are longer or
 * shorter than those of handles. Its limit bounds both. Borrowed. */
struct lrp_lru *lrp_engine_cache(struct lrp_engine *engine);

/* The handle of a node under a modifier (NULL: as is). Borrowed from the engine until the next handle is asked for or something
 * is put into its cache. Errors name the node. */
enum lrp_status lrp_engine_handle(struct lrp_engine *engine, int node, const struct lrp_modifier *modifier, void **handle,
                                  const struct lrp_run *run, struct lrp_error *err);
/* Collects a node's input tensors into in[] (as many as the call has): from `values`, constants materialised, NULL where absent
 * or read by prepare. In rows, unless they lie in blocks of `block` channels (blocked.h). Borrowed. */
enum lrp_status lrp_engine_inputs(struct lrp_engine *engine, int node, const struct lrp_tensor *const *values, int block,
                                  const struct lrp_run *run, const struct lrp_tensor **in, struct lrp_error *err);
/* In which blocks a node's vjp takes the cotangent (*from) and gives gradients (*to), if its values are at hand as they lie in
 * `values`. */
enum lrp_status lrp_engine_blocks(struct lrp_engine *engine, int node, const struct lrp_tensor *const *values, void *handle,
                                  bool back, const struct lrp_run *run, int *from, int *to, struct lrp_error *err);
/* A tensor in rows, or one that lies in blocks of `block` channels. Borrowed. Errors: LRP_MEMORY, blamed on the node. */
enum lrp_status lrp_engine_row_major(const struct lrp_engine *engine, int node, int block, const struct lrp_run *run,
                                     const struct lrp_tensor **tensor, struct lrp_error *err);

/* What a pass tells its caller after every node: how many are done of how many. */
typedef void lrp_progress(void *data, int node, int done, int total);

/* The forward pass: values[] (one slot per value of the graph; model inputs filled in by the caller) receives a tensor, owned
 * by the caller, for every live value that can be computed. `wanted`: the value that must come out; otherwise LRP_UNSUPPORTED
 * names the node in the way and why. Values may lie in blocks of channels: lrp_tensor_row_major (blocked.h) before reading.
 * What is in values[] already is not computed again. LRP_CANCELLED if run->should_stop said so; what was computed stays. */
enum lrp_status lrp_engine_forward(struct lrp_engine *engine, const struct lrp_tensor **values, int wanted,
                                   const struct lrp_run *run, lrp_progress *progress, void *data, struct lrp_error *err);
/* Runs one node whose inputs are all there, whatever body it lies in; what it makes is put into values[]. Errors name it. */
enum lrp_status lrp_engine_run_node(struct lrp_engine *engine, int node, const struct lrp_tensor **values,
                                    const struct lrp_run *run, struct lrp_error *err);
/* The tensor of a constant value, borrowed. */
enum lrp_status lrp_engine_constant(struct lrp_engine *engine, int value, const struct lrp_tensor **out, struct lrp_error *err);
/* Puts "FILE: layer NAME: " before an error that an operator reported. */
enum lrp_status lrp_engine_blame(const struct lrp_engine *engine, int node, enum lrp_status status, struct lrp_error *err);

#endif
