/* check.h: cmocka and the comparisons it lacks: doubles, float arrays, and a status whose message is shown. */
#ifndef LRP_TEST_CHECK_H
#define LRP_TEST_CHECK_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lrpscope/error.h"

/* What main returns where tests follow from the rows of a table: those that look at the rows come first, and what a row lacks,
 * which they name, would crash the others, which do not run then. Both are arrays of struct CMUnitTest. */
#define check_rows_first(rows, tests) (cmocka_run_group_tests(rows, NULL, NULL) ? 1 : cmocka_run_group_tests(tests, NULL, NULL))

/* cmocka's header does not say so. */
void _fail(const char *const file, const int line) __attribute__((noreturn));

/* |got - want| <= relative * |want|; two NaNs and equal infinities agree. A wanted 0 must be met exactly. */
#define check_close(got, want, relative) check_close_at((got), (want), (relative), __FILE__, __LINE__)
static inline void check_close_at(double got, double want, double relative, const char *file, int line)
{
    if (got == want || (isnan(got) && isnan(want)) || fabs(got - want) <= relative * fabs(want)) return;
    print_error("%s:%d: got %.17g, want %.17g (within %g)\n", file, line, got, want, relative);
    _fail(file, line);
}

/* Every |got[i] - want[i]| <= tolerance * max|want|. */
#define check_f32_array(got, want, n, tolerance) check_f32_array_at((got), (want), (n), (tolerance), __FILE__, __LINE__)
static inline void check_f32_array_at(const float *got, const float *want, size_t n, double tolerance, const char *file,
                                      int line)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        if (fabs((double)want[i]) > most) most = fabs((double)want[i]);
    for (size_t i = 0; i < n; i++) {
        const double g = (double)got[i], w = (double)want[i];
        if (g == w || (isnan(g) && isnan(w)) || fabs(g - w) <= tolerance * most) continue;
        print_error("%s:%d: element %zu of %zu: got %.9g, want %.9g (within %g of %g)\n", file, line, i, n, g, w, tolerance,
                    most);
        _fail(file, line);
    }
}

/* The status is LRP_OK; else shows the message. */
#define check_ok(status, err) check_ok_at((status), (err), __FILE__, __LINE__)
static inline void check_ok_at(enum lrp_status status, const struct lrp_error *err, const char *file, int line)
{
    if (!status) return;
    print_error("%s:%d: status %d: %s\n", file, line, (int)status, err ? err->message : "(no message)");
    _fail(file, line);
}

/* The status is `want` and the message holds `part`. */
#define check_fails(status, err, want, part) check_fails_at((status), (err), (want), (part), __FILE__, __LINE__)
static inline void check_fails_at(enum lrp_status status, const struct lrp_error *err, enum lrp_status want, const char *part,
                                  const char *file, int line)
{
    if (status == want && __builtin_strstr(err->message, part)) return;
    print_error("%s:%d: status %d \"%s\", want %d and \"%s\"\n", file, line, (int)status, status ? err->message : "", (int)want,
                part);
    _fail(file, line);
}

#endif
