/* internal.h: what a session consists of.
 *
 * Three kinds of things, all immutable once made and reference counted, so that the worker, snapshots and the session
 * can hold them together:
 *   network  a graph at concrete input shapes, with its layers and its engine (prepared weights, used by one job at a time)
 *   setup    a network under settings: check, composite, rule of every layer
 *   results  what a pass left behind for a setup and an input; filled by one job, read under the session's lock
 */
#ifndef LRP_SESSION_INTERNAL_H
#define LRP_SESSION_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "assign.h"
#include "channel_maps.h"
#include "concept.h"
#include "execute.h"
#include "labels.h"
#include "ledger.h"
#include "lens_rows.h"
#include "lrpscope/session.h"
#include "lrpscope/text.h"
#include "methods/passes.h"
#include "picture.h"
#include "preprocess.h"
#include "propagate.h"
#include "settings.h"

struct lrp_network {
    int references;
    struct lrp_model *model;
    struct lrp_graph *graph;
    struct lrp_layer_view *view;
    struct lrp_engine *engine;
    const struct lrp_batch_axis *const *batch; /* by value: where samples stand */
    struct lrp_shape *shapes;                  /* of the model inputs it was built for */
    signed char *flags;                        /* likewise, as lrp_graph_options has them */
    bool canonize, fuse, strip_softmax, strip_sigmoid;
    int *attention;                  /* by layer, as in a snapshot */
    bool *decoder;                   /* likewise */
    struct lrp_patches *patches;     /* likewise */
    int *places;                     /* likewise */
    int *signals;                    /* likewise */
    char *token_input;               /* the graph borrows it; NULL: goes by a usual name */
    struct lrp_plugin_list *plugins; /* whose operators it uses; NULL: none */
};
/* Most tokens in front of the patches of a picture: a class token, one for distillation, registers. */
enum { LRP_IN_FRONT_MOST = 16 };
/* True if a layer's tensors have their channels last: only the input can say so. */
bool lrp_snapshot_channels_last(const struct lrp_snapshot *s, int layer, const struct lrp_tensor *t);
/* The row of the input whose picture a layer (-1: something else) is laid over: its places', or the first picture that it is
 * made from; 0 if none is. */
int lrp_snapshot_picture_row(const struct lrp_snapshot *s, int layer);
/* What a network is built for, by model input: both as lrp_graph_options has them. */
struct lrp_known_inputs {
    const struct lrp_shape *shapes;
    const signed char *flags;
};
/* Errors: those of lrp_graph_build. */
enum lrp_status lrp_network_new(struct lrp_model *model, const struct lrp_known_inputs *inputs,
                                const struct lrp_settings *settings, struct lrp_network **out, struct lrp_error *err);
/* The input of an encoder-decoder that takes what it has written so far. */
extern const char lrp_decoder_input[];
/* What kinds of places its layers' rows are. Errors: LRP_MEMORY. */
enum lrp_status lrp_network_describe(struct lrp_network *network, struct lrp_error *err);
struct lrp_network *lrp_network_retain(struct lrp_network *network);
void lrp_network_release(struct lrp_network *network);
/* True if the network is what these inputs and settings ask for. */
bool lrp_network_serves(const struct lrp_network *network, const struct lrp_known_inputs *inputs,
                        const struct lrp_settings *settings);

/* What layers need while they work under a setup (memory.c), once a job has counted it: jobs of a session come one by one. */
struct lrp_setup_needs {
    bool back_known[2], weights_known;
    uint64_t back[2], weights; /* back: [0] all values there at once, [1] in pieces of attention */
};

struct lrp_setup {
    int references;
    struct lrp_network *network;
    struct lrp_settings *settings;
    enum lrp_convention convention;
    struct lrp_method_call method; /* with its arguments */
    struct lrp_concepts concepts;  /* conditions; none: all relevance counts */
    struct lrp_check *check;
    struct lrp_composite *composite;
    struct lrp_assignment assignment;
    struct lrp_labels labels;
    const struct lrp_tokenizer *tokenizer; /* borrowed: what names tokens; NULL: nothing does */
    int output;                            /* value that is explained: the one asked for, else the first of floats */
    char *conflict;                        /* owned; why the inputs do not go together; NULL: they do */
    struct lrp_setup_needs needs;
    struct lrp_setup *lender; /* owned; whose check, composite, rules and labels these are; NULL: its own */
};
/* No relevance is computed: the check fails, the method goes by rules, and it is not skipped. */
bool lrp_setup_blocked(const struct lrp_setup *setup);
enum lrp_status lrp_setup_new(struct lrp_network *network, const struct lrp_settings *settings, struct lrp_setup **out,
                              struct lrp_error *err);
