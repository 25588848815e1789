/* printable.h: the one place where text from files is made fit to be shown: nothing that a terminal obeys, reorders or breaks a
 * line at passes. Tables, messages, pictures and documents all print through here. */
#ifndef LRP_BASE_PRINTABLE_H
#define LRP_BASE_PRINTABLE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* False for controls (C0, DEL, C1), marks that change the direction of text (U+061C, U+200E/F, U+202A-E, U+2066-9), and
 * line and paragraph separators (U+2028/9). */
bool lrp_is_printable(unsigned code_point);
/* Replaces by '?' what is not printable or no UTF-8, in place: the text never grows. Characters of `keep` (ASCII, e.g. "\n")
 * stay. */
void lrp_make_printable(char *text, const char *keep);
/* A copy made printable, on one line; owned by the caller, NULL when out of memory. */
char *lrp_printable(const char *text);
/* Prints a formatted text made printable; its line feeds stay. */
void lrp_print(FILE *file, const char *format, ...) __attribute__((format(printf, 2, 3)));
void lrp_print_list(FILE *file, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));

#endif
