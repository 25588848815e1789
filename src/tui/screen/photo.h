/* photo.h: the input as the picture it is, in its own colours. */
#ifndef LRP_TUI_PHOTO_H
#define LRP_TUI_PHOTO_H

#include "heat.h"

/* Red, green and blue, 0..255, as three planes of one size. Draws the part of them that the area shows; its crop is of these
 * planes. Where there are no colours: its brightness. */
void lrp_photo_draw(const struct lrp_caps *caps, const struct lrp_plane *photo, struct lrp_canvas *canvas,
                    const struct lrp_heat_area *area);

#endif
