/* plane_tensor.c: tensors of any rank to planes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lrpscope/heatmap.h"

static const char *const reduction_names[] = {
#define X(name, text) [LRP_REDUCE_##name] = (text),
    LRP_REDUCTIONS(X)
#undef X
};

const char *lrp_reduction_name(enum lrp_reduction reduction)
{
    return (unsigned)reduction < LRP_REDUCTION_COUNT ? reduction_names[reduction] : "";
}

bool lrp_reduction_find(const char *name, enum lrp_reduction *out)
{
    for (unsigned i = 0; name && i < LRP_REDUCTION_COUNT; i++)
        if (strcmp(reduction_names[i], name) == 0) {
            *out = (enum lrp_reduction)i;
            return true;
        }
    return false;
}

/* How the elements of one sample lie: `slices` pictures side by side, each height x width, with `channels` to reduce
 * at every pixel. Strides in elements. */
struct tensor_view {
    int64_t channels, slices, height, width;
    int64_t channel_stride, slice_stride, row_stride, column_stride;
    int64_t offset;
};

static float tensor_element(const struct lrp_tensor *tensor, int64_t i)
{
    if (tensor->dtype == LRP_DTYPE_STRING) return 0; /* texts have no colour */
    return lrp_dtype_is_float(tensor->dtype) ? tensor->f[i] : (float)tensor->i[i];
}

static int64_t count_elements(const int64_t *dims, int count)
{
    int64_t n = 1;
    for (int i = 0; i < count; i++) n *= dims[i]; /* cannot overflow: the tensor exists */
    return n;
}

/* rank >= 4: dims are those of one sample, rank - 1 of them */
static struct tensor_view spatial_view(const int64_t *dims, int rank, bool channels_last)
{
    const int64_t *space = channels_last ? dims : dims + 1;
    int axes = rank - 1;
    struct tensor_view v = {.height = space[axes - 2], .width = space[axes - 1], .slices = count_elements(space, axes - 2)};
    v.channels = channels_last ? dims[rank - 1] : dims[0];
    v.column_stride = channels_last ? v.channels : 1;
    v.row_stride = v.width * v.column_stride;
    v.slice_stride = v.height * v.row_stride;
    v.channel_stride = channels_last ? 1 : v.slices * v.slice_stride;
    return v;
}

static struct tensor_view matrix_view(int64_t rows, int64_t columns)
{
    return (struct tensor_view){
        .channels = 1, .slices = 1, .height = rows, .width = columns, .row_stride = columns, .column_stride = 1};
}

static struct tensor_view vector_view(int64_t count)
{
    return matrix_view(1, count);
}

static struct tensor_view sample_view(const struct lrp_tensor *tensor, int64_t sample, bool channels_last)
{
    int rank = tensor->shape.rank - 1; /* without the batch axis */
    const int64_t *dims = tensor->shape.dim + 1;
    struct tensor_view v = vector_view(1);
    if (rank == 1)
        v = vector_view(dims[0]);
    else if (rank == 2)
        v = matrix_view(dims[0], dims[1]);
    else if (rank > 2)
        v = spatial_view(dims, rank, channels_last);
    v.offset = rank > 0 ? sample * count_elements(dims, rank) : sample;
    return v;
}

static enum lrp_status check_sample(const struct lrp_tensor *tensor, int64_t sample, struct lrp_error *err)
{
    int64_t samples = tensor->shape.rank > 0 ? tensor->shape.dim[0] : 1;
    if (tensor->count == 0) return lrp_fail(err, LRP_USAGE, "the tensor has no elements, there is nothing to show");
    if (sample < 0 || sample >= samples)
        return lrp_fail(err, LRP_USAGE, "there is no sample %lld; samples count from 0 and there are %lld", (long long)sample,
                        (long long)samples);
    return LRP_OK;
}

static float reduce_pixel(const struct lrp_tensor *tensor, int64_t at, const struct tensor_view *v,
                          enum lrp_reduction reduction)
{
    double sum = 0, squares = 0, sum_abs = 0, max_abs = 0;
    for (int64_t c = 0; c < v->channels; c++) {
        double value = (double)tensor_element(tensor, at + c * v->channel_stride);
        sum += value;
        squares += value * value;
        sum_abs += fabs(value);
        max_abs = fmax(max_abs, fabs(value));
    }
    if (isnan(sum_abs)) return NAN; /* fmax drops a NaN, and one from a file must not be taken for a blank cell */
    const double result[] = {[LRP_REDUCE_SUM] = sum,
                             [LRP_REDUCE_NORM] = sqrt(squares),
                             [LRP_REDUCE_MAX_ABS] = max_abs,
                             [LRP_REDUCE_SUM_ABS] = sum_abs};
    return (float)result[reduction];
}

