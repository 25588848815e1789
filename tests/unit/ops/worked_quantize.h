/* worked_quantize.h: worked numbers of test_worked.c. */
/* Expected values: by hand from the definitions of the ONNX
 * specification, q = saturate(round_half_even(x / scale) + zero), x = (q - zero) * scale. */
// clang-format off
static const struct example worked_quantize[] = {
    /* 0.3 / 0.25 = 1.2 -> 1; 0.375 / 0.25 = 1.5 -> 2 (even); -40 -> -160 -> below 0; 40 -> 160 -> above 255 */
    {"there and back", "FakeQuantize", "lrpscope", 13, "",
     {"f[4] 0.3 0.375 -40 40", "!f[] 0.25", "!u[] 128"}, {"f[4] 0.25 0.5 -32 31.75"}},
    /* no zero point: bytes from 0 */
    {"there and back without a zero point", "FakeQuantize", "lrpscope", 13, "",
     {"f[4] 0.3 0.375 -40 400", "!f[] 0.25"}, {"f[4] 0.25 0.5 0 63.75"}},
    /* a scale for each of two rows */
    {"there and back by rows", "FakeQuantize", "lrpscope", 13, "axis=i0",
     {"f[2,2] 0.6 1.4 0.6 1.4", "!f[2] 1 0.5", "!u[2] 0 10"}, {"f[2,2] 1 1 0.5 1.5"}},
    /* 4 bits: 1.2 -> 1, 40 -> 7, -36 -> -8 */
    {"there and back in few bits", "FakeQuantize", "lrpscope", 13, "low=i-8 high=i7",
     {"f[3] 0.3 10 -9", "!f[] 0.25"}, {"f[3] 0.25 1.75 -2"}},
    /* x times 4 and 2 by rows: 1.2 -> 1, 40 -> 7; 0.52 -> 1, -18 -> -8; and divided again */
    {"there and back by what the data tells of rows", "FakeQuantize", "lrpscope", 23,
     "multiplies=i1 divides=i1 low=i-8 high=i7 axis=i-1 block_size=i1073741824",
     {"f[2,2] 0.3 10 0.26 -9", "f[2,1] 4 2"}, {"f[2,2] 0.25 1.75 0.5 -4"}},
    /* the way back by another number: 1.2 -> 1 */
    {"there and back by two numbers", "FakeQuantize", "lrpscope", 23, "multiplies=i1 divides=i0 low=i-8 high=i7",
     {"f[1] 0.3", "!f[] 4", "", "!f[] 0.25"}, {"f[1] 0.25"}},
    /* QONNX, in steps of a half: 0.6 -> 1, 1.5 -> 2 (even), -20 and 20 are cut to -8 and 7, 0.5 -> 0 (even) */
    {"4 bits", "Quant", "qonnx.custom_op.general", 1, "signed=i1 narrow=i0",
     {"f[5] 0.3 0.75 -10 10 0.25", "!f[] 0.5", "!f[] 0", "!f[] 4"}, {"f[5] 0.5 1 -4 3.5 0"}},
    {"4 bits, narrow", "Quant", "onnx.brevitas", 1, "signed=i1 narrow=i1",
     {"f[2] -10 10", "!f[] 0.5", "!f[] 0", "!f[] 4"}, {"f[2] -3.5 3.5"}},
    {"2 bits without signs, narrow", "Quant", "finn.custom_op.general", 1, "signed=i0 narrow=i1",
     {"f[3] 3 1 -1", "!f[] 1", "!f[] 0", "!f[] 2"}, {"f[3] 2 1 0"}},
    /* -5 + 2 -> 0, 5 + 2 -> 3: less 2 */
    {"2 bits and a zero point", "Quant", "qonnx.custom_op.general", 1, "signed=i0 narrow=i0",
     {"f[2] -5 5", "!f[] 1", "!f[] 2", "!f[] 2"}, {"f[2] -2 1"}},
    {"1 bit is a sign", "IntQuant", "qonnx.custom_op.general", 1, "signed=i1 narrow=i1",
     {"f[3] -0.1 0 7", "!f[] 0.5", "!f[] 0", "!f[] 1"}, {"f[3] -0.5 0.5 0.5"}},
    {"a scale for each row", "Quant", "qonnx.custom_op.general", 1, "signed=i1 narrow=i0",
     {"f[2,2] 0.6 1.4 0.6 1.4", "!f[2,1] 1 0.5", "!f[] 0", "!f[] 8"}, {"f[2,2] 1 1 0.5 1.5"}},
    {"down to whole numbers", "Quant", "qonnx.custom_op.general", 1, "signed=i1 narrow=i0 rounding_mode=sFLOOR",
     {"f[2] 0.9 -0.1", "!f[] 1", "!f[] 0", "!f[] 8"}, {"f[2] 0 -1"}},
    {"up to whole numbers", "Quant", "qonnx.custom_op.general", 1, "signed=i1 narrow=i0 rounding_mode=sCEIL",
     {"f[2] 0.1 -0.9", "!f[] 1", "!f[] 0", "!f[] 8"}, {"f[2] 1 0"}},
    {"away from 0", "IntQuant", "qonnx.custom_op.general", 1, "signed=i1 narrow=i0 rounding_mode=sUP",
     {"f[2] 0.1 -0.1", "!f[] 1", "!f[] 0", "!f[] 8"}, {"f[2] 1 -1"}},
    {"towards 0", "IntQuant", "qonnx.custom_op.general", 1, "signed=i1 narrow=i0 rounding_mode=sdown",
     {"f[2] 0.9 -0.9", "!f[] 1", "!f[] 0", "!f[] 8"}, {"f[2] 0 0"}},
    {"halves away from 0", "IntQuant", "qonnx.custom_op.general", 1, "signed=i1 narrow=i0 rounding_mode=sHALF_UP",
     {"f[4] 0.5 -0.5 2.5 0.4", "!f[] 1", "!f[] 0", "!f[] 8"}, {"f[4] 1 -1 3 0"}},
    {"halves towards 0", "IntQuant", "qonnx.custom_op.general", 1, "signed=i1 narrow=i0 rounding_mode=sHALF_DOWN",
     {"f[4] 0.5 -0.5 1.5 1.6", "!f[] 1", "!f[] 0", "!f[] 8"}, {"f[4] 0 0 1 2"}},
    {"signs", "BipolarQuant", "qonnx.custom_op.general", 1, "", {"f[3] -1 0 2", "!f[] 0.5"}, {"f[3] -0.5 0.5 0.5"}},
    {"signs", "BipolarQuant", "onnx.brevitas", 1, "", {"f[2] 0 -0.5", "!f[] 2"}, {"f[2] 2 -2"}},
    {"signs by columns", "BipolarQuant", "finn.custom_op.general", 1, "", {"f[2,2] 1 1 -1 -1", "!f[2] 1 3"}, {"f[2,2] 1 3 -1 -3"}},
    {"last bits cut off, to the nearest", "Trunc", "finn.custom_op.general", 1, "rounding_mode=sROUND",
     {"f[3] 7 6 -3", "!f[] 1", "!f[] 0", "!f[] 4", "!f[] 2"}, {"f[3] 2 2 -1"}},
    /* of 4 bits 2 are left: 7/4 and -3/4, down */
    {"last bits cut off", "Trunc", "onnx.brevitas", 1, "rounding_mode=sFLOOR",
     {"f[2] 7 -3", "!f[] 1", "!f[] 0", "!f[] 4", "!f[] 2"}, {"f[2] 1 -1"}},
    /* in steps of 4: 7/4 and -3/4 down, 100/4 is cut to 7 */
    {"last bits cut off, the result's steps given", "Trunc", "qonnx.custom_op.general", 2, "rounding_mode=sFLOOR",
     {"f[3] 7 -3 100", "!f[] 1", "!f[] 0", "!f[] 8", "!f[] 4", "!f[] 0", "!f[] 4"}, {"f[3] 4 -4 28"}},
    /* range [-1, 4]: scale 5/255, zero = round(51) */
    {"a scale from the data", "DynamicQuantizeLinear", "", 11, "",
     {"f[3] -1 0 4"}, {"u[3] 0 51 255", "f[] 0.019607844", "u[] 51"}},
    /* steps of 5/255 = 0.0196: 0.012 is more than half a step, 0.008 less */
    {"there and back by a scale from the data", "DynamicFakeQuantize", "lrpscope", 1, "",
     {"f[4] -1 0.012 0.008 4"}, {"f[4] -1 0.019607844 0 4"}},
    {"nothing but zeros", "DynamicQuantizeLinear", "", 11, "", {"f[2] 0 0"}, {"u[2] 0 0", "f[] 1", "u[] 0"}},
    /* (1-1)(1)+(2-1)(2)+(4-1)(0)+(5-1)(1) = 6: x = 1 2 3 / 4 5 6 / 7 8 9 with zero 1, w = 1 2 / 0 1 */
    {"a convolution", "ConvInteger", "", 10, "", {"u[1,1,3,3] 1 2 3 4 5 6 7 8 9", "!u[1,1,2,2] 1 2 0 1", "!u[] 1"},
     {"i[1,1,2,2] 6 10 18 22"}},
    /* padding counts as the zero point: only (5-1) w is left in a corner */
    {"a padded convolution", "ConvInteger", "", 10, "pads=I1,1,1,1", {"u[1,1,1,1] 5", "!u[1,1,3,3] 1 2 3 4 5 6 7 8 9", "!u[] 1"},
     {"i[1,1,1,1] 20"}},
    /* 1.2 -> 1, 1.5 -> 2 (even), 160 + 128 -> above 255 */
    {"to bytes", "QuantizeLinear", "", 13, "", {"f[3] 0.3 0.375 40", "!f[] 0.25", "!u[] 128"}, {"u[3] 129 130 255"}},
    {"back", "DequantizeLinear", "", 13, "", {"u[3] 129 130 255", "!f[] 0.25", "!u[] 128"}, {"f[3] 0.25 0.5 31.75"}},
    /* (5 - 1)(3 - 2) + (7 - 1)(4 - 2) */
    {"an exact product", "MatMulInteger", "", 10, "", {"u[1,2] 5 7", "!u[2,1] 3 4", "!u[] 1", "!u[] 2"}, {"i[1,1] 16"}},
};
// clang-format on
