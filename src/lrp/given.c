/* given.c: the arguments a row takes, as they were given. */
#include "given.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

/* Whose arguments they are, for messages. */
struct row {
    const char *what, *name;
};

static bool holds_word(const char *words, const char *word)
{
    const size_t length = strlen(word);
    for (const char *p = words; length && (p = strstr(p, word)) != NULL; p += length)
        if ((p == words || p[-1] == ' ') && (p[length] == ' ' || !p[length])) return true;
    return false;
}

/* What a kind of argument can be, in words; NULL: the text is fine. */
static const char *wrong_form(const struct lrp_method_argument *a, const char *text)
{
    int64_t whole;
    double number;
    switch (a->kind) {
    case LRP_METHOD_COUNT:
        return lrp_parse_int64(text, &whole) && whole >= 1 && whole <= 1000000 ? NULL : "a whole number from 1 to 1000000";
    case LRP_METHOD_SEED:
        return lrp_parse_int64(text, &whole) && whole >= 0 ? NULL : "a whole number, at least 0";
    case LRP_METHOD_NUMBER:
        return lrp_parse_fraction(text, &number) && number >= 0 && number < 3e38 ? NULL : "a number, at least 0";
    case LRP_METHOD_WORD:
        return holds_word(a->choices, text) ? NULL : a->choices;
    case LRP_METHOD_BASELINE:
    case LRP_METHOD_FILE:
    case LRP_METHOD_LAYER:
        return *text ? NULL : "a text";
    }
    return "nothing";
}

static enum lrp_status read_argument(const struct row *row, struct lrp_given *given, char *argument, int *position,
                                     struct lrp_error *err)
{
    const size_t name = strcspn(argument, "=( "); /* an "=" behind a bracket is the value's own */
    char *value = argument;
    int place;
    if (argument[name] == '=' || argument[name] == ' ') {
        char *equals = strchr(argument, '=');
        if (!equals) return lrp_fail(err, LRP_USAGE, "%s %s: %s is no argument", row->what, row->name, argument);
        *equals = '\0';
        argument = lrp_trim(argument);
        value = lrp_trim(equals + 1);
        for (place = 0; place < given->count && strcmp(given->arguments[place].name, argument) != 0;) place++;
        if (place == given->count)
            return lrp_fail(err, LRP_USAGE, "%s %s has no argument %s (lrpscope %ss)", row->what, row->name, argument,
                            row->what);
    } else if (*position < given->count) {
        place = (*position)++;
    } else {
        return lrp_fail(err, LRP_USAGE, "%s %s takes %d argument%s, %s is one too many", row->what, row->name, given->count,
                        given->count == 1 ? "" : "s", argument);
    }
    const struct lrp_method_argument *a = &given->arguments[place];
    value = lrp_unquote(value);
    const char *wrong = wrong_form(a, value);
    if (wrong)
        return lrp_fail(err, LRP_USAGE, "%s %s: %s cannot be \"%s\" (%s%s)", row->what, row->name, a->name, value,
                        a->kind == LRP_METHOD_WORD ? "one of: " : "it is ", wrong);
    char *copy = strdup(value);
    if (!copy) return lrp_fail(err, LRP_MEMORY, "not enough memory for a %s", row->what);
    free(given->values[place]);
    given->values[place] = copy;
    given->named[place] = true;
    return LRP_OK;
}

enum lrp_status lrp_given_read(const char *what, const char *name, const struct lrp_method_argument *arguments, int count,
                               struct lrp_call_text *text, struct lrp_given *out, struct lrp_error *err)
{
    const struct row row = {what, name};
    enum lrp_status status = LRP_OK;
    int position = 0;
    *out = (struct lrp_given){.arguments = arguments, .count = count};
    for (int i = 0; !status && i < count; i++) {
        out->values[i] = strdup(arguments[i].value);
        if (!out->values[i]) status = lrp_fail(err, LRP_MEMORY, "not enough memory for a %s", what);
    }
    for (int i = 0; !status && i < text->count; i++) status = read_argument(&row, out, text->arguments[i], &position, err);
    return status;
}

void lrp_given_free(struct lrp_given *given)
{
    for (int i = 0; i < LRP_METHOD_ARGUMENTS; i++) free(given->values[i]);
    *given = (struct lrp_given){0};
}

bool lrp_given_equal(const struct lrp_given *a, const struct lrp_given *b)
{
    for (int i = 0; i < a->count; i++)
        if (strcmp(a->values[i], b->values[i]) != 0) return false;
    return true;
}

/* The place of an argument; -1: there is none of that name. */
static int place_of(const struct lrp_given *given, const char *argument)
{
    for (int i = 0; i < given->count; i++)
        if (strcmp(given->arguments[i].name, argument) == 0) return i;
    return -1;
}

const char *lrp_given_text(const struct lrp_given *given, const char *argument)
{
    const int place = place_of(given, argument);
    return place < 0 ? "" : given->values[place];
}

double lrp_given_number(const struct lrp_given *given, const char *argument, double otherwise)
{
    double number;
    return lrp_parse_fraction(lrp_given_text(given, argument), &number) ? number : otherwise;
}

bool lrp_given_is(const struct lrp_given *given, const char *argument, const char *word)
{
    return strcmp(lrp_given_text(given, argument), word) == 0;
}

bool lrp_given_named(const struct lrp_given *given, const char *argument)
{
    const int place = place_of(given, argument);
    return place >= 0 && given->named[place];
}

enum lrp_status lrp_given_set(struct lrp_given *given, const char *argument, const char *text, struct lrp_error *err)
{
    const int place = place_of(given, argument);
    char *copy = place < 0 ? NULL : strdup(text);
    if (!copy) return lrp_fail(err, LRP_MEMORY, "not enough memory for an argument");
    free(given->values[place]);
    given->values[place] = copy;
    return LRP_OK;
}
