/* plugin_tape.c: operators recorded one after the other, run forward, and backward by their own vjps. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"
#include "text.h"

enum { MOST_VALUES = 256, MOST_INPUTS = 8, MOST_ATTRIBUTES = 8, OPSET = 22 };

struct tape_entry {
    int input;                   /* of the operator; -1: not one */
    struct lrp_tensor *constant; /* owned, or NULL */
    struct lrp_call call;        /* of an operator: op not NULL */
    struct lrp_desc in[MOST_INPUTS], out;
    int from[MOST_INPUTS];
    struct lrp_attribute attributes[MOST_ATTRIBUTES];
    void *handle; /* prepared, owned */
};
struct lrp_plugin_tape {
    struct lrp_arena *arena;
    struct lrp_shape_set shapes;
    const struct lrp_call *of;
    struct tape_entry *entries;
    int count, result;
    char why[LRP_PLUGIN_WHY];
};

static int refuse_call(struct lrp_plugin_tape *tape, const char *format, const char *what)
{
    if (!*tape->why) snprintf(tape->why, sizeof tape->why, format, what);
    return -1;
}

static struct tape_entry *new_entry(struct lrp_plugin_tape *tape)
{
    if (tape->count == MOST_VALUES) {
        refuse_call(tape, "its body is longer than 256 values%s", "");
        return NULL;
    }
    struct tape_entry *e = &tape->entries[tape->count];
    *e = (struct tape_entry){.input = -1};
    return e;
}

int lrp_plugin_tape_input(struct lrp_plugin_tape *tape, int input)
{
    if (input < 0 || input >= tape->of->in_count || !tape->of->in[input].present)
        return refuse_call(tape, "its body reads an input that is absent%s", "");
    struct tape_entry *e = new_entry(tape);
    if (!e) return -1;
    e->input = input;
    e->out = tape->of->in[input];
    e->out.constant = NULL;
    return tape->count++;
}

int lrp_plugin_tape_constant(struct lrp_plugin_tape *tape, int rank, const int64_t *dim, const float *data)
{
    struct lrp_shape shape = {.rank = rank};
    struct lrp_blob *blob = NULL;
    bool possible = rank >= 0 && rank <= LRP_MAX_RANK && data;
    for (int i = 0; possible && i < rank; i++) possible = dim[i] >= 0;
    struct tape_entry *e = possible ? new_entry(tape) : NULL;
    if (!e) return refuse_call(tape, "its body has a constant of no shape%s", "");
    for (int i = 0; i < rank; i++) shape.dim[i] = dim[i];
    if (lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, &e->constant, NULL) != LRP_OK)
        return refuse_call(tape, "not enough memory%s", "");
    memcpy(e->constant->f, data, e->constant->count * sizeof(float));
    if (lrp_blob_from_tensor(tape->arena, e->constant, &blob, NULL) != LRP_OK)
        return refuse_call(tape, "not enough memory%s", "");
    e->out = (struct lrp_desc){.present = true, .dtype = LRP_DTYPE_FLOAT, .shape = blob->shape, .constant = blob};
    return tape->count++;
}

/* "alpha=0.5 axis=1 pads=0,1": a number with a point or an exponent is a float, a list holds whole numbers, the rest is text.
 */
static bool parse_attributes(struct lrp_plugin_tape *tape, struct tape_entry *e, const char *text)
{
    char *rest = NULL, *copy = lrp_arena_strdup(tape->arena, text ? text : "");
    if (!copy) return false;
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(word, '='), *end = NULL;
        if (!value || e->call.attribute_count == MOST_ATTRIBUTES) return false;
        *value++ = '\0';
        if (!*word || !*value || strchr(value, '=')) return false;
        struct lrp_attribute *a = &e->attributes[e->call.attribute_count++];
        *a = (struct lrp_attribute){.name = word, .kind = LRP_ATTRIBUTE_STRING, .s = value};
        const double number = strtod(value, &end);
        if (end == value) continue;
        if ((*end && *end != ',') || !(fabs(number) < 9e18)) return false;
        a->i = (int64_t)number;
        a->f = (float)number;
        a->kind = strpbrk(value, ".eE") ? LRP_ATTRIBUTE_FLOAT : LRP_ATTRIBUTE_INT;
        if (!strchr(value, ',')) continue;
        int64_t *ints = lrp_arena_calloc(tape->arena, strlen(value), sizeof *ints);
        if (!ints) return false;
        for (char *at = value; *at; at = *end == ',' ? end + 1 : end) {
            ints[a->count++] = strtoll(at, &end, 10);
            if (end == at) return false;
        }
        a->kind = LRP_ATTRIBUTE_INTS;
        a->ints = ints;
    }
    return true;
}

