/* merge_virelay.h: merge --h5: a batch as a project of ViRelAy. */
#ifndef LRP_CLI_MERGE_VIRELAY_H
#define LRP_CLI_MERGE_VIRELAY_H

#include "lrpscope/tensor.h"

#include "arguments.h"
#include "clusters.h"

/* Writes the project of the results in arguments->inputs[0] under the prefix of --h5. What a batch does not keep, pictures and
 * outputs, is read and computed once more, with the model and the settings that the batch was told. `relevance`: a row a
 * sample. Errors: LRP_FILE for inputs or a model that are not there any more, or not the same; LRP_UNSUPPORTED for what is no
 * picture. */
enum lrp_status lrp_merge_virelay(const struct lrp_arguments *arguments, const struct lrp_tensor *relevance,
                                  const struct lrp_clusters *clusters, struct lrp_error *err);

#endif
