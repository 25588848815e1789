/* misbehaving.c: plugins that do one thing wrong each: built once for every WRONG. */
#include <stdio.h>

#include "lrpscope/plugin.h"

static int forward(const struct lrp_plugin_call *call) {
#ifdef WRONG_NAN
    call->out[0].data[0] = 0.0F / (call->in[0].data[0] - call->in[0].data[0]);
#else
    (void)call;
#endif
#ifdef WRONG_FORWARD
    snprintf(call->why, LRP_PLUGIN_WHY, "the moon is full");
    return 7;
#else
    return 0;
#endif
}
static int infer(const struct lrp_plugin_call *call) {
    call->out[0].rank = 99;
    return 0;
}

#ifdef WRONG_SYMBOL
int not_main(const struct lrp_plugin_host *host);
int not_main(const struct lrp_plugin_host *host) {
#else
int lrp_plugin_main(const struct lrp_plugin_host *host) {
#endif
    static const struct lrp_plugin_operator op = {
#ifdef WRONG_SIZE
        .size = 8,
#else
        .size = sizeof op,
#endif
#ifdef WRONG_SHAPE
        .infer = infer,
#endif
#ifdef WRONG_NAME
        .type = "Relu", .domain = "",
#else
        .type = "my-doubling-layer", .domain = "demo",
#endif
        .inputs = 1, .forward = forward};
    (void)infer;
#ifdef WRONG_ABI
    return host->abi == 77 ? 0 : 5;
#endif
#ifdef WRONG_RULE
    return host->add_rule(host, "mine", "{\"groups\": 3}");
#endif
#ifdef WRONG_TWICE
    host->add_operator(host, &op);
#endif
    return host->add_operator(host, &op);
}
