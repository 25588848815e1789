/* session.h: a model, an input, settings and what came of them: all that a front end works with.
 *
 *     struct lrp_session *s;
 *     lrp_session_open("model.onnx", settings, &s, &err);
 *     lrp_session_set_input(s, NULL, "picture.png", &err);
 *     lrp_session_run(s, LRP_WANT_RELEVANCE, &err);
 *     const struct lrp_snapshot *now;
 *     lrp_session_snapshot(s, &now, &err);
 *     ... lrp_result_tensor(now->relevance[i]) is the relevance of layer i ...
 *     lrp_snapshot_release(now);
 *     lrp_session_free(s);
 */
#ifndef LRPSCOPE_SESSION_H
#define LRPSCOPE_SESSION_H

#include <stddef.h>

#include "lrpscope/check.h"
#include "lrpscope/heatmap.h"
#include "lrpscope/layer.h"
#include "lrpscope/ledger.h"
#include "lrpscope/model.h"
#include "lrpscope/settings.h"
#include "lrpscope/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* An opened model, inputs, settings, results and the worker that computes them. Used by one thread at a time, but for what says
 * otherwise. */
struct lrp_session;
struct lrp_tokenizer; /* text.h */

/* ---- making ---- */

/* Opens a model under settings (copied). Errors: LRP_FILE, LRP_USAGE (a rule that does not fit, an unknown selector ...). */
enum lrp_status lrp_session_open(const char *model, const struct lrp_settings *settings, struct lrp_session **out,
                                 struct lrp_error *err);
/* Waits for the worker (after cancelling its job) and gives everything back. NULL is fine. */
void lrp_session_free(struct lrp_session *session);
/* The model of a session. Borrowed. */
const struct lrp_model *lrp_session_model(const struct lrp_session *session);
/* The files that it reads, 0, 1, ...: the model and its weights, inputs, what settings name (lrp_settings_file_at). A path
 * (borrowed until the next change) and what it is ("the model"; borrowed, static); NULL past the end. */
const char *lrp_session_file_at(const struct lrp_session *session, size_t index, const char **what);
/* Changes the settings. Everything is validated against the model first; on failure nothing has changed. Running jobs are
 * superseded. Results that earlier settings had are there again at once, if the session still has them: it keeps the latest, a
 * gigabyte at most (or what the setting "memory" leaves). */
enum lrp_status lrp_session_apply(struct lrp_session *session, const struct lrp_settings *settings, struct lrp_error *err);
/* Sets the input of that name (NULL: the only or first one) from a picture, a .npy, or "-" (standard input).
 * Errors: LRP_FILE naming the file and both shapes. As with settings, what is
 * prepared of the model is kept, and results are there again if they are known. */
enum lrp_status lrp_session_set_input(struct lrp_session *session, const char *name, const char *path, struct lrp_error *err);
/* The same from a tensor (retained). `label` is shown as the input's name. */
enum lrp_status lrp_session_set_tensor(struct lrp_session *session, const char *name, const struct lrp_tensor *tensor,
                                       const char *label, struct lrp_error *err);
/* Several inputs at once, which must fit together: all of them are set, or none. */
enum lrp_status lrp_session_set_tensors(struct lrp_session *session, const char *const *names,
                                        const struct lrp_tensor *const *tensors, size_t count, const char *label,
                                        struct lrp_error *err);
/* What input number `index` was given, as the model takes it: scaled, of its shape. Retained (lrp_tensor_release); NULL:
 * nothing.
 */
const struct lrp_tensor *lrp_session_input(struct lrp_session *session, size_t index);
/* What names tokens: in targets, and the classes of an output that has one for each token. Borrowed: must outlive the session,
 * its jobs and its snapshots. Before anything runs. */
void lrp_session_set_tokenizer(struct lrp_session *session, const struct lrp_tokenizer *tokenizer);
/* Name of the input that takes tokens: as --token-input says, input_ids, decoder_input_ids, else of a model without these and
 * without float inputs the first whose numbers look up rows of a constant table. NULL: there is none. Borrowed from the session
 * until its settings change. */
const char *lrp_session_token_input(const struct lrp_session *session);
/* How many samples there are: those that the first axis of the explained output counts, if the samples of the inputs stand
 * there; else the output belongs to one sample as a whole. A model of fixed batch 1 is run once per sample of its inputs,
 * chosen here (0-based). */
