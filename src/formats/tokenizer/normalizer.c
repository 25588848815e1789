/* normalizer.c: steps that change a text before it is cut into words, as Hugging Face's tokenizers name them. */
#include <string.h>

#include "chars_spans.h"
#include "json.h"
#include "tokenizer.h"

/* ---- BertNormalizer ---- */

static bool is_cjk(int32_t c)
{
    static const struct {
        int32_t first, last;
    } blocks[] = {{0x4E00, 0x9FFF},   {0x3400, 0x4DBF},   {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F},
                  {0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF}, {0xF900, 0xFAFF},   {0x2F800, 0x2FA1F}};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (c >= blocks[i].first && c <= blocks[i].last) return true;
    return false;
}

static void clean(const struct lrp_chars *in, struct lrp_chars *out)
{
    for (size_t i = 0; i < in->count; i++) {
        const struct lrp_char c = in->items[i];
        const bool white = c.code == '\t' || c.code == '\n' || c.code == '\r';
        if (!white && (c.code == 0 || c.code == 0xFFFD || lrp_char_is_other(c.code))) continue;
        lrp_chars_push(out, lrp_char_is_space(c.code) ? ' ' : c.code, c.start, c.end);
    }
}

static void space_out_cjk(const struct lrp_chars *in, struct lrp_chars *out)
{
    for (size_t i = 0; i < in->count; i++) {
        const struct lrp_char c = in->items[i];
        const bool cjk = is_cjk(c.code);
        if (cjk) lrp_chars_push(out, ' ', c.start, c.end);
        lrp_chars_push(out, c.code, c.start, c.end);
        if (cjk) lrp_chars_push(out, ' ', c.start, c.end);
    }
}

/* One part of the step: what is in `text` becomes what `part` makes of it. */
static void pass_through(const struct lrp_token_step *step, struct lrp_chars *text, lrp_normalize_function *part)
{
    struct lrp_chars next = {0};
    part(step, text, &next);
    next.failed = next.failed || text->failed;
    lrp_chars_free(text);
    *text = next;
}

static void clean_step(const struct lrp_token_step *step, const struct lrp_chars *in, struct lrp_chars *out)
{
    (void)step;
    clean(in, out);
}

static void cjk_step(const struct lrp_token_step *step, const struct lrp_chars *in, struct lrp_chars *out)
{
    (void)step;
    space_out_cjk(in, out);
}

static void strip_marks(const struct lrp_token_step *step, const struct lrp_chars *in, struct lrp_chars *out)
{
    const struct lrp_token_step decompose = {.composed = 0};
    struct lrp_chars apart = {0};
    (void)step;
    lrp_normalize_form(&decompose, in, &apart);
    for (size_t i = 0; i < apart.count; i++)
        if (!lrp_char_is_nonspacing(apart.items[i].code)) lrp_chars_append(out, &apart.items[i], 1);
    out->failed = out->failed || apart.failed;
    lrp_chars_free(&apart);
}

static void normalize_bert(const struct lrp_token_step *step, const struct lrp_chars *in, struct lrp_chars *out)
{
    struct lrp_chars text = {0};
    lrp_chars_append(&text, in->items, in->count);
    if (step->clean) pass_through(step, &text, clean_step);
    if (step->cjk) pass_through(step, &text, cjk_step);
    if (step->strip) pass_through(step, &text, strip_marks);
    if (step->lower) pass_through(step, &text, lrp_normalize_lower);
    lrp_chars_append(out, text.items, text.count);
    out->failed = out->failed || text.failed;
    lrp_chars_free(&text);
}

