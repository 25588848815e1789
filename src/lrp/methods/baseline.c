/* baseline.c: what an input is compared with (lrpscope-lrp(7)): a number, something of the input itself, or a file. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "passes.h"
#include "split.h"
#include "text.h"

/* A sample of a source: channels and the space behind or before them. */
struct baseline_sample {
    const float *x; /* of the clean input */
    float *out;
    size_t count;           /* elements */
    struct lrp_shape shape; /* of the sample, without the axis of samples */
    int channel;            /* axis of channels in it; -1: there is none, all of it is one */
    const double *v;        /* the arguments of the baseline */
};

static size_t stride_of(const struct lrp_shape *s, int axis)
{
    size_t stride = 1;
    for (int k = axis + 1; k < s->rank; k++) stride *= (size_t)s->dim[k];
    return stride;
}

static size_t channel_of(const struct baseline_sample *part, size_t i)
{
    return part->channel < 0 ? 0 : i / stride_of(&part->shape, part->channel) % (size_t)part->shape.dim[part->channel];
}

static size_t channels_in(const struct baseline_sample *part)
{
    return part->channel < 0 ? 1 : (size_t)part->shape.dim[part->channel];
}

static enum lrp_status fill_constant(const struct baseline_sample *part, struct lrp_error *err)
{
    (void)err;
    for (size_t i = 0; i < part->count; i++) part->out[i] = (float)part->v[0];
    return LRP_OK;
}

/* Of each channel over space. */
static enum lrp_status fill_mean(const struct baseline_sample *part, struct lrp_error *err)
{
    const size_t channels = channels_in(part);
    double *sums = calloc(channels + 1, sizeof *sums);
    if (!sums) return lrp_fail(err, LRP_MEMORY, "not enough memory for a baseline");
    for (size_t i = 0; i < part->count; i++) sums[channel_of(part, i)] += (double)part->x[i];
    for (size_t i = 0; i < part->count; i++)
        part->out[i] = (float)(sums[channel_of(part, i)] / ((double)part->count / (double)channels));
    free(sums);
    return LRP_OK;
}

static enum lrp_status fill_extreme(const struct baseline_sample *part, bool largest)
{
    float found = part->count ? part->x[0] : 0;
    for (size_t i = 1; i < part->count; i++)
        if (largest ? part->x[i] > found : part->x[i] < found) found = part->x[i];
    for (size_t i = 0; i < part->count; i++) part->out[i] = found;
    return LRP_OK;
}

static enum lrp_status fill_min(const struct baseline_sample *part, struct lrp_error *err)
{
    (void)err;
    return fill_extreme(part, false);
}

static enum lrp_status fill_max(const struct baseline_sample *part, struct lrp_error *err)
{
    (void)err;
    return fill_extreme(part, true);
}

/* Along one axis, edge values repeated. */
static void blur_axis(const struct baseline_sample *part, int axis, const double *weights, int64_t radius, const double *from,
                      double *to)
{
    const int64_t n = part->shape.dim[axis], stride = (int64_t)stride_of(&part->shape, axis);
    for (size_t i = 0; i < part->count; i++) {
        const int64_t at = (int64_t)i / stride % n;
        to[i] = 0;
        for (int64_t k = -radius; k <= radius; k++) {
            const int64_t other = at + k < 0 ? 0 : at + k >= n ? n - 1 : at + k;
            to[i] += weights[k + radius] * from[(int64_t)i + (other - at) * stride];
        }
    }
}

/* Gaussian, separable; v: sigma, and the radius or a negative number for three sigma. */
static enum lrp_status fill_blur(const struct baseline_sample *part, struct lrp_error *err)
{
    const double sigma = part->v[0];
    const int64_t radius = part->v[1] >= 0 ? (int64_t)part->v[1] : (int64_t)ceil(3 * sigma);
    double *weights = calloc((size_t)(2 * radius + 1), sizeof *weights), total = 0;
    double *a = malloc(part->count * sizeof *a + 1), *b = malloc(part->count * sizeof *b + 1);
    const bool ok = weights && a && b;
    for (int64_t k = -radius; ok && k <= radius; k++) {
        weights[k + radius] = sigma > 0 ? exp(-(double)(k * k) / (2 * sigma * sigma)) : k == 0;
        total += weights[k + radius];
    }
    for (int64_t k = 0; ok && k <= 2 * radius; k++) weights[k] /= total;
    for (size_t i = 0; ok && i < part->count; i++) a[i] = (double)part->x[i];
    for (int axis = 0; ok && axis < part->shape.rank; axis++) {
        if (axis == part->channel) continue;
        blur_axis(part, axis, weights, radius, a, b);
        double *const swap = a;
        a = b;
        b = swap;
    }
    for (size_t i = 0; ok && i < part->count; i++) part->out[i] = (float)a[i];
    free(weights);
    free(a);
    free(b);
    return ok ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for a baseline");
}

