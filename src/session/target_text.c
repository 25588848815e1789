/* target_text.c: what the text of a target means. */
#include <stdlib.h>
#include <string.h>

#include "lrpscope/text.h"
#include "target.h"
#include "text.h"

/* Elements of a sample from axis `from` on. */
static int64_t span(const struct lrp_target_space *o, int from)
{
    int64_t n = 1;
    for (int k = from; k < o->rank; k++) n *= o->dim[k];
    return n;
}

/* Where words of a label begin and end. */
static bool is_word_end(char c)
{
    return c == '\0' || c == ' ' || c == ',' || c == '-' || c == '_';
}

static bool has_word(const char *label, const char *word, size_t length)
{
    for (const char *p = label; (p = strstr(p, word)) != NULL; p++)
        if ((p == label || is_word_end(p[-1])) && is_word_end(p[length])) return true;
    return false;
}

/* Class a text stands for: a label as it is, a word that one label has, what one label begins with; else an index. -1: unknown;
 * -2: several labels, listed in `several` (may be NULL). */
static int64_t find_class(const char *text, const struct lrp_labels *labels, struct lrp_text *several)
{
    const size_t length = strlen(text);
    int64_t index;
    for (size_t i = 0; i < labels->count; i++)
        if (strcmp(labels->names[i], text) == 0) return (int64_t)i;
    for (int words = 1; words >= 0 && length && !(lrp_parse_int64(text, &index) && index >= 0); words--) {
        int64_t found = -1;
        for (size_t i = 0; i < labels->count; i++) {
            const char *name = labels->names[i];
            if (!(words ? has_word(name, text, length) : strncmp(name, text, length) == 0)) continue;
            if (found != -1 && several) {
                if (found >= 0) lrp_text_append(several, labels->names[found]);
                lrp_text_printf(several, ", %s", name);
            }
            found = found == -1 ? (int64_t)i : -2;
        }
        if (found != -1) return found;
    }
    return lrp_parse_int64(text, &index) && index >= 0 ? index : -1;
}

static enum lrp_status unknown_class(const char *text, const struct lrp_labels *labels, struct lrp_error *err)
{
    struct lrp_text names = {0};
    enum lrp_status status;
    if (find_class(text, labels, &names) == -2) {
        status = lrp_fail(err, LRP_USAGE, "target %s: several labels fit: %s", text, names.data ? names.data : "");
    } else if (!labels->count) {
        status = lrp_fail(err, LRP_USAGE, "target %s: not a class index, and there are no labels (--labels)", text);
    } else {
        lrp_text_nearest(&names, text, (const char *const *)labels->names, labels->count);
        status = lrp_fail(err, LRP_USAGE, "target %s: no such label (nearest: %s)", text, names.data ? names.data : "");
    }
    lrp_text_free(&names);
    return status;
}

/* "16x4 numbers" of an output of any rank; of places "2 classes at 3x5 places". */
static enum lrp_status beyond(const char *text, const struct lrp_target_space *o, struct lrp_error *err)
{
    const struct lrp_shape shape = {.rank = o->rank < 2 ? 0 : o->rank - 1};
    char sizes[160];
    struct lrp_shape places = shape;
    for (int k = 0; k < places.rank; k++) places.dim[k] = o->dim[o->sequence ? k : k + 1];
    lrp_shape_text(&places, 0, "x", sizes, sizeof sizes);
    if (o->rank == 2 && o->sequence)
        return lrp_fail(err, LRP_USAGE, "target %s: the output has %lld classes at %s positions, counted from 0", text,
                        (long long)o->dim[1], sizes);
    return lrp_fail(err, LRP_USAGE, "target %s: the output has %lld classes at %s places, counted from 0", text,
                    (long long)(o->rank ? o->dim[0] : 1), o->rank < 2 ? "1x1" : sizes);
}

static struct lrp_target_choice single_choice(int64_t index, int64_t class_index)
{
    return (struct lrp_target_choice){.index = index, .label = class_index, .plus = {.first = index, .stride = 1, .count = 1}};
}

