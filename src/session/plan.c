/* plan.c: putting model, inputs and settings together: what a session is to become, before anything changes. */
#include <stdlib.h>
#include <string.h>

#include "dimensions.h"
#include "internal.h"
#include "model_internal.h"
#include "shapes.h"
#include "text.h"

/* A shape for an input that the model has not. */
static enum lrp_status check_names(const struct lrp_session *s, const char *text, struct lrp_error *err)
{
    struct lrp_shape_text one;
    while (lrp_shape_text_next(&text, &one)) {
        struct lrp_model_value input;
        bool known = !one.name;
        for (size_t i = 0; !known && i < lrp_model_input_count(s->model); i++) {
            lrp_model_input(s->model, i, &input);
            known = strlen(input.name) == one.name_length && strncmp(input.name, one.name, one.name_length) == 0;
        }
        if (!known)
            return lrp_fail(err, LRP_USAGE, "%s: --input-shape: the model has no input %.*s", lrp_model_path(s->model),
                            (int)one.name_length, one.name);
    }
    return LRP_OK;
}

void lrp_session_plan_free(struct lrp_session_plan *p, size_t inputs)
{
    for (size_t i = 0; p->inputs && i < inputs; i++) lrp_tensor_release(p->inputs[i]);
    free(p->inputs);
    free(p->shapes);
    free(p->flags);
    free(p->conflict);
    lrp_strings_free(&p->notes);
    lrp_strings_free(&p->relevance_notes);
    lrp_network_release(p->network);
    lrp_setup_release(p->setup);
    lrp_results_release(p->results);
}

/* --input-shape may fill in what the file leaves open, and choose another batch; it cannot contradict the rest. */
static enum lrp_status check_asked(const struct lrp_session *s, const struct lrp_model_value *input,
                                   const struct lrp_shape *asked, struct lrp_error *err)
{
    char got[160], want[160];
    bool fits = asked->rank < 0 || input->shape.rank < 0 || asked->rank == input->shape.rank;
    for (int i = 1; fits && asked->rank > 0 && i < input->shape.rank; i++)
        fits = input->shape.dim[i] < 0 || input->shape.dim[i] == asked->dim[i];
    if (fits) return LRP_OK;
    return lrp_fail(err, LRP_USAGE, "%s: --input-shape %s does not fit input %s, which takes %s", lrp_model_path(s->model),
                    lrp_shape_text(asked, 0, ",", got, sizeof got), input->name,
                    lrp_shape_text(&input->shape, 0, ",", want, sizeof want));
}

/* The tensors made before serve again: the sources are the same, and so is all that says how pictures become tensors. */
static bool same_preprocessing(const struct lrp_session *s, const struct lrp_settings *settings)
{
    static const enum lrp_setting keys[] = {LRP_SETTING_INPUT_SHAPE, LRP_SETTING_SCALE,    LRP_SETTING_MEAN,
                                            LRP_SETTING_STD,         LRP_SETTING_SIZE,     LRP_SETTING_CROP,
                                            LRP_SETTING_LAYOUT,      LRP_SETTING_CHANNELS, LRP_SETTING_PREPROCESS};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (lrp_settings_given(s->setup->settings, keys[i]) != lrp_settings_given(settings, keys[i]) ||
            strcmp(lrp_settings_get(s->setup->settings, keys[i]), lrp_settings_get(settings, keys[i])) != 0)
            return false;
    return true;
}

/* What --input-shape asks for. */
static enum lrp_status plan_shapes(const struct lrp_session *s, const struct lrp_settings *settings,
                                   struct lrp_dimensions *sizes, struct lrp_session_plan *p, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < lrp_model_input_count(s->model); i++) {
        struct lrp_model_value input;
        p->shapes[i].rank = -1;
        lrp_model_input(s->model, i, &input);
        lrp_shape_text_find(lrp_settings_get(settings, LRP_SETTING_INPUT_SHAPE), input.name, i == 0, &p->shapes[i]);
        status = check_asked(s, &input, &p->shapes[i], err);
        if (!status) status = lrp_dimensions_take(sizes, i, &p->shapes[i], "--input-shape", err);
    }
    return status;
}

