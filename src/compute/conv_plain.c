/* conv_plain.c: convolutions by our own loops: depthwise directly, the rest as matrix products over columns. */
#include "conv_plain.h"

#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "frame.h"
#include "parallel.h"

enum { COLUMN_BUDGET = 1 << 20 }; /* floats of columns made at a time */

struct plain_job {
    const struct lrp_conv_shape *shape;
    struct lrp_frame f;
    int64_t group_in, group_out; /* channels of a group */
    const float *weights, *bias, *from;
    float *to, *columns;
    int64_t batch, group, row, rows; /* the piece at hand: output rows [row, row+rows) of (od,oh) flattened */
};

static struct plain_job job_of(const struct lrp_conv_shape *s, const float *weights, const float *bias, const float *from,
                               float *to)
{
    return (struct plain_job){
        .shape = s,
        .f = lrp_frame_new(s->rank, s->in, s->out, s->kernel, s->stride, s->dilation, s->pad_begin),
        .group_in = s->in_channels / s->group,
        .group_out = s->out_channels / s->group,
        .weights = weights,
        .bias = bias,
        .from = from,
        .to = to,
    };
}

/* ---- depthwise: one plane in, one plane out, tap by tap over whole rows ---- */

static void depthwise_plane(const struct plain_job *job, int64_t plane, bool forward)
{
    const struct lrp_frame *const f = &job->f;
    const int64_t channel = plane % job->shape->out_channels;
    const int64_t step = f->stride[2];

    for (int64_t t = 0; t < f->taps; t++) {
        const float w = job->weights[channel * f->taps + t];
        struct lrp_frame_run row;

        for (int64_t r = 0; r < f->rows; r++) {
            if (!lrp_frame_reads(f, t, r, &row)) continue;
            const int64_t out_at = plane * f->out_size + r * f->out[2] + row.first;
            const int64_t in_at = plane * f->in_size + row.in;
            if (forward)
                for (int64_t i = 0; i < row.last - row.first; i++) job->to[out_at + i] += w * job->from[in_at + i * step];
            else
                for (int64_t i = 0; i < row.last - row.first; i++) job->to[in_at + i * step] += w * job->from[out_at + i];
        }
    }
}

static void depthwise_forward(void *context, int64_t begin, int64_t end)
{
    const struct plain_job *const job = context;

    for (int64_t plane = begin; plane < end; plane++) {
        const float bias = job->bias ? job->bias[plane % job->shape->out_channels] : 0;

        for (int64_t i = 0; i < job->f.out_size; i++) job->to[plane * job->f.out_size + i] = bias;
        depthwise_plane(job, plane, true);
    }
}

static void depthwise_backward(void *context, int64_t begin, int64_t end)
{
    const struct plain_job *const job = context;

    for (int64_t plane = begin; plane < end; plane++) {
        memset(job->to + plane * job->f.in_size, 0, (size_t)job->f.in_size * sizeof(float));
        depthwise_plane(job, plane, false);
    }
}

/* ---- columns: row (channel, tap) holds what that tap reads for every output of the piece ---- */

static void fill_columns(void *context, int64_t begin, int64_t end)
{
    const struct plain_job *const job = context;
    const struct lrp_frame *const f = &job->f;
    const int64_t width = f->out[2], step = f->stride[2];

    for (int64_t c = begin; c < end; c++) {
        const int64_t channel = job->group * job->group_in + c / f->taps;
        const float *const plane = job->from + (job->batch * job->shape->in_channels + channel) * f->in_size;
        float *const line = job->columns + c * job->rows * width;
        struct lrp_frame_run row;

        memset(line, 0, (size_t)(job->rows * width) * sizeof(float));
        for (int64_t r = 0; r < job->rows; r++) {
            if (!lrp_frame_reads(f, c % f->taps, job->row + r, &row)) continue;
            for (int64_t i = 0; i < row.last - row.first; i++) line[r * width + row.first + i] = plane[row.in + i * step];
        }
    }
}

/* Adds columns back to the planes they came from; one turn is one channel, so that no two threads share a plane. */
static void spread_columns(void *context, int64_t begin, int64_t end)
{
    const struct plain_job *const job = context;
    const struct lrp_frame *const f = &job->f;
    const int64_t width = f->out[2], step = f->stride[2];

    for (int64_t c = begin * f->taps; c < end * f->taps; c++) {
        const int64_t channel = job->group * job->group_in + c / f->taps;
        float *const plane = job->to + (job->batch * job->shape->in_channels + channel) * f->in_size;
        const float *const line = job->columns + c * job->rows * width;
        struct lrp_frame_run row;

        for (int64_t r = 0; r < job->rows; r++) {
            if (!lrp_frame_reads(f, c % f->taps, job->row + r, &row)) continue;
            for (int64_t i = 0; i < row.last - row.first; i++) plane[row.in + i * step] += line[r * width + row.first + i];
        }
    }
}

