/* ops.h: operators: what a call is, and the table row that says everything about an operator. */
#ifndef LRP_OPS_OPS_H
#define LRP_OPS_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "kinds.h"
#include "lrpscope/tensor.h"
#include "primitives.h"
#include "shape_set.h"

/* ---- constants ---- */

/* Constant data as it lies in the file: little-endian, any alignment, never to be read through a typed pointer. */
struct lrp_blob {
    enum lrp_dtype dtype;
    bool mapped;                   /* raw lies in a file's mapping */
    const struct lrp_shape *shape; /* lives as long as the blob */
    size_t count;
    const void *raw;                  /* borrowed: the file's mapping, or an arena; NULL for strings and views */
    const char *const *strings;       /* if dtype is STRING: count strings */
    const struct lrp_blob_view *view; /* not NULL: its numbers, floats, are made of another constant's whenever they are read */
};
struct lrp_blob_view {
    const struct lrp_blob *of;
    void (*read)(const struct lrp_blob_view *view, size_t first, size_t n, float *out); /* as lrp_blob_f32 */
    /* As a number source's, of a matrix; NULL: nobody has written that. */
    void (*turn)(const struct lrp_blob_view *view, struct lrp_matrix_part part, int64_t width, float *to);
    const void *own; /* what they need besides */
    bool transposed; /* `of` is the same matrix the other way about: whoever can should read that */
};
/* A view in the arena; NULL when out of memory. */
struct lrp_blob *lrp_blob_view(struct lrp_arena *arena, const struct lrp_shape *shape, struct lrp_blob_view view);
/* The other way about of a matrix; NULL when out of memory. */
struct lrp_blob *lrp_blob_transposed(struct lrp_arena *arena, const struct lrp_blob *of);
/* Elements [first, first+n) as float32 / int64. */
void lrp_blob_f32(const struct lrp_blob *blob, size_t first, size_t n, float *out);
void lrp_blob_i64(const struct lrp_blob *blob, size_t first, size_t n, int64_t *out);
/* One element, converted. */
float lrp_blob_get_f32(const struct lrp_blob *blob, size_t index);
int64_t lrp_blob_get_i64(const struct lrp_blob *blob, size_t index);
/* Tells the system that the bytes of a large mapped blob are about to be read. Nothing happens to blobs elsewhere. */
void lrp_blob_expect(const struct lrp_blob *blob);
/* Tells the system that the bytes of a large mapped blob are not needed for a while: its pages leave the process's memory and
 * come back from the page cache when they are read again. Nothing happens to blobs elsewhere. */
void lrp_blob_rest(const struct lrp_blob *blob);
/* The blob as an aligned tensor (a copy, owned by the caller). */
enum lrp_status lrp_blob_tensor(const struct lrp_blob *blob, struct lrp_tensor **out, struct lrp_error *err);
/* A blob in the arena with the data of a tensor (copied): floats as float32, or narrowed back to the integer type. */
enum lrp_status lrp_blob_from_tensor(struct lrp_arena *arena, const struct lrp_tensor *tensor, struct lrp_blob **out,
                                     struct lrp_error *err);

/* ---- calls ---- */

enum lrp_attribute_kind { /* numbers of ONNX's AttributeProto.AttributeType */
                          LRP_ATTRIBUTE_FLOAT = 1,
                          LRP_ATTRIBUTE_INT = 2,
                          LRP_ATTRIBUTE_STRING = 3,
                          LRP_ATTRIBUTE_TENSOR = 4,
                          LRP_ATTRIBUTE_GRAPH = 5,
                          LRP_ATTRIBUTE_FLOATS = 6,
                          LRP_ATTRIBUTE_INTS = 7,
                          LRP_ATTRIBUTE_STRINGS = 8,
                          LRP_ATTRIBUTE_GRAPHS = 10,
                          LRP_ATTRIBUTE_REFERENCE =
                              98, /* inside a function: whatever the call of the function has under the name `s` */
                          LRP_ATTRIBUTE_OTHER = 99 /* kept by name, never understood */
};
struct lrp_attribute {
    const char *name;
    enum lrp_attribute_kind kind;
    float f;
    int64_t i;
    const char *s;       /* NUL-terminated copy */
    size_t count;        /* of floats, ints, strings or graphs */
    const float *floats; /* aligned copies in the definition's arena */
    const int64_t *ints;
    const char *const *strings;
    const struct lrp_blob *tensor;
    const void *graph;         /* struct lrp_definition * of a subgraph */
    const void *const *graphs; /* of several */
};

