/* later_version.c: a plugin built with a header of later, whose structs have grown: what the host does not know is passed over.
 */
#include "lrpscope/plugin.h"

struct later_operator {
    struct lrp_plugin_operator now;
    int (*unheard_of)(void);
};
struct later_colormap {
    struct lrp_plugin_colormap now;
    double unheard_of[4];
};

static int forward(const struct lrp_plugin_call *call)
{
    for (size_t i = 0; i < call->in[0].count; i++) call->out[0].data[i] = 2 * call->in[0].data[i];
    return 0;
}
static int unheard_of(void)
{
    return 1;
}

int lrp_plugin_main(const struct lrp_plugin_host *host)
{
    static const struct later_operator op = {
        {.size = sizeof op, .type = "my-doubling-layer", .domain = "", .inputs = 1, .forward = forward}, unheard_of};
    static const struct lrp_plugin_stop stops[] = {{0, 0, 0, 0}, {1, 0, 0, 1}};
    static const struct later_colormap map = {{.size = sizeof map, .name = "blues", .stops = stops, .count = 2}, {1, 2, 3, 4}};
    return host->add_operator(host, &op.now) || host->add_colormap(host, &map.now);
}
