/* npy_texts.c: arrays of texts in .npy files: of UTF-32 ("<U5"), of bytes ("|S5"), and of Python's objects ("|O"), which are
 * pickled: of those nothing is carried out, texts are picked out of the one list there is. */
#include <stdlib.h>
#include <string.h>

#include "npy.h"
#include "runes.h"
#include "text.h"

static uint64_t little(const unsigned char *bytes, size_t size)
{
    uint64_t value = 0;
    while (size-- > 0) value = value << 8 | bytes[size];
    return value;
}

/* ---- of a fixed width, filled up with zeros ---- */

static enum lrp_status zero_inside(size_t i, struct lrp_error *err)
{
    return lrp_fail(err, LRP_FILE, "text %zu holds a zero character", i);
}

static enum lrp_status take_runes(const struct lrp_npy *npy, size_t i, struct lrp_text *text, struct lrp_error *err)
{
    const unsigned char *at = npy->data + i * npy->width, *end = at + npy->width;
    while (end > at && little(end - 4, 4) == 0) end -= 4;
    for (; at < end; at += 4) {
        const unsigned char big[4] = {at[3], at[2], at[1], at[0]};
        uint64_t rune = little(npy->swapped ? big : at, 4);
        char utf8[8];
        if (rune == 0) return zero_inside(i, err);
        if (rune > 0x10FFFF || (rune >= 0xD800 && rune < 0xE000)) rune = 0xFFFD;
        lrp_text_append_n(text, utf8, lrp_rune_put((uint32_t)rune, utf8));
    }
    return LRP_OK;
}

static enum lrp_status take_bytes(const struct lrp_npy *npy, size_t i, struct lrp_text *text, struct lrp_error *err)
{
    const char *at = (const char *)npy->data + i * npy->width;
    size_t length = npy->width;
    while (length && at[length - 1] == '\0') length--;
    if (memchr(at, '\0', length)) return zero_inside(i, err);
    lrp_text_append_n(text, at, length);
    return LRP_OK;
}

static enum lrp_status take_fixed(const struct lrp_npy *npy, lrp_npy_text_fn take, void *to, struct lrp_error *err)
{
    struct lrp_text text = {0};
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < npy->count; i++) {
        text.length = 0;
        status = npy->letters == 'U' ? take_runes(npy, i, &text, err) : take_bytes(npy, i, &text, err);
        if (!status && text.failed) status = lrp_fail(err, LRP_MEMORY, "not enough memory for texts");
        if (!status) status = take(to, i, text.length ? text.data : "", text.length, err);
    }
    lrp_text_free(&text);
    return status;
}

/* ---- pickled ---- */

struct item { /* NULL: anything but a text */
    const char *text;
    size_t length;
};
struct pickle {
    const unsigned char *at, *end;
    struct item last, *memo; /* what was read last; what may be read again by number */
    size_t memo_count, memo_capacity;
    bool in_list;
    size_t count; /* of texts in the list */
};

/* Opcodes of texts and bytes: how many bytes their length takes. */
static const struct {
    unsigned char code, size;
} text_codes[] = {{'X', 4}, {0x8C, 1}, {0x8D, 8}, {'C', 1}, {'B', 4}};
/* Those that are passed over: by the bytes of what follows them. */
static const struct {
    unsigned char code, size;
} other_codes[] = {{0x80, 1}, {0x95, 8}, {0x93, 0}, {'K', 1}, {'M', 2}, {'J', 4},  {0x85, 0}, {0x86, 0}, {0x87, 0}, {'R', 0},
                   {'b', 0},  {'(', 0},  {'N', 0},  {'}', 0}, {'e', 0}, {0x88, 0}, {0x89, 0}, {')', 0},  {'a', 0}};

static bool remember(struct pickle *p)
{
    if (p->memo_count == p->memo_capacity) {
        const size_t capacity = 2 * p->memo_capacity + 64;
        struct item *memo = realloc(p->memo, capacity * sizeof *memo);
        if (!memo) return false;
        p->memo = memo;
        p->memo_capacity = capacity;
    }
    p->memo[p->memo_count++] = p->last;
    return true;
}

/* The number behind an opcode; false if the file ends before. */
static bool read_number(struct pickle *p, size_t size, uint64_t *out)
{
    if ((size_t)(p->end - p->at) < size) return false;
    *out = little(p->at, size);
    p->at += size;
    return true;
}

static bool read_text(struct pickle *p, size_t size)
{
    uint64_t length;
    if (!read_number(p, size, &length) || length > (uint64_t)(p->end - p->at)) return false;
    p->last = (struct item){(const char *)p->at, (size_t)length};
    p->at += length;
    return true;
}

