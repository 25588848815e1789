/* error.h: how every function of the library reports what went wrong. */
#ifndef LRPSCOPE_ERROR_H
#define LRPSCOPE_ERROR_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Every status there is: X(name, exit code of the command line, text) */
#define LRP_STATUSES(X)                                                                                                        \
    X(OK, 0, "done")                                                                                                           \
    X(CHECK_FAILED, 1, "the model check failed")                                                                               \
    X(USAGE, 2, "usage")                                                                                                       \
    X(FILE, 3, "a file cannot be read or written, or is invalid")                                                              \
    X(UNSUPPORTED, 4, "something in the way cannot be executed or differentiated")                                             \
    X(MEMORY, 4, "not enough memory")                                                                                          \
    X(CANCELLED, 130, "cancelled")

/* How a function ended: LRP_OK, or what kind of error it was. */
enum lrp_status {
#define X(name, code, text) LRP_##name,
    LRP_STATUSES(X)
#undef X
        LRP_STATUS_COUNT
};

/* An error is a value: what kind, and one line naming file, layer, cause and remedy as far as they apply.
 * Every function that can fail returns an lrp_status (LRP_OK is 0) and takes a `struct lrp_error *` as its last
 * parameter, which may be NULL; it is written only on failure. */
struct lrp_error {
    enum lrp_status status; /* what the function returned */
    char message[1024];     /* one line, without a newline */
};

/* Exit code of the command line for a status. */
int lrp_status_exit_code(enum lrp_status status);
/* Borrowed, static text of a status. */
const char *lrp_status_text(enum lrp_status status);
/* Fills `err` (if not NULL) with a status and a printf-formatted line. What a terminal might obey in the line (names come from
 * files) is replaced by '?'. */
void lrp_error_set(struct lrp_error *err, enum lrp_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, and is `status`, which must have no side effects: return lrp_fail(err, LRP_FILE, "%s: no such file", path); */
#define lrp_fail(err, status, ...) (lrp_error_set((err), (status), __VA_ARGS__), lrp_status_itself(status))
/* Returns its argument: what lrp_fail() is, said so that readers and analysers see it. */
static inline enum lrp_status lrp_status_itself(enum lrp_status status)
{
    return status;
}
/* Puts "text: " in front of the message of `err` (if not NULL) and returns err->status, or `status` when err is NULL. */
enum lrp_status lrp_fail_context(struct lrp_error *err, enum lrp_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The library's version, "0.1.0". */
const char *lrp_version(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
