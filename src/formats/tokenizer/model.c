/* model.c: reading the model of a tokenizer: which tokens there are, and how words come apart into them. */
#include <float.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "tokenizer.h"

static enum lrp_status token_id(const struct lrp_tokenizer *t, const char *text, int64_t *out, struct lrp_error *err)
{
    *out = lrp_token_find(t, text);
    return *out >= 0 ? LRP_OK : lrp_fail(err, LRP_FILE, "the token %s is not in the vocabulary", text);
}

/* A string that may be null or missing. */
static enum lrp_status read_optional(struct lrp_tokenizer *t, const cJSON *object, const char *key, const char *otherwise,
                                     char **out, struct lrp_error *err)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    const char *text = otherwise;
    enum lrp_status status = item && !cJSON_IsNull(item) ? lrp_json_get_string(object, key, &text, err) : LRP_OK;
    if (status) return status;
    *out = lrp_arena_strdup(t->arena, text);
    return *out ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

static enum lrp_status read_vocabulary(struct lrp_tokenizer *t, const cJSON *object, struct lrp_error *err)
{
    const cJSON *vocabulary = NULL, *item;
    enum lrp_status status = lrp_json_get_object(object, "vocab", &vocabulary, err);
    if (!status && !vocabulary) return lrp_fail(err, LRP_FILE, "the model has no vocab");
    cJSON_ArrayForEach(item, vocabulary)
    {
        int64_t id;
        if (!lrp_json_is_int(item, &id))
            return lrp_fail(err, LRP_FILE, "the id of the token %s is no whole number", item->string);
        status = lrp_token_define(t, item->string, id, err);
        if (status) return status;
    }
    return status;
}

static enum lrp_status read_unknown(struct lrp_tokenizer *t, const cJSON *object, struct lrp_error *err)
{
    char *text;
    enum lrp_status status = read_optional(t, object, "unk_token", "", &text, err);
    if (status || !*text) return status;
    return token_id(t, text, &t->model.unknown, err);
}

static void find_bytes(struct lrp_tokenizer *t)
{
    for (int byte = 0; byte < 256; byte++) {
        char name[8];
        snprintf(name, sizeof name, "<0x%02X>", (unsigned)byte);
        t->model.bytes[byte] = lrp_token_find(t, name);
    }
}

static enum lrp_status read_wordpiece(struct lrp_tokenizer *t, const cJSON *object, struct lrp_error *err)
{
    t->model.longest = 100;
    enum lrp_status status = read_optional(t, object, "continuing_subword_prefix", "##", &t->model.prefix, err);
    if (!status) status = lrp_json_get_int(object, "max_input_chars_per_word", &t->model.longest, err);
    if (!status) status = read_vocabulary(t, object, err);
    if (!status) status = read_unknown(t, object, err);
    if (!status && t->model.unknown < 0) status = token_id(t, "[UNK]", &t->model.unknown, err);
    return status;
}

static enum lrp_status read_wordlevel(struct lrp_tokenizer *t, const cJSON *object, struct lrp_error *err)
{
    char *unknown = NULL;
    enum lrp_status status = read_vocabulary(t, object, err);
    if (!status) status = read_optional(t, object, "unk_token", "<unk>", &unknown, err);
    return status ? status : token_id(t, unknown, &t->model.unknown, err);
}

/* A merge is "a b" or ["a", "b"]. */
static enum lrp_status read_merge(struct lrp_tokenizer *t, const cJSON *item, int32_t rank, struct lrp_error *err)
{
    const char *left = NULL, *right = NULL;
    size_t length = 0;
    if (cJSON_IsString(item)) {
        left = item->valuestring;
        right = strchr(left, ' ');
        length = right ? (size_t)(right++ - left) : 0;
    } else if (cJSON_IsArray(item) && cJSON_GetArraySize(item) == 2 && cJSON_IsString(item->child) &&
               cJSON_IsString(item->child->next)) {
        left = item->child->valuestring;
        right = item->child->next->valuestring;
        length = strlen(left);
    }
    if (!right || !length) return lrp_fail(err, LRP_FILE, "merge %d is no pair of tokens", rank);
    return lrp_merges_add(t, left, length, right, rank, err);
}