int lrp_plugin_tape_apply(struct lrp_plugin_tape *tape, const char *op_type, const int *inputs, int count,
                          const char *attributes)
{
    for (int i = 0; i < count; i++)
        if (inputs[i] < 0 || inputs[i] >= tape->count)
            return refuse_call(tape, "an input of %s in its body is no value", op_type);
    struct tape_entry *e = count < 1 || count > MOST_INPUTS ? NULL : new_entry(tape);
    const char *why = "";
    struct lrp_error err = {0};
    if (!e) return refuse_call(tape, "%s in its body has no inputs, or too many", op_type);
    for (int i = 0; i < count; i++) {
        e->from[i] = inputs[i];
        e->in[i] = tape->entries[inputs[i]].out;
    }
    e->out = (struct lrp_desc){.present = true, .shape = &lrp_shape_unknown};
    e->call = (struct lrp_call){.op = lrp_operator_find("", op_type, OPSET, &why),
                                .op_type = lrp_arena_strdup(tape->arena, op_type),
                                .domain = "",
                                .opset = OPSET,
                                .in = e->in,
                                .out = &e->out,
                                .in_count = count,
                                .out_count = 1,
                                .shapes = &tape->shapes};
    if (!e->call.op || !e->call.op_type)
        return refuse_call(tape, "its body uses operator %s, which is not implemented", op_type);
    if (!parse_attributes(tape, e, attributes))
        return refuse_call(tape, "the attributes of %s in its body cannot be read", op_type);
    e->call.attributes = e->attributes;
    if (lrp_call_check_attributes(&e->call, &err) != LRP_OK || e->call.op->infer(&e->call, &err) != LRP_OK ||
        (e->call.op->prepare && e->call.op->prepare(&e->call, NULL, &e->handle, NULL, &err) != LRP_OK)) {
        if (!*tape->why) snprintf(tape->why, sizeof tape->why, "%s in its body: %.300s", op_type, err.message);
        return -1;
    }
    return tape->count++;
}

enum lrp_status lrp_plugin_tape_record(const struct lrp_plugin_row *row, const struct lrp_plugin_call *call,
                                       const struct lrp_call *of, struct lrp_plugin_tape **out, struct lrp_error *err)
{
    struct lrp_plugin_tape *tape = calloc(1, sizeof *tape);
    if (tape) tape->arena = lrp_arena_new();
    if (tape) tape->entries = calloc(MOST_VALUES, sizeof *tape->entries);
    if (!tape || !tape->arena || !tape->entries) {
        lrp_plugin_tape_free(tape);
        return lrp_fail(err, LRP_MEMORY, "not enough memory");
    }
    tape->shapes.arena = tape->arena;
    tape->of = of;
    lrp_plugin_enter(row->file);
    tape->result = row->given.body(row->host, tape, call);
    lrp_plugin_leave();
    if (tape->result >= 0 && tape->result < tape->count && !lrp_dtype_is_float(tape->entries[tape->result].out.dtype))
        refuse_call(tape, "its body ends in whole numbers, not floats%s", "");
    if (tape->result >= 0 && tape->result < tape->count && !*tape->why) {
        *out = tape;
        return LRP_OK;
    }
    enum lrp_status status = lrp_fail(err, LRP_UNSUPPORTED, "plugin %s: operator %s: %s", row->file, row->given.type,
                                      *tape->why ? tape->why : "its body gives no value");
    lrp_plugin_tape_free(tape);
    return status;
}

void lrp_plugin_tape_free(struct lrp_plugin_tape *tape)
{
    if (!tape) return;
    for (int i = 0; tape->entries && i < MOST_VALUES; i++) {
        struct tape_entry *e = &tape->entries[i];
        if (e->handle && e->call.op->release) e->call.op->release(e->handle);
        lrp_tensor_release(e->constant);
    }
    free(tape->entries);
    lrp_shape_set_free(&tape->shapes);
    lrp_arena_free(tape->arena);
    free(tape);
}

const struct lrp_shape *lrp_plugin_tape_shape(const struct lrp_plugin_tape *tape)
{
    return tape->entries[tape->result].out.shape;
}

/* ---- running ---- */

static void release_values(struct lrp_tensor **values, int count)
{
    for (int i = 0; values && i < count; i++) lrp_tensor_release(values[i]);
    free(values);
}

