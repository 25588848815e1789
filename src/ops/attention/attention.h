/* attention.h: what the files of Attention share. */
#ifndef LRP_OPS_ATTENTION_H
#define LRP_OPS_ATTENTION_H

#include "elementwise.h"

/* A call of Attention, read: all sizes of its tensors. */
struct lrp_attention {
    bool flat; /* (batch, rows, heads * width) instead of (batch, heads, rows, width) */
    int64_t batch, heads, kv_heads, rows, past, fresh, keys, width, value_width;
    float scale, softcap;
    bool causal;
    int mode; /* what output 3 shows: 0 products, 1 capped, 2 masked, 3 probabilities */
};
enum {
    LRP_ATTENTION_QUERY,
    LRP_ATTENTION_KEY,
    LRP_ATTENTION_VALUE,
    LRP_ATTENTION_MASK,
    LRP_ATTENTION_PAST_KEY,
    LRP_ATTENTION_PAST_VALUE,
    LRP_ATTENTION_LENGTHS,
    LRP_ATTENTION_INPUTS
};

/* Reads and checks a call. */
enum lrp_status lrp_attention_read(const struct lrp_call *call, struct lrp_attention *out, struct lrp_error *err);

/* The work of one head at a time; matrices are dense and row-major. */
struct lrp_head {
    float *query, *key, *value; /* (rows, width), (keys, width), (keys, value_width) */
    float *scores, *capped;     /* (rows, keys): probabilities in the end; after the cap, before the mask */
    float *pull, *pull_key;     /* the gradients' */
    float *block;               /* owned: all of it */
};
enum lrp_status lrp_head_new(const struct lrp_attention *a, struct lrp_head *out, struct lrp_error *err);
void lrp_head_free(struct lrp_head *head);
/* Query, keys and values of head h of batch b, then its probabilities; `shown` (may be NULL) gets what `mode` says. */
enum lrp_status lrp_head_run(const struct lrp_call *call, const struct lrp_attention *a, const struct lrp_head *head, int64_t b,
                             int64_t h, const struct lrp_tensor *const *in, float *shown, const struct lrp_run *run,
                             struct lrp_error *err);
/* Copies a head's rows out of a tensor of `heads` heads, or adds them to it. */
void lrp_head_load(bool flat, const float *from, int64_t b, int64_t h, int64_t heads, int64_t rows, int64_t width, float *to);
void lrp_head_add(bool flat, const float *from, int64_t b, int64_t h, int64_t heads, int64_t rows, int64_t width, float *to);
/* Where the mask of (b, h, row, key) is; -1 beyond its last column. */
int64_t lrp_mask_at(const struct lrp_shape *mask, int64_t b, int64_t h, int64_t row, int64_t key);

#endif
