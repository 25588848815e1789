/* book.c: rules beyond the table: added, found, copied, compared. */
#include "book.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "amount.h"
#include "arena.h"
#include "composite_presets.h"
#include "select.h"

/* What computes a rule (NULL: any) on layers of a type. */
struct override {
    const char *rule, *type;
    const struct lrp_rule_row *how;
};
struct lrp_rule_book {
    struct lrp_rule_book *self; /* what may be changed through a book that may not: its references */
    int references;
    struct lrp_arena *arena; /* rows and their texts */
    const struct lrp_rule_row **rows;
    size_t count;
    struct override *overrides;
    size_t override_count;
};

static enum lrp_status out_of_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for a rule");
}

/* ---- life ---- */

enum lrp_status lrp_rule_book_new(struct lrp_rule_book **out, struct lrp_error *err)
{
    struct lrp_rule_book *book = calloc(1, sizeof *book);
    if (book) book->arena = lrp_arena_new();
    if (!book || !book->arena) {
        free(book);
        return out_of_memory(err);
    }
    book->self = book;
    book->references = 1;
    *out = book;
    return LRP_OK;
}

const struct lrp_rule_book *lrp_rule_book_retain(const struct lrp_rule_book *book)
{
    if (book) __atomic_add_fetch(&book->self->references, 1, __ATOMIC_RELAXED);
    return book;
}

void lrp_rule_book_release(const struct lrp_rule_book *book)
{
    if (!book || __atomic_sub_fetch(&book->self->references, 1, __ATOMIC_ACQ_REL) > 0) return;
    struct lrp_rule_book *own = book->self;
    lrp_arena_free(own->arena);
    free(own->rows);
    free(own->overrides);
    free(own);
}

/* ---- what a row has to be ---- */

static enum lrp_status refuse_rule(const struct lrp_rule_row *row, struct lrp_rule_place *where, const char *key,
                                   struct lrp_error *err, const char *cause)
{
    if (where) where->key = key;
    return lrp_fail(err, LRP_USAGE, "rule %s: %s", row->info.name, cause);
}

/* Small letters, digits and - . _ after a letter: a name that needs no quotes anywhere. */
static bool is_name(const char *name, const char *others)
{
    if (!name || !islower((unsigned char)*name) || strlen(name) > 39) return false;
    for (const char *p = name; *p; p++)
        if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) && !strchr(others, *p)) return false;
    return true;
}

static enum lrp_status check_parameters(const struct lrp_rule_row *row, struct lrp_rule_place *where, struct lrp_error *err)
{
    for (int i = 0; i < row->info.parameter_count; i++) {
        const char *name = row->info.parameters[i].name;
        if (!is_name(name, "_")) return refuse_rule(row, where, name, err, "a parameter's name is small letters, digits and _");
        for (int k = 0; k < i; k++)
            if (strcmp(row->info.parameters[k].name, name) == 0)
                return refuse_rule(row, where, name, err, "two parameters of one name");
    }
    return LRP_OK;
}

/* `parameters`: the row whose parameters an amount speaks of. */
static enum lrp_status check_amount(const struct lrp_rule_row *row, const struct lrp_rule_row *parameters, const char *text,
                                    const char *key, struct lrp_rule_place *where, struct lrp_error *err)
{
    size_t at;
    const char *why;
    if (!text || lrp_amount_check(text, parameters, &at, &why)) return LRP_OK;
    if (where) where->key = key;
    return lrp_fail(err, LRP_USAGE, "rule %s: group %d: %s \"%s\", character %zu: %s", row->info.name,
                    where ? where->group + 1 : 0, key, text, at + 1, why);
}

static enum lrp_status check_term(const struct lrp_rule_row *row, const struct lrp_rule_row *parameters,
                                  const struct lrp_term *term, struct lrp_rule_place *where, struct lrp_error *err)
{
    bool bounds = term->input == LRP_TERM_LOW || term->input == LRP_TERM_HIGH;
    if (bounds && lrp_parameter_place(parameters, term->input == LRP_TERM_LOW ? "low" : "high") < 0)
        return refuse_rule(row, where, "input", err, "the inputs low and high are parameters: declare them");
    if (term->weight == LRP_WEIGHT_NONE) return refuse_rule(row, where, "weight", err, "a term needs weights");
    if (term->sign != 1 && term->sign != -1) return refuse_rule(row, where, "sign", err, "sign is 1 or -1");
    bool gamma = term->weight == LRP_WEIGHT_GAMMA_POSITIVE || term->weight == LRP_WEIGHT_GAMMA_NEGATIVE ||
                 term->bias == LRP_WEIGHT_GAMMA_POSITIVE || term->bias == LRP_WEIGHT_GAMMA_NEGATIVE;
    if (gamma && !term->strength) return refuse_rule(row, where, "strength", err, "W+gW+ and W+gW- need a strength (g)");
    if (!gamma && term->strength) return refuse_rule(row, where, "strength", err, "a strength (g) is for W+gW+ and W+gW- only");
    return check_amount(row, parameters, term->strength, "strength", where, err);
}