/* What is known of a value before anything runs. */
struct lrp_desc {
    bool present; /* false: an optional input that was left out (or an output nobody named) */
    enum lrp_dtype dtype;
    const struct lrp_shape *shape;   /* never NULL: as the call's set keeps it, or lrp_shape_unknown */
    const struct lrp_blob *constant; /* not NULL: the value is known */
};

struct lrp_operator;
struct lrp_operator_body; /* body.h */
struct lrp_relevance;
struct lrp_bodies;
/* One application of an operator. */
struct lrp_call {
    const struct lrp_operator *op; /* NULL: nobody implements it */
    const char *op_type, *domain;  /* "Conv", "" (= ai.onnx) */
    const struct lrp_attribute *attributes;
    int opset; /* version of the domain the model imports */
    int attribute_count;
    struct lrp_desc *in, *out;
    int in_count, out_count;
    struct lrp_shape_set *shapes; /* what keeps the shapes of its outputs */
};

/* The kind that ONNX gives an attribute of this name in every operator; 0: that differs, or the name is not ONNX's. */
enum lrp_attribute_kind lrp_attribute_expected(const char *name);
/* "a whole number", "a list of numbers". */
const char *lrp_attribute_kind_words(enum lrp_attribute_kind kind);
/* LRP_FILE naming an attribute that is of another kind than expected: reading it would yield the default. */
enum lrp_status lrp_call_check_attributes(const struct lrp_call *call, struct lrp_error *err);
const struct lrp_attribute *lrp_call_attribute(const struct lrp_call *call, const char *name);
int64_t lrp_call_int(const struct lrp_call *call, const char *name, int64_t otherwise);
float lrp_call_float(const struct lrp_call *call, const char *name, float otherwise);
/* Borrowed; `otherwise` if missing. */
const char *lrp_call_string(const struct lrp_call *call, const char *name, const char *otherwise);
/* An INTS attribute: fills out with at most `most` values and returns how many it has; -1 if it is missing or of another kind.
 */
int lrp_call_ints(const struct lrp_call *call, const char *name, int64_t *out, int most);
/* The integers of an input that is constant (axes, shapes, ...): returns how many, -1 if the input is missing, not
 * constant, or has more than `most`. */
int lrp_call_const_ints(const struct lrp_call *call, int input, int64_t *out, int most);
/* The type of layer it is by itself. */
enum lrp_kind lrp_call_kind(const struct lrp_call *call);
/* True if input i was given. */
bool lrp_call_has(const struct lrp_call *call, int input);
/* True if input i is data: given, of a float type, not constant. */
bool lrp_call_is_data(const struct lrp_call *call, int input);
/* Number of data inputs. */
int lrp_call_data_inputs(const struct lrp_call *call);
/* True if the call is linear in its data input 0 with weights prepare can read: the trait WEIGHTED holds for this call. */
bool lrp_call_weighted(const struct lrp_call *call);
/* How many data inputs are multiplied with one another: their number if the row has the trait PRODUCT and they are at
 * least 2, else 1. */
int lrp_call_product(const struct lrp_call *call);
/* -1 if axis is outside [-rank, rank). */
int lrp_normalize_axis(int64_t axis, int rank);

/* ---- modified weights (the terms of rules, lrpscope-lrp(7)) ---- */

