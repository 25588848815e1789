/* operators.c: every kind of convolution and matrix product, forward and back, against the best primitive the numeric library
 * has for it, by turns in the same process and memory (its own layouts, nothing turned). Prints minima and ratios; asserts
 * nothing. usage: operators [--repeat N] */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alone.h"
#include "ops.h"
#include "pool.h"

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
    {"depthwise 5x5, 240 at 28", 240, 240, 240, 28, 5, 1, 1, 2},
    {"depthwise 5x5, 672 at 14", 672, 672, 672, 14, 5, 1, 1, 2},
    {"depthwise 5x5 stride 2, 144 at 56", 144, 144, 144, 56, 5, 2, 1, 2},
    {"depthwise 7x7, 96 at 56", 96, 96, 96, 56, 7, 1, 1, 3},
    {"depthwise 7x7, 384 at 14", 384, 384, 384, 14, 7, 1, 1, 3},
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

static struct lrp_conv_shape conv_of(const struct shape *s)
{
    const int64_t out = (s->size + 2 * s->pad - s->dilation * (s->kernel - 1) - 1) / s->stride + 1;
    return (struct lrp_conv_shape){.rank = 2,
                                   .batch = 1,
                                   .in_channels = s->in_channels,
                                   .out_channels = s->out_channels,
                                   .group = s->group,
                                   .in = {s->size, s->size},
                                   .out = {out, out},
                                   .kernel = {s->kernel, s->kernel},
                                   .stride = {s->stride, s->stride},
                                   .dilation = {s->dilation, s->dilation},
                                   .pad_begin = {s->pad, s->pad},
                                   .pad_end = {s->pad, s->pad}};
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
    lrp_bench_must(lrp_conv_run(o->conv, o->direction, o->ends, &o->run, &err), err.message);
}

enum { LIBRARY, BLOCKS, ROWS, TURNS };

/* All three work in the library's memory, where it is as large as what they need: which pages it lies in makes a difference. */
static void time_all(const struct lrp_conv_shape *shape, bool back, struct lrp_alone *alone, struct lrp_pool *pool,
                     struct lrp_bench_turn turns[TURNS])
{
    struct ours rows = {.direction = back ? LRP_BACKWARD : LRP_FORWARD, .run = {.threads = threads, .pool = pool}};
    struct lrp_error err = {0};
    const int64_t inputs = shape->in_channels * shape->in[0] * shape->in[1],
                  outputs = shape->out_channels * shape->out[0] * shape->out[1];
    float *weights =
        lrp_bench_numbers(shape->out_channels * shape->in_channels / shape->group * shape->kernel[0] * shape->kernel[1]);
    float *own_x = lrp_bench_numbers(inputs + 16 * shape->in[0] * shape->in[1]);
    float *own_y = lrp_bench_numbers(outputs + 16 * shape->out[0] * shape->out[1]);
    float *const lent_x = lrp_alone_memory(alone, back, inputs), *const lent_y = lrp_alone_memory(alone, !back, outputs);
    float *const x = lent_x ? lent_x : own_x, *const y = lent_y ? lent_y : own_y;
    int from = 0, to = 0;
    lrp_bench_must(lrp_conv_new(shape, weights, NULL, &rows.conv, &err), err.message);
    lrp_bench_must(lrp_conv_blocks(rows.conv, rows.direction, &rows.run, &from, &to, &err), err.message);
    rows.ends = (struct lrp_conv_ends){.from = back ? y : x, .to = back ? x : y};
    struct ours blocks = rows;
    blocks.ends.from_blocked = from;
    blocks.ends.to_blocked = to;
    turns[LIBRARY] = (struct lrp_bench_turn){lrp_alone_run, alone, 0};
    turns[BLOCKS] = (struct lrp_bench_turn){run_ours, &blocks, 0};
    turns[ROWS] = (struct lrp_bench_turn){run_ours, &rows, 0};
    lrp_bench_in_turn(turns, TURNS, repeat);
    lrp_conv_free(rows.conv);
    free(weights);
    free(own_x);
    free(own_y);
}

static void measure_convolution(const struct shape *s, bool back, dnnl_engine_t engine, struct lrp_pool *pool)
{
    struct lrp_bench_turn turns[TURNS];
    const struct lrp_conv_shape shape = conv_of(s);
    struct lrp_alone *const alone = lrp_alone_conv(&shape, back, false, engine, repeat);
    lrp_bench_must(!alone, "a primitive of the library");
    time_all(&shape, back, alone, pool, turns);
    lrp_alone_free(alone);
    const double best = turns[LIBRARY].least, blocks = turns[BLOCKS].least, rows = turns[ROWS].least;
    printf("%-40s %-8s %8.3f %8.3f %6.2f %8.3f %6.2f\n", s->name, back ? "back" : "forward", best, blocks, blocks / best, rows,
           rows / best);
}

