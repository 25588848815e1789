/* steps.h: a text that goes on, token by token: what each new token was explained by (--continue, --generate). */
#ifndef LRP_CLI_STEPS_H
#define LRP_CLI_STEPS_H

#include "job.h"
#include "json_output.h"
#include "token_map.h"

struct lrp_step {
    int64_t id;
    char *text; /* how it reads; owned */
    double logit, probability, entropy;
    float *relevance; /* of every token before it (an encoder's first, then the decoder's); owned */
    size_t count;     /* of relevance */
};
struct lrp_steps {
    struct lrp_step *items; /* owned */
    size_t count;
    struct lrp_token_map map;       /* of all tokens before the last: what they did for all new ones together */
    const struct lrp_snapshot *now; /* of the last step; owned */
};
/* Whether the command line asks for steps. */
bool lrp_steps_asked(const struct lrp_arguments *arguments);
/* Runs a round step by step, each as a pass of its own over what stands before its token, so that a step equals a run on that
 * prefix. The round's sequence grows by the new tokens. Errors: LRP_USAGE where there is no text to go on with, no output that
 * has a class for every token, or a target is given; those of runs. To be freed in any case. */
enum lrp_status lrp_steps_make(struct lrp_cli_job *job, size_t round, struct lrp_steps *out, struct lrp_error *err);
void lrp_steps_free(struct lrp_steps *steps);

/* A row a step, and then the text with what its tokens did for all of them. */
enum lrp_status lrp_steps_print(const struct lrp_steps *steps, const struct lrp_arguments *arguments, struct lrp_error *err);
/* "steps": [{token, id, logit, probability, entropy, relevance[]}] and "tokens" of a sample. */
void lrp_steps_put(const struct lrp_steps *steps, struct lrp_document *document, cJSON *sample);
/* Rows new tokens, columns all before them, 0 where a column was not there yet. Owned by the caller. Errors: LRP_MEMORY. */
enum lrp_status lrp_steps_tensor(const struct lrp_steps *steps, struct lrp_tensor **out, struct lrp_error *err);
/* The same as a picture. */
enum lrp_status lrp_steps_write_heatmap(const struct lrp_steps *steps, const char *path, struct lrp_error *err);

#endif
