/* sequences.c: texts, or ids, as inputs of a model. */
#include "sequences.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "decoder.h"
#include "text.h"

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory");
}

static enum lrp_status make_room(struct lrp_cli_sequence *s, size_t count, struct lrp_error *err)
{
    s->ids = calloc(count + 1, sizeof *s->ids);
    s->types = calloc(count + 1, sizeof *s->types);
    return s->ids && s->types ? LRP_OK : no_memory(err);
}

/* "101 7592 102": ids, with blanks or commas between them. */
static enum lrp_status read_ids(const char *text, struct lrp_cli_sequence *out, struct lrp_error *err)
{
    enum lrp_status status = make_room(out, strlen(text), err);
    char *copy = strdup(text), *rest = copy;
    if (!status && !copy) status = no_memory(err);
    for (char *part; !status && (part = strsep(&rest, " ,\t\n")) != NULL;) {
        int64_t id;
        if (!*part) continue;
        if (!lrp_parse_int64(part, &id) || id < 0)
            status = lrp_fail(err, LRP_USAGE, "--tokens: %s is no id of a token", part);
        else
            out->ids[out->count++] = id;
    }
    free(copy);
    if (!status && !out->count) status = lrp_fail(err, LRP_USAGE, "--tokens: there are no ids in \"%s\"", text);
    out->name = strdup("tokens");
    return !status && !out->name ? no_memory(err) : status;
}

