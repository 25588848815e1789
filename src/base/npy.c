/* npy.c: NumPy's array files. */
#include "npy.h"

#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "text.h"

enum { LENGTH_MOST = 1 << 24 }; /* of a text */

static const unsigned char magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

/* The header is a Python dictionary literal of three known keys; this is where reading it stands. */
struct cursor {
    const char *at, *end;
};

static void skip_blanks(struct cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\n' || *c->at == '\t' || *c->at == '\r')) c->at++;
}

static bool take_char(struct cursor *c, char wanted)
{
    skip_blanks(c);
    if (c->at == c->end || *c->at != wanted) return false;
    c->at++;
    return true;
}

static bool take_word(struct cursor *c, const char *word)
{
    const size_t length = strlen(word);
    skip_blanks(c);
    if ((size_t)(c->end - c->at) < length || memcmp(c->at, word, length) != 0) return false;
    c->at += length;
    return true;
}

/* A quoted string without escapes, copied into text. */
static bool take_string(struct cursor *c, char *text, size_t size)
{
    skip_blanks(c);
    if (c->at == c->end || (*c->at != '\'' && *c->at != '"')) return false;
    const char quote = *c->at++;
    const char *close = memchr(c->at, quote, (size_t)(c->end - c->at));
    if (!close || (size_t)(close - c->at) >= size) return false;
    memcpy(text, c->at, (size_t)(close - c->at));
    text[close - c->at] = '\0';
    c->at = close + 1;
    return true;
}

static bool take_dimension(struct cursor *c, int64_t *out)
{
    skip_blanks(c);
    const char *start = c->at;
    int64_t value = 0;
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++)
        if (__builtin_mul_overflow(value, (int64_t)10, &value) ||
            __builtin_add_overflow(value, (int64_t)(*c->at - '0'), &value))
            return false;
    *out = value;
    if (c->at == start) return false;
    take_char(c, 'L'); /* Python 2 wrote 3L */
    return true;
}

static bool take_shape(struct cursor *c, struct lrp_shape *shape)
{
    shape->rank = 0;
    if (!take_char(c, '(')) return false;
    while (!take_char(c, ')')) {
        if (shape->rank == LRP_MAX_RANK || !take_dimension(c, &shape->dim[shape->rank++])) return false;
        if (!take_char(c, ',')) return take_char(c, ')');
    }
    return true;
}

/* "U12", "S3", "O". */
static bool parse_texts(const char *text, struct lrp_npy *out)
{
    int64_t length = 0;
    if (*text == '\0' || !strchr("USO", *text)) return false;
    const bool objects = *text == 'O';
    if (objects ? text[1] != '\0' : !lrp_parse_int64(text + 1, &length) || length < 0 || length > LENGTH_MOST) return false;
    out->dtype = LRP_DTYPE_STRING;
    out->letters = *text;
    out->width = objects ? 1 : (size_t)length * (*text == 'U' ? 4 : 1);
    return true;
}

/* "<f4" and the like. */
static bool parse_type(const char *text, struct lrp_npy *out)
{
    static const struct {
        const char *text;
        enum lrp_dtype dtype;
    } types[] = {{"b1", LRP_DTYPE_BOOL},   {"i1", LRP_DTYPE_INT8},    {"u1", LRP_DTYPE_UINT8},  {"i2", LRP_DTYPE_INT16},
                 {"u2", LRP_DTYPE_UINT16}, {"i4", LRP_DTYPE_INT32},   {"u4", LRP_DTYPE_UINT32}, {"i8", LRP_DTYPE_INT64},
                 {"u8", LRP_DTYPE_UINT64}, {"f2", LRP_DTYPE_FLOAT16}, {"f4", LRP_DTYPE_FLOAT},  {"f8", LRP_DTYPE_DOUBLE}};
    if (*text == '\0' || !strchr("<>=|", *text)) return false;
    out->swapped = *text == '>';
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(text + 1, types[i].text) == 0) {
            out->dtype = types[i].dtype;
            return true;
        }
    return parse_texts(text + 1, out);
}

static enum lrp_status parse_entry(struct cursor *c, struct lrp_npy *out, unsigned *seen, struct lrp_error *err)
{
    char key[32], type[32];
    if (!take_string(c, key, sizeof key) || !take_char(c, ':')) return lrp_fail(err, LRP_FILE, "damaged .npy header");
    if (strcmp(key, "descr") == 0) {
        *seen |= 1;
        if (!take_string(c, type, sizeof type)) return lrp_fail(err, LRP_FILE, "a .npy file with fields; save a plain array");
        if (!parse_type(type, out))
            return lrp_fail(err, LRP_FILE, "element type %s is neither a number nor text; save the array as float32", type);
    } else if (strcmp(key, "fortran_order") == 0) {
        *seen |= 2;
        out->fortran = take_word(c, "True");
        if (!out->fortran && !take_word(c, "False")) return lrp_fail(err, LRP_FILE, "damaged .npy header");
    } else if (strcmp(key, "shape") == 0) {
        *seen |= 4;
        if (!take_shape(c, &out->shape))
            return lrp_fail(err, LRP_FILE, "damaged shape in the .npy header (or more than %d dimensions)", LRP_MAX_RANK);
    } else {
        return lrp_fail(err, LRP_FILE, "unknown key %s in the .npy header", key);
    }
    return LRP_OK;
}

