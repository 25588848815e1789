/* worked_pooling.h: worked numbers of test_worked.c: poolings. */
/* Expected values: by hand from the definitions of the ONNX specification. */
// clang-format off
static const struct example worked_pooling[] = {
    {"the largest of each quarter", "MaxPool", "", 12, "kernel_shape=I2,2 strides=I2,2",
     {"f[1,1,4,4] 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16"}, {"f[1,1,2,2] 6 8 14 16", "l[1,1,2,2] 5 7 13 15"}},
    {"of equal ones the first, row by row", "MaxPool", "", 12, "kernel_shape=I2,2",
     {"f[1,1,3,3] 0 5 0 5 0 5 0 5 0"}, {"f[1,1,2,2] 5 5 5 5", "l[1,1,2,2] 1 1 3 5"}},
    {"the mean of each quarter", "AveragePool", "", 11, "kernel_shape=I2,2 strides=I2,2",
     {"f[1,1,4,4] 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16"}, {"f[1,1,2,2] 3.5 5.5 11.5 13.5"}},
    {"Euclidean lengths", "LpPool", "", 18, "kernel_shape=I2 strides=I2", {"f[1,1,4] 3 4 5 -12"}, {"f[1,1,2] 5 13"}},
    {"the largest of each channel", "GlobalMaxPool", "", 22, "", {"f[1,2,1,2] 1 5 -3 -2"}, {"f[1,2,1,1] 5 -2"}},
    {"the mean of each channel", "GlobalAveragePool", "", 22, "", {"f[1,2,1,2] 1 5 -3 -2"}, {"f[1,2,1,1] 3 -2.5"}},
    {"the length of each channel", "GlobalLpPool", "", 2, "", {"f[1,1,2] 3 -4"}, {"f[1,1,1] 5"}},
};
// clang-format on
