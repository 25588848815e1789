/* chars.h: a text as code points, each of which knows where in the original text it comes from. */
#ifndef LRP_FORMATS_CHARS_H
#define LRP_FORMATS_CHARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lrp_char {
    int32_t code;
    uint32_t start, end; /* in code points of the original text; one that was put in has those of its neighbour */
};
/* Of a text, and of what steps make of it: a tokenizer can make any number of a few. */
enum { LRP_MOST_CHARS = 1 << 22 };
/* {0} is an empty one; after a failed allocation, or with more than LRP_MOST_CHARS, `failed` is set and further calls do
 * nothing. */
struct lrp_chars {
    struct lrp_char *items; /* owned */
    size_t count, capacity;
    bool failed;
};
void lrp_chars_push(struct lrp_chars *chars, int32_t code, uint32_t start, uint32_t end);
void lrp_chars_append(struct lrp_chars *chars, const struct lrp_char *items, size_t count);
/* Decodes UTF-8, in which C0 80 stands for U+0000; what is none counts as U+FFFD, byte by byte. */
void lrp_chars_decode(struct lrp_chars *chars, const char *text);
void lrp_chars_free(struct lrp_chars *chars);

/* A text cut into words; word i is chars [i ? ends[i-1] : 0, ends[i]). */
struct lrp_char_words {
    struct lrp_chars chars;
    size_t *ends; /* owned */
    size_t count, capacity;
    bool failed;
};
/* Appends a word; an empty one is left out. */
void lrp_words_push(struct lrp_char_words *words, const struct lrp_char *items, size_t count);
/* The i-th word, borrowed until the next push. */
const struct lrp_char *lrp_words_at(const struct lrp_char_words *words, size_t index, size_t *count);
void lrp_words_free(struct lrp_char_words *words);

/* Writes a code point as UTF-8 (1 to 4 bytes, not terminated) and returns how many bytes that are. */
size_t lrp_char_encode(int32_t code, char out[4]);
/* The same for names that are looked up as C strings: U+0000 becomes C0 80, as it does where names are read. */
size_t lrp_char_spell(int32_t code, char out[4]);

/* Unicode properties, as the Unicode Character Database names them, of the versions that Hugging Face's tokenizers have. */
bool lrp_char_is_space(int32_t code);       /* White_Space */
bool lrp_char_is_letter(int32_t code);      /* L* */
bool lrp_char_is_number(int32_t code);      /* N* */
bool lrp_char_is_mark(int32_t code);        /* M* */
bool lrp_char_is_upper(int32_t code);       /* Lu Lt */
bool lrp_char_is_lower(int32_t code);       /* Ll */
bool lrp_char_is_punctuation(int32_t code); /* ASCII's signs, or P* */
bool lrp_char_is_other(int32_t code);       /* control, format, private, surrogate */
bool lrp_char_is_accent(int32_t code);      /* M*, as the normalizer StripAccents knows them */
bool lrp_char_is_nonspacing(int32_t code);  /* Mn, as BERT's normalizer knows them */
bool lrp_char_is_word(int32_t code);        /* \w of regular expressions */

#endif
