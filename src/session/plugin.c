/* plugin.c: loading shared objects, and the host's side of what they bring. */
#include "plugin.h"
#include "json_model.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "account.h"
#include "apply.h"
#include "json.h"
#include "rule_json.h"
#include "text.h"

struct lrp_plugin {
    int references;
    char *path;
    void *object;
    struct lrp_plugin_row **rows; /* owned, each */
    size_t count;
    struct lrp_plugin_host host;
    struct lrp_plugin_offer *offer; /* while it is being loaded */
    struct lrp_error first;         /* what the host refused first */
};
/* A rule that is a function: the data of its row in the book. */
struct function {
    int references;
    struct lrp_plugin *plugin;
    lrp_plugin_rule *rule;
};

void lrp_plugin_retain(void *plugin)
{
    __atomic_add_fetch(&((struct lrp_plugin *)plugin)->references, 1, __ATOMIC_RELAXED);
}

void lrp_plugin_release(void *plugin)
{
    struct lrp_plugin *p = plugin;
    if (!p || __atomic_sub_fetch(&p->references, 1, __ATOMIC_ACQ_REL) > 0) return;
    for (size_t i = 0; i < p->count; i++) free(p->rows[i]);
    free(p->rows);
    if (p->object) dlclose(p->object);
    free(p->path);
    free(p);
}

const char *lrp_plugin_path(const struct lrp_plugin *plugin)
{
    return plugin->path;
}

const struct lrp_operator *lrp_plugin_operator_at(const struct lrp_plugin *plugin, size_t index)
{
    return index < plugin->count ? &plugin->rows[index]->row : NULL;
}

static int refuse_row(struct lrp_plugin *p, const char *what, const char *name, const char *why)
{
    if (!p->first.status) lrp_fail(&p->first, LRP_FILE, "%s %s: %s", what, name ? name : "", why);
    return 1;
}

/* ---- what the host offers ---- */

static int add_operator(const struct lrp_plugin_host *host, const struct lrp_plugin_operator *op)
{
    struct lrp_plugin *p = host->context;
    const char *why = "";
    if (!p->offer || !op) return refuse_row(p, "operator", "", "it is none");
    struct lrp_plugin_row *row = calloc(1, sizeof *row),
                          **rows = realloc(p->rows, (p->count + 1) * sizeof(struct lrp_plugin_row *));
    if (rows) p->rows = rows;
    if (!row || !rows || !lrp_plugin_row_fill(row, op, &why)) {
        free(row);
        return refuse_row(p, "operator", op->type, *why ? why : "not enough memory");
    }
    row->host = &p->host;
    row->file = p->path;
    /* an operator of the domain "" is a layer type of JSON models, too */
    bool taken = (!*row->row.domain && lrp_json_type_find(row->row.name)) ||
                 lrp_operator_find(row->row.domain, row->row.name, 10000, NULL) ||
                 p->offer->taken(p->offer->data, row->row.domain, row->row.name);
    for (size_t i = 0; i < p->count; i++)
        taken |= strcmp(rows[i]->row.name, row->row.name) == 0 && strcmp(rows[i]->row.domain, row->row.domain) == 0;
    if (taken) {
        refuse_row(p, "operator", row->row.name, "there is one of that name already");
        free(row);
        return 1;
    }
    rows[p->count++] = row;
    return 0;
}

