/* colormap_set.c: colour maps beyond the table: checked, copied, kept together. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "colormap.h"
#include "text.h"

enum { MOST_MAPS = 1000, LONGEST_NAME = 39, LONGEST_SUMMARY = 120 };

struct lrp_colormap_set {
    struct lrp_colormap_set *self; /* what may be changed through a set that may not: its references */
    int references;
    struct lrp_arena *arena; /* maps, their stops and texts */
    const struct lrp_colormap **maps;
    size_t count;
};

static enum lrp_status out_of_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for a colour map");
}

const struct lrp_colormap_set *lrp_colormap_set_retain(const struct lrp_colormap_set *set)
{
    if (set) __atomic_add_fetch(&set->self->references, 1, __ATOMIC_RELAXED);
    return set;
}

void lrp_colormap_set_release(const struct lrp_colormap_set *set)
{
    if (!set || __atomic_sub_fetch(&set->self->references, 1, __ATOMIC_ACQ_REL) > 0) return;
    struct lrp_colormap_set *own = set->self;
    lrp_arena_free(own->arena);
    free(own->maps);
    free(own);
}

const struct lrp_colormap *lrp_colormap_set_at(const struct lrp_colormap_set *set, size_t index)
{
    return set && index < set->count ? set->maps[index] : NULL;
}

/* ---- what a map has to be ---- */

/* Small letters, digits and - after a letter: a name that needs no quotes anywhere. */
static bool is_name(const char *name)
{
    if (!name || !islower((unsigned char)*name)) return false;
    size_t length = 0;
    while (islower((unsigned char)name[length]) || isdigit((unsigned char)name[length]) || name[length] == '-')
        if (++length > LONGEST_NAME) return false;
    return !name[length];
}

/* Text that a terminal only shows: UTF-8 without controls. */
static bool is_line(const char *text)
{
    const size_t length = strlen(text);
    for (size_t i = 0, n; i < length; i += n) {
        const unsigned char c = (unsigned char)text[i];
        n = lrp_utf8_length(text + i, length - i);
        if (n == 0 || iscntrl(c) || (c == 0xC2 && (unsigned char)text[i + 1] < 0xA0)) return false;
    }
    return length <= LONGEST_SUMMARY;
}

static bool is_part(float value)
{
    return value >= 0 && value <= 1; /* not NaN either */
}

static enum lrp_status check_stops(const struct lrp_colormap *map, struct lrp_error *err)
{
    const struct lrp_colormap_stop *s = map->stops;
    bool middle = false;
    if (!s || map->count < 2 || map->count > LRP_COLORMAP_STOPS)
        return lrp_fail(err, LRP_USAGE, "it has %zu stops; 2 to %d are needed", s ? map->count : 0, LRP_COLORMAP_STOPS);
    for (size_t i = 0; i < map->count; i++) {
        if (!is_part(s[i].at) || !is_part(s[i].red) || !is_part(s[i].green) || !is_part(s[i].blue))
            return lrp_fail(err, LRP_USAGE, "stop %zu: position, red, green and blue are numbers of 0 to 1", i);
        if (i > 0 && s[i].at <= s[i - 1].at)
            return lrp_fail(err, LRP_USAGE, "stop %zu: its position %g is not above that of the stop before, %g", i,
                            (double)s[i].at, (double)s[i - 1].at);
        middle |= s[i].at == 0.5F;
    }
    if (s[0].at > 0 || s[map->count - 1].at < 1)
        return lrp_fail(err, LRP_USAGE, "the first stop is to be at 0 and the last at 1, not at %g and %g", (double)s[0].at,
                        (double)s[map->count - 1].at);
    if (map->diverging && !middle) return lrp_fail(err, LRP_USAGE, "a diverging map needs a stop at 0.5, the colour of zero");
    return LRP_OK;
}

static enum lrp_status check_map(const struct lrp_colormap_set *set, const struct lrp_colormap *map, struct lrp_error *err)
{
    if (!is_name(map->name))
        return lrp_fail(err, LRP_USAGE, "a name is small letters, digits and - after a letter, at most %d", LONGEST_NAME);
    if (map->summary && !is_line(map->summary))
        return lrp_fail(err, LRP_USAGE, "its summary is not one line of at most %d bytes", LONGEST_SUMMARY);
    if (lrp_colormap_find(set, map->name)) return lrp_fail(err, LRP_USAGE, "there is one of that name already");
    if (set->count == MOST_MAPS) return lrp_fail(err, LRP_USAGE, "more than %d colour maps", MOST_MAPS);
    return check_stops(map, err);
}

/* ---- adding ---- */

