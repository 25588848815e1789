/* positions.c: what a model says at every position of a text. */
#include "positions.h"

#include <stdlib.h>
#include <string.h>

#include "lrpscope/text.h"
#include "table.h"
#include "text.h"

/* Whether the classes of an output are the tokens: none is called otherwise. */
static bool is_vocabulary(const struct lrp_positions *p)
{
    bool same = p->tokens->count > 0;
    for (size_t i = 0; same && i < p->tokens->count; i++) {
        const int64_t id = p->tokens->rows[i].id;
        const char *label = lrp_snapshot_label(p->now, id),
                   *token = p->tokenizer ? lrp_tokenizer_token(p->tokenizer, id) : NULL;
        same = id >= 0 && (size_t)id < p->classes && (!*label || (token && strcmp(label, token) == 0));
    }
    return same;
}

bool lrp_positions_of(const struct lrp_cli_job *job, const struct lrp_snapshot *now, const struct lrp_tensor *output,
                      const struct lrp_token_map *tokens, size_t sample, struct lrp_positions *out)
{
    const struct lrp_shape *s = &output->shape;
    if (!tokens->count || s->rank != 3 || !lrp_dtype_is_float(output->dtype) || s->dim[2] < 1) return false;
    const size_t count = (size_t)s->dim[1], classes = (size_t)s->dim[2];
    if ((count != tokens->count && count != 1) || (int64_t)sample >= s->dim[0]) return false;
    *out = (struct lrp_positions){.now = now,
                                  .tokenizer = job->sequences.tokenizer,
                                  .tokens = tokens,
                                  .values = output->f + sample * count * classes,
                                  .count = count,
                                  .classes = classes,
                                  .skipped = tokens->count - count};
    out->vocabulary = is_vocabulary(out);
    return true;
}

/* The distribution at a position, counted in tokens. Its values are NULL where the output has none. */
static struct lrp_scores scores_at(const struct lrp_positions *p, size_t token)
{
    if (token < p->skipped || token - p->skipped >= p->count) return (struct lrp_scores){.values = NULL};
    return lrp_scores_of(p->values + (token - p->skipped) * p->classes, p->classes, lrp_scores_kind(p->now));
}

/* What was said in front of a token tells how likely it was; nothing stands in front of the first. */
static struct lrp_scores said_before(const struct lrp_positions *p, size_t token)
{
    return p->vocabulary && token ? scores_at(p, token - 1) : (struct lrp_scores){.values = NULL};
}

char *lrp_positions_reading(const struct lrp_positions *p, size_t class_index)
{
    char *read = p->vocabulary && p->tokenizer ? lrp_tokenizer_read(p->tokenizer, (int64_t)class_index) : NULL;
    struct lrp_text text = {0};
    if (read && *read) return read;
    free(read);
    const char *label = lrp_snapshot_label(p->now, (int64_t)class_index);
    if (*label)
        lrp_text_append(&text, label);
    else
        lrp_text_printf(&text, "%zu", class_index);
    return lrp_text_take(&text);
}

/* ---- table ---- */

static void number_cell(struct lrp_table *table, bool known, double value)
{
    char number[40];
    lrp_cli_table_cell(table, "%s", known ? lrp_cli_number(value, number, sizeof number) : "");
}

/* "blue .41  green .2" */
static void strongest_cell(struct lrp_table *table, const struct lrp_positions *p, const struct lrp_scores *s, size_t top,
                           size_t *order)
{
    struct lrp_text text = {0};
    const size_t count = s->values ? lrp_scores_strongest(s->values, s->n, top, order) : 0;
    for (size_t i = 0; i < count; i++) {
        char number[40], *reading = lrp_positions_reading(p, order[i]);
        lrp_text_printf(&text, "%s%s %s", i ? "  " : "", reading ? reading : "",
                        lrp_cli_number(lrp_scores_probability(s, order[i]), number, sizeof number));
        text.failed |= !reading;
        free(reading);
    }
    table->failed |= text.failed;
    lrp_cli_table_cell(table, "%s", text.data ? text.data : "");
    lrp_text_free(&text);
}

