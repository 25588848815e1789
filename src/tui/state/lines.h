/* lines.h: text as lines that can be selected, searched and followed: pages, the details of a layer, notices. */
#ifndef LRP_TUI_LINES_H
#define LRP_TUI_LINES_H

struct lrp_line {
    char *text; /* owned */
    int style;  /* enum lrp_style; only the screen knows how it looks */
    int link;   /* layer the line leads to, or -1 */
};
struct lrp_lines {
    struct lrp_line *items; /* owned */
    int count;
};
/* Lost lines (out of memory) are left out. */
void lrp_lines_add(struct lrp_lines *lines, int style, int link, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Words broken at `width` columns, a line per line of the text. */
void lrp_lines_wrap(struct lrp_lines *lines, int style, int width, const char *text);
void lrp_lines_free(struct lrp_lines *lines);

#endif
