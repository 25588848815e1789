/* dnnl_plan.c: which of oneDNN's convolutions, in which layouts. */
#include "dnnl_plan.h"

#include <stdio.h>
#include <string.h>

#include "library.h"
#include "lrpscope/tensor.h"

/* How activations lie in memory while a primitive works on them. */
enum layout { PLAIN, BLOCKED, ANY };
/* Tried in turn until one has a fast implementation. */
static const struct {
    enum layout source, target;
} layouts[] = {{BLOCKED, BLOCKED}, {PLAIN, BLOCKED}, {ANY, ANY}, {PLAIN, PLAIN}};

/* Those that the library uses, as bits; 0 on other processors, of which it would name those of this one. */
static unsigned instruction_sets(void)
{
#ifdef __x86_64__
    return (unsigned)dnnl_get_effective_cpu_isa();
#else
    return 0;
#endif
}

int lrp_library_block(void)
{
    const unsigned isa = instruction_sets();
    if ((isa & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core) return 16;
    return (isa & dnnl_cpu_isa_avx2) == dnnl_cpu_isa_avx2 ? 8 : 0;
}

void lrp_numeric_library(char *name, char *instructions, size_t size)
{
    static const struct {
        dnnl_cpu_isa_t isa;
        const char *name;
    } known[] = {{dnnl_cpu_isa_avx512_core, "AVX-512"},
                 {dnnl_cpu_isa_avx2, "AVX2"},
                 {dnnl_cpu_isa_avx, "AVX"},
                 {dnnl_cpu_isa_sse41, "SSE4.1"}};
    const unsigned isa = instruction_sets();
    const dnnl_version_t *const version = dnnl_version();

    snprintf(name, size, "oneDNN %d.%d.%d", version->major, version->minor, version->patch);
    snprintf(instructions, size, "%s", "the least there is");
    for (size_t i = sizeof known / sizeof *known; i-- > 0;)
        if ((isa & (unsigned)known[i].isa) == (unsigned)known[i].isa) snprintf(instructions, size, "%s", known[i].name);
}

static dnnl_format_tag_t block_tag(int space, int block)
{
    if (block == 16) return space == 3 ? dnnl_nCdhw16c : dnnl_nChw16c;
    if (block == 8) return space == 3 ? dnnl_nCdhw8c : dnnl_nChw8c;
    return dnnl_format_tag_any;
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

/* Every layout a convolution may be asked for in; `dims`: of the weights. */
static dnnl_status_t layouts_of(struct lrp_dnnl_plan *plan, int dims)
{
    const dnnl_format_tag_t plain = plan->space == 3 ? dnnl_ncdhw : dnnl_nchw, any = dnnl_format_tag_any;
    const dnnl_format_tag_t blocked = block_tag(plan->space, plan->block);
    const dnnl_format_tag_t rows = dims == 4 ? dnnl_oihw : dims == 5 ? dnnl_abcde : dnnl_goidhw;
    const int ends = 2 + plan->space;
    dnnl_status_t status = lrp_layout_new(&plan->plain_weights, dims, plan->weights, rows);

    if (!status) status = lrp_layout_new(&plan->any_weights, dims, plan->weights, any);
    if (!status) status = lrp_layout_new(&plan->plain_source, ends, plan->source, plain);
    if (!status) status = lrp_layout_new(&plan->plain_target, ends, plan->target, plain);
    if (!status) status = lrp_layout_new(&plan->blocked_source, ends, plan->source, blocked);
    if (!status) status = lrp_layout_new(&plan->blocked_target, ends, plan->target, blocked);
    if (!status) status = lrp_layout_new(&plan->any_source, ends, plan->source, any);
    if (!status) status = lrp_layout_new(&plan->any_target, ends, plan->target, any);
    if (!status) status = lrp_layout_new(&plan->bias_layout, 1, plan->bias, dnnl_a);
    return status;
}

dnnl_status_t lrp_dnnl_plan_make(const struct lrp_conv_shape *shape, enum lrp_direction direction, bool bias,
                                 struct lrp_dnnl_plan *plan)
{
    int dims = 0;

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
    return layouts_of(plan, dims);
}

void lrp_dnnl_plan_free(struct lrp_dnnl_plan *plan)
{
    const lrp_layout all[] = {plan->plain_source, plan->plain_weights,  plan->plain_target,
                              plan->bias_layout,  plan->blocked_source, plan->blocked_target,
                              plan->any_source,   plan->any_weights,    plan->any_target};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) lrp_layout_free(all[i]);
}

static lrp_const_layout one_of(enum layout layout, lrp_const_layout plain, lrp_const_layout blocked, lrp_const_layout any)
{
    return layout == PLAIN ? plain : layout == BLOCKED ? blocked : any;
}

/* The description of the primitive for one choice of layouts. */
static dnnl_status_t describe_primitive(const struct lrp_dnnl_plan *plan, dnnl_engine_t engine, size_t choice,
                                        dnnl_primitive_attr_t attr, dnnl_primitive_desc_t *out)
{
    const struct lrp_dnnl_conv conv = {
        .source = one_of(layouts[choice].source, plan->plain_source, plan->blocked_source, plan->any_source),
        .weights = plan->any_weights,
        .bias = plan->has_bias ? plan->bias_layout : NULL,
        .target = one_of(layouts[choice].target, plan->plain_target, plan->blocked_target, plan->any_target),
        .stride = plan->stride,
        .dilation = plan->dilation,
        .pad_begin = plan->pad_begin,
        .pad_end = plan->pad_end,
    };
    dnnl_primitive_desc_t hint = NULL;
    dnnl_status_t status = lrp_dnnl_conv_forward(&conv, engine, attr, &hint);

    if (plan->direction == LRP_FORWARD || status) {
        *out = hint;
        return status;
    }
    status = lrp_dnnl_conv_backward(&conv, engine, attr, hint, out);
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

        if (describe_primitive(plan, engine, choice, attr, &found)) continue;
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
