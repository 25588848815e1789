/* exact.c: whole numbers multiplied by the float primitives. A float holds whole numbers up to 2^24, so that a sum of few
 * enough products of bytes is exact in whatever order it is made; such pieces are added up in whole numbers. */
#include "exact.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "parallel.h"
#include "wide.h"

enum { EXACT_BELOW = 1 << 24, EVEN = 16 /* channels the primitives like to take together */ };

int64_t lrp_exact_length(float most_x, float most_w)
{
    const int64_t product = (int64_t)most_x * (int64_t)most_w, length = EXACT_BELOW / (product > 0 ? product : 1);
    return length > 0 ? length : 1;
}

float lrp_exact_most(const float *values, int64_t count)
{
    float most = 0;
    for (int64_t i = 0; i < count; ++i) most = fmaxf(most, fabsf(values[i]));
    return most;
}

/* ---- adding pieces up ---- */

struct adding {
    const float *from;
    int64_t *to;
    bool first;
};
WIDE static void add_piece(void *context, int64_t begin, int64_t end)
{
    const struct adding *a = context;
    const float *from = a->from;
    int64_t *restrict to = a->to;
    if (a->first)
        for (int64_t i = begin; i < end; ++i) to[i] = (int32_t)from[i];
    else
        for (int64_t i = begin; i < end; ++i) to[i] = (int32_t)(to[i] + (int32_t)from[i]);
}

static enum lrp_status out_of_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for a product of whole numbers");
}

/* ---- products ---- */

/* Columns [first, first + part) of rows that are k long, one row behind the other. */
struct cutting {
    const float *from;
    float *to;
    int64_t k, first, part;
};
static void cut_rows(void *context, int64_t begin, int64_t end)
{
    const struct cutting *c = context;
    for (int64_t r = begin; r < end; ++r)
        memcpy(c->to + r * c->part, c->from + r * c->k + c->first, (size_t)c->part * sizeof *c->to);
}

static void read_codes(const void *data, int64_t first, int64_t n, float *out)
{
    const int16_t *codes = (const int16_t *)data + first;
    for (int64_t i = 0; i < n; ++i) out[i] = (float)codes[i];
}

enum lrp_status lrp_exact_product(const struct lrp_linear_product *p, int64_t length, const float *a, struct lrp_exact_matrix w,
                                  int64_t *y, const struct lrp_run *run, struct lrp_error *err)
{
    const int64_t pieces = p->k > 0 ? (p->k + length - 1) / length : 1, most = (p->k + pieces - 1) / pieces;
    float *sums = lrp_buffer_new(p->m * p->n), *cut = pieces > 1 ? lrp_buffer_new(p->m * most) : NULL;
    enum lrp_status status = sums && (cut || pieces == 1) ? LRP_OK : out_of_memory(err);
    for (int64_t first = 0, i = 0; !status && i < pieces; first += most, ++i) {
        const int64_t part = p->k - first < most ? p->k - first : most;
        struct cutting cutting = {.from = a, .to = cut, .k = p->k, .first = first, .part = part};
        struct adding adding = {.from = sums, .to = y, .first = i == 0};
        if (part <= 0 && i) break;
        if (cut) lrp_parallel_for(run, p->m, part, cut_rows, &cutting);
        if (w.codes)
            status = lrp_gemm_source(false, p->m, p->n, part, cut ? cut : a,
                                     &(struct lrp_number_source){.read = read_codes, .data = w.codes + first * p->n}, 0, sums,
                                     run, err);
        else
            status = lrp_gemm(false, false, p->m, p->n, part, cut ? cut : a, w.w + first * p->n, 0, sums, run, err);
        if (!status) lrp_parallel_for(run, p->m * p->n, 1, add_piece, &adding);
    }
    free(sums);
    free(cut);
    return status;
}

/* ---- convolutions ---- */

/* A piece reads some channels of every group, and if even one channel is too much some taps of the kernel. */
struct piece {
    int64_t channel, channels, tap, taps;
    struct lrp_conv *conv;
};
struct lrp_exact_conv {
    struct lrp_conv_shape shape;
    int64_t each, taps, pixels, places; /* channels of a group; of a kernel, an input and an output plane */
    struct piece *pieces;
    int64_t count;
};

static int64_t count_outer(const int64_t *dim, int rank)
{
    int64_t product = 1;
    for (int d = 0; d < rank; ++d) product *= dim[d];
    return product;
}

static int64_t parts_of(int64_t count, int64_t most)
{
    return (count + most - 1) / most;
}

void lrp_exact_conv_free(struct lrp_exact_conv *conv)
{
    for (int64_t i = 0; conv && conv->pieces && i < conv->count; ++i) lrp_conv_free(conv->pieces[i].conv);
    if (conv) free(conv->pieces);
    free(conv);
}

size_t lrp_exact_conv_bytes(const struct lrp_exact_conv *conv)
{
    size_t bytes = 0;
    for (int64_t i = 0; i < conv->count; ++i) bytes += lrp_conv_held(conv->pieces[i].conv);
    return bytes;
}

