/* measure.c: how long things take: opening, passes, changes, a cold process. Prints medians, minima and ratios; asserts
 * nothing. usage: measure MODEL [INPUT.npy] [--repeat N] [--cold BINARY]; without an input only opening is measured */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lrpscope/session.h"

static const char *const composites[] = {"epsilon-plus-flat", "epsilon-alpha2-beta1-flat", "epsilon-gamma-box(-3,3)",
                                         "epsilon"};
enum { COMPOSITES = sizeof composites / sizeof *composites, MOST = 101 };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void must(enum lrp_status status, const struct lrp_error *err)
{
    if (!status) return;
    fprintf(stderr, "measure: %s\n", err->message);
    exit(1);
}

/* Times of one thing. */
struct times {
    double ms[MOST];
    int count;
};

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(struct times *t)
{
    qsort(t->ms, (size_t)t->count, sizeof *t->ms, compare);
    return t->count ? t->ms[t->count / 2] : 0;
}

/* A row: median and minimum, and the minimum as a multiple of `unit` (0: no ratio). */
static double report(const char *what, struct times *t, double unit)
{
    double middle = median(t), least = t->count ? t->ms[0] : 0;
    printf("%-44s %10.1f %10.1f", what, middle, least);
    if (unit > 0) printf(" %8.2f", least / unit);
    printf("\n");
    return least;
}

struct bench {
    const char *model, *input;
    int repeat;
    struct lrp_settings *settings;
    struct lrp_session *session;
    double forward; /* minimum, ms */
};

static void measure_open(struct bench *b)
{
    struct times open = {0}, list = {0};
    struct lrp_error err;
    for (int i = 0; i < b->repeat; i++) {
        struct lrp_model *model;
        double start = now_ms();
        must(lrp_model_open(b->model, &model, &err), &err);
        open.ms[open.count++] = now_ms() - start;
        lrp_model_release(model);
        struct lrp_session *s;
        start = now_ms();
        must(lrp_session_open(b->model, b->settings, &s, &err), &err);
        list.ms[list.count++] = now_ms() - start;
        lrp_session_free(s);
    }
    report("open the file", &open, 0);
    report("open and list layers with check and rules", &list, 0);
}

static double last_ms(struct bench *b, bool relevance)
{
    struct lrp_error err;
    const struct lrp_snapshot *now;
    must(lrp_session_snapshot(b->session, &now, &err), &err);
    double ms = relevance ? now->relevance_ms : now->forward_ms;
    lrp_snapshot_release(now);
    return ms;
}

static void measure_forward(struct bench *b)
{
    struct times t = {0};
    struct lrp_error err;
    for (int i = 0; i <= b->repeat; i++) {
        must(lrp_session_forget(b->session, &err), &err);
        must(lrp_session_run(b->session, LRP_WANT_FORWARD, &err), &err);
        if (i) t.ms[t.count++] = last_ms(b, false); /* the first one prepares weights */
    }
    b->forward = report("forward", &t, 0);
}

static void apply(struct bench *b)
{
    struct lrp_error err;
    must(lrp_session_apply(b->session, b->settings, &err), &err);
}

/* Whole passes in turn, forward and relevance, so that noise hits both. */
static void measure_composite(struct bench *b, const char *composite)
{
    struct times forward = {0}, relevance = {0};
    struct lrp_error err;
    char what[80];
    must(lrp_settings_set(b->settings, LRP_SETTING_COMPOSITE, composite, &err), &err);
    apply(b);
    for (int i = 0; i <= b->repeat; i++) {
        must(lrp_session_forget(b->session, &err), &err);
        must(lrp_session_run(b->session, LRP_WANT_RELEVANCE, &err), &err);
        if (!i) continue;
        forward.ms[forward.count++] = last_ms(b, false);
        relevance.ms[relevance.count++] = last_ms(b, true);
    }
    median(&forward);
    median(&relevance);
    snprintf(what, sizeof what, "relevance, %s", composite);
    report(what, &relevance, forward.ms[0]);
    printf("%-44s %10s %10s %8.2f\n", "  (forward + relevance) / forward", "", "",
           (forward.ms[0] + relevance.ms[0]) / forward.ms[0]);
}

/* From a changed rule to its relevance. `rule`: its text up to a number, which is another one each time: results are kept. */
static void measure_rule_change(struct bench *b, const char *where, size_t layer, const char *rule, double whole)
{
    static int number;
    struct times t = {0};
    struct lrp_error err;
    char what[80], select[32];
    snprintf(select, sizeof select, "%zu", layer);
    for (int i = 0; i <= b->repeat; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s0.%05d)", rule, ++number);
        double start = now_ms();
        must(lrp_settings_add_rule(b->settings, select, text, &err), &err);
        apply(b);
        must(lrp_session_run(b->session, LRP_WANT_RELEVANCE, &err), &err);
        if (i) t.ms[t.count++] = now_ms() - start;
    }
    lrp_settings_remove_rule(b->settings, select);
    apply(b);
    must(lrp_session_run(b->session, LRP_WANT_RELEVANCE, &err), &err);
    snprintf(what, sizeof what, "%s layer (%zu) to %.*s", where, layer, (int)strcspn(rule, "("), rule);
    report(what, &t, whole);
}

