/* token_map.c: the tokens of a sample, in the units that are asked for. */
#include "token_map.h"

#include <stdlib.h>

#include "arguments.h"
#include "token_group.h"

/* Their units, where the text is known that they are found in, and the scale that is asked for. */
static enum lrp_status finish(const struct lrp_arguments *a, const struct lrp_sequence *text, struct lrp_token_map *map,
                              struct lrp_error *err)
{
    const enum lrp_status status = map->count && a->group ? lrp_token_map_group(map, a->group, text, err) : LRP_OK;
    return status ? status : lrp_token_map_scale(map, a->scale_tokens, err);
}

enum lrp_status lrp_token_map_of(const struct lrp_cli_job *job, const struct lrp_snapshot *now, size_t round, size_t sample,
                                 struct lrp_token_map *out, struct lrp_error *err)
{
    const struct lrp_sequence *s = lrp_cli_job_sequence(job, round);
    /* what the decoder has written is a text of its own */
    const struct lrp_sequence written = {.text = s && s->decoder_text ? s->decoder_text : ""};
    enum lrp_status status = lrp_snapshot_tokens(now, (int64_t)sample, out, err);
    if (!status) status = finish(job->arguments, s, out, err);
    if (!status && out->decoder) status = finish(job->arguments, &written, out->decoder, err);
    return status;
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
