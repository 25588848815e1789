/* fuzz_script.c: a rules file, then behind a line "---" a script of keys and :commands for the inspector, played on a small
 * model without a terminal; the screen and the state are written out after each of its lines. It works in a folder of its own,
 * and its names cannot lead out of it. */
#include <fcntl.h>
#include <ftw.h>
#include <string.h>

#include "input.h"
#include "runner.h"

static const char model[] = "model.json", rules[] = "model.lrpscope.json", script[] = "script", input_name[] = "input.npy";
static char start_folder[2048], folder[2048];

/* Small, with a branch, and a layer that fails the check. */
static const char model_text[] =
    "{\"lrpscope_model\": 1, \"input\": [1, 1, 4, 4], \"layers\": ["
    "{\"type\": \"convolution\", \"name\": \"features.0\", \"weight\": [[[[1,-2],[3,4]]],[[[0.5,1],[-1,2]]]], "
    "\"bias\": [0.25,-1], \"activation\": \"relu\"}, {\"type\": \"max-pool\", \"name\": \"features.1\", \"kernel_shape\": "
    "[2,2]}, "
    "{\"type\": \"skip-connection\", \"layer\": {\"type\": \"chain\", \"layers\": [{\"type\": \"tanh\", \"name\": "
    "\"block.act\"}, "
    "{\"type\": \"sin\", \"name\": \"block.sin\"}]}}, {\"type\": \"flatten\"}, {\"type\": \"dense\", \"name\": \"head\", "
    "\"weight\": [[1,2,3],[0,1,-1],[2,0,1],[1,1,1],[-1,0,2],[0,0,1],[1,-2,0],[3,1,0]], \"bias\": [0,0.5,-1]}, "
    "{\"type\": \"softmax\"}]}";
static const struct lrp_shape input_shape = {.rank = 4, .dim = {3, 1, 4, 4}};

/* ---- the folder ---- */

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status, (void)kind;
    return where->level ? remove(path) : 0;
}

static void empty_folder(void)
{
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void remove_folder(void)
{
    empty_folder();
    rmdir(folder);
}

/* Nothing of the user's is read or written: no configuration, no recent models, no standard input. */
static void make_folder(void)
{
    const char *temporary = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/lrpscope-fuzz-XXXXXX", temporary && *temporary ? temporary : "/tmp");
    if (!getcwd(start_folder, sizeof start_folder) || !mkdtemp(folder)) abort();
    atexit(remove_folder);
    const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0) abort();
    close(nothing);
}

static void write_file(const char *name, const void *data, size_t size)
{
    FILE *file = fopen(name, "wb");
    if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0) abort();
}

/* Three samples of a model that takes one. */
static void write_input(void)
{
    struct lrp_tensor *tensor;
    if (lrp_tensor_new(LRP_DTYPE_FLOAT, &input_shape, &tensor, NULL) != LRP_OK) abort();
    for (size_t i = 0; i < tensor->count; i++) tensor->f[i] = (float)(i * 7 % 16) / 8 - 1;
    if (lrp_tensor_write_npy(tensor, input_name, NULL) != LRP_OK) abort();
    lrp_tensor_release(tensor);
}

/* ---- the script ---- */

/* Line by line, each followed by a look at everything. A path needs a '/' or ".." to lead out of the folder. */
static void write_script(const uint8_t *data, size_t size)
{
    FILE *file = fopen(script, "wb");
    if (!file) abort();
    for (size_t i = 0; i <= size; i++) {
        const bool end = i == size || data[i] == '\n';
        if (end)
            fputs("\n:dump screen\n:dump-state state\n", file);
        else if (data[i] == '/' || (data[i] == '.' && i && data[i - 1] == '.'))
            fputc('_', file);
        else
            fputc(data[i], file);
    }
    if (fclose(file) != 0) abort();
}

static size_t rules_end(const uint8_t *data, size_t size)
{
    const uint8_t *end = memmem(data, size, "\n---\n", 5);
    return end ? (size_t)(end - data) : 0;
}

/* ---- playing ---- */

static void play(struct lrp_session *session)
{
    struct lrp_runner runner = {.wake = {-1, -1}};
    const struct lrp_caps caps = {.mode = LRP_COLOR_256, .levels = 31};
    struct lrp_error err;
    if (pipe2(runner.wake, O_NONBLOCK | O_CLOEXEC) != 0) abort();
    if (lrp_runner_init(&runner, session, &err)) {
        lrp_app_init(&runner.app, &lrp_screen, &caps, 80, 24);
        runner.app.untimed = true;
        lrp_runner_look(&runner);
        lrp_runner_start(&runner);
        lrp_runner_play(&runner, script);
        for (int i = 0; i < 3; i++) lrp_runner_step(&runner, -1);
        for (int i = 0; i < 3; i++) lrp_runner_step(&runner, 1);
        if (runner.session) lrp_session_wait(runner.session);
        lrp_runner_look(&runner);
        lrp_runner_dump(&runner, "screen.svg");
    }
    if (runner.session) {
        lrp_session_cancel(runner.session);
        lrp_session_wait(runner.session);
    }
    lrp_runner_free(&runner);
    close(runner.wake[1]);
    close(runner.wake[0]);
}

static void open_and_play(void)
{
    struct lrp_settings *settings = NULL;
    struct lrp_session *session = NULL;
    char *warnings = NULL;
    if (lrp_settings_new(&settings, NULL) != LRP_OK) return;
    lrp_settings_read_found(settings, rules, &warnings, NULL); /* what is wrong with it holds nobody up */
    free(warnings);
    if (lrp_session_open(model, settings, &session, NULL) == LRP_OK) {
        lrp_session_set_input(session, NULL, input_name, NULL);
        play(session);
    }
    lrp_session_free(session);
    lrp_settings_free(settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const size_t end = rules_end(data, size), begin = end ? end + 5 : 0;
    if (!*folder) make_folder();
    if (chdir(folder) != 0) abort();
    setenv("HOME", folder, 1);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
    write_file(model, model_text, strlen(model_text));
    write_input();
    write_file("labels.txt", "one\ntwo\nthree\n", 14);
    write_file(rules, data, end);
    write_script(data + begin, size - begin);
    open_and_play();
    empty_folder();
    if (chdir(start_folder) != 0) abort();
    return 0;
}
