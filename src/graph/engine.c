/* engine.c: what is kept for running a graph: prepared handles and constants, and a node's inputs as its operator takes them.
 */
#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "execute.h"
#include "late.h"
#include "span.h"

/* What a prepared operator is found by in the cache. */
struct prepared_key {
    int node;
    bool as_is, passing; /* passing: not to be kept (late.h) */
    uint64_t stamp;
    struct lrp_modifier modifier;
};
struct prepared {
    void (*release)(void *handle);
    void *handle;
};
struct lrp_engine {
    const struct lrp_graph *graph;
    struct lrp_lru *cache;
    struct prepared_key latest; /* handed out last: it may have grown while it worked */
    bool has_latest;
    struct lrp_tensor **constants; /* by value */
    struct lrp_pool *pool;
    size_t turn_limit;            /* bytes */
    struct lrp_span_store *spans; /* NULL: nobody asked yet */
};

enum lrp_status lrp_engine_new(const struct lrp_graph *graph, struct lrp_engine **out, struct lrp_error *err)
{
    struct lrp_engine *e = calloc(1, sizeof *e);
    if (e) {
        e->graph = graph;
        e->turn_limit = SIZE_MAX;
        e->pool = lrp_pool_new();
        e->cache = lrp_lru_new();
        e->constants = calloc((size_t)graph->value_count + 1, sizeof(struct lrp_tensor *));
    }
    if (!e || !e->cache || !e->constants || !e->pool) {
        lrp_engine_free(e);
        return lrp_fail(err, LRP_MEMORY, "%s: not enough memory to run it", graph->definition->path);
    }
    *out = e;
    return LRP_OK;
}

void lrp_engine_free(struct lrp_engine *engine)
{
    if (!engine) return;
    lrp_span_store_free(engine->spans);
    lrp_lru_free(engine->cache);
    for (int v = 0; engine->constants && v < engine->graph->value_count; v++) lrp_tensor_release(engine->constants[v]);
    free(engine->constants);
    lrp_pool_release(engine->pool);
    free(engine);
}

const struct lrp_graph *lrp_engine_graph(const struct lrp_engine *engine)
{
    return engine->graph;
}

struct lrp_lru *lrp_engine_cache(struct lrp_engine *engine)
{
    return engine->cache;
}

struct lrp_span_store **lrp_engine_span_store(struct lrp_engine *engine)
{
    return &engine->spans;
}

void lrp_engine_limit_turns(struct lrp_engine *engine, size_t bytes)
{
    engine->turn_limit = bytes;
}

size_t lrp_engine_turn_limit(const struct lrp_engine *engine)
{
    return engine->turn_limit;
}

struct lrp_pool *lrp_engine_pool(struct lrp_engine *engine)
{
    return engine->pool;
}

enum lrp_status lrp_engine_blame(const struct lrp_engine *engine, int node, enum lrp_status status, struct lrp_error *err)
{
    return status == LRP_CANCELLED ? status
                                   : lrp_fail_context(err, status, "%s: layer %s", engine->graph->definition->path,
                                                      engine->graph->nodes[node].name);
}

/* Padding is part of a key. */
static struct prepared_key key_of(const struct lrp_engine *e, int node, const struct lrp_modifier *modifier)
{
    struct prepared_key key;
    memset(&key, 0, sizeof key);
    key.node = node;
    key.stamp = lrp_late_stamp(&e->graph->nodes[node], e->graph, &key.passing);
    key.as_is = !modifier;
    if (modifier) key.modifier = *modifier;
    return key;
}

static void release_prepared(void *value)
{
    struct prepared *p = value;
    if (p->release) p->release(p->handle);
    free(p);
}

static size_t handle_bytes(const struct lrp_call *call, const void *handle)
{
    return handle && call->op->bytes ? call->op->bytes(handle) : 0;
}

/* Handles make more of themselves on first use: the one that was used last is measured again, if it is still there. */
static void measure_latest_handle(struct lrp_engine *e)
{
    const struct prepared *used = e->has_latest ? lrp_lru_find(e->cache, &e->latest, sizeof e->latest) : NULL;
    e->has_latest = false;
    if (used)
        lrp_lru_resize(e->cache, &e->latest, sizeof e->latest,
                       handle_bytes(&e->graph->nodes[e->latest.node].call, used->handle));
}

