/* fourier.c: discrete Fourier transforms: by halves where the length is a power of 2, else as a convolution of such a length
 * (Bluestein 1970). */
#include "fourier.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct lrp_fourier {
    size_t n, size;         /* size: the power of 2 that is worked with; n if that is one */
    double complex *root;   /* e^(-2 pi i k / size), k < size / 2 */
    double complex *chirp;  /* e^(-pi i k^2 / n), k < n; NULL if n is a power of 2 */
    double complex *kernel; /* the transform of the chirp's conjugate, all around; over `size` */
    double complex *work;
};

static double complex unit_root(double part)
{
    const double angle = -2 * M_PI * part;
    return CMPLX(cos(angle), sin(angle));
}

/* Cooley and Tukey's, in place: the power of 2 of `f`. */
static void run_halves(const struct lrp_fourier *f, double complex *x)
{
    for (size_t i = 1, j = 0; i < f->size; ++i) {
        size_t bit = f->size >> 1;
        for (; j & bit; bit >>= 1) j ^= bit;
        j ^= bit;
        if (i >= j) continue;
        const double complex swapped = x[i];
        x[i] = x[j];
        x[j] = swapped;
    }
    for (size_t length = 2; length <= f->size; length *= 2)
        for (size_t from = 0; from < f->size; from += length)
            for (size_t k = 0; k < length / 2; ++k) {
                const double complex a = x[from + k], b = x[from + k + length / 2] * f->root[k * (f->size / length)];
                x[from + k] = a + b;
                x[from + k + length / 2] = a - b;
            }
}

static void conjugate(double complex *x, size_t n)
{
    for (size_t k = 0; k < n; ++k) x[k] = conj(x[k]);
}

/* The chirp and its conjugate's transform; false when out of memory. */
static bool make_chirp(struct lrp_fourier *f)
{
    f->chirp = malloc(f->n * sizeof *f->chirp);
    f->kernel = calloc(f->size, sizeof *f->kernel);
    f->work = malloc(f->size * sizeof *f->work);
    if (!f->chirp || !f->kernel || !f->work) return false;
    for (size_t k = 0; k < f->n; ++k) { /* k^2 modulo 2n keeps the angle small */
        f->chirp[k] = unit_root((double)((uint64_t)k * k % (2 * f->n)) / (2 * (double)f->n));
        f->kernel[k] = f->kernel[k ? f->size - k : 0] = conj(f->chirp[k]);
    }
    run_halves(f, f->kernel);
    return true;
}

struct lrp_fourier *lrp_fourier_new(size_t n)
{
    struct lrp_fourier *f = n >= 1 && n <= SIZE_MAX / 64 ? calloc(1, sizeof *f) : NULL;
    if (!f) return NULL;
    f->n = n;
    f->size = 1;
    while (f->size < n) f->size *= 2;
    const bool is_power = f->size == n;
    while (!is_power && f->size < 2 * n - 1) f->size *= 2;
    f->root = malloc((f->size / 2 + 1) * sizeof *f->root);
    for (size_t k = 0; f->root && k < f->size / 2; ++k) f->root[k] = unit_root((double)k / (double)f->size);
    if (!f->root || (!is_power && !make_chirp(f))) {
        lrp_fourier_free(f);
        return NULL;
    }
    return f;
}

void lrp_fourier_free(struct lrp_fourier *f)
{
    if (!f) return;
    free(f->root);
    free(f->chirp);
    free(f->kernel);
    free(f->work);
    free(f);
}

/* The chirp times a convolution with its conjugate. */
static void run_chirp(struct lrp_fourier *f, double complex *x)
{
    memset(f->work, 0, f->size * sizeof *f->work);
    for (size_t k = 0; k < f->n; ++k) f->work[k] = x[k] * f->chirp[k];
    run_halves(f, f->work);
    for (size_t k = 0; k < f->size; ++k) f->work[k] = conj(f->work[k] * f->kernel[k]);
    run_halves(f, f->work);
    for (size_t k = 0; k < f->n; ++k) x[k] = conj(f->work[k]) / (double)f->size * f->chirp[k];
}

void lrp_fourier_run(struct lrp_fourier *f, bool back, double complex *x)
{
    if (back) conjugate(x, f->n);
    if (f->chirp)
        run_chirp(f, x);
    else
        run_halves(f, x);
    if (back) conjugate(x, f->n);
}
