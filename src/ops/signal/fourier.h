/* fourier.h: discrete Fourier transforms of any length. */
#ifndef LRP_OPS_FOURIER_H
#define LRP_OPS_FOURIER_H

#include <complex.h>
#include <stdbool.h>
#include <stddef.h>

#ifndef CMPLX /* C11's, which glibc leaves to gcc */
#define CMPLX(real, imaginary) __builtin_complex((double)(real), (double)(imaginary))
#endif

/* Transforms of one length: sum over t of x[t] e^(-2 pi i k t / n) or, `back`, with +i; nothing is divided by n. */
struct lrp_fourier;
/* NULL when out of memory. n >= 1. */
struct lrp_fourier *lrp_fourier_new(size_t n);
void lrp_fourier_free(struct lrp_fourier *fourier);
/* In place. */
void lrp_fourier_run(struct lrp_fourier *fourier, bool back, double complex *x);

#endif
