/* check.c: the model check. */
#include "lrpscope/check.h"

#include <stdlib.h>
#include <string.h>

#include "kinds.h"
#include "ops.h"
#include "text.h"

static const char *const state_texts[] = {
#define X(name, text) text,
    LRP_CHECK_STATES(X)
#undef X
};

const char *lrp_check_state_text(enum lrp_check_state state)
{
    return state < LRP_CHECK_STATE_COUNT ? state_texts[state] : "";
}

static enum lrp_check_state state_of(const struct lrp_check_row *row, const struct lrp_registry *bare)
{
    const struct lrp_layer *l = row->layer;
    if (l->index == 0) return LRP_CHECK_INPUT;
    if (l->body >= 0) return LRP_CHECK_INSIDE;
    if (l->output_softmax) return LRP_CHECK_OUTPUT_SOFTMAX;
    if (!row->layer_supported && !row->activation_supported) return LRP_CHECK_UNKNOWN_BOTH;
    if (!row->layer_supported) return LRP_CHECK_UNKNOWN_LAYER;
    if (!row->activation_supported) return LRP_CHECK_UNSUPPORTED_ACTIVATION;
    bool by_itself = lrp_registry_supports_layer(bare, l) && lrp_registry_supports_activation(bare, l);
    return by_itself ? LRP_CHECK_PASSED : LRP_CHECK_REGISTERED;
}

/* What registering a layer's type would mean, and how it is done. */
enum { NEWEST = 22 }; /* a layer does not tell its version, and traits do not depend on it */
struct advice {
    const char *option, *meaning;
};
static struct advice advice_of(const struct lrp_layer *l)
{
    static const struct {
        unsigned traits;
        struct advice advice;
    } rows[] = {
        {LRP_TRAIT_WEIGHTED, {"--support-layer", "linear: the rules of linear layers hold"}},
        {LRP_TRAIT_MOVES | LRP_TRAIT_SELECTS, {"--support-layer", "it moves elements: relevance goes back the way they came"}},
        {LRP_TRAIT_PRODUCT, {"--support-layer", "a product: each factor gets an equal part of the relevance"}},
        {LRP_TRAIT_ADDS, {"--support-layer", "a sum: each summand gets its share of the relevance"}},
        {LRP_TRAIT_ACTIVATION, {"--support-activation", "elementwise: the fallback handles it, element by element"}},
    };
    const struct lrp_operator *op = lrp_operator_find(l->domain, l->op_type, NEWEST, NULL);
    for (size_t i = 0; op && i < sizeof rows / sizeof *rows; i++)
        if (op->traits & rows[i].traits) return rows[i].advice;
    return (struct advice){"--support-layer", "the fallback handles it"};
}

/* Of most rows there is nothing to say: they share this. */
static char no_text[1];

static char *take_text(struct lrp_text *text)
{
    return text->data || text->failed ? lrp_text_take(text) : no_text;
}

static void free_text(char *text)
{
    if (text != no_text) free(text);
}

