/* fixture.c: a made-up model with results, see fixture.h. */
#include "fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"

static const struct {
    const char *name, *type, *group, *op, *activation, *rule;
    int64_t parameters;
    int channels, side; /* side 0: a vector */
} plan[FIXTURE_LAYERS] = {
    {"input", "input", "", "", "identity", "", 0, 3, 224},
    {"features.0", "convolution", "convolution", "Conv", "relu", "flat", 1792, 64, 224},
    {"features.2", "convolution", "convolution", "Conv", "relu", "z-plus", 36928, 64, 224},
    {"features.4", "max-pool", "pooling", "MaxPool", "identity", "zero", 0, 64, 112},
    {"features.5", "convolution", "convolution", "Conv", "relu", "z-plus", 73856, 128, 112},
    {"features.7", "convolution", "convolution", "Conv", "relu", "z-plus", 147584, 128, 112},
    {"features.9", "max-pool", "pooling", "MaxPool", "identity", "zero", 0, 128, 56},
    {"features.10", "convolution", "convolution", "Conv", "hard-swish", "z-plus", 295168, 256, 56},
    {"features.12", "convolution", "convolution", "Conv", "relu", "z-plus", 590080, 256, 56},
    {"features.14", "convolution", "convolution", "Conv", "relu", "z-plus", 590080, 256, 56},
    {"features.16", "max-pool", "pooling", "MaxPool", "identity", "zero", 0, 256, 28},
    {"features.17", "convolution", "convolution", "Conv", "relu", "z-plus", 1180160, 512, 28},
    {"features.19", "convolution", "convolution", "Conv", "relu", "z-plus", 2359808, 512, 28},
    {"features.21", "convolution", "convolution", "Conv", "relu", "z-plus", 2359808, 512, 28},
    {"features.23", "max-pool", "pooling", "MaxPool", "identity", "zero", 0, 512, 14},
    {"features.24", "convolution", "convolution", "Conv", "relu", "z-plus", 2359808, 512, 14},
    {"features.26", "convolution", "convolution", "Conv", "relu", "z-plus", 2359808, 512, 14},
    {"features.28", "convolution", "convolution", "Conv", "relu", "z-plus", 2359808, 512, 14},
    {"features.30", "max-pool", "pooling", "MaxPool", "identity", "zero", 0, 512, 7},
    {"flatten", "flatten", "reshaping", "Flatten", "identity", "pass", 0, 25088, 0},
    {"classifier.0", "dense", "", "Gemm", "relu", "epsilon", 102764544, 4096, 0},
    {"classifier.3", "dense", "", "Gemm", "relu", "epsilon", 16781312, 4096, 0},
    {"classifier.6", "dense", "", "Gemm", "identity", "epsilon", 4097000, 1000, 0},
};

static struct lrp_shape shape_of(int i)
{
    struct lrp_shape shape = {.rank = plan[i].side ? 4 : 2, .dim = {1, plan[i].channels, plan[i].side, plan[i].side}};
    return shape;
}

static void set_layer(struct fixture *f, int i)
{
    f->from[i] = i - 1;
    f->to[i] = i + 1;
    f->rules[i] = plan[i].rule;
    f->given[i] = &f->sources[i];
    const bool fallback = i > 0 && strcmp(plan[i].rule, "zero") == 0;
    f->sources[i] = (struct lrp_rule_source){.text = i == 0     ? ""
                                                     : fallback ? "fallback"
                                                                : "epsilon-plus-flat",
                                             .fallback = fallback};
    f->shapes[i] = shape_of(i);
    f->rows[i] = (struct lrp_layer){.index = i,
                                    .body = -1,
                                    .name = plan[i].name,
                                    .type = plan[i].type,
                                    .group = plan[i].group,
                                    .second_group = "",
                                    .op_type = plan[i].op,
                                    .activation = plan[i].activation,
                                    .activation_op = "",
                                    .inputs = f->inputs,
                                    .outputs = f->outputs,
                                    .sources = &f->from[i],
                                    .consumers = &f->to[i],
                                    .input_count = i > 0,
                                    .output_count = 1,
                                    .consumer_count = i + 1 < FIXTURE_LAYERS,
                                    .shape = &f->shapes[i],
                                    .parameters = plan[i].parameters,
                                    .executable = true,
                                    .differentiable = true,
                                    .obstacle = ""};
    f->list.parameters += plan[i].parameters;
}

