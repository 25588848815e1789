/* chars_spans.h: code points that utf8proc's tables and those of Hugging Face's tokenizers see differently. */
#ifndef LRP_FORMATS_CHARS_SPANS_H
#define LRP_FORMATS_CHARS_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* NEW: what it knows as such, LATE: what it does not know as such yet, EARLY: what it still does. */
enum lrp_spans {
    LRP_NEW_LETTERS,
    LRP_NEW_UPPER,
    LRP_NEW_LOWER,
    LRP_NEW_NUMBERS,
    LRP_NEW_MARKS,
    LRP_LATE_PUNCTUATION,
    LRP_LATE_ACCENTS,
    LRP_LATE_NONSPACING,
    LRP_LATE_OTHER,
    LRP_LATE_CLASSES,
    LRP_LATE_PARTS,
    LRP_EARLY_PUNCTUATION,
    LRP_EARLY_ACCENTS,
    LRP_EARLY_NONSPACING,
    LRP_NMT_DROPPED,
    LRP_NMT_BLANKS,
    LRP_SPANS_COUNT
};
bool lrp_spans_hold(enum lrp_spans which, int32_t code);

#endif
