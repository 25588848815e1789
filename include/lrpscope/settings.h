/* settings.h: everything that decides what an explanation is: the settings. */
#ifndef LRPSCOPE_SETTINGS_H
#define LRPSCOPE_SETTINGS_H

#include <stddef.h>

#include "lrpscope/composite.h"
#include "lrpscope/rule.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Every setting: X(id, key in rules files, form of its values (LRP_SETTING_FORMS), default, one line). The command line's
 * options are the keys with - for _ (switches may differ). */
#define LRP_SETTINGS(X)                                                                                                        \
    X(CONVENTION, "convention", CONVENTION, "julia", "whose conventions hold: julia, zennit, captum, pr26, lxt")               \
    X(METHOD, "method", METHOD, "lrp", "what is computed: lrp, gradient, smooth-grad(20), ...")                                \
    X(COMPOSITE, "composite", COMPOSITE, "epsilon-plus-flat",                                                                  \
      "preset, rule for every layer, or list; with attention: attnlrp")                                                        \
    X(ATTENTION, "attention", ATTENTION, "", "attnlrp or cp: what becomes of attention's weights; empty: the composite's")     \
    X(GATES, "gates", GATES, "", "half or stop: what a gate gets of its product; empty: the composite's")                      \
    X(SKIP_CHECKS, "skip_checks", FLAG, "false", "explain a model that fails the check")                                       \
    X(CANONIZE, "canonize", FLAG, "true", "fold BatchNorm, split layer norm, drop identities")                                 \
    X(FUSE, "fuse", FLAG, "true", "fuse activations into the linear layer before them")                                        \
    X(STRIP_SOFTMAX, "strip_softmax", FLAG, "false", "explain the input of the output softmax")                                \
    X(STRIP_SIGMOID, "strip_sigmoid", FLAG, "false", "explain the input of the output sigmoid")                                \
    X(TARGET, "target", TEXT, "", "label, class index, list, CLASS@y:x; empty: arg-max")                                       \
    X(OUTPUT_RELEVANCE, "output_relevance", START, "", "one, logit, output or a .npy; empty: by convention")                   \
    X(CONCEPT, "concept", TEXT, "", "LAYER=CHANNELS, a line each: only relevance that passes these channels")                  \
    X(CONCEPT_PARALLEL, "concept_parallel", PARALLEL, "drop", "drop or keep: what goes round the channels")                    \
    X(CONCEPT_START, "concept_start", CHANNEL_START, "relevance", "relevance or activation: what the channels start with")     \
    X(OUTPUT_NAME, "output_name", TEXT, "", "which output of the model; empty: the first")                                     \
    X(TOKEN_INPUT, "token_input", TEXT, "", "input that takes tokens; empty: input_ids, or what looks up a table")             \
    X(INPUT_SHAPE, "input_shape", SHAPE, "", "1,3,224,224")                                                                    \
    X(SCALE, "scale", PICTURE, "1", "pictures: y = (x*scale-mean)/std")                                                        \
    X(MEAN, "mean", PICTURE, "0", "one value or one per channel")                                                              \
    X(STD, "std", PICTURE, "1", "one value or one per channel")                                                                \
    X(SIZE, "size", PICTURE, "", "resize pictures: N (shorter side) or WxH")                                                   \
    X(CROP, "crop", PICTURE, "", "centre-crop pictures: N or WxH")                                                             \
    X(LAYOUT, "layout", PICTURE, "", "nchw or nhwc; empty: by the input's shape")                                              \
    X(CHANNELS, "channels", PICTURE, "", "rgb, bgr or gray; empty: by the input's shape")                                      \
    X(PREPROCESS, "preprocess", PICTURE_FILE, "", "a preprocessor_config.json")                                                \
    X(LABELS, "labels", FILE, "", "file with class names")                                                                     \
    X(COLORMAP, "colormap", HEATMAP, "", "colour map of heatmaps; empty: by method")                                           \
    X(REDUCE, "reduce", HEATMAP, "", "sum, norm, max-abs, sum-abs; empty: by method")                                          \
    X(OVERLAY, "overlay", HEATMAP, "", "alpha of the heatmap over the grey input")                                             \
    X(CLIP, "clip", HEATMAP, "", "LOW:HIGH percentiles")                                                                       \
    X(GAMMA, "gamma", HEATMAP, "", "gamma of heatmaps")                                                                        \
    X(SIZE_FACTOR, "size_factor", HEATMAP, "",                                                                                 \
      "pixels per value in PNGs; \"\": 1, or so many that small ones have up to 256 a side")                                   \
    X(THREADS, "threads", THREADS, "0", "0: all cores")                                                                        \
    X(MEMORY, "memory", BYTES, "", "limit, e.g. 2G")

/* What a form of values is, one row each in src/session/setting_forms.c: what is checked, where it stands in a rules file,
 * which values have names. */
