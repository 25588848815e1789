/* layout.c: where the panes lie, see layout.h. */
#include "layout.h"

static int at_least(int value, int least)
{
    return value < least ? least : value;
}

/* Preview right of the list; details under the preview, or instead of it where it is too low. */
static void side_by_side(struct lrp_layout *l, bool details)
{
    const struct lrp_rect b = l->body;
    const int wide = at_least(b.columns - 86, 30), most = b.columns * 45 / 100; /* the list has all its columns at 85 */
    const int right = wide < most ? wide : most, left = b.columns - right - 1;
    l->pane[LRP_PANE_LIST] = (struct lrp_rect){b.x, b.y, left - 1, b.rows};
    l->rule = (struct lrp_rect){left, b.y, 1, b.rows};
    l->pane[LRP_PANE_PREVIEW] = (struct lrp_rect){left + 1, b.y, right, b.rows};
    if (!details) return;
    const int upper = b.rows >= 20 ? b.rows / 2 : 0;
    l->pane[LRP_PANE_PREVIEW].rows = upper;
    l->pane[LRP_PANE_DETAILS] = (struct lrp_rect){left + 1, b.y + upper, right, b.rows - upper};
}

/* Preview under the list; details right of the preview. */
static void stacked(struct lrp_layout *l, bool details)
{
    const struct lrp_rect b = l->body;
    const int upper = b.rows / 2;
    l->pane[LRP_PANE_LIST] = (struct lrp_rect){b.x, b.y, b.columns, upper};
    l->pane[LRP_PANE_PREVIEW] = (struct lrp_rect){b.x, b.y + upper, b.columns, b.rows - upper};
    if (!details) return;
    const int left = b.columns >= 70 ? b.columns * 2 / 5 : 0;
    const int gap = left > 0;
    l->rule = (struct lrp_rect){left, b.y + upper, gap, gap ? b.rows - upper : 0};
    l->pane[LRP_PANE_DETAILS] = (struct lrp_rect){left + gap, b.y + upper, b.columns - left - gap, b.rows - upper};
    l->pane[LRP_PANE_PREVIEW].columns = left - gap;
    if (left == 0) l->pane[LRP_PANE_PREVIEW].rows = 0;
}

static void arrange(struct lrp_layout *l, int columns, int rows, enum lrp_pane focus, bool details, bool full, bool alone)
{
    const bool list_only = columns < 40 || rows < 8;
    if (full || list_only) {
        l->pane[LRP_PANE_LIST] = l->body;
    } else if (alone || columns < 60 || rows < 15) {
        l->one_pane = true;
        l->pane[focus] = l->body;
    } else if (columns >= 100) {
        side_by_side(l, details);
    } else {
        stacked(l, details);
    }
}

struct lrp_layout lrp_layout_make(int columns, int rows, enum lrp_pane focus, bool details, bool full, bool alone)
{
    struct lrp_layout l = {.too_small = columns < 20 || rows < 5};
    if (l.too_small) return l;
    const int keys = rows >= 10;
    l.header = (struct lrp_rect){0, 0, columns, 1};
    l.body = (struct lrp_rect){0, 1, columns, rows - 2 - keys};
    l.status = (struct lrp_rect){0, rows - 1 - keys, columns, 1};
    l.keys = (struct lrp_rect){0, rows - 1, columns, keys};
    arrange(&l, columns, rows, details || focus != LRP_PANE_DETAILS ? focus : LRP_PANE_LIST, details, full, alone);
    l.has_preview = l.pane[LRP_PANE_PREVIEW].rows > 0;
    return l;
}
