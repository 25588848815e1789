/* files.c: the files that a session reads, so that no output replaces one. */
#include <string.h>

#include "internal.h"
#include "target.h"

/* A text that stands for something else where no file is meant is no harm: nothing is written there. */
static bool list_method(struct lrp_settings *settings)
{
    struct lrp_method_call call;
    if (lrp_method_parse(lrp_settings_get(settings, LRP_SETTING_METHOD), &call, NULL)) return true; /* refused elsewhere */
    bool ok = true;
    for (int i = 0; ok && i < call.row->info.argument_count; i++) {
        const enum lrp_method_argument_kind kind = call.row->info.arguments[i].kind;
        if ((kind == LRP_METHOD_FILE || kind == LRP_METHOD_BASELINE) && *call.given.values[i])
            ok = lrp_strings_add(&settings->arguments, call.given.values[i]);
    }
    lrp_method_call_free(&call);
    return ok;
}

bool lrp_settings_list_arguments(struct lrp_settings *settings)
{
    const char *target = lrp_settings_get(settings, LRP_SETTING_TARGET);
    const size_t prefix = sizeof LRP_SIMILAR - 1;
    lrp_strings_free(&settings->arguments);
    if (strncmp(target, LRP_SIMILAR, prefix) == 0 && target[prefix] != '"' &&
        !lrp_strings_add(&settings->arguments, target + prefix))
        return false;
    return list_method(settings);
}

const char *lrp_settings_file_at(const struct lrp_settings *settings, size_t index, const char **what)
{
    static const struct {
        enum lrp_setting setting;
        const char *what;
    } files[] = {{LRP_SETTING_LABELS, "the labels"},
                 {LRP_SETTING_PREPROCESS, "the preprocessing"},
                 {LRP_SETTING_OUTPUT_RELEVANCE, "the relevance to start with"}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const char *path = lrp_settings_get(settings, files[i].setting);
        *what = files[i].what;
        if (*path && index-- == 0) return path;
    }
    *what = "a file that an option names";
    if (index < settings->arguments.count) return settings->arguments.items[index];
    index -= settings->arguments.count;
    *what = "a plugin";
    return index < lrp_settings_plugin_count(settings) ? lrp_settings_plugin_at(settings, index) : NULL;
}

const char *lrp_session_file_at(const struct lrp_session *session, size_t index, const char **what)
{
    const size_t files = lrp_model_file_count(session->model);
    *what = index ? "weights of the model" : "the model";
    if (index < files) return lrp_model_file(session->model, index);
    index -= files;
    *what = "an input";
    for (size_t i = 0; i < lrp_model_input_count(session->model); i++)
        if (session->sources[i].path && index-- == 0) return session->sources[i].path;
    *what = "the tokenizer";
    if (session->tokenizer && index-- == 0) return lrp_tokenizer_path(session->tokenizer);
    return lrp_settings_file_at(session->setup->settings, index, what);
}
