/* press.c: a key goes to the question, the prompt, the offer or the action that it belongs to. */
#include "app.h"
#include "keys.h"

static void answer(struct lrp_app *app, int key)
{
    struct lrp_effect *effect = &app->question.effect;
    if (key == 'y' || key == 'Y')
        lrp_app_emit(app, effect->kind, effect->text, effect->number, effect->flag);
    else if (key != 'n' && key != 'N' && key != 'q' && key != LRP_KEY_ESCAPE)
        return;
    lrp_effect_clear(effect);
    app->question.text[0] = 0;
}

/* Keys that answer the offer while it can be seen; n goes on searching where something is searched for, Esc closes what is
 * open. */
static bool take_offer(struct lrp_app *app, int key, bool seen)
{
    const bool closes = key == LRP_KEY_ESCAPE && !lrp_app_is_open(app);
    const bool yes = key == 'y' || key == 'Y', no = closes || ((key == 'n' || key == 'N') && !app->search);
    if (!seen || !app->offer[0] || app->menu.kind != LRP_MENU_NONE || !(yes || no)) return false;
    app->offer[0] = 0;
    if (yes) lrp_app_emit(app, LRP_EFFECT_RESTORE, NULL, app->offer_number, false);
    return true;
}

void lrp_app_key_pressed(struct lrp_app *app, int key)
{
    app->playing = false;
    const bool asking = app->question.text[0] || app->prompt.kind != LRP_PROMPT_NONE;
    if (asking && lrp_keymap_find(&app->keymap, key, LRP_IN_LIST) == LRP_ACTION_suspend) {
        lrp_do_suspend(app); /* whatever is open: a shell's users expect it */
        return;
    }
    if (app->question.text[0]) {
        answer(app, key);
        return;
    }
    if (app->prompt.kind != LRP_PROMPT_NONE) {
        lrp_app_prompt_key(app, key);
        return;
    }
    const bool seen = !app->status[0]; /* the offer stands where messages do */
    app->status[0] = 0;
    if (take_offer(app, key, seen)) return;
    const enum lrp_action action = lrp_keymap_find(&app->keymap, key, lrp_app_context(app));
    if (action != LRP_ACTION_NONE) lrp_action_at(action)->run(app);
}