int64_t lrp_session_samples(const struct lrp_session *session);
bool lrp_session_one_by_one(const struct lrp_session *session);
/* Chooses it. Errors: LRP_USAGE for a sample that is not there. */
enum lrp_status lrp_session_select_sample(struct lrp_session *session, int64_t sample, struct lrp_error *err);
/* Stops what runs and drops all results, not what is prepared: the next run computes everything again. */
enum lrp_status lrp_session_forget(struct lrp_session *session, struct lrp_error *err);

/* Whether later runs for relevance keep that of layers (at first they do). Else only that of the model's inputs is there
 * afterwards, and of layers the statistics: lrp_result_tensor is NULL for them, and there is no ledger. Results that are there
 * stay. */
void lrp_session_keep_layers(struct lrp_session *session, bool keep);

/* ---- running ---- */

/* The ledger needs another pass over the layers, behind that of the relevance: only when it is asked for. */
enum lrp_want { LRP_WANT_FORWARD, LRP_WANT_RELEVANCE, LRP_WANT_LEDGER };
/* Computes in the calling thread. LRP_CHECK_FAILED if the check fails and is not skipped (method lrp only): the forward pass is
 * done nevertheless. LRP_UNSUPPORTED naming the layer that cannot be executed or differentiated. */
enum lrp_status lrp_session_run(struct lrp_session *session, enum lrp_want want, struct lrp_error *err);
/* Computes in the session's worker: returns at once; the latest request wins. `notify(data)` is called from the worker whenever
 * there is something new to see (progress, a layer's result, the end); it must only wake the caller's loop (write to a pipe).
 * The worker gives way to the caller (lrp_thread_start). */
enum lrp_status lrp_session_start(struct lrp_session *session, enum lrp_want want, void (*notify)(void *), void *data,
                                  struct lrp_error *err);
/* Jobs that begin from now on make heatmaps of the strongest channels of a layer, `count` at most, once there is relevance (by
 * rules of layers); layer -1: none. */
void lrp_session_want_concepts(struct lrp_session *session, int layer, size_t count);
/* Whether jobs that begin from now on find out what the model would say after each of its blocks, behind everything else. */
void lrp_session_want_lens(struct lrp_session *session, bool wanted);
/* Asks the running job to stop; returns at once. */
void lrp_session_cancel(struct lrp_session *session);
/* Waits until no job is running. */
void lrp_session_wait(struct lrp_session *session);
/* A thread like the worker, for what else a front end does behind its screen. NULL: none can be started. Such threads get no
 * signals but those that they cause themselves (a file cut off while it is mapped). Their priority, and that of threads they
 * start, is three steps of nice(1) lower: where all processors compute, whoever waits for a key goes first. */
struct lrp_thread;
struct lrp_thread *lrp_thread_start(void *(*work)(void *data), void *data);
/* Waits until it has ended, and gives it back; NULL is fine. */
void lrp_thread_join(struct lrp_thread *thread);
/* Async-signal-safe. Makes a running lrp_session_run return LRP_CANCELLED. */
void lrp_session_interrupt(struct lrp_session *session);

/* ---- seeing ---- */

/* X(ID, name) of every state of a job, in the order in which it comes to them; what stands behind relevance builds on it. */
#define LRP_JOB_STATES(X)                                                                                                      \
    X(NONE, "none")                                                                                                            \
    X(FORWARD, "forward")                                                                                                      \
    X(RELEVANCE, "relevance")                                                                                                  \
    X(LEDGER, "ledger")                                                                                                        \
    X(CONCEPTS, "channels")                                                                                                    \
    X(LENS, "lens")                                                                                                            \
    X(DONE, "done")                                                                                                            \
    X(FAILED, "failed")                                                                                                        \
    X(CANCELLED, "cancelled")
/* What the worker does, or how its last job ended. */
enum lrp_job_state {
#define X(id, name) LRP_JOB_##id,
    LRP_JOB_STATES(X)
#undef X
};
/* "forward", "relevance", "done": static. */
static inline const char *lrp_job_state_name(enum lrp_job_state state)
{
    static const char *const names[] = {
#define X(id, name) name,
        LRP_JOB_STATES(X)
#undef X
    };
    return names[state];
}
/* Whether a job in that state is at work. */
static inline bool lrp_job_runs(enum lrp_job_state state)
{
    return state > LRP_JOB_NONE && state < LRP_JOB_DONE;
}
/* Whether it has the relevance that it was to find. */
static inline bool lrp_job_has_relevance(enum lrp_job_state state)
{
    return state > LRP_JOB_RELEVANCE && state <= LRP_JOB_DONE;
}

