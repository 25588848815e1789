/* cmd_run.c: lrpscope run MODEL INPUT: the forward pass. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "job.h"
#include "json_output.h"
#include "lens.h"
#include "paths.h"
#include "positions.h"
#include "run_values.h"
#include "samples.h"
#include "scores.h"
#include "table.h"

struct run_command {
    struct lrp_cli_job job;
    struct lrp_document document; /* with --json */
    cJSON *samples;
    struct lrp_stack outputs; /* for --output */
    struct lrp_lens lens;     /* of this pass, with --lens */
};

struct sample {
    const struct lrp_snapshot *now;
    const char *path, *name; /* of the INPUT; "path[3]" for one of several samples */
    const float *values;
    size_t n;
    const size_t *order;
    size_t top;   /* of them that are shown */
    size_t asked; /* how many are to be shown where there are so many */
    struct lrp_scores scores;
    cJSON *json;                           /* with --json */
    const struct lrp_positions *positions; /* of a text; NULL: the output has none */
    const char *map;                       /* the output's name, if it is a map: a number a key; NULL: it is none */
    bool classes;                          /* every number is a class of its own: a softmax has a meaning */
};

/* Of a map, what it holds the number under. */
static const char *label_of(const struct sample *s, size_t index, char *buffer, size_t size)
{
    return s->map ? lrp_model_key(s->now->model, s->map, index, buffer, size)
                  : lrp_snapshot_label(s->now, lrp_snapshot_class(s->now, (int64_t)index));
}

static double probability(const struct sample *s, size_t index)
{
    return s->classes || s->scores.kind != LRP_SCORE_RAW ? lrp_scores_probability(&s->scores, index) : NAN;
}

static enum lrp_status print_sample(const struct sample *s, struct lrp_error *err)
{
    static const struct lrp_table_column columns[] = {{"class", true}, {"value", true}, {"softmax", true}, {"label", false}};
    static const struct lrp_table_column of_map[] = {{"class", true}, {"value", true}, {"", true}, {"key", false}};
    static const struct lrp_table_column without_softmax[] = {{"class", true}, {"value", true}, {"", true}, {"label", false}};
    struct lrp_table table;
    char number[40], place[200], key[40];
    lrp_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < s->top; i++) {
        const double value = (double)s->values[s->order[i]], p = probability(s, s->order[i]);
        lrp_cli_table_cell(&table, "%s", lrp_snapshot_place(s->now, (int64_t)s->order[i], place, sizeof place));
        lrp_cli_table_cell(&table, "%s", lrp_cli_number(value, number, sizeof number));
        if (s->scores.kind == LRP_SCORE_RAW && s->classes)
            lrp_cli_table_cell(&table, "(%s)", lrp_cli_number(p, number, sizeof number));
        else
            lrp_cli_table_cell(&table, "%s", "");
        lrp_cli_table_cell(&table, "%s", label_of(s, s->order[i], key, sizeof key));
    }
    if (s->map) {
        table.columns = of_map;
        lrp_print(stdout, "%s\na map of %zu\n", s->name, s->n);
        const enum lrp_status status = lrp_cli_table_print(&table, stdout, err);
        lrp_cli_table_free(&table);
        return status;
    }
    if (s->scores.kind != LRP_SCORE_RAW || !s->classes) table.columns = without_softmax;
    lrp_print(stdout, "%s\n", s->name);
    const enum lrp_status status = lrp_cli_table_print(&table, stdout, err);
    lrp_cli_table_free(&table);
    return status;
}

/* Every key with its number, whatever is shown. */
static void put_map(struct lrp_document *d, cJSON *object, const struct sample *s)
{
    char key[40];
    lrp_cli_json_put_text(d, object, "kind", "map");
    cJSON *map = lrp_cli_json_put_object(d, object, "map");
    for (size_t i = 0; i < s->n; i++) lrp_cli_json_put_number(d, map, label_of(s, i, key, sizeof key), (double)s->values[i]);
}