/* A class alone: enough where it says which number of the output is meant. */
static enum lrp_status choose_class(const char *text, int64_t c, const struct lrp_target_space *o, size_t sample,
                                    struct lrp_target_choice *out, struct lrp_error *err)
{
    if (o->rank == 2 && o->sequence) {
        if (c >= o->dim[1]) return beyond(text, o, err);
        *out = single_choice(o->last[sample] * o->dim[1] + c, c);
        return LRP_OK;
    }
    if (o->rank > 1 && o->dim[0] > 1 && span(o, 1) > 1)
        return lrp_fail(err, LRP_USAGE,
                        o->rank == 2 ? "target %s: the output is %lldx%lld; say which: (row:column), or %s@POSITION or %s@all"
                                     : "target %s: the output has %lldx%lld places; say which: %s@y:x or %s@all",
                        text, (long long)o->dim[o->rank == 2 ? 0 : 1], (long long)(o->rank == 2 ? o->dim[1] : span(o, 2)), text,
                        text);
    if (c >= (int64_t)o->size) return beyond(text, o, err);
    *out = single_choice(c, c);
    return LRP_OK;
}

/* "c:y:x": how many numbers there are; -1: something else, or more than `most`. */
static int parse_colons(const char *text, size_t length, int64_t *numbers, int most)
{
    char *copy = strndup(text, length), *rest = copy;
    int count = 0;
    for (char *part; copy && count >= 0 && (part = strsep(&rest, ":")) != NULL;)
        count = count < most && lrp_parse_int64(part, &numbers[count]) ? count + 1 : -1;
    free(copy);
    return copy ? count : -1;
}

/* (row:column): a number for each axis of a sample; behind the last axis only 0. */
static enum lrp_status choose_place(const char *text, const struct lrp_target_space *o, struct lrp_target_choice *out,
                                    struct lrp_error *err)
{
    int64_t at[LRP_MAX_RANK], index = 0;
    const int count = parse_colons(text + 1, strlen(text) - 2, at, LRP_MAX_RANK);
    struct lrp_shape shape = {.rank = o->rank};
    char sizes[160];
    memcpy(shape.dim, o->dim, sizeof shape.dim);
    if (count < 1 || count < o->rank)
        return lrp_fail(err, LRP_USAGE, "target %s: %d numbers are needed, one for every axis of the output's %s", text,
                        o->rank < 1 ? 1 : o->rank, lrp_shape_text(&shape, 0, "x", sizes, sizeof sizes));
    for (int k = 0; k < count; k++) {
        const int64_t dim = k < o->rank ? o->dim[k] : 1;
        if ((at[k] < 0 || at[k] >= dim) && o->rank == 2)
            return lrp_fail(err, LRP_USAGE, "target %s: the output is %s, counted from 0", text,
                            lrp_shape_text(&shape, 0, "x", sizes, sizeof sizes));
        if (at[k] < 0 || at[k] >= dim) return beyond(text, o, err);
        index = index * dim + at[k];
    }
    *out = single_choice(index, o->rank > 1 && o->sequence ? at[o->rank - 1] : at[0]);
    return LRP_OK;
}

/* Positions p..q, both included, from the end where they are negative. */
static enum lrp_status choose_span(const char *text, const char *where, int64_t c, const struct lrp_target_space *o,
                                   struct lrp_target_choice *out, struct lrp_error *err)
{
    const char *dots = strstr(where, "..");
    char *first = strndup(where, (size_t)(dots - where));
    int64_t from = 0, to = 0;
    const bool numbers = first && lrp_parse_int64(first, &from) && lrp_parse_int64(dots + 2, &to);
    struct lrp_target_space sequence = *o;
    free(first);
    if (!numbers || o->rank != 2)
        return lrp_fail(err, LRP_USAGE, "target %s: p..q are the first and the last position of a sequence", text);
    sequence.sequence = true;
    if (from < 0) from += o->dim[0];
    if (to < 0) to += o->dim[0];
    if (c >= o->dim[1] || from < 0 || from >= o->dim[0] || to < 0 || to >= o->dim[0]) return beyond(text, &sequence, err);
    if (to < from) return lrp_fail(err, LRP_USAGE, "target %s: the last position is before the first", text);
    *out = single_choice(from * o->dim[1] + c, c);
    out->plus.stride = o->dim[1];
    out->plus.count = to - from + 1;
    return LRP_OK;
}

