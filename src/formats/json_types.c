/* json_types.c: the types of layers that JSON models can have, one row each. */
#include <string.h>

#include "json_model.h"
#include "lrpscope/model.h"

#define CONV "strides pads dilations group kernel_shape auto_pad"
#define POOL "kernel_shape strides pads dilations auto_pad ceil_mode"
/* clang-format off */
static const struct lrp_json_type types[] = {
    {"convolution", "Conv", "", CONV, "weight:w bias:w", ""},
    {"transposed-convolution", "ConvTranspose", "", CONV " output_padding output_shape", "weight:w bias:w", ""},
    {"dense", "Dense", "lrpscope", "transB alpha beta", "weight:w bias:w", "transB=transpose"},
    {"scale", "Scale", "lrpscope", "", "weight:w bias:w", ""},
    {"batch-norm", "BatchNormalization", "", "epsilon momentum", "weight:w bias:w mean:w variance:w", ""},
    {"layer-norm", "LayerNormalization", "", "axis epsilon", "weight:w bias:w", ""},
    {"max-pool", "MaxPool", "", POOL, "", ""},
    {"mean-pool", "AveragePool", "", POOL " count_include_pad", "", ""},
    {"global-max-pool", "GlobalMaxPool", "", "", "", ""},
    {"global-mean-pool", "GlobalAveragePool", "", "", "", ""},
    {"flatten", "Flatten", "", "axis", "", ""},
    {"reshape", "Reshape", "", "allowzero", "shape:i", ""},
    {"transpose", "Transpose", "", "perm", "", ""},
    {"squeeze", "Squeeze", "", "", "axes:i", ""},
    {"unsqueeze", "Unsqueeze", "", "", "axes:i", ""},
    {"slice", "Slice", "", "", "starts:i ends:i axes:i steps:i", ""},
    {"pad", "Pad", "", "mode", "pads:i value:f axes:i", ""},
    {"dropout", "Dropout", "", "seed", "", ""},
    {"identity", "Identity", "", "", "", ""},
    {"relu", "Relu", "", "", "", ""},
    {"gelu", "Gelu", "", "approximate", "", ""},
    {"swish", "Swish", "lrpscope", "beta", "", ""},
    {"mish", "Mish", "", "", "", ""},
    {"relu6", "Clip", "", "", "min:f max:f", ""},
    {"clip", "Clip", "", "", "min:f max:f", ""},
    {"leaky-relu", "LeakyRelu", "", "alpha", "", ""},
    {"prelu", "PRelu", "", "", "weight:w", ""},
    {"elu", "Elu", "", "alpha", "", ""},
    {"selu", "Selu", "", "alpha gamma", "", ""},
    {"celu", "Celu", "", "alpha", "", ""},
    {"sigmoid", "Sigmoid", "", "", "", ""},
    {"hard-sigmoid", "HardSigmoid", "", "alpha beta", "", ""},
    {"tanh", "Tanh", "", "", "", ""},
    {"hard-swish", "HardSwish", "", "", "", ""},
    {"softplus", "Softplus", "", "", "", ""},
    {"softsign", "Softsign", "", "", "", ""},
    {"thresholded-relu", "ThresholdedRelu", "", "alpha", "", ""},
    {"softmax", "Softmax", "", "axis", "", ""},
    {"log-softmax", "LogSoftmax", "", "axis", "", ""},
};
/* clang-format on */

bool lrp_model_type_at(size_t index, struct lrp_model_type_info *out)
{
    if (index >= sizeof types / sizeof *types) return false;
    const struct lrp_json_type *t = &types[index];
    *out = (struct lrp_model_type_info){
        .type = t->type, .op_type = t->op_type, .constants = t->inputs, .attributes = t->attributes};
    return true;
}

const struct lrp_json_type *lrp_json_type_find(const char *type)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].type, type) == 0) return &types[i];
    return NULL;
}

const struct lrp_json_type *lrp_json_type_of(const char *op_type, const char *domain)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].op_type, op_type) == 0 && strcmp(types[i].domain, domain) == 0 &&
            strcmp(types[i].type, "relu6") != 0)
            return &types[i];
    return NULL;
}
