/* main.c: from the command line to a command. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lrpscope/model.h"
#include "lrpscope/session.h"

#include "allotted.h"
#include "arguments.h"
#include "commands.h"
#include "help.h"
#include "options.h"
#include "output.h"
#include "program.h"
#include "signals.h"
#include "table.h"

/* Whoever read our output through a pipe has gone: no reason to complain. */
static bool reader_is_gone(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) > 0 && out.revents & POLLERR;
}

/* What was printed must have arrived: a full disk is an error of the whole run. */
static int check_printed(int code)
{
    const int unsent = fflush(stdout) ? errno : 0, trouble = lrp_print_trouble() ? lrp_print_trouble() : unsent;
    const bool lost = unsent || ferror(stdout);
    if (lrp_print_lost() && !code) {
        lrp_print(stderr, "lrpscope: not enough memory to print everything\n");
        return lrp_status_exit_code(LRP_MEMORY);
    }
    if (!lost || reader_is_gone()) return code;
    lrp_print(stderr, "lrpscope: standard output cannot be written%s%s\n", trouble ? ": " : "",
              trouble ? strerror(trouble) : "");
    return code ? code : lrp_status_exit_code(LRP_FILE);
}

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static void print_version(void)
{
    char library[128], instructions[64];
    lrp_numeric_library(library, instructions, sizeof instructions);
    const int threads = lrp_allotted_threads();
    lrp_print(stdout, "lrpscope %s, %s, %s, %d thread%s\n", lrp_version(), library, instructions, threads,
              threads == 1 ? "" : "s");
}

/* Where a file goes to standard output, what else would be printed there goes to standard error. */
static enum lrp_status make_room(const struct lrp_arguments *a, struct lrp_error *err)
{
    const char *const files[] = {a->heatmap, a->relevance, a->layerwise, a->sheet, a->animation, a->report, a->html, a->output};
    bool taken = false;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) taken |= files[i] && !strcmp(files[i], "-");
    if (!taken || a->output_dir) return LRP_OK;
    const int kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (kept < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        return lrp_fail(err, LRP_FILE, "standard output cannot be written: %s", strerror(errno));
    lrp_output_standard(kept);
    return LRP_OK;
}

static int run_command(const struct lrp_arguments *arguments)
{
    if (arguments->version) {
        print_version();
        return 0;
    }
    if (arguments->help) {
        lrp_cli_help(arguments->command, stdout);
        return 0;
    }
    if (arguments->document) {
        lrp_cli_generate(arguments->document, stdout);
        return 0;
    }
    struct lrp_error err;
    const enum lrp_status status = make_room(arguments, &err);
    if (status) return lrp_cli_report_error(status, &err);
    if (!arguments->quiet) lrp_cli_warn_lines(arguments->warnings);
    if (!arguments->quiet && arguments->hub_note) lrp_cli_note(arguments->hub_note);
    const double before = now_ms();
    const int code = arguments->command->run(arguments);
    if (arguments->verbose)
        lrp_print(stderr, "lrpscope: %s: took %.1f ms\n", lrp_cli_command_label(arguments->command), now_ms() - before);
    return code;
}

/* Sets a variable the user has not set; true if it is set now and was not before. */
static bool default_environment(const char *name, const char *value)
{
    return !getenv(name) && setenv(name, value, 1) == 0;
}

/* How the numeric library's threads wait and where memory comes from is settled before anything is loaded: threads that spin
 * take the time of the one that works (twice as slow on a busy machine), but to be woken takes as long as a small layer, so
 * that they look for work some 50 us before they sleep (MobileNetV2 29 -> 19 ms); memory given back to the system after every
 * layer has to be cleared page by page for the next, and small pages cost more to come by than what is computed in them (with
 * huge ones a cold MobileNetV2 takes 0.19 s instead of 0.57 s). What the user has set stays. */
static void prepare_environment(char **argv)
{
    bool again = false;
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 512 << 20);
    mallopt(M_ARENA_MAX, 3);
    again |= default_environment("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");
#endif
    if (!getenv("OMP_WAIT_POLICY") && default_environment("GOMP_SPINCOUNT", "3000"))
        again |= default_environment("OMP_WAIT_POLICY", "passive"); /* for runtimes other than GCC's */
    char self[4096];                                                /* by its own name: ps and top show what is executed */
    if (!again || !lrp_program_path(self, sizeof self)) return;     /* settled, or nobody knows: goes on as it is */
    execv(self, argv);                                              /* libraries read their environment when they are loaded */
}

/* A plugin that calls exit() must not look like success. */
static void blame_exit(void)
{
    const char *plugin = lrp_plugin_running();
    if (!plugin) return;
    lrp_print(stderr, "lrpscope: plugin %s: it ended the program\n", plugin);
    lrp_print_flush(stderr);
    _exit(lrp_status_exit_code(LRP_FILE));
}

int main(int argc, char **argv)
{
    prepare_environment(argv);
    setlocale(LC_CTYPE, "");
    lrp_signals_blame(lrp_model_file_at, lrp_status_exit_code(LRP_FILE), lrp_plugin_running);
    lrp_signals_leave(lrp_output_leave);
    atexit(blame_exit);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file beyond the limit is an error like a full disk */
    struct lrp_arguments arguments;
    struct lrp_error err = {0};
    const enum lrp_status status = lrp_cli_arguments_parse(argc, argv, &arguments, &err);
    if (status) return lrp_cli_report_error(status, &err);
    const int code = run_command(&arguments);
    lrp_cli_arguments_free(&arguments);
    return check_printed(code);
}