/* What stands behind CLASS@. Of an output of two axes the class is the last one, of more the first. */
static enum lrp_status choose_at(const char *text, const char *where, int64_t c, const struct lrp_target_space *o,
                                 struct lrp_target_choice *out, struct lrp_error *err)
{
    const bool rows = o->rank == 2;
    const int64_t classes = o->rank ? o->dim[rows ? 1 : 0] : 1, places = (int64_t)o->size / (classes ? classes : 1);
    int64_t at[2];
    const int count = parse_colons(where, strlen(where), at, 2);
    if (strcmp(where, "all") == 0) {
        if (c >= classes) return beyond(text, o, err);
        *out = (struct lrp_target_choice){.index = rows ? c : c * places, .label = c};
        out->plus = (struct lrp_target_run){.first = out->index, .stride = rows ? classes : 1, .count = places};
        return LRP_OK;
    }
    if (strstr(where, "..")) return choose_span(text, where, c, o, out, err);
    if (count != (rows ? 1 : 2))
        return lrp_fail(err, LRP_USAGE, "target %s: after @ comes %s or all", text, rows ? "a position, p..q" : "y:x");
    if (rows) {
        const int64_t position = at[0] < 0 ? at[0] + o->dim[0] : at[0];
        struct lrp_target_space sequence = *o;
        sequence.sequence = true;
        if (c >= classes || position < 0 || position >= o->dim[0]) return beyond(text, &sequence, err);
        *out = single_choice(position * classes + c, c);
        return LRP_OK;
    }
    const int64_t height = o->rank > 1 ? o->dim[1] : 1, width = span(o, 2);
    if (c >= classes || at[0] < 0 || at[0] >= height || at[1] < 0 || at[1] >= width) return beyond(text, o, err);
    *out = single_choice((c * height + at[0]) * width + at[1], c);
    return LRP_OK;
}

/* The only token a text becomes, without what a template puts round it; -1: none, or several. *pieces: how many. */
static int64_t sole_token(const struct lrp_tokenizer *t, const char *text, size_t *pieces)
{
    struct lrp_encoding e = {0};
    int64_t id = -1;
    *pieces = 0;
    if (lrp_tokenizer_encode(t, text, NULL, &e, NULL)) return -1;
    for (size_t i = 0; i < e.count; i++) {
        if (e.items[i].special) continue;
        id = e.items[i].id;
        ++*pieces;
    }
    lrp_encoding_free(&e);
    return *pieces == 1 ? id : -1;
}

/* A token by its text: as it stands in the vocabulary, as one that reads so, or as the one that the text becomes. -1: none; an
 * unknown word is none, though there may be a token for all of these: the one that a hieroglyph (U+13080) becomes. */
static int64_t find_token(const struct lrp_tokenizer *t, const char *text, size_t *pieces)
{
    size_t unknown_pieces;
    const int64_t known = t ? lrp_tokenizer_id(t, text) : -1;
    *pieces = 0;
    if (!t || known >= 0) return known;
    const int64_t id = sole_token(t, text, pieces);
    return id >= 0 && id == sole_token(t, "\xF0\x93\x82\x80", &unknown_pieces) ? -1 : id;
}

/* The class a text names: a label, a token, an index; in double quotes it is a text, whatever it looks like. `length`: of the
 * text in front of what says where. */
static enum lrp_status name_class(const char *text, size_t length, const struct lrp_target_space *o,
                                  const struct lrp_labels *labels, int64_t *out, struct lrp_error *err)
{
    const bool quoted = length >= 2 && *text == '"' && text[length - 1] == '"';
    char *name = strndup(text + quoted, length - (quoted ? 2 : 0));
    int64_t number = 0;
    size_t pieces = 0;
    if (!name) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    const bool digits = !quoted && lrp_parse_int64(name, &number);
    *out = digits && number < 0 ? -1 : find_class(name, labels, NULL);
    if (quoted && lrp_parse_int64(name, &number) &&
        !(*out >= 0 && (size_t)*out < labels->count && !strcmp(labels->names[*out], name)))
        *out = -1; /* no index */
    if (*out == -1 && !digits) *out = find_token(o->tokenizer, name, &pieces);
    enum lrp_status status = LRP_OK;
    if (*out < 0 && digits && number < 0)
        status = beyond(text, o, err);
    else if (*out < 0 && pieces > 1)
        status = lrp_fail(err, LRP_USAGE, "target %s: that is %zu tokens, not one (lrpscope tokens lists them)", name, pieces);
    else if (*out < 0 && o->tokenizer)
        status = lrp_fail(err, LRP_USAGE, "target %s: no such token", name);
    else if (*out < 0 && o->sequence && !labels->count)
        status = lrp_fail(err, LRP_USAGE, "target %s: not a token's id, and no tokenizer is known (--tokenizer F)", name);
    else if (*out < 0)
        status = unknown_class(name, labels, err);
    free(name);
    return status;
}