static enum lrp_status read_bpe(struct lrp_tokenizer *t, const cJSON *object, struct lrp_error *err)
{
    const cJSON *merges = NULL, *item;
    int32_t rank = 0;
    enum lrp_status status = read_optional(t, object, "continuing_subword_prefix", "", &t->model.prefix, err);
    if (!status) status = read_optional(t, object, "end_of_word_suffix", "", &t->model.suffix, err);
    if (!status) status = lrp_json_get_bool(object, "fuse_unk", &t->model.fuse_unknown, err);
    if (!status) status = lrp_json_get_bool(object, "byte_fallback", &t->model.byte_fallback, err);
    if (!status) status = lrp_json_get_bool(object, "ignore_merges", &t->model.whole_first, err);
    if (!status) status = read_vocabulary(t, object, err);
    if (!status) status = read_unknown(t, object, err);
    if (!status) status = lrp_json_get_array(object, "merges", &merges, err);
    if (!status) status = lrp_merges_build(t, (size_t)cJSON_GetArraySize(merges), err);
    cJSON_ArrayForEach(item, merges) if (!status) status = read_merge(t, item, rank++, err);
    return status;
}

static enum lrp_status read_scores(struct lrp_tokenizer *t, const cJSON *list, size_t count, struct lrp_error *err)
{
    double *scores = lrp_arena_calloc(t->arena, count, sizeof *scores);
    const cJSON *item;
    int64_t id = 0;
    if (!scores) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    t->model.worst = DBL_MAX;
    cJSON_ArrayForEach(item, list)
    {
        const cJSON *text = cJSON_IsArray(item) ? item->child : NULL, *score = text ? text->next : NULL;
        if (!score || !cJSON_IsString(text) || !cJSON_IsNumber(score))
            return lrp_fail(err, LRP_FILE, "entry %lld of vocab is no token with its score", (long long)id);
        scores[id] = score->valuedouble;
        if (scores[id] < t->model.worst) t->model.worst = scores[id];
        enum lrp_status status = lrp_token_define(t, text->valuestring, id++, err);
        if (status) return status;
    }
    t->model.scores = scores;
    return LRP_OK;
}

static enum lrp_status read_unigram(struct lrp_tokenizer *t, const cJSON *object, struct lrp_error *err)
{
    const cJSON *list = NULL, *unknown = cJSON_GetObjectItemCaseSensitive(object, "unk_id");
    enum lrp_status status = lrp_json_get_array(object, "vocab", &list, err);
    if (!status && !list) return lrp_fail(err, LRP_FILE, "the model has no vocab");
    const size_t count = (size_t)cJSON_GetArraySize(list);
    t->model.fuse_unknown = true;
    if (!status && unknown && !cJSON_IsNull(unknown)) status = lrp_json_get_int(object, "unk_id", &t->model.unknown, err);
    if (!status && (t->model.unknown < -1 || t->model.unknown >= (int64_t)count))
        return lrp_fail(err, LRP_FILE, "unk_id is no place of vocab");
    if (!status) status = lrp_json_get_bool(object, "byte_fallback", &t->model.byte_fallback, err);
    return status ? status : read_scores(t, list, count, err);
}

static const struct {
    const char *type, *telling; /* a key that old files, which leave the type out, have in this model alone */
    lrp_model_function *encode;
    enum lrp_status (*read)(struct lrp_tokenizer *t, const cJSON *object, struct lrp_error *err);
} rows[] = {
    {"WordPiece", "max_input_chars_per_word", lrp_wordpiece_encode, read_wordpiece},
    {"BPE", "merges", lrp_bpe_encode, read_bpe},
    {"Unigram", "unk_id", lrp_unigram_encode, read_unigram},
    {"WordLevel", "unk_token", lrp_wordlevel_encode, read_wordlevel},
};

enum lrp_status lrp_token_model_read(struct lrp_tokenizer *t, const cJSON *object, struct lrp_error *err)
{
    const char *type = NULL;
    t->model.unknown = -1;
    t->model.prefix = t->model.suffix = lrp_arena_strdup(t->arena, "");
    if (!t->model.prefix) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!cJSON_IsObject(object)) return lrp_fail(err, LRP_FILE, "there is no model");
    enum lrp_status status = lrp_json_get_string(object, "type", &type, err);
    if (status) return status;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const bool told = type ? strcmp(rows[i].type, type) == 0 : cJSON_HasObjectItem(object, rows[i].telling);
        if (!told) continue;
        t->model.encode = rows[i].encode;
        status = rows[i].read(t, object, err);
        if (!status) find_bytes(t);
        return status;
    }
    return lrp_fail(err, LRP_UNSUPPORTED, "the tokenizer's model %s is not known here", type ? type : "(no type)");
}
