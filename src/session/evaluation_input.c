/* evaluation_input.c: what an evaluation needs of its inputs: masks, attributions from elsewhere, and networks with random
 * weights. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation.h"
#include "methods/field.h"

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for an evaluation");
}

/* ---- masks ---- */

/* Height and width of a source's places; vectors and tokens are one row. */
static void sides_of(const struct lrp_field *f, int64_t *height, int64_t *width)
{
    *width = f->rank > 0 ? f->space[f->rank - 1] : 1;
    *height = *width > 0 ? (int64_t)lrp_field_places(f) / *width : 0;
}

/* A picture that is resized and cropped as inputs are, but without values in between. */
static enum lrp_status mask_picture(const struct lrp_evaluation *e, const struct lrp_field *f, const struct lrp_model *model,
                                    unsigned char *out, struct lrp_error *err)
{
    struct lrp_preprocess how;
    struct lrp_float_picture grey = {0};
    struct lrp_picture picture = {0};
    struct lrp_tensor *t = NULL;
    struct lrp_shape shape = {.rank = 4, .dim = {1, 1}};
    (void)model;
    sides_of(f, &shape.dim[2], &shape.dim[3]);
    enum lrp_status status = lrp_settings_preprocess(e->base, &how, err);
    how.scale = how.std = (struct lrp_channel_values){.count = 1, .value = {1}};
    how.mean = (struct lrp_channel_values){.count = 1, .value = {0}};
    how.channels = LRP_CHANNELS_GRAY;
    how.layout = LRP_LAYOUT_NCHW;
    how.resample = LRP_RESAMPLE_NEAREST;
    if (!status)
        status = lrp_picture_resize(&e->mask.picture, e->mask.picture.width, e->mask.picture.height, 1, LRP_RESAMPLE_NEAREST,
                                    &grey, err);
    if (!status) status = lrp_float_picture_to_bytes(&grey, &picture, err);
    if (!status) status = lrp_preprocess_apply(&how, &picture, &shape, &t, NULL, err);
    for (size_t i = 0; !status && i < t->count; i++) out[i] = t->f[i] > 127;
    lrp_float_picture_free(&grey);
    lrp_picture_free(&picture);
    lrp_tensor_release(t);
    return status ? lrp_fail_context(err, status, "%s", e->mask.path) : LRP_OK;
}

/* An array: the places of one sample for all, or a row for each sample so far and to come; channels count together. */
static enum lrp_status mask_array(const struct lrp_evaluation *e, const struct lrp_field *f, size_t sample, unsigned char *out,
                                  struct lrp_error *err)
{
    const struct lrp_tensor *t = e->mask.array;
    const size_t places = lrp_field_places(f), rows = t->shape.rank > 0 ? (size_t)t->shape.dim[0] : 1;
    const bool one = t->count == places || t->count == f->each,
               many = !one && rows && (t->count / rows == places || t->count / rows == f->each);
    const size_t each = one ? t->count : many ? t->count / rows : 0, row = one ? 0 : sample;
    if (!each || (many && sample >= rows))
        return lrp_fail(err, LRP_FILE, "%s: a mask has a number for each of the input's %zu places%s", e->mask.path, places,
                        many ? ", of several inputs a row for each; there are fewer rows than inputs" : "");
    for (size_t place = 0; place < places; place++) {
        out[place] = 0;
        for (size_t k = 0; k < (each == places ? 1 : f->channels); k++) {
            const size_t i = row * each + (each == places ? place : lrp_field_element(f, place) + k * f->channel_stride);
            out[place] |= lrp_dtype_is_float(t->dtype) ? t->f[i] > 0 : t->i[i] > 0;
        }
    }
    return LRP_OK;
}

