/* main.c: onnx_backend DIR... [--write OUT] [--versions] [-v]: the ONNX project's own tests under DIR. A line for every wrong
 * one and every model that does not open (-v: for every one that is not supported, too), counts by operator, counts in all.
 * --versions: models of one node import the version of the operator they test, which must be named in the operator table. */
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "backend.h"

struct options {
    const char *write;
    bool verbose, versions;
};
struct sums {
    size_t outcomes[OUTCOMES], closed;
    struct table *table;
};

static void report(const struct test *test, enum outcome outcome, bool verbose)
{
    if (!test->opens)
        printf("does not open: %s: %s\n", test->folder, test->err.message);
    else if (outcome == WRONG)
        printf("wrong: %s: %s\n", test->folder, test->err.message);
    else if (outcome == NOT_SUPPORTED && verbose)
        printf("not supported: %s: %s%s%s at opset %d: %s\n", test->folder, test->domain, *test->domain ? "." : "",
               test->op_type, test->opset, test->err.message);
}

static bool run_folder(const char *folder, const struct options *options, struct sums *sums)
{
    struct test test = {.folder = folder,
                        .write = options->write,
                        .versions = options->versions,
                        .arena = lrp_arena_new(),
                        .op_type = "",
                        .domain = ""};
    if (!test.arena) return false;
    const enum outcome outcome = test_run(&test);
    sums->outcomes[outcome]++;
    sums->closed += !test.opens;
    report(&test, outcome, options->verbose);
    table_count(sums->table, &test, outcome);
    if (test.definition) lrp_definition_free(test.definition);
    lrp_arena_free(test.arena);
    return true;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool run_tree(const char *folder, const struct options *options, struct sums *sums)
{
    char *const paths[] = {(char *)(uintptr_t)folder, NULL};
    FTS *tree = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    bool done = tree != NULL;
    for (FTSENT *entry; done && (entry = fts_read(tree));) {
        if (entry->fts_info != FTS_F || strcmp(entry->fts_name, "model.onnx") != 0) continue;
        char *path = strndup(entry->fts_path, entry->fts_pathlen - sizeof "model.onnx");
        done = path && run_folder(path, options, sums);
        free(path);
    }
    if (tree) fts_close(tree);
    return done;
}

int main(int argc, char **argv)
{
    struct options options = {0};
    struct sums sums = {.table = table_new()};
    bool done = sums.table != NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--write") == 0)
            options.write = ++i < argc ? argv[i] : NULL;
        else if (strcmp(argv[i], "-v") == 0)
            options.verbose = true;
        else if (strcmp(argv[i], "--versions") == 0)
            options.versions = true;
    }
    if (options.write && mkdir(options.write, 0777) && errno != EEXIST) {
        fprintf(stderr, "%s: %s\n", options.write, strerror(errno));
        return 2;
    }
    for (int i = 1; i < argc && done; i++) {
        if (strcmp(argv[i], "--write") == 0)
            i++;
        else if (strcmp(argv[i], "-v") != 0 && strcmp(argv[i], "--versions") != 0)
            done = run_tree(argv[i], &options, &sums);
    }
    if (!done) {
        fprintf(stderr, "usage: onnx_backend DIR... [--write OUT] [--versions] [-v]\n");
        return 2;
    }
    table_print(sums.table);
    table_free(sums.table);
    if (sums.closed) printf("%zu models do not open\n", sums.closed);
    printf("%zu passed, %zu wrong, %zu not supported\n", sums.outcomes[PASSED], sums.outcomes[WRONG],
           sums.outcomes[NOT_SUPPORTED]);
    return sums.outcomes[WRONG] || sums.closed || !sums.outcomes[PASSED];
}
