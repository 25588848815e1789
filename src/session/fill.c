/* fill.c: inputs that nobody has to give: masks, segments, positions, an empty past. And what is to be said of inputs. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "text.h"

/* ---- rows: what exporters call such an input, and what is put there ---- */

struct tokens { /* the shape of those that were given */
    int64_t samples, length;
};

/* Dimension k of an input: as the file says it, an open first one the number of samples, an open other one `open`. */
static struct lrp_shape shape_like(const struct lrp_model_value *input, const struct tokens *tokens, int64_t open)
{
    struct lrp_shape shape = input->shape;
    for (int k = 0; k < shape.rank; k++)
        if (shape.dim[k] < 0) shape.dim[k] = k == 0 && shape.rank > 1 ? tokens->samples : open;
    return shape;
}

static struct lrp_shape one_a_token(const struct lrp_model_value *input, const struct tokens *tokens)
{
    return shape_like(input, tokens, tokens->length);
}
/* Nothing has gone before: every open axis but that of the samples has no elements. */
static struct lrp_shape empty_shape(const struct lrp_model_value *input, const struct tokens *tokens)
{
    return shape_like(input, tokens, 0);
}
static struct lrp_shape single_shape(const struct lrp_model_value *input, const struct tokens *tokens)
{
    struct lrp_shape shape = shape_like(input, tokens, 1);
    if (shape.rank == 1 && input->shape.dim[0] < 0) shape.dim[0] = 1;
    return shape;
}

static int64_t zero(size_t i, size_t length)
{
    (void)i, (void)length;
    return 0;
}
static int64_t one(size_t i, size_t length)
{
    (void)i, (void)length;
    return 1;
}
static int64_t token_position(size_t i, size_t length)
{
    return length ? (int64_t)(i % length) : 0;
}

static const struct filling {
    const char *name; /* or what the name begins with */
    const char *what;
    bool prefix, flag; /* flag: decides what the model is; known before anything runs, whether it is given or not */
    struct lrp_shape (*shape)(const struct lrp_model_value *input, const struct tokens *tokens);
    int64_t (*value)(size_t i, size_t length); /* length: of the last axis */
} fillings[] = {
    {"attention_mask", "1", false, false, one_a_token, one},
    {"encoder_attention_mask", "1", false, false, one_a_token, one},
    {"decoder_attention_mask", "1", false, false, one_a_token, one},
    {"token_type_ids", "0", false, false, one_a_token, zero},
    {"position_ids", "0, 1, 2 ...", false, false, one_a_token, token_position},
    {"past_key_values", "nothing before the text", true, false, empty_shape, zero},
    {"past_conv", "nothing before the text", true, false, single_shape, zero},
    {"past", "nothing before the text", true, false, empty_shape, zero},
    {"use_cache_branch", "false", false, true, single_shape, zero},
};

static const struct filling *find_filling(const char *name)
{
    for (size_t i = 0; i < sizeof fillings / sizeof *fillings; i++)
        if (fillings[i].prefix ? strncmp(name, fillings[i].name, strlen(fillings[i].name)) == 0
                               : !strcmp(name, fillings[i].name))
            return &fillings[i];
    return NULL;
}

static enum lrp_status make_input(const struct filling *f, const struct lrp_model_value *input, const struct tokens *tokens,
                                  const struct lrp_tensor **out, struct lrp_error *err)
{
    struct lrp_tensor *t = NULL;
    const struct lrp_shape shape = f->shape(input, tokens);
    const size_t length = shape.rank > 0 ? (size_t)shape.dim[shape.rank - 1] : 1;
    enum lrp_status status = lrp_tensor_new(input->dtype, &shape, &t, err);
    for (size_t i = 0; !status && i < t->count; i++) {
        if (lrp_dtype_is_float(t->dtype))
            t->f[i] = (float)f->value(i, length);
        else
            t->i[i] = f->value(i, length);
    }
    *out = t;
    return status;
}