static enum lrp_status read_bert(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object,
                                 struct lrp_error *err)
{
    (void)t;
    step->clean = step->cjk = step->lower = true;
    enum lrp_status status = lrp_json_get_bool(object, "clean_text", &step->clean, err);
    if (!status) status = lrp_json_get_bool(object, "handle_chinese_chars", &step->cjk, err);
    if (!status) status = lrp_json_get_bool(object, "lowercase", &step->lower, err);
    step->strip = step->lower; /* null: as lowercase */
    const cJSON *strip = cJSON_GetObjectItemCaseSensitive(object, "strip_accents");
    if (!status && strip && !cJSON_IsNull(strip)) status = lrp_json_get_bool(object, "strip_accents", &step->strip, err);
    return status;
}

/* ---- the small ones ---- */

static enum lrp_status read_nothing(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object,
                                    struct lrp_error *err)
{
    (void)t, (void)step, (void)object, (void)err;
    return LRP_OK;
}

/* What SentencePiece makes of what cannot be seen: controls are dropped, blanks of all kinds are one. */
static void normalize_nmt(const struct lrp_token_step *step, const struct lrp_chars *in, struct lrp_chars *out)
{
    (void)step;
    for (size_t i = 0; i < in->count; i++) {
        const struct lrp_char c = in->items[i];
        if (lrp_spans_hold(LRP_NMT_DROPPED, c.code)) continue;
        lrp_chars_push(out, lrp_spans_hold(LRP_NMT_BLANKS, c.code) ? ' ' : c.code, c.start, c.end);
    }
}

/* Every byte as the letter that stands for it. */
static void normalize_bytes(const struct lrp_token_step *step, const struct lrp_chars *in, struct lrp_chars *out)
{
    (void)step;
    for (size_t i = 0; i < in->count; i++) {
        char utf8[4];
        const size_t n = lrp_char_encode(in->items[i].code, utf8);
        for (size_t k = 0; k < n; k++)
            lrp_chars_push(out, lrp_byte_letter((unsigned char)utf8[k]), in->items[i].start, in->items[i].end);
    }
}

static enum lrp_status read_bytes(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object,
                                  struct lrp_error *err)
{
    t->byte_level = true;
    return read_nothing(t, step, object, err);
}

static enum lrp_status read_nfc(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object,
                                struct lrp_error *err)
{
    step->composed = 1;
    return read_nothing(t, step, object, err);
}

static enum lrp_status read_nfkc(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object,
                                 struct lrp_error *err)
{
    step->composed = step->compatible = 1;
    return read_nothing(t, step, object, err);
}

static enum lrp_status read_nfkd(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object,
                                 struct lrp_error *err)
{
    step->compatible = 1;
    return read_nothing(t, step, object, err);
}

static void normalize_strip(const struct lrp_token_step *step, const struct lrp_chars *in, struct lrp_chars *out)
{
    size_t first = 0, last = in->count;
    while (step->left && first < last && lrp_char_is_space(in->items[first].code)) first++;
    while (step->right && last > first && lrp_char_is_space(in->items[last - 1].code)) last--;
    lrp_chars_append(out, in->items + first, last - first);
}

static enum lrp_status read_strip(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object,
                                  struct lrp_error *err)
{
    (void)t;
    step->left = step->right = true;
    enum lrp_status status = lrp_json_get_bool(object, "strip_left", &step->left, err);
    return status ? status : lrp_json_get_bool(object, "strip_right", &step->right, err);
}

static void normalize_prepend(const struct lrp_token_step *step, const struct lrp_chars *in, struct lrp_chars *out)
{
    for (size_t i = 0; in->count && i < step->content_count; i++)
        lrp_chars_push(out, step->content[i].code, in->items[0].start, in->items[0].end);
    lrp_chars_append(out, in->items, in->count);
}

static enum lrp_status read_prepend(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object,
                                    struct lrp_error *err)
{
    const char *text = "";
    enum lrp_status status = lrp_json_get_string(object, "prepend", &text, err);
    return status ? status : lrp_token_chars(t, text, &step->content, &step->content_count, err);
}

