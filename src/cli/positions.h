/* positions.h: what a model says at every position of a text: how likely its token was, and what follows. */
#ifndef LRP_CLI_POSITIONS_H
#define LRP_CLI_POSITIONS_H

#include "job.h"
#include "json_output.h"
#include "scores.h"
#include "token_map.h"

/* An output (samples, positions, classes) beside the tokens of one sample. Everything is borrowed. */
struct lrp_positions {
    const struct lrp_snapshot *now;
    const struct lrp_tokenizer *tokenizer; /* NULL: none is known */
    const struct lrp_token_map *tokens;
    const float *values; /* of this sample */
    size_t count, classes;
    size_t skipped;  /* tokens in front that the output has no position for: a head for the last token only */
    bool vocabulary; /* classes are tokens: what a position says is of the token behind it */
};
/* False if the output has no position for every token (or for the last one), or holds no floats. */
bool lrp_positions_of(const struct lrp_cli_job *job, const struct lrp_snapshot *now, const struct lrp_tensor *output,
                      const struct lrp_token_map *tokens, size_t sample, struct lrp_positions *out);
/* How a class reads: its token or label, else its number; owned by the caller, NULL when out of memory. */
char *lrp_positions_reading(const struct lrp_positions *positions, size_t class_index);
/* A row a position: token, its probability and rank by what goes before it, entropy of what follows, and the `top` strongest.
 * Errors: LRP_MEMORY. */
enum lrp_status lrp_positions_print(const struct lrp_positions *positions, size_t top, struct lrp_error *err);
/* "positions": [{text, id, probability, rank, entropy, top: [{index, label, value, probability}]}]; null where nothing is
 * known. */
enum lrp_status lrp_positions_put(const struct lrp_positions *positions, size_t top, struct lrp_document *document,
                                  cJSON *sample, struct lrp_error *err);

#endif
