/* rule_json.c: custom rules from JSON. */
#include "rule_json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "apply.h"
#include "arena.h"
#include "json.h"
#include "parameter.h"
#include "text.h"
#include "words.h"

struct reader {
    struct lrp_arena *arena; /* texts, until the book has copied them */
    struct lrp_rule_row row;
    const char *name;
    int group, term; /* being read, from 1; 0: none */
    void (*warn)(void *, const cJSON *);
    void *data;
    const cJSON **where;
    struct lrp_error *err;
};

/* "rule NAME: group 1: term 2: CAUSE", pointing at an item. */
static enum lrp_status refuse_item(const struct reader *r, enum lrp_status status, const cJSON *item, const char *cause)
{
    struct lrp_text at = {0};
    *r->where = item;
    if (r->group) lrp_text_printf(&at, "group %d: ", r->group);
    if (r->term) lrp_text_printf(&at, "term %d: ", r->term);
    lrp_fail(r->err, status, "rule %.60s: %s%s", r->name, at.data ? at.data : "", cause);
    lrp_text_free(&at);
    return status;
}

static enum lrp_status out_of_memory(const struct reader *r)
{
    return lrp_fail(r->err, LRP_MEMORY, "not enough memory for a rule");
}

/* Tells of keys that are not in the list. */
static void warn_unknown(const struct reader *r, const cJSON *object, enum lrp_words list)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        const struct lrp_word *word;
        size_t i = 0;
        while ((word = lrp_word_at(list, i)) && strcmp(word->name, item->string) != 0) i++;
        if (!word && r->warn) r->warn(r->data, item);
    }
}

/* A list of at most `most` objects; none may be missing. */
static enum lrp_status get_list(const struct reader *r, const cJSON *object, const char *key, int most, const cJSON **out)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, key), *item;
    struct lrp_text cause = {0};
    int count = 0;
    bool objects = cJSON_IsArray(list);
    cJSON_ArrayForEach(item, list)
    {
        objects = objects && cJSON_IsObject(item);
        count++;
    }
    *out = list;
    if (objects && count >= 1 && count <= most) return LRP_OK;
    lrp_text_printf(&cause, "\"%s\" must be a list of 1 to %d objects", key, most);
    enum lrp_status status = refuse_item(r, LRP_FILE, list ? list : object, cause.data ? cause.data : "");
    lrp_text_free(&cause);
    return status;
}

/* A number, or the text of an amount; missing: *out stays NULL. What it says is checked by the book. */
static enum lrp_status get_amount(const struct reader *r, const cJSON *object, const char *key, const char **out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    char number[40];
    if (!item) return LRP_OK;
    if (cJSON_IsNumber(item)) {
        if (!isfinite(item->valuedouble) || fabs(item->valuedouble) > 3e38)
            return refuse_item(r, LRP_USAGE, item, "a number that is too large");
        *out = lrp_arena_strdup(r->arena, lrp_json_number_text(item->valuedouble, number, sizeof number));
        return *out ? LRP_OK : out_of_memory(r);
    }
    if (!cJSON_IsString(item)) return refuse_item(r, LRP_FILE, item, "a number, a parameter's name or a formula is needed");
    if (strlen(item->valuestring) > 200) return refuse_item(r, LRP_USAGE, item, "a formula of more than 200 characters");
    *out = item->valuestring;
    return LRP_OK;
}

/* One of a list's words; missing: *out stays as it is. */
static enum lrp_status get_word(const struct reader *r, const cJSON *object, const char *key, enum lrp_words list, bool needed,
                                int *out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    const struct lrp_word *word;
    struct lrp_text cause = {0};
    if (!item && !needed) return LRP_OK;
    const bool text = item && cJSON_IsString(item);
    for (int i = 0; text && (word = lrp_word_at(list, (size_t)i)); i++)
        if (strcmp(word->name, item->valuestring) == 0) {
            *out = i;
            return LRP_OK;
        }
    if (text)
        lrp_text_printf(&cause, "\"%s\" cannot be \"%.40s\" (", key, item->valuestring);
    else
        lrp_text_printf(&cause, "\"%s\" must be a text (", key);
    for (size_t i = 0; (word = lrp_word_at(list, i)); i++) lrp_text_printf(&cause, "%s%s", i ? " " : "", word->name);
    lrp_text_append(&cause, ")");
    enum lrp_status status = refuse_item(r, text ? LRP_USAGE : LRP_FILE, item ? item : object, cause.data ? cause.data : key);
    lrp_text_free(&cause);
    return status;
}

