/* test_terminals.c: kinds and sizes of terminals, stopping and going on, pipes, hanging up, and what is written when nothing
 * happens. */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "screen.h"

static char *binary;
static char folder[] = "/tmp/lrpscope-pty-XXXXXX";
static char *explain[] = {NULL, (char *)"assets/demo/vgg.onnx", (char *)"assets/demo/boot.png", NULL};

static void start(struct screen *s, int columns, int rows, const char *variable)
{
    screen_start(s, explain, columns, rows, variable);
}
static void quit(struct screen *s)
{
    screen_type(s, "Q");
    assert_true(screen_ends_with(s, 0));
    screen_free(s);
}

/* An attribute sequence that sets one of the eight colours, or one of more. */
static bool wrote_color(struct screen *s)
{
    char part[8];
    for (int i = 0; i < 8; i++) {
        snprintf(part, sizeof part, "3%dm", i);
        if (screen_wrote(s, part, 3)) return true;
    }
    return screen_wrote(s, "38;5", 4) || screen_wrote(s, "38:2", 4) || screen_wrote(s, "38;2", 4);
}

static void every_type_of_terminal_is_served(void **state)
{
    static const struct {
        const char *variable;
        bool colors;
    } cases[] = {{"TERM=vt100", false},         {"TERM=linux", true},           {"TERM=xterm", true},
                 {"TERM=xterm-256color", true}, {"TERM=screen-256color", true}, {"TERM=tmux-256color", true},
                 {"TERM=xterm-direct", true}};
    /* without the mouse: on TERM=linux ncurses loads a library for it, which leaks */
    char *const arguments[] = {binary, explain[1], explain[2], (char *)"--no-mouse", NULL};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct screen s;
        screen_start(&s, arguments, 100, 30, cases[i].variable);
        assert_true(screen_wait(&s, "vgg.onnx"));
        assert_true(screen_wait(&s, "relevance of #0"));
        screen_type(&s, "jj");
        assert_true(screen_wait(&s, "relevance of #2"));
        screen_type(&s, "Q");
        assert_true(screen_ends_with(&s, 0));
        assert_int_equal(wrote_color(&s), cases[i].colors);
        assert_false(screen_wrote(&s, "\033]4;", 4)); /* the user's palette is left alone */
        assert_false(screen_wrote(&s, "\033]P", 3));
        screen_free(&s);
    }
}

/* It cannot move the cursor: the table, as without a terminal, and no control sequences. */
static void a_dumb_terminal_gets_the_table(void **state)
{
    struct screen s;
    (void)state;
    start(&s, 100, 30, "TERM=dumb");
    assert_true(screen_wait(&s, "/classifier/classifier.3/Gemm"));
    assert_true(screen_wait(&s, "cannot move the cursor"));
    assert_int_equal(screen_end(&s), 0);
    assert_false(screen_wrote(&s, "\033", 1));
    screen_free(&s);
}

/* More cells than any screen has: said as it is; where a terminal comes to say so later, the screen stays as it was. */
static void a_terminal_too_large_is_refused_or_not_followed(void **state)
{
    const struct winsize huge = {.ws_col = 65535, .ws_row = 65535};
    struct screen s;
    (void)state;
    start(&s, 100, 30, "COLUMNS=60000");
    assert_true(screen_wait(&s, "60000 columns and 30 rows, which no screen has"));
    assert_int_equal(screen_end(&s), 3);
    screen_free(&s);
    start(&s, 100, 30, NULL);
    assert_true(screen_wait(&s, "relevance of #0"));
    assert_int_equal(ioctl(s.fd, TIOCSWINSZ, &huge), 0);
    screen_type(&s, "jj");
    assert_true(screen_wait(&s, "relevance of #2"));
    screen_resize(&s, 90, 25); /* what can be is followed again */
    assert_true(screen_wait(&s, "relevance of #2"));
    quit(&s);
}