static cJSON *add_sample(struct run_command *run, const struct sample *s)
{
    struct lrp_document *d = &run->document;
    cJSON *o = lrp_cli_json_put_object(d, run->samples, NULL);
    lrp_cli_json_put_text(d, o, "input", s->path);
    if (s->map) put_map(d, o, s);
    cJSON *top = lrp_cli_json_put_array(d, o, "top");
    for (size_t i = 0; i < s->top; i++) {
        const double value = (double)s->values[s->order[i]];
        char place[200], key[40];
        cJSON *one = lrp_cli_json_put_object(d, top, NULL);
        lrp_cli_json_put_number(d, one, "index", (double)s->order[i]);
        if (*lrp_snapshot_place(s->now, (int64_t)s->order[i], place, sizeof place) == '(')
            lrp_cli_json_put_text(d, one, "place", place);
        lrp_cli_json_put_text(d, one, "label", label_of(s, s->order[i], key, sizeof key));
        lrp_cli_json_put_number(d, one, "value", value);
        lrp_cli_json_put_number(d, one, "probability", probability(s, s->order[i]));
    }
    return o;
}

/* A sample of an output of floats: the strongest numbers. */
static enum lrp_status show_floats(struct run_command *run, struct sample *s, size_t *order, struct lrp_error *err)
{
    char place[200];
    s->top = lrp_scores_strongest(s->values, s->n, s->top, order);
    s->order = order;
    s->scores = lrp_scores_of(s->values, s->n, lrp_scores_kind(s->now));
    s->classes = s->n > 1 && *lrp_snapshot_place(s->now, 0, place, sizeof place) != '(';
    if (!run->job.arguments->json && !s->positions) return print_sample(s, err);
    if (!run->job.arguments->json) {
        lrp_print(stdout, "%s\n", s->name);
        return lrp_positions_print(s->positions, s->asked, err);
    }
    s->json = add_sample(run, s);
    return s->positions ? lrp_positions_put(s->positions, s->asked, &run->document, s->json, err) : LRP_OK;
}

static enum lrp_status show_lens(struct run_command *run, const struct sample *s, const struct lrp_tensor *head,
                                 const struct lrp_token_map *tokens, size_t sample, struct lrp_error *err)
{
    struct lrp_positions of;
    if (!run->job.arguments->lens) return LRP_OK;
    const enum lrp_status status = lrp_lens_positions(&run->job, s->now, head, tokens, sample, &of, err);
    if (status) return status;
    return run->job.arguments->json ? lrp_lens_put(&run->lens, &of, sample, &run->document, s->json, err)
                                    : lrp_lens_print(&run->lens, &of, sample, err);
}

/* The same; of a text that the output has a position for every token of, what is said at each. */
static enum lrp_status show_text(struct run_command *run, struct sample *s, const struct lrp_tensor *head, size_t round,
                                 size_t sample, size_t *order, struct lrp_error *err)
{
    struct lrp_token_map tokens = {.count = 0};
    struct lrp_positions positions;
    enum lrp_status status = LRP_OK;
    if (lrp_cli_job_sequence(&run->job, round)) status = lrp_token_map_of(&run->job, s->now, round, sample, &tokens, err);
    const struct lrp_token_map *answers = tokens.decoder && tokens.decoder->count ? tokens.decoder : &tokens;
    if (!status && lrp_positions_of(&run->job, s->now, head, answers, sample, &positions)) s->positions = &positions;
    if (!status) status = show_floats(run, s, order, err);
    s->positions = NULL;
    if (!status) status = show_lens(run, s, head, answers, sample, err);
    lrp_token_map_free(&tokens);
    return status;
}

/* Element i of what is no float, as text; *label: what a number stands for, if it is a class that was found. */
static const char *listed_text(const struct lrp_snapshot *now, const struct lrp_tensor *head, size_t i, char *room, size_t size,
                               const char **label)
{
    *label = "";
    if (head->dtype == LRP_DTYPE_STRING) return head->s[i];
    if (head->dtype == LRP_DTYPE_BOOL) return head->i[i] ? "true" : "false";
    *label = lrp_snapshot_label(now, head->i[i]);
    snprintf(room, size, "%" PRId64, head->i[i]);
    return room;
}

static void add_listed(struct run_command *run, cJSON *top, const struct lrp_tensor *head, size_t first, size_t i,
                       const char *text, const char *label)
{
    struct lrp_document *d = &run->document;
    cJSON *one = lrp_cli_json_put_object(d, top, NULL);
    lrp_cli_json_put_number(d, one, "index", (double)i);
    lrp_cli_json_put_text(d, one, "label", label);
    if (head->dtype == LRP_DTYPE_STRING)
        lrp_cli_json_put_text(d, one, "value", text);
    else
        lrp_cli_json_put_number(d, one, "value", (double)head->i[first + i]);
}

