/* compare_models.c: lrpscope compare A.onnx [INPUT] --with B.onnx: two models, layer by layer. */
#include "compare_models.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "compare_show.h"
#include "job.h"
#include "samples.h"
#include "table.h"
#include "text.h"

/* The two models of a comparison: [0] is the one that is asked about. */
struct models {
    struct lrp_arguments arguments[2]; /* alike but for the model */
    struct lrp_cli_job jobs[2];
    const struct lrp_snapshot *now[2];
    enum lrp_want want; /* relevance, until one of them has none */
    struct lrp_model_differences found;
};

/* ---- what the files say ---- */

static void attribute_text(const struct lrp_layer_attribute *a, char *out, size_t size)
{
    size_t used = (size_t)snprintf(out, size, "%s", a->text ? a->text : "");
    for (size_t i = 0; i < a->count && used + 1 < size; i++) {
        const char *blank = i ? " " : "";
        const int n = a->ints     ? snprintf(out + used, size - used, "%s%" PRId64, blank, a->ints[i])
                      : a->floats ? snprintf(out + used, size - used, "%s%.9g", blank, (double)a->floats[i])
                                  : snprintf(out + used, size - used, "%s%s", blank, a->texts[i]);
        used += n > 0 ? (size_t)n : 0;
    }
}

static const struct lrp_layer_attribute *find_attribute(const struct lrp_layer_operator *op, const char *name)
{
    for (size_t i = 0; i < op->attribute_count; i++)
        if (strcmp(op->attributes[i].name, name) == 0) return &op->attributes[i];
    return NULL;
}

static bool note_text(struct lrp_layer_pair *pair, const char *what, const char *before, const char *after)
{
    return strcmp(before, after) == 0 || lrp_cli_pair_note(pair, what, before, after);
}

static bool note_attributes(struct lrp_layer_pair *pair, const struct lrp_layer_operator *a, const struct lrp_layer_operator *b)
{
    char before[400], after[400];
    bool ok = true;
    for (size_t i = 0; ok && i < a->attribute_count; i++) {
        const struct lrp_layer_attribute *other = find_attribute(b, a->attributes[i].name);
        attribute_text(&a->attributes[i], before, sizeof before);
        if (other) attribute_text(other, after, sizeof after);
        ok = note_text(pair, a->attributes[i].name, before, other ? after : "none");
    }
    for (size_t i = 0; ok && i < b->attribute_count; i++) {
        attribute_text(&b->attributes[i], after, sizeof after);
        if (!find_attribute(a, b->attributes[i].name)) ok = lrp_cli_pair_note(pair, b->attributes[i].name, "none", after);
    }
    return ok;
}

static bool note_weights(struct lrp_layer_pair *pair, const struct lrp_layer_operator *a, const struct lrp_layer_operator *b)
{
    char before[200], after[200];
    bool ok = true;
    const size_t most = a->weight_count > b->weight_count ? a->weight_count : b->weight_count;
    for (size_t i = 0; ok && i < most; i++) {
        const struct lrp_layer_weight *x = i < a->weight_count ? &a->weights[i] : NULL,
                                      *y = i < b->weight_count ? &b->weights[i] : NULL;
        const char *name = x ? x->name : y ? y->name : "";
        if (x && y && lrp_shape_equal(&x->shape, &y->shape)) continue;
        snprintf(before, sizeof before, "none");
        snprintf(after, sizeof after, "none");
        if (x) lrp_shape_text(&x->shape, 0, "x", before, sizeof before);
        if (y) lrp_shape_text(&y->shape, 0, "x", after, sizeof after);
        ok = lrp_cli_pair_note(pair, name, before, after);
    }
    return ok;
}

/* How the two layers are written: type, activation, sizes, attributes. */
static enum lrp_status note_changes(const struct models *m, struct lrp_layer_pair *pair, struct lrp_error *err)
{
    const struct lrp_layer *a = &m->now[0]->layers->rows[pair->a], *b = &m->now[1]->layers->rows[pair->b];
    struct lrp_layer_operator *x = NULL, *y = NULL;
    char before[200], after[200];
    lrp_shape_text(a->shape, 0, "x", before, sizeof before);
    lrp_shape_text(b->shape, 0, "x", after, sizeof after);
    enum lrp_status status = lrp_snapshot_operator(m->now[0], pair->a, &x, err);
    if (!status) status = lrp_snapshot_operator(m->now[1], pair->b, &y, err);
    bool ok = !status && note_text(pair, "type", a->type, b->type) &&
              note_text(pair, "activation", a->activation, b->activation) && note_text(pair, "output", before, after);
    /* of two operators that do one thing, attributes mean different things */
    if (ok && strcmp(x->op_type, y->op_type) == 0) ok = note_attributes(pair, x, y) && note_weights(pair, x, y);
    lrp_layer_operator_free(x);
    lrp_layer_operator_free(y);
    return status ? status : ok ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

/* Against the largest of a; what is not finite in one of them alone makes it infinite. NaN: there is nothing to compare. */
static double relative(enum lrp_status status, const struct lrp_comparison *c)
{
    if (status) return (double)NAN;
    if (c->apart) return (double)INFINITY;
    return c->largest == 0 ? 0 : c->largest / c->magnitude;
}

static enum lrp_status compare_files(struct models *m, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < m->found.count; i++) {
        struct lrp_layer_pair *pair = &m->found.pairs[i];
        struct lrp_comparison weights;
        struct lrp_error none;
        if (pair->a <= 0 || pair->b <= 0) continue;
        status = note_changes(m, pair, err);
        pair->weights = relative(
            lrp_snapshot_compare(m->now[0], pair->a, m->now[1], pair->b, LRP_SHOW_WEIGHTS, 0, &weights, &none), &weights);
    }
    return status;
}

