/* files.c: the files that a session reads, so that no output replaces one. */
#include "internal.h"

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
    return lrp_settings_file_at(session->setup->settings, index, what);
}
