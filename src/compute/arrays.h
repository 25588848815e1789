/* arrays.h: arrays from files: .npy, and .npz and .safetensors, which hold several by name. */
#ifndef LRP_COMPUTE_ARRAYS_H
#define LRP_COMPUTE_ARRAYS_H

#include "lrpscope/tensor.h"

/* True if the bytes start like one of these files. */
bool lrp_arrays_sniff(const unsigned char *bytes, size_t size);
/* ".npy, .npz, .safetensors". Static. */
const char *lrp_arrays_names(void);
/* What was read: floats as float32, texts as texts, all else as int64. */
struct lrp_array {
    struct lrp_tensor *tensor; /* owned */
    enum lrp_dtype dtype;      /* of the file's elements */
    bool rounded;              /* float32 does not hold them all */
};
/* The array of that name, else the only one there is. Errors: LRP_FILE (the message does not name the file), LRP_MEMORY, also
 * where it would take more than `most` bytes: before they are taken. */
enum lrp_status lrp_arrays_read(const unsigned char *bytes, size_t size, const char *name, size_t most, struct lrp_array *out,
                                struct lrp_error *err);

#endif
