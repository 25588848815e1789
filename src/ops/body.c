/* body.c: writing the calls of which an operator is made. */
#include "body.h"

#include <string.h>

struct lrp_operator_body lrp_body_start(struct lrp_arena *arena, const struct lrp_call *call)
{
    struct lrp_operator_body body = {.arena = arena, .of = call, .value_count = call->in_count};
    body.returned = lrp_arena_calloc(arena, (size_t)call->out_count, sizeof *body.returned);
    body.failed = !body.returned;
    for (int j = 0; j < call->out_count && !body.failed; ++j) body.returned[j] = LRP_BODY_NONE;
    return body;
}

int lrp_body_input(const struct lrp_operator_body *body, int input)
{
    return lrp_call_has(body->of, input) ? input : LRP_BODY_NONE;
}

bool lrp_body_wants(const struct lrp_operator_body *body, int output)
{
    return output < body->of->out_count && body->of->out[output].present;
}

/* Room for one more; false when out of memory. */
static bool has_room(struct lrp_operator_body *body, void **items, int count, int *capacity, size_t size)
{
    if (body->failed || count < *capacity) return !body->failed;
    void *const larger = lrp_arena_calloc(body->arena, 2 * (size_t)*capacity + 16, size);
    body->failed = !larger;
    if (!larger) return false;
    if (count) memcpy(larger, *items, (size_t)count * size);
    *items = larger;
    *capacity = 2 * *capacity + 16;
    return true;
}

int lrp_body_call(struct lrp_operator_body *body, const char *part, const char *op, int in_count, const int *in)
{
    const char *const dot = strrchr(op, '.');
    void *items = body->calls;
    if (!has_room(body, &items, body->call_count, &body->call_capacity, sizeof *body->calls)) return 0;
    body->calls = items;
    struct lrp_body_call *const call = &body->calls[body->call_count];
    *call =
        (struct lrp_body_call){.part = part, .op_type = dot ? dot + 1 : op, .domain = "", .in_count = in_count, .out_count = 1};
    if (dot) call->domain = lrp_arena_strndup(body->arena, op, (size_t)(dot - op));
    call->in = lrp_arena_calloc(body->arena, (size_t)in_count, sizeof *call->in);
    body->failed = !call->in || !call->domain;
    if (body->failed) return 0;
    memcpy(call->in, in, (size_t)in_count * sizeof *in);
    body->call_count++;
    return call->out = body->value_count++;
}

/* The latest call; NULL when memory ran out, perhaps before there was one. */
static struct lrp_body_call *latest(struct lrp_operator_body *body)
{
    return body->failed || !body->call_count ? NULL : &body->calls[body->call_count - 1];
}

int lrp_body_next(struct lrp_operator_body *body)
{
    struct lrp_body_call *const call = latest(body);
    if (!call) return 0;
    call->out_count++;
    return body->value_count++;
}

/* ---- attributes ---- */

static void add_attribute(struct lrp_operator_body *body, const struct lrp_attribute *attribute)
{
    struct lrp_body_call *const call = latest(body);
    if (!call) return;
    const size_t count = (size_t)call->attribute_count;
    struct lrp_attribute *const more = lrp_arena_calloc(body->arena, count + 1, sizeof *more);
    body->failed = !more;
    if (!more) return;
    if (count) memcpy(more, call->attributes, count * sizeof *more);
    more[count] = *attribute;
    call->attributes = more;
    call->attribute_count++;
}

void lrp_body_int(struct lrp_operator_body *body, const char *name, int64_t value)
{
    add_attribute(body, &(struct lrp_attribute){.name = name, .kind = LRP_ATTRIBUTE_INT, .i = value});
}

void lrp_body_float(struct lrp_operator_body *body, const char *name, float value)
{
    add_attribute(body, &(struct lrp_attribute){.name = name, .kind = LRP_ATTRIBUTE_FLOAT, .f = value});
}

void lrp_body_text(struct lrp_operator_body *body, const char *name, const char *value)
{
    add_attribute(body, &(struct lrp_attribute){.name = name, .kind = LRP_ATTRIBUTE_STRING, .s = value});
}