static int add_rule(const struct lrp_plugin_host *host, const char *name, const char *json)
{
    struct lrp_plugin *p = host->context;
    cJSON *object = NULL, *rules = cJSON_CreateObject();
    const cJSON *where = NULL;
    struct lrp_error err = {0};
    if (!p->offer || !name || !json) {
        cJSON_Delete(rules);
        return refuse_row(p, "rule", name, "it has no name, or no text");
    }
    enum lrp_status status =
        rules ? lrp_json_parse(json, strlen(json), &object, &err) : lrp_fail(&err, LRP_MEMORY, "not enough memory");
    if (!status && !cJSON_AddItemToObject(rules, name, object)) status = lrp_fail(&err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_rule_json_read(p->offer->book, rules->child, p->path, NULL, NULL, &where, &err);
    cJSON_Delete(rules);
    return !status ? 0 : refuse_row(p, "rule", name, err.message);
}

static void retain_function(void *data)
{
    __atomic_add_fetch(&((struct function *)data)->references, 1, __ATOMIC_RELAXED);
}
static void release_function(void *data)
{
    struct function *f = data;
    if (__atomic_sub_fetch(&f->references, 1, __ATOMIC_ACQ_REL) > 0) return;
    lrp_plugin_release(f->plugin);
    free(f);
}

enum { MOST_INPUTS = 16 };
static enum lrp_status call_rule(void *data, const struct lrp_rule_step *a, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct function *f = data;
    const struct lrp_node *n = &lrp_engine_graph(a->engine)->nodes[a->node];
    const struct lrp_tensor *values[MOST_INPUTS] = {NULL};
    struct lrp_plugin_array in[MOST_INPUTS + 2] = {{0}}, to[MOST_INPUTS] = {{0}};
    char why[LRP_PLUGIN_WHY] = "";
    if (n->call.in_count > MOST_INPUTS)
        return lrp_fail(err, LRP_UNSUPPORTED, "plugin %s: rules see at most %d inputs", f->plugin->path, MOST_INPUTS);
    if (!a->relevance[0]) return LRP_OK;
    enum lrp_status status = lrp_engine_inputs(a->engine, a->node, a->values, 0, a->run, values, err);
    if (status) return status;
    /* what it reads: inputs, output, relevance, in this order */
    const struct lrp_tensor *read[MOST_INPUTS + 2];
    float *lent[MOST_INPUTS + 2];
    const int reads = n->call.in_count + 2;
    for (int i = 0; i < n->call.in_count; i++) {
        read[i] = values[i];
        to[i] = lrp_plugin_array_of(given[i]);
    }
    read[n->call.in_count] = lrp_rule_step_value(a, n->out[0]);
    read[n->call.in_count + 1] = lrp_rule_step_relevance(a, 0);
    if (!lrp_plugin_lend(read, reads, in, lent))
        return lrp_fail(err, LRP_MEMORY, "plugin %s: not enough memory for its rule", f->plugin->path);
    const struct lrp_plugin_array out = in[n->call.in_count], relevance = in[n->call.in_count + 1];
    const struct lrp_plugin_layer layer = {.host = &f->plugin->host,
                                           .in = in,
                                           .in_count = n->call.in_count,
                                           .out = &out,
                                           .relevance = &relevance,
                                           .given = to,
                                           .stabilizer = (double)a->rule->stabilizer,
                                           .why = why};
    bool finite = lrp_plugin_finite(lrp_rule_step_relevance(a, 0)), given_finite = true;
    for (int i = 0; i < n->call.in_count; i++) finite &= lrp_plugin_finite(values[i]);
    struct lrp_plugin_room rooms[MOST_INPUTS];
    size_t most = relevance.count;
    for (int i = 0; i < n->call.in_count; i++) most = in[i].count > most ? in[i].count : most;
    if (!lrp_plugin_rooms_new(rooms, given, n->call.in_count, most)) {
        lrp_plugin_take_back(read, reads, lent);
        return lrp_fail(err, LRP_MEMORY, "plugin %s: not enough memory for its rule", f->plugin->path);
    }
    for (int i = 0; i < n->call.in_count; i++) to[i].data = rooms[i].f;
    lrp_plugin_enter(f->plugin->path);
    const bool failed = f->rule(&layer) != 0;
    lrp_plugin_leave();
    const bool unharmed = lrp_plugin_take_back(read, reads, lent),
               whole = lrp_plugin_rooms_close(rooms, given, n->call.in_count);
    if (!whole) {
        snprintf(why, sizeof why, "it writes past the end of what it is given to fill");
    } else if (!unharmed) {
        snprintf(why, sizeof why, "it writes to what it may only read");
    } else if (!failed) {
        for (int i = 0; i < n->call.in_count; i++) given_finite &= lrp_plugin_finite(given[i]);
        if (given_finite || !finite) return LRP_OK;
        snprintf(why, sizeof why, "it gives numbers that are not finite");
    }
    return lrp_fail(err, LRP_UNSUPPORTED, "plugin %s: its rule failed: %.*s", f->plugin->path, LRP_PLUGIN_WHY - 1,
                    *why ? why : "no cause is given");
}

/* A row whose data holds on to the plugin; the caller's reference is given back by release_function. */
static struct function *new_function(struct lrp_plugin *p, const char *name, lrp_plugin_rule *rule, struct lrp_rule_row *row)
{
    struct function *f = calloc(1, sizeof *f);
    if (!f) return NULL;
    *f = (struct function){.references = 1, .plugin = p, .rule = rule};
    lrp_plugin_retain(p);
    *row = (struct lrp_rule_row){
        .info = {.name = name, .formula = "a function of the plugin", .fits = "every layer", .origin = p->path},
        .fit = lrp_fits_any,
        .apply = lrp_apply_function,
        .account = lrp_account_design,
        .custom = true,
        .function = call_rule,
        .data = f,
        .retain = retain_function,
        .release = release_function};
    return f;
}

static int add_rule_function(const struct lrp_plugin_host *host, const char *name, lrp_plugin_rule *rule)
{
    struct lrp_plugin *p = host->context;
    struct lrp_rule_row row;
    struct lrp_error err = {0};
    if (!p->offer || !name || !rule) return refuse_row(p, "rule", name, "it has no name, or no function");
    struct function *f = new_function(p, name, rule, &row);
    if (!f) return refuse_row(p, "rule", name, "not enough memory");
    enum lrp_status status = lrp_rule_book_add(p->offer->book, &row, NULL, &err);
    release_function(f);
    return !status ? 0 : refuse_row(p, "rule", name, err.message);
}

static int override_rule(const struct lrp_plugin_host *host, const char *rule, const char *type, lrp_plugin_rule *instead)
{
    struct lrp_plugin *p = host->context;
    struct lrp_rule_row row;
    struct lrp_error err = {0};
    if (!p->offer || !type || !instead) return refuse_row(p, "override of rule", rule, "it has no type, or no function");
    struct function *f = new_function(p, rule ? rule : "override", instead, &row);
    if (!f) return refuse_row(p, "rule", rule, "not enough memory");
    enum lrp_status status = lrp_rule_book_override(p->offer->book, rule, type, &row, &err);
    release_function(f);
    return !status ? 0 : refuse_row(p, "override of rule", rule ? rule : "every", err.message);
}

static int support(const struct lrp_plugin_host *host, bool activation, const char *name)
{
    struct lrp_plugin *p = host->context;
    if (!p->offer || !name || !p->offer->support(p->offer->data, activation, name))
        return refuse_row(p, "supported name", name, "it cannot be registered");
    return 0;
}
static int support_layer(const struct lrp_plugin_host *host, const char *name)
{
    return support(host, false, name);
}
static int support_activation(const struct lrp_plugin_host *host, const char *name)
{
    return support(host, true, name);
}

static int add_colormap(const struct lrp_plugin_host *host, const struct lrp_plugin_colormap *map)
{
    struct lrp_plugin *p = host->context;
    struct lrp_colormap_stop stops[LRP_COLORMAP_STOPS];
    struct lrp_error err = {0};
    /* as large as the first version of plugin.h that has it */
    const size_t least = offsetof(struct lrp_plugin_colormap, count) + sizeof map->count;
    if (!p->offer || !map) return refuse_row(p, "colour map", "", "it is none");
    if (map->size < least) return refuse_row(p, "colour map", "", "its size is not that of a struct lrp_plugin_colormap");
    for (size_t i = 0; map->stops && map->count <= LRP_COLORMAP_STOPS && i < map->count; i++)
        stops[i] =
            (struct lrp_colormap_stop){map->stops[i].position, map->stops[i].red, map->stops[i].green, map->stops[i].blue};
    const struct lrp_colormap made = {.name = map->name,
                                      .summary = map->summary,
                                      .diverging = map->diverging != 0,
                                      .count = map->count,
                                      .stops = map->stops ? stops : NULL};
    return lrp_colormap_set_add(p->offer->colormaps, &made, &err) == LRP_OK
               ? 0
               : refuse_row(p, "colour map", map->name, err.message);
}

static double attribute_number(const struct lrp_plugin_call *call, const char *name, double otherwise)
{
    const struct lrp_attribute *a = lrp_call_attribute(call->attributes, name);
    if (!a) return otherwise;
    return a->kind == LRP_ATTRIBUTE_FLOAT ? (double)a->f : a->kind == LRP_ATTRIBUTE_INT ? (double)a->i : otherwise;
}
static int attribute_numbers(const struct lrp_plugin_call *call, const char *name, double *out, int most)
{
    const struct lrp_attribute *a = lrp_call_attribute(call->attributes, name);
    if (!a || (a->kind != LRP_ATTRIBUTE_INTS && a->kind != LRP_ATTRIBUTE_FLOATS)) return -1;
    for (size_t i = 0; i < a->count && (int)i < most; i++)
        out[i] = a->kind == LRP_ATTRIBUTE_INTS ? (double)a->ints[i] : (double)a->floats[i];
    return (int)a->count;
}

static const struct lrp_plugin_host host_functions = {.abi = LRP_PLUGIN_ABI,
                                                      .size = sizeof(struct lrp_plugin_host),
                                                      .add_operator = add_operator,
                                                      .add_rule = add_rule,
                                                      .add_rule_function = add_rule_function,
                                                      .override_rule = override_rule,
                                                      .support_layer = support_layer,
                                                      .support_activation = support_activation,
                                                      .attribute_number = attribute_number,
                                                      .attribute_numbers = attribute_numbers,
                                                      .tape_input = lrp_plugin_tape_input,
                                                      .tape_constant = lrp_plugin_tape_constant,
                                                      .tape_apply = lrp_plugin_tape_apply,
                                                      .add_colormap = add_colormap};

/* ---- loading ---- */

static enum lrp_status run_main(struct lrp_plugin *p, struct lrp_error *err)
{
    /* ISO C has no conversion from an object's pointer to a function's; POSIX says that this one works */
    int (*main_function)(const struct lrp_plugin_host *) = NULL;
    void *symbol = dlsym(p->object, "lrp_plugin_main");
    memcpy(&main_function, &symbol, sizeof symbol);
    if (!symbol) return lrp_fail(err, LRP_FILE, "plugin %s: it has no lrp_plugin_main (see lrpscope/plugin.h)", p->path);
    lrp_plugin_enter(p->path);
    const int result = main_function(&p->host);
    lrp_plugin_leave();
    if (p->first.status) return lrp_fail(err, LRP_FILE, "plugin %s: %s", p->path, p->first.message);
    if (result == LRP_PLUGIN_OLD_HOST)
        return lrp_fail(err, LRP_FILE, "plugin %s: it needs functions that this lrpscope does not have yet: use a newer one",
                        p->path);
    if (result)
        return lrp_fail(err, LRP_FILE, "plugin %s: lrp_plugin_main returned %d (built for another version than ABI %u?)",
                        p->path, result, LRP_PLUGIN_ABI);
    return LRP_OK;
}

#ifndef LRP_PORTABLE
/* The loader waits for pipes, and faults on files that are cut off: that is the plugin's. */
static enum lrp_status open_object(struct lrp_plugin *p, const char *path, struct lrp_error *err)
{
    struct stat info;
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        return lrp_fail(err, LRP_FILE, "plugin %s: it cannot be loaded: it is no regular file", p->path);
    lrp_plugin_enter(p->path);
    p->object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    lrp_plugin_leave();
    return p->object ? LRP_OK : lrp_fail(err, LRP_FILE, "plugin %s: it cannot be loaded: %.500s", p->path, dlerror());
}
#endif

enum lrp_status lrp_plugin_load(const char *path, struct lrp_plugin_offer *offer, struct lrp_plugin **out,
                                struct lrp_error *err)
{
    struct lrp_plugin *p = calloc(1, sizeof *p);
    struct lrp_text full = {0}; /* a name without a slash would be looked for in the system's folders */
    lrp_text_printf(&full, "%s%s", strchr(path, '/') ? "" : "./", path);
    if (p) p->path = strdup(path);
    if (!p || !p->path || full.failed) {
        lrp_text_free(&full);
        if (p) free(p->path);
        free(p);
        return lrp_fail(err, LRP_MEMORY, "plugin %s: not enough memory", path);
    }
    p->references = 1;
    p->host = host_functions;
    p->host.context = p;
#ifdef LRP_PORTABLE
    enum lrp_status status = lrp_fail(err, LRP_USAGE, "plugin %s: this portable build loads no plugins (others do)", path);
#else
    enum lrp_status status = open_object(p, full.data, err);
#endif
    lrp_text_free(&full);
    p->offer = offer;
    offer->plugin = p;
    if (!status) status = run_main(p, err);
    p->offer = NULL;
    if (!status)
        *out = p;
    else
        lrp_plugin_release(p);
    return status;
}
