/* grad_cam.c: a layer's channels weighted by their mean gradient (Selvaraju 2017), and that times guided backpropagation. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "kinds.h"
#include "passes.h"
#include "select.h"
#include "text.h"

/* What a layer's value is taken for: samples x channels x space; of tokens, `skip` of them are no place. */
struct feature_grid {
    size_t samples, channels, places; /* places: product of space */
    int rank;                         /* of space */
    int64_t space[LRP_MAX_RANK];
    size_t skip, tokens; /* tokens > 0: (N, tokens, channels) */
};

static size_t grid_element(const struct feature_grid *g, size_t n, size_t c, size_t place)
{
    return g->tokens ? (n * g->tokens + g->skip + place) * g->channels + c : (n * g->channels + c) * g->places + place;
}

/* ---- which layer ---- */

static bool has_space(const struct lrp_shape *s)
{
    int64_t places = 1;
    for (int k = 2; k < s->rank; k++) places *= s->dim[k];
    return s->rank >= 3 && places > 1;
}

static bool is_map(const struct lrp_layer *layer)
{
    static const char *const groups[] = {"convolution", "join", "normalization", "activation"};
    const struct lrp_kind_row *row = lrp_kind_row((enum lrp_kind)layer->kind);
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (strcmp(row->group, groups[i]) == 0) return true;
    return false;
}

/* Back from the target past what pools or moves: the first map with more than one place; -1: there is none. */
static int default_value(const struct lrp_passes *p)
{
    const struct lrp_graph *g = lrp_engine_graph(p->back.engine);
    int value = p->back.start;
    while (value >= 0 && g->values[value].producer >= 0) {
        const int node = g->values[value].producer;
        const struct lrp_node *n = &g->nodes[node];
        const struct lrp_tensor *t = p->back.values[value];
        if (t && has_space(&t->shape) && is_map(&p->back.view->list.rows[p->back.view->layer_of_node[node]])) return value;
        value = -1;
        for (int i = 0; i < n->call.in_count && value < 0; i++)
            if (n->in[i] >= 0 && p->back.assignment->unstopped.carries[n->in[i]]) value = n->in[i];
    }
    return -1;
}

static bool has_attention(const struct lrp_passes *p)
{
    const struct lrp_layer_list *list = &p->back.view->list;
    for (size_t i = 1; i < list->count; i++)
        if (lrp_kind_row((enum lrp_kind)list->rows[i].kind)->traits & LRP_KIND_IS_ATTENTION) return true;
    return false;
}

/* Layers that could be named, the last of them. */
static enum lrp_status no_default(const struct lrp_passes *p, struct lrp_error *err)
{
    const struct lrp_layer_list *list = &p->back.view->list;
    struct lrp_text names = {0};
    int found = 0;
    for (size_t i = list->count; i-- > 1 && found < 5;)
        if (is_map(&list->rows[i])) lrp_text_printf(&names, "%s%s", found++ ? ", " : "", list->rows[i].name);
    lrp_error_set(err, LRP_USAGE, "method %s: no layer of this model is a map of places by itself: name one with layer= (%s)%s",
                  p->call->row->info.name, names.data && *names.data ? names.data : "there is none",
                  has_attention(p) ? " and say how its tokens lie with tokens=HxW,skip=1" : "");
    lrp_text_free(&names);
    return LRP_USAGE;
}

static enum lrp_status named_value(const struct lrp_passes *p, const char *name, int *out, struct lrp_error *err)
{
    const struct lrp_graph *g = lrp_engine_graph(p->back.engine);
    struct lrp_selection selection;
    for (*out = 0; *out < g->value_count; ++*out)
        if (strcmp(g->values[*out].name, name) == 0 && p->back.values[*out]) return LRP_OK;
    enum lrp_status status = lrp_select(g, p->back.view, name, &selection, err);
    if (status) return status;
    for (size_t i = 1; i < p->back.view->list.count; i++) {
        const struct lrp_layer_nodes *nodes = &p->back.view->nodes[i];
        if (selection.layers[i]) *out = g->nodes[nodes->activation >= 0 ? nodes->activation : nodes->anchor].out[0];
    }
    const size_t count = selection.count;
    lrp_selection_free(&selection);
    if (count == 1) return LRP_OK;
    return lrp_fail(err, LRP_USAGE, "method %s: layer=%s names %zu layers, it must be one", p->call->row->info.name, name,
                    count);
}

