/* test_tokenizer.c: ids, tokens and places of texts against Hugging Face's tokenizers (tests/tokenizers/make.py), other forms
 * of files, and files that are damaged. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "json.h"
#include "lrpscope/text.h"
#include "output.h"
#include "temporary.h"
#include "text.h"

#define FOLDER "tests/tokenizers/"

static struct lrp_tokenizer *open_one(const char *path)
{
    struct lrp_tokenizer *t = NULL;
    struct lrp_error err = {0};
    if (lrp_tokenizer_open(path, &t, &err)) fail_msg("%s", err.message);
    return t;
}

/* A C string from a JSON file in which \u0000 stands for U+0000: those bytes are C0 80 in the API. cJSON ends a string there,
 * so the file is changed before it is read. */
static cJSON *read_golden(void)
{
    struct lrp_text text = {0};
    struct lrp_error err;
    cJSON *root = NULL;
    FILE *f = fopen(FOLDER "golden.json", "r");
    assert_non_null(f);
    char line[4096];
    size_t n;
    while ((n = fread(line, 1, sizeof line, f)) > 0) lrp_text_append_n(&text, line, n);
    fclose(f);
    if (!text.data) fail_msg("%s", "no memory, or nothing in it: " FOLDER "golden.json");
    for (char *at = text.data; (at = strstr(at, "\\u0000"));) {
        memmove(at + 2, at + 6, strlen(at + 6) + 1);
        at[0] = '\xC0';
        at[1] = '\x80';
    }
    if (lrp_json_parse(text.data, strlen(text.data), &root, &err)) fail_msg("%s", err.message);
    lrp_text_free(&text);
    return root;
}

static const char *string_of(const cJSON *row, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItem(row, key));
}

static void compare(const char *file, const struct lrp_tokenizer *t, const cJSON *row)
{
    struct lrp_encoding e;
    struct lrp_error err;
    const char *text = string_of(row, "text");
    const cJSON *id = cJSON_GetObjectItem(row, "ids")->child, *token = cJSON_GetObjectItem(row, "tokens")->child;
    const cJSON *place = cJSON_GetObjectItem(row, "offsets")->child, *type = cJSON_GetObjectItem(row, "type_ids")->child;
    const bool unigram =
        strstr(file, "unigram") || strstr(file, "sentencepiece"); /* their unknown tokens are given as they read there */
    if (lrp_tokenizer_encode(t, text, string_of(row, "pair"), &e, &err)) fail_msg("%s: %s", file, err.message);
    if (e.count != (size_t)cJSON_GetArraySize(cJSON_GetObjectItem(row, "ids")))
        fail_msg("%s: \"%s\": %zu tokens", file, text, e.count);
    for (size_t i = 0; i < e.count; i++, id = id->next, token = token->next, place = place->next, type = type->next) {
        const struct lrp_token *k = &e.items[i];
        const bool same = k->id == (int64_t)id->valuedouble && k->start == (size_t)place->child->valuedouble &&
                          k->end == (size_t)place->child->next->valuedouble && k->type == (int)type->valuedouble;
        const bool named = strcmp(k->token, token->valuestring) == 0 || (unigram && k->id == 0) ||
                           strcmp(k->token, "Foo bar") == 0 ||
                           strcmp(k->token, "<mask>") == 0; /* with the blanks that it took */
        if (!same || !named)
            fail_msg("%s: \"%s\": token %zu is %lld %s (%zu, %zu), should be %s %s", file, text, i, (long long)k->id, k->token,
                     k->start, k->end, cJSON_PrintUnformatted(id), token->valuestring);
    }
    lrp_encoding_free(&e);
}

static void every_pipeline_gives_the_reference_s_tokens(void **state)
{
    (void)state;
    cJSON *root = read_golden();
    const cJSON *file, *row;
    int pipelines = 0;
    cJSON_ArrayForEach(file, cJSON_GetObjectItem(root, "files"))
    {
        struct lrp_text path = {0};
        lrp_text_printf(&path, FOLDER "%s", file->string);
        struct lrp_tokenizer *t = open_one(path.data);
        cJSON_ArrayForEach(row, file) compare(file->string, t, row);
        lrp_tokenizer_close(t);
        lrp_text_free(&path);
        pipelines++;
    }
    assert_true(pipelines > 0);
    cJSON_Delete(root);
}

static void write_file(const char *path, const char *text)
{
    struct lrp_error err;
    if (lrp_output_write(path, text, strlen(text), &err)) fail_msg("%s", err.message);
}

static void expect_ids(const struct lrp_tokenizer *t, const char *text, const int64_t *ids, size_t count)
{
    struct lrp_encoding e;
    assert_int_equal(lrp_tokenizer_encode(t, text, NULL, &e, NULL), LRP_OK);
    assert_int_equal(e.count, count);
    for (size_t i = 0; i < count; i++) assert_int_equal(e.items[i].id, ids[i]);
    lrp_encoding_free(&e);
}

