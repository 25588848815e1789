/* operators.c: every kind of convolution and matrix product, forward and back, against the best primitive the numeric library has for
 * it, measured alone in the same process (its own layouts, nothing turned). Prints minima and ratios; asserts nothing.
 * usage: operators [--repeat N] */
#include <dnnl.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "blocked.h"
#include "pool.h"
#include "ops.h"

struct shape {
    const char *name;
    int64_t in_channels, out_channels, group, size, kernel, stride, dilation, pad;
};
static const struct shape shapes[] = {
    {"first layer, 3 channels, 3x3", 3, 64, 1, 224, 3, 1, 1, 1},
    {"first layer, 3 channels, 7x7 stride 2", 3, 64, 1, 224, 7, 2, 1, 3},
    {"3x3, 64 at 112", 64, 64, 1, 112, 3, 1, 1, 1},
    {"3x3, 256 at 28", 256, 256, 1, 28, 3, 1, 1, 1},
    {"3x3, 512 at 7", 512, 512, 1, 7, 3, 1, 1, 1},
    {"3x3 stride 2, 128 at 56", 128, 128, 1, 56, 3, 2, 1, 1},
    {"3x3 dilation 2, 256 at 28", 256, 256, 1, 28, 3, 1, 2, 2},
    {"1x1, 64->256 at 56", 64, 256, 1, 56, 1, 1, 1, 0},
    {"1x1, 1024->256 at 14", 1024, 256, 1, 14, 1, 1, 1, 0},
    {"1x1 stride 2, 256->512 at 56", 256, 512, 1, 56, 1, 2, 1, 0},
    {"depthwise 3x3, 144 at 56", 144, 144, 144, 56, 3, 1, 1, 1},
    {"depthwise 3x3 stride 2, 576 at 14", 576, 576, 576, 14, 3, 2, 1, 1},
    {"grouped 3x3, 32 groups, 256 at 14", 256, 256, 32, 14, 3, 1, 1, 1},
    {"transposed 4x4 stride 2, 64->32 to 56", 32, 64, 1, 56, 4, 2, 1, 1}, /* of which it is the mirror */
};
static const struct {
    const char *name;
    int64_t batch, m, n, k;
} products[] = {
    {"attention q k, 12 heads, 197x64x197", 12, 197, 197, 64},
    {"attention p v, 12 heads, 197x197x64", 12, 197, 64, 197},
    {"dense, 197x768x3072", 1, 197, 3072, 768},
};
static int repeat = 20, threads = 1;

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void must(int status, const char *what)
{
    if (!status) return;
    fprintf(stderr, "operators: %s: status %d\n", what, status);
    exit(1);
}

static float *numbers(int64_t count)
{
    float *f = aligned_alloc(64, ((size_t)count * sizeof *f + 63) / 64 * 64);
    if (!f) must(1, "memory");
    for (int64_t i = 0; i < count; i++) f[i] = (float)(i * 7919 % 1021 - 510) / 512;
    return f;
}

/* Something that is run again and again. */
typedef void action(void *data);
static double fastest(action *act, void *data)
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

/* ---- a primitive of the library alone ---- */

struct alone {
    dnnl_primitive_t primitive;
    dnnl_stream_t stream;
    dnnl_exec_arg_t args[3];
    void *memory[3];
};

static void run_alone(void *data)
{
    struct alone *p = data;
    must(dnnl_primitive_execute(p->primitive, p->stream, 3, p->args), "a primitive");
    must(dnnl_stream_wait(p->stream), "a primitive");
}

static void add_argument(struct alone *p, int at, int which, const dnnl_memory_desc_t *desc, dnnl_engine_t engine)
{
    p->memory[at] = numbers((int64_t)(dnnl_memory_desc_get_size(desc) / sizeof(float)));
    p->args[at].arg = which;
    must(dnnl_memory_create(&p->args[at].memory, desc, engine, p->memory[at]), "memory");
}

static double time_alone(dnnl_primitive_desc_t desc, const int which[3], const dnnl_query_t query[3], dnnl_engine_t engine)
{
    struct alone p = {0};
    must(dnnl_stream_create(&p.stream, engine, dnnl_stream_default_flags), "a stream");
    for (int i = 0; i < 3; i++) add_argument(&p, i, which[i], dnnl_primitive_desc_query_md(desc, query[i], 0), engine);
    must(dnnl_primitive_create(&p.primitive, desc), "a primitive");
    const double took = fastest(run_alone, &p);
    dnnl_primitive_destroy(p.primitive);
    for (int i = 0; i < 3; i++) {
        dnnl_memory_destroy(p.args[i].memory);
        free(p.memory[i]);
    }
    dnnl_stream_destroy(p.stream);
    return took;
}

static int64_t size_out(const struct shape *s)
{
    return (s->size + 2 * s->pad - s->dilation * (s->kernel - 1) - 1) / s->stride + 1;
}

