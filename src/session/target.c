/* target.c: which output neuron is explained, and with what relevance it starts. */
#include "target.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convention.h"
#include "lrpscope/text.h"
#include "text.h"

const struct lrp_tensor *lrp_results_mask(const struct lrp_results *r, int64_t positions)
{
    for (size_t i = 0; i < r->input_count; i++) {
        struct lrp_model_value input;
        const struct lrp_tensor *mask = r->inputs[i];
        lrp_model_input(r->network->model, i, &input);
        if (mask && strcmp(input.name, "attention_mask") == 0 && mask->shape.rank == 2 && mask->shape.dim[1] >= positions)
            return mask;
    }
    return NULL;
}

bool lrp_mask_keeps(const struct lrp_tensor *mask, size_t sample, size_t position)
{
    const size_t row = (size_t)(mask->shape.dim[0] > (int64_t)sample ? (int64_t)sample : 0) * (size_t)mask->shape.dim[1];
    return lrp_dtype_is_float(mask->dtype) ? mask->f[row + position] > 0 : mask->i[row + position] > 0;
}

/* The last position that the attention mask, if there is one, says is no padding. */
static int64_t last_position(const struct lrp_results *r, size_t sample, int64_t positions)
{
    const struct lrp_tensor *mask = lrp_results_mask(r, positions);
    for (int64_t p = positions; mask && p-- > 0;)
        if (lrp_mask_keeps(mask, sample, (size_t)p)) return p;
    return positions - 1;
}

/* Classes are tokens where there is one for each. */
static const struct lrp_tokenizer *names_classes(const struct lrp_setup *setup, int64_t classes)
{
    const struct lrp_tokenizer *t = setup->labels.count ? NULL : setup->tokenizer;
    return t && lrp_tokenizer_token(t, classes) == NULL && lrp_tokenizer_token(t, 0) ? t : NULL;
}

static enum lrp_status space_of(const struct lrp_setup *setup, const struct lrp_results *r, const struct lrp_tensor *output,
                                struct lrp_target_space *o, struct lrp_error *err)
{
    const struct lrp_shape *s = &output->shape;
    *o = (struct lrp_target_space){.samples = (size_t)lrp_setup_samples(setup)};
    const bool batched = s->rank > 0 && (o->samples > 1 || s->dim[0] == 1);
    for (int k = batched; k < s->rank; k++) o->dim[o->rank++] = s->dim[k];
    o->size = o->samples ? output->count / o->samples : 0;
    o->sequence = o->rank == 2 && lrp_setup_reads_tokens(setup);
    o->tokenizer = o->sequence ? names_classes(setup, o->dim[1]) : NULL;
    if (lrp_tensor_is_sequence(output))
        return lrp_fail(err, LRP_UNSUPPORTED,
                        output->dtype == LRP_DTYPE_UNDEFINED
                            ? "the output is an optional value that is not there: there is nothing to explain"
                            : "the output is a sequence: relevance needs one tensor (--output-name chooses another output)");
    if (!o->size) return lrp_fail(err, LRP_UNSUPPORTED, "the output is empty: there is nothing to explain");
    o->last = calloc(o->samples, sizeof *o->last);
    if (!o->last) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; o->sequence && i < o->samples; i++) o->last[i] = last_position(r, i, o->dim[0]);
    return LRP_OK;
}

/* The largest, the first of equal ones. */
static int64_t arg_max(const float *values, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (values[i] > values[best]) best = i;
    return (int64_t)best;
}

/* Without a text: the largest number of a sample, of sequences that at the last position. */
static struct lrp_target_choice strongest(const struct lrp_target_space *o, const struct lrp_tensor *output, size_t sample)
{
    const size_t classes = o->sequence ? (size_t)o->dim[1] : o->size,
                 first = o->sequence ? (size_t)o->last[sample] * classes : 0;
    const int64_t best = arg_max(output->f + sample * o->size + first, classes), index = (int64_t)first + best;
    const int64_t behind = o->rank > 1 && o->dim[0] ? (int64_t)o->size / o->dim[0] : 1;
    return (struct lrp_target_choice){
        .index = index, .label = o->sequence ? best : index / behind, .plus = {.first = index, .stride = 1, .count = 1}};
}

/* The end of the part of a list that begins here: commas in double quotes are part of it. */
static char *part_end(char *part)
{
    bool quoted = false;
    while (*part && (quoted || *part != ',')) quoted ^= *part++ == '"';
    return part;
}