/* The explained neuron of one sample. */
struct lrp_target {
    int64_t index;     /* into the output without its batch axis, flattened */
    const char *label; /* "" if there are no labels */
    float output;      /* value of the output there */
    double start;      /* sum of the relevance it started with */
    bool several;      /* relevance starts at others, too: a contrast, a sum; the setting "target" says at which */
    int64_t named;     /* the class or token whose name the label is */
};
/* A layer of a transformer that looks at pictures: a row for every patch, and some in front that stand for none (class token).
 */
struct lrp_patches {
    int64_t in_front;      /* rows before the first patch */
    int64_t height, width; /* of the grid of patches; 0: the layer has none */
};
/* Heatmaps of single channels of a layer, the strongest first: relevance of the input that has passed the channel (concept
 * relevance propagation). */
struct lrp_concepts_seen {
    int layer;               /* whose channels they are */
    size_t count, done;      /* heatmaps that are wanted, and that are there (lrp_snapshot_concept_plane) */
    int64_t samples;         /* of each */
    const int64_t *channels; /* of heatmap k and sample n at k * samples + n; -1: the sample has none of that rank */
    const double *sums;      /* likewise: the channel's relevance */
    const double *shares;    /* likewise: among all of the layer's */
};
/* What the model would say after each of its blocks, its final norm and head put on every state of the residual stream: the
 * first row is what goes into the first block, the last one the output. Of row r, sample n and position p at
 * (r * samples + n) * positions + p. */
struct lrp_lens_seen {
    size_t count, done;         /* rows there will be, and that are there */
    int64_t samples, positions; /* of each */
    const int *layers;          /* by row: behind which it stands; 0: an input */
    const int64_t *top;         /* the strongest class (lrp_snapshot_label) */
    const int64_t *rank;        /* of the class that is the strongest at last; 1: it is the strongest here, too */
    const float *probability;   /* of the strongest */
    const char *refusal;        /* why the model has none; NULL: it has */
};
/* An input of the model. */
struct lrp_snapshot_input {
    const char *name;                    /* as the file has it */
    struct lrp_shape shape;              /* of what it was given; the model's own where that is nothing */
    enum lrp_dtype dtype;                /* of its elements */
    const struct lrp_result *activation; /* what it was given; NULL: nothing (yet) */
    const struct lrp_result *relevance;  /* that arrived; NULL: none does, or not yet */
    double sum;                          /* of that relevance, over all samples */
};
/* Everything there is to see at one moment; immutable, to be released. Arrays are indexed by layer: row 0 is the first input,
 * further ones have the rows behind the layers (lrp_layer_rows). The check is about layers alone. */
