/* text.h: tokenizers: from a text to the ids a model takes, and back to where each token stands in the text. Texts as inputs of
 * a session, and what came of them: the relevance of every token, of tokens layer by layer, of heads; attention's matrices; the
 * patches of a picture.
 *
 *     struct lrp_sequence text;
 *     lrp_sequence_encode(tokenizer, "a good film", NULL, &text, &err);
 *     lrp_session_set_sequence(session, &text, &err);
 *     lrp_session_run(session, LRP_WANT_RELEVANCE, &err);
 *     ... a snapshot of it ...
 *     struct lrp_token_map map;
 *     lrp_snapshot_tokens(now, 0, &map, &err);
 *     ... map.rows[i].relevance is that of the token map.rows[i].text ...
 *     lrp_token_map_free(&map);
 *     lrp_sequence_free(&text);
 */
#ifndef LRPSCOPE_TEXT_H
#define LRPSCOPE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lrpscope/error.h"
#include "lrpscope/heatmap.h"
#include "lrpscope/session.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* A tokenizer: immutable once open, usable from several threads at once. */
struct lrp_tokenizer;

/* One token of an encoded text. */
struct lrp_token {
    int64_t id;        /* what the model gets for it */
    const char *token; /* as it stands in the vocabulary, or in the text where that is known to Unigram alone as unknown, or an
                        * added token took blanks with it; UTF-8; borrowed from the tokenizer or the encoding */
    size_t start, end; /* place in its text, in code points; 0, 0 for a token that a template puts in */
    int type;          /* 0; 1 where the template says so (BERT's second text) */
    bool second;       /* of the second text of a pair */
    bool special;      /* put in by a template, not read from the text */
};
/* What a text, or a pair of them, becomes. Owned by whoever asked; given back with lrp_encoding_free. */
struct lrp_encoding {
    struct lrp_token *items; /* in the order the model gets them; owned */
    size_t count;            /* of items */
    char **texts;            /* of tokens that read as the text does; owned */
    size_t text_count;       /* of texts */
};

/* Opens a tokenizer: tokenizer.json (Hugging Face's), vocab.txt (BERT's), vocab.json with merges.txt beside it (GPT-2's), or a
 * folder that holds one of them, looked for in this order. *out is the caller's. Errors: LRP_FILE naming the file;
 * LRP_UNSUPPORTED naming the part of the pipeline (a normalizer, a pattern, a model) that is not known: no part is ever
 * guessed. */
enum lrp_status lrp_tokenizer_open(const char *path, struct lrp_tokenizer **out, struct lrp_error *err);
void lrp_tokenizer_close(struct lrp_tokenizer *tokenizer);
/* The file it was read from; borrowed. */
const char *lrp_tokenizer_path(const struct lrp_tokenizer *tokenizer);

/* Encodes a text (UTF-8, in which the bytes C0 80 stand for U+0000; bytes that are none count as U+FFFD), and a second one
 * behind it (NULL: none), with the special tokens that the tokenizer's template puts round them; cut off where the file says so
 * (`truncation`), never padded. On success *out is the caller's. Errors: LRP_MEMORY; LRP_UNSUPPORTED for texts beyond 16 MiB.
 */
enum lrp_status lrp_tokenizer_encode(const struct lrp_tokenizer *tokenizer, const char *text, const char *pair,
                                     struct lrp_encoding *out, struct lrp_error *err);
/* Gives the tokens back; fine on {0}. */
void lrp_encoding_free(struct lrp_encoding *encoding);

/* A token as it stands in the vocabulary ("##ing"); NULL: there is no token of this id. Borrowed. */
const char *lrp_tokenizer_token(const struct lrp_tokenizer *tokenizer, int64_t id);
/* The id of a token as it stands in the vocabulary, or of one that reads like `text` when it begins a word; -1: there is none.
 */
int64_t lrp_tokenizer_id(const struct lrp_tokenizer *tokenizer, const char *text);
/* How a token reads: without marks of the vocabulary (## of continuations, bytes written as letters, a sign for the blank).
 * Bytes that are no whole character read as U+FFFD. Owned by the caller (free); NULL: no such token, or out of memory. */
char *lrp_tokenizer_read(const struct lrp_tokenizer *tokenizer, int64_t id);

/* ---- texts as inputs of a session ---- */

