/* pattern.c: the regular expressions that tokenizers cut texts by. Each is a function of its own; one that is not in the table
 * is not guessed at. */
#include <string.h>

#include "tokenizer.h"

static int32_t code_at(const struct lrp_char *word, size_t count, size_t at)
{
    return at < count ? word[at].code : -1;
}

static bool is_line_end(int32_t code)
{
    return code == '\r' || code == '\n';
}

/* Neither white space nor letter nor number; -1 (behind the end) is none of anything. */
static bool is_sign(int32_t code)
{
    return code >= 0 && !lrp_char_is_space(code) && !lrp_char_is_letter(code) && !lrp_char_is_number(code);
}

static bool is_letter(int32_t code)
{
    return code >= 0 && lrp_char_is_letter(code);
}

static bool is_number(int32_t code)
{
    return code >= 0 && lrp_char_is_number(code);
}

static bool is_space(int32_t code)
{
    return code >= 0 && lrp_char_is_space(code);
}

static bool is_word(int32_t code)
{
    return code >= 0 && lrp_char_is_word(code);
}

static bool is_word_sign(int32_t code)
{
    return code >= 0 && !lrp_char_is_space(code) && !lrp_char_is_word(code);
}

/* Length of the run from `at` on, at most `most` long. */
static size_t run_length(const struct lrp_char *word, size_t count, size_t at, size_t most, bool (*is)(int32_t code))
{
    size_t n = 0;
    while (n < most && is(code_at(word, count, at + n))) n++;
    return n;
}

enum { NO_END = 1 << 30 };

static int32_t folded(int32_t code, bool fold)
{
    if (!fold) return code;
    return code >= 'A' && code <= 'Z' ? code + 32 : code == 0x17F ? 's' : code; /* the long s is an s in any case */
}

/* 's 't 're 've 'm 'll 'd */
static size_t contraction(const struct lrp_char *word, size_t count, size_t at, bool any_case)
{
    static const char *const endings[] = {"s", "t", "re", "ve", "m", "ll", "d"};
    if (code_at(word, count, at) != '\'') return 0;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = 0;
        while (endings[i][n] && folded(code_at(word, count, at + 1 + n), any_case) == endings[i][n]) n++;
        if (!endings[i][n]) return n + 1;
    }
    return 0;
}

/* \s+(?!\S)|\s+ : a run of white space, but the last of it where something follows and it is not alone. */
static size_t white(const struct lrp_char *word, size_t count, size_t at)
{
    const size_t n = run_length(word, count, at, NO_END, is_space);
    return n > 1 && at + n < count ? n - 1 : n;
}

/* \s*[\r\n]+ : white space up to its last line end. */
static size_t white_to_line_end(const struct lrp_char *word, size_t count, size_t at)
{
    size_t n = run_length(word, count, at, NO_END, is_space);
    while (n && !is_line_end(word[at + n - 1].code)) n--;
    return n;
}

/* ` ?[...]+` */
static size_t behind_blank(const struct lrp_char *word, size_t count, size_t at, bool (*is)(int32_t code))
{
    const size_t blank = code_at(word, count, at) == ' ';
    const size_t n = run_length(word, count, at + blank, NO_END, is);
    return n ? n + blank : 0;
}

size_t lrp_match_gpt2(const struct lrp_token_step *step, const struct lrp_char *word, size_t count, size_t at)
{
    (void)step;
    size_t n = contraction(word, count, at, false);
    if (!n) n = behind_blank(word, count, at, is_letter);
    if (!n) n = behind_blank(word, count, at, is_number);
    if (!n) n = behind_blank(word, count, at, is_sign);
    return n ? n : white(word, count, at);
}

/* ` ?[^\s\p{L}\p{N}]+[\r\n]*` and the white space; what the newer patterns end with. */
static size_t signs_and_white(const struct lrp_char *word, size_t count, size_t at, bool slash)
{
    size_t n = behind_blank(word, count, at, is_sign);
    if (n)
        while (is_line_end(code_at(word, count, at + n)) || (slash && code_at(word, count, at + n) == '/')) n++;
    if (!n) n = white_to_line_end(word, count, at);
    return n ? n : white(word, count, at);
}

/* `[^\r\n\p{L}\p{N}]?` */
static size_t lead(const struct lrp_char *word, size_t count, size_t at)
{
    const int32_t c = code_at(word, count, at);
    return c >= 0 && !is_line_end(c) && !is_letter(c) && !is_number(c);
}

/* Llama-3 and cl100k take up to three digits, Qwen2 one. */
static size_t match_modern(const struct lrp_char *word, size_t count, size_t at, size_t digits)
{
    size_t n = contraction(word, count, at, true);
    if (n) return n;
    const size_t sign = lead(word, count, at), letters = run_length(word, count, at + sign, NO_END, is_letter);
    if (letters) return sign + letters;
    n = run_length(word, count, at, digits, is_number);
    return n ? n : signs_and_white(word, count, at, false);
}

