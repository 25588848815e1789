/* added.c: tokens that are cut out of a text as they stand, before the pipeline sees the rest. */
#include "added.h"

static bool letter_at(const struct lrp_char *text, size_t count, size_t at)
{
    return at < count && lrp_char_is_word(text[at].code);
}

static bool token_matches(const struct lrp_added_token *token, const struct lrp_char *text, size_t count, size_t at)
{
    if (token->count > count - at) return false;
    for (size_t i = 0; i < token->count; i++)
        if (text[at + i].code != token->chars[i].code) return false;
    return !token->single_word || (!(at && letter_at(text, count, at - 1)) && !letter_at(text, count, at + token->count));
}

/* The longest added token that stands at a place; NULL: none. */
static const struct lrp_added_token *longest_added(const struct lrp_tokenizer *t, bool normalized, const struct lrp_char *text,
                                                   size_t count, size_t at)
{
    const struct lrp_added_token *best = NULL;
    for (size_t i = 0; i < t->added_count; i++) {
        const struct lrp_added_token *token = &t->added[i];
        const bool may = token->normalized == normalized && token->count && token->chars[0].code == text[at].code;
        if (may && (!best || token->count > best->count) && token_matches(token, text, count, at)) best = token;
    }
    return best;
}

bool lrp_added_next(const struct lrp_tokenizer *t, bool normalized, const struct lrp_char *text, size_t count, size_t from,
                    struct lrp_added_match *out)
{
    for (size_t at = from; at < count; at++) {
        const struct lrp_added_token *token = longest_added(t, normalized, text, count, at);
        if (!token) continue;
        *out = (struct lrp_added_match){token, at, at + token->count};
        while (token->lstrip && out->first > from && lrp_char_is_space(text[out->first - 1].code)) out->first--;
        while (token->rstrip && out->last < count && lrp_char_is_space(text[out->last].code)) out->last++;
        return true;
    }
    return false;
}
