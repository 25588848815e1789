/* command.c: the : command line: any action by its name, what some of them take, and going to a layer by its number. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "text.h"

/* Actions that are nothing without an argument start a line in which it can be typed. */
static void begin_line(struct lrp_app *app, enum lrp_action action)
{
    char line[64];
    snprintf(line, sizeof line, "%s ", lrp_action_at(action)->name);
    lrp_app_open_prompt(app, LRP_PROMPT_COMMAND, line);
}
void lrp_do_go(struct lrp_app *app)
{
    begin_line(app, LRP_ACTION_go);
}
void lrp_do_set(struct lrp_app *app)
{
    begin_line(app, LRP_ACTION_set);
}
void lrp_do_theme(struct lrp_app *app)
{
    begin_line(app, LRP_ACTION_theme);
}
void lrp_do_dump(struct lrp_app *app)
{
    begin_line(app, LRP_ACTION_dump);
}
void lrp_do_export_graph(struct lrp_app *app)
{
    begin_line(app, LRP_ACTION_export_graph);
}
void lrp_do_references(struct lrp_app *app)
{
    begin_line(app, LRP_ACTION_references);
}
void lrp_do_bind(struct lrp_app *app)
{
    begin_line(app, LRP_ACTION_bind);
}

void lrp_take_set(struct lrp_app *app, const char *line)
{
    const size_t length = strcspn(line, " =");
    for (int i = 0; i < LRP_SETTING_COUNT; i++) {
        const char *key = lrp_facts_key((enum lrp_setting)i);
        if (strlen(key) != length || strncmp(key, line, length) != 0) continue;
        const char *value = line + length;
        lrp_app_emit(app, LRP_EFFECT_SET, value + strspn(value, " ="), i, false);
        return;
    }
    lrp_app_say(app, true, "no such setting: %s (:set and Tab lists them)", line);
}

void lrp_take_theme(struct lrp_app *app, const char *name)
{
    char names[80];
    if (!lrp_caps_take_theme(&app->caps, name))
        lrp_app_say(app, true, "no such theme: %s (%s)", name, lrp_theme_names(names, sizeof names));
}

/* ":bind down j n": what the action had before goes. */
void lrp_take_bind(struct lrp_app *app, const char *line)
{
    const size_t length = strcspn(line, " ");
    char name[64], why[128], keys[64];
    snprintf(name, sizeof name, "%.*s", (int)(length < 63 ? length : 63), line);
    const enum lrp_action action = lrp_action_of_name(name);
    if (action == LRP_ACTION_NONE)
        lrp_app_say(app, true, "bind: no such action: %s", name);
    else if (!lrp_keymap_bind(&app->keymap, action, line + length, why, sizeof why))
        lrp_app_say(app, true, "bind: %s", why);
    else
        lrp_app_say(app, false, "%s: %s", lrp_action_at(action)->name,
                    lrp_keymap_text(&app->keymap, action, false, keys, sizeof keys));
}

/* A number, a name, or what only one name holds. */
static int layer_of(const struct lrp_app *app, const char *text)
{
    char *end;
    const long number = strtol(text, &end, 10);
    int found = -1, hits = 0;
    for (int i = 0; i < lrp_app_place_count(app); i++) {
        const char *name = lrp_app_layer(app, i)->name;
        if (lrp_text_names(text, name)) return i;
        if (strstr(name, text)) {
            found = i;
            hits++;
        }
    }
    if (end != text && !*end) return number >= 0 && number < lrp_app_layer_count(app) ? (int)number : -1;
    return hits == 1 ? found : -1;
}

void lrp_take_go(struct lrp_app *app, const char *text)
{
    const int layer = layer_of(app, text);
    if (layer < 0)
        lrp_app_say(app, true, "no layer %s", text);
    else
        lrp_app_go(app, layer);
}

