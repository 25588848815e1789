/* settings_lists.c: rules and registered names, in the order they hold. */
#include <stdlib.h>
#include <string.h>

#include "assign.h"
#include "book.h"
#include "names.h"
#include "settings.h"

static enum lrp_status out_of_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for settings");
}

const struct lrp_rule_book *lrp_settings_rule_book(const struct lrp_settings *settings)
{
    return settings->book;
}
const struct lrp_colormap_set *lrp_settings_colormaps(const struct lrp_settings *settings)
{
    return settings->colormaps;
}

size_t lrp_settings_rule_count(const struct lrp_settings *settings)
{
    return settings->rules.count;
}

struct lrp_rule_setting lrp_settings_rule_at(const struct lrp_settings *settings, size_t index)
{
    return (struct lrp_rule_setting){settings->selects.items[index], settings->rules.items[index]};
}

/* What is removed: one selector, those of a set, or all. */
struct removal {
    const char *one;
    const struct lrp_names *names;
};
static void remove_rules(struct lrp_settings *settings, struct removal which)
{
    size_t kept = 0;
    for (size_t i = 0; i < settings->selects.count; i++) {
        const char *select = settings->selects.items[i];
        if (which.one ? strcmp(which.one, select) == 0 : !which.names || lrp_names_get(which.names, select, NULL)) {
            free(settings->selects.items[i]);
            free(settings->rules.items[i]);
            continue;
        }
        settings->selects.items[kept] = settings->selects.items[i];
        settings->rules.items[kept++] = settings->rules.items[i];
    }
    settings->selects.count = settings->rules.count = kept;
}

static bool names_of(const char *const *selects, size_t count, struct lrp_names *names)
{
    *names = (struct lrp_names){0};
    for (size_t i = 0; i < count; i++)
        if (!lrp_names_put(names, selects[i], i)) return false;
    return true;
}

/* Of entries of one name the last stays of rules, as a selector's last rule holds, and the first of names. False: no memory. */
static bool settle_rules(struct lrp_settings *settings)
{
    struct lrp_names names;
    size_t kept = 0;
    const bool ok = names_of((const char *const *)settings->selects.items, settings->selects.count, &names);
    for (size_t i = 0; ok && i < settings->selects.count; i++) {
        size_t last;
        lrp_names_get(&names, settings->selects.items[i], &last);
        if (last != i) {
            free(settings->selects.items[i]);
            free(settings->rules.items[i]);
            settings->selects.items[i] = NULL;
        }
    }
    lrp_names_free(&names);
    for (size_t i = 0; ok && i < settings->selects.count; i++) {
        if (!settings->selects.items[i]) continue;
        settings->selects.items[kept] = settings->selects.items[i];
        settings->rules.items[kept++] = settings->rules.items[i];
    }
    if (ok) settings->selects.count = settings->rules.count = kept;
    return ok;
}

static bool settle_names(struct lrp_strings *list)
{
    struct lrp_names names = {0};
    size_t kept = 0;
    bool ok = true;
    for (size_t i = 0; i < list->count; i++) {
        char *name = list->items[i];
        if (ok && lrp_names_get(&names, name, NULL)) {
            free(name);
            continue;
        }
        list->items[kept++] = name;
        ok = ok && lrp_names_put(&names, name, i);
    }
    list->count = kept;
    lrp_names_free(&names);
    return ok;
}

enum lrp_status lrp_settings_settle(struct lrp_settings *settings, struct lrp_error *err)
{
    return settle_rules(settings) && settle_names(&settings->layers) && settle_names(&settings->activations)
               ? LRP_OK
               : out_of_memory(err);
}

static bool append_rule(struct lrp_settings *settings, const char *select, const char *rule)
{
    if (!lrp_strings_add(&settings->selects, select)) return false;
    if (lrp_strings_add(&settings->rules, rule)) return true;
    lrp_strings_remove(&settings->selects, settings->selects.count - 1);
    return false;
}

