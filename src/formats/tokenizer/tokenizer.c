/* tokenizer.c: tokenizers as the public header has them: opening one, encoding texts, reading tokens. */
#include "tokenizer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "added.h"
#include "text.h"

enum { MOST_TEXT = 16 << 20 };

/* ---- opening ---- */

static bool is_file(const char *folder, const char *name, struct lrp_text *path)
{
    struct stat info;
    path->length = 0;
    lrp_text_printf(path, "%s/%s", folder, name);
    return !path->failed && stat(path->data, &info) == 0 && S_ISREG(info.st_mode);
}

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static enum lrp_status read_file(struct lrp_tokenizer *t, const char *path, struct lrp_error *err)
{
    t->path = lrp_arena_strdup(t->arena, path);
    if (!t->path) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (ends_with(path, ".txt")) return lrp_tokenizer_read_vocab(t, path, err);
    const char *slash = strrchr(path, '/');
    if (strcmp(slash ? slash + 1 : path, "vocab.json") == 0) return lrp_tokenizer_read_merges(t, path, err);
    if (ends_with(path, ".json")) return lrp_tokenizer_read_json(t, path, err);
    return lrp_fail(err, LRP_UNSUPPORTED,
                    "no tokenizer that is known here: give tokenizer.json, vocab.txt, or vocab.json with merges.txt beside it");
}

static enum lrp_status read_folder(struct lrp_tokenizer *t, const char *path, struct lrp_error *err)
{
    static const char *const names[] = {"tokenizer.json", "vocab.json", "vocab.txt"};
    struct lrp_text text = {0};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (is_file(path, names[i], &text)) {
            const enum lrp_status status = read_file(t, text.data, err);
            lrp_text_free(&text);
            return status;
        }
    lrp_text_free(&text);
    return lrp_fail(err, LRP_FILE, "%s holds no tokenizer (tokenizer.json, vocab.json with merges.txt, or vocab.txt)", path);
}

enum lrp_status lrp_tokenizer_open(const char *path, struct lrp_tokenizer **out, struct lrp_error *err)
{
    struct stat info;
    struct lrp_tokenizer *t = calloc(1, sizeof *t);
    if (t) t->arena = lrp_arena_new();
    if (!t || !t->arena) {
        free(t);
        return lrp_fail(err, LRP_MEMORY, "not enough memory");
    }
    const bool folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
    const enum lrp_status status = folder ? read_folder(t, path, err) : read_file(t, path, err);
    if (status) {
        if (t->path) lrp_fail_context(err, status, "%s", t->path);
        lrp_tokenizer_close(t);
        return status;
    }
    *out = t;
    return LRP_OK;
}

void lrp_tokenizer_close(struct lrp_tokenizer *t)
{
    if (!t) return;
    lrp_names_free(&t->vocabulary);
    lrp_arena_free(t->arena);
    free(t);
}

const char *lrp_tokenizer_path(const struct lrp_tokenizer *t)
{
    return t->path;
}

/* ---- encoding ---- */

static void encode_words(const struct lrp_tokenizer *t, struct lrp_char_words *words, struct lrp_tokens *out)
{
    for (size_t step = 0; step < t->splitters.count && !words->failed; step++) {
        struct lrp_char_words next = {0};
        for (size_t i = 0; i < words->count && !next.failed; i++) {
            size_t n;
            const struct lrp_char *word = lrp_words_at(words, i, &n);
            t->splitters.items[step].split(&t->splitters.items[step], word, n, word[0].start == 0, &next);
        }
        lrp_words_free(words);
        *words = next;
    }
    out->failed = out->failed || words->failed || words->chars.failed;
    for (size_t i = 0; i < words->count && !out->failed; i++) {
        size_t n;
        const struct lrp_char *word = lrp_words_at(words, i, &n);
        t->model.encode(t, word, n, out);
    }
}

