/* differences.h: an operator's vjp against central differences of its forward pass. */
#ifndef LRP_TEST_DIFFERENCES_H
#define LRP_TEST_DIFFERENCES_H

#include "calls.h"

/* sum of cotangent * output over all outputs, with one element of an input moved by `step`. */
static inline double score(struct setup *setup, struct lrp_tensor *const *cotangents, float *element, float step)
{
    const float before = *element;
    double sum = 0;

    for (int j = 0; j < setup->call.out_count; j++) {
        lrp_tensor_release(setup->out[j]);
        setup->out[j] = NULL;
    }
    if (setup->handle) setup->call.op->release(setup->handle);
    setup->handle = NULL;
    *element += step;
    setup_run(setup);
    *element = before;
    for (int j = 0; j < setup->call.out_count; j++)
        for (size_t k = 0; cotangents[j] && k < cotangents[j]->count; k++)
            sum += (double)cotangents[j]->f[k] * (double)setup->out[j]->f[k];
    return sum;
}

static inline void check_input(struct setup *setup, struct lrp_tensor *const *cotangents, int input,
                               const struct lrp_tensor *gradient)
{
    const float step = 1.0f / 256;

    for (size_t k = 0; k < gradient->count; k++) {
        float *const element = &setup->in[input]->f[k];
        const double difference =
            (score(setup, cotangents, element, step) - score(setup, cotangents, element, -step)) / (2 * (double)step);

        if (!(fabs(difference - (double)gradient->f[k]) <= 2e-3 * (1 + fabs(difference))))
            fail_msg("%s input %d element %zu: vjp %g, difference %g", setup->call.op_type, input, k, (double)gradient->f[k],
                     difference);
    }
}

/* Cotangents are irregular numbers, so that no cancellation hides a mistake; only the first float outputs that the operator
 * differentiates get one. */
static inline void check_example(const struct example *example)
{
    struct setup setup;
    struct lrp_tensor *cotangents[EXAMPLE_OUTPUTS] = {NULL}, *gradients[EXAMPLE_INPUTS] = {NULL};
    const bool all = strcmp(example->op, "Split") == 0;
    struct lrp_error err = {0};

    setup_open(&setup, example);
    setup_run(&setup);
    for (int j = 0; j < setup.call.out_count; j++) {
        if (!setup.out[j] || !lrp_dtype_is_float(setup.out[j]->dtype) || (j > 0 && !all)) continue;
        check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &setup.out[j]->shape, &cotangents[j], &err), &err);
        for (size_t k = 0; k < cotangents[j]->count; k++) cotangents[j]->f[k] = (float)((k * 37 + 11) % 29) / 14 - 0.9f;
    }
    for (int i = 0; i < setup.call.in_count; i++)
        if (lrp_call_is_data(&setup.call, i))
            check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &setup.in[i]->shape, &gradients[i], &err), &err);
    check_ok(setup.call.op->vjp(&setup.call, setup.handle, (const struct lrp_tensor *const *)setup.in,
                                (const struct lrp_tensor *const *)setup.out, (const struct lrp_tensor *const *)cotangents,
                                gradients, two_threads(), &err),
             &err);
    for (int i = 0; i < setup.call.in_count; i++)
        if (gradients[i]) check_input(&setup, cotangents, i, gradients[i]);
    for (int j = 0; j < EXAMPLE_OUTPUTS; j++) lrp_tensor_release(cotangents[j]);
    for (int i = 0; i < EXAMPLE_INPUTS; i++) lrp_tensor_release(gradients[i]);
    setup_close(&setup);
}

#endif