/* ---- what they make of inputs ---- */

static void keep_larger(double *kept, double now)
{
    if (!isnan(now) && (isnan(*kept) || now > *kept)) *kept = now;
}

static void compare_pair(const struct models *m, struct lrp_layer_pair *pair, int64_t sample)
{
    struct lrp_comparison c;
    struct lrp_error none;
    enum lrp_status status =
        lrp_snapshot_compare(m->now[0], pair->a, m->now[1], pair->b, LRP_SHOW_ACTIVATION, sample, &c, &none);
    keep_larger(&pair->activation, relative(status, &c));
    if (m->want != LRP_WANT_RELEVANCE) return;
    status = lrp_snapshot_compare(m->now[0], pair->a, m->now[1], pair->b, LRP_SHOW_RELEVANCE, sample, &c, &none);
    if (!status && !isnan(c.correlation) && (isnan(pair->correlation) || c.correlation < pair->correlation))
        pair->correlation = c.correlation;
}

/* The explained output as a whole; of other sizes it is another output. */
static double compare_outputs(const struct models *m)
{
    const struct lrp_tensor *a = m->now[0]->output, *b = m->now[1]->output;
    double largest = 0, magnitude = 0;
    if (!a || !b || !lrp_dtype_is_float(a->dtype) || !lrp_dtype_is_float(b->dtype)) return (double)NAN;
    if (a->count != b->count) return (double)INFINITY;
    for (size_t i = 0; i < a->count; i++) {
        const double x = (double)a->f[i], y = (double)b->f[i];
        if (a->f[i] == b->f[i] || (isnan(x) && isnan(y))) continue;
        if (!isfinite(x) || !isfinite(y)) return (double)INFINITY;
        largest = fabs(x - y) > largest ? fabs(x - y) : largest;
    }
    for (size_t i = 0; i < a->count; i++)
        if (isfinite(a->f[i])) magnitude = fabs((double)a->f[i]) > magnitude ? fabs((double)a->f[i]) : magnitude;
    return largest == 0 ? 0 : largest / magnitude;
}

/* Relevance can be compared where both start at one target: that of the first, unless one was asked for. */
static enum lrp_status set_target(struct models *m, struct lrp_error *err)
{
    const struct lrp_snapshot *a = m->now[0];
    const char *asked = lrp_settings_get(a->settings, LRP_SETTING_TARGET);
    struct lrp_settings *settings = NULL;
    char text[8192] = "", place[200];
    size_t used = 0;
    if (*asked || m->want != LRP_WANT_RELEVANCE) return LRP_OK;
    for (size_t i = 0; i < a->target_count; i++) {
        lrp_snapshot_place(a, a->targets[i].index, place, sizeof place);
        if (used + strlen(place) + 2 > sizeof text) return LRP_OK; /* each by its own, then */
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i ? "," : "", place);
    }
    enum lrp_status status = lrp_settings_copy(a->settings, &settings, err);
    if (!status) status = lrp_settings_set(settings, LRP_SETTING_TARGET, text, err);
    if (!status) status = lrp_session_apply(m->jobs[1].session, settings, err);
    lrp_settings_free(settings);
    return status;
}

