/* profile.c: where the time of a run went. */
#include "profile.h"

#include "table.h"

static void add_row(struct lrp_table *table, const struct lrp_snapshot *now, size_t i, double whole)
{
    const struct lrp_layer *l = &now->layers->rows[i];
    const double forward = now->forward_layer_ms[i], back = now->relevance_layer_ms[i];
    lrp_cli_table_cell(table, "%zu", i);
    lrp_cli_table_cell(table, "%s", l->name);
    lrp_cli_table_cell(table, "%s", l->type);
    lrp_cli_table_cell(table, "%s", now->rules[i]);
    lrp_cli_table_cell(table, "%.3f", forward);
    if (l->macs > 0 && forward > 0)
        lrp_cli_table_cell(table, "%.1f", 2e-6 * (double)l->macs / forward);
    else
        lrp_cli_table_cell(table, "%s", "");
    lrp_cli_table_cell(table, "%.3f", back);
    lrp_cli_table_cell(table, "%.1f %%", whole > 0 ? 100 * (forward + back) / whole : 0);
}

enum lrp_status lrp_cli_profile_print(const struct lrp_snapshot *now, FILE *out, struct lrp_error *err)
{
    static const struct lrp_table_column columns[] = {
        {"#", true},          {"layer", false},  {"type", false},        {"rule", false},
        {"forward ms", true}, {"GFLOP/s", true}, {"relevance ms", true}, {"share", true}};
    struct lrp_table table;
    const double whole = now->forward_ms + now->relevance_ms;
    lrp_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 1; i < now->layers->count; i++) add_row(&table, now, i, whole);
    const enum lrp_status status = lrp_cli_table_print(&table, out, err);
    lrp_cli_table_free(&table);
    if (!status) lrp_print(out, "\nforward %.1f ms, relevance %.1f ms\n", now->forward_ms, now->relevance_ms);
    return status;
}
