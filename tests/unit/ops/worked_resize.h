/* worked_resize.h: worked numbers of test_worked.c: resizing and sampling. */
/* Expected values: by hand: places (i + 1/2) / scale - 1/2 between the elements, clamped to them. */
// clang-format off
static const struct example worked_resize[] = {
    {"the nearest", "Resize", "", 13, "", {"f[1,1,1,2] 1 2", "", "!f[4] 1 1 1 2"}, {"f[1,1,1,4] 1 1 2 2"}},
    {"between two", "Resize", "", 19, "mode=slinear", {"f[1,1,1,2] 1 2", "", "!f[4] 1 1 1 2"}, {"f[1,1,1,4] 1 1.25 1.75 2"}},
    {"each twice", "Upsample", "", 9, "", {"f[1,1,1,2] 1 2", "!f[4] 1 1 1 2"}, {"f[1,1,1,4] 1 1 2 2"}},
    {"the middle of four", "GridSample", "", 20, "", {"f[1,1,2,2] 1 2 3 4", "f[1,1,1,2] 0 0"}, {"f[1,1,1,1] 2.5"}},
    {"a corner", "GridSample", "", 20, "align_corners=i1", {"f[1,1,2,2] 1 2 3 4", "f[1,1,1,2] 1 -1"}, {"f[1,1,1,1] 2"}},
};
// clang-format on
