/* typed.h: keys, and the effect they have. */
#ifndef LRP_TEST_TYPED_H
#define LRP_TEST_TYPED_H

#include "check.h"
#include "fixture.h"

/* The last effect of keys, which is of that kind; -1: they have none, NULL. */
static inline const struct lrp_effect *typed_effect(struct fixture *f, const char *keys, int kind)
{
    fixture_keys(f, keys);
    const size_t count = f->app.effects.count;
    const struct lrp_effect *last = count ? &f->app.effects.items[count - 1] : NULL;
    const int got = last ? (int)last->kind : -1;
    if (got != kind) fail_msg("keys %s: effect %d, want %d", keys, got, kind);
    return last;
}

#endif
