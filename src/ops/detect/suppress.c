/* suppress.c: NonMaxSuppression: of boxes that overlap, the one with the highest score. How many there are, only the numbers
 * tell. */
#include <math.h>
#include <stdlib.h>

#include "detect.h"

enum { BOXES, SCORES, MOST, OVERLAP, LEAST };

struct suppression {
    int64_t batch, classes, boxes, most;
    float overlap, least;
    bool has_least, centred;
    const float *box, *score;
};

/* The input's first number as it is: most boxes may be the largest there is, which no float is. */
static int64_t count_at(const struct lrp_call *call, const struct lrp_tensor *const *in, int input)
{
    if (!lrp_call_has(call, input) || !in[input] || lrp_shape_count(call->in[input].shape) < 1) return 0;
    return lrp_dtype_is_float(in[input]->dtype) ? 0 : in[input]->i[0];
}

/* The first number of an optional input. */
static float number_at(const struct lrp_call *call, const struct lrp_tensor *const *in, int input, float otherwise)
{
    if (!lrp_call_has(call, input) || !in[input] || lrp_shape_count(call->in[input].shape) < 1) return otherwise;
    return lrp_dtype_is_float(in[input]->dtype) ? in[input]->f[0] : (float)in[input]->i[0];
}

static enum lrp_status check_shapes(const struct lrp_call *call, struct lrp_error *err)
{
    const struct lrp_shape *boxes = call->in[BOXES].shape, *scores = call->in[SCORES].shape;
    if (boxes->rank != 3 || scores->rank != 3 || boxes->dim[2] != 4 || boxes->dim[0] != scores->dim[0] ||
        boxes->dim[1] != scores->dim[2])
        return lrp_fail(err, LRP_FILE, "the scores of NonMaxSuppression do not fit its boxes");
    return LRP_OK;
}

static void read_suppression(const struct lrp_call *call, const struct lrp_tensor *const *in, struct suppression *s)
{
    const struct lrp_shape *scores = call->in[SCORES].shape;
    *s = (struct suppression){.batch = scores->dim[0],
                              .classes = scores->dim[1],
                              .boxes = scores->dim[2],
                              .most = count_at(call, in, MOST),
                              .overlap = number_at(call, in, OVERLAP, 0),
                              .has_least = lrp_call_has(call, LEAST),
                              .least = number_at(call, in, LEAST, 0),
                              .centred = lrp_call_int(call, "center_point_box", 0) != 0,
                              .box = in[BOXES]->f,
                              .score = in[SCORES]->f};
}

/* top, left, bottom, right. */
static void read_box(const struct suppression *s, const float *box, double out[4])
{
    if (s->centred) { /* x, y of the centre, width, height */
        out[0] = (double)box[1] - (double)box[3] / 2, out[2] = (double)box[1] + (double)box[3] / 2;
        out[1] = (double)box[0] - (double)box[2] / 2, out[3] = (double)box[0] + (double)box[2] / 2;
        return;
    }
    for (int k = 0; k < 2; ++k) {
        out[k] = fmin((double)box[k], (double)box[2 + k]);
        out[2 + k] = fmax((double)box[k], (double)box[2 + k]);
    }
}

static bool overlaps(const struct suppression *s, const float *a, const float *b)
{
    double x[4], y[4];
    read_box(s, a, x);
    read_box(s, b, y);
    const double height = fmin(x[2], y[2]) - fmax(x[0], y[0]), width = fmin(x[3], y[3]) - fmax(x[1], y[1]);
    if (height <= 0 || width <= 0) return false;
    const double common = height * width;
    const double whole = (x[2] - x[0]) * (x[3] - x[1]) + (y[2] - y[0]) * (y[3] - y[1]) - common;
    return whole > 0 && common / whole > (double)s->overlap;
}

struct box_candidate {
    float score;
    int64_t box;
};
/* The highest first, of equal ones the first. */
static int by_score(const void *a, const void *b)
{
    const struct box_candidate *x = a, *y = b;
    if (x->score != y->score) return x->score > y->score ? -1 : 1;
    return x->box < y->box ? -1 : 1;
}

