/* concepts.h: what the command concepts works with: layers, channels that are listed, where their heatmaps go. */
#ifndef LRP_CLI_CONCEPTS_H
#define LRP_CLI_CONCEPTS_H

#include "concept_index.h"
#include "job.h"
#include "json_output.h"
#include "samples.h"

struct concepts {
    struct lrp_cli_job job;
    const struct lrp_arguments *arguments;
    const struct lrp_snapshot *opened; /* before anything is computed */
    int *layers;                       /* of --at, in its order; owned */
    size_t layer_count;
    int64_t *chosen; /* of --channels; owned; NULL: all count */
    size_t chosen_count;
    struct lrp_document document; /* with --json */
    cJSON *samples;
    struct lrp_concept_index *indices; /* with --index: one for each layer; owned */
    size_t known;                      /* samples that the index has already */
    size_t number;                     /* samples seen */
    struct concept_sheet *sheet;       /* with --sheet; owned */
};
/* Channels of a layer in a sample that are listed, the strongest first. */
struct listing {
    int layer;
    struct lrp_channel_summary *rows, *activations;
    size_t count;          /* of rows that are listed */
    size_t all;            /* channels there are */
    double sizes;          /* of all their relevances */
    struct lrp_stack maps; /* a heatmap for each */
};
bool lrp_concepts_by_activation(const struct concepts *concepts);
const char *lrp_concepts_layer(const struct concepts *concepts, int layer); /* its name */

/* The channels of a sample that --by, --top and --channels ask for. Free the listing whatever comes of it. */
enum lrp_status lrp_concepts_list(const struct concepts *concepts, const struct lrp_snapshot *now, size_t sample,
                                  struct listing *listing, struct lrp_error *err);
void lrp_listing_free(struct listing *listing);
/* What stands in a table or in JSON of them: of all listings of a sample. */
void lrp_concepts_put(struct concepts *concepts, const char *name, const struct lrp_target *target,
                      const struct listing *listings);
enum lrp_status lrp_concepts_print(const struct concepts *concepts, const char *name, const struct lrp_target *target,
                                   const struct listing *listing, struct lrp_error *err);

/* The session under conditions, "LAYER=CHANNELS" a line each; NULL: none. */
enum lrp_status lrp_concepts_condition(struct concepts *concepts, const char *conditions, struct lrp_error *err);
/* Refuses files that are read. */
enum lrp_status lrp_concepts_guard(const struct concepts *concepts, const char *option, const char *path,
                                   struct lrp_error *err);
/* A heatmap for each listed channel: kept, and written as --heatmap and --output-dir ask for. */
enum lrp_status lrp_concepts_map(struct concepts *concepts, size_t round, int64_t pass, size_t sample, struct listing *listing,
                                 struct lrp_error *err);
/* --relevance: the heatmaps as one array. */
enum lrp_status lrp_concepts_write_maps(const struct concepts *concepts, const struct listing *listing, struct lrp_error *err);

/* --graph: the strongest channels of the layer, then for each those of the nearest layers below, as wide as --width says.
 * *out: as DOT or JSON, by the file's name. Errors: LRP_USAGE for a wrong width. */
enum lrp_status lrp_concepts_graph(struct concepts *concepts, size_t round, int64_t pass, const struct lrp_snapshot *now,
                                   size_t sample, struct lrp_error *err);

/* --index: its files. */
enum lrp_status lrp_concepts_begin_index(struct concepts *concepts, struct lrp_error *err);
enum lrp_status lrp_concepts_write_index(struct concepts *concepts, struct lrp_error *err);

/* --sheet: heatmaps of the samples that the index names for the listed channels, gathered, then written. */
enum lrp_status lrp_concepts_gather(struct concepts *concepts, const struct listing *listing, struct lrp_error *err);
enum lrp_status lrp_concepts_write_sheet(struct concepts *concepts, struct lrp_error *err);
void lrp_concept_sheet_free(struct concept_sheet *sheet);

#endif
