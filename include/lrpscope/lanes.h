/* lanes.h: many inputs, several at a time: sessions on one model that run ahead of who takes their results, which is in order.
 *
 *     struct lrp_lanes *lanes;
 *     lrp_lanes_new(session, count, LRP_WANT_RELEVANCE, set_input, data, &lanes, &err);
 *     for (size_t i = 0; lanes && i < count; i++) {
 *         struct lrp_session *lane;
 *         lrp_lanes_take(lanes, i, &lane, &err);
 *         lrp_session_run(lane, LRP_WANT_RELEVANCE, &err);
 *         ... as with any session: its pass is done already ...
 *     }
 *     lrp_lanes_free(lanes);
 */
#ifndef LRPSCOPE_LANES_H
#define LRPSCOPE_LANES_H

#include <stddef.h>

#include "lrpscope/session.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Sessions that share a model and settings, each with a thread of its own on which passes run alone: loops of small networks
 * are too short to be shared out. Used by one thread. */
struct lrp_lanes;
/* Sets the inputs of a turn in a session. Called on a lane's thread, several at once: it may only read from `data`. */
typedef enum lrp_status lrp_lane_prepare(void *data, struct lrp_session *lane, size_t turn, struct lrp_error *err);
/* Begins with the first of so many turns (0, 1, ...). `session`: whose model and settings they share; it must outlive them,
 * keep its settings, and interrupting it interrupts all. As many turns are computed at a time as the session has threads. *out
 * stays NULL where one after the other is better: few turns, one thread, a network that fills all threads by itself or several
 * of which would not fit into memory, plugins (which need not be ready for threads). Errors: LRP_MEMORY. */
enum lrp_status lrp_lanes_new(struct lrp_session *session, size_t turns, enum lrp_want want, lrp_lane_prepare *prepare,
                              void *data, struct lrp_lanes **out, struct lrp_error *err);
/* Waits for a turn; they are taken in order. *out (borrowed) is a session with its inputs set, in which the pass was run: what
 * the pass failed for is met again when it is run. It is the caller's until the next turn is taken. Errors: of `prepare`;
 * LRP_MEMORY where another session cannot be opened. */
enum lrp_status lrp_lanes_take(struct lrp_lanes *lanes, size_t turn, struct lrp_session **out, struct lrp_error *err);
/* Stops what runs. NULL is fine. */
void lrp_lanes_free(struct lrp_lanes *lanes);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
