/* evaluation_run.c: an evaluation of the samples that a session's inputs hold: relevance under every setting, then every
 * metric. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "evaluation.h"

/* One run: what is known of the samples. */
struct evaluating {
    struct lrp_evaluation *e;
    struct lrp_session *session;
    struct lrp_job *job; /* of the base settings */
    struct lrp_run run;
    struct lrp_passes passes;
    struct lrp_tensor *unit;
    struct lrp_seen *seen;         /* by row */
    struct lrp_attribution *of;    /* of the rows that take part */
    size_t *rows, count;           /* which these are */
    struct lrp_measure **measures; /* by column */
    unsigned char *mask;
    size_t mask_places, sources;
    bool *weighted;
    int64_t explained;
};

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for an evaluation");
}

/* ---- relevance under every setting ---- */

/* A setting with what holds for all: what goes in, what is explained, of which output. */
static enum lrp_status settings_of(const struct lrp_evaluation *e, size_t row, struct lrp_settings **out, struct lrp_error *err)
{
    enum lrp_status status = lrp_settings_copy(e->rows[row].settings, out, err);
    for (int i = 0; !status && i < LRP_SETTING_COUNT; i++)
        if (i == LRP_SETTING_TARGET || lrp_setting_is_of_scores((enum lrp_setting)i))
            status = lrp_settings_take(*out, e->base, (enum lrp_setting)i, err);
    return status;
}

static enum lrp_status keep_sources(struct evaluating *v, const struct lrp_setup *setup, const struct lrp_results *results,
                                    const struct lrp_tensor **out, struct lrp_error *err)
{
    const struct lrp_carriers *c = &setup->assignment.unstopped;
    if (v->sources && c->source_count != v->sources)
        return lrp_fail(err, LRP_UNSUPPORTED, "it ends at %zu inputs, other settings at %zu", c->source_count, v->sources);
    for (size_t s = 0; s < c->source_count; s++) {
        const struct lrp_tensor *t = results->relevance[c->sources[s].value], *rows = lrp_tensor_row_major(t, NULL);
        if (t && !rows) return no_memory(err);
        out[s] = rows ? lrp_tensor_retain(rows) : NULL;
    }
    return LRP_OK;
}

static enum lrp_status see_row(struct evaluating *v, size_t row, struct lrp_error *err)
{
    struct lrp_seen *seen = &v->seen[row];
    struct lrp_settings *settings = NULL;
    enum lrp_status status = settings_of(v->e, row, &settings, err);
    if (!status) status = lrp_session_apply(v->session, settings, err);
    if (!status) status = lrp_session_run(v->session, LRP_WANT_RELEVANCE, err);
    lrp_settings_free(settings);
    if (status) return status;
    const struct lrp_results *r = v->session->results;
    seen->setup = lrp_setup_retain(v->session->setup);
    seen->relevance = calloc(seen->setup->assignment.unstopped.source_count + 1, sizeof(struct lrp_tensor *));
    seen->start = calloc(r->target_count + 1, sizeof *seen->start);
    if (!seen->relevance || !seen->start) return no_memory(err);
    for (size_t n = 0; n < r->target_count; n++) seen->start[n] = r->targets[n].start;
    v->explained += r->passes ? r->passes : 1;
    seen->there = true;
    return keep_sources(v, seen->setup, r, seen->relevance, err);
}

/* An optional setting that does not fit the model is left out, for all inputs. */
static enum lrp_status see_all(struct evaluating *v, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (size_t row = 0; !status && row < v->e->row_count; row++) {
        struct lrp_evaluated *r = &v->e->rows[row];
        struct lrp_error why = {0};
        if (!r->settings || r->left_out) continue;
        status = see_row(v, row, &why);
        const bool unfit = status == LRP_USAGE || status == LRP_UNSUPPORTED;
        if (status && r->optional && unfit && !v->e->samples) {
            r->left_out = strdup(why.message);
            status = r->left_out ? LRP_OK : no_memory(err);
            v->seen[row].there = false;
        } else if (status && err) {
            *err = why;
            if (status != LRP_CANCELLED && status != LRP_CHECK_FAILED) lrp_fail_context(err, status, "setting %s", r->name);
        }
    }
    return status;
}

/* ---- the base ---- */

