/* token_group.c: units of a text that are larger than tokens. */
#include "token_group.h"

#include <stdlib.h>
#include <string.h>

#include "mapping.h"
#include "text.h"

/* ---- where units begin in a text ---- */

struct letters {
    unsigned *at; /* code points; owned */
    size_t count;
};

static bool read_letters(const char *text, struct letters *out)
{
    const size_t length = strlen(text);
    *out = (struct letters){.at = calloc(length + 1, sizeof *out->at)};
    for (size_t i = 0; out->at && i < length;) {
        const size_t n = lrp_utf8_length(text + i, length - i);
        const unsigned char first = (unsigned char)text[i];
        unsigned code = n < 2 ? first : first & (0x7Fu >> n);
        for (size_t k = 1; k < n; k++) code = code << 6 | ((unsigned char)text[i + k] & 0x3Fu);
        const bool zero = first == 0xC0 && (unsigned char)text[i + 1] == 0x80; /* stands for U+0000 */
        out->at[out->count++] = n ? code : zero ? 0 : 0xFFFD;
        i += n ? n : zero ? 2 : 1;
    }
    return out->at != NULL;
}

static bool is_space(unsigned c)
{
    return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
           c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

static bool is_one_of(unsigned c, const unsigned *list)
{
    while (*list && *list != c) list++;
    return *list != 0;
}

static bool word_begins(const struct letters *l, size_t i)
{
    return !is_space(l->at[i]) && (i == 0 || is_space(l->at[i - 1]));
}

static bool line_begins(const struct letters *l, size_t i)
{
    return i == 0 || l->at[i - 1] == '\n';
}

/* Behind a full stop, and the quotes and brackets that close with it: at once where the script writes no blanks, else behind
 * blanks. */
static bool sentence_begins(const struct letters *l, size_t i)
{
    static const unsigned ends[] = {'.', '!', '?', 0x2026, 0}, wide[] = {0x3002, 0xFF01, 0xFF1F, 0},
                          closing[] = {'"', '\'', ')', ']', 0x2019, 0x201D, 0xBB, 0x300D, 0x300F, 0};
    size_t at = i;
    if (is_space(l->at[i])) return false;
    while (at > 0 && is_space(l->at[at - 1])) at--;
    const bool blanks = at < i;
    while (at > 0 && is_one_of(l->at[at - 1], closing)) at--;
    if (at == 0) return blanks || i == 0;
    return is_one_of(l->at[at - 1], wide) ? !is_one_of(l->at[i], closing) && !is_one_of(l->at[i], wide)
                                          : blanks && is_one_of(l->at[at - 1], ends);
}

static const struct unit {
    const char *name;
    bool (*begins)(const struct letters *letters, size_t i);
} units_of_text[] = {{"word", word_begins}, {"sentence", sentence_begins}, {"line", line_begins}};

/* ---- groups ---- */

/* A unit for every token: the same number for those of one; -1: it stays apart. */
struct division {
    int64_t *unit; /* owned */
    int64_t count;
};

/* Blanks in front of a token are not what it is about. */
static size_t first_letter(const struct letters *l, const struct lrp_token_row *row)
{
    size_t at = row->start;
    while (at + 1 < row->end && at + 1 < l->count && is_space(l->at[at])) at++;
    return at;
}

static bool divide_text(const struct lrp_token_map *map, const struct unit *how, const char *text, bool second,
                        struct division *out)
{
    struct letters l;
    bool ok = read_letters(text, &l);
    int64_t *unit = ok ? calloc(l.count + 1, sizeof *unit) : NULL;
    int64_t now = out->count;
    ok = ok && unit;
    for (size_t i = 0; ok && i < l.count; i++) {
        if (how->begins(&l, i)) now++;
        unit[i] = now;
    }
    for (size_t i = 0; ok && i < map->count; i++) {
        const struct lrp_token_row *row = &map->rows[i];
        const size_t at = first_letter(&l, row);
        if (row->special || row->second != second || row->end <= row->start || at >= l.count) continue;
        out->unit[i] = unit[at];
    }
    out->count = now + 1;
    free(unit);
    free(l.at);
    return ok;
}

/* "0:3,5:7" */
static enum lrp_status divide_places(const struct lrp_token_map *map, const char *places, struct division *out,
                                     struct lrp_error *err)
{
    char *copy = strdup(places), *rest = copy;
    enum lrp_status status = copy ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (char *part; !status && (part = strsep(&rest, ",\n")) != NULL;) {
        int64_t from = 0, to = 0;
        char *colon = strchr(part, ':');
        if (!*part) continue;
        if (colon) *colon = '\0';
        if (!colon || !lrp_parse_int64(part, &from) || !lrp_parse_int64(colon + 1, &to))
            status = lrp_fail(err, LRP_USAGE,
                              "--group %s: units are word, sentence, line, places in tokens as 0:3,5:7 or a file", places);
        else if (from < 0 || to <= from || to > (int64_t)map->count)
            status = lrp_fail(err, LRP_USAGE, "--group: there are no tokens %lld:%lld (there are %zu, counted from 0)",
                              (long long)from, (long long)to, map->count);
        for (int64_t i = from; !status && i < to; i++) {
            if (out->unit[i] >= 0) status = lrp_fail(err, LRP_USAGE, "--group: token %lld is in two units", (long long)i);
            out->unit[i] = out->count;
        }
        out->count++;
    }
    free(copy);
    return status;
}

static enum lrp_status divide_file(const struct lrp_token_map *map, const char *path, struct division *out,
                                   struct lrp_error *err)
{
    struct lrp_mapping file;
    enum lrp_status status = lrp_mapping_open(path, &file, err);
    if (status) return status;
    char *text = strndup((const char *)file.data, file.size);
    status = text ? divide_places(map, text, out, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    free(text);
    lrp_mapping_close(&file);
    return status ? lrp_fail_context(err, status, "%s", path) : LRP_OK;
}

static enum lrp_status divide_by_unit(const struct lrp_token_map *map, const char *units, const struct lrp_sequence *s,
                                      struct division *out, struct lrp_error *err)
{
    for (size_t i = 0; i < sizeof units_of_text / sizeof *units_of_text; i++) {
        const struct unit *how = &units_of_text[i];
        if (strcmp(how->name, units) != 0) continue;
        if (!s || !s->text)
            return lrp_fail(err, LRP_USAGE, "--group %s: there is no text to find them in (--text; 0:3,5:7 names places)",
                            units);
        const bool ok = divide_text(map, how, s->text, false, out) && (!s->pair || divide_text(map, how, s->pair, true, out));
        return ok ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    }
    const bool places = units[strspn(units, "0123456789:,")] == '\0';
    return places ? divide_places(map, units, out, err) : divide_file(map, units, out, err);
}

/* Joins a token to the unit in front of it, or begins one. */
static bool add_token(struct lrp_token_map *map, const struct division *d, size_t i)
{
    const struct lrp_token_row *row = &map->rows[i];
    const bool same = i > 0 && d->unit[i] >= 0 && d->unit[i] == d->unit[i - 1];
    struct lrp_token_row *group = same ? &map->groups[map->group_count - 1] : &map->groups[map->group_count];
    if (!same) {
        *group = *row;
        group->first = i;
        group->text = strdup(row->text);
        map->group_count++;
        group->last = i;
        return group->text != NULL;
    }
    char *text = NULL;
    if (asprintf(&text, "%s%s", group->text, row->text) < 0) return false;
    free(group->text);
    group->text = text;
    group->relevance += row->relevance;
    group->end = row->end;
    group->last = i;
    return true;
}

/* A unit reads as its piece of the text, where that is known. */
static bool take_texts(struct lrp_token_map *map, const struct lrp_sequence *s)
{
    bool ok = true;
    for (size_t g = 0; ok && s && s->text && g < map->group_count; g++) {
        struct lrp_token_row *group = &map->groups[g];
        const char *at = group->second ? s->pair : s->text;
        if (!at || group->special || group->end <= group->start) continue;
        const char *from = NULL;
        for (size_t i = 0; *at && i < group->end; i++) {
            const size_t n = lrp_utf8_length(at, strlen(at));
            if (i == group->start) from = at;
            at += n ? n : 1;
        }
        char *text = from ? strndup(from, (size_t)(at - from)) : NULL;
        ok = !from || text;
        if (!text) continue;
        free(group->text);
        group->text = text;
    }
    return ok;
}

enum lrp_status lrp_token_map_group(struct lrp_token_map *map, const char *units, const struct lrp_sequence *s,
                                    struct lrp_error *err)
{
    struct division d = {.unit = calloc(map->count + 1, sizeof *d.unit)};
    map->groups = calloc(map->count + 1, sizeof *map->groups);
    enum lrp_status status = d.unit && map->groups ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; !status && i < map->count; i++) d.unit[i] = -1;
    if (!status) status = divide_by_unit(map, units, s, &d, err);
    for (size_t i = 0; !status && i < map->count; i++)
        if (!add_token(map, &d, i)) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status && !take_texts(map, s)) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    free(d.unit);
    return status;
}
