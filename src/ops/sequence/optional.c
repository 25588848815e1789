/* optional.c: values that may not be there: what is there is the value itself. */
#include "sequence_ops.h"

static bool is_there(const struct lrp_tensor *t)
{
    return t && !(lrp_tensor_is_sequence(t) && t->dtype == LRP_DTYPE_UNDEFINED);
}

enum lrp_status optional_make(LRP_CONTROL_PARAMETERS)
{
    (void)bodies, (void)run;
    if (!call->in_count || !in[0]) return lrp_sequence_new(LRP_DTYPE_UNDEFINED, 0, &out[0], err);
    out[0] = lrp_tensor_retain(in[0]);
    return LRP_OK;
}

enum lrp_status optional_pass_back(LRP_CONTROL_BACK_PARAMETERS)
{
    (void)bodies, (void)run, (void)err;
    if (call->in_count && in[0] && s[0] && lrp_dtype_is_float(in[0]->dtype)) given[0] = lrp_tensor_retain(s[0]);
    return LRP_OK;
}

enum lrp_status optional_has(LRP_CONTROL_PARAMETERS)
{
    (void)bodies, (void)run;
    const enum lrp_status status = lrp_tensor_new(LRP_DTYPE_BOOL, &(struct lrp_shape){.rank = 0}, &out[0], err);
    if (!status) out[0]->i[0] = call->in_count > 0 && is_there(in[0]);
    return status;
}

enum lrp_status optional_get(LRP_CONTROL_PARAMETERS)
{
    (void)bodies, (void)run;
    if (!call->in_count || !is_there(in[0])) return lrp_fail(err, LRP_FILE, "the optional value it reads is not there");
    out[0] = lrp_tensor_retain(in[0]);
    return LRP_OK;
}
