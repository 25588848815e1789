/* model.h: a model file, opened. */
#ifndef LRPSCOPE_MODEL_H
#define LRPSCOPE_MODEL_H

#include <stddef.h>

#include "lrpscope/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* A model as its file says it; immutable, reference counted, shared by sessions and threads. Weights stay in the
 * file's mapping. */
struct lrp_model;

/* Opens an ONNX file (weights may lie in files beside it), or a JSON model: whatever the file begins like. Operators nobody
 * implements are kept.
 * Errors: LRP_FILE naming the file and the cause. */
enum lrp_status lrp_model_open(const char *path, struct lrp_model **out, struct lrp_error *err);
/* Writes a model that nests (chains, branches that meet again, skip connections) as a JSON model, its weights in a safetensors
 * file of the same name beside it; path "-": to standard output, the weights into a file in this folder that is called like the
 * model. Errors: LRP_UNSUPPORTED naming the first value that crosses, or what JSON models cannot say;
 * LRP_FILE. */
enum lrp_status lrp_model_convert(const struct lrp_model *model, const char *path, struct lrp_error *err);
/* A type of layer that JSON models have a name and keys for. Words are separated by blanks; borrowed. */
struct lrp_model_type_info {
    const char *type, *op_type; /* "convolution", and the operator it is written as, "Conv" */
    const char *constants;      /* keys of constants, each with what it is: ":w" an array, ":i" whole numbers, ":f" a number */
    const char *attributes;     /* keys of attributes */
};
/* The types in their table's order; false past the end. */
bool lrp_model_type_at(size_t index, struct lrp_model_type_info *out);
/* One more reference to it; returns it. Thread-safe. */
struct lrp_model *lrp_model_retain(struct lrp_model *model);
/* Gives one reference back; with the last the files are unmapped. Thread-safe; NULL is fine. */
void lrp_model_release(struct lrp_model *model);

/* The path of the file of a model or its weights that an address lies in, or NULL. Safe in a signal handler: reading a file
 * that was cut off while it is open raises SIGBUS; a program that handles it can tell by si_addr which file it was. The library
 * handles no signals. */
const char *lrp_model_file_at(const void *address);

/* An input or output as the file declares it. Borrowed from the model. */
struct lrp_model_value {
    const char *name;                   /* "" if the file has none */
    enum lrp_dtype dtype;               /* of its elements */
    struct lrp_shape shape;             /* -1: symbolic */
    const char *dim_name[LRP_MAX_RANK]; /* name of a symbolic dimension, or NULL */
};
/* The path it was opened by. Borrowed. */
const char *lrp_model_path(const struct lrp_model *model);
/* Inputs and outputs, in the file's order; an index must be below the count. */
size_t lrp_model_input_count(const struct lrp_model *model);
void lrp_model_input(const struct lrp_model *model, size_t index, struct lrp_model_value *out);
size_t lrp_model_output_count(const struct lrp_model *model);
void lrp_model_output(const struct lrp_model *model, size_t index, struct lrp_model_value *out);
/* If a value is a map (what a classifier's ZipMap makes of probabilities): the key of its number `index`, in `buffer` where
 * that is a number. NULL: it is none, or has no such key. */
const char *lrp_model_key(const struct lrp_model *model, const char *value, size_t index, char *buffer, size_t size);
/* The files it was read from, the model's own first, then those with its weights. Borrowed. */
size_t lrp_model_file_count(const struct lrp_model *model);
const char *lrp_model_file(const struct lrp_model *model, size_t index);
/* NULL, or a line that says which file with weights is missing: the model can be listed, but not run. Borrowed. */
const char *lrp_model_absent(const struct lrp_model *model);
/* Bytes of the model's files; number of nodes in the file. */
size_t lrp_model_bytes(const struct lrp_model *model);
size_t lrp_model_nodes(const struct lrp_model *model);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
