/* split.h: taking "name(a,b=c,[1;2],f(x,y))" apart. */
#ifndef LRP_LRP_SPLIT_H
#define LRP_LRP_SPLIT_H

#include "lrpscope/error.h"
#include "text.h"

/* A name and its arguments, separated by commas outside of brackets and quotes; blanks around them are gone. */
struct lrp_call_text {
    char *name;
    char *arguments[64]; /* point into `name`'s memory */
    size_t offsets[64];  /* where they begin in the text */
    int count;
};
/* Errors: LRP_USAGE for brackets that do not match, empty names or arguments. */
enum lrp_status lrp_call_text_split(const char *text, struct lrp_call_text *out, struct lrp_error *err);
/* "\"a,b\"" is a,b, where \\ takes the next character as it is; a text without quotes stays. In place. */
char *lrp_unquote(char *text);
/* Appends a text so that splitting and lrp_unquote give it back: in quotes if need be. `special`: characters that need them
 * besides blanks at the ends, commas, brackets and quotes. */
void lrp_append_quoted(struct lrp_text *out, const char *text, const char *special);
void lrp_call_text_free(struct lrp_call_text *call);
/* Cuts blanks off both ends, in place; returns where the rest begins. */
char *lrp_trim(char *s);

#endif