#define NOT_WHOLE "it does not say how it works, how it is accounted for, and which layers it fits"
static bool is_whole(const struct lrp_rule_row *row)
{
    return row->apply && row->account && row->fit;
}

static enum lrp_status check_groups(const struct lrp_rule_row *row, const struct lrp_rule_row *parameters,
                                    struct lrp_rule_place *where, struct lrp_error *err)
{
    struct lrp_rule_place here = {.term = -1}, *w = where ? where : &here;
    if (row->function) return LRP_OK;
    if (row->group_count < 1 || row->group_count > LRP_GROUPS)
        return refuse_rule(row, where, "groups", err, "a rule has 1 to 4 groups");
    for (w->group = 0; w->group < row->group_count; w->group++) {
        const struct lrp_group *g = &row->groups[w->group];
        w->term = -1;
        enum lrp_status status = check_amount(row, parameters, g->factor, "factor", w, err);
        if (!status) status = check_amount(row, parameters, g->stabilizer, "stabilizer", w, err);
        if (status) return status;
        if (g->term_count < 1 || g->term_count > LRP_TERMS)
            return refuse_rule(row, w, "terms", err, "a group has 1 to 4 terms");
        for (w->term = 0; w->term < g->term_count; w->term++) {
            status = check_term(row, parameters, &g->terms[w->term], w, err);
            if (status) return status;
        }
    }
    w->group = w->term = -1;
    return LRP_OK;
}

/* ---- adding ---- */

static bool copy_text(struct lrp_arena *arena, const char **text)
{
    if (*text) *text = lrp_arena_strdup(arena, *text);
    return *text != NULL;
}

/* The row with its texts in the arena, its data retained; NULL when out of memory. */
static struct lrp_rule_row *copy_row(struct lrp_rule_book *book, const struct lrp_rule_row *row)
{
    struct lrp_rule_row *copy = lrp_arena_calloc(book->arena, 1, sizeof *copy);
    if (!copy) return NULL;
    *copy = *row;
    struct lrp_rule_info *info = &copy->info;
    bool ok =
        copy_text(book->arena, &info->name) && copy_text(book->arena, &info->formula) && copy_text(book->arena, &info->fits);
    if (info->origin) ok = ok && copy_text(book->arena, &info->origin);
    for (int i = 0; ok && i < info->parameter_count; i++)
        ok = copy_text(book->arena, &info->parameters[i].name) && copy_text(book->arena, &info->parameters[i].value);
    for (int g = 0; ok && g < copy->group_count; g++) {
        struct lrp_group *group = &copy->groups[g];
        ok = (!group->factor || copy_text(book->arena, &group->factor)) &&
             (!group->stabilizer || copy_text(book->arena, &group->stabilizer));
        for (int t = 0; ok && t < group->term_count; t++)
            ok = !group->terms[t].strength || copy_text(book->arena, &group->terms[t].strength);
    }
    if (ok && row->release && row->data) {
        ok = lrp_arena_on_free(book->arena, row->release, row->data) == 0;
        if (ok && row->retain) row->retain(row->data);
    }
    return ok ? copy : NULL;
}

static bool add_parameter(struct lrp_rule_row *row, const char *name, const char *value, enum lrp_parameter_kind kind)
{
    struct lrp_rule_info *info = &row->info;
    if (lrp_parameter_place(row, name) >= 0) return true;
    if (info->parameter_count == LRP_RULE_PARAMETERS) return false;
    info->parameters[info->parameter_count++] = (struct lrp_rule_parameter){name, value, kind};
    return true;
}

