/* worked_loss.h: worked numbers of test_worked.c: losses. */
/* Expected values: by hand: means of -score, and -log(3/4). */
// clang-format off
static const struct example worked_loss[] = {
    {"the mean", "NegativeLogLikelihoodLoss", "", 13, "", {"f[2,3] 0.5 -1 2 -0.75 1.5 -2.5", "l[2] 0 2"}, {"f[] 1"}},
    {"of scores 0 and log 3", "SoftmaxCrossEntropyLoss", "", 13, "", {"f[1,2] 0 1.09861229", "l[1] 1"}, {"f[] 0.287682072"}},
};
// clang-format on
