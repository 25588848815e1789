/* vjp_check.h: calls of operators put together in a few lines, run, and their vjp checked against central differences. */
#ifndef TEST_OPS_VJP_CHECK_H
#define TEST_OPS_VJP_CHECK_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ops.h"

enum { TEST_INPUTS = 8, TEST_OUTPUTS = 3, TEST_ATTRIBUTES = 8 };

/* A call with room for everything it points at. Start with test_call, add inputs and attributes, then test_infer. */
struct test_call {
    struct lrp_call call;
    struct lrp_shape_set shapes; /* in an arena of its own */
    struct lrp_desc in[TEST_INPUTS], out[TEST_OUTPUTS];
    struct lrp_attribute attributes[TEST_ATTRIBUTES];
    struct lrp_blob blobs[TEST_INPUTS];
    struct lrp_tensor *inputs[TEST_INPUTS], *outputs[TEST_OUTPUTS]; /* owned */
    struct lrp_error err;
};

static inline void test_call_start(struct test_call *t, const char *domain, const char *op_type, int opset)
{
    *t = (struct test_call){.call = {.op_type = op_type, .domain = domain, .opset = opset}};
    t->shapes.arena = lrp_arena_new();
    t->call.shapes = &t->shapes;
    t->call.in = t->in;
    t->call.out = t->out;
    for (int i = 0; i < TEST_INPUTS; i++) t->in[i].shape = &lrp_shape_unknown;
    for (int i = 0; i < TEST_OUTPUTS; i++) t->out[i].shape = &lrp_shape_unknown;
    t->call.attributes = t->attributes;
    t->call.out_count = 1;
    t->out[0].present = true;
    t->call.op = lrp_operator_find(domain, op_type, opset, NULL);
    if (!t->call.op) fail_msg("no row for %s at opset %d", op_type, opset);
}

static inline void test_int(struct test_call *t, const char *name, int64_t value)
{
    t->attributes[t->call.attribute_count++] = (struct lrp_attribute){.name = name, .kind = LRP_ATTRIBUTE_INT, .i = value};
}

static inline void test_float(struct test_call *t, const char *name, float value)
{
    t->attributes[t->call.attribute_count++] = (struct lrp_attribute){.name = name, .kind = LRP_ATTRIBUTE_FLOAT, .f = value};
}

static inline void test_string(struct test_call *t, const char *name, const char *value)
{
    t->attributes[t->call.attribute_count++] = (struct lrp_attribute){.name = name, .kind = LRP_ATTRIBUTE_STRING, .s = value};
}

/* `values` must outlive the call. */
static inline void test_ints(struct test_call *t, const char *name, const int64_t *values, size_t count)
{
    t->attributes[t->call.attribute_count++] =
        (struct lrp_attribute){.name = name, .kind = LRP_ATTRIBUTE_INTS, .ints = values, .count = count};
}

static inline uint32_t test_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    return *state ^= *state << 5;
}

/* In [-1, 1], never closer than 0.01 to 0 (where many functions have a kink). */
static inline float test_random_value(uint32_t *state)
{
    const float value = (float)(test_random(state) % 9901) / 10000 + 0.01F;

    return test_random(state) & 1 ? value : -value;
}

/* An input; values NULL: random ones. constant: known before anything runs. An absent one: rank -1. */
static inline struct lrp_tensor *test_input(struct test_call *t, bool constant, const float *values, int rank,
                                            const int64_t *dims)
{
    const int i = t->call.in_count++;
    struct lrp_shape shape = {.rank = rank};
    uint32_t state = 977U * (uint32_t)i + 12345;

    if (rank < 0) return NULL;
    if (rank > 0) memcpy(shape.dim, dims, (size_t)rank * sizeof *dims);
    assert_int_equal(lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, &t->inputs[i], NULL), LRP_OK);
    for (size_t k = 0; k < t->inputs[i]->count; k++) t->inputs[i]->f[k] = values ? values[k] : test_random_value(&state);
    t->in[i] = (struct lrp_desc){.present = true, .dtype = LRP_DTYPE_FLOAT, .shape = &t->inputs[i]->shape};
    if (constant) {
        t->blobs[i] = (struct lrp_blob){
            .dtype = LRP_DTYPE_FLOAT, .shape = &t->inputs[i]->shape, .count = t->inputs[i]->count, .raw = t->inputs[i]->f};
        t->in[i].constant = &t->blobs[i];
    }
    return t->inputs[i];
}

static inline void test_infer(struct test_call *t)
{
    if (t->call.op->infer(&t->call, &t->err)) fail_msg("%s: infer: %s", t->call.op_type, t->err.message);
}

static inline void test_call_free(struct test_call *t)
{
    for (int i = 0; i < TEST_INPUTS; i++) lrp_tensor_release(t->inputs[i]);
    for (int i = 0; i < TEST_OUTPUTS; i++) lrp_tensor_release(t->outputs[i]);
    lrp_arena_free(t->shapes.arena);
    lrp_shape_set_free(&t->shapes);
}

/* The inputs as forward gets them: none that prepare has read. */
static inline void test_given(const struct test_call *t, const struct lrp_tensor *given[TEST_INPUTS])
{
    for (int i = 0; i < TEST_INPUTS; i++)
        given[i] = t->in[i].constant && t->call.op->prepared_inputs >> i & 1 ? NULL : t->inputs[i];
}

