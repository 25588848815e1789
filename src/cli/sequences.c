/* sequences.c: texts, or ids, as inputs of a model. */
#include "sequences.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
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
    enum lrp_status status = lrp_cli_texts_read(a, &out->texts, err);
    if (!status) status = open_tokenizer(a, texts, session, out, err);
    const size_t count = a->tokens ? 1 : out->texts.count;
    if (!status && !(out->items = calloc(count + 1, sizeof *out->items))) status = no_memory(err);
    for (size_t i = 0; !status && i < count; i++) {
        out->count = i + 1;
        status = a->tokens ? read_ids(a->tokens, &out->items[i], err) : encode(out, a, i, &out->items[i], err);
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
    }
    free(sequences->items);
    lrp_cli_texts_free(&sequences->texts);
    lrp_tokenizer_close(sequences->tokenizer);
    *sequences = (struct lrp_cli_sequences){0};
}

static bool has_input(const struct lrp_model *model, const char *name)
{
    for (size_t i = 0; i < lrp_model_input_count(model); i++) {
        struct lrp_model_value input;
        lrp_model_input(model, i, &input);
        if (strcmp(input.name, name) == 0) return true;
    }
    return false;
}

static enum lrp_status tensor_of(const int64_t *values, size_t count, struct lrp_tensor **out, struct lrp_error *err)
{
    const struct lrp_shape shape = {.rank = 2, .dim = {1, (int64_t)count}};
    const enum lrp_status status = lrp_tensor_new(LRP_DTYPE_INT64, &shape, out, err);
    if (!status) memcpy((*out)->i, values, count * sizeof *values);
    return status;
}

enum lrp_status lrp_cli_sequence_set(const struct lrp_cli_sequence *s, struct lrp_session *session, struct lrp_error *err)
{
    const char *names[2] = {lrp_session_token_input(session), "token_type_ids"};
    struct lrp_tensor *tensors[2] = {NULL};
    const size_t count = s->text && has_input(lrp_session_model(session), names[1]) ? 2 : 1;
    char *name = strdup(names[0]); /* what it is borrowed from changes with the inputs */
    enum lrp_status status = name ? LRP_OK : no_memory(err);
    names[0] = name;
    if (!status) status = tensor_of(s->ids, s->count, &tensors[0], err);
    if (!status && count > 1) status = tensor_of(s->types, s->count, &tensors[1], err);
    if (!status)
        status = lrp_session_set_tensors(session, names, (const struct lrp_tensor *const *)tensors, count, s->name, err);
    for (size_t i = 0; i < 2; i++) lrp_tensor_release(tensors[i]);
    free(name);
    return status;
}