static void gather_inputs_of(const struct lrp_plugin_tape *tape, const struct tape_entry *e, struct lrp_tensor *const *values,
                             const struct lrp_tensor **in)
{
    (void)tape;
    for (int i = 0; i < e->call.in_count; i++)
        in[i] = e->in[i].constant && e->call.op->prepared_inputs >> i & 1 ? NULL : values[e->from[i]];
}

/* All values of the tape: owned references. */
static enum lrp_status evaluate_tape(struct lrp_plugin_tape *tape, const struct lrp_tensor *const *in,
                                     const struct lrp_run *run, struct lrp_tensor ***out, struct lrp_error *err)
{
    struct lrp_tensor **values = calloc((size_t)tape->count + 1, sizeof(struct lrp_tensor *));
    enum lrp_status status = values ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (int v = 0; !status && v < tape->count; v++) {
        struct tape_entry *e = &tape->entries[v];
        const struct lrp_tensor *given[MOST_INPUTS];
        if (e->input >= 0)
            values[v] = lrp_tensor_retain(in[e->input]);
        else if (e->constant)
            values[v] = lrp_tensor_retain(e->constant);
        else {
            gather_inputs_of(tape, e, values, given);
            status = lrp_tensor_new(e->out.dtype, e->out.shape, &values[v], err);
            if (!status) status = e->call.op->forward(&e->call, e->handle, given, &values[v], run, err);
        }
    }
    if (!status)
        *out = values;
    else
        release_values(values, tape->count);
    return status;
}

enum lrp_status lrp_plugin_tape_forward(struct lrp_plugin_tape *tape, const struct lrp_tensor *const *in,
                                        struct lrp_tensor *out, const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_tensor **values = NULL;
    enum lrp_status status = evaluate_tape(tape, in, run, &values, err);
    if (status) return status;
    memcpy(out->f, values[tape->result]->f, out->count * sizeof(float));
    release_values(values, tape->count);
    return LRP_OK;
}

/* Adds the gradients of one operator's inputs to those of the values they are. */
static enum lrp_status pull_back(struct lrp_plugin_tape *tape, int v, struct lrp_tensor *const *values,
                                 struct lrp_tensor **adjoint, const struct lrp_run *run, struct lrp_error *err)
{
    struct tape_entry *e = &tape->entries[v];
    const struct lrp_tensor *in[MOST_INPUTS], *out[1] = {values[v]}, *s[1] = {adjoint[v]};
    struct lrp_tensor *grad[MOST_INPUTS] = {NULL};
    enum lrp_status status =
        e->call.op->vjp ? LRP_OK
                        : lrp_fail(err, LRP_UNSUPPORTED, "operator %s in its body cannot be differentiated", e->call.op_type);
    gather_inputs_of(tape, e, values, in);
    for (int i = 0; !status && i < e->call.in_count; i++)
        if (lrp_call_is_data(&e->call, i)) status = lrp_tensor_new(LRP_DTYPE_FLOAT, e->in[i].shape, &grad[i], err);
    if (!status) status = e->call.op->vjp(&e->call, e->handle, in, out, s, grad, run, err);
    for (int i = 0; i < e->call.in_count; i++) {
        if (!grad[i]) continue;
        struct lrp_tensor **to = &adjoint[e->from[i]];
        for (size_t k = 0; *to && k < grad[i]->count; k++) (*to)->f[k] += grad[i]->f[k];
        if (*to)
            lrp_tensor_release(grad[i]);
        else
            *to = grad[i];
    }
    return status;
}

enum lrp_status lrp_plugin_tape_vjp(struct lrp_plugin_tape *tape, const struct lrp_tensor *const *in,
                                    const struct lrp_tensor *s, struct lrp_tensor *const *grad, const struct lrp_run *run,
                                    struct lrp_error *err)
{
    struct lrp_tensor **values = NULL, **adjoint = calloc((size_t)tape->count + 1, sizeof(struct lrp_tensor *));
    enum lrp_status status =
        adjoint ? evaluate_tape(tape, in, run, &values, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_tensor_copy(s, &adjoint[tape->result], err);
    for (int v = tape->count - 1; !status && v >= 0; v--) {
        const struct tape_entry *e = &tape->entries[v];
        if (!adjoint[v]) continue;
        if (e->call.op)
            status = pull_back(tape, v, values, adjoint, run, err);
        else if (e->input >= 0 && grad[e->input])
            for (size_t k = 0; k < adjoint[v]->count; k++) grad[e->input]->f[k] += adjoint[v]->f[k];
    }
    release_values(values, tape->count);
    release_values(adjoint, tape->count);
    return status;
}
