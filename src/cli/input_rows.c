/* input_rows.c: the model's inputs as rows, see input_rows.h. */
#include "input_rows.h"

size_t lrp_cli_first_place(const struct lrp_layer_list *layers)
{
    return layers->further_inputs ? 0 : 1;
}

size_t lrp_cli_listed_inputs(const struct lrp_layer_list *layers)
{
    return layers->further_inputs ? layers->further_inputs + 1 : 0;
}

cJSON *lrp_cli_put_input(struct lrp_document *document, cJSON *array, const struct lrp_layer_list *layers, size_t input)
{
    cJSON *o = lrp_cli_json_put_object(document, array, NULL);
    const struct lrp_layer *row = &layers->rows[lrp_layer_row_at(layers, input)];
    lrp_cli_json_put_number(document, o, "index", row->index);
    lrp_cli_json_put_text(document, o, "name", row->name);
    lrp_cli_json_put_text(document, o, "type", row->type);
    return o;
}
