/* bodies.h: graphs that hang on attributes of nodes, taken up into the graph around them. */
#ifndef LRP_GRAPH_BODIES_H
#define LRP_GRAPH_BODIES_H

#include "builder.h"

struct lrp_body_counts {
    size_t nodes, values, bodies; /* values: at most */
};
/* Adds up what all bodies of a graph hold, and those in them. */
void lrp_bodies_count(const struct lrp_definition *definition, struct lrp_body_counts *counts);
/* Adds bodies and their nodes once the nodes of the file are there. */
enum lrp_status lrp_bodies_add(struct lrp_builder *b);

#endif
