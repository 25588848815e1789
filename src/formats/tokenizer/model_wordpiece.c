/* model_wordpiece.c: WordPiece (Schuster and Nakajima 2012, as BERT has it): the longest token that begins the rest of a word.
 */
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "tokenizer.h"

/* The word's bytes behind the prefix of continuations, and where each code point begins in them. */
struct spelling {
    struct lrp_text text;
    size_t *at; /* count + 1 places, from behind the prefix */
};

static bool spell(const struct lrp_tokenizer *t, const struct lrp_char *word, size_t count, struct spelling *out)
{
    *out = (struct spelling){.at = malloc((count + 1) * sizeof *out->at)};
    if (!out->at) return false;
    lrp_text_append(&out->text, t->model.prefix);
    for (size_t i = 0; i < count; i++) {
        char utf8[4];
        out->at[i] = out->text.length;
        lrp_text_append_n(&out->text, utf8, lrp_char_spell(word[i].code, utf8));
    }
    out->at[count] = out->text.length;
    return !out->text.failed;
}

/* The longest token from code point `first` on: its id and its end; -1: there is none. */
static int64_t longest_piece(const struct lrp_tokenizer *t, struct spelling *s, size_t first, size_t count, size_t *end)
{
    const size_t prefix = first ? strlen(t->model.prefix) : 0;
    const size_t most = t->model.longest_token; /* of its bytes, each of which might be a code point */
    char *const begin = s->text.data + s->at[first] - prefix;
    if (prefix) memcpy(begin, t->model.prefix, prefix); /* over what is read already */
    for (size_t last = count - first < most ? count : first + most; last > first; last--) {
        char *const stop = s->text.data + s->at[last], kept = *stop;
        *stop = '\0';
        const int64_t id = lrp_token_find(t, begin);
        *stop = kept;
        *end = last;
        if (id >= 0) return id;
    }
    return -1;
}

void lrp_wordpiece_encode(const struct lrp_tokenizer *t, const struct lrp_char *word, size_t count, struct lrp_tokens *out)
{
    const struct lrp_token unknown = {.id = t->model.unknown, .start = word[0].start, .end = word[count - 1].end};
    const size_t before = out->count;
    struct spelling s;
    if ((int64_t)count > t->model.longest) {
        lrp_tokens_push(out, unknown);
        return;
    }
    if (!spell(t, word, count, &s)) out->failed = true;
    for (size_t first = 0, end = 0; !out->failed && first < count; first = end) {
        const int64_t id = longest_piece(t, &s, first, count, &end);
        if (id < 0) { /* the whole word is unknown */
            out->count = before;
            lrp_tokens_push(out, unknown);
            break;
        }
        lrp_tokens_push(out, (struct lrp_token){.id = id, .start = word[first].start, .end = word[end - 1].end});
    }
    lrp_text_free(&s.text);
    free(s.at);
}

/* ---- whole words only ---- */

void lrp_wordlevel_encode(const struct lrp_tokenizer *t, const struct lrp_char *word, size_t count, struct lrp_tokens *out)
{
    struct lrp_text text = {0};
    for (size_t i = 0; i < count; i++) {
        char utf8[4];
        lrp_text_append_n(&text, utf8, lrp_char_spell(word[i].code, utf8));
    }
    out->failed = out->failed || text.failed;
    const int64_t id = text.failed || !text.data ? -1 : lrp_token_find(t, text.data);
    lrp_text_free(&text);
    lrp_tokens_push(
        out, (struct lrp_token){.id = id < 0 ? t->model.unknown : id, .start = word[0].start, .end = word[count - 1].end});
}