/* Of tokens: which are never taken away, and the least of pixels is no baseline: the token that stands for nothing is, or 0. */
static enum lrp_status take_tokens(struct evaluating *v, struct lrp_error *err)
{
    struct lrp_evaluation *e = v->e;
    const char *usual = e->mask_id >= 0 ? "mask" : e->pad_id >= 0 ? "pad" : "0";
    enum lrp_status status = LRP_OK;
    v->passes.mask_token = e->mask_id;
    v->passes.pad_token = e->pad_id;
    v->passes.kept = e->keep;
    v->passes.kept_count = e->keep_count;
    for (size_t k = 0; !status && k < e->column_count; k++) {
        if (!e->columns[k].usual) continue;
        status = lrp_given_set(&e->columns[k].call.given, "baseline", usual, err);
        e->columns[k].baseline = lrp_given_text(&e->columns[k].call.given, "baseline");
    }
    return status;
}

static enum lrp_status begin(struct evaluating *v, struct lrp_error *err)
{
    enum lrp_status status = lrp_session_apply(v->session, v->e->base, err);
    if (!status) status = lrp_session_run(v->session, LRP_WANT_FORWARD, err);
    if (!status) status = lrp_job_new(v->session, LRP_WANT_FORWARD, &v->job, err);
    if (status) return status;
    v->run = lrp_job_run_of(v->job);
    v->job->run = &v->run;
    v->job->apart = true;
    const struct lrp_propagation back = lrp_job_propagation(v->job, NULL, &v->run);
    status = lrp_job_passes(v->job, &back, &v->passes, &v->unit, err);
    if (status) return status;
    v->passes.first_sample = (int64_t)v->e->samples;
    v->job->unit = v->unit;
    const struct lrp_carrier_source *source = lrp_passes_sources(&v->passes, &v->sources);
    if (v->sources && source->value != source->input) status = take_tokens(v, err);
    if (status) return status;
    for (size_t s = 0; s < v->sources; s++)
        if (v->passes.samples > 1 && lrp_passes_parts(&v->passes, s) != (size_t)v->passes.samples)
            return lrp_fail(err, LRP_UNSUPPORTED, "an input does not tell its samples apart: give them one at a time");
    v->weighted = calloc(v->job->setup->network->view->list.count + 1, sizeof *v->weighted);
    if (!status && !v->weighted) status = no_memory(err);
    if (!status) lrp_network_learned(v->job->setup->network, v->weighted);
    return status;
}

/* Attributions from elsewhere, for which the base settings' start holds; then all that take part. */
static enum lrp_status gather(struct evaluating *v, struct lrp_error *err)
{
    const size_t samples = (size_t)v->passes.samples;
    enum lrp_status status = LRP_OK;
    for (size_t row = 0; !status && row < v->e->row_count; row++) {
        struct lrp_seen *seen = &v->seen[row];
        if (v->e->rows[row].made) {
            seen->relevance = calloc(v->sources + 1, sizeof(struct lrp_tensor *));
            seen->start = calloc(samples + 1, sizeof *seen->start);
            if (!seen->relevance || !seen->start) return no_memory(err);
            status = lrp_evaluation_made(v->e, &v->e->rows[row], &v->passes, seen->relevance, err);
            for (size_t n = 0; n < samples && n < v->job->results->target_count; n++)
                seen->start[n] = v->job->results->targets[n].start;
            seen->there = true;
        }
        if (status || !seen->there) continue;
        if (seen->setup && seen->setup->assignment.unstopped.source_count != v->sources)
            return lrp_fail(err, LRP_UNSUPPORTED, "%s: its relevance ends at other inputs than that of the base settings",
                            v->e->rows[row].name);
        v->of[v->count] = (struct lrp_attribution){
            .relevance = seen->relevance, .start = seen->start, .setting = v->e->rows[row].made ? -1 : (int)row};
        v->rows[v->count++] = row;
    }
    if (!status && !v->count) return lrp_fail(err, LRP_USAGE, "no setting fits the model");
    return status;
}

/* ---- explaining anew ---- */

