/* open.c: opening models while the inspector runs: recent ones, those of this folder, the demo; reading one again. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lrpscope/text.h"
#include "output.h"
#include "program.h"
#include "runner.h"
#include "text.h"
#include "tui.h"

enum { LRP_RECENT_MOST = 20, LRP_HERE_MOST = 200 };

/* ---- which were opened lately: a path per line, the latest first ---- */

static void read_recent(struct lrp_strings *out)
{
    char path[LRP_PATH_SIZE], line[LRP_PATH_SIZE];
    FILE *file = lrp_own_path(LRP_OWN_STATE, "recent", false, path, sizeof path) ? fopen(path, "r") : NULL;
    while (file && out->count < LRP_RECENT_MOST && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        if (*line == '/') lrp_strings_add(out, line);
    }
    if (file) fclose(file);
}

void lrp_runner_remember_model(const char *model)
{
    char path[LRP_PATH_SIZE];
    struct lrp_strings names = {0};
    struct lrp_text text = {0};
    char *whole = realpath(model, NULL);
    if (whole && !strchr(whole, '\n') && lrp_own_path(LRP_OWN_STATE, "recent", true, path, sizeof path)) {
        read_recent(&names);
        lrp_text_printf(&text, "%s\n", whole);
        for (size_t i = 0, kept = 1; i < names.count && kept < LRP_RECENT_MOST; i++)
            if (strcmp(names.items[i], whole) != 0 && ++kept) lrp_text_printf(&text, "%s\n", names.items[i]);
        if (!text.failed) lrp_output_write_hurried(path, text.data, text.length, NULL); /* worth no message */
    }
    lrp_text_free(&text);
    lrp_strings_free(&names);
    free(whole);
}

/* ---- the menu ---- */

static bool is_listed(const struct lrp_menu_rows *rows, const char *path)
{
    for (size_t i = 0; i < rows->count; i++)
        if (strcmp(rows->items[i].value, path) == 0) return true;
    return false;
}

static void add_model(struct lrp_menu_rows *rows, const char *path, const char *detail)
{
    char *whole = realpath(path, NULL);
    if (whole && !is_listed(rows, whole)) lrp_menu_rows_add(rows, lrp_file_name(whole), whole, whole, detail, true);
    free(whole);
}

static int is_model(const struct dirent *entry)
{
    const size_t length = strlen(entry->d_name);
    return length > 5 && strcmp(entry->d_name + length - 5, ".onnx") == 0 && entry->d_name[0] != '.';
}

static void add_folder(struct lrp_menu_rows *rows, const char *folder, const char *detail)
{
    struct dirent **entries = NULL;
    char path[LRP_PATH_SIZE];
    const int count = scandir(folder, &entries, is_model, alphasort);
    for (int i = 0; i < count; i++) {
        if (i < LRP_HERE_MOST && snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name) < (int)sizeof path)
            add_model(rows, path, detail);
        free(entries[i]);
    }
    free(entries);
}

/* Beside the program: where it was built, and where it is installed. False past the last place. */
static bool demo_folder(size_t i, char *out, size_t size)
{
    static const char *const places[] = {"/../assets/demo", "/../share/lrpscope/demo"};
    char program[LRP_PATH_SIZE];
    char *slash = lrp_program_path(program, sizeof program) ? strrchr(program, '/') : NULL;
    if (!slash || i >= sizeof places / sizeof *places) return false;
    *slash = 0;
    return snprintf(out, size, "%s%s", program, places[i]) < (int)size;
}

static void add_demo(struct lrp_menu_rows *rows)
{
    char folder[LRP_PATH_SIZE + 64];
    for (size_t i = 0; demo_folder(i, folder, sizeof folder); i++) add_folder(rows, folder, "demo");
}

/* The demo's models come with a picture. Owned by the caller; NULL for other models. */
static char *demo_input(const char *model)
{
    char folder[LRP_PATH_SIZE + 64], picture[LRP_PATH_SIZE + 64], *input = NULL, *whole = realpath(model, NULL);
    for (size_t i = 0; whole && !input && demo_folder(i, folder, sizeof folder); i++) {
        char *home = realpath(folder, NULL);
        const size_t length = home ? strlen(home) : 0;
        if (home && strncmp(whole, home, length) == 0 && whole[length] == '/') {
            snprintf(picture, sizeof picture, "%s/boot.png", home);
            input = realpath(picture, NULL);
        }
        free(home);
    }
    free(whole);
    return input;
}