/* A type that terminfo does not know, as of terminals newer than it: they do what xterm does. */
static void an_unknown_terminal_is_served_like_xterm(void **state)
{
    struct screen s;
    (void)state;
    start(&s, 100, 30, "TERM=xterm-newer-than-terminfo");
    assert_true(screen_wait(&s, "relevance of #0"));
    screen_type(&s, "jj");
    assert_true(screen_wait(&s, "relevance of #2"));
    screen_type(&s, "Q");
    assert_true(screen_ends_with(&s, 0));
    assert_true(screen_wrote(&s, "38;5", 4));
    screen_free(&s);
}

/* An entry of terminfo that is a pipe, which nobody writes to: it is not waited for. */
static void an_entry_that_is_no_file_is_passed_over(void **state)
{
    char types[] = "/tmp/lrpscope-terminfo-XXXXXX", letter[64], entry[96], setting[96];
    struct screen s;
    (void)state;
    assert_non_null(mkdtemp(types));
    snprintf(letter, sizeof letter, "%s/x", types);
    snprintf(entry, sizeof entry, "%s/xterm-256color", letter);
    assert_int_equal(mkdir(letter, 0700), 0);
    assert_int_equal(mkfifo(entry, 0600), 0);
    for (int i = 0; i < 2; i++) {
        snprintf(setting, sizeof setting, i ? "TERMINFO_DIRS=/nowhere:%s" : "TERMINFO=%s", types);
        start(&s, 100, 30, setting);
        assert_true(screen_wait(&s, "relevance of #0"));
        screen_type(&s, "Q");
        assert_true(screen_ends_with(&s, 0));
        screen_free(&s);
    }
    unlink(entry);
    rmdir(letter);
    rmdir(types);
}

/* COLORTERM promises colours that no entry of terminfo needs to know. */
static void direct_colours_need_no_entry(void **state)
{
    struct screen s;
    (void)state;
    start(&s, 100, 30, "COLORTERM=truecolor");
    assert_true(screen_wait(&s, "relevance of #0"));
    screen_type(&s, "Q");
    assert_true(screen_ends_with(&s, 0));
    assert_true(screen_wrote(&s, "38;2", 4) || screen_wrote(&s, "38:2", 4));
    assert_false(screen_wrote(&s, "38;5", 4));
    screen_free(&s);
}

static void ascii_and_no_color_are_kept(void **state)
{
    char *const arguments[] = {binary,
                               (char *)"assets/demo/vgg.onnx",
                               (char *)"assets/demo/boot.png",
                               (char *)"--ascii",
                               (char *)"--color",
                               (char *)"never",
                               NULL};
    struct screen s;
    (void)state;
    screen_start(&s, arguments, 100, 30, NULL);
    assert_true(screen_wait(&s, "sum 0.9"));
    screen_type(&s, "Q");
    assert_true(screen_ends_with(&s, 0));
    assert_false(wrote_color(&s));
    assert_false(screen_wrote(&s, "\xE2", 1)); /* no character above ASCII */
    screen_free(&s);
}

static void storms_of_sizes_are_survived(void **state)
{
    struct screen s;
    unsigned seed = 5;
    (void)state;
    start(&s, 100, 30, NULL);
    assert_true(screen_wait(&s, "vgg.onnx"));
    for (int i = 0; i < 200; i++) {
        seed = seed * 1664525u + 1013904223u;
        screen_resize(&s, 1 + (int)(seed >> 8) % 300, 1 + (int)(seed >> 20) % 100);
        if (i % 10 == 0) screen_type(&s, i % 20 ? "j" : "p");
    }
    static const int sizes[][2] = {{300, 100}, {1, 1}, {20, 5}, {40, 8}, {60, 15}, {100, 30}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        screen_resize(&s, sizes[i][0], sizes[i][1]);
        screen_pass(&s, 60);
    }
    assert_true(screen_wait(&s, "vgg.onnx"));
    assert_true(screen_wait(&s, "?help"));
    quit(&s);
}

