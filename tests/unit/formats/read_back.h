/* read_back.h: what the reader makes of a file that a test writes. */
#ifndef LRP_TEST_READ_BACK_H
#define LRP_TEST_READ_BACK_H

#include <string.h>

#include "check.h"
#include "onnx.h"
#include "onnx_writer.h"
#include "temporary.h"

/* To be freed. */
static inline struct lrp_definition *read_back(void **state, struct onnx_writer *w)
{
    struct lrp_definition *definition;
    struct lrp_error err;
    const char *path = temporary_path(state, "model.onnx");
    onnx_write(w, 13, path);
    check_ok(lrp_onnx_read(path, &definition, &err), &err);
    return definition;
}

/* The message names the file. */
static inline void check_read_fails(void **state, struct onnx_writer *w, const char *message)
{
    struct lrp_definition *definition;
    struct lrp_error err;
    const char *path = temporary_path(state, "model.onnx");
    onnx_write(w, 13, path);
    check_fails(lrp_onnx_read(path, &definition, &err), &err, LRP_FILE, message);
    assert_non_null(strstr(err.message, path));
    assert_null(definition);
}

#endif
