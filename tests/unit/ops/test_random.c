/* test_random.c: what is drawn looks as it should, and is the same every time. */
#include "ops/vjp_check.h"

enum { COUNT = 20000 };

/* COUNT numbers of an operator that is given a shape. */
static void draw(struct test_call *t, const char *op, float seed)
{
    static const int64_t shape[] = {COUNT};
    test_call_start(t, "", op, 22);
    test_ints(t, "shape", shape, 1);
    if (seed > 0) test_float(t, "seed", seed);
    test_infer(t);
    test_release(t, test_forward(t, NULL));
}

static void distributions(void **state)
{
    static const struct {
        const char *op;
        double mean, deviation; /* of the standard normal one, and of [0, 1] */
    } cases[] = {{"RandomNormal", 0, 1}, {"RandomUniform", 0.5, 0.288675}};
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        struct test_call t;
        double sum = 0, squares = 0, follow = 0;
        draw(&t, cases[k].op, 0);
        const float *x = t.outputs[0]->f;
        for (size_t i = 0; i < COUNT; i++) {
            sum += (double)x[i];
            squares += (double)x[i] * (double)x[i];
            follow += i ? ((double)x[i] - cases[k].mean) * ((double)x[i - 1] - cases[k].mean) : 0;
        }
        assert_true(fabs(sum / COUNT - cases[k].mean) < 0.03);
        assert_true(fabs(sqrt(squares / COUNT - sum / COUNT * (sum / COUNT)) - cases[k].deviation) < 0.02);
        assert_true(fabs(follow / COUNT) < 0.03); /* neighbours have nothing to do with one another */
        test_call_free(&t);
    }
}

static void the_same_every_time_and_by_seed(void **state)
{
    struct test_call a, b, c;
    size_t alike = 0;
    (void)state;
    draw(&a, "RandomNormal", 1);
    draw(&b, "RandomNormal", 1);
    draw(&c, "RandomNormal", 2);
    assert_memory_equal(a.outputs[0]->f, b.outputs[0]->f, COUNT * sizeof(float));
    for (size_t i = 0; i < COUNT; i++) alike += a.outputs[0]->f[i] == c.outputs[0]->f[i];
    assert_true(alike < 10);
    test_call_free(&a);
    test_call_free(&b);
    test_call_free(&c);
}

/* Class 1 is three times as likely as class 0, class 2 impossible. */
static void classes_by_their_probability(void **state)
{
    static const float logs[] = {0, 1.0986123F, -INFINITY};
    struct test_call t;
    size_t counts[3] = {0};
    (void)state;
    test_call_start(&t, "", "Multinomial", 22);
    test_input(&t, false, logs, 2, (const int64_t[]){1, 3});
    test_int(&t, "sample_size", COUNT);
    test_infer(&t);
    test_release(&t, test_forward(&t, NULL));
    for (size_t i = 0; i < COUNT; i++) counts[t.outputs[0]->i[i]]++;
    assert_true(fabs((double)counts[1] / COUNT - 0.75) < 0.02);
    assert_int_equal(counts[2], 0);
    test_call_free(&t);
}

static void ones_by_their_probability(void **state)
{
    struct test_call t;
    double ones = 0;
    (void)state;
    test_call_start(&t, "", "Bernoulli", 22);
    struct lrp_tensor *p = test_input(&t, false, NULL, 1, (const int64_t[]){COUNT});
    for (size_t i = 0; i < COUNT; i++) p->f[i] = i % 2 ? 0 : 0.3F;
    test_infer(&t);
    test_release(&t, test_forward(&t, NULL));
    for (size_t i = 0; i < COUNT; i++) {
        ones += (double)t.outputs[0]->f[i];
        assert_true(i % 2 == 0 || t.outputs[0]->f[i] == 0);
    }
    assert_true(fabs(2 * ones / COUNT - 0.3) < 0.02);
    test_call_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distributions),
        cmocka_unit_test(the_same_every_time_and_by_seed),
        cmocka_unit_test(classes_by_their_probability),
        cmocka_unit_test(ones_by_their_probability),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
