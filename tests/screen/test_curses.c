/* test_curses.c: the terminal in this process: ncurses on a pipe, for several terminal types. */
#include <locale.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "fixture.h"
#include "keys.h"
#include "pixel_protocol.h"
#include "terminal.h"
#include "terminal_ask.h"

struct line {
    struct lrp_terminal *terminal;
    FILE *in, *out;
    int keyboard; /* what is written here is typed */
};

static void open_line(struct line *l, const char *type, const char *color)
{
    int ends[2];
    struct lrp_error err = {.message = ""};
    assert_int_equal(pipe(ends), 0);
    l->keyboard = ends[1];
    l->in = fdopen(ends[0], "r");
    l->out = tmpfile();
    assert_true(l->in && l->out);
    const struct lrp_terminal_options options = {.color = color, .mouse = true, .type = type, .in = l->in, .out = l->out};
    check_ok(lrp_terminal_open(&options, &l->terminal, &err), &err);
}

static void close_line(struct line *l)
{
    lrp_terminal_close(l->terminal);
    close(l->keyboard);
    fclose(l->in);
    fclose(l->out);
}

/* All that was written to the terminal so far, NUL-terminated. */
static const char *written(struct line *l)
{
    static char bytes[1 << 20];
    fflush(l->out);
    rewind(l->out);
    bytes[fread(bytes, 1, sizeof bytes - 1, l->out)] = 0;
    return bytes;
}

static bool wrote(struct line *l, const char *part)
{
    return strstr(written(l), part) != NULL;
}

/* Some "CSI ... m" sets a colour: 30-38, 40-48, 90-107. */
static bool wrote_color(struct line *l)
{
    for (const char *at = written(l); (at = strstr(at, "\033[")) != NULL;) {
        at += 2;
        const size_t length = strspn(at, "0123456789;");
        for (const char *p = at; at[length] == 'm' && p < at + length; p += strspn(p, "0123456789") + 1) {
            const long n = strtol(p, NULL, 10);
            if ((n >= 30 && n <= 38) || (n >= 40 && n <= 48) || n >= 90) return true;
        }
    }
    return false;
}

static void draw(struct line *l, struct fixture *f, bool all)
{
    struct lrp_canvas canvas = {0};
    lrp_app_view(&f->app, &canvas);
    lrp_terminal_draw(l->terminal, &canvas, all);
    lrp_canvas_free(&canvas);
}

static void every_terminal_type_starts_and_draws(void **state)
{
    static const struct {
        const char *type;
        enum lrp_color_mode mode;
    } cases[] = {{"vt100", LRP_COLOR_MONO},
                 {"linux", LRP_COLOR_8},
                 {"xterm", LRP_COLOR_8},
                 {"xterm-256color", LRP_COLOR_256},
                 {"screen-256color", LRP_COLOR_256},
                 {"tmux-256color", LRP_COLOR_256},
                 {"xterm-direct", LRP_COLOR_DIRECT}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct line l;
        if (strcmp(cases[i].type, "xterm-direct") == 0 && access("/usr/share/terminfo/x/xterm-direct", R_OK) != 0)
            continue; /* package ncurses-term */
        struct fixture f;
        open_line(&l, cases[i].type, "auto");
        const struct lrp_caps caps = lrp_terminal_caps(l.terminal);
        assert_int_equal(caps.mode, cases[i].mode);
        int columns, rows;
        lrp_terminal_size(l.terminal, &columns, &rows);
        fixture_init(&f, caps.mode, caps.ascii, columns, rows);
        f.skip = true;
        fixture_results(&f, true);
        draw(&l, &f, false);
        assert_true(wrote(&l, "vgg-hs.onnx"));
        fixture_free(&f);
        close_line(&l);
    }
}

static void a_terminal_that_cannot_move_the_cursor_is_refused(void **state)
{
    FILE *file = tmpfile();
    struct lrp_terminal *terminal = NULL;
    struct lrp_error err;
    const struct lrp_terminal_options options = {.type = "dumb", .in = file, .out = file};
    (void)state;
    assert_int_equal(lrp_terminal_open(&options, &terminal, &err), LRP_FILE);
    assert_null(terminal);
    assert_non_null(strstr(err.message, "'dumb'"));
    fclose(file);
}

static void heatmaps_come_in_their_colors(void **state)
{
    struct line l;
    struct fixture f;
    (void)state;
    open_line(&l, "xterm-256color", "auto");
    int columns, rows;
    lrp_terminal_size(l.terminal, &columns, &rows);
    fixture_init(&f, LRP_COLOR_256, false, columns, rows);
    f.skip = true;
    fixture_results(&f, true);
    draw(&l, &f, false);
    assert_true(wrote(&l, "48;5;231") || wrote(&l, "38;5;231")); /* the middle of seismic: white */
    assert_true(wrote(&l, "8;5;196"));                           /* red */
    assert_true(wrote_color(&l));
    fixture_free(&f);
    close_line(&l);
}