/* "14x14" */
static bool read_tokens(const char *text, struct feature_grid *g)
{
    int64_t side[2];
    char *copy = strdup(text), *x = copy ? strchr(copy, 'x') : NULL;
    bool ok = x != NULL;
    if (ok) *x = '\0';
    ok = ok && lrp_parse_int64(copy, &side[0]) && lrp_parse_int64(x + 1, &side[1]) && side[0] > 0 && side[1] > 0 &&
         side[0] < 65536 && side[1] < 65536;
    free(copy);
    if (!ok) return false;
    g->rank = 2;
    g->space[0] = side[0];
    g->space[1] = side[1];
    g->places = (size_t)(side[0] * side[1]);
    return true;
}

static enum lrp_status grid_of(const struct lrp_passes *p, const struct lrp_tensor *a, struct feature_grid *g,
                               struct lrp_error *err)
{
    const char *tokens = lrp_given_text(p->given, "tokens"), *name = p->call->row->info.name;
    const struct lrp_shape *s = &a->shape;
    char shape[160];
    *g = (struct feature_grid){.samples = s->rank > 0 ? (size_t)s->dim[0] : 1, .places = 1};
    lrp_shape_text(s, 0, "x", shape, sizeof shape);
    if (*tokens) {
        g->skip = (size_t)lrp_given_number(p->given, "skip", 0);
        if (!read_tokens(tokens, g) || s->rank != 3 || (size_t)s->dim[1] != g->skip + g->places)
            return lrp_fail(err, LRP_USAGE,
                            "method %s: tokens=%s,skip=%zu does not fit a value of %s (samples, tokens, channels)", name,
                            tokens, g->skip, shape);
        g->tokens = (size_t)s->dim[1];
        g->channels = (size_t)s->dim[2];
        return LRP_OK;
    }
    if (s->rank < 3)
        return lrp_fail(err, LRP_USAGE, "method %s: the layer's value of %s has no places (samples, channels, space...)", name,
                        shape);
    g->channels = (size_t)s->dim[1];
    for (int k = 2; k < s->rank; k++) {
        g->space[g->rank++] = s->dim[k];
        g->places *= (size_t)s->dim[k];
    }
    return LRP_OK;
}

/* ---- the map ---- */

/* Places at which no gradient arrives: behind attention only the class token is read. */
static void note_silence(struct lrp_passes *p, const struct feature_grid *g, const struct lrp_tensor *gradient,
                         const double *map)
{
    size_t silent = 0, positive = 0;
    for (size_t n = 0; n < g->samples; n++)
        for (size_t place = 0; place < g->places; place++) {
            size_t c = 0;
            while (c < g->channels && gradient->f[grid_element(g, n, c, place)] == 0) c++;
            silent += c == g->channels;
            positive += map[n * g->places + place] > 0;
        }
    if (silent * 2 > g->samples * g->places)
        lrp_text_printf(&p->note, "the gradient is zero at %zu of %zu positions; choose an earlier layer (layer=)", silent,
                        g->samples * g->places);
    else if (!positive)
        lrp_text_append(&p->note, "no positive evidence at this layer: the map is 0 everywhere; choose another (layer=)");
}

static double *weighted(const struct feature_grid *g, const struct lrp_tensor *a, const struct lrp_tensor *gradient, bool relu)
{
    double *map = calloc(g->samples * g->places + 1, sizeof *map);
    for (size_t n = 0; map && n < g->samples; n++) {
        for (size_t c = 0; c < g->channels; c++) {
            double alpha = 0;
            for (size_t place = 0; place < g->places; place++) alpha += (double)gradient->f[grid_element(g, n, c, place)];
            alpha /= (double)g->places;
            for (size_t place = 0; place < g->places; place++)
                map[n * g->places + place] += alpha * (double)a->f[grid_element(g, n, c, place)];
        }
        for (size_t i = n * g->places; relu && i < (n + 1) * g->places; i++) map[i] = fmax(map[i], 0);
    }
    return map;
}

/* Along one axis of space to `to` places, half-pixel centres, borders clamped. `inner`: elements behind the axis. */
static double *resized(const double *from, size_t outer, int64_t n, size_t inner, int64_t to, bool nearest)
{
    double *out = malloc(outer * (size_t)to * inner * sizeof *out + 1);
    for (size_t o = 0; out && o < outer; o++)
        for (int64_t i = 0; i < to; i++) {
            const double at = fmax(((double)i + 0.5) * (double)n / (double)to - 0.5, 0);
            const int64_t low = nearest ? i * n / to : (int64_t)at, high = low + 1 < n ? low + 1 : n - 1;
            const double share = nearest ? 0 : at - (double)low;
            for (size_t k = 0; k < inner; k++) {
                const double *row = from + o * (size_t)n * inner + k;
                out[(o * (size_t)to + (size_t)i) * inner + k] =
                    (1 - share) * row[(size_t)low * inner] + share * row[(size_t)high * inner];
            }
        }
    return out;
}

