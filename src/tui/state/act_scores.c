/* act_scores.c: actions on the scores of settings: making them, taking one, stepping through what is taken away. */
#include "app.h"

static void ask_scores(struct lrp_app *app)
{
    const struct lrp_snapshot *s = app->snapshot;
    const bool there = s && s->activation && s->activation[0];
    if (!there)
        lrp_app_say(app, false, "nothing to score: there is no input (yet)");
    else if (!lrp_app_blocked(app) && !app->scores.running)
        lrp_app_emit(app, LRP_EFFECT_EVALUATE, NULL, 0, false);
}

void lrp_app_open_scores(struct lrp_app *app)
{
    if (!app->scores.count) ask_scores(app);
}

void lrp_app_take_scored(struct lrp_app *app, int row)
{
    if (row < 0 || (size_t)row >= app->scores.count) {
        ask_scores(app);
        return;
    }
    const struct lrp_scored *s = &app->scores.rows[row];
    lrp_app_emit(app, LRP_EFFECT_TAKE_SETTING, s->name, 0, s->is_method);
}

void lrp_app_set_scores(struct lrp_app *app, struct lrp_setting_scores *scores)
{
    lrp_scores_free(&app->scores);
    app->scores = *scores;
    *scores = (struct lrp_setting_scores){0};
}

static void step_flipping(struct lrp_app *app, int step)
{
    const struct lrp_flipping *f = &app->scores.random[0];
    const int last = f->length ? (int)f->length - 1 : 0;
    if (!last) lrp_app_say(app, false, "no curve to step through: the view of scores has one");
    app->flip_step += step;
    app->flip_step = app->flip_step > last ? last : app->flip_step;
    app->flip_step = app->flip_step < 0 ? 0 : app->flip_step;
}
void lrp_do_flip_on(struct lrp_app *app)
{
    step_flipping(app, 1);
}
void lrp_do_flip_back(struct lrp_app *app)
{
    step_flipping(app, -1);
}
