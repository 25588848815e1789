/* report.c: the JSON report of explain. */
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "input_rows.h"
#include "text.h"

static void add_names(struct lrp_document *d, cJSON *options, const char *key, const struct lrp_settings *settings,
                      size_t count, const char *(*at)(const struct lrp_settings *, size_t))
{
    cJSON *array = lrp_cli_json_put_array(d, options, key);
    for (size_t i = 0; i < count; i++) lrp_cli_json_put_text(d, array, NULL, at(settings, i));
}

/* Settings as they are, the composite as the one that holds. */
static void add_options(struct lrp_document *d, const struct lrp_snapshot *snapshot)
{
    const struct lrp_settings *settings = snapshot->settings;
    cJSON *options = lrp_cli_json_put_object(d, d->root, "options");
    for (int i = 0; i < LRP_SETTING_COUNT; i++) {
        const enum lrp_setting setting = (enum lrp_setting)i;
        if (lrp_setting_is_flag(setting))
            lrp_cli_json_put_bool(d, options, lrp_setting_key(setting), lrp_settings_flag(settings, setting));
        else
            lrp_cli_json_put_text(d, options, lrp_setting_key(setting),
                                  setting == LRP_SETTING_COMPOSITE ? snapshot->composite : lrp_settings_get(settings, setting));
    }
    cJSON *rules = lrp_cli_json_put_array(d, options, "rules");
    for (size_t i = 0; i < lrp_settings_rule_count(settings); i++) {
        const struct lrp_rule_setting rule = lrp_settings_rule_at(settings, i);
        cJSON *o = lrp_cli_json_put_object(d, rules, NULL);
        lrp_cli_json_put_text(d, o, "select", rule.select);
        lrp_cli_json_put_text(d, o, "rule", rule.rule);
    }
    add_names(d, options, "supported_layers", settings, lrp_settings_layer_count(settings), lrp_settings_layer_at);
    add_names(d, options, "supported_activations", settings, lrp_settings_activation_count(settings),
              lrp_settings_activation_at);
}

enum lrp_status lrp_cli_report_init(struct lrp_report *report, const struct lrp_snapshot *snapshot, struct lrp_error *err)
{
    *report = (struct lrp_report){.layer_count = lrp_layer_rows(snapshot->layers)};
    report->layers = calloc(report->layer_count, sizeof *report->layers);
    if (!report->layers) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    struct lrp_document *d = &report->document;
    lrp_cli_json_init(d, snapshot->model_path);
    add_options(d, snapshot);
    report->samples = lrp_cli_json_put_array(d, d->root, "samples");
    report->files = cJSON_CreateArray(); /* these join the document at the end: the order of keys is the contract's */
    report->warnings = cJSON_CreateArray();
    report->forward = cJSON_CreateArray();
    report->relevance = cJSON_CreateArray();
    return LRP_OK;
}

void lrp_cli_report_free(struct lrp_report *report)
{
    lrp_cli_json_free(&report->document);
    cJSON_Delete(report->files);
    cJSON_Delete(report->warnings);
    cJSON_Delete(report->forward);
    cJSON_Delete(report->relevance);
    free(report->layers);
    lrp_cli_ledger_free(&report->ledger);
    *report = (struct lrp_report){0};
}

static void add_inputs(struct lrp_document *d, cJSON *o, const struct lrp_snapshot *snapshot, size_t sample)
{
    cJSON *array = lrp_cli_json_put_array(d, o, "inputs");
    for (size_t i = 0; i < lrp_model_input_count(snapshot->model); i++) {
        struct lrp_model_value value;
        double sum;
        lrp_model_input(snapshot->model, i, &value);
        const bool arrives = lrp_snapshot_sum_at_input(snapshot, i, (int64_t)sample, &sum);
        cJSON *one = lrp_cli_json_put_object(d, array, NULL);
        lrp_cli_json_put_text(d, one, "name", value.name);
        lrp_cli_json_put_number(d, one, "sum", arrives ? sum : (double)NAN);
    }
}

/* What there is to say of a method of many passes. */
static void add_method(struct lrp_document *d, cJSON *o, const struct lrp_snapshot *snapshot, size_t sample)
{
    int64_t seed;
    if (!snapshot->passes) return;
    lrp_cli_json_put_number(d, o, "passes", (double)snapshot->passes);
    if (lrp_parse_int64(snapshot->seed, &seed)) lrp_cli_json_put_number(d, o, "seed", (double)seed);
    if (*snapshot->baseline) lrp_cli_json_put_text(d, o, "baseline", snapshot->baseline);
    if (snapshot->completeness_gaps && sample < snapshot->target_count)
        lrp_cli_json_put_number(d, o, "completeness_gap", snapshot->completeness_gaps[sample]);
}

const char *lrp_cli_whole_target(const struct lrp_snapshot *snapshot, const struct lrp_target *target)
{
    return target->several ? lrp_settings_get(snapshot->settings, LRP_SETTING_TARGET) : "";
}

void lrp_cli_put_target(struct lrp_document *document, cJSON *object, const struct lrp_snapshot *snapshot,
                        const struct lrp_target *target)
{
    const char *whole = lrp_cli_whole_target(snapshot, target);
    lrp_cli_json_put_number(document, object, "target", (double)target->index);
    lrp_cli_json_put_text(document, object, "label", target->label);
    if (*whole) lrp_cli_json_put_text(document, object, "whole_target", whole);
}

