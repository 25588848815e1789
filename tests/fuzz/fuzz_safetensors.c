/* fuzz_safetensors.c: a file of named tensors: every one lies in the file, whole. */
#include <string.h>

#include "input.h"
#include "safetensors.h"

static void check_tensor(const struct lrp_safetensor *tensor, const uint8_t *data, size_t size)
{
    const size_t bytes = tensor->count * lrp_dtype_size(tensor->dtype);
    if (tensor->data < data || tensor->data > data + size || bytes > (size_t)(data + size - tensor->data) ||
        lrp_shape_count(&tensor->shape) != (int64_t)tensor->count)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lrp_safetensor *tensors;
    size_t count;
    if (lrp_safetensors_parse(data, size, &tensors, &count, NULL) != LRP_OK) return 0;
    for (size_t i = 0; i < count; i++) check_tensor(&tensors[i], data, size);
    lrp_safetensors_free(tensors, count);
    return 0;
}