static void stopping_gives_the_screen_back_and_going_on_takes_it(void **state)
{
    struct screen s;
    (void)state;
    screen_start_job(&s, explain, 100, 30, NULL);
    assert_true(screen_wait(&s, "relevance of #0"));
    for (int round = 0; round < 3; round++) {
        screen_type(&s, "\032");
        assert_true(screen_wait(&s, "[stopped]"));
        assert_false(s.alternate);
        assert_true(s.cursor);
        if (round > 0) /* another size when it comes back: the last row shows that it was noticed */
            screen_resize(&s, 100 + 10 * round, 30 - 4 * round);
        screen_resume(&s);
        assert_true(screen_wait(&s, "relevance of #"));
        assert_true(screen_wait(&s, "?help"));
        assert_true(s.alternate);
        screen_type(&s, "j");
        assert_true(screen_wait(&s, round == 0 ? "relevance of #1" : round == 1 ? "relevance of #2" : "relevance of #3"));
    }
    quit(&s);
}

/* The signal comes while a screen is being written, when curses by itself would not listen. */
static void it_stops_when_told_so_while_it_draws(void **state)
{
    struct screen s;
    (void)state;
    screen_start_job(&s, explain, 300, 100, NULL);
    assert_true(screen_wait(&s, "relevance of #0"));
    const pid_t job = tcgetpgrp(s.fd);
    assert_true(job > 0);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 40; i++) screen_type(&s, "\f"); /* drawn anew */
        assert_true(screen_wait_full(&s));
        assert_int_equal(kill(-job, SIGTSTP), 0);
        assert_true(screen_wait(&s, "[stopped]"));
        assert_false(s.alternate);
        screen_resume(&s);
        assert_true(screen_wait(&s, "relevance of #"));
        assert_true(s.alternate);
    }
    quit(&s);
}

static void a_picture_comes_through_a_pipe(void **state)
{
    char command[600];
    char *const arguments[] = {(char *)"/bin/sh", (char *)"-c", command, NULL};
    struct screen s;
    (void)state;
    snprintf(command, sizeof command, "cat assets/demo/boot.png | exec %s assets/demo/vgg.onnx -", binary);
    screen_start(&s, arguments, 100, 30, NULL);
    assert_true(screen_wait(&s, "relevance of #0"));
    assert_true(screen_wait_colored(&s, 0x2580, 20));
    screen_type(&s, "j"); /* keys come from the terminal */
    assert_true(screen_wait(&s, "relevance of #1"));
    quit(&s);
}

static void it_ends_when_the_terminal_is_gone(void **state)
{
    struct screen s;
    int status = 0;
    (void)state;
    start(&s, 100, 30, NULL);
    assert_true(screen_wait(&s, "relevance of #0"));
    close(s.fd);
    s.fd = open("/dev/null", 0);
    for (int i = 0; i < 500 && waitpid(s.pid, &status, WNOHANG) != s.pid; i++) usleep(10000);
    s.pid = 0;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 128 + SIGHUP);
    screen_free(&s);
}

