/* token_map.c: the relevance of the tokens of a sample, and which of them the colours are made for. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "text.h"

/* A first or special token beyond this many times the next largest is left out of the scale. */
#define SINK 5

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory");
}

/* ---- rows ---- */

/* One sample's row of (samples, tokens), in a tensor that may hold one only. */
static size_t row_of(const struct lrp_tensor *t, size_t sample)
{
    const size_t length = (size_t)t->shape.dim[t->shape.rank - 1];
    const size_t rows = length ? t->count / length : 0;
    return (sample < rows ? sample : 0) * length;
}

static char *reading(const struct lrp_tokenizer *t, int64_t id)
{
    char *text = t ? lrp_tokenizer_read(t, id) : NULL;
    return text ? text : strdup("");
}

/* Ids that a template puts round a text are those of an empty one. */
static bool is_template(const struct lrp_encoding *empty, int64_t id)
{
    for (size_t i = 0; i < empty->count; i++)
        if (empty->items[i].id == id) return true;
    return false;
}

/* Where tokens of an input come from: a text, whose tokens are known with their places, or ids alone. */
struct token_origin {
    const struct lrp_tokenizer *tokenizer;
    const struct lrp_encoding *encoding; /* without items: ids alone */
    size_t in_front;                     /* tokens before the first of it */
    size_t count;                        /* all of them: padding follows; 0: all that are there */
};

static const struct lrp_token *token_at(const struct token_origin *from, size_t i)
{
    const bool known = from->encoding && i >= from->in_front && i - from->in_front < from->encoding->count;
    return known ? &from->encoding->items[i - from->in_front] : NULL;
}

/* Tokens that stand in the text are joined where it has no blank between them; of others their marks tell: ## before what goes
 * on, or, in vocabularies that write blanks, none before it. */
static void join_tokens(struct lrp_token_map *map, const struct token_origin *from)
{
    bool blanks = false;
    for (size_t i = 0; i < map->count; i++) blanks |= map->rows[i].text[0] == ' ';
    for (size_t i = 1; i < map->count; i++) {
        struct lrp_token_row *row = &map->rows[i];
        const struct lrp_token_row *before = &map->rows[i - 1];
        const char *mark = from->tokenizer ? lrp_tokenizer_token(from->tokenizer, row->id) : NULL;
        const bool places = row->end > row->start && before->end > before->start && row->second == before->second;
        row->joined = places ? row->start == before->end && row->text[0] != ' '
                             : (mark && strncmp(mark, "##", 2) == 0) ||
                                   (blanks && row->text[0] != ' ' && !row->special && !before->special);
    }
}

static bool fill(struct lrp_token_map *map, const struct token_origin *from, const struct lrp_tensor *ids,
                 const struct lrp_tensor *relevance, size_t sample)
{
    const size_t first = row_of(ids, sample);
    struct lrp_encoding empty = {0};
    if (from->tokenizer && lrp_tokenizer_encode(from->tokenizer, "", NULL, &empty, NULL)) empty = (struct lrp_encoding){0};
    bool ok = true;
    for (size_t i = 0; i < map->count; i++) {
        struct lrp_token_row *row = &map->rows[i];
        const struct lrp_token *token = token_at(from, i);
        *row = (struct lrp_token_row){.id = ids->i[first + i], .text = reading(from->tokenizer, ids->i[first + i])};
        row->special = token ? token->special : i < from->in_front || is_template(&empty, row->id);
        if (token) row->start = token->start;
        if (token) row->end = token->end;
        row->second = token && token->second;
        if (relevance) row->relevance = relevance->f[row_of(relevance, sample) + i];
        ok &= row->text != NULL;
    }
    lrp_encoding_free(&empty);
    if (ok) join_tokens(map, from);
    return ok;
}

/* ---- the scale ---- */

static float magnitude(const struct lrp_token_row *row)
{
    return isfinite(row->relevance) ? fabsf(row->relevance) : 0;
}

static bool may_be_sink(const struct lrp_token_row *rows, size_t i)
{
    return i == 0 || rows[i].special;
}

/* In causal models the first token often takes most of the relevance: the others would have no colour beside it. */
static float make_scale(struct lrp_token_row *rows, size_t count, const char *which)
{
    float next = 0, most = 0;
    for (size_t i = 0; i < count; i++)
        if (!may_be_sink(rows, i)) next = fmaxf(next, magnitude(&rows[i]));
    for (size_t i = 0; i < count; i++) {
        struct lrp_token_row *row = &rows[i];
        row->apart = may_be_sink(rows, i) && next > 0 && strcmp(which, "all") != 0 &&
                     (strcmp(which, "text") == 0 || magnitude(row) > SINK * next);
        if (!row->apart) most = fmaxf(most, magnitude(row));
    }
    return most;
}

