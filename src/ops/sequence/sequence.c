/* sequence.c: the rows of operators on sequences, and those that put items in and take them out. */
#include "batch.h"
#include "sequence_ops.h"

enum lrp_status sequence_input(const struct lrp_call *call, const struct lrp_tensor *const *in, int i,
                               const struct lrp_tensor **out, struct lrp_error *err)
{
    if (i >= call->in_count || !lrp_tensor_is_sequence(in[i]) || in[i]->dtype == LRP_DTYPE_UNDEFINED)
        return lrp_fail(err, LRP_UNSUPPORTED, "%s needs a sequence, which cannot be given as an input", call->op_type);
    *out = in[i];
    return LRP_OK;
}

/* A place counted from the end if negative; `end`: right behind the last item is a place too, and the one that is meant without
 * a number. */
static enum lrp_status place_of(const struct lrp_call *call, const struct lrp_tensor *const *in, int input, size_t count,
                                bool end, size_t *out, struct lrp_error *err)
{
    const struct lrp_tensor *t = input < call->in_count ? in[input] : NULL;
    if (t && (t->count != 1 || lrp_dtype_is_float(t->dtype)))
        return lrp_fail(err, LRP_FILE, "the place in a sequence is not one whole number");
    int64_t place = t ? t->i[0] : (int64_t)count - !end;
    if (place < 0) place += (int64_t)count;
    if (place < 0 || place >= (int64_t)count + end)
        return lrp_fail(err, LRP_FILE, "there is no item %lld in a sequence of %zu", (long long)place, count);
    *out = (size_t)place;
    return LRP_OK;
}

static enum lrp_status sequence_empty(LRP_CONTROL_PARAMETERS)
{
    const int64_t dtype = lrp_call_int(call, "dtype", LRP_DTYPE_FLOAT);
    (void)bodies, (void)in, (void)run;
    if (dtype <= 0 || dtype >= LRP_DTYPE_COUNT || !lrp_dtype_is_number((enum lrp_dtype)dtype))
        return lrp_fail(err, LRP_UNSUPPORTED, "a sequence of type %lld is not implemented", (long long)dtype);
    return lrp_sequence_new((enum lrp_dtype)dtype, 0, &out[0], err);
}

static enum lrp_status nothing_back(LRP_CONTROL_BACK_PARAMETERS)
{
    (void)call, (void)bodies, (void)in, (void)s, (void)given, (void)run, (void)err;
    return LRP_OK;
}

static enum lrp_status sequence_construct(LRP_CONTROL_PARAMETERS)
{
    (void)run;
    if (bodies->given < 1 || !in[0]) return lrp_fail(err, LRP_FILE, "SequenceConstruct has no inputs");
    const enum lrp_status status = lrp_sequence_new(in[0]->dtype, (size_t)bodies->given, &out[0], err);
    for (int i = 0; !status && i < call->in_count; i++) {
        if (!in[i]) return lrp_fail(err, LRP_FILE, "SequenceConstruct lacks an input");
        out[0]->items[i] = lrp_tensor_retain(in[i]);
    }
    return status;
}

static struct lrp_tensor *item_of(const struct lrp_tensor *s, size_t place)
{
    return s && place < s->item_count && s->items[place] ? lrp_tensor_retain(s->items[place]) : NULL;
}

static enum lrp_status sequence_construct_back(LRP_CONTROL_BACK_PARAMETERS)
{
    (void)bodies, (void)run, (void)err;
    for (int i = 0; i < call->in_count; i++)
        if (in[i] && lrp_dtype_is_float(in[i]->dtype)) given[i] = item_of(s[0], (size_t)i);
    return LRP_OK;
}

static enum lrp_status sequence_at(LRP_CONTROL_PARAMETERS)
{
    const struct lrp_tensor *items;
    size_t place;
    (void)bodies, (void)run;
    enum lrp_status status = sequence_input(call, in, 0, &items, err);
    if (!status) status = place_of(call, in, 1, items->item_count, false, &place, err);
    if (!status) out[0] = lrp_tensor_retain(items->items[place]);
    return status;
}

static enum lrp_status sequence_at_back(LRP_CONTROL_BACK_PARAMETERS)
{
    size_t place;
    (void)bodies, (void)run;
    enum lrp_status status = place_of(call, in, 1, in[0]->item_count, false, &place, err);
    if (!status && s[0]) status = lrp_sequence_new(in[0]->dtype, in[0]->item_count, &given[0], err);
    if (!status && s[0]) given[0]->items[place] = lrp_tensor_retain(s[0]);
    return status;
}

