/* vocabulary.c: the tokens of a tokenizer by text and number, and the lists that readers and models append to. */
#include <stdlib.h>
#include <string.h>

#include "grown.h"
#include "text.h"
#include "tokenizer.h"

struct lrp_token_step *lrp_token_step_add(struct lrp_tokenizer *t, struct lrp_token_steps *steps)
{
    struct lrp_token_step *items = lrp_arena_grown(t->arena, steps->items, steps->count, &steps->capacity, sizeof *items);
    if (!items) return NULL;
    steps->items = items;
    return &items[steps->count++];
}

enum lrp_status lrp_token_chars(struct lrp_tokenizer *t, const char *text, struct lrp_char **out, size_t *count,
                                struct lrp_error *err)
{
    struct lrp_chars chars = {0};
    lrp_chars_decode(&chars, text);
    *count = chars.count;
    *out = chars.failed ? NULL : lrp_arena_calloc(t->arena, chars.count, sizeof **out);
    if (*out && chars.count) memcpy(*out, chars.items, chars.count * sizeof **out);
    lrp_chars_free(&chars);
    return *out ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

enum lrp_status lrp_token_define(struct lrp_tokenizer *t, const char *text, int64_t id, struct lrp_error *err)
{
    enum { MOST_IDS = 1 << 24 };
    if (id < 0 || id >= MOST_IDS)
        return lrp_fail(err, LRP_FILE, "the token %s has the id %lld, which is none", text, (long long)id);
    if ((size_t)id >= t->ids) {
        const size_t more = (size_t)id < 1000 ? 2000 : (size_t)id * 2;
        char **by_id = lrp_arena_calloc(t->arena, more, sizeof *by_id);
        if (!by_id) return lrp_fail(err, LRP_MEMORY, "not enough memory");
        if (t->ids) memcpy(by_id, t->by_id, t->ids * sizeof *by_id);
        t->by_id = by_id;
        t->ids = more;
    }
    char *copy = lrp_arena_strdup(t->arena, text);
    if (!copy || !lrp_names_put(&t->vocabulary, copy, (size_t)id)) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    t->by_id[id] = copy;
    const size_t length = strlen(copy);
    if (length > t->model.longest_token) t->model.longest_token = length;
    return LRP_OK;
}

int64_t lrp_token_find(const struct lrp_tokenizer *t, const char *text)
{
    size_t id;
    return lrp_names_get(&t->vocabulary, text, &id) ? (int64_t)id : -1;
}

void lrp_tokens_push(struct lrp_tokens *tokens, struct lrp_token token)
{
    if (tokens->failed) return;
    struct lrp_token *items = lrp_grown(tokens->items, tokens->count, &tokens->capacity, sizeof *items);
    if (!items) {
        tokens->failed = true;
        return;
    }
    tokens->items = items;
    tokens->items[tokens->count++] = token;
}

void lrp_tokens_push_text(struct lrp_tokens *tokens, struct lrp_token token, const char *text, size_t length)
{
    struct lrp_text copy = {0};
    lrp_text_append_n(&copy, text, length);
    if (copy.failed || !lrp_strings_add(tokens->texts, copy.data ? copy.data : "")) tokens->failed = true;
    lrp_text_free(&copy);
    if (!tokens->failed) token.token = tokens->texts->items[tokens->texts->count - 1];
    lrp_tokens_push(tokens, token);
}