static enum lrp_status mask_box(const struct lrp_evaluation *e, const struct lrp_field *f, unsigned char *out,
                                struct lrp_error *err)
{
    const int64_t *b = e->box;
    int64_t height, width;
    sides_of(f, &height, &width);
    if (f->looked_up)
        return lrp_fail(err, LRP_USAGE, "a box is part of a picture: where evidence lies in a text is said by --span");
    if (b[0] >= width || b[1] >= height || b[2] <= 0 || b[3] <= 0)
        return lrp_fail(err, LRP_USAGE,
                        "the box %" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 " lies outside the input of %" PRId64 "x%" PRId64
                        " pixels",
                        b[0], b[1], b[2], b[3], width, height);
    for (int64_t y = 0; y < height; y++)
        for (int64_t x = 0; x < width; x++) out[y * width + x] = x >= b[0] && y >= b[1] && x < b[2] && y < b[3];
    return LRP_OK;
}

static void mask_spans(const struct lrp_evaluation *e, size_t places, unsigned char *out)
{
    memset(out, 0, places);
    for (size_t i = 0; i < e->span_count; i++)
        for (int64_t k = e->spans[i][0] < 0 ? 0 : e->spans[i][0]; k < e->spans[i][1] && k < (int64_t)places; k++) out[k] = 1;
}

enum lrp_status lrp_evaluation_mask(struct lrp_evaluation *e, const struct lrp_passes *p, const struct lrp_model *model,
                                    unsigned char **out, size_t *places, struct lrp_error *err)
{
    size_t sources;
    *out = NULL;
    lrp_passes_sources(p, &sources);
    if (!e->has_mask && !e->has_box && !e->span_count) return LRP_OK;
    if (sources != 1) return lrp_fail(err, LRP_USAGE, "a mask serves models of one input only, this one has %zu", sources);
    const struct lrp_field f = lrp_field_of(p, 0);
    *places = lrp_field_places(&f);
    *out = calloc((size_t)p->samples * *places + 1, 1);
    enum lrp_status status = *out ? LRP_OK : no_memory(err);
    for (size_t n = 0; !status && n < (size_t)p->samples; n++) {
        unsigned char *of = *out + n * *places;
        if (e->has_mask && e->mask.array)
            status = mask_array(e, &f, e->samples + n, of, err);
        else if (e->has_mask)
            status = mask_picture(e, &f, model, of, err);
        else if (e->has_box)
            status = mask_box(e, &f, of, err);
        else
            mask_spans(e, *places, of);
    }
    return status;
}

/* ---- attributions from elsewhere ---- */

enum lrp_status lrp_evaluation_made(const struct lrp_evaluation *e, struct lrp_evaluated *row, const struct lrp_passes *p,
                                    const struct lrp_tensor **out, struct lrp_error *err)
{
    size_t sources;
    struct lrp_tensor *t = NULL;
    const struct lrp_tensor *made = row->made, *clean = lrp_passes_clean(p, 0);
    lrp_passes_sources(p, &sources);
    if (sources != 1)
        return lrp_fail(err, LRP_USAGE, "%s: an attribution serves models of one input only, this one has %zu", row->name,
                        sources);
    const struct lrp_field f = lrp_field_of(p, 0);
    const size_t places = lrp_field_places(&f), rows = made->shape.rank > 0 ? (size_t)made->shape.dim[0] : 1;
    const bool one = made->count == f.each || made->count == places,
               many = !one && rows && (made->count / rows == f.each || made->count / rows == places);
    const size_t each = one ? made->count : many ? made->count / rows : 0;
    char got[160], want[160];
    if (each && e->samples + (size_t)p->samples > (one ? 1 : rows))
        return lrp_fail(err, LRP_FILE, "%s: it has %zu row%s, and there are more inputs: an attribution has a row for each",
                        row->name, one ? 1 : rows, one || rows == 1 ? "" : "s");
    if (!each)
        return lrp_fail(err, LRP_FILE, "%s: its shape is %s; an attribution has the input's, %s, a row for each input",
                        row->name, lrp_shape_text(&made->shape, 0, "x", got, sizeof got),
                        lrp_shape_text(&clean->shape, 0, "x", want, sizeof want));
    row->made_rows = one ? 1 : rows;
    enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, &clean->shape, &t, err);
    for (size_t n = 0; !status && n < (size_t)p->samples; n++)
        for (size_t place = 0; place < places; place++)
            for (size_t k = 0; k < f.channels; k++) {
                const size_t i = lrp_field_element(&f, place) + k * f.channel_stride, from = (e->samples + n) * each;
                /* what a place has is shared by its channels */
                t->f[n * f.each + i] = each == f.each ? made->f[from + i] : made->f[from + place] / (float)f.channels;
            }
    out[0] = t;
    return status;
}

