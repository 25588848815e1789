/* worked_attention.h: worked numbers of test_worked.c: attention and its angles. */
/* Expected values: by hand: weights (1, 3)/4 of keys 0 and log 3; a turn by cosine 0.6 and sine 0.8. */
// clang-format off
static const struct example worked_attention[] = {
    {"a weighted mean of the values", "Attention", "", 23, "scale=f1",
     {"f[1,1,1,2] 1 0", "f[1,1,2,2] 0 0 1.09861229 0", "f[1,1,2,2] 4 0 0 8"}, {"f[1,1,1,2] 1 6"}},
    {"a turn of a plane", "RotaryEmbedding", "", 23, "", {"f[1,1,1,2] 1 2", "!f[1,1,1] 0.6", "!f[1,1,1] 0.8"}, {"f[1,1,1,2] -1 2"}},
};
// clang-format on
