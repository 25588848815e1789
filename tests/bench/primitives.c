/* primitives.c: a model's forward pass against the sum of what its convolutions, matrix products and max pools take in the numeric
 * library alone, each in the layout it likes best. Prints both and their ratio; asserts nothing.
 * usage: primitives MODEL.onnx INPUT.npy [--repeat N] */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alone.h"
#include "graph.h"
#include "linear.h"
#include "linear_product.h"
#include "lrpscope/session.h"
#include "onnx.h"
#include "pooling_window.h"

static int repeat = 20;

/* Kinds of node, and what is found of each. */
enum { CONVOLUTION, PRODUCT, MAX_POOL, KINDS };
static const char *const kinds[KINDS] = {"convolutions", "matrix products", "max pools"};
struct sum {
    double ms[KINDS];
    int count[KINDS];
};

/* Shapes that were measured before: networks repeat themselves. */
struct seen {
    struct lrp_conv_shape shape;
    bool pool;
    double ms;
};
static struct seen seen[512];
static size_t seen_count;

static double time_window(const struct lrp_conv_shape *shape, bool pool, dnnl_engine_t engine)
{
    for (size_t i = 0; i < seen_count; i++)
        if (seen[i].pool == pool && memcmp(&seen[i].shape, shape, sizeof *shape) == 0) return seen[i].ms;
    const double ms = pool ? lrp_alone_max_pool(shape, engine, repeat) : lrp_alone_conv(shape, false, engine, repeat);
    if (seen_count < sizeof seen / sizeof *seen) seen[seen_count++] = (struct seen){*shape, pool, ms};
    return ms;
}

static struct lrp_conv_shape pool_of(const struct lrp_call *call, const struct lrp_window *w)
{
    struct lrp_conv_shape s;
    memset(&s, 0, sizeof s); /* shapes are compared byte by byte */
    s.rank = w->rank;
    s.group = 1;
    s.batch = call->in[0].shape.dim[0];
    s.in_channels = s.out_channels = call->in[0].shape.dim[1];
    memcpy(s.in, w->in, sizeof s.in);
    memcpy(s.out, w->out, sizeof s.out);
    memcpy(s.kernel, w->kernel, sizeof s.kernel);
    memcpy(s.stride, w->stride, sizeof s.stride);
    memcpy(s.dilation, w->dilation, sizeof s.dilation);
    memcpy(s.pad_begin, w->pad_begin, sizeof s.pad_begin);
    memcpy(s.pad_end, w->pad_end, sizeof s.pad_end);
    return s;
}

static double time_product(const struct lrp_call *call, dnnl_engine_t engine)
{
    struct lrp_product p;
    struct lrp_error err = {0};
    lrp_bench_must(lrp_product_read(call, &p, &err), err.message);
    return p.m == 1 && p.batches == 1 ? lrp_alone_dense(p.n, p.k, engine, repeat) : lrp_alone_product(p.batches, p.m, p.n, p.k, engine, repeat);
}

static void add_node(const struct lrp_call *call, dnnl_engine_t engine, struct sum *sum)
{
    static const struct {
        const char *op;
        int kind;
    } table[] = {{"Conv", CONVOLUTION}, {"Gemm", PRODUCT}, {"MatMul", PRODUCT}, {"Dense", PRODUCT}, {"MaxPool", MAX_POOL}};
    struct lrp_conv_shape shape;
    struct lrp_error err = {0};
    int kind = KINDS;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(call->op->name, table[i].op) == 0) kind = table[i].kind;
    memset(&shape, 0, sizeof shape);
    if (kind == CONVOLUTION) lrp_bench_must(lrp_conv_call_shape(call, &shape, &err), err.message);
    if (kind == MAX_POOL) {
        struct lrp_window w;
        lrp_bench_must(lrp_window_read(call, &call->in[0].shape, NULL, &w, &err), err.message);
        shape = pool_of(call, &w);
    }
    if (kind == KINDS || (kind != PRODUCT && shape.rank != 2)) return;
    sum->ms[kind] += kind == PRODUCT ? time_product(call, engine) : time_window(&shape, kind == MAX_POOL, engine);
    sum->count[kind]++;
}

/* ---- the forward pass ---- */

static double least_forward(const char *model, const char *input)
{
    struct lrp_settings *settings;
    struct lrp_session *session;
    struct lrp_error err = {0};
    double least = 1e30;
    lrp_bench_must(lrp_settings_new(&settings, &err), err.message);
    lrp_bench_must(lrp_settings_set_flag(settings, LRP_SETTING_SKIP_CHECKS, true, &err), err.message);
    lrp_bench_must(lrp_session_open(model, settings, &session, &err), err.message);
    lrp_bench_must(lrp_session_set_input(session, NULL, input, &err), err.message);
    for (int i = 0; i <= repeat; i++) {
        const struct lrp_snapshot *now;
        lrp_bench_must(lrp_session_forget(session, &err), err.message);
        lrp_bench_must(lrp_session_run(session, LRP_WANT_FORWARD, &err), err.message);
        lrp_bench_must(lrp_session_snapshot(session, &now, &err), err.message);
        if (i && now->forward_ms < least) least = now->forward_ms; /* the first one prepares weights */
        lrp_snapshot_release(now);
    }
    lrp_session_free(session);
    lrp_settings_free(settings);
    return least;
}

static void sum_up(const char *model, struct sum *sum)
{
    const struct lrp_graph_options options = {.canonize = true};
    struct lrp_definition *definition;
    struct lrp_graph *graph;
    struct lrp_error err = {0};
    dnnl_engine_t engine;
    lrp_bench_must(dnnl_engine_create(&engine, dnnl_cpu, 0), "an engine");
    lrp_bench_must(lrp_onnx_read(model, &definition, &err), err.message);
    lrp_bench_must(lrp_graph_build(definition, &options, &graph, &err), err.message);
    for (int k = 0; k < graph->order_count; k++) add_node(&graph->nodes[graph->order[k]].call, engine, sum);
    lrp_graph_free(graph);
    lrp_definition_free(definition);
    dnnl_engine_destroy(engine);
}

int main(int argc, char **argv)
{
    struct sum sum = {0};
    double all = 0;
    if (argc == 5 && strcmp(argv[3], "--repeat") == 0) repeat = atoi(argv[4]);
    if ((argc != 3 && argc != 5) || repeat < 1) {
        fprintf(stderr, "usage: primitives MODEL.onnx INPUT.npy [--repeat N]\n");
        return 2;
    }
    sum_up(argv[1], &sum);
    printf("%s: the library's primitives, each alone, in the layout it likes best\n", argv[1]);
    for (int kind = 0; kind < KINDS; kind++) {
        if (sum.count[kind]) printf("  %-20s %4d %10.1f ms\n", kinds[kind], sum.count[kind], sum.ms[kind]);
        all += sum.ms[kind];
    }
    const double forward = least_forward(argv[1], argv[2]);
    printf("  %-25s %10.1f ms\n  %-25s %10.1f ms %6.2f\n\n", "sum", all, "forward, and its ratio", forward, forward / all);
    return 0;
}
