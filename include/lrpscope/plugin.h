/* plugin.h: what a plugin sees: a shared object that brings operators, rules, supported names and colour maps. Needs nothing
 * but this header.
 *
 *     static int forward(const struct lrp_plugin_call *call) {
 *         for (size_t i = 0; i < call->in[0].count; i++) call->out[0].data[i] = 2 * call->in[0].data[i];
 *         return 0;
 *     }
 *     int lrp_plugin_main(const struct lrp_plugin_host *host) {
 *         static const struct lrp_plugin_operator doubling = {.size = sizeof doubling, .type = "my-doubling-layer", .domain =
 * "", .inputs = 1, .forward = forward}; return host->abi == LRP_PLUGIN_ABI ? host->add_operator(host, &doubling) : 1;
 *     }
 *
 * Built with `cc -shared -fPIC -I.../include doubling.c -o doubling.so`, loaded with --plugin doubling.so (or "plugins" of a
 * rules file), never by itself. Everything given to the host is copied or must live as long as the shared object: static data
 * does. Functions may be called from another thread than lrp_plugin_main, one at a time for each network, and must not keep
 * state. All numbers are float32, arrays row-major. A function returns 0, or anything else after writing one line to call->why.
 *
 * Versions: structs grow at their ends. A plugin built with an older header works; one built with a newer header works, too, if
 * it asks LRP_PLUGIN_HAS before it calls what an older host does not have, and returns LRP_PLUGIN_OLD_HOST if it cannot do
 * without. */
#ifndef LRPSCOPE_PLUGIN_H
#define LRPSCOPE_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Raised when something here changes its meaning; new members at the end of a struct do not raise it: `size` tells. */
#define LRP_PLUGIN_ABI 1u
/* Most axes of an array; bytes a cause can have. */
enum { LRP_PLUGIN_RANK = 8, LRP_PLUGIN_WHY = 400 };
/* True if the host is new enough to have a function: LRP_PLUGIN_HAS(host, add_colormap). Those without a remark all hosts have.
 */
#define LRP_PLUGIN_HAS(host, member) ((host)->size >= offsetof(struct lrp_plugin_host, member) + sizeof((host)->member))
/* What lrp_plugin_main returns where such a function is missing: the error then says that the program is too old. */
#define LRP_PLUGIN_OLD_HOST 1001

/* An array. `data` NULL: absent, or not wanted. */
struct lrp_plugin_array {
    int rank;                     /* how many axes; 0: a scalar */
    int64_t dim[LRP_PLUGIN_RANK]; /* their sizes */
    size_t count;                 /* their product */
    float *data; /* borrowed; inputs, outputs of forward, cotangents and relevance are only to be read where they are given:
                    they are copies, and a function that writes there fails, with the plugin named */
};
/* One application of an operator. */
struct lrp_plugin_call {
    const struct lrp_plugin_host *host;       /* what the plugin was given when it was loaded */
    const void *attributes;                   /* for host->attribute_number and attribute_numbers */
    const struct lrp_plugin_array *in;        /* the operator's inputs, constants too */
    int in_count;                             /* how many */
    struct lrp_plugin_array *out;             /* forward: to be filled, every element of it; vjp: what forward gave */
    const struct lrp_plugin_array *cotangent; /* vjp: of output 0 */
    struct lrp_plugin_array *gradient;        /* vjp: by input, zero at first: add J^T cotangent; data NULL where not wanted */
    char *why;                                /* LRP_PLUGIN_WHY bytes: the cause of a failure, one line */
};
/* Where a body is recorded; values on it are numbers. */
struct lrp_plugin_tape;

/* An operator with one output. Exactly one of forward and body is given. */
struct lrp_plugin_operator {
    size_t size;               /* of this struct, as the plugin knows it */
    const char *type, *domain; /* ONNX operator and domain, or the type of a layer in a JSON model (domain "") */
    int inputs;                /* how many it takes at least; those left out are absent */
    /* Sets rank and dim of out[0] from in[] (data NULL). NULL: the shape of the first input. */
    int (*infer)(const struct lrp_plugin_call *call);
    /* Fills every element of out[0]. */
    int (*forward)(const struct lrp_plugin_call *call);
    /* The vector-Jacobian product. NULL: a body is differentiated by itself; of other operators small layers are differentiated
     * by central differences, large ones not at all. */
    int (*vjp)(const struct lrp_plugin_call *call);
    /* Records what the operator computes from operators that are known, and returns the value that is its output, or a negative
     * number. */
    int (*body)(const struct lrp_plugin_host *host, struct lrp_plugin_tape *tape, const struct lrp_plugin_call *call);
};

