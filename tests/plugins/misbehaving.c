/* misbehaving.c: plugins that do one thing wrong each: built once for every WRONG. */
#include <stdio.h>

#include "lrpscope/plugin.h"

static int forward(const struct lrp_plugin_call *call) {
#ifdef WRONG_NAN
    call->out[0].data[0] = 0.0F / (call->in[0].data[0] - call->in[0].data[0]);
#else
#ifdef WRONG_LEFT_OUT
    const size_t last = 1;
#else
    const size_t last = call->out[0].count;
#endif
    for (size_t i = 0; i < last; i++)
        call->out[0].data[i] = 1;
#endif
#ifdef WRONG_FORWARD
    snprintf(call->why, LRP_PLUGIN_WHY, "the moon is full");
    return 7;
#else
    return 0;
#endif
}
#ifdef WRONG_VJP
static int vjp(const struct lrp_plugin_call *call) {
    call->gradient[0].data[0] = 0.0F / (call->in[0].data[0] - call->in[0].data[0]);
    return 0;
}
#endif
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
#ifdef WRONG_VJP
        .vjp = vjp,
#endif
        .inputs = 1, .forward = forward};
    (void)infer;
#ifdef WRONG_NOTHING
    host->add_operator(host, NULL);
    host->add_rule(host, NULL, NULL);
    host->add_rule_function(host, NULL, NULL);
    host->override_rule(host, NULL, NULL, NULL);
    return host->support_layer(host, NULL);
#endif
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