/* Why a row fails and what helps; both owned by the check. */
static bool explain_row(struct lrp_check_row *row)
{
    const struct lrp_layer *l = row->layer;
    const struct advice advice = advice_of(l);
    struct lrp_text reason = {0}, remedy = {0};
    switch (row->state) {
    case LRP_CHECK_OUTPUT_SOFTMAX:
        lrp_text_printf(&reason, "the model ends in %s: LRP explains logits", l->type);
        lrp_text_append(&remedy, "--strip-softmax, or --skip-checks at your own risk");
        break;
    case LRP_CHECK_UNKNOWN_LAYER:
        lrp_text_printf(&reason, "LRP knows no layer of type %s", l->type);
        if (l->output_sigmoid) lrp_text_append(&remedy, "--strip-sigmoid (its logits are explained), ");
        lrp_text_printf(&remedy, "%s %s (the fallback handles it), or --skip-checks", advice.option, l->type);
        break;
    case LRP_CHECK_UNSUPPORTED_ACTIVATION:
        lrp_text_printf(&reason, "activation %s is not supported", l->activation);
        if (l->output_sigmoid) lrp_text_append(&remedy, "--strip-sigmoid (its logits are explained), ");
        lrp_text_printf(&remedy, "--support-activation %s, or --skip-checks", l->activation);
        break;
    case LRP_CHECK_UNKNOWN_BOTH:
        lrp_text_printf(&reason, "LRP knows no layer of type %s, and activation %s is not supported", l->type, l->activation);
        lrp_text_printf(&remedy, "%s %s (%s) and --support-activation %s, or --skip-checks", advice.option, l->type,
                        advice.meaning, l->activation);
        break;
    case LRP_CHECK_REGISTERED:
        if (!l->executable && !l->shape_pending)
            lrp_text_printf(&reason, "registered, but it cannot be executed: %s", l->obstacle);
        break;
    default:
        break;
    }
    if (row->failed && !l->executable && !l->shape_pending) {
        lrp_text_printf(&reason, "; it cannot be executed: %s", l->obstacle);
        lrp_text_free(&remedy);
        lrp_text_append(&remedy, "none here: registered or skipped it could be listed, but not run");
    }
    if (row->failed && l->executable && !l->differentiable && row->state != LRP_CHECK_OUTPUT_SOFTMAX) {
        lrp_text_append(&reason, "; it has no derivative: relevance cannot be handed through it");
        lrp_text_free(&remedy);
        lrp_text_append(&remedy, "none here: explain an output before it (--output-name)");
    }
    row->reason = take_text(&reason);
    row->remedy = take_text(&remedy);
    return row->reason && row->remedy;
}

static void guide_layer(struct lrp_text *t, const struct lrp_layer *l)
{
    const struct advice advice = advice_of(l);
    if (!l->differentiable && l->executable)
        lrp_text_printf(t, "Layers of type %s are unknown to LRP and have no derivative: explain an output before them.\n",
                        l->type);
    else
        lrp_text_printf(t, "Layers of type %s are unknown to LRP. If this is right for them, register them (%s): %s %s.\n",
                        l->type, advice.meaning, advice.option, l->type);
}

/* Says once for every type or activation that fails what to do about it. */
static void guide(struct lrp_text *t, const struct lrp_check *check, enum lrp_check_state state)
{
    for (size_t i = 0; i < check->count; i++) {
        const struct lrp_check_row *row = &check->rows[i];
        bool both = row->state == LRP_CHECK_UNKNOWN_BOTH;
        if (!row->failed || (row->state != state && !(both && state != LRP_CHECK_OUTPUT_SOFTMAX))) continue;
        bool layer = state == LRP_CHECK_UNKNOWN_LAYER, seen = false;
        for (size_t k = 0; k < i && !seen && state != LRP_CHECK_OUTPUT_SOFTMAX; k++) {
            const struct lrp_check_row *other = &check->rows[k];
            const char *a = layer ? other->layer->type : other->layer->activation,
                       *b = layer ? row->layer->type : row->layer->activation;
            seen |= other->failed && strcmp(a, b) == 0 && (layer ? !other->layer_supported : !other->activation_supported);
        }
        if (seen) continue;
        if (state == LRP_CHECK_OUTPUT_SOFTMAX)
            lrp_text_printf(t,
                            "The model ends in %s (layer %s). Relevance is meant for logits: strip it with --strip-softmax.\n",
                            row->layer->type, row->layer->name);
        else if (layer && !row->layer->executable && !row->layer->shape_pending)
            lrp_text_printf(t, "Layers of type %s are unknown to LRP and cannot be executed: %s.\n", row->layer->type,
                            row->layer->obstacle);
        else if (layer)
            guide_layer(t, row->layer);
        else
            lrp_text_printf(t,
                            "Activation %s is not supported. If passing relevance through it is right, register it: "
                            "--support-activation %s.\n",
                            row->layer->activation, row->layer->activation);
    }
}