static enum lrp_status read_term(const struct reader *r, const cJSON *item, struct lrp_term *term)
{
    int input = LRP_TERM_A, weight = LRP_WEIGHT_AS_IS, bias = LRP_WEIGHT_NONE;
    const cJSON *sign = cJSON_GetObjectItemCaseSensitive(item, "sign");
    warn_unknown(r, item, LRP_WORDS_TERM);
    enum lrp_status status = get_word(r, item, "input", LRP_WORDS_INPUT, true, &input);
    if (!status) status = get_word(r, item, "weight", LRP_WORDS_WEIGHT, true, &weight);
    if (!status) status = get_word(r, item, "bias", LRP_WORDS_BIAS, false, &bias);
    if (!status) status = get_amount(r, item, "g", &term->strength);
    if (status) return status;
    if (sign && !cJSON_IsNumber(sign)) return refuse_item(r, LRP_FILE, sign, "\"sign\" must be a number, 1 or -1");
    if (sign && sign->valuedouble != 1 && sign->valuedouble != -1)
        return refuse_item(r, LRP_USAGE, sign, "\"sign\" is 1 or -1");
    term->input = (enum lrp_term_input)input;
    term->weight = (enum lrp_weight_modifier)weight;
    term->bias = (enum lrp_weight_modifier)bias;
    term->sign = sign && sign->valuedouble < 0 ? -1 : 1;
    return LRP_OK;
}

static enum lrp_status read_group(struct reader *r, const cJSON *item, struct lrp_group *group)
{
    const cJSON *terms, *term;
    int mask = LRP_MASK_ALL;
    warn_unknown(r, item, LRP_WORDS_GROUP);
    enum lrp_status status = get_amount(r, item, "factor", &group->factor);
    if (!status) status = get_amount(r, item, "stabilizer", &group->stabilizer);
    if (!status) status = get_word(r, item, "mask", LRP_WORDS_MASK, false, &mask);
    if (!status) status = get_list(r, item, "terms", LRP_TERMS, &terms);
    group->mask = (enum lrp_group_mask)mask;
    for (term = !status ? terms->child : NULL; !status && term; term = term->next) {
        r->term = group->term_count + 1;
        status = read_term(r, term, &group->terms[group->term_count++]);
    }
    r->term = !status ? 0 : r->term;
    return status;
}

/* ---- parameters ---- */

/* The default as the table writes it; bias and inputs are words, low and high must be given. */
static enum lrp_status read_default(struct reader *r, const cJSON *item, struct lrp_rule_parameter *p)
{
    const struct lrp_parameter_row *kind = lrp_parameter_row(p->kind);
    const char **out = &p->value;
    char number[40];
    *out = cJSON_IsString(item) ? item->valuestring : "";
    if (kind->choices) {
        struct lrp_rule scratch = {0};
        char word[16], cause[80];
        snprintf(word, sizeof word, "%s", *out);
        if (cJSON_IsString(item) && kind->read(&scratch, 0, word)) return LRP_OK;
        snprintf(cause, sizeof cause, "the parameter %s is %s", p->name, kind->choices);
        return refuse_item(r, LRP_USAGE, item, cause);
    }
    if (kind->bound)
        return cJSON_IsNull(item) ? LRP_OK : refuse_item(r, LRP_USAGE, item, "low and high must be given with the rule: null");
    if (cJSON_IsNull(item)) return LRP_OK;
    if (!cJSON_IsNumber(item))
        return refuse_item(r, LRP_FILE, item, "a parameter's default is a number, or null if it must be given");
    if (!isfinite(item->valuedouble) || fabs(item->valuedouble) > 3e38)
        return refuse_item(r, LRP_USAGE, item, "a number that is too large");
    if (p->kind == LRP_PARAMETER_OWN_STABILIZER && item->valuedouble < 0)
        return refuse_item(r, LRP_USAGE, item, "a stabilizer is not negative");
    *out = lrp_arena_strdup(r->arena, lrp_json_number_text(item->valuedouble, number, sizeof number));
    return *out ? LRP_OK : out_of_memory(r);
}

