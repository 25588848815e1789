/* backend.h: what the files of onnx_backend share. */
#ifndef LRP_ONNX_BACKEND_H
#define LRP_ONNX_BACKEND_H

#include "execute.h"
#include "onnx.h"

#define MOST 64 /* inputs or outputs of a test */

enum outcome { PASSED, WRONG, NOT_SUPPORTED, OUTCOMES };

/* A folder with model.onnx and test_data_set_0. */
struct test {
    const char *folder, *write; /* write: folder that outputs go to; NULL: nowhere */
    bool versions;              /* a model of one node imports the very version of its operator that it tests */
    struct lrp_arena *arena;
    struct lrp_definition *definition;
    struct lrp_blob *in[MOST], *want[MOST];
    bool opens;                   /* the model opens and lists as it is */
    struct lrp_error err;         /* why it is wrong, does not open, or is not supported */
    const char *op_type, *domain; /* of what is not supported */
    int opset;
};

/* test.c */
enum outcome test_run(struct test *test);

/* write.c: FOLDER/output_K.npy in the type the model declares; false if that failed. */
bool write_output(const char *folder, size_t k, const struct lrp_tensor *tensor);

/* table.c: counts by operator. */
struct table;
struct table *table_new(void);
void table_free(struct table *table);
/* Counts a test at every operator of its model; one that is not supported at the operator in the way only. */
void table_count(struct table *table, const struct test *test, enum outcome outcome);
void table_print(struct table *table);

#endif
