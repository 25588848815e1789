/* given.c: the inputs that were given at the start as a list, which is filled in as they are explained: with the table that
 * shows the results of a batch. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runner.h"

/* The name of the folder that a path lies in, owned; NULL: it says none. */
static char *folder_name(const char *path)
{
    const char *end = strrchr(path, '/'), *begin = end;
    while (begin && begin > path && begin[-1] != '/') begin--;
    return end && end > begin ? strndup(begin, (size_t)(end - begin)) : NULL;
}

/* Folders are classes where there are several. */
static bool have_classes(const struct lrp_batch_results *r)
{
    for (size_t i = 1; i < r->samples; i++) {
        const char *a = r->rows[i - 1].folder, *b = r->rows[i].folder;
        if (a && b && strcmp(a, b) != 0) return true;
    }
    return false;
}

static void tell_app(struct lrp_runner *runner)
{
    struct lrp_event event = {.kind = LRP_EVENT_RESULTS, .results = &runner->results};
    lrp_app_update(&runner->app, &event);
}

void lrp_runner_list_inputs(struct lrp_runner *runner)
{
    struct lrp_batch_results *r = &runner->results;
    if (r->folder || runner->input_count < 2) return;
    r->rows = calloc(runner->input_count, sizeof *r->rows);
    r->samples = r->capacity = r->rows ? runner->input_count : 0;
    for (size_t i = 0; i < r->samples; i++)
        r->rows[i] = (struct lrp_outcome){.name = strdup(runner->inputs[i]),
                                          .folder = folder_name(runner->inputs[i]),
                                          .target = -1,
                                          .output = (double)NAN,
                                          .sum = (double)NAN,
                                          .cluster = -1};
    const bool classes = have_classes(r);
    for (size_t i = 0; i < r->samples && !classes; i++) {
        free(r->rows[i].folder);
        r->rows[i].folder = NULL;
    }
    runner->results_wait = -1;
    runner->home = SIZE_MAX;
    tell_app(runner);
    runner->app.results.opened = (int)runner->input_at;
}

/* What came of the present input, once there is relevance; of several samples in it the first. */
void lrp_runner_note_input(struct lrp_runner *runner)
{
    struct lrp_batch_results *r = &runner->results;
    const struct lrp_snapshot *s = runner->snapshot;
    if (r->folder || runner->input_at >= r->samples || !runner->input || !s || !s->target_count ||
        !lrp_app_arrived(&runner->app))
        return;
    struct lrp_outcome *row = &r->rows[runner->input_at];
    if (!row->name || strcmp(runner->input, row->name) != 0) return;
    const struct lrp_target *target = &s->targets[0];
    const double sum = lrp_snapshot_input_sum(s, 0);
    const bool known = row->target >= 0, same = known && row->target == target->index && !(fabs(row->sum - sum) > 0);
    if (same && row->warnings == s->doubt_count && lrp_runner_has_map(runner, runner->input_at)) return;
    lrp_runner_note_map(runner, runner->input_at);
    char *label = strdup(target->label);
    free(row->label);
    row->label = label && *label ? label : NULL;
    if (label && !*label) free(label);
    row->target = target->index;
    row->output = (double)target->output;
    row->sum = sum;
    row->warnings = s->doubt_count;
    r->there += !known;
    r->changes++;
    tell_app(runner);
}

void lrp_runner_forget_outcomes(struct lrp_runner *runner)
{
    struct lrp_batch_results *r = &runner->results;
    lrp_runner_forget_maps(runner);
    for (size_t i = 0; !r->folder && i < r->samples; i++) {
        r->rows[i].target = -1;
        r->rows[i].output = r->rows[i].sum = (double)NAN;
        r->rows[i].warnings = 0;
        free(r->rows[i].label);
        r->rows[i].label = NULL;
    }
    if (r->folder || !r->samples) return;
    r->there = 0;
    r->changes++;
    tell_app(runner);
}

/* An input that cannot be taken, or explained, says why; one that could be has nothing against it any more. */
static void note_failure(struct lrp_runner *runner, size_t input, const char *why)
{
    struct lrp_batch_results *r = &runner->results;
    if (input >= r->samples || (!why && !r->rows[input].error)) return;
    r->failed += !r->rows[input].error;
    r->failed -= !why;
    free(r->rows[input].error);
    r->rows[input].error = why ? strdup(why) : NULL;
    r->changes++;
    tell_app(runner);
}

static void open_input(struct lrp_runner *runner, size_t input)
{
    const char *path = runner->inputs[input];
    runner->input_at = input;
    runner->app.results.opened = runner->results.samples ? (int)input : -1;
    lrp_runner_input(runner, path);
    note_failure(runner, input, runner->input && strcmp(runner->input, path) == 0 ? NULL : runner->app.status);
}

void lrp_runner_open_given(struct lrp_runner *runner, size_t input)
{
    if (input >= runner->input_count) return;
    runner->home = SIZE_MAX;
    open_input(runner, input);
}

/* The first input of which nothing is known; all are known: their count. */
static size_t next_unknown(const struct lrp_batch_results *r)
{
    size_t i = 0;
    while (i < r->samples && (r->rows[i].target >= 0 || r->rows[i].error)) i++;
    return i;
}

/* While the list is looked at, what it lacks is computed, input after input; then the one that was open is open again. */
void lrp_runner_go_on_listing(struct lrp_runner *runner)
{
    const struct lrp_batch_results *r = &runner->results;
    if (r->folder || !r->samples || runner->listing || !runner->snapshot || lrp_app_busy(&runner->app)) return;
    const bool shown = lrp_app_lists_results(&runner->app);
    runner->listing = true;
    while (shown && !lrp_app_busy(&runner->app) && next_unknown(r) < r->samples) {
        const size_t next = next_unknown(r);
        if (runner->snapshot->job == LRP_JOB_FAILED && runner->input_at == next) {
            note_failure(runner, next, runner->snapshot->error.message);
            continue;
        }
        if (runner->home == SIZE_MAX) runner->home = runner->input_at;
        if (runner->input_at == next && runner->snapshot->job != LRP_JOB_NONE) break; /* it is open and not to be explained */
        open_input(runner, next);
    }
    if (runner->home != SIZE_MAX && !lrp_app_busy(&runner->app) && (!shown || next_unknown(r) == r->samples)) {
        const size_t home = runner->home;
        runner->home = SIZE_MAX;
        if (home != runner->input_at) open_input(runner, home);
    }
    runner->listing = false;
}
