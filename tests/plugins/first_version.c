/* first_version.c: a plugin as the first version of lrpscope/plugin.h has it, written out: what was built with that has to work
 * with every host of the same ABI, however the header grows. Never to be changed: who changes the ABI raises its number. */
#include <stddef.h>
#include <stdint.h>

struct array {
    int rank;
    int64_t dim[8];
    size_t count;
    float *data;
};
struct call {
    const struct host *host;
    const void *attributes;
    const struct array *in;
    int in_count;
    struct array *out;
    const struct array *cotangent;
    struct array *gradient;
    char *why;
};
struct layer {
    const struct host *host;
    const struct array *in;
    int in_count;
    const struct array *out, *relevance;
    struct array *given;
    double stabilizer;
    char *why;
};
struct operator
{
    size_t size;
    const char *type, *domain;
    int inputs;
    int (*infer)(const struct call *call);
    int (*forward)(const struct call *call);
    int (*vjp)(const struct call *call);
    int (*body)(const struct host *host, void *tape, const struct call *call);
};
struct host {
    uint32_t abi;
    size_t size;
    void *context;
    int (*add_operator)(const struct host *host, const struct operator* op);
    int (*add_rule)(const struct host *host, const char *name, const char *json);
    int (*add_rule_function)(const struct host *host, const char *name, int (*rule)(const struct layer *layer));
    int (*override_rule)(const struct host *host, const char *rule, const char *type,
                         int (*instead)(const struct layer *layer));
    int (*support_layer)(const struct host *host, const char *name);
    int (*support_activation)(const struct host *host, const char *name);
    double (*attribute_number)(const struct call *call, const char *name, double otherwise);
    int (*attribute_numbers)(const struct call *call, const char *name, double *out, int most);
    int (*tape_input)(void *tape, int input);
    int (*tape_constant)(void *tape, int rank, const int64_t *dim, const float *data);
    int (*tape_apply)(void *tape, const char *op_type, const int *inputs, int count, const char *attributes);
};

/* y = factor x, through the last functions of the host: 3 if the layer does not say. */
static int body(const struct host *host, void *tape, const struct call *call)
{
    const float factor = (float)host->attribute_number(call, "factor", 3);
    const int values[2] = {host->tape_input(tape, 0), host->tape_constant(tape, 0, NULL, &factor)};
    return host->tape_apply(tape, "Mul", values, 2, "");
}
/* All relevance, halved. */
static int half(const struct layer *layer)
{
    for (size_t i = 0; i < layer->given[0].count; i++) layer->given[0].data[i] += layer->relevance->data[i] / 2;
    return 0;
}

int lrp_plugin_main(const struct host *host);
int lrp_plugin_main(const struct host *host)
{
    static const struct operator tripling = {
        .size = sizeof tripling, .type = "my-tripling-layer", .domain = "", .inputs = 1, .body = body};
    if (host->abi != 1 || host->size < sizeof *host) return 1;
    return host->add_operator(host, &tripling) || host->support_layer(host, "my-tripling-layer") ||
           host->override_rule(host, "zero", "my-tripling-layer", half);
}