static void encode_piece(const struct lrp_tokenizer *t, const struct lrp_char *text, size_t count, struct lrp_tokens *out)
{
    struct lrp_char_words words = {0};
    lrp_words_push(&words, text, count);
    encode_words(t, &words, out);
    lrp_words_free(&words);
}

typedef void piece_function(const struct lrp_tokenizer *t, const struct lrp_char *text, size_t count, struct lrp_tokens *out);

/* An added token reads as the text does: with the blanks it took, and as normalizers left it. */
static void push_added(const struct lrp_added_match *match, const struct lrp_char *text, struct lrp_tokens *out)
{
    struct lrp_text read = {0};
    for (size_t i = match->first; i < match->last; i++) {
        char utf8[4];
        lrp_text_append_n(&read, utf8, lrp_char_spell(text[i].code, utf8));
    }
    out->failed = out->failed || read.failed;
    const struct lrp_token token = {
        .id = match->token->id, .start = text[match->first].start, .end = text[match->last - 1].end};
    if (!read.failed) lrp_tokens_push_text(out, token, read.data ? read.data : "", read.length);
    lrp_text_free(&read);
}

/* What lies between added tokens goes to `piece`. */
static void encode_between(const struct lrp_tokenizer *t, bool normalized, const struct lrp_char *text, size_t count,
                           piece_function *piece, struct lrp_tokens *out)
{
    size_t at = 0;
    struct lrp_added_match match;
    while (!out->failed && lrp_added_next(t, normalized, text, count, at, &match)) {
        if (match.first > at) piece(t, text + at, match.first - at, out);
        push_added(&match, text, out);
        at = match.last;
    }
    if (at < count && !out->failed) piece(t, text + at, count - at, out);
}

static void encode_normalized(const struct lrp_tokenizer *t, const struct lrp_char *text, size_t count, struct lrp_tokens *out)
{
    struct lrp_chars chars = {0};
    lrp_chars_append(&chars, text, count);
    for (size_t i = 0; i < t->normalizers.count && !chars.failed; i++) {
        struct lrp_chars next = {0};
        t->normalizers.items[i].normalize(&t->normalizers.items[i], &chars, &next);
        lrp_chars_free(&chars);
        chars = next;
    }
    out->failed = out->failed || chars.failed;
    if (!out->failed) encode_between(t, true, chars.items, chars.count, encode_piece, out);
    lrp_chars_free(&chars);
}

static bool is_added(const struct lrp_tokenizer *t, int64_t id)
{
    for (size_t i = 0; i < t->added_count; i++)
        if (t->added[i].id == id) return true;
    return false;
}

/* Blanks that belong to a token's letters, or that an added token took with it, do not belong to its place in the text
 * (byte-level vocabularies). */
static void trim(const struct lrp_tokenizer *t, const struct lrp_chars *text, bool first, struct lrp_token *token)
{
    struct lrp_chars chars = {0};
    size_t front = 0, behind = 0;
    if (is_added(t, token->id))
        lrp_chars_append(&chars, text->items + token->start, token->end - token->start);
    else
        lrp_chars_decode(&chars, token->token);
    const int32_t blank = lrp_byte_letter(' ');
    while (front < chars.count && (chars.items[front].code == blank || lrp_char_is_space(chars.items[front].code))) front++;
    while (behind < chars.count && (chars.items[chars.count - 1 - behind].code == blank ||
                                    lrp_char_is_space(chars.items[chars.count - 1 - behind].code)))
        behind++;
    if (front && (first || token->start == 0) && t->trim_prefix) front--;
    token->start = token->start + front < token->end ? token->start + front : token->end;
    if (behind && token->end >= behind) token->end = token->end - behind > token->start ? token->end - behind : token->start;
    lrp_chars_free(&chars);
}

