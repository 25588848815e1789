/* primitives.c: a model's forward pass against what its convolutions, matrix products and max pools take in the numeric library alone,
 * each in the layout it likes best: the sum of their least times with warm caches, and all of them in a row, as a pass finds the caches.
 * Prints both and the ratios; asserts nothing.
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
enum { CONVOLUTION, PRODUCT, MAX_POOL, KINDS, MOST = 1024 };
static const char *const kinds[KINDS] = {"convolutions", "matrix products", "max pools"};
struct sum {
    double ms[KINDS];
    int count[KINDS];
    struct lrp_alone *all[MOST];
    size_t all_count;
};

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

static struct lrp_alone *product_of(const struct lrp_call *call, dnnl_engine_t engine)
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
    struct lrp_alone *const alone = kind == PRODUCT    ? product_of(call, engine)
                                    : kind == MAX_POOL ? lrp_alone_max_pool(&shape, engine, repeat)
                                                       : lrp_alone_conv(&shape, false, engine, repeat);
    if (!alone) return;
    lrp_bench_must(sum->all_count == MOST, "more primitives than there is room for");
    sum->all[sum->all_count++] = alone;
    sum->ms[kind] += lrp_alone_least(alone);
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

static void sum_up(const char *model, dnnl_engine_t engine, struct sum *sum)
{
    const struct lrp_graph_options options = {.canonize = true};
    struct lrp_definition *definition;
    struct lrp_graph *graph;
    struct lrp_error err = {0};
    lrp_bench_must(lrp_onnx_read(model, &definition, &err), err.message);
    lrp_bench_must(lrp_graph_build(definition, &options, &graph, &err), err.message);
    for (int k = 0; k < graph->order_count; k++) add_node(&graph->nodes[graph->order[k]].call, engine, sum);
    lrp_graph_free(graph);
    lrp_definition_free(definition);
}

int main(int argc, char **argv)
{
    static struct sum sum;
    dnnl_engine_t engine;
    double all = 0;
    if (argc == 5 && strcmp(argv[3], "--repeat") == 0) repeat = atoi(argv[4]);
    if ((argc != 3 && argc != 5) || repeat < 1) {
        fprintf(stderr, "usage: primitives MODEL.onnx INPUT.npy [--repeat N]\n");
        return 2;
    }
    lrp_bench_must(dnnl_engine_create(&engine, dnnl_cpu, 0), "an engine");
    const double forward = least_forward(argv[1], argv[2]); /* before the others leave memory in pieces */
    sum_up(argv[1], engine, &sum);
    printf("%s: the library's primitives, each alone, in the layout it likes best\n", argv[1]);
    for (int kind = 0; kind < KINDS; kind++) {
        if (sum.count[kind]) printf("  %-20s %4d %10.1f ms\n", kinds[kind], sum.count[kind], sum.ms[kind]);
        all += sum.ms[kind];
    }
    const double row = lrp_alone_in_a_row(sum.all, sum.all_count, repeat);
    for (size_t i = 0; i < sum.all_count; i++) lrp_alone_free(sum.all[i]);
    printf("  %-25s %10.1f ms\n  %-25s %10.1f ms\n", "sum", all, "all of them in a row", row);
    printf("  %-25s %10.1f ms, %.2f x the sum, %.2f x the row\n\n", "forward", forward, forward / all, forward / row);
    dnnl_engine_destroy(engine);
    return 0;
}
