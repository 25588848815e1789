/* sequence.c: texts, or ids, as inputs of a model. */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "internal.h"
#include "json.h"
#include "mapping.h"
#include "text.h"
#include "texts.h"

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory");
}

/* ---- making one ---- */

static enum lrp_status make_room(struct lrp_sequence *s, const char *name, size_t count, struct lrp_error *err)
{
    s->name = strdup(name);
    s->ids = calloc(count + 1, sizeof *s->ids);
    s->types = calloc(count + 1, sizeof *s->types);
    return s->name && s->ids && s->types ? LRP_OK : no_memory(err);
}

enum lrp_status lrp_sequence_read_ids(const char *ids, struct lrp_sequence *out, struct lrp_error *err)
{
    *out = (struct lrp_sequence){0};
    enum lrp_status status = make_room(out, "tokens", strlen(ids), err);
    char *copy = strdup(ids), *rest = copy;
    if (!status && !copy) status = no_memory(err);
    for (char *part; !status && (part = strsep(&rest, " ,\t\n")) != NULL;) {
        int64_t id;
        if (!*part) continue;
        if (!lrp_parse_int64(part, &id) || id < 0)
            status = lrp_fail(err, LRP_USAGE, "%s is no id of a token", part);
        else
            out->ids[out->count++] = id;
    }
    free(copy);
    return !status && !out->count ? lrp_fail(err, LRP_USAGE, "there are no ids in \"%s\"", ids) : status;
}

/* What a tokenizer calls its padding; 0 where it names none. */
int64_t lrp_tokenizer_padding(const struct lrp_tokenizer *t)
{
    static const char *const names[] = {"[PAD]", "<pad>", "<|pad|>", "<|endoftext|>"};
    for (size_t i = 0; t && i < sizeof names / sizeof *names; i++) {
        const int64_t id = lrp_tokenizer_id(t, names[i]);
        const char *token = id >= 0 ? lrp_tokenizer_token(t, id) : NULL;
        if (token && strcmp(token, names[i]) == 0) return id;
    }
    return 0;
}

enum lrp_status lrp_sequence_encode(const struct lrp_tokenizer *tokenizer, const char *name, const char *text, const char *pair,
                                    struct lrp_sequence *out, struct lrp_error *err)
{
    *out = (struct lrp_sequence){.text = text, .pair = pair, .pad = lrp_tokenizer_padding(tokenizer)};
    enum lrp_status status = lrp_tokenizer_encode(tokenizer, text, pair, &out->encoding, err);
    if (status) out->encoding = (struct lrp_encoding){0};
    if (!status) status = make_room(out, name, out->encoding.count, err);
    for (; !status && out->count < out->encoding.count; out->count++) {
        out->ids[out->count] = out->encoding.items[out->count].id;
        out->types[out->count] = out->encoding.items[out->count].type;
    }
    return !status && !out->count ? lrp_fail(err, LRP_USAGE, "%s: there are no tokens in it", name) : status;
}

enum lrp_status lrp_sequence_whole(const char *name, const char *text, struct lrp_sequence *out, struct lrp_error *err)
{
    *out = (struct lrp_sequence){.text = text};
    return make_room(out, name, 0, err);
}

void lrp_sequence_free(struct lrp_sequence *s)
{
    lrp_encoding_free(&s->encoding);
    lrp_encoding_free(&s->decoder_encoding);
    free(s->name);
    free(s->ids);
    free(s->types);
    free(s->decoder_ids);
    *s = (struct lrp_sequence){0};
}

enum lrp_status lrp_tokenizer_encode_bare(const struct lrp_tokenizer *tokenizer, const char *text, struct lrp_encoding *out,
                                          struct lrp_error *err)
{
    const enum lrp_status status = lrp_tokenizer_encode(tokenizer, text, NULL, out, err);
    size_t kept = 0;
    for (size_t i = 0; !status && i < out->count; i++)
        if (!out->items[i].special) out->items[kept++] = out->items[i];
    if (!status) out->count = kept;
    return status;
}

/* ---- files beside a model ---- */

