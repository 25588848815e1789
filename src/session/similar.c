/* similar.c: the target similar:F: how like the output is to what the model makes of a second input, for models without
 * classes. With z the output and e the other one, each a vector (of a sequence: the mean over the positions that its mask
 * keeps), the start is z_k e_k / (|z| |e|): its sum is the cosine of the angle between them, and lengths are no part of what is
 * explained. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "target.h"
#include "text.h"

/* One sample of an output, and how much each of its positions counts. */
struct likeness {
    const float *values;
    size_t positions, features;
    const struct lrp_tensor *mask; /* NULL: all count */
    size_t row;                    /* of the mask */
    double *mean;                  /* over positions; owned */
    double length, kept;           /* of the mean; how many positions count */
};

static bool counts(const struct likeness *s, size_t position)
{
    return !s->mask || lrp_mask_keeps(s->mask, s->row, position);
}

/* Sample `index` of `count` of an output. */
static enum lrp_status sample_open(const struct lrp_results *from, const struct lrp_tensor *output, size_t index, size_t count,
                                   struct likeness *out, struct lrp_error *err)
{
    const size_t size = output->count / count;
    const bool sequence = output->shape.rank == 3;
    *out = (struct likeness){.values = output->f + index * size, .positions = 1, .features = size, .row = index};
    if (sequence) out->positions = (size_t)output->shape.dim[output->shape.dim[0] == (int64_t)count ? 1 : 0];
    if (sequence) out->features = size / out->positions;
    if (sequence) out->mask = lrp_results_mask(from, (int64_t)out->positions);
    out->mean = calloc(out->features + 1, sizeof *out->mean);
    if (!out->mean) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t p = 0; p < out->positions; p++) {
        if (!counts(out, p)) continue;
        out->kept++;
        for (size_t k = 0; k < out->features; k++) out->mean[k] += (double)out->values[p * out->features + k];
    }
    for (size_t k = 0; k < out->features; k++) {
        out->mean[k] /= fmax(out->kept, 1);
        out->length += out->mean[k] * out->mean[k];
    }
    out->length = sqrt(out->length);
    return out->length > 0 ? LRP_OK : lrp_fail(err, LRP_UNSUPPORTED, "an output that is 0 is similar to nothing");
}

/* Fills the start of one sample. `unit`: what the output is multiplied with, not the products. */
static void start_sample(const struct likeness *z, const struct likeness *e, bool unit, float *row, struct lrp_target *out)
{
    double cosine = 0, sum = 0;
    float best = -1;
    *out = (struct lrp_target){.label = ""};
    for (size_t k = 0; k < z->features; k++) cosine += z->mean[k] / z->length * (e->mean[k] / e->length);
    for (size_t p = 0; p < z->positions; p++)
        for (size_t k = 0; k < z->features; k++) {
            const size_t at = p * z->features + k;
            const double weight = counts(z, p) ? e->mean[k] / (e->length * z->length * z->kept) : 0;
            const double product = weight * (double)z->values[at];
            row[at] = (float)(unit ? weight : product);
            sum += (double)row[at];
            if (fabsf((float)product) <= best) continue;
            best = fabsf((float)product);
            out->index = (int64_t)at;
        }
    out->output = (float)cosine;
    out->start = sum;
}

/* ---- the second input ---- */

/* A quoted text is one; else it is a file. */
static enum lrp_status give_input(struct lrp_session *other, const char *reference, struct lrp_error *err)
{
    const size_t length = strlen(reference);
    if (*reference != '"') return lrp_session_set_input(other, lrp_session_token_input(other), reference, err);
    if (length < 3 || reference[length - 1] != '"' || !other->tokenizer)
        return lrp_fail(err, LRP_USAGE,
                        length < 3 ? "there is no text in the quotation marks"
                                   : "a text needs a tokenizer, and an end in quotation marks");
    char *text = strndup(reference + 1, length - 2);
    struct lrp_sequence sequence = {0};
    enum lrp_status status = text ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_sequence_encode(other->tokenizer, "text", text, NULL, &sequence, err);
    if (!status && lrp_session_decoder_input(other))
        status = lrp_session_start_decoder(other, other->tokenizer, NULL, &sequence, err);
    if (!status) status = lrp_session_set_sequence(other, &sequence, err);
    lrp_sequence_free(&sequence);
    free(text);
    return status;
}

/* What the model makes of it, by a session of its own: its shape may be another. */
static enum lrp_status run_other(const struct lrp_job *job, const char *reference, struct lrp_session **out,
                                 const struct lrp_snapshot **found, struct lrp_error *err)
{
    struct lrp_settings *settings = NULL;
    enum lrp_status status = lrp_settings_copy(job->setup->settings, &settings, err);
    if (!status) status = lrp_settings_set(settings, LRP_SETTING_TARGET, "", err);
    if (!status) status = lrp_session_branch_under(job->session, settings, out, err);
    lrp_settings_free(settings);
    if (!status) status = give_input(*out, reference, err);
    if (!status) status = lrp_session_run(*out, LRP_WANT_FORWARD, err);
    if (!status) status = lrp_session_snapshot(*out, found, err);
    if (!status && (!(*found)->output || !lrp_dtype_is_float((*found)->output->dtype)))
        status = lrp_fail(err, LRP_UNSUPPORTED, "there is no output of floats");
    return status;
}

static enum lrp_status start_similar(const struct lrp_job *job, const char *reference, const struct lrp_tensor *output,
                                     bool unit, struct lrp_tensor *start, struct lrp_target *targets, size_t count,
                                     struct lrp_error *err)
{
    const char *label = lrp_settings_get(job->setup->settings, LRP_SETTING_TARGET);
    const struct lrp_snapshot *found = NULL;
    struct lrp_session *other = NULL;
    enum lrp_status status = run_other(job, reference, &other, &found, err);
    const size_t others = status ? 0 : (size_t)lrp_session_samples(other);
    if (!status && others != 1 && others != count)
        status = lrp_fail(err, LRP_USAGE, "it holds %zu samples: it takes one, or one for each of %zu", others, count);
    for (size_t i = 0; !status && i < count; i++) {
        struct likeness z = {0}, e = {0};
        status = sample_open(job->results, output, i, count, &z, err);
        if (!status) status = sample_open(other->results, found->output, others == 1 ? 0 : i, others, &e, err);
        if (!status && z.features != e.features)
            status = lrp_fail(err, LRP_USAGE, "its output has %zu numbers, that of the input %zu", e.features, z.features);
        if (!status) start_sample(&z, &e, unit, start->f + i * (start->count / count), &targets[i]);
        free(z.mean);
        free(e.mean);
    }
    lrp_snapshot_release(found);
    lrp_session_free(other);
    return status ? lrp_fail_context(err, status, "target %s", label) : LRP_OK;
}

enum lrp_status lrp_job_start(const struct lrp_job *job, const struct lrp_tensor *output, enum lrp_start_kind kind,
                              struct lrp_tensor **start, struct lrp_target **targets, size_t *count, struct lrp_error *err)
{
    const char *reference = lrp_setup_reference(job->setup);
    enum lrp_status status = lrp_targets_start(job->setup, job->results, output, kind, start, targets, count, err);
    if (status || !reference || kind > LRP_START_LOGIT) return status;
    status = start_similar(job, reference, output, kind == LRP_START_ONE, *start, *targets, *count, err);
    if (!status) return LRP_OK;
    lrp_tensor_release(*start);
    free(*targets);
    *start = NULL;
    *targets = NULL;
    return status;
}
