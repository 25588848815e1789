/* steps.c: a text that goes on, token by token. */
#include "steps.h"

#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "scores.h"
#include "text.h"

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory");
}

bool lrp_steps_asked(const struct lrp_arguments *a)
{
    return a->continuation || a->steps;
}

/* ---- the text that grows ---- */

/* The ids that new ones are put behind: an encoder-decoder's own, or those of the text. */
struct growing {
    struct lrp_sequence *sequence;
    bool decoder;
};

static size_t length_of(const struct growing *g)
{
    return g->decoder ? g->sequence->decoder_count : g->sequence->count;
}

static enum lrp_status append_id(const struct growing *g, int64_t id, struct lrp_error *err)
{
    struct lrp_sequence *s = g->sequence;
    const size_t count = length_of(g);
    int64_t **ids = g->decoder ? &s->decoder_ids : &s->ids;
    int64_t *more = realloc(*ids, (count + 2) * sizeof *more);
    if (!more) return no_memory(err);
    *ids = more;
    more[count] = id;
    if (g->decoder) {
        s->decoder_count++;
        return LRP_OK;
    }
    if (!(more = realloc(s->types, (count + 2) * sizeof *more))) return no_memory(err);
    s->types = more;
    more[count] = count ? more[count - 1] : 0;
    s->count++;
    return LRP_OK;
}

/* What a template puts behind a text says that it ends: it does not, here. */
static void drop_end(struct lrp_sequence *s)
{
    size_t kept = s->encoding.count;
    while (kept > 1 && s->encoding.items[kept - 1].special) kept--;
    if (!kept || s->encoding.items[kept - 1].special) return;
    s->count = s->encoding.count = kept;
}

/* The tokens of the continuation: as the whole text has them, if what stands before it stays as it is; else its own. */
static enum lrp_status encode_continuation(const struct lrp_cli_job *job, const struct growing *g, struct lrp_encoding *out,
                                           size_t *first, struct lrp_error *err)
{
    const struct lrp_tokenizer *t = job->sequences.tokenizer;
    const char *text = job->arguments->continuation, *before = g->decoder ? g->sequence->decoder_text : g->sequence->text;
    const struct lrp_encoding *known = g->decoder ? &g->sequence->decoder_encoding : &g->sequence->encoding;
    char *whole = NULL;
    *first = 0;
    if (!t) return lrp_fail(err, LRP_USAGE, "--continue: no tokenizer is known (--tokenizer F)");
    if (!before || (!g->decoder && g->sequence->pair)) return lrp_tokenizer_encode_bare(t, text, out, err);
    if (asprintf(&whole, "%s%s", before, text) < 0) return no_memory(err);
    enum lrp_status status = lrp_tokenizer_encode_bare(t, whole, out, err);
    size_t same = 0, wanted = 0;
    for (size_t i = 0; !status && i < known->count; i++) {
        if (known->items[i].special) continue;
        same += wanted < out->count && out->items[wanted].id == known->items[i].id;
        wanted++;
    }
    *first = wanted;
    free(whole);
    if (status || same == wanted) return status;
    lrp_encoding_free(out);
    *out = (struct lrp_encoding){0};
    *first = 0;
    return lrp_tokenizer_encode_bare(t, text, out, err);
}

/* ---- one step ---- */

/* Explains a token (-1: the one that the model goes on with). */
static enum lrp_status aim(struct lrp_cli_job *job, int64_t id, struct lrp_error *err)
{
    struct lrp_settings *settings = NULL;
    char target[40] = "";
    if (id >= 0) snprintf(target, sizeof target, "%lld", (long long)id);
    enum lrp_status status = lrp_settings_copy(job->arguments->settings, &settings, err);
    if (!status) status = lrp_settings_set(settings, LRP_SETTING_TARGET, target, err);
    if (!status) status = lrp_session_apply(job->session, settings, err);
    lrp_settings_free(settings);
    return status;
}

static enum lrp_status need_sequence(const struct lrp_snapshot *now, struct lrp_error *err)
{
    if (now->output && now->output->shape.rank == 3 && now->target_count == 1) return LRP_OK;
    return lrp_fail(err, LRP_USAGE, "%s: its output has no class for every token: there is nothing that a text goes on with",
                    now->model_path);
}

/* Before a token is named as the target: a model of another kind would be told that it has no such class. */
static enum lrp_status check_output(struct lrp_cli_job *job, size_t round, struct lrp_error *err)
{
    const struct lrp_snapshot *now = NULL;
    enum lrp_status status = lrp_cli_job_set_inputs(job, round, err);
    if (!status) status = aim(job, -1, err);
    if (!status) status = lrp_cli_job_run(job, round, 0, LRP_WANT_FORWARD, &now, err);
    if (!status) status = need_sequence(now, err);
    lrp_snapshot_release(now);
    return status;
}

static enum lrp_status read_scores(const struct lrp_cli_job *job, const struct lrp_snapshot *now, struct lrp_step *step,
                                   struct lrp_error *err)
{
    const struct lrp_tensor *output = now->output;
    const enum lrp_status status = need_sequence(now, err);
    if (status) return status;
    const size_t classes = (size_t)output->shape.dim[2], index = (size_t)now->targets[0].index;
    const struct lrp_scores scores = lrp_scores_of(output->f + index / classes * classes, classes, lrp_scores_kind(now));
    char *text = job->sequences.tokenizer ? lrp_tokenizer_read(job->sequences.tokenizer, (int64_t)(index % classes)) : NULL;
    step->id = (int64_t)(index % classes);
    step->text = text ? text : strdup("");
    step->logit = (double)now->targets[0].output;
    step->probability = lrp_scores_probability(&scores, index % classes);
    step->entropy = lrp_scores_entropy(&scores);
    return step->text ? LRP_OK : no_memory(err);
}

