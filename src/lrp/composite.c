/* composite.c: composites as text: presets, one rule for every layer, lists of primitives. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assign.h"
#include "book.h"
#include "composite_presets.h"
#include "convention.h"
#include "split.h"
#include "text.h"

enum head { NOTHING, SELECTOR, NUMBER };
static const struct {
    const char *text;
    enum head head;
    bool map;
} kinds[] = {
#define X(id, text, head, map, line) {text, head, map},
    LRP_PRIMITIVES(X)
#undef X
};

const char *lrp_primitive_text(enum lrp_primitive_kind kind)
{
    return kinds[kind].text;
}

/* ---- making ---- */

static void primitive_clear(struct lrp_primitive *p)
{
    for (size_t i = 0; i < p->count; i++) {
        free(p->rules[i].type);
        lrp_rule_clear(&p->rules[i].rule);
    }
    free(p->rules);
    free(p->selector);
    *p = (struct lrp_primitive){0};
}

void lrp_composite_free(struct lrp_composite *composite)
{
    if (!composite) return;
    for (size_t i = 0; i < composite->count; i++) primitive_clear(&composite->primitives[i]);
    free(composite->primitives);
    lrp_rule_book_release(composite->book);
    free(composite->text);
    free(composite);
}

static enum lrp_status add_rule(const struct lrp_composite *c, struct lrp_primitive *p, const char *type, const char *rule,
                                struct lrp_error *err)
{
    for (size_t i = 0; type && i < p->count; i++)
        if (strcmp(p->rules[i].type, type) == 0)
            return lrp_fail(err, LRP_USAGE, "%s has type %s twice", kinds[p->kind].text, type);
    struct lrp_type_rule *rules = realloc(p->rules, (p->count + 1) * sizeof *rules);
    if (!rules) return lrp_fail(err, LRP_MEMORY, "not enough memory for a composite");
    p->rules = rules;
    rules[p->count] = (struct lrp_type_rule){.type = type ? strdup(type) : NULL};
    if (type && !rules[p->count].type) return lrp_fail(err, LRP_MEMORY, "not enough memory for a composite");
    const enum lrp_status status = lrp_rule_parse(rule, c->book, c->convention, &rules[p->count].rule, err);
    if (!status)
        p->count++;
    else
        free(rules[p->count].type);
    return status;
}

/* "type=rule" or "type=>rule" */
static enum lrp_status add_mapping(const struct lrp_composite *c, struct lrp_primitive *p, char *text, struct lrp_error *err)
{
    const char *quote = *text == '"' ? text + 1 + strcspn(text + 1, "\"") : text; /* a type is free of quotes */
    char *equals = strchr(text + (quote - text), '=');
    if (!equals || equals == text) return lrp_fail(err, LRP_USAGE, "%s needs type=rule, not %s", kinds[p->kind].text, text);
    *equals = '\0';
    return add_rule(c, p, lrp_unquote(lrp_trim(text)), equals + (equals[1] == '>' ? 2 : 1), err);
}

/* `at` becomes the place in the text that an error is about. */
static enum lrp_status parse_primitive(const struct lrp_composite *c, const char *text, struct lrp_primitive *p, size_t *at,
                                       struct lrp_error *err)
{
    struct lrp_call_text call;
    *at = 0;
    enum lrp_status status = lrp_call_text_split(text, &call, err);
    if (status) return status;
    *p = (struct lrp_primitive){.kind = LRP_PRIMITIVE_COUNT};
    for (int k = 0; k < LRP_PRIMITIVE_COUNT; k++)
        if (strcmp(call.name, kinds[k].text) == 0) p->kind = (enum lrp_primitive_kind)k;
    int next = 0;
    if (p->kind == LRP_PRIMITIVE_COUNT) {
        status = lrp_fail(err, LRP_USAGE, "unknown primitive %s", call.name);
    } else if (kinds[p->kind].head != NOTHING && call.count < 1) {
        status = lrp_fail(err, LRP_USAGE, "%s needs a layer or number first", call.name);
    } else if (kinds[p->kind].head == SELECTOR) {
        p->selector = strdup(lrp_unquote(call.arguments[next++]));
        if (!p->selector) status = lrp_fail(err, LRP_MEMORY, "not enough memory for a composite");
    } else if (kinds[p->kind].head == NUMBER && (!lrp_parse_int64(call.arguments[next++], &p->n) || p->n < 1)) {
        status = lrp_fail(err, LRP_USAGE, "%s needs a positive number, not %s", call.name, call.arguments[0]);
    }
    if (!status && (kinds[p->kind].map ? call.count <= next : call.count != next + 1))
        status = lrp_fail(err, LRP_USAGE, "%s needs %s", call.name, kinds[p->kind].map ? "type=rule" : "one rule");
    for (; !status && next < call.count; next++) {
        *at = call.offsets[next];
        status =
            kinds[p->kind].map ? add_mapping(c, p, call.arguments[next], err) : add_rule(c, p, NULL, call.arguments[next], err);
    }
    lrp_call_text_free(&call);
    if (status) primitive_clear(p);
    return status;
}

