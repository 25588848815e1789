/* test_system.c: what stands between the program and its system does the same with what Linux has and without. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "affinity.h"
#include "beneath.h"
#include "frames.h"
#include "pages.h"
#include "program.h"
#include "signal_wait.h"
#include "sorting.h"
#include "temporary.h"
#include "wake_pipe.h"

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* FOLDER/in/deep/file, in/file, outside; links of every kind. */
static int tree_setup(void **state)
{
    if (temporary_setup(state)) return -1;
    mkdir(temporary_path(state, "in"), 0700);
    mkdir(temporary_path(state, "in/deep"), 0700);
    write_file(temporary_path(state, "outside"), "outside");
    write_file(temporary_path(state, "in/file"), "file");
    write_file(temporary_path(state, "in/deep/file"), "deep");
    return symlink("../outside", temporary_path(state, "in/link")) || symlink("deep", temporary_path(state, "in/folder")) ||
           symlink("file", temporary_path(state, "in/same")) || mkfifo(temporary_path(state, "in/pipe"), 0600);
}

static void a_name_below_the_folder_is_opened(void **state)
{
    static const struct {
        const char *name, *text;
    } rows[] = {{"file", "file"}, {"deep/file", "deep"}, {"./deep//./file", "deep"}, {"pipe", ""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[16] = "";
        const int fd = lrp_beneath_open(temporary_path(state, "in"), rows[i].name);
        if (fd < 0) fail_msg("%s: %s", rows[i].name, strerror(errno));
        assert_int_equal(read(fd, text, sizeof text - 1), strlen(rows[i].text));
        assert_string_equal(text, rows[i].text);
        assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
        close(fd);
    }
}

static void a_name_that_leads_elsewhere_is_not(void **state)
{
    const char *const names[] = {"link",        "folder/file", "same",         "../outside", "deep/../../outside",
                                 "/etc/passwd", "missing",     "deep/missing", "file/file"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        errno = 0;
        if (lrp_beneath_open(temporary_path(state, "in"), names[i]) >= 0) fail_msg("%s was opened", names[i]);
        assert_int_not_equal(errno, 0);
    }
    assert_int_equal(lrp_beneath_open(temporary_path(state, "none"), "file"), -1);
    assert_int_equal(errno, ENOENT);
}

static void pages_keep_what_is_in_them(void **state)
{
    (void)state;
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), grown = 64 * page;
    unsigned char *pages = lrp_pages_new(page);
    assert_non_null(pages);
    for (size_t i = 0; i < page; i++) pages[i] = (unsigned char)(i % 251);
    pages = lrp_pages_resize(pages, page, grown);
    assert_non_null(pages);
    for (size_t i = 0; i < grown; i++) assert_int_equal(pages[i], i < page ? i % 251 : 0);
    lrp_pages_expect(pages, grown);
    pages = lrp_pages_resize(pages, grown, 100);
    assert_non_null(pages);
    for (size_t i = 0; i < 100; i++) assert_int_equal(pages[i], i % 251);
    lrp_pages_free(pages, 100);
    assert_null(lrp_pages_new(SIZE_MAX / 2));
}

static void the_program_knows_its_file(void **state)
{
    (void)state;
    char path[PATH_MAX];
#ifdef LRP_PLAIN_SYSTEM
    assert_false(lrp_program_path(path, sizeof path));
#else
    assert_true(lrp_program_path(path, sizeof path));
    assert_non_null(strstr(path, "/test_system"));
    assert_int_equal(access(path, X_OK), 0);
    assert_false(lrp_program_path(path, 4));
#endif
}

static void a_wake_pipe_never_waits(void **state)
{
    (void)state;
    int ends[2];
    char byte;
    assert_true(lrp_wake_pipe_open(ends));
    for (int i = 0; i < 2; i++) {
        assert_true(fcntl(ends[i], F_GETFL) & O_NONBLOCK);
        assert_true(fcntl(ends[i], F_GETFD) & FD_CLOEXEC);
    }
    assert_int_equal(read(ends[0], &byte, 1), -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    close(ends[1]);
}

static void processors_are_counted(void **state)
{
    (void)state;
    assert_in_range(lrp_affinity(), 1, sysconf(_SC_NPROCESSORS_CONF));
#ifndef LRP_PLAIN_SYSTEM
    cpu_set_t all, one;
    CPU_ZERO(&one);
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    for (size_t i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++)
        if (CPU_ISSET(i, &all)) CPU_SET(i, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    assert_int_equal(lrp_affinity(), 1);
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
#endif
}

static void a_blocked_signal_is_waited_for(void **state)
{
    (void)state;
    sigset_t signals, before;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    sigaddset(&signals, SIGTERM);
    assert_int_equal(sigprocmask(SIG_BLOCK, &signals, &before), 0);
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    assert_int_equal(lrp_signal_wait(&signals, 50), 0);
    clock_gettime(CLOCK_MONOTONIC, &end);
    assert_true((end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1000000 >= 49);
    kill(getpid(), SIGTERM);
    assert_int_equal(lrp_signal_wait(&signals, 10000), SIGTERM);
    kill(getpid(), SIGUSR1);
    assert_int_equal(lrp_signal_wait(&signals, -1), SIGUSR1);
    assert_int_equal(lrp_signal_wait(&signals, 0), 0);
    assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
}

static void frames_are_written(void **state)
{
    const int fd = open(temporary_path(state, "frames"), O_RDWR | O_CREAT, 0600);
    char text[4096] = "";
    assert_true(fd >= 0);
    lrp_frames_prepare();
    lrp_frames_write(fd);
    assert_true(pread(fd, text, sizeof text - 1, 0) > 0);
    close(fd);
#ifdef LRP_PLAIN_SYSTEM
    assert_non_null(strstr(text, "does not tell"));
#else
    assert_non_null(strstr(text, "test_system"));
#endif
}

/* Places in the table `keys`, by what stands there, then by place. */
static int by_key(const void *a, const void *b, void *keys)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    const int *key = keys;
    if (key[x] != key[y]) return key[x] < key[y] ? -1 : 1;
    return x < y ? -1 : x > y;
}

static void places_are_sorted_by_a_table(void **state)
{
    (void)state;
    enum { MOST = 500, PRIME = 7919 };
    for (size_t count = 0; count <= MOST; count++) {
        int keys[MOST];
        size_t places[MOST];
        for (size_t i = 0; i < count; i++) {
            keys[i] = (int)(i * PRIME % (count + 1) / 2); /* 0, 0, 1, 1, ... in another order: most twice */
            places[i] = count - 1 - i;
        }
        lrp_sort(places, count, sizeof *places, by_key, keys);
        for (size_t i = 1; i < count; i++) assert_true(by_key(&places[i - 1], &places[i], keys) < 0);
        size_t sum = 0;
        for (size_t i = 0; i < count; i++) sum += places[i];
        assert_int_equal(sum, count ? count * (count - 1) / 2 : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_name_below_the_folder_is_opened, tree_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(a_name_that_leads_elsewhere_is_not, tree_setup, temporary_teardown),
        cmocka_unit_test(pages_keep_what_is_in_them),
        cmocka_unit_test(the_program_knows_its_file),
        cmocka_unit_test(a_wake_pipe_never_waits),
        cmocka_unit_test(processors_are_counted),
        cmocka_unit_test(a_blocked_signal_is_waited_for),
        cmocka_unit_test(places_are_sorted_by_a_table),
        cmocka_unit_test_setup_teardown(frames_are_written, temporary_setup, temporary_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
