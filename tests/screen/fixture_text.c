/* fixture_text.c: the made-up model as a transformer that was given a text, see fixture.h: its pictures. */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

/* A first token that is left out of the scale, one that goes on, wide letters, one with an accent, the end of a line. */
static const struct {
    const char *text;
    float relevance;
    bool joined, apart;
} tokens[FIXTURE_TOKENS] = {{"[CLS]", 4.5F, false, true},
                            {"the", -0.05F, false, false},
                            {"act", 0.6F, false, false},
                            {"ing", 0.35F, true, false},
                            {"was", 0.02F, false, false},
                            {"not", -0.8F, false, false},
                            {"cafe\u0301", 0.1F, false, false},
                            {"很", 0.4F, false, false},
                            {"好", 0.5F, true, false},
                            {"!↵", 0.05F, true, false},
                            {"unremarkably", -0.3F, false, false},
                            {"[SEP]", 0.01F, false, false}};

static const struct {
    const char *name, *type, *group;
    int rank;
    int64_t dim[4];
    bool carries;
} plan[FIXTURE_LAYERS] = {{"input", "input", "", 2, {1, FIXTURE_TOKENS}, true},
                          {"/embed/Gather", "embedding", "", 3, {1, FIXTURE_TOKENS, 64}, true},
                          {"/mask/Unsqueeze", "unsqueeze", "reshaping", 3, {1, 1, FIXTURE_TOKENS}, false},
                          {"/mask/Cast", "cast", "", 3, {1, 1, FIXTURE_TOKENS}, false},
                          {"/layers.0/norm/LayerNormalization", "layer-norm", "", 3, {1, FIXTURE_TOKENS, 64}, true},
                          {"/layers.0/attn/q/MatMul", "dense", "", 3, {1, FIXTURE_TOKENS, 64}, true},
                          {"/layers.0/attn/k/MatMul", "dense", "", 3, {1, FIXTURE_TOKENS, 64}, true},
                          {"/layers.0/attn/MatMul", "mat-mul", "product", 4, {1, 4, FIXTURE_TOKENS, FIXTURE_TOKENS}, true},
                          {"/layers.0/attn/Softmax", "attention-softmax", "", 4, {1, 4, FIXTURE_TOKENS, FIXTURE_TOKENS}, true},
                          {"/layers.0/attn/MatMul_1", "mat-mul", "product", 4, {1, 4, FIXTURE_TOKENS, 16}, true},
                          {"/layers.0/attn/o/MatMul", "dense", "", 3, {1, FIXTURE_TOKENS, 64}, true},
                          {"/layers.0/Add", "add", "add", 3, {1, FIXTURE_TOKENS, 64}, true},
                          {"/layers.0/mlp/fc1/MatMul", "dense", "", 3, {1, FIXTURE_TOKENS, 256}, true},
                          {"/layers.0/mlp/fc2/MatMul", "dense", "", 3, {1, FIXTURE_TOKENS, 64}, true},
                          {"/layers.0/Add_1", "add", "add", 3, {1, FIXTURE_TOKENS, 64}, true},
                          {"/layers.1/norm/LayerNormalization", "layer-norm", "", 3, {1, FIXTURE_TOKENS, 64}, true},
                          {"/layers.1/attn/q/MatMul", "dense", "", 3, {1, FIXTURE_TOKENS, 64}, true},
                          {"/layers.1/attn/MatMul", "mat-mul", "product", 4, {1, 4, FIXTURE_TOKENS, FIXTURE_TOKENS}, true},
                          {"/layers.1/attn/Softmax", "attention-softmax", "", 4, {1, 4, FIXTURE_TOKENS, FIXTURE_TOKENS}, true},
                          {"/layers.1/attn/MatMul_1", "mat-mul", "product", 4, {1, 4, FIXTURE_TOKENS, 16}, true},
                          {"/layers.1/attn/o/MatMul", "dense", "", 3, {1, FIXTURE_TOKENS, 64}, true},
                          {"/pool/Gather", "gather", "reshaping", 2, {1, 64}, true},
                          {"/head/Gemm", "dense", "", 2, {1, 2}, true}};