enum lrp_status lrp_positions_print(const struct lrp_positions *p, size_t top, struct lrp_error *err)
{
    static const struct lrp_table_column columns[] = {{"#", true},    {"token", false},  {"probability", true},
                                                      {"rank", true}, {"entropy", true}, {"strongest", false}};
    struct lrp_table table;
    size_t *order = calloc(top + 1, sizeof *order);
    if (!order) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    lrp_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < p->tokens->count; i++) {
        const struct lrp_scores after = scores_at(p, i), before = said_before(p, i);
        const size_t id = (size_t)p->tokens->rows[i].id;
        lrp_cli_table_cell(&table, "%zu", i);
        if (*p->tokens->rows[i].text)
            lrp_cli_table_cell(&table, "%s", p->tokens->rows[i].text);
        else
            lrp_cli_table_cell(&table, "%zu", id);
        number_cell(&table, before.values, before.values ? lrp_scores_probability(&before, id) : 0);
        number_cell(&table, before.values, before.values ? (double)lrp_scores_rank(&before, id) : 0);
        number_cell(&table, after.values, after.values ? lrp_scores_entropy(&after) : 0);
        strongest_cell(&table, p, &after, top, order);
    }
    const enum lrp_status status = lrp_cli_table_print(&table, stdout, err);
    lrp_cli_table_free(&table);
    free(order);
    return status;
}

/* ---- JSON ---- */

static void put_known(struct lrp_document *d, cJSON *o, const char *key, bool known, double value)
{
    if (known)
        lrp_cli_json_put_number(d, o, key, value);
    else
        lrp_cli_json_put_null(d, o, key);
}

static void put_strongest(const struct lrp_positions *p, const struct lrp_scores *s, size_t top, size_t *order,
                          struct lrp_document *d, cJSON *o)
{
    cJSON *array = lrp_cli_json_put_array(d, o, "top");
    const size_t count = s->values ? lrp_scores_strongest(s->values, s->n, top, order) : 0;
    for (size_t i = 0; i < count; i++) {
        cJSON *one = lrp_cli_json_put_object(d, array, NULL);
        lrp_cli_json_put_number(d, one, "index", (double)order[i]);
        lrp_cli_json_put_text(d, one, "label", lrp_snapshot_label(p->now, (int64_t)order[i]));
        lrp_cli_json_put_number(d, one, "value", (double)s->values[order[i]]);
        lrp_cli_json_put_number(d, one, "probability", lrp_scores_probability(s, order[i]));
    }
}

enum lrp_status lrp_positions_put(const struct lrp_positions *p, size_t top, struct lrp_document *d, cJSON *sample,
                                  struct lrp_error *err)
{
    size_t *order = calloc(top + 1, sizeof *order);
    if (!order) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    cJSON *array = lrp_cli_json_put_array(d, sample, "positions");
    for (size_t i = 0; i < p->tokens->count; i++) {
        const struct lrp_scores after = scores_at(p, i), before = said_before(p, i);
        const size_t id = (size_t)p->tokens->rows[i].id;
        cJSON *o = lrp_cli_json_put_object(d, array, NULL);
        lrp_cli_json_put_text(d, o, "text", p->tokens->rows[i].text);
        lrp_cli_json_put_number(d, o, "id", (double)p->tokens->rows[i].id);
        put_known(d, o, "probability", before.values, before.values ? lrp_scores_probability(&before, id) : 0);
        put_known(d, o, "rank", before.values, before.values ? (double)lrp_scores_rank(&before, id) : 0);
        put_known(d, o, "entropy", after.values, after.values ? lrp_scores_entropy(&after) : 0);
        put_strongest(p, &after, top, order, d, o);
    }
    free(order);
    return LRP_OK;
}
