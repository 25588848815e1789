/* test_files.c: mapped files, atomic writing, JSON files. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "json.h"
#include "mapping.h"
#include "output.h"
#include "temporary.h"
#include "text.h"

static int files_in(const char *folder)
{
    int count = 0;
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    while (readdir(entries)) count++;
    closedir(entries);
    return count - 2; /* "." and ".." */
}

static void check_content(const char *path, const char *wanted)
{
    struct lrp_mapping file;
    struct lrp_error err;
    check_ok(lrp_mapping_open(path, &file, &err), &err);
    assert_int_equal(file.size, strlen(wanted));
    assert_memory_equal(file.data, wanted, file.size);
    lrp_mapping_close(&file);
    lrp_mapping_close(&file);
}

static void what_is_written_is_mapped(void **state)
{
    const char *path = temporary_path(state, "a");
    struct lrp_error err;
    check_ok(lrp_output_write(path, "hello", 5, &err), &err);
    check_content(path, "hello");
    check_ok(lrp_output_write(path, "", 0, &err), &err);
    check_content(path, "");
}

static void pipes_are_read_wholly(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
    if (access(path, R_OK) != 0) skip();
    assert_int_equal(fcntl(ends[1], F_SETPIPE_SZ, 1 << 18) > 0, 1);
    static char text[200001];
    memset(text, 'x', sizeof text - 1);
    assert_int_equal(write(ends[1], text, sizeof text - 1), sizeof text - 1);
    close(ends[1]);
    check_content(path, text);
    close(ends[0]);
}

static void folders_and_missing_files_are_named(void **state)
{
    struct lrp_mapping file;
    struct lrp_error err;
    const char *folder = ((struct temporary *)*state)->folder;
    check_fails(lrp_mapping_open(folder, &file, &err), &err, LRP_FILE, folder);
    assert_null(file.data);
    const char *path = temporary_path(state, "nothing");
    check_fails(lrp_mapping_open(path, &file, &err), &err, LRP_FILE, "nothing: No such file");
    lrp_mapping_close(&file);
}

/* A link put there after the path was looked at. */
static void no_link_leads_out_of_a_folder(void **state)
{
    char folder[160], path[200];
    struct lrp_mapping file;
    struct lrp_error err;
    snprintf(folder, sizeof folder, "%s", temporary_path(state, "in"));
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(symlink("..", temporary_path(state, "in/up")), 0);
    assert_int_equal(symlink("../secret", temporary_path(state, "in/link")), 0);
    FILE *secret = fopen(temporary_path(state, "secret"), "w");
    assert_non_null(secret);
    fputs("abc", secret);
    fclose(secret);
    static const char *const names[] = {"link", "up/secret", "../secret"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        check_ok(lrp_mapping_open(path, &file, &err), &err); /* it is there, and somebody else would open it */
        lrp_mapping_close(&file);
        check_fails(lrp_mapping_open_beneath(path, strlen(folder), &file, &err), &err, LRP_FILE, path);
    }
    snprintf(path, sizeof path, "%s", temporary_path(state, "secret"));
    check_ok(lrp_mapping_open_beneath(path, (size_t)(strrchr(path, '/') - path), &file, &err), &err);
    assert_int_equal(file.size, 3);
    lrp_mapping_close(&file);
}

/* More files than can be watched: all are read the same, those beyond are copies that nothing can cut off. */
static void any_number_of_files_may_be_open(void **state)
{
    enum { FILES = LRP_MAPPINGS_WATCHED + 3 };
    static struct lrp_mapping files[FILES];
    struct lrp_error err;
    const char *path = temporary_path(state, "a");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("abc", file);
    fclose(file);
    assert_int_equal(truncate(path, LRP_SMALL_FILE + 1), 0); /* zeros follow */
    size_t mapped = 0;
    for (size_t i = 0; i < FILES; i++) {
        check_ok(lrp_mapping_open(path, &files[i], &err), &err);
        mapped += files[i].of_file;
        assert_true(files[i].size == LRP_SMALL_FILE + 1 && memcmp(files[i].data, "abc", 3) == 0);
        assert_true(files[i].of_file == (lrp_mapping_at(files[i].data) != NULL));
    }
    assert_int_equal(mapped, LRP_MAPPINGS_WATCHED);
    assert_int_equal(truncate(path, 0), 0);
    assert_memory_equal(files[FILES - 1].data, "abc", 3);
    for (size_t i = 0; i < FILES; i++) lrp_mapping_close(&files[i]);
}