/* The space of the model's input: rank, and its sizes. */
static int input_space(const struct lrp_passes *p, int64_t *space)
{
    const struct lrp_shape *s = &lrp_passes_clean(p, 0)->shape;
    int rank = 0;
    for (int k = p->channels_last ? 1 : 2; k < s->rank - (p->channels_last ? 1 : 0); k++) space[rank++] = s->dim[k];
    return rank;
}

/* The map at the input's size, in place of its own. */
static enum lrp_status enlarge(const struct lrp_passes *p, struct feature_grid *g, double **map, struct lrp_error *err)
{
    const bool nearest = strcmp(lrp_given_text(p->given, "resize"), "nearest") == 0;
    int64_t to[LRP_MAX_RANK];
    if (input_space(p, to) != g->rank)
        return lrp_fail(err, LRP_USAGE, "method %s: the layer has %d axes of space, the input another number (size=layer)",
                        p->call->row->info.name, g->rank);
    for (int k = 0; k < g->rank; k++) {
        size_t outer = g->samples, inner = 1;
        for (int j = 0; j < k; j++) outer *= (size_t)g->space[j];
        for (int j = k + 1; j < g->rank; j++) inner *= (size_t)g->space[j];
        double *larger = resized(*map, outer, g->space[k], inner, to[k], nearest);
        if (!larger) return lrp_fail(err, LRP_MEMORY, "not enough memory for a map");
        free(*map);
        *map = larger;
        g->space[k] = to[k];
    }
    g->places = 1;
    for (int k = 0; k < g->rank; k++) g->places *= (size_t)g->space[k];
    return LRP_OK;
}

static enum lrp_status tensor_of(const struct lrp_passes *p, const struct feature_grid *g, const double *map,
                                 struct lrp_tensor **out, struct lrp_error *err)
{
    struct lrp_shape shape = {.rank = 1, .dim = {(int64_t)g->samples}};
    if (!p->channels_last) shape.dim[shape.rank++] = 1;
    for (int k = 0; k < g->rank; k++) shape.dim[shape.rank++] = g->space[k];
    if (p->channels_last) shape.dim[shape.rank++] = 1;
    const enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, out, err);
    for (size_t i = 0; !status && i < (*out)->count; i++) (*out)->f[i] = (float)map[i];
    return status;
}

/* The map of the layer, at the size that is asked for. */
static enum lrp_status make_map(struct lrp_passes *p, const struct lrp_tensor *a, const struct lrp_tensor *gradient,
                                struct lrp_tensor **out, struct lrp_error *err)
{
    struct feature_grid g;
    enum lrp_status status = grid_of(p, a, &g, err);
    if (status) return status;
    double *map = weighted(&g, a, gradient, strcmp(lrp_given_text(p->given, "relu"), "off") != 0);
    if (!map) return lrp_fail(err, LRP_MEMORY, "not enough memory for a map");
    note_silence(p, &g, gradient, map);
    if (strcmp(lrp_given_text(p->given, "size"), "layer") != 0) status = enlarge(p, &g, &map, err);
    if (!status) status = tensor_of(p, &g, map, out, err);
    free(map);
    return status;
}

static enum lrp_status map_of_layer(struct lrp_passes *p, struct lrp_tensor **out, struct lrp_error *err)
{
    const char *layer = lrp_given_text(p->given, "layer");
    struct lrp_pass pass = {0};
    int value = -1;
    enum lrp_status status = LRP_OK;
    if (*layer)
        status = named_value(p, layer, &value, err);
    else if (has_attention(p) || (value = default_value(p)) < 0)
        status = no_default(p, err);
    if (!status) status = lrp_method_find("gradient", &p->pass, err);
    if (!status) status = lrp_passes_attribute(p, NULL, &pass, err);
    if (status) return status;
    const struct lrp_tensor *a = lrp_tensor_row_major(pass.values[value], p->back.run);
    const struct lrp_tensor *gradient = lrp_tensor_row_major(pass.relevance[value], p->back.run);
    if (!a || !gradient)
        status = lrp_fail(err, LRP_USAGE, "method %s: no gradient reaches %s", p->call->row->info.name,
                          lrp_engine_graph(p->back.engine)->values[value].name);
    if (!status) status = make_map(p, a, gradient, out, err);
    lrp_pass_free(&pass);
    return status;
}

