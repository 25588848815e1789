/* model_unigram.c: Unigram (Kudo 2018): the way to cut a word into tokens whose log probabilities have the largest sum. */
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "tokenizer.h"

/* The best way to a place of the word, in bytes. */
struct arrival {
    double score;
    size_t from; /* NO_WAY: none yet */
    int64_t id;
};
#define NO_WAY SIZE_MAX
#define UNKNOWN_PENALTY 10 /* an unknown character costs that much more than the rarest token (SentencePiece) */

struct lattice {
    const struct lrp_tokenizer *tokenizer;
    char *text;
    size_t length;
    struct arrival *best;
};

static void arrive(struct lattice *l, size_t from, size_t to, int64_t id, double score)
{
    const double total = l->best[from].score + score;
    if (l->best[to].from != NO_WAY && !(total > l->best[to].score)) return;
    l->best[to] = (struct arrival){total, from, id};
}

/* All tokens that begin at a place, which is the begin of a character of `width` bytes. */
static void go_on_from(struct lattice *l, size_t at, size_t width)
{
    const struct lrp_token_model *model = &l->tokenizer->model;
    const size_t left = l->length - at, most = left < model->longest_token ? left : model->longest_token;
    struct lrp_name_spelling spelling = {0};
    bool single = false;
    for (size_t n = 1; n <= most; n++) {
        size_t id;
        lrp_names_spell(&spelling, l->text[at + n - 1]);
        if (n < left && ((unsigned char)l->text[at + n] & 0xC0) == 0x80) continue; /* inside a character */
        if (!lrp_names_get_spelt(&l->tokenizer->vocabulary, &spelling, l->text + at, &id) || id >= l->tokenizer->ids) continue;
        arrive(l, at, at + n, (int64_t)id, model->scores[id]);
        single = single || n == width;
    }
    if (!single) arrive(l, at, at + width, model->unknown, model->worst - UNKNOWN_PENALTY);
}

/* A byte of a text that is spelt as names are: U+0000, which stands there as C0 80, is a single one. */
static unsigned char next_byte(const char *text, size_t *at)
{
    const bool zero = text[*at] == '\xC0';
    const unsigned char byte = zero ? 0 : (unsigned char)text[*at];
    *at += zero ? 2 : 1;
    return byte;
}

/* The token that reads so; -1: there is none. */
static int64_t token_of(const struct lrp_tokenizer *t, const char *text, size_t length)
{
    struct lrp_name_spelling spelling = {0};
    size_t id;
    for (size_t i = 0; i < length; i++) lrp_names_spell(&spelling, text[i]);
    return lrp_names_get_spelt(&t->vocabulary, &spelling, text, &id) ? (int64_t)id : -1;
}

static void push_bytes_or_unknown(const struct lrp_tokenizer *t, const char *text, size_t length, struct lrp_token token,
                                  struct lrp_tokens *out)
{
    const int64_t named = token_of(t, text, length);
    if (named >= 0) { /* the unknown token itself, written out */
        token.id = named;
        lrp_tokens_push(out, token);
        return;
    }
    bool all = t->model.byte_fallback;
    for (size_t i = 0; all && i < length;) all = t->model.bytes[next_byte(text, &i)] >= 0;
    for (size_t i = 0; all && i < length;) {
        token.id = t->model.bytes[next_byte(text, &i)];
        lrp_tokens_push(out, token);
    }
    if (all) return;
    token.id = t->model.unknown;
    if (token.id >= 0) lrp_tokens_push_text(out, token, text, length);
}

/* From the end back along the best way; places in code points from `starts`, which numbers the characters by their first bytes.
 */
static void read_way(struct lattice *l, const struct lrp_char *word, const size_t *number, struct lrp_tokens *out)
{
    size_t *cuts = malloc((l->length + 1) * sizeof *cuts), count = 0;
    if (!cuts) {
        out->failed = true;
        return;
    }
    for (size_t at = l->length; at; at = l->best[at].from) cuts[count++] = at;
    for (size_t first = 0; count && !out->failed;) {
        size_t last = cuts[--count];
        const int64_t id = l->best[last].id, unknown = l->tokenizer->model.unknown;
        while (id == unknown && count && l->best[cuts[count - 1]].id == unknown)
            last = cuts[--count]; /* unknown ones are one */
        const struct lrp_token token = {.id = id, .start = word[number[first]].start, .end = word[number[last] - 1].end};
        if (id == unknown)
            push_bytes_or_unknown(l->tokenizer, l->text + first, last - first, token, out);
        else
            lrp_tokens_push(out, token);
        first = last;
    }
    free(cuts);
}

void lrp_unigram_encode(const struct lrp_tokenizer *t, const struct lrp_char *word, size_t count, struct lrp_tokens *out)
{
    struct lrp_text text = {0};
    size_t *number = malloc((count * 4 + 1) * sizeof *number);
    for (size_t i = 0; number && i < count; i++) {
        char utf8[4];
        number[text.length] = i;
        lrp_text_append_n(&text, utf8, lrp_char_spell(word[i].code, utf8));
    }
    struct lattice l = {.tokenizer = t, .text = text.data, .length = text.length};
    l.best = malloc((l.length + 1) * sizeof *l.best);
    if (!number || !l.best || text.failed) {
        out->failed = true;
    } else {
        number[l.length] = count;
        for (size_t i = 0; i <= l.length; i++) l.best[i] = (struct arrival){0, i ? NO_WAY : 0, -1};
        for (size_t at = 0, width; at < l.length; at += width) {
            width = 1;
            while (at + width < l.length && ((unsigned char)l.text[at + width] & 0xC0) == 0x80) width++;
            go_on_from(&l, at, width);
        }
        read_way(&l, word, number, out);
    }
    free(l.best);
    free(number);
    lrp_text_free(&text);
}
