/* test_vjp.c: every differentiable operator's vjp against central differences. */
#include <stdio.h>

#include "differences.h"

/* Inputs without '!' are varied if they are of a float type. They stay away from kinks. */
// clang-format off
#define X23 "f[2,3] 0.5 -1.25 2 -0.75 1.5 -2.5"
#define P23 "f[2,3] 0.5 1.25 2 0.75 1.5 2.5"
#define U23 "f[2,3] 0.5 -0.25 0.75 -0.6 0.1 -0.8"
#define X223 "f[2,2,3] 0.5 -1.25 2 -0.75 1.5 -2.5 0.3 1.1 -0.4 2.2 -1.7 0.9"
#define ONE(op, opset, attributes, x) {"", op, "", opset, attributes, {x}, {"?"}}
#define OWN(op, attributes, x) {"", op, "lrpscope", 1, attributes, {x}, {"?"}}
#define TWO(op, opset, attributes, a, b) {"", op, "", opset, attributes, {a, b}, {"?"}}
#define THREE(op, opset, attributes, a, b, c) {"", op, "", opset, attributes, {a, b, c}, {"?"}}
static const struct example activations[] = {
    ONE("Relu", 14, "", X23), ONE("LeakyRelu", 16, "alpha=f0.2", X23), ONE("Elu", 6, "alpha=f1.5", X23), ONE("Selu", 6, "", X23),
    ONE("Celu", 12, "alpha=f2", X23), ONE("Sigmoid", 13, "", X23), ONE("HardSigmoid", 6, "alpha=f0.3", X23), ONE("Tanh", 13, "", X23),
    ONE("Softplus", 1, "", X23), ONE("Softsign", 1, "", X23), ONE("ThresholdedRelu", 10, "", X23), ONE("HardSwish", 14, "", X23),
    ONE("HardSwish", 14, "", "f[3] -4 4 1"), ONE("Gelu", 20, "", X23), ONE("Gelu", 20, "approximate=stanh", X23),
    OWN("Swish", "beta=f1.5", X23), ONE("Swish", 24, "alpha=f0.5", X23), ONE("Mish", 18, "", X23), ONE("Mish", 18, "", "f[2] 21 -9"),
    OWN("Gelu", "", X23), OWN("Gelu", "approximate=stanh", X23), OWN("HardSwish", "", X23), OWN("Mish", "", X23),
    {"", "Gelu", "com.microsoft", 1, "", {X23}, {"?"}}, {"", "QuickGelu", "com.microsoft", 1, "", {X23}, {"?"}},
    ONE("Clip", 6, "min=f-1 max=f1", X23), THREE("Clip", 13, "", X23, "f[] -1", "f[] 1"),
    TWO("PRelu", 16, "", X23, "f[2,1] 0.25 -0.5"), TWO("PRelu", 7, "", X23, "f[3] 0.25 0.5 0.75"),
};
static const struct example arithmetic[] = {
    TWO("Add", 14, "", X23, "f[2,1] 1 2"), TWO("Sub", 14, "", "f[3] 1 2 3", X23), TWO("Mul", 14, "", X23, "f[3] 2 -3 0.5"),
    TWO("Mul", 14, "", "f[] 3", X23), TWO("Mul", 14, "", X223, "f[2,1,3] 1 2 3 4 5 6"), TWO("Div", 14, "", X23, "f[2,1] 2 -0.5"),
    TWO("Mod", 13, "fmod=i1", "f[2] 5.25 -7.5", "f[1] 2"), TWO("Pow", 15, "", P23, "f[3] 2 0.5 -1.5"), TWO("Pow", 15, "", X23, "!f[] 2"),
    TWO("Pow", 15, "", X23, "l[] 3"), THREE("Sum", 13, "", X23, "f[3] 1 2 3", X23), THREE("Mean", 13, "", X23, "f[1] 1", "f[2,1] 1 2"),
    THREE("Max", 13, "", X23, "f[1] 0", "f[2,1] 1 -1"), THREE("Min", 13, "", X23, "!f[1] 0", "f[2,1] 1 -1"),
    TWO("Add", 6, "broadcast=i1 axis=i0", X23, "f[2] 1 2"), TWO("Mul", 6, "broadcast=i1 axis=i1", X223, "f[2] 2 -3"),
    TWO("Sub", 6, "broadcast=i1 axis=i0", X23, "f[2] 1 2"), TWO("Div", 6, "broadcast=i1 axis=i1", X223, "f[2] 2 -3"),
    TWO("Pow", 1, "broadcast=i1", P23, "f[3] 2 0.5 -1.5"), TWO("PRelu", 6, "", X223, "f[2] 0.25 -0.5"), THREE("Where", 16, "", "b[2,1] 1 0", X23, "f[3] 1 2 3"),
};
static const struct example mathematics[] = {
    ONE("Neg", 13, "", X23), ONE("Abs", 13, "", X23), ONE("Sqrt", 13, "", P23), ONE("Exp", 13, "", X23), ONE("Log", 13, "", P23),
    ONE("Erf", 13, "", X23), ONE("Reciprocal", 13, "", P23), ONE("Floor", 13, "", U23), ONE("Ceil", 13, "", U23), ONE("Round", 11, "", "f[2] 0.3 -1.8"),
    ONE("Sign", 13, "", X23), ONE("Sin", 7, "", X23), ONE("Cos", 7, "", X23), ONE("Tan", 7, "", U23), ONE("Asin", 7, "", U23),
    ONE("Acos", 7, "", U23), ONE("Atan", 7, "", X23), ONE("Sinh", 9, "", X23), ONE("Cosh", 9, "", X23), ONE("Asinh", 9, "", X23),
    ONE("Acosh", 9, "", "f[3] 1.5 2 4"), ONE("Atanh", 9, "", U23), ONE("Shrink", 9, "lambd=f1 bias=f0.5", X23), ONE("Identity", 16, "", X23),
    {"", "Dropout", "", 13, "", {X23}, {"?", "?"}}, ONE("Cast", 13, "to=i10", X23), TWO("CastLike", 15, "", X23, "!h[1] 1"),
    ONE("RandomNormalLike", 22, "seed=f1", X23), ONE("RandomUniformLike", 22, "seed=f1", X23),
    ONE("Bernoulli", 22, "seed=f1", "f[2,3] 0.5 0.25 0.9 0.1 0.75 0.3"),
};
static const struct example reductions[] = {
    ONE("ReduceSum", 11, "axes=I0,2", X223), ONE("ReduceMean", 13, "axes=I1 keepdims=i0", X223), ONE("ReduceMax", 13, "axes=I0", X223),
    ONE("ReduceMin", 13, "axes=I2", X223), ONE("ReduceProd", 13, "axes=I1,2", X223), ONE("ReduceProd", 13, "", "f[3] 0 2 3"),
    ONE("ReduceProd", 13, "", "f[3] 0 0 3"), ONE("ReduceL1", 13, "axes=I0", X223), ONE("ReduceL2", 13, "axes=I-1", X223),
    ONE("ReduceSumSquare", 13, "axes=I0", X223), ONE("ReduceLogSum", 13, "axes=I0", P23), ONE("ReduceLogSumExp", 13, "axes=I1", X223),
    TWO("CumSum", 14, "", X23, "!l[] 0"), TWO("CumSum", 14, "reverse=i1 exclusive=i1", X23, "!l[] 1"),
    TWO("CumProd", 26, "", X23, "!l[] 1"), TWO("CumProd", 26, "reverse=i1 exclusive=i1", "f[2,3] 0.5 0 2 0.75 1.5 -1", "!l[] 1"),
    {"", "TopK", "", 11, "axis=i0", {X223, "!l[1] 1"}, {"?", "?"}}, {"", "TopK", "", 11, "largest=i0", {X223, "!l[1] 2"}, {"?", "?"}},
};
static const struct example moves[] = {
    TWO("Reshape", 13, "", X23, "!l[2] 3 2"), ONE("Flatten", 13, "", X223), ONE("Squeeze", 11, "", "f[1,2] 1 2"),
    TWO("Unsqueeze", 13, "", X23, "!l[1] 1"), ONE("Transpose", 13, "perm=I2,0,1", X223), TWO("Concat", 13, "axis=i1", X23, "f[2,1] 1 2"),
    {"", "Split", "", 11, "axis=i1 split=I1,2", {X23}, {"?", "?"}}, {"", "Split", "", 13, "axis=i0", {X23}, {"", "?"}},
    {"", "Slice", "", 13, "", {X23, "!l[2] -1 2", "!l[2] -9 0", "!l[2] 0 1", "!l[2] -1 -2"}, {"?"}},
    TWO("Expand", 13, "", "f[2,1] 1 2", "!l[3] 2 1 3"), TWO("Expand", 13, "", X23, "!l[3] 4 1 1"), TWO("Tile", 13, "", X23, "!l[2] 2 3"),
    ONE("DepthToSpace", 13, "blocksize=i2 mode=sCRD", "f[1,4,1,1] 1 2 3 4"), ONE("SpaceToDepth", 13, "blocksize=i2", "f[1,1,2,2] 1 2 3 4"),
    THREE("Pad", 13, "", X23, "!l[4] 1 0 0 2", "f[] 3"), ONE("Pad", 2, "pads=I-1,1,1,-1", X23),
    TWO("Pad", 13, "mode=sreflect", X23, "!l[4] 1 2 0 1"), TWO("Pad", 13, "mode=sedge", X23, "!l[4] 1 2 0 1"),
    TWO("Gather", 13, "axis=i1", X23, "l[2,2] 0 -1 0 1"), TWO("GatherElements", 13, "axis=i0", X23, "l[2,3] 0 0 1 -1 0 1"),
    TWO("GatherND", 13, "", X23, "l[3,1] 1 0 1"), THREE("ScatterElements", 11, "axis=i1", X23, "l[2,2] 1 1 0 2", "f[2,2] 1 2 3 4"),
    THREE("ScatterND", 16, "reduction=sadd", X23, "l[2,1] 1 1", X23), TWO("Trilu", 14, "upper=i0", X23, "!l[] 1"),
    TWO("Compress", 11, "axis=i1", X23, "!b[3] 1 0 1"), THREE("Scatter", 9, "axis=i1", X23, "l[2,2] 1 0 0 2", "f[2,2] 1 2 3 4"),
};
/* Linear operators and poolings in many more shapes: test_vjp_heavy.c. */
#define X1144 "f[1,1,4,4] 0.5 -1.25 2 -0.75 1.5 -2.5 0.3 1.1 -0.4 2.2 -1.7 0.9 1.9 -0.1 0.7 -2.1"
static const struct example linear[] = {
    TWO("Conv", 11, "pads=I1,0,0,1", X1144, "f[2,1,2,2] 1 2 -3 4 0.5 -1 2 1"), TWO("Conv", 1, "strides=I2,2", X1144, "!f[1,1,2,2] 1 2 -3 4"),
    TWO("ConvTranspose", 11, "strides=I2,1", X1144, "f[1,1,2,2] 1 2 -3 4"), TWO("Gemm", 13, "transB=i1 alpha=f0.5", X23, "f[2,3] 1 2 3 -4 5 6"),
    THREE("Gemm", 6, "broadcast=i1", X23, "!f[3,1] 1 2 3", "!f[1] 1"), TWO("MatMul", 13, "", X23, "f[3,1] 1 -2 3"),
    {"", "Dense", "lrpscope", 1, "", {X23, "!f[3,2] 1 2 3 -4 5 6", "!f[2] 1 2"}, {"?"}},
    {"", "Scale", "lrpscope", 1, "", {X23, "!f[3] 2 -3 0.5", "!f[3] 1 2 3"}, {"?"}},
    ONE("MaxPool", 12, "kernel_shape=I2,2", X1144), ONE("AveragePool", 19, "kernel_shape=I2,3 pads=I0,1,1,1 ceil_mode=i1", X1144),
    ONE("LpPool", 18, "kernel_shape=I2,2 p=i3", X1144), ONE("GlobalMaxPool", 1, "", X1144), ONE("GlobalAveragePool", 22, "", X1144),
    ONE("GlobalLpPool", 2, "p=i3", X1144),
};
static const struct example norms[] = {
    {"", "BatchNormalization", "", 15, "", {X223, "f[2] 2 -0.5", "f[2] 0.5 1", "f[2] 0.25 -1", "f[2] 1.5 2.5"}, {"?"}},
    {"", "LayerNormalization", "", 17, "", {X223, "f[3] 2 -0.5 1", "f[3] 0.5 1 2"}, {"?", "?", "?"}},
    TWO("LayerNormalization", 17, "axis=i1 epsilon=f0.1", X223, "f[2,1] 2 -0.5"), TWO("RMSNormalization", 23, "", X223, "f[3] 2 -0.5 1"),
    THREE("InstanceNormalization", 6, "epsilon=f0.1", X223, "f[2] 2 -0.5", "f[2] 0.5 1"),
    THREE("GroupNormalization", 21, "num_groups=i1", X223, "f[2] 2 -0.5", "f[2] 0.5 1"),
    THREE("GroupNormalization", 18, "num_groups=i2", X223, "f[2] 2 -0.5", "f[2] 0.5 1"),
    ONE("MeanVarianceNormalization", 13, "axes=I0,2", X223), OWN("Normalize", "axes=I1,2 epsilon=f0.2", X223),
    OWN("Normalize", "axes=I0 epsilon=f0.2 epsilon_outside=i1", X223), OWN("Normalize", "axes=I2 epsilon=f0.2 center=i0", X223),
    ONE("LpNormalization", 1, "axis=i0", X223), ONE("LpNormalization", 1, "p=i1", X223), ONE("LRN", 13, "size=i2 alpha=f0.5", X223),
    ONE("LRN", 13, "size=i3 alpha=f0.5 beta=f0.5 bias=f2", "f[1,4,1] 1 -2 3 0.5"), ONE("Softmax", 13, "axis=i1", X223),
    ONE("Softmax", 11, "", X223), ONE("LogSoftmax", 13, "", X223), ONE("LogSoftmax", 11, "axis=i1", X223),
};
#define X1134 "f[1,1,3,4] 0.5 -1.25 2 -0.75 1.5 -2.5 0.3 1.1 -0.4 2.2 -1.7 0.9"
#define RESIZE(attributes, scales, sizes)                                                                                \
    {"", "Resize", "", 19, attributes, {X1134, "!f[8] 0 0 0.2 0.1 1 1 0.8 0.9", scales, sizes}, {"?"}}
