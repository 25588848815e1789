/* split.h: taking "name(a,b=c,[1;2],f(x,y))" apart. */
#ifndef LRP_LRP_SPLIT_H
#define LRP_LRP_SPLIT_H

#include "lrpscope/error.h"

/* A name and its arguments, separated by commas outside of brackets; blanks around them are gone. */
struct lrp_call_text {
    char *name;
    char *arguments[64]; /* point into `name`'s memory */
    int count;
    bool brackets; /* "name()" as against "name" */
};
/* Errors: LRP_USAGE for brackets that do not match, empty names or arguments. */
enum lrp_status lrp_call_text_split(const char *text, struct lrp_call_text *out, struct lrp_error *err);
void lrp_call_text_free(struct lrp_call_text *call);
/* Cuts blanks off both ends, in place; returns where the rest begins. */
char *lrp_trim(char *s);

#endif
