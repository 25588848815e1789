/* wide.h: loops in vectors as wide as the machine has them. */
#ifndef LRP_BASE_WIDE_H
#define LRP_BASE_WIDE_H

/* Before a function: it is made for AVX-512, AVX2 and the least there is, and the one that fits is chosen when the program
 * starts. The results are the same, as products and sums are not contracted (but in conv_depthwise.c). Not with what cannot do
 * it: sanitizers, Clang. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) &&            \
    !defined(__clang__)
#define WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDE
#endif
/* Before a function with sums or maxima in double of floats that GCC 12 for arm64 cannot make vectors of: it ends in an
 * internal error (vect_transform_reduction). They gain nothing from vectors there. */
#if defined(__aarch64__) && defined(__GNUC__) && __GNUC__ < 13 && !defined(__clang__)
#define IN_ORDER __attribute__((optimize("no-tree-loop-vectorize")))
#else
#define IN_ORDER
#endif
/* What wide functions call, so that it is made with them. */
#define INLINE static inline __attribute__((always_inline))

#endif