/* A small file is a copy, whatever becomes of it; the last one that is, and the first that is mapped. */
static void small_files_are_read(void **state)
{
    struct lrp_error err;
    const char *path = temporary_path(state, "a");
    for (size_t more = 0; more < 2; more++) {
        struct lrp_mapping mapping;
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs("abc", file);
        fclose(file);
        assert_int_equal(truncate(path, (off_t)(LRP_SMALL_FILE + more)), 0);
        check_ok(lrp_mapping_open(path, &mapping, &err), &err);
        assert_true(mapping.size == LRP_SMALL_FILE + more && mapping.of_file == (more > 0));
        assert_true((lrp_mapping_at(mapping.data) != NULL) == (more > 0));
        if (!more) assert_int_equal(truncate(path, 0), 0);
        assert_true(memcmp(mapping.data, "abc", 4) == 0 && mapping.data[mapping.size - 1] == 0);
        lrp_mapping_close(&mapping);
    }
}

static void devices_without_an_end_are_refused(void **state)
{
    struct lrp_mapping file;
    struct lrp_error err;
    (void)state;
    check_fails(lrp_mapping_open("/dev/zero", &file, &err), &err, LRP_FILE,
                "/dev/zero: it goes on beyond what is read of pipes");
    assert_null(file.data);
}

static void an_unfinished_file_leaves_the_old_one(void **state)
{
    const char *path = temporary_path(state, "a");
    struct lrp_error err;
    struct lrp_output out;
    check_ok(lrp_output_write(path, "old", 3, &err), &err);
    check_ok(lrp_output_open(path, &out, &err), &err);
    fputs("new and half-writ", out.file);
    fflush(out.file);
    check_content(path, "old");
    lrp_output_abort(&out);
    lrp_output_abort(&out);
    check_content(path, "old");
    assert_int_equal(files_in(((struct temporary *)*state)->folder), 1);
}

static void a_failed_write_is_reported_and_removed(void **state)
{
    struct lrp_error err;
    struct lrp_output out;
    const char *path = temporary_path(state, "a");
    check_ok(lrp_output_open(path, &out, &err), &err);
    FILE *full = fopen("/dev/full", "wb");
    if (!full) {
        lrp_output_abort(&out);
        skip();
    }
    fclose(out.file);
    out.file = full;
    fputs("does not fit", out.file);
    check_fails(lrp_output_commit(&out, &err), &err, LRP_FILE, "No space left");
    assert_int_equal(files_in(((struct temporary *)*state)->folder), 0);
}

/* The write that failed is long over when the file is finished: a limit stands in for a disk that is full. */
static void the_cause_of_an_early_failure_is_told(void **state)
{
    enum { SIZE = 1 << 20 };
    struct lrp_error err = {0};
    struct rlimit before;
    const char *path = temporary_path(state, "a");
    char *data = calloc(1, SIZE);
    assert_non_null(data);
    check_ok(lrp_output_write(path, "old", 3, &err), &err);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = 4096, .rlim_max = before.rlim_max});
    enum lrp_status status = lrp_output_write(path, data, SIZE, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    free(data);
    check_fails(status, &err, LRP_FILE, strerror(EFBIG));
    check_content(path, "old");
    assert_int_equal(files_in(((struct temporary *)*state)->folder), 1);
}

