/* settings.c: everything that decides what an explanation is, as text. */
#include "settings.h"

#include <stdlib.h>
#include <string.h>

#include "assign.h"
#include "book.h"
#include "lrpscope/heatmap.h"
#include "names.h"
#include "plugin.h"
#include "shapes.h"
#include "text.h"

static enum lrp_status out_of_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for settings");
}

enum lrp_status lrp_settings_new(struct lrp_settings **out, struct lrp_error *err)
{
    *out = calloc(1, sizeof **out);
    return *out ? LRP_OK : out_of_memory(err);
}

void lrp_settings_free(struct lrp_settings *settings)
{
    if (!settings) return;
    for (int i = 0; i < LRP_SETTING_COUNT; i++) free(settings->values[i]);
    lrp_strings_free(&settings->selects);
    lrp_strings_free(&settings->rules);
    lrp_strings_free(&settings->layers);
    lrp_strings_free(&settings->activations);
    lrp_strings_free(&settings->arguments);
    lrp_rule_book_release(settings->book);
    lrp_plugin_list_release(settings->plugins);
    lrp_colormap_set_release(settings->colormaps);
    cJSON_Delete(settings->custom_rules);
    cJSON_Delete(settings->unknown);
    free(settings);
}

static bool copy_json(const cJSON *json, cJSON **out)
{
    *out = json ? cJSON_Duplicate(json, true) : NULL;
    return *out || !json;
}

enum lrp_status lrp_settings_copy(const struct lrp_settings *settings, struct lrp_settings **out, struct lrp_error *err)
{
    struct lrp_settings *copy = calloc(1, sizeof *copy);
    bool ok = copy != NULL;
    for (int i = 0; ok && i < LRP_SETTING_COUNT; i++) {
        if (!settings->values[i]) continue;
        copy->values[i] = strdup(settings->values[i]);
        ok = copy->values[i] != NULL;
    }
    ok = ok && lrp_strings_copy(&settings->selects, &copy->selects) && lrp_strings_copy(&settings->rules, &copy->rules) &&
         lrp_strings_copy(&settings->layers, &copy->layers) && lrp_strings_copy(&settings->activations, &copy->activations) &&
         lrp_strings_copy(&settings->arguments, &copy->arguments);
    if (ok) copy->book = lrp_rule_book_retain(settings->book);
    if (ok) copy->plugins = lrp_plugin_list_retain(settings->plugins);
    if (ok) copy->colormaps = lrp_colormap_set_retain(settings->colormaps);
    ok = ok && copy_json(settings->custom_rules, &copy->custom_rules) && copy_json(settings->unknown, &copy->unknown);
    if (ok) {
        *out = copy;
        return LRP_OK;
    }
    lrp_settings_free(copy);
    return out_of_memory(err);
}

/* Says what is explained, not how. */
static bool says_what(enum lrp_setting setting)
{
    return setting == LRP_SETTING_TARGET || setting == LRP_SETTING_CONCEPT || setting == LRP_SETTING_CONCEPT_PARALLEL ||
           setting == LRP_SETTING_CONCEPT_START;
}

static bool equal_settings(const struct lrp_settings *a, const struct lrp_settings *b, bool how_alone)
{
    for (int i = 0; i < LRP_SETTING_COUNT; i++)
        if (!(how_alone && says_what((enum lrp_setting)i)) &&
            strcmp(lrp_settings_get(a, (enum lrp_setting)i), lrp_settings_get(b, (enum lrp_setting)i)) != 0)
            return false;
    /* what holds if none is given depends on the model */
    if (lrp_settings_given(a, LRP_SETTING_COMPOSITE) != lrp_settings_given(b, LRP_SETTING_COMPOSITE)) return false;
    return lrp_strings_equal(&a->selects, &b->selects) && lrp_strings_equal(&a->rules, &b->rules) &&
           lrp_strings_equal(&a->layers, &b->layers) && lrp_strings_equal(&a->activations, &b->activations) &&
           lrp_rule_book_equal(a->book, b->book) && a->plugins == b->plugins;
}

bool lrp_settings_equal(const struct lrp_settings *a, const struct lrp_settings *b)
{
    return equal_settings(a, b, false);
}

bool lrp_settings_explain_alike(const struct lrp_settings *a, const struct lrp_settings *b)
{
    return equal_settings(a, b, true);
}