/* Baselines that are words: how many numbers they take, of these with which defaults, and what they make. */
static const struct word {
    const char *name;
    int least, most;
    double defaults[2];
    enum lrp_status (*fill)(const struct baseline_sample *part, struct lrp_error *err);
} words[] = {
    {"mean", 0, 0, {0}, fill_mean},
    {"min", 0, 0, {0}, fill_min},
    {"max", 0, 0, {0}, fill_max},
    {"blur", 0, 2, {5, -1}, fill_blur},
};
enum { WORDS = sizeof words / sizeof *words };

/* A place's values are one embedding. */
static bool looks_up(const struct lrp_passes *p, size_t source)
{
    size_t sources;
    const struct lrp_carrier_source *s = lrp_passes_sources(p, &sources) + source;
    return s->value != s->input;
}

/* The axis of channels of a sample: the first of three or more, the last of pictures that have it there; a vector has none. */
static struct baseline_sample part_of(const struct lrp_passes *p, size_t source, size_t n, struct lrp_tensor *out)
{
    const struct lrp_tensor *clean = lrp_passes_clean(p, source);
    const size_t parts = lrp_passes_parts(p, source), each = clean->count / parts;
    struct baseline_sample part = {.x = clean->f + n * each, .out = out->f + n * each, .count = each, .channel = -1};
    const bool batched = clean->shape.rank > 1 && clean->shape.dim[0] == (int64_t)parts;
    for (int k = batched; k < clean->shape.rank; k++) part.shape.dim[part.shape.rank++] = clean->shape.dim[k];
    if (part.shape.rank >= 2) part.channel = p->channels_last || looks_up(p, source) ? part.shape.rank - 1 : 0;
    return part;
}

static enum lrp_status fill_point(const struct lrp_passes *p, const struct word *word, const double *v,
                                  struct lrp_tensor **point, struct lrp_error *err)
{
    size_t sources;
    enum lrp_status status = LRP_OK;
    lrp_passes_sources(p, &sources);
    for (size_t s = 0; s < sources; s++)
        for (size_t n = 0; !status && n < lrp_passes_parts(p, s); n++) {
            struct baseline_sample part = part_of(p, s, n, point[s]);
            part.v = v;
            status = word->fill(&part, err);
        }
    return status;
}

static bool ends_with(const char *text, const char *end)
{
    const size_t length = strlen(text), more = strlen(end);
    return length > more && strcmp(text + length - more, end) == 0;
}

/* The whole input, one sample of it, or a value for every channel. */
static enum lrp_status spread_values(const struct lrp_passes *p, const char *name, const struct lrp_tensor *file,
                                     struct lrp_tensor *out, struct lrp_error *err)
{
    const size_t parts = lrp_passes_parts(p, 0), each = out->count / parts;
    const struct baseline_sample first = part_of(p, 0, 0, out);
    const bool whole = file->count == out->count || file->count == each;
    char got[160], want[160];
    if (!lrp_dtype_is_float(file->dtype) || (!whole && file->count != channels_in(&first)))
        return lrp_fail(err, LRP_FILE,
                        "%s: a baseline of %s is an array of floats of that shape, of one sample's, or of one "
                        "value for each channel, not %s",
                        name, lrp_shape_text(&out->shape, 0, "x", want, sizeof want),
                        lrp_shape_text(&file->shape, 0, "x", got, sizeof got));
    for (size_t i = 0; i < out->count; i++) out->f[i] = file->f[whole ? i % file->count : channel_of(&first, i % each)];
    return LRP_OK;
}

