/* tokenizer_files.c: the forms in which a tokenizer lies beside a model. */
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mapping.h"
#include "text.h"
#include "tokenizer.h"

/* ---- tokenizer.json ---- */

static enum lrp_status read_added(struct lrp_tokenizer *t, const cJSON *list, struct lrp_error *err)
{
    const cJSON *item;
    t->added = lrp_arena_calloc(t->arena, (size_t)cJSON_GetArraySize(list), sizeof *t->added);
    if (!t->added) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    cJSON_ArrayForEach(item, list)
    {
        struct lrp_added_token *token = &t->added[t->added_count];
        const char *content = NULL;
        enum lrp_status status = lrp_json_get_string(item, "content", &content, err);
        if (!status) status = lrp_json_get_int(item, "id", &token->id, err);
        if (!status) status = lrp_json_get_bool(item, "single_word", &token->single_word, err);
        if (!status) status = lrp_json_get_bool(item, "lstrip", &token->lstrip, err);
        if (!status) status = lrp_json_get_bool(item, "rstrip", &token->rstrip, err);
        if (!status) status = lrp_json_get_bool(item, "normalized", &token->normalized, err);
        if (!status && !content) status = lrp_fail(err, LRP_FILE, "an added token has no content");
        if (!status) status = lrp_token_define(t, content, token->id, err);
        if (!status) status = lrp_token_chars(t, content, &token->chars, &token->count, err);
        if (status) return status;
        token->content = t->by_id[token->id];
        t->added_count++;
    }
    return LRP_OK;
}

static enum lrp_status read_truncation(struct lrp_tokenizer *t, const cJSON *object, struct lrp_error *err)
{
    static const char *const cuts[] = {
        [LRP_CUT_LONGEST] = "LongestFirst", [LRP_CUT_FIRST] = "OnlyFirst", [LRP_CUT_SECOND] = "OnlySecond"};
    const char *direction = "Right", *strategy = cuts[LRP_CUT_LONGEST];
    int64_t most = 0;
    size_t cut = 0;
    if (!cJSON_IsObject(object)) return LRP_OK;
    enum lrp_status status = lrp_json_get_int(object, "max_length", &most, err);
    if (!status) status = lrp_json_get_string(object, "direction", &direction, err);
    if (!status) status = lrp_json_get_string(object, "strategy", &strategy, err);
    if (status) return status;
    while (cut < sizeof cuts / sizeof *cuts && strcmp(cuts[cut], strategy) != 0) cut++;
    t->cut_left = strcmp(direction, "Left") == 0;
    if (cut == sizeof cuts / sizeof *cuts || (!t->cut_left && strcmp(direction, "Right") != 0))
        return lrp_fail(err, LRP_UNSUPPORTED, "the truncation %s, %s is not known here", strategy, direction);
    t->cut = (enum lrp_cut)cut;
    if (most > 0) t->most = (size_t)most;
    return LRP_OK;
}

static enum lrp_status normalize_added(struct lrp_tokenizer *t, struct lrp_error *err);

static enum lrp_status read_parts(struct lrp_tokenizer *t, const cJSON *root, struct lrp_error *err)
{
    const cJSON *added = NULL;
    enum lrp_status status = lrp_normalizers_read(t, cJSON_GetObjectItemCaseSensitive(root, "normalizer"), err);
    if (!status) status = lrp_splitters_read(t, cJSON_GetObjectItemCaseSensitive(root, "pre_tokenizer"), err);
    if (!status) status = lrp_token_model_read(t, cJSON_GetObjectItemCaseSensitive(root, "model"), err);
    if (!status) status = lrp_json_get_array(root, "added_tokens", &added, err);
    if (!status) status = read_added(t, added, err);
    if (!status) status = normalize_added(t, err);
    if (!status) status = lrp_templates_read(t, cJSON_GetObjectItemCaseSensitive(root, "post_processor"), err);
    return status ? status : read_truncation(t, cJSON_GetObjectItemCaseSensitive(root, "truncation"), err);
}

