/* attention.c: passes over a transformer against its matrix products alone, a cold process against a warm one, and the
 * memory a process takes. Everything by turns, in wall-clock time and in processor time of all threads; asserts nothing. usage:
 * attention BINARY MODEL.onnx INPUT.npy [--repeat N] */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "alone.h"
#include "graph.h"
#include "linear/linear_product.h"
#include "lrpscope/session.h"
#include "onnx.h"

static int repeat = 7;

/* A moment, or a span, in ms. */
struct clocks {
    double wall, cpu;
};

static double read_clock(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static struct clocks now(void)
{
    return (struct clocks){read_clock(CLOCK_MONOTONIC), read_clock(CLOCK_PROCESS_CPUTIME_ID)};
}

static struct clocks since(struct clocks start)
{
    const struct clocks end = now();
    return (struct clocks){end.wall - start.wall, end.cpu - start.cpu};
}

/* The least so far. */
static void take(struct clocks *least, struct clocks took)
{
    if (least->wall == 0 || took.wall < least->wall) least->wall = took.wall;
    if (least->cpu == 0 || took.cpu < least->cpu) least->cpu = took.cpu;
}

static struct clocks sum(struct clocks a, struct clocks b)
{
    return (struct clocks){a.wall + b.wall, a.cpu + b.cpu};
}

/* ---- matrix products alone ---- */

/* Products of one shape, by each of the library's ways. */
enum { MOST_SHAPES = 64, WAYS = 2 };
struct product {
    int64_t batches, m, n, k;
    int count; /* how often the network has it */
    struct lrp_alone *alone[WAYS];
    int best;
    double least; /* ms */
};
struct products {
    struct product all[MOST_SHAPES];
    size_t count;
    struct clocks in_a_row;
};

static void add_product(const struct lrp_call *call, struct products *products)
{
    struct lrp_linear_product p;
    struct lrp_error err = {0};
    lrp_bench_must(lrp_product_read(call, &p, &err), err.message);
    for (size_t i = 0; i < products->count; i++) {
        struct product *const known = &products->all[i];
        if (known->batches != p.batches || known->m != p.m || known->n != p.n || known->k != p.k) continue;
        known->count++;
        return;
    }
    lrp_bench_must(products->count == MOST_SHAPES, "more shapes of products than there is room for");
    products->all[products->count++] = (struct product){p.batches, p.m, p.n, p.k, 1, {NULL}, 0, 0};
}

/* The patches' convolution is a product, too: of whole patches. */
static void add_convolution(const struct lrp_call *call, struct products *products)
{
    const struct lrp_shape *const w = call->in[1].shape, *const y = call->out[0].shape;
    lrp_bench_must(products->count == MOST_SHAPES, "more shapes of products than there is room for");
    products->all[products->count++] =
        (struct product){1, lrp_shape_count(y) / y->dim[1], w->dim[0], lrp_shape_count(w) / w->dim[0], 1, {NULL}, 0, 0};
}

/* What the file leaves open: a batch of one, so many tokens, nothing kept of earlier ones. */
static struct lrp_shape *shapes_of(const struct lrp_definition *d, int64_t tokens)
{
    struct lrp_shape *const shapes = calloc(d->input_count + 1, sizeof *shapes);
    lrp_bench_must(!shapes, "memory");
    for (size_t i = 0; shapes && i < d->input_count; i++) {
        shapes[i] = d->inputs[i].shape;
        for (int at = 0; at < shapes[i].rank; at++)
            if (shapes[i].dim[at] < 0) shapes[i].dim[at] = at == 0 ? 1 : shapes[i].rank == 4 ? 0 : tokens;
    }
    return shapes;
}

static void find_products(const char *model, int64_t tokens, struct products *products)
{
    static const char *const names[] = {"Gemm", "MatMul", "Dense"};
    struct lrp_definition *definition;
    struct lrp_graph *graph;
    struct lrp_error err = {0};
    lrp_bench_must(lrp_onnx_read(model, &definition, &err), err.message);
    struct lrp_shape *const shapes = shapes_of(definition, tokens);
    const struct lrp_graph_options options = {.canonize = true, .input_shapes = shapes};
    lrp_bench_must(lrp_graph_build(definition, &options, &graph, &err), err.message);
    for (int k = 0; k < graph->order_count; k++) {
        const struct lrp_call *const call = &graph->nodes[graph->order[k]].call;
        if (!call->op) continue;
        if (strcmp(call->op->name, "Conv") == 0) add_convolution(call, products);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (strcmp(call->op->name, names[i]) == 0) add_product(call, products);
    }
    free(shapes);
    lrp_graph_free(graph);
    lrp_definition_free(definition);
}

static void make_alone(struct products *products)
{
    dnnl_engine_t engine;
    lrp_bench_must(dnnl_engine_create(&engine, dnnl_cpu, 0), "an engine");
    for (size_t i = 0; i < products->count; i++) {
        struct product *const p = &products->all[i];
        p->alone[0] = lrp_alone_product(p->batches, p->m, p->n, p->k, engine, 1);
        if (p->batches == 1) p->alone[1] = lrp_alone_dense(p->m, p->n, p->k, engine, 1);
    }
    dnnl_engine_destroy(engine);
}

/* Each by itself for its least time, and the faster way as often as the network has it: the clock of the processor is known to
 * the next tick only, so that it is read before the first and after the last of them all. */
static void run_products(struct products *products)
{
    enum { AGAIN = 3 };
    for (size_t i = 0; i < products->count; i++) {
        struct product *const p = &products->all[i];
        for (int way = 0; way < WAYS; way++)
            for (int again = 0; again < AGAIN && p->alone[way]; again++) {
                const double start = read_clock(CLOCK_MONOTONIC);
                lrp_alone_run(p->alone[way]);
                const double took = read_clock(CLOCK_MONOTONIC) - start;
                if (p->least == 0 || took < p->least) {
                    p->least = took;
                    p->best = way;
                }
            }
    }
    const struct clocks start = now();
    for (size_t i = 0; i < products->count; i++)
        for (int k = 0; k < products->all[i].count; k++) lrp_alone_run(products->all[i].alone[products->all[i].best]);
    take(&products->in_a_row, since(start));
}

/* Of the least times, and of the processor's. */
static struct clocks sum_products(const struct products *products)
{
    struct clocks all = {0, products->in_a_row.cpu};
    for (size_t i = 0; i < products->count; i++) all.wall += products->all[i].count * products->all[i].least;
    return all;
}

static void free_products(struct products *products)
{
    for (size_t i = 0; i < products->count; i++)
        for (int way = 0; way < WAYS; way++) lrp_alone_free(products->all[i].alone[way]);
}

/* ---- passes ---- */

static const char *const composites[] = {"attnlrp", "cp-lrp"};
enum { COMPOSITES = sizeof composites / sizeof *composites };

struct bench {
    const char *binary, *model, *input;
    struct lrp_settings *settings;
    struct lrp_session *session;
    size_t activations, file; /* bytes */
    int64_t tokens;
    struct clocks reading, cold, forward[COMPOSITES], relevance[COMPOSITES], target;
    long peak; /* KB */
};

static void run(struct bench *b, enum lrp_want want, struct clocks *least)
{
    struct lrp_error err = {0};
    const struct clocks start = now();
    lrp_bench_must(lrp_session_run(b->session, want, &err), err.message);
    if (least) take(least, since(start));
}

static void set(struct bench *b, enum lrp_setting setting, const char *text)
{
    struct lrp_error err = {0};
    lrp_bench_must(lrp_settings_set(b->settings, setting, text, &err), err.message);
    lrp_bench_must(lrp_session_apply(b->session, b->settings, &err), err.message);
}

static void open_session(struct bench *b)
{
    struct lrp_error err = {0};
    lrp_bench_must(lrp_session_open(b->model, b->settings, &b->session, &err), err.message);
    lrp_bench_must(lrp_session_set_input(b->session, NULL, b->input, &err), err.message);
    const struct lrp_snapshot *seen;
    lrp_bench_must(lrp_session_snapshot(b->session, &seen, &err), err.message);
    b->activations = seen->layers->activation_bytes;
    lrp_snapshot_release(seen);
}

/* One round of everything that runs in this process; the first one warms up and is not counted. */
static void run_passes(struct bench *b, bool counted)
{
    static int class;
    struct lrp_error err = {0};
    char target[16];
    for (int i = 0; i < COMPOSITES; i++) {
        set(b, LRP_SETTING_COMPOSITE, composites[i]);
        lrp_bench_must(lrp_session_forget(b->session, &err), err.message);
        run(b, LRP_WANT_FORWARD, counted ? &b->forward[i] : NULL);
        run(b, LRP_WANT_RELEVANCE, counted ? &b->relevance[i] : NULL);
    }
    snprintf(target, sizeof target, "%d", class ++ % 2);
    set(b, LRP_SETTING_TARGET, target);
    run(b, LRP_WANT_RELEVANCE, counted ? &b->target : NULL);
    set(b, LRP_SETTING_TARGET, "");
}

/* ---- a process of its own ---- */

static double ms_of(struct timeval t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static void run_process(struct bench *b)
{
    const double start = read_clock(CLOCK_MONOTONIC);
    const pid_t child = fork();
    if (child == 0) {
        const int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        execl(b->binary, b->binary, "explain", b->model, b->input, "--composite", composites[0], "--skip-checks", "-q",
              (char *)NULL);
        _exit(127);
    }
    int status;
    struct rusage usage;
    wait4(child, &status, 0, &usage);
    lrp_bench_must(status, b->binary);
    take(&b->cold, (struct clocks){read_clock(CLOCK_MONOTONIC) - start, ms_of(usage.ru_utime) + ms_of(usage.ru_stime)});
    if (usage.ru_maxrss > b->peak) b->peak = usage.ru_maxrss;
}

static void read_file(struct bench *b)
{
    static char piece[1 << 20];
    const struct clocks start = now();
    const int file = open(b->model, O_RDONLY);
    while (file >= 0 && read(file, piece, sizeof piece) > 0) continue;
    if (file >= 0) close(file);
    take(&b->reading, since(start));
}

/* ---- */

static void print_ratio(const char *what, struct clocks took, struct clocks by, double limit)
{
    printf("  %-52s %8.1f %8.1f %8.2f %8.2f   (%.2f)\n", what, took.wall, took.cpu, took.wall / by.wall, took.cpu / by.cpu,
           limit);
}

static void print(const struct bench *b, const struct products *products)
{
    const double mb = 1e6, most = 1.2;
    printf("%s\n  %-52s %8s %8s %17s\n", b->model, "", "wall ms", "cpu ms", "ratios (limit)");
    struct clocks alone = sum_products(products), forward = b->forward[0];
    take(&forward, b->forward[1]);
    printf("  %-52s %8.1f %8.1f\n", "matrix products, each alone", alone.wall, alone.cpu);
    print_ratio("forward / matrix products", forward, alone, 1.25);
    print_ratio("(forward + attnlrp) / forward", sum(b->forward[0], b->relevance[0]), b->forward[0], 2.4);
    print_ratio("(forward + cp-lrp) / forward", sum(b->forward[1], b->relevance[1]), b->forward[1], 2.2);
    print_ratio("another target / (forward + cp-lrp)", b->target, sum(b->forward[1], b->relevance[1]), 1);
    print_ratio("cold process / (warm + reading)", b->cold, sum(b->reading, sum(b->forward[0], b->relevance[0])), 1.5);
    const double peak = (double)b->peak * 1024, there = (double)b->file + (double)b->activations;
    printf("  %-52s %5.0f MB, file %.0f, activations %.0f: %.2f   (%.2f)\n\n", "peak memory / (file + activations)", peak / mb,
           (double)b->file / mb, (double)b->activations / mb, peak / there, most);
}

static void read_arguments(int argc, char **argv, struct bench *b)
{
    if (argc == 6 && strcmp(argv[4], "--repeat") == 0) repeat = (int)strtol(argv[5], NULL, 10);
    if ((argc != 4 && argc != 6) || repeat < 1) {
        fprintf(stderr, "usage: attention BINARY MODEL.onnx INPUT.npy [--repeat N]\n");
        exit(2);
    }
    b->binary = argv[1];
    b->model = argv[2];
    b->input = argv[3];
}

int main(int argc, char **argv)
{
    static struct products products;
    struct bench b = {.peak = 0};
    struct lrp_error err = {0};
    struct lrp_tensor *input;
    struct stat file;
    read_arguments(argc, argv, &b);
    read_file(&b); /* into the page cache */
    b.reading = (struct clocks){0, 0};
    lrp_bench_must(stat(b.model, &file), b.model);
    b.file = (size_t)file.st_size;
    for (int i = 0; i < repeat; i++) { /* while this process is small: a child counts its memory as its own */
        run_process(&b);
        read_file(&b);
    }
    lrp_bench_must(lrp_tensor_read_npy(b.input, &input, &err), err.message);
    find_products(b.model, input->shape.dim[input->shape.rank - 1], &products);
    lrp_tensor_release(input);
    lrp_bench_must(lrp_settings_new(&b.settings, &err), err.message);
    lrp_bench_must(lrp_settings_set_flag(b.settings, LRP_SETTING_SKIP_CHECKS, true, &err), err.message);
    open_session(&b);
    run_passes(&b, false);
    make_alone(&products);
    for (int i = 0; i < repeat; i++) {
        run_passes(&b, true);
        run_products(&products);
    }
    print(&b, &products);
    lrp_session_free(b.session);
    lrp_settings_free(b.settings);
    free_products(&products);
    return 0;
}
