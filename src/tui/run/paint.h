/* paint.h: making the pictures of the preview from snapshots, in a thread of its own where a terminal waits for keys. */
#ifndef LRP_TUI_PAINT_H
#define LRP_TUI_PAINT_H

#include "app.h"

/* The picture that is asked for; with a reason instead where there is none. `stored`: what COMPARE compares with, or NULL. */
void lrp_paint(const struct lrp_caps *caps, const struct lrp_request *request, const struct lrp_snapshot *snapshot,
               const struct lrp_snapshot *stored, struct lrp_picture *out);

/* A thread that paints what was asked for last. Functions are for the main thread. */
struct lrp_painter;
/* A byte is written into wake_fd whenever a picture is done. NULL: no thread can be started. */
struct lrp_painter *lrp_painter_new(int wake_fd);
/* Waits for the brush. NULL is fine. */
void lrp_painter_free(struct lrp_painter *painter);
/* What was asked for before and is not done yet is forgotten. */
void lrp_painter_ask(struct lrp_painter *painter, const struct lrp_caps *caps, const struct lrp_request *request,
                     const struct lrp_snapshot *snapshot, const struct lrp_snapshot *stored);
/* The finished picture of the latest request, once (handed over); false if there is none (yet). */
bool lrp_painter_take(struct lrp_painter *painter, struct lrp_picture *out);
bool lrp_painter_busy(struct lrp_painter *painter);

/* The stored snapshot's layer of the name that a layer has now (numbers change with canonization); -1: none. */
int lrp_stored_layer(const struct lrp_snapshot *stored, const struct lrp_snapshot *now, int layer);

#endif
