/* model_bpe.c: byte pair encoding (Sennrich et al. 2016): of all neighbours the pair that was merged first in training is
 * joined first, the leftmost of equals. */
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "tokenizer.h"

/* ---- the table of merges ---- */

static size_t place_of(const struct lrp_token_model *model, int32_t left, int32_t right)
{
    uint64_t hash = ((uint64_t)(uint32_t)left << 32 | (uint32_t)right) * 0x9E3779B97F4A7C15U;
    size_t at = (size_t)(hash >> 20) & model->merge_mask;
    while (model->merges[at].left >= 0 && (model->merges[at].left != left || model->merges[at].right != right))
        at = (at + 1) & model->merge_mask;
    return at;
}

enum lrp_status lrp_merges_build(struct lrp_tokenizer *t, size_t count, struct lrp_error *err)
{
    size_t places = 16;
    while (places < count * 2) places *= 2;
    t->model.merges = lrp_arena_calloc(t->arena, places, sizeof *t->model.merges);
    if (!t->model.merges) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; i < places; i++) t->model.merges[i].left = -1;
    t->model.merge_mask = places - 1;
    return LRP_OK;
}

enum lrp_status lrp_merges_add(struct lrp_tokenizer *t, const char *left, size_t left_length, const char *right, int32_t rank,
                               struct lrp_error *err)
{
    const size_t prefix = strlen(t->model.prefix);
    struct lrp_text text = {0};
    lrp_text_append_n(&text, left, left_length);
    const int64_t first = text.data ? lrp_token_find(t, text.data) : -1, second = lrp_token_find(t, right);
    const bool marked = prefix && strncmp(right, t->model.prefix, prefix) == 0;
    lrp_text_append(&text, right + (marked ? prefix : 0));
    const int64_t joined = text.failed || !text.data ? -1 : lrp_token_find(t, text.data);
    const bool failed = text.failed;
    lrp_text_free(&text);
    if (failed) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (first < 0 || second < 0 || joined < 0)
        return lrp_fail(err, LRP_FILE, "merge %d joins tokens that are not in the vocabulary", rank);
    struct lrp_merge *merge = &t->model.merges[place_of(&t->model, (int32_t)first, (int32_t)second)];
    if (merge->left < 0) *merge = (struct lrp_merge){(int32_t)first, (int32_t)second, rank, (int32_t)joined};
    return LRP_OK;
}

static const struct lrp_merge *merge_of(const struct lrp_token_model *model, int64_t left, int64_t right)
{
    const struct lrp_merge *merge = &model->merges[place_of(model, (int32_t)left, (int32_t)right)];
    return merge->left >= 0 ? merge : NULL;
}

/* ---- a word as a list of symbols, and its pairs in a heap ---- */

struct symbol {
    int64_t id; /* -1: joined to the one before */
    size_t previous, next;
    uint32_t start, end;
};
struct pair {
    int32_t rank, joined;
    size_t left;
};
struct bpe_work {
    const struct lrp_tokenizer *tokenizer;
    struct symbol *symbols;
    struct pair *heap;
    size_t count, pairs;
    bool unknown_open; /* the last symbol is an unknown one that the next may join */
};
#define NOWHERE SIZE_MAX

static bool pair_before(const struct pair *a, const struct pair *b)
{
    return a->rank != b->rank ? a->rank < b->rank : a->left < b->left;
}

static void sink(struct bpe_work *w, size_t at)
{
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < w->pairs; child++)
            if (pair_before(&w->heap[child], &w->heap[least])) least = child;
        if (least == at) return;
        const struct pair swapped = w->heap[at];
        w->heap[at] = w->heap[least];
        w->heap[least] = swapped;
        at = least;
    }
}

static void push_pair(struct bpe_work *w, size_t left, size_t right)
{
    if (left >= w->count || right >= w->count) return;
    const struct lrp_merge *merge = merge_of(&w->tokenizer->model, w->symbols[left].id, w->symbols[right].id);
    if (!merge) return;
    size_t at = w->pairs++;
    w->heap[at] = (struct pair){merge->rank, merge->joined, left};
    for (; at && pair_before(&w->heap[at], &w->heap[(at - 1) / 2]); at = (at - 1) / 2) {
        const struct pair swapped = w->heap[at];
        w->heap[at] = w->heap[(at - 1) / 2];
        w->heap[(at - 1) / 2] = swapped;
    }
}

/* The pair still stands: neither of the two was joined with another since. */
static bool stands(const struct bpe_work *w, const struct pair *p)
{
    const struct symbol *left = &w->symbols[p->left];
    if (left->id < 0 || left->next >= w->count) return false;
    const struct lrp_merge *merge = merge_of(&w->tokenizer->model, left->id, w->symbols[left->next].id);
    return merge && merge->joined == p->joined && merge->rank == p->rank;
}

