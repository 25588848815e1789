/* webp.c: reading WebP with libwebp, where the build found it. */
#include "picture_format.h"

#ifdef LRP_WEBP

#include <string.h>

#include <webp/decode.h>

static bool webp_sniff(const unsigned char *bytes, size_t size)
{
    return size >= 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0;
}

/* Alpha over black. */
static void flatten(const unsigned char *rgba, struct lrp_picture *out)
{
    const size_t count = (size_t)out->width * (size_t)out->height;
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < 3; c++)
            out->pixels[3 * i + c] = (unsigned char)((rgba[4 * i + c] * rgba[4 * i + 3] + 127) / 255);
}

static enum lrp_status webp_decode(const unsigned char *bytes, size_t size, size_t most, struct lrp_picture *out,
                                   struct lrp_error *err)
{
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(bytes, size, &features) != VP8_STATUS_OK)
        return lrp_fail(err, LRP_FILE, "the WebP is damaged or cut off");
    if (features.has_animation) return lrp_fail(err, LRP_FILE, "an animated WebP is no single picture");
    const enum lrp_status status = lrp_picture_new_within(features.width, features.height, 3, most, out, err);
    if (status) return status;
    out->source_channels = features.has_alpha ? 4 : 3;
    unsigned char *rgba = features.has_alpha ? WebPDecodeRGBA(bytes, size, NULL, NULL) : NULL;
    if (rgba) flatten(rgba, out);
    const size_t stride = 3 * (size_t)features.width;
    const bool done = features.has_alpha
                          ? rgba != NULL
                          : WebPDecodeRGBInto(bytes, size, out->pixels, stride * (size_t)features.height, (int)stride) != NULL;
    WebPFree(rgba);
    if (done) return LRP_OK;
    lrp_picture_free(out);
    return lrp_fail(err, LRP_FILE, "the WebP is damaged or cut off");
}

const struct lrp_picture_format lrp_webp_format = {.names = "WebP", .sniff = webp_sniff, .decode = webp_decode};

#else
typedef int lrp_no_webp; /* a file must not be empty */
#endif
