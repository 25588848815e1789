/* test_inspector.c: the inspector as a user meets it: the real binary, a terminal, keys, and what stands on the screen. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "screen.h"

static char *binary;
static char folder[] = "/tmp/lrpscope-pty-XXXXXX";
enum { HALF_BLOCK = 0x2580 };

static void start(struct screen *s, const char *model, int columns, int rows, const char *option, const char *variable)
{
    char *const arguments[] = {binary,         (char *)model, "assets/demo/boot.png", "--labels", "assets/demo/labels.txt",
                               (char *)option, NULL};
    screen_start(s, arguments, columns, rows, variable);
}

static void starts_explains_and_gives_the_screen_back(void **state)
{
    struct screen s;
    (void)state;
    start(&s, "assets/demo/vgg.onnx", 120, 40, NULL, NULL);
    assert_true(screen_wait(&s, "vgg.onnx"));
    assert_true(screen_wait(&s, "relevance of #0 input"));
    assert_true(screen_wait(&s, "Σ 0.9")); /* explained */
    assert_true(screen_wait(&s, "checks: ON"));
    assert_true(screen_wait(&s, "boot"));
    assert_true(screen_wait(&s, "rules of assets/demo/vgg.lrpscope.json")); /* lies beside the model */
    assert_true(s.alternate);
    assert_false(s.cursor);
    assert_true(screen_wait_colored(&s, HALF_BLOCK, 20));
    screen_type(&s, "q");
    assert_true(screen_ends_with(&s, 0));
    assert_false(s.alternate);
    assert_true(s.cursor);
    screen_free(&s);
}

static void unsupported_layers_are_found_skipped_and_registered(void **state)
{
    struct screen s;
    (void)state;
    start(&s, "assets/demo/vgg-unsupported.onnx", 120, 40, NULL, NULL);
    assert_true(screen_wait(&s, "2 unsupported"));
    assert_true(screen_wait(&s, "no relevance: model check failed"));
    screen_type(&s, "u");
    assert_true(screen_wait(&s, "activation of #4"));
    assert_true(screen_wait(&s, "> ✗"));
    screen_type(&s, "s");
    assert_true(screen_wait(&s, "checks: OFF (2 unchecked)"));
    assert_true(screen_wait(&s, "relevance of #4"));
    screen_type(&s, "s");
    assert_true(screen_wait(&s, "checks: ON"));
    assert_true(screen_wait(&s, "no relevance"));
    screen_type(&s, "S");
    assert_true(screen_wait(&s, "registered"));
    assert_true(screen_wait_gone(&s, "unsupported  checks"));
    assert_true(screen_wait(&s, "relevance of #4"));
    screen_type(&s, ".");
    assert_true(screen_wait(&s, "relevance of #3"));
    screen_type(&s, ",");
    assert_true(screen_wait(&s, "relevance of #4"));
    screen_type(&s, "q");
    assert_true(screen_ends_with(&s, 0));
    screen_free(&s);
}

static void a_rule_is_chosen_and_undone(void **state)
{
    struct screen s;
    (void)state;
    start(&s, "assets/demo/vgg.onnx", 120, 40, NULL, NULL);
    assert_true(screen_wait(&s, "Σ 0.9"));
    screen_type(&s, "jr");
    assert_true(screen_wait(&s, "rule of #"));
    screen_type(&s, "/w-sq\r");
    assert_true(screen_wait(&s, "> w-square"));
    screen_type(&s, "\r");
    assert_true(screen_wait_gone(&s, "rule of #"));
    assert_true(screen_wait(&s, "w-square*"));
    assert_true(screen_wait(&s, "epsilon-plus-flat*"));
    screen_type(&s, "z");
    assert_true(screen_wait(&s, "undone"));
    assert_true(screen_wait_gone(&s, "w-square*"));
    screen_type(&s, "R");
    assert_true(screen_wait(&s, "epsilon-alpha2-beta1-flat"));
    screen_type(&s, "\033");
    screen_type(&s, "Q");
    assert_true(screen_ends_with(&s, 0));
    screen_free(&s);
}

