/* keys.c: how long a key takes in the inspector, from the event to the finished screen (without the terminal's part).
 *
 * usage: keys MODEL [INPUT]. Every line: a group of keys, how many, median and longest in ms. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys.h"
#include "runner.h"

enum { KEYS_MOST = 512 };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double press(struct lrp_runner *runner, int key)
{
    const double start = now_ms();
    struct lrp_event event = {.kind = LRP_EVENT_KEY, .number = key};
    lrp_runner_send(runner, &event);
    lrp_app_view(&runner->app, &runner->canvas);
    return now_ms() - start;
}

/* Plays `keys` `times` times. */
static void group(struct lrp_runner *runner, const char *name, const char *keys, int times)
{
    double took[KEYS_MOST];
    int count = 0;
    for (int i = 0; i < times; i++)
        for (const char *at = keys; *at && count < KEYS_MOST;) took[count++] = press(runner, lrp_key_parse(&at));
    qsort(took, (size_t)count, sizeof *took, by_size);
    printf("%-34s %4d keys  median %7.3f  longest %7.3f ms\n", name, count, took[count / 2], took[count - 1]);
}

static void all(struct lrp_runner *runner)
{
    group(runner, "down", "j", 400);
    group(runner, "page down", "<PgDn>", 200);
    group(runner, "end, home", "Gg", 50);
    group(runner, "search, typed", "/layer9998", 1);
    group(runner, "search, kept; next", "<CR>nnnn", 1);
    group(runner, "search that finds nothing", "/zzzz<Esc>", 5);
    group(runner, "filter, typed", "\\block77", 1);
    group(runner, "filter, kept; down; gone", "<CR>jjjj<Esc>", 1);
    group(runner, "filter :unsupported", "\\:unsupported<CR>jjjj<Esc>", 1);
    group(runner, "next unsupported", "u", 100);
    group(runner, "steps along edges", ".,", 50);
    group(runner, "details open, down", "<CR>jjjjjjjj<Esc>", 5);
    group(runner, "tag all, none", "aA", 10);
    group(runner, "check view, down, back", "2jjjj<PgDn>1", 10);
    group(runner, "help, summary, messages", "?jj45<Esc>", 10);
    group(runner, "next rule, undo", "]z", 20);
    group(runner, "rule menu, rules tried, left", "rjjj<Esc>", 5);
    group(runner, "composite menu, tried, left", "Rjjj<Esc>", 5);
    group(runner, "method menu, form, left", "Mjjjj<Esc>", 10);
    group(runner, "concept grid, moved in, left", "KllhhK", 10);
    group(runner, "every kind of preview", "pppppppppppppppp", 5);
    group(runner, "attention, moved in, heads, left", ":preview attention<CR><Tab><Right><Down>}}{<Tab>", 5);
    group(runner, "text, tokens, moved in, left", ":preview text<CR><Tab><Right><Down>:preview tokens<CR><Down><Tab>", 5);
    group(runner, "lens, moved in, left", ":preview lens<CR><Tab><Right><Down><Right><Up><Tab>", 5);
    group(runner, "skip checks, enforce", "s", 20);
    group(runner, "all tagged: next rule, undo", "a]zA", 5);
    group(runner, "completion of layers", ":go /stage9<Tab><Tab><Esc><Esc>", 1);
}

int main(int argc, char **argv)
{
    const struct lrp_caps caps = {.mode = LRP_COLOR_256, .levels = 31};
    struct lrp_settings *settings = NULL;
    struct lrp_session *session = NULL;
    struct lrp_runner runner = {.wake = {-1, -1}};
    struct lrp_error err = {.message = ""};
    if (argc < 2) {
        fprintf(stderr, "usage: keys MODEL [INPUT]\n");
        return 2;
    }
    if (lrp_settings_new(&settings, &err) || lrp_settings_set_flag(settings, LRP_SETTING_SKIP_CHECKS, true, &err) ||
        lrp_session_open(argv[1], settings, &session, &err)) {
        fprintf(stderr, "keys: %s\n", err.message);
        return 3;
    }
    lrp_session_want_lens(session, true);
    if ((argc > 2 &&
         (lrp_session_set_input(session, NULL, argv[2], &err) || lrp_session_run(session, LRP_WANT_RELEVANCE, &err))) ||
        !lrp_runner_init(&runner, session, &err)) {
        fprintf(stderr, "keys: %s\n", err.message);
        return 3;
    }
    lrp_app_init(&runner.app, &lrp_screen, &caps, 200, 60);
    const double start = now_ms();
    lrp_runner_look(&runner);
    lrp_app_view(&runner.app, &runner.canvas);
    printf("%d layers; first screen %.3f ms\n", lrp_app_layer_count(&runner.app) - 1, now_ms() - start);
    all(&runner);
    lrp_runner_free(&runner);
    lrp_session_free(session);
    lrp_settings_free(settings);
    return 0;
}
