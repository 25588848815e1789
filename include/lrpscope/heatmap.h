/* heatmap.h: from a tensor to colours: reduction to a plane, range, colour map. Files and screens use the same
 * functions, so that they agree pixel for pixel.
 *
 * The road of a heatmap:
 *
 *     struct lrp_heatmap_options options;
 *     struct lrp_plane plane, small;
 *     struct lrp_range range;
 *     lrp_heatmap_defaults("relevance", &options);                sum over channels, seismic, symmetric
 *     lrp_plane_from_tensor(relevance, 0, options.reduction, false, &plane, &err);      (N,C,H,W) -> HxW
 *     const struct lrp_plane *planes[] = {&plane};
 *     lrp_range_of(planes, 1, &options, &range, &err);            before resampling: as the exported file has it
 *     lrp_plane_resample(&plane, 80, 48, LRP_FILTER_BOX, &small, &err);
 *     lrp_heatmap_rgb(&options, &range, small.values[y * small.width + x], -1, rgb);
 *
 * Nothing here keeps state; everything is thread-safe on distinct or unchanging arguments. */
#ifndef LRPSCOPE_HEATMAP_H
#define LRPSCOPE_HEATMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lrpscope/error.h"
#include "lrpscope/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* ---- colour maps: rows of a table, and what plugins bring ---- */

/* A colour map. */
struct lrp_colormap;
/* Colour maps of plugins, behind those of the table (lrp_settings_colormaps). Reference counted, never changed once it is
 * shared; NULL wherever there is none. */
struct lrp_colormap_set;
/* One more reference; returns set. */
const struct lrp_colormap_set *lrp_colormap_set_retain(const struct lrp_colormap_set *set);
/* Gives a reference back; its maps go with the last one. */
void lrp_colormap_set_release(const struct lrp_colormap_set *set);

/* By name ("seismic"); NULL if there is none. Borrowed: the table's are static, the others live as long as their set. */
const struct lrp_colormap *lrp_colormap_find(const struct lrp_colormap_set *set, const char *name);
/* 0, 1, ... in the order in which a key press walks through them; NULL beyond the last. */
const struct lrp_colormap *lrp_colormap_at(const struct lrp_colormap_set *set, size_t index);
/* The one after it, behind the last the first. */
const struct lrp_colormap *lrp_colormap_next(const struct lrp_colormap_set *set, const struct lrp_colormap *map);
/* "seismic". Borrowed, as the map. */
const char *lrp_colormap_name(const struct lrp_colormap *map);
/* One line for lists: "blue, white, red". */
const char *lrp_colormap_summary(const struct lrp_colormap *map);
/* Diverging: t = 0.5 is the neutral colour and stands for zero. Sequential: t = 0 is the smallest value. */
bool lrp_colormap_diverging(const struct lrp_colormap *map);
/* Colour at t in 0..1 (clamped), linear between the map's nodes, rounded to the nearest of 0..255 (halves up).
 * At t = 0.5 of a diverging map exactly the neutral colour; t NaN: the colour for NaN and infinity. */
void lrp_colormap_rgb(const struct lrp_colormap *map, double t, unsigned char rgb[3]);
/* The colour NaN and infinity get, far from all colours of the map itself. */
void lrp_colormap_invalid(const struct lrp_colormap *map, unsigned char rgb[3]);

/* The formats that pictures are read from, as they are named to people: "PNG", "PPM, PGM"; NULL beyond the last. */
const char *lrp_picture_format_name(size_t index);

/* ---- planes ---- */

/* values[y * width + x], row by row from the top. A cell may be blank (there is no element: the end of the last row of
 * a folded vector); it is drawn neutral and counts nowhere. Test with lrp_is_blank, not with isnan alone. */
struct lrp_plane {
    int width, height; /* cells */
    float *values;     /* owned */
};

/* All zero. Errors: LRP_MEMORY, also for a side below 1 or more than 2^28 cells. */
enum lrp_status lrp_plane_new(int width, int height, struct lrp_plane *out, struct lrp_error *err);
/* Fine on {0} and when called twice. */
void lrp_plane_free(struct lrp_plane *plane);
/* The value of a blank cell (a NaN of its own kind). */
float lrp_blank(void);
/* Whether a cell is blank; other NaNs are not. */
bool lrp_is_blank(float value);

/* How the channels of a pixel become one number. X(name, text) */
#define LRP_REDUCTIONS(X) X(SUM, "sum") X(NORM, "norm") X(MAX_ABS, "max-abs") X(SUM_ABS, "sum-abs")