static size_t match_llama3(const struct lrp_token_step *step, const struct lrp_char *word, size_t count, size_t at)
{
    (void)step;
    return match_modern(word, count, at, 3);
}

static size_t match_qwen2(const struct lrp_token_step *step, const struct lrp_char *word, size_t count, size_t at)
{
    (void)step;
    return match_modern(word, count, at, 1);
}

/* [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}] and [\p{Ll}\p{Lm}\p{Lo}\p{M}] of o200k */
static bool is_upper_like(int32_t code)
{
    return code >= 0 && ((lrp_char_is_letter(code) && !lrp_char_is_lower(code)) || lrp_char_is_mark(code));
}

static bool is_lower_like(int32_t code)
{
    return code >= 0 && ((lrp_char_is_letter(code) && !lrp_char_is_upper(code)) || lrp_char_is_mark(code));
}

/* U*L+ from `at` on: the longest run of U that leaves an L, then all L; 0: there is none. */
static size_t upper_then_lower(const struct lrp_char *word, size_t count, size_t at)
{
    for (size_t upper = run_length(word, count, at, NO_END, is_upper_like) + 1; upper-- > 0;) {
        const size_t lower = run_length(word, count, at + upper, NO_END, is_lower_like);
        if (lower) return upper + lower;
    }
    return 0;
}

static size_t match_o200k(const struct lrp_token_step *step, const struct lrp_char *word, size_t count, size_t at)
{
    (void)step;
    for (int shape = 0; shape < 2; shape++)
        for (size_t sign = lead(word, count, at) + 1; sign-- > 0;) {
            size_t n =
                shape ? run_length(word, count, at + sign, NO_END, is_upper_like) : upper_then_lower(word, count, at + sign);
            if (n && shape) n += run_length(word, count, at + sign + n, NO_END, is_lower_like);
            if (n) return sign + n + contraction(word, count, at + sign + n, true);
        }
    const size_t n = run_length(word, count, at, 3, is_number);
    return n ? n : signs_and_white(word, count, at, true);
}

static size_t match_clip(const struct lrp_token_step *step, const struct lrp_char *word, size_t count, size_t at)
{
    (void)step;
    size_t n = contraction(word, count, at, false);
    if (!n) n = run_length(word, count, at, NO_END, is_letter);
    if (!n) n = run_length(word, count, at, 1, is_number);
    return n ? n : run_length(word, count, at, NO_END, is_sign);
}

static size_t match_words(const struct lrp_token_step *step, const struct lrp_char *word, size_t count, size_t at)
{
    (void)step;
    const size_t n = run_length(word, count, at, NO_END, is_word);
    return n ? n : run_length(word, count, at, NO_END, is_word_sign);
}

static size_t match_three_digits(const struct lrp_token_step *step, const struct lrp_char *word, size_t count, size_t at)
{
    (void)step;
    return run_length(word, count, at, 3, is_number);
}

size_t lrp_match_blank_run(const struct lrp_token_step *step, const struct lrp_char *word, size_t count, size_t at)
{
    (void)step;
    return run_length(word, count, at, NO_END, is_space);
}

static size_t match_blanks_of_two(const struct lrp_token_step *step, const struct lrp_char *word, size_t count, size_t at)
{
    size_t n = 0;
    (void)step;
    while (code_at(word, count, at + n) == ' ') n++;
    return n >= 2 ? n : 0;
}

size_t lrp_match_string(const struct lrp_token_step *step, const struct lrp_char *word, size_t count, size_t at)
{
    size_t n = 0;
    while (n < step->pattern_count && code_at(word, count, at + n) == step->pattern[n].code) n++;
    return n == step->pattern_count ? n : 0;
}

lrp_match_function *lrp_pattern_find(const char *regex)
{
#define CONTRACTIONS "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
#define MODERN(digits)                                                                                                         \
    CONTRACTIONS "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" digits "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
#define UPPER "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]"
#define LOWER "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]"
#define LEAD "[^\\r\\n\\p{L}\\p{N}]?"
    static const struct {
        const char *regex;
        lrp_match_function *match;
    } rows[] = {
        {"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+", lrp_match_gpt2},
        {MODERN("\\p{N}{1,3}"), match_llama3},
        {MODERN("\\p{N}"), match_qwen2},
        {LEAD UPPER "*" LOWER "+" CONTRACTIONS "?|" LEAD UPPER "+" LOWER "*" CONTRACTIONS
                    "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
         match_o200k},
        {"'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+", match_clip},
        {"\\w+|[^\\w\\s]+", match_words},
        {"\\p{N}{1,3}", match_three_digits},
        {"\\s+", lrp_match_blank_run},
        {" {2,}", match_blanks_of_two},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].regex, regex) == 0) return rows[i].match;
    return NULL;
}
