/* pixels_kitty.c: pictures by kitty's graphics protocol: compressed RGBA in base64, kept by number. Where the terminal knows
 * placeholders, cells of text stand for the picture's parts, and tmux needs to know nothing of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "pixel_protocol.h"

enum { LRP_CHUNK = 3072 }; /* bytes: 4096 letters, the most that one part may have */

/* Whether a terminal is of that name, and at least of that version. */
static bool is_terminal(const char *name, const char *begins, int major, int minor)
{
    const size_t length = strlen(begins);
    int has_major = 0, has_minor = 0;
    if (strncmp(name, begins, length) != 0) return false;
    sscanf(name + length, "%*[( ]%d.%d", &has_major, &has_minor);
    return has_major > major || (has_major == major && has_minor >= minor);
}

/* It cannot be asked; those that draw a placeholder as a character must not be sent any. */
static bool kitty_as_text(const struct lrp_terminal_answers *answers)
{
    return is_terminal(answers->name, "kitty", 0, 28) || is_terminal(answers->name, "ghostty", 0, 0);
}

static bool kitty_through_tmux(const struct lrp_terminal_answers *answers)
{
    return answers->passthrough && kitty_as_text(answers);
}

static bool kitty_speaks(const struct lrp_terminal_answers *answers)
{
    return answers->tmux ? kitty_through_tmux(answers) : answers->kitty; /* tmux answers itself */
}

/* A command, as it is or wrapped: tmux takes its wrapping off, and every other escape. */
static void append_command(const struct lrp_pixel_place *place, const char *keys, const unsigned char *bytes, size_t count,
                           struct lrp_text *out)
{
    const char *const escape = place->in_tmux ? "\033\033" : "\033";
    if (place->in_tmux) lrp_text_append(out, "\033Ptmux;");
    lrp_text_printf(out, "%s_G%s%s", escape, keys, count ? ";" : "");
    lrp_base64_append(out, bytes, count);
    lrp_text_printf(out, "%s\\", escape);
    if (place->in_tmux) lrp_text_append(out, "\033\\");
}

static void kitty_put(const struct lrp_pixel_place *place, struct lrp_text *out)
{
    const size_t size = 4 * (size_t)place->bitmap->width * (size_t)place->bitmap->height;
    uLongf packed = compressBound((uLong)size);
    unsigned char *const bytes = malloc(packed);
    char keys[160];
    if (!bytes || compress2(bytes, &packed, place->bitmap->rgba, (uLong)size, 1) != Z_OK) {
        free(bytes);
        return;
    }
    for (size_t at = 0; at < packed; at += LRP_CHUNK) {
        const size_t count = packed - at < LRP_CHUNK ? packed - at : LRP_CHUNK;
        const int more = at + count < packed;
        if (at == 0)
            snprintf(keys, sizeof keys, "a=T,q=2,f=32,o=z,s=%d,v=%d,i=%u,p=1,c=%d,r=%d,C=1%s,m=%d", place->bitmap->width,
                     place->bitmap->height, place->id, place->cells.columns, place->cells.rows, place->as_text ? ",U=1" : "",
                     more);
        else
            snprintf(keys, sizeof keys, "q=2,m=%d", more);
        append_command(place, keys, bytes + at, count, out);
    }
    free(bytes);
}

static void kitty_remove(const struct lrp_pixel_place *place, struct lrp_text *out)
{
    char keys[64];
    snprintf(keys, sizeof keys, "a=d,d=I,q=2,i=%u", place->id);
    append_command(place, keys, NULL, 0, out);
}

const struct lrp_pixel_protocol lrp_kitty_pixels = {.name = "kitty",
                                                    .speaks = kitty_speaks,
                                                    .as_text = kitty_as_text,
                                                    .through_tmux = kitty_through_tmux,
                                                    .put = kitty_put,
                                                    .remove = kitty_remove};