static void set_check(struct fixture *f)
{
    for (int i = 0; i < FIXTURE_LAYERS; i++)
        f->check_rows[i] = (struct lrp_check_row){.layer = &f->rows[i],
                                                  .state = i ? LRP_CHECK_PASSED : LRP_CHECK_INPUT,
                                                  .layer_supported = true,
                                                  .activation_supported = true,
                                                  .reason = "",
                                                  .remedy = ""};
    f->check_rows[7].state = f->registered ? LRP_CHECK_REGISTERED : LRP_CHECK_UNSUPPORTED_ACTIVATION;
    f->check_rows[7].activation_supported = f->registered;
    f->check_rows[7].failed = !f->registered;
    f->check_rows[7].reason = f->registered ? "" : "activation hard-swish is not supported";
    f->check_rows[7].remedy = f->registered ? "" : "register it with --support-activation hard-swish, or skip the checks";
    f->check = (struct lrp_check){
        .passed = f->registered,
        .failed = !f->registered,
        .rows = f->check_rows,
        .count = FIXTURE_LAYERS,
        .guidance = f->registered ? ""
                                  : "Unsupported activations: hard-swish (layer 7).\n"
                                    "Register it if LRP's assumptions hold (f(0) = 0, monotonic), or skip the checks."};
}

void fixture_init(struct fixture *f, enum lrp_color_mode mode, bool ascii, int columns, int rows)
{
    const struct lrp_caps caps = {
        .mode = mode, .ascii = ascii, .levels = mode == LRP_COLOR_DIRECT ? 63 : 31, .palette = LRP_PALETTE_MAX};
    *f = (struct fixture){.inputs = {"x"}, .outputs = {"y"}};
    for (int i = 0; i < FIXTURE_LAYERS; i++) set_layer(f, i);
    f->list.rows = f->rows;
    f->list.count = FIXTURE_LAYERS;
    f->snapshot = (struct lrp_snapshot){.model_path = "/models/vgg-hs.onnx",
                                        .layers = &f->list,
                                        .check = &f->check,
                                        .rules = f->rules,
                                        .rule_sources = f->given,
                                        .input_label = "",
                                        .activation = f->none,
                                        .relevance = f->none,
                                        .activation_statistics = f->statistics,
                                        .relevance_statistics = f->statistics};
    lrp_app_init(&f->app, &lrp_screen, &caps, columns, rows);
    fixture_seen(f);
}

void fixture_free(struct fixture *f)
{
    for (int i = 0; i < 3; i++) {
        lrp_plane_free(&f->maps[i].picture);
        for (int k = 0; k < LRP_SHEET_INPUTS; k++) lrp_plane_free(&f->maps[i].relevance[k]);
    }
    lrp_app_free(&f->app);
}

int fixture_set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    fixture_init(f, LRP_COLOR_256, false, 100, 30);
    fixture_results(f, true);
    *state = f;
    return 0;
}

int fixture_tear_down(void **state)
{
    fixture_free(*state);
    free(*state);
    return 0;
}

static void fact(struct lrp_facts *facts, enum lrp_setting setting, const char *value)
{
    facts->values[setting] = strdup(value);
}

void fixture_seen(struct fixture *f)
{
    struct lrp_facts facts = {.values = {NULL}};
    set_check(f);
    f->snapshot.blocked = !f->check.passed && !f->skip;
    fact(&facts, LRP_SETTING_CONVENTION, "julia");
    fact(&facts, LRP_SETTING_METHOD, "lrp");
    fact(&facts, LRP_SETTING_COMPOSITE, "epsilon-plus-flat");
    fact(&facts, LRP_SETTING_SKIP_CHECKS, f->skip ? "true" : "false");
    f->sources[3] = f->own_rules ? (struct lrp_rule_source){.text = "--rule features.4", .selector = "features.4"}
                                 : (struct lrp_rule_source){.text = "fallback", .fallback = true};
    if (f->own_rules) lrp_strings_add(&facts.selects, "features.4");
    if (f->registered) lrp_strings_add(&facts.activations, "hard-swish");
    struct lrp_event event = {.kind = LRP_EVENT_SEEN, .snapshot = &f->snapshot, .facts = &facts};
    lrp_app_update(&f->app, &event);
    lrp_facts_free(&facts);
    fixture_picture(f);
}