/* A text, or ids alone, as a model is given them: one sample. */
struct lrp_sequence {
    char *name;                   /* what it is shown as: "text", "tokens", FILE:LINE; owned */
    const char *text, *pair;      /* borrowed; NULL: there are only ids */
    struct lrp_encoding encoding; /* of the text */
    int64_t *ids, *types;         /* what the model gets; owned */
    size_t count;                 /* of ids and types */
    const char *decoder_text;     /* what an encoder-decoder has written so far; borrowed; NULL: nothing but its start */
    struct lrp_encoding decoder_encoding; /* of it, without what a template puts round it */
    int64_t *decoder_ids; /* owned; NULL: the model has no decoder of its own, or its ids are given as an array */
    size_t decoder_count; /* of decoder_ids */
    int64_t pad;          /* what fills a sequence up to a length that the model fixes */
};
/* A text that goes in as it is, for a model with an input of texts (both are borrowed but the name). To be freed in any case.
 */
enum lrp_status lrp_sequence_whole(const char *name, const char *text, struct lrp_sequence *out, struct lrp_error *err);
/* Encodes a text (both borrowed by the sequence) and a second one, NULL: none. `name` is copied. Errors: LRP_USAGE for a text
 * without tokens; those of tokenizers. To be freed in any case. */
enum lrp_status lrp_sequence_encode(const struct lrp_tokenizer *tokenizer, const char *name, const char *text, const char *pair,
                                    struct lrp_sequence *out, struct lrp_error *err);
/* Ids as they are typed, with blanks or commas between them: "101 7592 102". Errors: LRP_USAGE. To be freed in any case. */
enum lrp_status lrp_sequence_read_ids(const char *ids, struct lrp_sequence *out, struct lrp_error *err);
void lrp_sequence_free(struct lrp_sequence *sequence);
/* What a tokenizer calls its padding; 0 where it names none, or is NULL. */
int64_t lrp_tokenizer_padding(const struct lrp_tokenizer *tokenizer);
/* Encodes a text without what a template puts round it; offsets count from its own start. Errors: those of tokenizers. */
enum lrp_status lrp_tokenizer_encode_bare(const struct lrp_tokenizer *tokenizer, const char *text, struct lrp_encoding *out,
                                          struct lrp_error *err);
/* Whether a folder holds files that a tokenizer is made of. */
bool lrp_tokenizer_is_in(const char *folder);
/* Opens the tokenizer in the folder of a model, or in the one above (onnx/model.onnx). Errors: LRP_FILE if none lies there;
 * those of lrp_tokenizer_open. */
enum lrp_status lrp_tokenizer_open_beside(const char *model, struct lrp_tokenizer **out, struct lrp_error *err);

/* The input that takes what an encoder-decoder has written so far, "decoder_input_ids"; NULL: the model has none beside the one
 * that takes tokens. Borrowed, static. */
const char *lrp_session_decoder_input(const struct lrp_session *session);
/* Where a model has a decoder of its own: the token that texts start with (decoder_start_token_id of the config.json beside the
 * model), and `text` (borrowed; NULL: nothing) behind it. Errors: LRP_USAGE where nothing says what texts start with; LRP_FILE.
 */
enum lrp_status lrp_session_start_decoder(const struct lrp_session *session, const struct lrp_tokenizer *tokenizer,
                                          const char *text, struct lrp_sequence *sequence, struct lrp_error *err);
/* The first input of the model that takes texts as they are, as models that take them apart themselves have one; NULL: none
 * does. */
const char *lrp_session_text_input(const struct lrp_session *session);
/* Makes a sequence the session's input (of a model with an input of texts and none of tokens, the text as it is): ids for the
 * input that takes tokens, which of two texts each belongs to, and what the decoder has written. Where the model fixes a
 * length, what is missing is padding, which the mask keeps out. The session keeps what it needs to know of the text until it
 * gets another input. Errors: LRP_USAGE for a longer text, or where the model takes no tokens. */
enum lrp_status lrp_session_set_sequence(struct lrp_session *session, const struct lrp_sequence *sequence,
                                         struct lrp_error *err);

/* ---- tokens ---- */

/* One token, or a unit of several. */
struct lrp_token_row {
    char *text;         /* how it reads; "" where nobody knows; owned */
    int64_t id;         /* of the token */
    size_t start, end;  /* place in its text, in code points; 0, 0 where there is none */
    size_t first, last; /* of a unit: its tokens */
    bool special;       /* put in by the tokenizer's template */
    bool second;        /* of the second text of a pair */
    bool joined;        /* it goes on with what the token before it began: no blank between them */
    bool apart;         /* not in the colour scale */
    float relevance;    /* summed over its features */
};
/* The tokens of one sample. */
struct lrp_token_map {
    struct lrp_token_row *rows, *groups; /* owned; groups: units, NULL without */
    size_t count, group_count;           /* of rows, of groups */
    float most;                          /* largest |relevance| of those in the scale: the ends of the colours */
    struct lrp_token_map *decoder;       /* of what an encoder-decoder has written so far; owned; NULL: it is none */
    char *note;                          /* "first token 83 %, not in scale"; "" without; owned */
    struct lrp_heatmap_options options;  /* how they are drawn */
};
/* The tokens that a sample of a snapshot was given, with their relevance where a pass has left some; count 0 if the model takes
 * no tokens. The scale is that of "auto". Errors: LRP_MEMORY. To be freed in any case. */
