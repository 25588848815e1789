/* hdf5_file.c: arrays in HDF5 files (hdf5_file.h); nothing, in a build without the library. */
#include "hdf5_file.h"

#ifdef LRP_HDF5
#include <dlfcn.h>
#include <hdf5.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

/* What the header's constants call first would want the library linked. */
#undef H5CHECK
#define H5CHECK
#undef H5OPEN
#define H5OPEN

/* What is used of the library, by its names. */
/* clang-format off */
#define LRP_HDF5_CALLS(X) \
    X(H5open) X(H5Eset_auto2) X(H5Fcreate) X(H5Fclose) X(H5Pcreate) X(H5Pclose) \
    X(H5Pset_create_intermediate_group) X(H5Pset_obj_track_times) X(H5Screate) X(H5Screate_simple) X(H5Sclose) \
    X(H5Sselect_hyperslab) X(H5Dcreate2) X(H5Dget_space) X(H5Dwrite) X(H5Dclose) X(H5Acreate2) X(H5Awrite) \
    X(H5Aclose) X(H5Tcopy) X(H5Tset_size) X(H5Tset_cset) X(H5Tclose)
/* clang-format on */
#define LRP_HDF5_MEMBER(name) __typeof__(name) *name;
struct hdf5_calls {
    LRP_HDF5_CALLS(LRP_HDF5_MEMBER)
    hid_t numbers[LRP_HDF5_TYPES], text, creation, link;
};

/* The library, once it is loaded. */
static struct hdf5_calls h5;
static bool is_loaded;

struct hdf5_array {
    hid_t id;
    enum lrp_hdf5_type type;
    int rank;
    hsize_t dims[LRP_MAX_RANK];
};

struct lrp_hdf5 {
    struct lrp_output output;
    hid_t id;
    struct hdf5_array *arrays; /* owned */
    size_t count;
};

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for an HDF5 file");
}

/* ---- the library ---- */

static const char *const number_names[LRP_HDF5_TYPES] = {
    [LRP_HDF5_FLOAT] = "H5T_NATIVE_FLOAT_g",   [LRP_HDF5_DOUBLE] = "H5T_NATIVE_DOUBLE_g",
    [LRP_HDF5_UINT16] = "H5T_NATIVE_UINT16_g", [LRP_HDF5_UINT32] = "H5T_NATIVE_UINT32_g",
    [LRP_HDF5_INT32] = "H5T_NATIVE_INT32_g",
};

static bool find_id(void *library, const char *name, hid_t *out)
{
    const hid_t *id = dlsym(library, name);
    *out = id ? *id : -1;
    return id && *id >= 0;
}

/* Names of types and of kinds of lists have values once the library was opened. */
static bool find_ids(void *library)
{
    hid_t creation, link;
    bool found = find_id(library, "H5T_C_S1_g", &h5.text) && find_id(library, "H5P_CLS_DATASET_CREATE_ID_g", &creation) &&
                 find_id(library, "H5P_CLS_LINK_CREATE_ID_g", &link);
    for (size_t i = 0; found && i < LRP_HDF5_TYPES; i++) found = find_id(library, number_names[i], &h5.numbers[i]);
    if (!found) return false;
    h5.creation = h5.H5Pcreate(creation);
    h5.link = h5.H5Pcreate(link);
    return h5.creation >= 0 && h5.link >= 0 &&
           h5.H5Pset_obj_track_times(h5.creation, false) >= 0 && /* the same bytes every time */
           h5.H5Pset_create_intermediate_group(h5.link, 1) >= 0;
}

