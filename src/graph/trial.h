/* trial.h: what a graph's values would be at other input shapes, without touching the graph. */
#ifndef LRP_GRAPH_TRIAL_H
#define LRP_GRAPH_TRIAL_H

#include "graph.h"

struct lrp_trial {
    const struct lrp_graph *graph;
    struct lrp_arena *arena; /* of constants that are worked out on the way, and of shapes */
    struct lrp_shape_set shapes;
    struct lrp_desc *desc; /* by value: as in the graph, but what differs */
    bool *changed;         /* by value: differs */
    int *order;            /* all nodes of the graph itself, in execution order, whatever became of them */
    int count, refused;    /* refused: operators that do not take what they would get; what they make stays as it was */
    int64_t budget;        /* for folding */
};
/* False when out of memory; to be freed either way. */
bool lrp_trial_start(struct lrp_trial *trial, const struct lrp_graph *graph);
void lrp_trial_free(struct lrp_trial *trial);
/* Forgets what was tried before. */
bool lrp_trial_reset(struct lrp_trial *trial);
/* Gives a model input another shape; false when out of memory. */
bool lrp_trial_input(struct lrp_trial *trial, int input, const struct lrp_shape *shape);
/* Works out everything that follows; false when out of memory. */
bool lrp_trial_run(struct lrp_trial *trial);

#endif
