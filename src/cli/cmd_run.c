/* cmd_run.c: lrpscope run MODEL INPUT: the forward pass. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "job.h"
#include "json_output.h"
#include "paths.h"
#include "samples.h"
#include "table.h"

/* What the values of an output are. */
enum head { HEAD_RAW, HEAD_SOFTMAX, HEAD_LOG_SOFTMAX };

struct run {
    struct lrp_job job;
    struct lrp_document document; /* with --json */
    cJSON *samples;
    struct lrp_stack outputs; /* for --output */
};

static enum head head_of(const struct lrp_snapshot *now)
{
    if (lrp_settings_flag(now->settings, LRP_SETTING_STRIP_SOFTMAX)) return HEAD_RAW;
    for (size_t i = 1; i < now->layers->count; i++)
        if (now->layers->rows[i].output_softmax)
            return strcmp(now->layers->rows[i].op_type, "LogSoftmax") ? HEAD_SOFTMAX : HEAD_LOG_SOFTMAX;
    return HEAD_RAW;
}

/* Values per class in one sample: 1 of (N,C); H*W of (N,C,H,W). */
static int64_t inner_count(const struct lrp_tensor *head)
{
    int64_t inner = 1;
    for (int i = 2; i < head->shape.rank; i++) inner *= head->shape.dim[i];
    return inner;
}

/* Indices of the `count` largest values, largest first, the first of equal ones first; NaN last. */
static size_t strongest(const float *values, size_t n, size_t count, size_t *order)
{
    size_t held = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = held;
        while (at > 0 && (values[i] > values[order[at - 1]] || (isnan(values[order[at - 1]]) && !isnan(values[i])))) at--;
        if (at >= count) continue;
        held += held < count;
        memmove(order + at + 1, order + at, (held - at - 1) * sizeof *order);
        order[at] = i;
    }
    return held;
}

struct softmax {
    enum head head;
    bool possible; /* over a vector of classes only */
    double most, sum;
};

static struct softmax softmax_of(const float *values, size_t n, enum head head, int64_t inner)
{
    struct softmax s = {.head = head, .possible = inner == 1 && n > 1, .most = -INFINITY};
    for (size_t i = 0; i < n; i++) s.most = fmax(s.most, (double)values[i]);
    for (size_t i = 0; i < n; i++) s.sum += exp((double)values[i] - s.most);
    return s;
}

static double probability(const struct softmax *s, double value)
{
    if (s->head == HEAD_SOFTMAX) return value;
    if (s->head == HEAD_LOG_SOFTMAX) return exp(value);
    return s->possible ? exp(value - s->most) / s->sum : NAN;
}

static void print_place(struct lrp_table *table, int64_t index, const struct lrp_tensor *head, int64_t inner)
{
    if (inner == 1 || head->shape.rank != 4) {
        lrp_cli_table_cell(table, "%" PRId64, index);
        return;
    }
    const int64_t width = head->shape.dim[3], pixel = index % inner;
    lrp_cli_table_cell(table, "(%" PRId64 ":%" PRId64 ":%" PRId64 ")", index / inner, pixel / width, pixel % width);
}

struct sample {
    const struct lrp_snapshot *now;
    const struct lrp_tensor *head;
    const char *path, *name; /* of the INPUT; "path[3]" for one of several samples */
    const float *values;
    size_t n;
    const size_t *order;
    size_t top;
    struct softmax softmax;
    int64_t inner;
};

static enum lrp_status print_sample(const struct sample *s, struct lrp_error *err)
{
    static const struct lrp_column columns[] = {{"class", true}, {"value", true}, {"softmax", true}, {"label", false}};
    static const struct lrp_column without_softmax[] = {{"class", true}, {"value", true}, {"", true}, {"label", false}};
    struct lrp_table table;
    char number[40];
    lrp_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < s->top; i++) {
        const double value = (double)s->values[s->order[i]], p = probability(&s->softmax, value);
        print_place(&table, (int64_t)s->order[i], s->head, s->inner);
        lrp_cli_table_cell(&table, "%s", lrp_cli_number(value, number, sizeof number));
        if (s->softmax.head == HEAD_RAW && s->softmax.possible)
            lrp_cli_table_cell(&table, "(%s)", lrp_cli_number(p, number, sizeof number));
        else
            lrp_cli_table_cell(&table, "%s", "");
        lrp_cli_table_cell(&table, "%s", lrp_snapshot_label(s->now, (int64_t)s->order[i] / s->inner));
    }
    if (s->softmax.head != HEAD_RAW || !s->softmax.possible) table.columns = without_softmax;
    lrp_print(stdout, "%s\n", s->name);
    const enum lrp_status status = lrp_cli_table_print(&table, stdout, err);
    lrp_cli_table_free(&table);
    return status;
}

