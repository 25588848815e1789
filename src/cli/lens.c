/* lens.c: what a model would say after each of its blocks (lens.h). */
#include "lens.h"

#include <stdlib.h>

#include "string_list.h"
#include "table.h"
#include "text.h"

enum lrp_status lrp_lens_positions(const struct lrp_cli_job *job, const struct lrp_snapshot *now,
                                   const struct lrp_tensor *output, const struct lrp_token_map *tokens, size_t sample,
                                   struct lrp_positions *out, struct lrp_error *err)
{
    const struct lrp_shape *s = &output->shape;
    if (lrp_positions_of(job, now, output, tokens, sample, out)) return LRP_OK;
    if (!lrp_dtype_is_float(output->dtype) || s->rank < 2 || s->rank > 3 || s->dim[s->rank - 1] < 1 ||
        (int64_t)sample >= s->dim[0])
        return lrp_fail(err, LRP_UNSUPPORTED, "%s: --lens: the output %s has no classes at positions", now->model_path,
                        now->output_name);
    const size_t count = s->rank == 3 ? (size_t)s->dim[1] : 1, classes = (size_t)s->dim[s->rank - 1];
    *out = (struct lrp_positions){
        .now = now, .tokens = tokens, .values = output->f + sample * count * classes, .count = count, .classes = classes};
    return LRP_OK;
}

/* The distribution at a position of a block. */
static struct lrp_scores scores_at(const struct lrp_lens *lens, const struct lrp_positions *of, size_t block, size_t sample,
                                   size_t position)
{
    const float *values = lens->rows[block].output->f + (sample * of->count + position) * of->classes;
    return lrp_scores_of(values, of->classes, lrp_scores_kind(of->now));
}

static size_t strongest_of(const struct lrp_scores *s)
{
    size_t best = 0;
    lrp_scores_strongest(s->values, s->n, 1, &best);
    return best;
}

/* Of what is said at last. */
static size_t rank_at(const struct lrp_lens *lens, const struct lrp_positions *of, const struct lrp_scores *here, size_t sample,
                      size_t position)
{
    const struct lrp_scores last = scores_at(lens, of, lens->count - 1, sample, position);
    return lrp_scores_rank(here, strongest_of(&last));
}

/* Titles of the columns: block, layer, positions. */
static enum lrp_status name_columns(const struct lrp_positions *of, struct lrp_table_column **columns,
                                    struct lrp_strings *titles, struct lrp_error *err)
{
    bool ok = (*columns = calloc(of->count + 2, sizeof **columns)) != NULL;
    for (size_t i = 0; ok && i < of->count; i++) {
        struct lrp_text title = {0};
        const size_t token = i + of->skipped;
        if (token < of->tokens->count && *of->tokens->rows[token].text)
            lrp_text_append(&title, of->tokens->rows[token].text);
        else
            lrp_text_printf(&title, "%zu", token);
        ok = !title.failed && lrp_strings_add(titles, title.data);
        lrp_text_free(&title);
    }
    if (!ok) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    (*columns)[0] = (struct lrp_table_column){"block", true};
    (*columns)[1] = (struct lrp_table_column){"layer", false};
    for (size_t i = 0; i < of->count; i++) (*columns)[i + 2] = (struct lrp_table_column){titles->items[i], false};
    return LRP_OK;
}

enum lrp_status lrp_lens_print(const struct lrp_lens *lens, const struct lrp_positions *of, size_t sample,
                               struct lrp_error *err)
{
    struct lrp_table_column *columns = NULL;
    struct lrp_strings titles = {0};
    struct lrp_table table;
    enum lrp_status status = name_columns(of, &columns, &titles, err);
    lrp_cli_table_init(&table, columns, of->count + 2);
    for (size_t block = 0; !status && block < lens->count; block++) {
        lrp_cli_table_cell(&table, "%zu", block);
        lrp_cli_table_cell(&table, "%s", lens->rows[block].layer);
        for (size_t i = 0; i < of->count; i++) {
            const struct lrp_scores here = scores_at(lens, of, block, sample, i);
            char *reading = lrp_positions_reading(of, strongest_of(&here));
            lrp_cli_table_cell(&table, "%s #%zu", reading ? reading : "", rank_at(lens, of, &here, sample, i));
            table.failed |= !reading;
            free(reading);
        }
    }
    if (!status) status = lrp_cli_table_print(&table, stdout, err);
    lrp_cli_table_free(&table);
    lrp_strings_free(&titles);
    free(columns);
    return status;
}

enum lrp_status lrp_lens_put(const struct lrp_lens *lens, const struct lrp_positions *of, size_t sample, struct lrp_document *d,
                             cJSON *object, struct lrp_error *err)
{
    cJSON *blocks = lrp_cli_json_put_array(d, object, "lens");
    for (size_t block = 0; block < lens->count; block++) {
        cJSON *row = lrp_cli_json_put_object(d, blocks, NULL);
        lrp_cli_json_put_number(d, row, "block", (double)block);
        lrp_cli_json_put_text(d, row, "layer", lens->rows[block].layer);
        cJSON *positions = lrp_cli_json_put_array(d, row, "positions");
        for (size_t i = 0; i < of->count; i++) {
            const struct lrp_scores here = scores_at(lens, of, block, sample, i);
            const size_t best = strongest_of(&here);
            char *reading = lrp_positions_reading(of, best);
            if (!reading) return lrp_fail(err, LRP_MEMORY, "not enough memory");
            cJSON *one = lrp_cli_json_put_object(d, positions, NULL);
            lrp_cli_json_put_number(d, one, "index", (double)best);
            lrp_cli_json_put_text(d, one, "label", reading);
            lrp_cli_json_put_number(d, one, "probability", lrp_scores_probability(&here, best));
            lrp_cli_json_put_number(d, one, "rank", (double)rank_at(lens, of, &here, sample, i));
            free(reading);
        }
    }
    return LRP_OK;
}