/* The primitive in one layout of the activations; *out stays NULL if there is none. */
static void describe(const struct shape *s, bool back, dnnl_format_tag_t tag, dnnl_engine_t engine, dnnl_primitive_desc_t *out)
{
    const dnnl_dims_t x = {1, s->in_channels, s->size, s->size}, y = {1, s->out_channels, size_out(s), size_out(s)};
    const dnnl_dims_t w = {s->out_channels, s->in_channels, s->kernel, s->kernel};
    const dnnl_dims_t grouped = {s->group, s->out_channels / s->group, s->in_channels / s->group, s->kernel, s->kernel};
    const dnnl_dims_t stride = {s->stride, s->stride}, dilation = {s->dilation - 1, s->dilation - 1}, pad = {s->pad, s->pad};
    const int64_t reach = (size_out(s) - 1) * s->stride + (s->kernel - 1) * s->dilation + 1 - s->size - s->pad;
    const dnnl_dims_t pad_end = {reach, reach};
    dnnl_memory_desc_t source, target, weights;
    dnnl_convolution_desc_t desc;
    dnnl_primitive_desc_t hint = NULL;
    must(dnnl_memory_desc_init_by_tag(&source, 4, x, dnnl_f32, s->in_channels < 4 ? dnnl_format_tag_any : tag), "a layout");
    must(dnnl_memory_desc_init_by_tag(&target, 4, y, dnnl_f32, tag), "a layout");
    must(dnnl_memory_desc_init_by_tag(&weights, s->group > 1 ? 5 : 4, s->group > 1 ? grouped : w, dnnl_f32, dnnl_format_tag_any), "a layout");
    if (dnnl_dilated_convolution_forward_desc_init(&desc, dnnl_forward_inference, dnnl_convolution_direct, &source, &weights, NULL,
                                                   &target, stride, dilation, pad, pad_end) ||
        dnnl_primitive_desc_create(&hint, &desc, NULL, engine, NULL))
        return;
    *out = hint;
    if (!back) return;
    *out = NULL;
    if (!dnnl_dilated_convolution_backward_data_desc_init(&desc, dnnl_convolution_direct, &source, &weights, &target, stride,
                                                          dilation, pad, pad_end))
        dnnl_primitive_desc_create(out, &desc, NULL, engine, hint);
    dnnl_primitive_desc_destroy(hint);
}

static double best_alone(const struct shape *s, bool back, dnnl_engine_t engine)
{
    static const dnnl_format_tag_t tags[] = {dnnl_format_tag_any, dnnl_nChw16c, dnnl_nChw8c, dnnl_nhwc};
    const int forward[] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST};
    const int backward[] = {DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_SRC};
    const dnnl_query_t forward_query[] = {dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md};
    const dnnl_query_t backward_query[] = {dnnl_query_diff_dst_md, dnnl_query_weights_md, dnnl_query_diff_src_md};
    double least = 1e30;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        dnnl_primitive_desc_t desc = NULL;
        const char *info = "";
        describe(s, back, tags[i], engine, &desc);
        if (!desc) continue;
        dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, (void *)&info);
        const double took = strncmp(info, "ref", 3) == 0 ? 1e30 : time_alone(desc, back ? backward : forward, back ? backward_query : forward_query, engine);
        if (took < least) least = took;
        dnnl_primitive_desc_destroy(desc);
    }
    return least;
}

/* ---- ours ---- */

struct ours {
    struct lrp_conv *conv;
    enum lrp_direction direction;
    struct lrp_conv_ends ends;
    struct lrp_run run;
};

static void run_ours(void *data)
{
    struct ours *o = data;
    struct lrp_error err = {0};
    must(lrp_conv_run(o->conv, o->direction, o->ends, &o->run, &err), err.message);
}

static void time_ours(const struct shape *s, bool back, struct lrp_pool *pool, double *rows, double *blocks)
{
    const struct lrp_conv_shape shape = {.rank = 2, .batch = 1, .in_channels = s->in_channels, .out_channels = s->out_channels,
                                         .group = s->group, .in = {s->size, s->size}, .out = {size_out(s), size_out(s)},
                                         .kernel = {s->kernel, s->kernel}, .stride = {s->stride, s->stride},
                                         .dilation = {s->dilation, s->dilation}, .pad_begin = {s->pad, s->pad}, .pad_end = {s->pad, s->pad}};
    struct ours o = {.direction = back ? LRP_BACKWARD : LRP_FORWARD, .run = {.threads = threads, .pool = pool}};
    struct lrp_error err = {0};
    float *weights = numbers(s->out_channels * s->in_channels / s->group * s->kernel * s->kernel);
    float *x = numbers((s->in_channels + 16) * s->size * s->size), *y = numbers((s->out_channels + 16) * size_out(s) * size_out(s));
    int from = 0, to = 0;
    must(lrp_conv_new(&shape, weights, NULL, &o.conv, &err), err.message);
    must(lrp_conv_blocks(o.conv, o.direction, &o.run, &from, &to, &err), err.message);
    o.ends = (struct lrp_conv_ends){.from = back ? y : x, .to = back ? x : y};
    *rows = fastest(run_ours, &o);
    o.ends.from_blocked = from;
    o.ends.to_blocked = to;
    *blocks = fastest(run_ours, &o);
    lrp_conv_free(o.conv);
    free(weights);
    free(x);
    free(y);
}