/* What every rule takes: stabilizer and, where it has one, bias. */
static bool complete_row(struct lrp_rule_row *row)
{
    bool bias = false;
    row->custom = true;
    for (int g = 0; g < row->group_count; g++)
        for (int t = 0; t < row->groups[g].term_count; t++) bias |= row->groups[g].terms[t].bias != LRP_WEIGHT_NONE;
    return add_parameter(row, "stabilizer", "1e-9", LRP_PARAMETER_STABILIZER) &&
           (!bias || add_parameter(row, "bias", "on", LRP_PARAMETER_BIAS));
}

static enum lrp_status insert_rule(struct lrp_rule_book *book, const struct lrp_rule_row *row, struct lrp_error *err)
{
    const struct lrp_rule_row **rows = realloc(book->rows, (book->count + 1) * sizeof(struct lrp_rule_row *));
    if (!rows) return out_of_memory(err);
    book->rows = rows;
    rows[book->count] = copy_row(book, row);
    if (!rows[book->count]) return out_of_memory(err);
    book->count++;
    return LRP_OK;
}

static enum lrp_status insert_override(struct lrp_rule_book *book, const struct override *override, struct lrp_error *err)
{
    struct override *overrides = realloc(book->overrides, (book->override_count + 1) * sizeof *overrides), *new;
    if (!overrides) return out_of_memory(err);
    book->overrides = overrides;
    new = &overrides[book->override_count];
    *new = (struct override){.type = lrp_arena_strdup(book->arena, override->type), .how = copy_row(book, override->how)};
    if (override->rule) new->rule = lrp_arena_strdup(book->arena, override->rule);
    if (!new->type || !new->how || (override->rule && !new->rule)) return out_of_memory(err);
    book->override_count++;
    return LRP_OK;
}

enum lrp_status lrp_rule_book_add(struct lrp_rule_book *book, const struct lrp_rule_row *row, struct lrp_rule_place *where,
                                  struct lrp_error *err)
{
    struct lrp_rule_row whole = *row;
    if (where) *where = (struct lrp_rule_place){-1, -1, NULL};
    if (!is_name(row->info.name, "-._"))
        return lrp_fail(err, LRP_USAGE, "a rule's name is small letters, digits and - . _, not \"%.40s\"",
                        row->info.name ? row->info.name : "");
    if (lrp_rule_find(book, row->info.name))
        return refuse_rule(row, where, "name", err, "there is a rule of that name already");
    if (lrp_preset_find(row->info.name))
        return refuse_rule(row, where, "name", err, "there is a composite of that name already");
    if (row->info.parameter_count > LRP_RULE_PARAMETERS || row->info.parameter_count < 0)
        return refuse_rule(row, where, "parameters", err, "a rule has at most 8 parameters");
    enum lrp_status status = check_parameters(row, where, err);
    if (status) return status;
    if (!complete_row(&whole))
        return refuse_rule(row, where, "parameters", err, "a rule has at most 8 parameters, with stabilizer and bias");
    status = check_groups(&whole, &whole, where, err);
    if (!status && !is_whole(row)) return refuse_rule(row, where, NULL, err, NOT_WHOLE);
    return !status ? insert_rule(book, &whole, err) : status;
}

enum lrp_status lrp_rule_book_override(struct lrp_rule_book *book, const char *rule, const char *type,
                                       const struct lrp_rule_row *how, struct lrp_error *err)
{
    static const struct lrp_rule_row no_parameters = {.custom = true};
    struct lrp_rule_row whole = *how;
    const struct lrp_rule_row *row = rule ? lrp_rule_find(book, rule) : &no_parameters;
    if (!row) return lrp_fail(err, LRP_USAGE, "override for layers of type %s: there is no rule %s", type, rule);
    if (!*type) return refuse_rule(how, NULL, NULL, err, "an override needs a type of layers");
    if (!is_whole(how)) return refuse_rule(how, NULL, NULL, err, NOT_WHOLE);
    enum lrp_status status = check_groups(how, row, NULL, err);
    if (status) return status;
    complete_row(&whole);
    return insert_override(book, &(struct override){rule, type, &whole}, err);
}

enum lrp_status lrp_rule_book_copy(const struct lrp_rule_book *book,
                                   bool (*keep)(const void *data, const struct lrp_rule_row *row), const void *data,
                                   struct lrp_rule_book **out, struct lrp_error *err)
{
    struct lrp_rule_book *copy = NULL;
    enum lrp_status status = lrp_rule_book_new(&copy, err);
    for (size_t i = 0; !status && book && i < book->count; i++)
        if (!keep || keep(data, book->rows[i])) status = insert_rule(copy, book->rows[i], err);
    for (size_t i = 0; !status && book && i < book->override_count; i++)
        if (!keep || keep(data, book->overrides[i].how)) status = insert_override(copy, &book->overrides[i], err);
    if (!status)
        *out = copy;
    else
        lrp_rule_book_release(copy);
    return status;
}