/* A dense layer whose weights lie in a file of their own: more than is read ahead of what is used. */
static void write_big_model(const char *model, const char *weights)
{
    static const char network[] = "{\"lrpscope_model\": 1, \"input\": [1, 2], \"weights\": \"cut.safetensors\", "
                                  "\"layers\": [{\"type\": \"dense\", \"weight\": \"w\"}]}";
    static const char header[] = "{\"w\":{\"dtype\":\"F32\",\"shape\":[2,2097152],\"data_offsets\":[0,16777216]}}";
    const uint64_t length = sizeof header - 1; /* as the format has it, on a little-endian machine */
    FILE *file = fopen(model, "w");
    assert_non_null(file);
    fputs(network, file);
    assert_int_equal(fclose(file), 0);
    file = fopen(weights, "w");
    assert_non_null(file);
    fwrite(&length, sizeof length, 1, file);
    fputs(header, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(truncate(weights, (off_t)(sizeof length + length + 16777216)), 0);
}

/* The worker meets the end of the file: the terminal comes back, one line says why. */
static void a_file_cut_off_while_it_is_shown_ends_with_its_name(void **state)
{
    char model[256], weights[256];
    struct screen s;
    (void)state;
    snprintf(model, sizeof model, "%s/cut.json", folder);
    snprintf(weights, sizeof weights, "%s/cut.safetensors", folder);
    write_big_model(model, weights);
    char *const arguments[] = {binary, model, NULL};
    screen_start(&s, arguments, 100, 30, NULL);
    assert_true(screen_wait(&s, "cut.json"));
    assert_int_equal(truncate(weights, 4096), 0);
    screen_type(&s, "irandom\r");
    assert_true(screen_wait(&s, "cut.safetensors: the file was cut off while it was open"));
    assert_int_equal(screen_end(&s), 3);
    assert_false(s.alternate);
    assert_true(s.cursor);
    screen_free(&s);
}

/* A model is opened beside what is shown; one that cannot be read leaves it as it was. */
static void models_are_opened_while_another_is_shown(void **state)
{
    struct screen s;
    (void)state;
    start(&s, 100, 30, NULL);
    assert_true(screen_wait(&s, "relevance of #0"));
    screen_type(&s, ":open assets/demo/labels.txt\r");
    assert_true(screen_wait(&s, "labels.txt: "));
    assert_true(screen_wait(&s, "vgg.onnx"));
    screen_type(&s, ":open assets/demo/vgg-unsupported.onnx\r");
    assert_true(screen_wait(&s, "2 unsupported")); /* not its name: the prompt shows that, too */
    screen_type(&s, "\033[15~");                   /* F5 */
    assert_true(screen_wait(&s, "read again"));
    screen_type(&s, ":open assets/demo/vgg.onnx\rQ"); /* leaves while it may still be on its way */
    assert_true(screen_ends_with(&s, 0));
    screen_free(&s);
}

static void a_crash_says_where_its_report_is(void **state)
{
    struct screen s;
    char path[300], text[200] = "";
    (void)state;
    start(&s, 100, 30, NULL);
    assert_true(screen_wait(&s, "relevance of #0"));
    snprintf(path, sizeof path, "%s/lrpscope/crash-%d.txt", folder, (int)s.pid);
    kill(s.pid, SIGSEGV);
    assert_true(screen_wait(&s, "lrpscope: crashed; the report is in"));
    screen_end(&s);
    assert_false(s.alternate);
    assert_true(s.cursor);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    unlink(path);
    assert_non_null(strstr(text, "model: assets/demo/vgg.onnx"));
    screen_free(&s);
}

static void the_mouse_selects_reads_and_scrolls(void **state)
{
    struct screen s;
    (void)state;
    start(&s, 120, 40, NULL);
    assert_true(screen_wait(&s, "relevance of #0"));
    screen_type(&s, "\033[<0;20;6M"); /* the fourth row below the titles */
    assert_true(screen_wait(&s, "relevance of #3"));
    screen_type(&s, "\033[<0;20;6m"); /* not together with the press: ncurses keeps the last of what it reads at once */
    screen_pass(&s, 50);
    screen_type(&s, "\033[<65;20;6M"); /* the wheel */
    assert_true(screen_wait(&s, "relevance of #6"));
    screen_type(&s, "\033[<64;20;6M");
    assert_true(screen_wait(&s, "relevance of #3"));
    assert_true(screen_wait(&s, "0.025")); /* its picture is there, not the title alone */
    screen_type(&s, "\033[<0;100;8M");     /* a pixel */
    assert_true(screen_wait(&s, "["));
    quit(&s);
}

static void pasted_text_arrives_whole(void **state)
{
    char text[900];
    struct screen s;
    (void)state;
    start(&s, 100, 30, NULL);
    assert_true(screen_wait(&s, "relevance of #0"));
    size_t used = (size_t)snprintf(text, sizeof text, "i\025/no/such");
    for (int i = 0; i < 50; i++) used += (size_t)snprintf(text + used, sizeof text - used, "/folder");
    snprintf(text + used, sizeof text - used, "/END\r");
    screen_type(&s, text);
    assert_true(screen_wait(&s, "/END: No such file")); /* in as many lines as it needs */
    screen_type(&s, "\033");
    assert_true(screen_wait_gone(&s, "input: "));
    screen_type(&s, "5"); /* messages hold it whole */
    assert_true(screen_wait(&s, "/END"));
    quit(&s);
}

/* ---- idle ---- */

static unsigned long number_after(const char *path, const char *key)
{
    char line[256];
    unsigned long number = 0;
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0) number = strtoul(line + strlen(key), NULL, 10);
    if (file) fclose(file);
    return number;
}

