/* dnnl_version.h: the few things that oneDNN 2 and oneDNN 3 say differently. */
#ifndef LRP_COMPUTE_DNNL_VERSION_H
#define LRP_COMPUTE_DNNL_VERSION_H

#include <dnnl.h>

/* A description of memory: the library's own object in version 3, a plain structure in version 2. */
#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t lrp_layout;
typedef const_dnnl_memory_desc_t lrp_const_layout;
#else
typedef dnnl_memory_desc_t *lrp_layout;
typedef const dnnl_memory_desc_t *lrp_const_layout;
#endif

/* *out is owned. */
dnnl_status_t lrp_layout_new(lrp_layout *out, int count, const dnnl_dims_t dims, dnnl_format_tag_t tag);
void lrp_layout_free(lrp_layout layout);

/* A convolution over float32; the layouts (borrowed) may leave the choice to the library. bias: NULL for none. */
struct lrp_dnnl_conv {
    lrp_const_layout source, weights, bias, target;
    const dnnl_dim_t *stride, *dilation, *pad_begin, *pad_end;
};
/* Its direct algorithm, never Winograd's: exact zeros become noise there. hint: the forward one. *out is owned. */
dnnl_status_t lrp_dnnl_conv_forward(const struct lrp_dnnl_conv *conv, dnnl_engine_t engine, dnnl_primitive_attr_t attr,
                                    dnnl_primitive_desc_t *out);
dnnl_status_t lrp_dnnl_conv_backward(const struct lrp_dnnl_conv *conv, dnnl_engine_t engine, dnnl_primitive_attr_t attr,
                                     dnnl_primitive_desc_t hint, dnnl_primitive_desc_t *out);

#endif
