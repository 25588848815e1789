/* lanes.c: many inputs, several at a time (lanes.h). Lane k has the turns k, k + lanes, ...: it computes one, waits until it
 * was taken and given back, and goes on. There is one lane more than threads: while one turn is looked at, all have work. */
#include "lrpscope/lanes.h"

#include <pthread.h>
#include <stdlib.h>

#include "internal.h"
#include "text.h"

enum { LEAST_TURNS = 2 };
/* Beyond these a network's own loops fill the threads, or several passes at a time do not fit into caches and memory. */
#define MOST_MACS ((int64_t)1 << 30)
#define MOST_ACTIVATIONS ((size_t)64 << 20)
#define MOST_PARAMETERS ((int64_t)32 << 20)

struct lane {
    struct lrp_lanes *lanes;
    struct lrp_session *session; /* owned */
    struct lrp_thread *thread;   /* NULL: could not be started */
    pthread_cond_t wake;         /* its last turn was given back, or all is over */
    size_t first;
    size_t ready; /* turns before this one are done; under the lock */
    enum lrp_status status;
    struct lrp_error err; /* of the turn that is ready */
};
struct lrp_lanes {
    pthread_mutex_t lock;
    pthread_cond_t done;      /* a turn is */
    size_t turns, given_back; /* turns before this one are the lanes' again */
    size_t awaited;           /* the one that is waited for; others wake nobody */
    bool over;
    enum lrp_want want;
    lrp_lane_prepare *prepare;
    void *data;
    struct lane *items;
    size_t count;
};

/* ---- a lane's thread ---- */

/* False: there is nothing more to do. */
static bool begin_turn(struct lane *lane, size_t turn)
{
    struct lrp_lanes *l = lane->lanes;
    pthread_mutex_lock(&l->lock);
    while (!l->over && turn >= l->count && turn - l->count >= l->given_back) pthread_cond_wait(&lane->wake, &l->lock);
    const bool goes_on = !l->over;
    pthread_mutex_unlock(&l->lock);
    return goes_on;
}

static void end_turn(struct lane *lane, size_t turn, enum lrp_status status, const struct lrp_error *err)
{
    struct lrp_lanes *l = lane->lanes;
    pthread_mutex_lock(&l->lock);
    lane->status = status;
    lane->err = *err;
    lane->ready = turn + 1;
    if (turn == l->awaited) pthread_cond_signal(&l->done);
    pthread_mutex_unlock(&l->lock);
}

static void *lane_main(void *data)
{
    struct lane *lane = data;
    struct lrp_lanes *l = lane->lanes;
    for (size_t turn = lane->first; turn < l->turns && begin_turn(lane, turn); turn += l->count) {
        struct lrp_error err = {0};
        enum lrp_status status = l->prepare(l->data, lane->session, turn, &err);
        if (!status && turn != lane->first) status = lrp_session_forget(lane->session, &err);
        if (!status) lrp_session_run(lane->session, l->want, NULL); /* whoever takes it runs it again, and meets the error */
        end_turn(lane, turn, status, &err);
    }
    return NULL;
}

/* ---- for the one who takes ---- */

/* Whether several passes at a time are worth it, and fit. */
static bool is_small(const struct lrp_session *s, size_t passes)
{
    const struct lrp_layer_list *list = &s->setup->network->view->list;
    const char *text = lrp_settings_get(s->setup->settings, LRP_SETTING_MEMORY);
    uint64_t limit;
    if (s->setup->settings->plugins || list->macs > MOST_MACS || list->activation_bytes > MOST_ACTIVATIONS ||
        list->parameters > MOST_PARAMETERS)
        return false;
    for (size_t i = 1; i < list->count; i++)
        if (list->rows[i].shape_pending) return false; /* of unknown size */
    const uint64_t each = 8 * (uint64_t)list->activation_bytes + 12 * (uint64_t)list->parameters;
    return !*text || (lrp_parse_bytes(text, &limit) && each <= limit / passes);
}

static enum lrp_status start_lane(struct lrp_lanes *l, struct lrp_session *session, size_t index, struct lrp_error *err)
{
    struct lane *lane = &l->items[index];
    *lane = (struct lane){.lanes = l, .first = index};
    pthread_cond_init(&lane->wake, NULL);
    return lrp_session_branch(session, &lane->session, err);
}

enum lrp_status lrp_lanes_new(struct lrp_session *session, size_t turns, enum lrp_want want, lrp_lane_prepare *prepare,
                              void *data, struct lrp_lanes **out, struct lrp_error *err)
{
    const int threads = lrp_session_threads(session);
    const size_t wanted = (size_t)threads + 1 < turns ? (size_t)threads + 1 : turns;
    *out = NULL;
    if (turns < LEAST_TURNS || threads < 2 || !is_small(session, wanted)) return LRP_OK;
    struct lrp_lanes *l = calloc(1, sizeof *l);
    if (!l) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    *l = (struct lrp_lanes){.turns = turns, .want = want, .prepare = prepare, .data = data, .count = wanted};
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->done, NULL);
    l->items = calloc(wanted, sizeof *l->items);
    enum lrp_status status = l->items ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; !status && i < wanted; i++) status = start_lane(l, session, i, err);
    bool all = !status;
    for (size_t i = 0; all && i < wanted; i++) {
        l->items[i].thread = lrp_thread_start_equal(lane_main, &l->items[i]);
        all = l->items[i].thread != NULL;
    }
    if (all)
        *out = l;
    else
        lrp_lanes_free(l); /* where threads are not to be had, one after the other does it */
    return status;
}

enum lrp_status lrp_lanes_take(struct lrp_lanes *lanes, size_t turn, struct lrp_session **out, struct lrp_error *err)
{
    struct lane *lane = &lanes->items[turn % lanes->count];
    pthread_mutex_lock(&lanes->lock);
    lanes->given_back = lanes->awaited = turn;
    if (turn) pthread_cond_signal(&lanes->items[(turn - 1) % lanes->count].wake);
    while (lane->ready <= turn) pthread_cond_wait(&lanes->done, &lanes->lock);
    const enum lrp_status status = lane->status;
    if (status && err) *err = lane->err;
    pthread_mutex_unlock(&lanes->lock);
    *out = lane->session;
    return status;
}

void lrp_lanes_free(struct lrp_lanes *lanes)
{
    if (!lanes) return;
    pthread_mutex_lock(&lanes->lock);
    lanes->over = true;
    for (size_t i = 0; lanes->items && i < lanes->count; i++)
        if (lanes->items[i].thread) pthread_cond_signal(&lanes->items[i].wake);
    pthread_mutex_unlock(&lanes->lock);
    for (size_t i = 0; lanes->items && i < lanes->count; i++)
        if (lanes->items[i].session) lrp_session_cancel(lanes->items[i].session);
    for (size_t i = 0; lanes->items && i < lanes->count; i++) lrp_thread_join(lanes->items[i].thread);
    for (size_t i = 0; lanes->items && i < lanes->count; i++) {
        lrp_session_free(lanes->items[i].session);
        if (lanes->items[i].lanes) pthread_cond_destroy(&lanes->items[i].wake);
    }
    free(lanes->items);
    pthread_mutex_destroy(&lanes->lock);
    pthread_cond_destroy(&lanes->done);
    free(lanes);
}
