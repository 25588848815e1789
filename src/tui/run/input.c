/* input.c: inputs while the inspector runs: files, and made-up ones for models one has no picture for. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "format.h"
#include "runner.h"

/* Zero is what preprocessing makes of the mean colour. */
static float grey(uint32_t *state)
{
    (void)state;
    return 0;
}
/* The same each time, so that two rules can be compared: xorshift, in -1..1. */
static float noise(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return (float)*state / 2147483648.0F - 1;
}

static const struct {
    struct lrp_word word;
    float (*value)(uint32_t *state);
} made_up[] = {{{"grey", "made up: the mean colour everywhere"}, grey},
               {{"random", "made up: the same noise each time"}, noise}};
enum { LRP_MADE_UP = sizeof made_up / sizeof *made_up };

const struct lrp_word *lrp_made_up_input(size_t index)
{
    return index < LRP_MADE_UP ? &made_up[index].word : NULL;
}

/* Which one a text names; LRP_MADE_UP: none, or there is such a file. */
static size_t made_up_of(const char *text)
{
    size_t i = 0;
    while (i < LRP_MADE_UP && strcmp(made_up[i].word.name, text) != 0) i++;
    return access(text, F_OK) == 0 ? LRP_MADE_UP : i;
}

/* What an input of the model is made of: of whole numbers, 0 or 1. Its shape is the one the layers show. */
static enum lrp_status make_up(const struct lrp_runner *runner, size_t input, size_t which, struct lrp_tensor **out,
                               const char **name, struct lrp_error *err)
{
    struct lrp_model_value value;
    uint32_t state = 2463534242U;
    lrp_model_input(lrp_session_model(runner->session), input, &value);
    struct lrp_shape shape = *runner->snapshot->layers->rows[lrp_layer_row_at(runner->snapshot->layers, input)].shape;
    *name = value.name;
    if (shape.rank > 0 && shape.dim[0] < 1) shape.dim[0] = 1;
    if (value.dtype == LRP_DTYPE_STRING)
        return lrp_fail(err, LRP_USAGE, "input %s takes texts: they are not made up; give a file", value.name);
    if (!lrp_shape_known(&shape))
        return lrp_fail(err, LRP_USAGE,
                        "the model leaves the shape of input %s open: set one, as in :set input_shape 1,3,224,224", value.name);
    const bool floats = lrp_dtype_is_float(value.dtype);
    const enum lrp_status status = lrp_tensor_new(floats ? LRP_DTYPE_FLOAT : value.dtype, &shape, out, err);
    for (size_t i = 0; !status && i < (*out)->count; i++) {
        const float made = made_up[which].value(&state);
        if (floats)
            (*out)->f[i] = made;
        else
            (*out)->i[i] = made > 0;
    }
    return status;
}

/* All inputs of the model at once. */
static enum lrp_status set_made_up(struct lrp_runner *runner, size_t which, struct lrp_error *err)
{
    const size_t count = lrp_model_input_count(lrp_session_model(runner->session));
    struct lrp_tensor **tensors = calloc(count + 1, sizeof(struct lrp_tensor *));
    const char **names = calloc(count + 1, sizeof *names);
    enum lrp_status status = tensors && names ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; !status && i < count; i++) status = make_up(runner, i, which, &tensors[i], &names[i], err);
    if (!status)
        status = lrp_session_set_tensors(runner->session, names, (const struct lrp_tensor *const *)tensors, count,
                                         made_up[which].word.name, err);
    for (size_t i = 0; tensors && i < count; i++) lrp_tensor_release(tensors[i]);
    free(tensors);
    free(names);
    return status;
}

/* "NAME=FILE", or "\"NAME\"=FILE", where NAME is an input of the model: the file's part, and *input; NULL: it is none. Of names
 * that hold = the longest that fits counts. */
static const char *named_file(const struct lrp_runner *runner, const char *typed, size_t *input)
{
    const struct lrp_model *model = lrp_session_model(runner->session);
    const size_t quoted = *typed == '"';
    const char *file = NULL;
    for (size_t i = 0; i < lrp_model_input_count(model); i++) {
        struct lrp_model_value value;
        lrp_model_input(model, i, &value);
        const size_t length = strlen(value.name);
        const char *rest = typed + quoted + length;
        if (strncmp(typed + quoted, value.name, length) != 0 || (quoted && *rest++ != '"') || *rest != '=') continue;
        if (file && rest < file) continue;
        file = rest + 1;
        *input = i;
    }
    return file;
}

static enum lrp_status set_named(struct lrp_runner *runner, size_t input, const char *file, struct lrp_error *err)
{
    struct lrp_model_value value;
    lrp_model_input(lrp_session_model(runner->session), input, &value);
    char *path = lrp_expand_path(file);
    const enum lrp_status status =
        path ? lrp_session_set_input(runner->session, value.name, path, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    free(path);
    return status;
}

void lrp_runner_input(struct lrp_runner *runner, const char *typed)
{
    struct lrp_error err = {.message = "not enough memory"};
    enum lrp_status status = LRP_MEMORY;
    char *path = lrp_expand_path(typed);
    const size_t which = path ? made_up_of(path) : LRP_MADE_UP;
    size_t input = 0;
    bool surely = false;
    const bool text = path && lrp_runner_takes_text(runner, typed, &surely), there = path && access(path, F_OK) == 0;
    const char *file = path && !there && !surely ? named_file(runner, typed, &input) : NULL;
    if (text && (surely || (!there && !file && which == LRP_MADE_UP)))
        status = lrp_runner_set_text(runner, typed, &err);
    else if (file)
        status = set_named(runner, input, file, &err);
    else if (path)
        status =
            which < LRP_MADE_UP ? set_made_up(runner, which, &err) : lrp_session_set_input(runner->session, NULL, path, &err);
    if (!status) {
        if (!file) lrp_runner_set_input(runner, text ? typed : path); /* what is remembered of a model is one input */
        lrp_runner_look(runner);
        lrp_runner_start(runner);
    } else {
        lrp_runner_say(runner, true, err.message);
    }
    free(path);
}

void lrp_runner_next_input(struct lrp_runner *runner, int step)
{
    char text[64];
    const size_t count = runner->input_count;
    if (count < 2) {
        lrp_runner_say(runner, false, "the input is one sample");
        return;
    }
    lrp_runner_open_given(runner, (runner->input_at + count + (size_t)step) % count);
    snprintf(text, sizeof text, "input %zu of %zu", runner->input_at + 1, count);
    lrp_runner_say(runner, false, text);
}
