/* sequences.c: texts, or ids, as inputs of a model. */
#include "sequences.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory");
}

static enum lrp_status encode_sequence(const struct lrp_cli_sequences *all, const struct lrp_arguments *a, size_t index,
                                       struct lrp_sequence *out, struct lrp_error *err)
{
    const struct lrp_cli_text *from = &all->texts.items[index];
    char *name = NULL;
    if (!all->from_file)
        name = strdup("text");
    else if (asprintf(&name, "%s:%zu", a->text_file, index + 1) < 0)
        name = NULL;
    const enum lrp_status status = !name ? no_memory(err)
                                   : all->tokenizer
                                       ? lrp_sequence_encode(all->tokenizer, name, from->text, from->pair, out, err)
                                       : lrp_sequence_whole(name, from->text, out, err);
    free(name);
    return status;
}

static enum lrp_status read_ids(const struct lrp_cli_sequences *all, const char *ids, struct lrp_sequence *out,
                                struct lrp_error *err)
{
    const enum lrp_status status = lrp_sequence_read_ids(ids, out, err);
    out->pad = lrp_tokenizer_padding(all->tokenizer);
    return status ? lrp_fail_context(err, status, "--tokens") : LRP_OK;
}

static bool is_given(const struct lrp_arguments *a, const char *name)
{
    for (size_t i = 0; i < a->named_count; i++)
        if (a->named[i].name && strcmp(a->named[i].name, name) == 0) return true;
    return false;
}

/* Nothing where --input gives the decoder's ids. */
static enum lrp_status start_decoder(const struct lrp_arguments *a, const struct lrp_session *session,
                                     const struct lrp_cli_sequences *all, struct lrp_sequence *s, struct lrp_error *err)
{
    const char *input = lrp_session_decoder_input(session);
    if (!input || (is_given(a, input) && !a->decoder_text)) return LRP_OK;
    return lrp_session_start_decoder(session, all->tokenizer, a->decoder_text, s, err);
}

/* What only names tokens need not be there, unless it was asked for. */
static enum lrp_status open_tokenizer(const struct lrp_arguments *a, bool needed, struct lrp_session *session,
                                      struct lrp_cli_sequences *out, struct lrp_error *err)
{
    struct lrp_error ignored = {0};
    needed = needed || a->tokenizer;
    if (!needed && !lrp_session_token_input(session)) return LRP_OK;
    const enum lrp_status status = lrp_cli_tokenizer_open(a, &out->tokenizer, needed ? err : &ignored);
    if (status) out->tokenizer = NULL;
    if (out->tokenizer) lrp_session_set_tokenizer(session, out->tokenizer);
    return needed ? status : LRP_OK;
}

enum lrp_status lrp_cli_sequences_read(const struct lrp_arguments *a, struct lrp_session *session,
                                       struct lrp_cli_sequences *out, struct lrp_error *err)
{
    *out = (struct lrp_cli_sequences){.from_file = a->text_file != NULL};
    const bool texts = a->text || a->text_file || a->text_pair;
    if (texts && a->tokens) return lrp_fail(err, LRP_USAGE, "--tokens and a text: give one of them");
    if ((texts || a->tokens) && a->input_count)
        return lrp_fail(err, LRP_USAGE, "%s: an INPUT and %s: give one of them", a->inputs[0], texts ? "a text" : "--tokens");
    /* a model may take a text apart itself: it needs no tokenizer, and has no tokens that could be told */
    const bool whole = texts && !a->text_pair && !lrp_session_token_input(session) && lrp_session_text_input(session);
    if ((texts || a->tokens) && !whole && !lrp_session_token_input(session))
        return lrp_fail(err, LRP_USAGE, "%s: it has no input that takes tokens (--token-input NAME says which one does)",
                        a->model);
    if (a->decoder_text && !lrp_session_decoder_input(session))
        return lrp_fail(err, LRP_USAGE, "%s: --decoder-text: it has no decoder_input_ids that a second text could go to",
                        a->model);
    enum lrp_status status = lrp_cli_texts_read(a, &out->texts, err);
    if (!status) status = open_tokenizer(a, (texts && !whole) || a->decoder_text, session, out, err);
    const size_t count = a->tokens ? 1 : out->texts.count;
    if (!status && !(out->items = calloc(count + 1, sizeof *out->items))) status = no_memory(err);
    for (size_t i = 0; !status && i < count; i++) {
        out->count = i + 1;
        status = a->tokens ? read_ids(out, a->tokens, &out->items[i], err) : encode_sequence(out, a, i, &out->items[i], err);
        if (!status) status = start_decoder(a, session, out, &out->items[i], err);
    }
    if (!status && texts && !count) status = lrp_fail(err, LRP_FILE, "%s: there is no text in it", a->text_file);
    return status;
}

void lrp_cli_sequences_free(struct lrp_cli_sequences *sequences)
{
    for (size_t i = 0; i < sequences->count; i++) lrp_sequence_free(&sequences->items[i]);
    free(sequences->items);
    lrp_cli_texts_free(&sequences->texts);
    lrp_tokenizer_close(sequences->tokenizer);
    *sequences = (struct lrp_cli_sequences){0};
}
