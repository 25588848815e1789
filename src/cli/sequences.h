/* sequences.h: texts, or ids, as inputs of a model: what --text, --text-pair, --text-file and --tokens give it. */
#ifndef LRP_CLI_SEQUENCES_H
#define LRP_CLI_SEQUENCES_H

#include "lrpscope/session.h"
#include "texts.h"

struct lrp_arguments;

/* One sample. */
struct lrp_cli_sequence {
    char *name;                   /* "text", "tokens", or FILE:LINE; owned */
    const char *text, *pair;      /* borrowed; NULL: there are only ids */
    struct lrp_encoding encoding; /* of a text */
    int64_t *ids, *types;         /* owned */
    size_t count;
    /* What an encoder-decoder has written so far. */
    const char *decoder_text;             /* borrowed; NULL: nothing but the token that texts start with */
    struct lrp_encoding decoder_encoding; /* of it, without what a template puts round it */
    int64_t *decoder_ids;                 /* owned; NULL: the model has no decoder of its own, or its ids are given as a file */
    size_t decoder_count;
    int64_t pad; /* what fills a sequence up to a length that the model fixes */
};
struct lrp_cli_sequences {
    struct lrp_cli_texts texts;
    struct lrp_cli_sequence *items; /* owned; one for each line of a file */
    size_t count;
    bool from_file;
    struct lrp_tokenizer *tokenizer; /* owned; NULL: none was needed, or ids alone were given and none is there */
};
/* Reads and encodes them; none given: count 0. `session`: of the model; it is told of the tokenizer. Without a text a tokenizer
 * only names tokens: then it may be missing. Errors: LRP_USAGE if INPUTs are given too, or the model takes no tokens; those of
 * tokenizers and files. */
enum lrp_status lrp_cli_sequences_read(const struct lrp_arguments *arguments, struct lrp_session *session,
                                       struct lrp_cli_sequences *out, struct lrp_error *err);
void lrp_cli_sequences_free(struct lrp_cli_sequences *sequences);
/* Makes one the session's input: ids for the input that takes tokens, which of two texts each belongs to, and what the decoder
 * has written. Where the model fixes a length, what is missing is padding, which the mask keeps out. Errors: LRP_USAGE for a
 * longer text. */
enum lrp_status lrp_cli_sequence_set(const struct lrp_cli_sequence *sequence, struct lrp_session *session,
                                     struct lrp_error *err);
/* The input that takes what an encoder-decoder has written so far; NULL: the model has none. Borrowed, static. */
const char *lrp_cli_decoder_input(const struct lrp_session *session);

#endif