/* A comma list: one target per sample. */
static enum lrp_status choose_list(const char *text, const struct lrp_target_space *o, const struct lrp_labels *labels,
                                   struct lrp_target_choice *choices, struct lrp_error *err)
{
    char *copy = strdup(text), *rest = copy;
    size_t count = 0;
    enum lrp_status status = copy ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (char *part = rest; !status && part; part = rest, count++) {
        char *const end = part_end(part);
        rest = *end ? end + 1 : NULL;
        *end = '\0';
        if (count < o->samples) status = lrp_target_parse(part, o, labels, count, &choices[count], err);
    }
    free(copy);
    if (!status && count != o->samples)
        status = lrp_fail(err, LRP_USAGE, "target %s: %zu targets for %zu samples", text, count, o->samples);
    return status;
}

enum lrp_status lrp_targets_choose(const struct lrp_setup *setup, const struct lrp_results *results,
                                   const struct lrp_tensor *output, struct lrp_target_choice **out, size_t *count,
                                   struct lrp_error *err)
{
    const char *text = lrp_settings_get(setup->settings, LRP_SETTING_TARGET);
    struct lrp_target_space o;
    enum lrp_status status = space_of(setup, results, output, &o, err);
    struct lrp_target_choice *choices = status ? NULL : calloc(o.samples + 1, sizeof *choices);
    if (!status && !choices) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    const bool list = lrp_target_is_list(text, &setup->labels), similar = lrp_setup_reference(setup) != NULL;
    for (size_t i = 0; !status && !list && i < o.samples; i++) {
        if (*text && !similar)
            status = lrp_target_parse(text, &o, &setup->labels, i, &choices[i], err);
        else
            choices[i] = strongest(&o, output, i);
    }
    if (!status && list) status = choose_list(text, &o, &setup->labels, choices, err);
    free(o.last);
    if (status) {
        free(choices);
        return status;
    }
    *out = choices;
    *count = o.samples;
    return LRP_OK;
}

/* Classes of a sequence output; 0: it is none. */
static int64_t classes_of(const struct lrp_setup *setup, const struct lrp_tensor *output)
{
    const struct lrp_shape *s = &output->shape;
    return s->rank == 3 && lrp_setup_reads_tokens(setup) ? s->dim[2] : 0;
}

/* The label, or the token that a class stands for; "" if neither is known. */
static const char *class_name(const struct lrp_setup *setup, int64_t classes, int64_t index)
{
    if (index >= 0 && index < (int64_t)setup->labels.count) return setup->labels.names[index];
    const struct lrp_tokenizer *t = classes ? names_classes(setup, classes) : NULL;
    const char *token = t ? lrp_tokenizer_token(t, index) : NULL;
    return token ? token : "";
}

void lrp_targets_name(const struct lrp_setup *setup, const struct lrp_results *results, struct lrp_target *targets)
{
    const struct lrp_tensor *output = results->values[setup->output];
    const char *similar = lrp_setup_reference(setup) ? lrp_settings_get(setup->settings, LRP_SETTING_TARGET) : NULL;
    for (size_t i = 0; i < results->target_count; i++)
        targets[i].label = similar ? similar : class_name(setup, output ? classes_of(setup, output) : 0, targets[i].named);
}

const char *lrp_snapshot_label(const struct lrp_snapshot *snapshot, int64_t index)
{
    const struct lrp_setup *setup = lrp_snapshot_box(snapshot)->setup;
    return class_name(setup, snapshot->output ? classes_of(setup, snapshot->output) : 0, index);
}

char *lrp_snapshot_reading(const struct lrp_snapshot *snapshot, int64_t index)
{
    const struct lrp_setup *setup = lrp_snapshot_box(snapshot)->setup;
    const int64_t classes = snapshot->output ? classes_of(setup, snapshot->output) : 0;
    const struct lrp_tokenizer *t = classes && !setup->labels.count ? names_classes(setup, classes) : NULL;
    char *read = t ? lrp_tokenizer_read(t, index) : NULL;
    if (read && *read) return read;
    free(read);
    const char *name = class_name(setup, classes, index);
    struct lrp_text text = {0};
    if (*name)
        lrp_text_append(&text, name);
    else
        lrp_text_printf(&text, "%lld", (long long)index);
    return lrp_text_take(&text);
}

const char *lrp_setup_reference(const struct lrp_setup *setup)
{
    return lrp_target_reference(lrp_settings_get(setup->settings, LRP_SETTING_TARGET), &setup->labels);
}

