/* describe.c: what the rows of a network's layers stand for: attention, patches, which of two texts. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { LRP_SIGNAL_CHAIN = 16 }; /* most layers between an input and the convolution that moves over it */

static bool is_softmax(const struct lrp_layer_list *list, int layer)
{
    return lrp_kind_row((enum lrp_kind)list->rows[layer].kind)->traits & LRP_KIND_IS_WEIGHING;
}

static void find_softmaxes(const struct lrp_layer_list *list, int *attention)
{
    for (size_t i = 0; i < lrp_layer_rows(list); i++)
        attention[i] = list->rows[i].index > 0 && is_softmax(list, (int)i) ? (int)i : -1;
    for (size_t i = 0; i < list->container_count; i++) {
        const struct lrp_container *c = &list->containers[i];
        int softmax = -1;
        if (strcmp(c->kind, "attention") != 0) continue;
        for (int k = c->first; softmax < 0 && k <= c->last; k++) softmax = attention[k];
        for (int k = c->first; k <= c->last; k++) attention[k] = attention[k] < 0 ? softmax : attention[k];
    }
}

/* The nearest convolution a layer comes from, by its sources' own; 0: none. */
static int picture_of(const struct lrp_layer_list *list, const int *pictures, int layer)
{
    const struct lrp_layer *l = &list->rows[layer];
    int nearest = 0;
    if (l->shape->rank == 4 && strcmp(l->type, "convolution") == 0 && l->shape->dim[2] > 0 && l->shape->dim[3] > 0)
        return layer;
    for (int k = 0; k < l->input_count; k++)
        if (l->sources[k] > 0 && l->sources[k] < layer && pictures[l->sources[k]] > nearest) nearest = pictures[l->sources[k]];
    return nearest;
}

/* Rows are patches where the nearest picture has as many places, but for a few rows in front. */
static struct lrp_patches patches_of(const struct lrp_layer *layer, const struct lrp_layer *picture)
{
    const struct lrp_shape *s = layer->shape, *grid = picture->shape;
    const int64_t places = grid->dim[2] * grid->dim[3], in_front = s->rank == 3 ? s->dim[1] - places : -1;
    if (places < 2 || in_front < 0 || in_front > LRP_IN_FRONT_MOST) return (struct lrp_patches){0};
    return (struct lrp_patches){in_front, grid->dim[2], grid->dim[3]};
}

static bool find_patches(const struct lrp_layer_list *list, struct lrp_patches *patches)
{
    int *pictures = calloc(lrp_layer_rows(list) + 1, sizeof *pictures);
    const bool looks = pictures && list->count && list->rows[0].shape->rank == 4;
    for (size_t i = 1; looks && i < list->count; i++) {
        pictures[i] = picture_of(list, pictures, (int)i);
        if (pictures[i]) patches[i] = patches_of(&list->rows[i], &list->rows[pictures[i]]);
    }
    free(pictures);
    return pictures != NULL;
}

/* ---- places ---- */

static bool same_sides(const struct lrp_shape *a, int a_first, const struct lrp_shape *b, int b_first)
{
    return a->dim[a_first] == b->dim[b_first] && a->dim[a_first + 1] == b->dim[b_first + 1];
}

/* The layer keeps the last two axes of one of its inputs: most do; of those that turn them, the ones whose sides say so. */
static bool keeps_places(const struct lrp_layer *layer, const struct lrp_layer *from)
{
    const struct lrp_shape *s = layer->shape, *f = from->shape;
    if (!(lrp_kind_row((enum lrp_kind)layer->kind)->traits & LRP_KIND_IS_TURN)) return true;
    if (f->rank < 4) return false;
    if (from->index == 0 && s->rank == 4 && f->dim[1] != s->dim[1] && same_sides(s, 2, f, 1)) return true; /* channels last */
    return same_sides(s, s->rank - 2, f, f->rank - 2);
}

/* The row whose values a layer reads as its input number k; -1: none. */
static int source_row(const struct lrp_layer_list *list, const struct lrp_layer *layer, int k)
{
    for (size_t i = list->count; layer->sources[k] == 0 && i < lrp_layer_rows(list); i++)
        if (strcmp(list->rows[i].name, layer->inputs[k]) == 0) return (int)i;
    return layer->sources[k];
}