static enum lrp_status check_input(const struct lrp_passes *p, struct lrp_error *err)
{
    size_t sources;
    lrp_passes_sources(p, &sources);
    return sources == 1
               ? LRP_OK
               : lrp_fail(err, LRP_UNSUPPORTED, "method %s: the model has %zu inputs that carry relevance, a map is of one",
                          p->call->row->info.name, sources);
}

static enum lrp_status grad_cam(struct lrp_passes *p, const struct lrp_tensor **relevance, struct lrp_error *err)
{
    size_t sources;
    struct lrp_tensor *map = NULL;
    enum lrp_status status = check_input(p, err);
    p->total = 1;
    if (!status) status = map_of_layer(p, &map, err);
    if (!status) relevance[lrp_passes_sources(p, &sources)->value] = map;
    return status;
}

static enum lrp_status guided_grad_cam(struct lrp_passes *p, const struct lrp_tensor **relevance, struct lrp_error *err)
{
    struct lrp_tensor *map = NULL, *out = NULL;
    struct lrp_pass pass = {0};
    size_t sources;
    enum lrp_status status = check_input(p, err);
    p->total = 2;
    if (!status) status = map_of_layer(p, &map, err);
    if (!status) status = lrp_method_find("guided-backprop", &p->pass, err);
    if (!status) status = lrp_passes_attribute(p, NULL, &pass, err);
    const struct lrp_tensor *guided = status ? NULL : lrp_pass_relevance(p, &pass, 0);
    if (!status && !guided) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_tensor_new(LRP_DTYPE_FLOAT, &guided->shape, &out, err);
    if (!status) {
        const size_t samples = (size_t)map->shape.dim[0], places = samples ? map->count / samples : 0,
                     channels = map->count ? out->count / map->count : 0;
        const size_t between = p->channels_last ? channels : 1, step = p->channels_last ? 1 : places;
        for (size_t n = 0; n < samples; n++)
            for (size_t place = 0; place < places; place++) {
                const size_t first = n * places * channels + place * between;
                const float share = map->f[n * places + place];
                for (size_t c = 0; c < channels; c++) out->f[first + c * step] = guided->f[first + c * step] * share;
            }
        relevance[lrp_passes_sources(p, &sources)->value] = out;
    }
    lrp_tensor_release(map);
    lrp_pass_free(&pass);
    return status;
}

#define LAYER                                                                                                                  \
    {                                                                                                                          \
        "layer", "", LRP_METHOD_LAYER, NULL, "whose value; without it the last map of places before the target"                \
    }
#define RESIZE                                                                                                                 \
    {                                                                                                                          \
        "resize", "bilinear", LRP_METHOD_WORD, "bilinear nearest", "how the map gets the input's size"                         \
    }
#define TOKENS                                                                                                                 \
    {"tokens", "", LRP_METHOD_FILE, NULL, "HxW: (samples, tokens, channels) are places in rows"},                              \
    {                                                                                                                          \
        "skip", "0", LRP_METHOD_SEED, NULL, "tokens in front of them that are no places"                                       \
    }

const struct lrp_method lrp_method_row_grad_cam = {
    .info = {.name = "grad-cam",
             .line = "a layer's channels weighted by their mean gradient (Selvaraju 2017)",
             .formula = "max(sum_c alpha_c A_c, 0), alpha_c = mean over space of df/dA_c",
             .cost = "1 x (forward + backward)",
             .colormap = "hot",
             LRP_METHOD_TAKES(LAYER, {"relu", "on", LRP_METHOD_WORD, "on off", "what speaks against the target is cut off"},
                              RESIZE, {"size", "input", LRP_METHOD_WORD, "input layer", "of the map"}, TOKENS)},
    .compute = grad_cam,
    .pass = "gradient",
    .starts_with_one = true};

const struct lrp_method lrp_method_row_guided_grad_cam = {
    .info = {.name = "guided-grad-cam",
             .line = "guided backpropagation times the map of grad-cam (Selvaraju 2017)",
             .formula = "guided-backprop * grad-cam",
             .cost = "forward + 2 x backward",
             LRP_METHOD_TAKES(LAYER, {"relu", "on", LRP_METHOD_WORD, "on off", "what speaks against the target is cut off"},
                              RESIZE, TOKENS)},
    .sets = 2,
    .compute = guided_grad_cam,
    .pass = "guided-backprop",
    .starts_with_one = true,
    .rectifies = true};