static void places_that_cannot_be_written_are_named(void **state)
{
    struct lrp_error err;
    check_ok(lrp_output_write(temporary_path(state, "file"), "", 0, &err), &err);
    static const struct {
        const char *name, *cause;
    } cases[] = {{"missing/a", "No such file"}, {"file/a", "Not a directory"}, {".", "Is a directory"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = temporary_path(state, cases[i].name);
        check_fails(lrp_output_write(path, "x", 1, &err), &err, LRP_FILE, cases[i].cause);
        assert_non_null(strstr(err.message, path));
    }
}

static void links_are_followed_and_modes_kept(void **state)
{
    struct lrp_error err;
    const char *target = temporary_path(state, "target"), *link = temporary_path(state, "link");
    check_ok(lrp_output_write(target, "old", 3, &err), &err);
    assert_int_equal(chmod(target, 0640), 0);
    assert_int_equal(symlink(target, link), 0);
    check_ok(lrp_output_write(link, "new", 3, &err), &err);
    check_content(target, "new");
    struct stat status;
    assert_int_equal(lstat(link, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(stat(target, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
    check_ok(lrp_output_write("/dev/null", "x", 1, &err), &err);
    assert_int_equal(stat("/dev/null", &status), 0);
    assert_true(S_ISCHR(status.st_mode));
}

static void json_numbers_are_short_and_exact(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0.1, "0.1"},
                 {3, "3"},
                 {-9007199254740992.0, "-9007199254740992"},
                 {1.0 / 3, "0.333333333"},
                 {NAN, "null"},
                 {-INFINITY, "null"},
                 {1e-6, "1e-06"},
                 {0.5, "0.5"},
                 {3.14159265358979, "3.14159265"}};
    char buffer[40];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(lrp_json_number_text(cases[i].value, buffer, sizeof buffer), cases[i].text);
    assert_string_equal(lrp_json_number_text((double)0.1f, buffer, sizeof buffer), "0.1");
}

static void json_is_written_and_read_back(void **state)
{
    struct lrp_error err;
    const char *path = temporary_path(state, "a.json");
    cJSON *json = cJSON_CreateObject(), *array = cJSON_AddArrayToObject(json, "list"), *back;
    assert_true(lrp_json_add_number(json, "sum", 0.1) && lrp_json_add_number(json, "nan", NAN) &&
                lrp_json_append_number(array, 7));
    cJSON_AddStringToObject(json, "name", "x\n");
    check_ok(lrp_json_write(path, json, &err), &err);
    cJSON_Delete(json);
    check_ok(lrp_json_read(path, &back, &err), &err);
    double sum = 0, missing = 5;
    int64_t integer = 0;
    const char *name = NULL;
    bool flag = true;
    const cJSON *list = NULL;
    check_ok(lrp_json_get_double(back, "sum", &sum, &err), &err);
    check_close(sum, 0.1, 0);
    check_ok(lrp_json_get_double(back, "missing", &missing, &err), &err);
    check_close(missing, 5, 0);
    check_ok(lrp_json_get_string(back, "name", &name, &err), &err);
    assert_string_equal(name, "x\n");
    check_ok(lrp_json_get_array(back, "list", &list, &err), &err);
    assert_int_equal(cJSON_GetArraySize(list), 1);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(back, "nan")));
    check_fails(lrp_json_get_int(back, "sum", &integer, &err), &err, LRP_FILE, "\"sum\" must be a whole number");
    check_fails(lrp_json_get_string(back, "sum", &name, &err), &err, LRP_FILE, "\"sum\" must be a string");
    check_fails(lrp_json_get_bool(back, "sum", &flag, &err), &err, LRP_FILE, "\"sum\" must be true or false");
    check_fails(lrp_json_get_object(back, "list", &list, &err), &err, LRP_FILE, "\"list\" must be an object");
    cJSON_Delete(back);
}

static void bad_json_is_refused_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {{"", "no JSON"},
                 {" \n ", "no JSON"},
                 {"{\n\"a\": 1,\n}", "line 3"},
                 {"{\"a\": 1}\n\nx", "line 3: something follows"},
                 {"{\"a\"", "line 1"},
                 {"\"abc", "line 1"},
                 {"\"abc\\", "line 1"}};
    struct lrp_error err;
    cJSON *json;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_fails(lrp_json_parse(cases[i].text, strlen(cases[i].text), &json, &err), &err, LRP_FILE, cases[i].message);
        assert_null(json);
    }
    char deep[200];
    memset(deep, '[', 100);
    memset(deep + 100, ']', 100);
    check_fails(lrp_json_parse(deep, 200, &json, &err), &err, LRP_FILE, "more than 64 deep");
    check_ok(lrp_json_parse(deep + 36, 128, &json, &err), &err);
    cJSON_Delete(json);
    static const char brackets[] = "\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[\"";
    check_ok(lrp_json_parse(brackets, sizeof brackets - 1, &json, &err), &err);
    cJSON_Delete(json);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, temporary_setup, temporary_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(what_is_written_is_mapped),
        cmocka_unit_test(pipes_are_read_wholly),
        IN_FOLDER(folders_and_missing_files_are_named),
        IN_FOLDER(no_link_leads_out_of_a_folder),
        IN_FOLDER(any_number_of_files_may_be_open),
        IN_FOLDER(small_files_are_read),
        IN_FOLDER(devices_without_an_end_are_refused),
        IN_FOLDER(an_unfinished_file_leaves_the_old_one),
        IN_FOLDER(a_failed_write_is_reported_and_removed),
        IN_FOLDER(the_cause_of_an_early_failure_is_told),
        IN_FOLDER(places_that_cannot_be_written_are_named),
        IN_FOLDER(links_are_followed_and_modes_kept),
        cmocka_unit_test(json_numbers_are_short_and_exact),
        IN_FOLDER(json_is_written_and_read_back),
        cmocka_unit_test(bad_json_is_refused_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
