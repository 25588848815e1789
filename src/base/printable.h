/* printable.h: the one place where text from files is made fit to be shown: nothing that a terminal obeys, reorders or breaks a
 * line at passes. Tables, messages, pictures and documents all print through here. */
#ifndef LRP_BASE_PRINTABLE_H
#define LRP_BASE_PRINTABLE_H

#include <stdbool.h>
#include <stdio.h>

/* Replaces by '?' what is not printable or no UTF-8, in place: the text never grows. Characters of `keep` (ASCII, e.g. "\n")
 * stay. */
void lrp_make_printable(char *text, const char *keep);
/* A copy made printable, on one line; owned by the caller, NULL when out of memory. */
char *lrp_printable(const char *text);
/* Prints a formatted text made printable; its line feeds stay. Without memory a text of more than a few thousand bytes is cut
 * short, and lrp_print_lost says so from then on. */
void lrp_print(FILE *file, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool lrp_print_lost(void);
/* fflush: what was printed so far is sent off. */
void lrp_print_flush(FILE *file);
/* The errno with which standard output refused what was printed, the first time; 0: it never did. */
int lrp_print_trouble(void);

#endif
