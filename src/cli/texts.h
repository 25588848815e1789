/* texts.h: the texts a command line gives: --text, --text-pair, --text-file. */
#ifndef LRP_CLI_TEXTS_H
#define LRP_CLI_TEXTS_H

#include <stddef.h>

#include "lrpscope/error.h"
#include "lrpscope/text.h"

struct lrp_arguments;

/* One sample. UTF-8, in which C0 80 stands for U+0000. */
struct lrp_cli_text {
    char *text, *pair; /* owned; pair NULL: none */
};
struct lrp_cli_texts {
    struct lrp_cli_text *items; /* owned */
    size_t count;
};
/* Reads them: --text with --text-pair is one sample; --text-file has one a line, or, as .json, an array of strings and of
 * [text, pair]. Errors: LRP_FILE naming file and place; LRP_USAGE if both are given, or a pair without a text. None given:
 * count 0. */
enum lrp_status lrp_cli_texts_read(const struct lrp_arguments *arguments, struct lrp_cli_texts *out, struct lrp_error *err);
void lrp_cli_texts_free(struct lrp_cli_texts *texts);

/* The tokenizer that goes with the command line: --tokenizer, else the model where that is a tokenizer or a folder that holds
 * one, else the one in the model's folder (or the folder above it, for onnx/model.onnx). Errors as lrp_tokenizer_open. */
enum lrp_status lrp_cli_tokenizer_open(const struct lrp_arguments *arguments, struct lrp_tokenizer **out,
                                       struct lrp_error *err);

#endif
