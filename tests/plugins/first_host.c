/* first_host.c PLUGINS: plugins of today on a host of the first version, which ends before add_colormap: what does not need
 * that works, what does says so and touches nothing beyond the end. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lrpscope/plugin.h"

static int added, registered;
static int add_operator(const struct lrp_plugin_host *host, const struct lrp_plugin_operator *op)
{
    (void)host;
    added += op->size > 0;
    return 0;
}
static int support_layer(const struct lrp_plugin_host *host, const char *name)
{
    (void)host;
    registered += *name != '\0';
    return 0;
}
static int override_rule(const struct lrp_plugin_host *host, const char *rule, const char *type, lrp_plugin_rule *instead)
{
    (void)host;
    return !rule || !type || !instead;
}

/* What the plugin's main returns; -1 if there is none. */
static int run(const char *folder, const char *name, const struct lrp_plugin_host *host)
{
    char path[4096];
    int (*main_function)(const struct lrp_plugin_host *) = NULL;
    snprintf(path, sizeof path, "%s/%s.so", folder, name);
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void *symbol = object ? dlsym(object, "lrp_plugin_main") : NULL;
    memcpy(&main_function, &symbol, sizeof symbol);
    const int result = main_function ? main_function(host) : -1;
    if (object) dlclose(object);
    return result;
}

int main(int argc, char **argv)
{
    const size_t size = offsetof(struct lrp_plugin_host, add_colormap);
    /* not a byte more than the first version had: a sanitizer sees who reads on */
    struct lrp_plugin_host *host = argc == 2 ? calloc(1, size) : NULL;
    if (!host) return 2;
    const struct lrp_plugin_host whole = {.abi = LRP_PLUGIN_ABI,
                                          .size = size,
                                          .add_operator = add_operator,
                                          .support_layer = support_layer,
                                          .override_rule = override_rule};
    memcpy(host, &whole, size);
    const int doubling = run(argv[1], "plugin_doubling", host), maxout = run(argv[1], "plugin_maxout", host);
    const int palettes = run(argv[1], "plugin_palettes", host);
    printf("doubling %d, maxout %d: %d operators, %d names; palettes %d\n", doubling, maxout, added, registered, palettes);
    free(host);
    return !(doubling == 0 && maxout == 0 && added == 2 && registered == 1 && palettes == LRP_PLUGIN_OLD_HOST);
}
