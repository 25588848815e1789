/* select.c: which layers a selector's text stands for. */
#include "select.h"

#include <stdlib.h>
#include <string.h>

#include "kinds.h"
#include "text.h"

/* What is passed over in search of the first and last layer: reshaping, identity, arithmetic with constants; bodies. */
static bool is_transparent(const struct lrp_layer *layer)
{
    return layer->body >= 0 || lrp_kind_row((enum lrp_kind)layer->kind)->traits & LRP_KIND_IS_TRANSPARENT;
}

int lrp_first_layer(const struct lrp_layer_list *layers)
{
    for (size_t i = 1; i < layers->count; i++)
        if (!is_transparent(&layers->rows[i])) return (int)i;
    return -1;
}

int lrp_last_layer(const struct lrp_layer_list *layers)
{
    for (size_t i = layers->count; i-- > 1;)
        if (!is_transparent(&layers->rows[i]) && !layers->rows[i].output_softmax) return (int)i;
    return -1;
}

static void choose_layer(struct lrp_selection *s, int layer)
{
    if (layer < 0 || s->layers[layer]) return;
    s->layers[layer] = true;
    s->count++;
}

/* "3", "2.3.1": a place in a model whose values are called so by us; what stands there is found by place. */
static bool is_place(const struct lrp_graph *g, const char *text)
{
    return g->definition->numbered && !text[strspn(text, "0123456789.")];
}

/* The first input has row 0, the others stand behind the layers. */
static int row_of_input(const struct lrp_graph *g, const struct lrp_layer_view *view, int value)
{
    int input = 0;
    while (input < g->input_count && g->inputs[input] != value) input++;
    return input && input < g->input_count ? (int)view->list.count + input - 1 : 0;
}

/* A name of a layer, a node of the file, or a value. */
static bool by_name(const struct lrp_graph *g, const struct lrp_layer_view *view, const char *name, struct lrp_selection *s)
{
    for (size_t i = 1; i < view->list.count; i++)
        if (strcmp(view->list.rows[i].name, name) == 0) choose_layer(s, (int)i);
    if (s->count) return true;
    for (size_t n = 0; n < g->definition->node_count; n++)
        if (strcmp(g->definition->nodes[n].name, name) == 0) {
            int layer = view->layer_of_node[n];
            s->by = layer < 0 ? LRP_BY_DROPPED : LRP_BY_NAME;
            choose_layer(s, layer);
            return true;
        }
    for (int v = 0; v < g->value_count && !is_place(g, name); v++)
        if (!g->values[v].own && strcmp(g->values[v].name, name) == 0) {
            int producer = g->values[v].producer;
            if (producer < 0 && !g->values[v].is_input) continue;
            int layer = producer < 0 ? row_of_input(g, view, v) : view->layer_of_node[producer];
            s->by = layer < 0 ? LRP_BY_DROPPED : LRP_BY_NAME;
            choose_layer(s, layer);
            return true;
        }
    return false;
}

static bool by_number(const struct lrp_layer_view *view, const char *text, struct lrp_selection *s)
{
    int64_t first, last;
    const char *dots = strstr(text, "..");
    if (lrp_parse_int64(text, &first)) {
        s->by = LRP_BY_INDEX;
        if (first < 0 || first >= (int64_t)view->list.count) return false;
        choose_layer(s, (int)first);
        return true;
    }
    if (!dots) return false;
    char *head = strndup(text, (size_t)(dots - text));
    bool ok = head && lrp_parse_int64(head, &first) && lrp_parse_int64(dots + 2, &last);
    free(head);
    s->by = LRP_BY_RANGE;
    if (!ok || first < 0 || last < first || first >= (int64_t)view->list.count) return false;
    for (int64_t i = first; i <= last && i < (int64_t)view->list.count; i++) choose_layer(s, (int)i);
    return true;
}

bool lrp_select_prefix(const struct lrp_graph *graph, const struct lrp_layer_view *view, const char *prefix, bool *layers)
{
    const size_t length = strlen(prefix);
    bool any;
    if (!lrp_graph_scope_layers(graph, view, prefix, layers, &any)) return false;
    for (size_t i = 1; length && i < view->list.count; i++) {
        const char *name = view->list.rows[i].name;
        if (strncmp(name, prefix, length) != 0 || (name[length] != '/' && name[length] != '.')) continue;
        layers[i] = any = true;
    }
    return any;
}