/* Numbers and bounds may be given without a name, in the order of the file; the rest follows them. */
static enum lrp_status read_parameters(struct reader *r, const cJSON *object)
{
    const cJSON *item;
    struct lrp_rule_info *info = &r->row.info;
    if (object && !cJSON_IsObject(object))
        return refuse_item(r, LRP_FILE, object, "\"parameters\" must be an object: {name: default}");
    for (int named = 0; named < 2; named++) {
        cJSON_ArrayForEach(item, object)
        {
            const enum lrp_parameter_kind kind = lrp_parameter_kind_of(item->string);
            const bool is_named = lrp_parameter_row(kind)->by_name;
            if (is_named != (named == 1)) continue;
            if (info->parameter_count == LRP_RULE_PARAMETERS)
                return refuse_item(r, LRP_USAGE, item, "a rule has at most 8 parameters");
            struct lrp_rule_parameter *p = &info->parameters[info->parameter_count++];
            *p = (struct lrp_rule_parameter){.name = item->string, .kind = kind};
            enum lrp_status status = read_default(r, item, p);
            if (status) return status;
            r->row.positional += !is_named;
        }
    }
    return LRP_OK;
}

/* ---- the whole ---- */

/* The item that the book found fault with. */
static const cJSON *item_at(const cJSON *rule, const struct lrp_rule_place *place)
{
    const cJSON *item = rule, *inner;
    const char *key = place->key && strcmp(place->key, "strength") == 0 ? "g" : place->key;
    if (place->group >= 0) item = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(item, "groups"), place->group);
    if (place->term >= 0) item = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(item, "terms"), place->term);
    if (place->group < 0 && key &&
        (inner = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(rule, "parameters"), key)))
        return inner;
    inner = key ? cJSON_GetObjectItemCaseSensitive(item, key) : NULL;
    return inner ? inner : item;
}

static enum lrp_status read_row(struct reader *r, const cJSON *item)
{
    const cJSON *groups, *group, *formula;
    if (!cJSON_IsObject(item)) return refuse_item(r, LRP_FILE, item, "a rule is an object with \"groups\"");
    warn_unknown(r, item, LRP_WORDS_RULE);
    enum lrp_status status = read_parameters(r, cJSON_GetObjectItemCaseSensitive(item, "parameters"));
    if (!status) status = get_list(r, item, "groups", LRP_GROUPS, &groups);
    for (group = !status ? groups->child : NULL; !status && group; group = group->next) {
        r->group = r->row.group_count + 1;
        status = read_group(r, group, &r->row.groups[r->row.group_count++]);
    }
    if (status) return status;
    r->group = 0;
    formula = cJSON_GetObjectItemCaseSensitive(item, "formula");
    if (formula && (!cJSON_IsString(formula) || strpbrk(formula->valuestring, "\n\r\t\033")))
        return refuse_item(r, LRP_FILE, formula, "\"formula\" must be one line of text");
    if (formula) r->row.info.formula = formula->valuestring;
    return LRP_OK;
}

static enum lrp_status add_row(struct reader *r, struct lrp_rule_book *book, const cJSON *item)
{
    struct lrp_rule_place place;
    char *formula = r->row.info.formula ? NULL : lrp_rule_formula(&r->row);
    if (formula) r->row.info.formula = formula;
    enum lrp_status status = r->row.info.formula ? lrp_rule_book_add(book, &r->row, &place, r->err) : out_of_memory(r);
    if (status == LRP_USAGE) *r->where = item_at(item, &place);
    free(formula);
    return status;
}

enum lrp_status lrp_rule_json_read(struct lrp_rule_book *book, const cJSON *item, const char *origin,
                                   void (*warn)(void *data, const cJSON *key), void *data, const cJSON **where,
                                   struct lrp_error *err)
{
    struct lrp_error why = {0};
    struct reader r = {.arena = lrp_arena_new(), .name = item->string, .warn = warn, .data = data, .where = where, .err = &why};
    *where = NULL;
    if (!r.arena) return lrp_fail(err, LRP_MEMORY, "not enough memory for a rule");
    r.row = (struct lrp_rule_row){.info = {.name = item->string, .fits = LRP_FITS_TEXT_WEIGHTS, .origin = origin},
                                  .fit = lrp_fits_weights,
                                  .apply = lrp_apply_groups,
                                  .account = lrp_account_groups};
    enum lrp_status status = read_row(&r, item);
    if (!status) status = add_row(&r, book, item);
    lrp_arena_free(r.arena);
    return !status ? LRP_OK : lrp_fail(err, status, "%s", why.message);
}
