/* virelay.h: heatmaps of a batch as a project of ViRelAy (Anders et al. 2021), which shows them by clusters. */
#ifndef LRP_DATA_VIRELAY_H
#define LRP_DATA_VIRELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lrpscope/error.h"
#include "lrpscope/shape.h"

struct lrp_spray;

/* All borrowed, until the next sample is asked for. */
struct lrp_virelay_sample {
    const float *pixels; /* 0..255 for pictures */
    const float *relevance;
    struct lrp_shape shape; /* of either: (channels, height, width) or (height, width, channels) */
    const float *output;    /* of the model: a number a class */
    size_t classes;
    size_t label;   /* its class */
    bool explained; /* that is what relevance explains, and no prediction of the model's */
};

struct lrp_virelay {
    const char *model, *method; /* names to be shown */
    size_t samples;
    enum lrp_status (*sample)(void *data, size_t index, struct lrp_virelay_sample *out, struct lrp_error *err);
    const char *(*label)(void *data, size_t class_index); /* "" past the last one that has one */
    void *data;
    const struct lrp_spray *spray; /* clusters */
    const size_t *clustered;       /* which samples those are of */
};
/* Files of a project. Owned by the caller; NULL: not enough memory. In a folder `prefix`, or one that ends in a slash, they are
 * called project.yaml, dataset.h5 ...; else PREFIX-project.yaml, PREFIX-dataset.h5 ... */
enum lrp_virelay_file {
    LRP_VIRELAY_PROJECT,
    LRP_VIRELAY_LABELS,
    LRP_VIRELAY_DATASET,
    LRP_VIRELAY_ATTRIBUTION,
    LRP_VIRELAY_ANALYSIS,
    LRP_VIRELAY_FILES
};
char *lrp_virelay_path(const char *prefix, enum lrp_virelay_file file);
/* Whether projects can be written at all. Errors: LRP_UNSUPPORTED naming why not. */
enum lrp_status lrp_virelay_ready(struct lrp_error *err);
/* Writes them all; samples are asked for one after the other. Arrays as ViRelAy 0.6 reads them: /data, /label (uint16: anything
 * else is taken for something else); /attribution, /prediction, /label, /index; /all/index, /all/embedding/spectral,
 * /all/cluster/kmeans-0K. Errors: LRP_UNSUPPORTED for what is no picture, or more than 65536 classes; LRP_FILE; those of
 * `sample`. */
enum lrp_status lrp_virelay_write(const struct lrp_virelay *project, const char *prefix, struct lrp_error *err);

#endif