static enum lrp_status encode(const struct lrp_cli_sequences *all, const struct lrp_arguments *a, size_t index,
                              struct lrp_cli_sequence *out, struct lrp_error *err)
{
    out->text = all->texts.items[index].text;
    out->pair = all->texts.items[index].pair;
    if (!all->from_file)
        out->name = strdup("text");
    else if (asprintf(&out->name, "%s:%zu", a->text_file, index + 1) < 0)
        out->name = NULL;
    enum lrp_status status = out->name ? LRP_OK : no_memory(err);
    if (!status) status = lrp_tokenizer_encode(all->tokenizer, out->text, out->pair, &out->encoding, err);
    if (!status) status = make_room(out, out->encoding.count, err);
    for (; !status && out->count < out->encoding.count; out->count++) {
        out->ids[out->count] = out->encoding.items[out->count].id;
        out->types[out->count] = out->encoding.items[out->count].type;
    }
    return !status && !out->count ? lrp_fail(err, LRP_USAGE, "%s: there are no tokens in it", out->name) : status;
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

/* What a tokenizer calls its padding; 0 where it names none. */
static int64_t padding_of(const struct lrp_tokenizer *t)
{
    static const char *const names[] = {"[PAD]", "<pad>", "<|pad|>", "<|endoftext|>"};
    for (size_t i = 0; t && i < sizeof names / sizeof *names; i++) {
        const int64_t id = lrp_tokenizer_id(t, names[i]);
        const char *token = id >= 0 ? lrp_tokenizer_token(t, id) : NULL;
        if (token && strcmp(token, names[i]) == 0) return id;
    }
    return 0;
}

enum lrp_status lrp_cli_sequences_read(const struct lrp_arguments *a, struct lrp_session *session,
                                       struct lrp_cli_sequences *out, struct lrp_error *err)
{
    *out = (struct lrp_cli_sequences){.from_file = a->text_file != NULL};
    const bool texts = a->text || a->text_file || a->text_pair;
    if (texts && a->tokens) return lrp_fail(err, LRP_USAGE, "--tokens and a text: give one of them");
    if ((texts || a->tokens) && a->input_count)
        return lrp_fail(err, LRP_USAGE, "%s: an INPUT and %s: give one of them", a->inputs[0], texts ? "a text" : "--tokens");
    if ((texts || a->tokens) && !lrp_session_token_input(session))
        return lrp_fail(err, LRP_USAGE, "%s: it has no input that takes tokens (--token-input NAME says which one does)",
                        a->model);
    if (a->decoder_text && !lrp_cli_decoder_input(session))
        return lrp_fail(err, LRP_USAGE, "%s: --decoder-text: it has no decoder_input_ids that a second text could go to",
                        a->model);
    enum lrp_status status = lrp_cli_texts_read(a, &out->texts, err);
    if (!status) status = open_tokenizer(a, texts || a->decoder_text, session, out, err);
    const size_t count = a->tokens ? 1 : out->texts.count;
    if (!status && !(out->items = calloc(count + 1, sizeof *out->items))) status = no_memory(err);
    for (size_t i = 0; !status && i < count; i++) {
        out->count = i + 1;
        status = a->tokens ? read_ids(a->tokens, &out->items[i], err) : encode(out, a, i, &out->items[i], err);
        out->items[i].pad = padding_of(out->tokenizer);
        if (!status)
            status = lrp_cli_decoder_start(a, session, lrp_cli_decoder_input(session), out->tokenizer, &out->items[i], err);
    }
    if (!status && texts && !count) status = lrp_fail(err, LRP_FILE, "%s: there is no text in it", a->text_file);
    return status;
}

void lrp_cli_sequences_free(struct lrp_cli_sequences *sequences)
{
    for (size_t i = 0; i < sequences->count; i++) {
        lrp_encoding_free(&sequences->items[i].encoding);
        free(sequences->items[i].name);
        free(sequences->items[i].ids);
        free(sequences->items[i].types);
        lrp_encoding_free(&sequences->items[i].decoder_encoding);
        free(sequences->items[i].decoder_ids);
    }
    free(sequences->items);
    lrp_cli_texts_free(&sequences->texts);
    lrp_tokenizer_close(sequences->tokenizer);
    *sequences = (struct lrp_cli_sequences){0};
}

static bool find_input(const struct lrp_model *model, const char *name, struct lrp_model_value *out)
{
    for (size_t i = 0; i < lrp_model_input_count(model); i++) {
        lrp_model_input(model, i, out);
        if (strcmp(out->name, name) == 0) return true;
    }
    return false;
}

const char *lrp_cli_decoder_input(const struct lrp_session *session)
{
    static const char name[] = "decoder_input_ids";
    struct lrp_model_value input;
    const char *tokens = lrp_session_token_input(session);
    const bool own = find_input(lrp_session_model(session), name, &input) && tokens && strcmp(tokens, name) != 0;
    return own ? name : NULL;
}

/* Inputs that are set together: all of them, or none. */
struct feeding {
    const struct lrp_model *model;
    const char *names[6];
    struct lrp_tensor *tensors[6];
    size_t count;
};

static enum lrp_status feed(struct feeding *f, const char *name, const int64_t *values, size_t count, int64_t filler,
                            size_t length, struct lrp_error *err)
{
    const struct lrp_shape shape = {.rank = 2, .dim = {1, (int64_t)length}};
    struct lrp_tensor *t = NULL;
    const enum lrp_status status = lrp_tensor_new(LRP_DTYPE_INT64, &shape, &t, err);
    if (status) return status;
    for (size_t i = 0; i < length; i++) t->i[i] = i < count ? values ? values[i] : 1 : filler;
    f->names[f->count] = name;
    f->tensors[f->count++] = t;
    return LRP_OK;
}

/* Ids, and the mask that keeps padding out where the model fixes a length. */
static enum lrp_status feed_ids(struct feeding *f, const char *name, const char *mask, const int64_t *ids, size_t count,
                                int64_t pad, size_t *length, struct lrp_error *err)
{
    struct lrp_model_value input;
    const bool fixed = find_input(f->model, name, &input) && input.shape.rank == 2 && input.shape.dim[1] > 0;
    *length = fixed ? (size_t)input.shape.dim[1] : count;
    if (count > *length)
        return lrp_fail(err, LRP_USAGE, "%s: %zu tokens, but the model takes %zu: give a shorter text", name, count, *length);
    enum lrp_status status = feed(f, name, ids, count, pad, *length, err);
    if (!status && count < *length && find_input(f->model, mask, &input)) status = feed(f, mask, NULL, count, 0, *length, err);
    return status;
}

enum lrp_status lrp_cli_sequence_set(const struct lrp_cli_sequence *s, struct lrp_session *session, struct lrp_error *err)
{
    static const char types[] = "token_type_ids";
    struct feeding f = {.model = lrp_session_model(session)};
    struct lrp_model_value input;
    size_t length = 0, written;
    const char *decoder = lrp_cli_decoder_input(session);
    char *name = strdup(lrp_session_token_input(session)); /* what it is borrowed from changes with the inputs */
    enum lrp_status status = name ? LRP_OK : no_memory(err);
    if (!status) status = feed_ids(&f, name, "attention_mask", s->ids, s->count, s->pad, &length, err);
    if (!status && s->text && find_input(f.model, types, &input)) status = feed(&f, types, s->types, s->count, 0, length, err);
    if (!status && decoder && s->decoder_ids)
        status = feed_ids(&f, decoder, "decoder_attention_mask", s->decoder_ids, s->decoder_count, s->pad, &written, err);
    if (!status)
        status = lrp_session_set_tensors(session, f.names, (const struct lrp_tensor *const *)f.tensors, f.count, s->name, err);
    for (size_t i = 0; i < f.count; i++) lrp_tensor_release(f.tensors[i]);
    free(name);
    return status;
}