static enum lrp_status sequence_insert(LRP_CONTROL_PARAMETERS)
{
    const struct lrp_tensor *items;
    size_t place;
    (void)bodies, (void)run;
    enum lrp_status status = sequence_input(call, in, 0, &items, err);
    if (!status && (call->in_count < 2 || !in[1])) status = lrp_fail(err, LRP_FILE, "SequenceInsert has nothing to insert");
    if (!status) status = place_of(call, in, 2, items->item_count, true, &place, err);
    if (!status) status = lrp_sequence_new(items->dtype, items->item_count + 1, &out[0], err);
    for (size_t i = 0; !status && i <= items->item_count; i++)
        out[0]->items[i] = lrp_tensor_retain(i < place ? items->items[i] : i == place ? in[1] : items->items[i - 1]);
    return status;
}

static enum lrp_status sequence_insert_back(LRP_CONTROL_BACK_PARAMETERS)
{
    const size_t count = in[0]->item_count;
    size_t place;
    (void)bodies, (void)run;
    enum lrp_status status = place_of(call, in, 2, count, true, &place, err);
    if (!status && s[0]) status = lrp_sequence_new(in[0]->dtype, count, &given[0], err);
    for (size_t i = 0; !status && s[0] && i < count; i++) given[0]->items[i] = item_of(s[0], i < place ? i : i + 1);
    if (!status && s[0]) given[1] = item_of(s[0], place);
    return status;
}

static enum lrp_status sequence_erase(LRP_CONTROL_PARAMETERS)
{
    const struct lrp_tensor *items;
    size_t place;
    (void)bodies, (void)run;
    enum lrp_status status = sequence_input(call, in, 0, &items, err);
    if (!status) status = place_of(call, in, 1, items->item_count, false, &place, err);
    if (!status) status = lrp_sequence_new(items->dtype, items->item_count - 1, &out[0], err);
    for (size_t i = 0; !status && i + 1 < items->item_count; i++)
        out[0]->items[i] = lrp_tensor_retain(items->items[i < place ? i : i + 1]);
    return status;
}

static enum lrp_status sequence_erase_back(LRP_CONTROL_BACK_PARAMETERS)
{
    const size_t count = in[0]->item_count;
    size_t place;
    (void)bodies, (void)run;
    enum lrp_status status = place_of(call, in, 1, count, false, &place, err);
    if (!status && s[0]) status = lrp_sequence_new(in[0]->dtype, count, &given[0], err);
    for (size_t i = 0; !status && s[0] && i < count; i++)
        if (i != place) given[0]->items[i] = item_of(s[0], i < place ? i : i - 1);
    return status;
}

static enum lrp_status sequence_length(LRP_CONTROL_PARAMETERS)
{
    const struct lrp_tensor *items;
    (void)bodies, (void)run;
    enum lrp_status status = sequence_input(call, in, 0, &items, err);
    if (!status) status = lrp_tensor_new(LRP_DTYPE_INT64, &(struct lrp_shape){.rank = 0}, &out[0], err);
    if (!status) out[0]->i[0] = (int64_t)items->item_count;
    return status;
}

static const struct lrp_control plain = {.skipped = 0};
#define SEQUENCE(op, f, back, more, ...)                                                                                       \
    {                                                                                                                          \
        .name = op, .domain = "", .versions = {__VA_ARGS__}, .static_kind = LRP_KIND_OTHER, .traits = more, .own = &plain,     \
        .infer = control_infer, .control = f, .control_back = back, .batch = lrp_batch_lost                                    \
    }
const struct lrp_operator lrp_ops_sequence[] = {
    SEQUENCE("SequenceEmpty", sequence_empty, nothing_back, 0, 11),
    SEQUENCE("SequenceConstruct", sequence_construct, sequence_construct_back, 0, 11),
    SEQUENCE("SequenceAt", sequence_at, sequence_at_back, 0, 11),
    SEQUENCE("SequenceInsert", sequence_insert, sequence_insert_back, 0, 11),
    SEQUENCE("SequenceErase", sequence_erase, sequence_erase_back, 0, 11),
    SEQUENCE("SequenceLength", sequence_length, NULL, LRP_TRAIT_NO_VJP, 11),
    SEQUENCE("ConcatFromSequence", sequence_concat, sequence_concat_back, 0, 11),
    SEQUENCE("SplitToSequence", sequence_split, sequence_split_back, 0, 11, 24),
    SEQUENCE("SequenceMap", sequence_map, sequence_map_back, 0, 17),
    SEQUENCE("Optional", optional_make, optional_pass_back, 0, 15),
    SEQUENCE("OptionalHasElement", optional_has, NULL, LRP_TRAIT_NO_VJP, 15, 18),
    SEQUENCE("OptionalGetElement", optional_get, optional_pass_back, 0, 15, 18),
    {.name = NULL},
};
