/* lineedit.c: one line of text being typed, see lineedit.h. */
#include "lineedit.h"

#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "runes.h"

enum { LRP_LINE_MOST = 4096, LRP_HISTORY_MOST = 100, LRP_CONTROL_MASK = 0x1F };

const char *lrp_lineedit_text(const struct lrp_lineedit *edit)
{
    return edit->text ? edit->text : "";
}

static bool reserve_line(struct lrp_lineedit *edit, size_t length)
{
    if (length < edit->capacity) return true;
    const size_t capacity = length + 64;
    char *text = length < LRP_LINE_MOST ? realloc(edit->text, capacity) : NULL;
    if (!text) return false;
    if (!edit->text) text[0] = 0;
    edit->text = text;
    edit->capacity = capacity;
    return true;
}

bool lrp_lineedit_set(struct lrp_lineedit *edit, const char *text)
{
    const size_t length = strlen(text);
    if (!reserve_line(edit, length)) return false;
    memcpy(edit->text, text, length + 1);
    edit->length = edit->cursor = length;
    edit->recall = edit->history.count;
    edit->proposed = false;
    return true;
}

static void remove_range(struct lrp_lineedit *edit, size_t from, size_t to)
{
    memmove(edit->text + from, edit->text + to, edit->length - to + 1);
    edit->length -= to - from;
    edit->cursor = from;
}

bool lrp_lineedit_propose(struct lrp_lineedit *edit, const char *text)
{
    const bool fine = lrp_lineedit_set(edit, text);
    edit->proposed = fine && edit->length > 0;
    return fine;
}

/* What the first key does to a proposal; true if that was all. */
static bool end_proposal(struct lrp_lineedit *edit, int key)
{
    const bool erases = key == LRP_KEY_BACKSPACE || key == LRP_KEY_DELETE, clears = erases || lrp_key_is_text(key);
    const bool was = edit->proposed;
    edit->proposed = false;
    if (was && clears) remove_range(edit, 0, edit->length);
    return was && erases;
}

void lrp_lineedit_remember(struct lrp_lineedit *edit)
{
    struct lrp_strings *history = &edit->history;
    if (edit->length == 0 || (history->count > 0 && strcmp(history->items[history->count - 1], edit->text) == 0)) return;
    if (history->count == LRP_HISTORY_MOST) lrp_strings_remove(history, 0);
    lrp_strings_add(history, edit->text);
}

static void insert_key(struct lrp_lineedit *edit, int key)
{
    char bytes[5];
    const size_t n = lrp_rune_put((uint32_t)key, bytes);
    if (!reserve_line(edit, edit->length + n)) return;
    memmove(edit->text + edit->cursor + n, edit->text + edit->cursor, edit->length - edit->cursor + 1);
    memcpy(edit->text + edit->cursor, bytes, n);
    edit->length += n;
    edit->cursor += n;
}

static size_t char_before(const struct lrp_lineedit *edit, size_t at)
{
    while (at > 0 && ((unsigned char)edit->text[--at] & 0xC0) == 0x80)
        ;
    return at;
}

static size_t after(const struct lrp_lineedit *edit, size_t at)
{
    if (at < edit->length) at++;
    while (at < edit->length && ((unsigned char)edit->text[at] & 0xC0) == 0x80) at++;
    return at;
}

static size_t word_before(const struct lrp_lineedit *edit, size_t at)
{
    while (at > 0 && edit->text[at - 1] == ' ') at--;
    while (at > 0 && edit->text[at - 1] != ' ') at--;
    return at;
}

static void recall(struct lrp_lineedit *edit, int step)
{
    const size_t count = edit->history.count;
    if ((step < 0 && edit->recall == 0) || (step > 0 && edit->recall >= count)) return;
    const size_t to = step < 0 ? edit->recall - 1 : edit->recall + 1;
    lrp_lineedit_set(edit, to < count ? edit->history.items[to] : "");
    edit->recall = to;
}

bool lrp_lineedit_key(struct lrp_lineedit *edit, int key)
{
    if (!reserve_line(edit, edit->length)) return false;
    if (end_proposal(edit, key)) return true;
    if (lrp_key_is_text(key))
        insert_key(edit, key);
    else if (key == LRP_KEY_LEFT)
        edit->cursor = char_before(edit, edit->cursor);
    else if (key == LRP_KEY_RIGHT)
        edit->cursor = after(edit, edit->cursor);
    else if (key == LRP_KEY_HOME || key == ('A' & LRP_CONTROL_MASK))
        edit->cursor = 0;
    else if (key == LRP_KEY_END || key == ('E' & LRP_CONTROL_MASK))
        edit->cursor = edit->length;
    else if (key == LRP_KEY_BACKSPACE)
        remove_range(edit, char_before(edit, edit->cursor), edit->cursor);
    else if (key == LRP_KEY_DELETE)
        remove_range(edit, edit->cursor, after(edit, edit->cursor));
    else if (key == ('U' & LRP_CONTROL_MASK))
        remove_range(edit, 0, edit->cursor);
    else if (key == ('K' & LRP_CONTROL_MASK))
        remove_range(edit, edit->cursor, edit->length);
    else if (key == ('W' & LRP_CONTROL_MASK))
        remove_range(edit, word_before(edit, edit->cursor), edit->cursor);
    else if (key == LRP_KEY_UP || key == LRP_KEY_DOWN)
        recall(edit, key == LRP_KEY_UP ? -1 : 1);
    else
        return false;
    return true;
}

void lrp_lineedit_free(struct lrp_lineedit *edit)
{
    free(edit->text);
    lrp_strings_free(&edit->history);
    *edit = (struct lrp_lineedit){0};
}