/* The first changes are not counted: results are kept up to a gigabyte, and until that is full every new one takes fresh
 * memory. */
enum { WARM = 12 };

/* From another target to its relevance: activations and denominators stay. */
static void measure_target_change(struct bench *b, double whole)
{
    struct times t = {0};
    struct lrp_error err;
    for (int i = 0; i < WARM + b->repeat; i++) {
        char target[16];
        snprintf(target, sizeof target, "%d", i + 1);
        double start = now_ms();
        must(lrp_settings_set(b->settings, LRP_SETTING_TARGET, target, &err), &err);
        apply(b);
        must(lrp_session_run(b->session, LRP_WANT_RELEVANCE, &err), &err);
        if (i >= WARM) t.ms[t.count++] = now_ms() - start;
    }
    must(lrp_settings_set(b->settings, LRP_SETTING_TARGET, "", &err), &err);
    apply(b);
    must(lrp_session_run(b->session, LRP_WANT_RELEVANCE, &err), &err);
    report("target change", &t, whole);
}

static void measure_changes(struct bench *b)
{
    struct lrp_error err;
    struct times whole = {0}, input = {0};
    must(lrp_settings_set(b->settings, LRP_SETTING_COMPOSITE, "epsilon-plus-flat", &err), &err);
    apply(b);
    for (int i = 0; i <= b->repeat; i++) {
        double start = now_ms();
        must(lrp_session_set_input(b->session, NULL, b->input, &err), &err);
        must(lrp_session_forget(b->session, &err), &err);
        must(lrp_session_run(b->session, LRP_WANT_RELEVANCE, &err), &err);
        if (!i) continue;
        input.ms[input.count++] = now_ms() - start;
        whole.ms[whole.count++] = last_ms(b, true);
    }
    report("input change to relevance", &input, b->forward);
    median(&whole);
    const struct lrp_snapshot *now;
    must(lrp_session_snapshot(b->session, &now, &err), &err);
    const size_t count = now->layers->count;
    size_t middle = count / 2; /* or the first layer behind it that all rules fit */
    while (middle + 1 < count && strcmp(now->layers->rows[middle].type, "convolution") != 0) middle++;
    lrp_snapshot_release(now);
    printf("%-44s %10s %10s %8s\n", "", "", "", "/relevance");
    measure_target_change(b, whole.ms[0]);
    printf("rule change at the\n");
    static const char *const rules[] = {
        "epsilon(epsilon=",     "gamma(0.25, stabilizer=", "z-plus(stabilizer=", "alpha-beta(2, 1, stabilizer=",
        "w-square(stabilizer=", "flat(stabilizer="};
    measure_rule_change(b, "first", 1, rules[0], whole.ms[0]);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) measure_rule_change(b, "middle", middle, rules[i], whole.ms[0]);
    measure_rule_change(b, "last", count - 1, rules[0], whole.ms[0]);
}

/* ---- several samples at once ---- */

enum { BATCH = 8 };

/* The input so many times, one after the other. */
static struct lrp_tensor *repeated(const char *path, int times)
{
    struct lrp_error err;
    struct lrp_tensor *one, *all;
    must(lrp_tensor_read_npy(path, &one, &err), &err);
    struct lrp_shape shape = one->shape;
    shape.dim[0] *= times;
    must(lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, &all, &err), &err);
    for (int i = 0; i < times; i++) memcpy(all->f + (size_t)i * one->count, one->f, one->count * sizeof *one->f);
    lrp_tensor_release(one);
    return all;
}

/* Both passes over so many samples as one batch, a sample. */
static double measure_samples(const struct bench *b, int count)
{
    struct lrp_tensor *const samples = repeated(b->input, count);
    struct lrp_settings *settings;
    struct lrp_session *session;
    struct lrp_error err;
    struct times t = {0};
    char text[128];
    int at = 0;
    for (int d = 0; d < samples->shape.rank; d++)
        at += snprintf(text + at, sizeof text - (size_t)at, "%s%lld", d ? "," : "", (long long)samples->shape.dim[d]);
    must(lrp_settings_copy(b->settings, &settings, &err), &err);
    must(lrp_settings_set(settings, LRP_SETTING_INPUT_SHAPE, text, &err), &err); /* a model of batch 1 may be made for more */
    must(lrp_session_open(b->model, settings, &session, &err), &err);
    must(lrp_session_set_tensor(session, NULL, samples, "samples", &err), &err);
    for (int i = 0; i <= b->repeat; i++) {
        const struct lrp_snapshot *now;
        must(lrp_session_forget(session, &err), &err);
        must(lrp_session_run(session, LRP_WANT_RELEVANCE, &err), &err);
        must(lrp_session_snapshot(session, &now, &err), &err);
        if (i) t.ms[t.count++] = (now->forward_ms + now->relevance_ms) / count;
        lrp_snapshot_release(now);
    }
    lrp_session_free(session);
    lrp_settings_free(settings);
    lrp_tensor_release(samples);
    snprintf(text, sizeof text, "both passes, a sample, batch of %d", count);
    return report(text, &t, 0);
}