/* Side of a plane as an int; 0 (which lrp_plane_new refuses) if it does not fit. */
static int plane_side(int64_t length)
{
    return length > 0 && length <= INT32_MAX ? (int)length : 0;
}

static enum lrp_status plane_of_view(const struct lrp_tensor *tensor, const struct tensor_view *v, enum lrp_reduction reduction,
                                     struct lrp_plane *out, struct lrp_error *err)
{
    enum lrp_status status = lrp_plane_new(plane_side(v->slices * v->width), plane_side(v->height), out, err);
    if (status) return status;
    float *cell = out->values;
    for (int64_t y = 0; y < v->height; y++)
        for (int64_t s = 0; s < v->slices; s++)
            for (int64_t x = 0; x < v->width; x++) {
                int64_t at = v->offset + s * v->slice_stride + y * v->row_stride + x * v->column_stride;
                *cell++ = reduce_pixel(tensor, at, v, reduction);
            }
    return LRP_OK;
}

static int64_t near_square(int64_t count)
{
    int64_t columns = (int64_t)ceil(sqrt((double)count));
    return columns < 1 ? 1 : columns;
}

static enum lrp_status fold_vector(const struct lrp_tensor *tensor, int64_t offset, int64_t count, enum lrp_reduction reduction,
                                   struct lrp_plane *out, struct lrp_error *err)
{
    int64_t columns = near_square(count), rows = (count + columns - 1) / columns;
    enum lrp_status status = lrp_plane_new(plane_side(columns), plane_side(rows), out, err);
    if (status) return status;
    struct tensor_view one = vector_view(1);
    for (int64_t i = 0; i < columns * rows; i++)
        out->values[i] = i < count ? reduce_pixel(tensor, offset + i, &one, reduction) : lrp_blank();
    return LRP_OK;
}

enum lrp_status lrp_plane_from_tensor(const struct lrp_tensor *tensor, int64_t sample, enum lrp_reduction reduction,
                                      bool channels_last, struct lrp_plane *out, struct lrp_error *err)
{
    *out = (struct lrp_plane){0};
    enum lrp_status status = check_sample(tensor, sample, err);
    if (status) return status;
    struct tensor_view v = sample_view(tensor, sample, channels_last);
    if (tensor->shape.rank == 2) return fold_vector(tensor, v.offset, v.width, reduction, out, err);
    return plane_of_view(tensor, &v, reduction, out, err);
}

int64_t lrp_channel_count(const struct lrp_tensor *tensor, bool channels_last)
{
    const struct lrp_shape *shape = &tensor->shape;
    return shape->rank < 3 ? 1 : shape->rank > 3 && channels_last ? shape->dim[shape->rank - 1] : shape->dim[1];
}

/* The view of one channel: rank 3 holds them as rows. */
static struct tensor_view channel_view(const struct lrp_tensor *tensor, int64_t sample, int64_t channel, bool channels_last)
{
    struct tensor_view v = sample_view(tensor, sample, channels_last);
    bool rows = tensor->shape.rank == 3;
    v.offset += channel * (rows ? v.row_stride : v.channel_stride);
    v.height = rows ? 1 : v.height;
    v.channels = 1;
    return v;
}

enum lrp_status lrp_plane_from_channel(const struct lrp_tensor *tensor, int64_t sample, int64_t channel, bool channels_last,
                                       struct lrp_plane *out, struct lrp_error *err)
{
    *out = (struct lrp_plane){0};
    enum lrp_status status = check_sample(tensor, sample, err);
    if (status) return status;
    int64_t channels = lrp_channel_count(tensor, channels_last);
    if (channel < 0 || channel >= channels)
        return lrp_fail(err, LRP_USAGE, "there is no channel %lld; channels count from 0 and there are %lld",
                        (long long)channel, (long long)channels);
    if (tensor->shape.rank < 3) return lrp_plane_from_tensor(tensor, sample, LRP_REDUCE_SUM, channels_last, out, err);
    struct tensor_view v = channel_view(tensor, sample, channel, channels_last);
    return plane_of_view(tensor, &v, LRP_REDUCE_SUM, out, err);
}

struct ranked_channel {
    double strength;
    int64_t channel;
};

static int stronger_first(const void *left, const void *right)
{
    const struct ranked_channel *a = left, *b = right;
    if (a->strength > b->strength || a->strength < b->strength) return a->strength > b->strength ? -1 : 1;
    return (a->channel > b->channel) - (a->channel < b->channel);
}