/* Under settings that explain alike (settings.h): with the rules, the check and the output of a setup that is there. */
enum lrp_status lrp_setup_like(struct lrp_setup *like, const struct lrp_settings *settings, struct lrp_setup **out,
                               struct lrp_error *err);
struct lrp_setup *lrp_setup_retain(struct lrp_setup *setup);
void lrp_setup_release(struct lrp_setup *setup);
/* How many samples the explained output holds: those of its first axis if the model's samples stand there, else it is one
 * sample as a whole. */
int64_t lrp_setup_samples(const struct lrp_setup *setup);
/* True if relevance ends at lookups of tokens. */
bool lrp_setup_reads_tokens(const struct lrp_setup *setup);
/* Number of the value a layer is shown by: the output of its last node; -1 if there is none. */
int lrp_network_layer_value(const struct lrp_network *network, size_t layer);
/* The other way round: the row of what makes a value; an input's own; -1: a constant. */
int lrp_network_value_row(const struct lrp_network *network, int value);
/* Number of the value of the file that has this name; -1: there is none. */
int lrp_network_value(const struct lrp_network *network, const char *name);

/* One sample of a value, with a batch axis of 1 in front. */
struct lrp_sample {
    struct lrp_tensor tensor; /* to be read, not to be kept: borrows its elements from the value, or from `owned` */
    struct lrp_tensor *owned;
};
/* `t`: what is known of the value, row-major. A value that does not tell samples apart is part of each as a whole. Errors:
 * LRP_USAGE for a sample that is not there, LRP_MEMORY. */
enum lrp_status lrp_sample_open(const struct lrp_setup *setup, int value, const struct lrp_tensor *t, int64_t sample,
                                struct lrp_sample *out, struct lrp_error *err);
void lrp_sample_close(struct lrp_sample *sample);

/* Where an input of the model comes from. */
struct lrp_source {
    char *label, *path;             /* path: for messages; NULL for tensors given by the caller */
    struct lrp_picture picture;     /* pixels NULL: no picture */
    const struct lrp_tensor *array; /* or a tensor, NULL: none */
    enum lrp_dtype held;            /* what its elements were in the file; UNDEFINED: what they are in the tensor */
    bool rounded;                   /* float32 does not hold them all */
};
void lrp_source_free(struct lrp_source *source);
/* Reads a picture or an array of at most `most` bytes (lrp_memory_limit), also from standard input ("-"). `name`: of the input;
 * of several arrays in a file it is the one called like that. */
enum lrp_status lrp_source_read(const char *path, const char *name, size_t most, struct lrp_source *out, struct lrp_error *err);
/* The tensor a model input gets from a source: preprocessed, checked against the input's shape (`asked`: --input-shape, rank -1
 * if not given). A fixed batch of 1 takes any number of samples, to be run one by one (*one_by_one). */
enum lrp_status lrp_source_tensor(const struct lrp_source *source, const struct lrp_model_value *input,
                                  const struct lrp_shape *asked, const struct lrp_settings *settings,
                                  const struct lrp_tensor **out, bool *one_by_one, struct lrp_strings *notes,
                                  struct lrp_error *err);

/* What is known of the text that inputs were made of. Immutable. */
struct lrp_written {
    int references;
    struct lrp_encoding encoding, decoder_encoding; /* without items: there were only ids */
    size_t count, decoder_count;                    /* tokens, without padding */
};
enum lrp_status lrp_written_new(const struct lrp_sequence *sequence, struct lrp_written **out, struct lrp_error *err);
struct lrp_written *lrp_written_retain(struct lrp_written *written); /* NULL is fine, here and below */
void lrp_written_release(struct lrp_written *written);

/* Why results cannot be trusted: a line each, and the layer it is about. */
struct lrp_doubts {
    struct lrp_strings lines;
    int *layers;
};
void lrp_doubts_free(struct lrp_doubts *doubts);
bool lrp_doubts_append(struct lrp_doubts *to, const struct lrp_doubts *from); /* false: no memory */

