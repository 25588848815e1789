/* cmd_tokens.c: lrpscope tokens: what a text becomes before a model takes it. */
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "commands.h"
#include "json_output.h"
#include "table.h"
#include "text.h"
#include "texts.h"

/* ---- JSON ---- */

/* A text in which C0 80 stands for U+0000, which cJSON has no way to hold. */
static void put_text(struct lrp_document *d, cJSON *object, const char *key, const char *text)
{
    if (!text || !strstr(text, "\xC0\x80")) {
        lrp_cli_json_put_text(d, object, key, text);
        return;
    }
    struct lrp_text raw = {0};
    lrp_text_append(&raw, "\"");
    for (const char *zero; text; text = zero ? zero + 2 : NULL) {
        zero = strstr(text, "\xC0\x80");
        char *part = zero ? strndup(text, (size_t)(zero - text)) : strdup(text);
        cJSON *string = part ? cJSON_CreateString(part) : NULL;
        char *printed = string ? cJSON_PrintUnformatted(string) : NULL;
        if (printed)
            lrp_text_append_n(&raw, printed + 1, strlen(printed) - 2);
        else
            d->failed = true;
        if (zero) lrp_text_append(&raw, "\\u0000");
        cJSON_free(printed);
        cJSON_Delete(string);
        free(part);
    }
    lrp_text_append(&raw, "\"");
    if (raw.failed || (object && !cJSON_AddRawToObject(object, key, raw.data))) d->failed = true;
    lrp_text_free(&raw);
}

static void put_encoding(struct lrp_document *d, cJSON *object, const struct lrp_encoding *e)
{
    cJSON *ids = lrp_cli_json_put_array(d, object, "ids"), *tokens = lrp_cli_json_put_array(d, object, "tokens");
    cJSON *offsets = lrp_cli_json_put_array(d, object, "offsets"), *types = lrp_cli_json_put_array(d, object, "type_ids");
    for (size_t i = 0; i < e->count; i++) {
        const struct lrp_token *token = &e->items[i];
        lrp_cli_json_put_number(d, ids, NULL, (double)token->id);
        lrp_cli_json_put_text(d, tokens, NULL, token->token);
        cJSON *place = lrp_cli_json_put_array(d, offsets, NULL);
        lrp_cli_json_put_number(d, place, NULL, (double)token->start);
        lrp_cli_json_put_number(d, place, NULL, (double)token->end);
        lrp_cli_json_put_number(d, types, NULL, token->type);
    }
}

/* ---- table ---- */

/* A place in a text: tokens follow each other, so that the next one is not far from the last. */
struct text_place {
    const char *text, *at;
    size_t place;
};

/* Goes to a code point, or to the end. */
static const char *go_to(struct text_place *p, const char *text, size_t place)
{
    if (p->text != text || place < p->place) *p = (struct text_place){.text = text, .at = text};
    for (; p->at && p->place < place && *p->at; p->place++) {
        const size_t n = p->at[0] == '\xC0' && p->at[1] == '\x80' ? 2 : lrp_utf8_length(p->at, strnlen(p->at, 4));
        p->at += n ? n : 1;
    }
    return p->at;
}

/* The code points [start, end) of a text; owned by the caller. */
static char *slice_text(struct text_place *p, const char *text, size_t start, size_t end)
{
    const char *from = go_to(p, text, start);
    return end > start ? strndup(from, (size_t)(go_to(p, text, end) - from)) : strdup("");
}

static void add_rows(struct lrp_table *table, size_t sample, bool several, const struct lrp_cli_text *text,
                     const struct lrp_encoding *e)
{
    struct text_place place = {0};
    for (size_t i = 0; i < e->count; i++) {
        const struct lrp_token *token = &e->items[i];
        char *read =
            token->special ? strdup("") : slice_text(&place, token->second ? text->pair : text->text, token->start, token->end);
        if (several) lrp_cli_table_cell(table, "%zu", sample);
        lrp_cli_table_cell(table, "%zu", i);
        lrp_cli_table_cell(table, "%lld", (long long)token->id);
        lrp_cli_table_cell(table, "%s", token->token);
        lrp_cli_table_cell(table, token->special ? "-" : "%zu..%zu", token->start, token->end);
        lrp_cli_table_cell(table, "%d", token->type);
        lrp_cli_table_cell(table, "%s", read ? read : "");
        free(read);
    }
}

/* ---- the command ---- */

static enum lrp_status encode_all(const struct lrp_tokenizer *t, const struct lrp_cli_texts *texts, struct lrp_encoding *out,
                                  struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < texts->count; i++)
        status = lrp_tokenizer_encode(t, texts->items[i].text, texts->items[i].pair, &out[i], err);
    return status;
}

static enum lrp_status print_all(const struct lrp_arguments *arguments, const struct lrp_cli_texts *texts,
                                 const struct lrp_encoding *encodings, struct lrp_error *err)
{
    static const struct lrp_table_column columns[] = {{"text", true},  {"#", true},    {"id", true},    {"token", false},
                                                      {"place", true}, {"type", true}, {"reads", false}};
    const bool several = texts->count > 1;
    enum lrp_status status;
    if (arguments->json) {
        struct lrp_document d;
        lrp_cli_json_init(&d, arguments->model);
        cJSON *list = lrp_cli_json_put_array(&d, d.root, "texts");
        for (size_t i = 0; i < texts->count; i++) {
            cJSON *object = lrp_cli_json_put_object(&d, list, NULL);
            put_text(&d, object, "text", texts->items[i].text);
            put_text(&d, object, "pair", texts->items[i].pair);
            put_encoding(&d, object, &encodings[i]);
        }
        status = lrp_cli_json_print(&d, stdout, err);
        lrp_cli_json_free(&d);
        return status;
    }
    struct lrp_table table;
    lrp_cli_table_init(&table, columns + !several, sizeof columns / sizeof *columns - !several);
    for (size_t i = 0; i < texts->count; i++) add_rows(&table, i, several, &texts->items[i], &encodings[i]);
    status = lrp_cli_table_print(&table, stdout, err);
    lrp_cli_table_free(&table);
    return status;
}

int lrp_cli_tokens(const struct lrp_arguments *arguments)
{
    struct lrp_error err = {0};
    struct lrp_cli_texts texts;
    struct lrp_tokenizer *tokenizer = NULL;
    struct lrp_encoding *encodings = NULL;
    enum lrp_status status = lrp_cli_texts_read(arguments, &texts, &err);
    if (!status && !texts.count) status = lrp_fail(&err, LRP_USAGE, "tokens needs a text: --text T or --text-file F");
    if (!status) status = lrp_cli_tokenizer_open(arguments, &tokenizer, &err);
    if (!status && !(encodings = calloc(texts.count, sizeof *encodings)))
        status = lrp_fail(&err, LRP_MEMORY, "not enough memory");
    if (!status) status = encode_all(tokenizer, &texts, encodings, &err);
    if (!status) status = print_all(arguments, &texts, encodings, &err);
    for (size_t i = 0; encodings && i < texts.count; i++) lrp_encoding_free(&encodings[i]);
    free(encodings);
    lrp_tokenizer_close(tokenizer);
    lrp_cli_texts_free(&texts);
    return status ? lrp_cli_report_error(status, &err) : 0;
}
