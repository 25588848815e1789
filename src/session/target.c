/* target.c: which output neuron is explained, and with what relevance it starts. */
#include <stdlib.h>
#include <string.h>

#include "convention.h"
#include "internal.h"
#include "text.h"

struct output_shape {
    size_t samples, size;            /* size: elements of a sample */
    int64_t channels, height, width; /* 1 where there is no such axis */
};

static struct output_shape shape_of(const struct lrp_tensor *output)
{
    const struct lrp_shape *s = &output->shape;
    struct output_shape o = {.samples = s->rank ? (size_t)s->dim[0] : 1, .channels = 1, .height = 1, .width = 1};
    o.size = o.samples ? output->count / o.samples : 0;
    if (s->rank > 1) o.channels = s->dim[1];
    if (s->rank > 2) o.height = s->dim[2];
    for (int i = 3; i < s->rank; i++) o.width *= s->dim[i];
    if (s->rank == 3) {
        o.width = o.height;
        o.height = 1;
    }
    return o;
}

static int64_t arg_max(const float *values, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (values[i] > values[best]) best = i;
    return (int64_t)best;
}

/* A label: the whole string exactly, then a unique prefix; then a class index. -1: unknown, -2: the prefix is not unique. */
static int64_t find_class(const char *text, const struct lrp_labels *labels)
{
    int64_t found = -1, index;
    size_t length = strlen(text);
    for (size_t i = 0; i < labels->count; i++)
        if (strcmp(labels->names[i], text) == 0) return (int64_t)i;
    for (size_t i = 0; length && i < labels->count; i++)
        if (strncmp(labels->names[i], text, length) == 0) found = found == -1 ? (int64_t)i : -2;
    if (found >= 0) return found;
    if (lrp_parse_int64(text, &index) && index >= 0) return index;
    return found;
}

static enum lrp_status unknown_class(const char *text, int64_t found, const struct lrp_labels *labels, struct lrp_error *err)
{
    if (found == -2) return lrp_fail(err, LRP_USAGE, "target %s: several labels start like this", text);
    if (!labels->count)
        return lrp_fail(err, LRP_USAGE, "target %s: not a class index, and there are no labels (--labels)", text);
    struct lrp_text nearest = {0};
    lrp_text_nearest(&nearest, text, (const char *const *)labels->names, labels->count);
    enum lrp_status status =
        lrp_fail(err, LRP_USAGE, "target %s: no such label (nearest: %s)", text, nearest.data ? nearest.data : "");
    lrp_text_free(&nearest);
    return status;
}

static enum lrp_status beyond(const char *text, const struct output_shape *o, struct lrp_error *err)
{
    return lrp_fail(err, LRP_USAGE, "target %s: the output has %lld classes at %lldx%lld places, counted from 0", text,
                    (long long)o->channels, (long long)o->height, (long long)o->width);
}

static enum lrp_status at_place(const char *text, int64_t c, int64_t y, int64_t x, const struct output_shape *o,
                                struct lrp_target_choice *out, struct lrp_error *err)
{
    if (c < 0 || y < 0 || x < 0 || c >= o->channels || y >= o->height || x >= o->width) return beyond(text, o, err);
    *out = (struct lrp_target_choice){.first = (c * o->height + y) * o->width + x, .stride = 1, .count = 1};
    out->index = out->first;
    return LRP_OK;
}

/* "c:y:x" or "y:x" */
static int parse_colons(const char *text, int64_t *numbers, int most)
{
    char *copy = strdup(text), *save = NULL;
    int count = 0;
    if (!copy) return -1;
    for (char *part = strtok_r(copy, ":", &save); part; part = strtok_r(NULL, ":", &save)) {
        if (count == most || !lrp_parse_int64(part, &numbers[count])) {
            count = -1;
            break;
        }
        count++;
    }
    free(copy);
    return count;
}

/* One target: a class, CLASS@y:x, CLASS@all, (c:y:x). */
static enum lrp_status choose(const char *text, const struct output_shape *o, const struct lrp_labels *labels,
                              struct lrp_target_choice *out, struct lrp_error *err)
{
    int64_t numbers[3];
    size_t length = strlen(text);
    const char *at = strrchr(text, '@');
    int64_t c = find_class(text, labels);
    if (c >= 0) {
        if (o->height * o->width == 1 || o->channels == 1) {
            if (c >= (int64_t)o->size) return beyond(text, o, err);
            *out = (struct lrp_target_choice){.index = c, .first = c, .stride = 1, .count = 1};
            return LRP_OK;
        }
        return lrp_fail(err, LRP_USAGE, "target %s: the output has %lldx%lld places; say which: %s@y:x or %s@all", text,
                        (long long)o->height, (long long)o->width, text, text);
    }
    if (*text == '(' && length > 2 && text[length - 1] == ')') {
        char *inside = strndup(text + 1, length - 2);
        int count = inside ? parse_colons(inside, numbers, 3) : -1;
        free(inside);
        if (count != 3) return lrp_fail(err, LRP_USAGE, "target %s: three numbers are needed, (class:y:x)", text);
        return at_place(text, numbers[0], numbers[1], numbers[2], o, out, err);
    }
    if (!at) return unknown_class(text, c, labels, err);
    char *name = strndup(text, (size_t)(at - text));
    if (!name) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    c = find_class(name, labels);
    int64_t number = 0;
    enum lrp_status status = LRP_OK;
    if (c < 0 && lrp_parse_int64(name, &number) && number < 0)
        status = beyond(text, o, err);
    else if (c < 0)
        status = unknown_class(name, c, labels, err);
    free(name);
    if (status) return status;
    if (strcmp(at + 1, "all") == 0) {
        if (c >= o->channels) return beyond(text, o, err);
        *out = (struct lrp_target_choice){.first = c * o->height * o->width, .stride = 1, .count = o->height * o->width};
        out->index = out->first;
        return LRP_OK;
    }
    if (parse_colons(at + 1, numbers, 2) != 2) return lrp_fail(err, LRP_USAGE, "target %s: after @ comes y:x or all", text);
    return at_place(text, c, numbers[0], numbers[1], o, out, err);
}