/* The tokens that were given: the first input of whole numbers that has two axes. */
static bool find_tokens(const struct lrp_session *s, const struct lrp_session_plan *p, struct tokens *out)
{
    for (size_t i = 0; i < lrp_model_input_count(s->model); i++) {
        const struct lrp_tensor *t = p->inputs[i];
        if (!t || lrp_dtype_is_float(t->dtype) || t->shape.rank != 2) continue;
        *out = (struct tokens){t->shape.dim[0], t->shape.dim[1]};
        return true;
    }
    return false;
}

/* There is only one array that holds nothing; true if an input is one, as the file or --input-shape says. */
static bool is_empty(const struct lrp_model_value *input, const struct lrp_shape *asked)
{
    return lrp_shape_count(asked->rank >= 0 ? asked : &input->shape) == 0;
}

static enum lrp_status make_empty(const struct lrp_model_value *input, const struct lrp_shape *asked,
                                  const struct lrp_tensor **out, struct lrp_error *err)
{
    struct lrp_tensor *t = NULL;
    const enum lrp_status status = lrp_tensor_new(input->dtype, asked->rank >= 0 ? asked : &input->shape, &t, err);
    *out = t;
    return status;
}

enum lrp_status lrp_session_fill(const struct lrp_session *session, struct lrp_session_plan *plan, struct lrp_error *err)
{
    static const struct filling nothing = {.what = "nothing: it holds no elements"};
    struct tokens tokens;
    struct lrp_text line = {0};
    const char *last = NULL;
    enum lrp_status status = LRP_OK;
    const bool reads = find_tokens(session, plan, &tokens);
    bool given = false;
    for (size_t i = 0; i < lrp_model_input_count(session->model); i++) given |= plan->inputs[i] != NULL;
    for (size_t i = 0; given && !status && i < lrp_model_input_count(session->model); i++) {
        struct lrp_model_value input;
        lrp_model_input(session->model, i, &input);
        const bool empty = !plan->inputs[i] && is_empty(&input, &plan->shapes[i]);
        const struct filling *f = plan->inputs[i] ? NULL : empty ? &nothing : find_filling(input.name);
        if (!f || (!empty && (!reads || input.shape.rank < 0))) continue;
        status = empty ? make_empty(&input, &plan->shapes[i], &plan->inputs[i], err)
                       : make_input(f, &input, &tokens, &plan->inputs[i], err);
        if (status) break;
        plan->shapes[i] = plan->inputs[i]->shape;
        if (last != f->what || !f->prefix) /* a past has two of them a layer: said once */
            lrp_text_printf(&line, "%s%s%s with %s",
                            line.length ? ", " : "inputs that were not given are filled in: ", input.name,
                            f->prefix ? " ..." : "", f->what);
        last = f->what;
    }
    if (!status && line.data) lrp_strings_add(&plan->notes, line.data);
    lrp_text_free(&line);
    return status;
}

void lrp_session_find_flags(const struct lrp_session *session, struct lrp_session_plan *plan)
{
    for (size_t i = 0; i < lrp_model_input_count(session->model); i++) {
        struct lrp_model_value input;
        const struct lrp_tensor *given = plan->inputs[i];
        lrp_model_input(session->model, i, &input);
        const struct filling *f = input.dtype == LRP_DTYPE_BOOL ? find_filling(input.name) : NULL;
        plan->flags[i] = -1;
        if (f && f->flag && (!given || given->count == 1))
            plan->flags[i] = (signed char)(given ? given->i[0] : f->value(0, 1)) != 0;
    }
}

/* ---- what is to be said ---- */

void lrp_session_note(struct lrp_session_plan *p)
{
    const struct lrp_graph *g = p->network->graph;
    struct lrp_text line = {0};
    if (*lrp_settings_get(p->setup->settings, LRP_SETTING_OUTPUT_NAME) || !g->output_count || p->setup->output == g->outputs[0])
        return;
    lrp_text_printf(&line, "output %s holds no floats: %s is explained (--output-name chooses)", g->definition->outputs[0].name,
                    g->values[p->setup->output].name);
    if (line.data) lrp_strings_add(&p->relevance_notes, line.data);
    lrp_text_free(&line);
}
