/* setting_table.c: the table of settings, and what some settings hold. */
#include <string.h>

#include "settings.h"

static const struct {
    const char *key;
    enum lrp_setting_form form;
    const char *value, *line;
} table[] = {
#define X(id, key, form, value, line) {key, LRP_FORM_##form, value, line},
    LRP_SETTINGS(X)
#undef X
};

const char *lrp_setting_key(enum lrp_setting setting)
{
    return setting < LRP_SETTING_COUNT ? table[setting].key : NULL;
}
const char *lrp_setting_default(enum lrp_setting setting)
{
    return table[setting].value;
}
const char *lrp_setting_line(enum lrp_setting setting)
{
    return table[setting].line;
}
enum lrp_setting_form lrp_setting_form(enum lrp_setting setting)
{
    return table[setting].form;
}
bool lrp_setting_is_flag(enum lrp_setting setting)
{
    return table[setting].form == LRP_FORM_FLAG;
}

const char *lrp_settings_get(const struct lrp_settings *settings, enum lrp_setting setting)
{
    return settings->values[setting] ? settings->values[setting] : table[setting].value;
}

bool lrp_settings_flag(const struct lrp_settings *settings, enum lrp_setting setting)
{
    return strcmp(lrp_settings_get(settings, setting), "true") == 0;
}

bool lrp_settings_given(const struct lrp_settings *settings, enum lrp_setting setting)
{
    return settings->values[setting] != NULL;
}