#define GRID "f[1,2,2,2] -1.3 0.15 0.4 -0.55 0.85 1.4 -0.2 0.3"
#define SEQUENCE "f[3,1,1] 0.5 -1.25 2"
static const struct example recurrent[] = { /* in many more forms: test_recurrent.c */
    {"", "LSTM", "", 14, "", {SEQUENCE, "f[1,4,1] 0.5 0.6 0.3 -0.8", "f[1,4,1] 0.2 0.1 -0.4 0.7", "f[1,8] 0.1 -0.1 0.2 0.05 0 0.3 0 0.1"}, {"?", "?", "?"}},
    {"", "GRU", "", 14, "linear_before_reset=i1", {SEQUENCE, "f[1,3,1] 0.5 0.6 0.3", "f[1,3,1] 0.2 0.1 -0.4", "f[1,6] 0.1 -0.1 0.2 0.05 0 0.3"}, {"?", "?"}},
    {"", "RNN", "", 14, "direction=sreverse", {SEQUENCE, "f[1,1,1] 0.5", "f[1,1,1] 0.2", "f[1,2] 0.1 -0.1"}, {"?", "?"}},
};
static const struct example selections[] = {
    TWO("ReverseSequence", 10, "", "f[3,2] 1 -2 3 4 5 -6", "l[2] 3 2"), TWO("ReverseSequence", 10, "time_axis=i1 batch_axis=i0", X23, "l[2] 2 3"),
    ONE("Unique", 11, "", "f[4] 3 1 3.5 2"), ONE("Unique", 11, "axis=i1 sorted=i0", X23),
};
static const struct example sums[] = {
    TWO("GridSample", 20, "", X1134, GRID), TWO("GridSample", 20, "padding_mode=sreflection align_corners=i1", X1134, GRID),
    TWO("GridSample", 20, "mode=scubic padding_mode=sborder", X1134, GRID), TWO("GridSample", 20, "mode=snearest", X1134, GRID),
    TWO("GridSample", 20, "padding_mode=sreflection", X1134, GRID),
    THREE("RotaryEmbedding", 23, "rotary_embedding_dim=i2", "f[1,1,2,3] 0.5 -1.25 2 -0.75 1.5 -2.5", "!f[1,2,1] 0.8 0.6", "!f[1,2,1] 0.6 0.8"),
    {"", "RotaryEmbedding", "", 23, "interleaved=i1 num_heads=i2",
     {"f[1,1,4] 0.5 -1.25 2 -0.75", "!f[2,1] 0.8 0.6", "!f[2,1] 0.6 0.8", "!l[1,1] 1"}, {"?"}},
    OWN("SplitHeads", "heads=i2", "f[1,2,4] 0.5 -1.25 2 -0.75 1.5 -2.5 0.3 1.1"), OWN("TransposeMatrix", "", X223),
    OWN("CouplePairs", "", "f[2,1] 0.7 0.2"),
    {"", "AttentionMask", "lrpscope", 1, "", {"!l[4] 1 2 2 3", "f[2,1,3] 0.1 0.2 -0.3 0.4 0.5 -0.6"}, {"?"}},
    THREE("NegativeLogLikelihoodLoss", 13, "ignore_index=i2", "f[2,3,2] 0.5 -1.25 2 -0.75 1.5 -2.5 0.3 1.1 -0.4 2.2 -1.7 0.9", "l[2,2] 0 2 1 1", "!f[3] 1 2 3"),
    TWO("NegativeLogLikelihoodLoss", 13, "reduction=snone", X23, "l[2] 0 2"), TWO("SoftmaxCrossEntropyLoss", 13, "", X23, "l[2] 0 2"),
    TWO("SoftmaxCrossEntropyLoss", 13, "reduction=ssum", X223, "l[2,3] 0 1 1 0 0 1"),
    RESIZE("", "!f[4] 1 1 2 1.5", ""), RESIZE("mode=slinear", "!f[4] 1 1 2 0.75", ""), RESIZE("mode=scubic", "", "!l[4] 1 1 5 3"),
    RESIZE("mode=slinear antialias=i1", "", "!l[4] 1 1 2 2"), RESIZE("mode=scubic exclude_outside=i1", "", "!l[4] 1 1 2 7"),
    RESIZE("mode=slinear coordinate_transformation_mode=stf_crop_and_resize extrapolation_value=f3", "", "!l[4] 1 1 4 3"),
    RESIZE("mode=slinear coordinate_transformation_mode=salign_corners", "", "!l[4] 1 1 5 6"),
    ONE("Upsample", 7, "scales=F1,1,2,2 mode=slinear", X1134), TWO("Upsample", 9, "", X1134, "!f[4] 1 1 2 3"),
    TWO("Einsum", 12, "equation=sij,kj->ik", X23, "f[2,3] 1 2 3 4 5 6"),
    TWO("Einsum", 12, "equation=s...ij,jk", X223, "f[3,2] 1 2 3 4 5 6"), ONE("Einsum", 12, "equation=sii", "f[2,2] 1 2 3 4"),
    ONE("Einsum", 12, "equation=sij->j", X23), THREE("Einsum", 12, "equation=si,ij,j->", "f[2] 1 2", X23, "f[3] 2 3 4"),
};
#define X1122 "f[1,1,2,2] 0.5 -1.25 2 -0.75"
static const struct example places[] = {
    ONE("DFT", 20, "", "f[1,5,2] 0.5 -1.25 2 -0.75 1.5 -2.5 0.3 1.1 -0.4 2.2"), ONE("DFT", 20, "onesided=i1", "f[2,4,1] 0.5 -1.25 2 -0.75 1.5 -2.5 0.3 1.1"),
    ONE("DFT", 20, "onesided=i1 inverse=i1", "f[1,3,2] 0.5 -1.25 2 -0.75 1.5 -2.5"), THREE("DFT", 20, "inverse=i1", "f[1,2,3,2] 0.5 -1.25 2 -0.75 1.5 -2.5 0.3 1.1 -0.4 2.2 -1.7 0.9", "!l[] 5", "!l[] 1"),
    ONE("DFT", 17, "axis=i0", "f[3,2,1] 0.5 -1.25 2 -0.75 1.5 -2.5"),
    THREE("STFT", 17, "", "f[1,7] 0.5 -1.25 2 -0.75 1.5 -2.5 0.3", "!l[] 2", "f[3] 0.3 1 0.4"), {"", "STFT", "", 17, "onesided=i0", {"f[1,3,2] 0.5 -1.25 2 -0.75 1.5 -2.5", "!l[] 1", "", "!l[] 2"}, {"?"}},
    THREE("STFT", 17, "onesided=i0", "f[1,4,2] 0.5 -1.25 2 -0.75 1.5 -2.5 0.3 1.1", "!l[] 1", "f[3] 0.3 1 0.4"),
    THREE("RoiAlign", 16, "output_height=i2 output_width=i2 sampling_ratio=i2", X1134, "!f[1,4] 0.2 0.3 2.6 2.1", "!l[1] 0"),
    THREE("RoiAlign", 16, "output_height=i1 output_width=i2 mode=smax coordinate_transformation_mode=soutput_half_pixel", X1134, "!f[1,4] 0.2 0.3 2.6 2.1", "!l[1] 0"),
    TWO("MaxRoiPool", 1, "pooled_shape=I2,2", X1134, "!f[1,5] 0 0 0 3 2"),
    {"", "CropAndResize", "com.microsoft", 1, "", {X1134, "!f[1,4] 0.1 0.2 1.3 0.8", "!l[1] 0", "!l[2] 3 2"}, {"?"}},
    {"", "DeformConv", "", 19, "pads=I1,0,0,1",
     {X1134, "f[1,1,2,2] 0.5 -1 2 1.5", "f[1,8,3,4] 0.3 -0.2 0.4 0.1 0.6 -0.7 0.35 0.45 -0.15 0.25 -0.55 0.65 0.3 -0.2 0.4 0.1 0.6 -0.7 0.35 0.45 -0.15 0.25 -0.55 0.65 "
      "0.3 -0.2 0.4 0.1 0.6 -0.7 0.35 0.45 -0.15 0.25 -0.55 0.65 0.3 -0.2 0.4 0.1 0.6 -0.7 0.35 0.45 -0.15 0.25 -0.55 0.65 0.3 -0.2 0.4 0.1 0.6 -0.7 0.35 0.45 -0.15 0.25 -0.55 0.65 "
      "0.3 -0.2 0.4 0.1 0.6 -0.7 0.35 0.45 -0.15 0.25 -0.55 0.65 0.3 -0.2 0.4 0.1 0.6 -0.7 0.35 0.45 -0.15 0.25 -0.55 0.65 0.3 -0.2 0.4 0.1 0.6 -0.7 0.35 0.45 -0.15 0.25 -0.55 0.65",
      "f[1] 0.5",
      "f[1,4,3,4] 0.3 -0.2 0.4 0.1 0.6 -0.7 0.35 0.45 -0.15 0.25 -0.55 0.65 0.3 -0.2 0.4 0.1 0.6 -0.7 0.35 0.45 -0.15 0.25 -0.55 0.65 "
      "0.3 -0.2 0.4 0.1 0.6 -0.7 0.35 0.45 -0.15 0.25 -0.55 0.65 0.3 -0.2 0.4 0.1 0.6 -0.7 0.35 0.45 -0.15 0.25 -0.55 0.65"}, {"?"}},
    THREE("Col2Im", 18, "pads=I0,1,0,1", "f[1,2,4] 0.5 -1.25 2 -0.75 1.5 -2.5 0.3 1.1", "!l[2] 1 3", "!l[2] 1 2"),
    TWO("AffineGrid", 20, "", "f[1,2,3] 0.5 -1.25 2 -0.75 1.5 -2.5", "!l[4] 1 1 2 3"), ONE("Det", 11, "", "f[2,2,2] 0.5 -1.25 2 -0.75 1 2 2 4"),
    TWO("MaxUnpool", 11, "kernel_shape=I2,2 strides=I2,2", X1122, "l[1,1,2,2] 0 7 9 14"), TWO("CenterCropPad", 18, "", X23, "!l[2] 5 2"),
    THREE("TensorScatter", 24, "mode=scircular", X223, "f[2,1,3] 1 2 3 4 5 6", "l[2] 1 2"),
};
// clang-format on

