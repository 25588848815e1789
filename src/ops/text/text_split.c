/* text_split.c: StringSplit: texts cut where a delimiter stands, or blanks do. How many pieces there are at most, only the
 * texts tell. */
#include <string.h>

#include "text_ops.h"

struct splitter {
    const char *delimiter; /* "": any run of blanks, and none around the text counts */
    int64_t most;          /* cuts; negative: as many as there are */
};

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static const char *skip_blanks(const char *text)
{
    while (is_blank(*text)) text++;
    return text;
}

/* Where the piece that begins at `text` ends; *next: where the one behind it begins, NULL: there is none. */
static const char *piece_end(const struct splitter *s, const char *text, int64_t cuts, const char **next)
{
    const char *end = text;
    *next = NULL;
    if (s->most >= 0 && cuts >= s->most) return text + strlen(text);
    if (*s->delimiter) {
        end = strstr(text, s->delimiter);
        if (!end) return text + strlen(text);
        *next = end + strlen(s->delimiter);
        return end;
    }
    while (*end && !is_blank(*end)) end++;
    *next = skip_blanks(end);
    if (!**next) *next = NULL;
    return end;
}

/* Cuts one text; its pieces go to y from element `at` on, if there is an output. */
static enum lrp_status split_text(const struct splitter *s, const char *text, struct lrp_tensor *y, size_t at, size_t *count,
                                  struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    *count = 0;
    if (!*s->delimiter) {
        text = skip_blanks(text);
        if (!*text) return LRP_OK;
    }
    for (const char *next; text && !status; text = next, ++*count) {
        const char *end = piece_end(s, text, (int64_t)*count, &next);
        if (y) status = lrp_tensor_put_text(y, at + *count, text, (size_t)(end - text), err);
    }
    return status;
}

static struct splitter splitter_of(const struct lrp_call *call)
{
    return (struct splitter){.delimiter = lrp_call_string(call, "delimiter", ""), .most = lrp_call_int(call, "maxsplit", -1)};
}

enum lrp_status lrp_split_text_measure(struct lrp_call *call, const struct lrp_tensor *const *in, const struct lrp_run *run,
                                       struct lrp_error *err)
{
    const struct splitter s = splitter_of(call);
    struct lrp_shape shape = *call->in[0].shape;
    size_t most = 0, count = 0;
    (void)run;
    for (size_t i = 0; in[0] && i < in[0]->count; ++i) {
        const enum lrp_status status = split_text(&s, in[0]->s[i], NULL, 0, &count, err);
        if (status) return status;
        if (count > most) most = count;
    }
    shape.dim[shape.rank++] = (int64_t)most;
    return in[0] ? lrp_infer_output(call, 0, LRP_DTYPE_STRING, &shape, err) : LRP_OK;
}

enum lrp_status lrp_split_text_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct lrp_tensor *x = NULL;
    enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (status) return status;
    if (call->in[0].dtype != LRP_DTYPE_STRING || call->in[0].shape->rank >= LRP_MAX_RANK)
        return lrp_fail(err, LRP_FILE, "the input of StringSplit must hold texts, in less than %d axes", LRP_MAX_RANK);
    call->out[0].dtype = LRP_DTYPE_STRING;
    call->out[0].shape = &lrp_shape_unknown;
    if (call->out_count > 1) status = lrp_infer_output(call, 1, LRP_DTYPE_INT64, call->in[0].shape, err);
    if (status || !call->in[0].constant) return status;
    status = lrp_blob_tensor(call->in[0].constant, &x, err);
    if (!status) status = lrp_split_text_measure(call, (const struct lrp_tensor *const *)&x, NULL, err);
    lrp_tensor_release(x);
    return status;
}

enum lrp_status lrp_split_text_forward(LRP_FORWARD_PARAMETERS)
{
    const struct splitter s = splitter_of(call);
    const size_t texts = in[0]->count, most = out[0] && texts ? out[0]->count / texts : 0;
    struct lrp_tensor *counts = call->out_count > 1 ? out[1] : NULL;
    enum lrp_status status = LRP_OK;
    (void)handle, (void)run;
    for (size_t i = 0; out[0] && i < out[0]->count; ++i) out[0]->s[i] = "";
    for (size_t i = 0; i < texts && !status; ++i) {
        size_t count = 0;
        status = split_text(&s, in[0]->s[i], out[0], i * most, &count, err);
        if (counts) counts->i[i] = (int64_t)count;
    }
    return status;
}
