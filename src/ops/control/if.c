/* if.c: If: one of two bodies, once. */
#include "control.h"

enum lrp_status control_if(LRP_CONTROL_PARAMETERS)
{
    if (!lrp_call_has(call, 0) || in[0]->count != 1 || lrp_dtype_is_float(in[0]->dtype))
        return lrp_fail(err, LRP_FILE, "its condition is not one truth value");
    const int body = bodies->find(bodies, in[0]->i[0] ? "then_branch" : "else_branch");
    if (body < 0 || bodies->output_count(bodies, body) < call->out_count || bodies->input_count(bodies, body) > 0)
        return lrp_fail(err, LRP_FILE, "its branch is missing, or does not make what is asked of it");
    if (bodies->output_count(bodies, body) != call->out_count)
        return lrp_fail(err, LRP_FILE, "its branch makes %d values, but it has %d outputs", bodies->output_count(bodies, body),
                        call->out_count);
    return bodies->turn(bodies, body, NULL, out, run, err);
}

enum lrp_status control_if_back(LRP_CONTROL_BACK_PARAMETERS)
{
    (void)call, (void)in, (void)given;
    return bodies->back(bodies, 0, s, NULL, run, err);
}