static void measure_batch(struct bench *b)
{
    struct lrp_error err;
    must(lrp_settings_set(b->settings, LRP_SETTING_COMPOSITE, "epsilon-plus-flat", &err), &err);
    const double single = measure_samples(b, 1), batch = measure_samples(b, BATCH);
    printf("%-44s %10s %10s %8.2f\n", "  a sample of the batch / one alone", "", "", batch / single);
}

/* A process of its own, from start to a written PNG. */
struct cold {
    struct times times;
    long peak; /* KB */
};

static char png[64]; /* what is written, and removed: of this process alone */

/* Before anything is opened here: a child counts the memory of the process it was forked from as its own. */
static void measure_cold(const struct bench *b, const char *binary, struct cold *out)
{
    for (int i = 0; i < b->repeat; i++) {
        double start = now_ms();
        pid_t child = fork();
        if (child == 0) {
            int null = open("/dev/null", O_WRONLY);
            dup2(null, STDOUT_FILENO);
            execl(binary, binary, "explain", b->model, b->input, "--skip-checks", "-q", "--heatmap", png, (char *)NULL);
            _exit(127);
        }
        int status;
        struct rusage usage;
        wait4(child, &status, 0, &usage);
        if (status) fprintf(stderr, "measure: %s failed\n", binary);
        out->times.ms[out->times.count++] = now_ms() - start;
        if (usage.ru_maxrss > out->peak) out->peak = usage.ru_maxrss;
    }
    unlink(png);
}

/* What a cold process cannot do without: the file read once, and the first explanation of a process that has done nothing
 * before. */
static double measure_first(const struct bench *b)
{
    static char piece[1 << 20];
    struct lrp_error err;
    struct lrp_session *session;
    const struct lrp_snapshot *now;
    const double start = now_ms();
    const int file = open(b->model, O_RDONLY);
    while (file >= 0 && read(file, piece, sizeof piece) > 0) continue;
    if (file >= 0) close(file);
    must(lrp_session_open(b->model, b->settings, &session, &err), &err);
    must(lrp_session_set_input(session, NULL, b->input, &err), &err);
    must(lrp_session_run(session, LRP_WANT_RELEVANCE, &err), &err);
    must(lrp_session_snapshot(session, &now, &err), &err);
    must(lrp_snapshot_export_heatmap(now, 0, LRP_SHOW_RELEVANCE, 0, png, &err), &err);
    const double took = now_ms() - start;
    unlink(png);
    lrp_snapshot_release(now);
    lrp_session_free(session);
    return took;
}

static void report_cold(const struct bench *b, struct cold *cold, double first)
{
    const double least = report("cold process to a written PNG", &cold->times, b->forward);
    printf("%-44s %10s %10.1f %8.2f\n", "  read + first explanation; the ratio to it", "", first, least / first);
    struct stat file;
    if (stat(b->model, &file) == 0)
        printf("%-44s %10.0f MB %18.2f\n", "  peak memory, and as a multiple of the file", (double)cold->peak / 1024,
               (double)cold->peak * 1024 / (double)file.st_size);
}

static void measure_passes(struct bench *b)
{
    struct lrp_error err;
    must(lrp_session_open(b->model, b->settings, &b->session, &err), &err);
    must(lrp_session_set_input(b->session, NULL, b->input, &err), &err);
    measure_forward(b);
    for (int i = 0; i < COMPOSITES; i++) measure_composite(b, composites[i]);
    measure_changes(b);
    lrp_session_free(b->session);
    measure_batch(b);
}

int main(int argc, char **argv)
{
    snprintf(png, sizeof png, "/tmp/lrpscope-bench-%d.png", (int)getpid());
    struct bench b = {.repeat = 5};
    const char *cold = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--repeat") == 0 && i + 1 < argc)
            b.repeat = (int)strtol(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--cold") == 0 && i + 1 < argc)
            cold = argv[++i];
        else if (!b.model)
            b.model = argv[i];
        else
            b.input = argv[i];
    }
    if (!b.model || (cold && !b.input) || b.repeat < 1 || b.repeat > MOST - 1) {
        fprintf(stderr, "usage: measure MODEL [INPUT.npy] [--repeat N] [--cold BINARY]\n");
        return 2;
    }
    struct lrp_error err;
    struct cold process = {.peak = 0};
    if (cold) measure_cold(&b, cold, &process);
    must(lrp_settings_new(&b.settings, &err), &err);
    must(lrp_settings_set_flag(b.settings, LRP_SETTING_SKIP_CHECKS, true, &err), &err);
    const double first = cold ? measure_first(&b) : 0;
    printf("%s\n%-44s %10s %10s %8s\n", b.model, "", "median ms", "min ms", "/forward");
    measure_open(&b);
    if (b.input) measure_passes(&b);
    if (cold) report_cold(&b, &process, first);
    lrp_settings_free(b.settings);
    printf("\n");
    return 0;
}