/* The form of one value, whatever the model. */
static enum lrp_status check_form(const struct lrp_settings *settings, enum lrp_setting setting, const char *text,
                                  struct lrp_error *err)
{
    const struct lrp_setting_form_row *form = lrp_setting_form_row(lrp_setting_form(setting));
    if (!*text && form->needed)
        return lrp_fail(err, LRP_USAGE, "%s cannot be empty (%s is the default)", lrp_setting_key(setting),
                        lrp_setting_default(setting));
    return *text && form->check ? form->check(settings, lrp_setting_key(setting), text, err) : LRP_OK;
}

enum lrp_status lrp_settings_set(struct lrp_settings *settings, enum lrp_setting setting, const char *text,
                                 struct lrp_error *err)
{
    enum lrp_status status = check_form(settings, setting, text, err);
    if (status) return status;
    const bool given = *text || !*lrp_setting_default(setting); /* nothing, where something is needed, is the default */
    char *copy = given ? strdup(text) : NULL;
    if (given && !copy) return out_of_memory(err);
    free(settings->values[setting]);
    settings->values[setting] = copy;
    return lrp_settings_list_arguments(settings) ? LRP_OK : out_of_memory(err);
}

enum lrp_status lrp_settings_take(struct lrp_settings *settings, const struct lrp_settings *from, enum lrp_setting setting,
                                  struct lrp_error *err)
{
    const char *value = from->values[setting];
    char *copy = value ? strdup(value) : NULL;
    if (value && !copy) return out_of_memory(err);
    free(settings->values[setting]);
    settings->values[setting] = copy;
    return lrp_settings_list_arguments(settings) ? LRP_OK : out_of_memory(err);
}

bool lrp_setting_is_of_scores(enum lrp_setting setting)
{
    static const bool forms[LRP_FORM_COUNT] = {
        [LRP_FORM_PICTURE] = true, [LRP_FORM_PICTURE_FILE] = true, [LRP_FORM_SHAPE] = true, [LRP_FORM_FILE] = true};
    static const bool others[LRP_SETTING_COUNT] = {[LRP_SETTING_TOKEN_INPUT] = true,
                                                   [LRP_SETTING_OUTPUT_NAME] = true,
                                                   [LRP_SETTING_STRIP_SOFTMAX] = true,
                                                   [LRP_SETTING_STRIP_SIGMOID] = true};
    return forms[lrp_setting_form(setting)] || others[setting];
}

enum lrp_status lrp_settings_add_input_shape(struct lrp_settings *settings, const char *text, struct lrp_error *err)
{
    struct lrp_text all = {0};
    struct lrp_shape_text added, one;
    const char *end = text;
    enum lrp_status status = lrp_shape_text_check(text, err);
    if (status) return status;
    const bool any = lrp_shape_text_next(&end, &added);
    if (any && !added.name) lrp_text_append(&all, text); /* numbers alone stand first */
    for (const char *p = lrp_settings_get(settings, LRP_SETTING_INPUT_SHAPE); any && lrp_shape_text_next(&p, &one);)
        if (one.name || added.name)
            lrp_text_printf(&all, "%s%.*s", all.length ? "," : "", (int)(one.end - one.start), one.start);
    if (any && added.name) lrp_text_printf(&all, "%s%s", all.length ? "," : "", text);
    status =
        all.failed ? out_of_memory(err) : lrp_settings_set(settings, LRP_SETTING_INPUT_SHAPE, all.data ? all.data : "", err);
    lrp_text_free(&all);
    return status;
}

enum lrp_status lrp_settings_add_concept(struct lrp_settings *settings, const char *text, struct lrp_error *err)
{
    struct lrp_text all = {0};
    const char *before = lrp_settings_get(settings, LRP_SETTING_CONCEPT);
    lrp_text_printf(&all, "%s%s%s", before, *before ? "\n" : "", text);
    const enum lrp_status status =
        all.failed ? out_of_memory(err) : lrp_settings_set(settings, LRP_SETTING_CONCEPT, all.data ? all.data : "", err);
    lrp_text_free(&all);
    return status;
}

enum lrp_status lrp_settings_set_flag(struct lrp_settings *settings, enum lrp_setting setting, bool value,
                                      struct lrp_error *err)
{
    return lrp_settings_set(settings, setting, value ? "true" : "false", err);
}