/* A rule has no = but between parentheses: ":rule type:dense=gamma" is for the layers that it selects, as --rule is. */
void lrp_take_rule_menu(struct lrp_app *app, const char *rule)
{
    const size_t name = strcspn(rule, "(=");
    if (*rule == '"' || rule[name] == '=')
        lrp_app_emit(app, LRP_EFFECT_SELECT_RULE, rule, 0, false);
    else if (lrp_app_has_layer(app))
        lrp_app_emit_layers(app, LRP_EFFECT_RULE, rule, 0);
}
void lrp_take_composite_menu(struct lrp_app *app, const char *text)
{
    lrp_app_emit(app, LRP_EFFECT_SET, text, LRP_SETTING_COMPOSITE, false);
}
void lrp_take_method_menu(struct lrp_app *app, const char *text)
{
    lrp_app_emit(app, LRP_EFFECT_SET, text, LRP_SETTING_METHOD, false);
}
void lrp_take_target_menu(struct lrp_app *app, const char *text)
{
    lrp_app_emit(app, LRP_EFFECT_SET, text, LRP_SETTING_TARGET, false);
}
void lrp_take_input(struct lrp_app *app, const char *path)
{
    lrp_app_emit(app, LRP_EFFECT_INPUT, path, 0, false);
}
void lrp_take_open_model(struct lrp_app *app, const char *path)
{
    lrp_app_emit(app, LRP_EFFECT_OPEN, path, 0, false);
}
void lrp_take_export_heatmap(struct lrp_app *app, const char *path)
{
    lrp_app_emit(app, LRP_EFFECT_EXPORT, path, 0, false);
}
void lrp_take_export_all(struct lrp_app *app, const char *path)
{
    lrp_app_emit(app, LRP_EFFECT_EXPORT_ALL, path, 0, false);
}
void lrp_take_dump(struct lrp_app *app, const char *path)
{
    lrp_app_emit(app, LRP_EFFECT_DUMP, path, 0, false);
}
void lrp_take_export_graph(struct lrp_app *app, const char *path)
{
    lrp_app_emit(app, LRP_EFFECT_EXPORT_GRAPH, path, 0, false);
}
void lrp_take_references(struct lrp_app *app, const char *path)
{
    lrp_app_emit(app, LRP_EFFECT_REFERENCES, path, 0, false);
}
void lrp_take_write_rules(struct lrp_app *app, const char *path)
{
    lrp_app_emit(app, LRP_EFFECT_WRITE, path, 0, false);
}

/* ":register blocks.*", ":register activation hard-swish"; what is registered already is taken back. */
void lrp_take_register_layer(struct lrp_app *app, const char *text)
{
    static const char prefix[] = "activation ";
    const bool activation = strncmp(text, prefix, sizeof prefix - 1) == 0;
    const char *name = activation ? text + sizeof prefix - 1 : text;
    name += strspn(name, " ");
    const bool has = lrp_strings_find(activation ? &app->facts.activations : &app->facts.layers, name) >= 0;
    lrp_app_emit(app, LRP_EFFECT_REGISTER, name, activation, !has);
}

void lrp_take_search(struct lrp_app *app, const char *text)
{
    if (lrp_app_set_text(app, &app->search, text)) lrp_app_find(app, app->windows[app->view].selected, 1);
}
/* Blanks at the end are no part of it: completion leaves one. */
static void run_action(struct lrp_app *app, enum lrp_action action, const char *line)
{
    const struct lrp_action_row *row = lrp_action_at(action);
    size_t length = strlen(line);
    while (length > 0 && line[length - 1] == ' ') length--;
    char *argument = strndup(line, length);
    if (!argument) return;
    if (!*argument)
        row->run(app);
    else if (row->take)
        row->take(app, argument);
    else
        lrp_app_say(app, true, "%s takes no argument: %s", row->name, argument);
    free(argument);
}

void lrp_app_command(struct lrp_app *app, const char *line)
{
    char name[64];
    line += strspn(line, " ");
    const size_t length = strcspn(line, " "), digits = strspn(line, "0123456789");
    app->status[0] = 0;
    if (*line == 0) return;
    if (digits > 0 && line[digits] == 0) {
        lrp_take_go(app, line);
        return;
    }
    snprintf(name, sizeof name, "%.*s", (int)(length < 63 ? length : 63), line);
    const enum lrp_action action = lrp_action_of_name(name);
    if (action == LRP_ACTION_NONE)
        lrp_app_say(app, true, "no such command: %s (Tab lists them)", name);
    else
        run_action(app, action, line + length + strspn(line + length, " "));
}
