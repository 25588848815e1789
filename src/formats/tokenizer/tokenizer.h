/* tokenizer.h: what a tokenizer consists of: steps that change a text, steps that cut it into words, a model that makes tokens
 * of a word, steps that put special tokens round them. Each kind of step is a row of a table with the function that reads it.
 */
#ifndef LRP_FORMATS_TOKENIZER_H
#define LRP_FORMATS_TOKENIZER_H

#include <cjson/cJSON.h>

#include "arena.h"
#include "chars.h"
#include "lrpscope/text.h"
#include "names.h"
#include "string_list.h"

/* ---- steps before the model ---- */

struct lrp_token_step;
/* Changes a text: appends what becomes of `in` to `out`. */
typedef void lrp_normalize_function(const struct lrp_token_step *step, const struct lrp_chars *in, struct lrp_chars *out);
/* Cuts a word: appends its parts to `out`. `first`: the word begins the text. */
typedef void lrp_split_function(const struct lrp_token_step *step, const struct lrp_char *word, size_t count, bool first,
                                struct lrp_char_words *out);
/* Length of what a pattern matches at place `at` of a word; 0: nothing. */
typedef size_t lrp_match_function(const struct lrp_token_step *step, const struct lrp_char *word, size_t count, size_t at);

enum lrp_split_behavior { /* what happens to what a pattern matches */
                          LRP_SPLIT_REMOVED,
                          LRP_SPLIT_ISOLATED,
                          LRP_SPLIT_WITH_PREVIOUS,
                          LRP_SPLIT_WITH_NEXT,
                          LRP_SPLIT_CONTIGUOUS
};
struct lrp_token_step {
    lrp_normalize_function *normalize; /* one of the two is set */
    lrp_split_function *split;
    lrp_match_function *match;
    enum lrp_split_behavior behavior;
    bool invert;                        /* what the pattern does not match is what counts */
    bool clean, cjk, lower;             /* BertNormalizer */
    bool strip;                         /* BertNormalizer: accents */
    bool prefix, prefix_first;          /* ByteLevel, Metaspace: a blank in front, of every word or of the first alone */
    bool cut;                           /* ByteLevel: by GPT-2's pattern; Metaspace: before every sign; Digits: one by one */
    bool left, right;                   /* Strip */
    size_t length;                      /* FixedLength: of a word */
    int composed, compatible;           /* NFC, NFD, NFKC, NFKD */
    struct lrp_char *pattern, *content; /* Replace, Prepend, Split by a string; in the arena */
    size_t pattern_count, content_count;
    const void *charsmap; /* Precompiled: struct lrp_charsmap */
    int32_t sign;         /* Metaspace */
};
struct lrp_token_steps {
    struct lrp_token_step *items; /* in the arena */
    size_t count, capacity;
};

/* ---- the model ---- */

/* What the model makes of words, with the special tokens that come later. */
struct lrp_tokens {
    struct lrp_token *items;   /* owned */
    struct lrp_strings *texts; /* of tokens that read as the text does; borrowed */
    size_t count, capacity;
    bool failed;
};
void lrp_tokens_push(struct lrp_tokens *tokens, struct lrp_token token);
/* A token that reads as the text does, not as the vocabulary has it. */
void lrp_tokens_push_text(struct lrp_tokens *tokens, struct lrp_token token, const char *text, size_t length);

struct lrp_token_model;
/* Appends the tokens of one word. */
typedef void lrp_model_function(const struct lrp_tokenizer *tokenizer, const struct lrp_char *word, size_t count,
                                struct lrp_tokens *out);
struct lrp_merge {
    int32_t left, right; /* ids; left -1: an empty place */
    int32_t rank, joined;
};
struct lrp_token_model {
    lrp_model_function *encode;
    int64_t unknown;                               /* id, or -1 */
    char *prefix, *suffix;                         /* of continuations, of the ends of words; in the arena; "" */
    int64_t longest;                               /* WordPiece: code points of a word */
    bool fuse_unknown, byte_fallback, whole_first; /* whole_first: ignore_merges */
    struct lrp_merge *merges;                      /* BPE: a hash table; in the arena */
    size_t merge_mask;
    const double *scores; /* Unigram: by id; in the arena */
    double worst;
    size_t longest_token; /* bytes */
    int64_t bytes[256];   /* ids of <0x00> ... <0xFF>, or -1 */
};

/* ---- steps behind the model ---- */

/* A place of a template: a special token, or a whole text. */
struct lrp_template_part {
    int64_t id; /* -1: the text */
    bool second;
    int type;
};
struct lrp_template {
    struct lrp_template_part *parts; /* in the arena */
    size_t count;
};