/* Names of the reductions. */
enum lrp_reduction {
#define X(name, text) LRP_REDUCE_##name,
    LRP_REDUCTIONS(X)
#undef X
        LRP_REDUCTION_COUNT
};
/* "sum". Borrowed, static. */
const char *lrp_reduction_name(enum lrp_reduction reduction);
/* The reduction of that name; false if there is none, *out is then unchanged. */
bool lrp_reduction_find(const char *name, enum lrp_reduction *out);

/* One sample of a tensor with a leading batch axis as a plane (out: owned, lrp_plane_free):
 *   (N,C,H,W)    channels reduced: H rows, W columns
 *   (N,C,L), (N,T,D)   not reduced: a row per channel (token), a column per position (feature)
 *   (N,F)        not reduced: folded row by row into a near-square grid, the missing cells blank
 *   (N), scalar  1x1
 *   (N,C,D,H,W)  channels reduced, the D slices side by side; higher ranks likewise
 * Where there are no channels to reduce, norm, max-abs and sum-abs give |v|.
 * channels_last: the channel axis is the last one of a rank >= 4 tensor (N,H,W,C). Integer tensors are converted.
 * NaN in a channel makes the pixel NaN. Errors: LRP_USAGE for a sample that is not there or a tensor without
 * elements, LRP_MEMORY. */
enum lrp_status lrp_plane_from_tensor(const struct lrp_tensor *tensor, int64_t sample, enum lrp_reduction reduction,
                                      bool channels_last, struct lrp_plane *out, struct lrp_error *err);
/* How many channels a sample has: C of rank >= 4; C (or T) of rank 3; 1 below. */
int64_t lrp_channel_count(const struct lrp_tensor *tensor, bool channels_last);
/* One channel alone: HxW of rank 4, a 1xL row of rank 3, all of it for lower ranks. */
enum lrp_status lrp_plane_from_channel(const struct lrp_tensor *tensor, int64_t sample, int64_t channel, bool channels_last,
                                       struct lrp_plane *out, struct lrp_error *err);
/* The channels of a sample, the strongest (sum of |v| over finite values) first, equal ones by number.
 * order: array of lrp_channel_count() numbers, owned by the caller (free). strength: NULL, or likewise the sums in
 * that order. */
enum lrp_status lrp_channel_order(const struct lrp_tensor *tensor, int64_t sample, bool channels_last, int64_t **order,
                                  double **strength, struct lrp_error *err);
/* Channels of a sample as tiles of a grid, `columns` abreast in the order of `channels`, with a blank line between neighbours.
 * columns 0: near-square. Errors: LRP_USAGE for a channel that is not there or none at all, LRP_MEMORY. */
enum lrp_status lrp_plane_from_channels(const struct lrp_tensor *tensor, int64_t sample, bool channels_last,
                                        const int64_t *channels, size_t count, int columns, struct lrp_plane *out,
                                        struct lrp_error *err);
/* Weights (no batch axis): (O,I) a row per output; (O,I,k...) the kernels of all outputs, reduced over I, as tiles of
 * a near-square grid, (O,I,k) a row per output; lower ranks as one row. */
enum lrp_status lrp_plane_from_weights(const struct lrp_tensor *weights, enum lrp_reduction reduction, struct lrp_plane *out,
                                       struct lrp_error *err);

struct lrp_heatmap_options;
struct lrp_range;
/* Draws a plane as the options say, over nothing, and writes it as PNG. `range`: of the colours; NULL: the plane's own. Errors:
 * LRP_FILE, LRP_MEMORY. */
enum lrp_status lrp_plane_write(const struct lrp_plane *plane, const struct lrp_heatmap_options *options,
                                const struct lrp_range *range, const char *path, struct lrp_error *err);

/* How a plane is brought to another size. */
enum lrp_filter {
    LRP_FILTER_BOX,     /* shrinking: the mean over the area a cell covers (means are conserved); growing: nearest */
    LRP_FILTER_NEAREST, /* shrinking too: single values, none of them mixed */
};
/* To width x height cells, both axes on their own (the caller keeps the aspect). Blank cells take no part in a mean, NaN
 * spoils it. out: owned, distinct from plane. */
enum lrp_status lrp_plane_resample(const struct lrp_plane *plane, int width, int height, enum lrp_filter filter,
                                   struct lrp_plane *out, struct lrp_error *err);

/* A part of a plane: width x height cells from (x, y), all inside. out: owned. */
enum lrp_status lrp_plane_crop(const struct lrp_plane *plane, int x, int y, int width, int height, struct lrp_plane *out,
                               struct lrp_error *err);