struct lrp_results {
    int references;
    struct lrp_network *network;
    const struct lrp_tensor **inputs; /* by model input, all samples: what they are of; NULL where there is none */
    size_t input_count;
    int64_t sample;
    size_t value_count;
    /* published, under the session's lock; a slot is set once and never changed */
    const struct lrp_tensor **values, **relevance;                  /* by value number */
    struct lrp_statistics *value_statistics, *relevance_statistics; /* by layer */
    double *forward_ms, *relevance_ms;                              /* likewise: where the time went */
    bool forward_done, relevance_done;
    bool ends_only; /* layers' relevance is gone, but for its statistics */
    struct lrp_target *targets;
    size_t target_count;
    /* how the relevance was made, once it is done: for the next pass, which may take over most of it */
    struct lrp_setup *made_under;
    struct lrp_tensor *start;
    const struct lrp_tensor **edges; /* what consumers gave to values that have several (propagate.h); NULL: not kept */
    size_t edge_count;
    bool values_doubted;
    struct lrp_doubts value_doubts, doubts;   /* why it cannot be trusted: set with values_doubted and relevance_done */
    int64_t passes;                           /* of a method that makes something of many; 0: of one */
    const struct lrp_tensor **growing;        /* by value: what such a method has at its sources so far; NULL: nothing yet */
    struct lrp_statistics growing_statistics; /* of the first input */
    double *gaps;                             /* by sample; NULL: the method shares no difference out */
    char *method_note;                        /* what it has to say of the result; NULL: nothing */
    struct lrp_results *plain;     /* under conditions: finished results that differ in nothing else; NULL: none are known */
    struct lrp_channel_maps *maps; /* heatmaps of channels; NULL: nobody asked for them yet */
    struct lrp_lens_rows *lens;    /* what is said after each block; likewise */
    struct lrp_ledger *ledger;     /* NULL: nobody asked for it yet */
    struct lrp_results *base;      /* finished results of the same network and input, until this pass is done itself */
};
/* Empty results of a network and inputs (by model input, retained). `keep_forward` (may be NULL): finished activations of just
 * these are taken over, and what is known of relevance serves as base. */
enum lrp_status lrp_results_new(struct lrp_network *network, const struct lrp_tensor *const *inputs, int64_t sample,
                                struct lrp_results *keep_forward, struct lrp_results **out, struct lrp_error *err);
struct lrp_results *lrp_results_retain(struct lrp_results *results);
void lrp_results_release(struct lrp_results *results);

/* Finished results that are at hand when earlier settings or inputs come back; the latest first. Under the session's lock. */
enum { LRP_CACHE_MOST = 16 };
struct lrp_cache {
    struct lrp_results *items[LRP_CACHE_MOST];
    size_t count;
};
/* Puts results in front (retained). What has to go for it, or is more than `most_bytes` together, is moved to `out`, to be
 * released by the caller (unlocked: that may take a while): room for LRP_CACHE_MOST. Returns how many. */
size_t lrp_cache_put(struct lrp_cache *cache, struct lrp_results *results, size_t most_bytes, struct lrp_results **out);
/* What a pass under this setup would find, found before (borrowed); or NULL. */
struct lrp_results *lrp_cache_find(const struct lrp_cache *cache, const struct lrp_setup *setup,
                                   const struct lrp_tensor *const *inputs, int64_t sample);
/* Results with finished activations of the same network, inputs and output (borrowed), or NULL. */
struct lrp_results *lrp_cache_find_forward(const struct lrp_cache *cache, const struct lrp_setup *setup,
                                           const struct lrp_tensor *const *inputs, int64_t sample);
/* A network that serves inputs and settings (borrowed), or NULL. */
struct lrp_network *lrp_cache_find_network(const struct lrp_cache *cache, const struct lrp_known_inputs *inputs,
                                           const struct lrp_settings *settings);
void lrp_cache_clear(struct lrp_cache *cache);

/* What one job works on: its own references. */
/* The network for the latest length of a text some tokens of which are removed (shorten.h). {0} at first. */
struct lrp_shortened {
    struct lrp_setup *setup;
    size_t length;
};