static void without_color_no_color_is_written(void **state)
{
    struct line l;
    struct fixture f;
    (void)state;
    open_line(&l, "xterm-256color", "never");
    fixture_init(&f, LRP_COLOR_MONO, true, 80, 24);
    f.skip = true;
    fixture_results(&f, true);
    draw(&l, &f, false);
    assert_false(wrote_color(&l));
    fixture_free(&f);
    close_line(&l);
}

/* Overlays and comparisons take more colours than one map has; each change of kind makes the pairs anew. */
static void every_kind_of_preview_is_drawn(void **state)
{
    static const char *const keys[] = {":preview overlay<CR>", "D",
                                       ":preview compare<CR>", ":preview channels<CR>",
                                       ":preview weights<CR>", ":preview relevance<CR>",
                                       ":preview sums<CR>",    ":preview overlay<CR>"};
    static const char *const types[] = {"vt100", "linux", "xterm-256color"};
    (void)state;
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        struct line l;
        struct fixture f;
        open_line(&l, types[t], "auto");
        const struct lrp_caps caps = lrp_terminal_caps(l.terminal);
        fixture_init(&f, caps.mode, caps.ascii, 80, 24);
        f.skip = true;
        fixture_results(&f, true);
        fixture_keys(&f, "jj");
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
            fixture_keys(&f, keys[i]);
            fflush(l.out);
            const long before = ftell(l.out);
            draw(&l, &f, false);
            fflush(l.out);
            assert_true(ftell(l.out) > before || strcmp(keys[i], "D") == 0);
        }
        assert_true(caps.palette <= LRP_PALETTE_MAX && caps.palette >= 3);
        fixture_free(&f);
        close_line(&l);
    }
}

static void nothing_is_written_when_nothing_changed(void **state)
{
    struct line l;
    struct fixture f;
    (void)state;
    open_line(&l, "xterm-256color", "auto");
    fixture_init(&f, LRP_COLOR_256, false, 80, 24);
    draw(&l, &f, false);
    draw(&l, &f, false);
    fflush(l.out);
    const long before = ftell(l.out);
    draw(&l, &f, false);
    fflush(l.out);
    const long after = ftell(l.out);
    assert_true(after - before < 40); /* at most the cursor's place */
    draw(&l, &f, true);
    fflush(l.out);
    assert_true(ftell(l.out) - after > 500);
    fixture_free(&f);
    close_line(&l);
}

static void keys_are_decoded(void **state)
{
    static const struct {
        const char *bytes;
        int key;
    } cases[] = {{"j", 'j'},
                 {"\033OB", LRP_KEY_DOWN},
                 {"\033OA", LRP_KEY_UP},
                 {"\033[5~", LRP_KEY_PAGE_UP},
                 {"\033[6~", LRP_KEY_PAGE_DOWN},
                 {"\r", LRP_KEY_ENTER},
                 {"\177", LRP_KEY_BACKSPACE},
                 {"\t", LRP_KEY_TAB},
                 {"\033OP", LRP_KEY_F1},
                 {"\033[15~", LRP_KEY_F5},
                 {"\016", 14},
                 {"\033", LRP_KEY_ESCAPE}};
    struct line l;
    (void)state;
    open_line(&l, "xterm-256color", "auto");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_event event = {.number = 0};
        bool lost = false;
        assert_int_equal(write(l.keyboard, cases[i].bytes, strlen(cases[i].bytes)), (ssize_t)strlen(cases[i].bytes));
        for (int tries = 0; tries < 100 && !lrp_terminal_read(l.terminal, &event, &lost); tries++) usleep(1000);
        assert_int_equal(event.kind, LRP_EVENT_KEY);
        assert_int_equal(event.number, cases[i].key);
    }
    close_line(&l);
}

/* What comes back late from a terminal that was asked is no key. */
static void answers_are_no_keys(void **state)
{
    static const char *const answers[] = {"\033]11;rgb:ffff/ffff/ffff\033\\", "\033]11;rgb:00/00/00\a", "\033[?62;22c"};
    struct line l;
    (void)state;
    open_line(&l, "xterm-256color", "auto");
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct lrp_event event = {.number = 0};
        bool lost = false;
        assert_int_equal(write(l.keyboard, answers[i], strlen(answers[i])), (ssize_t)strlen(answers[i]));
        assert_int_equal(write(l.keyboard, "k", 1), 1);
        for (int tries = 0; tries < 100 && !lrp_terminal_read(l.terminal, &event, &lost); tries++) usleep(1000);
        assert_int_equal(event.number, 'k');
        assert_false(lrp_terminal_read(l.terminal, &event, &lost));
    }
    close_line(&l);
}

