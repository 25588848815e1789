/* text_normalize.c: StringNormalizer: stop words go, the others become small or capital letters. How many stay, only the words
 * tell. */
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "text.h"
#include "text_ops.h"

enum letters { AS_THEY_ARE, SMALL, CAPITAL };

struct normalizer {
    enum letters letters;
    bool exact; /* stop words are compared as they are */
    const char *const *stop;
    size_t stop_count;
    locale_t locale; /* of letters beyond ASCII; 0: there is none */
};

static enum lrp_status normalizer_of(const struct lrp_call *call, struct normalizer *n, struct lrp_error *err)
{
    static const char *const names[] = {"NONE", "LOWER", "UPPER"};
    const struct lrp_attribute *words = lrp_call_attribute(call, "stopwords");
    const char *action = lrp_call_string(call, "case_change_action", names[0]);
    int k = 0;
    while (k < 3 && strcmp(action, names[k]) != 0) k++;
    if (k == 3) return lrp_fail(err, LRP_FILE, "its case_change_action %.40s is unknown", action);
    *n = (struct normalizer){.letters = (enum letters)k, .exact = lrp_call_int(call, "is_case_sensitive", 0) != 0};
    if (words && words->kind == LRP_ATTRIBUTE_STRINGS) {
        n->stop = words->strings;
        n->stop_count = words->count;
    }
    return LRP_OK;
}

/* Letters are the same ones everywhere, whatever the machine's language is. */
static void open_locale(struct normalizer *n)
{
    n->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static void close_locale(struct normalizer *n)
{
    if (n->locale) freelocale(n->locale);
}

/* The character at s, which has `length` bytes. */
static wint_t decode_char(const char *s, size_t length)
{
    static const unsigned char masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    wint_t c = (unsigned char)*s & masks[length];
    for (size_t k = 1; k < length; ++k) c = c << 6 | ((unsigned char)s[k] & 0x3F);
    return c;
}

static void encode_char(struct lrp_text *out, wint_t c)
{
    char bytes[4];
    const size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char starts[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t k = length; k-- > 1; c >>= 6) bytes[k] = (char)(0x80 | (c & 0x3F));
    bytes[0] = (char)(starts[length] | c);
    lrp_text_append_n(out, bytes, length);
}

static void change(const struct normalizer *n, enum letters letters, const char *word, struct lrp_text *out)
{
    const size_t size = strlen(word);
    out->length = 0;
    for (size_t at = 0; at < size;) {
        const size_t length = lrp_utf8_length(word + at, size - at);
        if (!length || letters == AS_THEY_ARE || (length > 1 && !n->locale)) {
            lrp_text_append_n(out, word + at, length ? length : 1);
        } else {
            wint_t c = decode_char(word + at, length);
            if (length > 1)
                c = letters == SMALL ? towlower_l(c, n->locale) : towupper_l(c, n->locale);
            else if (letters == SMALL)
                c += c >= 'A' && c <= 'Z' ? 'a' - 'A' : 0;
            else
                c -= c >= 'a' && c <= 'z' ? 'a' - 'A' : 0;
            encode_char(out, c);
        }
        at += length ? length : 1;
    }
}

/* Whether a word is none of the stop words; a and b are room. */
static bool stays(const struct normalizer *n, const char *word, struct lrp_text *a, struct lrp_text *b)
{
    const enum letters compared = n->exact ? AS_THEY_ARE : SMALL;
    if (!n->stop_count) return true;
    change(n, compared, word, a);
    for (size_t k = 0; k < n->stop_count; ++k) {
        change(n, compared, n->stop[k], b);
        if (a->length == b->length && (!a->length || (!a->failed && !b->failed && !memcmp(a->data, b->data, a->length))))
            return false;
    }
    return true;
}

/* The words that stay, counted and, if there is an output, put there. */
static enum lrp_status normalize(const struct lrp_call *call, const struct lrp_tensor *x, struct lrp_tensor *y, size_t *count,
                                 struct lrp_error *err)
{
    struct normalizer n;
    struct lrp_text a = {0}, b = {0};
    enum lrp_status status = normalizer_of(call, &n, err);
    if (status) return status;
    open_locale(&n);
    *count = 0;
    for (size_t i = 0; i < x->count && !status; ++i) {
        if (!stays(&n, x->s[i], &a, &b)) continue;
        if (y) change(&n, n.letters, x->s[i], &a);
        if (y && *count < y->count) status = lrp_tensor_put_text(y, *count, a.data ? a.data : "", a.length, err);
        ++*count;
    }
    if (!status && (a.failed || b.failed)) status = lrp_fail(err, LRP_MEMORY, "not enough memory for texts");
    close_locale(&n);
    lrp_text_free(&a);
    lrp_text_free(&b);
    return status;
}

enum lrp_status lrp_normalizer_measure(struct lrp_call *call, const struct lrp_tensor *const *in, const struct lrp_run *run,
                                       struct lrp_error *err)
{
    struct lrp_shape shape = *call->in[0].shape;
    size_t count = 0;
    (void)run;
    const enum lrp_status status = in[0] ? normalize(call, in[0], NULL, &count, err) : LRP_OK;
    if (status || !in[0]) return status;                    /* constant: infer knew */
    shape.dim[shape.rank - 1] = count ? (int64_t)count : 1; /* nothing left: one empty text */
    return lrp_infer_output(call, 0, LRP_DTYPE_STRING, &shape, err);
}

enum lrp_status lrp_normalizer_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct normalizer n;
    struct lrp_tensor *x = NULL;
    enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (!status) status = normalizer_of(call, &n, err);
    if (status) return status;
    const struct lrp_shape *shape = call->in[0].shape;
    if (call->in[0].dtype != LRP_DTYPE_STRING || shape->rank < 1 || shape->rank > 2 || (shape->rank == 2 && shape->dim[0] != 1))
        return lrp_fail(err, LRP_FILE, "the input of StringNormalizer must be a list of texts, or one row of them");
    call->out[0].dtype = LRP_DTYPE_STRING;
    call->out[0].shape = &lrp_shape_unknown;
    if (!call->in[0].constant) return LRP_OK;
    status = lrp_blob_tensor(call->in[0].constant, &x, err);
    if (!status) status = lrp_normalizer_measure(call, (const struct lrp_tensor *const *)&x, NULL, err);
    lrp_tensor_release(x);
    return status;
}

enum lrp_status lrp_normalizer_forward(LRP_FORWARD_PARAMETERS)
{
    size_t count = 0;
    (void)handle, (void)run;
    for (size_t i = 0; i < out[0]->count; ++i) out[0]->s[i] = "";
    return normalize(call, in[0], out[0], &count, err);
}