static size_t columns_of(const struct lrp_token_map *map)
{
    return map->count + (map->decoder ? map->decoder->count : 0);
}

static enum lrp_status read_relevance(const struct lrp_token_map *map, struct lrp_step *step, struct lrp_error *err)
{
    step->count = columns_of(map);
    step->relevance = calloc(step->count + 1, sizeof *step->relevance);
    if (!step->relevance) return no_memory(err);
    for (size_t i = 0; i < map->count; i++) step->relevance[i] = map->rows[i].relevance;
    for (size_t i = 0; map->decoder && i < map->decoder->count; i++)
        step->relevance[map->count + i] = map->decoder->rows[i].relevance;
    return LRP_OK;
}

static void add_rows(struct lrp_token_row *to, size_t count, const struct lrp_token_row *from, size_t known)
{
    for (size_t i = 0; i < count && i < known; i++) to[i].relevance += from[i].relevance;
}

/* The newest map, with what its tokens did for the steps before. */
static void take_map(struct lrp_token_map *sum, struct lrp_token_map *newest)
{
    add_rows(newest->rows, newest->count, sum->rows, sum->count);
    add_rows(newest->groups, newest->group_count, sum->groups, sum->group_count);
    if (newest->decoder && sum->decoder) {
        add_rows(newest->decoder->rows, newest->decoder->count, sum->decoder->rows, sum->decoder->count);
        add_rows(newest->decoder->groups, newest->decoder->group_count, sum->decoder->groups, sum->decoder->group_count);
    }
    lrp_token_map_free(sum);
    *sum = *newest;
}

static enum lrp_status run_step(struct lrp_cli_job *job, size_t round, int64_t id, struct lrp_steps *out, struct lrp_step *step,
                                struct lrp_error *err)
{
    struct lrp_token_map map = {.count = 0};
    enum lrp_status status = lrp_cli_job_set_inputs(job, round, err);
    if (!status) status = aim(job, id, err);
    lrp_snapshot_release(out->now);
    out->now = NULL;
    if (!status) status = lrp_cli_job_run(job, round, 0, LRP_WANT_RELEVANCE, &out->now, err);
    if (!status) status = read_scores(job, out->now, step, err);
    if (!status) status = lrp_token_map_of(job, out->now, round, 0, &map, err);
    if (!status) status = read_relevance(&map, step, err);
    take_map(&out->map, &map);
    return status;
}

/* ---- all of them ---- */

static enum lrp_status check_asked(const struct lrp_cli_job *job, size_t round, struct lrp_error *err)
{
    const struct lrp_arguments *a = job->arguments;
    const char *option = a->continuation ? "--continue" : "--generate";
    const struct lrp_sequence *s = lrp_cli_job_sequence(job, round);
    if (a->continuation && a->steps) return lrp_fail(err, LRP_USAGE, "--continue and --generate: give one of them");
    if (*lrp_settings_get(a->settings, LRP_SETTING_TARGET))
        return lrp_fail(err, LRP_USAGE, "%s explains the tokens it adds: --target has no meaning beside it", option);
    if (!s) return lrp_fail(err, LRP_USAGE, "%s goes with a text: --text, --text-file or --tokens", option);
    return LRP_OK;
}

enum lrp_status lrp_steps_make(struct lrp_cli_job *job, size_t round, struct lrp_steps *out, struct lrp_error *err)
{
    *out = (struct lrp_steps){.count = 0};
    struct lrp_encoding given = {0};
    size_t first = 0;
    enum lrp_status status = check_asked(job, round, err);
    if (status) return status;
    struct growing g = {.sequence = &job->sequences.items[round]};
    g.decoder = lrp_session_decoder_input(job->session) && g.sequence->decoder_ids;
    if (!g.decoder) drop_end(g.sequence);
    const bool forced = job->arguments->continuation != NULL;
    if (forced) status = encode_continuation(job, &g, &given, &first, err);
    const size_t count = forced ? given.count - (first < given.count ? first : given.count) : (size_t)job->arguments->steps;
    if (!status && !count) status = lrp_fail(err, LRP_USAGE, "--continue: there are no tokens in it");
    if (!status && !(out->items = calloc(count, sizeof *out->items))) status = no_memory(err);
    if (!status && forced) status = check_output(job, round, err);
    for (size_t i = 0; !status && i < count; i++) {
        struct lrp_step *step = &out->items[out->count++];
        status = run_step(job, round, forced ? given.items[first + i].id : -1, out, step, err);
        if (!status && i + 1 < count) status = append_id(&g, step->id, err);
    }
    lrp_encoding_free(&given);
    if (!status) status = lrp_token_map_scale(&out->map, job->arguments->scale_tokens, err);
    if (!status && out->map.decoder) status = lrp_token_map_scale(out->map.decoder, job->arguments->scale_tokens, err);
    const enum lrp_status back = status ? LRP_OK : lrp_session_apply(job->session, job->arguments->settings, err);
    return status ? status : back;
}

void lrp_steps_free(struct lrp_steps *steps)
{
    for (size_t i = 0; i < steps->count; i++) {
        free(steps->items[i].text);
        free(steps->items[i].relevance);
    }
    free(steps->items);
    lrp_token_map_free(&steps->map);
    lrp_snapshot_release(steps->now);
    *steps = (struct lrp_steps){.count = 0};
}