static const struct {
    struct lrp_word word;
    bool picks; /* it stands where the target's outputs are, and nowhere else */
} starts[] = {[LRP_START_ONE] = {{"one", "1 at the target"}, true},
              [LRP_START_LOGIT] = {{"logit", "the target's logit"}, true},
              [LRP_START_OUTPUT] = {{"output", "the whole output"}, false}};
_Static_assert(sizeof starts / sizeof *starts == (size_t)LRP_START_FILE, "what is none of the words is a file");

const struct lrp_word *lrp_start_word(size_t index)
{
    return index < (size_t)LRP_START_FILE ? &starts[index].word : NULL;
}

static enum lrp_start_kind start_named(const char *text)
{
    size_t i = 0;
    while (i < (size_t)LRP_START_FILE && strcmp(starts[i].word.name, text) != 0) i++;
    return (enum lrp_start_kind)i;
}

bool lrp_start_picks(const char *text)
{
    const enum lrp_start_kind start = start_named(text);
    return !*text || (start != LRP_START_FILE && starts[start].picks);
}

enum lrp_start_kind lrp_start_kind_of(const struct lrp_setup *setup)
{
    const char *text = lrp_settings_get(setup->settings, LRP_SETTING_OUTPUT_RELEVANCE);
    if (lrp_method_pass(&setup->method)->starts_with_one) return LRP_START_ONE;
    if (lrp_start_picks(text) && lrp_setup_reference(setup))
        return LRP_START_LOGIT; /* shares of the output, whatever is said */
    const bool logit = lrp_convention_row(setup->convention)->logit;
    if (!*text) return logit ? LRP_START_LOGIT : LRP_START_ONE;
    return start_named(text);
}

static enum lrp_status start_from_file(const char *path, const struct lrp_tensor *output, struct lrp_tensor *start,
                                       struct lrp_error *err)
{
    struct lrp_tensor *file = NULL;
    size_t length = strlen(path);
    if (length < 5 || strcmp(path + length - 4, ".npy") != 0)
        return lrp_fail(err, LRP_USAGE, "output relevance is one, logit, output or a .npy file, not %s", path);
    enum lrp_status status = lrp_tensor_read_npy(path, &file, err);
    if (status) return status;
    char got[160], want[160];
    if (!lrp_shape_equal(&file->shape, &output->shape) || !lrp_dtype_is_float(file->dtype))
        status = lrp_fail(err, LRP_FILE, "%s: its shape is %s %s, but the output's is %s", path, lrp_dtype_text(file->dtype),
                          lrp_shape_text(&file->shape, 0, "x", got, sizeof got),
                          lrp_shape_text(&output->shape, 0, "x", want, sizeof want));
    else
        memcpy(start->f, file->f, file->count * sizeof(float));
    lrp_tensor_release(file);
    return status;
}

/* What the start of a choice holds at one place, before signs and weights. */
static float start_at(enum lrp_start_kind kind, const float *out, int64_t index)
{
    return kind == LRP_START_ONE ? 1 : out[index];
}

/* The start of one sample: what speaks for the target, less what is set against it. */
static void start_choice(const struct lrp_target_choice *c, enum lrp_start_kind kind, const float *out, float *row)
{
    for (int64_t k = 0; k < c->plus.count; k++) {
        const int64_t at = c->plus.first + k * c->plus.stride;
        row[at] += start_at(kind, out, at);
        const int64_t first = c->classes ? at - at / c->apart % c->classes * c->apart : 0;
        for (int64_t other = 0; other < c->classes; other++)
            if (first + other * c->apart != at)
                row[first + other * c->apart] -= start_at(kind, out, first + other * c->apart) / (float)c->classes;
    }
    for (int64_t k = 0; k < c->minus.count; k++)
        row[c->minus.first + k * c->minus.stride] -= start_at(kind, out, c->minus.first + k * c->minus.stride);
}

/* Whether the neuron that is shown is one of several that the target picks. */
static bool starts_at_several(const struct lrp_target_choice *c, enum lrp_start_kind kind)
{
    return kind <= LRP_START_LOGIT && (c->plus.count > 1 || c->minus.count > 0 || c->classes > 0);
}

