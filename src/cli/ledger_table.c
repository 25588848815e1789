/* ledger_table.c: the conservation ledger as a table and as JSON. */
#include "ledger_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input_rows.h"
#include "table.h"

static void add_row(struct lrp_ledger_row *into, const struct lrp_ledger_row *row)
{
    into->in += row->in;
    into->out += row->out;
    into->flags |= row->flags;
    into->nan += row->nan;
    into->size += row->size;
    for (int c = 0; c < LRP_CAUSE_COUNT; c++) into->causes[c] += row->causes[c];
}

enum lrp_status lrp_cli_ledger_add(struct lrp_ledger_sums *sums, const struct lrp_ledger *ledger, struct lrp_error *err)
{
    if (!sums->rows) {
        sums->rows = calloc(ledger->count + ledger->further_inputs, sizeof *sums->rows);
        if (!sums->rows) return lrp_fail(err, LRP_MEMORY, "not enough memory");
        sums->count = ledger->count;
        sums->further_inputs = ledger->further_inputs;
    }
    for (size_t i = 0; i < sums->count + sums->further_inputs; i++) add_row(&sums->rows[i], &ledger->rows[i]);
    add_row(&sums->total, &ledger->total);
    return LRP_OK;
}

void lrp_cli_ledger_free(struct lrp_ledger_sums *sums)
{
    free(sums->rows);
    *sums = (struct lrp_ledger_sums){0};
}

/* ---- the table ---- */

/* "bias 0.02, stabilizer 1e-6": the causes that matter, the largest first. */
static void causes_text(const struct lrp_ledger_row *row, char *buffer, size_t size)
{
    bool told[LRP_CAUSE_COUNT] = {false};
    const double least = 1e-6 * fmax(fabs(row->in), fabs(row->out));
    size_t length = 0;
    *buffer = '\0';
    for (;;) {
        int best = -1;
        for (int c = 0; c < LRP_CAUSE_COUNT; c++)
            if (!told[c] && fabs(row->causes[c]) > least && (best < 0 || fabs(row->causes[c]) > fabs(row->causes[best])))
                best = c;
        if (best < 0 || length + 1 >= size) return;
        told[best] = true;
        char number[40];
        const int more =
            snprintf(buffer + length, size - length, "%s%s %s", length ? ", " : "", lrp_cause_text((enum lrp_cause)best),
                     lrp_cli_number(row->causes[best], number, sizeof number));
        length += more > 0 ? (size_t)more : 0;
    }
}

static void flags_text(const struct lrp_ledger_row *row, char *buffer, size_t size)
{
    size_t length = 0;
    *buffer = '\0';
    for (int f = 0; f < LRP_LEDGER_FLAG_COUNT && length < size; f++)
        if (row->flags >> f & 1) {
            const int more = snprintf(buffer + length, size - length, "%s%s", length ? ", " : "",
                                      lrp_ledger_flag_key((enum lrp_ledger_flag)f));
            length += more > 0 ? (size_t)more : 0;
        }
}

/* Where relevance ends: nothing is handed on from an input. */
static void add_input(struct lrp_table *table, const struct lrp_layer *layer, const struct lrp_ledger_row *row)
{
    char number[40], flags[400];
    flags_text(row, flags, sizeof flags);
    const char *const cells[] = {layer->name, "", lrp_cli_number(row->in, number, sizeof number), "", "", "", flags};
    lrp_cli_table_cell(table, "%d", layer->index);
    for (size_t c = 0; c < sizeof cells / sizeof *cells; c++) lrp_cli_table_cell(table, "%s", cells[c]);
}

static void add_cells(struct lrp_table *table, const struct lrp_ledger_row *row)
{
    char number[40], text[400];
    lrp_cli_table_cell(table, "%s", lrp_cli_number(row->in, number, sizeof number));
    lrp_cli_table_cell(table, "%s", lrp_cli_number(row->out, number, sizeof number));
    const double lost = row->in - row->out; /* rounding alone is no loss */
    const bool none = fabs(lost) <= 1e-6 * fmax(fabs(row->in), fabs(row->out));
    lrp_cli_table_cell(table, "%s", none ? "0" : lrp_cli_number(lost, number, sizeof number));
    causes_text(row, text, sizeof text);
    lrp_cli_table_cell(table, "%s", text);
    flags_text(row, text, sizeof text);
    lrp_cli_table_cell(table, "%s", text);
}