static void measure_convolution(const struct shape *s, bool back, dnnl_engine_t engine, struct lrp_pool *pool)
{
    double rows, blocks;
    const double best = best_alone(s, back, engine);
    time_ours(s, back, pool, &rows, &blocks);
    printf("%-40s %-8s %8.3f %8.3f %6.2f %8.3f %6.2f\n", s->name, back ? "back" : "forward", best, blocks, blocks / best, rows, rows / best);
}

/* ---- matrix products ---- */

/* A MatMul of two values, as a graph has it. */
struct product {
    struct lrp_call call;
    struct lrp_desc in[2], out[1];
    struct lrp_tensor *a, *b, *c;
    void *handle;
    struct lrp_run run;
};

static void run_product(void *data)
{
    struct product *p = data;
    struct lrp_error err = {0};
    const struct lrp_tensor *const in[] = {p->a, p->b};
    must(p->call.op->forward(&p->call, p->handle, in, &p->c, &p->run, &err), err.message);
}

static struct lrp_tensor *tensor(const struct lrp_shape *shape)
{
    struct lrp_error err = {0};
    struct lrp_tensor *t = NULL;
    must(lrp_tensor_new(LRP_DTYPE_FLOAT, shape, &t, &err), err.message);
    for (size_t i = 0; i < t->count; i++) t->f[i] = (float)(i * 7919 % 1021) / 1024;
    return t;
}

static double product_ours(int64_t batch, int64_t m, int64_t n, int64_t k)
{
    struct product p = {.in = {{.present = true, .dtype = LRP_DTYPE_FLOAT, .shape = {.rank = 3, .dim = {batch, m, k}}},
                               {.present = true, .dtype = LRP_DTYPE_FLOAT, .shape = {.rank = 3, .dim = {batch, k, n}}}},
                        .out = {{.present = true}}, .run = {.threads = threads}};
    struct lrp_error err = {0};
    p.call = (struct lrp_call){.op = lrp_operator_find("", "MatMul", 13, NULL), .op_type = "MatMul", .domain = "", .opset = 13,
                               .in = p.in, .out = p.out, .in_count = 2, .out_count = 1};
    must(p.call.op->infer(&p.call, &err), err.message);
    must(p.call.op->prepare(&p.call, NULL, &p.handle, &err), err.message);
    p.a = tensor(&p.in[0].shape);
    p.b = tensor(&p.in[1].shape);
    p.c = tensor(&p.out[0].shape);
    const double took = fastest(run_product, &p);
    p.call.op->release(p.handle);
    lrp_tensor_release(p.a);
    lrp_tensor_release(p.b);
    lrp_tensor_release(p.c);
    return took;
}

static double product_alone(int64_t batch, int64_t m, int64_t n, int64_t k, dnnl_engine_t engine)
{
    const dnnl_dims_t a = {batch, m, k}, b = {batch, k, n}, c = {batch, m, n};
    const int which[] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST};
    const dnnl_query_t query[] = {dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md};
    dnnl_memory_desc_t da, db, dc;
    dnnl_matmul_desc_t desc;
    dnnl_primitive_desc_t made;
    must(dnnl_memory_desc_init_by_tag(&da, 3, a, dnnl_f32, dnnl_abc), "a layout");
    must(dnnl_memory_desc_init_by_tag(&db, 3, b, dnnl_f32, dnnl_abc), "a layout");
    must(dnnl_memory_desc_init_by_tag(&dc, 3, c, dnnl_f32, dnnl_abc), "a layout");
    must(dnnl_matmul_desc_init(&desc, &da, &db, NULL, &dc), "a product");
    must(dnnl_primitive_desc_create(&made, &desc, NULL, engine, NULL), "a product");
    const double took = time_alone(made, which, query, engine);
    dnnl_primitive_desc_destroy(made);
    return took;
}

static void measure_product(size_t i, dnnl_engine_t engine)
{
    const int64_t batch = products[i].batch, m = products[i].m, n = products[i].n, k = products[i].k;
    const double best = product_alone(batch, m, n, k, engine), ours = product_ours(batch, m, n, k);
    printf("%-40s %-8s %8.3f %8s %6s %8.3f %6.2f\n", products[i].name, "", best, "", "", ours, ours / best);
}

int main(int argc, char **argv)
{
    dnnl_engine_t engine;
    struct lrp_pool *pool = lrp_pool_new();
    if (argc == 3 && strcmp(argv[1], "--repeat") == 0) repeat = atoi(argv[2]);
    threads = omp_get_max_threads();
    must(dnnl_engine_create(&engine, dnnl_cpu, 0), "an engine");
    printf("%-49s %8s %15s %15s\n%-49s %8s %8s %6s %8s %6s\n", "", "library", "ours, blocks", "ours, rows", "", "ms", "ms", "ratio", "ms", "ratio");
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int back = 0; back < 2; back++) measure_convolution(&shapes[i], back, engine, pool);
    for (size_t i = 0; i < sizeof products / sizeof *products; i++) measure_product(i, engine);
    dnnl_engine_destroy(engine);
    lrp_pool_release(pool);
    return 0;
}
