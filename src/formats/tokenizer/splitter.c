/* splitter.c: steps that cut a text into words ("pre-tokenizers"), as Hugging Face's tokenizers name them. */
#include <string.h>

#include "json.h"
#include "tokenizer.h"

/* ---- by a pattern ---- */

/* Parts in turn: what stands between matches, and matches. A part joins the one before or behind it as the behaviour says. */
struct cutter {
    const struct lrp_token_step *step;
    const struct lrp_char *word;
    struct lrp_char_words *out;
    size_t open;       /* begin of what is not given yet */
    bool last_matched; /* CONTIGUOUS: what stands open is a match */
};

static void give_piece(struct cutter *c, size_t end)
{
    lrp_words_push(c->out, c->word + c->open, end - c->open);
    c->open = end;
}

/* A part of the word, [first, last), which counts as a match or not. */
static void cut_part(struct cutter *c, size_t first, size_t last, bool match)
{
    if (first == last) return;
    switch (c->step->behavior) {
    case LRP_SPLIT_REMOVED:
        if (!match) lrp_words_push(c->out, c->word + first, last - first);
        break;
    case LRP_SPLIT_ISOLATED:
        lrp_words_push(c->out, c->word + first, last - first);
        break;
    case LRP_SPLIT_WITH_PREVIOUS:
        if (match) give_piece(c, last);
        break;
    case LRP_SPLIT_WITH_NEXT:
        if (match) give_piece(c, first);
        break;
    case LRP_SPLIT_CONTIGUOUS:
        if (match != c->last_matched) give_piece(c, first);
        c->last_matched = match;
        break;
    }
}

static void split_by_match(const struct lrp_token_step *step, const struct lrp_char *word, size_t count, bool first,
                           struct lrp_char_words *out)
{
    struct cutter c = {.step = step, .word = word, .out = out};
    size_t behind = 0; /* the end of the match before */
    (void)first;
    for (size_t at = 0; at < count;) {
        const size_t length = step->match(step, word, count, at);
        if (!length) {
            at++;
            continue;
        }
        cut_part(&c, behind, at, step->invert);
        cut_part(&c, at, at + length, !step->invert);
        at = behind = at + length;
    }
    cut_part(&c, behind, count, step->invert);
    if (step->behavior >= LRP_SPLIT_WITH_PREVIOUS) give_piece(&c, count);
}

static enum lrp_status read_behavior(const cJSON *object, enum lrp_split_behavior *out, struct lrp_error *err)
{
    static const char *const names[] = {"Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"};
    const char *name = "Isolated";
    enum lrp_status status = lrp_json_get_string(object, "behavior", &name, err);
    for (int i = 0; !status && i < (int)(sizeof names / sizeof *names); i++)
        if (strcmp(names[i], name) == 0) {
            *out = (enum lrp_split_behavior)i;
            return LRP_OK;
        }
    return status ? status : lrp_fail(err, LRP_UNSUPPORTED, "the behavior %s of a pre-tokenizer is not known here", name);
}

static enum lrp_status read_split(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object,
                                  struct lrp_error *err)
{
    const cJSON *pattern = cJSON_GetObjectItemCaseSensitive(object, "pattern");
    const char *regex = NULL, *string = NULL;
    enum lrp_status status = read_behavior(object, &step->behavior, err);
    if (!status) status = lrp_json_get_bool(object, "invert", &step->invert, err);
    if (!status && pattern) status = lrp_json_get_string(pattern, "Regex", &regex, err);
    if (!status && pattern) status = lrp_json_get_string(pattern, "String", &string, err);
    if (status) return status;
    step->match = regex ? lrp_pattern_find(regex) : lrp_match_string;
    if (!step->match || (!regex && !(string && *string)))
        return lrp_fail(err, LRP_UNSUPPORTED, "the pre-tokenizer Split has a pattern that is not known: %s",
                        regex ? regex : "");
    return regex ? LRP_OK : lrp_token_chars(t, string, &step->pattern, &step->pattern_count, err);
}

/* ---- ByteLevel: GPT-2's pattern, then every byte as a letter ---- */