void fixture_results(struct fixture *f, bool relevance)
{
    f->snapshot.input_label = "pictures/castle.png";
    f->target = (struct lrp_target){.index = 483, .label = "castle", .output = 0.91F, .start = 1};
    f->snapshot.targets = &f->target;
    f->snapshot.target_count = 1;
    f->snapshot.output = &f->tensor;
    f->snapshot.job = LRP_JOB_DONE;
    for (int i = 0; i < FIXTURE_LAYERS; i++) {
        f->tensors[i] = lrp_tensor_numbers(&f->tensor);
        f->statistics[i] = (struct lrp_statistics){
            .sum = 1 - 0.002 * (FIXTURE_LAYERS - 1 - i), .mean = 1e-4, .std = 2e-3, .min = -0.25F, .max = 0.5F};
    }
    f->snapshot.activation = f->tensors;
    f->snapshot.relevance = relevance ? f->tensors : f->none;
    fixture_seen(f);
}

/* A ring of positive values around a negative spot; without the spot for activations. */
static struct lrp_plane ring(int side, double radius, double spot)
{
    struct lrp_plane plane;
    if (lrp_plane_new(side, side, &plane, NULL) != LRP_OK) abort();
    for (int i = 0; i < side * side; i++) {
        const int column = i % side, row = i / side;
        const double x = (column - side * 0.5) / side, y = (row - side * 0.5) / side, r = sqrt(x * x + y * y);
        plane.values[i] = (float)(exp(-60 * (r - radius) * (r - radius)) - spot * exp(-60 * r * r));
    }
    return plane;
}

/* Two dozen channels, each weaker than the one before. */
static void put_tiles(const struct fixture *f, struct lrp_painting *p)
{
    const struct lrp_caps *caps = &f->app.caps;
    p->layout = lrp_tiles_make(caps, p->subject.columns, p->subject.rows, 64, 64, (size_t)p->channels);
    const size_t page = (size_t)p->layout.across * (size_t)p->layout.down, all = (size_t)p->channels,
                 chosen = (size_t)(p->subject.channel > 0 ? p->subject.channel : 0);
    p->first_tile = chosen / page * page;
    p->tile_count = all - p->first_tile < page ? all - p->first_tile : page;
    p->tiles = calloc(p->tile_count, sizeof *p->tiles);
    for (size_t i = 0; i < p->tile_count; i++) {
        p->tiles[i] = (struct lrp_tile){.plane = ring(12, 0.1 + 0.02 * (double)((p->first_tile + i) % 16), 0.5),
                                        .channel = (int64_t)((i * 7 + 3) % all),
                                        .strength = 1.0 / (double)(p->first_tile + i + 1)};
        lrp_plane_free(&p->plane);
        p->plane = (struct lrp_plane){0};
    }
    if (p->first_tile == 0 && lrp_preview_row(p->subject.kind)->concepts && p->tile_count > 2)
        p->tiles[0].whole = p->tiles[2].chosen = true;
    p->range = (struct lrp_range){-1, 1, true, 0};
}

/* A red ramp from left to right, a green one from top to bottom, and what lies over it where it has places there. */
static void put_photo(struct lrp_painting *p, int side)
{
    for (int channel = 0; channel < 3; channel++) {
        p->photo[channel] = ring(32, 0.3, 0);
        for (int i = 0; i < 32 * 32; i++)
            p->photo[channel].values[i] = channel == 0 ? (float)(i % 32 * 8) : channel == 1 ? (float)(i / 32 * 8) : 64;
    }
    if (p->vector) {
        strcpy(p->note, "no overlay of layer classifier.6: its values (1000) have no places in the picture");
        return;
    }
    p->other = ring(side, 0.3, 0.8);
    p->grey = ring(side, 0.4, 0);
    p->options.overlay = 0.6;
}

/* A wave of which the middle matters, and a ramp that counts against it. */
static void put_signal(struct lrp_painting *p)
{
    enum { STEPS = 100 };
    if (lrp_plane_new(STEPS, 2, &p->other, NULL) != LRP_OK) abort();
    lrp_plane_free(&p->plane);
    if (lrp_plane_new(STEPS, 2, &p->plane, NULL) != LRP_OK) abort();
    for (int i = 0; i < STEPS; i++) {
        const double middle = (i - 50) / 12.0;
        p->other.values[i] = (float)sin(i / 6.0);
        p->other.values[STEPS + i] = (float)i;
        p->plane.values[i] = (float)exp(-middle * middle);
        p->plane.values[STEPS + i] = (float)-i / 200;
    }
    p->vector = false;
    p->range = (struct lrp_range){-1, 1, true, 0};
}