static char *note_of(const struct lrp_token_row *rows, size_t count)
{
    struct lrp_text text = {0};
    double all = 0;
    for (size_t i = 0; i < count; i++) all += (double)magnitude(&rows[i]);
    for (size_t i = 0; i < count; i++) {
        const struct lrp_token_row *row = &rows[i];
        if (!row->apart || all <= 0) continue;
        if (text.length) lrp_text_append(&text, ", ");
        if (i == 0)
            lrp_text_append(&text, "first token");
        else
            lrp_text_printf(&text, "token %zu %s", i, row->text);
        lrp_text_printf(&text, " %.0f %%", 100 * (double)magnitude(row) / all);
    }
    if (text.length) lrp_text_append(&text, ", not in scale");
    return lrp_text_take(&text);
}

enum lrp_status lrp_token_map_scale(struct lrp_token_map *map, const char *which, struct lrp_error *err)
{
    struct lrp_token_row *rows = map->groups ? map->groups : map->rows;
    const size_t count = map->groups ? map->group_count : map->count;
    map->most = make_scale(rows, count, which);
    free(map->note);
    map->note = note_of(rows, count);
    return map->note ? LRP_OK : no_memory(err);
}

/* ---- making one ---- */

/* What is known of an input of that name (row-major, borrowed from the snapshot); NULL: nothing. */
static const struct lrp_tensor *input_tensor(const struct lrp_snapshot *s, const char *name, bool relevance)
{
    for (size_t i = 0; i < s->input_count; i++)
        if (strcmp(s->inputs[i].name, name) == 0)
            return lrp_result_tensor(relevance ? s->inputs[i].relevance : s->inputs[i].activation);
    return NULL;
}

static enum lrp_status map_input(const struct lrp_snapshot *s, const char *name, const struct token_origin *from, size_t sample,
                                 struct lrp_token_map *out, struct lrp_error *err)
{
    const struct lrp_tensor *ids = input_tensor(s, name, false), *relevance = input_tensor(s, name, true);
    const bool usable = ids && !lrp_dtype_is_float(ids->dtype) && ids->shape.rank > 0 && ids->count > 0 &&
                        (!relevance || relevance->count == ids->count);
    if (!usable) return lrp_token_map_scale(out, "auto", err);
    const size_t length = (size_t)ids->shape.dim[ids->shape.rank - 1];
    const size_t count = from->count && from->count < length ? from->count : length;
    out->rows = calloc(count + 1, sizeof *out->rows);
    if (!out->rows) return no_memory(err);
    out->count = count;
    if (!fill(out, from, ids, relevance, sample)) return no_memory(err);
    return lrp_token_map_scale(out, "auto", err);
}

/* What the decoder has written is a text of its own, behind the token that texts start with. */
static enum lrp_status map_decoder(const struct lrp_snapshot *s, const char *name, size_t sample, struct lrp_token_map *out,
                                   struct lrp_error *err)
{
    const struct lrp_snapshot_box *box = lrp_snapshot_box(s);
    const struct lrp_written *w = box->written;
    const struct token_origin from = {.tokenizer = box->setup->tokenizer,
                                      .encoding = w ? &w->decoder_encoding : NULL,
                                      .in_front = w && w->decoder_count ? 1 : 0,
                                      .count = w ? w->decoder_count : 0};
    out->decoder = calloc(1, sizeof *out->decoder);
    if (!out->decoder) return no_memory(err);
    out->decoder->options = out->options;
    return map_input(s, name, &from, sample, out->decoder, err);
}

enum lrp_status lrp_snapshot_tokens(const struct lrp_snapshot *snapshot, int64_t sample, struct lrp_token_map *out,
                                    struct lrp_error *err)
{
    const struct lrp_snapshot_box *box = lrp_snapshot_box(snapshot);
    const struct lrp_written *w = box->written;
    const struct token_origin from = {
        .tokenizer = box->setup->tokenizer, .encoding = w ? &w->encoding : NULL, .count = w ? w->count : 0};
    *out = (struct lrp_token_map){.count = 0};
    if (!snapshot->token_input) return lrp_token_map_scale(out, "auto", err);
    enum lrp_status status = lrp_snapshot_heatmap_options(snapshot, LRP_SHOW_RELEVANCE, &out->options, err);
    if (!status) status = map_input(snapshot, snapshot->token_input, &from, (size_t)sample, out, err);
    if (!status && box->decoder_input) status = map_decoder(snapshot, box->decoder_input, (size_t)sample, out, err);
    return status;
}

const struct lrp_token_row *lrp_token_map_shown(const struct lrp_token_map *map, size_t *count)
{
    *count = map->groups ? map->group_count : map->count;
    return map->groups ? map->groups : map->rows;
}

void lrp_token_map_free(struct lrp_token_map *map)
{
    for (size_t i = 0; i < map->count; i++) free(map->rows[i].text);
    for (size_t i = 0; i < map->group_count; i++) free(map->groups[i].text);
    free(map->rows);
    free(map->groups);
    if (map->decoder) lrp_token_map_free(map->decoder);
    free(map->decoder);
    free(map->note);
    *map = (struct lrp_token_map){.count = 0};
}
