/* identity.c: what results depend on, see identity.h. */
#include "identity.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "manifest.h"
#include "mapping.h"

enum lrp_status lrp_cli_hash_model(const struct lrp_model *model, uint64_t *hash, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < lrp_model_file_count(model); i++) {
        struct lrp_mapping file;
        status = lrp_mapping_open(lrp_model_file(model, i), &file, err);
        if (status) return status;
        *hash = lrp_data_hash(*hash, file.data, file.size);
        lrp_mapping_close(&file);
    }
    return status;
}

void lrp_cli_put_hash(struct lrp_document *d, const char *key, uint64_t hash)
{
    char text[32];
    snprintf(text, sizeof text, "%016" PRIx64, hash);
    lrp_cli_json_put_text(d, d->root, key, text);
}

void lrp_cli_put_settings(struct lrp_document *d, const struct lrp_arguments *a)
{
    const struct lrp_settings *settings = a->settings;
    cJSON *o = lrp_cli_json_put_object(d, d->root, "settings"), *list;
    for (int i = 0; i < LRP_SETTING_COUNT; i++) {
        const enum lrp_setting setting = (enum lrp_setting)i;
        if (setting == LRP_SETTING_THREADS || setting == LRP_SETTING_MEMORY || !lrp_settings_given(settings, setting)) continue;
        lrp_cli_json_put_text(d, o, lrp_setting_key(setting), lrp_settings_get(settings, setting));
    }
    list = lrp_cli_json_put_array(d, o, "rules");
    for (size_t i = 0; i < lrp_settings_rule_count(settings); i++) {
        const struct lrp_rule_setting rule = lrp_settings_rule_at(settings, i);
        cJSON *one = lrp_cli_json_put_object(d, list, NULL);
        lrp_cli_json_put_text(d, one, "select", rule.select);
        lrp_cli_json_put_text(d, one, "rule", rule.rule);
    }
    list = lrp_cli_json_put_array(d, o, "inputs");
    for (size_t i = 0; i < a->named_count; i++) {
        cJSON *one = lrp_cli_json_put_object(d, list, NULL);
        lrp_cli_json_put_text(d, one, "name", a->named[i].name);
        lrp_cli_json_put_text(d, one, "path", a->named[i].path);
    }
    list = lrp_cli_json_put_array(d, o, "supported_layers");
    for (size_t i = 0; i < lrp_settings_layer_count(settings); i++)
        lrp_cli_json_put_text(d, list, NULL, lrp_settings_layer_at(settings, i));
    list = lrp_cli_json_put_array(d, o, "supported_activations");
    for (size_t i = 0; i < lrp_settings_activation_count(settings); i++)
        lrp_cli_json_put_text(d, list, NULL, lrp_settings_activation_at(settings, i));
    list = lrp_cli_json_put_array(d, o, "plugins");
    for (size_t i = 0; i < lrp_settings_plugin_count(settings); i++)
        lrp_cli_json_put_text(d, list, NULL, lrp_settings_plugin_at(settings, i));
}

enum lrp_status lrp_cli_put_model_hash(struct lrp_document *d, const struct lrp_model *model, struct lrp_error *err)
{
    uint64_t hash = 0;
    const enum lrp_status status = lrp_cli_hash_model(model, &hash, err);
    lrp_cli_put_hash(d, "model_hash", hash);
    return status;
}

bool lrp_cli_same_item(const cJSON *a, const cJSON *b, const char *key)
{
    char *x = lrp_json_print(cJSON_GetObjectItemCaseSensitive(a, key), false),
         *y = lrp_json_print(cJSON_GetObjectItemCaseSensitive(b, key), false);
    const bool same = x && y && strcmp(x, y) == 0;
    free(x);
    free(y);
    return same;
}
