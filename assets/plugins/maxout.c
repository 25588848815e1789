/* maxout.c: Maxout (Goodfellow et al. 2013): y = max over pieces k of (W_k x), and a rule of its own for it: all relevance of
 * an output goes through the piece that won, to each input by its share x_i W_ki / z. Input 1 holds the weights, (pieces,
 * outputs, inputs); there is no vjp: other rules take central differences while the layer is small. */
#include <stdio.h>

#include "lrpscope/plugin.h"

static int infer(const struct lrp_plugin_call *call)
{
    const struct lrp_plugin_array *x = &call->in[0], *w = &call->in[1];
    if (w->rank != 3 || x->rank != 2 || x->dim[1] != w->dim[2]) {
        snprintf(call->why, LRP_PLUGIN_WHY, "maxout takes x of (N, inputs) and weights of (pieces, outputs, inputs)");
        return 1;
    }
    call->out[0].rank = 2;
    call->out[0].dim[0] = x->dim[0];
    call->out[0].dim[1] = w->dim[1];
    return 0;
}

/* The largest z of an output, and the weights of its piece. */
static double strongest(const float *x, const struct lrp_plugin_array *w, int64_t output, const float **winner)
{
    double best = 0;
    for (int64_t piece = 0; piece < w->dim[0]; piece++) {
        const float *row = w->data + (piece * w->dim[1] + output) * w->dim[2];
        double z = 0;
        for (int64_t i = 0; i < w->dim[2]; i++) z += (double)row[i] * (double)x[i];
        if (piece && z <= best) continue;
        best = z;
        *winner = row;
    }
    return best;
}

static int forward(const struct lrp_plugin_call *call)
{
    const struct lrp_plugin_array *x = &call->in[0], *w = &call->in[1];
    const float *winner;
    for (int64_t n = 0; n < x->dim[0]; n++)
        for (int64_t j = 0; j < w->dim[1]; j++)
            call->out[0].data[n * w->dim[1] + j] = (float)strongest(x->data + n * x->dim[1], w, j, &winner);
    return 0;
}

static int winner_takes_all(const struct lrp_plugin_layer *layer)
{
    const struct lrp_plugin_array *x = &layer->in[0], *w = &layer->in[1];
    for (int64_t n = 0; n < x->dim[0]; n++)
        for (int64_t j = 0; j < w->dim[1]; j++) {
            const float *winner = w->data, *row = x->data + n * x->dim[1];
            const double z = strongest(row, w, j, &winner), stab = z + (z < 0 ? -layer->stabilizer : layer->stabilizer);
            const double s = (double)layer->relevance->data[n * w->dim[1] + j] / stab;
            for (int64_t i = 0; i < w->dim[2]; i++)
                layer->given[0].data[n * x->dim[1] + i] += (float)(s * (double)row[i] * (double)winner[i]);
        }
    return 0;
}

int lrp_plugin_main(const struct lrp_plugin_host *host)
{
    static const struct lrp_plugin_operator maxout = {
        .size = sizeof maxout, .type = "maxout", .domain = "demo", .inputs = 2, .infer = infer, .forward = forward};
    if (host->abi != LRP_PLUGIN_ABI) return 1;
    return host->add_operator(host, &maxout) || host->support_layer(host, "maxout") ||
           host->override_rule(host, "zero", "maxout", winner_takes_all);
}