/* Layers whose values have a place in a picture that is an input of the model: their last two axes come from its own. */
static void find_places(const struct lrp_layer_list *list, int *places)
{
    for (size_t i = 0; i < lrp_layer_rows(list); i++)
        places[i] = list->rows[i].index == 0 && list->rows[i].shape->rank == 4 ? (int)i : -1;
    for (size_t i = 1; i < list->count; i++) {
        const struct lrp_layer *l = &list->rows[i];
        const int rank = l->shape->rank;
        if (rank < 4 || (l->shape->dim[rank - 1] == 1 && l->shape->dim[rank - 2] == 1)) continue;
        for (int k = 0; k < l->input_count && places[i] < 0; k++) {
            const int from = source_row(list, l, k);
            const bool before = from >= 0 && ((size_t)from < i || (size_t)from >= list->count);
            if (before && places[from] >= 0 && keeps_places(l, &list->rows[from])) places[i] = places[from];
        }
    }
}

/* ---- signals ---- */

static int turned_axis(const struct lrp_layer *layer, const struct lrp_layer *from, int axis)
{
    const struct lrp_shape *s = layer->shape, *f = from->shape;
    const bool turns = (lrp_kind_row((enum lrp_kind)layer->kind)->traits & LRP_KIND_IS_TURN) && s->rank == 3 && f->rank == 3;
    if (!turns || s->dim[1] != f->dim[2] || s->dim[2] != f->dim[1]) return axis == s->rank - 1 ? f->rank - 1 : axis;
    return 3 - axis;
}

/* From a one-dimensional convolution back to the input, through layers of one input that have learned nothing. */
static void find_signals(const struct lrp_layer_list *list, int *signals)
{
    for (size_t i = 1; i < list->count; i++) {
        const struct lrp_layer *l = &list->rows[i];
        if (l->shape->rank != 3 || l->input_count < 1 || strcmp(l->type, "convolution") != 0) continue;
        int chain[LRP_SIGNAL_CHAIN], axes[LRP_SIGNAL_CHAIN], count = 0, axis = l->shape->rank - 1, at = source_row(list, l, 0);
        while (at > 0 && (size_t)at < list->count && count < LRP_SIGNAL_CHAIN && list->rows[at].input_count == 1 &&
               list->rows[at].parameters == 0) {
            const struct lrp_layer *step = &list->rows[at];
            const int from = source_row(list, step, 0);
            chain[count] = at;
            axes[count++] = axis;
            if (from < 0) break;
            axis = turned_axis(step, &list->rows[from], axis);
            at = from;
        }
        if (at < 0 || list->rows[at].index > 0 || list->rows[at].shape->rank < 2 || list->rows[at].shape->rank > 3) continue;
        signals[at] = axis;
        for (int k = 0; k < count; k++)
            if (list->rows[chain[k]].shape->rank == 2 || list->rows[chain[k]].shape->rank == 3) signals[chain[k]] = axes[k];
    }
}

/* Layers behind the lookup of what a decoder has written: an encoder's never are. */
static void find_decoder(const struct lrp_layer_list *list, bool *decoder)
{
    for (size_t i = 1; i < list->count; i++) {
        const struct lrp_layer *l = &list->rows[i];
        for (int k = 0; k < l->input_count; k++) {
            const bool from_input = l->sources[k] == 0 && strcmp(l->inputs[k], lrp_decoder_input) == 0;
            decoder[i] |= from_input || (l->sources[k] > 0 && (size_t)l->sources[k] < i && decoder[l->sources[k]]);
        }
    }
}

enum lrp_status lrp_network_describe(struct lrp_network *network, struct lrp_error *err)
{
    const struct lrp_layer_list *list = &network->view->list;
    const size_t rows = lrp_layer_rows(list);
    network->attention = calloc(rows + 1, sizeof *network->attention);
    network->patches = calloc(rows + 1, sizeof *network->patches);
    network->decoder = calloc(rows + 1, sizeof *network->decoder);
    network->places = calloc(rows + 1, sizeof *network->places);
    network->signals = calloc(rows + 1, sizeof *network->signals);
    if (!network->attention || !network->decoder || !network->patches || !network->places || !network->signals ||
        !find_patches(list, network->patches))
        return lrp_fail(err, LRP_MEMORY, "%s: not enough memory", lrp_model_path(network->model));
    find_softmaxes(list, network->attention);
    find_decoder(list, network->decoder);
    find_places(list, network->places);
    find_signals(list, network->signals);
    return LRP_OK;
}
