/* worked_recurrent.h: worked numbers of recurrent operators, by onnxruntime; in many more forms: test_recurrent.c. */
// clang-format off
#define SEQUENCE "f[3,1,1] 0.5 -1.25 2"
static const struct example worked_recurrent[] = {
    {"one unit", "LSTM", "", 14, "",
     {SEQUENCE, "f[1,4,1] 0.5 0.6 0.3 -0.8", "f[1,4,1] 0.2 0.1 -0.4 0.7", "f[1,8] 0.1 -0.1 0.2 0.05 0 0.3 0 0.1"},
     {"f[3,1,1,1] -0.0888206586 0.0807657167 -0.378610909", "f[1,1,1] -0.378610909", "f[1,1,1] -0.511642754"}},
    {"one unit", "GRU", "", 14, "linear_before_reset=i1",
     {SEQUENCE, "f[1,3,1] 0.5 0.6 0.3", "f[1,3,1] 0.2 0.1 -0.4", "f[1,6] 0.1 -0.1 0.2 0.05 0 0.3"},
     {"f[3,1,1,1] 0.19013904 0.00983468443 0.192554131", "f[1,1,1] 0.192554131"}},
    {"backwards", "RNN", "", 14, "direction=sreverse",
     {SEQUENCE, "f[1,1,1] 0.5", "f[1,1,1] 0.2", "f[1,2] 0.1 -0.1"},
     {"f[3,1,1,1] 0.160526752 -0.440363109 0.761594057", "f[1,1,1] 0.160526752"}},
};
// clang-format on