bool lrp_tokenizer_is_in(const char *folder)
{
    static const char *const names[] = {"tokenizer.json", "vocab.json", "vocab.txt"};
    bool found = false;
    for (size_t i = 0; !found && i < sizeof names / sizeof *names; i++) {
        struct lrp_text path = {0};
        struct stat info;
        lrp_text_printf(&path, "%s/%s", folder, names[i]);
        found = !path.failed && stat(path.data, &info) == 0 && S_ISREG(info.st_mode);
        lrp_text_free(&path);
    }
    return found;
}

enum lrp_status lrp_tokenizer_open_beside(const char *model, struct lrp_tokenizer **out, struct lrp_error *err)
{
    const char *slash = strrchr(model, '/');
    struct lrp_text folder = {0};
    lrp_text_append_n(&folder, slash ? model : ".", slash && slash > model ? (size_t)(slash - model) : 1);
    if (!folder.failed && !lrp_tokenizer_is_in(folder.data)) lrp_text_append(&folder, "/..");
    enum lrp_status status = folder.failed ? no_memory(err) : LRP_OK;
    if (!status && !lrp_tokenizer_is_in(folder.data))
        status = lrp_fail(err, LRP_FILE,
                          "%s: no tokenizer lies beside the model (tokenizer.json, vocab.txt, vocab.json): give --tokenizer F",
                          model);
    if (!status) status = lrp_tokenizer_open(folder.data, out, err);
    lrp_text_free(&folder);
    return status;
}

/* The config.json beside a model, or in the folder above (onnx/model.onnx). "" without one. */
static enum lrp_status find_config(const char *model, struct lrp_text *path, struct lrp_error *err)
{
    static const char *const places[] = {"config.json", "../config.json"};
    const char *slash = strrchr(model, '/');
    struct stat info;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        lrp_text_free(path);
        lrp_text_append_n(path, model, slash ? (size_t)(slash - model) + 1 : 0);
        lrp_text_append(path, places[i]);
        if (path->failed) return no_memory(err);
        if (stat(path->data, &info) == 0 && S_ISREG(info.st_mode)) return LRP_OK;
    }
    lrp_text_free(path);
    return LRP_OK;
}

/* decoder_start_token_id; -1: nothing says it. */
static enum lrp_status read_start(const char *model, int64_t *out, struct lrp_error *err)
{
    struct lrp_text path = {0};
    struct lrp_mapping file;
    cJSON *root = NULL;
    *out = -1;
    enum lrp_status status = find_config(model, &path, err);
    if (status || !path.data) return status;
    status = lrp_mapping_open(path.data, &file, err);
    if (!status) {
        status = lrp_json_parse((const char *)file.data, file.size, &root, err);
        const cJSON *start = cJSON_GetObjectItemCaseSensitive(root, "decoder_start_token_id");
        if (cJSON_IsNumber(start) && start->valuedouble >= 0) *out = (int64_t)start->valuedouble;
        if (status) lrp_fail_context(err, status, "%s", path.data);
        cJSON_Delete(root);
        lrp_mapping_close(&file);
    }
    lrp_text_free(&path);
    return status;
}

/* ---- as an input ---- */

static bool find_input(const struct lrp_model *model, const char *name, struct lrp_model_value *out)
{
    for (size_t i = 0; i < lrp_model_input_count(model); i++) {
        lrp_model_input(model, i, out);
        if (strcmp(out->name, name) == 0) return true;
    }
    return false;
}