struct lrp_added_token {
    const char *content; /* in the arena */
    struct lrp_char *chars;
    size_t count;
    int64_t id;
    bool single_word, lstrip, rstrip, normalized;
};

/* Which of two texts loses tokens where there are too many. */
enum lrp_cut { LRP_CUT_LONGEST, LRP_CUT_FIRST, LRP_CUT_SECOND };

struct lrp_tokenizer {
    struct lrp_arena *arena;
    char *path;
    char **by_id; /* in the arena; NULL where there is none */
    size_t ids;
    struct lrp_names vocabulary; /* owned */
    struct lrp_token_steps normalizers, splitters;
    struct lrp_token_model model;
    struct lrp_added_token *added;
    size_t added_count;
    struct lrp_template single, pair;
    bool trim_offsets, trim_prefix;
    bool byte_level; /* tokens are bytes written as letters */
    int32_t blank;   /* sign that stands for a blank in tokens, 0: none */
    size_t most;     /* tokens after which a text is cut off; 0: never */
    enum lrp_cut cut;
    bool cut_left; /* it loses its first tokens, not its last */
};

/* An object of the file as step(s): Sequence is followed. Errors: LRP_UNSUPPORTED naming the type, LRP_FILE. */
enum lrp_status lrp_normalizers_read(struct lrp_tokenizer *tokenizer, const cJSON *object, struct lrp_error *err);
enum lrp_status lrp_splitters_read(struct lrp_tokenizer *tokenizer, const cJSON *object, struct lrp_error *err);
enum lrp_status lrp_token_model_read(struct lrp_tokenizer *tokenizer, const cJSON *object, struct lrp_error *err);
enum lrp_status lrp_templates_read(struct lrp_tokenizer *tokenizer, const cJSON *object, struct lrp_error *err);

/* Used by the readers: a step appended, zeroed; NULL when out of memory. */
struct lrp_token_step *lrp_token_step_add(struct lrp_tokenizer *tokenizer, struct lrp_token_steps *steps);
/* A string as code points in the arena. */
enum lrp_status lrp_token_chars(struct lrp_tokenizer *tokenizer, const char *text, struct lrp_char **out, size_t *count,
                                struct lrp_error *err);
/* Puts a token into the vocabulary. Errors: LRP_MEMORY, LRP_FILE for an id that is none. */
enum lrp_status lrp_token_define(struct lrp_tokenizer *tokenizer, const char *text, int64_t id, struct lrp_error *err);
/* The id of a token, -1 if there is none. */
int64_t lrp_token_find(const struct lrp_tokenizer *tokenizer, const char *text);

/* The known splitting patterns; NULL: this one is not known. */
lrp_match_function *lrp_pattern_find(const char *regex);
lrp_match_function lrp_match_gpt2, lrp_match_string, lrp_match_blank_run;

/* Byte -> the letter that stands for it in byte-level vocabularies, and back (-1: none). */
int32_t lrp_byte_letter(unsigned char byte);
int lrp_letter_byte(int32_t letter);

/* scripts.c: cuts where the script changes. */
lrp_split_function lrp_split_scripts;

/* normalizer_unicode.c */
lrp_normalize_function lrp_normalize_form, lrp_normalize_lower, lrp_normalize_strip_accents;
/* charsmap.c: SentencePiece's precompiled normalisation; NULL when the text is none (err says why). */
const void *lrp_charsmap_read(struct lrp_tokenizer *tokenizer, const char *base64, struct lrp_error *err);
lrp_normalize_function lrp_normalize_charsmap;

/* model_*.c */
lrp_model_function lrp_wordpiece_encode, lrp_wordlevel_encode, lrp_bpe_encode, lrp_unigram_encode;
enum lrp_status lrp_merges_build(struct lrp_tokenizer *tokenizer, size_t count, struct lrp_error *err);
enum lrp_status lrp_merges_add(struct lrp_tokenizer *tokenizer, const char *left, size_t left_length, const char *right,
                               int32_t rank, struct lrp_error *err);

/* tokenizer_files.c: the forms a tokenizer comes in. */
enum lrp_status lrp_tokenizer_read_json(struct lrp_tokenizer *tokenizer, const char *path, struct lrp_error *err);
enum lrp_status lrp_tokenizer_read_vocab(struct lrp_tokenizer *tokenizer, const char *path, struct lrp_error *err);
enum lrp_status lrp_tokenizer_read_merges(struct lrp_tokenizer *tokenizer, const char *path, struct lrp_error *err);

#endif