void lrp_runner_model_rows(struct lrp_menu_rows *rows)
{
    struct lrp_strings names = {0};
    char detail[LRP_PATH_SIZE + 16];
    read_recent(&names);
    for (size_t i = 0; i < names.count; i++) {
        snprintf(detail, sizeof detail, "recent  %s", names.items[i]);
        if (access(names.items[i], R_OK) == 0) add_model(rows, names.items[i], detail);
    }
    lrp_strings_free(&names);
    add_folder(rows, ".", "in this folder");
    add_demo(rows);
    struct lrp_menu_row *other = lrp_menu_rows_add(rows, "another file", "", "", "type its path; Tab completes", true);
    if (other) other->must_edit = true;
}

/* ---- opening ---- */

static bool readable(const char *folder, const char *between, const char *name, int length, char *out, size_t size)
{
    return snprintf(out, size, "%s%s%.*s.lrpscope.json", folder, between, length, name) < (int)size && access(out, R_OK) == 0;
}

bool lrp_tui_rules_of(const char *model, char *out, size_t size)
{
    const char *file = lrp_file_name(model), *dot = strrchr(file, '.');
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    const int length = (int)(dot && dot > file ? (size_t)(dot - file) : strlen(file));
    if (readable("", "", model, (int)(file - model) + length, out, size)) return true;
    if (config && *config == '/') return readable(config, "/lrpscope/", file, length, out, size);
    return home && *home == '/' && readable(home, "/.config/lrpscope/", file, length, out, size);
}

/* Settings of a new model: those the inspector was started with, and its own rules file. */
static enum lrp_status settings_for(const struct lrp_runner *runner, const char *model, char *note, size_t size,
                                    struct lrp_settings **out, struct lrp_error *err)
{
    char path[LRP_PATH_SIZE];
    enum lrp_status status = runner->base ? lrp_settings_copy(runner->base, out, err) : lrp_settings_new(out, err);
    note[0] = 0;
    status = status ? status : lrp_runner_put_defaults(runner, *out, err);
    if (status || !lrp_tui_rules_of(model, path, sizeof path)) return status;
    snprintf(note, size, "rules of %.900s", path);
    return lrp_settings_read_found(*out, path, NULL, err);
}

/* Puts a session in the place of the one that is shown. The app starts anew; what was said and the keys stay. */
static bool exchange_session(struct lrp_runner *runner, struct lrp_session *fresh, struct lrp_error *err)
{
    struct lrp_app *app = &runner->app;
    const struct lrp_caps caps = app->caps;
    const int columns = app->columns, rows = app->rows;
    struct lrp_messages messages = app->messages;
    struct lrp_keymap keymap = app->keymap;
    const struct lrp_snapshot *snapshot = NULL;
    if (lrp_session_snapshot(fresh, &snapshot, err) != LRP_OK || !lrp_runner_restart_history(runner, snapshot->settings, err)) {
        lrp_snapshot_release(snapshot);
        return false;
    }
    lrp_runner_keep_place(runner);
    if (runner->session) {
        lrp_session_cancel(runner->session);
        lrp_session_wait(runner->session);
    }
    app->messages = (struct lrp_messages){0};
    app->keymap = (struct lrp_keymap){0};
    lrp_app_free(app);
    lrp_app_init(app, &lrp_screen, &caps, columns, rows);
    lrp_keymap_free(&app->keymap);
    app->messages = messages;
    app->keymap = keymap;
    lrp_snapshot_release(runner->snapshot);
    lrp_session_free(runner->own);
    runner->snapshot = snapshot;
    runner->session = runner->own = fresh;
    runner->asked.request.layer = runner->detailed.layer = -1;
    return true;
}

static void forget_arrival(struct lrp_runner *runner)
{
    free(runner->arrival.model);
    free(runner->arrival.input);
    lrp_settings_free(runner->arrival.settings);
    lrp_tokenizer_close(runner->arrival.tokenizer);
    lrp_place_free(&runner->arrival.place);
    runner->arrival = (struct lrp_arrival){.model = NULL};
}

/* A model that was read again: its input, and where one was. */
static void go_on(struct lrp_runner *runner, const struct lrp_arrival *a)
{
    const bool lost = a->had_input && !a->input;
    char hint[100];
    const char *text = lost ? "read again; the input did not come from one file: {input} opens it" : "read again";
    lrp_runner_say(runner, false, lrp_app_hint(&runner->app, text, hint, sizeof hint));
    if (a->input) lrp_runner_input(runner, a->input);
    struct lrp_event stay = {.kind = LRP_EVENT_PLACE, .place = &a->place}, no_offer = {.kind = LRP_EVENT_OFFER, .text = ""};
    lrp_app_update(&runner->app, &stay);
    lrp_app_update(&runner->app, &no_offer);
}