static void merge_all(struct bpe_work *w)
{
    for (size_t i = 0; i + 1 < w->count; i++) push_pair(w, i, i + 1);
    while (w->pairs) {
        const struct pair top = w->heap[0];
        w->heap[0] = w->heap[--w->pairs];
        sink(w, 0);
        if (!stands(w, &top)) continue;
        struct symbol *left = &w->symbols[top.left], *right = &w->symbols[left->next];
        left->id = top.joined;
        left->end = right->end;
        left->next = right->next;
        right->id = -1;
        if (left->next < w->count) w->symbols[left->next].previous = top.left;
        push_pair(w, left->previous, top.left);
        push_pair(w, top.left, left->next);
    }
}

/* ---- from code points to symbols ---- */

static void push_symbol(struct bpe_work *w, int64_t id, uint32_t start, uint32_t end)
{
    w->symbols[w->count] = (struct symbol){id, w->count ? w->count - 1 : NOWHERE, w->count + 1, start, end};
    w->count++;
    w->unknown_open = false;
}

static bool push_bytes(struct bpe_work *w, const struct lrp_char *c)
{
    char utf8[4];
    const size_t n = lrp_char_encode(c->code, utf8);
    const int64_t *bytes = w->tokenizer->model.bytes;
    for (size_t i = 0; i < n; i++)
        if (bytes[(unsigned char)utf8[i]] < 0) return false;
    for (size_t i = 0; i < n; i++) push_symbol(w, bytes[(unsigned char)utf8[i]], c->start, c->end);
    return true;
}

/* A code point that is no token: its bytes, or the unknown token, or nothing. */
static void push_unknown(struct bpe_work *w, const struct lrp_char *c)
{
    const struct lrp_token_model *model = &w->tokenizer->model;
    if (model->byte_fallback && push_bytes(w, c)) return;
    if (model->unknown < 0) return;
    if (model->fuse_unknown && w->unknown_open) {
        w->symbols[w->count - 1].end = c->end;
        return;
    }
    push_symbol(w, model->unknown, c->start, c->end);
    w->unknown_open = true;
}

static void push_char(struct bpe_work *w, const struct lrp_char *c, bool first, bool last)
{
    const struct lrp_token_model *model = &w->tokenizer->model;
    char utf8[4], small[16];
    struct lrp_text text = {0};
    const size_t n = lrp_char_spell(c->code, utf8);
    const char *name = small;
    if ((!first && *model->prefix) || (last && *model->suffix)) {
        if (!first) lrp_text_append(&text, model->prefix);
        lrp_text_append_n(&text, utf8, n);
        if (last) lrp_text_append(&text, model->suffix);
        name = text.failed ? "" : text.data;
    } else {
        memcpy(small, utf8, n);
        small[n] = '\0';
    }
    const int64_t id = lrp_token_find(w->tokenizer, name);
    if (id >= 0)
        push_symbol(w, id, c->start, c->end);
    else
        push_unknown(w, c);
    lrp_text_free(&text);
}

/* The whole word, if it is a token as it stands; -1: it is none. */
static int64_t whole_word(const struct lrp_tokenizer *t, const struct lrp_char *word, size_t count)
{
    struct lrp_text text = {0};
    for (size_t i = 0; i < count; i++) {
        char utf8[4];
        lrp_text_append_n(&text, utf8, lrp_char_spell(word[i].code, utf8));
    }
    const int64_t id = text.failed || !text.data ? -1 : lrp_token_find(t, text.data);
    lrp_text_free(&text);
    return id;
}

void lrp_bpe_encode(const struct lrp_tokenizer *t, const struct lrp_char *word, size_t count, struct lrp_tokens *out)
{
    const int64_t whole = t->model.whole_first ? whole_word(t, word, count) : -1;
    if (whole >= 0) {
        lrp_tokens_push(out, (struct lrp_token){.id = whole, .start = word[0].start, .end = word[count - 1].end});
        return;
    }
    /* a code point becomes at most four symbols; every symbol brings at most one pair, every merge two more */
    struct bpe_work w = {
        .tokenizer = t, .symbols = malloc(count * 4 * sizeof *w.symbols), .heap = malloc(count * 12 * sizeof *w.heap)};
    if (!w.symbols || !w.heap) out->failed = true;
    for (size_t i = 0; !out->failed && i < count; i++) push_char(&w, &word[i], i == 0, i + 1 == count);
    if (!out->failed) merge_all(&w);
    for (size_t i = 0; !out->failed && i < w.count; i = w.symbols[i].next)
        lrp_tokens_push(out, (struct lrp_token){.id = w.symbols[i].id, .start = w.symbols[i].start, .end = w.symbols[i].end});
    free(w.symbols);
    free(w.heap);
}
