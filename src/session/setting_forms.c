/* setting_forms.c: the forms that values of settings have, one row each. */
#include <string.h>

#include "assign.h"
#include "internal.h"
#include "lrpscope/heatmap.h"
#include "method.h"
#include "preprocess.h"
#include "settings.h"
#include "shapes.h"
#include "target.h"
#include "text.h"

static bool put_word(struct lrp_word *out, const char *name, const char *line)
{
    if (name) *out = (struct lrp_word){name, line ? line : ""};
    return name != NULL;
}

/* ---- what is checked, and what has names ---- */

static enum lrp_status check_flag(const struct lrp_settings *settings, const char *key, const char *text, struct lrp_error *err)
{
    (void)settings;
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) return LRP_OK;
    return lrp_fail(err, LRP_USAGE, "%s is true or false, not \"%s\"", key, text);
}
static bool flag_value(const struct lrp_settings *settings, const char *key, size_t index, struct lrp_word *out)
{
    static const char *const words[] = {"true", "false"};
    (void)settings, (void)key;
    return put_word(out, index < 2 ? words[index] : NULL, "");
}

static enum lrp_status check_convention(const struct lrp_settings *settings, const char *key, const char *text,
                                        struct lrp_error *err)
{
    enum lrp_convention convention;
    (void)settings, (void)key;
    return lrp_convention_parse(text, &convention, err);
}
static bool convention_value(const struct lrp_settings *settings, const char *key, size_t index, struct lrp_word *out)
{
    const enum lrp_convention convention = (enum lrp_convention)index;
    (void)settings, (void)key;
    if (index >= LRP_CONVENTION_COUNT) return false;
    return put_word(out, lrp_convention_text(convention), lrp_convention_line(convention));
}

static enum lrp_status check_method(const struct lrp_settings *settings, const char *key, const char *text,
                                    struct lrp_error *err)
{
    struct lrp_method_call method;
    const enum lrp_status status = lrp_method_parse(text, &method, err);
    (void)settings, (void)key;
    if (!status) lrp_method_call_free(&method);
    return status;
}
static bool method_value(const struct lrp_settings *settings, const char *key, size_t index, struct lrp_word *out)
{
    const struct lrp_method_info *method = lrp_method_at(index);
    (void)settings, (void)key;
    return method && put_word(out, method->name, method->line);
}

/* Presets, then rules for every layer; what is given may be longer than a name, and is parsed when it is applied. */
static bool composite_value(const struct lrp_settings *settings, const char *key, size_t index, struct lrp_word *out)
{
    size_t presets = 0;
    (void)key;
    while (lrp_composite_at(presets)) presets++;
    const struct lrp_composite_info *preset = lrp_composite_at(index);
    if (preset) return put_word(out, preset->name, preset->description);
    const struct lrp_rule_info *rule = lrp_rule_at(settings ? settings->book : NULL, index - presets);
    return rule && put_word(out, rule->name, rule->formula);
}

static enum lrp_status check_switch(const char *key, enum lrp_composite_switch which, const char *text, struct lrp_error *err)
{
    struct lrp_error why;
    const enum lrp_status status = lrp_composite_check_switch(which, text, &why);
    return !status ? LRP_OK : lrp_fail(err, status, "%s: %s", key, why.message);
}
static enum lrp_status check_attention(const struct lrp_settings *settings, const char *key, const char *text,
                                       struct lrp_error *err)
{
    (void)settings;
    return check_switch(key, LRP_SWITCH_ATTENTION, text, err);
}
static bool attention_value(const struct lrp_settings *settings, const char *key, size_t index, struct lrp_word *out)
{
    (void)settings, (void)key;
    return put_word(out, lrp_composite_switch_word(LRP_SWITCH_ATTENTION, index), "");
}
static enum lrp_status check_gates(const struct lrp_settings *settings, const char *key, const char *text,
                                   struct lrp_error *err)
{
    (void)settings;
    return check_switch(key, LRP_SWITCH_GATES, text, err);
}
static bool gates_value(const struct lrp_settings *settings, const char *key, size_t index, struct lrp_word *out)
{
    (void)settings, (void)key;
    return put_word(out, lrp_composite_switch_word(LRP_SWITCH_GATES, index), "");
}

static bool start_value(const struct lrp_settings *settings, const char *key, size_t index, struct lrp_word *out)
{
    const struct lrp_word *word = lrp_start_word(index);
    (void)settings, (void)key;
    return word && put_word(out, word->name, word->line);
}

static enum lrp_status check_shape(const struct lrp_settings *settings, const char *key, const char *text,
                                   struct lrp_error *err)
{
    (void)settings, (void)key;
    return lrp_shape_text_check(text, err);
}

static enum lrp_status check_picture(const struct lrp_settings *settings, const char *key, const char *text,
                                     struct lrp_error *err)
{
    struct lrp_preprocess preprocess;
    (void)settings;
    lrp_preprocess_defaults(&preprocess);
    return lrp_preprocess_set(&preprocess, key, text, err);
}
static bool picture_value(const struct lrp_settings *settings, const char *key, size_t index, struct lrp_word *out)
{
    (void)settings;
    return put_word(out, lrp_preprocess_value(key, index), "");
}

