/* texts.h: tensors of texts. They hold pointers; what these point to belongs to the tensor.
 *
 * While a tensor is made, any of its elements may point to texts of other tensors, of constants and the like, as long as those
 * live: operators move elements without looking at them. lrp_tensor_keep_texts then gives the tensor texts of its own.
 */
#ifndef LRP_COMPUTE_TEXTS_H
#define LRP_COMPUTE_TEXTS_H

#include "lrpscope/tensor.h"

/* Element i becomes a copy of `length` bytes. */
enum lrp_status lrp_tensor_put_text(struct lrp_tensor *tensor, size_t i, const char *text, size_t length,
                                    struct lrp_error *err);
/* Every element becomes a text the tensor owns. Of tensors of numbers nothing happens. */
enum lrp_status lrp_tensor_keep_texts(struct lrp_tensor *tensor, struct lrp_error *err);

#endif
