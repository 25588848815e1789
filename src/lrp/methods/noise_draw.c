/* noise_draw.c: the numbers of a draw, of the generator or of a file. */
#include <stdlib.h>

#include "noise.h"
#include "passes.h"
#include "text.h"

/* Elements of all sources, of the first `most` of them. */
static size_t count_before(const struct lrp_passes *p, size_t most)
{
    size_t count = 0;
    for (size_t s = 0; s < most; s++) count += lrp_passes_clean(p, s)->count / lrp_passes_parts(p, s);
    return count;
}

/* (n, batch, ...), or (n, ...) for every sample the same. */
static enum lrp_status check_file(const struct lrp_passes *p, const char *path, const struct lrp_noise *noise,
                                  struct lrp_error *err)
{
    size_t sources;
    lrp_passes_sources(p, &sources);
    const struct lrp_tensor *file = noise->file, *clean = lrp_passes_clean(p, 0);
    if (sources != 1)
        return lrp_fail(err, LRP_USAGE, "%s: a noise file serves models of one input only, this one has %zu", path, sources);
    const size_t each = clean->count / lrp_passes_parts(p, 0);
    const bool fits = lrp_dtype_is_float(file->dtype) && file->shape.rank > 0 && file->shape.dim[0] == noise->draws &&
                      (file->count == (size_t)noise->draws * clean->count || file->count == (size_t)noise->draws * each);
    if (fits) return LRP_OK;
    char got[160], want[160];
    return lrp_fail(err, LRP_FILE, "%s: noise of %lld draws is an array of floats (%lld, ...) for the input's %s, not %s", path,
                    (long long)noise->draws, (long long)noise->draws, lrp_shape_text(&clean->shape, 0, "x", want, sizeof want),
                    lrp_shape_text(&file->shape, 0, "x", got, sizeof got));
}

enum lrp_status lrp_noise_open(const struct lrp_passes *p, int64_t draws, bool normal, struct lrp_noise *out,
                               struct lrp_error *err)
{
    const char *path = lrp_given_text(p->given, "noise");
    int64_t seed = 0;
    lrp_parse_int64(lrp_given_text(p->given, "seed"), &seed);
    *out = (struct lrp_noise){.seed = (uint64_t)seed, .draws = draws, .normal = normal};
    if (!*path) return LRP_OK;
    enum lrp_status status = lrp_tensor_read_npy(path, &out->file, err);
    if (!status) status = check_file(p, path, out, err);
    if (status) lrp_noise_close(out);
    return status;
}

void lrp_noise_close(struct lrp_noise *noise)
{
    lrp_tensor_release(noise->file);
    noise->file = NULL;
}

void lrp_noise_fill(const struct lrp_passes *p, const struct lrp_noise *noise, int64_t draw, size_t source, double *out)
{
    const size_t parts = lrp_passes_parts(p, source), each = lrp_passes_clean(p, source)->count / parts;
    if (noise->file) {
        const size_t numbers = noise->file->count / (size_t)noise->draws;
        for (size_t i = 0; i < parts * each; i++) out[i] = (double)noise->file->f[(size_t)draw * numbers + i % numbers];
        return;
    }
    const size_t first = count_before(p, source); /* of a sample's elements before this source's */
    for (size_t n = 0; n < parts; n++) {
        const uint64_t stream = lrp_noise_stream(noise->seed, (uint64_t)p->first_sample + n, (uint64_t)draw);
        if (noise->normal) lrp_noise_normals(stream, first, each, out + n * each);
        for (size_t i = 0; i < each && !noise->normal; i++) out[n * each + i] = lrp_noise_uniform(stream, first + i);
    }
}
