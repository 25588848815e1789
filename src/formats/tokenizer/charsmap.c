/* charsmap.c: SentencePiece's precompiled normalisation: a double-array trie (Yata et al. 2007) from characters to what they
 * become. */
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "changes.h"
#include "text.h"
#include "tokenizer.h"

struct lrp_charsmap {
    const unsigned char *units; /* little-endian, four bytes each */
    size_t unit_count;
    const char *strings; /* what characters become, each ended by NUL */
    size_t length;
};

/* ---- reading ---- */

static int base64_value(unsigned char c)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *place = c ? strchr(letters, c) : NULL;
    return place ? (int)(place - letters) : -1;
}

/* The bytes behind a base64 text, in the arena; NULL: it is none, or no memory. */
static unsigned char *base64_read(struct lrp_tokenizer *t, const char *text, size_t *count)
{
    const size_t length = strlen(text);
    unsigned char *bytes = lrp_arena_calloc(t->arena, length / 4 * 3 + 4, 1);
    uint32_t bits = 0;
    int held = 0;
    *count = 0;
    for (size_t i = 0; bytes && i < length && text[i] != '='; i++) {
        const int value = base64_value((unsigned char)text[i]);
        if (value < 0) return NULL;
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes[(*count)++] = (unsigned char)(bits >> held);
    }
    return bytes;
}

static uint32_t word_at(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

const void *lrp_charsmap_read(struct lrp_tokenizer *t, const char *base64, struct lrp_error *err)
{
    size_t count;
    const unsigned char *bytes = base64_read(t, base64, &count);
    struct lrp_charsmap *map = lrp_arena_calloc(t->arena, 1, sizeof *map);
    const size_t trie = bytes && count >= 4 ? word_at(bytes) : 0;
    if (!map || !bytes || count < 4 || trie % 4 || trie > count - 4) {
        lrp_fail(err, LRP_FILE, "precompiled_charsmap is no map of characters");
        return NULL;
    }
    *map = (struct lrp_charsmap){bytes + 4, trie / 4, (const char *)bytes + 4 + trie, count - 4 - trie};
    return map;
}

/* ---- looking up ---- */

static uint32_t offset_of(uint32_t unit)
{
    return (unit >> 10) << ((unit & 1U << 9) >> 6);
}

/* What the shortest known beginning of the bytes becomes; NULL: none is known. */
static const char *look_up(const struct lrp_charsmap *map, const char *bytes, size_t count)
{
    if (!map->unit_count) return NULL;
    size_t node = offset_of(word_at(map->units));
    for (size_t i = 0; i < count && bytes[i]; i++) {
        const unsigned char byte = (unsigned char)bytes[i];
        node ^= byte;
        if (node >= map->unit_count) return NULL;
        const uint32_t unit = word_at(map->units + 4 * node);
        if ((unit & (1U << 31 | 0xFF)) != byte) return NULL;
        node ^= offset_of(unit);
        if (!(unit >> 8 & 1)) continue;
        if (node >= map->unit_count) return NULL;
        const size_t value = word_at(map->units + 4 * node) & ~(1U << 31);
        return value < map->length && memchr(map->strings + value, 0, map->length - value) ? map->strings + value : NULL;
    }
    return NULL;
}

/* The new characters stand for the old ones in turn; those too many are put in; for those too few the last one stands. */
static void put_for(size_t count, const char *text, struct lrp_changes *out)
{
    struct lrp_chars read = {0};
    lrp_chars_decode(&read, text);
    for (size_t i = 0; i < read.count; i++) lrp_changes_push(out, read.items[i].code, i >= count);
    if (read.count < count && out->count && !out->failed) out->items[out->count - 1].change -= (int)(count - read.count);
    out->failed = out->failed || read.failed;
    lrp_chars_free(&read);
}

static const char *become(const struct lrp_charsmap *map, const struct lrp_char *items, size_t count)
{
    char bytes[32];
    size_t length = 0;
    for (size_t i = 0; i < count && length + 4 <= sizeof bytes; i++) length += lrp_char_encode(items[i].code, bytes + length);
    return look_up(map, bytes, length);
}

static size_t bytes_of(const struct lrp_char *items, size_t count)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        char utf8[4];
        length += lrp_char_encode(items[i].code, utf8);
    }
    return length;
}

/* Whole graphemes of fewer than six bytes first, then character by character, as Hugging Face's implementation does. */
void lrp_normalize_charsmap(const struct lrp_token_step *step, const struct lrp_chars *in, struct lrp_chars *out)
{
    const struct lrp_charsmap *map = step->charsmap;
    struct lrp_changes changes = {0};
    for (size_t first = 0, last; first < in->count; first = last) {
        utf8proc_int32_t state = 0;
        last = first + 1;
        while (last < in->count && !utf8proc_grapheme_break_stateful(in->items[last - 1].code, in->items[last].code, &state))
            last++;
        const struct lrp_char *items = in->items + first;
        const char *whole = last - first < 6 && bytes_of(items, last - first) < 6 ? become(map, items, last - first) : NULL;
        if (whole) {
            put_for(last - first, whole, &changes);
            continue;
        }
        for (size_t i = first; i < last; i++) {
            const char *one = become(map, &in->items[i], 1);
            if (one)
                put_for(1, one, &changes);
            else
                lrp_changes_push(&changes, in->items[i].code, 0);
        }
    }
    lrp_changes_apply(&changes, in, out);
    lrp_changes_free(&changes);
}
