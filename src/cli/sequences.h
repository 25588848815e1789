/* sequences.h: texts, or ids, as inputs of a model: what --text, --text-pair, --text-file and --tokens give it. */
#ifndef LRP_CLI_SEQUENCES_H
#define LRP_CLI_SEQUENCES_H

#include "lrpscope/session.h"
#include "texts.h"

struct lrp_arguments;

struct lrp_cli_sequences {
    struct lrp_cli_texts texts;
    struct lrp_sequence *items; /* owned; one for each line of a file */
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

#endif
