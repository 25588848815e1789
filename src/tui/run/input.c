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

static enum lrp_status set_made_up(struct lrp_runner *runner, size_t which, struct lrp_error *err)
{
    struct lrp_shape shape = runner->snapshot->layers->rows[0].shape;
    struct lrp_tensor *tensor = NULL;
    uint32_t state = 2463534242U;
    if (shape.rank > 0 && shape.dim[0] < 1) shape.dim[0] = 1;
    if (!lrp_shape_known(&shape))
        return lrp_fail(err, LRP_USAGE, "the model leaves the input's shape open: set one, as in :set input_shape 1,3,224,224");
    enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, &tensor, err);
    for (size_t i = 0; !status && i < tensor->count; i++) tensor->f[i] = made_up[which].value(&state);
    if (!status) status = lrp_session_set_tensor(runner->session, NULL, tensor, made_up[which].word.name, err);
    lrp_tensor_release(tensor);
    return status;
}

void lrp_runner_input(struct lrp_runner *runner, const char *typed)
{
    struct lrp_error err = {.message = "not enough memory"};
    enum lrp_status status = LRP_MEMORY;
    char *path = lrp_expand_path(typed);
    const size_t which = path ? made_up_of(path) : LRP_MADE_UP;
    if (path)
        status =
            which < LRP_MADE_UP ? set_made_up(runner, which, &err) : lrp_session_set_input(runner->session, NULL, path, &err);
    if (!status) {
        lrp_runner_set_input(runner, path);
        lrp_runner_look(runner);
        lrp_runner_start(runner);
    } else {
        lrp_runner_say(runner, true, err.message);
    }
    free(path);
}
