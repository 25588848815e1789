/* settings_file_custom.c: custom rules and plugins of a rules file. */
#include <string.h>

#include "book.h"
#include "rule_json.h"
#include "settings_file.h"

enum { MOST_CUSTOM_RULES = 1000 };

struct brought {
    const cJSON *file, *before; /* custom rules of this file, of files before */
};
/* Of the rules there are, those that the file does not bring anew; what a plugin brought stays. */
static bool is_kept(const void *data, const struct lrp_rule_row *row)
{
    const struct brought *b = data;
    return !cJSON_GetObjectItemCaseSensitive(b->file, row->info.name) ||
           !cJSON_GetObjectItemCaseSensitive(b->before, row->info.name);
}

static void warn_key(void *data, const cJSON *key)
{
    lrp_rules_warn_unknown(data, "custom_rules", ": ", key);
}

/* Keeps a rule as it is written, in the place of an older one of its name. */
static bool keep_rule(struct lrp_settings *settings, const cJSON *item)
{
    if (!settings->custom_rules) settings->custom_rules = cJSON_CreateObject();
    cJSON *copy = settings->custom_rules ? cJSON_Duplicate(item, true) : NULL;
    if (!copy) return false;
    cJSON_DeleteItemFromObjectCaseSensitive(settings->custom_rules, item->string);
    return cJSON_AddItemToObject(settings->custom_rules, item->string, copy);
}

static enum lrp_status add_custom_rules(struct lrp_rules_reader *r, const cJSON *rules, struct lrp_rule_book *book)
{
    const cJSON *item, *where;
    char place[LRP_RULES_PLACE_SIZE];
    int count = 0;
    cJSON_ArrayForEach(item, rules)
    {
        struct lrp_error why = {0};
        if (++count > MOST_CUSTOM_RULES) return lrp_rules_wrong(r, "custom_rules", "more than 1000 rules");
        enum lrp_status status = lrp_rule_json_read(book, item, r->path, warn_key, r, &where, &why);
        if (status && where)
            return lrp_fail(r->err, status, "%s: %s", lrp_json_place(r->path, r->json, where, place, sizeof place),
                            why.message);
        if (status) return lrp_fail(r->err, status, "%s: %s", r->path, why.message);
        if (!keep_rule(r->settings, item)) return lrp_fail(r->err, LRP_MEMORY, "%s: not enough memory", r->path);
    }
    return LRP_OK;
}

enum lrp_status lrp_rules_read_custom(struct lrp_rules_reader *r, const cJSON *rules)
{
    struct lrp_rule_book *book;
    if (!rules) return LRP_OK;
    if (cJSON_IsArray(rules) && !rules->child) return LRP_OK;
    if (!cJSON_IsObject(rules)) return lrp_rules_wrong(r, "custom_rules", "an object is needed: {name: {\"groups\": [...]}}");
    enum lrp_status status =
        lrp_rule_book_copy(r->settings->book, is_kept, &(struct brought){rules, r->settings->custom_rules}, &book, r->err);
    if (status) return status;
    status = add_custom_rules(r, rules, book);
    if (!status) {
        lrp_rule_book_release(r->settings->book);
        r->settings->book = book;
    } else {
        lrp_rule_book_release(book);
    }
    return status;
}

/* Beside the rules file, as all its paths. */
enum lrp_status lrp_rules_read_plugins(struct lrp_rules_reader *r, const cJSON *plugins)
{
    const cJSON *item;
    const char *slash = strrchr(r->path, '/');
    if (!plugins) return LRP_OK;
    if (!cJSON_IsArray(plugins)) return lrp_rules_wrong(r, "plugins", "a list of files is needed");
    if (r->found && cJSON_GetArraySize(plugins))
        return lrp_fail(
            r->err, LRP_USAGE,
            "%s: it loads plugins, which a rules file that nobody named may not: if you trust it, name it (--rules %s)",
            r->path, r->path);
    cJSON_ArrayForEach(item, plugins)
    {
        struct lrp_text full = {0};
        struct lrp_error why = {0};
        if (!cJSON_IsString(item)) return lrp_rules_wrong(r, "plugins", "a list of files is needed");
        if (*item->valuestring != '/' && slash) lrp_text_append_n(&full, r->path, (size_t)(slash - r->path) + 1);
        lrp_text_append(&full, item->valuestring);
        enum lrp_status status = full.failed ? LRP_MEMORY : lrp_settings_add_plugin(r->settings, full.data, &why);
        lrp_text_free(&full);
        if (status) return lrp_fail(r->err, status, "%s: %s", r->path, why.message);
    }
    return LRP_OK;
}