/* Names of two lines. */
static bool skip_lines(struct pickle *p)
{
    for (int line = 0; line < 2; line++) {
        const unsigned char *stop = memchr(p->at, '\n', (size_t)(p->end - p->at));
        if (!stop) return false;
        p->at = stop + 1;
    }
    return true;
}

/* One opcode that makes, keeps or fetches a text; *item: whether it made one. */
static bool read_item(struct pickle *p, unsigned char code, bool *known, bool *item)
{
    uint64_t number;
    *known = *item = true;
    for (size_t k = 0; k < sizeof text_codes / sizeof *text_codes; k++)
        if (code == text_codes[k].code) return read_text(p, text_codes[k].size);
    if (code == 'h' || code == 'j') {
        if (!read_number(p, code == 'h' ? 1 : 4, &number) || number >= p->memo_count) return false;
        p->last = p->memo[number];
        return true;
    }
    *item = false;
    if (code == 'q' || code == 'r')
        return read_number(p, code == 'q' ? 1 : 4, &number) && number == p->memo_count && remember(p);
    if (code == 0x94) return remember(p);
    *known = false;
    return true;
}

static bool skip_other(struct pickle *p, unsigned char code)
{
    uint64_t number;
    p->last = (struct item){NULL, 0};
    if (code == 'c') return skip_lines(p);
    for (size_t k = 0; k < sizeof other_codes / sizeof *other_codes; k++)
        if (code == other_codes[k].code) return read_number(p, other_codes[k].size, &number);
    return false;
}

static enum lrp_status take_object(struct pickle *p, const struct lrp_npy *npy, lrp_npy_text_fn take, void *to,
                                   struct lrp_error *err)
{
    if (!p->last.text || p->count >= npy->count)
        return lrp_fail(err, LRP_FILE, "its objects are no texts; save an array of strings");
    if (memchr(p->last.text, '\0', p->last.length)) return zero_inside(p->count, err);
    return take(to, p->count++, p->last.text, p->last.length, err);
}

/* The list ends where the tuple around it does. */
static enum lrp_status take_pickled(struct pickle *p, const struct lrp_npy *npy, lrp_npy_text_fn take, void *to,
                                    struct lrp_error *err)
{
    bool more = true, known, item;
    enum lrp_status status = LRP_OK;
    while (!status && more && p->at < p->end) {
        const unsigned char code = *p->at++;
        if (code == ']') {
            p->in_list = true;
            p->last = (struct item){NULL, 0};
        } else if (code == 't') {
            if (p->in_list && p->count == npy->count) return status;
            p->last = (struct item){NULL, 0};
        } else if (code == '.') {
            break;
        } else {
            more = read_item(p, code, &known, &item);
            if (more && !known)
                more = (!p->in_list || code == '(' || code == 'e' || code == 'a' || code == 0x95) && skip_other(p, code);
            if (more && known && item && p->in_list) status = take_object(p, npy, take, to, err);
        }
    }
    return status ? status : lrp_fail(err, LRP_FILE, "its objects are no texts; save an array of strings");
}

enum lrp_status lrp_npy_texts(const struct lrp_npy *npy, lrp_npy_text_fn take, void *to, struct lrp_error *err)
{
    struct pickle p = {.at = npy->data, .end = npy->data + npy->bytes};
    if (npy->letters != 'O') return take_fixed(npy, take, to, err);
    const enum lrp_status status = take_pickled(&p, npy, take, to, err);
    free(p.memo);
    return status;
}

/* ---- written ---- */

static size_t longest(const char *const *texts, size_t count)
{
    size_t most = 1;
    for (size_t i = 0; i < count; i++) {
        size_t length = 0;
        for (const char *at = texts[i]; *at; length++) lrp_rune_next(&at);
        if (length > most) most = length;
    }
    return most;
}

enum lrp_status lrp_npy_write_texts(const char *path, const struct lrp_shape *shape, const char *const *texts,
                                    struct lrp_error *err)
{
    const int64_t count = lrp_shape_count(shape);
    const size_t most = longest(texts, count > 0 ? (size_t)count : 0);
    unsigned char *data = count < 0 ? NULL : calloc((size_t)count * most + 1, 4), *at = data;
    char descr[32];
    if (!data) return lrp_fail(err, LRP_MEMORY, "%s: not enough memory", path);
    for (int64_t i = 0; i < count; i++, at = data + (size_t)i * most * 4)
        for (const char *text = texts[i]; *text; at += 4) {
            const uint32_t rune = lrp_rune_next(&text);
            for (int k = 0; k < 4; k++) at[k] = (unsigned char)(rune >> 8 * k);
        }
    snprintf(descr, sizeof descr, "<U%zu", most);
    const enum lrp_status status = lrp_npy_write(path, descr, 4 * most, shape, data, err);
    free(data);
    return status;
}