static enum lrp_status forward_piece(struct plain_job *job, const struct lrp_run *run, struct lrp_error *err)
{
    const struct lrp_frame *const f = &job->f;
    const int64_t k = job->group_in * f->taps, n = job->rows * f->out[2];
    const int64_t first = job->group * job->group_out;
    float *const piece = job->columns + k * n; /* group_out x n, behind the columns */
    enum lrp_status status;

    lrp_parallel_for(run, k, n, fill_columns, job);
    status = lrp_gemm(false, false, job->group_out, n, k, job->weights + first * k, job->columns, 0, piece, run, err);
    for (int64_t m = 0; !status && m < job->group_out; m++) {
        const float bias = job->bias ? job->bias[first + m] : 0;
        float *const y = job->to + (job->batch * job->shape->out_channels + first + m) * f->out_size + job->row * f->out[2];

        for (int64_t i = 0; i < n; i++) y[i] = piece[m * n + i] + bias;
    }
    return status;
}

static enum lrp_status backward_piece(struct plain_job *job, const struct lrp_run *run, struct lrp_error *err)
{
    const struct lrp_frame *const f = &job->f;
    const int64_t k = job->group_in * f->taps, n = job->rows * f->out[2];
    const int64_t first = job->group * job->group_out;
    float *const piece = job->columns + k * n;
    enum lrp_status status;

    for (int64_t m = 0; m < job->group_out; m++)
        memcpy(piece + m * n,
               job->from + (job->batch * job->shape->out_channels + first + m) * f->out_size + job->row * f->out[2],
               (size_t)n * sizeof(float));
    status = lrp_gemm(true, false, k, n, job->group_out, job->weights + first * k, piece, 0, job->columns, run, err);
    if (!status) lrp_parallel_for(run, job->group_in, n * f->taps, spread_columns, job);
    return status;
}

static bool is_depthwise(const struct lrp_conv_shape *shape)
{
    return shape->group == shape->in_channels && shape->group == shape->out_channels;
}

static enum lrp_status by_columns(struct plain_job *job, bool forward, const struct lrp_run *run, struct lrp_error *err)
{
    const struct lrp_frame *const f = &job->f;
    const int64_t rows = f->rows;
    const int64_t width = (job->group_in * f->taps + job->group_out) * f->out[2]; /* floats one output row takes */
    const int64_t most = width < COLUMN_BUDGET ? COLUMN_BUDGET / width : 1;
    const int64_t at_a_time = most < rows ? most : rows;
    enum lrp_status status = LRP_OK;

    job->columns = lrp_buffer_new(width * at_a_time);
    if (!job->columns) return lrp_fail(err, LRP_MEMORY, "not enough memory for the columns of a convolution");
    for (int64_t i = 0; !status && i < job->shape->batch * job->shape->group; i++) {
        job->batch = i / job->shape->group;
        job->group = i % job->shape->group;
        for (job->row = 0; !status && job->row < rows; job->row += job->rows) {
            job->rows = rows - job->row < at_a_time ? rows - job->row : at_a_time;
            status = lrp_run_should_stop(run) ? lrp_fail(err, LRP_CANCELLED, "cancelled")
                     : forward                ? forward_piece(job, run, err)
                                              : backward_piece(job, run, err);
        }
    }
    free(job->columns);
    return status;
}

enum lrp_status lrp_conv_plain_forward(const struct lrp_conv_shape *shape, const float *weights, const float *bias,
                                       const float *x, float *y, const struct lrp_run *run, struct lrp_error *err)
{
    struct plain_job job = job_of(shape, weights, bias, x, y);

    if (!is_depthwise(shape)) return by_columns(&job, true, run, err);
    lrp_parallel_for(run, shape->batch * shape->out_channels, job.f.out_size * job.f.taps, depthwise_forward, &job);
    return LRP_OK;
}

enum lrp_status lrp_conv_plain_backward(const struct lrp_conv_shape *shape, const float *weights, const float *gy, float *gx,
                                        const struct lrp_run *run, struct lrp_error *err)
{
    struct plain_job job = job_of(shape, weights, NULL, gy, gx);

    if (is_depthwise(shape)) {
        lrp_parallel_for(run, shape->batch * shape->in_channels, job.f.out_size * job.f.taps, depthwise_backward, &job);
        return LRP_OK;
    }
    memset(gx, 0, (size_t)(shape->batch * shape->in_channels * job.f.in_size) * sizeof(float));
    return by_columns(&job, false, run, err);
}

const char *lrp_conv_plain_name(const struct lrp_conv_shape *shape)
{
    return is_depthwise(shape) ? "own:depthwise" : "own:columns";
}