/* How often the threads of a process went to sleep: each had to be woken for it. */
static unsigned long wakeups(pid_t pid)
{
    char path[300];
    unsigned long count = 0;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    for (struct dirent *task; tasks && (task = readdir(tasks)) != NULL;) {
        snprintf(path, sizeof path, "/proc/%d/task/%.100s/status", (int)pid, task->d_name);
        count += task->d_name[0] == '.' ? 0 : number_after(path, "voluntary_ctxt_switches:");
    }
    if (tasks) closedir(tasks);
    return count;
}

static void nothing_wakes_it_while_it_is_idle(void **state)
{
    struct screen s;
    (void)state;
    start(&s, 100, 30, NULL);
    assert_true(screen_wait(&s, "relevance of #0"));
    assert_true(screen_wait(&s, " ms"));
    screen_pass(&s, 1500); /* what is kept is written, threads of the pool have gone to sleep */
    const unsigned long before = wakeups(s.pid);
    const long bytes = screen_byte_count(&s);
    screen_pass(&s, 700);
    assert_int_equal(wakeups(s.pid), before);
    assert_int_equal(screen_byte_count(&s), bytes);
    quit(&s);
}

/* A step in the list changes two rows, the preview and a number: not the whole screen. */
static void only_what_changed_is_written(void **state)
{
    struct screen s;
    (void)state;
    start(&s, 100, 30, NULL);
    assert_true(screen_wait(&s, "relevance of #0"));
    assert_true(screen_wait(&s, " ms"));
    screen_type(&s, ":preview sums\r");
    assert_true(screen_wait(&s, "sum of relevance per layer"));
    screen_pass(&s, 600);
    long from = screen_byte_count(&s);
    screen_type(&s, "\014");
    screen_pass(&s, 300);
    const long whole = screen_byte_count(&s) - from;
    from += whole;
    screen_type(&s, "j");
    assert_true(screen_wait(&s, "2 of 13"));
    screen_pass(&s, 300);
    const long step = screen_byte_count(&s) - from;
    assert_true(whole > 2000);
    assert_true(step > 0 && step < whole / 3);
    quit(&s);
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status, (void)kind, (void)where;
    return remove(path);
}

static void forget_state(void)
{
    if (nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS) != 0) perror(folder);
}

int main(int count, char **arguments)
{
    binary = count > 1 ? arguments[1] : (char *)"build/lrpscope";
    explain[0] = binary;
    if (count > 2) cmocka_set_test_filter(arguments[2]);
    if (!mkdtemp(folder) || setenv("XDG_STATE_HOME", folder, 1) != 0 || setenv("XDG_CONFIG_HOME", folder, 1) != 0) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_of_terminal_is_served),
        cmocka_unit_test(a_dumb_terminal_gets_the_table),
        cmocka_unit_test(a_terminal_too_large_is_refused_or_not_followed),
        cmocka_unit_test(an_unknown_terminal_is_served_like_xterm),
        cmocka_unit_test(an_entry_that_is_no_file_is_passed_over),
        cmocka_unit_test(direct_colours_need_no_entry),
        cmocka_unit_test(ascii_and_no_color_are_kept),
        cmocka_unit_test(storms_of_sizes_are_survived),
        cmocka_unit_test(stopping_gives_the_screen_back_and_going_on_takes_it),
        cmocka_unit_test(it_stops_when_told_so_while_it_draws),
        cmocka_unit_test(a_picture_comes_through_a_pipe),
        cmocka_unit_test(it_ends_when_the_terminal_is_gone),
        cmocka_unit_test(a_file_cut_off_while_it_is_shown_ends_with_its_name),
        cmocka_unit_test(models_are_opened_while_another_is_shown),
        cmocka_unit_test(a_crash_says_where_its_report_is),
        cmocka_unit_test(the_mouse_selects_reads_and_scrolls),
        cmocka_unit_test(pasted_text_arrives_whole),
        cmocka_unit_test(nothing_wakes_it_while_it_is_idle),
        cmocka_unit_test(only_what_changed_is_written),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    forget_state();
    return failed;
}
