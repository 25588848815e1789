/* tui.c: the inspector's loop: keys, the worker's news and signals in, screens out; sleeps when nothing happens. */
#include "tui.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "printable.h"
#include "runner.h"
#include "signals.h"
#include "wake_pipe.h"

enum { LRP_PLAY_MS = 250, LRP_LOOK_MS = 30, LRP_SETTLE_MS = 6, LRP_KEEP_MS = 300 };

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void drain(int fd)
{
    char bytes[256];
    while (read(fd, bytes, sizeof bytes) > 0)
        ;
}

/* The pipe has something to say again. */
static void put_back(int fd)
{
    if (write(fd, "b", 1) < 0) {
        /* it is full: it has */
    }
}

/* When the loop must wake by itself; -1: never. */
struct deadlines {
    int64_t look, tick, keep, results;
};
static int timeout_of(const struct deadlines *d)
{
    int64_t next = -1;
    if (d->look >= 0) next = d->look;
    if (d->tick >= 0 && (next < 0 || d->tick < next)) next = d->tick;
    if (d->keep >= 0 && (next < 0 || d->keep < next)) next = d->keep;
    if (d->results >= 0 && (next < 0 || d->results < next)) next = d->results;
    const int64_t left = next - now_ms();
    return next < 0 ? -1 : left < 0 ? 0 : (int)left;
}

/* Everything that can be read; false when the terminal is gone. */
static bool read_terminal(struct lrp_runner *runner, bool *dirty)
{
    struct lrp_event event;
    bool lost = false;
    while (!runner->quit && lrp_terminal_read(runner->terminal, &event, &lost)) {
        lrp_runner_send(runner, &event);
        *dirty = true;
    }
    return !lost;
}

static void send_interrupt(struct lrp_runner *runner)
{
    struct lrp_event event = {.kind = LRP_EVENT_KEY, .number = 'C' & 0x1F};
    lrp_runner_send(runner, &event);
}

/* The clock: a step of playing, and the news of the worker at most every LRP_LOOK_MS. */
static bool on_clock(struct lrp_runner *runner, struct deadlines *d)
{
    const int64_t now = now_ms();
    bool changed = false;
    if (d->look >= 0 && now >= d->look) {
        d->look = -1;
        lrp_runner_look(runner);
        changed = true;
    }
    if (d->keep >= 0 && now >= d->keep) {
        d->keep = -1;
        lrp_runner_keep_place(runner);
    }
    if (d->results >= 0 && now >= d->results) {
        changed = lrp_runner_read_results(runner, false) || changed;
        d->results = runner->results_wait < 0 ? -1 : now_ms() + runner->results_wait;
    }
    if (!runner->app.playing) {
        d->tick = -1;
    } else if (d->tick < 0) {
        d->tick = now + LRP_PLAY_MS;
    } else if (now >= d->tick) {
        struct lrp_event event = {.kind = LRP_EVENT_TICK};
        lrp_runner_send(runner, &event);
        d->tick = runner->app.playing ? now + LRP_PLAY_MS : -1;
        changed = true;
    }
    return changed;
}

/* Something short is on its way: the results of a small model, or a picture, unless all processors are at work: then it takes
 * its time, and so does waking up from waiting for it. */
static bool on_its_way(struct lrp_runner *runner)
{
    const struct lrp_snapshot *snapshot = runner->snapshot;
    const bool running = snapshot && (snapshot->job == LRP_JOB_NONE || lrp_job_runs(snapshot->job));
    return runner->open_task || runner->exporting ||
           (runner->paint_thread && lrp_paint_thread_busy(runner->paint_thread) && !lrp_app_busy(&runner->app)) ||
           (runner->started && running && *snapshot->input_label);
}

/* What takes no longer than a key may is waited for: nothing flickers in between. */
static void wait_for_news(struct lrp_runner *runner)
{
    const int64_t until = now_ms() + LRP_SETTLE_MS;
    for (int64_t left; on_its_way(runner) && (left = until - now_ms()) > 0;) {
        struct pollfd wake = {.fd = runner->wake[0], .events = POLLIN};
        if (poll(&wake, 1, (int)left) <= 0) break;
        drain(runner->wake[0]);
        if (lrp_signals_waiting()) { /* the loop's business */
            put_back(runner->wake[1]);
            break;
        }
        lrp_runner_take_model(runner);
        lrp_runner_take_export(runner, false);
        lrp_runner_take_scores(runner, false);
        lrp_runner_take_painting(runner);
        lrp_runner_look(runner);
    }
    runner->started = false;
}