static enum lrp_status no_floats(const struct lrp_setup *setup, const struct lrp_tensor *output, struct lrp_error *err)
{
    const struct lrp_graph *g = setup->network->graph;
    struct lrp_text names = {0};
    for (int i = 0; i < g->output_count; i++) lrp_text_printf(&names, "%s%s", i ? ", " : "", g->definition->outputs[i].name);
    lrp_fail(err, LRP_UNSUPPORTED, "the output %s is of type %s: relevance needs one of floats (outputs: %s)",
             g->values[setup->output].name, lrp_dtype_text(output->dtype), names.data ? names.data : "");
    lrp_text_free(&names);
    return LRP_UNSUPPORTED;
}

enum lrp_status lrp_targets_start(const struct lrp_setup *setup, const struct lrp_results *results,
                                  const struct lrp_tensor *output, enum lrp_start_kind kind, struct lrp_tensor **start,
                                  struct lrp_target **targets, size_t *count, struct lrp_error *err)
{
    struct lrp_target_choice *choices = NULL;
    struct lrp_tensor *r = NULL;
    if (!lrp_dtype_is_float(output->dtype)) return no_floats(setup, output, err);
    enum lrp_status status = lrp_targets_choose(setup, results, output, &choices, count, err);
    if (status) return status;
    *targets = calloc(*count + 1, sizeof **targets);
    if (!*targets) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_tensor_new(LRP_DTYPE_FLOAT, &output->shape, &r, err);
    if (!status && kind == LRP_START_OUTPUT) memcpy(r->f, output->f, r->count * sizeof(float));
    if (!status && kind == LRP_START_FILE)
        status = start_from_file(lrp_settings_get(setup->settings, LRP_SETTING_OUTPUT_RELEVANCE), output, r, err);
    size_t size = *count ? output->count / *count : 0;
    for (size_t i = 0; !status && i < *count; i++) {
        const struct lrp_target_choice *c = &choices[i];
        float *row = r->f + i * size;
        const float *out = output->f + i * size;
        if (kind <= LRP_START_LOGIT) start_choice(c, kind, out, row);
        for (size_t k = 0; k < size && kind == LRP_START_LOGIT && setup->composite->no_negative; k++) row[k] = fmaxf(row[k], 0);
        struct lrp_target *t = &(*targets)[i];
        *t = (struct lrp_target){
            .index = c->index, .output = out[c->index], .label = "", .several = starts_at_several(c, kind), .named = c->label};
        for (size_t k = 0; k < size; k++) t->start += (double)row[k];
    }
    free(choices);
    if (!status) {
        *start = r;
        return LRP_OK;
    }
    lrp_tensor_release(r);
    free(*targets);
    *targets = NULL;
    return status;
}

/* The sizes of a sample's axes behind which a flat index hides. */
static struct lrp_shape sample_shape(const struct lrp_snapshot *s)
{
    const struct lrp_shape *all = &s->output->shape;
    struct lrp_shape shape = {.rank = 0};
    const bool batched = all->rank > 0 && (s->target_count > 1 || all->dim[0] == 1);
    for (int k = batched; k < all->rank; k++) shape.dim[shape.rank++] = all->dim[k];
    return shape;
}

char *lrp_snapshot_place(const struct lrp_snapshot *snapshot, int64_t index, char *buffer, size_t size)
{
    const struct lrp_shape shape = snapshot->output ? sample_shape(snapshot) : (struct lrp_shape){.rank = 0};
    int64_t at[LRP_MAX_RANK] = {0}, rest = index;
    snprintf(buffer, size, "%lld", (long long)index);
    for (int k = shape.rank - 1; k >= 0 && shape.dim[k] > 0; rest /= shape.dim[k--]) at[k] = rest % shape.dim[k];
    size_t used = 0;
    for (int k = 0; shape.rank > 1 && k < shape.rank && used < size; k++)
        used += (size_t)snprintf(buffer + used, size - used, "%s%lld%s", k ? ":" : "(", (long long)at[k],
                                 k + 1 < shape.rank ? "" : ")");
    return buffer;
}

int64_t lrp_snapshot_class(const struct lrp_snapshot *snapshot, int64_t index)
{
    const struct lrp_shape shape = snapshot->output ? sample_shape(snapshot) : (struct lrp_shape){.rank = 0};
    if (shape.rank < 2) return index;
    if (shape.rank == 2 && lrp_setup_reads_tokens(lrp_snapshot_box(snapshot)->setup)) return index % shape.dim[1];
    int64_t behind = 1;
    for (int k = 1; k < shape.rank; k++) behind *= shape.dim[k];
    return behind > 0 ? index / behind : index;
}
