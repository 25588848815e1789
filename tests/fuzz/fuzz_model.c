/* fuzz_model.c: an ONNX file of a stranger, up to the layer list and the model check. */
#include "graph.h"
#include "input.h"
#include "lrpscope/check.h"
#include "onnx.h"

static void view(struct lrp_graph *graph)
{
    struct lrp_layer_view *layers;
    struct lrp_registry *registry;
    struct lrp_check *check;
    if (lrp_graph_layers(graph, true, &layers, NULL) || lrp_registry_new(false, &registry, NULL)) return;
    if (lrp_check_run(&layers->list, registry, &check, NULL) == LRP_OK) lrp_check_free(check);
    lrp_registry_free(registry);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = input_open(data, size);
    struct lrp_definition *definition;
    if (lrp_onnx_read(input.path, &definition, NULL) == LRP_OK) {
        for (int canonize = 0; canonize < 2; canonize++) {
            const struct lrp_graph_options options = {.canonize = canonize, .strip_softmax = canonize};
            struct lrp_graph *graph;
            if (lrp_graph_build(definition, &options, &graph, NULL) == LRP_OK) {
                view(graph);
                lrp_graph_free(graph);
            }
        }
        lrp_definition_free(definition);
    }
    input_close(input);
    return 0;
}