enum lrp_status lrp_session_start_decoder(const struct lrp_session *session, const struct lrp_tokenizer *tokenizer,
                                          const char *text, struct lrp_sequence *s, struct lrp_error *err)
{
    const char *input = lrp_session_decoder_input(session), *model = lrp_model_path(session->model);
    int64_t start = -1;
    if (!input) return LRP_OK;
    enum lrp_status status = read_start(model, &start, err);
    if (!status && start < 0)
        status = lrp_fail(err, LRP_USAGE,
                          "%s: no config.json beside it says what a decoder's text starts with (decoder_start_token_id): give "
                          "--input %s=F.npy",
                          model, input);
    s->decoder_text = text;
    if (!status && text) status = lrp_tokenizer_encode_bare(tokenizer, text, &s->decoder_encoding, err);
    if (!status && !(s->decoder_ids = calloc(s->decoder_encoding.count + 1, sizeof *s->decoder_ids))) status = no_memory(err);
    if (status) return status;
    s->decoder_ids[s->decoder_count++] = start;
    for (size_t i = 0; i < s->decoder_encoding.count; i++) s->decoder_ids[s->decoder_count++] = s->decoder_encoding.items[i].id;
    return LRP_OK;
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

static enum lrp_status feed_all(const struct lrp_session *session, const struct lrp_sequence *s, const char *name,
                                struct feeding *f, struct lrp_error *err)
{
    static const char types[] = "token_type_ids";
    struct lrp_model_value input;
    size_t length = 0, written;
    const char *decoder = lrp_session_decoder_input(session);
    enum lrp_status status = feed_ids(f, name, "attention_mask", s->ids, s->count, s->pad, &length, err);
    if (!status && s->text && find_input(f->model, types, &input)) status = feed(f, types, s->types, s->count, 0, length, err);
    if (!status && decoder && s->decoder_ids)
        status = feed_ids(f, decoder, "decoder_attention_mask", s->decoder_ids, s->decoder_count, s->pad, &written, err);
    return status;
}

const char *lrp_session_text_input(const struct lrp_session *session)
{
    for (size_t i = 0; i < lrp_model_input_count(session->model); i++) {
        struct lrp_model_value input;
        lrp_model_input(session->model, i, &input);
        if (input.dtype == LRP_DTYPE_STRING) return input.name;
    }
    return NULL;
}

/* A text that the model itself takes apart goes in as it is: where an input takes one. */
static enum lrp_status set_whole(struct lrp_session *session, const char *name, const struct lrp_sequence *s,
                                 struct lrp_error *err)
{
    struct lrp_model_value input;
    struct lrp_tensor *t = NULL;
    find_input(session->model, name, &input);
    if (input.shape.rank < 0) input.shape = (struct lrp_shape){.rank = 1, .dim = {1}};
    for (int i = 0; i < input.shape.rank; i++)
        if (input.shape.dim[i] < 0) input.shape.dim[i] = 1;
    if (lrp_shape_count(&input.shape) != 1)
        return lrp_fail(err, LRP_USAGE, "%s: input %s takes %lld texts: give them as an array (.npy)",
                        lrp_model_path(session->model), name, (long long)lrp_shape_count(&input.shape));
    enum lrp_status status = lrp_tensor_new(LRP_DTYPE_STRING, &input.shape, &t, err);
    if (!status) t->s[0] = s->text;
    if (!status) status = lrp_tensor_keep_texts(t, err);
    if (!status) status = lrp_session_set_tensor(session, name, t, s->name, err);
    lrp_tensor_release(t);
    return status;
}

enum lrp_status lrp_session_set_sequence(struct lrp_session *session, const struct lrp_sequence *s, struct lrp_error *err)
{
    struct feeding f = {.model = session->model};
    struct lrp_written *written = NULL;
    const char *tokens = lrp_session_token_input(session), *whole = lrp_session_text_input(session);
    if (!tokens && whole && s->text && !s->pair) return set_whole(session, whole, s, err);
    if (!tokens)
        return lrp_fail(err, LRP_USAGE, "%s: it has no input that takes tokens (--token-input NAME says which one does)",
                        lrp_model_path(session->model));
    char *name = strdup(tokens); /* what it is borrowed from changes with the inputs */
    enum lrp_status status = name ? lrp_written_new(s, &written, err) : no_memory(err);
    if (!status) status = feed_all(session, s, name, &f, err);
    if (!status)
        status = lrp_session_set_tensors(session, f.names, (const struct lrp_tensor *const *)f.tensors, f.count, s->name, err);
    for (size_t i = 0; i < f.count; i++) lrp_tensor_release(f.tensors[i]);
    if (!status) {
        session->written = written; /* the one before went with its inputs */
        written = NULL;
    }
    lrp_written_release(written);
    free(name);
    return status;
}
