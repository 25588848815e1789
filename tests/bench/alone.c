/* alone.c: primitives of the numeric library measured by themselves. */
#include "alone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void lrp_bench_must(int status, const char *what)
{
    if (!status) return;
    fprintf(stderr, "%s: status %d\n", what, status);
    exit(1);
}

float *lrp_bench_numbers(int64_t count)
{
    float *f = aligned_alloc(64, ((size_t)count * sizeof *f + 63) / 64 * 64);
    lrp_bench_must(!f, "memory");
    for (int64_t i = 0; i < count; i++) f[i] = (float)(i * 7919 % 1021 - 510) / 512;
    return f;
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

double lrp_bench_fastest(lrp_bench_action *act, void *data, int repeat)
{
    double least = 1e30;
    act(data);
    for (int i = 0; i < repeat; i++) {
        const double before = now_ms();
        act(data);
        const double took = now_ms() - before;
        if (took < least) least = took;
    }
    return least;
}

enum { LONG_ENOUGH_MS = 100, MOST_ROUNDS = 2000 };

void lrp_bench_in_turn(struct lrp_bench_turn *turns, size_t count, int repeat)
{
    const double start = now_ms();
    for (size_t k = 0; k < count; k++) {
        turns[k].act(turns[k].data);
        turns[k].least = 1e30;
    }
    for (int i = 0; i < repeat || (i < MOST_ROUNDS && now_ms() - start < LONG_ENOUGH_MS); i++)
        for (size_t k = 0; k < count; k++) {
            const double before = now_ms();
            turns[k].act(turns[k].data);
            const double took = now_ms() - before;
            if (took < turns[k].least) turns[k].least = took;
        }
}

/* ---- one primitive ---- */

enum { MOST_ARGUMENTS = 3 };
/* What a primitive reads and writes, and where its descriptor says so; the first is what it reads, the last what it writes. */
struct argument {
    int which;
    dnnl_query_t query;
};
struct lrp_alone {
    dnnl_primitive_t primitive;
    dnnl_stream_t stream;
    dnnl_exec_arg_t args[MOST_ARGUMENTS];
    void *memory[MOST_ARGUMENTS];
    size_t bytes[MOST_ARGUMENTS];
    bool borrows; /* what it reads is another one's */
    int count;
    double least;
};

void lrp_alone_run(void *alone)
{
    struct lrp_alone *p = alone;
    lrp_bench_must(dnnl_primitive_execute(p->primitive, p->stream, p->count, p->args), "a primitive");
    lrp_bench_must(dnnl_stream_wait(p->stream), "a primitive");
}

static struct lrp_alone *make_alone(dnnl_primitive_desc_t desc, const struct argument *arguments, int count,
                                    dnnl_engine_t engine, int repeat)
{
    struct lrp_alone *p = calloc(1, sizeof *p);
    lrp_bench_must(!p, "memory");
    p->count = count;
    lrp_bench_must(dnnl_stream_create(&p->stream, engine, dnnl_stream_default_flags), "a stream");
    for (int i = 0; i < count; i++) {
        const dnnl_memory_desc_t *layout = dnnl_primitive_desc_query_md(desc, arguments[i].query, 0);
        p->bytes[i] = dnnl_memory_desc_get_size(layout);
        p->memory[i] = lrp_bench_numbers((int64_t)(p->bytes[i] / sizeof(float)));
        p->args[i].arg = arguments[i].which;
        lrp_bench_must(dnnl_memory_create(&p->args[i].memory, layout, engine, p->memory[i]), "memory");
    }
    lrp_bench_must(dnnl_primitive_create(&p->primitive, desc), "a primitive");
    p->least = lrp_bench_fastest(lrp_alone_run, p, repeat);
    return p;
}

void lrp_alone_free(struct lrp_alone *alone)
{
    if (!alone) return;
    dnnl_primitive_destroy(alone->primitive);
    for (int i = 0; i < alone->count; i++) {
        dnnl_memory_destroy(alone->args[i].memory);
        if (i > 0 || !alone->borrows) free(alone->memory[i]);
    }
    dnnl_stream_destroy(alone->stream);
    free(alone);
}

/* The faster of two; the other one goes. Either may be NULL. */
static struct lrp_alone *faster(struct lrp_alone *a, struct lrp_alone *b)
{
    struct lrp_alone *const slower = !a || (b && b->least < a->least) ? a : b;
    struct lrp_alone *const best = slower == a ? b : a;
    lrp_alone_free(slower);
    return best;
}

double lrp_alone_least(const struct lrp_alone *alone)
{
    return alone->least;
}

void lrp_alone_again(struct lrp_alone *alone)
{
    const double least = lrp_bench_fastest(lrp_alone_run, alone, 1);
    if (least < alone->least) alone->least = least;
}

float *lrp_alone_memory(const struct lrp_alone *alone, bool written, int64_t floats)
{
    const int at = written ? alone->count - 1 : 0;
    return alone->bytes[at] == (size_t)floats * sizeof(float) ? alone->memory[at] : NULL;
}

/* ---- in a row ---- */

struct row {
    struct lrp_alone *const *items;
    size_t count;
};

static void run_row(void *data)
{
    const struct row *row = data;
    for (size_t i = 0; i < row->count; i++) lrp_alone_run(row->items[i]);
}

double lrp_alone_in_a_row(struct lrp_alone *const *items, size_t count, int repeat)
{
    struct row row = {items, count};
    for (size_t i = 1; i < count; i++) {
        const struct lrp_alone *const before = items[i - 1];
        if (items[i]->borrows || items[i]->bytes[0] != before->bytes[before->count - 1]) continue;
        free(items[i]->memory[0]);
        items[i]->memory[0] = before->memory[before->count - 1];
        items[i]->borrows = true;
        lrp_bench_must(dnnl_memory_set_data_handle(items[i]->args[0].memory, items[i]->memory[0]), "memory");
    }
    return lrp_bench_fastest(run_row, &row, repeat);
}

/* The layouts of activations that are tried: the library's own choice, blocks of channels, channels last. */
static const dnnl_format_tag_t tags[] = {dnnl_format_tag_any, dnnl_nChw16c, dnnl_nChw8c, dnnl_nhwc};
enum { TAGS = sizeof tags / sizeof *tags };
static const struct argument forward_arguments[] = {
    {DNNL_ARG_SRC, dnnl_query_src_md}, {DNNL_ARG_WEIGHTS, dnnl_query_weights_md}, {DNNL_ARG_DST, dnnl_query_dst_md}};
static const struct argument backward_arguments[] = {{DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md},
                                                     {DNNL_ARG_WEIGHTS, dnnl_query_weights_md},
                                                     {DNNL_ARG_DIFF_SRC, dnnl_query_diff_src_md}};
static const struct argument pool_arguments[] = {{DNNL_ARG_SRC, dnnl_query_src_md}, {DNNL_ARG_DST, dnnl_query_dst_md}};

static bool is_reference(dnnl_primitive_desc_t desc)
{
    const char *info = "";
    dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, (void *)&info);
    return strncmp(info, "ref", 3) == 0;
}

