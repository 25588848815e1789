/* results.c: the results of a batch in the inspector: read while they come, and samples explained as the batch was told to. */
#include <stdlib.h>
#include <string.h>

#include "runner.h"

/* Lines that are read at a time: no key waits for more. */
enum { LINES_AT_ONCE = 1000, RESULTS_MS = 500, CLUSTERS_MS = 2000 };

enum lrp_status lrp_runner_open_results(struct lrp_runner *runner, const char *folder, struct lrp_error *err)
{
    const enum lrp_status status = lrp_results_open(folder, &runner->results, err);
    runner->results_target = strdup(lrp_settings_get(runner->history[runner->history_at], LRP_SETTING_TARGET));
    if (status || !runner->results_target) return status ? status : lrp_fail(err, LRP_MEMORY, "not enough memory");
    lrp_runner_read_results(runner, true);
    lrp_app_open_view(&runner->app, LRP_VIEW_results);
    return LRP_OK;
}

bool lrp_runner_read_results(struct lrp_runner *runner, bool whole)
{
    struct lrp_error err;
    bool more = false;
    const unsigned before = runner->results.changes;
    if (!runner->results.folder) return false;
    enum lrp_status status = LRP_OK;
    do status = lrp_results_read(&runner->results, LINES_AT_ONCE, &more, &err);
    while (!status && more && whole);
    if (status) lrp_runner_say(runner, true, err.message);
    runner->results_wait = status || lrp_results_whole(&runner->results)      ? -1
                           : more                                             ? 0
                           : runner->results.there == runner->results.samples ? CLUSTERS_MS
                                                                              : RESULTS_MS;
    if (runner->results.changes == before && runner->app.results.all) return false;
    lrp_runner_send(runner, &(struct lrp_event){.kind = LRP_EVENT_RESULTS, .results = &runner->results});
    return true;
}

void lrp_runner_keep_results(struct lrp_runner *runner, bool same)
{
    if (!runner->results.folder && !runner->results.samples) return;
    if (same) {
        lrp_runner_send(runner, &(struct lrp_event){.kind = LRP_EVENT_RESULTS, .results = &runner->results});
        return;
    }
    runner->results_wait = -1;
    lrp_results_free(&runner->results);
    lrp_runner_send(runner, &(struct lrp_event){.kind = LRP_EVENT_RESULTS, .results = &runner->results});
}

/* The target is the batch's, or the sample's own. */
static enum lrp_status take_target(struct lrp_runner *runner, const char *own, struct lrp_error *err)
{
    struct lrp_settings *settings = NULL;
    const char *target = own ? own : runner->results_target;
    if (strcmp(lrp_settings_get(runner->history[runner->history_at], LRP_SETTING_TARGET), target) == 0) return LRP_OK;
    enum lrp_status status = lrp_settings_copy(runner->history[runner->history_at], &settings, err);
    if (!status) status = lrp_settings_set(settings, LRP_SETTING_TARGET, target, err);
    if (!status)
        lrp_runner_apply(runner, settings);
    else
        lrp_settings_free(settings);
    return status;
}

void lrp_runner_show_result(struct lrp_runner *runner, size_t sample)
{
    struct lrp_error err;
    char *path, *target;
    if (!runner->results.folder) {
        lrp_runner_open_given(runner, sample);
        return;
    }
    enum lrp_status status = lrp_results_source(&runner->results, sample, &path, &target, &err);
    if (!status) status = take_target(runner, target, &err);
    if (status)
        lrp_runner_say(runner, true, err.message);
    else
        lrp_runner_input(runner, path);
    free(path);
    free(target);
}
