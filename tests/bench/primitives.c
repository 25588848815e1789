/* primitives.c: a model's forward pass against what its convolutions, matrix products, max pools and ReLUs take in the numeric
 * library alone, in the layout that a pass works in and in the one that is fastest for each: the sum of their least times with
 * warm caches, and all of them in a row, as a pass finds the caches. Prints them and the ratios; asserts nothing. usage:
 * primitives MODEL.onnx INPUT.npy [--repeat N] */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alone.h"
#include "graph.h"
#include "linear/linear.h"
#include "linear/linear_product.h"
#include "lrpscope/session.h"
#include "onnx.h"
#include "pooling/pooling_window.h"

static int repeat = 20;

/* Kinds of node, and what is found of each: its primitive in the layout that a pass works in, and in the one that is fastest.
 */
enum { CONVOLUTION, PRODUCT, MAX_POOL, ACTIVATION, KINDS, MOST = 1024 };
static const char *const kinds[KINDS] = {"convolutions", "matrix products", "max pools", "activations"};
enum { IN_BLOCKS, FASTEST, LAYOUTS };
struct item {
    int kind;
    struct lrp_alone *alone[LAYOUTS]; /* often one and the same */
};
struct items {
    struct item all[MOST];
    size_t count;
};

static struct lrp_conv_shape pool_of(const struct lrp_call *call, const struct lrp_pool_window *w)
{
    struct lrp_conv_shape s;
    memset(&s, 0, sizeof s); /* shapes are compared byte by byte */
    s.rank = w->rank;
    s.group = 1;
    s.batch = call->in[0].shape->dim[0];
    s.in_channels = s.out_channels = call->in[0].shape->dim[1];
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
    struct lrp_linear_product p;
    struct lrp_error err = {0};
    lrp_bench_must(lrp_product_read(call, &p, &err), err.message);
    return p.m == 1 && p.batches == 1 ? lrp_alone_dense(1, p.n, p.k, engine, repeat)
                                      : lrp_alone_product(p.batches, p.m, p.n, p.k, engine, repeat);
}

static struct item item_of(const struct lrp_call *call, int kind, dnnl_engine_t engine)
{
    struct item item = {.kind = kind};
    struct lrp_conv_shape shape;
    struct lrp_pool_window w;
    struct lrp_error err = {0};
    switch (kind) {
    case CONVOLUTION:
        memset(&shape, 0, sizeof shape);
        lrp_bench_must(lrp_conv_call_shape(call, &shape, &err), err.message);
        if (shape.rank != 2) return item;
        item.alone[IN_BLOCKS] = lrp_alone_conv(&shape, false, true, engine, repeat);
        item.alone[FASTEST] = lrp_alone_conv(&shape, false, false, engine, repeat);
        return item;
    case MAX_POOL:
        lrp_bench_must(lrp_window_read(call, call->in[0].shape, NULL, &w, &err), err.message);
        shape = pool_of(call, &w);
        if (shape.rank == 2) item.alone[IN_BLOCKS] = lrp_alone_max_pool(&shape, engine, repeat);
        break;
    case PRODUCT:
        item.alone[IN_BLOCKS] = product_of(call, engine);
        break;
    case ACTIVATION:
        item.alone[IN_BLOCKS] = lrp_alone_relu(lrp_shape_count(call->in[0].shape), engine, repeat);
        break;
    }
    item.alone[FASTEST] = item.alone[IN_BLOCKS];
    return item;
}

static void add_node(const struct lrp_call *call, dnnl_engine_t engine, struct items *items)
{
    static const struct {
        const char *op;
        int kind;
    } table[] = {{"Conv", CONVOLUTION}, {"Gemm", PRODUCT},     {"MatMul", PRODUCT},
                 {"Dense", PRODUCT},    {"MaxPool", MAX_POOL}, {"Relu", ACTIVATION}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(call->op->name, table[i].op) != 0) continue;
        lrp_bench_must(items->count == MOST, "more primitives than there is room for");
        const struct item item = item_of(call, table[i].kind, engine);
        if (item.alone[FASTEST]) items->all[items->count++] = item;
    }
}

static void find_items(const char *model, dnnl_engine_t engine, struct items *items)
{
    const struct lrp_graph_options options = {.canonize = true};
    struct lrp_definition *definition;
    struct lrp_graph *graph;
    struct lrp_error err = {0};
    lrp_bench_must(lrp_onnx_read(model, &definition, &err), err.message);
    lrp_bench_must(lrp_graph_build(definition, &options, &graph, &err), err.message);
    for (int k = 0; k < graph->order_count; k++) add_node(&graph->nodes[graph->order[k]].call, engine, items);
    lrp_graph_free(graph);
    lrp_definition_free(definition);
}

static void free_items(struct items *items)
{
    for (size_t i = 0; i < items->count; i++) {
        struct lrp_alone *const *const alone = items->all[i].alone;
        if (alone[FASTEST] != alone[IN_BLOCKS]) lrp_alone_free(alone[FASTEST]);
        lrp_alone_free(alone[IN_BLOCKS]);
    }
}

/* ---- the forward pass ---- */