/* A target without anything set against it. */
static enum lrp_status parse_one(const char *text, const struct lrp_target_space *o, const struct lrp_labels *labels,
                                 size_t sample, struct lrp_target_choice *out, struct lrp_error *err)
{
    const size_t length = strlen(text);
    const char *at = strrchr(text, '@');
    if (length >= 2 && *text == '"' && strchr(text + 1, '"') == text + length - 1) at = NULL; /* all of it is a text */
    int64_t c = *text == '"' ? -1 : find_class(text, labels, NULL);
    if (c >= 0) return choose_class(text, c, o, sample, out, err);
    if (length > 2 && *text == '(' && text[length - 1] == ')') return choose_place(text, o, out, err);
    const enum lrp_status status = name_class(text, at ? (size_t)(at - text) : length, o, labels, &c, err);
    if (status) return status;
    return at ? choose_at(text, at + 1, c, o, out, err) : choose_class(text, c, o, sample, out, err);
}

/* ---- contrast: A - B, A - mean ---- */

struct contrast {
    const struct lrp_target_space *space;
    const struct lrp_labels *labels;
    size_t sample;
};

/* Between `text` and its `length`, without blanks round it; owned. */
static char *trimmed_side(const char *text, size_t length)
{
    while (length && *text == ' ') text++, length--;
    while (length && text[length - 1] == ' ') length--;
    return strndup(text, length);
}

/* The text taken apart at its character `at`. */
static enum lrp_status parse_sides(const struct contrast *k, const char *text, size_t at, struct lrp_target_choice *out,
                                   struct lrp_error *err)
{
    const struct lrp_target_space *o = k->space;
    char *left = trimmed_side(text, at), *right = trimmed_side(text + at + 1, strlen(text) - at - 1);
    struct lrp_target_choice other = {.index = 0};
    enum lrp_status status = left && right ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status && (!*left || !*right)) status = lrp_fail(err, LRP_USAGE, "target %s: A - B sets B against A", text);
    if (!status) status = parse_one(left, o, k->labels, k->sample, out, err);
    if (!status && strcmp(right, "mean") == 0) {
        out->classes = o->rank == 2 ? o->dim[1] : o->rank ? o->dim[0] : 1;
        out->apart = o->rank == 2 ? 1 : span(o, 1);
    } else if (!status) {
        status = parse_one(right, o, k->labels, k->sample, &other, err);
        out->minus = other.plus;
    }
    free(left);
    free(right);
    return status;
}

/* How many ways there are to take a text apart at a minus (spaced: between blanks) so that both sides name something; *out is
 * the last of them. What is in double quotes stays whole. */
static int take_apart(const struct contrast *k, const char *text, bool spaced, struct lrp_target_choice *out,
                      struct lrp_error *err)
{
    int ways = 0;
    bool quoted = false;
    for (size_t i = 0; text[i]; i++) {
        struct lrp_target_choice choice;
        if (text[i] == '"') quoted = !quoted;
        const bool blanks = text[i] == '-' && i > 0 && text[i - 1] == ' ' && text[i + 1] == ' ';
        if (text[i] != '-' || quoted || blanks != spaced || parse_sides(k, text, i, &choice, err)) continue;
        *out = choice;
        ways++;
    }
    return ways;
}

enum lrp_status lrp_target_parse(const char *text, const struct lrp_target_space *space, const struct lrp_labels *labels,
                                 size_t sample, struct lrp_target_choice *out, struct lrp_error *err)
{
    const struct contrast k = {space, labels, sample};
    struct lrp_error why = {0};
    if (*text != '"' && find_class(text, labels, NULL) >= 0) return parse_one(text, space, labels, sample, out, err);
    int ways = take_apart(&k, text, true, out, &why);
    if (!ways && strstr(text, " - ")) return lrp_fail(err, LRP_USAGE, "%s", why.message);
    if (!ways && strchr(text, '-')) ways = take_apart(&k, text, false, out, NULL);
    if (ways > 1)
        return lrp_fail(err, LRP_USAGE, "target %s: it can be taken apart at several minus signs (names in double quotes)",
                        text);
    return ways ? LRP_OK : parse_one(text, space, labels, sample, out, err);
}

const char *lrp_target_reference(const char *text, const struct lrp_labels *labels)
{
    const size_t length = sizeof LRP_SIMILAR - 1;
    return strncmp(text, LRP_SIMILAR, length) == 0 && text[length] && find_class(text, labels, NULL) < 0 ? text + length : NULL;
}

/* A comma that is not in double quotes. */
static bool has_comma(const char *text)
{
    bool quoted = false;
    for (; *text; text++) {
        quoted ^= *text == '"';
        if (*text == ',' && !quoted) return true;
    }
    return false;
}

bool lrp_target_is_list(const char *text, const struct lrp_labels *labels)
{
    return has_comma(text) && find_class(text, labels, NULL) < 0 && !lrp_target_reference(text, labels);
}
