/* table.c: counts by operator, and by the versions that are not supported. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"

struct row {
    char *name; /* "DOMAIN.OP", of what is not supported "DOMAIN.OP at opset N" */
    size_t outcomes[OUTCOMES];
};
struct table {
    struct row *rows;
    size_t count;
};

struct table *table_new(void)
{
    return calloc(1, sizeof(struct table));
}

void table_free(struct table *table)
{
    for (size_t i = 0; i < table->count; i++) free(table->rows[i].name);
    free(table->rows);
    free(table);
}

static void count(struct table *table, const char *name, enum outcome outcome)
{
    size_t i = 0;
    while (i < table->count && strcmp(table->rows[i].name, name) != 0) i++;
    if (i == table->count) {
        struct row *rows = realloc(table->rows, (i + 1) * sizeof *rows);
        char *copy = strdup(name);
        if (rows) table->rows = rows;
        if (!rows || !copy) {
            free(copy);
            return;
        }
        rows[table->count++] = (struct row){.name = copy};
    }
    table->rows[i].outcomes[outcome]++;
}

static bool seen_before(const struct lrp_definition *definition, size_t node)
{
    const struct lrp_node_definition *nodes = definition->nodes;
    for (size_t k = 0; k < node; k++)
        if (strcmp(nodes[k].op_type, nodes[node].op_type) == 0 && strcmp(nodes[k].domain, nodes[node].domain) == 0) return true;
    return false;
}

void table_count(struct table *table, const struct test *test, enum outcome outcome)
{
    const struct lrp_definition *definition = test->definition;
    char name[256];
    if (outcome == NOT_SUPPORTED) {
        snprintf(name, sizeof name, "%s%s%s at opset %d", test->domain, *test->domain ? "." : "", test->op_type, test->opset);
        count(table, name, outcome);
        return;
    }
    for (size_t i = 0; definition && i < definition->node_count; i++) {
        const struct lrp_node_definition *node = &definition->nodes[i];
        snprintf(name, sizeof name, "%s%s%s", node->domain, *node->domain ? "." : "", node->op_type);
        if (!seen_before(definition, i)) count(table, name, outcome);
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct row *)a)->name, ((const struct row *)b)->name);
}

void table_print(struct table *table)
{
    if (table->count) qsort(table->rows, table->count, sizeof *table->rows, by_name);
    printf("%-52s %8s %8s %14s\n", "operator", "passed", "wrong", "not supported");
    for (size_t i = 0; i < table->count; i++) {
        const size_t *outcomes = table->rows[i].outcomes;
        printf("%-52s %8zu %8zu %14zu\n", table->rows[i].name, outcomes[PASSED], outcomes[WRONG], outcomes[NOT_SUPPORTED]);
    }
}