static void a_heatmap_is_exported_and_replacing_asks(void **state)
{
    struct screen s;
    char keys[300], path[200];
    struct stat info;
    (void)state;
    snprintf(path, sizeof path, "%s/map.png", folder);
    snprintf(keys, sizeof keys, "\025%s\r", path);
    start(&s, "assets/demo/vgg.onnx", 100, 30, NULL, NULL);
    assert_true(screen_wait(&s, "Σ 0.9"));
    screen_type(&s, "e");
    assert_true(screen_wait(&s, "vgg-boot-input.png"));
    screen_type(&s, keys);
    assert_true(screen_wait(&s, "written: "));
    assert_int_equal(stat(path, &info), 0);
    assert_true(info.st_size > 100);
    screen_type(&s, "e");
    assert_true(screen_wait(&s, "write PNG: "));
    screen_type(&s, keys);
    assert_true(screen_wait(&s, "exists: replace it?"));
    screen_type(&s, "n");
    assert_true(screen_wait_gone(&s, "replace it?"));
    screen_type(&s, "e\025/no/such/folder/x.png\r");
    assert_true(screen_wait(&s, "No such file"));
    screen_type(&s, "\033");
    assert_true(screen_wait_gone(&s, "write PNG: "));
    screen_type(&s, "q");
    assert_true(screen_ends_with(&s, 0));
    unlink(path);
    screen_free(&s);
}

static void the_screen_follows_the_terminal_size(void **state)
{
    static const int sizes[][2] = {{120, 40}, {80, 24}, {50, 12}, {1, 1}, {200, 60}, {19, 4}, {100, 30}};
    struct screen s;
    (void)state;
    start(&s, "assets/demo/vgg.onnx", 100, 30, NULL, NULL);
    assert_true(screen_wait(&s, "Σ 0.9"));
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) screen_resize(&s, sizes[i][0], sizes[i][1]);
    assert_true(screen_wait(&s, "vgg.onnx"));
    screen_resize(&s, 19, 5);
    assert_true(screen_wait(&s, "too small"));
    screen_resize(&s, 90, 26);
    assert_true(screen_wait(&s, "Σ 0.9"));
    screen_type(&s, "?");
    assert_true(screen_wait(&s, "help: q goes back"));
    screen_type(&s, "qq");
    assert_true(screen_ends_with(&s, 0));
    screen_free(&s);
}

static void signals_leave_the_terminal_as_it_was(void **state)
{
    static const struct {
        int signal, code;
    } cases[] = {{SIGTERM, 128 + SIGTERM}, {SIGHUP, 128 + SIGHUP}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct screen s;
        start(&s, "assets/demo/vgg.onnx", 100, 30, NULL, NULL);
        assert_true(screen_wait(&s, "Σ 0.9"));
        kill(s.pid, cases[i].signal);
        assert_true(screen_ends_with(&s, cases[i].code));
        assert_false(s.alternate);
        assert_true(s.cursor);
        screen_free(&s);
    }
}

static void a_crash_leaves_the_terminal_as_it_was(void **state)
{
    struct screen s;
    (void)state;
    start(&s, "assets/demo/vgg.onnx", 100, 30, NULL, NULL);
    assert_true(screen_wait(&s, "Σ 0.9"));
    kill(s.pid, SIGSEGV);
    assert_int_not_equal(screen_end(&s), 0);
    assert_false(s.alternate);
    assert_true(s.cursor);
    screen_free(&s);
}

static void interrupt_never_ends_the_inspector(void **state)
{
    struct screen s;
    (void)state;
    start(&s, "assets/demo/vgg.onnx", 100, 30, NULL, NULL);
    assert_true(screen_wait(&s, "Σ 0.9"));
    screen_type(&s, "\014");
    assert_true(screen_wait_full(&s));
    screen_type(&s, "\003");
    assert_true(screen_wait(&s, "nothing is running"));
    assert_true(screen_wait(&s, "?help")); /* what was on its way to a slow terminal arrives all the same */
    assert_true(screen_wait(&s, "classifier.3/Gemm"));
    screen_type(&s, "q");
    assert_true(screen_ends_with(&s, 0));
    screen_free(&s);
}

static void no_mouse_and_no_color_send_no_such_codes(void **state)
{
    struct screen s;
    (void)state;
    start(&s, "assets/demo/vgg.onnx", 100, 30, "--no-mouse", "NO_COLOR=1");
    assert_true(screen_wait(&s, "Σ 0.9"));
    assert_int_equal(screen_count_colored(&s, HALF_BLOCK), 0);
    screen_type(&s, "q");
    assert_true(screen_ends_with(&s, 0));
    assert_false(screen_wrote(&s, "\033[?1000", 7));
    assert_false(screen_wrote(&s, "38;5;", 5));
    screen_free(&s);
}

