/* worked_heads.h: worked numbers of the operators that attention is made of. */
/* Where no calculation by hand is seen at once: onnxruntime, or the ONNX project's reference evaluator. */
// clang-format off
static const struct example worked_heads[] = {
    {"heads before rows", "SplitHeads", "lrpscope", 1, "heads=i2",
     {"f[1,2,4] 1 2 3 4 5 6 7 8"},
     {"f[1,2,2,2] 1 2 5 6 3 4 7 8"}},
    {"each matrix", "TransposeMatrix", "lrpscope", 1, "",
     {"f[1,2,3] 1 2 3 4 5 6"},
     {"f[1,3,2] 1 4 2 5 3 6"}},
    {"classes from pairs of them, by libsvm's own steps in numpy", "CouplePairs", "lrpscope", 1, "",
     {"f[1,3] 0.9 0.8 0.3"}, {"f[1,3] 0.73394763 0.08166289 0.18438948"}},
    {"two classes", "CouplePairs", "lrpscope", 1, "", {"f[1,1] 0.7"}, {"f[1,2] 0.7 0.3"}},
    {"a key that is padding", "AttentionMask", "lrpscope", 1, "padding=i1 hidden=f-5",
     {"!l[4] 1 1 2 2", "i[1,2] 1 0"},
     {"f[1,1,2,2] 0 -5 0 -5"}},
};
// clang-format on
