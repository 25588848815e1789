/* onnx_function.h: a model's own functions. */
#ifndef LRP_FORMATS_ONNX_FUNCTION_H
#define LRP_FORMATS_ONNX_FUNCTION_H

#include "reader.h"

struct lrp_function {
    const char *name, *domain, *overload;
    const char *const *inputs, *const *outputs;
    const struct lrp_node_definition *nodes;
    const struct lrp_attribute *defaults; /* of its attributes, where there are some */
    const struct lrp_opset *opsets;
    size_t input_count, output_count, node_count, default_count, opset_count;
};

/* FunctionProto. */
enum lrp_status lrp_reader_function(struct lrp_reader *reader, struct lrp_bytes message, struct lrp_function *out);

#endif