/* Copied, as POSIX wants it: C has no conversion to pointers to functions. */
#define LRP_HDF5_FIND(name)                                                                                                    \
    address = dlsym(library, #name);                                                                                           \
    found = found && address;                                                                                                  \
    memcpy(&h5.name, &address, sizeof address);

enum lrp_status lrp_hdf5_load(struct lrp_error *err)
{
    if (is_loaded) return LRP_OK;
    void *library = dlopen(LRP_HDF5, RTLD_NOW | RTLD_LOCAL);
    void *address;
    bool found = library != NULL;
    if (!library)
        return lrp_fail(err, LRP_UNSUPPORTED, "the HDF5 library cannot be loaded: %s (Debian: apt install libhdf5-103-1)",
                        dlerror());
    LRP_HDF5_CALLS(LRP_HDF5_FIND)
    found = found && h5.H5open() >= 0 && h5.H5Eset_auto2(H5E_DEFAULT, NULL, NULL) >= 0 && find_ids(library);
    is_loaded = found;
    if (!found) dlclose(library);
    return found ? LRP_OK : lrp_fail(err, LRP_UNSUPPORTED, "%s is no HDF5 library that this program can use", LRP_HDF5);
}

/* ---- files ---- */

static enum lrp_status cannot_write(const struct lrp_hdf5 *f, struct lrp_error *err)
{
    return lrp_fail(err, LRP_FILE, "%s: it cannot be written (is the disk full?)", f->output.path);
}

enum lrp_status lrp_hdf5_create(const char *path, struct lrp_hdf5 **out, struct lrp_error *err)
{
    enum lrp_status status = lrp_hdf5_load(err);
    if (status) return status;
    struct lrp_hdf5 *f = calloc(1, sizeof *f);
    if (!f) return no_memory(err);
    f->id = -1;
    status = lrp_output_open(path, &f->output, err);
    if (!status && (f->id = h5.H5Fcreate(f->output.temporary, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)) < 0)
        status = cannot_write(f, err);
    if (status)
        lrp_hdf5_abort(f);
    else
        *out = f;
    return status;
}

enum lrp_status lrp_hdf5_array(struct lrp_hdf5 *f, const char *name, enum lrp_hdf5_type type, const struct lrp_shape *shape,
                               size_t *array, struct lrp_error *err)
{
    struct hdf5_array *more = realloc(f->arrays, (f->count + 1) * sizeof *more), a = {.type = type, .rank = shape->rank};
    if (!more) return no_memory(err);
    f->arrays = more;
    for (int i = 0; i < shape->rank; i++) a.dims[i] = (hsize_t)shape->dim[i];
    const hid_t space = h5.H5Screate_simple(a.rank, a.dims, NULL);
    a.id = h5.H5Dcreate2(f->id, name, h5.numbers[type], space, h5.link, h5.creation, H5P_DEFAULT);
    h5.H5Sclose(space);
    if (a.id < 0) return cannot_write(f, err);
    *array = f->count;
    f->arrays[f->count++] = a;
    return LRP_OK;
}

enum lrp_status lrp_hdf5_rows(struct lrp_hdf5 *f, size_t array, size_t first, size_t count, const void *values,
                              struct lrp_error *err)
{
    const struct hdf5_array *a = &f->arrays[array];
    hsize_t start[LRP_MAX_RANK] = {first}, size[LRP_MAX_RANK];
    for (int i = 0; i < a->rank; i++) size[i] = i ? a->dims[i] : count;
    const hid_t here = h5.H5Screate_simple(a->rank, size, NULL), there = h5.H5Dget_space(a->id);
    const bool ok = here >= 0 && there >= 0 && h5.H5Sselect_hyperslab(there, H5S_SELECT_SET, start, NULL, size, NULL) >= 0 &&
                    h5.H5Dwrite(a->id, h5.numbers[a->type], here, there, H5P_DEFAULT, values) >= 0;
    h5.H5Sclose(here);
    h5.H5Sclose(there);
    return ok ? LRP_OK : cannot_write(f, err);
}

static enum lrp_status put_attribute(struct lrp_hdf5 *f, size_t array, const char *name, hid_t type, hid_t space,
                                     const void *values, struct lrp_error *err)
{
    const hid_t id = h5.H5Acreate2(f->arrays[array].id, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    const bool ok = id >= 0 && h5.H5Awrite(id, type, values) >= 0;
    h5.H5Aclose(id);
    h5.H5Sclose(space);
    return ok ? LRP_OK : cannot_write(f, err);
}

enum lrp_status lrp_hdf5_attribute(struct lrp_hdf5 *f, size_t array, const char *name, enum lrp_hdf5_type type, size_t count,
                                   const void *values, struct lrp_error *err)
{
    const hsize_t size = count;
    const hid_t space = count > 1 ? h5.H5Screate_simple(1, &size, NULL) : h5.H5Screate(H5S_SCALAR);
    return put_attribute(f, array, name, h5.numbers[type], space, values, err);
}

enum lrp_status lrp_hdf5_text(struct lrp_hdf5 *f, size_t array, const char *name, const char *text, struct lrp_error *err)
{
    const hid_t type = h5.H5Tcopy(h5.text);
    const bool ok = type >= 0 && h5.H5Tset_size(type, H5T_VARIABLE) >= 0 && h5.H5Tset_cset(type, H5T_CSET_UTF8) >= 0;
    const enum lrp_status status =
        ok ? put_attribute(f, array, name, type, h5.H5Screate(H5S_SCALAR), &text, err) : cannot_write(f, err);
    h5.H5Tclose(type);
    return status;
}

/* What is still in memory is written here. */
static bool close_all(struct lrp_hdf5 *f)
{
    bool ok = true;
    for (size_t i = 0; i < f->count; i++) ok = h5.H5Dclose(f->arrays[i].id) >= 0 && ok;
    if (f->id >= 0) ok = h5.H5Fclose(f->id) >= 0 && ok;
    return ok;
}

enum lrp_status lrp_hdf5_commit(struct lrp_hdf5 *f, struct lrp_error *err)
{
    const bool closed = close_all(f);
    const enum lrp_status status = closed ? lrp_output_commit(&f->output, err) : cannot_write(f, err);
    if (!closed) lrp_output_abort(&f->output);
    free(f->arrays);
    free(f);
    return status;
}

void lrp_hdf5_abort(struct lrp_hdf5 *f)
{
    if (!f) return;
    close_all(f);
    lrp_output_abort(&f->output);
    free(f->arrays);
    free(f);
}

#endif