/* ---- matrix products ---- */

/* A MatMul of two values, as a graph has it. */
struct product {
    struct lrp_call call;
    struct lrp_shape_set shapes;
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
    lrp_bench_must(p->call.op->forward(&p->call, p->handle, in, &p->c, &p->run, &err), err.message);
}

static struct lrp_tensor *tensor(const struct lrp_shape *shape)
{
    struct lrp_error err = {0};
    struct lrp_tensor *t = NULL;
    lrp_bench_must(lrp_tensor_new(LRP_DTYPE_FLOAT, shape, &t, &err), err.message);
    for (size_t i = 0; i < t->count; i++) t->f[i] = (float)(i * 7919 % 1021) / 1024;
    return t;
}

/* Ours and the library's by turns. */
static void time_products(int64_t batch, int64_t m, int64_t n, int64_t k, struct lrp_alone *alone,
                          struct lrp_bench_turn turns[2])
{
    const struct lrp_shape a = {.rank = 3, .dim = {batch, m, k}}, b = {.rank = 3, .dim = {batch, k, n}};
    struct product p = {.shapes = {.arena = lrp_arena_new()},
                        .in = {{.present = true, .dtype = LRP_DTYPE_FLOAT, .shape = &a},
                               {.present = true, .dtype = LRP_DTYPE_FLOAT, .shape = &b}},
                        .out = {{.present = true}},
                        .run = {.threads = threads}};
    struct lrp_error err = {0};
    p.call = (struct lrp_call){.op = lrp_operator_find("", "MatMul", 13, NULL),
                               .op_type = "MatMul",
                               .domain = "",
                               .opset = 13,
                               .in = p.in,
                               .out = p.out,
                               .in_count = 2,
                               .out_count = 1,
                               .shapes = &p.shapes};
    lrp_bench_must(!p.shapes.arena, "memory");
    lrp_bench_must(p.call.op->infer(&p.call, &err), err.message);
    lrp_bench_must(p.call.op->prepare(&p.call, NULL, &p.handle, &p.run, &err), err.message);
    p.a = tensor(p.in[0].shape);
    p.b = tensor(p.in[1].shape);
    p.c = tensor(p.out[0].shape);
    turns[0] = (struct lrp_bench_turn){lrp_alone_run, alone, 0};
    turns[1] = (struct lrp_bench_turn){run_product, &p, 0};
    lrp_bench_in_turn(turns, 2, repeat);
    p.call.op->release(p.handle);
    lrp_tensor_release(p.a);
    lrp_tensor_release(p.b);
    lrp_tensor_release(p.c);
    lrp_arena_free(p.shapes.arena);
    lrp_shape_set_free(&p.shapes);
}

static void measure_product(size_t i, dnnl_engine_t engine)
{
    const int64_t batch = products[i].batch, m = products[i].m, n = products[i].n, k = products[i].k;
    struct lrp_alone *const alone = lrp_alone_product(batch, m, n, k, engine, repeat);
    struct lrp_bench_turn turns[2];
    time_products(batch, m, n, k, alone, turns);
    lrp_alone_free(alone);
    const double best = turns[0].least, ours = turns[1].least;
    printf("%-40s %-8s %8.3f %8s %6s %8.3f %6.2f\n", products[i].name, "", best, "", "", ours, ours / best);
}

int main(int argc, char **argv)
{
    dnnl_engine_t engine;
    struct lrp_pool *pool = lrp_pool_new();
    if (argc == 3 && strcmp(argv[1], "--repeat") == 0) repeat = (int)strtol(argv[2], NULL, 10);
    threads = omp_get_max_threads();
    lrp_bench_must(dnnl_engine_create(&engine, dnnl_cpu, 0), "an engine");
    printf("%-49s %8s %15s %15s\n%-49s %8s %8s %6s %8s %6s\n", "", "library", "ours, blocks", "ours, rows", "", "ms", "ms",
           "ratio", "ms", "ratio");
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int back = 0; back < 2; back++) measure_convolution(&shapes[i], back, engine, pool);
    for (size_t i = 0; i < sizeof products / sizeof *products; i++) measure_product(i, engine);
    dnnl_engine_destroy(engine);
    lrp_pool_release(pool);
    return 0;
}
