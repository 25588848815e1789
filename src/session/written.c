/* written.c: what a session knows of the text it was given. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory");
}

static enum lrp_status copy_places(const struct lrp_encoding *from, struct lrp_encoding *to, struct lrp_error *err)
{
    if (from->count == 0) return LRP_OK;
    to->items = calloc(from->count, sizeof *to->items);
    if (!to->items) return no_memory(err);
    memcpy(to->items, from->items, from->count * sizeof *to->items);
    to->count = from->count;
    for (size_t i = 0; i < to->count; i++) to->items[i].token = ""; /* their places are what is asked for */
    return LRP_OK;
}

enum lrp_status lrp_written_new(const struct lrp_sequence *s, struct lrp_written **out, struct lrp_error *err)
{
    struct lrp_written *w = calloc(1, sizeof *w);
    if (!w) return no_memory(err);
    w->references = 1;
    w->count = s->count;
    w->decoder_count = s->decoder_count;
    enum lrp_status status = s->text ? copy_places(&s->encoding, &w->encoding, err) : LRP_OK;
    if (!status) status = copy_places(&s->decoder_encoding, &w->decoder_encoding, err);
    if (!status)
        *out = w;
    else
        lrp_written_release(w);
    return status;
}

struct lrp_written *lrp_written_retain(struct lrp_written *w)
{
    if (w) __atomic_add_fetch(&w->references, 1, __ATOMIC_RELAXED);
    return w;
}

void lrp_written_release(struct lrp_written *w)
{
    if (!w || __atomic_sub_fetch(&w->references, 1, __ATOMIC_ACQ_REL) > 0) return;
    lrp_encoding_free(&w->encoding);
    lrp_encoding_free(&w->decoder_encoding);
    free(w);
}