#define LRP_SETTING_FORMS(X)                                                                                                   \
    X(FLAG)                                                                                                                    \
    X(TEXT)                                                                                                                    \
    X(CONVENTION)                                                                                                              \
    X(METHOD)                                                                                                                  \
    X(COMPOSITE)                                                                                                               \
    X(ATTENTION)                                                                                                               \
    X(GATES)                                                                                                                   \
    X(START)         /* what relevance starts with */                                                                          \
    X(PARALLEL)      /* what becomes of relevance that goes round the channels of a concept */                                 \
    X(CHANNEL_START) /* what they start with */                                                                                \
    X(SHAPE)                                                                                                                   \
    X(PICTURE)      /* an option of preprocess.h, by its key */                                                                \
    X(PICTURE_FILE) /* a file of those */                                                                                      \
    X(FILE)                                                                                                                    \
    X(HEATMAP) /* an option of heatmap.h, by its key */                                                                        \
    X(THREADS)                                                                                                                 \
    X(BYTES)
/* The forms. */
enum lrp_setting_form {
#define X(id) LRP_FORM_##id,
    LRP_SETTING_FORMS(X)
#undef X
        LRP_FORM_COUNT
};

/* Names of the settings. */
enum lrp_setting {
#define X(id, key, kind, value, line) LRP_SETTING_##id,
    LRP_SETTINGS(X)
#undef X
        LRP_SETTING_COUNT
};
/* Key (NULL past the last), default and description of a setting; whether it is a flag (true/false). */
const char *lrp_setting_key(enum lrp_setting setting);
const char *lrp_setting_default(enum lrp_setting setting);
const char *lrp_setting_line(enum lrp_setting setting);
bool lrp_setting_is_flag(enum lrp_setting setting);
/* Whether it names a file, whatever its text. */
bool lrp_setting_is_file(enum lrp_setting setting);
/* Where it stands in a rules file: the object it is in ("preprocess", "heatmap"; NULL: at the top), and its key there. */
const char *lrp_setting_section(enum lrp_setting setting);
const char *lrp_setting_file_key(enum lrp_setting setting);
/* Keys of a rules file beside the settings, and what stands there; NULL past the end. Borrowed, static. */
const struct lrp_word *lrp_rules_file_key_at(size_t index);

/* All settings as text, lists of rules and registrations, and unknown keys of a rules file. A plain value: copy it to undo. */
struct lrp_settings;
/* Settings of which none is given: defaults hold. Errors: LRP_MEMORY. */
enum lrp_status lrp_settings_new(struct lrp_settings **out, struct lrp_error *err);
/* What a model gets for a picture's number x, 0..255, as a formula: "x/127.5-1", "(x/255-0.286)/0.353", "(x/255-mean)/std"
 * where channels differ; "" if it stays x. Errors: LRP_FILE, LRP_USAGE of the settings for pictures. */
enum lrp_status lrp_settings_preprocess_text(const struct lrp_settings *settings, char *out, size_t size,
                                             struct lrp_error *err);
/* All of them, plugins and custom rules too. Errors: LRP_MEMORY. */
enum lrp_status lrp_settings_copy(const struct lrp_settings *settings, struct lrp_settings **out, struct lrp_error *err);
/* NULL is fine. */
void lrp_settings_free(struct lrp_settings *settings);
/* Whether both mean the same: what is given as its default equals what is not given. */
bool lrp_settings_equal(const struct lrp_settings *a, const struct lrp_settings *b);

/* The files that settings name to be read (labels, preprocessing, the relevance to start with, arguments of the method,
 * the input of a target similar:F, plugins), 0, 1, ...: a path
 * (borrowed until the next change) and what it is ("the labels"; borrowed, static); NULL past the end. */
const char *lrp_settings_file_at(const struct lrp_settings *settings, size_t index, const char **what);

/* The values of a setting that have names, 0, 1, ..., and what they mean (may be ""); false past the end. Custom rules and
 * colour maps are those of the settings; NULL: of none. Borrowed until the next change. */
bool lrp_setting_value_at(const struct lrp_settings *settings, enum lrp_setting setting, size_t index, struct lrp_word *out);

/* The text of a setting, or its default. Borrowed until the next change. */
const char *lrp_settings_get(const struct lrp_settings *settings, enum lrp_setting setting);
/* Whether a flag is set. */
bool lrp_settings_flag(const struct lrp_settings *settings, enum lrp_setting setting);
/* Only the form is checked here (known names, numbers); what depends on the model when it is applied to a session. An empty
 * text is the default (convention, method and composite cannot be empty). Errors: LRP_USAGE. */
enum lrp_status lrp_settings_set(struct lrp_settings *settings, enum lrp_setting setting, const char *text,
                                 struct lrp_error *err);
enum lrp_status lrp_settings_set_flag(struct lrp_settings *settings, enum lrp_setting setting, bool value,
                                      struct lrp_error *err);
/* Gives one input of several a shape: "NAME=1,77"; numbers alone mean the first. Those of other inputs stay. Errors: LRP_USAGE.
 */