enum lrp_weight_modifier {
    LRP_WEIGHT_AS_IS,
    LRP_WEIGHT_POSITIVE,       /* W+ */
    LRP_WEIGHT_NEGATIVE,       /* W- */
    LRP_WEIGHT_SQUARED,        /* W^2 */
    LRP_WEIGHT_ONE,            /* 1 */
    LRP_WEIGHT_GAMMA_POSITIVE, /* W + gamma W+ */
    LRP_WEIGHT_GAMMA_NEGATIVE, /* W + gamma W- */
    LRP_WEIGHT_NONE,           /* for biases: left out */
    LRP_WEIGHT_MODIFIER_COUNT
};
struct lrp_modifier {
    enum lrp_weight_modifier weight, bias;
    float gamma;
};
/* In place. */
void lrp_modify(enum lrp_weight_modifier modifier, float gamma, float *values, size_t count);

/* ---- operators ---- */

/* Where the samples of a batch stand in a value: along `axis`, index (o * samples + n) * inner + i belongs to sample n, for
 * every o below `outer` and i below `inner`. Both are 1 where the axis holds nothing else. */
struct lrp_batch_axis {
    int axis; /* or one of those below */
    int64_t outer, samples, inner;
};
enum { LRP_BATCH_NONE = -1 /* the same for all samples */, LRP_BATCH_LOST = -2 /* mixed: there is no such axis any more */ };

enum lrp_trait {
    LRP_TRAIT_WEIGHTED = 1,     /* linear in input 0 with constant weights (inputs 1, 2) read by prepare through a modifier */
    LRP_TRAIT_MOVES = 2,        /* only moves elements: relevance is routed by the vjp as it is */
    LRP_TRAIT_PRODUCT = 4,      /* a product of its k data inputs: each gets 1/k of the relevance */
    LRP_TRAIT_ACTIVATION = 8,   /* one input, elementwise: can be fused behind a linear layer */
    LRP_TRAIT_SHAPE_ONLY = 16,  /* needs only the shape of its input: folded even when the input is data */
    LRP_TRAIT_ADDS = 32,        /* the sum of its inputs */
    LRP_TRAIT_GATES = 64,       /* one input: an element comes out as it is, or as 0 with slope 0 */
    LRP_TRAIT_SELECTS = 128,    /* output 0 consists of elements of input 0, each with slope 1 */
    LRP_TRAIT_NO_VJP = 256,     /* not differentiable: the column vjp is empty on purpose */
    LRP_TRAIT_ROUTES = 512,     /* every output element is one of some input's: relevance is routed by the vjp as it is */
    LRP_TRAIT_DRAWS = 1024,     /* makes numbers up: the same ones every time, but nobody else's */
    LRP_TRAIT_TEXTS = 2048,     /* takes texts, too, and may make them: all others meet numbers and truth values only */
    LRP_TRAIT_OPERANDS = 4096,  /* made up of what its operands contribute, constant ones too: the ledger names their share */
    LRP_TRAIT_BIASED = 8192,    /* reads a constant operand that is added as it is: what nobody is given is the bias's */
    LRP_TRAIT_PADS = 16384,     /* puts numbers of its own around input 0: relevance on them is lost to the padding */
    LRP_TRAIT_HANDS_ON = 32768, /* output 0 is input 0 where both are of one type: canonization drops it */
    LRP_TRAIT_BOUNDED = 65536,  /* its constant operands are bounds, none of the parameters that a layer counts */
    LRP_TRAIT_SETS = 262144,    /* inputs behind the first only set what is done: no relevance goes to them */
    LRP_TRAIT_LEARNT = 131072   /* inputs 1 to 4: scale, bias, and mean and variance that training saw in input 0's channels */
};

/* Operators whose weights, input 1, say how long an axis of input 0 is: by them an open size of a model's input is found. */
struct lrp_weight_size {
    bool says;    /* false: they say nothing */
    bool grouped; /* the weights' axis is that of one of the attribute `group` groups */
    int axis;     /* of input 0, from the end where negative */
    int weight_axis;
};