void fixture_transformer(struct fixture *f)
{
    static const struct lrp_snapshot_input inputs[] = {{.name = "input_ids", .sum = 0.75},
                                                       {.name = "pixel_values", .sum = 0.25}};
    static const struct lrp_container containers[] = {
        {.name = "/layers.0/attn", .kind = "attention", .closed = true, .first = 5, .last = 10, .parent = -1, .layer = -1},
        {.name = "/layers.1/attn", .kind = "attention", .closed = true, .first = 16, .last = 20, .parent = -1, .layer = -1}};
    for (int i = 0; i < FIXTURE_LAYERS; i++) {
        struct lrp_layer *row = &f->rows[i];
        row->name = plan[i].name;
        row->type = plan[i].type;
        row->group = plan[i].group;
        row->carries = plan[i].carries;
        row->aside = !plan[i].carries;
        row->activation = "identity";
        f->shapes[i] = (struct lrp_shape){.rank = plan[i].rank};
        memcpy(f->shapes[i].dim, plan[i].dim, sizeof plan[i].dim);
        row->parameters = strcmp(row->type, "dense") == 0 ? 4160 : 0;
        f->attention[i] = i >= 5 && i <= 10 ? 8 : i >= 16 && i <= 20 ? 18 : -1;
    }
    f->patches[4] = (struct lrp_patches){.in_front = 3, .height = 3, .width = 3};
    f->registered = true;
    f->other_list = f->list;
    f->other_list.containers = containers;
    f->other_list.container_count = 2;
    f->snapshot.layers = &f->other_list;
    f->snapshot.model_path = "/models/bert.onnx";
    f->snapshot.input_label = "the acting was not café 很好!";
    f->snapshot.attention = f->attention;
    f->snapshot.decoder = f->decoder;
    f->snapshot.patches = f->patches;
    f->snapshot.inputs = inputs;
    f->snapshot.input_count = 2;
    f->snapshot.token_input = "input_ids";
    f->snapshot.token_count = FIXTURE_TOKENS;
    f->app.snapshot = NULL; /* the model is opened */
    f->app.listed = NULL;
    fixture_seen(f);
}

static void mark_tokens(struct lrp_marks *marks)
{
    marks->items = calloc(FIXTURE_TOKENS, sizeof *marks->items);
    marks->count = FIXTURE_TOKENS;
    for (int i = 0; i < FIXTURE_TOKENS; i++)
        marks->items[i] = (struct lrp_mark){
            .text = strdup(tokens[i].text), .id = 100 + 37 * i, .joined = tokens[i].joined, .apart = tokens[i].apart};
}

static void mark_rows(struct lrp_marks *marks, const struct fixture *f, const int *layers, size_t count)
{
    marks->items = calloc(count, sizeof *marks->items);
    marks->count = count;
    for (size_t i = 0; i < count; i++)
        marks->items[i] = (struct lrp_mark){.text = strdup(f->rows[layers[i]].name), .id = layers[i], .numbered = true};
}

/* What a head would say after each block: the same word again where it stays with what it sees. */
static void mark_cells(struct lrp_painting *p)
{
    const int count = p->plane.width * p->plane.height;
    p->cells.items = calloc((size_t)count, sizeof *p->cells.items);
    p->cells.count = (size_t)count;
    for (int i = 0; i < count; i++)
        p->cells.items[i] =
            (struct lrp_mark){.text = strdup(tokens[(i % p->plane.width + i / p->plane.width) % FIXTURE_TOKENS].text),
                              .id = p->plane.height - i / p->plane.width};
    for (int i = 0; i < count; i++) p->plane.values[i] = (float)(i % p->plane.width + i / p->plane.width) / 20;
    p->range = (struct lrp_range){.low = 0, .high = 1};
}

void fixture_text_picture(const struct fixture *f, struct lrp_painting *p)
{
    static const int products[] = {9, 19}, rows[] = {1, 4, 5, 10, 11, 13, 14, 20};
    const struct lrp_preview_row *row = lrp_preview_row(p->subject.kind);
    const bool heads = p->subject.kind == LRP_PREVIEW_HEADS, layers = row->of_model && !heads;
    const int width = heads ? 4 : FIXTURE_TOKENS, height = row->flows ? 1 : heads ? 2 : layers ? 8 : FIXTURE_TOKENS;
    if (lrp_plane_new(width, height, &p->plane, NULL) != LRP_OK) abort();
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            const float token = tokens[x].apart && !row->flows ? 0.9F : tokens[x].relevance;
            p->plane.values[y * width + x] = row->flows ? token : row->heads && x > y ? 0 : token / (float)(1 + abs(x - y));
        }
    for (int x = 0; x < width && row->flows; x++) p->sum += (double)tokens[x].relevance;
    p->range = (struct lrp_range){
        .low = row->show == LRP_SHOW_ACTIVATION ? 0 : -0.8F, .high = 0.8F, .symmetric = row->show != LRP_SHOW_ACTIVATION};
    p->channels = 4;
    if (!heads) mark_tokens(&p->across);
    if (row->heads) mark_tokens(&p->down);
    if (row->of_model) mark_rows(&p->down, f, heads ? products : rows, (size_t)height);
    if (row->lens) mark_cells(p);
    if (row->tokens) strcpy(p->note, "first token 60 %, not in scale");
}