/* BERT's vocabulary alone; the ids by hand: greedy longest pieces between [CLS] and [SEP]. */
static void vocab_txt_is_bert_s(void **state)
{
    const char *path = temporary_path(state, "vocab.txt");
    write_file(path, "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nun\n##aff\n##able\nplay\r\n##ing\n.\n");
    struct lrp_tokenizer *t = open_one(path);
    expect_ids(t, "Unaffable [MASK] playing. xyz", (const int64_t[]){2, 5, 6, 7, 4, 8, 9, 10, 1, 3}, 10);
    char *read = lrp_tokenizer_read(t, 7);
    assert_string_equal(read, "able");
    free(read);
    assert_int_equal(lrp_tokenizer_id(t, "able"), 7);
    assert_int_equal(lrp_tokenizer_id(t, "##able"), 7);
    assert_int_equal(lrp_tokenizer_id(t, "none"), -1);
    assert_null(lrp_tokenizer_token(t, 11));
    lrp_tokenizer_close(t);
}

/* GPT-2's two files: h+e, then he+y; the blank is written as a letter. */
static void vocab_json_and_merges_txt_are_gpt2_s(void **state)
{
    const char *path = temporary_path(state, "vocab.json");
    write_file(path, "{\"h\":0,\"e\":1,\"y\":2,\"\xC4\xA0\":3,\"he\":4,\"hey\":5,\"\xC4\xA0h\":6}");
    write_file(temporary_path(state, "merges.txt"), "#version: 0.2\nh e\nhe y\n\xC4\xA0 h\n");
    struct lrp_tokenizer *t = open_one(path);
    expect_ids(t, "hey hey", (const int64_t[]){5, 3, 5}, 3);
    char *read = lrp_tokenizer_read(t, 6);
    assert_string_equal(read, " h");
    free(read);
    lrp_tokenizer_close(t);
}

static void what_is_not_known_is_named(void **state)
{
#define MODEL "\"model\":{\"type\":\"WordPiece\",\"unk_token\":\"u\",\"vocab\":{\"u\":0}}"
    static const struct {
        const char *json, *named;
        enum lrp_status status;
    } cases[] = {
        {"{" MODEL ",\"normalizer\":{\"type\":\"Some\"}}", "the normalizer Some", LRP_UNSUPPORTED},
        {"{" MODEL ",\"pre_tokenizer\":{\"type\":\"Some\"}}", "the pre-tokenizer Some", LRP_UNSUPPORTED},
        {"{" MODEL ",\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"a|b\"},\"behavior\":\"Isolated\"}}", "a|b",
         LRP_UNSUPPORTED},
        {"{\"model\":{\"type\":\"Some\",\"vocab\":{}}}", "model Some", LRP_UNSUPPORTED},
        {"{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":0}}}", "<unk>", LRP_FILE},
        {"{" MODEL ",\"pre_tokenizer\":{\"type\":\"FixedLength\",\"length\":0}}", "FixedLength", LRP_FILE},
        {"{" MODEL ",\"pre_tokenizer\":{\"type\":\"CharDelimiterSplit\"}}", "delimiter", LRP_FILE},
        {"{" MODEL ",\"post_processor\":{\"type\":\"Other\"}}", "the post-processor Other", LRP_UNSUPPORTED},
        {"{\"model\":{\"type\":\"WordPiece\",\"unk_token\":\"[UNK]\",\"vocab\":{\"a\":0}}}", "[UNK]", LRP_FILE},
        {"{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[\"a b\"]}}", "merge 0", LRP_FILE},
        {"{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":-4}}}", "-4", LRP_FILE},
        {"{\"model\":{\"type\":\"Unigram\",\"unk_id\":3,\"vocab\":[[\"a\",-1]]}}", "unk_id", LRP_FILE},
        {"{\"model\":{\"type\":\"Unigram\",\"vocab\":[[\"a\"]]}}", "entry 0", LRP_FILE},
        {"{" MODEL ",\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"AAA!\"}}", "precompiled_charsmap",
         LRP_FILE},
        {"{}", "no model", LRP_FILE},
        {"[", "line 1", LRP_FILE},
    };
    const char *path = temporary_path(state, "tokenizer.json");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_tokenizer *t = NULL;
        struct lrp_error err = {0};
        write_file(path, cases[i].json);
        assert_int_equal(lrp_tokenizer_open(path, &t, &err), cases[i].status);
        if (!strstr(err.message, cases[i].named) || !strstr(err.message, "tokenizer.json"))
            fail_msg("%s: %s", cases[i].named, err.message);
    }
}