/* Gives both planes the size of the larger one, so that one can be laid over the other: the smaller grows to its nearest cells
 * and is replaced. Files and screens bring a heatmap and the picture below together by this alone. Errors: LRP_MEMORY. */
enum lrp_status lrp_plane_match(struct lrp_plane *a, struct lrp_plane *b, struct lrp_error *err);
/* b - a, cell by cell; blank where either is. out: owned. LRP_USAGE, naming both sizes, if they differ. */
enum lrp_status lrp_plane_difference(const struct lrp_plane *a, const struct lrp_plane *b, struct lrp_plane *out,
                                     struct lrp_error *err);
/* Pearson's correlation over the cells that are finite in both planes (of one size); NaN if one of them does not vary. */
double lrp_plane_correlation(const struct lrp_plane *a, const struct lrp_plane *b);

/* ---- ranges ---- */

/* What the ends of a colour map stand for. X(name, text) */
#define LRP_RANGE_MODES(X)                                                                                                     \
    X(AUTO, "auto")           /* symmetric for a diverging colour map, min..max for a sequential one */                        \
    X(SYMMETRIC, "symmetric") /* -m..m with m the largest |value|: zero is the middle */                                       \
    X(MIN_MAX, "min-max")     /* smallest to largest value */

/* Names of the modes. */
enum lrp_range_mode {
#define X(name, text) LRP_RANGE_##name,
    LRP_RANGE_MODES(X)
#undef X
        LRP_RANGE_MODE_COUNT
};
/* "symmetric". Borrowed, static. */
const char *lrp_range_mode_name(enum lrp_range_mode mode);
/* The mode of that name; false if there is none, *out is then unchanged. */
bool lrp_range_mode_find(const char *name, enum lrp_range_mode *out);

/* The range of values that a colour map is spread over. */
struct lrp_range {
    float low, high; /* what the ends of the colour map stand for */
    bool symmetric;  /* low == -high */
    size_t invalid;  /* how many cells are NaN or infinite */
};

/* ---- options of a heatmap ---- */

/* How a heatmap is drawn. */
struct lrp_heatmap_options {
    const struct lrp_colormap_set *maps; /* borrowed: what `colormap` may be beyond the table; NULL: nothing */
    const struct lrp_colormap *colormap; /* borrowed: static, or as long as maps */
    enum lrp_reduction reduction;        /* how channels become one number */
    enum lrp_range_mode range;           /* what the ends of the colour map stand for */
    double clip_low, clip_high;          /* percentiles in percent, 0 and 100: no clipping */
    double gamma;                        /* > 0; below 1 lifts weak values; 1: linear */
    double overlay;                      /* opacity over the grey input picture, 0..1; 1: the picture is not seen */
    int size_factor;                     /* every cell becomes size_factor x size_factor pixels of an exported picture */
};

/* Defaults for what is shown, without maps: "relevance", "activation" or "weights"; an unknown or NULL name gets those of
 * relevance. What a method has otherwise is in its row (method.h). */
void lrp_heatmap_defaults(const char *what, struct lrp_heatmap_options *out);
/* Sets one option from its text. key: colormap, reduce, range, clip ("1:99"), gamma, overlay, size-factor (also
 * size_factor). colormap: one of the table or of options->maps. Errors: LRP_USAGE naming key, value and what is allowed;
 * options are then unchanged. */
enum lrp_status lrp_heatmap_option_set(struct lrp_heatmap_options *options, const char *key, const char *value,
                                       struct lrp_error *err);
/* The keys, in order; NULL beyond the last. */
const char *lrp_heatmap_option_key(size_t index);
/* The values of an option that have names, 0, 1, ..., and what they mean (*line, may be ""); colour maps are those of the table
 * and of `maps` (may be NULL). NULL past the end, and for an option whose values have none. Borrowed. */
const char *lrp_heatmap_option_value(const struct lrp_colormap_set *maps, const char *key, size_t index, const char **line);
/* Writes the option as lrp_heatmap_option_set reads it; returns buffer (64 bytes are enough), "" for an unknown key. */
char *lrp_heatmap_option_text(const struct lrp_heatmap_options *options, const char *key, char *buffer, size_t size);

/* The range that `count` planes share, after options' mode and percentile clipping (linear between the nearest ranks, as
 * numpy.percentile). Blank cells do not count; without a finite value it is 0..0. Errors: LRP_MEMORY (clipping only). */
