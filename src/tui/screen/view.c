/* view.c: the whole screen: which part goes where; header, status line and key bar. */
#include "view.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "runes.h"
#include "text.h"

/* A part of the header; the least important ones go first when it gets narrow. */
struct segment {
    char text[128];
    enum lrp_style style;
    int importance;
    bool right;
};
enum { LRP_SEGMENTS_MOST = 12 };
struct segments {
    struct segment items[LRP_SEGMENTS_MOST];
    int count;
};

static void segment(struct segments *s, enum lrp_style style, int importance, bool right, const char *text)
{
    if (s->count == LRP_SEGMENTS_MOST || !*text) return;
    struct segment *to = &s->items[s->count++];
    *to = (struct segment){.style = style, .importance = importance, .right = right};
    snprintf(to->text, sizeof to->text, "%s", text);
}

static int total(const struct segments *s)
{
    int columns = 0; /* a blank in front, two behind all but the last, one behind that */
    for (int i = 0; i < s->count; i++) columns += lrp_text_columns(s->items[i].text) + 2;
    return columns;
}

static void drop_least(struct segments *s)
{
    int least = 0;
    for (int i = 1; i < s->count; i++)
        if (s->items[i].importance < s->items[least].importance) least = i;
    memmove(&s->items[least], &s->items[least + 1], (size_t)(s->count - least - 1) * sizeof *s->items);
    s->count--;
}

static void check_segments(const struct lrp_app *app, struct segments *s)
{
    const struct lrp_check *check = app->snapshot->check;
    const size_t failed = check ? check->failed : 0;
    const bool skipped = lrp_facts_flag(&app->facts, LRP_SETTING_SKIP_CHECKS);
    char text[64];
    snprintf(text, sizeof text, "%zu unsupported", failed);
    if (failed) segment(s, skipped ? LRP_STYLE_HEADER_WARNING : LRP_STYLE_HEADER_BAD, skipped ? 2 : 8, false, text);
    snprintf(text, sizeof text, "checks: OFF (%zu unchecked)", failed);
    segment(s,
            skipped && failed ? LRP_STYLE_HEADER_WARNING
            : failed          ? LRP_STYLE_HEADER_BAD
                              : LRP_STYLE_HEADER,
            9, false, skipped ? text : "checks: ON");
}

/* Results that cannot be trusted: the messages say why. */
static void doubt_segment(const struct lrp_app *app, struct segments *s)
{
    const size_t count = app->snapshot->doubt_count;
    char text[64], key[32];
    snprintf(text, sizeof text, "! %zu doubt%s (%s)", count, count == 1 ? "" : "s",
             lrp_app_key(app, LRP_ACTION_view_messages, key, sizeof key));
    if (count) segment(s, LRP_STYLE_HEADER_WARNING, 8, false, text);
}

static void setting_segments(const struct lrp_app *app, struct segments *s)
{
    const char *method = lrp_facts_text(&app->facts, LRP_SETTING_METHOD);
    const char *convention = lrp_facts_text(&app->facts, LRP_SETTING_CONVENTION);
    char text[128];
    snprintf(text, sizeof text, "%.120s%s", lrp_facts_text(&app->facts, LRP_SETTING_COMPOSITE),
             app->facts.selects.count ? "*" : "");
    segment(s, LRP_STYLE_HEADER, 6, false, lrp_facts_is_default(&app->facts, LRP_SETTING_METHOD) ? text : method);
    if (!lrp_facts_is_default(&app->facts, LRP_SETTING_CONVENTION)) segment(s, LRP_STYLE_HEADER, 6, false, convention);
    segment(s, LRP_STYLE_HEADER, 4, true, lrp_file_name(app->snapshot->input_label ? app->snapshot->input_label : ""));
    if (app->facts.preprocess) segment(s, LRP_STYLE_HEADER, 0, true, app->facts.preprocess);
    if ((size_t)lrp_preview_sample(app) < app->snapshot->target_count) {
        const struct lrp_target *t = &app->snapshot->targets[lrp_preview_sample(app)];
        char value[32];
        lrp_value_text((double)t->output, value, sizeof value);
        const char *whole = t->several ? lrp_facts_text(&app->facts, LRP_SETTING_TARGET) : "";
        snprintf(text, sizeof text, "%lld%s%.50s %s%s%.40s", (long long)t->index, t->label && *t->label ? " " : "",
                 t->label ? t->label : "", value, *whole ? ", of " : "", whole);
        segment(s, LRP_STYLE_HEADER_STRONG, 7, true, text);
    }
}