/* Inputs and given values of a variation's job: what stands at a point. */
static enum lrp_status place_point(struct evaluating *v, struct lrp_job *job, const struct lrp_variation *variation,
                                   const struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_graph *g = job->results->network->graph;
    const struct lrp_carriers *c = &job->setup->assignment.unstopped;
    for (size_t i = 0; i < job->input_count; i++)
        job->inputs[i] = v->job->inputs[i] ? lrp_tensor_retain(v->job->inputs[i]) : NULL;
    for (size_t s = 0; variation->point && s < c->source_count; s++) {
        struct lrp_tensor *copy = NULL; /* the caller's point changes */
        const enum lrp_status status = lrp_tensor_copy(variation->point[s], &copy, err);
        if (status) return status;
        bool input = false;
        for (size_t i = 0; i < job->input_count; i++) {
            if (g->inputs[i] != c->sources[s].value) continue;
            lrp_tensor_release(job->inputs[i]);
            job->inputs[i] = lrp_tensor_retain(copy);
            input = true;
        }
        if (!input) given[c->sources[s].value] = lrp_tensor_retain(copy);
        lrp_tensor_release(copy);
    }
    return LRP_OK;
}

static enum lrp_status run_apart(struct evaluating *v, struct lrp_setup *setup, const struct lrp_variation *variation,
                                 const struct lrp_tensor **relevance, struct lrp_error *err)
{
    struct lrp_job *job = calloc(1, sizeof *job);
    if (!job) return no_memory(err);
    const size_t values = (size_t)setup->network->graph->value_count;
    const struct lrp_tensor **given = calloc(values + 1, sizeof(struct lrp_tensor *));
    *job = (struct lrp_job){.session = v->session,
                            .setup = lrp_setup_retain(setup),
                            .input_count = v->job->input_count,
                            .inputs = calloc(v->job->input_count + 1, sizeof(struct lrp_tensor *)),
                            .want = LRP_WANT_RELEVANCE,
                            .generation = atomic_load(&v->session->generation),
                            .apart = true,
                            .given = given,
                            .unit = variation->unit ? variation->unit : v->unit};
    enum lrp_status status = given && job->inputs ? LRP_OK : no_memory(err);
    if (!status) status = lrp_results_new(setup->network, v->job->inputs, v->job->results->sample, NULL, &job->results, err);
    if (!status) status = place_point(v, job, variation, given, err);
    if (!status) status = lrp_job_run(job, err);
    if (!status) v->explained += job->results->passes ? job->results->passes : 1;
    if (!status) status = keep_sources(v, setup, job->results, relevance, err);
    for (size_t i = 0; given && i < values; i++) lrp_tensor_release(given[i]);
    free(given);
    lrp_job_free(job);
    return status;
}

static enum lrp_status explain(void *data, int setting, const struct lrp_variation *variation,
                               const struct lrp_tensor **relevance, struct lrp_error *err)
{
    struct evaluating *v = data;
    struct lrp_setup *setup = v->seen[setting].setup;
    enum lrp_status status = LRP_OK;
    if (variation->fresh) status = lrp_evaluation_freshen(v->e, (size_t)setting, setup, variation, &setup, err);
    if (!status) status = run_apart(v, setup, variation, relevance, err);
    return status && status != LRP_CANCELLED ? lrp_fail_context(err, status, "%s", v->e->rows[setting].name) : status;
}

/* ---- coincidence ---- */

/* Of the length of an attribution of a sample: what is within 1e-5 of it is the rounding of floats. */
static bool are_alike(const struct lrp_attribution *a, const struct lrp_attribution *b, size_t sources, size_t samples)
{
    for (size_t n = 0; n < samples; n++) {
        double aa = 0, bb = 0, ab = 0;
        for (size_t s = 0; s < sources; s++) {
            const struct lrp_tensor *x = a->relevance[s], *y = b->relevance[s];
            if (!x || !y) return x == y;
            const size_t each = x->count / samples;
            for (size_t i = n * each; i < (n + 1) * each; i++) {
                aa += (double)x->f[i] * (double)x->f[i];
                bb += (double)y->f[i] * (double)y->f[i];
                ab += (double)x->f[i] * (double)y->f[i];
            }
        }
        /* |x/|x| - y/|y||^2 = 2 - 2 cos */
        if (!(aa > 0 && bb > 0) || !(2 - 2 * ab / sqrt(aa * bb) <= 1e-10)) return false;
    }
    return true;
}

