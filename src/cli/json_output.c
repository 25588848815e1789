/* json_output.c: JSON as cli.md section 4 promises it. */
#include "json_output.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"

static void attach(struct lrp_document *document, cJSON *parent, const char *key, cJSON *item)
{
    const bool added = item && parent && (key ? cJSON_AddItemToObject(parent, key, item) : cJSON_AddItemToArray(parent, item));
    if (added) return;
    document->failed = true;
    cJSON_Delete(item);
}

void lrp_cli_json_init(struct lrp_document *document, const char *model)
{
    *document = (struct lrp_document){.root = cJSON_CreateObject()};
    lrp_cli_json_put_number(document, document->root, "lrpscope", 1);
    if (model) lrp_cli_json_put_text(document, document->root, "model", model);
}

void lrp_cli_json_free(struct lrp_document *document)
{
    cJSON_Delete(document->root);
    document->root = NULL;
}

char *lrp_cli_json_number_text(double value, char *buffer, size_t size)
{
    if (!isfinite(value))
        snprintf(buffer, size, "null");
    else if (value == floor(value) && fabs(value) <= 9007199254740992.0)
        snprintf(buffer, size, "%.0f", value == 0 ? 0.0 : value); /* no "-0" */
    else
        snprintf(buffer, size, "%.9g", value);
    return buffer;
}

void lrp_cli_json_put_number(struct lrp_document *document, cJSON *parent, const char *key, double value)
{
    char text[40];
    attach(document, parent, key, cJSON_CreateRaw(lrp_cli_json_number_text(value, text, sizeof text)));
}

/* Names from files may hold bytes that are no UTF-8, which JSON must not. */
static cJSON *new_text(const char *text)
{
    size_t bad = 0;
    unsigned code = 0;
    for (const char *s = text; *s;) {
        const size_t length = lrp_cli_utf8(s, &code);
        bad += !length;
        s += length ? length : 1;
    }
    if (!bad) return cJSON_CreateString(text);
    char *clean = malloc(strlen(text) + 2 * bad + 1), *out = clean;
    if (!clean) return NULL;
    for (const char *s = text; *s;) {
        const size_t length = lrp_cli_utf8(s, &code);
        out = mempcpy(out, length ? s : "\xef\xbf\xbd", length ? length : 3); /* U+FFFD */
        s += length ? length : 1;
    }
    *out = 0;
    cJSON *item = cJSON_CreateString(clean);
    free(clean);
    return item;
}

void lrp_cli_json_put_text(struct lrp_document *document, cJSON *parent, const char *key, const char *text)
{
    attach(document, parent, key, text ? new_text(text) : cJSON_CreateNull());
}

void lrp_cli_json_put_bool(struct lrp_document *document, cJSON *parent, const char *key, bool value)
{
    attach(document, parent, key, cJSON_CreateBool(value));
}

void lrp_cli_json_put_null(struct lrp_document *document, cJSON *parent, const char *key)
{
    attach(document, parent, key, cJSON_CreateNull());
}

cJSON *lrp_cli_json_put_array(struct lrp_document *document, cJSON *parent, const char *key)
{
    cJSON *item = cJSON_CreateArray();
    attach(document, parent, key, item);
    return document->failed ? NULL : item;
}

cJSON *lrp_cli_json_put_object(struct lrp_document *document, cJSON *parent, const char *key)
{
    cJSON *item = cJSON_CreateObject();
    attach(document, parent, key, item);
    return document->failed ? NULL : item;
}

void lrp_cli_json_put_texts(struct lrp_document *document, cJSON *parent, const char *key, const char *const *texts,
                            size_t count)
{
    cJSON *array = lrp_cli_json_put_array(document, parent, key);
    for (size_t i = 0; i < count; i++) lrp_cli_json_put_text(document, array, NULL, texts[i]);
}

void lrp_cli_json_put_shape(struct lrp_document *document, cJSON *parent, const char *key, const struct lrp_shape *shape)
{
    if (shape->rank < 0) {
        lrp_cli_json_put_null(document, parent, key);
        return;
    }
    cJSON *array = lrp_cli_json_put_array(document, parent, key);
    for (int i = 0; i < shape->rank; i++)
        if (shape->dim[i] < 0)
            lrp_cli_json_put_null(document, array, NULL);
        else
            lrp_cli_json_put_number(document, array, NULL, (double)shape->dim[i]);
}

static char *document_text(const struct lrp_document *document, struct lrp_error *err)
{
    char *text = document->failed ? NULL : cJSON_Print(document->root);
    if (!text) lrp_fail(err, LRP_MEMORY, "not enough memory");
    return text;
}

enum lrp_status lrp_cli_json_print(const struct lrp_document *document, FILE *file, struct lrp_error *err)
{
    char *text = document_text(document, err);
    if (!text) return LRP_MEMORY;
    fprintf(file, "%s\n", text);
    cJSON_free(text);
    return LRP_OK;
}

static bool write_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        const ssize_t n = write(fd, text, length);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        text += n;
        length -= (size_t)n;
    }
    return true;
}

static mode_t new_file_mode(void)
{
    const mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static enum lrp_status replace(const char *path, const char *text, struct lrp_error *err)
{
    char *temporary = NULL, *followed = realpath(path, NULL); /* a symbolic link stays one */
    const char *const target = followed ? followed : path;
    if (asprintf(&temporary, "%s.XXXXXX", target) < 0) {
        free(followed);
        return lrp_fail(err, LRP_MEMORY, "not enough memory");
    }
    const int fd = mkstemp(temporary);
    bool good = fd >= 0 && !fchmod(fd, new_file_mode()) && write_all(fd, text, strlen(text)) && write_all(fd, "\n", 1);
    if (good) good = !fsync(fd) || errno == EINVAL; /* no such thing on a special file */
    if (fd >= 0 && close(fd)) good = false;
    if (good) good = !rename(temporary, target);
    const int cause = errno;
    if (!good && fd >= 0) unlink(temporary);
    free(temporary);
    free(followed);
    return good ? LRP_OK : lrp_fail(err, LRP_FILE, "%s: cannot be written: %s", path, strerror(cause));
}

enum lrp_status lrp_cli_json_write(const struct lrp_document *document, const char *path, struct lrp_error *err)
{
    char *text = document_text(document, err);
    if (!text) return LRP_MEMORY;
    const enum lrp_status status = replace(path, text, err);
    cJSON_free(text);
    return status;
}
