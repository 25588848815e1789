/* runes.h: code points: reading UTF-8, the columns they take, what stands for them in ASCII. Knows no locale. */
#ifndef LRP_BASE_RUNES_H
#define LRP_BASE_RUNES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads one code point and moves *text behind it; 0 at the end. A byte that is no UTF-8 gives U+FFFD. */
enum { LRP_RUNE_BAD = 0xFFFD };
uint32_t lrp_rune_next(const char **text);
/* Writes a code point as UTF-8 into out (at least 5 bytes, NUL-terminated); returns its bytes. */
size_t lrp_rune_put(uint32_t rune, char *out);
/* False for controls (C0, DEL, C1), marks that change the direction of text (U+061C, U+200E/F, U+202A-E, U+2066-9), and
 * line and paragraph separators (U+2028/9). */
bool lrp_is_printable(unsigned code_point);
/* Columns: 0 (combining marks, what is not printable), 1, or 2 (East Asian wide). */
int lrp_rune_width(uint32_t rune);
/* The ASCII character shown instead where there is no UTF-8: '?' if nothing fits. */
char lrp_rune_ascii(uint32_t rune);
/* Columns of a text. */
int lrp_text_columns(const char *text);

#endif
