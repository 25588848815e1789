/* given.h: the arguments a row takes, as they were given: of methods and of metrics. */
#ifndef LRP_LRP_GIVEN_H
#define LRP_LRP_GIVEN_H

#include "lrpscope/error.h"
#include "lrpscope/method.h"
#include "split.h"

struct lrp_given {
    const struct lrp_method_argument *arguments; /* the row's; borrowed */
    int count;
    char *values[LRP_METHOD_ARGUMENTS]; /* by argument: its text, or its default; owned */
    bool named[LRP_METHOD_ARGUMENTS];   /* by argument: it was given */
};
/* `what` and `name` are for messages: "method", "smooth-grad". *out is to be freed, also in case of an error. Errors: LRP_USAGE
 * naming the argument and what it can be. */
enum lrp_status lrp_given_read(const char *what, const char *name, const struct lrp_method_argument *arguments, int count,
                               struct lrp_call_text *text, struct lrp_given *out, struct lrp_error *err);
void lrp_given_free(struct lrp_given *given);
/* The same texts; of one row. */
bool lrp_given_equal(const struct lrp_given *a, const struct lrp_given *b);
/* The text of an argument; "" where none was given and there is no default, or no such argument. Borrowed. */
const char *lrp_given_text(const struct lrp_given *given, const char *argument);
/* The same as a number; `otherwise` where there is none. */
double lrp_given_number(const struct lrp_given *given, const char *argument, double otherwise);
/* Whether it is that word. */
bool lrp_given_is(const struct lrp_given *given, const char *argument, const char *word);
/* Whether it was given, not left at its default. */
bool lrp_given_named(const struct lrp_given *given, const char *argument);
/* Another text for an argument. Errors: LRP_MEMORY. */
enum lrp_status lrp_given_set(struct lrp_given *given, const char *argument, const char *text, struct lrp_error *err);

#endif
