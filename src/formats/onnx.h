/* onnx.h: reading ONNX files without copying their weights. */
#ifndef LRP_FORMATS_ONNX_H
#define LRP_FORMATS_ONNX_H

#include "definition.h"

/* Maps and reads a model file (and its external data). Every size, offset and nesting is checked: the file is hostile.
 * Operators nobody knows are kept. Cycles, missing tensors and the like are found later, by the graph.
 * Errors: LRP_FILE naming path, what is wrong and where. */
enum lrp_status lrp_onnx_read(const char *path, struct lrp_definition **out, struct lrp_error *err);
/* A TensorProto in a file of its own, as the ONNX project keeps its test data; for tests. The blob lives in the arena. */
enum lrp_status lrp_onnx_read_tensor(const char *path, struct lrp_arena *arena, struct lrp_blob **out, struct lrp_error *err);

#endif