/* The tokens of one text, without special ones round them. */
static enum lrp_status encode_text(const struct lrp_tokenizer *t, const char *text, struct lrp_tokens *out,
                                   struct lrp_error *err)
{
    struct lrp_chars chars = {0};
    if (strlen(text) > MOST_TEXT) return lrp_fail(err, LRP_UNSUPPORTED, "a text of more than 16 MiB is not encoded");
    lrp_chars_decode(&chars, text);
    out->failed = chars.failed;
    if (!out->failed) encode_between(t, false, chars.items, chars.count, encode_normalized, out);
    for (size_t i = 0; !out->failed && i < out->count; i++) {
        struct lrp_token *token = &out->items[i];
        if (!token->token) token->token = lrp_tokenizer_token(t, token->id);
        if (!token->token) token->token = "";
        if (t->trim_offsets) trim(t, &chars, i == 0, token);
    }
    lrp_chars_free(&chars);
    if (!out->failed) return LRP_OK;
    return lrp_fail(err, LRP_MEMORY, "not enough memory, or the text has more than %d characters once it is normalized",
                    LRP_MOST_CHARS);
}

static void put_part(const struct lrp_tokenizer *t, const struct lrp_template_part *part, const struct lrp_tokens texts[2],
                     struct lrp_tokens *out)
{
    if (part->id >= 0) {
        const char *name = lrp_tokenizer_token(t, part->id);
        lrp_tokens_push(out,
                        (struct lrp_token){.id = part->id, .token = name ? name : "", .type = part->type, .special = true});
        return;
    }
    const struct lrp_tokens *text = &texts[part->second];
    for (size_t i = 0; i < text->count; i++) {
        struct lrp_token token = text->items[i];
        token.type = part->type;
        token.second = part->second;
        lrp_tokens_push(out, token);
    }
}

/* Keeps `left` tokens of a text. */
static void shorten(const struct lrp_tokenizer *t, struct lrp_tokens *text, size_t left)
{
    if (left >= text->count) return;
    if (t->cut_left) memmove(text->items, text->items + (text->count - left), left * sizeof *text->items);
    text->count = left;
}

/* The longer text loses tokens first; once both are of one length, both do, and the one that was longer keeps the odd one. */
static void shorten_longest(const struct lrp_tokenizer *t, struct lrp_tokens texts[2], size_t most)
{
    const bool first = texts[0].count > texts[1].count; /* is the longer */
    const size_t shorter = texts[first].count < most / 2 ? texts[first].count : most / 2;
    shorten(t, &texts[first], shorter);
    shorten(t, &texts[!first], most - shorter);
}

/* Cuts texts off so that, with the special tokens, no more are left than the file says. */
static enum lrp_status cut_off(const struct lrp_tokenizer *t, const struct lrp_template *template, struct lrp_tokens texts[2],
                               struct lrp_error *err)
{
    size_t special = 0;
    for (size_t i = 0; i < template->count; i++) special += template->parts[i].id >= 0;
    const size_t most = t->most > special ? t->most - special : 0, all = texts[0].count + texts[1].count;
    if (!t->most || all <= most) return LRP_OK;
    if (t->cut == LRP_CUT_LONGEST || !most) {
        shorten_longest(t, texts, most);
        return LRP_OK;
    }
    struct lrp_tokens *text = &texts[t->cut == LRP_CUT_SECOND];
    if (text->count <= all - most)
        return lrp_fail(err, LRP_UNSUPPORTED,
                        "%zu tokens are to be cut off by the %s text alone, which has %zu (truncation in the tokenizer)",
                        all - most, t->cut == LRP_CUT_SECOND ? "second" : "first", text->count);
    shorten(t, text, text->count - (all - most));
    return LRP_OK;
}

