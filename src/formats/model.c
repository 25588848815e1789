/* model.c: opening a model file, whatever its format. */
#include "lrpscope/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "json_model.h"
#include "mapping.h"
#include "model_internal.h"
#include "onnx.h"

struct lrp_model {
    struct lrp_definition *definition;
    int references;
};

/* The formats, by what a file begins with and not by its name: the first that looks right reads it. */
static const struct format {
    bool (*looks)(const unsigned char *bytes, size_t size); /* NULL: whatever is left, it says what is wrong */
    enum lrp_status (*read)(const char *path, struct lrp_definition **out, struct lrp_error *err);
} formats[] = {
    {lrp_json_model_looks, lrp_json_model_read},
    {NULL, lrp_onnx_read},
};

static const struct format *format_of(const char *path)
{
    const struct format *format = formats;
    struct lrp_mapping file = {0};
    struct stat kind;
    /* what a pipe gives cannot be looked at twice; a file that cannot be read is left to the reader to complain of */
    const bool open = stat(path, &kind) == 0 && S_ISREG(kind.st_mode) && lrp_mapping_open(path, &file, NULL) == LRP_OK;

    while (format->looks && !(open && format->looks(file.data, file.size))) format++;
    if (open) lrp_mapping_close(&file);
    return format;
}

enum lrp_status lrp_model_open(const char *path, struct lrp_model **out, struct lrp_error *err)
{
    struct lrp_model *model = calloc(1, sizeof *model);
    if (!model) return lrp_fail(err, LRP_MEMORY, "%s: not enough memory", path);
    enum lrp_status status = format_of(path)->read(path, &model->definition, err);
    if (status) {
        free(model);
        return status;
    }
    model->references = 1;
    *out = model;
    return LRP_OK;
}

const char *lrp_model_file_at(const void *address)
{
    return lrp_mapping_at(address);
}

struct lrp_model *lrp_model_retain(struct lrp_model *model)
{
    __atomic_add_fetch(&model->references, 1, __ATOMIC_RELAXED);
    return model;
}

void lrp_model_release(struct lrp_model *model)
{
    if (!model || __atomic_sub_fetch(&model->references, 1, __ATOMIC_ACQ_REL) > 0) return;
    lrp_definition_free(model->definition);
    free(model);
}

const struct lrp_definition *lrp_model_definition(const struct lrp_model *model)
{
    return model->definition;
}

static void describe_value(const struct lrp_value_definition *value, struct lrp_model_value *out)
{
    *out = (struct lrp_model_value){.name = value->name, .dtype = value->dtype, .shape = value->shape};
    for (int i = 0; i < LRP_MAX_RANK; i++) out->dim_name[i] = value->dim_name[i];
}

const char *lrp_model_path(const struct lrp_model *model)
{
    return model->definition->path;
}
size_t lrp_model_input_count(const struct lrp_model *model)
{
    return model->definition->input_count;
}
size_t lrp_model_output_count(const struct lrp_model *model)
{
    return model->definition->output_count;
}
size_t lrp_model_bytes(const struct lrp_model *model)
{
    return model->definition->bytes;
}
size_t lrp_model_file_count(const struct lrp_model *model)
{
    return model->definition->file_count;
}
const char *lrp_model_file(const struct lrp_model *model, size_t index)
{
    return model->definition->files[index];
}
const char *lrp_model_absent(const struct lrp_model *model)
{
    return model->definition->absent;
}
size_t lrp_model_nodes(const struct lrp_model *model)
{
    return model->definition->node_count;
}

void lrp_model_input(const struct lrp_model *model, size_t index, struct lrp_model_value *out)
{
    describe_value(&model->definition->inputs[index], out);
}

void lrp_model_output(const struct lrp_model *model, size_t index, struct lrp_model_value *out)
{
    describe_value(&model->definition->outputs[index], out);
}

enum { NEWEST_OPSET = 22 }; /* where keys stand does not depend on it */

static const struct lrp_node_definition *maker_of(const struct lrp_definition *d, const char *value)
{
    for (size_t n = 0; n < d->node_count; n++)
        for (int i = 0; i < d->nodes[n].output_count; i++)
            if (strcmp(d->nodes[n].outputs[i], value) == 0) return &d->nodes[n];
    return NULL;
}

static const char *key_of(const struct lrp_attribute *a, size_t index, char *buffer, size_t size)
{
    if (index >= a->count) return NULL;
    if (a->strings) return a->strings[index];
    if (!a->ints) return NULL;
    snprintf(buffer, size, "%lld", (long long)a->ints[index]);
    return buffer;
}

const char *lrp_model_key(const struct lrp_model *model, const char *value, size_t index, char *buffer, size_t size)
{
    const struct lrp_node_definition *node = maker_of(model->definition, value);
    const struct lrp_operator *op = node ? lrp_operator_find(node->domain, node->op_type, NEWEST_OPSET, NULL) : NULL;
    const char *key = NULL;
    for (const char *const *name = op ? op->keys : NULL; !key && name && *name; name++)
        for (int i = 0; !key && i < node->attribute_count; i++)
            if (strcmp(node->attributes[i].name, *name) == 0) key = key_of(&node->attributes[i], index, buffer, size);
    return key;
}