/* Puts the model in place, or says why there is none. */
static void take_arrival(struct lrp_runner *runner)
{
    struct lrp_arrival *a = &runner->arrival;
    if (!a->session || !exchange_session(runner, a->session, &a->err)) {
        lrp_session_free(a->session);
        lrp_runner_say(runner, true, a->err.message);
    } else {
        if (!a->again) lrp_runner_take_tokenizer(runner, a->tokenizer);
        a->tokenizer = NULL;
        if (runner->tokenizer) lrp_session_set_tokenizer(runner->session, runner->tokenizer);
        lrp_runner_set_input(runner, NULL);
        lrp_runner_keep_results(runner, a->again);
        runner->input_count = 0; /* they were given for another model */
        lrp_runner_look(runner);
        if (runner->terminal) {
            lrp_runner_remember_model(a->model);
            lrp_runner_state_open(runner);
        }
        if (*a->note) lrp_runner_say(runner, false, a->note);
        if (a->again)
            go_on(runner, a);
        else if (a->input)
            lrp_runner_input(runner, a->input);
    }
    forget_arrival(runner);
}

static void open_model(void *data)
{
    struct lrp_arrival *a = data;
    struct lrp_error ignored; /* without a tokenizer, ids can be given */
    if (lrp_session_open(a->model, a->settings, &a->session, &a->err) != LRP_OK) a->session = NULL;
    if (!a->session || !lrp_session_token_input(a->session)) return;
    if (!a->again && lrp_tokenizer_open_beside(a->model, &a->tokenizer, &ignored) != LRP_OK) a->tokenizer = NULL;
}

/* Begins to open the model; without a thread (as scripts play) it is there at once. */
static void begin_to_open(struct lrp_runner *runner)
{
    char text[1100];
    if (runner->paint_thread) runner->open_task = lrp_task_new(open_model, &runner->arrival, runner->wake[1]);
    if (runner->open_task) {
        snprintf(text, sizeof text, "opening %.1000s", runner->arrival.model);
        lrp_runner_say(runner, false, text);
        return;
    }
    open_model(&runner->arrival);
    take_arrival(runner);
}

bool lrp_runner_take_model(struct lrp_runner *runner)
{
    if (!runner->open_task || !lrp_task_done(runner->open_task)) return false;
    lrp_task_join(runner->open_task);
    runner->open_task = NULL;
    take_arrival(runner);
    return true;
}

void lrp_runner_drop_model(struct lrp_runner *runner)
{
    lrp_task_join(runner->open_task);
    runner->open_task = NULL;
    lrp_session_free(runner->arrival.session);
    forget_arrival(runner);
}

/* One at a time. */
static bool is_opening(struct lrp_runner *runner)
{
    char text[1100];
    if (!runner->open_task) return false;
    snprintf(text, sizeof text, "still opening %.1000s", runner->arrival.model);
    lrp_runner_say(runner, true, text);
    return true;
}

void lrp_runner_open(struct lrp_runner *runner, const char *typed)
{
    struct lrp_arrival *a = &runner->arrival;
    struct lrp_error err = {.message = "not enough memory"};
    if (is_opening(runner)) return;
    a->model = lrp_expand_path(typed);
    a->input = a->model ? demo_input(a->model) : NULL;
    if (!a->model || settings_for(runner, a->model, a->note, sizeof a->note, &a->settings, &err) != LRP_OK) {
        lrp_runner_say(runner, true, err.message);
        forget_arrival(runner);
    } else {
        begin_to_open(runner);
    }
}

void lrp_runner_reload(struct lrp_runner *runner)
{
    struct lrp_arrival *a = &runner->arrival;
    struct lrp_error err = {.message = "not enough memory"};
    if (is_opening(runner)) return;
    a->again = true;
    a->had_input = *runner->snapshot->input_label;
    a->model = strdup(runner->snapshot->model_path);
    a->input = runner->input ? strdup(runner->input) : NULL;
    lrp_app_place(&runner->app, &a->place);
    if (!a->model || (runner->input && !a->input) ||
        lrp_settings_copy(runner->snapshot->settings, &a->settings, &err) != LRP_OK) {
        lrp_runner_say(runner, true, err.message);
        forget_arrival(runner);
    } else {
        begin_to_open(runner);
    }
}