static void without_a_model_some_are_offered(void **state)
{
    struct screen s;
    char *const arguments[] = {binary, NULL};
    (void)state;
    screen_start(&s, arguments, 100, 30, NULL);
    assert_true(screen_wait(&s, "open a model"));
    screen_type(&s, "/unsupp\r");
    assert_true(screen_wait(&s, "> vgg-unsupported.onnx"));
    screen_type(&s, "\r");
    assert_true(screen_wait(&s, "2 unsupported"));
    screen_type(&s, "i\025assets/demo/bo\t");
    assert_true(screen_wait(&s, "assets/demo/boot.png"));
    screen_type(&s, "\r");
    assert_true(screen_wait(&s, "boot.png  "));
    assert_true(screen_wait_colored(&s, HALF_BLOCK, 20));
    screen_type(&s, "O");
    assert_true(screen_wait(&s, "recent  /"));
    screen_type(&s, "/another\r\r");
    assert_true(screen_wait(&s, "model:"));
    screen_type(&s, "assets/demo/vgg.onnx\r");
    assert_true(screen_wait(&s, "checks: ON"));
    assert_true(screen_wait_gone(&s, "2 unsupported"));
    assert_true(screen_wait(&s, "rules of assets/demo/vgg.lrpscope.json"));
    screen_type(&s, "q");
    assert_true(screen_ends_with(&s, 0));
    screen_free(&s);
}

static void an_input_can_be_made_up(void **state)
{
    struct screen s;
    char *const arguments[] = {binary, (char *)"assets/demo/vgg.onnx", NULL};
    (void)state;
    screen_start(&s, arguments, 120, 30, NULL);
    assert_true(screen_wait(&s, "no input: i opens a picture"));
    screen_type(&s, "igrey\r");
    assert_true(screen_wait(&s, "grey  "));
    assert_true(screen_wait_colored(&s, HALF_BLOCK, 1) || screen_wait(&s, "1.00"));
    screen_type(&s, "i\025random\r");
    assert_true(screen_wait(&s, "random  "));
    assert_true(screen_wait_colored(&s, HALF_BLOCK, 20));
    screen_type(&s, "q");
    assert_true(screen_ends_with(&s, 0));
    screen_free(&s);
}

static void f5_reads_model_and_input_again(void **state)
{
    struct screen s;
    (void)state;
    start(&s, "assets/demo/vgg.onnx", 100, 30, NULL, NULL);
    assert_true(screen_wait(&s, "Σ 0.9"));
    screen_type(&s, "jj\033[15~");
    assert_true(screen_wait(&s, "read again"));
    assert_true(screen_wait(&s, "relevance of #2"));
    assert_true(screen_wait(&s, "boot.png"));
    screen_type(&s, "q");
    assert_true(screen_ends_with(&s, 0));
    screen_free(&s);
}

/* What the inspector remembers of these tests stays in their folder. */
static void forget_state(void)
{
    char path[200];
    snprintf(path, sizeof path, "%s/lrpscope/recent", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/lrpscope", folder);
    rmdir(path);
}

int main(int count, char **arguments)
{
    binary = count > 1 ? arguments[1] : (char *)"build/lrpscope";
    if (!mkdtemp(folder) || setenv("XDG_STATE_HOME", folder, 1) != 0) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_explains_and_gives_the_screen_back),
        cmocka_unit_test(unsupported_layers_are_found_skipped_and_registered),
        cmocka_unit_test(a_rule_is_chosen_and_undone),
        cmocka_unit_test(a_heatmap_is_exported_and_replacing_asks),
        cmocka_unit_test(the_screen_follows_the_terminal_size),
        cmocka_unit_test(signals_leave_the_terminal_as_it_was),
        cmocka_unit_test(a_crash_leaves_the_terminal_as_it_was),
        cmocka_unit_test(without_a_model_some_are_offered),
        cmocka_unit_test(an_input_can_be_made_up),
        cmocka_unit_test(f5_reads_model_and_input_again),
        cmocka_unit_test(interrupt_never_ends_the_inspector),
        cmocka_unit_test(no_mouse_and_no_color_send_no_such_codes),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    forget_state();
    rmdir(folder);
    return failed;
}