struct lrp_job {
    struct lrp_session *session;
    struct lrp_setup *setup;
    struct lrp_results *results;
    const struct lrp_tensor **inputs; /* by model input */
    size_t input_count, input_bytes;  /* input_bytes: of pictures, and of all samples as tensors */
    enum lrp_want want;
    uint64_t generation;
    bool ends_only;                        /* relevance is asked for at the model's inputs alone */
    bool *ends;                            /* by value: keeps its relevance then */
    struct lrp_recall *gone;               /* of that of layers then; NULL: it is kept */
    bool keep_edges;                       /* more rule changes are to be expected */
    bool apart;                            /* nobody comes back to its results: they are neither kept nor doubted */
    const struct lrp_tensor *const *given; /* by value number: what is there instead of what would be computed; NULL: nothing */
    const struct lrp_tensor *unit;         /* 1 at what is explained (passes.h); NULL: as the settings say */
    void (*notify)(void *);
    void *notify_data;
    const struct lrp_run *run; /* while it runs */
    double updated;            /* when all but the ledger was there; 0: not yet */
    int maps_of;               /* the layer whose channels' heatmaps are wanted; -1: none */
    size_t map_count;          /* how many */
    bool lens_wanted;          /* what is said after each block is, too */
    double shown;              /* when what many passes have so far was published last */
    struct lrp_shortened shortened;
};

struct lrp_session {
    struct lrp_model *model;
    const struct lrp_tokenizer *tokenizer; /* borrowed, or NULL */
    struct lrp_source *sources;            /* by model input */
    struct lrp_written *written;           /* the text they were made of; NULL: of something else */
    const struct lrp_tensor **inputs;      /* whole input tensors, all samples */
    int allotted_threads;                  /* what the process was given, when it was opened */
    uint64_t allotted_memory;
    bool one_by_one;
    bool ends_only; /* what lrp_session_keep_layers said no to */
    int64_t sample;
    double load_ms;
    struct lrp_strings notes;           /* what was done to inputs */
    struct lrp_strings relevance_notes; /* which output is explained */

    pthread_mutex_t lock; /* guards everything below */
    pthread_cond_t wake, idle;
    struct lrp_setup *setup;
    struct lrp_results *results;
    struct lrp_cache cache;
    _Atomic uint64_t generation; /* a job of another generation stops */
    atomic_bool interrupted;
    const struct lrp_session *trunk; /* whose branch it is, which passes run alone in: NULL, it is none */
    enum lrp_job_state job_state;
    int done, total;
    double prepare_ms, forward_ms, relevance_ms;
    double update_ms; /* the last job that got to its end, and the layers it computed */
    int forward_layers, relevance_layers;
    struct lrp_error job_error;
    struct lrp_thread *worker; /* NULL: not started */
    bool worker_quit;
    bool worker_busy;        /* from a request until nothing is left to do */
    bool worker_working;     /* a job is running right now */
    struct lrp_job *pending; /* the latest request, NULL if none */
    int maps_of;             /* what jobs make heatmaps of, as they have it */
    size_t map_count;
    bool lens_wanted;
};

/* Another session on the model and under the settings of one, which must outlive it; passes run on one thread, and are
 * interrupted with its own. Without inputs. */
enum lrp_status lrp_session_branch(const struct lrp_session *session, struct lrp_session **out, struct lrp_error *err);
/* The same under other settings, for a session that may be changed meanwhile. */
enum lrp_status lrp_session_branch_under(const struct lrp_session *session, const struct lrp_settings *settings,
                                         struct lrp_session **out, struct lrp_error *err);
/* How many threads a pass runs on: --threads, or what there is. */
int lrp_session_threads(const struct lrp_session *session);
/* lrp_thread_start without stepping back for a front end's thread. */
struct lrp_thread *lrp_thread_start_equal(void *(*work)(void *data), void *data);

/* What makes the values of a finished forward pass doubtful. */
void lrp_job_doubt_values(const struct lrp_job *job, struct lrp_doubts *out);
/* The input is scaled as the model has never seen it: of `channels` behind its first layer more than half, `far`, have a mean
 * more than so many deviations away from what a BatchNormalization has learnt. */
enum { LRP_MOST_DEVIATIONS = 10 };
bool lrp_job_input_unscaled(const struct lrp_job *job, size_t *far, size_t *channels);
/* Likewise of the relevance that began with `start`. */
void lrp_job_doubt_relevance(struct lrp_job *job, const struct lrp_tensor *start, struct lrp_doubts *out);
/* Makes the ledger of relevance that began with `start`, if there is none and one can be made: then the results have it. */
enum lrp_status lrp_job_make_ledger(struct lrp_job *job, const struct lrp_tensor *start, struct lrp_error *err);
/* Where relevance of layers has been let go: a ledger with the rows of the layers that read layer `at`, the others are empty.
 * Owned by the caller (lrp_ledger_free); NULL where there is none. */