int32_t lrp_byte_letter(unsigned char byte)
{
    if ((byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174) return byte;
    if (byte <= 32) return 256 + byte;
    return byte == 173 ? 256 + 67 : 256 + 33 + (byte - 127);
}

int lrp_letter_byte(int32_t letter)
{
    for (int byte = 0; letter < 256 + 68 && byte < 256; byte++)
        if (lrp_byte_letter((unsigned char)byte) == letter) return byte;
    return -1;
}

static void push_bytes(const struct lrp_char *word, size_t count, struct lrp_char_words *out)
{
    struct lrp_chars bytes = {0};
    for (size_t i = 0; i < count; i++) {
        char utf8[4];
        const size_t n = lrp_char_encode(word[i].code, utf8);
        for (size_t k = 0; k < n; k++)
            lrp_chars_push(&bytes, lrp_byte_letter((unsigned char)utf8[k]), word[i].start, word[i].end);
    }
    lrp_words_push(out, bytes.items, bytes.count);
    out->failed = out->failed || bytes.failed;
    lrp_chars_free(&bytes);
}

static void split_bytes(const struct lrp_token_step *step, const struct lrp_char *word, size_t count, bool first,
                        struct lrp_char_words *out)
{
    const struct lrp_token_step cut = {.match = lrp_match_gpt2, .behavior = LRP_SPLIT_ISOLATED};
    struct lrp_chars text = {0};
    struct lrp_char_words words = {0};
    if (step->prefix && count && word[0].code != ' ') lrp_chars_push(&text, ' ', word[0].start, word[0].end);
    lrp_chars_append(&text, word, count);
    if (step->cut && !text.failed)
        split_by_match(&cut, text.items, text.count, first, &words);
    else
        lrp_words_push(&words, text.items, text.count);
    out->failed = out->failed || text.failed || words.failed;
    for (size_t i = 0; !out->failed && i < words.count; i++) {
        size_t n;
        const struct lrp_char *part = lrp_words_at(&words, i, &n);
        push_bytes(part, n, out);
    }
    lrp_chars_free(&text);
    lrp_words_free(&words);
}

static enum lrp_status read_bytes(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object,
                                  struct lrp_error *err)
{
    t->byte_level = step->prefix = step->cut = true;
    enum lrp_status status = lrp_json_get_bool(object, "add_prefix_space", &step->prefix, err);
    return status ? status : lrp_json_get_bool(object, "use_regex", &step->cut, err);
}

/* ---- Metaspace: a sign for every blank ---- */

static void split_metaspace(const struct lrp_token_step *step, const struct lrp_char *word, size_t count, bool first,
                            struct lrp_char_words *out)
{
    struct lrp_chars text = {0};
    const bool prefix =
        step->prefix && (first || !step->prefix_first) && count && word[0].code != ' ' && word[0].code != step->sign;
    if (prefix) lrp_chars_push(&text, step->sign, word[0].start, word[0].end);
    for (size_t i = 0; i < count; i++)
        lrp_chars_push(&text, word[i].code == ' ' ? step->sign : word[i].code, word[i].start, word[i].end);
    size_t begin = 0;
    for (size_t i = 1; step->cut && i < text.count; i++)
        if (text.items[i].code == step->sign) {
            lrp_words_push(out, text.items + begin, i - begin);
            begin = i;
        }
    lrp_words_push(out, text.items + begin, text.count - begin);
    out->failed = out->failed || text.failed;
    lrp_chars_free(&text);
}

static enum lrp_status read_metaspace(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object,
                                      struct lrp_error *err)
{
    const char *sign = "\u2581", *scheme = NULL;
    struct lrp_char *codes;
    size_t count;
    step->prefix = step->cut = true;
    enum lrp_status status = lrp_json_get_string(object, "replacement", &sign, err);
    if (!status) status = lrp_json_get_bool(object, "add_prefix_space", &step->prefix, err);
    if (!status) status = lrp_json_get_bool(object, "split", &step->cut, err);
    if (!status) status = lrp_json_get_string(object, "prepend_scheme", &scheme, err);
    if (!status) status = lrp_token_chars(t, sign, &codes, &count, err);
    if (status) return status;
    if (count != 1) return lrp_fail(err, LRP_FILE, "the replacement of the pre-tokenizer Metaspace must be one character");
    t->blank = step->sign = codes[0].code;
    if (scheme) step->prefix = strcmp(scheme, "never") != 0;
    step->prefix_first = scheme && strcmp(scheme, "first") == 0;
    return LRP_OK;
}

/* ---- by kinds of characters ---- */

static size_t match_punctuation(const struct lrp_token_step *step, const struct lrp_char *word, size_t count, size_t at)
{
    (void)step;
    return at < count && lrp_char_is_punctuation(word[at].code);
}

static size_t match_digits(const struct lrp_token_step *step, const struct lrp_char *word, size_t count, size_t at)
{
    size_t n = 0;
    while (at + n < count && (n == 0 || !step->cut) && lrp_char_is_number(word[at + n].code)) n++;
    return n;
}

static void split_bert(const struct lrp_token_step *step, const struct lrp_char *word, size_t count, bool first,
                       struct lrp_char_words *out)
{
    const struct lrp_token_step white = {.match = lrp_match_blank_run, .behavior = LRP_SPLIT_REMOVED};
    const struct lrp_token_step signs = {.match = match_punctuation, .behavior = LRP_SPLIT_ISOLATED};
    struct lrp_char_words words = {0};
    (void)step;
    split_by_match(&white, word, count, first, &words);
    out->failed = out->failed || words.failed;
    for (size_t i = 0; !out->failed && i < words.count; i++) {
        size_t n;
        const struct lrp_char *part = lrp_words_at(&words, i, &n);
        split_by_match(&signs, part, n, first, out);
    }
    lrp_words_free(&words);
}

static enum lrp_status read_nothing(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object,
                                    struct lrp_error *err)
{
    (void)t, (void)step, (void)object, (void)err;
    return LRP_OK;
}

static enum lrp_status read_white(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object,
                                  struct lrp_error *err)
{
    step->match = lrp_match_blank_run;
    return read_nothing(t, step, object, err);
}

static enum lrp_status read_words(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object,
                                  struct lrp_error *err)
{
    step->match = lrp_pattern_find("\\w+|[^\\w\\s]+");
    step->invert = true;
    return read_nothing(t, step, object, err);
}

static enum lrp_status read_punctuation(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object,
                                        struct lrp_error *err)
{
    (void)t;
    step->match = match_punctuation;
    return read_behavior(object, &step->behavior, err);
}

static enum lrp_status read_digits(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object,
                                   struct lrp_error *err)
{
    (void)t;
    step->match = match_digits;
    step->behavior = LRP_SPLIT_ISOLATED;
    return lrp_json_get_bool(object, "individual_digits", &step->cut, err);
}

static enum lrp_status read_delimiter(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object,
                                      struct lrp_error *err)
{
    const char *sign = NULL;
    enum lrp_status status = lrp_json_get_string(object, "delimiter", &sign, err);
    if (!status && !(sign && *sign)) status = lrp_fail(err, LRP_FILE, "CharDelimiterSplit has no delimiter");
    if (status) return status;
    step->match = lrp_match_string;
    step->behavior = LRP_SPLIT_REMOVED;
    return lrp_token_chars(t, sign, &step->pattern, &step->pattern_count, err);
}

/* ---- by places ---- */

static void split_length(const struct lrp_token_step *step, const struct lrp_char *word, size_t count, bool first,
                         struct lrp_char_words *out)
{
    (void)first;
    for (size_t at = 0; at < count; at += step->length)
        lrp_words_push(out, word + at, count - at < step->length ? count - at : step->length);
}

static enum lrp_status read_length(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object,
                                   struct lrp_error *err)
{
    int64_t length = 5; /* where the file leaves it out */
    (void)t;
    enum lrp_status status = lrp_json_get_int(object, "length", &length, err);
    if (!status && length < 1) status = lrp_fail(err, LRP_FILE, "the length of FixedLength is not positive");
    step->length = (size_t)length;
    return status;
}

/* ---- the table ---- */

static const struct {
    const char *type;
    lrp_split_function *split;
    enum lrp_status (*read)(struct lrp_tokenizer *t, struct lrp_token_step *step, const cJSON *object, struct lrp_error *err);
} rows[] = {
    {"BertPreTokenizer", split_bert, read_nothing},
    {"ByteLevel", split_bytes, read_bytes},
    {"Split", split_by_match, read_split},
    {"Metaspace", split_metaspace, read_metaspace},
    {"WhitespaceSplit", split_by_match, read_white},
    {"Whitespace", split_by_match, read_words},
    {"Punctuation", split_by_match, read_punctuation},
    {"Digits", split_by_match, read_digits},
    {"CharDelimiterSplit", split_by_match, read_delimiter},
    {"FixedLength", split_length, read_length},
    {"UnicodeScripts", lrp_split_scripts, read_nothing},
};

static enum lrp_status read_one(struct lrp_tokenizer *t, const char *type, const cJSON *object, struct lrp_error *err)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].type, type) != 0) continue;
        struct lrp_token_step *step = lrp_token_step_add(t, &t->splitters);
        if (!step) return lrp_fail(err, LRP_MEMORY, "not enough memory");
        step->split = rows[i].split;
        return rows[i].read(t, step, object, err);
    }
    return lrp_fail(err, LRP_UNSUPPORTED, "the pre-tokenizer %s is not known here", type);
}

enum lrp_status lrp_splitters_read(struct lrp_tokenizer *t, const cJSON *object, struct lrp_error *err)
{
    const char *type = "";
    if (!object || cJSON_IsNull(object)) return LRP_OK;
    enum lrp_status status = lrp_json_get_string(object, "type", &type, err);
    if (status || strcmp(type, "Sequence") != 0) return status ? status : read_one(t, type, object, err);
    const cJSON *list = NULL, *item;
    status = lrp_json_get_array(object, "pretokenizers", &list, err);
    cJSON_ArrayForEach(item, list) if (!status) status = lrp_splitters_read(t, item, err);
    return status;
}
