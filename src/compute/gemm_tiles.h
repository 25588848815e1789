/* gemm_tiles.h: how matrix products are cut: by their shape alone, so that any number of threads gives the same bits. */
#ifndef LRP_COMPUTE_GEMM_TILES_H
#define LRP_COMPUTE_GEMM_TILES_H

#include <stdint.h>

enum {
    TILE_ROWS = 128,    /* of a product of matrices, for one thread */
    TILE_COLUMNS = 512, /* likewise */
    LONGEST_SUM = 2048  /* of a matrix product, before it is added to the total: keeps long sums exact */
};

/* A part of `count` that is at most `most`, all parts alike. */
static inline int64_t share_of(int64_t count, int64_t most)
{
    const int64_t parts = (count + most - 1) / most;

    return parts > 0 ? (count + parts - 1) / parts : 1;
}

#endif