/* Added tokens that are looked for in the normalised text are normalised themselves. */
static enum lrp_status normalize_added(struct lrp_tokenizer *t, struct lrp_error *err)
{
    for (size_t i = 0; i < t->added_count; i++) {
        struct lrp_added_token *token = &t->added[i];
        struct lrp_chars text = {0};
        if (!token->normalized) continue;
        lrp_chars_append(&text, token->chars, token->count);
        for (size_t k = 0; k < t->normalizers.count; k++) {
            struct lrp_chars next = {0};
            t->normalizers.items[k].normalize(&t->normalizers.items[k], &text, &next);
            next.failed = next.failed || text.failed;
            lrp_chars_free(&text);
            text = next;
        }
        token->count = text.count;
        token->chars = text.failed ? NULL : lrp_arena_calloc(t->arena, text.count, sizeof *token->chars);
        if (token->chars && text.count) memcpy(token->chars, text.items, text.count * sizeof *token->chars);
        lrp_chars_free(&text);
        if (!token->chars) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    }
    return LRP_OK;
}

enum lrp_status lrp_tokenizer_read_json(struct lrp_tokenizer *t, const char *path, struct lrp_error *err)
{
    cJSON *root = NULL;
    enum lrp_status status = lrp_json_read_found(path, &root, err);
    if (status) {
        t->path = NULL; /* the message names it already */
        return status;
    }
    status = read_parts(t, root, err);
    cJSON_Delete(root);
    return status;
}

/* ---- vocab.txt of BERT: a token a line, numbered from 0 ---- */

/* Calls `line` with every line, NUL-terminated, without its end. */
static enum lrp_status each_line(const char *path,
                                 enum lrp_status (*line)(struct lrp_tokenizer *t, const char *text, int64_t number,
                                                         struct lrp_error *err),
                                 struct lrp_tokenizer *t, struct lrp_error *err)
{
    struct lrp_mapping file;
    struct lrp_text text = {0};
    enum lrp_status status = lrp_mapping_open_found(path, LRP_JSON_LARGEST, &file, err);
    if (status) {
        t->path = NULL;
        return status;
    }
    const char *at = (const char *)file.data, *const end = at + file.size;
    for (int64_t number = 0; !status && at < end; number++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const char *last = stop ? stop : end;
        while (last > at && last[-1] == '\r') last--;
        text.length = 0;
        lrp_text_append_n(&text, at, (size_t)(last - at));
        status =
            text.failed ? lrp_fail(err, LRP_MEMORY, "not enough memory") : line(t, text.data ? text.data : "", number, err);
        at = stop ? stop + 1 : end;
    }
    lrp_text_free(&text);
    lrp_mapping_close(&file);
    return status;
}

static enum lrp_status define_line(struct lrp_tokenizer *t, const char *text, int64_t number, struct lrp_error *err)
{
    return lrp_token_define(t, text, number, err);
}

/* The pipeline that goes with a vocabulary alone, as it would stand in tokenizer.json. */
static enum lrp_status read_pipeline(struct lrp_tokenizer *t, const char *json, struct lrp_error *err)
{
    cJSON *root = NULL;
    enum lrp_status status = lrp_json_parse(json, strlen(json), &root, err);
    if (!status) status = read_parts(t, root, err);
    cJSON_Delete(root);
    return status;
}

static enum lrp_status add_specials(struct lrp_tokenizer *t, const char *const *names, size_t count, struct lrp_error *err)
{
    t->added = lrp_arena_calloc(t->arena, count, sizeof *t->added);
    if (!t->added) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    t->added_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct lrp_added_token *token = &t->added[t->added_count];
        token->id = lrp_token_find(t, names[i]);
        if (token->id < 0) continue;
        token->content = t->by_id[token->id];
        const enum lrp_status status = lrp_token_chars(t, names[i], &token->chars, &token->count, err);
        if (status) return status;
        t->added_count++;
    }
    return LRP_OK;
}

/* A vocabulary of lower-case words alone is taken to be an uncased one. */
static bool has_capitals(const struct lrp_tokenizer *t)
{
    for (size_t i = 0; i < t->ids; i++)
        if (t->by_id[i] && t->by_id[i][0] >= 'A' && t->by_id[i][0] <= 'Z') return true;
    return false;
}

