/* settings_file.h: what the files that read a rules file share. */
#ifndef LRP_SESSION_SETTINGS_FILE_H
#define LRP_SESSION_SETTINGS_FILE_H

#include "json.h"
#include "settings.h"
#include "text.h"

struct lrp_rules_reader {
    struct lrp_settings *settings;
    const char *path;
    const cJSON *json; /* all of it */
    struct lrp_text warnings;
    struct lrp_error *err;
    bool found;     /* nobody named the file */
    size_t unknown; /* keys so far */
};
enum { LRP_RULES_PLACE_SIZE = 4200 }; /* a path, line and column */

/* settings_file_keys.c: fails, naming the place of a key of the file's object; the path alone where it is not there. */
enum lrp_status lrp_rules_wrong(const struct lrp_rules_reader *reader, const char *key, const char *cause);
/* Keys that nobody knows are warned of and kept. `section`: NULL for the file's own object. Only the
 * first few are told by name; lrp_rules_finish_unknown says how many more there were and leaves the last of those that are
 * called alike. Errors: LRP_MEMORY. */
void lrp_rules_warn_unknown(struct lrp_rules_reader *reader, const char *section, const char *between, const cJSON *key);
enum lrp_status lrp_rules_keep_unknown(struct lrp_rules_reader *reader, const char *section, const cJSON *item);
bool lrp_rules_finish_unknown(struct lrp_rules_reader *reader);

/* settings_file_custom.c: what a file brings along, before anything that may name it. NULL: the file has none. */
enum lrp_status lrp_rules_read_plugins(struct lrp_rules_reader *reader, const cJSON *plugins);
enum lrp_status lrp_rules_read_custom(struct lrp_rules_reader *reader, const cJSON *rules);

#endif
