/* keys.c: keys as numbers and as text, see keys.h. */
#include "keys.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "runes.h"

static const struct {
    int key;
    const char *name, *shown;
} names[] = {
#define X(id, name, shown) {LRP_KEY_##id, name, shown},
    LRP_KEYS(X)
#undef X
        {LRP_KEY_ENTER, "CR", "Enter"},
    {LRP_KEY_ENTER, "Enter", "Enter"},
    {LRP_KEY_TAB, "Tab", "Tab"},
    {LRP_KEY_ESCAPE, "Esc", "Esc"},
    {' ', "Space", "Space"},
    {'<', "lt", "<"},
};

static int key_named(const char *name, size_t length)
{
    if (length == 3 && (name[0] == 'C' || name[0] == 'c') && name[1] == '-') return name[2] & 0x1F;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i].name) == length && strncasecmp(names[i].name, name, length) == 0) return names[i].key;
    return -1;
}

int lrp_key_parse(const char **text)
{
    const char *end = **text == '<' ? strchr(*text, '>') : NULL;
    if (!end || end == *text + 1) return (int)lrp_rune_next(text);
    const int key = key_named(*text + 1, (size_t)(end - *text - 1));
    *text = end + 1;
    return key;
}

char *lrp_key_text(int key, char *buffer, size_t size)
{
    char rune[5];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].key == key) {
            snprintf(buffer, size, "%s", names[i].shown);
            return buffer;
        }
    }
    if (key > 0 && key < 32) {
        snprintf(buffer, size, "^%c", '@' + key);
        return buffer;
    }
    lrp_rune_put(key > 0 ? (uint32_t)key : '?', rune);
    snprintf(buffer, size, "%s", rune);
    return buffer;
}

char *lrp_key_name(int key, char *buffer, size_t size)
{
    char rune[5];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].key == key) {
            snprintf(buffer, size, "<%s>", names[i].name);
            return buffer;
        }
    }
    if (key > 0 && key < 32)
        snprintf(buffer, size, "<C-%c>", '@' + key + (key < 27 ? 32 : 0));
    else
        snprintf(buffer, size, "%s", (lrp_rune_put(key > 0 ? (uint32_t)key : '?', rune), rune));
    return buffer;
}

bool lrp_key_is_text(int key)
{
    return key >= ' ' && key != 127 && key < LRP_KEY_FIRST;
}
