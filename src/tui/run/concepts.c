/* concepts.c: channels that relevance must pass: the setting "concept" as the inspector writes it. */
#include "concepts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* The channels behind "LAYER=" in a line, if it is about the layer; else NULL. Its name stands in quotes where it must. */
static const char *channels_in(const char *line, const char *layer)
{
    const size_t length = strlen(layer), quoted = *line == '"';
    if (strncmp(line + quoted, layer, length) != 0) return NULL;
    line += quoted + length;
    if (quoted && *line++ != '"') return NULL;
    return *line == '=' ? line + 1 : NULL;
}

static const char *find_channels(const char *setting, const char *layer, const char **line)
{
    for (*line = setting; **line; *line += strspn(*line, "\n")) {
        const char *channels = channels_in(*line, layer);
        if (channels) return channels;
        *line += strcspn(*line, "\n");
    }
    return NULL;
}

bool lrp_concept_holds(const char *setting, const char *layer, int64_t channel)
{
    const char *line, *at = find_channels(setting, layer, &line);
    while (at && *at && *at != '\n') {
        char *end;
        const long long number = strtoll(at, &end, 10);
        if (end == at) return false;
        if (number == channel && (*end == ',' || *end == '\n' || !*end)) return true;
        at = end + strcspn(end, ",\n");
        at += *at == ',';
    }
    return false;
}

/* The layer's line without a channel, or with one more. */
static void write_line(struct lrp_text *out, const char *layer, const char *channels, int64_t channel, bool add)
{
    struct lrp_text rest = {0};
    for (const char *at = channels ? channels : ""; *at && *at != '\n';) {
        const size_t length = strcspn(at, ",\n");
        char *end;
        if (strtoll(at, &end, 10) != channel || (*end != ',' && *end != '\n' && *end))
            lrp_text_printf(&rest, "%s%.*s", rest.length ? "," : "", (int)length, at);
        at += length;
        at += *at == ',';
    }
    if (add) lrp_text_printf(&rest, "%s%lld", rest.length ? "," : "", (long long)channel);
    if (rest.length) {
        const char *quote = strchr(layer, '=') ? "\"" : "";
        lrp_text_printf(out, "%s%s%s%s=%s", out->length ? "\n" : "", quote, layer, quote, rest.data);
    }
    lrp_text_free(&rest);
}

char *lrp_concept_toggle(const char *setting, const char *layer, int64_t channel)
{
    struct lrp_text out = {0};
    const char *line, *channels = find_channels(setting, layer, &line), *behind = line + strcspn(line, "\n");
    size_t before = (size_t)(line - setting);
    while (before > 0 && setting[before - 1] == '\n') before--;
    lrp_text_printf(&out, "%.*s", (int)before, setting);
    if (channel >= 0) write_line(&out, layer, channels, channel, !lrp_concept_holds(setting, layer, channel));
    behind += strspn(behind, "\n");
    if (*behind) lrp_text_printf(&out, "%s%s", out.length ? "\n" : "", behind);
    return lrp_text_take(&out);
}
