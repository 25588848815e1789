/* turn.h: which side of a picture is up, as cameras write it. */
#ifndef LRP_IMAGE_TURN_H
#define LRP_IMAGE_TURN_H

#include "picture.h"

/* Orientation (1 to 8) that an EXIF block says ("Exif\0\0" and TIFF behind it, or TIFF alone); 1, upright, if it says nothing
 * that makes sense. */
int lrp_exif_orientation(const unsigned char *bytes, size_t size);
/* Turns and mirrors a picture so that it stands upright. On failure it is as it was. Errors: LRP_MEMORY. */
enum lrp_status lrp_picture_upright(struct lrp_picture *picture, int orientation, struct lrp_error *err);

#endif
