/* doubling.c: a layer that doubles its input: the smallest operator there is, with its vector-Jacobian product.
 *
 *     {"type": "my-doubling-layer"} in a JSON model, or the operator my-doubling-layer of an ONNX file's own domain. */
#include "lrpscope/plugin.h"

static int forward(const struct lrp_plugin_call *call)
{
    for (size_t i = 0; i < call->in[0].count; i++) call->out[0].data[i] = 2 * call->in[0].data[i];
    return 0;
}

static int vjp(const struct lrp_plugin_call *call)
{
    for (size_t i = 0; call->gradient[0].data && i < call->in[0].count; i++)
        call->gradient[0].data[i] += 2 * call->cotangent->data[i];
    return 0;
}

int lrp_plugin_main(const struct lrp_plugin_host *host)
{
    static const struct lrp_plugin_operator doubling = {
        .size = sizeof doubling, .type = "my-doubling-layer", .domain = "demo", .inputs = 1, .forward = forward, .vjp = vjp};
    return host->abi == LRP_PLUGIN_ABI ? host->add_operator(host, &doubling) : 1;
}
