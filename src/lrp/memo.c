/* memo.c: denominators kept from pass to pass. */
#include "memo.h"

#include <stdlib.h>
#include <string.h>

#include "blocked.h"

/* Begins every key; handles have a node number >= 0 there. The input is one tensor, which the entry holds, so that no other
 * can ever have its address. */
struct head {
    int mark; /* -1 - node */
    int term_count;
    const struct lrp_tensor *x;
    struct {
        enum lrp_term_input input;
        enum lrp_weight_modifier weight, bias;
        int sign;
        float gamma;
    } terms[LRP_TERMS];
};
struct kept {
    const struct lrp_tensor *x, *denominators;
};

/* Everything the denominators depend on, as bytes; owned by the caller, NULL when out of memory. */
static unsigned char *key_of(const struct lrp_application *a, const struct lrp_group *g, const struct lrp_tensor *x, size_t *size)
{
    const struct lrp_rule *rule = a->rule;
    struct head head;
    size_t low = 0, high = 0;
    memset(&head, 0, sizeof head); /* padding is part of a key */
    head.mark = -1 - a->node;
    head.term_count = g->term_count;
    head.x = x;
    for (int i = 0; i < g->term_count; i++) {
        const struct lrp_term *t = &g->terms[i];
        head.terms[i].input = t->input;
        head.terms[i].weight = t->weight;
        head.terms[i].bias = t->bias;
        head.terms[i].sign = t->sign;
        head.terms[i].gamma = t->gamma;
        if (t->input == LRP_TERM_LOW) low = rule->low_count;
        if (t->input == LRP_TERM_HIGH) high = rule->high_count;
    }
    *size = sizeof head + sizeof low + (low + high) * sizeof(float);
    unsigned char *key = malloc(*size), *at = key;
    if (!key) return NULL;
    at = memcpy(at, &head, sizeof head);
    at = memcpy(at + sizeof head, &low, sizeof low);
    at += sizeof low;
    if (low) memcpy(at, rule->low, low * sizeof(float));
    if (high) memcpy(at + low * sizeof(float), rule->high, high * sizeof(float));
    return key;
}

static void release_kept(void *value)
{
    struct kept *k = value;
    lrp_tensor_release(k->x);
    lrp_tensor_release(k->denominators);
    free(k);
}

const struct lrp_tensor *lrp_memo_find(const struct lrp_application *a, const struct lrp_group *group, const struct lrp_tensor *x)
{
    size_t size = 0;
    unsigned char *key = key_of(a, group, x, &size);
    const struct kept *found = key ? lrp_lru_find(lrp_engine_cache(a->engine), key, size) : NULL;
    free(key);
    return found ? lrp_tensor_retain(found->denominators) : NULL;
}

void lrp_memo_keep(const struct lrp_application *a, const struct lrp_group *group, const struct lrp_tensor *x,
                   const struct lrp_tensor *denominators)
{
    size_t size = 0;
    unsigned char *key = key_of(a, group, x, &size);
    struct kept *k = calloc(1, sizeof *k);
    if (key && k) {
        *k = (struct kept){x ? lrp_tensor_retain(x) : NULL, lrp_tensor_retain(denominators)};
        if (!lrp_lru_put(lrp_engine_cache(a->engine), key, size, k, lrp_tensor_bytes(denominators), release_kept))
            release_kept(k);
    } else {
        free(k);
    }
    free(key);
}

static bool of_activations(const void *key, size_t key_size, const void *value)
{
    int mark;
    (void)key_size;
    memcpy(&mark, key, sizeof mark);
    return mark < 0 && ((const struct kept *)value)->x;
}

void lrp_memo_forget(struct lrp_engine *engine)
{
    lrp_lru_drop(lrp_engine_cache(engine), of_activations);
}