/* ---- convolutions and pools ---- */

/* A plane's window in the library's terms. */
struct window {
    dnnl_dims_t x, y, kernel, stride, dilation, pad, pad_end;
};

static void window_of(const struct lrp_conv_shape *s, struct window *w)
{
    memset(w, 0, sizeof *w);
    w->x[0] = w->y[0] = s->batch;
    w->x[1] = s->in_channels;
    w->y[1] = s->out_channels;
    for (int d = 0; d < 2; d++) {
        w->x[2 + d] = s->in[d];
        w->y[2 + d] = s->out[d];
        w->kernel[d] = s->kernel[d];
        w->stride[d] = s->stride[d];
        w->dilation[d] = s->dilation[d] - 1;
        w->pad[d] = s->pad_begin[d];
        w->pad_end[d] = (s->out[d] - 1) * s->stride[d] + (s->kernel[d] - 1) * s->dilation[d] + 1 - s->in[d] - s->pad_begin[d];
    }
}

/* The primitive in one layout of the activations; NULL if there is none. */
static dnnl_primitive_desc_t describe_conv(const struct lrp_conv_shape *s, bool back, dnnl_format_tag_t tag,
                                           dnnl_engine_t engine)
{
    struct window w;
    window_of(s, &w);
    const dnnl_dims_t plain = {s->out_channels, s->in_channels, s->kernel[0], s->kernel[1]};
    const dnnl_dims_t grouped = {s->group, s->out_channels / s->group, s->in_channels / s->group, s->kernel[0], s->kernel[1]};
    dnnl_memory_desc_t source, target, weights;
    dnnl_convolution_desc_t desc;
    dnnl_primitive_desc_t forward = NULL, made = NULL;
    lrp_bench_must(dnnl_memory_desc_init_by_tag(&source, 4, w.x, dnnl_f32, s->in_channels < 4 ? dnnl_format_tag_any : tag),
                   "a layout");
    lrp_bench_must(dnnl_memory_desc_init_by_tag(&target, 4, w.y, dnnl_f32, tag), "a layout");
    lrp_bench_must(dnnl_memory_desc_init_by_tag(&weights, s->group > 1 ? 5 : 4, s->group > 1 ? grouped : plain, dnnl_f32,
                                                dnnl_format_tag_any),
                   "a layout");
    if (dnnl_dilated_convolution_forward_desc_init(&desc, dnnl_forward_inference, dnnl_convolution_direct, &source, &weights,
                                                   NULL, &target, w.stride, w.dilation, w.pad, w.pad_end) ||
        dnnl_primitive_desc_create(&forward, &desc, NULL, engine, NULL) || !back)
        return forward;
    if (!dnnl_dilated_convolution_backward_data_desc_init(&desc, dnnl_convolution_direct, &source, &weights, &target, w.stride,
                                                          w.dilation, w.pad, w.pad_end))
        dnnl_primitive_desc_create(&made, &desc, NULL, engine, forward);
    dnnl_primitive_desc_destroy(forward);
    return made;
}