enum lrp_status lrp_snapshot_tokens(const struct lrp_snapshot *snapshot, int64_t sample, struct lrp_token_map *out,
                                    struct lrp_error *err);
/* Says which tokens the colours are made for, after relevances have changed: "auto" leaves out a first or special token beyond
 * five times the next largest (causal models put most of their relevance there: the others would have no colour beside it),
 * "text" all of them, "all" none. Errors: LRP_MEMORY. */
enum lrp_status lrp_token_map_scale(struct lrp_token_map *map, const char *which, struct lrp_error *err);
/* What is shown of a map: its units, or its tokens. Borrowed. */
const struct lrp_token_row *lrp_token_map_shown(const struct lrp_token_map *map, size_t *count);
void lrp_token_map_free(struct lrp_token_map *map);

/* ---- layer by layer ---- */

/* How a layer's relevance is told apart. */
enum lrp_breakdown_kind {
    LRP_BREAKDOWN_TOKENS, /* the sum over features of every layer whose output has a row for every token */
    LRP_BREAKDOWN_HEADS   /* the sum over a head's part of every product of attention's weights with its values; heads that
                             share values have their own */
};
/* A row a layer. */
struct lrp_breakdown {
    char **names;         /* of the columns: tokens, or heads; owned */
    int *layers;          /* of the rows; owned */
    float *values;        /* rows x columns, blank where a layer has fewer heads; owned */
    size_t rows, columns; /* how many */
};
/* Of a sample. `tokens`: its map, for the names of columns; NULL for heads. Errors: LRP_UNSUPPORTED where there is nothing to
 * be told apart. To be freed in any case. */
enum lrp_status lrp_snapshot_breakdown(const struct lrp_snapshot *snapshot, enum lrp_breakdown_kind kind,
                                       const struct lrp_token_map *tokens, int64_t sample, struct lrp_breakdown *out,
                                       struct lrp_error *err);
void lrp_breakdown_free(struct lrp_breakdown *breakdown);
/* The relevance, or activation, of every token at a layer whose output has a row for each: summed over its features. *out is
 * the caller's (free), *count how many there are. Errors: LRP_UNSUPPORTED for other layers. */
enum lrp_status lrp_snapshot_token_sums(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, int64_t sample,
                                        float **out, size_t *count, struct lrp_error *err);

/* ---- what is said between ---- */

/* A state of the residual stream, and the explained output that the model's final norm and head make of it. */
struct lrp_lens_row {
    const char *layer;               /* behind which it stands; borrowed from the session */
    const struct lrp_tensor *output; /* a reference */
};
/* The first row is what goes into the first block, the last one is the output itself. */
struct lrp_lens {
    struct lrp_lens_row *rows; /* owned */
    size_t count;              /* of rows */
};
/* Of the pass that the session has run. Errors: LRP_UNSUPPORTED naming what is in the way of a residual stream; LRP_USAGE
 * before a pass; LRP_MEMORY. To be freed in any case. */
enum lrp_status lrp_session_lens(struct lrp_session *session, struct lrp_lens *out, struct lrp_error *err);
void lrp_lens_free(struct lrp_lens *lens);

/* ---- attention ---- */

/* Whether a softmax of attention looks from what a decoder has written at the text: its keys are of the other one. */
bool lrp_snapshot_attends_across(const struct lrp_snapshot *snapshot, int softmax);
/* The matrix of a softmax of attention as a plane, a row a query, a column a key: its weights (LRP_SHOW_ACTIVATION) or their
 * relevance. `head` from 0; -1: all heads, the weights' mean, the relevance's sum. *heads (may be NULL) becomes how many there
 * are. *out is the caller's: lrp_plane_free. Errors: LRP_UNSUPPORTED for other layers, or where nothing is computed. */
enum lrp_status lrp_snapshot_attention(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, int64_t sample,
                                       int64_t head, struct lrp_plane *out, int64_t *heads, struct lrp_error *err);

/* ---- patches ---- */

/* Relevance, or activation, summed over features, as a picture of the grid of its patches (lrp_snapshot); that of the tokens in
 * front goes to apart (room for `in_front`). *out is the caller's: lrp_plane_free. Errors: LRP_UNSUPPORTED for other layers. */
enum lrp_status lrp_snapshot_patches(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, int64_t sample,
                                     struct lrp_plane *out, float *apart, struct lrp_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
