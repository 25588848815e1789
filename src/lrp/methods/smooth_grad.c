/* smooth_grad.c: the mean of what is found at many noisy copies of the input (Smilkov 2017, VarGrad: Adebayo 2018). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "passes.h"

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

/* Copy number `draw`; NULL of noise: the clean input. */
static enum lrp_status noisy(const struct lrp_passes *p, const struct lrp_noise *noise, int64_t draw, struct lrp_tensor **point,
                             struct lrp_error *err)
{
    size_t sources;
    lrp_passes_sources(p, &sources);
    for (size_t s = 0; s < sources; s++) {
        const struct lrp_tensor *clean = lrp_passes_clean(p, s);
        const size_t parts = lrp_passes_parts(p, s), each = clean->count / parts;
        double *numbers = calloc(clean->count + 1, sizeof *numbers);
        if (!numbers) return lrp_fail(err, LRP_MEMORY, "not enough memory for noise");
        if (noise) lrp_noise_fill(p, noise, draw, s, numbers);
        for (size_t n = 0; n < parts; n++) {
            const double scale = noise ? scale_of(p, clean, n, each) : 0;
            for (size_t i = n * each; i < (n + 1) * each; i++)
                point[s]->f[i] = (float)((double)clean->f[i] + scale * numbers[i]);
        }
        free(numbers);
    }
    return LRP_OK;
}

static void add_moments(const struct lrp_passes *p, const struct lrp_pass *pass, const struct gradient_moments *m)
{
    size_t sources;
    lrp_passes_sources(p, &sources);
    for (size_t s = 0; s < sources; s++) {
        const struct lrp_tensor *found = lrp_pass_relevance(p, pass, s);
        for (size_t i = 0; found && i < found->count; i++) {
            m->sum[s][i] += (double)found->f[i];
            m->square[s][i] += (double)found->f[i] * (double)found->f[i];
        }
    }
}

/* What the moment is, in the place of the sums. */
static void finish_moments(const struct lrp_passes *p, const struct gradient_moments *m)
{
    size_t sources;
    lrp_passes_sources(p, &sources);
    for (size_t s = 0; s < sources; s++)
        for (size_t i = 0; i < lrp_passes_clean(p, s)->count; i++) m->sum[s][i] = moment_at(m, s, i);
}

static enum lrp_status average(struct lrp_passes *p, const struct lrp_noise *noise, struct lrp_tensor **point,
                               struct gradient_moments *m, struct lrp_error *err)
{
    /* Zennit's last copy is the input itself */
    const int64_t n = noise->draws, clean = p->convention == LRP_CONVENTION_ZENNIT ? n - 1 : n;
    enum lrp_status status = LRP_OK;
    p->total = n;
    for (int64_t i = 0; !status && i < n; i++) {
        struct lrp_pass pass = {0};
        status = noisy(p, i < clean ? noise : NULL, i, point, err);
        if (!status) status = lrp_passes_attribute(p, (const struct lrp_tensor *const *)point, &pass, err);
        if (!status) add_moments(p, &pass, m);
        lrp_pass_free(&pass);
        m->copies = i + 1;
        if (!status) lrp_passes_show(p, moment_at, m);
    }
    if (!status) finish_moments(p, m);
    return status;
}

static enum moment moment_of(const struct lrp_passes *p)
{
    return lrp_given_is(p->given, "moment", "square")     ? MOMENT_SQUARE
           : lrp_given_is(p->given, "moment", "variance") ? MOMENT_VARIANCE
                                                          : MOMENT_MEAN;
}

static enum lrp_status smooth_grad(struct lrp_passes *p, const struct lrp_tensor **relevance, struct lrp_error *err)
{
    struct lrp_noise noise;
    enum lrp_status status = lrp_noise_open(p, (int64_t)lrp_given_number(p->given, "n", 1), true, &noise, err);
    if (status) return status;
    struct lrp_tensor **point = lrp_point_new(p);
    struct gradient_moments m = {.sum = lrp_sums_new(p), .square = lrp_sums_new(p), .moment = moment_of(p)};
    status = point && m.sum && m.square ? average(p, &noise, point, &m, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_sums_store(p, m.sum, relevance, err);
    lrp_point_free(p, point);
    lrp_sums_free(p, m.sum);
    lrp_sums_free(p, m.square);
    lrp_noise_close(&noise);
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
