/* virelay.c: projects of ViRelAy (virelay.h). */
#include "virelay.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "hdf5_file.h"
#include "json.h"
#include "output.h"
#include "spray.h"
#include "text.h"

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for a ViRelAy project");
}

static const char *const file_names[LRP_VIRELAY_FILES] = {
    [LRP_VIRELAY_PROJECT] = "project.yaml",       [LRP_VIRELAY_LABELS] = "label-map.json", [LRP_VIRELAY_DATASET] = "dataset.h5",
    [LRP_VIRELAY_ATTRIBUTION] = "attribution.h5", [LRP_VIRELAY_ANALYSIS] = "analysis.h5",
};

char *lrp_virelay_path(const char *prefix, enum lrp_virelay_file file)
{
    struct stat info;
    struct lrp_text path = {0};
    const size_t length = strlen(prefix);
    const char *between = length && prefix[length - 1] == '/' ? "" : !stat(prefix, &info) && S_ISDIR(info.st_mode) ? "/" : "-";
    lrp_text_printf(&path, "%s%s%s", prefix, between, file_names[file]);
    return lrp_text_take(&path);
}

#ifdef LRP_HDF5
enum lrp_status lrp_virelay_ready(struct lrp_error *err)
{
    return lrp_hdf5_load(err);
}

/* ---- samples ---- */

struct virelay_files {
    struct lrp_hdf5 *dataset, *attribution;
    size_t data, label, attribution_array, prediction, attribution_label, index; /* arrays */
    struct lrp_shape shape;
    size_t classes, copies; /* of a channel: pictures of one channel are shown as three alike */
};

static size_t size_of(const struct lrp_shape *s)
{
    size_t size = 1;
    for (int i = 0; i < s->rank; i++) size *= (size_t)s->dim[i];
    return size;
}

static struct lrp_shape rows_of(size_t samples, const struct lrp_shape *row)
{
    struct lrp_shape all = {.rank = row->rank + 1, .dim = {(int64_t)samples}};
    memcpy(all.dim + 1, row->dim, (size_t)row->rank * sizeof *row->dim);
    return all;
}

static enum lrp_status check_sample(const struct lrp_virelay_sample *s, struct lrp_error *err)
{
    if (s->shape.rank != 3 || (s->shape.dim[0] > 4 && s->shape.dim[2] > 4))
        return lrp_fail(err, LRP_UNSUPPORTED, "ViRelAy shows pictures only: of up to four channels");
    if (!s->classes || s->classes > UINT16_MAX + 1u)
        return lrp_fail(err, LRP_UNSUPPORTED, "ViRelAy takes from 1 to 65536 classes, not %zu", s->classes);
    return LRP_OK;
}

/* The first sample says how large they all are. */
static enum lrp_status begin_files(const struct lrp_virelay *p, const char *prefix, const struct lrp_virelay_sample *first,
                                   struct virelay_files *f, struct lrp_error *err)
{
    const struct lrp_shape one = {.rank = 0}, outputs = {.rank = 1, .dim = {(int64_t)first->classes}};
    struct lrp_shape picture = first->shape;
    const int channels = picture.dim[0] <= picture.dim[2] ? 0 : 2;
    f->shape = first->shape;
    f->classes = first->classes;
    f->copies = picture.dim[channels] == 1 ? 3 : 1;
    picture.dim[channels] *= (int64_t)f->copies;
    char *dataset = lrp_virelay_path(prefix, LRP_VIRELAY_DATASET),
         *attribution = lrp_virelay_path(prefix, LRP_VIRELAY_ATTRIBUTION);
    const struct lrp_shape pictures = rows_of(p->samples, &picture), numbers = rows_of(p->samples, &one),
                           maps = rows_of(p->samples, &first->shape), predictions = rows_of(p->samples, &outputs);
    enum lrp_status status = dataset && attribution ? LRP_OK : no_memory(err);
    if (!status) status = lrp_hdf5_create(dataset, &f->dataset, err);
    if (!status) status = lrp_hdf5_array(f->dataset, "/data", LRP_HDF5_FLOAT, &pictures, &f->data, err);
    if (!status) status = lrp_hdf5_array(f->dataset, "/label", LRP_HDF5_UINT16, &numbers, &f->label, err);
    if (!status) status = lrp_hdf5_create(attribution, &f->attribution, err);
    if (!status) status = lrp_hdf5_array(f->attribution, "/attribution", LRP_HDF5_FLOAT, &maps, &f->attribution_array, err);
    if (!status) status = lrp_hdf5_array(f->attribution, "/prediction", LRP_HDF5_FLOAT, &predictions, &f->prediction, err);
    if (!status) status = lrp_hdf5_array(f->attribution, "/label", LRP_HDF5_UINT16, &numbers, &f->attribution_label, err);
    if (!status) status = lrp_hdf5_array(f->attribution, "/index", LRP_HDF5_UINT32, &numbers, &f->index, err);
    free(dataset);
    free(attribution);
    return status;
}