struct lrp_ledger *lrp_job_account(struct lrp_job *job, const struct lrp_tensor *start, size_t at);
void lrp_job_set_state(struct lrp_job *job, enum lrp_job_state state);
bool lrp_job_should_stop(void *job);
/* What the method finds: `back` is a single pass as it would be made. Errors: those of lrp_propagate, and of arguments. */
enum lrp_status lrp_job_attribute(struct lrp_job *job, const struct lrp_propagation *back, const struct lrp_tensor **relevance,
                                  struct lrp_error *err);
void lrp_job_notify(const struct lrp_job *job);
/* A pass back that starts with `start` (borrowed). */
struct lrp_propagation lrp_job_propagation(const struct lrp_job *job, const struct lrp_tensor *start,
                                           const struct lrp_run *run);
/* Many passes of a job whose forward pass is done: their arguments (`given`) and the method of a single one are the caller's to
 * set. *unit is to be released behind them. */
enum lrp_status lrp_job_passes(struct lrp_job *job, const struct lrp_propagation *back, struct lrp_passes *out,
                               struct lrp_tensor **unit, struct lrp_error *err);
/* A job for the session's present state and sample. */
enum lrp_status lrp_job_new(struct lrp_session *session, enum lrp_want want, struct lrp_job **out, struct lrp_error *err);
/* job_ends.c: whether layers' relevance goes once it was handed on: nobody asks for it, and the method makes one pass of which
 * each value is done at once. */
bool lrp_job_lets_layers_go(const struct lrp_job *job);
/* By value, what keeps its relevance in a job that is asked for its ends alone; NULL when out of memory. */
bool *lrp_job_ends(const struct lrp_job *job);
/* How what is gone is not found again; NULL when out of memory. */
struct lrp_recall *lrp_recall_nothing(void);
/* How many threads a job may use in all. */
int lrp_job_threads(const struct lrp_job *job);
/* How its passes run, on one thread where the network is tiny; borrowed from the job. */
struct lrp_run lrp_job_run_of(struct lrp_job *job);

/* By layer: it has weights that could be random. */
void lrp_network_learned(const struct lrp_network *network, bool *out);
/* Gives layers random weights, before anything has run: from a safetensors file by their names in the model's file, or ("")
 * uniform in +-1/sqrt(fan-in). Errors: LRP_FILE naming file and weight. */
enum lrp_status lrp_network_refresh(struct lrp_network *network, const bool *layers, const char *weights, uint64_t seed,
                                    struct lrp_error *err);
/* How pictures become inputs under settings. */
enum lrp_status lrp_settings_preprocess(const struct lrp_settings *settings, struct lrp_preprocess *out, struct lrp_error *err);
/* Puts the tensor of a value, of `from` (by value), into its published slot, with the statistics of the layer whose output it
 * is. */
void lrp_job_publish(struct lrp_job *job, const struct lrp_tensor *const *from, bool relevance, int value, int layer);
/* What the passes tell after every node (lrp_progress). */
struct lrp_node_watch {
    struct lrp_job *job;
    const struct lrp_tensor *const *tensors;
    bool relevance;
    bool *computed; /* by layer; owned by the pass */
    double since;   /* when the node before was done, ms */
};
void lrp_node_watch_tell(void *data, int node, int done, int total);
/* Statistics of activations are for the details of a layer: taken once the pass is over, not between its layers. */
void lrp_job_describe_activations(struct lrp_job *job);

/* The checked next inputs, network, setup and results of a session; commit_plan() swaps them in under its lock. */
struct lrp_session_plan {
    const struct lrp_tensor **inputs;
    struct lrp_shape *shapes;
    signed char *flags; /* by input: as lrp_graph_options has them */
    bool same_inputs;   /* tensors made before serve again */
    bool one_by_one;
    char *conflict; /* the setup's, before there is one */
    int64_t sample;
    struct lrp_strings notes, relevance_notes;
    struct lrp_network *network;
    struct lrp_setup *setup;
    struct lrp_results *results;
};
/* Puts tensors in the places of inputs that nobody has to give: masks, positions, an empty past. */
enum lrp_status lrp_session_fill(const struct lrp_session *session, struct lrp_session_plan *plan, struct lrp_error *err);
/* Finds the flags that are known before anything runs: those that are filled in, or given. */
void lrp_session_find_flags(const struct lrp_session *session, struct lrp_session_plan *plan);
/* Says which output is explained if it is not the first. */
void lrp_session_note(struct lrp_session_plan *plan);
/* `same_sources`: only settings change. Whatever comes of it, the plan is to be freed. Errors: as lrp_session_apply. */
enum lrp_status lrp_session_plan_make(struct lrp_session *session, const struct lrp_settings *settings, bool same_sources,
                                      struct lrp_session_plan *plan, struct lrp_error *err);
