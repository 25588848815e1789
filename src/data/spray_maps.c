/* spray_maps.c: what is asked of clusters of heatmaps, and heatmaps as they are compared (spray.h). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "spray.h"
#include "text.h"

/* ---- the text ---- */

enum spray_argument { POOL, NORMALISE, NEIGHBOURS, EIGENVECTORS, CLUSTERS, ARGUMENTS };
static const struct {
    const char *name, *word; /* word: what stands for the default of a number */
} arguments[ARGUMENTS] = {[POOL] = {"pool", "auto"},
                          [NORMALISE] = {"normalise", "abs"},
                          [NEIGHBOURS] = {"neighbours", "10"},
                          [EIGENVECTORS] = {"eigenvectors", "auto"},
                          [CLUSTERS] = {"clusters", "eigengap"}};

static enum lrp_status set_argument_value(struct lrp_spray_options *o, enum spray_argument which, const char *text,
                                          struct lrp_error *err)
{
    size_t *const numbers[ARGUMENTS] = {
        [POOL] = &o->pool, [NEIGHBOURS] = &o->neighbours, [EIGENVECTORS] = &o->eigenvectors, [CLUSTERS] = &o->clusters};
    int64_t number = 0;
    const bool otherwise = strcmp(text, arguments[which].word) == 0;
    if (which == NORMALISE) {
        o->signed_sum = strcmp(text, "sum") == 0;
        return o->signed_sum || otherwise ? LRP_OK : lrp_fail(err, LRP_USAGE, "spray: normalise is abs or sum, not %s", text);
    }
    if (!otherwise && (!lrp_parse_int64(text, &number) || number < 1 || number > LRP_SPRAY_MOST))
        return lrp_fail(err, LRP_USAGE, "spray: %s is %s or a whole number from 1 to %d, not %s", arguments[which].name,
                        arguments[which].word, LRP_SPRAY_MOST, text);
    *numbers[which] = (size_t)number;
    return LRP_OK;
}

/* "pool=2", or "2" in its place. */
static enum lrp_status read_argument(struct lrp_spray_options *o, char *text, int *position, struct lrp_error *err)
{
    char *equals = strchr(text, '=');
    int which = equals ? 0 : (*position)++;
    if (equals) *equals = '\0';
    while (equals && which < ARGUMENTS && strcmp(arguments[which].name, text) != 0) which++;
    if (which >= ARGUMENTS)
        return lrp_fail(err, LRP_USAGE, "spray has no argument %s (pool, normalise, neighbours, eigenvectors, clusters)", text);
    return set_argument_value(o, (enum spray_argument)which, equals ? equals + 1 : text, err);
}

enum lrp_status lrp_spray_parse(const char *text, struct lrp_spray_options *out, struct lrp_error *err)
{
    static const char name[] = "spray";
    const size_t length = strlen(text), begin = sizeof name - 1;
    int position = 0;
    *out = (struct lrp_spray_options){0};
    if (strcmp(text, name) == 0) return LRP_OK;
    if (strncmp(text, name, begin) != 0 || text[begin] != '(' || text[length - 1] != ')')
        return lrp_fail(err, LRP_USAGE, "clusters are made by spray or spray(...), not by %s", text);
    char *inside = strndup(text + begin + 1, length - begin - 2), *rest = inside;
    enum lrp_status status = inside ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (char *part; !status && *rest && (part = strsep(&rest, ",")) != NULL;) {
        while (*part == ' ') part++;
        status = read_argument(out, part, &position, err);
        if (!rest) break;
    }
    free(inside);
    return status;
}

/* ---- maps ---- */

static void pool_map(const float *values, size_t channels, size_t height, size_t width, size_t pool, double *out)
{
    const size_t columns = (width + pool - 1) / pool;
    for (size_t c = 0; c < channels; c++)
        for (size_t y = 0; y < height; y++)
            for (size_t x = 0; x < width; x++)
                out[y / pool * columns + x / pool] += (double)values[(c * height + y) * width + x];
}

/* A map of nothing stays as it is. */
static void normalise_map(double *map, size_t size, bool signed_sum)
{
    double sum = 0;
    for (size_t i = 0; i < size; i++) sum += signed_sum ? map[i] : fabs(map[i]);
    for (size_t i = 0; fabs(sum) > 0 && i < size; i++) map[i] /= sum;
}

enum lrp_status lrp_spray_add(struct lrp_spray_maps *maps, const struct lrp_spray_options *options, const float *values,
                              size_t channels, size_t height, size_t width, struct lrp_error *err)
{
    const size_t longer = height > width ? height : width,
                 pool = options->pool ? options->pool : (longer + LRP_SPRAY_SIDE - 1) / LRP_SPRAY_SIDE;
    const size_t size = pool ? (height + pool - 1) / pool * ((width + pool - 1) / pool) : 0;
    if (!size || (maps->size && size != maps->size))
        return lrp_fail(err, LRP_USAGE, "heatmaps to be clustered have one size, but there is one of %zux%zu", height, width);
    if (maps->count == LRP_SPRAY_MOST) return lrp_fail(err, LRP_USAGE, "at most %d heatmaps are clustered", LRP_SPRAY_MOST);
    if (maps->count == maps->capacity) {
        const size_t capacity = maps->capacity ? 2 * maps->capacity : 64;
        double *more = realloc(maps->values, capacity * size * sizeof *more);
        if (!more) return lrp_fail(err, LRP_MEMORY, "not enough memory for heatmaps");
        maps->values = more;
        maps->capacity = capacity;
    }
    maps->size = size;
    double *row = maps->values + maps->count++ * size;
    memset(row, 0, size * sizeof *row);
    pool_map(values, channels, height, width, pool, row);
    normalise_map(row, size, options->signed_sum);
    return LRP_OK;
}

void lrp_spray_maps_free(struct lrp_spray_maps *maps)
{
    free(maps->values);
    *maps = (struct lrp_spray_maps){0};
}
