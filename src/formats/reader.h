/* reader.h: what the parts of the ONNX reader share while one file is being read. */
#ifndef LRP_FORMATS_READER_H
#define LRP_FORMATS_READER_H

#include "definition.h"
#include "names.h"
#include "text_set.h"
#include "wire.h"

#define LRP_MOST_SUBGRAPHS_DEEP 16
#define LRP_MOST_FUNCTIONS_DEEP 16
#define LRP_MOST_WRITTEN_OUT ((size_t)64 << 20) /* bytes of what calls of functions are replaced by */

#define LRP_MODEL_FUNCTIONS 25 /* field of ModelProto */

struct lrp_reader {
    const char *path; /* of the model, for finding external data */
    struct lrp_arena *arena;
    struct lrp_error *err;
    struct lrp_text_set texts;   /* names and types: most are said more than once */
    struct lrp_shape_set shapes; /* of tensors: likewise */
    struct lrp_bytes file;
    bool file_mapped;               /* its bytes are pages of the file */
    size_t mapped;                  /* bytes of all files */
    const char *folder;             /* of the model (beside.h); NULL until asked for */
    struct lrp_names external_of;   /* location -> index into externals */
    struct lrp_mapping **externals; /* {0}: that file is missing */
    size_t external_count;
    struct lrp_mapping *zeros; /* what stands for weights of missing files: as many as any tensor of theirs has */
    const char *absent;        /* what is said of the first such file */
    /* Reads the graph that hangs on an attribute: nodes hold graphs as graphs hold nodes. lrp_reader_graph. */
    enum lrp_status (*subgraph)(struct lrp_reader *reader, struct lrp_bytes message, int depth, struct lrp_definition *out);
};

/* Maps a file for as long as the arena lives: external data in `folder`, or (NULL) the model itself. */
enum lrp_status lrp_reader_map(struct lrp_reader *reader, const char *location, struct lrp_mapping **out);
/* Zeros for as long as the arena lives. */
enum lrp_status lrp_reader_zeros(struct lrp_reader *reader, size_t size, struct lrp_mapping **out);
/* Which files were read, and which is missing. */
enum lrp_status lrp_reader_files(struct lrp_reader *reader, struct lrp_definition *out);
/* Gives back what is not in the arena. */
void lrp_reader_close(struct lrp_reader *reader);

/* LRP_OK if the wire was read to its end, else fails saying where and why. */
enum lrp_status lrp_reader_check(struct lrp_reader *reader, const struct lrp_wire *wire);
/* How often every field of a message stands there, by number; those from `most` on are passed over. counts is zeroed by the
 * caller. */
enum lrp_status lrp_reader_count(struct lrp_reader *reader, struct lrp_bytes message, const char *types, size_t *counts,
                                 size_t most);
enum lrp_status lrp_reader_check_numbers(struct lrp_reader *reader, const struct lrp_wire_numbers *numbers);
static inline enum lrp_status lrp_reader_no_memory(const struct lrp_reader *reader)
{
    return lrp_fail(reader->err, LRP_MEMORY, "not enough memory");
}
/* A copy, NUL-terminated, in the arena; the same one for the same text. */
enum lrp_status lrp_reader_string(struct lrp_reader *reader, struct lrp_bytes bytes, const char **out);
/* A domain: "ai.onnx" is "". */
enum lrp_status lrp_reader_domain(struct lrp_reader *reader, struct lrp_bytes bytes, const char **out);

/* ValueInfoProto. */
enum lrp_status lrp_reader_value(struct lrp_reader *reader, struct lrp_bytes message, struct lrp_value_definition *out);
/* TensorProto; *name may be NULL. Errors name the tensor. */
enum lrp_status lrp_reader_tensor(struct lrp_reader *reader, struct lrp_bytes message, const char **name,
                                  const struct lrp_blob **out);
/* SparseTensorProto, made dense. */
enum lrp_status lrp_reader_sparse(struct lrp_reader *reader, struct lrp_bytes message, const char **name,
                                  const struct lrp_blob **out);
/* Where the data of a TensorProto with external_data lies: `needed` bytes in a mapped file beside the model. */
enum lrp_status lrp_reader_external(struct lrp_reader *reader, struct lrp_bytes message, size_t needed, const void **out);
/* NodeProto; `depth` counts the subgraphs around it. */
enum lrp_status lrp_reader_node(struct lrp_reader *reader, struct lrp_bytes message, int depth,
                                struct lrp_node_definition *out);
/* AttributeProto. */
enum lrp_status lrp_reader_attribute(struct lrp_reader *reader, struct lrp_bytes message, int depth, struct lrp_attribute *out);
/* OperatorSetIdProto. */
enum lrp_status lrp_reader_opset(struct lrp_reader *reader, struct lrp_bytes message, struct lrp_opset *out);
/* GraphProto. */
enum lrp_status lrp_reader_graph(struct lrp_reader *reader, struct lrp_bytes message, int depth, struct lrp_definition *out);
/* The FunctionProtos of a ModelProto, put in the place of the calls in its graph; each call becomes a scope. */
enum lrp_status lrp_reader_functions(struct lrp_reader *reader, struct lrp_definition *model);

/* What a file that is no ONNX model starts like ("a PNG file"); NULL if nothing known. */
const char *lrp_sniff(struct lrp_bytes file);

#endif
