/* dnnl_version.c: the few things that oneDNN 2 and oneDNN 3 say differently. */
#include "dnnl_version.h"

#if DNNL_VERSION_MAJOR >= 3

dnnl_status_t lrp_layout_new(lrp_layout *out, int count, const dnnl_dims_t dims, dnnl_format_tag_t tag)
{
    return dnnl_memory_desc_create_with_tag(out, count, dims, dnnl_f32, tag);
}

void lrp_layout_free(lrp_layout layout)
{
    if (layout) dnnl_memory_desc_destroy(layout);
}

dnnl_status_t lrp_dnnl_conv_forward(const struct lrp_dnnl_conv *conv, dnnl_engine_t engine, dnnl_primitive_attr_t attr,
                                    dnnl_primitive_desc_t *out)
{
    return dnnl_convolution_forward_primitive_desc_create(out, engine, dnnl_forward_inference, dnnl_convolution_direct,
                                                          conv->source, conv->weights, conv->bias, conv->target, conv->stride,
                                                          conv->dilation, conv->pad_begin, conv->pad_end, attr);
}

dnnl_status_t lrp_dnnl_conv_backward(const struct lrp_dnnl_conv *conv, dnnl_engine_t engine, dnnl_primitive_attr_t attr,
                                     dnnl_primitive_desc_t hint, dnnl_primitive_desc_t *out)
{
    return dnnl_convolution_backward_data_primitive_desc_create(out, engine, dnnl_convolution_direct, conv->source,
                                                                conv->weights, conv->target, conv->stride, conv->dilation,
                                                                conv->pad_begin, conv->pad_end, hint, attr);
}

#else

#include <stdlib.h>

dnnl_status_t lrp_layout_new(lrp_layout *out, int count, const dnnl_dims_t dims, dnnl_format_tag_t tag)
{
    lrp_layout layout = calloc(1, sizeof *layout);
    const dnnl_status_t status = layout ? dnnl_memory_desc_init_by_tag(layout, count, dims, dnnl_f32, tag) : dnnl_out_of_memory;

    if (status) {
        free(layout);
        layout = NULL;
    }
    *out = layout;
    return status;
}

void lrp_layout_free(lrp_layout layout)
{
    free(layout);
}

dnnl_status_t lrp_dnnl_conv_forward(const struct lrp_dnnl_conv *conv, dnnl_engine_t engine, dnnl_primitive_attr_t attr,
                                    dnnl_primitive_desc_t *out)
{
    dnnl_convolution_desc_t desc;
    const dnnl_status_t status = dnnl_dilated_convolution_forward_desc_init(
        &desc, dnnl_forward_inference, dnnl_convolution_direct, conv->source, conv->weights, conv->bias, conv->target,
        conv->stride, conv->dilation, conv->pad_begin, conv->pad_end);

    return status ? status : dnnl_primitive_desc_create(out, &desc, attr, engine, NULL);
}

dnnl_status_t lrp_dnnl_conv_backward(const struct lrp_dnnl_conv *conv, dnnl_engine_t engine, dnnl_primitive_attr_t attr,
                                     dnnl_primitive_desc_t hint, dnnl_primitive_desc_t *out)
{
    dnnl_convolution_desc_t desc;
    const dnnl_status_t status = dnnl_dilated_convolution_backward_data_desc_init(
        &desc, dnnl_convolution_direct, conv->source, conv->weights, conv->target, conv->stride, conv->dilation,
        conv->pad_begin, conv->pad_end);

    return status ? status : dnnl_primitive_desc_create(out, &desc, attr, engine, hint);
}

#endif