static void draw_header(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    struct segments s = {.count = 0};
    char text[64], number[32];
    lrp_canvas_fill(canvas, rect, LRP_STYLE_HEADER);
    if (!app->snapshot) return;
    segment(&s, LRP_STYLE_HEADER_STRONG, 10, false, lrp_file_name(app->snapshot->model_path ? app->snapshot->model_path : ""));
    snprintf(text, sizeof text, "%d layers", lrp_app_layer_count(app) - 1);
    segment(&s, LRP_STYLE_HEADER, 5, false, text);
    snprintf(text, sizeof text, "%s params", lrp_count_text(app->snapshot->layers->parameters, number, sizeof number));
    segment(&s, LRP_STYLE_HEADER, 1, false, text);
    check_segments(app, &s);
    doubt_segment(app, &s);
    setting_segments(app, &s);
    while (s.count > 1 && total(&s) > rect.columns) drop_least(&s);
    int x = rect.x + 1, slack = rect.columns - total(&s);
    for (int i = 0; i < s.count; i++) {
        if (s.items[i].right && slack > 0) {
            x += slack;
            slack = 0;
        }
        x += lrp_canvas_fit(canvas, x, rect.y, rect.columns - x, s.items[i].text, s.items[i].style) + 2;
    }
}

/* What the key bar calls an action; "" where it does not stand there. Without a model there is little to do. */
static const char *bar_label(const struct lrp_app *app, enum lrp_action action, int context)
{
    const struct lrp_action_row *row = lrp_action_at(action);
    if (app->snapshot || context == LRP_IN_MENU) return row->contexts & context ? row->bar : "";
    return action == LRP_ACTION_open_model || action == LRP_ACTION_command ? row->name
           : action == LRP_ACTION_view_help || action == LRP_ACTION_back   ? row->bar
                                                                           : "";
}

/* A key of the key bar. */
struct bar_key {
    enum lrp_action action;
    const char *label;
    char key[16];
    int columns;     /* with a blank behind */
    bool gap, minor; /* gap: "u next-bad", but "?help" */
};
enum { LRP_BAR_ENDS = 2 }; /* the last ones, export and quit, stay as long as anything does */

static int bar_columns(const struct bar_key *keys, int count)
{
    int columns = -1;
    for (int i = 0; i < count; i++) columns += keys[i].columns;
    return columns;
}

/* Which one goes where there is no room: the last minor one, else the last before the ends. */
static int least_of(const struct bar_key *keys, int count)
{
    for (int i = count - 1; i >= 0; i--)
        if (keys[i].minor) return i;
    return count > LRP_BAR_ENDS ? count - 1 - LRP_BAR_ENDS : count - 1;
}

static int bar_keys(const struct lrp_app *app, int columns, struct bar_key keys[LRP_ACTION_COUNT])
{
    const int context = lrp_app_context(app);
    int count = 0;
    for (int i = 0; i < LRP_ACTION_COUNT; i++) {
        const char *label = bar_label(app, (enum lrp_action)i, context);
        struct bar_key *k = &keys[count];
        *k = (struct bar_key){.action = (enum lrp_action)i, .label = label + (label[0] == '-'), .minor = label[0] == '-'};
        lrp_keymap_text(&app->keymap, k->action, true, k->key, sizeof k->key);
        if (!*label || !*k->key) continue;
        k->gap = isalnum((unsigned char)k->key[0]) != 0;
        k->columns = lrp_text_columns(k->key) + k->gap + lrp_text_columns(k->label) + 1;
        count++;
    }
    while (count > 0 && bar_columns(keys, count) > columns) {
        const int least = least_of(keys, count);
        memmove(&keys[least], &keys[least + 1], (size_t)(count - least - 1) * sizeof *keys);
        count--;
    }
    return count;
}

/* The action of the key bar at a column, or LRP_ACTION_NONE. */
static enum lrp_action keys_at(const struct lrp_app *app, int columns, int x)
{
    struct bar_key keys[LRP_ACTION_COUNT];
    const int count = bar_keys(app, columns, keys);
    for (int i = 0; i < count; x -= keys[i++].columns)
        if (x >= 0 && x < keys[i].columns - 1) return keys[i].action;
    return LRP_ACTION_NONE;
}

static const char *menu_keys(const struct lrp_app *app)
{
    const char *keys = lrp_menu_kind_row(app->menu.kind)->keys;
    if (app->menu.rows.places > 1)
        return "{accept} take  {contrast} contrast  {place-before}{place-after} position  {search} find  {escape} close";
    return keys ? keys : "{accept} take  {edit} edit  {search} find  {escape} close";
}

