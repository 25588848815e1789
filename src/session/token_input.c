/* token_input.c: which inputs of a model take tokens. */
#include <string.h>

#include "internal.h"

/* The input of that name, if it takes whole numbers. */
static const char *integer_input(const struct lrp_graph *g, const char *name)
{
    for (int i = 0; i < g->input_count; i++) {
        const struct lrp_value *v = &g->values[g->inputs[i]];
        if (strcmp(v->name, name) == 0 && !lrp_dtype_is_float(v->desc.dtype)) return v->name;
    }
    return NULL;
}

const char *lrp_session_token_input(const struct lrp_session *session)
{
    const struct lrp_carriers *c = &session->setup->assignment.unstopped;
    const struct lrp_graph *g = session->setup->network->graph;
    /* by name first: what looks them up may be found only when shapes are known */
    const char *const usual[] = {lrp_settings_get(session->setup->settings, LRP_SETTING_TOKEN_INPUT), "input_ids",
                                 "decoder_input_ids"};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (integer_input(g, usual[i])) return integer_input(g, usual[i]);
    for (size_t i = 0; i < c->source_count && !c->substituted; i++)
        if (c->sources[i].value != c->sources[i].input) return g->values[c->sources[i].input].name;
    return NULL;
}

static bool has_input(const struct lrp_model *model, const char *name)
{
    struct lrp_model_value input;
    bool found = false;
    for (size_t i = 0; !found && i < lrp_model_input_count(model); i++) {
        lrp_model_input(model, i, &input);
        found = strcmp(input.name, name) == 0;
    }
    return found;
}

const char lrp_decoder_input[] = "decoder_input_ids";

const char *lrp_session_decoder_input(const struct lrp_session *session)
{
    const char *tokens = lrp_session_token_input(session);
    const bool own = has_input(session->model, lrp_decoder_input) && tokens && strcmp(tokens, lrp_decoder_input) != 0;
    return own ? lrp_decoder_input : NULL;
}
