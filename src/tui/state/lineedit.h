/* lineedit.h: one line of text being typed, with a history. */
#ifndef LRP_TUI_LINEEDIT_H
#define LRP_TUI_LINEEDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "string_list.h"

struct lrp_lineedit {
    char *text;                      /* owned; NULL reads as "" */
    size_t length, capacity, cursor; /* bytes */
    struct lrp_strings history;      /* oldest first */
    bool proposed;                   /* nothing was typed yet: the first character takes the text's place */
    size_t recall;                   /* which entry Up shows; history.count: none */
};
/* Starts with a text, the cursor at its end. False when out of memory. */
bool lrp_lineedit_set(struct lrp_lineedit *edit, const char *text);
/* The same with a proposal: a character that is typed, or Backspace, clears it; moving the cursor keeps it. */
bool lrp_lineedit_propose(struct lrp_lineedit *edit, const char *text);
const char *lrp_lineedit_text(const struct lrp_lineedit *edit);
/* Keeps the text in the history. */
void lrp_lineedit_remember(struct lrp_lineedit *edit);
/* Editing keys: text, Backspace, Del, arrows, Home End ^A ^E, ^U ^K ^W, Up Down. False if the key means nothing here. */
bool lrp_lineedit_key(struct lrp_lineedit *edit, int key);
void lrp_lineedit_free(struct lrp_lineedit *edit);

#endif
