/* fuzz_array.c: a .npy file of a stranger. */
#include "input.h"
#include "lrpscope/tensor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = input_open(data, size);
    struct lrp_tensor *tensor;
    if (lrp_tensor_read_npy(input.path, &tensor, NULL) == LRP_OK) lrp_tensor_release(tensor);
    input_close(input);
    return 0;
}