static void draw_keys(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    struct bar_key keys[LRP_ACTION_COUNT];
    char hint[200];
    if (rect.rows == 0) return;
    if (lrp_app_context(app) == LRP_IN_MENU) {
        lrp_canvas_fit(canvas, rect.x, rect.y, rect.columns, lrp_app_hint(app, menu_keys(app), hint, sizeof hint),
                       LRP_STYLE_LABEL);
        return;
    }
    const int count = bar_keys(app, rect.columns, keys);
    for (int i = 0, x = rect.x; i < count; x += keys[i++].columns) {
        const int label = x + lrp_canvas_text(canvas, x, rect.y, 16, keys[i].key, LRP_STYLE_KEY);
        lrp_canvas_text(canvas, label + keys[i].gap, rect.y, 40, keys[i].label, LRP_STYLE_LABEL);
    }
}

/* Screen readers follow the cursor: it stands on the row that is selected where the keys go. */
static void place_cursor(const struct lrp_app *app, struct lrp_canvas *canvas, const struct lrp_layout *layout)
{
    const bool menu = app->menu.kind != LRP_MENU_NONE,
               details = !menu && app->focus == LRP_PANE_DETAILS && layout->pane[LRP_PANE_DETAILS].rows;
    const struct lrp_rect rect =
        menu ? lrp_menu_box(app, layout->body) : layout->pane[details ? LRP_PANE_DETAILS : LRP_PANE_LIST];
    const struct lrp_window *window = menu ? &app->menu.window : details ? &app->details_window : &app->windows[app->view];
    const int y = rect.y + 1 + window->selected - window->top;
    if (canvas->cursor_x >= 0 || rect.rows == 0 || y >= rect.y + rect.rows) return;
    canvas->cursor_shown = lrp_app_linear(app);
    canvas->cursor_x = rect.x + menu;
    canvas->cursor_y = y;
}

void lrp_app_view(const struct lrp_app *app, struct lrp_canvas *canvas)
{
    const struct lrp_layout layout = lrp_app_layout(app);
    canvas->ascii = app->caps.ascii;
    if ((canvas->columns != app->columns || canvas->rows != app->rows) && !lrp_canvas_resize(canvas, app->columns, app->rows))
        return;
    lrp_canvas_clear(canvas);
    if (layout.too_small) {
        lrp_canvas_text(canvas, 0, 0, canvas->columns, "too small", LRP_STYLE_NORMAL);
        return;
    }
    draw_header(app, canvas, layout.header);
    if (layout.pane[LRP_PANE_LIST].rows > 0) lrp_app_view_row(app, app->view)->draw(app, canvas, layout.pane[LRP_PANE_LIST]);
    for (int y = layout.rule.y; y < layout.rule.y + layout.rule.rows; y++)
        lrp_canvas_rune(canvas, layout.rule.x, y, 0x2502, LRP_STYLE_BORDER);
    if (layout.pane[LRP_PANE_PREVIEW].rows > 0) lrp_draw_preview(app, canvas, layout.pane[LRP_PANE_PREVIEW]);
    if (layout.pane[LRP_PANE_DETAILS].rows > 0) lrp_draw_details(app, canvas, layout.pane[LRP_PANE_DETAILS]);
    if (app->menu.kind != LRP_MENU_NONE) lrp_draw_menu(app, canvas, layout.body);
    lrp_draw_status(app, canvas, layout.status);
    lrp_draw_completion(app, canvas, layout.body);
    draw_keys(app, canvas, layout.keys);
    place_cursor(app, canvas, &layout);
}

static struct lrp_hit hit(const struct lrp_app *app, int x, int y)
{
    const struct lrp_layout layout = lrp_app_layout(app);
    struct lrp_hit h = {.action = LRP_ACTION_NONE, .px = -1};
    if (layout.keys.rows > 0 && y == layout.keys.y) h.action = keys_at(app, layout.keys.columns, x);
    h.answer = lrp_answer_at(app, layout.status, x, y);
    h.candidate = lrp_completion_at(app, layout.body, x, y);
    h.tile = lrp_tile_at(app, layout.pane[LRP_PANE_PREVIEW], x, y);
    lrp_preview_hit(app, layout.pane[LRP_PANE_PREVIEW], x, y, &h.px, &h.py);
    return h;
}

const struct lrp_screen lrp_screen = {.views =
                                          {
#define X(name, ...) [LRP_VIEW_##name] = &lrp_view_##name,
                                              LRP_VIEWS(X)
#undef X
                                          },
                                      .details = lrp_details_lines,
                                      .preview_inner = lrp_preview_inner,
                                      .token_beside = lrp_flow_token_beside,
                                      .measure = lrp_measure_table,
                                      .hit = hit};
