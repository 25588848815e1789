/* worked_attention.h: worked numbers of test_worked.c: the angles of attention. */
/* Expected values: by hand: a turn by cosine 0.6 and sine 0.8. */
// clang-format off
static const struct example worked_attention[] = {
    {"a turn of a plane", "RotaryEmbedding", "", 23, "", {"f[1,1,1,2] 1 2", "!f[1,1,1] 0.6", "!f[1,1,1] 0.8"}, {"f[1,1,1,2] -1 2"}},
};
// clang-format on
