/* plugin.h: plugins inside: what a set of settings has loaded. */
#ifndef LRP_SESSION_PLUGIN_H
#define LRP_SESSION_PLUGIN_H

#include "book.h"
#include "colormap.h"
#include "lrpscope/plugin.h"
#include "ops.h"

/* One shared object and what it brought; reference counted, closed with the last reference. */
struct lrp_plugin;
void lrp_plugin_retain(void *plugin);
void lrp_plugin_release(void *plugin);
const char *lrp_plugin_path(const struct lrp_plugin *plugin);

/* What is brought while a plugin is being loaded. */
struct lrp_plugin_offer {
    struct lrp_plugin *plugin;
    struct lrp_rule_book *book;         /* rules are added here */
    struct lrp_colormap_set *colormaps; /* colour maps here */
    bool (*support)(void *data, bool activation, const char *name);
    bool (*taken)(void *data, const char *domain, const char *type); /* an operator of that name is there already */
    void *data;
};
/* Loads a shared object: its rules go into offer's book, its operators into the plugin. *out has one reference.
 * Errors: LRP_FILE naming the file, the cause and the remedy. */
enum lrp_status lrp_plugin_load(const char *path, struct lrp_plugin_offer *offer, struct lrp_plugin **out,
                                struct lrp_error *err);
/* Its operators; NULL past the end. */
const struct lrp_operator *lrp_plugin_operator_at(const struct lrp_plugin *plugin, size_t index);

/* The plugins of settings, in the order in which they were loaded, and all their operators; reference counted, immutable. */
struct lrp_plugin_list {
    int references;
    struct lrp_plugin **items;
    size_t count;
    const struct lrp_operator **rows;
    struct lrp_operator_set operators;
};
struct lrp_plugin_list *lrp_plugin_list_retain(struct lrp_plugin_list *list); /* NULL is fine */
void lrp_plugin_list_release(struct lrp_plugin_list *list);
/* A new list: that of before (may be NULL), and one more (taken over). NULL when out of memory. */
struct lrp_plugin_list *lrp_plugin_list_with(const struct lrp_plugin_list *list, struct lrp_plugin *plugin);
/* The operators of a list that may be NULL. */
const struct lrp_operator_set *lrp_plugin_list_operators(const struct lrp_plugin_list *list);

/* ---- between the parts ---- */

/* A row of our table around what the plugin gave. */
struct lrp_plugin_row {
    struct lrp_operator row; /* first: a call's op is its plugin row */
    struct lrp_plugin_operator given;
    const struct lrp_plugin_host *host;
    const char *file;
};
/* Fills the row of an operator. False if the operator is none; `why` is static. */
bool lrp_plugin_row_fill(struct lrp_plugin_row *row, const struct lrp_plugin_operator *given, const char **why);
/* A tensor as plugins see it; NULL is absent. */
struct lrp_plugin_array lrp_plugin_array_of(const struct lrp_tensor *tensor);
/* Where a plugin writes in a tensor's place: a copy with `guard` more elements behind it (at least 16384). */
struct lrp_plugin_room {
    float *f; /* owned; NULL: no float tensor was there */
    size_t guard;
};
/* One for each tensor (NULL: none). False when out of memory: then there are none. */
bool lrp_plugin_rooms_new(struct lrp_plugin_room *rooms, struct lrp_tensor *const *tensors, int count, size_t guard);
/* Copies back (tensors NULL: does not) and frees; false if something was written behind a room's end. */
bool lrp_plugin_rooms_close(struct lrp_plugin_room *rooms, struct lrp_tensor *const *tensors, int count);

/* What a plugin may only read: lends it copies (arrays of the tensors; NULL: none), so that writing there does no harm. `lent`
 * has room for `count`, owned until it is taken back. False when out of memory: then nothing is lent. */
bool lrp_plugin_lend(const struct lrp_tensor *const *tensors, int count, struct lrp_plugin_array *arrays, float **lent);
/* False if something was written there. */
bool lrp_plugin_take_back(const struct lrp_tensor *const *tensors, int count, float **lent);

/* Around every call of a plugin's function: whose it is, for who has to say what crashed (lrp_plugin_running). */
void lrp_plugin_enter(const char *path);
void lrp_plugin_leave(void);

/* True if all numbers are finite; NULL and whole numbers are. */
bool lrp_plugin_finite(const struct lrp_tensor *tensor);

/* A body: operators recorded, run forward and backward. */
struct lrp_plugin_tape;
int lrp_plugin_tape_input(struct lrp_plugin_tape *tape, int input);
int lrp_plugin_tape_constant(struct lrp_plugin_tape *tape, int rank, const int64_t *dim, const float *data);
int lrp_plugin_tape_apply(struct lrp_plugin_tape *tape, const char *op_type, const int *inputs, int count,
                          const char *attributes);
/* Records the body of a call; *out is owned by the caller. Errors: LRP_UNSUPPORTED saying what it could not record. */
enum lrp_status lrp_plugin_tape_record(const struct lrp_plugin_row *row, const struct lrp_plugin_call *call,
                                       const struct lrp_call *of, struct lrp_plugin_tape **out, struct lrp_error *err);
void lrp_plugin_tape_free(struct lrp_plugin_tape *tape);
const struct lrp_shape *lrp_plugin_tape_shape(const struct lrp_plugin_tape *tape);
enum lrp_status lrp_plugin_tape_forward(struct lrp_plugin_tape *tape, const struct lrp_tensor *const *in,
                                        struct lrp_tensor *out, const struct lrp_run *run, struct lrp_error *err);
/* Adds J^T s to grad (by input, NULL where not wanted). */
enum lrp_status lrp_plugin_tape_vjp(struct lrp_plugin_tape *tape, const struct lrp_tensor *const *in,
                                    const struct lrp_tensor *s, struct lrp_tensor *const *grad, const struct lrp_run *run,
                                    struct lrp_error *err);

#endif
