/* calls.h: calls of operators written as text: "f[2,3] 1 2 3 4 5 6" is a float tensor of shape (2,3), "" a missing input. */
#ifndef LRP_TEST_CALLS_H
#define LRP_TEST_CALLS_H

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "ops.h"
#include "texts.h"

#define EXAMPLE_INPUTS 9
#define EXAMPLE_OUTPUTS 4

/* A value is a letter for its type (f float32, h float16, l int64, i int32, u uint8, b bool, s text, "_" an empty one), its
 * shape, its elements; '!' in front: a constant. An output "?" is made but not looked at. Attributes: "axis=i1 alpha=f0.5
 * mode=sedge axes=I0,2 sizes=F1,2 words=Sa,b".
 */
struct example {
    const char *what, *op, *domain;
    int opset;
    const char *attributes;
    const char *in[EXAMPLE_INPUTS], *out[EXAMPLE_OUTPUTS];
};

struct setup {
    struct lrp_arena *arena;
    struct lrp_call call;
    struct lrp_shape_set shapes;
    struct lrp_desc in_desc[EXAMPLE_INPUTS], out_desc[EXAMPLE_OUTPUTS];
    struct lrp_attribute attributes[8];
    struct lrp_tensor *in[EXAMPLE_INPUTS], *out[EXAMPLE_OUTPUTS];
    void *handle;
};

static inline enum lrp_dtype letter_dtype(char letter)
{
    const char *const letters = "fhliubs";
    const enum lrp_dtype types[] = {LRP_DTYPE_FLOAT, LRP_DTYPE_FLOAT16, LRP_DTYPE_INT64, LRP_DTYPE_INT32,
                                    LRP_DTYPE_UINT8, LRP_DTYPE_BOOL,    LRP_DTYPE_STRING};
    const char *const found = strchr(letters, letter);

    assert_non_null(found);
    return types[found - letters];
}

static inline struct lrp_tensor *tensor_of(const char *text)
{
    struct lrp_shape shape = {.rank = 0};
    const enum lrp_dtype dtype = letter_dtype(*text++);
    struct lrp_tensor *tensor = NULL;
    struct lrp_error err = {0};
    char *end = NULL;

    assert_int_equal(*text++, '[');
    while (*text != ']') {
        shape.dim[shape.rank++] = strtol(text, &end, 10);
        text = *end == ',' ? end + 1 : end;
    }
    check_ok(lrp_tensor_new(dtype, &shape, &tensor, &err), &err);
    ++text;
    for (size_t k = 0; k < tensor->count; k++, text = end) {
        if (dtype == LRP_DTYPE_STRING) {
            end = (char *)(uintptr_t)(text += strspn(text, " "));
            end += strcspn(text, " ");
            const size_t length = *text == '_' ? 0 : (size_t)(end - text);
            check_ok(lrp_tensor_put_text(tensor, k, text, length, &err), &err);
        } else if (lrp_dtype_is_float(dtype))
            tensor->f[k] = strtof(text, &end);
        else
            tensor->i[k] = strtoll(text, &end, 10);
        assert_ptr_not_equal(text, end);
    }
    return tensor;
}

static inline void list_attribute(struct lrp_attribute *attribute, struct lrp_arena *arena, const char *text)
{
    float *const floats = lrp_arena_calloc(arena, 32, sizeof *floats);
    int64_t *const ints = lrp_arena_calloc(arena, 32, sizeof *ints);
    char *end = NULL;

    for (; *text; text = *end ? end + 1 : end) {
        ints[attribute->count] = strtoll(text, NULL, 10);
        floats[attribute->count++] = strtof(text, &end);
    }
    attribute->floats = floats;
    attribute->ints = ints;
}

static inline void word_attribute(struct lrp_attribute *attribute, struct lrp_arena *arena, const char *text)
{
    const char **const words = lrp_arena_calloc(arena, 32, sizeof *words);
    char *rest = NULL, *const copy = lrp_arena_strdup(arena, text);

    for (char *word = strtok_r(copy, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) words[attribute->count++] = word;
    attribute->strings = words;
}

static inline void parse_attributes(struct setup *setup, const char *text)
{
    char *rest = NULL, *const copy = lrp_arena_strdup(setup->arena, text);

    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        struct lrp_attribute *const attribute = &setup->attributes[setup->call.attribute_count++];
        char *const value = strchr(word, '=') + 2;
        const char kinds[] = {'?', 'f', 'i', 's', 't', '?', 'F', 'I', 'S'};

        attribute->kind = (enum lrp_attribute_kind)((const char *)memchr(kinds, value[-1], sizeof kinds) - kinds);
        value[-2] = '\0';
        attribute->name = word;
        attribute->f = strtof(value, NULL);
        attribute->i = strtoll(value, NULL, 10);
        attribute->s = value;
        if (attribute->kind == LRP_ATTRIBUTE_STRINGS) word_attribute(attribute, setup->arena, value);
        if (attribute->kind == LRP_ATTRIBUTE_FLOATS || attribute->kind == LRP_ATTRIBUTE_INTS)
            list_attribute(attribute, setup->arena, value);
    }
}