struct family {
    const struct example *examples;
    size_t count;
};

static void vjps_are_central_differences(void **state)
{
    const struct family *const family = *state;

    for (size_t k = 0; k < family->count; k++) {
        print_message("    %s %s\n", family->examples[k].op, family->examples[k].attributes);
        check_example(&family->examples[k]);
    }
}

/* Every row of the table with a vjp has an example above: that very row, not another version's or domain's of the same name. */
static void no_operator_is_left_out(void **state)
{
    const struct family *const *const families = *state;
    const struct lrp_operator *row;
    int missing = 0;

    for (size_t r = 0; (row = lrp_operator_at(r)) != NULL; r++) {
        /* what rounds passes straight through, which is no derivative: test_quantize.c */
        bool found = !row->vjp || row->static_kind == LRP_KIND_FAKE_QUANTIZE;
        for (size_t g = 0; families[g]; g++)
            for (size_t k = 0; k < families[g]->count && !found; k++) {
                const struct example *const e = &families[g]->examples[k];
                found = lrp_operator_find(e->domain, e->op, e->opset, NULL) == row;
            }
        if (!found)
            print_error("the operator row %s (%s, %d) has a vjp and no example in test_vjp.c\n", row->name,
                        *row->domain ? row->domain : "ai.onnx", row->versions[0]);
        missing += !found;
    }
    assert_int_equal(missing, 0);
}

