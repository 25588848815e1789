/* hard_swish.c: hard-swish, x times clip(x/6 + 1/2, 0, 1), written down as a body of known operators: it differentiates by
 * itself. */
#include "lrpscope/plugin.h"

static int body(const struct lrp_plugin_host *host, struct lrp_plugin_tape *tape, const struct lrp_plugin_call *call)
{
    const float sixth = 1.F / 6, half = .5F;
    (void)call;
    const int x = host->tape_input(tape, 0);
    const int scaled = host->tape_apply(tape, "Mul", (int[]){x, host->tape_constant(tape, 0, NULL, &sixth)}, 2, "");
    const int shifted = host->tape_apply(tape, "Add", (int[]){scaled, host->tape_constant(tape, 0, NULL, &half)}, 2, "");
    const int zero = host->tape_constant(tape, 0, NULL, (float[]){0}), one = host->tape_constant(tape, 0, NULL, (float[]){1});
    const int gate = host->tape_apply(tape, "Clip", (int[]){shifted, zero, one}, 3, "");
    return host->tape_apply(tape, "Mul", (int[]){x, gate}, 2, "");
}

int lrp_plugin_main(const struct lrp_plugin_host *host)
{
    static const struct lrp_plugin_operator hard_swish = {
        .size = sizeof hard_swish, .type = "my-hard-swish", .domain = "demo", .inputs = 1, .body = body};
    return host->abi == LRP_PLUGIN_ABI ? host->add_operator(host, &hard_swish) : 1;
}