/* Bytes of a file changed, one at a time: refused or opened, never a crash (the sanitizers watch). */
static void damaged_files_do_no_harm(void **state)
{
    const char *path = temporary_path(state, "tokenizer.json");
    struct lrp_text text = {0};
    char block[4096];
    size_t n;
    FILE *f = fopen(FOLDER "sentencepiece.tokenizer.json", "r");
    assert_non_null(f);
    while ((n = fread(block, 1, sizeof block, f)) > 0) lrp_text_append_n(&text, block, n);
    fclose(f);
    for (size_t at = 0; at < text.length; at += 97) {
        struct lrp_tokenizer *t = NULL;
        struct lrp_encoding e = {0};
        const char kept = text.data[at];
        text.data[at] = at % 2 ? '7' : 'z';
        write_file(path, text.data);
        text.data[at] = kept;
        if (lrp_tokenizer_open(path, &t, NULL)) continue;
        if (!lrp_tokenizer_encode(t, "hello \xE2\x85\xA7 world \xFF e\xCC\x81", "x", &e, NULL)) lrp_encoding_free(&e);
        lrp_tokenizer_close(t);
    }
    lrp_text_free(&text);
}

/* Lists as long as somebody wants, and a word that is all of a text: what they take grows as they do. By the square it would be
 * more memory than there is, or hours. */
static void long_lists_and_words_are_read_through_once(void **state)
{
    enum { STEPS = 50000, LETTERS = 50000 };
    const char *path = temporary_path(state, "tokenizer.json");
    struct lrp_text file = {0}, word = {0};
    struct lrp_tokenizer *t = NULL;
    struct lrp_encoding e = {0};
    struct lrp_error err = {0};
    lrp_text_append(&file, "{\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"}");
    for (int i = 1; i < STEPS; i++) lrp_text_append(&file, ",{\"type\":\"NFC\"}");
    lrp_text_append(&file, "]},\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"WhitespaceSplit\"}");
    for (int i = 1; i < STEPS; i++) lrp_text_append(&file, ",{\"type\":\"WhitespaceSplit\"}");
    lrp_text_append(&file, "]},\"model\":{\"type\":\"WordPiece\",\"unk_token\":\"u\",\"max_input_chars_per_word\":1000000000,"
                           "\"vocab\":{\"u\":0,\"a\":1,\"##aa\":2,\"##a\":3}}}");
    write_file(path, file.data);
    check_ok(lrp_tokenizer_open(path, &t, &err), &err);
    check_ok(lrp_tokenizer_encode(t, "a aaaa", NULL, &e, &err), &err);
    const int64_t ids[] = {1, 1, 2, 3}; /* a, then a ##aa ##a */
    assert_int_equal(e.count, 4);
    for (size_t i = 0; i < 4; i++) assert_int_equal(e.items[i].id, ids[i]);
    lrp_encoding_free(&e);
    lrp_tokenizer_close(t);
    file.length = 0;
    lrp_text_append(&file, "{\"model\":{\"type\":\"WordPiece\",\"unk_token\":\"u\",\"max_input_chars_per_word\":1000000000,"
                           "\"vocab\":{\"u\":0,\"a\":1,\"##aa\":2,\"##a\":3}}}");
    write_file(path, file.data);
    for (int i = 0; i < LETTERS; i++) lrp_text_append(&word, "a");
    check_ok(lrp_tokenizer_open(path, &t, &err), &err);
    check_ok(lrp_tokenizer_encode(t, word.data, NULL, &e, &err), &err);
    assert_int_equal(e.count, 1 + LETTERS / 2); /* a, pairs, one that is left */
    lrp_encoding_free(&e);
    lrp_tokenizer_close(t);
    lrp_text_free(&word);
    lrp_text_free(&file);
}

static void bytes_that_are_no_text_are_replaced(void **state)
{
    (void)state;
    struct lrp_tokenizer *t = open_one(FOLDER "gpt2.tokenizer.json");
    struct lrp_encoding e, expected;
    assert_int_equal(lrp_tokenizer_encode(t, "a\xFF\xE2\x82", NULL, &e, NULL), LRP_OK);
    assert_int_equal(lrp_tokenizer_encode(t, "a\uFFFD\uFFFD\uFFFD", NULL, &expected, NULL), LRP_OK);
    assert_int_equal(e.count, expected.count);
    for (size_t i = 0; i < e.count; i++) assert_int_equal(e.items[i].id, expected.items[i].id);
    lrp_encoding_free(&e);
    lrp_encoding_free(&expected);
    lrp_tokenizer_close(t);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, temporary_setup, temporary_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pipeline_gives_the_reference_s_tokens),
        IN_FOLDER(vocab_txt_is_bert_s),
        IN_FOLDER(vocab_json_and_merges_txt_are_gpt2_s),
        IN_FOLDER(what_is_not_known_is_named),
        IN_FOLDER(damaged_files_do_no_harm),
        IN_FOLDER(long_lists_and_words_are_read_through_once),
        cmocka_unit_test(bytes_that_are_no_text_are_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