#define FAMILY(name)                                                                                                           \
    {                                                                                                                          \
        name, sizeof(name) / sizeof *(name)                                                                                    \
    }
int main(void)
{
    struct family families[] = {FAMILY(activations), FAMILY(arithmetic), FAMILY(mathematics), FAMILY(reductions),
                                FAMILY(moves),       FAMILY(norms),      FAMILY(sums),        FAMILY(linear),
                                FAMILY(places),      FAMILY(recurrent),  FAMILY(selections)};
    const struct family *all[] = {&families[0], &families[1], &families[2], &families[3], &families[4],  &families[5],
                                  &families[6], &families[7], &families[8], &families[9], &families[10], NULL};
    const struct CMUnitTest tests[] = {
        {"activations", vjps_are_central_differences, NULL, NULL, &families[0]},
        {"arithmetic", vjps_are_central_differences, NULL, NULL, &families[1]},
        {"mathematics", vjps_are_central_differences, NULL, NULL, &families[2]},
        {"reductions", vjps_are_central_differences, NULL, NULL, &families[3]},
        {"moves", vjps_are_central_differences, NULL, NULL, &families[4]},
        {"normalisations", vjps_are_central_differences, NULL, NULL, &families[5]},
        {"sums", vjps_are_central_differences, NULL, NULL, &families[6]},
        {"linear and pooling", vjps_are_central_differences, NULL, NULL, &families[7]},
        {"places, regions, spectra", vjps_are_central_differences, NULL, NULL, &families[8]},
        {"selections", vjps_are_central_differences, NULL, NULL, &families[10]},
        {"recurrent", vjps_are_central_differences, NULL, NULL, &families[9]},
        {"no_operator_is_left_out", no_operator_is_left_out, NULL, NULL, all},
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