/* A channel alone is repeated: (1, h, w) by its plane, (h, w, 1) by its numbers. */
static enum lrp_status put_pixels(struct virelay_files *f, size_t i, const float *pixels, struct lrp_error *err)
{
    const size_t size = size_of(&f->shape), step = f->shape.dim[0] == 1 ? 1 : f->copies;
    if (f->copies == 1) return lrp_hdf5_rows(f->dataset, f->data, i, 1, pixels, err);
    float *all = malloc(size * f->copies * sizeof *all + 1);
    if (!all) return no_memory(err);
    for (size_t k = 0; k < f->copies; k++)
        for (size_t e = 0; e < size; e++) all[step > 1 ? e * step + k : k * size + e] = pixels[e];
    const enum lrp_status status = lrp_hdf5_rows(f->dataset, f->data, i, 1, all, err);
    free(all);
    return status;
}

static enum lrp_status put_sample(struct virelay_files *f, size_t i, const struct lrp_virelay_sample *s, struct lrp_error *err)
{
    const uint16_t label = (uint16_t)s->label;
    const uint32_t index = (uint32_t)i;
    enum lrp_status status = LRP_OK;
    if (!lrp_shape_equal(&s->shape, &f->shape) || s->classes != f->classes)
        return lrp_fail(err, LRP_UNSUPPORTED, "ViRelAy takes samples of one size only");
    status = put_pixels(f, i, s->pixels, err);
    if (!status) status = lrp_hdf5_rows(f->dataset, f->label, i, 1, &label, err);
    if (!status) status = lrp_hdf5_rows(f->attribution, f->attribution_array, i, 1, s->relevance, err);
    if (!status) status = lrp_hdf5_rows(f->attribution, f->prediction, i, 1, s->output, err);
    if (!status) status = lrp_hdf5_rows(f->attribution, f->attribution_label, i, 1, &label, err);
    if (!status) status = lrp_hdf5_rows(f->attribution, f->index, i, 1, &index, err);
    return status;
}

static enum lrp_status write_samples(const struct lrp_virelay *p, const char *prefix, size_t *classes, bool *explained,
                                     struct lrp_error *err)
{
    struct virelay_files f = {0};
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < p->samples; i++) {
        struct lrp_virelay_sample s = {0};
        status = p->sample(p->data, i, &s, err);
        if (!status) status = check_sample(&s, err);
        if (!status && !i) status = begin_files(p, prefix, &s, &f, err);
        if (!status) status = put_sample(&f, i, &s, err);
        *explained = *explained && s.explained;
    }
    *classes = f.classes;
    if (!status) {
        status = lrp_hdf5_commit(f.dataset, err);
        f.dataset = NULL;
    }
    if (!status) {
        status = lrp_hdf5_commit(f.attribution, err);
        f.attribution = NULL;
    }
    lrp_hdf5_abort(f.dataset);
    lrp_hdf5_abort(f.attribution);
    return status;
}

/* ---- clusters ---- */

