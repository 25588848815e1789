/* frame.h: a window sliding over 3 space dimensions, row by row: what convolutions and poolings by our own loops share. */
#ifndef LRP_COMPUTE_FRAME_H
#define LRP_COMPUTE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

/* Always 3 dimensions, the leading ones 1 where there are fewer. */
struct lrp_frame {
    int64_t in[3], out[3], kernel[3], stride[3], dilation[3], pad[3];
    int64_t in_size, out_size, taps, rows; /* products of in, out, kernel; rows of the output plane */
};
/* A run of one output row for which one tap reads inside the input. */
struct lrp_frame_run {
    int64_t first, last; /* outputs [first, last) of the row */
    int64_t in;          /* index into the input plane that output `first` reads; the next output reads stride[2] further */
};

/* `pad` at the beginning; what is padded at the end shows in `out`. */
struct lrp_frame lrp_frame_new(int rank, const int64_t *in, const int64_t *out, const int64_t *kernel, const int64_t *stride,
                               const int64_t *dilation, const int64_t *pad);
/* What tap number `tap` (row-major in the kernel) reads for output row `row`; false if nothing. */
bool lrp_frame_reads(const struct lrp_frame *frame, int64_t tap, int64_t row, struct lrp_frame_run *out);

#endif