struct lrp_snapshot {
    const struct lrp_model *model;       /* borrowed from the snapshot, as all that follows */
    const char *model_path;              /* the path it was opened by */
    const struct lrp_settings *settings; /* under which everything here holds */
    const struct lrp_layer_list *layers; /* rows[i] is layer i */
    const struct lrp_check *check;       /* rows[i] is about layer i */
    bool blocked;             /* no relevance is computed: the check fails, counts for the method, and is not skipped */
    const char *composite;    /* that holds: the one that was set, or the default of this kind of model */
    const char *const *rules; /* text of the rule each layer has ("" for row 0) */
    const struct lrp_rule_source *const *rule_sources; /* by layer: which primitive or option gave it */
    const char *const *warnings; /* of the assignment: rules that fell through, selectors that matched a dropped node */
    size_t warning_count;        /* of warnings */
    const char *const *notes;    /* of the inputs: what was filled in or converted, which values stand for them; a line each */
    size_t note_count;           /* of notes */
    const char *const *doubts;   /* of finished passes: why they cannot be trusted, a line each with layer, cause and remedy */
    const int *doubt_layers;     /* the layer each is about */
    size_t doubt_count;          /* of doubts */
    const char *input_label;     /* "" without an input */
    const struct lrp_snapshot_input *inputs; /* in the model's order; row 0 of the layers is the first */
    size_t input_count;                      /* of inputs */
    const int *attention;              /* by layer: the softmax of the attention it belongs to, itself perhaps; -1: none */
    const bool *decoder;               /* by layer: its rows are those of what an encoder-decoder has written */
    const struct lrp_patches *patches; /* by layer: its rows as patches of the picture it comes from */
    const int
        *places; /* by layer: the row of the input whose picture its last two axes are those of, to lie over it; -1: none */
    const int *signals; /* by layer, inputs among them: the axis of the steps of a signal, raw values that a one-dimensional
                           convolution moves over; 0: something else */
    const char *token_input; /* lrp_session_token_input; NULL: the model takes no tokens */
    int64_t token_count;     /* tokens it was given, padding and all; 0 without */
    int64_t decoder_count;   /* tokens that a decoder of its own has written; 0: the model has none */
    int64_t sample_count;    /* samples the explained output counts; 0 without an input */
    bool one_by_one;         /* results are of one sample at a time: lrp_session_select_sample */
    const struct lrp_result *const
        *activation; /* of a layer's first output; NULL where not computed (yet); borrowed: lrp_result_tensor */
    const struct lrp_result *const *relevance;          /* likewise */
    const struct lrp_statistics *activation_statistics; /* valid where the tensor is there */
    const struct lrp_statistics *relevance_statistics;  /* likewise */
    const struct lrp_target *targets;                   /* one per sample, empty before the forward pass */
    size_t target_count;                                /* of targets */
    const char *output_name;                            /* of the output that is explained */
    const struct lrp_tensor *output;                    /* the explained output, NULL before */
    int64_t passes;                                     /* of a method that makes something of many; 0: it is one */
    bool only_inputs;                                   /* such a method finds nothing at layers, only at the inputs */
    bool growing;                                       /* what inputs have of it is what these passes have come to so far */
    const double *completeness_gaps; /* of methods that share out how the output changes from a baseline to the input, by
                                        sample: sum of relevance less that change; NULL: of others */
    const char *baseline;            /* of the method, as it was given; "" where it has none */
    const char *seed;                /* of its noise; "" where it has none */
    const struct lrp_concepts_seen *concepts; /* NULL: nobody asked (lrp_session_want_concepts), or they have not begun */
    const struct lrp_lens_seen *lens;         /* NULL: nobody asked (lrp_session_want_lens), or it has not begun */
    const struct lrp_ledger *ledger;          /* NULL until a job with LRP_WANT_LEDGER is done; borrowed */
    enum lrp_job_state job;                   /* what the worker does */
    int done, total;                          /* layers done, of the running pass */
    double load_ms, prepare_ms, forward_ms, relevance_ms; /* of the last passes */
    const double *forward_layer_ms, *relevance_layer_ms;  /* the same by layer; 0 where nothing had to be computed */
    double update_ms;                     /* the last job from its start to its end, but for one that only made the ledger */
    int forward_layers, relevance_layers; /* how many layers it computed (so far); the others were known */
    struct lrp_error error;               /* of the last job, LRP_OK if none */
    uint64_t generation;                  /* changes with settings and input: results of another generation are never shown */
};
/* How a class of the explained output reads: its label, or the token it stands for as it reads in a text, else its number.
 * Owned by the caller; NULL when out of memory. */
char *lrp_snapshot_reading(const struct lrp_snapshot *snapshot, int64_t index);
/* A snapshot of now. Errors: LRP_MEMORY. Cheap: tensors are shared. */
enum lrp_status lrp_session_snapshot(struct lrp_session *session, const struct lrp_snapshot **out, struct lrp_error *err);
/* The same by functions, for bindings that cannot read structs. Borrowed from the snapshot; layers from 0, the input, to one
 * less than the count, behind them the model's further inputs, samples from 0. Names: NULL beyond. */
size_t lrp_snapshot_layer_count(const struct lrp_snapshot *snapshot);
const char *lrp_snapshot_layer_name(const struct lrp_snapshot *snapshot, size_t layer);
const char *lrp_snapshot_layer_type(const struct lrp_snapshot *snapshot, size_t layer);
const char *lrp_snapshot_layer_rule(const struct lrp_snapshot *snapshot, size_t layer);
/* Of a layer's first output; NULL where it was not computed. */
const struct lrp_tensor *lrp_snapshot_activation(const struct lrp_snapshot *snapshot, size_t layer);
const struct lrp_tensor *lrp_snapshot_relevance(const struct lrp_snapshot *snapshot, size_t layer);
/* What is explained of a sample: index into the output, or -1 where nothing is yet; its value there goes to *output (may be
 * NULL). */
