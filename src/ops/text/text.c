/* text.c: operators on texts: the rows, and StringConcat. */
#include "text.h"
#include "text_ops.h"

static enum lrp_status join_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct lrp_shape shape;
    enum lrp_status status = lrp_infer_arity(call, 2, 2, err);
    for (int i = 0; i < 2 && !status; ++i)
        if (call->in[i].dtype != LRP_DTYPE_STRING)
            status = lrp_fail(err, LRP_FILE, "input %d of StringConcat holds no texts", i);
    if (!status) status = lrp_infer_broadcast(call, 0, 2, &shape, err);
    return status ? status : lrp_infer_output(call, 0, LRP_DTYPE_STRING, &shape, err);
}

/* Where element k of the output is read from in input x. */
static size_t source_of(const struct lrp_shape *out, const struct lrp_shape *x, size_t k)
{
    size_t at = 0, stride = 1;
    for (int back = 1; back <= out->rank; ++back) {
        const size_t dim = (size_t)out->dim[out->rank - back];
        const size_t own = back <= x->rank ? (size_t)x->dim[x->rank - back] : 1;
        if (own > 1) at += k % dim * stride;
        stride *= own;
        k /= dim;
    }
    return at;
}

static enum lrp_status join_forward(LRP_FORWARD_PARAMETERS)
{
    struct lrp_text text = {0};
    enum lrp_status status = LRP_OK;
    (void)call, (void)handle, (void)run;
    for (size_t k = 0; k < out[0]->count && !status; ++k) {
        text.length = 0;
        lrp_text_append(&text, in[0]->s[source_of(&out[0]->shape, &in[0]->shape, k)]);
        lrp_text_append(&text, in[1]->s[source_of(&out[0]->shape, &in[1]->shape, k)]);
        status = text.failed ? lrp_fail(err, LRP_MEMORY, "not enough memory for texts")
                             : lrp_tensor_put_text(out[0], k, text.data ? text.data : "", text.length, err);
    }
    lrp_text_free(&text);
    return status;
}

#define ROW(op, f, samples, measures, ...)                                                                                     \
    {                                                                                                                          \
        .name = op, .domain = "", .versions = {__VA_ARGS__}, .traits = LRP_TRAIT_NO_VJP | LRP_TRAIT_TEXTS,                     \
        .static_kind = LRP_KIND_OTHER, .infer = f##_infer, .measure = measures, .forward = f##_forward,                        \
        .batch = lrp_batch_##samples                                                                                           \
    }
const struct lrp_operator lrp_ops_text[] = {
    ROW("StringNormalizer", lrp_normalizer, lost, lrp_normalizer_measure, 10),
    ROW("TfIdfVectorizer", lrp_ngrams, leading, NULL, 9),
    ROW("StringConcat", join, elementwise, NULL, 20),
    ROW("StringSplit", lrp_split_text, leading, lrp_split_text_measure, 20),
    {0},
};