/* A comma list: one target per sample. */
static enum lrp_status choose_list(const char *text, const struct output_shape *o, const struct lrp_labels *labels,
                                   struct lrp_target_choice *choices, struct lrp_error *err)
{
    char *copy = strdup(text), *rest = copy;
    size_t count = 0;
    enum lrp_status status = copy ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (char *part; !status && (part = strsep(&rest, ",")) != NULL; count++)
        if (count < o->samples) status = choose(part, o, labels, &choices[count], err);
    free(copy);
    if (!status && count != o->samples)
        status = lrp_fail(err, LRP_USAGE, "target %s: %zu targets for %zu samples", text, count, o->samples);
    return status;
}

enum lrp_status lrp_targets_choose(const char *text, const struct lrp_tensor *output, const struct lrp_labels *labels,
                                   struct lrp_target_choice **out, size_t *count, struct lrp_error *err)
{
    struct output_shape o = shape_of(output);
    struct lrp_target_choice *choices = calloc(o.samples + 1, sizeof *choices);
    if (!choices) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    enum lrp_status status =
        o.size ? LRP_OK : lrp_fail(err, LRP_UNSUPPORTED, "the output is empty: there is nothing to explain");
    bool list = strchr(text, ',') && find_class(text, labels) < 0;
    for (size_t i = 0; !status && !list && i < o.samples; i++) {
        if (*text) {
            status = choose(text, &o, labels, &choices[i], err);
        } else {
            int64_t best = arg_max(output->f + i * o.size, o.size);
            choices[i] = (struct lrp_target_choice){.index = best, .first = best, .stride = 1, .count = 1};
        }
    }
    if (!status && list) status = choose_list(text, &o, labels, choices, err);
    if (status) {
        free(choices);
        return status;
    }
    *out = choices;
    *count = o.samples;
    return LRP_OK;
}

enum start { START_ONE, START_LOGIT, START_OUTPUT, START_FILE };

/* What relevance starts with: as the method has it, as it is asked for, as the convention has it. */
static enum start start_kind(const struct lrp_setup *state)
{
    const char *text = lrp_settings_get(state->settings, LRP_SETTING_OUTPUT_RELEVANCE);
    if (state->method->starts_with_one) return START_ONE;
    const bool logit = lrp_convention_row(state->convention)->logit;
    if (!*text) return logit ? START_LOGIT : START_ONE;
    return strcmp(text, "one") == 0      ? START_ONE
           : strcmp(text, "logit") == 0  ? START_LOGIT
           : strcmp(text, "output") == 0 ? START_OUTPUT
                                         : START_FILE;
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

enum lrp_status lrp_targets_start(const struct lrp_setup *state, const struct lrp_tensor *output, struct lrp_tensor **start,
                                  struct lrp_target **targets, size_t *count, struct lrp_error *err)
{
    struct lrp_target_choice *choices = NULL;
    struct lrp_tensor *r = NULL;
    if (!lrp_dtype_is_float(output->dtype))
        return lrp_fail(err, LRP_UNSUPPORTED, "the output is of type %s: relevance needs a float output",
                        lrp_dtype_text(output->dtype));
    enum lrp_status status =
        lrp_targets_choose(lrp_settings_get(state->settings, LRP_SETTING_TARGET), output, &state->labels, &choices, count, err);
    if (status) return status;
    enum start kind = start_kind(state);
    *targets = calloc(*count + 1, sizeof **targets);
    if (!*targets) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_tensor_new(LRP_DTYPE_FLOAT, &output->shape, &r, err);
    if (!status && kind == START_OUTPUT) memcpy(r->f, output->f, r->count * sizeof(float));
    if (!status && kind == START_FILE)
        status = start_from_file(lrp_settings_get(state->settings, LRP_SETTING_OUTPUT_RELEVANCE), output, r, err);
    size_t size = *count ? output->count / *count : 0;
    for (size_t i = 0; !status && i < *count; i++) {
        const struct lrp_target_choice *c = &choices[i];
        float *row = r->f + i * size;
        const float *out = output->f + i * size;
        for (int64_t k = 0; kind <= START_LOGIT && k < c->count; k++)
            row[c->first + k * c->stride] = kind == START_ONE ? 1 : out[c->first + k * c->stride];
        struct lrp_target *t = &(*targets)[i];
        *t = (struct lrp_target){.index = c->index, .output = out[c->index], .label = ""};
        if (c->index < (int64_t)state->labels.count && size == output->count / *count) t->label = state->labels.names[c->index];
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
