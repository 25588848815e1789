/* outputs.c: no file that is written may be one that the session reads. */
#include "runner.h"

void lrp_runner_guard(const struct lrp_runner *runner, struct lrp_guard *guard)
{
    const char *what, *path;
    for (size_t i = 0; runner->session && (path = lrp_session_file_at(runner->session, i, &what)); i++)
        lrp_guard_reads(guard, what, path);
}

enum lrp_status lrp_runner_may_write(const struct lrp_runner *runner, const char *command, const char *path,
                                     struct lrp_error *err)
{
    struct lrp_guard guard = {0};
    lrp_runner_guard(runner, &guard);
    lrp_guard_writes(&guard, command, path);
    const enum lrp_status status = lrp_guard_check(&guard, err);
    lrp_guard_free(&guard);
    return status;
}
