/* tmux_ask.c: what tmux says of the terminal around it: it answers questions itself, so it is asked by its own command. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "terminal_ask.h"

extern char **environ;
enum { LRP_TMUX_MS = 300 };

/* What the command writes, of at most `size` bytes; what has not come in time does not count. */
static bool run_tmux(char *const arguments[], char *out, size_t size)
{
    int ends[2];
    pid_t child;
    posix_spawn_file_actions_t actions;
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    const bool runs = posix_spawnp(&child, arguments[0], &actions, NULL, arguments, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    size_t count = 0;
    struct pollfd ready = {.fd = ends[0], .events = POLLIN};
    while (runs && count + 1 < size && poll(&ready, 1, LRP_TMUX_MS) > 0) {
        const ssize_t got = read(ends[0], out + count, size - 1 - count);
        if (got <= 0) break;
        count += (size_t)got;
    }
    out[count] = 0;
    close(ends[0]);
    if (!runs) return false;
    kill(child, SIGKILL); /* it has said everything, or takes too long */
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    return count > 0;
}

/* Cuts the next part off, up to a semicolon or the end of the line. */
static char *next_part(char **rest)
{
    char *part = *rest;
    const size_t length = strcspn(part, ";\n");
    *rest = part + length + (part[length] != 0);
    part[length] = 0;
    return part;
}

void lrp_tmux_ask(struct lrp_terminal_answers *answers)
{
    char *const arguments[] = {(char *)"tmux", (char *)"display-message", (char *)"-p",
                               (char *)"#{allow-passthrough};#{client_cell_width};#{client_cell_height};#{client_termtype}",
                               NULL};
    char said[256], *rest = said;
    if (!getenv("TMUX")) return;
    answers->tmux = true;
    answers->kitty = false; /* it was tmux that answered */
    answers->name[0] = 0;
    if (!run_tmux(arguments, said, sizeof said)) return;
    const char *const allows = next_part(&rest);
    answers->passthrough = *allows && strcmp(allows, "0") != 0 && strcmp(allows, "off") != 0;
    const int width = atoi(next_part(&rest)), height = atoi(next_part(&rest));
    if (width > 0 && height > 0 && answers->cell_width == 0) {
        answers->cell_width = width;
        answers->cell_height = height;
    }
    snprintf(answers->name, sizeof answers->name, "%s", next_part(&rest));
}