static struct lrp_session *open_session(const char *model, const char *input)
{
    struct lrp_settings *settings;
    struct lrp_session *session;
    struct lrp_error err = {0};
    lrp_bench_must(lrp_settings_new(&settings, &err), err.message);
    lrp_bench_must(lrp_settings_set_flag(settings, LRP_SETTING_SKIP_CHECKS, true, &err), err.message);
    lrp_bench_must(lrp_session_open(model, settings, &session, &err), err.message);
    lrp_bench_must(lrp_session_set_input(session, NULL, input, &err), err.message);
    lrp_settings_free(settings);
    return session;
}

static double run_forward(struct lrp_session *session)
{
    const struct lrp_snapshot *now;
    struct lrp_error err = {0};
    lrp_bench_must(lrp_session_forget(session, &err), err.message);
    lrp_bench_must(lrp_session_run(session, LRP_WANT_FORWARD, &err), err.message);
    lrp_bench_must(lrp_session_snapshot(session, &now, &err), err.message);
    const double took = now->forward_ms;
    lrp_snapshot_release(now);
    return took;
}

/* ---- by turns ---- */

struct least {
    double forward, row;
};

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

/* So that what disturbs one of them disturbs all. */
static struct least take_turns(struct lrp_session *session, struct items *items)
{
    struct least least = {1e30, 1e30};
    struct lrp_alone *row[MOST];
    for (size_t i = 0; i < items->count; i++)
        row[i] = items->all[i].alone[IN_BLOCKS] ? items->all[i].alone[IN_BLOCKS] : items->all[i].alone[FASTEST];
    run_forward(session); /* prepares weights */
    for (int k = 0; k < repeat; k++) {
        least.forward = smaller(least.forward, run_forward(session));
        for (size_t i = 0; i < items->count; i++) {
            struct item *const item = &items->all[i];
            for (int at = 0; at < LAYOUTS; at++)
                if (item->alone[at] && (at == 0 || item->alone[at] != item->alone[0])) lrp_alone_again(item->alone[at]);
        }
        least.row = smaller(least.row, lrp_alone_in_a_row(row, items->count, 1));
    }
    return least;
}

/* The sums of the least times by kind of node; what has none in blocks counts with its fastest. */
static void sum_up(const struct items *items, int kind, double sum[LAYOUTS], int *count)
{
    for (size_t i = 0; i < items->count; i++) {
        struct lrp_alone *const *const alone = items->all[i].alone;
        if (items->all[i].kind != kind) continue;
        const double fastest = lrp_alone_least(alone[FASTEST]),
                     blocks = alone[IN_BLOCKS] ? lrp_alone_least(alone[IN_BLOCKS]) : fastest;
        sum[IN_BLOCKS] += blocks;
        sum[FASTEST] += smaller(fastest, blocks);
        ++*count;
    }
}

static void print(const char *model, const struct items *items, struct least least)
{
    double all[LAYOUTS] = {0}, without[LAYOUTS] = {0};
    printf("%s: the library's primitives, each alone\n  %-25s %15s %15s\n", model, "", "as in a pass ms", "fastest ms");
    for (int kind = 0; kind < KINDS; kind++) {
        double sum[LAYOUTS] = {0};
        int count = 0;
        sum_up(items, kind, sum, &count);
        if (count) printf("  %-20s %4d %15.1f %15.1f\n", kinds[kind], count, sum[IN_BLOCKS], sum[FASTEST]);
        for (int at = 0; at < LAYOUTS; at++) {
            all[at] += sum[at];
            if (kind != ACTIVATION) without[at] += sum[at];
        }
    }
    printf("  %-25s %15.1f %15.1f\n  %-25s %15.1f %15.1f\n", "sum", all[IN_BLOCKS], all[FASTEST], "  without activations",
           without[IN_BLOCKS], without[FASTEST]);
    printf("  %-25s %15.1f\n", "all of them in a row", least.row);
    printf("  forward: %.1f ms; by the sums %.2f %.2f, without activations %.2f %.2f, by the row %.2f\n\n", least.forward,
           least.forward / all[IN_BLOCKS], least.forward / all[FASTEST], least.forward / without[IN_BLOCKS],
           least.forward / without[FASTEST], least.forward / least.row);
}

int main(int argc, char **argv)
{
    static struct items items;
    dnnl_engine_t engine;
    if (argc == 5 && strcmp(argv[3], "--repeat") == 0) repeat = (int)strtol(argv[4], NULL, 10);
    if ((argc != 3 && argc != 5) || repeat < 1) {
        fprintf(stderr, "usage: primitives MODEL.onnx INPUT.npy [--repeat N]\n");
        return 2;
    }
    lrp_bench_must(dnnl_engine_create(&engine, dnnl_cpu, 0), "an engine");
    struct lrp_session *const session = open_session(argv[1], argv[2]);
    run_forward(session); /* before the others leave memory in pieces */
    find_items(argv[1], engine, &items);
    print(argv[1], &items, take_turns(session, &items));
    lrp_session_free(session);
    free_items(&items);
    dnnl_engine_destroy(engine);
    return 0;
}
