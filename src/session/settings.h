/* settings.h: what settings consist of. */
#ifndef LRP_SESSION_SETTINGS_H
#define LRP_SESSION_SETTINGS_H

#include <cjson/cJSON.h>

#include "lrpscope/settings.h"
#include "string_list.h"

struct lrp_settings {
    char *values[LRP_SETTING_COUNT];   /* NULL: not given, the default holds */
    struct lrp_strings selects, rules; /* in parallel */
    struct lrp_strings layers, activations;
    cJSON *custom_rules;              /* as they stood in a rules file, by name; NULL if there are none */
    const struct lrp_rule_book *book; /* custom rules and those of plugins; NULL if there is none, never changed once shared */
    struct lrp_plugin_list *plugins;  /* NULL: none; shared by copies, never changed once shared */
    const struct lrp_colormap_set *colormaps; /* of plugins; likewise */
    struct lrp_strings arguments; /* files that the method's arguments and the target name: kept by lrp_settings_set */
    cJSON *unknown;               /* keys of a rules file that mean nothing to us, kept; NULL if none */
};

/* Everything there is to say about a form of values. */
struct lrp_setting_form_row {
    /* The form of one value, whatever the model; NULL: any text will do. Never asked about "". */
    enum lrp_status (*check)(const struct lrp_settings *settings, const char *key, const char *text, struct lrp_error *err);
    /* The values that have names (lrp_setting_value_at); NULL: none have. */
    bool (*value)(const struct lrp_settings *settings, const char *key, size_t index, struct lrp_word *out);
    const char *section;  /* the object of a rules file it stands in; NULL: at the top */
    const char *file_key; /* its key there; NULL: the setting's own */
    const char *suffix;   /* texts that end so are paths ("": all are); NULL: no text is */
    bool needed;          /* nothing is no value */
};
const struct lrp_setting_form_row *lrp_setting_form_row(enum lrp_setting_form form);
enum lrp_setting_form lrp_setting_form(enum lrp_setting setting);

/* Whether they are equal but for what is explained: the target, and concepts. */
bool lrp_settings_explain_alike(const struct lrp_settings *a, const struct lrp_settings *b);
/* Lists anew what files the method's arguments and the target name; false: no memory. */
bool lrp_settings_list_arguments(struct lrp_settings *settings);
/* Whether a setting's text is a path; in a rules file it is meant from the file's folder. */
bool lrp_setting_is_path(enum lrp_setting setting, const char *text);
/* For files, whose entries may be many: what is added is not compared with what is there until it is settled: of one selector
 * the last rule stays, of one name the first. */
enum lrp_status lrp_settings_append_rule(struct lrp_settings *settings, const char *select, const char *rule,
                                         struct lrp_error *err);
enum lrp_status lrp_settings_append_name(struct lrp_strings *list, const char *name, struct lrp_error *err);
enum lrp_status lrp_settings_settle(struct lrp_settings *settings, struct lrp_error *err);

#endif