void fixture_picture(struct fixture *f)
{
    struct lrp_painting painting = {.subject = lrp_preview_subject(&f->app),
                                    .channel = -1,
                                    .channels = plan[lrp_preview_layer(&f->app)].channels,
                                    .release = lrp_painting_release};
    const bool relevance = painting.subject.show == LRP_SHOW_RELEVANCE;
    const int wanted = plan[lrp_preview_layer(&f->app)].side ? plan[lrp_preview_layer(&f->app)].side : 64,
              side = f->rows[lrp_preview_layer(&f->app)].shape->rank == 2 ? 8
                     : wanted < 64                                        ? wanted
                                                                          : 64;
    struct lrp_event event = {.kind = LRP_EVENT_PAINTING, .painting = &painting};
    if (painting.subject.layer >= 0 &&
        (relevance ? f->snapshot.relevance : f->snapshot.activation)[lrp_preview_layer(&f->app)]) {
        const struct lrp_preview_row *row = lrp_preview_row(painting.subject.kind);
        lrp_heatmap_defaults(relevance ? "relevance" : "activation", &painting.options);
        if (row->flows || row->heads || row->of_model) {
            fixture_text_picture(f, &painting);
            lrp_app_update(&f->app, &event);
            lrp_painting_clear(&painting);
            return;
        }
        painting.vector = f->rows[lrp_preview_layer(&f->app)].shape->rank == 2;
        painting.plane = ring(side, 0.3, relevance ? 0.8 : 0);
        const struct lrp_plane *planes[] = {&painting.plane};
        lrp_range_of(planes, 1, &painting.options, &painting.range, NULL);
        if (painting.subject.channel >= 0) painting.channel = 17;
        painting.strength = 0.25;
        if (row->channels == LRP_CHANNELS_GRID) put_tiles(f, &painting);
        if (painting.subject.kind == LRP_PREVIEW_OVERLAY) {
            painting.grey = ring(side, 0.4, 0);
            painting.options.overlay = 0.6;
        }
        if (painting.subject.kind == LRP_PREVIEW_SIGNAL) put_signal(&painting);
        if (painting.subject.kind == LRP_PREVIEW_TRIPTYCH) put_photo(&painting, side);
        if (painting.subject.kind == LRP_PREVIEW_COMPARE) {
            painting.sum_before = 0.9;
            painting.sum_now = 1.1;
            strcpy(painting.note, "composite epsilon-plus-flat, now zero");
            painting.other = ring(side, 0.25, 0.6);
            lrp_plane_difference(&painting.other, &painting.plane, &painting.difference, NULL);
            painting.difference_range = (struct lrp_range){-0.5F, 0.5F, true, 0};
            painting.correlation = 0.75;
        }
    }
    lrp_app_update(&f->app, &event);
    lrp_painting_clear(&painting);
}

/* What the library would tell of the selected layer: a bell of weights, activations that are mostly small. */
void fixture_layer(struct fixture *f)
{
    struct lrp_layer_facts facts = {.layer = f->app.layer,
                                    .formula = "a+ W+^T s + a- W-^T s, s = R / stab(W+ a+ + W- a- + b+)"};
    struct lrp_event event = {.kind = LRP_EVENT_LAYER, .layer_facts = &facts};
    for (int i = 0; i < LRP_SPREAD_BINS; i++) {
        facts.spread[LRP_SHOW_WEIGHTS].bins[i] = (size_t)(1000 * exp(-(i - 7.5) * (i - 7.5) / 8));
        facts.spread[LRP_SHOW_ACTIVATION].bins[i] = (size_t)(1000 >> i);
    }
    facts.spread[LRP_SHOW_WEIGHTS].statistics =
        (struct lrp_statistics){.sum = -18.4, .mean = -0.008, .std = 0.077, .min = -0.3125F, .max = 0.25F};
    facts.spread[LRP_SHOW_WEIGHTS].count = (size_t)plan[lrp_preview_layer(&f->app)].parameters;
    facts.spread[LRP_SHOW_WEIGHTS].taken =
        facts.spread[LRP_SHOW_WEIGHTS].count < 65536 ? facts.spread[LRP_SHOW_WEIGHTS].count : 65536;
    facts.spread[LRP_SHOW_ACTIVATION].taken = facts.spread[LRP_SHOW_ACTIVATION].count = 2000;
    facts.spread[LRP_SHOW_ACTIVATION].statistics = f->statistics[f->app.layer];
    lrp_app_update(&f->app, &event);
}

