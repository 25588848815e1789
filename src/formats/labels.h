/* labels.h: names of classes. */
#ifndef LRP_FORMATS_LABELS_H
#define LRP_FORMATS_LABELS_H

#include <stddef.h>

#include "lrpscope/error.h"

struct lrp_labels {
    char **names; /* owned; names[i] of class i, "" where a file leaves one out */
    size_t count;
};

/* Reads a text file (line N, counted from 0, names class N) or a JSON file with "id2label": {"0": "cat", ...}.
 * Errors: LRP_FILE naming the path. */
enum lrp_status lrp_labels_read(const char *path, struct lrp_labels *out, struct lrp_error *err);
/* Gives the names back; fine on {0}. */
void lrp_labels_free(struct lrp_labels *labels);

#endif
