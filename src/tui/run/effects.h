/* effects.h: what carries out effects, a function for each; the table is in effects.c. */
#ifndef LRP_TUI_EFFECTS_H
#define LRP_TUI_EFFECTS_H

#include "runner.h"

typedef void lrp_effect_fn(struct lrp_runner *runner, const struct lrp_effect *effect);
lrp_effect_fn lrp_do_effect_rule, lrp_do_effect_select_rule, lrp_do_effect_try, lrp_do_effect_next_rule, lrp_do_effect_register;

/* A copy of the settings that hold (what is only tried is not among them), to be changed; NULL after saying why. */
struct lrp_settings *lrp_runner_changeable(struct lrp_runner *runner);
/* Applies, or says what was wrong with the change. */
bool lrp_runner_apply_or_say(struct lrp_runner *runner, struct lrp_settings *settings, enum lrp_status status,
                             const struct lrp_error *err);

#endif
