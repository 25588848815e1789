/* worked_linear.h: worked numbers of test_worked.c: convolutions, products, sums of products. */
/* Expected values: by hand from the definitions of the ONNX specification. */
// clang-format off
static const struct example worked_linear[] = {
    {"a diagonal kernel", "Conv", "", 22, "",
     {"f[1,1,3,3] 1 2 3 4 5 6 7 8 9", "!f[1,1,2,2] 1 0 0 1", "!f[1] 0.5"}, {"f[1,1,2,2] 6.5 8.5 12.5 14.5"}},
    {"every element spreads the kernel", "ConvTranspose", "", 11, "",
     {"f[1,1,2] 1 2", "!f[1,1,2] 3 4"}, {"f[1,1,3] 3 10 8"}},
    {"half of A B and twice C", "Gemm", "", 13, "alpha=f0.5 beta=f2",
     {"f[2,2] 1 2 3 4", "!f[2,2] 5 6 7 8", "!f[2] 1 -1"}, {"f[2,2] 11.5 9 23.5 23"}},
    {"rows by columns", "MatMul", "", 13, "", {"f[2,2] 1 2 3 4", "f[2,2] 5 6 7 8"}, {"f[2,2] 19 22 43 50"}},
    {"weights stored inputs by outputs", "Dense", "lrpscope", 1, "",
     {"f[1,2] 1 2", "!f[2,2] 3 4 5 6", "!f[2] 7 8"}, {"f[1,2] 20 24"}},
    {"a factor and a shift each", "Scale", "lrpscope", 1, "", {"f[1,2] 1 2", "!f[2] -2 2", "!f[2] 1 -3"}, {"f[1,2] -1 1"}},
    {"a matrix product", "Einsum", "", 12, "equation=sij,jk->ik",
     {"f[2,2] 1 2 3 4", "f[2,2] 5 6 7 8"}, {"f[2,2] 19 22 43 50"}},
    {"a trace", "Einsum", "", 12, "equation=sii", {"f[2,2] 1 2 3 4"}, {"f[] 5"}},
};
// clang-format on