/* prepare (with the modifier) and forward; the outputs are in t->outputs. Returns the handle, to be released. */
static inline void *test_forward(struct test_call *t, const struct lrp_modifier *modifier)
{
    const struct lrp_run run = {.threads = 2};
    const struct lrp_tensor *given[TEST_INPUTS];
    void *handle = NULL;

    if (t->call.op->prepare && t->call.op->prepare(&t->call, modifier, &handle, NULL, &t->err))
        fail_msg("%s: prepare: %s", t->call.op_type, t->err.message);
    for (int i = 0; i < t->call.out_count; i++) {
        lrp_tensor_release(t->outputs[i]);
        assert_int_equal(lrp_tensor_new(t->out[i].dtype, t->out[i].shape, &t->outputs[i], NULL), LRP_OK);
    }
    test_given(t, given);
    if (t->call.op->forward(&t->call, handle, given, t->outputs, &run, &t->err))
        fail_msg("%s: forward: %s", t->call.op_type, t->err.message);
    return handle;
}

static inline void test_release(const struct test_call *t, void *handle)
{
    if (t->call.op->release) t->call.op->release(handle);
}

/* Infers, runs, and compares output 0 with expected values. */
static inline void test_expect(struct test_call *t, const float *expected, size_t count, double tolerance)
{
    test_infer(t);
    test_release(t, test_forward(t, NULL));
    assert_int_equal(t->outputs[0]->count, count);
    for (size_t i = 0; i < count; i++)
        if (!(fabs((double)t->outputs[0]->f[i] - (double)expected[i]) <= tolerance * (1 + fabs((double)expected[i]))))
            fail_msg("%s: element %zu is %.8g, not %.8g", t->call.op_type, i, (double)t->outputs[0]->f[i], (double)expected[i]);
}

/* sum over the float outputs of <s, output> */
static inline double test_pairing(struct test_call *t, struct lrp_tensor *const *s)
{
    double sum = 0;

    test_release(t, test_forward(t, NULL));
    for (int i = 0; i < t->call.out_count; i++)
        for (size_t k = 0; s[i] && k < s[i]->count; k++) sum += (double)s[i]->f[k] * (double)t->outputs[i]->f[k];
    return sum;
}

/* (L(x + step e) - L(x - step e)) / 2 step for element k of input i, L = <s, f(x)> */
static inline double test_difference(struct test_call *t, struct lrp_tensor *const *s, int i, size_t k, float step)
{
    const float before = t->inputs[i]->f[k], up = before + step, down = before - step;
    double above, below;

    t->inputs[i]->f[k] = up;
    above = test_pairing(t, s);
    t->inputs[i]->f[k] = down;
    below = test_pairing(t, s);
    t->inputs[i]->f[k] = before;
    return (above - below) / ((double)up - (double)down);
}

/* Checks the gradient of every data input element by element (at most 40 spread over each) against central differences.
 * Inferred already or not; the cotangent is random. */
static inline void vjp_check(struct test_call *t, float step, double tolerance)
{
    const struct lrp_run run = {.threads = 2};
    struct lrp_tensor *s[TEST_OUTPUTS] = {NULL}, *grad[TEST_INPUTS] = {NULL};
    const struct lrp_tensor *given[TEST_INPUTS];
    uint32_t state = 4242;
    void *handle;

    test_infer(t);
    handle = test_forward(t, NULL);
    for (int i = 0; i < t->call.out_count; i++)
        if (lrp_dtype_is_float(t->out[i].dtype)) {
            assert_int_equal(lrp_tensor_new(t->out[i].dtype, t->out[i].shape, &s[i], NULL), LRP_OK);
            for (size_t k = 0; k < s[i]->count; k++) s[i]->f[k] = test_random_value(&state);
        }
    for (int i = 0; i < t->call.in_count; i++)
        if (lrp_call_is_data(&t->call, i))
            assert_int_equal(lrp_tensor_new(t->in[i].dtype, t->in[i].shape, &grad[i], NULL), LRP_OK);
    test_given(t, given);
    if (t->call.op->vjp(&t->call, handle, given, (const struct lrp_tensor *const *)t->outputs,
                        (const struct lrp_tensor *const *)s, grad, &run, &t->err))
        fail_msg("%s: vjp: %s", t->call.op_type, t->err.message);
    test_release(t, handle);
    for (int i = 0; i < t->call.in_count; i++)
        for (size_t k = 0; grad[i] && k < grad[i]->count; k += 1 + grad[i]->count / 40) {
            const double want = test_difference(t, s, i, k, step), got = (double)grad[i]->f[k];

            if (!(fabs(got - want) <= tolerance * (1 + fabs(want))))
                fail_msg("%s: the gradient of input %d at %zu is %g, differences say %g", t->call.op_type, i, k, got, want);
        }
    for (int i = 0; i < TEST_OUTPUTS; i++) lrp_tensor_release(s[i]);
    for (int i = 0; i < TEST_INPUTS; i++) lrp_tensor_release(grad[i]);
}

#endif