static inline void setup_open(struct setup *setup, const struct example *example)
{
    const char *why = "";

    *setup = (struct setup){.arena = lrp_arena_new()};
    setup->shapes.arena = setup->arena;
    for (int i = 0; i < EXAMPLE_INPUTS; i++) setup->in_desc[i].shape = &lrp_shape_unknown;
    for (int j = 0; j < EXAMPLE_OUTPUTS; j++) setup->out_desc[j].shape = &lrp_shape_unknown;
    setup->call = (struct lrp_call){.op = lrp_operator_find(example->domain, example->op, example->opset, &why),
                                    .op_type = example->op,
                                    .domain = example->domain,
                                    .opset = example->opset,
                                    .attributes = setup->attributes,
                                    .in = setup->in_desc,
                                    .out = setup->out_desc,
                                    .shapes = &setup->shapes};
    if (!setup->call.op) fail_msg("%s %d: %s", example->op, example->opset, why);
    parse_attributes(setup, example->attributes);
    for (int i = 0; i < EXAMPLE_INPUTS && example->in[i]; i++) {
        struct lrp_desc *const desc = &setup->in_desc[setup->call.in_count++];
        struct lrp_blob *blob = NULL;

        if (!*example->in[i]) continue;
        setup->in[i] = tensor_of(example->in[i] + (*example->in[i] == '!'));
        if (*example->in[i] == '!') assert_int_equal(lrp_blob_from_tensor(setup->arena, setup->in[i], &blob, NULL), LRP_OK);
        *desc = (struct lrp_desc){true, setup->in[i]->dtype, &setup->in[i]->shape, blob};
    }
    for (int j = 0; j < EXAMPLE_OUTPUTS && example->out[j]; j++)
        setup->out_desc[setup->call.out_count++].present = *example->out[j] != '\0';
}

static inline void setup_close(struct setup *setup)
{
    for (int i = 0; i < EXAMPLE_INPUTS; i++) lrp_tensor_release(setup->in[i]);
    for (int j = 0; j < EXAMPLE_OUTPUTS; j++) lrp_tensor_release(setup->out[j]);
    if (setup->call.op && setup->call.op->release && setup->handle) setup->call.op->release(setup->handle);
    lrp_shape_set_free(&setup->shapes);
    lrp_arena_free(setup->arena);
}

static inline const struct lrp_run *two_threads(void)
{
    static const struct lrp_run run = {.threads = 2};

    return &run;
}

/* infer, prepare and forward into new outputs. */
static inline void setup_run(struct setup *setup)
{
    const struct lrp_operator *const op = setup->call.op;
    struct lrp_error err = {0};

    check_ok(op->infer(&setup->call, &err), &err);
    if (op->measure) check_ok(op->measure(&setup->call, (const struct lrp_tensor *const *)setup->in, NULL, &err), &err);
    if (op->prepare) check_ok(op->prepare(&setup->call, NULL, &setup->handle, NULL, &err), &err);
    for (int j = 0; j < setup->call.out_count; j++)
        if (setup->out_desc[j].present)
            check_ok(lrp_tensor_new(setup->out_desc[j].dtype, setup->out_desc[j].shape, &setup->out[j], &err), &err);
    check_ok(
        op->forward(&setup->call, setup->handle, (const struct lrp_tensor *const *)setup->in, setup->out, two_threads(), &err),
        &err);
}

static inline void check_tensor(const struct lrp_tensor *got, const char *text)
{
    struct lrp_tensor *const want = tensor_of(text);

    assert_int_equal(got->dtype, want->dtype);
    assert_true(lrp_shape_equal(&got->shape, &want->shape));
    for (size_t k = 0; k < want->count; k++) {
        if (want->dtype == LRP_DTYPE_STRING)
            assert_string_equal(got->s[k], want->s[k]);
        else if (lrp_dtype_is_float(want->dtype))
            check_close((double)got->f[k], (double)want->f[k], 2e-6);
        else
            assert_int_equal(got->i[k], want->i[k]);
    }
    lrp_tensor_release(want);
}

/* The name of the example that is being looked at is shown when it fails. */
static inline void run_examples(const struct example *examples, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        struct setup setup;

        print_message("    %s: %s\n", examples[k].op, examples[k].what);
        setup_open(&setup, &examples[k]);
        setup_run(&setup);
        for (int j = 0; j < setup.call.out_count; j++)
            if (setup.out[j] && *examples[k].out[j] != '?') check_tensor(setup.out[j], examples[k].out[j]);
        setup_close(&setup);
    }
}

/* A call that infer refuses. */
struct refusal {
    struct example call;
    enum lrp_status status;
    const char *part; /* of the message */
};
static inline void run_refusals(const struct refusal *refusals, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        struct setup setup;
        struct lrp_error err = {0};

        print_message("    %s: %s\n", refusals[k].call.op, refusals[k].call.what);
        setup_open(&setup, &refusals[k].call);
        check_fails(setup.call.op->infer(&setup.call, &err), &err, refusals[k].status, refusals[k].part);
        setup_close(&setup);
    }
}

/* The kind of layer an example is. */
static inline enum lrp_kind kind_of(const struct example *example)
{
    struct setup setup;
    struct lrp_error err = {0};

    setup_open(&setup, example);
    check_ok(setup.call.op->infer(&setup.call, &err), &err);
    const struct lrp_operator *const op = setup.call.op;
    const enum lrp_kind kind = op->kind ? op->kind(&setup.call) : op->static_kind;
    setup_close(&setup);
    return kind;
}

#endif