/* How near a colour comes to a map, squared, in steps of 0..255. */
static int colour_distance(const struct lrp_colormap *map, const unsigned char colour[3])
{
    enum { STEPS = 1024 };
    int nearest = 3 * 255 * 255;
    for (int step = 0; step <= STEPS; step++) {
        unsigned char rgb[3];
        lrp_colormap_rgb(map, (double)step / STEPS, rgb);
        int sum = 0;
        for (int i = 0; i < 3; i++) sum += (rgb[i] - colour[i]) * (rgb[i] - colour[i]);
        nearest = sum < nearest ? sum : nearest;
    }
    return nearest;
}

/* The colour for NaN: of a few loud ones that which is farthest from all of the map. */
static void choose_invalid(struct lrp_colormap *map)
{
    static const unsigned char loud[][3] = {{255, 0, 255}, {0, 255, 0}, {255, 255, 0}, {0, 255, 255}, {255, 0, 0}, {0, 0, 255}};
    int farthest = -1;
    for (size_t i = 0; i < sizeof loud / sizeof *loud; i++) {
        const int far = colour_distance(map, loud[i]);
        if (far <= farthest) continue;
        farthest = far;
        memcpy(map->invalid, loud[i], 3);
    }
}

/* Into the set's arena; NULL when out of memory. */
static struct lrp_colormap *copy_map(struct lrp_arena *arena, const struct lrp_colormap *map)
{
    struct lrp_colormap *copy = lrp_arena_calloc(arena, 1, sizeof *copy);
    struct lrp_colormap_stop *stops = lrp_arena_calloc(arena, map->count, sizeof *stops);
    char *name = lrp_arena_strdup(arena, map->name), *summary = lrp_arena_strdup(arena, map->summary ? map->summary : "");
    if (!copy || !stops || !name || !summary) return NULL;
    memcpy(stops, map->stops, map->count * sizeof *stops);
    *copy = *map;
    copy->name = name;
    copy->summary = summary;
    copy->stops = stops;
    return copy;
}

static bool append_map(struct lrp_colormap_set *set, const struct lrp_colormap *map)
{
    const struct lrp_colormap **maps = realloc(set->maps, (set->count + 1) * sizeof(struct lrp_colormap *));
    if (!maps) return false;
    set->maps = maps;
    set->maps[set->count++] = map;
    return true;
}

enum lrp_status lrp_colormap_set_add(struct lrp_colormap_set *set, const struct lrp_colormap *map, struct lrp_error *err)
{
    const enum lrp_status status = check_map(set, map, err);
    if (status) return status;
    struct lrp_colormap *copy = copy_map(set->arena, map);
    if (!copy || !append_map(set, copy)) return out_of_memory(err);
    choose_invalid(copy);
    return LRP_OK;
}

enum lrp_status lrp_colormap_set_copy(const struct lrp_colormap_set *set, struct lrp_colormap_set **out, struct lrp_error *err)
{
    struct lrp_colormap_set *new = calloc(1, sizeof *new);
    bool ok = new && (new->arena = lrp_arena_new());
    if (!ok) {
        free(new);
        return out_of_memory(err);
    }
    new->self = new;
    new->references = 1;
    for (size_t i = 0; ok && set && i < set->count; i++) {
        const struct lrp_colormap *copy = copy_map(new->arena, set->maps[i]);
        ok = copy && append_map(new, copy);
    }
    if (!ok) {
        lrp_colormap_set_release(new);
        return out_of_memory(err);
    }
    *out = new;
    return LRP_OK;
}

/* ---- finding: the built-in maps, then the set's ---- */

const struct lrp_colormap *lrp_colormap_at(const struct lrp_colormap_set *set, size_t index)
{
    size_t built_in = 0;
    while (built_in <= index && lrp_colormap_built_in(built_in)) built_in++;
    return index < built_in ? lrp_colormap_built_in(index) : lrp_colormap_set_at(set, index - built_in);
}

const struct lrp_colormap *lrp_colormap_find(const struct lrp_colormap_set *set, const char *name)
{
    const struct lrp_colormap *map;
    for (size_t i = 0; name && (map = lrp_colormap_at(set, i)); i++)
        if (strcmp(map->name, name) == 0) return map;
    return NULL;
}

const struct lrp_colormap *lrp_colormap_next(const struct lrp_colormap_set *set, const struct lrp_colormap *map)
{
    const struct lrp_colormap *one;
    for (size_t i = 0; (one = lrp_colormap_at(set, i)); i++)
        if (one == map && lrp_colormap_at(set, i + 1)) return lrp_colormap_at(set, i + 1);
    return lrp_colormap_built_in(0);
}
