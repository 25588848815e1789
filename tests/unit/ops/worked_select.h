/* worked_select.h: worked numbers of operators that choose elements by numbers: the examples of the specification. */
// clang-format off
static const struct example worked_select[] = {
    {"time first", "ReverseSequence", "", 10, "time_axis=i0 batch_axis=i1",
     {"f[4,4] 0 4 8 12 1 5 9 13 2 6 10 14 3 7 11 15", "l[4] 4 3 2 1"}, {"f[4,4] 3 6 9 12 2 5 8 13 1 4 10 14 0 7 11 15"}},
    {"samples first", "ReverseSequence", "", 10, "time_axis=i1 batch_axis=i0",
     {"f[4,4] 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15", "l[4] 1 2 3 4"}, {"f[4,4] 0 1 2 3 5 4 6 7 10 9 8 11 15 14 13 12"}},
    {"in order", "Unique", "", 11, "sorted=i0",
     {"f[6] 2 1 1 3 4 3"}, {"f[4] 2 1 3 4", "l[4] 0 1 3 4", "l[6] 0 1 1 2 3 2", "l[4] 1 2 2 1"}},
    {"rows", "Unique", "", 11, "axis=i0",
     {"f[3,3] 1 0 0 1 0 0 2 3 4"}, {"f[2,3] 1 0 0 2 3 4", "l[2] 0 2", "l[3] 0 0 1", "l[2] 2 1"}},
};
// clang-format on
