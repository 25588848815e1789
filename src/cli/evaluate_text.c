/* evaluate_text.c: texts that are scored: tokens that are no words, and spans of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lrpscope/text.h"

#include "evaluate.h"
#include "text.h"

/* Code points before a place in UTF-8. */
static size_t points_before(const char *text, const char *end)
{
    size_t count = 0;
    for (const char *p = text; p < end; p++) count += ((unsigned char)*p & 0xC0U) != 0x80;
    return count;
}

/* The tokens that hold a part of the words, wherever they stand in the text. */
static enum lrp_status find_words(struct lrp_evaluation *e, const struct lrp_sequence *sequence, const char *words,
                                  struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    bool found = false;
    for (const char *at = sequence->text; !status && at && *words && (at = strstr(at, words)) != NULL; at += strlen(words)) {
        const size_t first = points_before(sequence->text, at), last = points_before(sequence->text, at + strlen(words));
        for (size_t i = 0; !status && i < sequence->encoding.count; i++) {
            const struct lrp_token *t = &sequence->encoding.items[i];
            if (t->special || t->second || t->end <= first || t->start >= last) continue;
            status = lrp_evaluation_add_span(e, (const int64_t[]){(int64_t)i, (int64_t)i + 1}, err);
            found = true;
        }
    }
    return status || found ? status : lrp_fail(err, LRP_USAGE, "--span %s: the text does not hold it", words);
}

static enum lrp_status set_span(struct lrp_evaluation *e, const struct lrp_sequence *sequence, const char *span,
                                struct lrp_error *err)
{
    char copy[64];
    int64_t first, last;
    enum lrp_status status = lrp_evaluation_add_span(e, NULL, err);
    if (status || !span) return status;
    char *const colon = snprintf(copy, sizeof copy, "%s", span) < (int)sizeof copy ? strchr(copy, ':') : NULL;
    if (colon) *colon = 0;
    if (!colon || !lrp_parse_int64(copy, &first) || !lrp_parse_int64(colon + 1, &last))
        return find_words(e, sequence, span, err);
    if (first < 0 || last <= first) return lrp_fail(err, LRP_USAGE, "--span %s: places are A:B with A < B", span);
    if (first >= (int64_t)sequence->count)
        return lrp_fail(err, LRP_USAGE, "--span %s: the text has %zu tokens, the first is at 0", span, sequence->count);
    return lrp_evaluation_add_span(e, (const int64_t[]){first, last}, err);
}

enum lrp_status lrp_cli_evaluate_text(struct lrp_evaluation *e, const struct lrp_tokenizer *tokenizer,
                                      const struct lrp_sequence *sequence, const char *span, struct lrp_error *err)
{
    const size_t count = sequence->encoding.count;
    bool *keep = calloc(count + 1, sizeof *keep);
    if (!keep) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; i < count; i++) keep[i] = sequence->encoding.items[i].special;
    const enum lrp_status status = lrp_evaluation_set_tokens(e, tokenizer, keep, count, err);
    free(keep);
    return !status ? set_span(e, sequence, span, err) : status;
}
