/* compare_models.h: lrpscope compare A.onnx [INPUT] --with B.onnx: two models, layer by layer. */
#ifndef LRP_CLI_COMPARE_MODELS_H
#define LRP_CLI_COMPARE_MODELS_H

#include "arguments.h"

/* Prints what differs; the exit code: 1 if something does. */
int lrp_cli_compare_models(const struct lrp_arguments *arguments);

#endif