/* What cannot run or has no derivative is in the way all the same. */
static void guide_skipping(struct lrp_text *t, const struct lrp_check *check)
{
    size_t skipped = 0;
    for (size_t i = 0; i < check->count; i++) {
        const struct lrp_check_row *row = &check->rows[i];
        const bool runs = row->layer->executable || row->layer->shape_pending;
        skipped += row->failed && (row->state == LRP_CHECK_OUTPUT_SOFTMAX ||
                                   (runs && (row->layer->differentiable || !row->layer->executable)));
    }
    if (skipped)
        lrp_text_printf(t, "%s is skipped by --skip-checks, at your own risk.\n",
                        skipped == check->failed ? "All of this" : "All of this that can be executed and differentiated");
}

static bool write_guidance(struct lrp_check *check)
{
    struct lrp_text t = {0};
    guide(&t, check, LRP_CHECK_OUTPUT_SOFTMAX);
    guide(&t, check, LRP_CHECK_UNKNOWN_LAYER);
    guide(&t, check, LRP_CHECK_UNSUPPORTED_ACTIVATION);
    guide_skipping(&t, check);
    check->guidance = lrp_text_take(&t);
    return check->guidance != NULL;
}

static bool same_cause(const struct lrp_check_row *a, const struct lrp_check_row *b)
{
    return a->state == b->state && !strcmp(a->layer->type, b->layer->type) &&
           !strcmp(a->layer->activation, b->layer->activation) && !strcmp(a->reason, b->reason);
}

/* The first row that fails for a cause knows how many others do. */
static bool group_rows(struct lrp_check *check)
{
    size_t *firsts = calloc(check->failed + 1, sizeof *firsts), count = 0;
    for (size_t i = 0; firsts && i < check->count; i++) {
        struct lrp_check_row *row = &check->rows[i];
        size_t k = 0;
        while (row->failed && k < count && !same_cause(&check->rows[firsts[k]], row)) k++;
        if (!row->failed) continue;
        if (k == count) {
            firsts[count++] = i;
            continue;
        }
        row->repeats = true;
        check->rows[firsts[k]].more++;
    }
    free(firsts);
    return firsts != NULL;
}

static bool check_layers(struct lrp_check *check, const struct lrp_layer_list *layers, const struct lrp_registry *registry,
                         const struct lrp_registry *bare)
{
    check->passed = true;
    for (size_t i = 0; i < layers->count; i++) {
        struct lrp_check_row *row = &check->rows[check->count++];
        row->layer = &layers->rows[i];
        bool judged = i > 0 && row->layer->body < 0; /* for what lies in a body, the layer it belongs to is */
        row->layer_supported = !judged || lrp_registry_supports_layer(registry, row->layer);
        row->activation_supported = !judged || lrp_registry_supports_activation(registry, row->layer);
        row->state = state_of(row, bare);
        row->failed = row->state >= LRP_CHECK_OUTPUT_SOFTMAX && row->state <= LRP_CHECK_UNKNOWN_BOTH;
        check->output_softmax |= row->state == LRP_CHECK_OUTPUT_SOFTMAX;
        check->passed &= !row->failed;
        check->failed += row->failed;
        if (!explain_row(row)) return false;
    }
    return group_rows(check) && write_guidance(check);
}

enum lrp_status lrp_check_run(const struct lrp_layer_list *layers, const struct lrp_registry *registry, struct lrp_check **out,
                              struct lrp_error *err)
{
    struct lrp_registry *bare = NULL;
    struct lrp_check *check = calloc(1, sizeof *check);
    if (check) check->rows = calloc(layers->count + 1, sizeof *check->rows);
    bool ok = check && check->rows && lrp_registry_new(lrp_registry_is_pr26(registry), &bare, err) == LRP_OK;
    ok = ok && check_layers(check, layers, registry, bare);
    lrp_registry_free(bare);
    if (ok) {
        *out = check;
        return LRP_OK;
    }
    lrp_check_free(check);
    return lrp_fail(err, LRP_MEMORY, "not enough memory for the check");
}

void lrp_check_free(struct lrp_check *check)
{
    if (!check) return;
    for (size_t i = 0; i < check->count; i++) {
        free_text(check->rows[i].reason);
        free_text(check->rows[i].remedy);
    }
    free(check->rows);
    free(check->guidance);
    free(check);
}
