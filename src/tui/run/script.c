/* script.c: plays a file of keys and :commands instead of a keyboard; nothing is shown, screens are dumped to files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "printable.h"
#include "runner.h"

enum { LRP_SCRIPT_LINE = 4096 };

static bool wait_idle(struct lrp_runner *runner, const char *rest)
{
    int blind = 0; /* times in a row that nothing could be seen for want of memory, which was said: once is tried again */
    (void)rest;
    do { /* looking may begin the next of several inputs that are listed */
        if (runner->session) lrp_session_wait(runner->session);
        lrp_runner_take_scores(runner, true);
        blind = lrp_runner_look(runner) ? 0 : blind + 1;
    } while (blind < 2 && lrp_app_busy(&runner->app));
    return true;
}

/* Cells, with what ends them: "80x" of "80x24". */
static bool size_of(const char **text, char end, int *out)
{
    char *behind;
    const long number = strtol(*text, &behind, 10);
    if (behind == *text || *behind != end || number < 1 || number > 1000) return false;
    *text = behind + 1;
    *out = (int)number;
    return true;
}

static bool resize(struct lrp_runner *runner, const char *rest)
{
    struct lrp_event event = {.kind = LRP_EVENT_RESIZE};
    if (!size_of(&rest, 'x', &event.x) || !size_of(&rest, 0, &event.y)) return false;
    lrp_runner_send(runner, &event);
    return true;
}

static bool command(struct lrp_runner *runner, const char *line)
{
    static const struct {
        const char *name;
        bool (*run)(struct lrp_runner *runner, const char *rest);
    } own[] = {
        {"wait-idle", wait_idle}, {"dump-state ", lrp_runner_dump_state}, {"dump ", lrp_runner_dump}, {"resize ", resize}};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strncmp(line, own[i].name, strlen(own[i].name)) == 0) return own[i].run(runner, line + strlen(own[i].name));
    struct lrp_event event = {.kind = LRP_EVENT_COMMAND, .text = line};
    lrp_runner_send(runner, &event);
    return true;
}

static bool press_keys(struct lrp_runner *runner, const char *line)
{
    while (*line && !runner->quit) {
        if (*line == ' ') { /* blanks separate; <Space> is the key */
            line++;
            continue;
        }
        const int key = lrp_key_parse(&line);
        if (key < 0) return false;
        struct lrp_event event = {.kind = LRP_EVENT_KEY, .number = key};
        lrp_runner_look(runner);
        lrp_runner_send(runner, &event);
    }
    return true;
}

bool lrp_runner_play_line(struct lrp_runner *runner, const char *line)
{
    return line[0] == ':' ? command(runner, line + 1) : press_keys(runner, line);
}

int lrp_runner_play(struct lrp_runner *runner, const char *path)
{
    char line[LRP_SCRIPT_LINE];
    FILE *file = fopen(path, "rb");
    if (!file) {
        lrp_print(stderr, "lrpscope: script %s: %s\n", path, strerror(errno));
        return 3;
    }
    int code = 0;
    for (int number = 1; code == 0 && !runner->quit && fgets(line, sizeof line, file); number++) {
        line[strcspn(line, "\r\n")] = 0;
        if (line[0] == '#') continue;
        if (!lrp_runner_play_line(runner, line)) {
            lrp_print(stderr, "lrpscope: script %s line %d: unknown command, key or size: %s\n", path, number, line);
            code = 2;
        }
    }
    fclose(file);
    return code;
}