/* The functions of a row. All return LRP_OK or fail with a line that says cause and remedy; they do not name the layer, the
 * caller does. `call` is the application of the operator, call->op the row, call->op->own what the row alone has.
 *
 * infer, the only one that meets a call nobody has looked at yet:
 *  - Every input that was given has a known dtype and shape; a constant one has its data (lrp_desc.constant).
 *  - It fills dtype and shape of every output that is present.
 *  - It checks whatever forward and vjp rely on: number of inputs, types, ranks, sizes, attribute values. Files are hostile:
 *    what infer lets pass must not crash.
 *  - It fails with LRP_FILE for what is invalid, with LRP_UNSUPPORTED for what is legal but not done here, also where it needs
 *    the data of an input that is not constant.
 *
 * prepare, optional:
 *  - It reads the constant inputs named in prepared_inputs into a handle; the caller owns it and gives it back to release.
 *  - Of WEIGHTED rows it reads them through `modifier` (NULL: as they are); others never get a modifier.
 *
 * forward:
 *  - in[i] is the tensor of input i: NULL if it is absent, or constant and in prepared_inputs or in_place.
 *  - out[j] is a new tensor of the inferred dtype and shape, its contents undefined: NULL if nobody wants it.
 *  - It writes every element of every output that is wanted. Texts may be those of inputs, attributes or constants: they are
 *    copied afterwards; others go there by lrp_tensor_put_text (texts.h).
 *
 * vjp, the transposed Jacobian, or the trait NO_VJP if there is none:
 *  - in and out are those of forward. To WEIGHTED rows all of them may be NULL: the result may depend on nothing but the
 *    handle, and on weights that came as data.
 *  - s[j] is the cotangent of output j; NULL stands for zeros.
 *  - grad[i] is a tensor of input i's shape full of zeros, NULL if nobody wants it; only those of float inputs are wanted.
 *    It receives the sum over j of (dout[j]/din[i])^T s[j].
 *  - WEIGHTED and SELECTS rows overwrite grad[0], which need not be zeroed then.
 *
 * blocks, optional: whether forward and vjp take tensors in blocks of channels (blocked.h) as they are. Without it every
 * tensor they see is row-major.
 *  - *from comes in as the block in which the data inputs lie (back: in which s[0] lies), all of them, or of ADDS rows some;
 *    0: row-major.
 *  - *from goes out as the block in which forward takes its data inputs (back: vjp takes s[0]), *to as the one in which it
 *    makes out[0] (back: grad[0]), each 0 for row-major: what takes the least effort.
 *  - WEIGHTED and ADDS rows must also take row-major what they said they take in blocks.
 *  - A vjp that makes grad[0] in blocks gets in[] so; one that takes s[0] in blocks gets out[] so.
 * An elementwise function passes on whatever it gets, both ways:
 *     *from = *to = lrp_elementwise_blocks(call, *from, 0);
 *     return LRP_OK;
 * as long as it maps 0 to 0, because the last block is filled up with zeros, and loops over lrp_elements_of(in[0]) elements.
 *
 * The least a row needs is an elementwise function of one number: two functions, LRP_UNARY, and a row (elementwise.h), here
 * of the file math/math.c:
 *     static inline float cube(float x, const float *p) { (void)p; return x * x * x; }
 *     static inline float cube_d(float x, float y, const float *p) { (void)y, (void)p; return 3 * x * x; }
 *     LRP_UNARY(cube)
 *     ...
 *     {LRP_UNARY_ROW("Cube", "", OTHER, cube, NULL, NULL, 1)},
 * The same, taking tensors in blocks of channels as they are:
 *     {LRP_UNARY_ROW("Cube", "", OTHER, cube, NULL, NULL, 1), .blocks = lrp_unary_blocks},
 * An operator that others are enough for is written as calls of them (body.h), and has no other function:
 *     static enum lrp_status twice_body(struct lrp_operator_body *b, struct lrp_error *err)
 *     {
 *         (void)err;
 *         lrp_body_return(b, 0, LRP_BODY_CALL(b, "twice", "Add", 0, 0));
 *         return LRP_OK;
 *     }
 *     ...
 *     {.name = "Twice", .domain = "com.microsoft", .versions = {1}, .body = twice_body},
 * What is missing does not compile, or is named by the tests of tests/unit/ops (test_operator_rows): a row also needs a worked
 * number from outside and, with a vjp, a point where it is compared with central differences. lrpscope-internals(7) lists the
 * places.
 */