static enum lrp_status parse_header(struct cursor c, struct lrp_npy *out, struct lrp_error *err)
{
    unsigned seen = 0;
    bool more = take_char(&c, '{');
    while (more && !take_char(&c, '}')) {
        const enum lrp_status status = parse_entry(&c, out, &seen, err);
        if (status) return status;
        more = take_char(&c, ',');
        if (!more && take_char(&c, '}')) break;
    }
    skip_blanks(&c);
    return seen == 7 && c.at == c.end ? LRP_OK : lrp_fail(err, LRP_FILE, "damaged .npy header");
}

bool lrp_npy_sniff(const unsigned char *bytes, size_t size)
{
    return size >= sizeof magic && memcmp(bytes, magic, sizeof magic) == 0;
}

enum lrp_status lrp_npy_parse(const unsigned char *bytes, size_t size, struct lrp_npy *out, struct lrp_error *err)
{
    *out = (struct lrp_npy){0};
    if (!lrp_npy_sniff(bytes, size)) return lrp_fail(err, LRP_FILE, "not a .npy file");
    const size_t start = size > 6 && bytes[6] == 1 ? 10 : 12;
    if (size < start) return lrp_fail(err, LRP_FILE, "truncated at byte %zu, inside the .npy header", size);
    if (bytes[6] < 1 || bytes[6] > 3)
        return lrp_fail(err, LRP_FILE, "version %d of the .npy format is not known (1, 2 and 3 are)", bytes[6]);
    size_t length = (size_t)bytes[8] | (size_t)bytes[9] << 8;
    if (start == 12) length |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
    if (length > size - start) return lrp_fail(err, LRP_FILE, "truncated at byte %zu, inside the .npy header", size);
    const char *header = (const char *)bytes + start;
    const enum lrp_status status = parse_header((struct cursor){header, header + length}, out, err);
    if (status) return status;
    const int64_t count = lrp_shape_count(&out->shape);
    const size_t available = size - start - length;
    const size_t element = out->letters ? out->width : lrp_dtype_size(out->dtype);
    if (count < 0) return lrp_fail(err, LRP_FILE, "impossible shape in the .npy header");
    if (element && (uint64_t)count > available / element)
        return lrp_fail(err, LRP_FILE,
                        "truncated at byte %zu: %lld elements of %s need %lld bytes behind the header, %zu are there", size,
                        (long long)count, lrp_dtype_text(out->dtype), (long long)count * (long long)element, available);
    out->count = (size_t)count;
    out->data = bytes + start + length;
    out->bytes = available;
    return LRP_OK;
}

/* The whole preamble, padded so that the data begins at a multiple of 64, as the format asks. */
static char *make_header(const char *descr, const struct lrp_shape *shape, size_t *length)
{
    struct lrp_text text = {0};
    lrp_text_printf(&text, "{'descr': '%s', 'fortran_order': False, 'shape': (", descr);
    for (int i = 0; i < shape->rank; i++)
        lrp_text_printf(&text, "%lld%s", (long long)shape->dim[i], i + 1 < shape->rank ? ", " : shape->rank == 1 ? "," : "");
    lrp_text_append(&text, "), }");
    while (!text.failed && (10 + text.length + 1) % 64) lrp_text_append(&text, " ");
    lrp_text_append(&text, "\n");
    *length = text.length;
    return lrp_text_take(&text);
}

enum lrp_status lrp_npy_write(const char *path, const char *descr, size_t element, const struct lrp_shape *shape,
                              const void *data, struct lrp_error *err)
{
    const int64_t count = lrp_shape_count(shape);
    if (count < 0) return lrp_fail(err, LRP_FILE, "%s: an array of unknown shape cannot be written", path);
    size_t length;
    char *header = make_header(descr, shape, &length);
    if (!header) return lrp_fail(err, LRP_MEMORY, "%s: not enough memory", path);
    struct lrp_output out;
    enum lrp_status status = lrp_output_open(path, &out, err);
    if (!status) {
        const unsigned char preamble[4] = {1, 0, (unsigned char)length, (unsigned char)(length >> 8)};
        fwrite(magic, 1, sizeof magic, out.file);
        fwrite(preamble, 1, sizeof preamble, out.file);
        fwrite(header, 1, length, out.file);
        if (count) fwrite(data, element, (size_t)count, out.file);
        status = lrp_output_commit(&out, err);
    }
    free(header);
    return status;
}

void lrp_npy_header_f32(const struct lrp_shape *shape, struct lrp_text *out)
{
    size_t length = 0;
    char *header = make_header("<f4", shape, &length);
    const unsigned char preamble[4] = {1, 0, (unsigned char)length, (unsigned char)(length >> 8)};
    out->failed |= !header;
    lrp_text_append_n(out, (const char *)magic, sizeof magic);
    lrp_text_append_n(out, (const char *)preamble, sizeof preamble);
    if (header) lrp_text_append_n(out, header, length);
    free(header);
}

enum lrp_status lrp_npy_write_f32(const char *path, const struct lrp_shape *shape, const float *data, struct lrp_error *err)
{
    return lrp_npy_write(path, "<f4", sizeof *data, shape, data, err);
}

enum lrp_status lrp_npy_write_i64(const char *path, const struct lrp_shape *shape, const int64_t *data, struct lrp_error *err)
{
    return lrp_npy_write(path, "<i8", sizeof *data, shape, data, err);
}