static void draw_screen(struct lrp_runner *runner)
{
    wait_for_news(runner);
    if (lrp_terminal_set_light(runner->terminal, runner->app.caps.light)) runner->redraw_all = true;
    lrp_terminal_cell(runner->terminal, &runner->app.caps.cell_width, &runner->app.caps.cell_height);
    lrp_app_view(&runner->app, &runner->canvas);
    lrp_terminal_draw(runner->terminal, &runner->canvas, runner->redraw_all);
    runner->redraw_all = false;
}

/* Returns the exit code. */
static int loop(struct lrp_runner *runner)
{
    struct deadlines d = {-1, -1, -1, runner->results.folder && runner->results_wait >= 0 ? now_ms() : -1};
    bool dirty = true, unread = true; /* keys typed while the terminal was asked lie with ncurses, where poll() sees none */
    while (!runner->quit) {
        if (lrp_signals_stopping()) {
            lrp_terminal_lend(runner->terminal, lrp_signals_stop);
            runner->redraw_all = true;
        }
        if (dirty || runner->redraw_all) draw_screen(runner);
        if (dirty && d.keep < 0) d.keep = now_ms() + LRP_KEEP_MS;
        struct pollfd fds[2] = {{.fd = lrp_terminal_fd(runner->terminal), .events = POLLIN},
                                {.fd = runner->wake[0], .events = POLLIN}};
        const bool read_first = unread && !runner->open_task;
        const int ready = poll(fds, 2, read_first ? 0 : timeout_of(&d)), problem = errno;
        if (lrp_signals_ending()) return 128 + lrp_signals_ending();
        dirty = ready < 0; /* EINTR: perhaps another size */
        if (ready < 0 && problem != EINTR) return 3;
        if (ready > 0 && (fds[1].revents & POLLIN)) {
            drain(runner->wake[0]);
            dirty = lrp_runner_take_model(runner) || dirty;
            dirty = lrp_runner_take_export(runner, false) || dirty;
            dirty = lrp_runner_take_scores(runner, false) || dirty;
            dirty = lrp_runner_take_painting(runner) || dirty;
            d.look = d.look < 0 ? now_ms() + (lrp_app_busy(&runner->app) ? LRP_LOOK_MS : 0) : d.look;
        }
        if (lrp_signals_interrupted()) {
            send_interrupt(runner);
            dirty = true;
        }
        /* back at the same size there is no key for it, but the terminal may have dropped what lay outside meanwhile */
        if (lrp_signals_resized()) runner->redraw_all = true;
        if (ready != 0 || read_first) { /* the wake pipe also says that the size changed, which is read like a key */
            unread = false;
            if (!read_terminal(runner, &dirty) || (ready > 0 && (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))))
                return 128 + 1; /* as SIGHUP would have it */
        }
        dirty = on_clock(runner, &d) || dirty;
    }
    return 0;
}

static struct lrp_caps script_caps(const struct lrp_tui_options *options)
{
    struct lrp_caps caps = {.mode = lrp_color_mode_of(options->color, getenv("NO_COLOR"), 256, 1 << 16),
                            .ascii = options->ascii};
    caps.levels = lrp_levels_of(caps.mode, 1 << 16);
    caps.palette = lrp_palette_of(1 << 16);
    if (options->linear) {
        caps.ascii = true;
        caps.mode = LRP_COLOR_MONO;
    }
    return caps;
}

/* The user's keys, theme and defaults. */
static void configure(struct lrp_runner *runner)
{
    char path[4096];
    if (!lrp_own_path(LRP_OWN_CONFIG, "config.json", false, path, sizeof path)) return;
    lrp_runner_configure(runner, path);
    lrp_runner_begin_with_defaults(runner);
}

static void begin_to_keep(struct lrp_runner *runner)
{
    lrp_runner_remember_model(runner->snapshot->model_path);
    lrp_runner_state_open(runner);
}

/* Nobody else can put a file into it. */
static bool is_own_folder(const char *path)
{
    char folder[1024];
    struct stat info;
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    return !stat(folder, &info) && info.st_uid == geteuid() && !(info.st_mode & (S_IWGRP | S_IWOTH));
}

/* Where a crash would leave its report: among what is kept between starts; nowhere if others can write there. */
static void prepare_report(const struct lrp_runner *runner)
{
    char name[64], path[1024];
    snprintf(name, sizeof name, "crash-%d.txt", (int)getpid());
    if (lrp_own_path(LRP_OWN_STATE, name, true, path, sizeof path) && is_own_folder(path))
        lrp_signals_report(path, runner->snapshot ? runner->snapshot->model_path : "none");
}

