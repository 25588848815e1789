/* fuzz_json_model.c: a model as JSON: read, and built into a graph with its layers. */
#include "graph.h"
#include "input.h"
#include "json_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = input_open(data, size);
    struct lrp_definition *definition = NULL;
    struct lrp_graph *graph = NULL;
    struct lrp_layer_view *view = NULL;
    if (lrp_json_model_read(input.path, &definition, NULL) == LRP_OK &&
        lrp_graph_build(definition, &(struct lrp_graph_options){.canonize = true}, &graph, NULL) == LRP_OK) {
        (void)lrp_graph_layers(graph, true, &view, NULL);
        lrp_graph_free(graph);
    }
    if (definition) lrp_definition_free(definition);
    input_close(input);
    return 0;
}