struct lrp_operator {
    const char *name;         /* ONNX operator name */
    const char *domain;       /* "" for ai.onnx, "lrpscope" for our own, "com.microsoft" ... */
    short versions[12];       /* ONNX "since" versions whose meaning this row implements, ascending, 0-terminated */
    short newer;              /* first later ONNX version that differs and is not implemented; 0: none up to opset 28 */
    unsigned traits;          /* enum lrp_trait */
    unsigned prepared_inputs; /* bit i: input i, when constant, is read by prepare */
    unsigned in_place;        /* bit i: input i, when constant, is read by forward where it lies: call->in[i].constant */
    const void *own;          /* what this row alone has (functions, a variant), of a struct of the family; a function that
                                 serves several rows finds here what differs and never compares names */
    struct lrp_weight_size weight_size;
    const char *const *keys;   /* what it makes is a map: attributes that hold its keys, NULL-terminated; NULL: it is none */
    enum lrp_kind static_kind; /* the type of layer where nothing is known of the call; never LRP_KIND_UNSET */
    enum lrp_kind (*kind)(const struct lrp_call *call); /* the type of layer a call is; NULL: static_kind */
    enum lrp_status (*infer)(struct lrp_call *call, struct lrp_error *err);
    enum lrp_status (*prepare)(const struct lrp_call *call, const struct lrp_modifier *modifier, void **handle,
                               const struct lrp_run *run, struct lrp_error *err);
    void (*release)(void *handle);
    size_t (*bytes)(const void *handle); /* memory a handle holds by now; NULL: next to none */
    enum lrp_status (*forward)(const struct lrp_call *call, void *handle, const struct lrp_tensor *const *in,
                               struct lrp_tensor *const *out, const struct lrp_run *run, struct lrp_error *err);
    enum lrp_status (*vjp)(const struct lrp_call *call, void *handle, const struct lrp_tensor *const *in,
                           const struct lrp_tensor *const *out, const struct lrp_tensor *const *s,
                           struct lrp_tensor *const *grad, const struct lrp_run *run, struct lrp_error *err);
    /* Optional: what each input gets of relevance under the zero rule, a_i * J_i^T(R / z), where that can be had without the
     * quotient, which is none at 0: s[j] is R itself, all else as in vjp (grad[i] zeroed, row-major). */
    enum lrp_status (*share)(const struct lrp_call *call, void *handle, const struct lrp_tensor *const *in,
                             const struct lrp_tensor *const *out, const struct lrp_tensor *const *s,
                             struct lrp_tensor *const *grad, const struct lrp_run *run, struct lrp_error *err);
    /* Optional: relevance through an operator that a J^T(R/stab(z)) would not do justice, as it consists of several layers: as
     * vjp, with relevance[j] of output j, into given[i], zeroed. What nobody gets goes into how->losses (relevance.h). */
    enum lrp_status (*relevance)(const struct lrp_call *call, void *handle, const struct lrp_tensor *const *in,
                                 const struct lrp_tensor *const *out, const struct lrp_tensor *const *relevance,
                                 struct lrp_tensor *const *given, const struct lrp_relevance *how, const struct lrp_run *run,
                                 struct lrp_error *err);
    /* Optional: the shapes of outputs that only the inputs' values tell, which infer left open: fills them in before forward.
     */
    enum lrp_status (*measure)(struct lrp_call *call, const struct lrp_tensor *const *in, const struct lrp_run *run,
                               struct lrp_error *err);
    /* Operators that hold graphs or work on sequences, instead of forward and vjp (control/bodies.h, sequence.h): out[j] and
     * given[i] are made by them. */
    enum lrp_status (*control)(const struct lrp_call *call, struct lrp_bodies *bodies, const struct lrp_tensor *const *in,
                               struct lrp_tensor **out, const struct lrp_run *run, struct lrp_error *err);
    enum lrp_status (*control_back)(const struct lrp_call *call, struct lrp_bodies *bodies, const struct lrp_tensor *const *in,
                                    const struct lrp_tensor *const *s, struct lrp_tensor **given, const struct lrp_run *run,
                                    struct lrp_error *err);
    enum lrp_status (*blocks)(const struct lrp_call *call, void *handle, bool back, const struct lrp_run *run, int *from,
                              int *to, struct lrp_error *err);
    int64_t (*macs)(const struct lrp_call *call); /* multiply-accumulates of one forward; NULL: 0 */
    /* As how many times its weights a handle may hold them, of a call that infer let pass; NULL: 1. */
    int64_t (*copies)(const struct lrp_call *call);
    /* Our own operators, which stand for what was recognised in a file: the ONNX operator that a user would look for there.
     * "": any of several, what the file's node is called. Without it, that is the operator's own name. */
    const char *(*written)(const struct lrp_call *call);
    /* Where the axis that counts samples, `*at` of input `input`, is in output `output`: batch.h. False: the operator mixes
     * samples. at->axis = LRP_BATCH_NONE: that output is the same for all. The caller finds out if an axis has been cut. */
    bool (*batch)(const struct lrp_call *call, int input, int output, struct lrp_batch_axis *at);
    /* Optional: output 0 of a call whose inputs are all constant, as a view of them, so that large weights are not held as
     * floats as well. *out stays NULL where forward is to make it. */
    enum lrp_status (*defer)(const struct lrp_call *call, struct lrp_arena *arena, struct lrp_blob **out,
                             struct lrp_error *err);
    /* The operator written as calls of others (body.h): a graph holds those in its place, so that derivatives, rules and the
     * ledger are theirs. Such a row has no other function. Of the call it may ask for attributes, for which inputs and outputs
     * are present and for constants; shapes of other inputs are not known yet. LRP_UNSUPPORTED: stays as it is, not
     * executable. */
    enum lrp_status (*body)(struct lrp_operator_body *body, struct lrp_error *err);
};

