/* main.c: onnx_backend DIR... [--write OUT] [--versions] [--unsupported LIST] [--corrected LIST] [-v]: the ONNX project's own
 * tests under DIR. A line for every wrong one and every model that does not open (-v: for every one that is not supported,
 * too), counts by operator, counts in all.
 * --versions: models of one node import the version of the operator they test, which must be named in the operator table.
 * --corrected LIST: tests it names may be wrong: what the data expect was a mistake that later versions of the data do not
 * have. Those that pass must not be named.
 * --unsupported LIST: only tests it names, one a line, may be unsupported, and those that pass must not be named: the list can
 * but shrink. */
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "backend.h"

struct options {
    const char *write, *unsupported, *corrected;
    bool verbose, versions;
};
struct sums {
    size_t outcomes[OUTCOMES], closed, unexpected;
    char *named, *corrected; /* the lists' texts between line ends; NULL: there is none */
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

/* Reads a list so that every name stands between line ends; false if that failed. */
static bool read_list(const char *path, char **list)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1 << 16, 1);
    const size_t size = file && text ? fread(text + 1, 1, (1 << 16) - 3, file) : 0;
    const bool fine = file && text && feof(file);
    if (file) fclose(file);
    if (!fine) fprintf(stderr, "%s: cannot be read\n", path);
    if (text) text[0] = text[size + 1] = '\n';
    *list = text;
    return fine;
}

static bool is_named(const struct test *test, const char *list)
{
    char line[512];
    const char *name = strrchr(test->folder, '/');
    snprintf(line, sizeof line, "\n%s\n", name ? name + 1 : test->folder);
    return list && strstr(list, line);
}

/* Whether the list of unsupported ones is right about a test. */
static bool is_expected(const struct test *test, enum outcome outcome, const struct sums *sums)
{
    if (!sums->named) return true;
    const bool named = is_named(test, sums->named);
    if (outcome == PASSED && named) printf("passes, to be taken off the list: %s\n", test->folder);
    if (outcome == NOT_SUPPORTED && !named)
        printf("not supported: %s: %s at opset %d: %s\n", test->folder, test->op_type, test->opset, test->err.message);
    return outcome == WRONG || named == (outcome == NOT_SUPPORTED);
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
    enum outcome outcome = test_run(&test);
    if (is_named(&test, sums->corrected)) {
        if (outcome != WRONG) printf("not wrong, to be taken off the list: %s\n", folder);
        sums->unexpected += outcome != WRONG;
        outcome = PASSED;
    }
    sums->outcomes[outcome]++;
    sums->closed += !test.opens;
    sums->unexpected += !is_expected(&test, outcome, sums);
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

static void read_options(int argc, char **argv, struct options *options, const char **folders, int *folder_count)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--write") == 0)
            options->write = ++i < argc ? argv[i] : NULL;
        else if (strcmp(argv[i], "--unsupported") == 0)
            options->unsupported = ++i < argc ? argv[i] : NULL;
        else if (strcmp(argv[i], "--corrected") == 0)
            options->corrected = ++i < argc ? argv[i] : NULL;
        else if (strcmp(argv[i], "-v") == 0)
            options->verbose = true;
        else if (strcmp(argv[i], "--versions") == 0)
            options->versions = true;
        else
            folders[(*folder_count)++] = argv[i];
    }
}

int main(int argc, char **argv)
{
    struct options options = {0};
    struct sums sums = {.table = table_new()};
    const char **folders = calloc((size_t)argc + 1, sizeof *folders);
    int count = 0;
    bool done = sums.table && folders;
    if (done) read_options(argc, argv, &options, folders, &count);
    if (done && options.write && mkdir(options.write, 0777) && errno != EEXIST) {
        fprintf(stderr, "%s: %s\n", options.write, strerror(errno));
        table_free(sums.table);
        free(folders);
        return 2;
    }
    if (options.unsupported) done = done && read_list(options.unsupported, &sums.named);
    if (options.corrected) done = done && read_list(options.corrected, &sums.corrected);
    for (int i = 0; i < count && done; i++) done = run_tree(folders[i], &options, &sums);
    free(folders);
    free(sums.named);
    free(sums.corrected);
    if (!done) {
        fprintf(stderr, "usage: onnx_backend DIR... [--write OUT] [--versions] [--unsupported LIST] [--corrected LIST] [-v]\n");
        return 2;
    }
    table_print(sums.table);
    table_free(sums.table);
    if (sums.closed) printf("%zu models do not open\n", sums.closed);
    if (sums.unexpected) printf("%zu not as the lists say\n", sums.unexpected);
    printf("%zu passed, %zu wrong, %zu not supported\n", sums.outcomes[PASSED], sums.outcomes[WRONG],
           sums.outcomes[NOT_SUPPORTED]);
    return sums.outcomes[WRONG] || sums.closed || sums.unexpected || !sums.outcomes[PASSED];
}