static double view_strength(const struct lrp_tensor *tensor, const struct tensor_view *v)
{
    double sum = 0;
    for (int64_t s = 0; s < v->slices; s++)
        for (int64_t y = 0; y < v->height; y++)
            for (int64_t x = 0; x < v->width; x++) {
                float value =
                    tensor_element(tensor, v->offset + s * v->slice_stride + y * v->row_stride + x * v->column_stride);
                sum += isfinite(value) ? fabs((double)value) : 0;
            }
    return sum;
}

enum lrp_status lrp_channel_order(const struct lrp_tensor *tensor, int64_t sample, bool channels_last, int64_t **order,
                                  double **strength, struct lrp_error *err)
{
    *order = NULL;
    if (strength) *strength = NULL;
    enum lrp_status status = check_sample(tensor, sample, err);
    if (status) return status;
    size_t count = (size_t)lrp_channel_count(tensor, channels_last);
    struct ranked_channel *ranked = calloc(count, sizeof *ranked);
    int64_t *numbers = calloc(count, sizeof *numbers);
    double *sums = calloc(count, sizeof *sums);
    if (!ranked || !numbers || !sums) {
        free(ranked);
        free(numbers);
        free(sums);
        return lrp_fail(err, LRP_MEMORY, "out of memory for an order of %zu channels", count);
    }
    for (size_t c = 0; c < count; c++) {
        struct tensor_view v = channel_view(tensor, sample, (int64_t)c, channels_last);
        ranked[c] = (struct ranked_channel){.strength = view_strength(tensor, &v), .channel = (int64_t)c};
    }
    qsort(ranked, count, sizeof *ranked, stronger_first);
    for (size_t c = 0; c < count; c++) {
        numbers[c] = ranked[c].channel;
        sums[c] = ranked[c].strength;
    }
    free(ranked);
    *order = numbers;
    if (strength)
        *strength = sums;
    else
        free(sums);
    return LRP_OK;
}

/* Copies one kernel's plane into the grid with its upper left corner at (left, top). */
static void place_tile(const struct lrp_plane *tile, int left, int top, struct lrp_plane *grid)
{
    for (int y = 0; y < tile->height; y++)
        for (int x = 0; x < tile->width; x++)
            grid->values[(size_t)(top + y) * (size_t)grid->width + (size_t)(left + x)] = tile->values[y * tile->width + x];
}

static enum lrp_status tile_kernels(const struct lrp_tensor *weights, enum lrp_reduction reduction, struct lrp_plane *out,
                                    struct lrp_error *err)
{
    int64_t outputs = weights->shape.dim[0], columns = near_square(outputs), rows = (outputs + columns - 1) / columns;
    enum lrp_status status = LRP_OK;
    for (int64_t o = 0; o < outputs && !status; o++) {
        struct lrp_plane tile = {0};
        status = lrp_plane_from_tensor(weights, o, reduction, false, &tile, err);
        if (!status && o == 0) {
            status = lrp_plane_new(plane_side(columns * tile.width), plane_side(rows * tile.height), out, err);
            for (int64_t i = 0; !status && i < (int64_t)out->width * out->height; i++) out->values[i] = lrp_blank();
        }
        if (!status) place_tile(&tile, (int)(o % columns) * tile.width, (int)(o / columns) * tile.height, out);
        lrp_plane_free(&tile);
    }
    if (status) lrp_plane_free(out);
    return status;
}

enum lrp_status lrp_plane_from_weights(const struct lrp_tensor *weights, enum lrp_reduction reduction, struct lrp_plane *out,
                                       struct lrp_error *err)
{
    *out = (struct lrp_plane){0};
    enum lrp_status status = check_sample(weights, 0, err);
    if (status) return status;
    const struct lrp_shape *shape = &weights->shape;
    if (shape->rank > 3) return tile_kernels(weights, reduction, out, err);
    struct tensor_view v = shape->rank < 2 ? vector_view((int64_t)weights->count) : matrix_view(shape->dim[0], shape->dim[1]);
    if (shape->rank == 3) { /* (O,I,k): a kernel is a row, reduced over I */
        v = (struct tensor_view){.channels = shape->dim[1], .slices = 1, .height = shape->dim[0], .width = shape->dim[2]};
        v.channel_stride = v.width;
        v.row_stride = v.channels * v.width;
        v.column_stride = 1;
    }
    return plane_of_view(weights, &v, reduction, out, err);
}
