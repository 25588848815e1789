/* result_list.h: the results of a batch as a list of samples: which of them are shown, and in which order. */
#ifndef LRP_TUI_RESULT_LIST_H
#define LRP_TUI_RESULT_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct lrp_app;
struct lrp_batch_results;
struct lrp_outcome;
struct lrp_result_column;
struct lrp_input_sheet;

/* A sample that is shown. */
struct lrp_result_entry {
    const struct lrp_outcome *sample; /* borrowed, until the next results come */
    int index;
    const struct lrp_result_column *by; /* what the list is sorted by */
    bool reversed;
};
struct lrp_result_list {
    const struct lrp_batch_results *all; /* borrowed: the runner keeps them; NULL: there are none */
    struct lrp_result_entry *entries;    /* owned */
    int count;
    int column; /* the list is sorted by */
    bool reversed;
    char *filter;                        /* owned; NULL: none */
    const struct lrp_input_sheet *sheet; /* borrowed: the runner keeps it; NULL: nothing is explained yet */
    int opened;                          /* the sample that is explained now; -1: none */
};

/* A column of the list, one row each. */
struct lrp_result_column {
    const char *name; /* its title, and what sorting and filtering call it */
    const char *help;
    int width;      /* columns; 0: what the others leave */
    int importance; /* the least important one goes first */
    bool right;
    void (*text)(const struct lrp_result_entry *entry, char *out, size_t size);
    int (*compare)(const struct lrp_result_entry *a, const struct lrp_result_entry *b);
};
/* NULL past the end. */
const struct lrp_result_column *lrp_result_column_at(int column);

/* Which samples are shown, and where, is found anew. */
void lrp_app_list_results(struct lrp_app *app);
void lrp_app_filter_results(struct lrp_app *app, const char *filter);

/* The sample before (-1) or after (+1) the opened one in the list is opened; false: there is none. */
bool lrp_app_step_result(struct lrp_app *app, int step);

/* Columns of the view's row. */
int lrp_app_result_count(const struct lrp_app *app);
void lrp_app_result_text(const struct lrp_app *app, int row, char *out, size_t size);
void lrp_app_take_result(struct lrp_app *app, int row);
/* The row of the sample that is explained now is selected, in the view that is shown. */
void lrp_app_select_result(struct lrp_app *app);

#endif