/* "2.3.1", or a container's name: layers nested in it; "2" would be an index. */
static bool by_prefix(const struct lrp_graph *g, const struct lrp_layer_view *view, const char *text, struct lrp_selection *s)
{
    if (!lrp_select_prefix(g, view, text, s->layers)) return false;
    s->by = LRP_BY_PREFIX;
    for (size_t i = 1; i < view->list.count; i++) s->count += s->layers[i];
    return true;
}

static bool by_type(const struct lrp_layer_view *view, const char *text, struct lrp_selection *s)
{
    if (strncmp(text, "type:", 5) != 0) return false;
    s->by = LRP_BY_TYPE;
    for (size_t i = 1; i < view->list.count; i++)
        if (lrp_layer_is(&view->list.rows[i], text + 5)) choose_layer(s, (int)i);
    return s->count > 0;
}

static bool by_end(const struct lrp_layer_view *view, const char *text, struct lrp_selection *s)
{
    bool first = strcmp(text, "first") == 0;
    if (!first && strcmp(text, "last") != 0) return false;
    s->by = LRP_BY_END;
    choose_layer(s, first ? lrp_first_layer(&view->list) : lrp_last_layer(&view->list));
    return s->count > 0;
}

static bool by_glob(const struct lrp_graph *g, const struct lrp_layer_view *view, const char *text, struct lrp_selection *s)
{
    if (!lrp_glob_has_magic(text)) return false;
    s->by = LRP_BY_GLOB;
    for (size_t i = 1; i < view->list.count; i++)
        if (lrp_glob_match(text, view->list.rows[i].name)) choose_layer(s, (int)i);
    bool dropped = false;
    for (size_t n = 0; n < g->definition->node_count; n++)
        if (lrp_glob_match(text, g->definition->nodes[n].name)) {
            choose_layer(s, view->layer_of_node[n]);
            dropped |= view->layer_of_node[n] < 0;
        }
    return s->count > 0 || dropped;
}

static enum lrp_status no_match(const struct lrp_layer_view *view, const char *selector, struct lrp_error *err)
{
    struct lrp_text nearest = {0};
    bool types = strncmp(selector, "type:", 5) == 0;
    const size_t rows = lrp_layer_rows(&view->list);
    const char **names = calloc(rows, sizeof *names);
    for (size_t i = 0; names && i < rows; i++) names[i] = types ? view->list.rows[i].type : view->list.rows[i].name;
    if (names) lrp_text_nearest(&nearest, types ? selector + 5 : selector, names, rows);
    free(names);
    enum lrp_status status =
        lrp_fail(err, LRP_USAGE, "no layer matches %s (nearest: %s)", selector, nearest.data ? nearest.data : "");
    lrp_text_free(&nearest);
    return status;
}

/* In double quotes a text is a name, whatever it looks like; what is really called so came before. False: it is in none. */
static bool by_quoted(const struct lrp_graph *g, const struct lrp_layer_view *view, const char *text, struct lrp_selection *s)
{
    const size_t length = strlen(text);
    if (length < 3 || text[0] != '"' || text[length - 1] != '"') return false;
    char *name = strndup(text + 1, length - 2);
    const bool found = name && by_name(g, view, name, s);
    free(name);
    return found;
}

enum lrp_status lrp_select(const struct lrp_graph *graph, const struct lrp_layer_view *view, const char *selector,
                           struct lrp_selection *out, struct lrp_error *err)
{
    *out = (struct lrp_selection){.by = LRP_BY_NAME, .layers = calloc(lrp_layer_rows(&view->list) + 1, sizeof *out->layers)};
    if (!out->layers) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (by_name(graph, view, selector, out) || by_quoted(graph, view, selector, out) || by_number(view, selector, out) ||
        by_prefix(graph, view, selector, out) || by_type(view, selector, out) || by_end(view, selector, out) ||
        by_glob(graph, view, selector, out))
        return LRP_OK;
    lrp_selection_free(out);
    return no_match(view, selector, err);
}

void lrp_selection_free(struct lrp_selection *selection)
{
    free(selection->layers);
    selection->layers = NULL;
}
