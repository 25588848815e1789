/* details.c: what the details of a layer need from the library: how its values are spread, the formula of its rule. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner.h"

static const struct lrp_result *result_at(const struct lrp_result *const *tensors, int layer)
{
    return tensors ? tensors[layer] : NULL;
}

static void find_formula(const struct lrp_rule_book *book, const char *rule, char *out, size_t size)
{
    const struct lrp_rule_info *info;
    const size_t length = strcspn(rule, "(");
    for (size_t i = 0; (info = lrp_rule_at(book, i)) != NULL; i++)
        if (strlen(info->name) == length && strncmp(info->name, rule, length) == 0) snprintf(out, size, "%s", info->formula);
}

static void look(struct lrp_runner *runner, int layer, const char *rule)
{
    static const enum lrp_show shows[] = {LRP_SHOW_RELEVANCE, LRP_SHOW_ACTIVATION, LRP_SHOW_WEIGHTS};
    struct lrp_layer_facts facts = {.layer = layer};
    struct lrp_event event = {.kind = LRP_EVENT_LAYER, .layer_facts = &facts};
    find_formula(lrp_settings_rule_book(runner->snapshot->settings), rule, facts.formula, sizeof facts.formula);
    char *fallback = lrp_snapshot_fallback(runner->snapshot, layer);
    if (fallback && *fallback) snprintf(facts.formula, sizeof facts.formula, "%s", fallback);
    free(fallback);
    for (int i = 0; i < 3; i++)
        if (shows[i] == LRP_SHOW_WEIGHTS ||
            result_at(shows[i] == LRP_SHOW_RELEVANCE ? runner->snapshot->relevance : runner->snapshot->activation, layer))
            lrp_snapshot_spread(runner->snapshot, layer, shows[i], &facts.spread[shows[i]], NULL);
    struct lrp_layer_operator *op = NULL;
    struct lrp_error err;
    if (!lrp_app_is_input(&runner->app, layer))
        (void)lrp_snapshot_operator(runner->snapshot, layer, &op, &err); /* without it a few lines are missing */
    facts.op = op;
    lrp_app_update(&runner->app, &event);
    lrp_layer_operator_free(runner->detailed.op);
    runner->detailed.op = op;
}

void lrp_runner_sync_details(struct lrp_runner *runner)
{
    const struct lrp_snapshot *snapshot = runner->snapshot;
    const int layer = runner->app.layer;
    if (!runner->app.snapshot || !lrp_app_layer(&runner->app, layer) ||
        !(runner->app.details || runner->app.focus == LRP_PANE_DETAILS))
        return;
    const char *rule = snapshot->rules ? snapshot->rules[layer] : "";
    const struct lrp_result *activation = result_at(snapshot->activation, layer),
                            *relevance = result_at(snapshot->relevance, layer);
    if (runner->detailed.layer == layer && runner->detailed.generation == snapshot->generation &&
        runner->detailed.rule == rule && runner->detailed.activation == activation && runner->detailed.relevance == relevance)
        return;
    look(runner, layer, rule);
    runner->detailed.layer = layer;
    runner->detailed.generation = snapshot->generation;
    runner->detailed.rule = rule;
    runner->detailed.activation = activation;
    runner->detailed.relevance = relevance;
}