enum lrp_status lrp_cli_ledger_print(const struct lrp_ledger_sums *sums, const struct lrp_snapshot *snapshot,
                                     struct lrp_error *err)
{
    static const struct lrp_table_column columns[] = {{"#", true},   {"layer", false}, {"rule", false},    {"in", true},
                                                      {"out", true}, {"lost", true},   {"lost to", false}, {"flags", false}};
    struct lrp_table table;
    lrp_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
    const struct lrp_layer_list *layers = snapshot->layers;
    for (size_t k = lrp_cli_first_place(layers); k <= layers->further_inputs; k++) {
        const size_t row = lrp_layer_row_at(layers, k);
        add_input(&table, &layers->rows[row], &sums->rows[row]);
    }
    for (size_t i = 1; i < sums->count; i++) {
        lrp_cli_table_cell(&table, "%zu", i);
        lrp_cli_table_cell(&table, "%s", snapshot->layers->rows[i].name);
        lrp_cli_table_cell(&table, "%s", snapshot->rules[i]);
        add_cells(&table, &sums->rows[i]);
    }
    lrp_cli_table_cell(&table, "%s", "");
    lrp_cli_table_cell(&table, "%s", layers->further_inputs ? "output to inputs" : "output to input");
    lrp_cli_table_cell(&table, "%s", "");
    add_cells(&table, &sums->total);
    const enum lrp_status status = lrp_cli_table_print(&table, stdout, err);
    lrp_cli_table_free(&table);
    return status;
}

/* ---- JSON ---- */

static void put_row(struct lrp_document *d, cJSON *o, const struct lrp_ledger_row *row)
{
    lrp_cli_json_put_number(d, o, "in", row->in);
    lrp_cli_json_put_number(d, o, "out", row->out);
    cJSON *causes = lrp_cli_json_put_object(d, o, "causes");
    for (int c = 0; c < LRP_CAUSE_COUNT; c++)
        lrp_cli_json_put_number(d, causes, lrp_cause_key((enum lrp_cause)c), row->causes[c]);
    cJSON *flags = lrp_cli_json_put_array(d, o, "flags");
    for (int f = 0; f < LRP_LEDGER_FLAG_COUNT; f++)
        if (row->flags >> f & 1) lrp_cli_json_put_text(d, flags, NULL, lrp_ledger_flag_key((enum lrp_ledger_flag)f));
    if (row->nan) lrp_cli_json_put_number(d, o, "nan", (double)row->nan);
    lrp_cli_json_put_number(d, o, "size", row->size);
}

void lrp_cli_ledger_put_rows(struct lrp_document *d, const char *key, const struct lrp_ledger_sums *sums,
                             const struct lrp_snapshot *snapshot)
{
    cJSON *rows = lrp_cli_json_put_array(d, d->root, key);
    for (size_t i = 1; i < sums->count; i++) {
        cJSON *o = lrp_cli_json_put_object(d, rows, NULL);
        lrp_cli_json_put_number(d, o, "index", (double)i);
        lrp_cli_json_put_text(d, o, "name", snapshot->layers->rows[i].name);
        put_row(d, o, &sums->rows[i]);
    }
}

void lrp_cli_ledger_put_inputs(struct lrp_document *d, const struct lrp_ledger_sums *sums, const struct lrp_snapshot *snapshot)
{
    const size_t listed = lrp_cli_listed_inputs(snapshot->layers);
    cJSON *inputs = listed ? lrp_cli_json_put_array(d, d->root, "inputs") : NULL;
    for (size_t k = 0; k < listed; k++)
        put_row(d, lrp_cli_put_input(d, inputs, snapshot->layers, k), &sums->rows[lrp_layer_row_at(snapshot->layers, k)]);
}

void lrp_cli_ledger_put_total(struct lrp_document *d, const char *key, const struct lrp_ledger_sums *sums)
{
    put_row(d, lrp_cli_json_put_object(d, d->root, key), &sums->total);
}