/* Columns of `from` as float32, in pieces. */
static enum lrp_status put_embedding(struct lrp_hdf5 *file, size_t array, const struct lrp_spray *s, struct lrp_error *err)
{
    const size_t count = s->count * s->eigenvectors;
    float *values = malloc(count * sizeof *values + 1);
    if (!values) return no_memory(err);
    for (size_t e = 0; e < count; e++) values[e] = (float)s->embedding[e];
    enum lrp_status status = lrp_hdf5_rows(file, array, 0, s->count, values, err);
    if (!status) status = lrp_hdf5_attribute(file, array, "eigenvalue", LRP_HDF5_DOUBLE, s->eigenvectors, s->eigenvalues, err);
    free(values);
    return status;
}

static enum lrp_status put_index(struct lrp_hdf5 *file, size_t array, const struct lrp_virelay *p, struct lrp_error *err)
{
    uint32_t *index = malloc(p->spray->count * sizeof *index + 1);
    if (!index) return no_memory(err);
    for (size_t i = 0; i < p->spray->count; i++) index[i] = (uint32_t)p->clustered[i];
    const enum lrp_status status = lrp_hdf5_rows(file, array, 0, p->spray->count, index, err);
    free(index);
    return status;
}

/* What clusters were found in: how many there are, of which places of the embedding. */
static enum lrp_status put_source(struct lrp_hdf5 *file, size_t array, const struct lrp_spray *s, struct lrp_error *err)
{
    const int32_t k = (int32_t)s->clusters;
    uint32_t *places = malloc(s->clusters * sizeof *places + 1);
    if (!places) return no_memory(err);
    for (size_t i = 0; i < s->clusters; i++) places[i] = (uint32_t)i;
    enum lrp_status status = lrp_hdf5_text(file, array, "embedding", "spectral", err);
    if (!status) status = lrp_hdf5_attribute(file, array, "k", LRP_HDF5_INT32, 1, &k, err);
    if (!status) status = lrp_hdf5_attribute(file, array, "index", LRP_HDF5_UINT32, s->clusters, places, err);
    free(places);
    return status;
}

static enum lrp_status put_clusters(struct lrp_hdf5 *file, const struct lrp_virelay *p, struct lrp_error *err)
{
    const struct lrp_spray *s = p->spray;
    const struct lrp_shape one = {.rank = 1, .dim = {(int64_t)s->count}},
                           many = {.rank = 2, .dim = {(int64_t)s->count, (int64_t)s->eigenvectors}};
    char name[64];
    size_t array;
    snprintf(name, sizeof name, "/all/cluster/kmeans-%02zu", s->clusters);
    enum lrp_status status = lrp_hdf5_array(file, "/all/index", LRP_HDF5_UINT32, &one, &array, err);
    if (!status) status = put_index(file, array, p, err);
    if (!status) status = lrp_hdf5_array(file, "/all/embedding/spectral", LRP_HDF5_FLOAT, &many, &array, err);
    if (!status) status = put_embedding(file, array, s, err);
    if (!status) status = lrp_hdf5_array(file, name, LRP_HDF5_INT32, &one, &array, err);
    if (!status) status = lrp_hdf5_rows(file, array, 0, s->count, s->labels, err);
    return status ? status : put_source(file, array, s, err);
}

static enum lrp_status write_clusters(const struct lrp_virelay *p, const char *prefix, struct lrp_error *err)
{
    struct lrp_hdf5 *file = NULL;
    char *path = lrp_virelay_path(prefix, LRP_VIRELAY_ANALYSIS);
    enum lrp_status status = path ? lrp_hdf5_create(path, &file, err) : no_memory(err);
    if (!status && (status = put_clusters(file, p, err)) != LRP_OK)
        lrp_hdf5_abort(file);
    else if (!status)
        status = lrp_hdf5_commit(file, err);
    free(path);
    return status;
}

/* ---- text ---- */

static enum lrp_status write_text(const char *prefix, enum lrp_virelay_file which, const char *text, struct lrp_error *err)
{
    char *path = lrp_virelay_path(prefix, which);
    const enum lrp_status status = path && text ? lrp_output_write(path, text, strlen(text), err) : no_memory(err);
    free(path);
    return status;
}

