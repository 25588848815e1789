/* blocked.c: elementwise work over tensors in blocks and in rows: tiles of a block's channels times some places are turned into
 * rows in the nearest cache, worked on, and turned back. */
#include "blocked.h"

#include <string.h>

#include "away.h"
#include "parallel.h"

enum {
    PLACES = 64,   /* of a tile */
    BLOCK = 16,    /* the largest */
    STRETCH = 8192 /* elements of a part where nothing needs to be turned */
};

/* A tensor as (samples, channels, places). */
struct form {
    int64_t samples, channels, places;
};

static struct form form_of(const struct lrp_shape *shape)
{
    struct form f = {
        .samples = shape->rank > 0 ? shape->dim[0] : 1, .channels = shape->rank > 1 ? shape->dim[1] : 1, .places = 1};

    for (int d = 2; d < shape->rank; d++) f.places *= shape->dim[d];
    return f;
}

static int64_t blocks_of(int64_t channels, int block)
{
    return (channels + block - 1) / block;
}

size_t lrp_tensor_floats(const struct lrp_tensor *tensor)
{
    return lrp_tensor_bytes(tensor) / sizeof(float);
}

/* True if some of its memory stands for missing channels. */
static bool is_padded(const struct lrp_tensor *tensor)
{
    return tensor->block && form_of(&tensor->shape).channels % tensor->block != 0;
}

const float *lrp_tensor_present(const struct lrp_tensor *tensor, size_t first, size_t n, float *room, size_t *count)
{
    const struct form f = form_of(&tensor->shape);
    const int64_t block = tensor->block, blocks = block ? blocks_of(f.channels, tensor->block) : 0;

    *count = n;
    if (!is_padded(tensor)) return tensor->f + first;
    *count = 0;
    for (size_t at = first; at < first + n; at += (size_t)block) {
        const int64_t channel = (int64_t)at / block / f.places % blocks * block;
        const size_t there = (size_t)(f.channels - channel < block ? f.channels - channel : block);

        memcpy(room + *count, tensor->f + at, there * sizeof *room);
        *count += there;
    }
    return room;
}

/* ---- turning 4 x 4 elements at a time ---- */

typedef float four __attribute__((vector_size(16)));

static four load_four(const float *from)
{
    four value;

    memcpy(&value, from, sizeof value);
    return value;
}

static void store_four(float *to, four value)
{
    memcpy(to, &value, sizeof value);
}

/* to (4 rows, `to_step` apart) = the transpose of from (4 rows, `from_step` apart) */
static void turn_four(const float *from, int64_t from_step, float *to, int64_t to_step)
{
    const four a = load_four(from), b = load_four(from + from_step), c = load_four(from + 2 * from_step),
               d = load_four(from + 3 * from_step);
    const four ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const four cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);

    store_four(to, __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5));
    store_four(to + to_step, __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7));
    store_four(to + 2 * to_step, __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5));
    store_four(to + 3 * to_step, __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7));
}

/* to (columns x rows, to_step apart) = the transpose of from (rows x columns, from_step apart) */
static void transpose_block(const float *from, int64_t from_step, int64_t rows, int64_t columns, float *to, int64_t to_step)
{
    const int64_t whole_rows = rows & ~(int64_t)3, whole_columns = columns & ~(int64_t)3;

    for (int64_t r = 0; r < whole_rows; r += 4)
        for (int64_t c = 0; c < whole_columns; c += 4)
            turn_four(from + r * from_step + c, from_step, to + c * to_step + r, to_step);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = r < whole_rows ? whole_columns : 0; c < columns; c++) to[c * to_step + r] = from[r * from_step + c];
}

/* ---- the loops ---- */

struct blocked_work {
    struct lrp_tensor *out;
    const struct lrp_tensor *const *in;
    int in_count, block;
    bool updates;
    lrp_blocked_body *body;
    const void *data;
    struct form form;
    size_t count; /* of elements in memory, where all lie alike */
};

static void run_stretch(void *context, int64_t begin, int64_t end)
{
    const struct blocked_work *const w = context;
    const size_t first = (size_t)begin * STRETCH;
    const size_t last = (size_t)end * STRETCH < w->count ? (size_t)end * STRETCH : w->count;
    const float *in[LRP_BLOCKED_IN] = {NULL};

    for (int k = 0; k < w->in_count; k++) in[k] = w->in[k]->f + first;
    w->body(w->data, w->out->f + first, in, last - first);
}

/* A tile: the channels of a block of a sample, some places. */
struct tile {
    int64_t sample, block, first, places, channels;
};

static float *corner(const struct blocked_work *w, const struct lrp_tensor *t, const struct tile *tile)
{
    const struct form *const f = &w->form;

    if (t->block)
        return t->f + ((tile->sample * blocks_of(f->channels, w->block) + tile->block) * f->places + tile->first) * w->block;
    return t->f + (tile->sample * f->channels + tile->block * w->block) * f->places + tile->first;
}

static void run_tile(const struct blocked_work *w, const struct tile *tile)
{
    float rooms[LRP_BLOCKED_IN][BLOCK * PLACES], result[BLOCK * PLACES];
    const float *in[LRP_BLOCKED_IN] = {NULL};
    int64_t step[LRP_BLOCKED_IN] = {0};
    float *const to = corner(w, w->out, tile);

    for (int k = 0; k < w->in_count; k++) {
        in[k] = corner(w, w->in[k], tile);
        step[k] = w->in[k]->block ? PLACES : w->form.places;
        if (w->in[k]->block) {
            transpose_block(in[k], w->block, tile->places, w->block, rooms[k], PLACES);
            in[k] = rooms[k];
        }
    }
    if (w->out->block && w->updates) transpose_block(to, w->block, tile->places, w->block, result, PLACES);
    for (int64_t c = 0; c < tile->channels; c++) {
        w->body(w->data, w->out->block ? result + c * PLACES : to + c * w->form.places, in, (size_t)tile->places);
        for (int k = 0; k < w->in_count; k++) in[k] += step[k];
    }
    if (!w->out->block) return;
    for (int64_t c = tile->channels; c < w->block; c++) memset(result + c * PLACES, 0, sizeof(float) * PLACES);
    transpose_block(result, PLACES, w->block, tile->places, to, w->block);
}