cJSON *lrp_cli_report_sample(struct lrp_report *report, const char *input, const struct lrp_snapshot *snapshot, size_t sample)
{
    static const struct lrp_target none = {.label = ""};
    const struct lrp_target *target = sample < snapshot->target_count ? &snapshot->targets[sample] : &none;
    struct lrp_document *d = &report->document;
    cJSON *o = lrp_cli_json_put_object(d, report->samples, NULL);
    lrp_cli_json_put_text(d, o, "input", input);
    lrp_cli_put_target(d, o, snapshot, target);
    lrp_cli_json_put_number(d, o, "output", (double)target->output);
    lrp_cli_json_put_number(d, o, "start", target->start);
    lrp_cli_json_put_number(d, o, "sum_input", lrp_snapshot_input_sum(snapshot, (int64_t)sample));
    add_method(d, o, snapshot, sample);
    add_inputs(d, o, snapshot, sample);
    return o;
}

static void merge(struct lrp_report_layer *into, const struct lrp_statistics *more)
{
    into->sum += more->sum;
    into->nan += more->nan;
    if (!into->seen || more->min < into->min) into->min = more->min;
    if (!into->seen || more->max > into->max) into->max = more->max;
    into->seen = true;
}

void lrp_cli_report_layers(struct lrp_report *report, const struct lrp_snapshot *snapshot)
{
    for (size_t i = 0; i < report->layer_count; i++)
        if (snapshot->relevance[i]) merge(&report->layers[i], &snapshot->relevance_statistics[i]);
}

void lrp_cli_report_doubts(struct lrp_report *report, const struct lrp_snapshot *snapshot)
{
    lrp_cli_json_put_new_texts(&report->document, report->warnings, snapshot->doubts, snapshot->doubt_count);
}

void lrp_cli_report_timing(struct lrp_report *report, const struct lrp_snapshot *snapshot)
{
    if (!report->forward || !report->forward->child) { /* later passes find everything prepared */
        report->load_ms = snapshot->load_ms;
        report->prepare_ms = snapshot->prepare_ms;
    }
    lrp_cli_json_put_number(&report->document, report->forward, NULL, snapshot->forward_ms);
    lrp_cli_json_put_number(&report->document, report->relevance, NULL, snapshot->relevance_ms);
}

void lrp_cli_report_file(struct lrp_report *report, const char *path)
{
    lrp_cli_json_put_text(&report->document, report->files, NULL, path);
}

static void put_statistics(struct lrp_document *d, cJSON *o, const struct lrp_report_layer *s)
{
    const double none = s->seen ? 0 : (double)NAN; /* no relevance reached it: null */
    lrp_cli_json_put_number(d, o, "sum", s->sum + none);
    lrp_cli_json_put_number(d, o, "min", (double)s->min + none);
    lrp_cli_json_put_number(d, o, "max", (double)s->max + none);
    lrp_cli_json_put_number(d, o, "nan", (double)s->nan);
}

static void add_layers(struct lrp_report *report, const struct lrp_snapshot *snapshot)
{
    struct lrp_document *d = &report->document;
    const size_t listed = lrp_cli_listed_inputs(snapshot->layers);
    cJSON *inputs = listed ? lrp_cli_json_put_array(d, d->root, "inputs") : NULL;
    for (size_t k = 0; k < listed; k++)
        put_statistics(d, lrp_cli_put_input(d, inputs, snapshot->layers, k),
                       &report->layers[lrp_layer_row_at(snapshot->layers, k)]);
    cJSON *layers = lrp_cli_json_put_array(d, d->root, "layers");
    for (size_t i = 1; i < snapshot->layers->count; i++) {
        cJSON *o = lrp_cli_json_put_object(d, layers, NULL);
        lrp_cli_json_put_number(d, o, "index", (double)i);
        lrp_cli_json_put_text(d, o, "name", snapshot->layers->rows[i].name);
        lrp_cli_json_put_text(d, o, "rule", snapshot->rules[i]);
        put_statistics(d, o, &report->layers[i]);
    }
}

/* Hands a container over to an object. */
static void hand_over(struct lrp_document *d, cJSON *parent, const char *key, cJSON **item)
{
    if (*item && parent && cJSON_AddItemToObject(parent, key, *item))
        *item = NULL;
    else
        d->failed = true;
}

void lrp_cli_report_finish(struct lrp_report *report, const struct lrp_snapshot *snapshot)
{
    struct lrp_document *d = &report->document;
    add_layers(report, snapshot);
    lrp_cli_ledger_put_rows(d, "ledger", &report->ledger, snapshot);
    hand_over(d, d->root, "warnings", &report->warnings);
    hand_over(d, d->root, "files", &report->files);
    cJSON *timing = lrp_cli_json_put_object(d, d->root, "timing");
    lrp_cli_json_put_number(d, timing, "load_ms", report->load_ms);
    lrp_cli_json_put_number(d, timing, "prepare_ms", report->prepare_ms);
    hand_over(d, timing, "forward_ms", &report->forward);
    hand_over(d, timing, "relevance_ms", &report->relevance);
}