void lrp_body_ints(struct lrp_operator_body *body, const char *name, int count, const int64_t *values)
{
    int64_t *const copy = lrp_arena_calloc(body->arena, (size_t)count, sizeof *copy);
    body->failed |= !copy;
    if (!copy) return;
    memcpy(copy, values, (size_t)count * sizeof *copy);
    add_attribute(body,
                  &(struct lrp_attribute){.name = name, .kind = LRP_ATTRIBUTE_INTS, .count = (size_t)count, .ints = copy});
}

void lrp_body_same(struct lrp_operator_body *body, const char *name)
{
    const struct lrp_attribute *const attribute = lrp_call_attribute(body->of, name);
    if (attribute) add_attribute(body, attribute);
}

/* ---- constants ---- */

static int body_constant(struct lrp_operator_body *body, const struct lrp_blob *blob)
{
    void *items = body->constants;
    if (!has_room(body, &items, body->constant_count, &body->constant_capacity, sizeof *body->constants)) return 0;
    body->constants = items;
    body->constants[body->constant_count++] = (struct lrp_body_constant){body->value_count, blob};
    return body->value_count++;
}

static int add_constant(struct lrp_operator_body *body, enum lrp_dtype dtype, int count, const void *data)
{
    const size_t number = count < 0 ? 1 : (size_t)count;
    struct lrp_blob *const blob = lrp_arena_calloc(body->arena, 1, sizeof *blob);
    void *const raw = lrp_arena_calloc(body->arena, number, lrp_dtype_size(dtype));
    const struct lrp_shape shape = {.rank = count < 0 ? 0 : 1, .dim = {count}}, *kept = lrp_shape_copy(body->arena, &shape);
    body->failed |= !blob || !raw || !kept;
    if (body->failed) return 0;
    memcpy(raw, data, number * lrp_dtype_size(dtype));
    *blob = (struct lrp_blob){.dtype = dtype, .shape = kept, .count = number, .raw = raw};
    return body_constant(body, blob);
}

int lrp_body_whole(struct lrp_operator_body *body, int count, const int64_t *values)
{
    return add_constant(body, LRP_DTYPE_INT64, count, values);
}

int lrp_body_floats(struct lrp_operator_body *body, int rows, int columns, const float *values)
{
    const int value = add_constant(body, LRP_DTYPE_FLOAT, rows < 0 ? columns : rows * columns, values);
    if (rows < 0 || body->failed) return value;
    struct lrp_blob *const blob = lrp_arena_calloc(body->arena, 1, sizeof *blob);
    const struct lrp_shape *shape = lrp_shape_copy(body->arena, &(struct lrp_shape){.rank = 2, .dim = {rows, columns}});
    body->failed |= !blob || !shape;
    if (body->failed) return value;
    *blob = *body->constants[body->constant_count - 1].blob;
    blob->shape = shape;
    body->constants[body->constant_count - 1].blob = blob;
    return value;
}

int lrp_body_texts(struct lrp_operator_body *body, int count, const char *const *texts)
{
    struct lrp_blob *const blob = lrp_arena_calloc(body->arena, 1, sizeof *blob);
    const struct lrp_shape *shape = lrp_shape_copy(body->arena, &(struct lrp_shape){.rank = 1, .dim = {count}});
    body->failed |= !blob || !shape;
    if (body->failed) return 0;
    *blob = (struct lrp_blob){.dtype = LRP_DTYPE_STRING, .shape = shape, .count = (size_t)count, .strings = texts};
    return body_constant(body, blob);
}

int lrp_body_number(struct lrp_operator_body *body, float value)
{
    return add_constant(body, LRP_DTYPE_FLOAT, -1, &value);
}

/* ---- the end ---- */

void lrp_body_return(struct lrp_operator_body *body, int output, int value)
{
    if (!body->failed && lrp_body_wants(body, output)) body->returned[output] = value;
}

enum lrp_status lrp_body_refusal(const struct lrp_call *call, struct lrp_error *err)
{
    struct lrp_arena *const arena = lrp_arena_new();
    if (!arena) return lrp_fail(err, LRP_MEMORY, "not enough memory for the body of %s", call->op_type);
    struct lrp_operator_body body = lrp_body_start(arena, call);
    const enum lrp_status status = call->op->body(&body, err);
    lrp_arena_free(arena);
    return status;
}
