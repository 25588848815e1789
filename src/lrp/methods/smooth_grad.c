/* smooth_grad.c: the mean of what is found at many noisy copies of the input (Smilkov 2017, VarGrad: Adebayo 2018). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "series.h"

/* Of what is found at so many copies: sums, and sums of squares; `moment` is what becomes of them. */
enum moment { MOMENT_MEAN, MOMENT_SQUARE, MOMENT_VARIANCE };
struct gradient_moments {
    double **sum, **square;
    enum moment moment;
    int64_t copies;
};

/* The moment of the copies so far (lrp_so_far). */
static double moment_at(const void *data, size_t s, size_t i)
{
    const struct gradient_moments *m = data;
    const double n = (double)m->copies, mean = m->sum[s][i] / n, square = m->square[s][i] / n;
    return m->moment == MOMENT_MEAN ? mean : m->moment == MOMENT_SQUARE ? square : square - mean * mean;
}

/* By sample of a source: the scale of its noise. `std` gives it itself, else it is a share of the sample's range. */
static double scale_of(const struct lrp_passes *p, const struct lrp_tensor *clean, size_t n, size_t each)
{
    const double given = lrp_given_number(p->given, "std", -1);
    if (given >= 0) return given;
    float low = INFINITY, high = -INFINITY;
    for (size_t i = n * each; i < (n + 1) * each; i++) {
        low = fminf(low, clean->f[i]);
        high = fmaxf(high, clean->f[i]);
    }
    return each ? lrp_given_number(p->given, "sigma", 0) * ((double)high - (double)low) : 0;
}

/* The copies on their way. */
struct noisy_copies {
    struct lrp_passes *p;
    struct lrp_noise noise;
    int64_t noisy; /* copies behind these are the input itself */
    struct gradient_moments moments;
};

/* Copy number `draw` of a source: a share of the sample's range times noise, added to the input. */
static void add_noise(const struct noisy_copies *c, int64_t draw, size_t source, double *numbers, float *to)
{
    const struct lrp_tensor *clean = lrp_passes_clean(c->p, source);
    const size_t parts = lrp_passes_parts(c->p, source), each = clean->count / parts;
    lrp_noise_fill(c->p, &c->noise, draw, source, numbers);
    for (size_t n = 0; n < parts; n++) {
        const double scale = scale_of(c->p, clean, n, each);
        for (size_t i = n * each; i < (n + 1) * each; i++) to[i] = (float)((double)clean->f[i] + scale * numbers[i]);
    }
}

/* lrp_point_fill */
static enum lrp_status fill_copy(void *data, size_t k, struct lrp_tensor *const *point, struct lrp_error *err)
{
    const struct noisy_copies *c = data;
    size_t sources;
    lrp_passes_sources(c->p, &sources);
    for (size_t s = 0; s < sources; s++) {
        const struct lrp_tensor *clean = lrp_passes_clean(c->p, s);
        double *numbers = calloc(clean->count + 1, sizeof *numbers);
        if (!numbers) return lrp_fail(err, LRP_MEMORY, "not enough memory for noise");
        if ((int64_t)k < c->noisy)
            add_noise(c, (int64_t)k, s, numbers, point[s]->f);
        else
            memcpy(point[s]->f, clean->f, clean->count * sizeof *clean->f);
        free(numbers);
    }
    return LRP_OK;
}

static void add_moments(void *data, size_t k, const double *scores, const struct lrp_tensor *const *relevance)
{
    struct noisy_copies *c = data;
    struct gradient_moments *m = &c->moments;
    size_t sources;
    (void)scores;
    lrp_passes_sources(c->p, &sources);
    for (size_t s = 0; s < sources; s++) {
        const struct lrp_tensor *found = relevance[s];
        for (size_t i = 0; found && i < found->count; i++) {
            m->sum[s][i] += (double)found->f[i];
            m->square[s][i] += (double)found->f[i] * (double)found->f[i];
        }
    }
    m->copies = (int64_t)k + 1;
    lrp_passes_show(c->p, moment_at, m);
}

/* What the moment is, in the place of the sums. */
static void finish_moments(const struct lrp_passes *p, const struct gradient_moments *m)
{
    size_t sources;
    lrp_passes_sources(p, &sources);
    for (size_t s = 0; s < sources; s++)
        for (size_t i = 0; i < lrp_passes_clean(p, s)->count; i++) m->sum[s][i] = moment_at(m, s, i);
}

static enum moment moment_of(const struct lrp_passes *p)
{
    return lrp_given_is(p->given, "moment", "square")     ? MOMENT_SQUARE
           : lrp_given_is(p->given, "moment", "variance") ? MOMENT_VARIANCE
                                                          : MOMENT_MEAN;
}

static enum lrp_status smooth_grad(struct lrp_passes *p, const struct lrp_tensor **relevance, struct lrp_error *err)
{
    struct noisy_copies c = {.p = p, .moments.moment = moment_of(p)};
    enum lrp_status status = lrp_noise_open(p, (int64_t)lrp_given_number(p->given, "n", 1), true, &c.noise, err);
    if (status) return status;
    struct gradient_moments *m = &c.moments;
    m->sum = lrp_sums_new(p);
    m->square = lrp_sums_new(p);
    p->total = c.noise.draws;
    c.noisy = p->convention == LRP_CONVENTION_ZENNIT ? p->total - 1 : p->total; /* Zennit's last copy is the input itself */
    const struct lrp_series copies = {
        .count = (size_t)p->total, .back = true, .fill = fill_copy, .take = add_moments, .data = &c};
    status = m->sum && m->square ? lrp_passes_each(p, &copies, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) finish_moments(p, m);
    if (!status) status = lrp_sums_store(p, m->sum, relevance, err);
    lrp_sums_free(p, m->sum);
    lrp_sums_free(p, m->square);
    lrp_noise_close(&c.noise);
    return status;
}

const struct lrp_method lrp_method_row_smooth_grad = {
    .info = {.name = "smooth-grad",
             .line = "the mean gradient (or relevance) of noisy copies of the input (Smilkov 2017)",
             .formula = "1/n sum_i grad f(x + s e_i), e_i ~ N(0,1), s = sigma (max x - min x)",
             .cost = "n x (forward + backward)",
             LRP_METHOD_TAKES({"n", "50", LRP_METHOD_COUNT, NULL, "copies"},
                              {"sigma", "0.15", LRP_METHOD_NUMBER, NULL, "the noise's scale as a share of the input's range"},
                              {"std", "", LRP_METHOD_NUMBER, NULL, "the scale itself, instead of sigma"},
                              {"moment", "mean", LRP_METHOD_WORD, "mean square variance", "what is made of the copies"},
                              {"of", "gradient", LRP_METHOD_WORD, "gradient input-gradient lrp", "what is averaged"},
                              {"noise", "", LRP_METHOD_FILE, NULL, "a .npy (n, ...) of standard normal numbers"},
                              {"seed", "0", LRP_METHOD_SEED, NULL, "of the noise, without a file"})},
    .sets = 1,
    .compute = smooth_grad,
    .pass_argument = "of"};
