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

/* Everything the denominators depend on, as bytes: in its own room unless there are bounds. */
struct memo_key {
    unsigned char room[sizeof(struct head) + sizeof(size_t)], *more, *bytes;
    size_t size;
};

/* False when out of memory; the key is to be freed in any case. */
static bool key_of(const struct lrp_rule_step *step, const struct lrp_group *g, const struct lrp_tensor *x,
                   struct memo_key *key)
{
    const struct lrp_rule *rule = step->rule;
    struct head head;
    size_t low = 0, high = 0;
    memset(&head, 0, sizeof head); /* padding is part of a key */
    head.mark = -1 - step->node;
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
    key->size = sizeof head + sizeof low + (low + high) * sizeof(float);
    key->more = key->size > sizeof key->room ? malloc(key->size) : NULL;
    key->bytes = key->more ? key->more : key->room;
    if (!key->more && key->size > sizeof key->room) return false;
    memcpy(key->bytes, &head, sizeof head);
    memcpy(key->bytes + sizeof head, &low, sizeof low);
    unsigned char *const bounds = key->bytes + sizeof head + sizeof low;
    if (low) memcpy(bounds, rule->low, low * sizeof(float));
    if (high) memcpy(bounds + low * sizeof(float), rule->high, high * sizeof(float));
    return true;
}

static void release_kept(void *value)
{
    struct kept *k = value;
    lrp_tensor_release(k->x);
    lrp_tensor_release(k->denominators);
    free(k);
}

const struct lrp_tensor *lrp_memo_find(const struct lrp_rule_step *step, const struct lrp_group *group,
                                       const struct lrp_tensor *x)
{
    struct memo_key key;
    const struct kept *found =
        key_of(step, group, x, &key) ? lrp_lru_find(lrp_engine_cache(step->engine), key.bytes, key.size) : NULL;
    free(key.more);
    return found ? lrp_tensor_retain(found->denominators) : NULL;
}

void lrp_memo_keep(const struct lrp_rule_step *step, const struct lrp_group *group, const struct lrp_tensor *x,
                   const struct lrp_tensor *denominators)
{
    struct memo_key key;
    struct kept *k = calloc(1, sizeof *k);
    if (key_of(step, group, x, &key) && k) {
        *k = (struct kept){x ? lrp_tensor_retain(x) : NULL, lrp_tensor_retain(denominators)};
        if (!lrp_lru_put(lrp_engine_cache(step->engine), key.bytes, key.size, k, lrp_tensor_bytes(denominators), release_kept))
            release_kept(k);
    } else {
        free(k);
    }
    free(key.more);
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
