/* heat_seen.c: the part of a plane that is seen, at the resolution it is seen at. */
#include "heat.h"

bool lrp_heat_seen(const struct lrp_plane *plane, const struct lrp_crop *c, int width, int height, struct lrp_plane *out)
{
    struct lrp_plane part = {0};
    if (c->width == plane->width && c->height == plane->height)
        return lrp_plane_resample(plane, width, height, LRP_FILTER_BOX, out, NULL) == LRP_OK;
    const bool fine = lrp_plane_crop(plane, c->x, c->y, c->width, c->height, &part, NULL) == LRP_OK &&
                      lrp_plane_resample(&part, width, height, LRP_FILTER_BOX, out, NULL) == LRP_OK;
    lrp_plane_free(&part);
    return fine;
}