/* One class of one sample: which boxes stay, in `kept` (their candidates moved to the front); how many. */
static int64_t keep_boxes(const struct suppression *s, int64_t batch, const float *score, struct box_candidate *candidates)
{
    size_t count = 0;
    int64_t kept = 0;
    for (int64_t i = 0; i < s->boxes; ++i)
        if (!s->has_least || score[i] > s->least) candidates[count++] = (struct box_candidate){score[i], i};
    qsort(candidates, count, sizeof *candidates, by_score);
    for (size_t i = 0; i < count && kept < s->most; ++i) {
        const float *box = s->box + (batch * s->boxes + candidates[i].box) * 4;
        bool stays = true;
        for (int64_t k = 0; k < kept && stays; ++k)
            stays = !overlaps(s, box, s->box + (batch * s->boxes + candidates[k].box) * 4);
        if (stays) candidates[kept++] = candidates[i];
    }
    return kept;
}

/* All that stay, as (sample, class, box), written to `out` if there is one; how many, -1 when out of memory. */
static int64_t suppress(const struct suppression *s, int64_t *out, int64_t room)
{
    struct box_candidate *candidates = malloc(((size_t)s->boxes + 1) * sizeof *candidates);
    int64_t total = 0;
    for (int64_t i = 0; candidates && i < s->batch * s->classes; ++i) {
        const int64_t kept = keep_boxes(s, i / s->classes, s->score + i * s->boxes, candidates);
        for (int64_t k = 0; k < kept; ++k, ++total) {
            if (!out || total >= room) continue;
            out[3 * total] = i / s->classes, out[3 * total + 1] = i % s->classes, out[3 * total + 2] = candidates[k].box;
        }
    }
    const bool done = candidates != NULL;
    free(candidates);
    return done ? total : -1;
}

enum lrp_status lrp_suppress_measure(struct lrp_call *call, const struct lrp_tensor *const *in, const struct lrp_run *run,
                                     struct lrp_error *err)
{
    const struct lrp_tensor *values[LEAST + 1] = {NULL};
    struct lrp_tensor *held[LEAST + 1] = {NULL};
    struct lrp_shape y = {.rank = 2, .dim = {0, 3}};
    struct suppression s;
    enum lrp_status status = LRP_OK;
    (void)run;
    for (int i = 0; i < call->in_count && i <= LEAST && !status; ++i) {
        if (lrp_call_has(call, i) && !in[i]) status = lrp_blob_tensor(call->in[i].constant, &held[i], err);
        values[i] = in[i] ? in[i] : held[i];
    }
    if (!status && (!values[BOXES] || !values[SCORES])) status = lrp_fail(err, LRP_FILE, "boxes or scores are missing");
    if (!status) read_suppression(call, values, &s);
    if (!status) y.dim[0] = suppress(&s, NULL, 0);
    if (y.dim[0] < 0) status = lrp_fail(err, LRP_MEMORY, "not enough memory to sort boxes");
    for (int i = 0; i <= LEAST; ++i) lrp_tensor_release(held[i]);
    return status ? status : lrp_infer_output(call, 0, LRP_DTYPE_INT64, &y, err);
}

enum lrp_status lrp_suppress_infer(struct lrp_call *call, struct lrp_error *err)
{
    static const struct lrp_tensor *const none[LEAST + 1] = {NULL};
    bool constant = true;
    enum lrp_status status = lrp_infer_arity(call, 2, 5, err);
    for (int i = 0; i < 2 && !status; ++i) status = lrp_infer_is_float(call, i, err);
    if (!status) status = check_shapes(call, err);
    if (status) return status;
    for (int i = 0; i < call->in_count; ++i) constant &= !lrp_call_has(call, i) || call->in[i].constant;
    call->out[0].dtype = LRP_DTYPE_INT64;
    call->out[0].shape = &lrp_shape_unknown;
    return constant ? lrp_suppress_measure(call, none, NULL, err) : LRP_OK;
}

enum lrp_status lrp_suppress_forward(LRP_FORWARD_PARAMETERS)
{
    struct suppression s;
    (void)handle, (void)run;
    read_suppression(call, in, &s);
    if (suppress(&s, out[0]->i, out[0]->shape.dim[0]) < 0) return lrp_fail(err, LRP_MEMORY, "not enough memory to sort boxes");
    return LRP_OK;
}