void fixture_ledger(struct fixture *f)
{
    for (int i = 0; i < FIXTURE_LAYERS; i++) {
        struct lrp_ledger_row *row = &f->ledger_rows[i];
        row->in = f->statistics[i].sum;
        row->out = i ? f->statistics[i - 1].sum : row->in;
        row->causes[LRP_CAUSE_BIAS] = i == 20 ? 0.012 : i ? 0.002 : 0;
        row->causes[LRP_CAUSE_STABILIZER] = i == 20 ? -0.01 : 0;
        row->causes[LRP_CAUSE_OTHER] = 1e-9;
    }
    f->ledger_rows[3].flags = 1U << LRP_LEDGER_NEGATIVE_INPUT;
    f->ledger_rows[7].flags = 1U << LRP_LEDGER_AMPLIFIED | 1U << LRP_LEDGER_OFFSET;
    f->ledger = (struct lrp_ledger){.rows = f->ledger_rows, .count = FIXTURE_LAYERS};
    f->ledger.total = (struct lrp_ledger_row){.in = 1, .out = 0.956, .causes = {[LRP_CAUSE_BIAS] = 0.044}};
    f->snapshot.ledger = &f->ledger;
    fixture_seen(f);
}

void fixture_doubts(struct fixture *f)
{
    static const char *const lines[] = {
        "the input is scaled as the model has never seen it: 60 of 64 channels behind its first layer are more than 10 "
        "deviations off (--scale 1/255, --mean, --std or --preprocess FILE say how pictures go in)",
        "relevance blows up behind layer features.5 (rule gamma(0.25)): sum -1.9e+17, largest 3.2e+16 at features.4, for a "
        "start of 1 (bias 143, its rule is meant for inputs and sums that are not negative: --rule "
        "'type:convolution=generalized-gamma(0.25)')"};
    static const int layers[] = {0, 4};
    f->snapshot.doubts = lines;
    f->snapshot.doubt_layers = layers;
    f->snapshot.doubt_count = 2;
    fixture_seen(f);
}

void fixture_batch(struct fixture *f)
{
    static char *const names[] = {"cat/a.png",      "cat/b.png", "cat/c.png",  "dog/a.png",
                                  "dog/broken.png", "dog/d.png", "other/e.png"},
                       *const folders[] = {"cat", "cat", "cat", "dog", NULL, "dog", NULL}, *const labels[] = {"cat", "dog",
                                                                                                              "cat", "dog",
                                                                                                              NULL,  "cat",
                                                                                                              "bird"};
    static const double outputs[] = {2.5, 0.75, 11.25, 3, NAN, -0.5, 1e-7},
                        sums[] = {0.5, 0.25, 1, 0.875, NAN, -0.125, 12345678};
    static const int clusters[] = {0, 1, 0, 2, -1, 1, -1}, targets[] = {0, 1, 0, 1, -1, 0, 2};
    for (int i = 0; i < 7; i++)
        f->samples[i] = (struct lrp_outcome){.name = names[i],
                                             .folder = folders[i],
                                             .label = labels[i],
                                             .error = i == 4 ? (char *)"dog/broken.png: neither a picture nor an array" : NULL,
                                             .target = targets[i],
                                             .output = outputs[i],
                                             .sum = sums[i],
                                             .warnings = i == 5 ? 2 : 0,
                                             .cluster = clusters[i]};
    f->results = (struct lrp_batch_results){
        .folder = (char *)"results", .samples = 10, .there = 7, .failed = 1, .rows = f->samples, .capacity = 8, .clusters = 3};
    struct lrp_event event = {.kind = LRP_EVENT_RESULTS, .results = &f->results};
    lrp_app_update(&f->app, &event);
}

void fixture_sheet(struct fixture *f)
{
    fixture_batch(f);
    for (int i = 0; i < 3; i++) {
        f->maps[i].known = true;
        if (i < 2) f->maps[i].picture = ring(16, 0.2 + 0.1 * i, 0);
        f->maps[i].relevance[0] = ring(16, 0.3, 0.8);
        f->maps[i].range[0] = (struct lrp_range){-1, 1, true, 0};
        if (i == 1) f->maps[i].relevance[1] = ring(8, 0.3, 0.8);
        f->maps[i].range[1] = (struct lrp_range){-1, 1, true, 0};
    }
    f->sheet = (struct lrp_input_sheet){.maps = f->maps, .count = 3, .greys = {0, 1, false, 0}};
    lrp_heatmap_defaults("relevance", &f->sheet.options);
    f->app.results.sheet = &f->sheet;
}

