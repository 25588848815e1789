/* fixture.h: a made-up model with results, so that the inspector's state and screens are tested without a session. */
#ifndef LRP_TEST_SCREEN_FIXTURE_H
#define LRP_TEST_SCREEN_FIXTURE_H

#include "app.h"
#include "results.h"
#include "view.h"

enum { FIXTURE_LAYERS = 23, FIXTURE_TOKENS = 12 };

struct fixture {
    struct lrp_layer rows[FIXTURE_LAYERS];
    struct lrp_shape shapes[FIXTURE_LAYERS]; /* of the rows */
    struct lrp_layer_list list, other_list;
    int joined[2], forked[2];
    struct lrp_check_row check_rows[FIXTURE_LAYERS];
    struct lrp_check check;
    const char *rules[FIXTURE_LAYERS], *inputs[1], *outputs[1];
    struct lrp_rule_source sources[FIXTURE_LAYERS];
    const struct lrp_rule_source *given[FIXTURE_LAYERS];
    int from[FIXTURE_LAYERS], to[FIXTURE_LAYERS];
    const struct lrp_result *tensors[FIXTURE_LAYERS], *none[FIXTURE_LAYERS];
    struct lrp_tensor tensor;
    struct lrp_statistics statistics[FIXTURE_LAYERS];
    struct lrp_target target;
    struct lrp_ledger_row ledger_rows[FIXTURE_LAYERS];
    struct lrp_ledger ledger;
    struct lrp_snapshot snapshot;
    int attention[FIXTURE_LAYERS]; /* and what else a snapshot tells of a transformer's layers */
    bool decoder[FIXTURE_LAYERS];
    struct lrp_patches patches[FIXTURE_LAYERS];
    bool skip, registered; /* what the settings say */
    int own_rules;         /* rules given by the user: layer 3's */
    struct lrp_outcome samples[8];
    struct lrp_batch_results results;
    struct lrp_input_map maps[3];
    struct lrp_input_sheet sheet;
    int signals[FIXTURE_LAYERS];
    struct lrp_app app;
};

/* A VGG-like network whose layer 7 has an unsupported activation; no input yet. */
void fixture_init(struct fixture *f, enum lrp_color_mode mode, bool ascii, int columns, int rows);
void fixture_free(struct fixture *f);
/* For cmocka: *state is a fixture with results on 100x30 in 256 colours. */
int fixture_set_up(void **state);
int fixture_tear_down(void **state);
/* The session's part: gives the app a snapshot as of now, and the picture it wants. */
void fixture_seen(struct fixture *f);
void fixture_picture(struct fixture *f);
void fixture_layer(struct fixture *f);
/* An input and results of the forward pass; with relevance too. */
void fixture_results(struct fixture *f, bool relevance);
/* A ledger: a little goes to biases, much at layer 20, and two layers have flags. */
void fixture_ledger(struct fixture *f);
/* Scores of three settings, one of which is being computed. */
void fixture_scores(struct fixture *f);
/* Results that cannot be trusted: the input's scale, and a layer behind which relevance blows up. */
void fixture_doubts(struct fixture *f);
/* Results of a batch of ten, of which seven are there: one is a bad input, one has warnings. */
void fixture_batch(struct fixture *f);
/* Small heatmaps of three of them, one without a picture. */
void fixture_sheet(struct fixture *f);
/* The input as a signal of two channels. */
void fixture_signal(struct fixture *f);
/* The same layers as another model: in scopes, and layer 9 joins what 8 and 5 give. */
void fixture_branches(struct fixture *f);
/* The same layers as a transformer that was given a text: its blocks, and the pictures of its kinds. */
void fixture_transformer(struct fixture *f);
void fixture_text_picture(const struct fixture *f, struct lrp_painting *p);
void fixture_key(struct fixture *f, int key);
/* "jj<Enter>" */
void fixture_keys(struct fixture *f, const char *keys);
/* Does to the fixture what the runtime would do to the session; forgets other effects. Returns the last effect's kind or -1. */
int fixture_run_effects(struct fixture *f);

#endif
