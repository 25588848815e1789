/* pooling.h: what the files of the pooling family share. */
#ifndef LRP_OPS_POOLING_H
#define LRP_OPS_POOLING_H

#include "elementwise.h"
#include "frame.h"
#include "pooling_window.h"

/* What a pooling's row owns. */
struct lrp_pool_row {
    enum { LRP_POOL_MAX, LRP_POOL_MEAN, LRP_POOL_POWER } how;
};
int lrp_pool_how(const struct lrp_call *call);

/* One piece of work: planes of a batch, each pooled alone. */
struct lrp_pooling {
    struct lrp_frame frame;
    struct lrp_pool_window window;
    const float *x, *y, *s; /* y: results, read by vjps */
    float *to;              /* results, or the gradient */
    int64_t *indices;       /* winners, or NULL */
    bool column_major;      /* storage_order: how the winners of a plane are counted */
    bool count_padding;     /* count_include_pad */
    float power;            /* of LpPool */
    int64_t planes;
    int lanes; /* channels of a place: 1, or a block of them (blocked.h); so many fewer planes */
};
/* Reads a call that lrp_pooling_infer let pass, for tensors in blocks of `block` channels, 0: row-major. */
void lrp_pooling_read(const struct lrp_call *call, int block, struct lrp_pooling *out);
/* The exponent of LpPool and GlobalLpPool. */
float lrp_pool_power(const struct lrp_call *call);

enum lrp_status lrp_max_pool_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_max_pool_vjp(LRP_VJP_PARAMETERS);
enum lrp_status lrp_mean_pool_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_mean_pool_vjp(LRP_VJP_PARAMETERS);
enum lrp_status lrp_power_pool_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_power_pool_vjp(LRP_VJP_PARAMETERS);
enum lrp_status lrp_global_pool_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_global_pool_vjp(LRP_VJP_PARAMETERS);

#endif
