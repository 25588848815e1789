/* terminal_ask.h: what a terminal says of itself when it is asked: its background, its name, which pictures it shows. */
#ifndef LRP_TUI_TERMINAL_ASK_H
#define LRP_TUI_TERMINAL_ASK_H

#include <stdbool.h>
#include <stddef.h>

/* What else was read while waiting for the answers: keys that were typed. */
struct lrp_typed {
    char bytes[256];
    size_t count;
};
struct lrp_terminal_answers {
    bool background, light;        /* the background was told, and is light */
    bool kitty, sixel;             /* pictures that it shows */
    int registers;                 /* colours of sixel pictures; 0: not told */
    int sixel_width, sixel_height; /* how large they may be; 0: not told */
    int cell_width, cell_height;   /* pixels; 0: not told */
    char name[64];                 /* "kitty(0.35.2)"; "": not told; of the terminal around tmux where that runs in one */
    bool tmux, passthrough;        /* tmux lies between, and lets through what is for the terminal around it */
    bool done, asked_more;         /* all that was asked has been answered; what only new terminals are asked was asked */
};
/* Asks on a terminal that nobody else uses yet and waits, not long, for the answers; `pixels`: also about pictures. */
void lrp_terminal_ask(int in, int out, bool pixels, struct lrp_terminal_answers *answers, struct lrp_typed *typed);
/* Asks what only new terminals are asked, once, if it is one; the answer comes like a late one. */
bool lrp_terminal_ask_more(int out, struct lrp_terminal_answers *answers);
/* What tmux knows of the terminal around it, where this runs in tmux ($TMUX). */
void lrp_tmux_ask(struct lrp_terminal_answers *answers);
/* Takes one that came later. */
void lrp_answer_take(const char *bytes, size_t count, struct lrp_terminal_answers *answers);
/* Length of the answer that these bytes begin with, 0 if they begin with none, -1 if its end has not come yet. */
int lrp_answer_length(const char *bytes, size_t count);

#endif
