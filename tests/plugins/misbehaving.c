/* misbehaving.c: plugins that do one thing wrong each: built once for every WRONG. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "lrpscope/plugin.h"

static int forward(const struct lrp_plugin_call *call)
{
#ifdef WRONG_INPUT
    call->in[0].data[0] = 5;
#endif
#ifdef WRONG_FAULT
    raise(SIGSEGV); /* as a wrong pointer does */
#endif
#ifdef WRONG_EXIT
    exit(0);
#endif
#ifdef WRONG_NAN
    call->out[0].data[0] = 0.0F / (call->in[0].data[0] - call->in[0].data[0]);
#else
#ifdef WRONG_LEFT_OUT
    const size_t last = 1;
#else
#ifdef WRONG_PAST
    const size_t last = call->out[0].count + 100;
#else
    const size_t last = call->out[0].count;
#endif
#endif
    for (size_t i = 0; i < last; i++) call->out[0].data[i] = 1;
#endif
#ifdef WRONG_FORWARD
    snprintf(call->why, LRP_PLUGIN_WHY, "the moon is full");
    return 7;
#else
    return 0;
#endif
}
#ifdef WRONG_VJP
static int vjp(const struct lrp_plugin_call *call)
{
    call->gradient[0].data[0] = 0.0F / (call->in[0].data[0] - call->in[0].data[0]);
    return 0;
}
#endif
#ifdef WRONG_INPUT_VJP
#define WRONG_VJP
static int vjp(const struct lrp_plugin_call *call)
{
    call->gradient[0].data[0] = 1;
    call->cotangent->data[0] = 2;
    return 0;
}
#endif
#ifdef WRONG_PAST_VJP
#define WRONG_VJP
static int vjp(const struct lrp_plugin_call *call)
{
    call->gradient[0].data[call->gradient[0].count] = 1;
    return 0;
}
#endif
#ifdef WRONG_INPUT_RULE
static int rule(const struct lrp_plugin_layer *layer)
{
    layer->given[0].data[0] = 1;
    layer->relevance->data[0] = 2;
    return 0;
}
#endif
static int infer(const struct lrp_plugin_call *call)
{
    call->out[0].rank = 99;
    return 0;
}

/* A colour map that is right but for one thing. */
static int add_colormap(const struct lrp_plugin_host *host)
{
    struct lrp_plugin_stop stops[3] = {{0, 1, 0, 0}, {.5F, 1, 1, 1}, {1, 0, 0, 1}};
    struct lrp_plugin_colormap map = {
        .size = sizeof map, .name = "mine", .summary = "a line", .diverging = 1, .stops = stops, .count = 3};
#ifdef WRONG_MAP_ORDER
    stops[1].position = 1;
#elif defined WRONG_MAP_ONE
    map.count = 1;
#elif defined WRONG_MAP_MANY
    map.count = (size_t)-1;
#elif defined WRONG_MAP_NAN
    stops[2].green = 0.0F / (stops[0].green + stops[1].position - 0.5F);
#elif defined WRONG_MAP_RANGE
    stops[2].blue = 255;
#elif defined WRONG_MAP_END
    map.stops++;
    map.count--;
    map.diverging = 0;
#elif defined WRONG_MAP_MIDDLE
    stops[1].position = 0.4F;
#elif defined WRONG_MAP_TAKEN
    map.name = "seismic";
#elif defined WRONG_MAP_NAME
    map.name = "Mine, all\nmine";
#elif defined WRONG_MAP_SUMMARY
    map.summary = "\033[2J";
#elif defined WRONG_MAP_SIZE
    map.size = 8;
#elif defined WRONG_MAP_NO_STOPS
    map.stops = NULL;
#elif defined WRONG_MAP_TWICE
    host->add_colormap(host, &map);
#endif
    return host->add_colormap(host, &map);
}

#ifdef WRONG_SYMBOL
int not_main(const struct lrp_plugin_host *host);
int not_main(const struct lrp_plugin_host *host)
{
#else
int lrp_plugin_main(const struct lrp_plugin_host *host)
{
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
        .type = "Relu",
        .domain = "",
#else
        .type = "my-doubling-layer",
        .domain = "demo",
#endif
#ifdef WRONG_VJP
        .vjp = vjp,
#endif
        .inputs = 1,
        .forward = forward};
    (void)infer;
    (void)add_colormap;
#ifdef WRONG_MAP
    return add_colormap(host);
#endif
#ifdef WRONG_OLD
    return LRP_PLUGIN_OLD_HOST;
#endif
#ifdef WRONG_NOTHING
    host->add_operator(host, NULL);
    host->add_rule(host, NULL, NULL);
    host->add_rule_function(host, NULL, NULL);
    host->override_rule(host, NULL, NULL, NULL);
    host->add_colormap(host, NULL);
    return host->support_layer(host, NULL);
#endif
#ifdef WRONG_ABI
    return host->abi == 77 ? 0 : 5;
#endif
#ifdef WRONG_RULE
    return host->add_rule(host, "mine", "{\"groups\": 3}");
#endif
#ifdef WRONG_INPUT_RULE
    if (host->add_rule_function(host, "mine", rule)) return 1;
#endif
#ifdef WRONG_TWICE
    host->add_operator(host, &op);
#endif
    return host->add_operator(host, &op);
}
