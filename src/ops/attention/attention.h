/* attention.h: the body that all attention operators have: softmax of scaled products of queries and keys, times the values. */
#ifndef LRP_OPS_ATTENTION_H
#define LRP_OPS_ATTENTION_H

#include "body.h"

/* Values of a body and what is done with them; queries (batch, heads, rows, width), keys and values (batch, kv heads, ...). */
struct lrp_attention {
    int query, key, value;
    int bias;                /* added to the products, as mask is; for what is no mask; LRP_BODY_NONE: nothing */
    int mask;                /* added to the products (batch or 1, heads or 1, rows, keys); LRP_BODY_NONE: nothing */
    int sink;                /* (heads): a further logit of every row, in the denominator only; LRP_BODY_NONE: none */
    float scale, softcap;    /* 0: 1 / sqrt(width); no cap */
    int64_t heads, kv_heads; /* both 0: not known, to be asked at run time; equal: nothing is shared */
    bool guard;              /* a row that sees no key becomes zeros */
    int products, capped, masked, probabilities; /* what came out on the way */
};
#define LRP_ATTENTION_PLAIN                                                                                                    \
    {                                                                                                                          \
        .bias = LRP_BODY_NONE, .mask = LRP_BODY_NONE, .sink = LRP_BODY_NONE                                                    \
    }
/* Adds the calls; the context (batch, heads, rows, width) is returned. */
int lrp_attention_body(struct lrp_operator_body *body, struct lrp_attention *attention);
/* (batch, heads, rows, width) as (batch, rows, heads * width). */
int lrp_attention_merge(struct lrp_operator_body *body, int context);
/* (batch, rows, heads * width) as (batch, heads, rows, width), which may also come so unless `flat`. */
int lrp_attention_split(struct lrp_operator_body *body, const char *part, int x, int64_t heads, bool flat);
/* The sizes (batch, heads, rows, keys) of the products, as whole numbers. */
int lrp_attention_sizes(struct lrp_operator_body *body, int query, int key);
/* How long dimension `axis` of a value is, as one whole number in a list. */
int lrp_attention_length(struct lrp_operator_body *body, const char *part, int x, int axis);
/* `past` in front of `fresh`, along axis 2; past LRP_BODY_NONE: fresh itself. */
int lrp_attention_present(struct lrp_operator_body *body, const char *part, int past, int fresh);

#endif
