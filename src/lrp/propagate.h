/* propagate.h: relevance from an output back to every value. */
#ifndef LRP_LRP_PROPAGATE_H
#define LRP_LRP_PROPAGATE_H

#include "apply.h"
#include "assign.h"
#include "execute.h"
#include "method.h"

struct lrp_node_step;
/* What assignment, view and method belong to, for those who come back to them later: data NULL: nobody can. */
struct lrp_propagation_owner {
    void *data, *(*retain)(void *data);
    void (*release)(void *data);
};
struct lrp_propagation {
    struct lrp_engine *engine;
    const struct lrp_layer_view *view;
    const struct lrp_assignment *assignment; /* by layer; not used by methods without rules */
    const struct lrp_tensor *const *values;  /* of the forward pass, by value number */
    const struct lrp_method *method;
    const struct lrp_tensor *const *reference; /* values of a second forward pass that differences are taken from; or NULL */
    bool keep_activation;                      /* pr26: activations stay inside their layers */
    bool half_gates;                           /* of recurrent cells: a gate and its signal share equally */
    int start;                                 /* value number relevance starts at */
    const struct lrp_tensor *start_relevance;  /* of that value's shape; NULL: relevance[] holds something already */
    /* An earlier pass that differs in nothing but rules: its relevances by value, and by layer whether its rule is another now.
     * Only the ancestors of those layers are computed again. NULL: everything is. */
    const struct lrp_tensor *const *previous;
    const bool *changed;
    /* What consumers gave to values that have several: kept in `edges` (slots of lrp_propagate_edges, NULL at first; tensors
     * owned by the caller), so that the next pass can take `previous_edges` from here and leave a fork's other branches alone.
     * Either may be NULL; then every consumer of a value that is found again is computed again. */
    const struct lrp_tensor **edges;
    const struct lrp_tensor *const *previous_edges;
    /* By value, whose relevance is asked for; that of others is gone once the node that makes them has handed it on and was
     * told of. NULL: all. */
    const bool *wanted;
    bool *computed; /* by layer: set where something was computed; may be NULL */
    /* By value, may be NULL: `conditioned` values hand on what `condition` leaves of their relevance once all consumers have
     * given theirs (it replaces *relevance); `cut` ones hand on nothing. */
    const bool *conditioned, *cut;
    enum lrp_status (*condition)(void *data, int value, const struct lrp_tensor **relevance, struct lrp_error *err);
    void *condition_data;
    /* Whether what a node whose output is `from` gives to the value `to` is lost, as it goes round a condition; may be NULL. */
    bool (*goes_round)(const void *data, int from, int to);
    const void *round_data;
    struct lrp_propagation_owner owner;
    /* What a pass without any conditions found, by value, which differs in nothing else; NULL: none is known. */
    const struct lrp_tensor *const *plain;
    const struct lrp_run *run;
    lrp_progress *progress; /* told after every node, may be NULL */
    void *data;
    /* Told of every node in a body that has handed on relevance, once a turn; may be NULL. */
    enum lrp_status (*witness)(void *data, const struct lrp_node_step *step, struct lrp_tensor *const *given,
                               struct lrp_error *err);
    void *witness_data;
};
/* Through a node with bodies, turn by turn: what its inputs are given, also those that bodies read from around them, as new
 * tensors; NULL where nothing flows. */
enum lrp_status lrp_propagate_bodies(const struct lrp_propagation *propagation, int node,
                                     const struct lrp_tensor *const *relevance, struct lrp_tensor **given,
                                     struct lrp_error *err);
/* How many slots `edges` of a graph has: one for every input of every node. */
size_t lrp_propagate_edges(const struct lrp_graph *graph);
/* Values that are away (span.h) have relevance that is away likewise, or none if nobody owns the propagation.
 * relevance[] (one slot per value, NULL at first) receives a tensor, owned by the caller, for every float value between the
 * model inputs and `start`: its total relevance over all consumers. (For input-gradient: value times gradient.) Errors:
 * LRP_UNSUPPORTED naming a layer that cannot be differentiated, LRP_CANCELLED, LRP_MEMORY. What is there stays valid. */
enum lrp_status lrp_propagate(const struct lrp_propagation *propagation, const struct lrp_tensor **relevance,
                              struct lrp_error *err);
/* How one node hands relevance on. */
struct lrp_node_step {
    struct lrp_rule_step step;
    lrp_rule_account *account;
    bool passes; /* a fused activation that relevance passes unchanged: nothing is to be done */
};
/* The step of a node, all but its relevance. */
void lrp_propagation_step(const struct lrp_propagation *propagation, int node, struct lrp_node_step *out);

#endif