enum lrp_status lrp_range_of(const struct lrp_plane *const *planes, size_t count, const struct lrp_heatmap_options *options,
                             struct lrp_range *out, struct lrp_error *err);
/* Place of a value on the colour map, 0..1, values outside the range at its ends; gamma > 0 acts on the distance from
 * the middle (symmetric) or from the low end. Zero of a symmetric range is exactly 0.5. A range without extent
 * (all-zero or constant map) gives 0.5 or 0. NaN for NaN and infinity; a blank cell gives the neutral place. */
double lrp_range_normalize(const struct lrp_range *range, float value, double gamma);

/* The colour of one cell: normalised, coloured, laid over `grey` (0..1, brightness of the input picture there; negative:
 * no picture) with options->overlay. The colour for NaN and infinity is never mixed. */
void lrp_heatmap_rgb(const struct lrp_heatmap_options *options, const struct lrp_range *range, float value, double grey,
                     unsigned char rgb[3]);

/* ---- a text as a picture ---- */

/* A token and its value. */
struct lrp_strip_cell {
    const char *text; /* borrowed; what is not ASCII is drawn as '?' */
    float value;      /* whose colour it stands on */
};
/* Tokens one after the other, each on the colour of its value; a wide text takes several lines. */
struct lrp_strip {
    const struct lrp_strip_cell *cells; /* borrowed */
    size_t count;                       /* of cells */
    const char *note;                   /* borrowed: a line below; NULL or "": none */
    struct lrp_range range;             /* of the colours */
    struct lrp_heatmap_options options; /* colour map and gamma; the rest has no meaning here */
};
/* Writes it as PNG, atomically. Errors: LRP_FILE, also for a text beyond the limits of pictures; LRP_MEMORY. */
enum lrp_status lrp_strip_write(const struct lrp_strip *strip, const char *path, struct lrp_error *err);

/* ---- a signal as a picture ---- */

/* Curves, a channel below the other, on the colours of the relevance of their steps. */
struct lrp_signal {
    const struct lrp_plane *values;     /* borrowed: a row per channel, a column per step */
    const struct lrp_plane *relevance;  /* borrowed: of the same size */
    struct lrp_range range;             /* of the colours */
    struct lrp_heatmap_options options; /* colour map and gamma; the rest has no meaning here */
};
/* Writes it as PNG, atomically. Errors: LRP_FILE, also for more channels than a picture has room for; LRP_MEMORY. */
enum lrp_status lrp_signal_write(const struct lrp_signal *signal, const char *path, struct lrp_error *err);
/* Where the curve through `count` values is within column x of `columns`, straight between two values; both NaN: nowhere. */
void lrp_signal_span(const float *values, int count, int x, int columns, float *low, float *high);
/* The value furthest from zero among those that lie in column x of `columns`, every value in a band as wide as all others; NaN
 * if one of them is. */
float lrp_signal_strongest(const float *values, int count, int x, int columns);
/* The least and the greatest finite value; false, both NaN: there is none. */
bool lrp_signal_limits(const float *values, int count, float *low, float *high);

/* ---- a screen as a picture ---- */

/* Pixels of a cell from left to right. */
#define LRP_SCREEN_CELL_WIDTH 12
/* Pixels of a cell from top to bottom: half of it is a square. */
#define LRP_SCREEN_CELL_HEIGHT 24

/* A cell of text; colours as 0xRRGGBB. */
struct lrp_screen_cell {
    uint32_t rune;        /* ' ' and 0: none; lines and blocks are drawn as such */
    int32_t ink;          /* of the character */
    int32_t upper, lower; /* behind it, in the two halves of the cell */
    bool bold;            /* drawn twice, a pixel apart */
    bool underlined;      /* a line below it */
};
/* A picture that lies over cells. */
struct lrp_screen_picture {
    int column, row;           /* the cell of its upper left corner */
    int width, height;         /* pixels */
    const unsigned char *rgba; /* borrowed; red, green, blue, and whether it is seen (not 0), row by row */
};
/* What a screen shows. */
struct lrp_screen_cells {
    int columns, rows;                         /* how many cells there are */
    const struct lrp_screen_cell *cells;       /* borrowed; row by row from the top */
    int32_t paper;                             /* around them */
    const struct lrp_screen_picture *pictures; /* borrowed */
    size_t picture_count;                      /* of pictures */
};
/* Writes it as PNG, atomically. Errors: LRP_FILE, also for a screen beyond the limits of pictures; LRP_MEMORY. */
enum lrp_status lrp_screen_write(const struct lrp_screen_cells *screen, const char *path, struct lrp_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