enum lrp_status lrp_tokenizer_encode(const struct lrp_tokenizer *t, const char *text, const char *pair,
                                     struct lrp_encoding *out, struct lrp_error *err)
{
    static const struct lrp_template_part bare[] = {{-1, false, 0}, {-1, true, 1}};
    const struct lrp_template plain = {(struct lrp_template_part *)(uintptr_t)bare, pair ? 2 : 1};
    const struct lrp_template *template = pair ? &t->pair : &t->single;
    struct lrp_strings own = {0};
    struct lrp_tokens texts[2] = {{.texts = &own}, {.texts = &own}}, all = {0};
    if (!template->count) template = &plain;
    enum lrp_status status = encode_text(t, text, &texts[0], err);
    if (!status && pair) status = encode_text(t, pair, &texts[1], err);
    if (!status) status = cut_off(t, template, texts, err);
    if (!status) {
        for (size_t i = 0; i < template->count; i++) put_part(t, &template->parts[i], texts, &all);
        if (all.failed) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    }
    free(texts[0].items);
    free(texts[1].items);
    if (!status) {
        *out = (struct lrp_encoding){.items = all.items, .count = all.count, .texts = own.items, .text_count = own.count};
        return LRP_OK;
    }
    free(all.items);
    lrp_strings_free(&own);
    return status;
}

void lrp_encoding_free(struct lrp_encoding *encoding)
{
    lrp_strings_free(&(struct lrp_strings){encoding->texts, encoding->text_count});
    free(encoding->items);
    *encoding = (struct lrp_encoding){0};
}

/* ---- reading tokens ---- */

const char *lrp_tokenizer_token(const struct lrp_tokenizer *t, int64_t id)
{
    return id >= 0 && (size_t)id < t->ids ? t->by_id[id] : NULL;
}

/* Bytes that are no whole character are replaced. */
static void append_valid(struct lrp_text *out, const char *bytes, size_t count)
{
    for (size_t at = 0; at < count;) {
        const size_t n = lrp_utf8_length(bytes + at, count - at);
        if (n)
            lrp_text_append_n(out, bytes + at, n);
        else
            lrp_text_append(out, "\uFFFD");
        at += n ? n : 1;
    }
}

static void read_letters(const struct lrp_tokenizer *t, const char *name, struct lrp_text *out)
{
    struct lrp_chars chars = {0};
    struct lrp_text bytes = {0};
    lrp_chars_decode(&chars, name);
    for (size_t i = 0; i < chars.count; i++) {
        const int32_t code = chars.items[i].code;
        const int byte = t->byte_level ? lrp_letter_byte(code) : -1;
        char utf8[4] = {(char)byte};
        lrp_text_append_n(&bytes, t->blank && code == t->blank ? " " : utf8,
                          byte >= 0 || (t->blank && code == t->blank) ? 1 : lrp_char_encode(code, utf8));
    }
    append_valid(out, bytes.data ? bytes.data : "", bytes.length);
    out->failed = out->failed || bytes.failed || chars.failed;
    lrp_text_free(&bytes);
    lrp_chars_free(&chars);
}

char *lrp_tokenizer_read(const struct lrp_tokenizer *t, int64_t id)
{
    const char *name = lrp_tokenizer_token(t, id);
    struct lrp_text out = {0};
    if (!name) return NULL;
    const size_t prefix = strlen(t->model.prefix), suffix = strlen(t->model.suffix), length = strlen(name);
    if (is_added(t, id)) {
        append_valid(&out, name, length);
        return lrp_text_take(&out);
    }
    for (int byte = 0; byte < 256 && t->model.byte_fallback; byte++)
        if (t->model.bytes[byte] == id) {
            append_valid(&out, (const char[]){(char)byte}, 1);
            return lrp_text_take(&out);
        }
    if (prefix && strncmp(name, t->model.prefix, prefix) == 0) name += prefix;
    read_letters(t, name, &out);
    if (suffix && !out.failed && out.length >= suffix && ends_with(out.data, t->model.suffix))
        out.data[out.length -= suffix] = '\0';
    return lrp_text_take(&out);
}

int64_t lrp_tokenizer_id(const struct lrp_tokenizer *t, const char *text)
{
    int64_t id = lrp_token_find(t, text);
    for (size_t i = 0; id < 0 && i < t->ids; i++) {
        char *read = t->by_id[i] ? lrp_tokenizer_read(t, (int64_t)i) : NULL;
        if (read && strcmp(read[0] == ' ' ? read + 1 : read, text) == 0) id = (int64_t)i;
        free(read);
    }
    return id;
}
