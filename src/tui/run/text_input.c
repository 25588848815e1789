/* text_input.c: texts, and ids of tokens, as inputs while the inspector runs. */
#include <stdlib.h>
#include <string.h>

#include "lrpscope/text.h"
#include "runner.h"

/* What was typed: "TEXT", "TEXT" "SECOND TEXT", or a text without quotes; behind " => ", what a decoder has written. */
struct typed_text {
    char *copy;                  /* owned; what follows points into it */
    char *text, *pair, *written; /* pair, written: NULL where there is none */
};

static bool is_quoted(const char *text)
{
    const size_t length = strlen(text);
    return length > 2 && text[0] == '"' && text[length - 1] == '"';
}

bool lrp_runner_takes_text(const struct lrp_runner *runner, const char *typed, bool *surely)
{
    *surely = is_quoted(typed);
    return runner->session && lrp_session_token_input(runner->session);
}

/* Of a model with a decoder of its own. */
static void split_written(struct typed_text *t)
{
    static const char arrow[] = " => ";
    char *at = strstr(t->copy, arrow);
    if (!at) return;
    *at = 0;
    t->written = at + strlen(arrow);
}

static bool read_typed(const char *typed, bool decodes, struct typed_text *out)
{
    *out = (struct typed_text){.copy = strdup(typed)};
    if (!out->copy) return false;
    if (decodes) split_written(out);
    out->text = out->copy;
    if (!is_quoted(out->text)) return true;
    out->text[strlen(out->text) - 1] = 0;
    out->text++;
    char *between = strstr(out->text, "\" \"");
    if (between) {
        *between = 0;
        out->pair = between + 3;
    }
    return true;
}

static bool is_ids(const char *text)
{
    return *text && text[strspn(text, "0123456789 ,")] == 0;
}

/* A text as this model's tokenizer has it; without one, ids. */
static enum lrp_status make_sequence(const struct lrp_runner *runner, const struct typed_text *typed, bool quoted,
                                     struct lrp_sequence *out, struct lrp_error *err)
{
    if (!quoted && is_ids(typed->text)) return lrp_sequence_read_ids(typed->text, out, err);
    *out = (struct lrp_sequence){.name = NULL};
    if (runner->tokenizer) return lrp_sequence_encode(runner->tokenizer, typed->text, typed->text, typed->pair, out, err);
    return lrp_fail(err, LRP_FILE,
                    "%s: no such file, and no tokenizer is known that could read it as a text (tokenizer.json, vocab.txt or "
                    "vocab.json beside the model, or --tokenizer F); ids can be typed",
                    typed->text);
}

enum lrp_status lrp_runner_set_text(struct lrp_runner *runner, const char *text, struct lrp_error *err)
{
    struct typed_text typed;
    struct lrp_sequence sequence = {.name = NULL};
    if (!read_typed(text, lrp_session_decoder_input(runner->session), &typed))
        return lrp_fail(err, LRP_MEMORY, "not enough memory");
    enum lrp_status status = make_sequence(runner, &typed, is_quoted(text), &sequence, err);
    if (!status) status = lrp_session_start_decoder(runner->session, runner->tokenizer, typed.written, &sequence, err);
    if (!status) status = lrp_session_set_sequence(runner->session, &sequence, err);
    lrp_sequence_free(&sequence);
    free(typed.copy);
    return status;
}

void lrp_runner_take_tokenizer(struct lrp_runner *runner, struct lrp_tokenizer *tokenizer)
{
    struct lrp_tokenizer **list =
        tokenizer ? realloc(runner->tokenizers, (runner->tokenizer_count + 1) * sizeof(struct lrp_tokenizer *)) : NULL;
    runner->tokenizer = tokenizer;
    if (!list) return; /* it stays until the end anyway */
    runner->tokenizers = list;
    list[runner->tokenizer_count++] = tokenizer;
}

void lrp_runner_free_tokenizers(struct lrp_runner *runner)
{
    for (size_t i = 0; i < runner->tokenizer_count; i++) lrp_tokenizer_close(runner->tokenizers[i]);
    free(runner->tokenizers);
}