/* ---- random weights ---- */

enum { MOST_FRESH = 64 };
#define MOST_FRESH_PARAMETERS ((int64_t)64 << 20)

static bool is_that(const struct lrp_fresh_network *f, const struct lrp_network *of, const struct lrp_variation *v)
{
    const size_t layers = of->view->list.count;
    bool same = f->seed == v->seed && strcmp(f->weights, v->weights) == 0 && f->network->view->list.count == layers &&
                memcmp(f->layers, v->fresh, layers * sizeof *f->layers) == 0;
    for (size_t i = 0; same && i < lrp_model_input_count(of->model); i++)
        same = lrp_shape_equal(&f->network->shapes[i], &of->shapes[i]) && f->network->flags[i] == of->flags[i];
    return same;
}

/* Room for one more: as many are kept as fit. */
static enum lrp_status make_fresh_room(struct lrp_evaluation *e, int64_t parameters, struct lrp_error *err)
{
    const int64_t fit = parameters > 0 ? MOST_FRESH_PARAMETERS / parameters : MOST_FRESH;
    const size_t most = fit < 1 ? 1 : fit < MOST_FRESH ? (size_t)fit : MOST_FRESH;
    if (!e->fresh) e->fresh = calloc(MOST_FRESH + 1, sizeof *e->fresh);
    if (!e->fresh) return no_memory(err);
    while (e->fresh_count >= most) lrp_fresh_network_free(&e->fresh[--e->fresh_count]);
    return LRP_OK;
}

static enum lrp_status fresh_new(const struct lrp_evaluation *e, const struct lrp_setup *as, const struct lrp_variation *v,
                                 struct lrp_fresh_network *f, struct lrp_error *err)
{
    const struct lrp_network *of = as->network;
    const struct lrp_known_inputs inputs = {.shapes = of->shapes, .flags = of->flags};
    const size_t layers = of->view->list.count;
    *f = (struct lrp_fresh_network){.layers = malloc(layers * sizeof *f->layers + 1),
                                    .weights = strdup(v->weights),
                                    .seed = v->seed,
                                    .setups = calloc(e->row_count + 1, sizeof(struct lrp_setup *)),
                                    .setup_count = e->row_count};
    enum lrp_status status = f->layers && f->weights && f->setups ? LRP_OK : no_memory(err);
    if (!status) memcpy(f->layers, v->fresh, layers * sizeof *f->layers);
    if (!status) status = lrp_network_new(of->model, &inputs, as->settings, &f->network, err);
    return !status ? lrp_network_refresh(f->network, v->fresh, v->weights, v->seed, err) : status;
}

enum lrp_status lrp_evaluation_freshen(struct lrp_evaluation *e, size_t row, const struct lrp_setup *as,
                                       const struct lrp_variation *v, struct lrp_setup **out, struct lrp_error *err)
{
    struct lrp_fresh_network *f = NULL;
    for (size_t i = 0; i < e->fresh_count && !f; i++)
        if (is_that(&e->fresh[i], as->network, v)) f = &e->fresh[i];
    if (!f) {
        enum lrp_status status = make_fresh_room(e, as->network->view->list.parameters, err);
        if (status) return status;
        f = &e->fresh[e->fresh_count];
        status = fresh_new(e, as, v, f, err);
        if (status) {
            if (!f->setups) f->setup_count = 0;
            lrp_fresh_network_free(f);
            return status;
        }
        e->fresh_count++;
    }
    const enum lrp_status status = f->setups[row] ? LRP_OK : lrp_setup_new(f->network, as->settings, &f->setups[row], err);
    if (!status) f->setups[row]->tokenizer = as->tokenizer;
    *out = f->setups[row];
    return status;
}
