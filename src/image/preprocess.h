/* preprocess.h: from a picture to the tensor a model wants: resize, crop, channels, y = (x * scale - mean) / std. */
#ifndef LRP_IMAGE_PREPROCESS_H
#define LRP_IMAGE_PREPROCESS_H

#include <stddef.h>

#include "lrpscope/error.h"
#include "lrpscope/tensor.h"
#include "picture.h"

/* X(name, text, the number Pillow and preprocessor_config.json give it) */
#define LRP_RESAMPLES(X)                                                                                                       \
    X(NEAREST, "nearest", 0)                                                                                                   \
    X(LANCZOS, "lanczos", 1) X(BILINEAR, "bilinear", 2) X(BICUBIC, "bicubic", 3) X(BOX, "box", 4) X(HAMMING, "hamming", 5)

enum lrp_resample {
#define X(name, text, number) LRP_RESAMPLE_##name = (number),
    LRP_RESAMPLES(X)
#undef X
        LRP_RESAMPLE_COUNT
};

enum lrp_size_kind {
    LRP_SIZE_NONE,    /* not asked for */
    LRP_SIZE_SHORTER, /* --size N: the shorter side becomes `width`, the aspect stays */
    LRP_SIZE_EXACT,   /* --size WxH, --crop N, --crop WxH */
};

struct lrp_size {
    enum lrp_size_kind kind;
    int width, height;
};

#define LRP_MAX_PICTURE_CHANNELS 3

/* One value for all channels (count 1), or one per channel in the model's order. */
struct lrp_channel_values {
    size_t count;
    float value[LRP_MAX_PICTURE_CHANNELS]; /* float: 9 digits in a rules file give back the same result */
};

/* AUTO: NCHW, unless the model's shape has 1 or 3 only as its last dimension. */
enum lrp_picture_layout { LRP_LAYOUT_AUTO, LRP_LAYOUT_NCHW, LRP_LAYOUT_NHWC };
/* AUTO: grey for one channel, RGB for three; if the model leaves it open, what the picture has. */
enum lrp_channel_order_kind { LRP_CHANNELS_AUTO, LRP_CHANNELS_RGB, LRP_CHANNELS_BGR, LRP_CHANNELS_GRAY };

struct lrp_preprocess {
    struct lrp_size size, crop;                 /* in this order; without both the picture is resized to the model's H x W */
    enum lrp_resample resample;                 /* antialiased when shrinking, as Pillow */
    struct lrp_channel_values scale, mean, std; /* y = (x * scale - mean) / std with x in 0..255 */
    enum lrp_picture_layout layout;
    enum lrp_channel_order_kind channels;
};

/* No size, no crop, bilinear, scale 1, mean 0, std 1. */
void lrp_preprocess_defaults(struct lrp_preprocess *out);

/* Sets one option from its text (the options of pictures, lrpscope(1)). key: size ("256", "224x192"), crop, scale ("1/255"),
 * mean ("0.5,0.4,0.3"), std, layout (nchw, nhwc), channels (rgb, bgr, gray), resample. Errors: LRP_USAGE naming key, value
 * and what is allowed; nothing is changed then. */
enum lrp_status lrp_preprocess_set(struct lrp_preprocess *preprocess, const char *key, const char *value,
                                   struct lrp_error *err);
/* The values of an option that have names, 0, 1, ...; NULL past the end, and for an option whose values have none. */
const char *lrp_preprocess_value(const char *key, size_t index);

/* Reads a Hugging Face preprocessor_config.json over the defaults: do_resize size resample do_center_crop crop_size
 * crop_pct do_rescale rescale_factor do_normalize image_mean image_std do_flip_channel_order. A missing do_x counts as
 * true where its values are there; rescaling by 1/255 is the default there. Errors: LRP_FILE naming path and key. */
enum lrp_status lrp_preprocess_read(const char *path, struct lrp_preprocess *out, struct lrp_error *err);

/* The tensor (float32, owned: lrp_tensor_release) of one picture for a model input of shape `wanted`:
 *   (N,C,H,W), (N,H,W,C), (C,H,W), (H,W,C)   dimensions of -1 come from the picture; N becomes 1
 *   (N,F)       F = H*H grey or 3*H*H in the order C,H,W
 * seen: NULL, or the picture as the model sees it, resized and cropped, 8 bit, grey or RGB (owned: lrp_picture_free);
 * for overlays. Errors: LRP_USAGE if the picture cannot have this shape, LRP_MEMORY. */
enum lrp_status lrp_preprocess_apply(const struct lrp_preprocess *preprocess, const struct lrp_picture *picture,
                                     const struct lrp_shape *wanted, struct lrp_tensor **out, struct lrp_picture *seen,
                                     struct lrp_error *err);

/* A picture as floats 0..255: values[(y * width + x) * channels + c]. */
struct lrp_float_picture {
    int width, height, channels;
    float *values; /* owned */
};
void lrp_float_picture_free(struct lrp_float_picture *picture);
/* Resizes and converts to `channels` (1: .299R + .587G + .114B unless it is grey already; 3: grey three times).
 * Errors: LRP_FILE for sides beyond the limits of pictures, LRP_MEMORY. */
enum lrp_status lrp_picture_resize(const struct lrp_picture *picture, int width, int height, int channels,
                                   enum lrp_resample resample, struct lrp_float_picture *out, struct lrp_error *err);
/* To 8 bits, rounded. */
enum lrp_status lrp_float_picture_to_bytes(const struct lrp_float_picture *picture, struct lrp_picture *out,
                                           struct lrp_error *err);

#endif
