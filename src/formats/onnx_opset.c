/* onnx_opset.c: which operator sets a model or a function imports. */
#include <limits.h>

#include "reader.h"

/* OperatorSetIdProto */
enum lrp_status lrp_reader_opset(struct lrp_reader *reader, struct lrp_bytes message, struct lrp_opset *out)
{
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    enum lrp_status status = LRP_OK;
    uint64_t version = 0;
    out->domain = "";
    while (!status && lrp_wire_next_as(&wire, &field, ".bv")) {
        if (field.number == 1)
            status = lrp_reader_domain(reader, field.bytes, &out->domain);
        else if (field.number == 2)
            version = field.value;
    }
    if (!status) status = lrp_reader_check(reader, &wire);
    if (!status && (version == 0 || version > INT_MAX))
        status = lrp_fail(reader->err, LRP_FILE, "imports the impossible version %lld of operator set \"%s\"",
                          (long long)version, out->domain);
    out->version = (int)version;
    return status;
}