/* With a terminal, or without one for a script. */
static int run_inspector(struct lrp_runner *runner, const struct lrp_tui_options *options, struct lrp_error *err)
{
    const struct lrp_terminal_options wanted = {
        .color = options->color, .pixels = options->pixels, .ascii = options->ascii, .mouse = options->mouse};
    struct lrp_caps caps = script_caps(options);
    int columns = options->linear ? 200 : 80, rows = options->linear ? 60 : 24;
    char note[512];
    if (options->linear) {
        prepare_report(runner);
    } else if (!options->script) {
        if (lrp_terminal_open(&wanted, &runner->terminal, err) != LRP_OK) return lrp_status_exit_code(err->status);
        caps = lrp_terminal_caps(runner->terminal);
        prepare_report(runner);
        lrp_terminal_size(runner->terminal, &columns, &rows);
    }
    lrp_app_init(&runner->app, &lrp_screen, &caps, columns, rows);
    runner->app.untimed = !runner->terminal;
    runner->app.unshared = options->linear;
    runner->app.token_scale = options->token_scale;
    if (runner->terminal) runner->paint_thread = lrp_paint_thread_new(lrp_paint, runner->wake[1]);
    if (!options->script) /* what a script does must not depend on who plays it */
        configure(runner);
    if (!options->results) lrp_runner_list_inputs(runner);
    lrp_runner_look(runner);
    lrp_runner_start(runner);
    if (options->rules && !runner->app.status_error) {
        snprintf(note, sizeof note, "rules of %.480s", options->rules);
        lrp_runner_say(runner, false, note);
    }
    if (runner->terminal && *lrp_terminal_note(runner->terminal) && !runner->app.status_error)
        lrp_runner_say(runner, false, lrp_terminal_note(runner->terminal));
    if (!runner->session)
        lrp_runner_menu(runner, LRP_MENU_OPEN, 0, NULL);
    else if (options->results && lrp_runner_open_results(runner, options->results, err) != LRP_OK)
        return lrp_status_exit_code(err->status);
    else if (!options->script && !options->results) /* what a batch was told is not what one does with its model otherwise */
        begin_to_keep(runner);
    if (options->references && runner->session && lrp_runner_read_references(runner, options->references, err) != LRP_OK)
        return lrp_status_exit_code(err->status);
    if (options->note) lrp_runner_say(runner, true, options->note);
    if (options->script) return lrp_runner_play(runner, options->script);
    return options->linear ? lrp_runner_speak(runner) : loop(runner);
}

static int start_inspector(struct lrp_session *session, const struct lrp_settings *settings,
                           const struct lrp_tui_options *options)
{
    struct lrp_runner runner = {.wake = {-1, -1},
                                .base = settings,
                                .write_report = options->write_report,
                                .tokenizer = options->tokenizer,
                                .inputs = options->inputs,
                                .input_count = options->input_count};
    struct lrp_error err = {.status = LRP_OK, .message = ""};
    int code = 3;
    setlocale(LC_CTYPE, "");
    if (!lrp_wake_pipe_open(runner.wake)) {
        lrp_print(stderr, "lrpscope: no pipe: %s\n", strerror(errno));
        return code;
    }
    lrp_signals_install(runner.wake[1]);
    if (options->input) lrp_runner_set_input(&runner, options->input);
    if (lrp_runner_init(&runner, session, &err)) code = run_inspector(&runner, options, &err);
    if (runner.session) lrp_runner_keep_place(&runner);
    lrp_terminal_close(runner.terminal);
    if (err.status && code != 0) lrp_print(stderr, "lrpscope: %s\n", err.message);
    /* the worker writes into the pipe: it must have ended before that is closed */
    if (runner.session) {
        lrp_session_cancel(runner.session);
        lrp_session_wait(runner.session);
    }
    lrp_runner_free(&runner);
    lrp_signals_remove();
    close(runner.wake[1]); /* first: writing into a pipe that nobody can read would kill */
    close(runner.wake[0]);
    return code;
}

int lrp_tui_run(struct lrp_session *session, const struct lrp_tui_options *options)
{
    return start_inspector(session, NULL, options);
}
int lrp_tui_start(const struct lrp_settings *settings, const struct lrp_tui_options *options)
{
    return start_inspector(NULL, settings, options);
}