/* Constants of fewer elements are made at once: no operator defers them. */
enum { LRP_WORTH_DEFERRING = 1 << 16 };

/* The row for an operator of a domain at the opset version the model imports; NULL if nobody implements it. `ai.onnx` is "".
 * *why (may be NULL) then says "the operator is not implemented" or "this version of the operator is not implemented"
 * (borrowed, static). */
const struct lrp_operator *lrp_operator_find(const char *domain, const char *name, int opset, const char **why);
/* Whether relevance and gradients go through it. */
static inline bool lrp_operator_differentiates(const struct lrp_operator *op)
{
    return op->vjp || op->control_back;
}
/* Rows beyond the table: those of plugins. Any version; a model's domain "" (a layer type of a JSON model) fits every domain.
 */
struct lrp_operator_set {
    const struct lrp_operator *const *rows;
    size_t count;
};
/* The row in the set (may be NULL), or NULL. */
const struct lrp_operator *lrp_operator_set_find(const struct lrp_operator_set *set, const char *domain, const char *name);
/* All rows, family by family; NULL past the end. */
const struct lrp_operator *lrp_operator_at(size_t index);

/* Each family's rows, ended by a row without a name (defined in the family's file, collected in table.c). */
extern const struct lrp_operator lrp_ops_linear[];     /* linear.c: Conv ConvTranspose Gemm MatMul, lrpscope Dense, Scale */
extern const struct lrp_operator lrp_ops_pooling[];    /* pooling.c */
extern const struct lrp_operator lrp_ops_normalize[];  /* normalize.c: BatchNormalization LayerNormalization ... */
extern const struct lrp_operator lrp_ops_softmax[];    /* normalize_softmax.c */
extern const struct lrp_operator lrp_ops_activation[]; /* activation.c: unary elementwise ones that serve as activations */
extern const struct lrp_operator lrp_ops_arithmetic[]; /* arithmetic.c: binary/n-ary with broadcasting, Where */
extern const struct lrp_operator lrp_ops_compare[];    /* arithmetic_compare.c: comparisons, logic, bits */
extern const struct lrp_operator lrp_ops_math[];       /* math.c: other unary elementwise: Sqrt Exp Erf Neg ... Cast */
extern const struct lrp_operator lrp_ops_reduce[];     /* reduce.c */
extern const struct lrp_operator lrp_ops_axis[];       /* reduce_axis.c: ArgMax CumSum TopK ... */
extern const struct lrp_operator
    lrp_ops_move[]; /* move.c: Reshape Flatten Transpose Concat Split Slice Pad Gather Expand ... */
