/* view_help.c: every action with its keys of now, by group. */
#include <stdio.h>

#include "runes.h"
#include "view.h"

/* What an action does, behind its name or, where that would be cut off, below it. */
static void help_line(struct lrp_lines *lines, int width, const char *keys, const char *name, const char *text)
{
    const int pad = 12 - lrp_text_columns(keys);
    struct lrp_lines broken = {0};
    if (width >= 60) {
        lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, "  %s%*s  %-20s %s", keys, pad > 0 ? pad : 0, "", name, text);
        return;
    }
    lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, "%s  %s", keys, name);
    lrp_lines_wrap(&broken, LRP_STYLE_DIM, width - 4, text);
    for (int i = 0; i < broken.count; i++) lrp_lines_add(lines, LRP_STYLE_DIM, -1, "    %s", broken.items[i].text);
    lrp_lines_free(&broken);
}

static void lines_of(const struct lrp_app *app, int width, struct lrp_lines *lines)
{
    for (int group = 0; group < LRP_GROUP_COUNT; group++) {
        if (group) lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, " ");
        lrp_lines_add(lines, LRP_STYLE_COLUMN, -1, "%s", lrp_action_group_text((enum lrp_action_group)group));
        for (int i = 0; i < LRP_ACTION_COUNT; i++) {
            const struct lrp_action_row *row = lrp_action_at((enum lrp_action)i);
            char keys[64], name[64];
            if ((int)row->group != group) continue;
            lrp_keymap_text(&app->keymap, (enum lrp_action)i, false, keys, sizeof keys);
            if (!*keys) snprintf(keys, sizeof keys, ":");
            const char *argument = lrp_action_at((enum lrp_action)i)->argument_text;
            snprintf(name, sizeof name, "%s%s%s%s", row->name, argument ? " [" : "", argument ? argument : "",
                     argument ? "]" : "");
            help_line(lines, width, keys, name, row->help);
        }
    }
}

const struct lrp_view_row lrp_view_help = {.name = "help",
                                           .title = "help: {back} goes back, {search} finds",
                                           .draw = lrp_draw_page,
                                           .lines = lines_of,
                                           .whole_body = true,
                                           .lies_over_others = true};