static enum lrp_status check_heatmap(const struct lrp_settings *settings, const char *key, const char *text,
                                     struct lrp_error *err)
{
    struct lrp_heatmap_options heatmap;
    lrp_heatmap_defaults(NULL, &heatmap);
    heatmap.maps = settings->colormaps;
    return lrp_heatmap_option_set(&heatmap, key, text, err);
}
static bool heatmap_value(const struct lrp_settings *settings, const char *key, size_t index, struct lrp_word *out)
{
    const char *line, *name = lrp_heatmap_option_value(settings ? settings->colormaps : NULL, key, index, &line);
    return put_word(out, name, line);
}

static enum lrp_status check_threads(const struct lrp_settings *settings, const char *key, const char *text,
                                     struct lrp_error *err)
{
    int64_t threads;
    (void)settings;
    if (lrp_parse_int64(text, &threads) && threads >= 0 && threads <= 1024) return LRP_OK;
    return lrp_fail(err, LRP_USAGE, "%s cannot be \"%s\"", key, text);
}
static enum lrp_status check_bytes(const struct lrp_settings *settings, const char *key, const char *text,
                                   struct lrp_error *err)
{
    uint64_t bytes;
    (void)settings;
    return lrp_parse_bytes(text, &bytes) ? LRP_OK : lrp_fail(err, LRP_USAGE, "%s cannot be \"%s\"", key, text);
}

static const struct lrp_word parallel_words[] = {{"drop", "only what has passed the channels reaches the input"},
                                                 {"keep", "what goes round them, too"}},
                             start_words[] = {{"relevance", "their own"},
                                              {"activation", "what they hold before the activation"}};

static enum lrp_status check_either(const char *key, const struct lrp_word *words, const char *text, struct lrp_error *err)
{
    if (strcmp(text, words[0].name) == 0 || strcmp(text, words[1].name) == 0) return LRP_OK;
    return lrp_fail(err, LRP_USAGE, "%s is %s or %s, not \"%s\"", key, words[0].name, words[1].name, text);
}
static enum lrp_status check_parallel(const struct lrp_settings *settings, const char *key, const char *text,
                                      struct lrp_error *err)
{
    (void)settings;
    return check_either(key, parallel_words, text, err);
}
static bool parallel_value(const struct lrp_settings *settings, const char *key, size_t index, struct lrp_word *out)
{
    (void)settings, (void)key;
    return index < 2 && put_word(out, parallel_words[index].name, parallel_words[index].line);
}
static enum lrp_status check_channel_start(const struct lrp_settings *settings, const char *key, const char *text,
                                           struct lrp_error *err)
{
    (void)settings;
    return check_either(key, start_words, text, err);
}
static bool channel_start_value(const struct lrp_settings *settings, const char *key, size_t index, struct lrp_word *out)
{
    (void)settings, (void)key;
    return index < 2 && put_word(out, start_words[index].name, start_words[index].line);
}

/* ---- the rows ---- */

static const struct lrp_setting_form_row rows[LRP_FORM_COUNT] = {
    [LRP_FORM_FLAG] = {.check = check_flag, .value = flag_value},
    [LRP_FORM_TEXT] = {0},
    [LRP_FORM_CONVENTION] = {.check = check_convention, .value = convention_value, .needed = true},
    [LRP_FORM_METHOD] = {.check = check_method, .value = method_value, .needed = true},
    [LRP_FORM_COMPOSITE] = {.value = composite_value, .needed = true},
    [LRP_FORM_ATTENTION] = {.check = check_attention, .value = attention_value},
    [LRP_FORM_GATES] = {.check = check_gates, .value = gates_value},
    [LRP_FORM_START] = {.value = start_value, .suffix = ".npy"},
    [LRP_FORM_PARALLEL] = {.check = check_parallel, .value = parallel_value},
    [LRP_FORM_CHANNEL_START] = {.check = check_channel_start, .value = channel_start_value},
    [LRP_FORM_SHAPE] = {.check = check_shape},
    [LRP_FORM_PICTURE] = {.check = check_picture, .value = picture_value, .section = "preprocess"},
    [LRP_FORM_PICTURE_FILE] = {.section = "preprocess", .file_key = "config", .suffix = ""},
    [LRP_FORM_FILE] = {.suffix = ""},
    [LRP_FORM_HEATMAP] = {.check = check_heatmap, .value = heatmap_value, .section = "heatmap"},
    [LRP_FORM_THREADS] = {.check = check_threads},
    [LRP_FORM_BYTES] = {.check = check_bytes},
};

const struct lrp_setting_form_row *lrp_setting_form_row(enum lrp_setting_form form)
{
    return &rows[form];
}

static const struct lrp_setting_form_row *form_of(enum lrp_setting setting)
{
    return &rows[lrp_setting_form(setting)];
}

const char *lrp_setting_section(enum lrp_setting setting)
{
    return form_of(setting)->section;
}

const char *lrp_setting_file_key(enum lrp_setting setting)
{
    const char *key = form_of(setting)->file_key;
    return key ? key : lrp_setting_key(setting);
}

bool lrp_setting_is_file(enum lrp_setting setting)
{
    const char *suffix = form_of(setting)->suffix;
    return suffix && !*suffix;
}

bool lrp_setting_is_path(enum lrp_setting setting, const char *text)
{
    const char *suffix = form_of(setting)->suffix;
    const size_t length = strlen(text), end = suffix ? strlen(suffix) : 0;
    return suffix && length > end && strcmp(text + length - end, suffix) == 0;
}

bool lrp_setting_value_at(const struct lrp_settings *settings, enum lrp_setting setting, size_t index, struct lrp_word *out)
{
    const struct lrp_setting_form_row *form = form_of(setting);
    return form->value && form->value(settings, lrp_setting_key(setting), index, out);
}
