/* paint.h: making the pictures of the preview from snapshots, in a thread of its own where a terminal waits for keys. */
#ifndef LRP_TUI_PAINT_H
#define LRP_TUI_PAINT_H

#include "app.h"

/* Makes a painting of a subject from a snapshot; with a reason instead of planes where there is nothing to show. `stored`: what
 * is compared with, or NULL. Called without a lock, from any thread. */
typedef void lrp_paint_fn(const struct lrp_caps *caps, const struct lrp_subject *subject, const struct lrp_snapshot *snapshot,
                          const struct lrp_snapshot *stored, struct lrp_painting *out);
lrp_paint_fn lrp_paint;

/* A thread that paints, one after the other, what is asked for; only the latest is wanted. Functions are for the main thread.
 */
struct lrp_paint_thread;
/* A byte is written into wake_fd whenever a painting is done. NULL: no thread can be started. */
struct lrp_paint_thread *lrp_paint_thread_new(lrp_paint_fn *paint, int wake_fd);
/* Waits for the painting that is being made. NULL is fine. */
void lrp_paint_thread_free(struct lrp_paint_thread *p);
/* What was asked for before and was not taken yet is forgotten, also while it is being painted. */
void lrp_paint_thread_ask(struct lrp_paint_thread *p, const struct lrp_caps *caps, const struct lrp_subject *subject,
                          const struct lrp_snapshot *snapshot, const struct lrp_snapshot *stored);
/* The finished painting of what was asked for last, once (handed over); false if there is none (yet): never one of an earlier
 * request. */
bool lrp_paint_thread_take(struct lrp_paint_thread *p, struct lrp_painting *out);
bool lrp_paint_thread_busy(struct lrp_paint_thread *p);

/* The stored snapshot's layer of the name that a layer has now (numbers change with canonization); -1: none. */
int lrp_stored_layer(const struct lrp_snapshot *stored, const struct lrp_snapshot *snapshot, int layer);

#endif
