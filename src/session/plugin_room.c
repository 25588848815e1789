/* plugin_room.c: what a plugin writes into, rooms with a guard behind each, and what it only reads, copies: one that writes
 * elsewhere is named instead of ending the program, or changing numbers, somewhere else. */
#include <stdlib.h>
#include <string.h>

#include "lrpscope/session.h"
#include "plugin.h"

struct lrp_plugin_array lrp_plugin_array_of(const struct lrp_tensor *t)
{
    struct lrp_plugin_array a = {0};
    if (!t || !lrp_dtype_is_float(t->dtype)) return a;
    a = (struct lrp_plugin_array){.rank = t->shape.rank, .count = t->count, .data = t->f};
    memcpy(a.dim, t->shape.dim, sizeof a.dim);
    return a;
}

static _Thread_local const char *running;

void lrp_plugin_enter(const char *path)
{
    running = path;
}

void lrp_plugin_leave(void)
{
    running = NULL;
}

const char *lrp_plugin_running(void)
{
    return running;
}

bool lrp_plugin_lend(const struct lrp_tensor *const *tensors, int count, struct lrp_plugin_array *arrays, float **lent)
{
    bool ok = true;
    memset(lent, 0, (size_t)count * sizeof *lent);
    for (int i = 0; i < count && ok; i++) {
        arrays[i] = lrp_plugin_array_of(tensors[i]);
        if (!arrays[i].data) continue;
        lent[i] = malloc(tensors[i]->count * sizeof **lent + 1);
        ok = lent[i] != NULL;
        if (ok) memcpy(lent[i], tensors[i]->f, tensors[i]->count * sizeof **lent);
        arrays[i].data = lent[i];
    }
    if (!ok) lrp_plugin_take_back(tensors, count, lent);
    return ok;
}

bool lrp_plugin_take_back(const struct lrp_tensor *const *tensors, int count, float **lent)
{
    bool whole = true;
    for (int i = 0; i < count; i++) {
        if (lent[i]) whole &= memcmp(lent[i], tensors[i]->f, tensors[i]->count * sizeof **lent) == 0;
        free(lent[i]);
        lent[i] = NULL;
    }
    return whole;
}

static const unsigned char mark = 0xA5;
enum { LEAST_GUARD = 16384 }; /* elements */

bool lrp_plugin_rooms_new(struct lrp_plugin_room *rooms, struct lrp_tensor *const *tensors, int count, size_t guard)
{
    bool ok = true;
    memset(rooms, 0, (size_t)count * sizeof *rooms);
    for (int i = 0; i < count && ok; i++) {
        const struct lrp_tensor *t = tensors[i];
        if (!t || !lrp_dtype_is_float(t->dtype)) continue;
        rooms[i].guard = guard > LEAST_GUARD ? guard : LEAST_GUARD;
        rooms[i].f = malloc((t->count + rooms[i].guard) * sizeof *rooms[i].f);
        ok = rooms[i].f != NULL;
        if (!ok) continue;
        memcpy(rooms[i].f, t->f, t->count * sizeof *t->f);
        memset(rooms[i].f + t->count, mark, rooms[i].guard * sizeof *t->f);
    }
    if (!ok) lrp_plugin_rooms_close(rooms, NULL, count);
    return ok;
}

static bool is_whole(const struct lrp_plugin_room *room, size_t count)
{
    const unsigned char *const guard = (const unsigned char *)(room->f + count);
    const size_t bytes = room->guard * sizeof *room->f;
    return guard[0] == mark && memcmp(guard, guard + 1, bytes - 1) == 0;
}

bool lrp_plugin_rooms_close(struct lrp_plugin_room *rooms, struct lrp_tensor *const *tensors, int count)
{
    bool whole = true;
    for (int i = 0; i < count; i++) {
        if (rooms[i].f && tensors) {
            whole &= is_whole(&rooms[i], tensors[i]->count);
            memcpy(tensors[i]->f, rooms[i].f, tensors[i]->count * sizeof *rooms[i].f);
        }
        free(rooms[i].f);
        rooms[i].f = NULL;
    }
    return whole;
}