int64_t lrp_snapshot_target(const struct lrp_snapshot *snapshot, size_t sample, double *output);
/* References: one more, one less; with the last it is gone. Thread-safe; releasing NULL is fine. */
const struct lrp_snapshot *lrp_snapshot_retain(const struct lrp_snapshot *snapshot);
void lrp_snapshot_release(const struct lrp_snapshot *snapshot);

/* The rule a layer has, as lrp_rule_at lists it (borrowed from the snapshot); NULL for the model's input. */
const struct lrp_rule_info *lrp_snapshot_rule(const struct lrp_snapshot *snapshot, int layer);
/* Whether a rule of lrp_rule_at, of the snapshot's own book, could be given to a layer; if not, `why` says the reason. */
enum lrp_status lrp_snapshot_rule_fits(const struct lrp_snapshot *snapshot, int layer, const struct lrp_rule_info *rule,
                                       struct lrp_error *why);
/* What of a layer is looked at. X(name, text) */
#define LRP_SHOWS(X)                                                                                                           \
    X(RELEVANCE, "relevance")                                                                                                  \
    X(ACTIVATION, "activation") X(WEIGHTS, "weights") X(CHANNELS, "channels") X(OVERLAY, "overlay")
/* Names of what is looked at. */
enum lrp_show {
#define X(name, text) LRP_SHOW_##name,
    LRP_SHOWS(X)
#undef X
        LRP_SHOW_COUNT
};
/* "relevance". Borrowed, static. */
const char *lrp_show_name(enum lrp_show show);
/* A channel of a layer, in one sample. */
struct lrp_channel_summary {
    int64_t channel;  /* from 0 */
    double sum;       /* over its places */
    double largest;   /* of them, */
    int64_t position; /* and where: the first of equal ones, in row-major order */
};
/* The channels of a layer in a sample, in their order: of its relevance, or of its activation (LRP_SHOW_ACTIVATION). *out is
 * the caller's (free). Errors: LRP_UNSUPPORTED if the layer has none (yet), LRP_USAGE for a sample that is not there. */
enum lrp_status lrp_snapshot_channel_sums(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, int64_t sample,
                                          struct lrp_channel_summary **out, size_t *count, struct lrp_error *err);
/* Bins of a spread; most values that are looked at. */
enum { LRP_SPREAD_BINS = 16, LRP_SPREAD_TAKEN = 65536 };
/* How a layer's values are spread. */
struct lrp_spread {
    size_t count, taken;              /* values there are; those looked at */
    struct lrp_statistics statistics; /* of those looked at */
    size_t bins[LRP_SPREAD_BINS];     /* finite ones in equal steps from the least to the greatest */
};
/* From all values, or where they are more than LRP_SPREAD_TAKEN, from that many at equal distances: quick enough for every key.
 * LRP_UNSUPPORTED if that layer has no result (yet), or no weights. */
enum lrp_status lrp_snapshot_spread(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, struct lrp_spread *out,
                                    struct lrp_error *err);
/* What a layer's operator is: version, attributes (with those of a sliding window that the file leaves to the operator),
 * weights. *out is owned by the caller. Row 0 has no operator: LRP_UNSUPPORTED. Errors: LRP_MEMORY. */
enum lrp_status lrp_snapshot_operator(const struct lrp_snapshot *snapshot, int layer, struct lrp_layer_operator **out,
                                      struct lrp_error *err);
/* In words, what automatic differentiation computes where a layer's rule has no weights to work on, known or
 * registered: "z = hard-swish(a), s = R / stab(z, 1e-9), R_in = a * J^T s, ...". "" where the rule's own formula holds. Owned
 * by the caller (free); NULL when out of memory. */
char *lrp_snapshot_fallback(const struct lrp_snapshot *snapshot, int layer);
/* A label: "" without labels or beyond them. */
const char *lrp_snapshot_label(const struct lrp_snapshot *snapshot, int64_t index);
/* An index into a sample of the explained output as --target takes it: "41", or "(10:1)" where the sample has several axes.
 * Returns buffer; 200 bytes are enough. */
char *lrp_snapshot_place(const struct lrp_snapshot *snapshot, int64_t index, char *buffer, size_t size);
/* The class that index belongs to: what labels are of. */
int64_t lrp_snapshot_class(const struct lrp_snapshot *snapshot, int64_t index);
/* Relevance of one sample that arrived at the inputs of the model, all of them. What an input has for all samples together is
 * counted only where there is one. */
