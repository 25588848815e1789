/* texts.c: tensors of texts. */
#include "texts.h"

#include "arena.h"

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for texts");
}

enum lrp_status lrp_tensor_put_text(struct lrp_tensor *tensor, size_t i, const char *text, size_t length, struct lrp_error *err)
{
    if (!tensor->texts) tensor->texts = lrp_arena_new();
    const char *copy = tensor->texts ? lrp_arena_strndup(tensor->texts, text, length) : NULL;
    if (!copy) return no_memory(err);
    tensor->s[i] = copy;
    return LRP_OK;
}

enum lrp_status lrp_tensor_keep_texts(struct lrp_tensor *tensor, struct lrp_error *err)
{
    if (tensor->dtype != LRP_DTYPE_STRING) return LRP_OK;
    struct lrp_arena *const own = lrp_arena_new(), *const before = tensor->texts;
    bool done = own != NULL;
    for (size_t i = 0; done && i < tensor->count; i++) {
        const char *copy = lrp_arena_strdup(own, tensor->s[i]);
        done = copy != NULL;
        if (done) tensor->s[i] = copy;
    }
    if (!done) { /* some may be copies already: both live as long as the tensor */
        if (own && before) lrp_arena_on_free(before, (void (*)(void *))lrp_arena_free, own);
        if (!before) tensor->texts = own;
        return no_memory(err);
    }
    tensor->texts = own;
    if (before) lrp_arena_free(before);
    return LRP_OK;
}
