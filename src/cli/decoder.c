/* decoder.c: what an encoder-decoder has written before the token that is explained. */
#include "decoder.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arguments.h"
#include "json.h"
#include "mapping.h"
#include "text.h"

enum lrp_status lrp_cli_encode_bare(const struct lrp_tokenizer *tokenizer, const char *text, struct lrp_encoding *out,
                                    struct lrp_error *err)
{
    const enum lrp_status status = lrp_tokenizer_encode(tokenizer, text, NULL, out, err);
    size_t kept = 0;
    for (size_t i = 0; !status && i < out->count; i++)
        if (!out->items[i].special) out->items[kept++] = out->items[i];
    if (!status) out->count = kept;
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
        if (path->failed) return lrp_fail(err, LRP_MEMORY, "not enough memory");
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

static bool is_given(const struct lrp_arguments *a, const char *name)
{
    for (size_t i = 0; i < a->named_count; i++)
        if (a->named[i].name && strcmp(a->named[i].name, name) == 0) return true;
    return false;
}

enum lrp_status lrp_cli_decoder_start(const struct lrp_arguments *a, const struct lrp_session *session, const char *input,
                                      const struct lrp_tokenizer *tokenizer, struct lrp_cli_sequence *s, struct lrp_error *err)
{
    int64_t start = -1;
    if (!input || (is_given(a, input) && !a->decoder_text)) return LRP_OK;
    enum lrp_status status = read_start(lrp_model_path(lrp_session_model(session)), &start, err);
    if (!status && start < 0)
        status = lrp_fail(err, LRP_USAGE,
                          "%s: no config.json beside it says what a decoder's text starts with (decoder_start_token_id): give "
                          "--input %s=F.npy",
                          a->model, input);
    s->decoder_text = a->decoder_text;
    if (!status && a->decoder_text) status = lrp_cli_encode_bare(tokenizer, a->decoder_text, &s->decoder_encoding, err);
    if (!status && !(s->decoder_ids = calloc(s->decoder_encoding.count + 1, sizeof *s->decoder_ids)))
        status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (status) return status;
    s->decoder_ids[s->decoder_count++] = start;
    for (size_t i = 0; i < s->decoder_encoding.count; i++) s->decoder_ids[s->decoder_count++] = s->decoder_encoding.items[i].id;
    return LRP_OK;
}
