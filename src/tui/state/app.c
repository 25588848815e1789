/* app.c: the state's life. */
#include "app.h"

#include <stdlib.h>

void lrp_app_init(struct lrp_app *app, const struct lrp_screen *screen, const struct lrp_caps *caps, int columns, int rows)
{
    *app = (struct lrp_app){.caps = *caps,
                            .screen = screen,
                            .columns = columns,
                            .rows = rows,
                            .view = LRP_VIEW_layers,
                            .last_view = LRP_VIEW_layers,
                            .cursor_x = -1,
                            .cursor_y = -1,
                            .channel = -1,
                            .results = {.opened = -1}};
    app->painting.subject.layer = app->layer_facts.layer = app->completion.selected = -1;
    lrp_keymap_init(&app->keymap);
}

static void free_messages(struct lrp_messages *messages)
{
    for (size_t i = 0; i < messages->count; i++) free(messages->items[i].text);
    free(messages->items);
}

void lrp_app_free(struct lrp_app *app)
{
    lrp_facts_free(&app->facts);
    lrp_tree_free(&app->tree);
    free(app->shown);
    free(app->shown_fold);
    free(app->loss_order);
    free(app->tagged);
    free(app->search);
    free(app->tried);
    free(app->form);
    lrp_scores_free(&app->scores);
    lrp_references_free(&app->references);
    free(app->filter);
    free(app->results.entries);
    free(app->results.filter);
    lrp_painting_clear(&app->painting);
    lrp_app_close_menu(app);
    lrp_app_end_completion(app);
    lrp_keymap_free(&app->keymap);
    lrp_effect_clear(&app->question.effect);
    for (int i = 0; i < LRP_PROMPT_COUNT; i++) lrp_lineedit_free(&app->edits[i]);
    free_messages(&app->messages);
    lrp_effects_free(&app->effects);
    *app = (struct lrp_app){0};
}