/* Inputs that do not go together are no reason not to take them, as another may yet come: a pass refuses them. */
static enum lrp_status take_sizes(const struct lrp_source *source, size_t i, struct lrp_dimensions *sizes,
                                  struct lrp_session_plan *p, struct lrp_error *err)
{
    struct lrp_error apart;
    const char *from = source->label ? source->label : "an array";
    const enum lrp_status status = lrp_dimensions_take(sizes, i, &p->inputs[i]->shape, from, &apart);
    if (!status || (status == LRP_USAGE && p->conflict)) return LRP_OK;
    if (status == LRP_USAGE) p->conflict = strdup(apart.message);
    return p->conflict ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

static enum lrp_status plan_input(struct lrp_session *s, const struct lrp_settings *settings, size_t i,
                                  struct lrp_dimensions *sizes, struct lrp_session_plan *p, struct lrp_error *err)
{
    struct lrp_model_value input;
    enum lrp_status status = LRP_OK;
    const struct lrp_source *source = &s->sources[i];
    const struct lrp_shape asked = source->array ? p->shapes[i] : lrp_dimensions_fill(sizes, i, &p->shapes[i]);
    lrp_model_input(s->model, i, &input);
    if (p->same_inputs && s->inputs[i])
        p->inputs[i] = lrp_tensor_retain(s->inputs[i]);
    else
        status = lrp_source_tensor(source, &input, &asked, settings, &p->inputs[i], &p->one_by_one, &p->notes, err);
    if (status) return status;
    p->shapes[i] = p->inputs[i]->shape;
    return take_sizes(source, i, sizes, p, err);
}

/* Arrays are of the size they are; pictures become what those, and the pictures before them, leave open. */
static enum lrp_status plan_inputs(struct lrp_session *s, const struct lrp_settings *settings, struct lrp_session_plan *p,
                                   struct lrp_error *err)
{
    const size_t count = lrp_model_input_count(s->model);
    struct lrp_dimensions sizes = {.model = lrp_model_definition(s->model)};
    enum lrp_status status = plan_shapes(s, settings, &sizes, p, err);
    for (size_t i = 0; !status && i < count; i++)
        if (s->sources[i].array) status = plan_input(s, settings, i, &sizes, p, err);
    for (size_t i = 0; !status && i < count; i++)
        if (!s->sources[i].array && s->sources[i].picture.pixels) status = plan_input(s, settings, i, &sizes, p, err);
    lrp_dimensions_free(&sizes);
    return status;
}

/* --token-input names an input. */
static enum lrp_status check_token_input(const struct lrp_session *s, const struct lrp_settings *settings,
                                         struct lrp_error *err)
{
    const char *name = lrp_settings_get(settings, LRP_SETTING_TOKEN_INPUT);
    struct lrp_text names = {0};
    for (size_t i = 0; *name && i < lrp_model_input_count(s->model); i++) {
        struct lrp_model_value input;
        lrp_model_input(s->model, i, &input);
        if (strcmp(input.name, name) == 0) name = "";
        lrp_text_printf(&names, "%s%s", names.length ? ", " : "", input.name);
    }
    if (*name)
        lrp_fail(err, LRP_USAGE, "%s: --token-input: no input is called %s (inputs: %s)", lrp_model_path(s->model), name,
                 names.data ? names.data : "none");
    lrp_text_free(&names);
    return *name ? LRP_USAGE : LRP_OK;
}

/* With a fixed batch of 1 every input must bring the same number of samples. */
static enum lrp_status plan_samples(const struct lrp_session *s, struct lrp_session_plan *p, size_t inputs,
                                    struct lrp_error *err)
{
    int64_t samples = -1;
    for (size_t i = 0; p->one_by_one && i < inputs; i++) {
        if (!p->inputs[i] || p->inputs[i]->shape.rank < 1) continue;
        int64_t own = p->inputs[i]->shape.dim[0];
        if (samples >= 0 && own != samples)
            return lrp_fail(err, LRP_FILE, "%s: the inputs hold %lld and %lld samples", lrp_model_path(s->model),
                            (long long)samples, (long long)own);
        samples = own;
        p->shapes[i].dim[0] = 1;
    }
    return LRP_OK;
}

/* Results for a plan: those of an earlier time if nothing else would come out, else new ones on top of what is known. */
static enum lrp_status plan_results(struct lrp_session *s, struct lrp_session_plan *p, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    const struct lrp_setup *old = s->setup;
    p->sample = p->one_by_one && s->sample < lrp_count_samples(s->model, p->inputs) ? s->sample : 0;
    pthread_mutex_lock(&s->lock); /* the worker may be filling the old results */
    struct lrp_results *known = lrp_cache_find(&s->cache, p->setup, p->inputs, p->sample);
    if (known) {
        p->results = lrp_results_retain(known);
    } else {
        const bool same_output = old && old->network == p->network && old->output == p->setup->output;
        const struct lrp_cache present = {.items = {s->results}, .count = same_output ? 1 : 0};
        struct lrp_results *keep = lrp_cache_find_forward(&present, p->setup, p->inputs, p->sample);
        if (!keep) keep = lrp_cache_find_forward(&s->cache, p->setup, p->inputs, p->sample);
        status = lrp_results_new(p->network, p->inputs, p->sample, keep, &p->results, err);
    }
    pthread_mutex_unlock(&s->lock);
    return status;
}

/* The present network, one of the cache, or a new one. */
static enum lrp_status plan_network(struct lrp_session *s, const struct lrp_settings *settings, struct lrp_session_plan *p,
                                    struct lrp_error *err)
{
    const struct lrp_known_inputs inputs = {.shapes = p->shapes, .flags = p->flags};
    struct lrp_network *known = s->setup && lrp_network_serves(s->setup->network, &inputs, settings) ? s->setup->network : NULL;
    pthread_mutex_lock(&s->lock);
    if (!known) known = lrp_cache_find_network(&s->cache, &inputs, settings);
    if (known) p->network = lrp_network_retain(known);
    pthread_mutex_unlock(&s->lock);
    return known ? LRP_OK : lrp_network_new(s->model, &inputs, settings, &p->network, err);
}

/* The present setup under another input, where nothing else is other; what it has, where another target or other concepts are
 * explained; else a new one. */
static enum lrp_status plan_setup(const struct lrp_session *s, const struct lrp_settings *settings, struct lrp_session_plan *p,
                                  struct lrp_error *err)
{
    struct lrp_setup *const now = s->setup;
    const bool same = now && now->network == p->network;
    if (same && now->settings == settings && !now->conflict && !p->conflict) {
        p->setup = lrp_setup_retain(now);
        return LRP_OK;
    }
    const enum lrp_status status = same && lrp_settings_explain_alike(now->settings, settings)
                                       ? lrp_setup_like(now, settings, &p->setup, err)
                                       : lrp_setup_new(p->network, settings, &p->setup, err);
    if (status) return status;
    p->setup->tokenizer = s->tokenizer;
    p->setup->conflict = p->conflict;
    p->conflict = NULL;
    return LRP_OK;
}

enum lrp_status lrp_session_plan_make(struct lrp_session *s, const struct lrp_settings *settings, bool same_sources,
                                      struct lrp_session_plan *p, struct lrp_error *err)
{
    size_t inputs = lrp_model_input_count(s->model);
    *p = (struct lrp_session_plan){.inputs = calloc(inputs + 1, sizeof(struct lrp_tensor *)),
                                   .shapes = calloc(inputs + 1, sizeof *p->shapes),
                                   .flags = calloc(inputs + 1, sizeof *p->flags)};
    p->same_inputs = same_sources && s->setup && same_preprocessing(s, settings);
    p->one_by_one = p->same_inputs && s->one_by_one;
    enum lrp_status status = p->inputs && p->shapes && p->flags ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = check_names(s, lrp_settings_get(settings, LRP_SETTING_INPUT_SHAPE), err);
    if (!status) status = check_token_input(s, settings, err);
    if (!status) status = plan_inputs(s, settings, p, err);
    if (!status) status = lrp_session_fill(s, p, err);
    if (!status) lrp_session_find_flags(s, p);
    if (!status) status = plan_samples(s, p, inputs, err);
    if (!status) status = plan_network(s, settings, p, err);
    if (!status) status = plan_setup(s, settings, p, err);
    if (!status) lrp_session_note(p);
    return !status ? plan_results(s, p, err) : status;
}
