/* fuzz_picture.c: a picture of a stranger, recognised by content. */
#include "input.h"
#include "picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lrp_picture picture = {0};
    if (lrp_picture_decode(data, size, &picture, NULL) == LRP_OK) lrp_picture_free(&picture);
    return 0;
}