static void run_tiles(void *context, int64_t begin, int64_t end)
{
    const struct blocked_work *const w = context;
    const struct form *const f = &w->form;
    const int64_t strips = (f->places + PLACES - 1) / PLACES, blocks = blocks_of(f->channels, w->block);

    for (int64_t i = begin; i < end; i++) {
        struct tile tile = {.sample = i / strips / blocks, .block = i / strips % blocks, .first = i % strips * PLACES};

        tile.places = f->places - tile.first < PLACES ? f->places - tile.first : PLACES;
        tile.channels = f->channels - tile.block * w->block < w->block ? f->channels - tile.block * w->block : w->block;
        run_tile(w, &tile);
    }
}

void lrp_blocked_for(const struct lrp_run *run, struct lrp_tensor *out, const struct lrp_tensor *const in[LRP_BLOCKED_IN],
                     bool updates, lrp_blocked_body *body, const void *data)
{
    struct blocked_work w = {.out = out,
                             .in = in,
                             .block = out->block,
                             .updates = updates,
                             .body = body,
                             .data = data,
                             .form = form_of(&out->shape)};
    bool alike = true;

    for (; w.in_count < LRP_BLOCKED_IN && in[w.in_count]; w.in_count++) {
        alike = alike && in[w.in_count]->block == out->block;
        w.block = in[w.in_count]->block ? in[w.in_count]->block : w.block;
    }
    if (alike) {
        w.count = lrp_tensor_bytes(out) / sizeof(float);
        lrp_parallel_for(run, ((int64_t)w.count + STRETCH - 1) / STRETCH, STRETCH, run_stretch, &w);
        return;
    }
    lrp_parallel_for(run, w.form.samples * blocks_of(w.form.channels, w.block) * ((w.form.places + PLACES - 1) / PLACES),
                     (int64_t)PLACES * w.block, run_tiles, &w);
}

/* ---- twins ---- */

static void copy_body(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n)
{
    (void)data;
    memcpy(out, in[0], n * sizeof *out);
}

/* A part of a shared tensor that is set once, and only atomically. */
static struct lrp_tensor **twin_of(const struct lrp_tensor *tensor)
{
    return &((struct lrp_tensor *)tensor)->rows;
}

const struct lrp_tensor *lrp_tensor_row_major(const struct lrp_tensor *tensor, const struct lrp_run *run)
{
    const struct lrp_tensor *const in[LRP_BLOCKED_IN] = {tensor};
    struct lrp_tensor *made = NULL, *there = NULL;

    if (!tensor || !tensor->block) return tensor;
    there = __atomic_load_n(twin_of(tensor), __ATOMIC_ACQUIRE);
    if (!there && tensor->away) {
        made = lrp_tensor_find(tensor, run);
        if (!made) return NULL;
    } else if (there || lrp_tensor_take(tensor->home, tensor->dtype, &tensor->shape, &made, NULL)) {
        return there;
    } else {
        lrp_blocked_for(run, made, in, false, copy_body, NULL);
    }
    if (__atomic_compare_exchange_n(twin_of(tensor), &there, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return made;
    lrp_tensor_release(made); /* another thread was faster */
    return there;
}

size_t lrp_tensor_twin_bytes(const struct lrp_tensor *tensor)
{
    const struct lrp_tensor *const twin = __atomic_load_n(twin_of(tensor), __ATOMIC_ACQUIRE);

    return twin ? lrp_tensor_bytes(twin) : 0;
}

const struct lrp_result *lrp_tensor_numbers(const struct lrp_tensor *tensor)
{
    return (const struct lrp_result *)(const void *)tensor;
}

const struct lrp_tensor *lrp_result_tensor(const struct lrp_result *numbers)
{
    return lrp_tensor_row_major((const struct lrp_tensor *)(const void *)numbers, NULL);
}

/* An end as a tensor that nobody counts references of. */
static struct lrp_tensor end_of(const struct lrp_conv_shape *s, bool input, float *values, int block)
{
    struct lrp_tensor t = {.dtype = LRP_DTYPE_FLOAT, .f = values, .block = block, .references = 1};

    t.shape.rank = 2 + s->rank;
    t.shape.dim[0] = s->batch;
    t.shape.dim[1] = input ? s->in_channels : s->out_channels;
    for (int d = 0; d < s->rank; d++) t.shape.dim[2 + d] = input ? s->in[d] : s->out[d];
    t.count = (size_t)lrp_shape_count(&t.shape);
    return t;
}

void lrp_blocked_copy_end(const struct lrp_conv_shape *shape, bool input, const float *from, int from_block, float *to,
                          int to_block, const struct lrp_run *run)
{
    const struct lrp_tensor source = end_of(shape, input, (float *)(uintptr_t)from, from_block); /* which is only read */
    struct lrp_tensor target = end_of(shape, input, to, to_block);

    lrp_blocked_for(run, &target, (const struct lrp_tensor *const[LRP_BLOCKED_IN]){&source}, false, copy_body, NULL);
}