static enum lrp_status prepare_handle(struct lrp_engine *e, const struct prepared_key *key, void **handle,
                                      const struct lrp_run *run, struct lrp_error *err)
{
    const struct lrp_call *call = &e->graph->nodes[key->node].call;
    struct prepared *p = calloc(1, sizeof *p);
    enum lrp_status status = p ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for its weights");
    if (!status) status = call->op->prepare(call, key->as_is ? NULL : &key->modifier, &p->handle, run, err);
    if (status) {
        free(p);
        return lrp_engine_blame(e, key->node, status, err);
    }
    p->release = call->op->release;
    *handle = p->handle;
    if (lrp_lru_put(e->cache, key, sizeof *key, p, handle_bytes(call, p->handle), release_prepared)) return LRP_OK;
    release_prepared(p);
    return lrp_engine_blame(e, key->node, lrp_fail(err, LRP_MEMORY, "not enough memory for its weights"), err);
}

/* Keys of handles are of their own size. */
static bool is_passing(const void *key, size_t key_size, const void *value)
{
    (void)value;
    return key_size == sizeof(struct prepared_key) && ((const struct prepared_key *)key)->passing;
}

enum lrp_status lrp_engine_handle(struct lrp_engine *engine, int node, const struct lrp_modifier *modifier, void **handle,
                                  const struct lrp_run *run, struct lrp_error *err)
{
    *handle = NULL;
    if (!engine->graph->nodes[node].call.op->prepare) return LRP_OK;
    const struct prepared_key key = key_of(engine, node, modifier);
    measure_latest_handle(engine);
    if (key.passing) lrp_lru_drop(engine->cache, is_passing);
    const struct prepared *found = lrp_lru_find(engine->cache, &key, sizeof key);
    if (found) *handle = found->handle;
    enum lrp_status status = found ? LRP_OK : prepare_handle(engine, &key, handle, run, err);
    engine->latest = key;
    engine->has_latest = true;
    return status;
}

enum lrp_status lrp_engine_constant(struct lrp_engine *engine, int value, const struct lrp_tensor **out, struct lrp_error *err)
{
    const struct lrp_blob *blob = engine->graph->values[value].desc.constant;
    if (!engine->constants[value]) {
        enum lrp_status status = lrp_blob_tensor(blob, &engine->constants[value], err);
        if (status) return status;
    }
    *out = engine->constants[value];
    return LRP_OK;
}

enum lrp_status lrp_engine_row_major(const struct lrp_engine *engine, int node, int block, const struct lrp_run *run,
                                     const struct lrp_tensor **tensor, struct lrp_error *err)
{
    if (!*tensor || !(*tensor)->block || (*tensor)->block == block) return LRP_OK;
    *tensor = lrp_tensor_row_major(*tensor, run);
    return *tensor
               ? LRP_OK
               : lrp_engine_blame(engine, node, lrp_fail(err, LRP_MEMORY, "not enough memory to put its values in order"), err);
}

enum lrp_status lrp_engine_blocks(struct lrp_engine *engine, int node, const struct lrp_tensor *const *values, void *handle,
                                  bool back, const struct lrp_run *run, int *from, int *to, struct lrp_error *err)
{
    const struct lrp_node *n = &engine->graph->nodes[node];
    const struct lrp_call *call = &n->call;
    *from = *to = 0;
    if (!call->op->blocks || n->late || !call->out_count || call->out[0].dtype != LRP_DTYPE_FLOAT) return LRP_OK;
    for (int i = 0; values && i < call->in_count; i++)
        if (lrp_call_is_data(call, i) && values[n->in[i]] && values[n->in[i]]->block) *from = values[n->in[i]]->block;
    enum lrp_status status = call->op->blocks(call, handle, back, run, from, to, err);
    const struct lrp_shape *y = call->out[0].shape;
    if (!back && y->rank > 1 && y->dim[1] < *to) *to = 0; /* most of every block would be missing channels */
    return !status ? LRP_OK : lrp_engine_blame(engine, node, status, err);
}

enum lrp_status lrp_engine_inputs(struct lrp_engine *engine, int node, const struct lrp_tensor *const *values, int block,
                                  const struct lrp_run *run, const struct lrp_tensor **in, struct lrp_error *err)
{
    const struct lrp_node *n = &engine->graph->nodes[node];
    for (int i = 0; i < n->call.in_count; i++) {
        in[i] = NULL;
        if (n->in[i] < 0) continue;
        const struct lrp_desc *d = &engine->graph->values[n->in[i]].desc;
        if (!d->constant) {
            const bool read = n->call.in[i].constant && i < 32 && n->call.op->prepared_inputs >> i & 1U;
            in[i] = values && !read ? values[n->in[i]] : NULL;
            enum lrp_status status = lrp_engine_row_major(engine, node, block, run, &in[i], err);
            if (status) return status;
        } else if (!(i < 32 && (n->call.op->prepared_inputs | n->call.op->in_place) >> i & 1U)) {
            enum lrp_status status = lrp_engine_constant(engine, n->in[i], &in[i], err);
            if (status) return lrp_engine_blame(engine, node, status, err);
        }
    }
    return LRP_OK;
}
