/* math_text.c: Cast and CastLike from and to texts. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "convert.h"
#include "math_ops.h"
#include "text.h"
#include "texts.h"

/* As few digits as read back as the same number. */
static int write_number(const struct lrp_tensor *x, size_t i, char *text, size_t size)
{
    if (x->dtype == LRP_DTYPE_UINT64) return snprintf(text, size, "%" PRIu64, (uint64_t)x->i[i]);
    if (!lrp_dtype_is_float(x->dtype)) return snprintf(text, size, "%" PRId64, x->i[i]);
    const float value = x->f[i];
    if (isnan(value)) return snprintf(text, size, "NaN");
    if (isinf(value)) return snprintf(text, size, value < 0 ? "-INF" : "INF");
    int length = 0;
    for (int digits = 1; digits <= 9; ++digits) {
        length = snprintf(text, size, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value) break;
    }
    char *comma = strchr(text, ','); /* the decimal point of some locales */
    if (comma) *comma = '.';
    return length;
}

static bool parse_number(const char *text, struct lrp_tensor *y, size_t i)
{
    double number = NAN;
    int64_t whole = 0;
    if (!lrp_dtype_is_float(y->dtype)) {
        if (!lrp_parse_int64(text, &whole)) return false;
        y->i[i] = y->dtype == LRP_DTYPE_BOOL ? whole != 0 : lrp_wrap_integer(y->dtype, whole);
        return true;
    }
    if (strcasecmp(text, "nan") != 0 && !lrp_parse_double(text, &number)) return false;
    y->f[i] = lrp_dtype_is_tiny(y->dtype) ? lrp_tiny_nearest(y->dtype, (float)number, true) : (float)number;
    return true;
}

static enum lrp_status read_number(const char *text, struct lrp_tensor *y, size_t i, struct lrp_error *err)
{
    return parse_number(text, y, i) ? LRP_OK
                                    : lrp_fail(err, LRP_FILE, "the text \"%.40s\" is no %s", text, lrp_dtype_text(y->dtype));
}

enum lrp_status lrp_cast_texts(const struct lrp_tensor *x, struct lrp_tensor *y, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    char text[48];
    for (size_t i = 0; i < x->count && !status; ++i) {
        if (x->dtype != y->dtype && x->dtype == LRP_DTYPE_STRING)
            status = read_number(x->s[i], y, i, err);
        else if (x->dtype != y->dtype)
            status = lrp_tensor_put_text(y, i, text, (size_t)write_number(x, i, text, sizeof text), err);
        else
            y->s[i] = x->s[i];
    }
    return status;
}
