/* dnnl_plan.c: which of oneDNN's convolutions, in which layouts. */
#include "dnnl_plan.h"

#include <stdio.h>
#include <string.h>

#include "library.h"

/* How activations lie in memory while a primitive works on them. */
enum layout { PLAIN, BLOCKED, ANY };
/* Tried in turn until one has a fast implementation. */
static const struct {
    enum layout source, target;
} layouts[] = {{BLOCKED, BLOCKED}, {PLAIN, BLOCKED}, {ANY, ANY}, {PLAIN, PLAIN}};

int lrp_library_block(void)
{
    const unsigned isa = (unsigned)dnnl_get_effective_cpu_isa();

    if ((isa & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core) return 16;
    return (isa & dnnl_cpu_isa_avx2) == dnnl_cpu_isa_avx2 ? 8 : 0;
}

static dnnl_format_tag_t block_tag(int space, int block)
{
    if (block == 16) return space == 3 ? dnnl_nCdhw16c : dnnl_nChw16c;
    if (block == 8) return space == 3 ? dnnl_nCdhw8c : dnnl_nChw8c;
    return dnnl_format_tag_any;
}

static dnnl_format_tag_t plain_tag(int space)
{
    return space == 3 ? dnnl_ncdhw : dnnl_nchw;
}

static void space_of(const struct lrp_conv_shape *shape, struct lrp_dnnl_plan *plan)
{
    const int first = plan->space - shape->rank; /* a line is a picture of height 1 */
    const int weights_at = plan->grouped ? 3 : 2;

    for (int d = 0; d < plan->space; d++) {
        const int i = d - first;
        const bool real = i >= 0;
        const int64_t in = real ? shape->in[i] : 1, out = real ? shape->out[i] : 1;
        const int64_t kernel = real ? shape->kernel[i] : 1, dilation = real ? shape->dilation[i] : 1;

        plan->source[2 + d] = in;
        plan->target[2 + d] = out;
        plan->weights[weights_at + d] = kernel;
        plan->stride[d] = real ? shape->stride[i] : 1;
        plan->dilation[d] = dilation - 1;
        plan->pad_begin[d] = real ? shape->pad_begin[i] : 0;
        /* what is really touched, which is what the library checks */
        plan->pad_end[d] = (out - 1) * plan->stride[d] + (kernel - 1) * dilation + 1 - in - plan->pad_begin[d];
    }
}

dnnl_status_t lrp_dnnl_plan_make(const struct lrp_conv_shape *shape, enum lrp_direction direction, bool bias,
                                 struct lrp_dnnl_plan *plan)
{
    int dims = 0;
    dnnl_format_tag_t tag;

    *plan = (struct lrp_dnnl_plan){.direction = direction,
                                   .has_bias = bias,
                                   .space = shape->rank == 3 ? 3 : 2,
                                   .grouped = shape->group > 1,
                                   .block = lrp_library_block()};
    plan->source[0] = plan->target[0] = shape->batch;
    plan->source[1] = shape->in_channels;
    plan->target[1] = plan->bias[0] = shape->out_channels;
    if (plan->grouped) plan->weights[dims++] = shape->group;
    plan->weights[dims++] = shape->out_channels / shape->group;
    plan->weights[dims++] = shape->in_channels / shape->group;
    dims += plan->space;
    space_of(shape, plan);
    tag = dims == 4 ? dnnl_oihw : dims == 5 ? dnnl_abcde : dnnl_goidhw;
    dnnl_status_t status = dnnl_memory_desc_init_by_tag(&plan->plain_weights, dims, plan->weights, dnnl_f32, tag);
    tag = plain_tag(plan->space);
    if (!status) status = dnnl_memory_desc_init_by_tag(&plan->plain_source, 2 + plan->space, plan->source, dnnl_f32, tag);
    if (!status) status = dnnl_memory_desc_init_by_tag(&plan->plain_target, 2 + plan->space, plan->target, dnnl_f32, tag);
    tag = block_tag(plan->space, plan->block);
    if (!status) status = dnnl_memory_desc_init_by_tag(&plan->blocked_source, 2 + plan->space, plan->source, dnnl_f32, tag);
    if (!status) status = dnnl_memory_desc_init_by_tag(&plan->blocked_target, 2 + plan->space, plan->target, dnnl_f32, tag);
    if (!status) status = dnnl_memory_desc_init_by_tag(&plan->bias_desc, 1, plan->bias, dnnl_f32, dnnl_a);
    return status;
}

static dnnl_status_t desc_in(const struct lrp_dnnl_plan *plan, enum layout layout, const dnnl_dim_t *dims,
                             dnnl_memory_desc_t *out)
{
    const dnnl_format_tag_t tag = layout == PLAIN     ? plain_tag(plan->space)
                                  : layout == BLOCKED ? block_tag(plan->space, plan->block)
                                                      : dnnl_format_tag_any;

    return dnnl_memory_desc_init_by_tag(out, 2 + plan->space, dims, dnnl_f32, tag);
}

/* The description of the primitive for one choice of layouts. Winograd is never asked for: its exact zeros are noise. */
static dnnl_status_t describe(const struct lrp_dnnl_plan *plan, dnnl_engine_t engine, size_t choice, dnnl_primitive_attr_t attr,
                              dnnl_primitive_desc_t *out)
{
    const dnnl_prop_kind_t kind = dnnl_forward_inference;
    dnnl_memory_desc_t source, target, weights;
    dnnl_convolution_desc_t desc;
    dnnl_primitive_desc_t hint = NULL;
    dnnl_status_t status = desc_in(plan, layouts[choice].source, plan->source, &source);

    if (!status) status = desc_in(plan, layouts[choice].target, plan->target, &target);
    if (!status)
        status =
            dnnl_memory_desc_init_by_tag(&weights, plan->plain_weights.ndims, plan->weights, dnnl_f32, dnnl_format_tag_any);
    if (!status)
        status = dnnl_dilated_convolution_forward_desc_init(&desc, kind, dnnl_convolution_direct, &source, &weights,
                                                            plan->has_bias ? &plan->bias_desc : NULL, &target, plan->stride,
                                                            plan->dilation, plan->pad_begin, plan->pad_end);
    if (!status) status = dnnl_primitive_desc_create(&hint, &desc, attr, engine, NULL);
    if (plan->direction == LRP_FORWARD || status) {
        *out = hint;
        return status;
    }
    status = dnnl_dilated_convolution_backward_data_desc_init(&desc, dnnl_convolution_direct, &source, &weights, &target,
                                                              plan->stride, plan->dilation, plan->pad_begin, plan->pad_end);
    if (!status) status = dnnl_primitive_desc_create(out, &desc, attr, engine, hint);
    dnnl_primitive_desc_destroy(hint);
    return status;
}

/* Not the reference, which is slow; nor what is cut up by the number of threads, which changes the last bits, and is no faster
 * than our own loops where nothing else takes a shape. */
static bool is_welcome(const char *implementation)
{
    return strncmp(implementation, "ref", 3) != 0 && !strstr(implementation, "gemm") && !strstr(implementation, "brg");
}

dnnl_status_t lrp_dnnl_plan_choose(const struct lrp_dnnl_plan *plan, dnnl_engine_t engine, char name[LRP_DNNL_NAME],
                                   dnnl_primitive_desc_t *out)
{
    dnnl_primitive_attr_t attr;
    dnnl_status_t status = dnnl_primitive_attr_create(&attr);

    if (status) return status;
    status = dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user);
    /* with few input channels, blocks of them would be mostly padding */
    const bool thin = plan->source[1] < 4 && !plan->grouped;
    for (size_t i = 0; !status && !*out && i < sizeof layouts / sizeof *layouts; i++) {
        const size_t choice = thin && i < 2 ? 1 - i : i;
        dnnl_primitive_desc_t found = NULL;
        const char *info = "ref";

        if (describe(plan, engine, choice, attr, &found)) continue;
        dnnl_primitive_desc_query(found, dnnl_query_impl_info_str, 0, (void *)&info);
        if (!is_welcome(info)) {
            dnnl_primitive_desc_destroy(found);
            continue;
        }
        snprintf(name, LRP_DNNL_NAME, "%s", info);
        *out = found;
    }
    dnnl_primitive_attr_destroy(attr);
    return status;
}
