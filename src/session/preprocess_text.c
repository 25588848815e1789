/* preprocess_text.c: what becomes of a picture's numbers, as a formula for people. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"
#include "preprocess.h"

/* A number in few digits, if these are all of it to a millionth; else *whole becomes false. */
static void short_number(double value, char *out, size_t size, bool *whole)
{
    snprintf(out, size, "%.4g", value);
    *whole = *whole && fabs(strtod(out, NULL) - value) <= 1e-6 * fabs(value);
}

/* x times a factor: "x", "x/255", "x*0.5". */
static void scaled_text(double factor, char *out, size_t size, bool *whole)
{
    char number[40];
    short_number(factor < 1 ? 1 / factor : factor, number, sizeof number, whole);
    snprintf(out, size, factor == 1 ? "x" : factor < 1 ? "x/%s" : "x*%s", number);
}

/* One number for all channels. False: there are several. */
static bool only_value(const struct lrp_channel_values *values, double *out)
{
    for (size_t i = 1; i < values->count; i++)
        if (values->value[i] != values->value[0]) return false;
    *out = (double)values->value[0];
    return true;
}

enum lrp_status lrp_settings_preprocess_text(const struct lrp_settings *settings, char *out, size_t size, struct lrp_error *err)
{
    struct lrp_preprocess p;
    double scale, mean, std;
    char scaled[48], centre[40], spread[40];
    bool whole = true, rough = true;
    const enum lrp_status status = lrp_settings_preprocess(settings, &p, err);
    *out = 0;
    if (status) return status;
    const bool one_scale = only_value(&p.scale, &scale);
    if (!one_scale || !only_value(&p.mean, &mean) || !only_value(&p.std, &std)) {
        scaled_text(one_scale ? scale : 1, scaled, sizeof scaled, &rough);
        snprintf(out, size, "(%s-mean)/std", one_scale ? scaled : "x*scale");
        return LRP_OK;
    }
    if (scale == 1 && mean == 0 && std == 1) return LRP_OK;
    /* in one step where that has short numbers, as x/127.5-1 */
    scaled_text(scale / std, scaled, sizeof scaled, &whole);
    short_number(fabs(mean / std), centre, sizeof centre, &whole);
    if (whole || (mean == 0 && std == 1)) {
        snprintf(out, size, mean == 0 ? "%s" : mean > 0 ? "%s-%s" : "%s+%s", scaled, centre);
        return LRP_OK;
    }
    scaled_text(scale, scaled, sizeof scaled, &rough);
    short_number(fabs(mean), centre, sizeof centre, &rough);
    short_number(std, spread, sizeof spread, &rough);
    if (mean == 0)
        snprintf(out, size, "%s/%s", scaled, spread);
    else
        snprintf(out, size, std == 1 ? "%s%c%s" : "(%s%c%s)/%s", scaled, mean > 0 ? '-' : '+', centre, spread);
    return LRP_OK;
}
