/* gif.c: moving pictures as GIF, by giflib where the build has it. */
#include "animation.h"

#ifdef LRP_GIF
#include <gif_lib.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

/* Colours of the palette: most of them the colour map's, at equal steps; the rest is for paper, letters and frames. */
enum { LRP_COLOURS = 256, LRP_MAP_COLOURS = 225, LRP_GREYS = 30, LRP_BITS = 5 };

struct gif {
    const struct lrp_frames *frames;
    GifFileType *file;
    GifColorType colours[LRP_COLOURS];
    short nearest[1 << (3 * LRP_BITS)]; /* by the upper bits of a colour: the palette's nearest; -1: not asked for yet */
    struct lrp_picture picture;
};

static void make_palette(struct gif *g)
{
    unsigned char rgb[3];
    int count = 0;
    for (int i = 0; i < LRP_MAP_COLOURS; i++) {
        lrp_colormap_rgb(g->frames->sheet->options.colormap, (double)i / (LRP_MAP_COLOURS - 1), rgb);
        g->colours[count++] = (GifColorType){rgb[0], rgb[1], rgb[2]};
    }
    lrp_colormap_invalid(g->frames->sheet->options.colormap, rgb);
    g->colours[count++] = (GifColorType){rgb[0], rgb[1], rgb[2]};
    for (int i = 0; i < LRP_GREYS; i++) {
        const GifByteType grey = (GifByteType)(i * 255 / (LRP_GREYS - 1));
        g->colours[count++] = (GifColorType){grey, grey, grey};
    }
    memset(g->nearest, 0xff, sizeof g->nearest);
}

static GifPixelType colour_of(struct gif *g, const unsigned char *rgb)
{
    const int drop = 8 - LRP_BITS, key = (rgb[0] >> drop) << (2 * LRP_BITS) | (rgb[1] >> drop) << LRP_BITS | rgb[2] >> drop;
    if (g->nearest[key] >= 0) return (GifPixelType)g->nearest[key];
    int best = 0, least = 1 << 30;
    for (int i = 0; i < LRP_COLOURS; i++) {
        const int r = g->colours[i].Red - rgb[0], green = g->colours[i].Green - rgb[1], b = g->colours[i].Blue - rgb[2];
        const int distance = r * r + green * green + b * b;
        if (distance >= least) continue;
        least = distance;
        best = i;
    }
    g->nearest[key] = (short)best;
    return (GifPixelType)best;
}

static int write_bytes(GifFileType *gif, const GifByteType *bytes, int count)
{
    return (int)fwrite(bytes, 1, (size_t)count, gif->UserData);
}

/* Without end, as browsers read it (the extension NETSCAPE2.0). */
static bool put_loop(GifFileType *file)
{
    static const GifByteType forever[] = {1, 0, 0};
    return EGifPutExtensionLeader(file, APPLICATION_EXT_FUNC_CODE) == GIF_OK &&
           EGifPutExtensionBlock(file, 11, "NETSCAPE2.0") == GIF_OK &&
           EGifPutExtensionBlock(file, sizeof forever, forever) == GIF_OK && EGifPutExtensionTrailer(file) == GIF_OK;
}

static bool put_frame(struct gif *g, size_t frame, GifPixelType *row)
{
    const GraphicsControlBlock control = {.DisposalMode = DISPOSE_DO_NOT,
                                          .DelayTime = frame + 1 < g->frames->count ? LRP_FRAME_TIME : LRP_LAST_FRAME_TIME,
                                          .TransparentColor = NO_TRANSPARENT_COLOR};
    GifByteType packed[4];
    const int width = g->picture.width, height = g->picture.height;
    EGifGCBToExtension(&control, packed);
    bool ok = EGifPutExtension(g->file, GRAPHICS_EXT_FUNC_CODE, sizeof packed, packed) == GIF_OK &&
              EGifPutImageDesc(g->file, 0, 0, width, height, false, NULL) == GIF_OK;
    for (int y = 0; ok && y < height; y++) {
        for (int x = 0; x < width; x++) row[x] = colour_of(g, g->picture.pixels + 3 * ((size_t)y * (size_t)width + (size_t)x));
        ok = EGifPutLine(g->file, row, width) == GIF_OK;
    }
    return ok;
}

static enum lrp_status put_frames(struct gif *g, const char *path, struct lrp_error *err)
{
    ColorMapObject *map = GifMakeMapObject(LRP_COLOURS, g->colours);
    GifPixelType *row = calloc((size_t)g->frames->width, sizeof *row);
    enum lrp_status status = map && row ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    EGifSetGifVersion(g->file, true);
    bool ok =
        !status && EGifPutScreenDesc(g->file, g->frames->width, g->frames->height, 8, 0, map) == GIF_OK && put_loop(g->file);
    for (size_t i = 0; !status && ok && i < g->frames->count; i++) {
        status = g->frames->draw(g->frames, i, &g->picture, err);
        ok = !status && put_frame(g, i, row);
    }
    GifFreeMapObject(map);
    free(row);
    if (!status && !ok) status = lrp_fail(err, LRP_FILE, "%s: the GIF cannot be written", path);
    return status;
}

enum lrp_status lrp_gif_write(const struct lrp_frames *frames, const char *path, struct lrp_error *err)
{
    struct lrp_output output = {0};
    struct gif *g = calloc(1, sizeof *g);
    if (!g) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    g->frames = frames;
    make_palette(g);
    enum lrp_status status = lrp_picture_new(frames->width, frames->height, 3, &g->picture, err);
    if (!status) status = lrp_output_open(path, &output, err);
    if (!status) g->file = EGifOpen(output.file, write_bytes, NULL);
    if (!status && !g->file) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = put_frames(g, path, err);
    if (g->file && EGifCloseFile(g->file, NULL) != GIF_OK && !status)
        status = lrp_fail(err, LRP_FILE, "%s: the GIF cannot be written", path);
    lrp_picture_free(&g->picture);
    free(g);
    if (!status) return lrp_output_commit(&output, err);
    lrp_output_abort(&output);
    return status;
}
#else
enum lrp_status lrp_gif_write(const struct lrp_frames *frames, const char *path, struct lrp_error *err)
{
    (void)frames;
    return lrp_fail(err, LRP_UNSUPPORTED, "%s: this build has no giflib: give the animation the suffix .png", path);
}
#endif