/* A sample of whole numbers, truth values or texts, from element `first` on: as they stand there. */
static enum lrp_status show_listed(struct run_command *run, const struct sample *s, const struct lrp_tensor *head, size_t first,
                                   struct lrp_error *err)
{
    static const struct lrp_table_column columns[] = {{"index", true}, {"value", true}, {"label", false}};
    struct lrp_document *d = &run->document;
    const bool json = run->job.arguments->json;
    cJSON *o = json ? lrp_cli_json_put_object(d, run->samples, NULL) : NULL, *top = NULL;
    struct lrp_table table;
    char room[32];
    lrp_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
    if (json) lrp_cli_json_put_text(d, o, "input", s->path);
    if (json) top = lrp_cli_json_put_array(d, o, "top");
    for (size_t i = 0; i < s->top; i++) {
        const char *label, *text = listed_text(s->now, head, first + i, room, sizeof room, &label);
        if (json) add_listed(run, top, head, first, i, text, label);
        lrp_cli_table_cell(&table, "%zu", i);
        lrp_cli_table_cell(&table, "%s", text);
        lrp_cli_table_cell(&table, "%s", label);
    }
    if (!json) lrp_print(stdout, "%s\n", s->name);
    const enum lrp_status status = json ? LRP_OK : lrp_cli_table_print(&table, stdout, err);
    lrp_cli_table_free(&table);
    return status;
}

/* The model's first output, or the one asked for. */
static const char *name_of_output(const struct lrp_snapshot *now)
{
    const char *asked = lrp_settings_get(now->settings, LRP_SETTING_OUTPUT_NAME);
    struct lrp_model_value first = {.name = ""};
    if (lrp_model_output_count(now->model)) lrp_model_output(now->model, 0, &first);
    return *asked ? asked : first.name;
}

/* Its value, retained. Others than the explained one are values like any other. */
static enum lrp_status output_of(const struct run_command *run, const struct lrp_snapshot *now, const struct lrp_tensor **out,
                                 struct lrp_error *err)
{
    const char *name = name_of_output(now);
    *out = now->output && !strcmp(name, now->output_name) ? lrp_tensor_retain(now->output)
                                                          : lrp_session_value_activation(run->job.session, name);
    return *out ? LRP_OK
                : lrp_fail(err, LRP_UNSUPPORTED, "%s: output %s cannot be computed (others: --output-name)", now->model_path,
                           name);
}

/* A sequence, an optional value that is not there, or one without elements. */
static enum lrp_status show_other(struct run_command *run, const struct lrp_tensor *head, size_t round, struct lrp_error *err)
{
    const struct lrp_arguments *a = run->job.arguments;
    const char *path = lrp_cli_job_round_path(&run->job, round);
    const size_t top = a->top ? (size_t)a->top : 5;
    if (!a->json) return lrp_run_print(head, path, top, err);
    cJSON *o = lrp_cli_json_put_object(&run->document, run->samples, NULL);
    lrp_cli_json_put_text(&run->document, o, "input", path);
    lrp_run_put(head, top, &run->document, o);
    lrp_cli_json_put_array(&run->document, o, "top");
    return LRP_OK;
}

static enum lrp_status show_samples(struct run_command *run, const struct lrp_snapshot *now, const struct lrp_tensor *head,
                                    size_t round, int64_t pass, struct lrp_error *err)
{
    const struct lrp_arguments *a = run->job.arguments;
    const size_t counted = lrp_cli_samples_in(&run->job);
    const size_t samples = head->shape.rank && head->shape.dim[0] == (int64_t)counted ? counted : 1, n = head->count / samples;
    const size_t all = (size_t)lrp_session_samples(run->job.session), top = a->top ? (size_t)a->top : 5,
                 most = top < n ? top : n;
    size_t *order = calloc(most + 1, sizeof *order);
    const char *output = name_of_output(now);
    char key[40];
    enum lrp_status status = order ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; !status && i < samples; i++) {
        struct sample s = {.now = now,
                           .path = lrp_cli_job_round_path(&run->job, round),
                           .n = n,
                           .map = lrp_model_key(now->model, output, n - 1, key, sizeof key) ? output : NULL,
                           .top = most,
                           .asked = top};
        char *name = lrp_cli_sample_name(s.path, (size_t)pass + i, samples == counted ? all : 1);
        s.name = name;
        if (!name) {
            status = lrp_fail(err, LRP_MEMORY, "not enough memory");
        } else if (lrp_dtype_is_float(head->dtype)) {
            s.values = head->f + i * n;
            status = show_text(run, &s, head, round, i, order, err);
        } else {
            status = show_listed(run, &s, head, i * n, err);
        }
        free(name);
    }
    free(order);
    return status;
}