/* `offset`: where it begins in the composite's text, for errors; -1 if it is not from there. */
enum lrp_status lrp_composite_add(struct lrp_composite *c, const char *text, long offset, struct lrp_error *err)
{
    struct lrp_error why = {0};
    size_t at;
    struct lrp_primitive *larger = realloc(c->primitives, (c->count + 1) * sizeof *larger);
    if (!larger) return lrp_fail(err, LRP_MEMORY, "not enough memory for a composite");
    c->primitives = larger;
    enum lrp_status status = parse_primitive(c, text, &larger[c->count], &at, &why);
    if (!status)
        c->count++;
    else if (offset >= 0)
        lrp_fail(err, status, "composite, character %ld: %s", offset + (long)at + 1, why.message);
    else
        lrp_fail(err, status, "%s", why.message);
    return status;
}

static enum lrp_status add_formatted(struct lrp_composite *c, struct lrp_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static enum lrp_status add_formatted(struct lrp_composite *c, struct lrp_error *err, const char *format, ...)
{
    va_list list;
    char *text = NULL;
    va_start(list, format);
    int length = vasprintf(&text, format, list);
    va_end(list);
    if (length < 0) return lrp_fail(err, LRP_MEMORY, "not enough memory for a composite");
    enum lrp_status status = lrp_composite_add(c, text, -1, err);
    free(text);
    return status;
}

static enum lrp_status add_first(struct lrp_composite *c, const struct lrp_preset *preset, const char *const *values,
                                 struct lrp_error *err)
{
    bool of_type = lrp_convention_row(c->convention)->first_of_type;
    const char *kind = of_type ? "first-of-type" : "first-layer-type";
    if (preset->arguments) return add_formatted(c, err, "%s(convolution=%s(%s,%s))", kind, preset->first, values[0], values[1]);
    if (of_type && preset->first_dense)
        return add_formatted(c, err, "%s(convolution=%s,dense=%s)", kind, preset->first, preset->first);
    return add_formatted(c, err, "%s(convolution=%s)", kind, preset->first);
}

static enum lrp_status wrong_arguments(const struct lrp_preset *preset, struct lrp_error *err)
{
    return lrp_fail(err, LRP_USAGE, "composite %s takes %d values%s%s%s", preset->info.name, preset->arguments,
                    preset->arguments ? " (" : "", preset->info.parameters, preset->arguments ? ")" : "");
}

/* The values of a preset's arguments, given in their order or by name, or their defaults; borrowed from the call and the row.
 */
static enum lrp_status preset_values(const struct lrp_preset *preset, const struct lrp_call_text *call,
                                     enum lrp_convention convention, const char *values[LRP_PRESET_ARGUMENTS],
                                     struct lrp_error *err)
{
    for (int k = 0; k < preset->arguments; k++) {
        const char *own = preset->argument[k].value_under[convention];
        values[k] = own ? own : preset->argument[k].value;
    }
    for (int i = 0; i < call->count; i++) {
        char *equals = strchr(call->arguments[i], '=');
        int place = i;
        if (equals) *equals = '\0';
        for (int k = 0; equals && k < preset->arguments; k++)
            if (strcmp(lrp_trim(call->arguments[i]), preset->argument[k].name) == 0) place = k + LRP_PRESET_ARGUMENTS;
        if (equals ? place < LRP_PRESET_ARGUMENTS : place >= preset->arguments) return wrong_arguments(preset, err);
        values[place % LRP_PRESET_ARGUMENTS] = equals ? lrp_trim(equals + 1) : call->arguments[i];
    }
    for (int k = 0; k < preset->arguments; k++)
        if (!*values[k] && !(preset->bare && !call->count)) return wrong_arguments(preset, err);
    return LRP_OK;
}

/* A primitive with its arguments in the place of $1 and $2. */
static enum lrp_status add_template(struct lrp_composite *c, const char *primitive, const char *const *values,
                                    struct lrp_error *err)
{
    struct lrp_text text = {0};
    for (const char *p = primitive; *p; p++) {
        if (*p == '$')
            lrp_text_append(&text, values[*++p - '1']);
        else
            lrp_text_printf(&text, "%c", *p);
    }
    enum lrp_status status = text.data && !text.failed ? lrp_composite_add(c, text.data, -1, err)
                                                       : lrp_fail(err, LRP_MEMORY, "not enough memory for a composite");
    lrp_text_free(&text);
    return status;
}

static enum lrp_status make_preset(struct lrp_composite *c, const struct lrp_preset *preset, const struct lrp_call_text *call,
                                   struct lrp_error *err)
{
    const struct lrp_convention_row *convention = lrp_convention_row(c->convention);
    const char *own = preset->convolution_under[c->convention], *values[LRP_PRESET_ARGUMENTS] = {NULL};
    c->preset = preset->info.name;
    enum lrp_status status = preset_values(preset, call, c->convention, values, err);
    c->only_relu = preset->only_relu;
    c->no_negative = preset->no_negative;
    c->differentiates =
        !status && preset->differentiates && preset->differentiates == c->convention && values[0] && !strcmp(values[0], "on");
    for (int i = 0; !status && i < LRP_PRESET_PRIMITIVES && preset->primitives[i]; i++) {
        const bool last = i + 1 == LRP_PRESET_PRIMITIVES || !preset->primitives[i + 1];
        status = add_template(c, preset->bare && last && !call->count ? preset->bare : preset->primitives[i], values, err);
    }
    if (!status && c->differentiates)
        status = lrp_composite_add(c, "global-type(activation=gradient,batch-norm=gradient)", -1, err);
    if (status || preset->primitives[0]) return status;
    status = convention->before ? lrp_composite_add(c, convention->before, -1, err) : LRP_OK;
    if (!status)
        status = add_formatted(c, err, "global-type(convolution=%s,%s)", own ? own : preset->convolution, convention->by_type);
    if (!status && preset->first) status = add_first(c, preset, values, err);
    return status;
}

static enum lrp_status unknown_composite(const char *name, const struct lrp_rule_book *book, struct lrp_error *err)
{
    size_t rules = 0, presets = 0, count = 0;
    struct lrp_text nearest = {0};
    while (lrp_rule_at(book, rules)) rules++;
    while (lrp_composite_at(presets)) presets++;
    const char **names = calloc(presets + rules + 1, sizeof *names);
    for (size_t i = 0; names && i < presets; i++) names[count++] = lrp_composite_at(i)->name;
    for (size_t i = 0; names && i < rules; i++) names[count++] = lrp_rule_at(book, i)->name;
    if (names) lrp_text_nearest(&nearest, name, names, count);
    free(names);
    enum lrp_status status = lrp_fail(err, LRP_USAGE, "unknown composite or rule %s (nearest: %s; all: lrpscope composites)",
                                      name, nearest.data ? nearest.data : "");
    lrp_text_free(&nearest);
    return status;
}

static enum lrp_status fill_composite(struct lrp_composite *c, const struct lrp_call_text *call, const char *text,
                                      struct lrp_error *err)
{
    const struct lrp_preset *preset = lrp_preset_find(call->name);
    if (preset) return make_preset(c, preset, call, err);
    if (strcmp(call->name, "composite") != 0) {
        struct lrp_rule rule;
        enum lrp_status status = lrp_rule_parse(text, c->book, c->convention, &rule, err);
        if (!status)
            lrp_rule_clear(&rule);
        else if (err && strncmp(err->message, "unknown rule", 12) == 0)
            return unknown_composite(call->name, c->book, err);
        return !status ? add_formatted(c, err, "global(%s)", text) : status;
    }
    enum lrp_status status = LRP_OK;
    for (int i = 0; !status && i < call->count; i++)
        status = lrp_composite_add(c, call->arguments[i], (long)call->offsets[i], err);
    return status;
}

enum lrp_status lrp_composite_parse(const char *text, const struct lrp_rule_book *book, enum lrp_convention convention,
                                    struct lrp_composite **out, struct lrp_error *err)
{
    struct lrp_call_text call;
    enum lrp_status status = lrp_call_text_split(text, &call, err);
    if (status) return status;
    struct lrp_composite *c = calloc(1, sizeof *c);
    if (c) c->text = strdup(text);
    if (!c || !c->text) status = lrp_fail(err, LRP_MEMORY, "not enough memory for a composite");
    if (!status) {
        c->convention = convention;
        c->book = lrp_rule_book_retain(book);
        status = fill_composite(c, &call, text, err);
    }
    lrp_call_text_free(&call);
    if (!status)
        *out = c;
    else
        lrp_composite_free(c);
    return status;
}

const char *lrp_composite_default(const struct lrp_layer_list *layers, enum lrp_convention convention, const char *otherwise)
{
    const char *attention = lrp_convention_row(convention)->attention;
    for (size_t i = 1; attention && i < layers->count; i++)
        if (lrp_kind_row((enum lrp_kind)layers->rows[i].kind)->traits & LRP_KIND_IS_ATTENTION) return attention;
    return otherwise;
}

/* ---- writing ---- */

static void write_primitive(struct lrp_text *t, const struct lrp_composite *c, const struct lrp_primitive *p)
{
    lrp_text_printf(t, "%s(", kinds[p->kind].text);
    if (p->selector) {
        lrp_append_quoted(t, p->selector, "");
        lrp_text_append(t, ", ");
    }
    if (kinds[p->kind].head == NUMBER) lrp_text_printf(t, "%lld, ", (long long)p->n);
    for (size_t i = 0; i < p->count; i++) {
        char *rule = lrp_rule_text(&p->rules[i].rule, c->convention);
        if (i) lrp_text_append(t, ", ");
        if (p->rules[i].type) {
            lrp_append_quoted(t, p->rules[i].type, "=");
            lrp_text_append(t, "=");
        }
        lrp_text_append(t, rule ? rule : "");
        free(rule);
    }
    lrp_text_append(t, ")");
}

char *lrp_composite_text(const struct lrp_composite *composite)
{
    struct lrp_text t = {0};
    if (composite->preset) {
        lrp_text_append(&t, composite->text);
        return lrp_text_take(&t);
    }
    bool one_rule = composite->count == 1 && composite->primitives[0].kind == LRP_PRIMITIVE_GLOBAL;
    if (one_rule) return lrp_rule_text(&composite->primitives[0].rules[0].rule, composite->convention);
    lrp_text_append(&t, "composite(");
    for (size_t i = 0; i < composite->count; i++) {
        if (i) lrp_text_append(&t, ", ");
        write_primitive(&t, composite, &composite->primitives[i]);
    }
    lrp_text_append(&t, ")");
    return lrp_text_take(&t);
}

/* A map: a type a line, the arrows below each other. */
static void describe_map(struct lrp_text *t, const struct lrp_composite *c, const struct lrp_primitive *p)
{
    int widest = 0;
    for (size_t i = 0; i < p->count; i++)
        if ((int)strlen(p->rules[i].type) > widest) widest = (int)strlen(p->rules[i].type);
    lrp_text_printf(t, "%s(", kinds[p->kind].text);
    if (p->selector) lrp_text_printf(t, "%s,", p->selector);
    if (kinds[p->kind].head == NUMBER) lrp_text_printf(t, "%lld,", (long long)p->n);
    for (size_t i = 0; i < p->count; i++) {
        char *rule = lrp_rule_text(&p->rules[i].rule, c->convention);
        lrp_text_printf(t, "\n    %-*s => %s%s", widest, p->rules[i].type, rule ? rule : "", i + 1 < p->count ? "," : "");
        free(rule);
    }
    lrp_text_append(t, "\n)");
}

char *lrp_composite_describe(const struct lrp_composite *composite)
{
    struct lrp_text t = {0};
    for (size_t i = 0; i < composite->count; i++) {
        const struct lrp_primitive *p = &composite->primitives[i];
        if (kinds[p->kind].map)
            describe_map(&t, composite, p);
        else
            write_primitive(&t, composite, p);
        lrp_text_append(&t, "\n");
    }
    return lrp_text_take(&t);
}
