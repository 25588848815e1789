/* layer_statistics.c: means and deviations of the relevance of channels, layer by layer (layer_statistics.h). */
#include "layer_statistics.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch_statistics.h"
#include "json.h"
#include "mapping.h"
#include "safetensors.h"
#include "statistics.h"
#include "text.h"

struct layer_moments {
    char *name; /* owned */
    size_t channels;
    struct lrp_moments *moments; /* owned; one a channel */
};
struct all_layers {
    struct layer_moments *items; /* owned */
    size_t count;
    bool again; /* the second time: distances from the means */
};

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for statistics of layers");
}

static struct layer_moments *find_layer(struct all_layers *all, const char *name, size_t channels)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->items[i].name, name) == 0) return &all->items[i];
    struct layer_moments *more = realloc(all->items, (all->count + 1) * sizeof *more);
    if (!more) return NULL;
    all->items = more;
    struct layer_moments *layer = &more[all->count];
    *layer = (struct layer_moments){strdup(name), channels, calloc(channels + 1, sizeof *layer->moments)};
    all->count++;
    return layer->name && layer->moments ? layer : NULL;
}

/* (1, channels, ...); the same layer of another sample may have other places, but not other channels. */
static enum lrp_status take_layer(struct all_layers *all, const struct lrp_safetensor *t, struct lrp_error *err)
{
    if (t->dtype != LRP_DTYPE_FLOAT || t->shape.rank < 2 || t->shape.dim[0] != 1 || t->shape.dim[1] < 1) return LRP_OK;
    const size_t channels = (size_t)t->shape.dim[1], places = t->count / channels;
    struct layer_moments *layer = find_layer(all, t->name, channels);
    if (!layer) return no_memory(err);
    for (size_t c = 0; c < channels && c < layer->channels; c++) {
        double sum = 0;
        for (size_t i = 0; i < places; i++) {
            float value;
            memcpy(&value, t->data + (c * places + i) * sizeof value, sizeof value);
            sum += (double)value;
        }
        (all->again ? lrp_moments_again : lrp_moments_add)(&layer->moments[c], &(float){(float)sum}, 1);
    }
    return LRP_OK;
}

static enum lrp_status take_file(struct all_layers *all, const char *path, struct lrp_error *err)
{
    struct lrp_mapping file;
    struct lrp_safetensor *tensors = NULL;
    size_t count = 0;
    enum lrp_status status = lrp_mapping_open(path, &file, err);
    if (status) return status;
    if ((status = lrp_safetensors_parse(file.data, file.size, &tensors, &count, err)) != LRP_OK)
        lrp_fail_context(err, status, "%s", path);
    for (size_t i = 0; !status && i < count; i++) status = take_layer(all, &tensors[i], err);
    lrp_safetensors_free(tensors, count);
    lrp_mapping_close(&file);
    return status;
}

struct layer_reader {
    const struct lrp_shard_set *set;
    struct all_layers *all;
};

/* A sample's line says what it is called; bad inputs have no layers. */
static enum lrp_status take_sample(void *data, size_t sample, const char *line, struct lrp_error *err)
{
    const struct layer_reader *r = data;
    cJSON *root = NULL;
    const char *name = "";
    struct lrp_text path = {0};
    enum lrp_status status = lrp_json_parse(line, strlen(line), &root, err);
    if (!status) status = lrp_json_get_string(root, "name", &name, err);
    if (!status && !cJSON_HasObjectItem(root, "error")) {
        lrp_text_printf(&path, "%s/shard-%zu-of-%zu/layerwise/%s.safetensors", r->set->folder, sample % r->set->shards,
                        r->set->shards, name);
        status = path.failed ? no_memory(err) : access(path.data, F_OK) ? LRP_OK : take_file(r->all, path.data, err);
    }
    lrp_text_free(&path);
    cJSON_Delete(root);
    return status;
}

static void put_layers(struct lrp_document *d, const struct all_layers *all)
{
    cJSON *layers = lrp_cli_json_put_array(d, d->root, "layers");
    for (size_t i = 0; i < all->count; i++) {
        cJSON *layer = lrp_cli_json_put_object(d, layers, NULL);
        lrp_cli_json_put_text(d, layer, "layer", all->items[i].name);
        cJSON *channels = lrp_cli_json_put_array(d, layer, "channels");
        for (size_t c = 0; c < all->items[i].channels; c++) {
            cJSON *o = lrp_cli_json_put_object(d, channels, NULL);
            lrp_cli_json_put_number(d, o, "channel", (double)c);
            lrp_batch_put_moments(d, o, &all->items[i].moments[c]);
        }
    }
}

enum lrp_status lrp_layer_statistics(const struct lrp_shard_set *set, struct lrp_document *d, struct lrp_error *err)
{
    struct all_layers all = {0};
    struct layer_reader reader = {set, &all};
    enum lrp_status status = lrp_shard_set_each_line(set, take_sample, &reader, err);
    for (size_t i = 0; !status && i < all.count; i++)
        for (size_t c = 0; c < all.items[i].channels; c++) lrp_moments_settle(&all.items[i].moments[c]);
    all.again = true;
    if (!status && all.count) status = lrp_shard_set_each_line(set, take_sample, &reader, err);
    if (!status && all.count) put_layers(d, &all);
    for (size_t i = 0; i < all.count; i++) {
        free(all.items[i].name);
        free(all.items[i].moments);
    }
    free(all.items);
    return status;
}