/* ---- finding ---- */

const struct lrp_rule_row *lrp_rule_book_row(const struct lrp_rule_book *book, size_t index)
{
    return book && index < book->count ? book->rows[index] : NULL;
}

const struct lrp_rule_info *lrp_rule_at(const struct lrp_rule_book *book, size_t index)
{
    size_t built_in = 0;
    while (lrp_rule_row(built_in)) built_in++;
    const struct lrp_rule_row *row = index < built_in ? lrp_rule_row(index) : lrp_rule_book_row(book, index - built_in);
    return row ? &row->info : NULL;
}

const struct lrp_rule_row *lrp_rule_row_of(const struct lrp_rule_info *info)
{
    _Static_assert(offsetof(struct lrp_rule_row, info) == 0, "a row begins with what is public of it");
    return (const struct lrp_rule_row *)info;
}

const struct lrp_rule_row *lrp_rule_find(const struct lrp_rule_book *book, const char *name)
{
    const struct lrp_rule_row *row;
    for (size_t i = 0; (row = lrp_rule_row(i)); i++)
        if (strcmp(row->info.name, name) == 0) return row;
    for (size_t i = 0; (row = lrp_rule_book_row(book, i)); i++)
        if (strcmp(row->info.name, name) == 0) return row;
    return NULL;
}

const struct lrp_rule_row *lrp_rule_book_how(const struct lrp_rule_book *book, const struct lrp_rule_row *row,
                                             const struct lrp_layer *layer)
{
    for (size_t i = book ? book->override_count : 0; i-- > 0;) {
        const struct override *o = &book->overrides[i];
        if ((!o->rule || strcmp(o->rule, row->info.name) == 0) && lrp_layer_is(layer, o->type)) return o->how;
    }
    return row;
}

/* ---- comparing ---- */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_group(const struct lrp_group *a, const struct lrp_group *b)
{
    if (!same_text(a->factor, b->factor) || !same_text(a->stabilizer, b->stabilizer) || a->mask != b->mask ||
        a->term_count != b->term_count)
        return false;
    for (int t = 0; t < a->term_count; t++) {
        const struct lrp_term *x = &a->terms[t], *y = &b->terms[t];
        if (x->input != y->input || x->weight != y->weight || x->bias != y->bias || x->sign != y->sign ||
            !same_text(x->strength, y->strength))
            return false;
    }
    return true;
}

bool lrp_rule_row_equal(const struct lrp_rule_row *a, const struct lrp_rule_row *b)
{
    if (a == b) return true;
    if (!a || !b || !a->custom || !b->custom || strcmp(a->info.name, b->info.name) != 0 || a->apply != b->apply ||
        a->account != b->account || a->fit != b->fit || a->positional != b->positional || a->group_count != b->group_count ||
        a->function != b->function || a->data != b->data || a->info.parameter_count != b->info.parameter_count)
        return false;
    for (int i = 0; i < a->info.parameter_count; i++)
        if (!same_text(a->info.parameters[i].name, b->info.parameters[i].name) ||
            !same_text(a->info.parameters[i].value, b->info.parameters[i].value) ||
            a->info.parameters[i].kind != b->info.parameters[i].kind)
            return false;
    for (int g = 0; g < a->group_count; g++)
        if (!same_group(&a->groups[g], &b->groups[g])) return false;
    return true;
}

bool lrp_rule_book_equal(const struct lrp_rule_book *a, const struct lrp_rule_book *b)
{
    size_t rows_a = a ? a->count : 0, rows_b = b ? b->count : 0, over_a = a ? a->override_count : 0,
           over_b = b ? b->override_count : 0;
    if (a == b) return true;
    if (rows_a != rows_b || over_a != over_b) return false;
    for (size_t i = 0; i < rows_a; i++)
        if (!lrp_rule_row_equal(a->rows[i], b->rows[i])) return false;
    for (size_t i = 0; i < over_a; i++)
        if (!same_text(a->overrides[i].rule, b->overrides[i].rule) || strcmp(a->overrides[i].type, b->overrides[i].type) != 0 ||
            !lrp_rule_row_equal(a->overrides[i].how, b->overrides[i].how))
            return false;
    return true;
}