static enum lrp_status write_labels(const struct lrp_virelay *p, const char *prefix, size_t classes, struct lrp_error *err)
{
    cJSON *all = cJSON_CreateArray();
    bool named = true, ok = all != NULL;
    for (size_t i = 0; ok && i < classes; i++) {
        char number[24], name[32];
        snprintf(number, sizeof number, "%08zu", i);
        snprintf(name, sizeof name, "class %zu", i);
        const char *label = named ? p->label(p->data, i) : "";
        named = *label;
        cJSON *o = cJSON_CreateObject();
        ok = cJSON_AddItemToArray(all, o) && cJSON_AddNumberToObject(o, "index", (double)i) &&
             cJSON_AddStringToObject(o, "word_net_id", number) && cJSON_AddStringToObject(o, "name", named ? label : name);
    }
    char *text = ok ? lrp_json_print(all, true) : NULL;
    const enum lrp_status status = write_text(prefix, LRP_VIRELAY_LABELS, text, err);
    free(text);
    cJSON_Delete(all);
    return status;
}

/* What lies beside the project's own file. */
static const char *beside(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* YAML takes strings as JSON writes them. */
static void put_line(struct lrp_text *out, const char *key, const char *value)
{
    cJSON *string = cJSON_CreateString(value);
    char *quoted = string ? lrp_json_print(string, false) : NULL;
    if (!quoted) out->failed = true;
    lrp_text_printf(out, "%s%s\n", key, quoted ? quoted : "");
    free(quoted);
    cJSON_Delete(string);
}

static enum lrp_status write_project(const struct lrp_virelay *p, const char *prefix, bool explained, struct lrp_error *err)
{
    struct lrp_text out = {0};
    char *paths[LRP_VIRELAY_FILES];
    bool ok = true;
    for (size_t i = 0; i < LRP_VIRELAY_FILES; i++) ok = (paths[i] = lrp_virelay_path(prefix, i)) && ok;
    if (ok) {
        lrp_text_append(&out, "project:\n");
        put_line(&out, "  name: ", p->model);
        put_line(&out, "  model: ", p->model);
        put_line(&out, "  label_map: ", beside(paths[LRP_VIRELAY_LABELS]));
        lrp_text_append(&out, "  dataset:\n    type: hdf5\n");
        put_line(&out, "    name: ", "lrpscope");
        put_line(&out, "    path: ", beside(paths[LRP_VIRELAY_DATASET]));
        lrp_text_append(&out, "  attributions:\n");
        put_line(&out, "    attribution_method: ", p->method);
        put_line(&out, "    attribution_strategy: ", explained ? "true_label" : "predicted_label");
        put_line(&out, "    sources:\n      - ", beside(paths[LRP_VIRELAY_ATTRIBUTION]));
        put_line(&out, "  analyses:\n    - analysis_method: ", "spectral");
        put_line(&out, "      sources:\n        - ", beside(paths[LRP_VIRELAY_ANALYSIS]));
    }
    const enum lrp_status status = ok && !out.failed ? write_text(prefix, LRP_VIRELAY_PROJECT, out.data, err) : no_memory(err);
    for (size_t i = 0; i < LRP_VIRELAY_FILES; i++) free(paths[i]);
    lrp_text_free(&out);
    return status;
}

enum lrp_status lrp_virelay_write(const struct lrp_virelay *p, const char *prefix, struct lrp_error *err)
{
    size_t classes = 0;
    bool explained = true;
    enum lrp_status status = write_samples(p, prefix, &classes, &explained, err);
    if (!status) status = write_clusters(p, prefix, err);
    if (!status) status = write_labels(p, prefix, classes, err);
    return status ? status : write_project(p, prefix, explained, err);
}

#else

enum lrp_status lrp_virelay_ready(struct lrp_error *err)
{
    return lrp_fail(err, LRP_UNSUPPORTED, "this build was made without the HDF5 library, which ViRelAy's files need");
}

enum lrp_status lrp_virelay_write(const struct lrp_virelay *project, const char *prefix, struct lrp_error *err)
{
    (void)project;
    (void)prefix;
    return lrp_virelay_ready(err);
}
#endif
