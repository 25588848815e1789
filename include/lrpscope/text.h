/* text.h: tokenizers: from a text to the ids a model takes, and back to where each token stands in the text. */
#ifndef LRPSCOPE_TEXT_H
#define LRPSCOPE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lrpscope/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A tokenizer: immutable once open, usable from several threads at once. */
struct lrp_tokenizer;

/* One token of an encoded text. */
struct lrp_token {
    int64_t id;        /* what the model gets for it */
    const char *token; /* as it stands in the vocabulary, UTF-8; borrowed from the tokenizer */
    size_t start, end; /* place in its text, in code points; 0, 0 for a token that a template puts in */
    int type;          /* 0; 1 where the template says so (BERT's second text) */
    bool second;       /* of the second text of a pair */
    bool special;      /* put in by a template, not read from the text */
};
/* What a text, or a pair of them, becomes. Owned by whoever asked; given back with lrp_encoding_free. */
struct lrp_encoding {
    struct lrp_token *items; /* in the order the model gets them; owned */
    size_t count;            /* of items */
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

#ifdef __cplusplus
}
#endif

#endif