static void add_sample(struct run *run, const struct sample *s)
{
    struct lrp_document *d = &run->document;
    cJSON *o = lrp_cli_json_put_object(d, run->samples, NULL);
    lrp_cli_json_put_text(d, o, "input", s->path);
    cJSON *top = lrp_cli_json_put_array(d, o, "top");
    for (size_t i = 0; i < s->top; i++) {
        const double value = (double)s->values[s->order[i]];
        cJSON *one = lrp_cli_json_put_object(d, top, NULL);
        lrp_cli_json_put_number(d, one, "index", (double)s->order[i]);
        lrp_cli_json_put_text(d, one, "label", lrp_snapshot_label(s->now, (int64_t)s->order[i] / s->inner));
        lrp_cli_json_put_number(d, one, "value", value);
        lrp_cli_json_put_number(d, one, "probability", probability(&s->softmax, value));
    }
}

static enum lrp_status show_pass(struct run *run, const struct lrp_snapshot *now, size_t round, int64_t pass,
                                 struct lrp_error *err)
{
    const struct lrp_arguments *a = run->job.arguments;
    const struct lrp_tensor *head = now->output;
    if (!head || !lrp_dtype_is_float(head->dtype))
        return lrp_fail(err, LRP_UNSUPPORTED,
                        "%s: the output holds no floating-point numbers (choose another with --output-name)", a->model);
    const size_t samples = lrp_cli_samples_in(&run->job), n = head->count / samples;
    const size_t all = (size_t)lrp_session_samples(run->job.session), most = (size_t)a->top < n ? (size_t)a->top : n;
    const char *path = lrp_cli_job_round_path(a, round);
    size_t *order = calloc(most + 1, sizeof *order);
    enum lrp_status status = order ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; !status && i < samples; i++) {
        char *name = lrp_cli_sample_name(path, (size_t)pass + i, all);
        struct sample s = {
            .now = now, .head = head, .path = path, .name = name, .values = head->f + i * n, .n = n, .order = order};
        s.inner = inner_count(head);
        s.top = strongest(s.values, n, most, order);
        s.softmax = softmax_of(s.values, n, head_of(now), s.inner);
        if (!name)
            status = lrp_fail(err, LRP_MEMORY, "not enough memory");
        else if (a->json)
            add_sample(run, &s);
        else
            status = print_sample(&s, err);
        free(name);
    }
    free(order);
    return !status && a->output ? lrp_cli_stack_push(&run->outputs, head, err) : status;
}

static enum lrp_status run_round(struct run *run, size_t round, struct lrp_error *err)
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

static enum lrp_status check_output(const struct run *run, struct lrp_error *err)
{
    struct lrp_guard guard = {0};
    lrp_cli_job_guard(&run->job, &guard);
    lrp_guard_writes(&guard, "--output", run->job.arguments->output);
    const enum lrp_status status = lrp_guard_check(&guard, err);
    lrp_guard_free(&guard);
    return status;
}

static enum lrp_status run_all(struct run *run, struct lrp_error *err)
{
    const struct lrp_arguments *a = run->job.arguments;
    enum lrp_status status = a->output ? lrp_cli_path_writable(a->output, err) : LRP_OK;
    if (!status) status = check_output(run, err);
    const size_t rounds = lrp_cli_job_rounds(a);
    for (size_t round = 0; !status && round < rounds; round++) status = run_round(run, round, err);
    if (!status && a->output) status = lrp_cli_stack_write(&run->outputs, a->output, err);
    if (!status && a->json) status = lrp_cli_json_print(&run->document, stdout, err);
    return status;
}

int lrp_cli_run(const struct lrp_arguments *arguments)
{
    struct run run = {0};
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
