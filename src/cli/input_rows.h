/* input_rows.h: the model's inputs as rows of what lists layers: index 0, told apart by their names. */
#ifndef LRP_CLI_INPUT_ROWS_H
#define LRP_CLI_INPUT_ROWS_H

#include "lrpscope/layer.h"

#include "json_output.h"

/* Where tables begin, in places of lrp_layer_row_at: with the inputs where there are several, else with the first layer. */
size_t lrp_cli_first_place(const struct lrp_layer_list *layers);
/* How many of the model's inputs JSON lists: all where there are several, else none. */
size_t lrp_cli_listed_inputs(const struct lrp_layer_list *layers);
/* Adds {index, name, type} of an input to an array; returns it, for what else is known (NULL when out of memory). */
cJSON *lrp_cli_put_input(struct lrp_document *document, cJSON *array, const struct lrp_layer_list *layers, size_t input);

#endif
