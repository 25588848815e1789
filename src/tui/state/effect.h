/* effect.h: what an update asks the runtime to do; data, so that updates stay pure. */
#ifndef LRP_TUI_EFFECT_H
#define LRP_TUI_EFFECT_H

#include <stdbool.h>
#include <stddef.h>

/* What text, text2, number, flag and layers mean:
 * SET: text = value of setting `number`. RULE: text = rule (NULL: back to the composite's) for `layers`. REGISTER: text = name,
 * number = 0 layer, 1 activation, flag = on. MENU: rows of menu `number` are wanted, layer = layers[0].
 * A menu's text: which of several lists of rows, as a number; of a method's arguments the method. ARGUMENT: text = what
 * argument `number` of the form's method is now. CONDITION: relevance must pass channel `number` of layers[0], or need not
 * any longer; -1: none of the layer's. EVALUATE: settings are scored on the input. TAKE_SETTING: text = a composite, or a
 * method (flag). NEXT_RULE: number = +1 or -1 for `layers`. CYCLE: number = setting, the next of its values. PROPOSE: a name
 * for prompt `number`. EXPORT, EXPORT_ALL (a folder), EXPORT_GRAPH, WRITE: text = path, flag = may replace. DUMP: text = path.
 * REFERENCES: text = the folder of an index.
 * RESTORE: number = enum lrp_restore. START: what is wanted now is computed. COMPLETE: number = enum lrp_argument, text = the
 * word. INPUT, OPEN: text = path. STORE: the present results for comparison. SAMPLE: number. RESULT: the sample `number` of the
 * batch is explained. NEXT_INPUT: number = +1 or -1, of the inputs that were given. SELECT_RULE: text = SELECTOR=RULE. TRY:
 * text = rule for `layers`, or composite if number is LRP_MENU_COMPOSITE, to be seen but not kept; NULL: back to what is kept.
 */
#define LRP_EFFECTS(X)                                                                                                         \
    X(QUIT)                                                                                                                    \
    X(SUSPEND)                                                                                                                 \
    X(REDRAW)                                                                                                                  \
    X(CANCEL)                                                                                                                  \
    X(OPEN)                                                                                                                    \
    X(RELOAD)                                                                                                                  \
    X(SET)                                                                                                                     \
    X(RULE)                                                                                                                    \
    X(SELECT_RULE)                                                                                                             \
    X(NEXT_RULE)                                                                                                               \
    X(CYCLE)                                                                                                                   \
    X(REGISTER)                                                                                                                \
    X(UNDO)                                                                                                                    \
    X(REDO)                                                                                                                    \
    X(MENU)                                                                                                                    \
    X(ARGUMENT)                                                                                                                \
    X(CONDITION)                                                                                                               \
    X(EVALUATE)                                                                                                                \
    X(TAKE_SETTING)                                                                                                            \
    X(PROPOSE)                                                                                                                 \
    X(EXPORT)                                                                                                                  \
    X(EXPORT_ALL)                                                                                                              \
    X(WRITE)                                                                                                                   \
    X(REFERENCES)                                                                                                              \
    X(EXPORT_GRAPH)                                                                                                            \
    X(DUMP)                                                                                                                    \
    X(COMPLETE)                                                                                                                \
    X(INPUT)                                                                                                                   \
    X(STORE)                                                                                                                   \
    X(RESULT)                                                                                                                  \
    X(SAMPLE)                                                                                                                  \
    X(NEXT_INPUT)                                                                                                              \
    X(TRY)                                                                                                                     \
    X(SAVE_CONFIG)                                                                                                             \
    X(RESTORE)                                                                                                                 \
    X(START)
/* What is taken back, or in: what the last session left, or what lies beside the model. */
enum lrp_restore { LRP_RESTORE_SESSION, LRP_RESTORE_BESIDE };
enum lrp_effect_kind {
#define X(id) LRP_EFFECT_##id,
    LRP_EFFECTS(X)
#undef X
        LRP_EFFECT_COUNT
};

struct lrp_effect {
    enum lrp_effect_kind kind;
    char *text; /* owned */
    int number;
    bool flag;
    int *layers; /* owned */
    size_t layer_count;
    int typed_at; /* the prompt that opens again, with what was typed, if it is refused; 0: none */
};
struct lrp_effects {
    struct lrp_effect *items; /* owned */
    size_t count, capacity;
    bool failed; /* an effect was lost: out of memory */
};
/* Appends an effect with a copy of text (may be NULL) and returns it until the next call; NULL when out of memory. */
struct lrp_effect *lrp_effects_add(struct lrp_effects *effects, enum lrp_effect_kind kind, const char *text, int number);
void lrp_effect_clear(struct lrp_effect *effect);
void lrp_effects_free(struct lrp_effects *effects);

#endif