static enum lrp_status from_file(const struct lrp_passes *p, const char *text, double pixel, struct lrp_tensor **point,
                                 struct lrp_error *err)
{
    size_t sources;
    struct lrp_tensor *file = NULL;
    const struct lrp_carrier_source *source = lrp_passes_sources(p, &sources);
    const bool array = text && ends_with(text, ".npy");
    if (sources != 1)
        return lrp_fail(err, LRP_USAGE, "baseline %s: the model has %zu inputs, for which one file or colour is not enough",
                        text ? text : "pixel", sources);
    enum lrp_status status = array ? lrp_tensor_read_npy(text, &file, err) : LRP_OK;
    if (!array && p->picture) status = p->picture(p->data, text, pixel, source->value, &file, err);
    if (!array && !p->picture)
        status = lrp_fail(err, LRP_USAGE, "baseline %s: pictures are not read here", text ? text : "pixel");
    if (!status) status = spread_values(p, text ? text : "pixel", file, point[0], err);
    lrp_tensor_release(file);
    return status;
}

/* The token that stands for nothing, in the place of every token. */
static enum lrp_status from_token(const struct lrp_passes *p, const char *word, struct lrp_tensor **point,
                                  struct lrp_error *err)
{
    size_t sources;
    const struct lrp_carrier_source *source = lrp_passes_sources(p, &sources);
    const int64_t token = strcmp(word, "mask") == 0 ? p->mask_token : p->pad_token;
    enum lrp_status status = LRP_OK;
    for (size_t s = 0; !status && s < sources; s++) {
        struct lrp_tensor *t = NULL;
        if (!p->embed || token < 0 || !looks_up(p, s))
            return lrp_fail(err, LRP_USAGE, "baseline %s: it is a token, and %s", word,
                            looks_up(p, s) ? "the tokenizer has none that stands for that" : "the input has none");
        status = p->embed(p->data, token, source[s].value, &t, err);
        if (!status && t->count != point[s]->count) status = lrp_fail(err, LRP_UNSUPPORTED, "tokens cannot be replaced here");
        for (size_t i = 0; !status && i < t->count; i++) point[s]->f[i] = t->f[i];
        lrp_tensor_release(t);
    }
    return status;
}

/* "blur(5,9)": its numbers behind the defaults. False if it is none of that name. */
static bool read_word(struct lrp_call_text *call, const struct word *word, double *v)
{
    if (strcmp(call->name, word->name) != 0 || call->count < word->least || call->count > word->most) return false;
    memcpy(v, word->defaults, sizeof word->defaults);
    for (int i = 0; i < call->count; i++)
        if (!lrp_parse_fraction(call->arguments[i], &v[i]) || !(v[i] >= 0 && v[i] <= 1000)) return false;
    return true;
}

static enum lrp_status make_point(const struct lrp_passes *p, const char *text, struct lrp_tensor **point,
                                  struct lrp_error *err)
{
    static const struct word constant = {"", 1, 1, {0}, fill_constant}, pixel = {"pixel", 1, 1, {0}, NULL};
    struct lrp_call_text call;
    double v[2] = {0};
    if (strcmp(text, "remove") == 0)
        return lrp_fail(err, LRP_USAGE,
                        "baseline remove: it is for metrics that take units away; here something has to stand there");
    if (strcmp(text, "mask") == 0 || strcmp(text, "pad") == 0) return from_token(p, text, point, err);
    if (lrp_parse_fraction(text, v)) return fill_point(p, &constant, v, point, err);
    if (ends_with(text, ".npy") || strchr(text, '/') || (strchr(text, '.') && !strchr(text, '(')))
        return from_file(p, text, 0, point, err);
    enum lrp_status status = lrp_call_text_split(text, &call, err);
    if (status) return status;
    const struct word *found = read_word(&call, &pixel, v) ? &pixel : NULL;
    for (int i = 0; i < WORDS && !found; i++)
        if (read_word(&call, &words[i], v)) found = &words[i];
    lrp_call_text_free(&call);
    if (found) return found->fill ? fill_point(p, found, v, point, err) : from_file(p, NULL, v[0], point, err);
    return lrp_fail(
        err, LRP_USAGE,
        "baseline %s: it is a number, mean, min, max, blur(SIGMA), blur(SIGMA,RADIUS), pixel(0..255), of tokens mask, "
        "pad or (of metrics) remove, a .npy or a picture",
        text);
}

enum lrp_status lrp_passes_baseline(const struct lrp_passes *p, const char *argument, struct lrp_tensor ***out,
                                    struct lrp_error *err)
{
    struct lrp_tensor **point = lrp_point_new(p);
    const enum lrp_status status =
        point ? make_point(p, lrp_given_text(p->given, argument), point, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status)
        *out = point;
    else
        lrp_point_free(p, point);
    return status;
}
