/* gemm_kernels.c: tiles of matrix products for each instruction set. Their sums are contracted to fused multiply-adds. */
#include "gemm_kernels.h"

#include <stddef.h>

#include "wide.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define LRP_GEMM_JOINED(a, b) a##b
#define LRP_GEMM_NAME(a, b) LRP_GEMM_JOINED(a, b)

#if defined(__x86_64__)
#define TARGET __attribute__((target("avx512f")))
#define LANES 16
#define ROWS 8
#define WIDEN(at) _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i_u *)(at)))
#define KERNEL avx512_narrow
#define VECTORS 1
#include "gemm_kernel.h"
#define KERNEL avx512_middle
#define VECTORS 2
#include "gemm_kernel.h"
#define KERNEL avx512_wide
#define VECTORS 3
#include "gemm_kernel.h"
#undef TARGET
#undef LANES
#undef ROWS
#undef WIDEN

#define TARGET __attribute__((target("avx2,fma,f16c"))) /* which come together */
#define LANES 8
#define ROWS 4
#define WIDEN(at) _mm256_cvtph_ps(_mm_loadu_si128((const __m128i_u *)(at)))
#define KERNEL avx2_narrow
#define VECTORS 1
#include "gemm_kernel.h"
#define KERNEL avx2_middle
#define VECTORS 2
#include "gemm_kernel.h"
#define KERNEL avx2_wide
#define VECTORS 3
#include "gemm_kernel.h"
#undef TARGET
#undef LANES
#undef ROWS
#undef WIDEN
#endif

#define TARGET
#define LANES 4
#ifdef __aarch64__ /* 32 vectors of registers, else 16 */
#define ROWS 8
#else
#define ROWS 4
#endif
#define KERNEL plain_narrow
#define VECTORS 1
#include "gemm_kernel.h"
#define KERNEL plain_middle
#define VECTORS 2
#include "gemm_kernel.h"
#define KERNEL plain_wide
#define VECTORS 3
#include "gemm_kernel.h"

const struct lrp_gemm_kernels *lrp_gemm_kernels_at(int index)
{
#if defined(__x86_64__)
    static const struct lrp_gemm_kernels avx512 = {
        "avx512f", 8, 16, {avx512_narrow, avx512_middle, avx512_wide}, avx512_wide_first, avx512_wide_halves};
    static const struct lrp_gemm_kernels avx2 = {"avx2",          4, 8, {avx2_narrow, avx2_middle, avx2_wide}, avx2_wide_first,
                                                 avx2_wide_halves};

    if (__builtin_cpu_supports("avx512f") && index-- == 0) return &avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && index-- == 0) return &avx2;
#endif
#ifdef __aarch64__
    static const char plain_name[] = "neon";
#else
    static const char plain_name[] = "plain";
#endif
    static const struct lrp_gemm_kernels plain = {plain_name,       ROWS, LANES, {plain_narrow, plain_middle, plain_wide},
                                                  plain_wide_first, NULL};

    return index == 0 ? &plain : NULL;
}
