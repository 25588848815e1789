/* body.h: operators made of others: the calls of a body, written one after the other.
 *
 *     static enum lrp_status bias_gelu_body(struct lrp_operator_body *b, struct lrp_error *err)
 *     {
 *         const int sum = LRP_BODY_CALL(b, "sum", "Add", 0, 1);     (values 0, 1, ... are the operator's inputs)
 *         lrp_body_return(b, 0, LRP_BODY_CALL(b, "gelu", "Gelu", sum));
 *         return LRP_OK;
 *     }
 */
#ifndef LRP_OPS_BODY_H
#define LRP_OPS_BODY_H

#include "ops.h"

/* The version of ai.onnx that calls of bodies are of. */
#define LRP_BODY_OPSET 23
/* An optional input that is left out. */
#define LRP_BODY_NONE (-1)

struct lrp_body_call {
    const char *part; /* "softmax": what it is called inside */
    const char *op_type, *domain;
    int *in;
    int in_count;
    int out, out_count; /* values out .. out + out_count - 1 */
    struct lrp_attribute *attributes;
    int attribute_count;
};
struct lrp_body_constant {
    int value;
    const struct lrp_blob *blob;
};
/* A body on its way. Values are numbered: the call's inputs first, then constants and what calls make, in their order. When
 * memory runs out, `failed` is set and whatever is added to it is lost: to be asked once, in the end. */
struct lrp_operator_body {
    struct lrp_arena *arena;
    const struct lrp_call *of;
    struct lrp_body_call *calls;
    struct lrp_body_constant *constants;
    int *returned; /* by output: the value it is; LRP_BODY_NONE: none */
    int call_count, call_capacity, constant_count, constant_capacity, value_count;
    bool failed;
};

/* An empty body of a call; everything lives in the arena. */
struct lrp_operator_body lrp_body_start(struct lrp_arena *arena, const struct lrp_call *call);
/* Value of input i, LRP_BODY_NONE if it is left out. */
int lrp_body_input(const struct lrp_operator_body *body, int input);
/* One more call, of ai.onnx or ("lrpscope.SplitHeads") of another domain; its first output. */
int lrp_body_call(struct lrp_operator_body *body, const char *part, const char *op, int in_count, const int *in);
#define LRP_BODY_CALL(body, part, op, ...)                                                                                     \
    lrp_body_call(body, part, op, (int)(sizeof(const int[]){__VA_ARGS__} / sizeof(int)), (const int[]){__VA_ARGS__})
/* The next output of the latest call. */
int lrp_body_next(struct lrp_operator_body *body);
/* Attributes of the latest call; `text` and `list` must live as long as the program. */
void lrp_body_int(struct lrp_operator_body *body, const char *name, int64_t value);
void lrp_body_float(struct lrp_operator_body *body, const char *name, float value);
void lrp_body_text(struct lrp_operator_body *body, const char *name, const char *value);
/* Copied. */
void lrp_body_ints(struct lrp_operator_body *body, const char *name, int count, const int64_t *values);
/* The operator's own attribute of that name, if it is there. */
void lrp_body_same(struct lrp_operator_body *body, const char *name);
/* Constants: a list of whole numbers (count -1: a single one), a number, data that is there. */
int lrp_body_whole(struct lrp_operator_body *body, int count, const int64_t *values);
#define LRP_BODY_WHOLE(body, ...)                                                                                              \
    lrp_body_whole(body, (int)(sizeof(const int64_t[]){__VA_ARGS__} / sizeof(int64_t)), (const int64_t[]){__VA_ARGS__})
/* A list of texts, which must live as long as the model. */
int lrp_body_texts(struct lrp_operator_body *body, int count, const char *const *texts);
int lrp_body_number(struct lrp_operator_body *body, float value);
int lrp_body_floats(struct lrp_operator_body *body, int rows, int columns, const float *values); /* rows < 0: a list */
/* Output j is that value. */
void lrp_body_return(struct lrp_operator_body *body, int output, int value);
/* True if somebody named output j. */
bool lrp_body_wants(const struct lrp_operator_body *body, int output);
/* Why a call's body cannot be written: the error that `body` of its row gives; LRP_OK if it can. */
enum lrp_status lrp_body_refusal(const struct lrp_call *call, struct lrp_error *err);

#endif
