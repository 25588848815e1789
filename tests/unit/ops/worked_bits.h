/* worked_bits.h: worked numbers of the operators on bits. */
/* Where no calculation by hand is seen at once: onnxruntime, or the ONNX project's reference evaluator. */
// clang-format off
static const struct example worked_bits[] = {
    {"one as bits", "BitCast", "", 26, "to=i6",
     {"f[2] 1 -2"},
     {"i[2] 1065353216 -1073741824"}},
    {"four bits, the low ones first", "DecodeBits", "lrpscope", 1, "bits=i4 block_size=i2",
     {"!u[1,2] 33 67", "!f[1,2] 0.5 2"},
     {"f[1,4] -3.5 -3 -10 -8"}},
};
// clang-format on
