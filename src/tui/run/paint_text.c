/* paint_text.c: pictures of what transformers are made of: texts, matrices of attention, heads and tokens layer by layer,
 * patches. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lrpscope/text.h"
#include "paint_work.h"
#include "printable.h"
#include "text.h"

static enum lrp_status no_memory(struct lrp_paint_work *w)
{
    return lrp_fail(&w->err, LRP_MEMORY, "not enough memory");
}

/* ---- what columns and rows stand for ---- */

bool lrp_marks_make(struct lrp_marks *marks, size_t count)
{
    marks->items = calloc(count + 1, sizeof *marks->items);
    if (marks->items) marks->count = count;
    return marks->items != NULL;
}

/* Ends of lines get a sign, what else cannot be shown too. */
char *lrp_mark_shown(const char *text)
{
    struct lrp_text out = {0};
    for (const char *at = text; *at; at++)
        if (*at == '\n')
            lrp_text_append(&out, "\u21b5");
        else
            lrp_text_append_n(&out, at, 1);
    char *whole = lrp_text_take(&out);
    if (whole) lrp_make_printable(whole, "");
    return whole;
}

/* A token reads as it does in the text; one without a reading as its number. */
static bool mark_token(struct lrp_mark *mark, const struct lrp_token_row *row)
{
    char number[24];
    snprintf(number, sizeof number, "%lld", (long long)row->id);
    *mark = (struct lrp_mark){.id = row->id, .joined = row->joined, .apart = row->apart};
    mark->text = lrp_mark_shown(*row->text ? row->text : number);
    return mark->text != NULL;
}

static bool mark_number(struct lrp_mark *mark, const char *format, int64_t a, int64_t b)
{
    char text[64];
    snprintf(text, sizeof text, format, (long long)a, (long long)b);
    mark->text = strdup(text);
    return mark->text != NULL;
}

static bool mark_map(struct lrp_marks *marks, const struct lrp_token_map *map, size_t from, size_t count)
{
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++)
        ok = i < map->count ? mark_token(&marks->items[from + i], &map->rows[i])
                            : mark_number(&marks->items[from + i], "pad", 0, 0);
    return ok;
}

static bool mark_patches(struct lrp_marks *marks, const struct lrp_patches *p)
{
    bool ok = true;
    for (int64_t i = 0; ok && i < (int64_t)marks->count; i++) {
        const int64_t at = i - p->in_front;
        ok = at < 0 ? mark_number(&marks->items[i], i ? "front %lld" : "class", i, 0)
                    : mark_number(&marks->items[i], "%lld,%lld", at / p->width, at % p->width);
    }
    return ok;
}

bool lrp_marks_tokens(struct lrp_marks *marks, const struct lrp_token_map *map, size_t skipped)
{
    bool ok = true;
    for (size_t i = 0; ok && i < marks->count && skipped + i < map->count; i++)
        ok = mark_token(&marks->items[i], &map->rows[skipped + i]);
    return ok;
}

/* ---- text ---- */

static enum lrp_status scale_map(struct lrp_paint_work *w, struct lrp_token_map *map)
{
    return lrp_token_map_scale(map, w->subject->token_scale ? w->subject->token_scale : "auto", &w->err);
}

/* A layer's relevance, or activation, in the place of the input's. */
static enum lrp_status take_layer(struct lrp_paint_work *w, struct lrp_token_map *map)
{
    float *sums = NULL;
    size_t count = 0;
    enum lrp_status status =
        lrp_snapshot_token_sums(w->snapshot, w->subject->layer, w->subject->show, w->subject->sample, &sums, &count, &w->err);
    for (size_t i = 0; !status && i < map->count; i++) map->rows[i].relevance = i < count ? sums[i] : 0;
    free(sums);
    return status;
}

static void put_values(struct lrp_paint_work *w, const struct lrp_token_map *map, size_t from)
{
    for (size_t i = 0; i < map->count; i++) {
        w->out->plane.values[from + i] = map->rows[i].relevance;
        if (isfinite(map->rows[i].relevance)) w->out->sum += (double)map->rows[i].relevance;
    }
}