/* Nor is it where it comes in pieces, as from terminals far away or busy. */
static void pieces_of_answers_are_no_keys(void **state)
{
    static const char *const pieces[][3] = {{"\033[?62;", "22c"},
                                            {"\033[6;18", ";9t"},
                                            {"\033]11;rgb:ff", "ff/ffff/ffff\033\\"},
                                            {"\033]11;rgb:ffff/ffff/ffff", "\033", "\\"},
                                            {"\033P>|kitty(0.2", "6.5)\033\\"},
                                            {"\033[?1;0;25", "6S"}};
    struct line l;
    (void)state;
    open_line(&l, "xterm-256color", "auto");
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct lrp_event event = {.number = 0};
        bool lost = false;
        for (int k = 0; k < 3 && pieces[i][k]; k++) {
            assert_int_equal(write(l.keyboard, pieces[i][k], strlen(pieces[i][k])), (ssize_t)strlen(pieces[i][k]));
            for (int tries = 0; tries < 60; tries++) {
                if (lrp_terminal_read(l.terminal, &event, &lost) && event.kind == LRP_EVENT_KEY)
                    fail_msg("piece %d of answer %zu is taken for the key %d", k, i, event.number);
                usleep(1000);
            }
        }
        assert_int_equal(write(l.keyboard, "k", 1), 1);
        for (int tries = 0; tries < 100 && !lrp_terminal_read(l.terminal, &event, &lost); tries++) usleep(1000);
        assert_int_equal(event.number, 'k');
    }
    close_line(&l);
}

static void an_unknown_type_is_taken_for_xterm(void **state)
{
    static const struct {
        const char *type, *color;
        enum lrp_color_mode mode;
    } cases[] = {{"no-such-terminal", "auto", LRP_COLOR_256},
                 {"no-such-terminal", "direct", LRP_COLOR_DIRECT},
                 {"no-such-direct", "auto", LRP_COLOR_DIRECT},
                 {"screen-256color", "direct", LRP_COLOR_DIRECT},
                 {"vt100", "direct", LRP_COLOR_MONO}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct line l;
        open_line(&l, cases[i].type, cases[i].color);
        const bool unknown = strncmp(cases[i].type, "no-such", 7) == 0;
        assert_int_equal(lrp_terminal_caps(l.terminal).mode, cases[i].mode);
        assert_int_equal(strstr(lrp_terminal_note(l.terminal), cases[i].type) != NULL, unknown);
        assert_null(getenv("TERMINFO"));
        close_line(&l);
    }
}

