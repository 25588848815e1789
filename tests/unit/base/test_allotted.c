/* test_allotted.c: limits of control groups, as the kernel writes them (cgroups(7), Documentation/admin-guide/cgroup-v2.rst).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "allotted.h"
#include "check.h"
#include "temporary.h"

static const char *in(void **state, const char *name)
{
    return temporary_path(state, name);
}

static void put(void **state, const char *name, const char *text)
{
    FILE *file = fopen(in(state, name), "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void make_folder(void **state, const char *name)
{
    assert_int_equal(mkdir(in(state, name), 0700), 0);
}

static void assert_limits(void **state, double cpus, uint64_t bytes)
{
    const double found = lrp_group_cpus(in(state, "list"), in(state, "tree"));
    assert_true(fabs(found - cpus) < 1e-9);
    assert_true(lrp_group_memory(in(state, "list"), in(state, "tree")) == bytes);
}

static void no_group_no_limit(void **state)
{
    assert_limits(state, 0, UINT64_MAX);
    put(state, "list", "0::/\n");
    make_folder(state, "tree");
    assert_limits(state, 0, UINT64_MAX);
}

static void version_2_takes_the_lowest_up_to_the_root(void **state)
{
    put(state, "list", "0::/job/step\n");
    make_folder(state, "tree");
    make_folder(state, "tree/job");
    make_folder(state, "tree/job/step");
    put(state, "tree/job/cpu.max", "150000 100000\n");
    put(state, "tree/job/step/cpu.max", "max 100000\n");
    put(state, "tree/job/memory.max", "4294967296\n");
    put(state, "tree/job/step/memory.max", "max\n");
    assert_limits(state, 1.5, (uint64_t)4 << 30);
    put(state, "tree/job/step/cpu.max", "50000 100000\n");
    put(state, "tree/job/step/memory.max", "1073741824\n");
    assert_limits(state, 0.5, (uint64_t)1 << 30);
}

static void version_1_has_a_tree_for_each(void **state)
{
    put(state, "list", "4:memory:/m\n3:cpuset:/\n2:cpu,cpuacct:/c\n0::/\n");
    make_folder(state, "tree");
    make_folder(state, "tree/cpu");
    make_folder(state, "tree/cpu/c");
    make_folder(state, "tree/memory");
    make_folder(state, "tree/memory/m");
    put(state, "tree/cpu/cpu.cfs_quota_us", "-1\n");
    put(state, "tree/cpu/cpu.cfs_period_us", "100000\n");
    put(state, "tree/cpu/c/cpu.cfs_quota_us", "200000\n");
    put(state, "tree/cpu/c/cpu.cfs_period_us", "100000\n");
    put(state, "tree/memory/memory.limit_in_bytes", "9223372036854771712\n"); /* the kernel's "none" */
    put(state, "tree/memory/m/memory.limit_in_bytes", "2147483648\n");
    assert_limits(state, 2, (uint64_t)2 << 30);
}

static void the_environment_lowers_threads(void **state)
{
    (void)state;
    unsetenv("OMP_NUM_THREADS");
    const int all = lrp_allotted_threads();
    assert_true(all >= 1);
    setenv("OMP_NUM_THREADS", "1", 1);
    assert_int_equal(lrp_allotted_threads(), 1);
    setenv("OMP_NUM_THREADS", "4096", 1);
    assert_int_equal(lrp_allotted_threads(), all);
    setenv("OMP_NUM_THREADS", "nonsense", 1);
    assert_int_equal(lrp_allotted_threads(), all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_group_no_limit, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(version_2_takes_the_lowest_up_to_the_root, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(version_1_has_a_tree_for_each, temporary_setup, temporary_teardown),
        cmocka_unit_test(the_environment_lowers_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