/* One text, or two: what a decoder has written stands behind. */
static enum lrp_status put_texts(struct lrp_paint_work *w, const struct lrp_token_map *first,
                                 const struct lrp_token_map *second)
{
    struct lrp_painting *p = w->out;
    const size_t count = first->count + (second ? second->count : 0);
    const float most = second && second->most > first->most ? second->most : first->most;
    if (count == 0) return lrp_fail(&w->err, LRP_UNSUPPORTED, "there are no tokens");
    const enum lrp_status status = lrp_plane_new((int)count, 1, &p->plane, &w->err);
    if (status) return status;
    if (!lrp_marks_make(&p->across, count) || !mark_map(&p->across, first, 0, first->count) ||
        (second && !mark_map(&p->across, second, first->count, second->count)))
        return no_memory(w);
    put_values(w, first, 0);
    if (second) put_values(w, second, first->count);
    if (second) p->across.items[first->count].begins = true;
    p->range = (struct lrp_range){.low = -most, .high = most, .symmetric = true};
    snprintf(p->note, sizeof p->note, "%s%s%s", first->note, *first->note && second && *second->note ? "; " : "",
             second ? second->note : "");
    return LRP_OK;
}

enum lrp_status lrp_paint_text(struct lrp_paint_work *w)
{
    const int layer = w->snapshot->layers->rows[w->subject->layer].index ? w->subject->layer : 0;
    struct lrp_token_map map;
    enum lrp_status status = lrp_snapshot_tokens(w->snapshot, w->subject->sample, &map, &w->err);
    struct lrp_token_map *one = layer > 0 && map.decoder && w->snapshot->decoder[layer] ? map.decoder : &map;
    if (!status && layer > 0) status = take_layer(w, one);
    if (!status) status = scale_map(w, one);
    if (!status && map.decoder && one != map.decoder) status = scale_map(w, map.decoder);
    if (!status) status = put_texts(w, one, layer > 0 ? NULL : map.decoder);
    lrp_token_map_free(&map);
    return status;
}

/* ---- patches ---- */

enum lrp_status lrp_paint_patches(struct lrp_paint_work *w)
{
    struct lrp_painting *p = w->out;
    const struct lrp_patches *patches = &w->snapshot->patches[w->subject->layer];
    const struct lrp_plane *planes[] = {&p->plane};
    float *apart = calloc((size_t)patches->in_front + 1, sizeof *apart);
    enum lrp_status status = apart ? lrp_snapshot_patches(w->snapshot, w->subject->layer, w->subject->show, w->subject->sample,
                                                          &p->plane, apart, &w->err)
                                   : no_memory(w);
    if (!status) lrp_paint_range(planes, 1, p);
    size_t used = 0;
    for (int64_t i = 0; !status && i < patches->in_front && used < sizeof p->note; i++)
        used += (size_t)snprintf(p->note + used, sizeof p->note - used, i ? ", %.3g" : "class token %.3g, not in scale",
                                 (double)apart[i]);
    free(apart);
    return status;
}

/* ---- attention ---- */

/* What the rows or columns of a matrix stand for: tokens of one of the texts, patches, or nothing that is known. */
static bool mark_axis(struct lrp_paint_work *w, const struct lrp_token_map *map, bool decoder, size_t count,
                      struct lrp_marks *marks)
{
    const struct lrp_token_map *text = decoder && map->decoder ? map->decoder : map;
    const size_t length = (size_t)(decoder && map->decoder ? w->snapshot->decoder_count : w->snapshot->token_count);
    const struct lrp_patches *patches = NULL;
    for (size_t i = 0; !patches && i < w->snapshot->layers->count; i++) {
        const struct lrp_patches *p = &w->snapshot->patches[i];
        if (p->height && (size_t)(p->in_front + p->height * p->width) == count) patches = p;
    }
    if (text->count && length == count) return lrp_marks_make(marks, count) && mark_map(marks, text, 0, count);
    return !patches || (lrp_marks_make(marks, count) && mark_patches(marks, patches));
}

static enum lrp_status mark_matrix(struct lrp_paint_work *w)
{
    struct lrp_painting *p = w->out;
    const int softmax = w->subject->layer;
    const bool queries = w->snapshot->decoder[softmax], keys = queries && !lrp_snapshot_attends_across(w->snapshot, softmax);
    struct lrp_token_map map;
    enum lrp_status status = lrp_snapshot_tokens(w->snapshot, w->subject->sample, &map, &w->err);
    if (!status && (!mark_axis(w, &map, queries, (size_t)p->plane.height, &p->down) ||
                    !mark_axis(w, &map, keys, (size_t)p->plane.width, &p->across)))
        status = no_memory(w);
    lrp_token_map_free(&map);
    return status;
}

static double strength_of(const struct lrp_plane *plane)
{
    double sum = 0;
    for (size_t i = 0; i < (size_t)plane->width * (size_t)plane->height; i++)
        if (isfinite(plane->values[i])) sum += fabs((double)plane->values[i]);
    return sum;
}

