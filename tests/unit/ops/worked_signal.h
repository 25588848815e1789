/* worked_signal.h: worked numbers of the windows and spectra. */
/* Where no calculation by hand is seen at once: onnxruntime, or the ONNX project's reference evaluator. */
// clang-format off
static const struct example worked_signal[] = {
    {"periodic", "HannWindow", "", 17, "",
     {"!l[] 4"},
     {"f[4] 0 0.5 1 0.5"}},
    {"symmetric", "HannWindow", "", 17, "periodic=i0",
     {"!l[] 5"},
     {"f[5] 0 0.5 1 0.5 0"}},
    {"its ends are not zero", "HammingWindow", "", 17, "",
     {"!l[] 4"},
     {"f[4] 0.0869565217 0.543478261 1 0.543478261"}},
    {"two cosines", "BlackmanWindow", "", 17, "",
     {"!l[] 4"},
     {"f[4] -1.38777878e-17 0.34 1 0.34"}},
    {"triangles", "MelWeightMatrix", "", 17, "",
     {"!l[] 3", "!l[] 16", "!l[] 8000", "!f[] 0", "!f[] 4000"},
     {"f[9,3] 1 0 0 0 1 0 0 0.5 0.5 0 0 1 0 0 0.5 0 0 0 0 0 0 0 0 0 0 0 0"}},
    {"sum and difference", "DFT", "", 20, "",
     {"f[1,2,1] 1 3"},
     {"f[1,2,2] 4 0 -2 0"}},
    {"of three, a length that is no power of 2", "DFT", "", 20, "",
     {"f[1,3,2] 1 2 -2 0.5 0.5 -1"},
     {"f[1,3,2] -0.5 1.5 3.04903811 4.41506351 0.450961894 0.0849364905"}},
    {"two frames", "STFT", "", 17, "",
     {"f[1,4] 1 3 2 2", "!l[] 2", "", "!l[] 2"},
     {"f[1,2,2,2] 4 0 -2 0 4 0 0 0"}},
};
// clang-format on
