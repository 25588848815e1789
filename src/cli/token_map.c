/* token_map.c: the relevance of the tokens of one sample, and which of them the colours are made for. */
#include "token_map.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "text.h"
#include "token_group.h"

/* A first or special token beyond this many times the next largest is left out of the scale. */
#define SINK 5

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
    const struct lrp_encoding *encoding; /* NULL: ids alone */
    size_t in_front;                     /* tokens before the first of it */
    size_t count;                        /* all of them: padding follows; 0: all that are there */
};

static const struct lrp_token *token_at(const struct token_origin *from, size_t i)
{
    const bool known = from->encoding && i >= from->in_front && i - from->in_front < from->encoding->count;
    return known ? &from->encoding->items[i - from->in_front] : NULL;
}

static bool fill(struct lrp_token_map *map, const struct lrp_cli_job *job, const struct token_origin *from,
                 const struct lrp_tensor *ids, const struct lrp_tensor *relevance, size_t sample)
{
    const struct lrp_tokenizer *t = job->sequences.tokenizer;
    const size_t first = row_of(ids, sample);
    struct lrp_encoding empty = {0};
    if (t && lrp_tokenizer_encode(t, "", NULL, &empty, NULL)) empty = (struct lrp_encoding){0};
    bool ok = true;
    for (size_t i = 0; i < map->count; i++) {
        struct lrp_token_row *row = &map->rows[i];
        const struct lrp_token *token = token_at(from, i);
        *row = (struct lrp_token_row){.id = ids->i[first + i], .text = reading(t, ids->i[first + i])};
        row->special = token ? token->special : i < from->in_front || is_template(&empty, row->id);
        if (token) row->start = token->start;
        if (token) row->end = token->end;
        row->second = token && token->second;
        if (relevance) row->relevance = relevance->f[row_of(relevance, sample) + i];
        ok &= row->text != NULL;
    }
    lrp_encoding_free(&empty);
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
    return map->note ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

/* ---- making one ---- */

/* The tokens of one input, and their units where the text is known that they are found in. */
static enum lrp_status map_input(const struct lrp_cli_job *job, const char *name, const struct token_origin *from,
                                 const struct lrp_cli_sequence *text, size_t sample, struct lrp_token_map *out,
                                 struct lrp_error *err)
{
    const char *units = job->arguments->group;
    const struct lrp_tensor *ids = lrp_session_value_activation(job->session, name),
                            *relevance = lrp_session_value_relevance(job->session, name);
    enum lrp_status status = LRP_OK;
    const bool usable = ids && !lrp_dtype_is_float(ids->dtype) && ids->shape.rank > 0 && ids->count > 0 &&
                        (!relevance || relevance->count == ids->count);
    if (usable) {
        const size_t length = (size_t)ids->shape.dim[ids->shape.rank - 1];
        const size_t count = from->count && from->count < length ? from->count : length;
        out->rows = calloc(count + 1, sizeof *out->rows);
        if (out->rows) out->count = count;
        if (!out->rows || !fill(out, job, from, ids, relevance, sample))
            status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    }
    if (!status && out->count && units) status = lrp_token_map_group(out, units, text, err);
    if (!status) status = lrp_token_map_scale(out, job->arguments->scale_tokens, err);
    lrp_tensor_release(ids);
    lrp_tensor_release(relevance);
    return status;
}

/* What the decoder has written is a text of its own. */
static enum lrp_status map_decoder(const struct lrp_cli_job *job, const struct lrp_cli_sequence *s, size_t sample,
                                   struct lrp_token_map *out, struct lrp_error *err)
{
    const char *name = lrp_cli_decoder_input(job->session);
    if (!name) return LRP_OK;
    const struct lrp_cli_sequence written = {.text = s && s->decoder_text ? s->decoder_text : ""};
    const struct token_origin from = {.encoding = s ? &s->decoder_encoding : NULL,
                                      .in_front = s && s->decoder_ids ? 1 : 0,
                                      .count = s && s->decoder_ids ? s->decoder_count : 0};
    out->decoder = calloc(1, sizeof *out->decoder);
    if (!out->decoder) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    out->decoder->options = out->options;
    return map_input(job, name, &from, &written, sample, out->decoder, err);
}

enum lrp_status lrp_token_map_of(const struct lrp_cli_job *job, const struct lrp_snapshot *now, size_t round, size_t sample,
                                 struct lrp_token_map *out, struct lrp_error *err)
{
    *out = (struct lrp_token_map){.count = 0};
    const struct lrp_cli_sequence *s = lrp_cli_job_sequence(job, round);
    const struct token_origin from = {.encoding = s && s->text ? &s->encoding : NULL, .count = s ? s->count : 0};
    char *name = lrp_session_token_input(job->session) ? strdup(lrp_session_token_input(job->session)) : NULL;
    if (!name) return LRP_OK;
    enum lrp_status status = lrp_snapshot_heatmap_options(now, LRP_SHOW_RELEVANCE, &out->options, err);
    if (!status) status = map_input(job, name, &from, s, sample, out, err);
    if (!status) status = map_decoder(job, s, sample, out, err);
    free(name);
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

static void put_tokens(const struct lrp_token_map *map, struct lrp_document *d, cJSON *array)
{
    for (size_t i = 0; i < map->count; i++) {
        const struct lrp_token_row *row = &map->rows[i];
        cJSON *o = lrp_cli_json_put_object(d, array, NULL);
        lrp_cli_json_put_text(d, o, "text", row->text);
        lrp_cli_json_put_number(d, o, "id", (double)row->id);
        lrp_cli_json_put_number(d, o, "start", (double)row->start);
        lrp_cli_json_put_number(d, o, "end", (double)row->end);
        lrp_cli_json_put_number(d, o, "relevance", (double)row->relevance);
    }
}

static void put_groups(const struct lrp_token_map *map, struct lrp_document *d, cJSON *array)
{
    for (size_t i = 0; i < map->group_count; i++) {
        const struct lrp_token_row *row = &map->groups[i];
        cJSON *o = lrp_cli_json_put_object(d, array, NULL);
        lrp_cli_json_put_text(d, o, "text", row->text);
        lrp_cli_json_put_number(d, o, "start", (double)row->start);
        lrp_cli_json_put_number(d, o, "end", (double)row->end);
        lrp_cli_json_put_number(d, o, "first", (double)row->first);
        lrp_cli_json_put_number(d, o, "last", (double)row->last);
        lrp_cli_json_put_number(d, o, "relevance", (double)row->relevance);
    }
}

void lrp_token_map_put(const struct lrp_token_map *map, struct lrp_document *d, cJSON *sample)
{
    if (map->count) put_tokens(map, d, lrp_cli_json_put_array(d, sample, "tokens"));
    if (map->groups) put_groups(map, d, lrp_cli_json_put_array(d, sample, "groups"));
    if (!map->decoder) return;
    put_tokens(map->decoder, d, lrp_cli_json_put_array(d, sample, "decoder_tokens"));
    if (map->decoder->groups) put_groups(map->decoder, d, lrp_cli_json_put_array(d, sample, "decoder_groups"));
}