enum lrp_status lrp_paint_attention(struct lrp_paint_work *w)
{
    const struct lrp_subject *s = w->subject;
    struct lrp_painting *p = w->out;
    const struct lrp_plane *planes[] = {&p->plane};
    int64_t heads = 0;
    enum lrp_status status = LRP_OK;
    /* how many there are tells the picture of all of them */
    status = lrp_snapshot_attention(w->snapshot, s->layer, s->show, s->sample, -1, &p->plane, &heads, &w->err);
    if (!status && s->channel >= 0) {
        p->channel = s->channel < heads ? s->channel : heads - 1;
        lrp_plane_free(&p->plane);
        status = lrp_snapshot_attention(w->snapshot, s->layer, s->show, s->sample, p->channel, &p->plane, NULL, &w->err);
    }
    p->channels = heads;
    p->strength = status ? 0 : strength_of(&p->plane);
    if (!status) lrp_paint_range(planes, 1, p);
    return status ? status : mark_matrix(w);
}

/* ---- all layers together ---- */

static bool mark_layers(struct lrp_paint_work *w, const struct lrp_breakdown *b)
{
    bool ok = lrp_marks_make(&w->out->down, b->rows);
    for (size_t i = 0; ok && i < b->rows; i++) {
        w->out->down.items[i] = (struct lrp_mark){.id = b->layers[i], .numbered = true};
        w->out->down.items[i].text = strdup(w->snapshot->layers->rows[b->layers[i]].name);
        ok = w->out->down.items[i].text != NULL;
    }
    return ok;
}

/* Columns that are not in the scale do not make it. */
static enum lrp_status range_without(struct lrp_paint_work *w)
{
    struct lrp_painting *p = w->out;
    struct lrp_plane copy = {0};
    const struct lrp_plane *planes[] = {&copy};
    const enum lrp_status status = lrp_plane_new(p->plane.width, p->plane.height, &copy, &w->err);
    if (status) return status;
    for (int y = 0; y < copy.height; y++)
        for (int x = 0; x < copy.width; x++) {
            const size_t at = (size_t)y * (size_t)copy.width + (size_t)x;
            copy.values[at] = (size_t)x < p->across.count && p->across.items[x].apart ? lrp_blank() : p->plane.values[at];
        }
    lrp_paint_range(planes, 1, p);
    lrp_plane_free(&copy);
    return LRP_OK;
}

static enum lrp_status put_breakdown(struct lrp_paint_work *w, const struct lrp_breakdown *b)
{
    if (b->rows == 0)
        return lrp_fail(&w->err, LRP_UNSUPPORTED, "no layer's relevance can be told apart so: it has not been computed");
    const enum lrp_status status = lrp_plane_new((int)b->columns, (int)b->rows, &w->out->plane, &w->err);
    if (status) return status;
    memcpy(w->out->plane.values, b->values, b->rows * b->columns * sizeof *b->values);
    if (!mark_layers(w, b)) return no_memory(w);
    return range_without(w);
}

enum lrp_status lrp_paint_heads(struct lrp_paint_work *w)
{
    struct lrp_breakdown b;
    enum lrp_status status = lrp_snapshot_breakdown(w->snapshot, LRP_BREAKDOWN_HEADS, NULL, w->subject->sample, &b, &w->err);
    bool ok = status || lrp_marks_make(&w->out->across, b.columns);
    for (size_t i = 0; !status && ok && i < b.columns; i++) ok = mark_number(&w->out->across.items[i], "%lld", (int64_t)i, 0);
    if (!ok) status = no_memory(w);
    if (!status) status = put_breakdown(w, &b);
    lrp_breakdown_free(&b);
    return status;
}

enum lrp_status lrp_paint_layers(struct lrp_paint_work *w)
{
    struct lrp_breakdown b = {.rows = 0};
    struct lrp_token_map map;
    enum lrp_status status = lrp_snapshot_tokens(w->snapshot, w->subject->sample, &map, &w->err);
    if (!status) status = scale_map(w, &map);
    if (!status) status = lrp_snapshot_breakdown(w->snapshot, LRP_BREAKDOWN_TOKENS, &map, w->subject->sample, &b, &w->err);
    if (!status && (!lrp_marks_make(&w->out->across, b.columns) || !mark_map(&w->out->across, &map, 0, b.columns)))
        status = no_memory(w);
    if (!status) snprintf(w->out->note, sizeof w->out->note, "%s", map.note);
    if (!status) status = put_breakdown(w, &b);
    lrp_breakdown_free(&b);
    lrp_token_map_free(&map);
    return status;
}