struct lrp_alone *lrp_alone_conv(const struct lrp_conv_shape *shape, bool back, bool blocks, dnnl_engine_t engine, int repeat)
{
    struct lrp_alone *best = NULL;
    for (int i = 0; i < TAGS; i++) {
        if (blocks && tags[i] != dnnl_nChw16c && tags[i] != dnnl_nChw8c) continue;
        dnnl_primitive_desc_t desc = describe_conv(shape, back, tags[i], engine);
        if (!desc) continue;
        if (!is_reference(desc))
            best = faster(best, make_alone(desc, back ? backward_arguments : forward_arguments, 3, engine, repeat));
        dnnl_primitive_desc_destroy(desc);
    }
    return best;
}

struct lrp_alone *lrp_alone_max_pool(const struct lrp_conv_shape *shape, dnnl_engine_t engine, int repeat)
{
    struct window w;
    struct lrp_alone *best = NULL;
    window_of(shape, &w);
    for (int i = 1; i < TAGS; i++) { /* pools take the layout they are given */
        dnnl_memory_desc_t source, target;
        dnnl_pooling_desc_t desc;
        dnnl_primitive_desc_t made = NULL;
        lrp_bench_must(dnnl_memory_desc_init_by_tag(&source, 4, w.x, dnnl_f32, tags[i]), "a layout");
        lrp_bench_must(dnnl_memory_desc_init_by_tag(&target, 4, w.y, dnnl_f32, tags[i]), "a layout");
        if (dnnl_pooling_forward_desc_init(&desc, dnnl_forward_inference, dnnl_pooling_max, &source, &target, w.stride,
                                           w.kernel, w.pad, w.pad_end) ||
            dnnl_primitive_desc_create(&made, &desc, NULL, engine, NULL))
            continue;
        if (!is_reference(made)) best = faster(best, make_alone(made, pool_arguments, 2, engine, repeat));
        dnnl_primitive_desc_destroy(made);
    }
    return best;
}

