/* evaluation.c: metrics and what they are computed of. */
#include "evaluation.h"

#include <stdlib.h>
#include <string.h>

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for an evaluation");
}

void lrp_fresh_network_free(struct lrp_fresh_network *f)
{
    for (size_t i = 0; i < f->setup_count; i++) lrp_setup_release(f->setups[i]);
    free(f->setups);
    free(f->layers);
    free(f->weights);
    lrp_network_release(f->network);
    *f = (struct lrp_fresh_network){0};
}

void lrp_evaluation_free(struct lrp_evaluation *e)
{
    if (!e) return;
    for (size_t i = 0; e->curves && i < (e->row_count + 1) * e->column_count * LRP_METRIC_CURVES; i++) free(e->curves[i].sum);
    free(e->curves);
    free(e->numbers);
    free(e->apart);
    for (size_t i = 0; i < e->row_count; i++) {
        free(e->rows[i].name);
        free(e->rows[i].left_out);
        lrp_settings_free(e->rows[i].settings);
        lrp_tensor_release(e->rows[i].made);
    }
    free(e->rows);
    for (size_t i = 0; i < e->column_count; i++) {
        lrp_given_free(&e->columns[i].call.given);
        free(e->columns[i].text);
    }
    free(e->columns);
    for (size_t i = 0; i < e->fresh_count; i++) lrp_fresh_network_free(&e->fresh[i]);
    free(e->fresh);
    lrp_settings_free(e->base);
    lrp_source_free(&e->mask);
    free(e->spans);
    free(e->keep);
    free(e);
}

/* A column of a metric, with the baseline that is named (NULL: its own). */
static enum lrp_status add_column(struct lrp_evaluation *e, const char *text, const char *baseline, struct lrp_error *err)
{
    struct lrp_evaluated_by *more = realloc(e->columns, (e->column_count + 1) * sizeof *more);
    if (!more) return no_memory(err);
    e->columns = more;
    struct lrp_evaluated_by *c = &more[e->column_count];
    *c = (struct lrp_evaluated_by){.text = strdup(text), .baseline = ""};
    enum lrp_status status = c->text ? lrp_metric_parse(text, &c->call, err) : no_memory(err);
    if (!status && baseline) status = lrp_given_set(&c->call.given, "baseline", baseline, err);
    if (status) {
        free(c->text);
        return status;
    }
    c->baseline = lrp_given_text(&c->call.given, "baseline");
    e->column_count++;
    return LRP_OK;
}

static enum lrp_status add_metric(struct lrp_evaluation *e, const char *text, struct lrp_error *err)
{
    struct lrp_metric_call call;
    enum lrp_status status = lrp_metric_parse(text, &call, err);
    if (status) return status;
    const bool two = call.row->two_baselines && !lrp_given_named(&call.given, "baseline");
    lrp_given_free(&call.given);
    status = add_column(e, text, two ? "mean" : NULL, err);
    if (!status && two) status = add_column(e, text, "min", err);
    if (!status && two) e->columns[e->column_count - 1].usual = true;
    return status;
}

enum lrp_status lrp_evaluation_new(const char *const *metrics, size_t count, struct lrp_evaluation **out, struct lrp_error *err)
{
    struct lrp_evaluation *e = calloc(1, sizeof *e);
    enum lrp_status status = e ? LRP_OK : no_memory(err);
    if (e) e->mask_id = e->pad_id = -1;
    for (size_t i = 0; !status && i < count; i++) status = add_metric(e, metrics[i], err);
    if (!status)
        *out = e;
    else
        lrp_evaluation_free(e);
    return status;
}

static enum lrp_status add_row(struct lrp_evaluation *e, const char *name, struct lrp_evaluated **out, struct lrp_error *err)
{
    struct lrp_evaluated *more = realloc(e->rows, (e->row_count + 1) * sizeof *more);
    if (!more) return no_memory(err);
    e->rows = more;
    *out = &more[e->row_count];
    **out = (struct lrp_evaluated){.name = strdup(name), .same_as = e->row_count};
    if (!(*out)->name) return no_memory(err);
    e->row_count++;
    return LRP_OK;
}