extern const struct lrp_operator lrp_ops_einsum[];    /* einsum.c */
extern const struct lrp_operator lrp_ops_attention[]; /* attention.c */
extern const struct lrp_operator lrp_ops_heads[]; /* heads.c: lrpscope SplitHeads AttentionMask, of which attention is made */
extern const struct lrp_operator lrp_ops_contrib_attention[]; /* contrib_attention.c: com.microsoft's */
extern const struct lrp_operator lrp_ops_contrib[];           /* contrib.c: com.microsoft's others that are bodies */
extern const struct lrp_operator lrp_ops_contrib_quantize[];  /* contrib_quantize.c: the quantised ones, MatMulNBits */
extern const struct lrp_operator lrp_ops_couple[];            /* couple.c: our own CouplePairs */
extern const struct lrp_operator lrp_ops_ml[];                /* ml.c: ai.onnx.ml's that are bodies */
extern const struct lrp_operator lrp_ops_tree[];              /* tree.c: TreeEnsemble TreeEnsembleClassifier ...Regressor */
extern const struct lrp_operator lrp_ops_label[];             /* label.c: LabelEncoder CategoryMapper */
extern const struct lrp_operator lrp_ops_text[];              /* text.c: StringNormalizer TfIdfVectorizer StringSplit ... */
extern const struct lrp_operator lrp_ops_bits[];              /* bits.c: BitCast, lrpscope DecodeBits */
extern const struct lrp_operator lrp_ops_signal[];            /* signal.c: windows MelWeightMatrix DFT STFT */
extern const struct lrp_operator lrp_ops_detect[];            /* detect.c: RoiAlign DeformConv NonMaxSuppression ... */
extern const struct lrp_operator lrp_ops_quantize[];   /* quantize.c: QuantizeLinear DequantizeLinear DynamicQuantizeLinear */
extern const struct lrp_operator lrp_ops_qonnx[];      /* qonnx.c: Quant BipolarQuant Trunc */
extern const struct lrp_operator lrp_ops_quantized[];  /* quantized.c: ConvInteger MatMulInteger QLinearConv QLinearMatMul */
extern const struct lrp_operator lrp_ops_rotary[];     /* rotary.c */
extern const struct lrp_operator lrp_ops_gridsample[]; /* gridsample.c */
extern const struct lrp_operator lrp_ops_loss[];       /* loss.c */
extern const struct lrp_operator lrp_ops_resize[];     /* resize.c: Resize Upsample */
extern const struct lrp_operator lrp_ops_control[];    /* control.c: If Loop Scan */
extern const struct lrp_operator lrp_ops_random[];     /* random.c: RandomNormal RandomUniform (Like) Bernoulli Multinomial */
extern const struct lrp_operator lrp_ops_select[];     /* select.c: ReverseSequence Unique */
extern const struct lrp_operator lrp_ops_sequence[];   /* sequence.c: SequenceAt ... Optional ... */
extern const struct lrp_operator lrp_ops_recurrent[];  /* recurrent.c: LSTM GRU RNN */
extern const struct lrp_operator lrp_ops_shape[];      /* shape.c: Shape Size Constant ConstantOfShape Range ... */

#endif