double lrp_snapshot_input_sum(const struct lrp_snapshot *snapshot, int64_t sample);
/* The same of one input, by its place in the model; false, and 0, where no relevance arrives: at masks, positions, or while
 * there is none. */
bool lrp_snapshot_sum_at_input(const struct lrp_snapshot *snapshot, size_t input, int64_t sample, double *sum);
/* Layer a selector's text stands for; LRP_USAGE naming the three nearest. The first match. */
enum lrp_status lrp_snapshot_find(const struct lrp_snapshot *snapshot, const char *selector, int *layer, struct lrp_error *err);

/* ---- out ---- */

/* The picture that a heatmap PNG of a layer would hold: a plane of values, to be drawn under the settings' options.
 * (Weights: the kernels of a convolution as tiles, the matrix of a dense layer; `sample` has no meaning. Channels: those of the
 * relevance as tiles, the strongest first, 256 at most. Overlay: relevance, over the input with an opacity of 0.6 unless the
 * settings say another; rows that are patches as their grid.) *out is the caller's: lrp_plane_free; without values where there
 * is an error. LRP_UNSUPPORTED if that layer has no result (yet), or no weights. */
enum lrp_status lrp_snapshot_plane(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, int64_t sample,
                                   struct lrp_plane *out, struct lrp_error *err);
/* How a heatmap of this kind is drawn under the settings. */
enum lrp_status lrp_snapshot_heatmap_options(const struct lrp_snapshot *snapshot, enum lrp_show show,
                                             struct lrp_heatmap_options *out, struct lrp_error *err);
/* The channels of a layer's relevance or activation, the strongest (sum of |v|) first: lrp_channel_order. */
enum lrp_status lrp_snapshot_channels(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, int64_t sample,
                                      int64_t **order, double **strength, size_t *count, struct lrp_error *err);
/* One of them as a plane: lrp_plane_from_channel; to be freed with lrp_plane_free. */
enum lrp_status lrp_snapshot_channel_plane(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, int64_t sample,
                                           int64_t channel, struct lrp_plane *out, struct lrp_error *err);
/* Heatmap number k of the snapshot's concepts; to be freed with lrp_plane_free. Errors: LRP_UNSUPPORTED if it is not there. */
enum lrp_status lrp_snapshot_concept_plane(const struct lrp_snapshot *snapshot, size_t k, int64_t sample, struct lrp_plane *out,
                                           struct lrp_error *err);
/* What a heatmap of this kind of a layer is laid over under the settings: the brightness of the input (of several the picture
 * that the layer's places are those of, or the first one that it is made from), 0..1 (channels averaged, from the smallest to
 * the largest value). The plane (lrp_snapshot_plane) and it get one size: lrp_plane_match. grey->values is NULL where nothing
 * lies below; to be freed with lrp_plane_free. `layer` -1: the plane of something that is no layer, which lies over the first
 * picture where it has its aspect. Errors: LRP_UNSUPPORTED for LRP_SHOW_OVERLAY if the input is no picture, or the layer's
 * values have no places in it (neither `places` nor `patches`), saying so. */
enum lrp_status lrp_snapshot_underlay(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, int64_t sample,
                                      struct lrp_plane *plane, struct lrp_plane *grey, struct lrp_error *err);
/* The picture that a heatmap of a layer is laid over, an input's own: red, green and blue, 0..255, as it was before it was made
 * the model's input (`out`: three planes of one size, each to be freed with lrp_plane_free; grey ones are equal). Values that
 * this cannot have made are spread from the smallest to the largest. Errors: LRP_UNSUPPORTED if the input is no picture of one
 * or three channels. */
enum lrp_status lrp_snapshot_picture(const struct lrp_snapshot *snapshot, int layer, int64_t sample, struct lrp_plane out[3],
                                     struct lrp_error *err);
/* Draws a plane of a layer (-1: of something else) as heatmaps of this kind are drawn and writes it as PNG; the plane grows
 * where the picture below it is larger. */
enum lrp_status lrp_snapshot_write_plane(const struct lrp_snapshot *snapshot, int layer, struct lrp_plane *plane,
                                         enum lrp_show show, int64_t sample, const char *path, struct lrp_error *err);
/* Writes a heatmap PNG of one layer and sample. */
enum lrp_status lrp_snapshot_export_heatmap(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, int64_t sample,
                                            const char *path, struct lrp_error *err);