void lrp_session_plan_free(struct lrp_session_plan *plan, size_t inputs);
/* Samples that inputs hold: the first dimension of the first that is there; 0 without any. */
int64_t lrp_count_samples(const struct lrp_model *model, const struct lrp_tensor *const *inputs);

/* Bytes that may be taken in all: --memory, or what the process was given. */
size_t lrp_memory_limit(const struct lrp_session *session, const struct lrp_settings *settings);
/* Bytes of its pictures, and of all samples of its inputs. */
size_t lrp_memory_of_inputs(const struct lrp_session *session);
/* Divides --memory (without it half of the machine's) among what is kept and what can be made again, before a job runs.
 * Errors: LRP_MEMORY naming the bytes that are needed at least. */
enum lrp_status lrp_memory_bound(const struct lrp_job *job, struct lrp_error *err);
/* What finished results may take that nobody looks at: half of what is not needed, at most a gigabyte. */
size_t lrp_memory_for_results(const struct lrp_job *job);
/* How many passes over one network fit in side by side, a thread each. */
int lrp_memory_lanes(const struct lrp_job *job);
/* Runs a job in the calling thread (session unlocked). */
enum lrp_status lrp_job_run(struct lrp_job *job, struct lrp_error *err);
/* Heatmaps of a layer's channels, one after the other; published as they come. Errors: those of lrp_propagate. */
enum lrp_status lrp_job_map_channels(struct lrp_job *job, const struct lrp_tensor *start, const struct lrp_run *run,
                                     struct lrp_error *err);
/* What is said after each block, one after the other; published as it comes. A model that has no such blocks is told apart by
 * its rows. Errors: LRP_CANCELLED, LRP_MEMORY. */
bool lrp_job_wants_lens(const struct lrp_job *job);
enum lrp_status lrp_job_make_lens(struct lrp_job *job, struct lrp_error *err);
/* The results without conditions that the job's differ from in nothing else; NULL: none are known. */
struct lrp_results *lrp_job_plain(const struct lrp_job *job, const struct lrp_tensor *start);
/* job_base.c: the earlier results that a pass from `start` can build on, as only rules differ; or NULL. */
const struct lrp_results *lrp_job_base(const struct lrp_job *job, const struct lrp_tensor *start);
/* By layer: does it work in another way than it did under `before`? Owned by the caller; NULL when out of memory. */
bool *lrp_job_changed_rules(const struct lrp_setup *now, const struct lrp_setup *before);
void lrp_job_free(struct lrp_job *job);
double lrp_now_ms(void);

/* The heatmap options a setup asks for. */
enum lrp_status lrp_settings_heatmap(const struct lrp_settings *settings, enum lrp_show show, struct lrp_heatmap_options *out,
                                     struct lrp_error *err);
/* The container of a public snapshot. */
struct lrp_snapshot_box {
    struct lrp_snapshot shown;     /* first: a snapshot is its box */
    struct lrp_snapshot_box *self; /* what may be changed through a snapshot that may not: its references */
    int references;
    const struct lrp_result **activation, **relevance; /* what `shown` borrows */
    struct lrp_statistics *activation_statistics, *relevance_statistics;
    struct lrp_target *targets;
    double *gaps;
    double *forward_ms, *relevance_ms;
    const struct lrp_tensor **growing; /* by input of the model; owned references */
    struct lrp_channel_maps *maps;     /* owned reference */
    struct lrp_concepts_seen concepts;
    struct lrp_lens_rows *lens; /* owned reference */
    struct lrp_lens_seen said;
    struct lrp_setup *setup;
    struct lrp_results *results;
    struct lrp_model *model;
    struct lrp_written *written; /* NULL: inputs are no text */
    struct lrp_snapshot_input *inputs;
    const char *decoder_input; /* static; NULL: the model has none */
    char *input_label;
    struct lrp_strings notes;
    struct lrp_doubts doubts;
};
const struct lrp_snapshot_box *lrp_snapshot_box(const struct lrp_snapshot *snapshot);
/* The float weights of a layer, borrowed from the model; NULL if it has none. */
const struct lrp_blob *lrp_snapshot_weights(const struct lrp_snapshot *snapshot, int layer);

#endif