/* A layer that a rule hands relevance through: its values of the forward pass. */
struct lrp_plugin_layer {
    const struct lrp_plugin_host *host;             /* what the plugin was given when it was loaded */
    const struct lrp_plugin_array *in;              /* data and constant inputs; data NULL where absent or read elsewhere */
    int in_count;                                   /* how many */
    const struct lrp_plugin_array *out, *relevance; /* of output 0 */
    struct lrp_plugin_array *given;                 /* by input, zero at first; data NULL for inputs that carry no relevance */
    double stabilizer;                              /* the rule's, or the convention's */
    char *why;                                      /* LRP_PLUGIN_WHY bytes: the cause of a failure, one line */
};
/* A rule that is a function: fills `given`. */
typedef int lrp_plugin_rule(const struct lrp_plugin_layer *layer);

/* A place and a colour; between two stops of a map it is linear. */
struct lrp_plugin_stop {
    float position, red, green, blue; /* 0..1, each */
};
/* A colour map as it is given to add_colormap. */
struct lrp_plugin_colormap {
    size_t size;         /* of this struct, as the plugin knows it */
    const char *name;    /* small letters, digits and - after a letter; none that is taken */
    const char *summary; /* one line for lists: "blue, white, red"; NULL: none */
    int diverging;       /* not 0: a stop lies at 0.5 and is the colour of zero; 0: sequential, from the lowest value on */
    const struct lrp_plugin_stop *stops; /* ascending, the first at 0, the last at 1; copied */
    size_t count;                        /* 2..256 */
};

/* All functions return 0, or not 0 if they refuse; the reason is reported when the plugin is loaded. */
struct lrp_plugin_host {
    uint32_t abi;  /* LRP_PLUGIN_ABI */
    size_t size;   /* of this struct, as the host knows it */
    void *context; /* the host's own */
    /* An operator that is not there yet, neither built in nor by another plugin. */
    int (*add_operator)(const struct lrp_plugin_host *host, const struct lrp_plugin_operator *op);
    /* A rule as "custom_rules" of rules files describe it: {"parameters": {...}, "groups": [...]}. */
    int (*add_rule)(const struct lrp_plugin_host *host, const char *name, const char *json);
    /* A rule that is a function; it has no parameters. */
    int (*add_rule_function)(const struct lrp_plugin_host *host, const char *name, lrp_plugin_rule *rule);
    /* What stands in for a rule (NULL: for every rule) on layers of a type, group or operator. */
    int (*override_rule)(const struct lrp_plugin_host *host, const char *rule, const char *type, lrp_plugin_rule *instead);
    /* Names that count as supported: layers', activations'. */
    int (*support_layer)(const struct lrp_plugin_host *host, const char *name);
    int (*support_activation)(const struct lrp_plugin_host *host, const char *name);
    /* Attributes of a call; what is missing is `otherwise`, or -1 numbers. */
    double (*attribute_number)(const struct lrp_plugin_call *call, const char *name, double otherwise);
    int (*attribute_numbers)(const struct lrp_plugin_call *call, const char *name, double *out, int most);
    /* The tape: inputs of the operator, constants, and operators of ONNX ("attributes" as "alpha=0.5 axis=1 pads=0,1,0,1").
     * Values are numbers from 0 on, negative ones are failures and may be passed on. */
    int (*tape_input)(struct lrp_plugin_tape *tape, int input);
    int (*tape_constant)(struct lrp_plugin_tape *tape, int rank, const int64_t *dim, const float *data);
    int (*tape_apply)(struct lrp_plugin_tape *tape, const char *op_type, const int *inputs, int count, const char *attributes);
    /* Since the second version: ask LRP_PLUGIN_HAS. */
    int (*add_colormap)(const struct lrp_plugin_host *host, const struct lrp_plugin_colormap *map);
};

/* What a plugin exports. Anything but 0 unloads it. */
int lrp_plugin_main(const struct lrp_plugin_host *host);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
