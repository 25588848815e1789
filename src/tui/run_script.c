/* run_script.c: plays a file of keys and :commands instead of a keyboard; nothing is shown, screens are dumped to files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "runner.h"
#include "svg.h"

enum { LRP_SCRIPT_LINE = 4096 };

static bool write_text(struct lrp_runner *runner, const char *path, const char *text) {
    FILE *file = fopen(path, "wb");
    const bool fine = file && fputs(text, file) >= 0;
    if ((file && fclose(file) != 0) || !fine) {
        char message[LRP_SCRIPT_LINE + 100];
        snprintf(message, sizeof message, "%s: %s", path, strerror(errno));
        lrp_runner_say(runner, true, message);
        fprintf(stderr, "lrpscope: script: %s\n", message);
        return false;
    }
    return true;
}

static bool wait_idle(struct lrp_runner *runner, const char *rest) {
    (void)rest;
    if (runner->session)
        lrp_session_wait(runner->session);
    lrp_runner_look(runner);
    return true;
}

static bool dump_svg(struct lrp_runner *runner, const char *path) {
    char *svg = lrp_canvas_to_svg(&runner->canvas);
    const bool fine = svg && write_text(runner, path, svg);
    free(svg);
    return fine;
}

/* The screen as a picture if FILE ends in .svg, else as text; FILE.style gets the style letters. */
static bool dump(struct lrp_runner *runner, const char *path) {
    char style_path[LRP_SCRIPT_LINE + 8];
    const size_t length = strlen(path);
    lrp_app_view(&runner->app, &runner->canvas);
    if (length > 4 && strcmp(path + length - 4, ".svg") == 0)
        return dump_svg(runner, path);
    char *text = lrp_canvas_to_text(&runner->canvas), *style = lrp_canvas_to_style(&runner->canvas);
    snprintf(style_path, sizeof style_path, "%s.style", path);
    const bool fine = text && style && write_text(runner, path, text) && write_text(runner, style_path, style);
    free(text);
    free(style);
    return fine;
}

static bool dump_state(struct lrp_runner *runner, const char *path) {
    const struct lrp_app *app = &runner->app;
    if (!app->now)
        return write_text(runner, path, "no model\n");
    const struct lrp_layer *layer = lrp_app_layer(app, app->layer);
    const bool sum = app->now->relevance && app->now->relevance[app->layer];
    char text[4096];
    snprintf(text, sizeof text,
             "view=%d\nlayer=%d\nname=%s\nrule=%s\ncheck_failed=%d\nskip_checks=%s\ncomposite=%s\ntarget=%lld\nsum=%.9g\n"
             "shown=%zu\nlayers=%d\njob=%d\nmenu=%d\nprompt=%d\nstatus=%s\nerror=%d\n",
             (int)app->view, app->layer, layer ? layer->name : "", app->now->rules ? app->now->rules[app->layer] : "",
             lrp_app_failed(app, app->layer), lrp_facts_text(&app->facts, LRP_SETTING_SKIP_CHECKS),
             lrp_facts_text(&app->facts, LRP_SETTING_COMPOSITE),
             app->now->target_count ? (long long)app->now->targets[0].index : -1LL,
             sum ? app->now->relevance_statistics[app->layer].sum : 0.0, app->shown_count, lrp_app_layer_count(app),
             (int)app->now->job, (int)app->menu.kind, (int)app->prompt.kind, app->status, app->status_error);
    return write_text(runner, path, text);
}

static bool resize(struct lrp_runner *runner, const char *rest) {
    struct lrp_event event = {.kind = LRP_EVENT_RESIZE};
    if (sscanf(rest, "%dx%d", &event.x, &event.y) != 2 || event.x < 1 || event.y < 1 || event.x > 1000 || event.y > 1000)
        return false;
    lrp_runner_send(runner, &event);
    return true;
}

static bool command(struct lrp_runner *runner, const char *line) {
    static const struct {
        const char *name;
        bool (*run)(struct lrp_runner *runner, const char *rest);
    } own[] = {{"wait-idle", wait_idle}, {"dump-state ", dump_state}, {"dump ", dump}, {"resize ", resize}};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strncmp(line, own[i].name, strlen(own[i].name)) == 0)
            return own[i].run(runner, line + strlen(own[i].name));
    struct lrp_event event = {.kind = LRP_EVENT_COMMAND, .text = line};
    lrp_runner_send(runner, &event);
    return true;
}

static bool keys(struct lrp_runner *runner, const char *line) {
    while (*line && !runner->quit) {
        const int key = lrp_key_parse(&line);
        if (key < 0)
            return false;
        if (key == ' ')
            continue; /* blanks separate; <Space> is the key */
        struct lrp_event event = {.kind = LRP_EVENT_KEY, .number = key};
        lrp_runner_look(runner);
        lrp_runner_send(runner, &event);
    }
    return true;
}

int lrp_runner_play(struct lrp_runner *runner, const char *path) {
    char line[LRP_SCRIPT_LINE];
    FILE *file = fopen(path, "rb");
    if (!file) {
        fprintf(stderr, "lrpscope: script %s: %s\n", path, strerror(errno));
        return 3;
    }
    int code = 0;
    for (int number = 1; code == 0 && !runner->quit && fgets(line, sizeof line, file); number++) {
        line[strcspn(line, "\r\n")] = 0;
        if (line[0] == '#')
            continue;
        if (!(line[0] == ':' ? command(runner, line + 1) : keys(runner, line))) {
            fprintf(stderr, "lrpscope: script %s line %d: cannot be played: %s\n", path, number, line);
            code = 2;
        }
    }
    fclose(file);
    return code;
}