static enum lrp_status new_piece(struct lrp_exact_conv *c, struct piece *piece, const float *w, struct lrp_error *err)
{
    struct lrp_conv_shape shape = c->shape;
    const int64_t count = shape.out_channels * piece->channels * c->taps;
    float *part = lrp_buffer_new(count);
    if (!part) return out_of_memory(err);
    memset(part, 0, (size_t)count * sizeof *part);
    shape.in_channels = shape.group * piece->channels;
    for (int64_t row = 0; row < shape.out_channels * piece->channels; ++row) {
        const int64_t from = row / piece->channels * c->each + piece->channel + row % piece->channels;
        memcpy(part + row * c->taps + piece->tap, w + from * c->taps + piece->tap, (size_t)piece->taps * sizeof *part);
    }
    const enum lrp_status status = lrp_conv_new(&shape, part, NULL, &piece->conv, err);
    free(part);
    return status;
}

/* How many channels and taps a piece has at most. */
static struct piece size_of_pieces(const struct lrp_exact_conv *c, int64_t length)
{
    const int64_t taps = c->taps < length ? c->taps : length, fit = c->taps <= length ? length / c->taps : 1;
    const int64_t even = fit > EVEN ? fit / EVEN * EVEN : fit;
    return (struct piece){.channels = even < c->each ? even : c->each, .taps = taps};
}

enum lrp_status lrp_exact_conv_new(const struct lrp_conv_shape *shape, int64_t length, const float *w,
                                   struct lrp_exact_conv **out, struct lrp_error *err)
{
    struct lrp_exact_conv *c = calloc(1, sizeof *c);
    enum lrp_status status = LRP_OK;
    if (!c) return out_of_memory(err);
    c->shape = *shape;
    c->each = shape->in_channels / shape->group;
    c->taps = count_outer(shape->kernel, shape->rank);
    c->pixels = count_outer(shape->in, shape->rank);
    c->places = count_outer(shape->out, shape->rank);
    const struct piece most = size_of_pieces(c, length);
    const int64_t across = most.channels > 0 ? parts_of(c->each, most.channels) : 0,
                  deep = most.taps > 0 ? parts_of(c->taps, most.taps) : 0;
    c->pieces = calloc((size_t)(across * deep + 1), sizeof *c->pieces);
    if (!c->pieces) status = out_of_memory(err);
    for (int64_t i = 0; !status && i < across * deep; ++i) {
        struct piece *p = &c->pieces[c->count++];
        *p = (struct piece){.channel = i / deep * most.channels, .tap = i % deep * most.taps};
        p->channels = c->each - p->channel < most.channels ? c->each - p->channel : most.channels;
        p->taps = c->taps - p->tap < most.taps ? c->taps - p->tap : most.taps;
        status = new_piece(c, p, w, err);
    }
    if (status)
        lrp_exact_conv_free(c);
    else
        *out = c;
    return status;
}

/* Turns are the groups of all samples. */
struct choosing {
    const struct lrp_exact_conv *conv;
    const struct piece *piece;
    const float *from;
    float *to;
};
static void choose_channels(void *context, int64_t begin, int64_t end)
{
    const struct choosing *c = context;
    const int64_t part = c->piece->channels * c->conv->pixels, all = c->conv->each * c->conv->pixels;
    for (int64_t i = begin; i < end; ++i)
        memcpy(c->to + i * part, c->from + i * all + c->piece->channel * c->conv->pixels, (size_t)part * sizeof *c->to);
}

enum lrp_status lrp_exact_conv_run(const struct lrp_exact_conv *conv, const float *x, int64_t *y, const struct lrp_run *run,
                                   struct lrp_error *err)
{
    const struct lrp_conv_shape *s = &conv->shape;
    const int64_t count = s->batch * s->out_channels * conv->places, groups = s->batch * s->group;
    const bool whole = conv->count == 0 || conv->pieces[0].channels == conv->each;
    float *sums = lrp_buffer_new(count),
          *part = whole ? NULL : lrp_buffer_new(groups * conv->pieces[0].channels * conv->pixels);
    enum lrp_status status = sums && (part || whole) ? LRP_OK : out_of_memory(err);
    if (!status && conv->count == 0) memset(y, 0, (size_t)count * sizeof *y);
    for (int64_t i = 0; !status && i < conv->count; ++i) {
        struct choosing choosing = {.conv = conv, .piece = &conv->pieces[i], .from = x, .to = part};
        struct adding adding = {.from = sums, .to = y, .first = i == 0};
        if (part) lrp_parallel_for(run, groups, choosing.piece->channels * conv->pixels, choose_channels, &choosing);
        status = lrp_conv_run(choosing.piece->conv, LRP_FORWARD, (struct lrp_conv_ends){.from = part ? part : x, .to = sums},
                              run, err);
        if (!status) lrp_parallel_for(run, count, 1, add_piece, &adding);
    }
    free(sums);
    free(part);
    return status;
}
