/* fuzz_settings.c: a rules file. What was read is written, and read back as the same. */
#include "input.h"
#include "lrpscope/settings.h"

static char folder[] = "/tmp/lrpscope-fuzz-XXXXXX", path[sizeof folder + 16];

static void remove_folder(void)
{
    unlink(path);
    rmdir(folder);
}

static void make_folder(void)
{
    if (path[0]) return;
    if (!mkdtemp(folder)) abort();
    snprintf(path, sizeof path, "%s/rules.json", folder);
    atexit(remove_folder);
}

static void write_and_read(const struct lrp_settings *settings)
{
    struct lrp_settings *again;
    struct lrp_error err = {0};
    make_folder();
    if (lrp_settings_new(&again, NULL) != LRP_OK) return;
    if (lrp_settings_write(settings, path, &err) != LRP_OK || lrp_settings_read(again, path, NULL, &err) != LRP_OK) {
        fprintf(stderr, "%s\n", err.message);
        abort();
    }
    if (!lrp_settings_equal(settings, again)) abort();
    lrp_settings_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = input_open(data, size);
    struct lrp_settings *settings;
    char *warnings = NULL;
    if (lrp_settings_new(&settings, NULL) == LRP_OK) {
        if (lrp_settings_read(settings, input.path, &warnings, NULL) == LRP_OK) write_and_read(settings);
        free(warnings);
        lrp_settings_free(settings);
    }
    input_close(input);
    return 0;
}
