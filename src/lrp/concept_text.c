/* concept_text.c: concepts as text: "SELECTOR=0,5,(3:1:2)", "SELECTOR=top(3)", a line each. */
#include <stdlib.h>
#include <string.h>

#include "concept.h"
#include "select.h"
#include "split.h"
#include "text.h"

void lrp_concepts_free(struct lrp_concepts *concepts)
{
    for (size_t i = 0; i < concepts->count; i++) free(concepts->items[i].units);
    free(concepts->items);
    *concepts = (struct lrp_concepts){0};
}

static bool read_place(char *text, struct lrp_concept_unit *unit)
{
    bool first = true;
    for (char *part = text, *next; part; part = next, first = false) {
        int64_t number;
        next = strchr(part, ':');
        if (next) *next++ = '\0';
        if (!lrp_parse_int64(lrp_trim(part), &number) || number < 0 || (!first && unit->rank == LRP_MAX_RANK)) return false;
        if (first)
            unit->channel = number;
        else
            unit->at[unit->rank++] = number;
    }
    return true;
}

/* "5", "(5:1:2)" or "top(3)" */
static bool read_unit(struct lrp_concept *c, char *text)
{
    struct lrp_concept_unit unit = {0};
    const size_t length = strlen(text);
    if (strncmp(text, "top(", 4) == 0 && text[length - 1] == ')') {
        text[length - 1] = '\0';
        return lrp_parse_int64(text + 4, &c->top) && c->top > 0;
    }
    if (*text == '(' && text[length - 1] == ')') {
        text[length - 1] = '\0';
        text++;
    }
    if (!read_place(text, &unit)) return false;
    struct lrp_concept_unit *more = realloc(c->units, (c->count + 1) * sizeof *more);
    if (!more) return false;
    c->units = more;
    more[c->count++] = unit;
    return true;
}

static enum lrp_status read_units(struct lrp_concept *c, char *text, struct lrp_error *err)
{
    for (char *part = text, *next; part && *lrp_trim(part); part = next) {
        int depth = 0;
        for (next = part; *next && (depth || *next != ','); next++) depth += *next == '(' ? 1 : *next == ')' ? -1 : 0;
        next = *next ? next + 1 : NULL;
        if (next) next[-1] = '\0';
        if (!read_unit(c, lrp_trim(part)))
            return lrp_fail(err, LRP_USAGE, "concept: \"%s\" is no channel (a number, (CHANNEL:Y:X), or top(N))", part);
    }
    return LRP_OK;
}

static enum lrp_status find_layer(const char *selector, const struct lrp_graph *g, const struct lrp_layer_view *view,
                                  struct lrp_concept *c, struct lrp_error *err)
{
    struct lrp_selection selection;
    enum lrp_status status = lrp_select(g, view, selector, &selection, err);
    if (status) return lrp_fail_context(err, status, "concept");
    for (size_t i = 0; i < lrp_layer_rows(&view->list); i++)
        if (selection.layers[i]) c->layer = (int)i;
    if (selection.count != 1)
        status = lrp_fail(err, LRP_USAGE, "concept %s: it is %zu layers, it must be one", selector, selection.count);
    else if (view->list.rows[c->layer].index == 0)
        status = lrp_fail(err, LRP_USAGE, "concept %s: it is an input of the model, conditions are on layers", selector);
    lrp_selection_free(&selection);
    if (status) return status;
    const struct lrp_layer_nodes *nodes = &view->nodes[c->layer];
    c->value = g->nodes[nodes->activation >= 0 ? nodes->activation : nodes->anchor].out[0];
    return LRP_OK;
}

static enum lrp_status read_line(char *line, const struct lrp_graph *g, const struct lrp_layer_view *view,
                                 struct lrp_concepts *out, struct lrp_error *err)
{
    char *equals = *line == '"' ? strchr(line + 1 + strcspn(line + 1, "\""), '=') : strchr(line, '=');
    if (!equals || equals == line) return lrp_fail(err, LRP_USAGE, "concept: \"%s\" is not LAYER=CHANNELS", line);
    struct lrp_concept *more = realloc(out->items, (out->count + 1) * sizeof *more);
    if (!more) return lrp_fail(err, LRP_MEMORY, "not enough memory for concepts");
    out->items = more;
    more[out->count] = (struct lrp_concept){.layer = 0};
    *equals = '\0';
    const enum lrp_status status = find_layer(lrp_unquote(lrp_trim(line)), g, view, &more[out->count], err);
    out->count++;
    return !status ? read_units(&more[out->count - 1], equals + 1, err) : status;
}

enum lrp_status lrp_concepts_parse(const char *text, const struct lrp_graph *graph, const struct lrp_layer_view *view,
                                   struct lrp_concepts *out, struct lrp_error *err)
{
    char *copy = strdup(text);
    enum lrp_status status = copy ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for concepts");
    *out = (struct lrp_concepts){0};
    for (char *line = copy, *next; !status && line; line = next) {
        next = strchr(line, '\n');
        if (next) *next++ = '\0';
        if (*lrp_trim(line)) status = read_line(lrp_trim(line), graph, view, out, err);
    }
    free(copy);
    return status;
}