/* The terminal's answers between what is typed, before it is asked: then nothing has to be waited for. */
static void the_background_is_asked(void **state)
{
    static const struct {
        const char *there, *kept;
        bool known, light;
    } cases[] = {{"\033]11;rgb:ffff/ffff/ffff\033\\\033[?62;c", "", true, true},
                 {"j\033]11;rgb:1e1e/1e1e/2e2e\akk\033[?6c", "jkk", true, false},
                 {"\033]11;rgb:f/f/e\033\\\033[?1;2c", "", true, true},
                 {"\033]11;rgb:fff/000/ddd\033\\\033[?1;2c", "", true, false}, /* .2126 + .0722 * .87: dark */
                 {"\033[?1;2cq", "q", false, false},
                 {"\033]11;nothing\a\033[?1c", "", false, false},
                 {"\033OB\033[?1c", "\033OB", false, false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int terminal = -1, line = -1;
        struct lrp_terminal_answers answers;
        struct lrp_typed typed;
        assert_int_equal(openpty(&terminal, &line, NULL, NULL, NULL), 0);
        assert_int_equal(write(terminal, cases[i].there, strlen(cases[i].there)), (ssize_t)strlen(cases[i].there));
        lrp_terminal_ask(line, line, i % 2, &answers, &typed);
        assert_int_equal(answers.background, cases[i].known);
        assert_int_equal(answers.light, cases[i].light);
        assert_int_equal(typed.count, strlen(cases[i].kept));
        assert_memory_equal(typed.bytes, cases[i].kept, typed.count);
        close(line);
        close(terminal);
    }
}

/* What terminals answer, as they were seen to, with keys between. */
static void a_terminal_says_what_it_shows(void **state)
{
    static const struct {
        const char *there, *kept, *name, *chosen; /* chosen NULL: no pictures */
        int width, registers;
        bool as_text;
    } cases[] = {
        {"\033P>|kitty(0.35.2)\033\\\033_Gi=31;OK\033\\j\033[6;20;10t\033[?62;c", "j", "kitty(0.35.2)", "kitty", 10, 0, true},
        {"\033P>|kitty(0.27.1)\033\\\033_Gi=31;OK\033\\\033[?62;c", "", "kitty(0.27.1)", "kitty", 0, 0, false},
        {"\033P>|ghostty 1.1.0\033\\\033_Gi=31;OK\033\\\033[?62;22;52c", "", "ghostty 1.1.0", "kitty", 0, 0, true},
        {"\033_Gi=31;EINVAL:no\033\\\033[?62;c", "", "", NULL, 0, 0, false},
        {"\033P>|XTerm(379)\033\\\033[?1;0;16S\033[?2;0;800;600S\033[?63;1;2;4;6;9;15;22c", "", "XTerm(379)", "sixel", 0, 16,
         false},
        {"\033P>|iTerm2 3.5.0\033\\\033[?64;4c", "", "iTerm2 3.5.0", "iterm", 0, 0, false},
        {"\033P>|tmux 3.3a\033\\\033[?1;2c", "", "tmux 3.3a", NULL, 0, 0, false},
        {"\033[6~\033[1;5A\033[?1;2c", "\033[6~\033[1;5A", "", NULL, 0, 0, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int terminal = -1, line = -1;
        char note[80];
        struct lrp_terminal_answers answers;
        struct lrp_typed typed;
        assert_int_equal(openpty(&terminal, &line, NULL, NULL, NULL), 0);
        assert_int_equal(write(terminal, cases[i].there, strlen(cases[i].there)), (ssize_t)strlen(cases[i].there));
        lrp_terminal_ask(line, line, true, &answers, &typed);
        const struct lrp_pixel_protocol *const row = lrp_pixel_protocol_choose("auto", &answers, note, sizeof note);
        assert_string_equal(answers.name, cases[i].name);
        assert_string_equal(row ? row->name : "", cases[i].chosen ? cases[i].chosen : "");
        assert_int_equal(answers.cell_width, cases[i].width);
        assert_int_equal(answers.registers, cases[i].registers);
        assert_int_equal(row && row->as_text && row->as_text(&answers), cases[i].as_text);
        assert_int_equal(typed.count, strlen(cases[i].kept));
        assert_memory_equal(typed.bytes, cases[i].kept, typed.count);
        close(line);
        close(terminal);
    }
}

/* Each draws something, is found by its name, and none is chosen where nothing was answered. */
static void no_protocol_is_left_out(void **state)
{
    const struct lrp_terminal_answers nothing = {.name = ""}, tmux = {.tmux = true, .name = ""};
    unsigned char red[4] = {255, 0, 0, 255};
    const struct lrp_bitmap bitmap = {1, 1, red};
    const struct lrp_pixel_place place = {.bitmap = &bitmap, .cells = {0, 0, 1, 1}, .id = 7};
    char note[80];
    (void)state;
    assert_null(lrp_pixel_protocol_choose("auto", &nothing, note, sizeof note));
    assert_null(lrp_pixel_protocol_choose("off", &nothing, note, sizeof note));
    for (size_t i = 0; lrp_pixel_protocol_at(i); i++) {
        const struct lrp_pixel_protocol *const row = lrp_pixel_protocol_at(i);
        struct lrp_text out = {0};
        assert_non_null(row->speaks);
        row->put(&place, &out);
        assert_true(out.length > 10 && out.data[0] == '\033');
        lrp_text_free(&out);
        assert_ptr_equal(lrp_pixel_protocol_choose(row->name, &nothing, note, sizeof note), row);
        assert_string_equal(note, "");
        assert_null(lrp_pixel_protocol_choose(row->name, &tmux, note, sizeof note));
        assert_non_null(strstr(note, row->name));
    }
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    unsetenv("NO_COLOR");
    unsetenv("COLORTERM");
    unsetenv("TERMINFO");
    setenv("LINES", "24", 1);
    setenv("COLUMNS", "80", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_terminal_type_starts_and_draws),
        cmocka_unit_test(every_kind_of_preview_is_drawn),
        cmocka_unit_test(heatmaps_come_in_their_colors),
        cmocka_unit_test(a_terminal_that_cannot_move_the_cursor_is_refused),
        cmocka_unit_test(without_color_no_color_is_written),
        cmocka_unit_test(nothing_is_written_when_nothing_changed),
        cmocka_unit_test(keys_are_decoded),
        cmocka_unit_test(answers_are_no_keys),
        cmocka_unit_test(pieces_of_answers_are_no_keys),
        cmocka_unit_test(an_unknown_type_is_taken_for_xterm),
        cmocka_unit_test(the_background_is_asked),
        cmocka_unit_test(a_terminal_says_what_it_shows),
        cmocka_unit_test(no_protocol_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