struct lrp_alone *lrp_alone_relu(int64_t count, dnnl_engine_t engine, int repeat)
{
    const dnnl_dims_t x = {count};
    dnnl_memory_desc_t layout;
    dnnl_eltwise_desc_t desc;
    dnnl_primitive_desc_t made;
    lrp_bench_must(dnnl_memory_desc_init_by_tag(&layout, 1, x, dnnl_f32, dnnl_a), "a layout");
    lrp_bench_must(dnnl_eltwise_forward_desc_init(&desc, dnnl_forward_inference, dnnl_eltwise_relu, &layout, 0, 0),
                   "an activation");
    lrp_bench_must(dnnl_primitive_desc_create(&made, &desc, NULL, engine, NULL), "an activation");
    struct lrp_alone *const alone = make_alone(made, pool_arguments, 2, engine, repeat);
    dnnl_primitive_desc_destroy(made);
    return alone;
}

/* ---- matrix products ---- */

struct lrp_alone *lrp_alone_product(int64_t batch, int64_t m, int64_t n, int64_t k, dnnl_engine_t engine, int repeat)
{
    const dnnl_dims_t a = {batch, m, k}, b = {batch, k, n}, c = {batch, m, n};
    dnnl_memory_desc_t da, db, dc;
    dnnl_matmul_desc_t desc;
    dnnl_primitive_desc_t made;
    lrp_bench_must(dnnl_memory_desc_init_by_tag(&da, 3, a, dnnl_f32, dnnl_abc), "a layout");
    lrp_bench_must(dnnl_memory_desc_init_by_tag(&db, 3, b, dnnl_f32, dnnl_abc), "a layout");
    lrp_bench_must(dnnl_memory_desc_init_by_tag(&dc, 3, c, dnnl_f32, dnnl_abc), "a layout");
    lrp_bench_must(dnnl_matmul_desc_init(&desc, &da, &db, NULL, &dc), "a product");
    lrp_bench_must(dnnl_primitive_desc_create(&made, &desc, NULL, engine, NULL), "a product");
    struct lrp_alone *const alone = make_alone(made, forward_arguments, 3, engine, repeat);
    dnnl_primitive_desc_destroy(made);
    return alone;
}

struct lrp_alone *lrp_alone_dense(int64_t m, int64_t n, int64_t k, dnnl_engine_t engine, int repeat)
{
    const dnnl_dims_t x = {m, k}, w = {n, k}, y = {m, n};
    dnnl_memory_desc_t dx, dw, dy;
    dnnl_inner_product_desc_t desc;
    dnnl_primitive_desc_t made;
    lrp_bench_must(dnnl_memory_desc_init_by_tag(&dx, 2, x, dnnl_f32, dnnl_format_tag_any), "a layout");
    lrp_bench_must(dnnl_memory_desc_init_by_tag(&dw, 2, w, dnnl_f32, dnnl_format_tag_any), "a layout");
    lrp_bench_must(dnnl_memory_desc_init_by_tag(&dy, 2, y, dnnl_f32, dnnl_format_tag_any), "a layout");
    lrp_bench_must(dnnl_inner_product_forward_desc_init(&desc, dnnl_forward_inference, &dx, &dw, NULL, &dy), "a dense layer");
    lrp_bench_must(dnnl_primitive_desc_create(&made, &desc, NULL, engine, NULL), "a dense layer");
    struct lrp_alone *const alone = make_alone(made, forward_arguments, 3, engine, repeat);
    dnnl_primitive_desc_destroy(made);
    return alone;
}
