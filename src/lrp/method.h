/* method.h: methods as rows: what a pass back through the network needs and does, or what is made of many passes. */
#ifndef LRP_LRP_METHOD_H
#define LRP_LRP_METHOD_H

#include "given.h"
#include "lrpscope/method.h"
#include "rule_row.h"

struct lrp_passes;

/* What a method makes of many passes (passes.h): relevance[], one slot per value, NULL at first, receives tensors, owned by the
 * caller. Errors name the argument or the layer in the way. */
typedef enum lrp_status lrp_method_compute(struct lrp_passes *passes, const struct lrp_tensor **relevance,
                                           struct lrp_error *err);

/* The least a row needs is info; everything else is what relevance by rules does. A method of many passes is a file of methods/
 * that ends in its row, and a word in LRP_COMPUTED_METHODS below; at least
 *     static enum lrp_status twice(struct lrp_passes *p, const struct lrp_tensor **relevance, struct lrp_error *err)
 *     {
 *         return lrp_passes_attribute(p, lrp_passes_clean(p), relevance, err);
 *     }
 *     const struct lrp_method lrp_method_row_twice = {
 *         .info = {.name = "twice", .line = "the gradient, computed again", .formula = "df/dx", .cost = "2 passes"},
 *         .compute = twice, .pass = "gradient", .starts_with_one = true};
 * tests/unit/lrp/test_method_rows.c fails by name for a row without a worked number. */
struct lrp_method {
    struct lrp_method_info info;
    bool by_rules;             /* layers have rules, so that the model check is asked, and a changed rule changes the result */
    lrp_rule_apply *apply;     /* without rules: how every node hands on what it gets */
    lrp_rule_account *account; /* likewise: how the ledger books it */
    bool starts_with_one;      /* at the target, whatever --output-relevance says */
    bool times_values;         /* at the end every value is multiplied with what it got: nothing is final before */
    bool rectifies;            /* changes what goes through ReLU: without any it is the plain gradient, which is said */
    int sets; /* as many times all values are there at most, beside those of the input and what comes back in one pass: those
                 of other points, or row-major twins of blocks where nodes are handed through element by element */
    lrp_method_compute *compute; /* many passes; NULL: one */
    const char *pass;            /* then: the method of a single one */
    const char *pass_argument;   /* likewise: the argument that names it; NULL: none does */
};
/* Rows with files of their own, X(NAME): lrp_method_row_NAME. Lists have them in this order, behind those of one pass. */
#define LRP_COMPUTED_METHODS(X)                                                                                                \
    X(smooth_grad) X(integrated_gradients) X(grad_cam) X(guided_grad_cam) X(deep_lift) X(occlusion) X(ablation)
#define X(name) extern const struct lrp_method lrp_method_row_##name;
LRP_COMPUTED_METHODS(X)
#undef X
/* A row's arguments, and how many they are. */
#define LRP_METHOD_TAKES(...)                                                                                                  \
    .arguments = {__VA_ARGS__},                                                                                                \
    .argument_count = sizeof((struct lrp_method_argument[]){__VA_ARGS__}) / sizeof(struct lrp_method_argument)

/* The row of that name. Errors: LRP_USAGE naming the nearest. */
enum lrp_status lrp_method_find(const char *name, const struct lrp_method **out, struct lrp_error *err);
/* The rows, the default first; NULL past the end; for tests that leave out no row. */
const struct lrp_method *lrp_method_row(size_t index);

/* ---- a method with its arguments ---- */

struct lrp_method_call {
    const struct lrp_method *row;
    struct lrp_given given;
};
/* Parses "smooth-grad(20,sigma=.1)". *out is to be freed. Errors: LRP_USAGE naming the nearest methods, or the argument and
 * what it can be. */
enum lrp_status lrp_method_parse(const char *text, struct lrp_method_call *out, struct lrp_error *err);
/* Gives back what it owns, not the struct. */
void lrp_method_call_free(struct lrp_method_call *call);
/* The same method with the same arguments. */
bool lrp_method_call_equal(const struct lrp_method_call *a, const struct lrp_method_call *b);
/* The text of an argument; "" where none was given and there is no default. Borrowed. */
const char *lrp_method_text(const struct lrp_method_call *call, const char *argument);
/* The method of a single pass: the row itself, but of methods of many passes what they repeat. */
const struct lrp_method *lrp_method_pass(const struct lrp_method_call *call);
/* Whether rules of layers play a part. */
bool lrp_method_by_rules(const struct lrp_method_call *call);

#endif