enum lrp_status lrp_evaluation_add_setting(struct lrp_evaluation *e, const char *name, const struct lrp_settings *settings,
                                           bool optional, struct lrp_error *err)
{
    struct lrp_evaluated *row;
    enum lrp_status status = add_row(e, name, &row, err);
    if (!status) status = lrp_settings_copy(settings, &row->settings, err);
    if (!status) row->optional = optional;
    return status;
}

/* A picture of a heatmap tells colours, not numbers: neither its zero nor its sign can be known. */
static enum lrp_status attribution_of(const struct lrp_source *source, struct lrp_error *err)
{
    if (!source->array)
        return lrp_fail(err, LRP_FILE,
                        "%s: a picture shows relevance in colours that tell neither sign nor zero; an attribution is an array "
                        "of floats (.npy, .npz, .safetensors)",
                        source->path);
    if (!lrp_dtype_is_float(source->array->dtype) || !source->array->count)
        return lrp_fail(err, LRP_FILE, "%s: an attribution is an array of floats", source->path);
    return LRP_OK;
}

enum lrp_status lrp_evaluation_add_attribution(struct lrp_evaluation *e, const char *path, const char *name,
                                               struct lrp_error *err)
{
    struct lrp_evaluated *row;
    struct lrp_source source = {0};
    enum lrp_status status = lrp_source_read(path, name, SIZE_MAX, &source, err);
    if (!status) status = attribution_of(&source, err);
    if (!status) status = add_row(e, source.label, &row, err);
    if (!status) row->made = lrp_tensor_retain(source.array);
    lrp_source_free(&source);
    return status;
}

enum lrp_status lrp_evaluation_set_mask(struct lrp_evaluation *e, const char *path, struct lrp_error *err)
{
    lrp_source_free(&e->mask);
    const enum lrp_status status = lrp_source_read(path, NULL, SIZE_MAX, &e->mask, err);
    e->has_mask = !status;
    return status;
}

void lrp_evaluation_set_box(struct lrp_evaluation *e, const int64_t box[4])
{
    memcpy(e->box, box, sizeof e->box);
    e->has_box = true;
}

enum lrp_status lrp_evaluation_add_span(struct lrp_evaluation *e, const int64_t *span, struct lrp_error *err)
{
    if (!span) {
        e->span_count = 0;
        return LRP_OK;
    }
    int64_t(*more)[2] = realloc(e->spans, (e->span_count + 1) * sizeof *more);
    if (!more) return no_memory(err);
    e->spans = more;
    memcpy(more[e->span_count++], span, sizeof *more);
    return LRP_OK;
}

/* The first of these tokens that the vocabulary has; -1: none. */
static int64_t token_of(const struct lrp_tokenizer *tokenizer, const char *const *names)
{
    int64_t id = -1;
    for (size_t i = 0; tokenizer && id < 0 && names[i]; i++) {
        id = lrp_tokenizer_id(tokenizer, names[i]);
        const char *token = id >= 0 ? lrp_tokenizer_token(tokenizer, id) : NULL;
        if (!token || strcmp(token, names[i]) != 0) id = -1;
    }
    return id;
}

enum lrp_status lrp_evaluation_set_tokens(struct lrp_evaluation *e, const struct lrp_tokenizer *tokenizer, const bool *keep,
                                          size_t count, struct lrp_error *err)
{
    static const char *const masks[] = {"[MASK]", "<mask>", NULL}, *const pads[] = {"[PAD]", "<pad>", "<|endoftext|>", NULL};
    bool *copy = malloc(count + 1);
    if (!copy) return no_memory(err);
    if (count) memcpy(copy, keep, count);
    free(e->keep);
    e->keep = copy;
    e->keep_count = count;
    e->mask_id = token_of(tokenizer, masks);
    e->pad_id = token_of(tokenizer, pads);
    return LRP_OK;
}

enum lrp_status lrp_evaluation_set_base(struct lrp_evaluation *e, const struct lrp_settings *settings, struct lrp_error *err)
{
    struct lrp_settings *copy = NULL;
    const enum lrp_status status = lrp_settings_copy(settings, &copy, err);
    if (status) return status;
    lrp_settings_free(e->base);
    e->base = copy;
    return LRP_OK;
}
