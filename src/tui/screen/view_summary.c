/* view_summary.c: the summary as lines: model, kinds of layers, settings, what came out, times. */
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "view.h"

enum { LRP_SLOWEST = 5, LRP_TYPES_MOST = 64, LRP_TARGETS_SHOWN = 5 };

static void add_heading(struct lrp_lines *lines, const char *text)
{
    if (lines->count) lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, " ");
    lrp_lines_add(lines, LRP_STYLE_COLUMN, -1, "%s", text);
}

static void add_fact(struct lrp_lines *lines, const char *name, const char *text)
{
    lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, "  %-17s %s", name, text);
}

static void add_model(const struct lrp_snapshot *snapshot, struct lrp_lines *lines)
{
    const struct lrp_layer_list *l = snapshot->layers;
    char text[64], count[32];
    add_heading(lines, "model");
    add_fact(lines, "file", snapshot->model_path ? snapshot->model_path : "");
    snprintf(text, sizeof text, "%zu", l->count ? l->count - 1 : 0);
    add_fact(lines, "layers", text);
    add_fact(lines, "parameters", lrp_count_text(l->parameters, text, sizeof text));
    add_fact(lines, "MACs", lrp_count_text(l->macs, text, sizeof text));
    snprintf(text, sizeof text, "%sB", lrp_count_text((int64_t)l->activation_bytes, count, sizeof count));
    add_fact(lines, "activations", text);
    snprintf(text, sizeof text, "%zu", snapshot->check ? snapshot->check->failed : 0);
    add_fact(lines, "unsupported", text);
    snprintf(text, sizeof text, "%zu", l->dropped_count);
    add_fact(lines, "dropped nodes", text);
    snprintf(text, sizeof text, "%zu", l->canonized_count);
    add_fact(lines, "rewritings", text);
    for (size_t i = 0; i < l->canonized_count; i++) lrp_lines_add(lines, LRP_STYLE_DIM, -1, "    %s", l->canonized[i]);
}

/* How many layers of each type there are, in the order they first appear; a line leads to the first of them. */
static void add_types(const struct lrp_snapshot *snapshot, struct lrp_lines *lines)
{
    struct {
        const char *name;
        int first, count;
        int64_t parameters;
    } found[LRP_TYPES_MOST];
    int kinds = 0;
    char text[32];
    for (size_t i = 1; i < snapshot->layers->count; i++) {
        const struct lrp_layer *layer = &snapshot->layers->rows[i];
        int k = 0;
        while (k < kinds && strcmp(found[k].name, layer->type) != 0) k++;
        if (k == LRP_TYPES_MOST) continue;
        if (k == kinds) {
            found[kinds].name = layer->type;
            found[kinds].first = layer->index;
            found[kinds].count = 0;
            found[kinds++].parameters = 0;
        }
        found[k].count++;
        found[k].parameters += layer->parameters;
    }
    add_heading(lines, "types of layers");
    for (int k = 0; k < kinds; k++)
        lrp_lines_add(lines, LRP_STYLE_NORMAL, found[k].first, "  %-24s %5d   %8s parameters", found[k].name, found[k].count,
                      lrp_count_text(found[k].parameters, text, sizeof text));
}

static void add_settings(const struct lrp_app *app, struct lrp_lines *lines)
{
    add_heading(lines, "settings");
    for (int i = 0; i < LRP_SETTING_COUNT; i++)
        if (*lrp_facts_text(&app->facts, (enum lrp_setting)i))
            add_fact(lines, lrp_facts_key((enum lrp_setting)i), lrp_facts_text(&app->facts, (enum lrp_setting)i));
    for (size_t i = 0; i < app->facts.selects.count; i++)
        add_fact(lines, i ? "" : "own rules for", app->facts.selects.items[i]);
    for (size_t i = 0; i < app->facts.layers.count; i++)
        add_fact(lines, i ? "" : "registered layers", app->facts.layers.items[i]);
    for (size_t i = 0; i < app->facts.activations.count; i++)
        add_fact(lines, i ? "" : "reg. activations", app->facts.activations.items[i]);
    for (size_t i = 0; i < app->snapshot->warning_count; i++)
        lrp_lines_add(lines, LRP_STYLE_WARNING, -1, "  %s", app->snapshot->warnings[i]);
}

static void add_results(const struct lrp_app *app, struct lrp_lines *lines)
{
    const struct lrp_snapshot *snapshot = app->snapshot;
    char text[280], value[32], start[32], hint[100];
    const bool input = snapshot->input_label && *snapshot->input_label;
    add_heading(lines, "input and target");
    add_fact(lines, "input", input ? snapshot->input_label : lrp_app_hint(app, "none: {input} opens one", hint, sizeof hint));
    for (size_t i = 0; i < snapshot->target_count && i < LRP_TARGETS_SHOWN; i++) {
        const struct lrp_target *t = &snapshot->targets[i];
        const char *whole = t->several ? lrp_facts_text(&app->facts, LRP_SETTING_TARGET) : "";
        snprintf(text, sizeof text, "%lld %.60s%s%.60s  output %s, relevance starts with %s", (long long)t->index,
                 t->label ? t->label : "", *whole ? ", of " : "", whole, lrp_value_text((double)t->output, value, sizeof value),
                 lrp_value_text(t->start, start, sizeof start));
        add_fact(lines, i ? "" : "target", text);
    }
}

static double ms_of(const struct lrp_snapshot *snapshot, size_t layer)
{
    return (snapshot->forward_layer_ms ? snapshot->forward_layer_ms[layer] : 0) +
           (snapshot->relevance_layer_ms ? snapshot->relevance_layer_ms[layer] : 0);
}

/* The layers that took longest, each with a link. */
static void add_slowest(const struct lrp_app *app, struct lrp_lines *lines)
{
    double below = -1;
    size_t last = 0;
    for (int n = 0; n < LRP_SLOWEST; n++) {
        size_t best = 0;
        for (size_t i = 1; i < app->snapshot->layers->count; i++) {
            const double ms = ms_of(app->snapshot, i);
            const bool left = below < 0 || ms < below || (ms == below && i > last);
            if (ms > 0 && left && (best == 0 || ms > ms_of(app->snapshot, best))) best = i;
        }
        if (best == 0) return;
        below = ms_of(app->snapshot, best);
        last = best;
        lrp_lines_add(lines, LRP_STYLE_LINK, (int)best, "  %-17s %.1f ms  → %zu %s", n ? "" : "slowest layers", below, best,
                      app->snapshot->layers->rows[best].name);
    }
}

static void add_times(const struct lrp_app *app, struct lrp_lines *lines)
{
    const struct {
        const char *name;
        double ms;
    } parts[] = {{"load", app->snapshot->load_ms},
                 {"prepare", app->snapshot->prepare_ms},
                 {"forward", app->snapshot->forward_ms},
                 {"relevance", app->snapshot->relevance_ms}};
    char text[32];
    add_heading(lines, "times");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        snprintf(text, sizeof text, "%.1f ms", parts[i].ms);
        add_fact(lines, parts[i].name, text);
    }
    add_slowest(app, lines);
}

static void lines_of(const struct lrp_app *app, int width, struct lrp_lines *lines)
{
    (void)width;
    if (!app->snapshot) return;
    add_model(app->snapshot, lines);
    add_results(app, lines);
    add_settings(app, lines);
    add_times(app, lines);
    add_types(app->snapshot, lines);
}

const struct lrp_view_row lrp_view_summary = {
    .name = "summary", .title = "summary", .draw = lrp_draw_page, .lines = lines_of, .whole_body = true};
