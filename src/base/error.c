/* error.c: statuses and the one line that goes with them. */
#include "lrpscope/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "printable.h"

_Static_assert(LRP_OK == 0, "success must be zero");

int lrp_status_exit_code(enum lrp_status status)
{
    static const int codes[] = {
#define X(name, code, text) [LRP_##name] = (code),
        LRP_STATUSES(X)
#undef X
    };
    return (unsigned)status < LRP_STATUS_COUNT ? codes[status] : 3;
}

const char *lrp_status_text(enum lrp_status status)
{
    static const char *const texts[] = {
#define X(name, code, text) [LRP_##name] = (text),
        LRP_STATUSES(X)
#undef X
    };
    return (unsigned)status < LRP_STATUS_COUNT ? texts[status] : "unknown status";
}

void lrp_error_set(struct lrp_error *err, enum lrp_status status, const char *format, ...)
{
    if (!err) return;
    char line[sizeof err->message]; /* the arguments may point into err itself */
    va_list arguments;
    va_start(arguments, format);
    const int n = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (n < 0) line[0] = '\0';
    lrp_make_printable(line, "");
    memcpy(err->message, line, sizeof line);
    err->status = status;
}

enum lrp_status lrp_fail_context(struct lrp_error *err, enum lrp_status status, const char *format, ...)
{
    if (!err) return status;
    char line[sizeof err->message];
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (n < 0) n = 0;
    const size_t used = (size_t)n < sizeof line - 3 ? (size_t)n : sizeof line - 3;
    const size_t rest = strnlen(err->message, sizeof line - 3 - used);
    memcpy(line + used, ": ", 2);
    memcpy(line + used + 2, err->message, rest);
    line[used + 2 + rest] = '\0';
    lrp_make_printable(line, "");
    memcpy(err->message, line, sizeof line);
    return err->status;
}

const char *lrp_version(void)
{
    return LRPSCOPE_VERSION;
}