/* Runs one of the two; a model that fails the check has activations all the same. */
static enum lrp_status run_model(struct models *m, int which, size_t round, int64_t pass, struct lrp_error *err)
{
    struct lrp_cli_job *job = &m->jobs[which];
    lrp_snapshot_release(m->now[which]);
    m->now[which] = NULL;
    if (m->jobs[0].watch) lrp_cli_watch_session(m->jobs[0].watch, job->session);
    enum lrp_status status = lrp_cli_job_run(job, round, pass, m->want, &m->now[which], err);
    if ((status == LRP_CHECK_FAILED || status == LRP_UNSUPPORTED) && m->want == LRP_WANT_RELEVANCE) {
        lrp_snapshot_release(m->now[which]);
        m->now[which] = NULL;
        m->want = LRP_WANT_FORWARD;
        if (!job->arguments->quiet)
            lrp_print(stderr, "lrpscope: %s: no relevance is compared: %s\n", job->arguments->model,
                      status == LRP_CHECK_FAILED ? "the model check fails (lrpscope check; --skip-checks)" : err->message);
        status = lrp_cli_job_run(job, round, pass, m->want, &m->now[which], err);
    }
    if (m->jobs[0].watch) lrp_cli_watch_session(m->jobs[0].watch, m->jobs[0].session);
    if (!status) lrp_cli_job_say(job, m->now[which]);
    return status;
}

static enum lrp_status compare_pass(struct models *m, size_t round, int64_t pass, struct lrp_error *err)
{
    enum lrp_status status = run_model(m, 0, round, pass, err);
    if (!status) status = set_target(m, err);
    if (!status) status = run_model(m, 1, round, pass, err);
    if (status) return status;
    const int64_t samples = (int64_t)lrp_cli_samples_in(&m->jobs[0]);
    for (size_t i = 0; i < m->found.count; i++)
        for (int64_t s = 0; m->found.pairs[i].a >= 0 && m->found.pairs[i].b >= 0 && s < samples; s++)
            compare_pair(m, &m->found.pairs[i], s);
    keep_larger(&m->found.output, compare_outputs(m));
    return LRP_OK;
}

static enum lrp_status compare_inputs(struct models *m, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    const size_t rounds = lrp_cli_job_rounds(&m->jobs[0]);
    m->found.ran = rounds > 0;
    for (size_t round = 0; !status && round < rounds; round++) {
        for (int k = 0; !status && k < 2; k++) status = lrp_cli_job_set_inputs(&m->jobs[k], round, err);
        const int64_t passes = status ? 0 : lrp_cli_job_passes(&m->jobs[0]);
        for (int64_t pass = 0; !status && pass < passes; pass++) status = compare_pass(m, round, pass, err);
    }
    return status;
}

/* ---- together ---- */

static enum lrp_status align_models(struct models *m, struct lrp_error *err)
{
    enum lrp_status status = lrp_cli_job_opened(&m->jobs[0], &m->now[0], err);
    if (!status) status = lrp_cli_job_opened(&m->jobs[1], &m->now[1], err);
    const size_t count = status ? 0 : m->now[0]->layers->count;
    int *with = calloc(count + 1, sizeof *with);
    if (!status && !with) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_layer_list_align(m->now[0]->layers, m->now[1]->layers, with, err);
    if (!status) status = lrp_cli_pairs_make(&m->found, with, count, m->now[1]->layers->count, err);
    free(with);
    return status;
}

static enum lrp_status compare_all(struct models *m, struct lrp_error *err)
{
    enum lrp_status status =
        lrp_parse_double(m->found.arguments->tolerance ? m->found.arguments->tolerance : "1e-3", &m->found.tolerance) &&
                m->found.tolerance >= 0
            ? LRP_OK
            : lrp_fail(err, LRP_USAGE, "--tolerance takes a number from 0, not \"%s\"", m->found.arguments->tolerance);
    if (!status) status = align_models(m, err);
    if (!status) status = compare_files(m, err);
    if (!status) status = compare_inputs(m, err);
    if (!status) lrp_cli_pairs_judge(&m->found);
    return status ? status : lrp_cli_differences_show(&m->found, m->now[0], m->now[1], err);
}

int lrp_cli_compare_models(const struct lrp_arguments *arguments)
{
    struct models m = {.arguments = {*arguments, *arguments}, .want = LRP_WANT_RELEVANCE};
    struct lrp_error err = {0};
    int code = 0;
    m.arguments[1].model = arguments->with;
    m.found = (struct lrp_model_differences){.arguments = arguments, .output = (double)NAN};
    if (!lrp_cli_job_open(&m.jobs[0], &m.arguments[0], true, &code)) return code;
    if (lrp_cli_job_open(&m.jobs[1], &m.arguments[1], false, &code)) {
        m.jobs[1].sequences = m.jobs[0].sequences; /* one text, one tokenizer for both: lent */
        const enum lrp_status status = compare_all(&m, &err);
        code = status ? lrp_cli_job_fail(&m.jobs[0], status, &err) : m.found.differ;
        m.jobs[1].sequences = (struct lrp_cli_sequences){0};
        for (int k = 0; k < 2; k++) lrp_snapshot_release(m.now[k]);
        lrp_cli_pairs_free(&m.found);
        lrp_cli_job_close(&m.jobs[1]);
    }
    lrp_cli_job_close(&m.jobs[0]);
    return code;
}