enum lrp_status lrp_settings_add_input_shape(struct lrp_settings *settings, const char *text, struct lrp_error *err);
/* Adds a condition to those of the setting "concept": "conv5=3,7". Errors: LRP_USAGE. */
enum lrp_status lrp_settings_add_concept(struct lrp_settings *settings, const char *text, struct lrp_error *err);
/* True if it was set (by whom ever) to something, even to its default. */
bool lrp_settings_given(const struct lrp_settings *settings, enum lrp_setting setting);
/* Makes a setting what it is in others, given or not. Errors: LRP_MEMORY. */
enum lrp_status lrp_settings_take(struct lrp_settings *settings, const struct lrp_settings *from, enum lrp_setting setting,
                                  struct lrp_error *err);
/* Whether it says what goes into a model and what its scores are, not how they are explained: preprocessing, shapes, labels,
 * stripped ends. */
bool lrp_setting_is_of_scores(enum lrp_setting setting);

/* The custom rules that rules' names may mean; NULL if there are none. Borrowed until the next change. */
const struct lrp_rule_book *lrp_settings_rule_book(const struct lrp_settings *settings);

/* A rule that was given to some layers. Borrowed until the next change. */
struct lrp_rule_setting {
    const char *select; /* selector: which layers */
    const char *rule;   /* as it was given */
};
/* The rules given to layers, in order: the last that matches a layer wins. */
size_t lrp_settings_rule_count(const struct lrp_settings *settings);
struct lrp_rule_setting lrp_settings_rule_at(const struct lrp_settings *settings, size_t index);
/* Appends; a rule with the same selector before it is replaced (removed, the new one goes last: last wins). */
enum lrp_status lrp_settings_add_rule(struct lrp_settings *settings, const char *select, const char *rule,
                                      struct lrp_error *err);
/* The same for many selectors at once, in time that grows with their number only. */
enum lrp_status lrp_settings_add_rules(struct lrp_settings *settings, const char *const *selects, size_t count,
                                       const char *rule, struct lrp_error *err);
/* Removes the rule with exactly this selector; all if NULL. */
void lrp_settings_remove_rule(struct lrp_settings *settings, const char *select);
/* Removes the rules with these selectors. */
void lrp_settings_remove_rules(struct lrp_settings *settings, const char *const *selects, size_t count);

/* Names registered as supported: layers', activations'. Borrowed until the next change. */
size_t lrp_settings_layer_count(const struct lrp_settings *settings);
const char *lrp_settings_layer_at(const struct lrp_settings *settings, size_t index);
size_t lrp_settings_activation_count(const struct lrp_settings *settings);
const char *lrp_settings_activation_at(const struct lrp_settings *settings, size_t index);
/* Registering twice is fine; `registered` false takes it back. */
enum lrp_status lrp_settings_register_layer(struct lrp_settings *settings, const char *name, bool registered,
                                            struct lrp_error *err);
enum lrp_status lrp_settings_register_activation(struct lrp_settings *settings, const char *name, bool registered,
                                                 struct lrp_error *err);

/* Loads a plugin (plugin.h): its operators, rules, supported names and colour maps hold for these settings and their copies.
 * Loading one twice is fine. Rules, composites and settings that name what it brings are to be set afterwards. Errors: LRP_FILE
 * naming file, cause and remedy. */
enum lrp_status lrp_settings_add_plugin(struct lrp_settings *settings, const char *path, struct lrp_error *err);
/* The plugins' paths, in the order they were loaded. Borrowed. */
size_t lrp_settings_plugin_count(const struct lrp_settings *settings);
const char *lrp_settings_plugin_at(const struct lrp_settings *settings, size_t index);
/* Type and domain of the operators that plugins brought; false past the end. */
bool lrp_settings_operator_at(const struct lrp_settings *settings, size_t index, const char **type, const char **domain);
/* The colour maps that plugins brought, for heatmap.h; borrowed, NULL if there is none. */
const struct lrp_colormap_set *lrp_settings_colormaps(const struct lrp_settings *settings);

/* Reads a rules file over the settings (what the file does not name stays). `warnings` (may be NULL) gets an owned string with
 * a line per unknown key, or NULL (also on failure). Errors: LRP_FILE (not readable, not JSON), LRP_USAGE (a wrong value),
 * naming file and key. */
enum lrp_status lrp_settings_read(struct lrp_settings *settings, const char *path, char **warnings, struct lrp_error *err);
/* The same for a file that nobody named (it lay beside a model): plugins are programs, so that it may not load any. LRP_USAGE
 * if it would. */
enum lrp_status lrp_settings_read_found(struct lrp_settings *settings, const char *path, char **warnings,
                                        struct lrp_error *err);
/* Writes a rules file, atomically; unknown keys that were read are written back. Errors: LRP_FILE. */
enum lrp_status lrp_settings_write(const struct lrp_settings *settings, const char *path, struct lrp_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
