/* decoder.h: what an encoder-decoder has written before the token that is explained. */
#ifndef LRP_CLI_DECODER_H
#define LRP_CLI_DECODER_H

#include "sequences.h"

/* Ids for `input`, the decoder of a sequence (NULL: there is none): the token that texts start with (decoder_start_token_id of
 * the config.json beside the model), and --decoder-text behind it. Nothing where the model has no decoder, or --input gives its
 * ids. Errors: LRP_USAGE where nothing says what texts start with; LRP_FILE. */
enum lrp_status lrp_cli_decoder_start(const struct lrp_arguments *arguments, const struct lrp_session *session,
                                      const char *input, const struct lrp_tokenizer *tokenizer,
                                      struct lrp_cli_sequence *sequence, struct lrp_error *err);
/* Encodes a text without what a template puts round it; offsets count from its own start. Errors: those of tokenizers. */
enum lrp_status lrp_cli_encode_bare(const struct lrp_tokenizer *tokenizer, const char *text, struct lrp_encoding *out,
                                    struct lrp_error *err);

#endif
