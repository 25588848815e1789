/* integers.c: products and convolutions of whole numbers against the same ones of floats, by turns in one process. Prints
 * minima and ratios; asserts nothing. usage: integers [--repeat N] */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alone.h"
#include "ops.h"
#include "pool.h"

/* A layer with constant weights; sizes of a product are n, k of an m x k by k x n. */
static const struct layer {
    const char *name, *whole, *real; /* the operators */
    struct lrp_shape x, w, y;
    int64_t group, pad;
} layers[] = {
    {"product 512x512x1152, 302 MMAC", "MatMulInteger", "MatMul", {2, {512, 512}}, {2, {512, 1152}}, {2, {512, 1152}}, 0, 0},
    {"product 197x768x3072", "MatMulInteger", "MatMul", {2, {197, 768}}, {2, {768, 3072}}, {2, {197, 3072}}, 0, 0},
    {"product 1x1024x4096", "MatMulInteger", "MatMul", {2, {1, 1024}}, {2, {1024, 4096}}, {2, {1, 4096}}, 0, 0},
    {"3x3, 64 at 56", "ConvInteger", "Conv", {4, {1, 64, 56, 56}}, {4, {64, 64, 3, 3}}, {4, {1, 64, 56, 56}}, 1, 1},
    {"3x3, 256 at 16, 151 MMAC",
     "ConvInteger",
     "Conv",
     {4, {1, 256, 16, 16}},
     {4, {256, 256, 3, 3}},
     {4, {1, 256, 16, 16}},
     1,
     1},
    {"1x1, 256->512 at 28", "ConvInteger", "Conv", {4, {1, 256, 28, 28}}, {4, {512, 256, 1, 1}}, {4, {1, 512, 28, 28}}, 1, 0},
    {"depthwise 3x3, 144 at 56",
     "ConvInteger",
     "Conv",
     {4, {1, 144, 56, 56}},
     {4, {144, 1, 3, 3}},
     {4, {1, 144, 56, 56}},
     144,
     1},
};

struct job {
    struct lrp_call call;
    struct lrp_shape_set shapes;
    struct lrp_desc in[2], out[1];
    struct lrp_attribute attributes[2];
    struct lrp_blob weights;
    struct lrp_tensor *x, *y;
    void *handle, *raw;
    struct lrp_run run;
};

static void run_job(void *data)
{
    struct job *j = data;
    struct lrp_error err = {0};
    const struct lrp_tensor *const in[] = {j->x, NULL};
    lrp_bench_must(j->call.op->forward(&j->call, j->handle, in, &j->y, &j->run, &err), err.message);
}

/* Codes of all sizes, the same ones for both. */
static void fill_job(struct job *j, bool whole)
{
    j->weights.count = (size_t)lrp_shape_count(j->weights.shape);
    j->raw = malloc(j->weights.count * (whole ? 1 : sizeof(float)));
    lrp_bench_must(!j->raw, "memory");
    for (size_t i = 0; i < j->weights.count; i++) {
        const int code = (int)(i * 7919 % 255) - 127;
        if (whole)
            ((signed char *)j->raw)[i] = (signed char)code;
        else
            ((float *)j->raw)[i] = (float)code;
    }
    j->weights.raw = j->raw;
    for (size_t i = 0; i < j->x->count; i++) {
        const int code = (int)(i * 104729 % 256);
        if (whole)
            j->x->i[i] = code;
        else
            j->x->f[i] = (float)code;
    }
}

static void make_job(struct job *j, const struct layer *layer, bool whole, const struct lrp_run *run)
{
    static const int64_t ones[4] = {1, 1, 1, 1};
    const char *name = whole ? layer->whole : layer->real;
    struct lrp_error err = {0};
    *j = (struct job){.run = *run};
    j->weights = (struct lrp_blob){.dtype = whole ? LRP_DTYPE_INT8 : LRP_DTYPE_FLOAT, .shape = &layer->w};
    j->in[0] = (struct lrp_desc){.present = true, .dtype = whole ? LRP_DTYPE_UINT8 : LRP_DTYPE_FLOAT, .shape = &layer->x};
    j->in[1] = (struct lrp_desc){.present = true, .dtype = j->weights.dtype, .shape = &layer->w, .constant = &j->weights};
    j->out[0] = (struct lrp_desc){.present = true};
    j->attributes[0] = (struct lrp_attribute){.name = "group", .kind = LRP_ATTRIBUTE_INT, .i = layer->group};
    j->attributes[1] =
        (struct lrp_attribute){.name = "pads", .kind = LRP_ATTRIBUTE_INTS, .count = layer->pad ? 4 : 0, .ints = ones};
    j->call = (struct lrp_call){.op = lrp_operator_find("", name, 13, NULL), .op_type = name, .domain = "", .opset = 13};
    j->call.attributes = j->attributes;
    j->call.attribute_count = !layer->group ? 0 : layer->pad ? 2 : 1;
    j->shapes.arena = lrp_arena_new();
    lrp_bench_must(!j->shapes.arena, "memory");
    j->call.shapes = &j->shapes, j->call.in = j->in, j->call.out = j->out, j->call.in_count = 2, j->call.out_count = 1;
    lrp_bench_must(lrp_tensor_new(j->in[0].dtype, &layer->x, &j->x, &err), err.message);
    lrp_bench_must(lrp_tensor_new(whole ? LRP_DTYPE_INT32 : LRP_DTYPE_FLOAT, &layer->y, &j->y, &err), err.message);
    fill_job(j, whole);
    lrp_bench_must(j->call.op->infer(&j->call, &err), err.message);
    lrp_bench_must(j->call.op->prepare(&j->call, NULL, &j->handle, &j->run, &err), err.message);
}

static void free_job(struct job *j)
{
    j->call.op->release(j->handle);
    lrp_tensor_release(j->x);
    lrp_tensor_release(j->y);
    free(j->raw);
    lrp_arena_free(j->shapes.arena);
    lrp_shape_set_free(&j->shapes);
}

int main(int argc, char **argv)
{
    struct lrp_pool *pool = lrp_pool_new();
    const struct lrp_run run = {.threads = omp_get_max_threads(), .pool = pool};
    const int repeat = argc == 3 && strcmp(argv[1], "--repeat") == 0 ? (int)strtol(argv[2], NULL, 10) : 20;
    printf("%-40s %9s %9s %6s\n", "least of its times", "float ms", "whole ms", "ratio");
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        struct job jobs[2];
        struct lrp_bench_turn turns[2];
        for (int whole = 0; whole < 2; whole++) {
            make_job(&jobs[whole], &layers[i], whole, &run);
            turns[whole] = (struct lrp_bench_turn){run_job, &jobs[whole], 0};
        }
        lrp_bench_in_turn(turns, 2, repeat);
        printf("%-40s %9.3f %9.3f %6.2f\n", layers[i].name, turns[0].least, turns[1].least, turns[1].least / turns[0].least);
        for (int whole = 0; whole < 2; whole++) free_job(&jobs[whole]);
    }
    lrp_pool_release(pool);
    return 0;
}
