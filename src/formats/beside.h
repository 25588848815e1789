/* beside.h: files that a model names: they lie in its folder or below it, whatever leads there. */
#ifndef LRP_FORMATS_BESIDE_H
#define LRP_FORMATS_BESIDE_H

#include <stdbool.h>

#include "arena.h"
#include "mapping.h"

/* The folder of a model without symbolic links, in the arena; "" is the root. */
enum lrp_status lrp_beside_folder(struct lrp_arena *arena, const char *model, const char **out, struct lrp_error *err);
/* Maps the regular file that a model calls `name` (`what` says as what: "external data"); the path that is opened is the one
 * that was checked. Owned by the caller. */
enum lrp_status lrp_beside_map(struct lrp_arena *arena, const char *folder, const char *what, const char *name,
                               struct lrp_mapping *out, struct lrp_error *err);
/* Whether there is no such file (a name that leads out of the folder is not looked for). */
bool lrp_beside_missing(const char *folder, const char *name);

#endif