void fixture_signal(struct fixture *f)
{
    f->signals[0] = 2;
    f->snapshot.signals = f->signals;
    f->shapes[0] = (struct lrp_shape){.rank = 3, .dim = {1, 2, 100}};
    fixture_seen(f);
}

void fixture_branches(struct fixture *f)
{
    static const char *const names[] = {"/stem/conv/Conv",
                                        "/stem/conv2/Conv",
                                        "/stem/pool/MaxPool",
                                        "/layer1/layer1.0/conv1/Conv",
                                        "/layer1/layer1.0/conv2/Conv",
                                        "/layer1/layer1.1/pool/MaxPool",
                                        "/layer1/layer1.1/conv1/Conv",
                                        "/layer1/layer1.1/conv2/Conv",
                                        "/layer1/layer1.1/Add"};
    for (int i = 0; i < 9; i++) f->rows[i + 1].name = names[i];
    f->joined[0] = 8, f->joined[1] = 5;
    f->forked[0] = 6, f->forked[1] = 9;
    f->rows[9].sources = f->joined;
    f->rows[9].input_count = 2;
    f->rows[5].consumers = f->forked;
    f->rows[5].consumer_count = 2;
    f->other_list = f->list;
    f->snapshot.layers = &f->other_list;
    fixture_seen(f);
}

void fixture_key(struct fixture *f, int key)
{
    struct lrp_event event = {.kind = LRP_EVENT_KEY, .number = key};
    lrp_app_update(&f->app, &event);
    fixture_picture(f);
    if (f->app.details) fixture_layer(f);
}

void fixture_keys(struct fixture *f, const char *keys)
{
    for (int key; (key = lrp_key_parse(&keys)) > 0;) fixture_key(f, key);
}

int fixture_run_effects(struct fixture *f)
{
    int last = -1;
    for (size_t i = 0; i < f->app.effects.count; i++) {
        const struct lrp_effect *e = &f->app.effects.items[i];
        last = (int)e->kind;
        if (e->kind == LRP_EFFECT_SET && e->number == LRP_SETTING_SKIP_CHECKS) f->skip = strcmp(e->text, "true") == 0;
        if (e->kind == LRP_EFFECT_REGISTER) f->registered = e->flag;
        if (e->kind == LRP_EFFECT_RULE) f->own_rules = e->text != NULL;
    }
    lrp_effects_free(&f->app.effects);
    fixture_seen(f);
    return last;
}

/* A straight fall from `from` to 0, bent by `bend`: below the straight line if it is positive. */
static double *falling(double from, double bend, size_t length)
{
    double *curve = malloc(length * sizeof *curve);
    for (size_t i = 0; curve && i < length; i++) {
        const double t = (double)i / (double)(length - 1);
        curve[i] = from * (1 - t) - bend * t * (1 - t) * from;
    }
    return curve;
}

void fixture_scores(struct fixture *f)
{
    enum { LENGTH = 50 };
    static const char *const names[] = {"epsilon-plus", "epsilon-plus-flat", "gradient"};
    struct lrp_setting_scores scores = {.count = 3, .done = 2, .running = true, .baselines = {"mean", "min"}};
    scores.rows = calloc(scores.count, sizeof *scores.rows);
    for (size_t i = 0; scores.rows && i < scores.count; i++) {
        struct lrp_scored *row = &scores.rows[i];
        *row = (struct lrp_scored){.name = strdup(names[i]), .is_method = i == 2, .there = i < 2, .same_as = (int)i};
        for (int b = 0; i < 2 && b < LRP_BASELINES; b++)
            row->flipping[b] = (struct lrp_flipping){.morf = falling(10, 0.9, LENGTH),
                                                     .lerf = falling(10, -0.8, LENGTH),
                                                     .length = LENGTH,
                                                     .abpc = 4.5 + (double)i - (double)(2 * b) * (double)i};
    }
    for (int b = 0; b < LRP_BASELINES; b++)
        scores.random[b] = (struct lrp_flipping){.morf = falling(10, 0, LENGTH), .length = LENGTH, .abpc = 0.25};
    struct lrp_event event = {.kind = LRP_EVENT_SCORES, .scores = &scores};
    lrp_app_update(&f->app, &event);
    lrp_scores_free(&scores);
}