/* What is put in for a match stands where the last of the match stood. */
static void normalize_replace(const struct lrp_token_step *step, const struct lrp_chars *in, struct lrp_chars *out)
{
    for (size_t at = 0; at < in->count;) {
        const size_t length = step->match(step, in->items, in->count, at);
        if (!length) {
            lrp_chars_append(out, in->items + at++, 1);
            continue;
        }
        for (size_t i = 0; i < step->content_count; i++)
            lrp_chars_push(out, step->content[i].code, in->items[at + length - 1].start, in->items[at + length - 1].end);
        at += length;
    }
}

static enum lrp_status read_replace(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object,
                                    struct lrp_error *err)
{
    const cJSON *pattern = cJSON_GetObjectItemCaseSensitive(object, "pattern");
    const char *text = "", *regex = NULL, *string = NULL;
    enum lrp_status status = lrp_json_get_string(object, "content", &text, err);
    if (!status && pattern) status = lrp_json_get_string(pattern, "Regex", &regex, err);
    if (!status && pattern) status = lrp_json_get_string(pattern, "String", &string, err);
    if (!status) status = lrp_token_chars(t, text, &step->content, &step->content_count, err);
    if (status) return status;
    step->match = regex ? lrp_pattern_find(regex) : lrp_match_string;
    if (!step->match || (!regex && !(string && *string)))
        return lrp_fail(err, LRP_UNSUPPORTED, "the normalizer Replace has a pattern that is not known: %s", regex ? regex : "");
    return regex ? LRP_OK : lrp_token_chars(t, string, &step->pattern, &step->pattern_count, err);
}

static enum lrp_status read_precompiled(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object,
                                        struct lrp_error *err)
{
    const char *map = "";
    enum lrp_status status = lrp_json_get_string(object, "precompiled_charsmap", &map, err);
    if (status) return status;
    step->charsmap = lrp_charsmap_read(t, map, err);
    return step->charsmap ? LRP_OK : LRP_FILE;
}

/* ---- the table ---- */

static const struct {
    const char *type;
    lrp_normalize_function *normalize;
    enum lrp_status (*read)(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object, struct lrp_error *err);
} rows[] = {
    {"BertNormalizer", normalize_bert, read_bert},
    {"NFC", lrp_normalize_form, read_nfc},
    {"NFD", lrp_normalize_form, read_nothing},
    {"NFKC", lrp_normalize_form, read_nfkc},
    {"NFKD", lrp_normalize_form, read_nfkd},
    {"Lowercase", lrp_normalize_lower, read_nothing},
    {"StripAccents", lrp_normalize_strip_accents, read_nothing},
    {"Strip", normalize_strip, read_strip},
    {"Prepend", normalize_prepend, read_prepend},
    {"Replace", normalize_replace, read_replace},
    {"Precompiled", lrp_normalize_charsmap, read_precompiled},
    {"Nmt", normalize_nmt, read_nothing},
    {"ByteLevel", normalize_bytes, read_bytes},
};

static enum lrp_status read_one(struct lrp_tokenizer *t, const char *type, const cJSON *object, struct lrp_error *err)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].type, type) != 0) continue;
        struct lrp_token_step *step = lrp_token_step_add(t, &t->normalizers);
        if (!step) return lrp_fail(err, LRP_MEMORY, "not enough memory");
        step->normalize = rows[i].normalize;
        return rows[i].read(t, step, object, err);
    }
    return lrp_fail(err, LRP_UNSUPPORTED, "the normalizer %s is not known here", type);
}

enum lrp_status lrp_normalizers_read(struct lrp_tokenizer *t, const cJSON *object, struct lrp_error *err)
{
    const char *type = "";
    if (!object || cJSON_IsNull(object)) return LRP_OK;
    enum lrp_status status = lrp_json_get_string(object, "type", &type, err);
    if (status || strcmp(type, "Sequence") != 0) return status ? status : read_one(t, type, object, err);
    const cJSON *list = NULL, *item;
    status = lrp_json_get_array(object, "normalizers", &list, err);
    cJSON_ArrayForEach(item, list) if (!status) status = lrp_normalizers_read(t, item, err);
    return status;
}