/* The same of one of its channels. */
enum lrp_status lrp_snapshot_export_channel(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, int64_t sample,
                                            int64_t channel, const char *path, struct lrp_error *err);
/* The same of a value by its ONNX name, relevance or activation: values between layers, further inputs and outputs.
 * LRP_USAGE if there is no such value, or nothing is known of it. */
enum lrp_status lrp_session_export_value(struct lrp_session *session, const char *value, enum lrp_show show, int64_t sample,
                                         const char *path, struct lrp_error *err);
/* One sample of a layer (row 0: the input) under two settings, or of two models, over pairs of finite numbers. */
struct lrp_comparison {
    double sum_a, sum_b; /* of either */
    double correlation;  /* Pearson's; NaN if only one of them is constant */
    double largest;      /* difference, absolute */
    double magnitude;    /* the largest absolute value of a */
    size_t where;        /* the element of the sample that `largest` is of */
    size_t nan;          /* elements that are not finite in one or the other */
    size_t apart;        /* of these, what differs: a number beside none, infinities of two signs */
};
/* Errors: LRP_UNSUPPORTED if one has no relevance there, LRP_USAGE if the layers have different element counts. */
/* `show`: relevance or activation; or weights, of which there is one sample: every float tensor of the layer, in order.
 * LRP_UNSUPPORTED where one of them has nothing of the kind, LRP_USAGE where shapes differ. */
enum lrp_status lrp_snapshot_compare(const struct lrp_snapshot *a, int layer_a, const struct lrp_snapshot *b, int layer_b,
                                     enum lrp_show show, int64_t sample, struct lrp_comparison *out, struct lrp_error *err);
/* Writes a heatmap PNG of b less a, drawn as a's settings ask for. */
enum lrp_status lrp_snapshot_export_difference(const struct lrp_snapshot *a, int layer_a, const struct lrp_snapshot *b,
                                               int layer_b, int64_t sample, const char *path, struct lrp_error *err);
/* The graph of layers, with what the check, rules and relevance say of each: SVG, a row a layer, or DOT for Graphviz, by the
 * path's suffix (.svg, .dot, .gv). Arithmetic of shapes and masks is left out. Errors: LRP_USAGE for another suffix; LRP_FILE.
 */
enum lrp_status lrp_snapshot_export_graph(const struct lrp_snapshot *snapshot, const char *path, struct lrp_error *err);
/* A moving picture that steps through the layers from the output to the input: PNG (APNG), or GIF by the path's suffix where
 * the build has giflib, else LRP_UNSUPPORTED. */
enum lrp_status lrp_snapshot_export_animation(const struct lrp_snapshot *snapshot, int64_t sample, const char *path,
                                              struct lrp_error *err);
/* A contact sheet of all layers. */
enum lrp_status lrp_snapshot_export_sheet(const struct lrp_snapshot *snapshot, int64_t sample, const char *path,
                                          struct lrp_error *err);
/* A tile of a sheet of planes. Borrowed. */
struct lrp_sheet_plane {
    const char *title, *subtitle;  /* subtitle: may be NULL */
    const struct lrp_plane *plane; /* what it shows */
};
/* A contact sheet of planes, drawn as heatmaps of relevance are under the snapshot's settings, each in a range of its own. */
enum lrp_status lrp_snapshot_write_planes(const struct lrp_snapshot *snapshot, const char *note,
                                          const struct lrp_sheet_plane *tiles, size_t count, const char *path,
                                          struct lrp_error *err);
/* --layerwise: relevance of every float value on the path, float32 safetensors. From the session, for values between layers
 * too. */
enum lrp_status lrp_session_export_layerwise(struct lrp_session *session, const char *path, struct lrp_error *err);
/* Relevance and activation of a value by its ONNX name (NULL if there is none); retained, the caller releases. */
const struct lrp_tensor *lrp_session_value_relevance(struct lrp_session *session, const char *value);
const struct lrp_tensor *lrp_session_value_activation(struct lrp_session *session, const char *value);

/* An operator there is. */
struct lrp_operator_info {
    const char *name, *domain; /* "Conv", "" for ONNX's own */
    short versions[12];        /* 0-terminated */
    bool runs, differentiates; /* what can be done with it */
};
/* The operators in the table's order; false past the end. */
bool lrp_operator_info_at(size_t index, struct lrp_operator_info *out);

/* The shared object whose function this thread is in, or NULL: for handlers of crashes, which may call this. Borrowed. */
const char *lrp_plugin_running(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
