/* hdf5_file.h: arrays in HDF5 files, by the HDF5 library, which is loaded when the first file is begun: what else a program
 * does needs neither it nor the many libraries it needs itself. In builds without it none of this is there: virelay.c asks. */
#ifndef LRP_DATA_HDF5_FILE_H
#define LRP_DATA_HDF5_FILE_H

#include <stddef.h>

#include "lrpscope/error.h"
#include "lrpscope/shape.h"

/* Of numbers, in memory and in the file. */
enum lrp_hdf5_type { LRP_HDF5_FLOAT, LRP_HDF5_DOUBLE, LRP_HDF5_UINT16, LRP_HDF5_UINT32, LRP_HDF5_INT32, LRP_HDF5_TYPES };

struct lrp_hdf5;
/* Loads the library. Errors: LRP_UNSUPPORTED: the build was made without it, or it is not there. */
enum lrp_status lrp_hdf5_load(struct lrp_error *err);
/* Begins a file, which is there under its name once it is committed. Errors: LRP_FILE, LRP_UNSUPPORTED. */
enum lrp_status lrp_hdf5_create(const char *path, struct lrp_hdf5 **out, struct lrp_error *err);
/* A new array, "/group/name" (groups are made), whose rows are filled later: 0 at first. *array: names it below. Errors:
 * LRP_FILE. */
enum lrp_status lrp_hdf5_array(struct lrp_hdf5 *file, const char *name, enum lrp_hdf5_type type, const struct lrp_shape *shape,
                               size_t *array, struct lrp_error *err);
/* `count` rows of an array along its first axis, from `first` on. */
enum lrp_status lrp_hdf5_rows(struct lrp_hdf5 *file, size_t array, size_t first, size_t count, const void *values,
                              struct lrp_error *err);
/* An attribute of an array: one number or, with count > 1, a vector; text. */
enum lrp_status lrp_hdf5_attribute(struct lrp_hdf5 *file, size_t array, const char *name, enum lrp_hdf5_type type, size_t count,
                                   const void *values, struct lrp_error *err);
enum lrp_status lrp_hdf5_text(struct lrp_hdf5 *file, size_t array, const char *name, const char *text, struct lrp_error *err);
/* Either ends it: the file is there, or nothing is. NULL is fine for the latter. */
enum lrp_status lrp_hdf5_commit(struct lrp_hdf5 *file, struct lrp_error *err);
void lrp_hdf5_abort(struct lrp_hdf5 *file);

#endif
