/* paint_signal.c: a signal: a row of values per channel, and of relevance, where there is some. */
#include <stdlib.h>
#include <string.h>

#include "paint_work.h"

/* Rows become columns. */
static enum lrp_status turn_plane(struct lrp_plane *plane, struct lrp_error *err)
{
    struct lrp_plane turned;
    const enum lrp_status status = lrp_plane_new(plane->height, plane->width, &turned, err);
    if (status) return status;
    for (int y = 0; y < plane->height; y++)
        for (int x = 0; x < plane->width; x++)
            turned.values[(size_t)x * (size_t)plane->height + (size_t)y] =
                plane->values[(size_t)y * (size_t)plane->width + (size_t)x];
    lrp_plane_free(plane);
    *plane = turned;
    return LRP_OK;
}

/* Channels one below the other, steps from left to right. */
static enum lrp_status signal_plane(struct lrp_paint_work *w, const struct lrp_tensor *tensor, struct lrp_plane *out)
{
    const struct lrp_subject *r = w->subject;
    const enum lrp_status status = lrp_plane_from_tensor(tensor, r->sample, LRP_REDUCE_SUM, false, out, &w->err);
    if (status) return status;
    if (tensor->shape.rank == 2) { /* it was folded row by row: the same values as one row */
        out->width = (int)tensor->shape.dim[1];
        out->height = 1;
    }
    return w->snapshot->signals[r->layer] == tensor->shape.rank - 1 ? LRP_OK : turn_plane(out, &w->err);
}

enum lrp_status lrp_paint_signal(struct lrp_paint_work *w)
{
    struct lrp_painting *p = w->out;
    const int layer = w->subject->layer;
    const struct lrp_plane *planes[] = {&p->plane};
    const struct lrp_tensor *values = lrp_result_tensor(w->snapshot->activation[layer]),
                            *shown = w->subject->show == LRP_SHOW_RELEVANCE ? lrp_result_tensor(w->snapshot->relevance[layer])
                                                                            : values;
    if (!values || !shown) return lrp_fail(&w->err, LRP_UNSUPPORTED, "not computed");
    enum lrp_status status = signal_plane(w, values, &p->other);
    if (!status) status = signal_plane(w, shown, &p->plane);
    if (!status) lrp_paint_range(planes, 1, p);
    return status;
}
