/* assign.h: composites inside, and which layer gets which rule. */
#ifndef LRP_LRP_ASSIGN_H
#define LRP_LRP_ASSIGN_H

#include "carriers.h"
#include "graph.h"
#include "lrpscope/composite.h"
#include "text_set.h"

/* X(id, text, what stands in front of the rule or map, whether it is a map, one line) */
#define LRP_PRIMITIVES(X)                                                                                                      \
    X(GLOBAL, "global", NOTHING, false, "all layers")                                                                          \
    X(LAYER, "layer", SELECTOR, false, "the layers a selector matches, and those nested in one of that name")                  \
    X(RANGE, "range", SELECTOR, false, "layers a..b, both included")                                                           \
    X(FIRST_LAYER, "first-layer", NOTHING, false,                                                                              \
      "the first layer, reshaping, identity, dropout and arithmetic with constants passed over")                               \
    X(LAST_LAYER, "last-layer", NOTHING, false, "the last layer, likewise, an output softmax passed over, too")                \
    X(GLOBAL_TYPE, "global-type", NOTHING, true, "all layers, by type")                                                        \
    X(RANGE_TYPE, "range-type", SELECTOR, true, "layers a..b, by type")                                                        \
    X(FIRST_N_TYPE, "first-n-type", NUMBER, true, "the first N layers, by type")                                               \
    X(FIRST_LAYER_TYPE, "first-layer-type", NOTHING, true, "the first layer, if its type is named")                            \
    X(LAST_LAYER_TYPE, "last-layer-type", NOTHING, true, "the last layer, if its type is named")                               \
    X(FIRST_OF_TYPE, "first-of-type", NOTHING, true, "the first layer whose type is named")
enum lrp_primitive_kind {
#define X(id, text, head, map, line) LRP_PRIMITIVE_##id,
    LRP_PRIMITIVES(X)
#undef X
        LRP_PRIMITIVE_COUNT
};
/* "global-type" */
const char *lrp_primitive_text(enum lrp_primitive_kind kind);
struct lrp_type_rule {
    char *type; /* owned; NULL where the primitive has no map */
    struct lrp_rule rule;
};
struct lrp_primitive {
    enum lrp_primitive_kind kind;
    char *selector; /* owned, or NULL */
    int64_t n;
    struct lrp_type_rule *rules;
    size_t count;
};
struct lrp_composite {
    char *text;         /* as it was given, brackets normalised */
    const char *preset; /* name if it is one, else NULL; static */
    enum lrp_convention convention;
    const struct lrp_rule_book *book; /* of custom rules, retained; NULL if there is none */
    struct lrp_primitive *primitives;
    size_t count;
    bool only_relu;      /* a model with another activation is refused */
    bool no_negative;    /* a negative logit starts with 0 */
    bool differentiates; /* fused activations are differentiated, too, instead of passing relevance on */
};

/* Parses one primitive and appends it; `offset` is where it stands in the whole text, for messages, -1: nowhere. */
enum lrp_status lrp_composite_add(struct lrp_composite *composite, const char *text, long offset, struct lrp_error *err);

/* Choices that a composite leaves to the user: a word for each, and what it does to the composite. */
enum lrp_composite_switch { LRP_SWITCH_ATTENTION, LRP_SWITCH_GATES, LRP_SWITCH_COUNT };
/* Nothing happens for an empty word. Errors: LRP_USAGE naming the words. */
enum lrp_status lrp_composite_set(struct lrp_composite *composite, enum lrp_composite_switch which, const char *word,
                                  struct lrp_error *err);
/* Whether a word may be set; the composite need not be there yet. Errors: LRP_USAGE naming the words. */
enum lrp_status lrp_composite_check_switch(enum lrp_composite_switch which, const char *word, struct lrp_error *err);
/* The words of a switch; NULL past the end. Static. */
const char *lrp_composite_switch_word(enum lrp_composite_switch which, size_t index);
/* Whether the word leaves a gate half of its product's relevance also where no rule says anything of gates: inside of recurrent
 * layers. */
bool lrp_composite_halves_gates(const char *word);
/* The composite a model has if none is asked for: `otherwise`, or, where a layer is attention, the convention's for those. */
const char *lrp_composite_default(const struct lrp_layer_list *layers, enum lrp_convention convention, const char *otherwise);

/* A rule, and where it came from: layers that have the same from the same place share it, as a million may. */
struct lrp_given_rule {
    struct lrp_rule rule;          /* owned */
    struct lrp_rule_source source; /* selector and plugin are borrowed */
    const char *text;              /* the rule in words of the composite's convention */
    struct lrp_given_rule *before; /* the one that was new before this one */
};
/* The rule every layer has (row 0 has none). */
struct lrp_assignment {
    const struct lrp_given_rule **given;    /* by layer */
    const char **rules;                     /* by layer: its words; row 0: "" */
    const struct lrp_rule_source **sources; /* by layer */
    struct lrp_given_rule *newest;          /* of all of them, those that nobody has any more too */
    struct lrp_text_set texts;              /* of rules and sources; its arena, where these live too, is owned */
    bool differentiates;                    /* fused activations are differentiated, whatever their layer's rule does */
    struct lrp_carriers carriers;           /* which values carry relevance under these rules */
    struct lrp_carriers unstopped;          /* which do where no rule stops */
    char **warnings;
    size_t count, warning_count;
};
struct lrp_rule_option {
    const char *select, *rule;
};
/* Adds a warning; false when out of memory. */
bool lrp_assignment_warn(struct lrp_assignment *assignment, const char *text);
/* Composite first, then the options in order, the last wins. Errors: LRP_USAGE naming layer, rule and reason. */
enum lrp_status lrp_assign(const struct lrp_graph *graph, const struct lrp_layer_view *view,
                           const struct lrp_composite *composite, const struct lrp_rule_option *options, size_t option_count,
                           struct lrp_assignment *out, struct lrp_error *err);
void lrp_assignment_free(struct lrp_assignment *assignment);
/* Whether a rule can be given to a layer; if not, err says why. rule->how becomes what the book (may be NULL) has for that
 * layer. */
enum lrp_status lrp_rule_fits(const struct lrp_graph *graph, const struct lrp_layer_view *view,
                              const struct lrp_rule_book *book, int layer, struct lrp_rule *rule, struct lrp_error *err);

#endif