enum lrp_status lrp_tokenizer_read_vocab(struct lrp_tokenizer *t, const char *path, struct lrp_error *err)
{
    static const char *const specials[] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
    enum lrp_status status = each_line(path, define_line, t, err);
    if (status) return status;
    const int64_t cls = lrp_token_find(t, "[CLS]"), sep = lrp_token_find(t, "[SEP]");
    if (cls < 0 || sep < 0)
        return lrp_fail(err, LRP_FILE, "a vocabulary of BERT's kind has the tokens [CLS] and [SEP]; this one has not");
    char *json = lrp_arena_printf(
        t->arena,
        "{\"normalizer\":{\"type\":\"BertNormalizer\",\"lowercase\":%s},\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"},"
        "\"model\":{\"type\":\"WordPiece\",\"vocab\":{}},\"post_processor\":{\"type\":\"BertProcessing\",\"cls\":[\"[CLS]\",%"
        "lld],\"sep\":[\"[SEP]\",%lld]}}",
        has_capitals(t) ? "false" : "true", (long long)cls, (long long)sep);
    if (!json) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    status = read_pipeline(t, json, err);
    return status ? status : add_specials(t, specials, sizeof specials / sizeof *specials, err);
}

/* ---- vocab.json and merges.txt of GPT-2 ---- */

static enum lrp_status add_merge_line(struct lrp_tokenizer *t, const char *text, int64_t number, struct lrp_error *err)
{
    const char *blank = strchr(text, ' ');
    if (!*text || (number == 0 && strncmp(text, "#version", 8) == 0)) return LRP_OK;
    if (!blank || blank == text)
        return lrp_fail(err, LRP_FILE, "line %lld of merges.txt is no pair of tokens", (long long)number + 1);
    return lrp_merges_add(t, text, (size_t)(blank - text), blank + 1, (int32_t)number, err);
}

static enum lrp_status count_line(struct lrp_tokenizer *t, const char *text, int64_t number, struct lrp_error *err)
{
    (void)text, (void)err;
    t->model.merge_mask = (size_t)number + 1; /* a count for now; lrp_merges_build makes the table */
    return LRP_OK;
}

static enum lrp_status read_ids(struct lrp_tokenizer *t, const char *path, struct lrp_error *err)
{
    cJSON *root = NULL;
    const cJSON *item;
    enum lrp_status status = lrp_json_read_found(path, &root, err);
    if (status) {
        t->path = NULL;
        return status;
    }
    cJSON_ArrayForEach(item, root)
    {
        int64_t id;
        if (!status && (!item->string || !lrp_json_is_int(item, &id)))
            status = lrp_fail(err, LRP_FILE, "vocab.json is no map from tokens to ids");
        if (!status) status = lrp_token_define(t, item->string, id, err);
    }
    cJSON_Delete(root);
    return status;
}

enum lrp_status lrp_tokenizer_read_merges(struct lrp_tokenizer *t, const char *path, struct lrp_error *err)
{
    static const char *const specials[] = {"<|endoftext|>", "<s>", "<pad>", "</s>", "<unk>", "<mask>"};
    const char *slash = strrchr(path, '/');
    char *merges = lrp_arena_printf(t->arena, "%.*smerges.txt", slash ? (int)(slash - path + 1) : 0, path);
    enum lrp_status status = merges ? read_ids(t, path, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (status) return status;
    const int64_t begin = lrp_token_find(t, "<s>"), end = lrp_token_find(t, "</s>");
    const bool roberta = begin >= 0 && end >= 0;
    char *json = lrp_arena_printf(t->arena,
                                  "{\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"add_prefix_space\":false},\"model\":{\"type\":"
                                  "\"BPE\",\"vocab\":{},\"merges\":[]}%s",
                                  roberta ? "" : ",\"post_processor\":{\"type\":\"ByteLevel\",\"trim_offsets\":false}}");
    if (json && roberta)
        json = lrp_arena_printf(t->arena,
                                "%s,\"post_processor\":{\"type\":\"RobertaProcessing\",\"cls\":[\"<s>\",%lld],\"sep\":[\"</"
                                "s>\",%lld],\"add_prefix_space\":false}}",
                                json, (long long)begin, (long long)end);
    if (!json) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    status = read_pipeline(t, json, err);
    t->model.merge_mask = 0;
    if (!status) status = each_line(merges, count_line, t, err);
    if (!status) status = lrp_merges_build(t, t->model.merge_mask, err);
    if (!status) status = each_line(merges, add_merge_line, t, err);
    return status ? status : add_specials(t, specials, sizeof specials / sizeof *specials, err);
}
