/* lanes.c: many inputs, several at a time (lanes.h). As many threads as there are CPUs take the turns in order; each computes
 * its turn in a session that is free, which it leaves to whoever takes the results, and goes on in another. There are more
 * sessions than threads, so that a turn which takes long (another program has the CPU) holds nobody up; they are opened as they
 * are wanted, and the one given back last is taken first: what it works on is still in the caches. */
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

/* A session, and the turn it is used for. */
struct seat {
    struct lrp_session *session; /* owned; NULL: not opened yet */
    bool ready;                  /* its turn is done; under the lock */
    enum lrp_status status;
    struct lrp_error err; /* of the turn that is ready */
};
struct lrp_lanes {
    pthread_mutex_t lock;
    pthread_cond_t done; /* the turn that is waited for */
    pthread_cond_t room; /* a seat is free, or all is over */
    size_t turns;        /* in all */
    size_t begun;        /* turns before this one have a seat, or had one */
    size_t given_back;   /* turns before this one are done with */
    size_t awaited;      /* the one that is waited for; others wake nobody */
    size_t waiting;      /* threads without a seat */
    bool over;
    enum lrp_want want;
    lrp_lane_prepare *prepare;
    void *data;
    struct lrp_session *trunk; /* borrowed */
    struct seat *seats, **seat_of /* by turn, modulo their number */, **free;
    size_t seat_count, free_count;
    struct lrp_thread **threads; /* NULL: could not be started */
    size_t thread_count;
};

/* ---- a thread of turns ---- */

/* The next turn, and a seat for it. NULL: there is nothing more to do. */
static struct seat *begin_turn(struct lrp_lanes *l, size_t *turn)
{
    struct seat *seat = NULL;
    pthread_mutex_lock(&l->lock);
    while (!l->over && l->begun < l->turns && !l->free_count) {
        l->waiting++;
        pthread_cond_wait(&l->room, &l->lock);
        l->waiting--;
    }
    if (!l->over && l->begun < l->turns) {
        seat = l->free[--l->free_count];
        seat->ready = false;
        *turn = l->begun++;
        l->seat_of[*turn % l->seat_count] = seat;
    }
    pthread_mutex_unlock(&l->lock);
    return seat;
}

static void end_turn(struct lrp_lanes *l, struct seat *seat, size_t turn, enum lrp_status status, const struct lrp_error *err)
{
    pthread_mutex_lock(&l->lock);
    seat->status = status;
    seat->err = *err;
    seat->ready = true;
    if (turn == l->awaited) pthread_cond_signal(&l->done);
    pthread_mutex_unlock(&l->lock);
}

static enum lrp_status run_turn(struct lrp_lanes *l, struct seat *seat, size_t turn, struct lrp_error *err)
{
    struct lrp_session *opened = NULL;
    enum lrp_status status = seat->session ? LRP_OK : lrp_session_branch(l->trunk, &opened, err);
    if (status) return status;
    if (opened) {
        pthread_mutex_lock(&l->lock); /* whoever ends all of them reads it */
        seat->session = opened;
        pthread_mutex_unlock(&l->lock);
    }
    status = l->prepare(l->data, seat->session, turn, err);
    if (!status && !opened) status = lrp_session_forget(seat->session, err);
    if (!status) lrp_session_run(seat->session, l->want, NULL); /* whoever takes it runs it again, and meets the error */
    return status;
}

static void *lane_main(void *data)
{
    struct lrp_lanes *l = data;
    struct seat *seat;
    size_t turn;
    while ((seat = begin_turn(l, &turn))) {
        struct lrp_error err = {0};
        const enum lrp_status status = run_turn(l, seat, turn, &err);
        end_turn(l, seat, turn, status, &err);
    }
    return NULL;
}

/* ---- for the one who takes ---- */

/* How many sessions fit, of those that are wanted. 0: several passes at a time are not worth it. */
static size_t count_seats(const struct lrp_session *s, size_t wanted)
{
    const struct lrp_layer_list *list = &s->setup->network->view->list;
    const char *text = lrp_settings_get(s->setup->settings, LRP_SETTING_MEMORY);
    uint64_t limit;
    if (s->setup->settings->plugins || list->macs > MOST_MACS || list->activation_bytes > MOST_ACTIVATIONS ||
        list->parameters > MOST_PARAMETERS)
        return 0;
    for (size_t i = 1; i < list->count; i++)
        if (list->rows[i].shape_pending) return 0; /* of unknown size */
    const uint64_t each = 8 * (uint64_t)list->activation_bytes + 12 * (uint64_t)list->parameters;
    if (!*text || !each) return wanted;
    if (!lrp_parse_bytes(text, &limit)) return 0;
    return limit / each < wanted ? (size_t)(limit / each) : wanted;
}

