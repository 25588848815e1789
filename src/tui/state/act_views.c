/* act_views.c: actions that open views, one for each. */
#include "app.h"

/* It is computed when it is looked at; what is being computed goes on. */
static void ask_for_ledger(struct lrp_app *app)
{
    app->accounted = app->snapshot && app->snapshot->job == LRP_JOB_LEDGER ? app->accounted : NULL;
    if (app->snapshot && !app->snapshot->ledger && !lrp_app_blocked(app) && !lrp_app_busy(app) &&
        app->snapshot->job != LRP_JOB_DONE)
        lrp_app_emit(app, LRP_EFFECT_START, NULL, 0, false);
}

void lrp_app_open_view(struct lrp_app *app, enum lrp_view view)
{
    const struct lrp_view_row *before = lrp_app_view_row(app, app->view);
    if (app->view == view && before->lies_over_others) view = app->last_view;
    const struct lrp_view_row *row = lrp_app_view_row(app, view);
    if (app->view != view) app->last_view = before->lies_over_others ? LRP_VIEW_layers : app->view;
    app->view = view;
    app->focus = LRP_PANE_LIST;
    lrp_app_select(app, app->layer);
    if (row->opens_at_end) app->windows[view].selected = lrp_app_row_count(app, view) - 1;
    if (row->shows_ledger) ask_for_ledger(app);
    if (row->opened) row->opened(app);
}

#define X(name, ...)                                                                                                           \
    void lrp_do_view_##name(struct lrp_app *app)                                                                               \
    {                                                                                                                          \
        lrp_app_open_view(app, LRP_VIEW_##name);                                                                               \
    }
LRP_VIEWS(X)
#undef X
