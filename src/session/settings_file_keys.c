/* settings_file_keys.c: keys of a rules file that are wrong, and those that nobody knows. */
#include "names.h"
#include "settings_file.h"

enum { UNKNOWN_TOLD = 20 };

enum lrp_status lrp_rules_wrong(const struct lrp_rules_reader *r, const char *key, const char *cause)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(r->json, key);
    char place[LRP_RULES_PLACE_SIZE];
    return lrp_fail(r->err, LRP_FILE, "%s: \"%s\": %s",
                    item ? lrp_json_place(r->path, r->json, item, place, sizeof place) : r->path, key, cause);
}

/* Where each stands is looked for in the text: the first few are told. */
void lrp_rules_warn_unknown(struct lrp_rules_reader *r, const char *section, const char *between, const cJSON *key)
{
    char place[LRP_RULES_PLACE_SIZE];
    if (r->unknown++ < UNKNOWN_TOLD)
        lrp_text_printf(&r->warnings, "%s: unknown key \"%s%s%s\" (kept)\n",
                        lrp_json_place(r->path, r->json, key, place, sizeof place), section, between, key->string);
}

enum lrp_status lrp_rules_keep_unknown(struct lrp_rules_reader *r, const char *section, const cJSON *item)
{
    if (!r->settings->unknown) r->settings->unknown = cJSON_CreateObject();
    cJSON *copy = cJSON_Duplicate(item, true), *place = r->settings->unknown;
    if (section && place) {
        cJSON *inner = cJSON_GetObjectItemCaseSensitive(place, section);
        place = inner ? inner : cJSON_AddObjectToObject(place, section);
    }
    if (!copy || !place) {
        cJSON_Delete(copy);
        return lrp_fail(r->err, LRP_MEMORY, "%s: not enough memory", r->path);
    }
    if (!cJSON_AddItemToObject(place, item->string, copy)) {
        cJSON_Delete(copy);
        return lrp_fail(r->err, LRP_MEMORY, "%s: not enough memory", r->path);
    }
    lrp_rules_warn_unknown(r, section ? section : "", section ? "." : "", item);
    return LRP_OK;
}

/* Of members of one key the last stays, here and in the objects within that are sections. False: no memory. */
static bool keep_last_of_each(cJSON *object, bool sections)
{
    struct lrp_names names = {0};
    bool ok = true;
    for (cJSON *item = object && object->child ? object->child->prev : NULL, *before; item && ok; item = before) {
        before = item == object->child ? NULL : item->prev;
        if (lrp_names_get(&names, item->string, NULL))
            cJSON_Delete(cJSON_DetachItemViaPointer(object, item));
        else
            ok = lrp_names_put(&names, item->string, 0);
    }
    for (cJSON *item = sections && ok && object ? object->child : NULL; item && ok; item = item->next)
        if (cJSON_IsObject(item)) ok = keep_last_of_each(item, false);
    lrp_names_free(&names);
    return ok;
}

bool lrp_rules_finish_unknown(struct lrp_rules_reader *r)
{
    if (r->unknown > UNKNOWN_TOLD)
        lrp_text_printf(&r->warnings, "%s: %zu more unknown keys (kept)\n", r->path, r->unknown - UNKNOWN_TOLD);
    return keep_last_of_each(r->settings->unknown, true);
}