static bool start_threads(struct lrp_lanes *l)
{
    bool all = true;
    for (size_t i = 0; all && i < l->thread_count; i++) {
        l->threads[i] = lrp_thread_start_equal(lane_main, l);
        all = l->threads[i] != NULL;
    }
    return all;
}

static bool allocate_seats(struct lrp_lanes *l)
{
    l->seats = calloc(l->seat_count, sizeof *l->seats);
    l->seat_of = calloc(l->seat_count, sizeof *l->seat_of);
    l->free = calloc(l->seat_count, sizeof *l->free);
    l->threads = calloc(l->thread_count, sizeof *l->threads);
    if (!l->seats || !l->seat_of || !l->free || !l->threads) return false;
    for (l->free_count = 0; l->free_count < l->seat_count; l->free_count++)
        l->free[l->free_count] = &l->seats[l->seat_count - 1 - l->free_count];
    return true;
}

enum lrp_status lrp_lanes_new(struct lrp_session *session, size_t turns, enum lrp_want want, lrp_lane_prepare *prepare,
                              void *data, struct lrp_lanes **out, struct lrp_error *err)
{
    const size_t threads = (size_t)lrp_session_threads(session), least = threads + 1 < turns ? threads + 1 : turns;
    *out = NULL;
    if (turns < LEAST_TURNS || threads < 2) return LRP_OK;
    const size_t seats = count_seats(session, 2 * threads < turns ? 2 * threads : turns);
    if (seats < least) return LRP_OK;
    struct lrp_lanes *l = calloc(1, sizeof *l);
    if (!l) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    *l = (struct lrp_lanes){.turns = turns, .want = want, .prepare = prepare, .data = data, .trunk = session};
    l->seat_count = seats;
    l->thread_count = threads < turns ? threads : turns;
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->done, NULL);
    pthread_cond_init(&l->room, NULL);
    const bool there = allocate_seats(l);
    if (there && start_threads(l)) {
        *out = l;
        return LRP_OK;
    }
    lrp_lanes_free(l); /* where threads are not to be had, one after the other does it */
    return there ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

/* The turn before is done with: its seat is the threads' again. */
static void give_back(struct lrp_lanes *l, size_t turn)
{
    for (; l->given_back < turn; l->given_back++) l->free[l->free_count++] = l->seat_of[l->given_back % l->seat_count];
    if (l->waiting) pthread_cond_signal(&l->room);
}

enum lrp_status lrp_lanes_take(struct lrp_lanes *lanes, size_t turn, struct lrp_session **out, struct lrp_error *err)
{
    pthread_mutex_lock(&lanes->lock);
    give_back(lanes, turn);
    lanes->awaited = turn;
    while (lanes->begun <= turn || !lanes->seat_of[turn % lanes->seat_count]->ready)
        pthread_cond_wait(&lanes->done, &lanes->lock);
    const struct seat *seat = lanes->seat_of[turn % lanes->seat_count];
    const enum lrp_status status = seat->status;
    if (status && err) *err = seat->err;
    pthread_mutex_unlock(&lanes->lock);
    *out = seat->session ? seat->session : lanes->trunk; /* it could not be opened: the error says so */
    return status;
}

void lrp_lanes_free(struct lrp_lanes *lanes)
{
    if (!lanes) return;
    pthread_mutex_lock(&lanes->lock);
    lanes->over = true;
    pthread_cond_broadcast(&lanes->room);
    for (size_t i = 0; lanes->seats && i < lanes->seat_count; i++)
        if (lanes->seats[i].session) lrp_session_cancel(lanes->seats[i].session);
    pthread_mutex_unlock(&lanes->lock);
    for (size_t i = 0; lanes->threads && i < lanes->thread_count; i++) lrp_thread_join(lanes->threads[i]);
    for (size_t i = 0; lanes->seats && i < lanes->seat_count; i++) lrp_session_free(lanes->seats[i].session);
    free(lanes->seats);
    free(lanes->seat_of);
    free(lanes->free);
    free(lanes->threads);
    pthread_mutex_destroy(&lanes->lock);
    pthread_cond_destroy(&lanes->done);
    pthread_cond_destroy(&lanes->room);
    free(lanes);
}
