/* pixel_protocol.c: the protocols, and which of them is spoken, see pixel_protocol.h. */
#include "pixel_protocol.h"

#include <stdio.h>
#include <string.h>

static const struct lrp_pixel_protocol *const protocols[] = {
#define X(row) &(row),
    LRP_PIXEL_PROTOCOLS(X)
#undef X
};
enum { LRP_PROTOCOLS = sizeof protocols / sizeof *protocols };

const struct lrp_pixel_protocol *lrp_pixel_protocol_at(size_t index)
{
    return index < LRP_PROTOCOLS ? protocols[index] : NULL;
}

static bool lets_through(const struct lrp_pixel_protocol *p, const struct lrp_terminal_answers *answers)
{
    return !answers->tmux || (p->through_tmux && p->through_tmux(answers));
}

const struct lrp_pixel_protocol *lrp_pixel_protocol_choose(const char *option, const struct lrp_terminal_answers *answers,
                                                           char *note, size_t size)
{
    const bool any = !option || strcmp(option, "auto") == 0;
    snprintf(note, size, "%s", "");
    for (size_t i = 0; i < LRP_PROTOCOLS; i++) {
        const struct lrp_pixel_protocol *const p = protocols[i];
        if (any && p->speaks(answers) && lets_through(p, answers)) return p;
        if (any || strcmp(option, p->name) != 0) continue;
        if (lets_through(p, answers)) return p;
        snprintf(note, size, "no %s pictures through this tmux: %s", p->name,
                 p->through_tmux ? "set -g allow-passthrough on, and start again" : "it does not know them");
    }
    return NULL;
}

void lrp_base64_append(struct lrp_text *out, const unsigned char *bytes, size_t count)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < count; i += 3) {
        const unsigned a = bytes[i], b = i + 1 < count ? bytes[i + 1] : 0, c = i + 2 < count ? bytes[i + 2] : 0;
        const char four[4] = {digits[a >> 2], digits[(a & 3) << 4 | b >> 4],
                              i + 1 < count ? digits[(b & 15) << 2 | c >> 6] : '=', i + 2 < count ? digits[c & 63] : '='};
        lrp_text_append_n(out, four, 4);
    }
}

/* As the protocol counts: the marks above (class 230) of Unicode 6.0 that neither have a decomposition nor join with letters,
 * in order. Given as runs. */
static const struct {
    uint16_t first, last;
} accents[] = {{0x305, 0x305},   {0x30D, 0x30E},   {0x310, 0x310},   {0x312, 0x312},   {0x33D, 0x33F},   {0x346, 0x346},
               {0x34A, 0x34C},   {0x350, 0x352},   {0x357, 0x357},   {0x35B, 0x35B},   {0x363, 0x36F},   {0x483, 0x487},
               {0x592, 0x595},   {0x597, 0x599},   {0x59C, 0x5A1},   {0x5A8, 0x5A9},   {0x5AB, 0x5AC},   {0x5AF, 0x5AF},
               {0x5C4, 0x5C4},   {0x610, 0x617},   {0x657, 0x65B},   {0x65D, 0x65E},   {0x6D6, 0x6DC},   {0x6DF, 0x6E2},
               {0x6E4, 0x6E4},   {0x6E7, 0x6E8},   {0x6EB, 0x6EC},   {0x730, 0x730},   {0x732, 0x733},   {0x735, 0x736},
               {0x73A, 0x73A},   {0x73D, 0x73D},   {0x73F, 0x741},   {0x743, 0x743},   {0x745, 0x745},   {0x747, 0x747},
               {0x749, 0x74A},   {0x7EB, 0x7F1},   {0x7F3, 0x7F3},   {0x816, 0x819},   {0x81B, 0x823},   {0x825, 0x827},
               {0x829, 0x82D},   {0x951, 0x951},   {0x953, 0x954},   {0xF82, 0xF83},   {0xF86, 0xF87},   {0x135D, 0x135F},
               {0x17DD, 0x17DD}, {0x193A, 0x193A}, {0x1A17, 0x1A17}, {0x1A75, 0x1A7C}, {0x1B6B, 0x1B6B}, {0x1B6D, 0x1B73},
               {0x1CD0, 0x1CD2}, {0x1CDA, 0x1CDB}, {0x1CE0, 0x1CE0}, {0x1DC0, 0x1DC1}, {0x1DC3, 0x1DC9}, {0x1DCB, 0x1DCC},
               {0x1DD1, 0x1DE6}, {0x1DFE, 0x1DFE}, {0x20D0, 0x20D1}, {0x20D4, 0x20D7}, {0x20DB, 0x20DC}, {0x20E1, 0x20E1},
               {0x20E7, 0x20E7}, {0x20E9, 0x20E9}, {0x20F0, 0x20F0}, {0x2CEF, 0x2CF1}, {0x2DE0, 0x2DFF}, {0xA66F, 0xA66F},
               {0xA67C, 0xA67D}, {0xA6F0, 0xA6F1}, {0xA8E0, 0xA8E5}};

uint32_t lrp_number_accent(int number)
{
    for (size_t i = 0; i < sizeof accents / sizeof *accents; i++) {
        const int count = accents[i].last - accents[i].first + 1;
        if (number < count) return (uint32_t)(accents[i].first + number);
        number -= count;
    }
    return 0;
}