static enum lrp_status check_rule(const struct lrp_settings *settings, const char *rule, struct lrp_error *err)
{
    struct lrp_rule parsed;
    enum lrp_convention convention = LRP_CONVENTION_JULIA;
    lrp_convention_parse(lrp_settings_get(settings, LRP_SETTING_CONVENTION), &convention, NULL);
    const enum lrp_status status = lrp_rule_parse(rule, settings->book, convention, &parsed, err);
    if (!status) lrp_rule_clear(&parsed);
    return status;
}

enum lrp_status lrp_settings_append_rule(struct lrp_settings *settings, const char *select, const char *rule,
                                         struct lrp_error *err)
{
    const enum lrp_status status = check_rule(settings, rule, err);
    if (status) return status;
    if (!*select) return lrp_fail(err, LRP_USAGE, "rule %s: the selector in front of = is missing", rule);
    return append_rule(settings, select, rule) ? LRP_OK : out_of_memory(err);
}

enum lrp_status lrp_settings_append_name(struct lrp_strings *list, const char *name, struct lrp_error *err)
{
    if (!*name) return lrp_fail(err, LRP_USAGE, "an empty name cannot be registered");
    return lrp_strings_add(list, name) ? LRP_OK : out_of_memory(err);
}

enum lrp_status lrp_settings_add_rules(struct lrp_settings *settings, const char *const *selects, size_t count,
                                       const char *rule, struct lrp_error *err)
{
    struct lrp_names names;
    enum lrp_status status = check_rule(settings, rule, err);
    if (status) return status;
    for (size_t i = 0; i < count; i++)
        if (!*selects[i]) return lrp_fail(err, LRP_USAGE, "rule %s: the selector in front of = is missing", rule);
    bool ok = names_of(selects, count, &names);
    if (ok) remove_rules(settings, (struct removal){.one = count == 1 ? selects[0] : NULL, .names = &names});
    for (size_t i = 0; ok && i < count; i++) {
        size_t last; /* of the same name */
        lrp_names_get(&names, selects[i], &last);
        if (last == i) ok = append_rule(settings, selects[i], rule);
    }
    lrp_names_free(&names);
    return ok ? LRP_OK : out_of_memory(err);
}

enum lrp_status lrp_settings_add_rule(struct lrp_settings *settings, const char *select, const char *rule,
                                      struct lrp_error *err)
{
    return lrp_settings_add_rules(settings, &select, 1, rule, err);
}

void lrp_settings_remove_rules(struct lrp_settings *settings, const char *const *selects, size_t count)
{
    struct lrp_names names;
    if (names_of(selects, count, &names)) remove_rules(settings, (struct removal){.names = &names});
    lrp_names_free(&names);
}

void lrp_settings_remove_rule(struct lrp_settings *settings, const char *select)
{
    remove_rules(settings, (struct removal){.one = select});
}

static enum lrp_status register_name(struct lrp_strings *list, const char *name, bool registered, struct lrp_error *err)
{
    long at = lrp_strings_find(list, name);
    if (!*name) return lrp_fail(err, LRP_USAGE, "an empty name cannot be registered");
    if (registered && at < 0 && !lrp_strings_add(list, name)) return out_of_memory(err);
    if (!registered && at >= 0) lrp_strings_remove(list, (size_t)at);
    return LRP_OK;
}

size_t lrp_settings_layer_count(const struct lrp_settings *settings)
{
    return settings->layers.count;
}
const char *lrp_settings_layer_at(const struct lrp_settings *settings, size_t index)
{
    return settings->layers.items[index];
}
size_t lrp_settings_activation_count(const struct lrp_settings *settings)
{
    return settings->activations.count;
}
const char *lrp_settings_activation_at(const struct lrp_settings *settings, size_t index)
{
    return settings->activations.items[index];
}

enum lrp_status lrp_settings_register_layer(struct lrp_settings *settings, const char *name, bool registered,
                                            struct lrp_error *err)
{
    return register_name(&settings->layers, name, registered, err);
}

enum lrp_status lrp_settings_register_activation(struct lrp_settings *settings, const char *name, bool registered,
                                                 struct lrp_error *err)
{
    return register_name(&settings->activations, name, registered, err);
}
