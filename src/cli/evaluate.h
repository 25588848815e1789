/* evaluate.h: what evaluate and choose have in common: what is scored, and how scores are shown. */
#ifndef LRP_CLI_EVALUATE_H
#define LRP_CLI_EVALUATE_H

#include "lrpscope/evaluation.h"

#include "json_output.h"

struct lrp_arguments;

/* What --metric and --setting can be: words of the option table. */
const char *lrp_cli_metric_word(size_t index);
const char *lrp_cli_setting_word(size_t index);

/* What is known besides the scores. */
struct lrp_cli_scores {
    const struct lrp_evaluation *evaluation;
    const char *model;
    size_t rounds, done, unreadable; /* inputs: given, scored, that could not be read */
    bool chosen;                     /* the command was choose */
};
/* Adds the settings that a text names: a composite, a method, a rules file, or "presets". Warnings of files go to stderr.
 * Errors: LRP_USAGE, LRP_FILE. */
enum lrp_status lrp_cli_evaluate_add(struct lrp_evaluation *evaluation, const struct lrp_arguments *arguments, const char *text,
                                     struct lrp_error *err);
/* Before anything is opened: what rules files among the settings say of preprocessing, shapes and stripped ends holds for all
 * settings where no option does. Errors: LRP_FILE; LRP_USAGE where two say different things. */
enum lrp_status lrp_cli_evaluate_share(const struct lrp_arguments *arguments, struct lrp_error *err);
/* What there is to say of a text's tokens before it is scored: which are no words, what stands for nothing, and the --span that
 * is looked for. Errors: LRP_USAGE for one that is not in it. */
struct lrp_sequence;
struct lrp_tokenizer;
enum lrp_status lrp_cli_evaluate_text(struct lrp_evaluation *evaluation, const struct lrp_tokenizer *tokenizer,
                                      const struct lrp_sequence *sequence, const char *span, struct lrp_error *err);
/* The table, what it says, and what it does not. */
enum lrp_status lrp_cli_scores_print(const struct lrp_cli_scores *scores, struct lrp_error *err);
/* The same as a document, to be freed. */
void lrp_cli_scores_document(const struct lrp_cli_scores *s, struct lrp_document *d);
/* Why the order or the numbers are not to be trusted: a line each, owned by the caller; NULL: there is no reason, or no memory.
 */
char *lrp_cli_scores_doubt(const struct lrp_cli_scores *scores);

#endif