/* What is asked of the explained output's blocks is asked of no other. */
static enum lrp_status take_lens(struct run_command *run, const struct lrp_snapshot *now, const struct lrp_tensor *head,
                                 struct lrp_error *err)
{
    if (head != now->output)
        return lrp_fail(err, LRP_UNSUPPORTED, "%s: --lens: the output shown is not the one that is explained (--output-name)",
                        now->model_path);
    return lrp_session_lens(run->job.session, &run->lens, err);
}

static enum lrp_status show_pass(struct run_command *run, const struct lrp_snapshot *now, size_t round, int64_t pass,
                                 struct lrp_error *err)
{
    const struct lrp_tensor *head = NULL;
    lrp_cli_job_say(&run->job, now);
    enum lrp_status status = output_of(run, now, &head, err);
    if (!status && run->job.arguments->lens) status = take_lens(run, now, head, err);
    const char *kind = status ? NULL : lrp_run_kind(head);
    if (!status) status = kind ? show_other(run, head, round, err) : show_samples(run, now, head, round, pass, err);
    if (!status && run->job.arguments->output && lrp_tensor_is_sequence(head))
        status = lrp_fail(err, LRP_USAGE, "--output %s: output %s is no tensor but %s (--output-name chooses another)",
                          run->job.arguments->output, name_of_output(now), kind);
    else if (!status && run->job.arguments->output)
        status = lrp_cli_stack_push(&run->outputs, head, err);
    lrp_lens_free(&run->lens);
    lrp_tensor_release(head);
    return status;
}

static enum lrp_status run_round(struct run_command *run, size_t round, struct lrp_error *err)
{
    enum lrp_status status = lrp_cli_job_set_inputs(&run->job, round, err);
    const int64_t passes = status ? 0 : lrp_cli_job_passes(&run->job);
    for (int64_t pass = 0; !status && pass < passes; pass++) {
        const struct lrp_snapshot *now = NULL;
        status = lrp_cli_job_run(&run->job, round, pass, LRP_WANT_FORWARD, &now, err);
        if (!status) status = show_pass(run, now, round, pass, err);
        lrp_snapshot_release(now);
    }
    return status;
}

static enum lrp_status check_output(const struct run_command *run, struct lrp_error *err)
{
    struct lrp_guard guard = {0};
    lrp_cli_job_guard(&run->job, &guard);
    lrp_guard_writes(&guard, "--output", run->job.arguments->output);
    const enum lrp_status status = lrp_guard_check(&guard, err);
    lrp_guard_free(&guard);
    return status;
}

static enum lrp_status run_all(struct run_command *run, struct lrp_error *err)
{
    const struct lrp_arguments *a = run->job.arguments;
    enum lrp_status status = a->output ? lrp_cli_path_writable(a->output, err) : LRP_OK;
    if (!status) status = check_output(run, err);
    const size_t rounds = lrp_cli_job_rounds(&run->job);
    if (!status) status = lrp_cli_job_ahead(&run->job, LRP_WANT_FORWARD, err);
    for (size_t round = 0; !status && round < rounds; round++) status = run_round(run, round, err);
    if (!status && a->output) status = lrp_cli_stack_write(&run->outputs, a->output, err);
    if (!status && a->json) status = lrp_cli_json_print(&run->document, stdout, err);
    return status;
}

int lrp_cli_run(const struct lrp_arguments *arguments)
{
    struct run_command run = {0};
    struct lrp_error err = {0};
    int code = 0;
    if (!lrp_cli_job_open(&run.job, arguments, true, &code)) return code;
    if (arguments->json) {
        lrp_cli_json_init(&run.document, arguments->model);
        run.samples = lrp_cli_json_put_array(&run.document, run.document.root, "samples");
    }
    const enum lrp_status status = run_all(&run, &err);
    if (status) code = lrp_cli_job_fail(&run.job, status, &err);
    lrp_cli_stack_free(&run.outputs);
    lrp_cli_json_free(&run.document);
    lrp_cli_job_close(&run.job);
    return code;
}