/* Each pair is compared for itself, so that two that part from a third stay together, whatever the order of inputs. */
static enum lrp_status find_same(struct evaluating *v, struct lrp_error *err)
{
    struct lrp_evaluation *e = v->e;
    if (!e->apart) e->apart = calloc(e->row_count * e->row_count + 1, sizeof *e->apart);
    if (!e->apart) return no_memory(err);
    for (size_t i = 0; i < v->count; i++) {
        struct lrp_evaluated *row = &e->rows[v->rows[i]];
        row->same_as = v->rows[i];
        for (size_t k = 0; k < i; k++) {
            bool *apart = &e->apart[v->rows[i] * e->row_count + v->rows[k]];
            *apart = *apart || !are_alike(&v->of[i], &v->of[k], v->sources, (size_t)v->passes.samples);
            if (!*apart && row->same_as == v->rows[i] && e->rows[v->rows[k]].same_as == v->rows[k]) row->same_as = v->rows[k];
        }
    }
    return LRP_OK;
}

/* ---- metrics ---- */

static enum lrp_status measure(struct evaluating *v, struct lrp_error *err)
{
    struct lrp_metric_case c = {.passes = &v->passes,
                                .of = v->of,
                                .count = v->count,
                                .mask = v->mask,
                                .mask_places = v->mask_places,
                                .weighted = v->weighted,
                                .layers = v->job->setup->network->view->list.count,
                                .explain = explain,
                                .data = v};
    const size_t samples = (size_t)v->passes.samples;
    enum lrp_status status = LRP_OK;
    for (size_t k = 0; !status && k < v->e->column_count; k++) {
        const struct lrp_metric_call *call = &v->e->columns[k].call;
        v->measures[k] = calloc((v->count + 1) * samples + 1, sizeof **v->measures);
        v->passes.given = &call->given;
        status = v->measures[k] ? lrp_metric_run(call->row, &c, v->measures[k], err) : no_memory(err);
    }
    return status;
}

static void count_mask(struct evaluating *v)
{
    for (size_t n = 0; v->mask && n < (size_t)v->passes.samples; n++) {
        size_t within = 0;
        for (size_t i = 0; i < v->mask_places; i++) within += v->mask[n * v->mask_places + i] != 0;
        v->e->masked += (double)within;
        v->e->places += (double)v->mask_places;
        v->e->empty_masks += !within;
    }
}

static void evaluating_free(struct evaluating *v)
{
    for (size_t row = 0; v->seen && row < v->e->row_count; row++) {
        const struct lrp_seen *seen = &v->seen[row];
        const size_t sources = seen->setup ? seen->setup->assignment.unstopped.source_count : v->sources;
        for (size_t s = 0; seen->relevance && s < sources; s++) lrp_tensor_release(seen->relevance[s]);
        free(seen->relevance);
        free(seen->start);
        lrp_setup_release(seen->setup);
    }
    for (size_t k = 0; v->measures && k < v->e->column_count; k++) {
        if (v->measures[k]) lrp_measures_free(v->measures[k], (v->count + 1) * (size_t)v->passes.samples);
        free(v->measures[k]);
    }
    free(v->seen);
    free(v->of);
    free(v->rows);
    free(v->measures);
    free(v->mask);
    free(v->weighted);
    lrp_passes_free(&v->passes);
    lrp_tensor_release(v->unit);
    lrp_job_free(v->job);
}

enum lrp_status lrp_evaluation_run(struct lrp_evaluation *e, struct lrp_session *session, struct lrp_error *err)
{
    struct evaluating v = {.e = e,
                           .session = session,
                           .seen = calloc(e->row_count + 1, sizeof *v.seen),
                           .of = calloc(e->row_count + 1, sizeof *v.of),
                           .rows = calloc(e->row_count + 1, sizeof *v.rows),
                           .measures = calloc(e->column_count + 1, sizeof(struct lrp_measure *))};
    enum lrp_status status = v.seen && v.of && v.rows && v.measures ? LRP_OK : no_memory(err);
    if (!status && !e->base) status = lrp_evaluation_set_base(e, session->setup->settings, err);
    lrp_session_wait(session);
    if (!status) status = see_all(&v, err);
    if (!status) status = begin(&v, err);
    if (!status) status = gather(&v, err);
    if (!status) status = lrp_evaluation_mask(e, &v.passes, session->model, &v.mask, &v.mask_places, err);
    if (!status) status = measure(&v, err);
    if (!status) status = find_same(&v, err);
    if (!status) {
        count_mask(&v);
        e->passes += v.passes.done + v.explained;
        status = lrp_evaluation_store(e, (const struct lrp_measure *const *)v.measures, v.rows, v.count,
                                      (size_t)v.passes.samples, err);
    }
    evaluating_free(&v);
    return status;
}
