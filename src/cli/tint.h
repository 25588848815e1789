/* tint.h: colours on a terminal, for what is printed line by line. */
#ifndef LRP_CLI_TINT_H
#define LRP_CLI_TINT_H

#include <stdbool.h>

enum lrp_tint { LRP_TINT_NONE, LRP_TINT_8, LRP_TINT_256, LRP_TINT_DIRECT };

/* What --color asks for; "auto": what stdout can show, nothing if it is no terminal or NO_COLOR is set. */
enum lrp_tint lrp_tint_of(const char *asked);
/* The ground of what is printed next, and with it black or white letters. `part` of the largest value, with its sign: where
 * there are eight colours it alone counts. */
void lrp_tint_ground(enum lrp_tint tint, const unsigned char rgb[3], double part);
/* Two colours, one above the other, in one cell: not for eight colours. */
void lrp_tint_halves(enum lrp_tint tint, const unsigned char upper[3], const unsigned char lower[3]);
void lrp_tint_end(void);
/* Letters on it are read better in white. */
bool lrp_tint_is_dark(const unsigned char rgb[3]);
/* Columns and lines of the terminal; 80 and 24 where it does not say. */
void lrp_tint_size(int *columns, int *lines);

#endif
