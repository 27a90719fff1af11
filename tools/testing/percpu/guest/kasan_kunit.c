// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's KUnit suite of KASAN, kasan_test.ko: each of its tests is one here.
 *
 * Its tests make KASAN report bugs, on purpose, and KUnit fails a test whose report is
 * missing or unexpected. On the console, where any report is a failure, these cannot be
 * told from real ones. So meanwhile nothing below KERN_EMERG is printed there, and the log
 * is judged here: a report must come from the suite, and there must be no other splat. An
 * oops or a panic raises the console's level by itself and is seen there.
 *
 * The suite allows more than one report while it runs (kasan_multi_shot) and then
 * restores what was before: the first report of a real bug is still printed.
 */
#include <string.h>
#include <sys/utsname.h>

#include "kernel_log.h"
#include "kernel_module.h"
#include "kselftest.h"
#include "kunit_result.h"
#include "percpu_test.h"

#define MODULE		"kasan_test"
#define LEVEL_FILE	"/proc/sys/kernel/printk"
#define MORE_TESTS	3
#define LEAST_PASSED	30	/* of the 43 that pass on 6.1 */

/*
 * Tests that fail with either first chunk as long as the kernel is older than
 * 6.@fixed: 77514915b72c ("riscv: Enable bitops instrumentation"), a1af6a2bfa0c
 * ("kunit: run test suites only after module initialization completes").
 */
static const struct known_failure {
	const char *test;
	int fixed;
	const char *why;
} known_failures[] = {
	{ "kasan_bitops_generic", 12, "bitops of riscv are not instrumented" },
	{ "kasan_global_oob_right", 8, "KUnit runs a module's tests before its constructors" },
};

static struct kunit_suite suite = { .name = "kasan" };
static bool reporting;		/* "BUG: KASAN" came, by which task comes next */
static int strays;		/* reports by other tasks in the test that runs */
static int warnings;		/* of __virt_to_phys() in the test that runs */
static int reports, foreign, splats;

static void set_console_level(const char *level)
{
	int err = write_value(LEVEL_FILE, level);

	if (err)
		ksft_exit_fail_msg(LEVEL_FILE ": %s\n", strerror(-err));
}

/*
 * KUnit runs each test in a task of this name. A report by another one is a bug
 * elsewhere, but for the tests that let a callback use freed memory.
 */
static bool is_by_suite(const char *task)
{
	return !strncmp(task, "kunit_try_catch", 15);
}

static bool reports_in_callback(const char *test)
{
	return !strcmp(test, "rcu_uaf") || !strcmp(test, "workqueue_uaf");
}

static void take_report(const char *message)
{
	const char *task;

	if (!strncmp(message, "BUG: KASAN: ", 12)) {
		reports++;
		reporting = true;
		if (suite.running)
			return;
		foreign++;
		ksft_print_msg("not of the suite: %s\n", message);
		return;
	}
	task = reporting ? log_find(message, " by task ") : NULL;
	if (!task)
		return;
	reporting = false;
	if (is_by_suite(task))
		return;
	strays++;
	ksft_print_msg("not of the suite: %s\n", message);
}

/* Returns why the test cannot pass on this kernel, or NULL if it can. */
static const char *known_failure(const char *test)
{
	struct utsname kernel;
	int major, minor;
	size_t i;

	if (uname(&kernel) || sscanf(kernel.release, "%d.%d", &major, &minor) != 2)
		return NULL;
	for (i = 0; i < ARRAY_SIZE(known_failures); i++)
		if (!strcmp(test, known_failures[i].test) &&
		    (major < 6 || (major == 6 && minor < known_failures[i].fixed)))
			return known_failures[i].why;
	return NULL;
}

/*
 * For a report about a global variable KASAN asks virt_addr_valid(), and riscv's takes
 * every address above PAGE_OFFSET, that of a module's data too, to __pa(): DEBUG_VIRTUAL
 * warns. It does with either first chunk, and up to 7.3 at least. The suite skips the
 * left side unless clang built it.
 */
static bool warns_of_address(const char *test)
{
	return !strcmp(test, "kasan_global_oob_right") || !strcmp(test, "kasan_global_oob_left");
}

static void end_test(const struct kunit_result *result)
{
	const char *why = result->passed ? NULL : known_failure(result->name);

	if (!reports_in_callback(result->name))
		foreign += strays;
	strays = 0;
	if (!warns_of_address(result->name))
		splats += warnings;
	warnings = 0;
	if (result->skipped)
		ksft_test_result_skip("%s: %s\n", result->name, result->skipped);
	else if (why)
		ksft_test_result_xfail("%s: %s\n", result->name, why);
	else
		ksft_test_result(result->passed, "%s\n", result->name);
}

/* "cut here" is left to the line that follows it and says what it is about */
static void take_splat(const char *message)
{
	if (!log_is_splat(message) || !strncmp(message, "BUG: KASAN: ", 12) ||
	    log_find(message, "[ cut here ]"))
		return;
	if (suite.running && log_find(message, "__virt_to_phys"))
		warnings++;
	else
		splats++;
	ksft_print_msg("%s\n", message);
}

static void take_message(const char *message)
{
	bool planned = suite.planned;
	struct kunit_result result;
	bool ends = kunit_take(&suite, message, &result);

	if (suite.planned && !planned)
		ksft_set_plan(suite.planned + MORE_TESTS);
	take_report(message);
	if (ends)
		end_test(&result);
	if (log_find(message, "EXPECTATION FAILED") || log_find(message, "failure expected"))
		ksft_print_msg("%s\n", message);
	take_splat(message);
}

static void state_counts(void)
{
	ksft_print_msg("fact kasan_kunit_passed %u\n", ksft_get_pass_cnt());
	ksft_print_msg("fact kasan_kunit_failed %u\n",
		       ksft_get_fail_cnt() + ksft_get_xfail_cnt());
	ksft_print_msg("fact kasan_kunit_skipped %u\n", ksft_get_xskip_cnt());
	ksft_print_msg("fact kasan_kunit_reports %d\n", reports);
}

int main(void)
{
	unsigned int passed;
	char level[64];
	int err;

	begin_test();
	if (!module_exists(MODULE))
		ksft_exit_skip(MODULE_DIR "/" MODULE ".ko is not there (KASAN_KUNIT_TEST=m)\n");
	err = read_value(LEVEL_FILE, level, sizeof(level));
	if (err)
		ksft_exit_fail_msg(LEVEL_FILE ": %s\n", strerror(-err));

	set_console_level("1");
	err = module_run(MODULE, "", take_message);
	set_console_level(level);
	if (!suite.planned)
		ksft_exit_fail_msg(MODULE ": %s; its suite did not run (KUNIT_DEFAULT_ENABLED)\n",
				   strerror(-err));
	state_counts();
	passed = ksft_get_pass_cnt();
	ksft_test_result(!err && suite.results == suite.planned && passed >= LEAST_PASSED,
			 "loaded: %s, %d results of %d, %u pass\n", strerror(-err), suite.results,
			 suite.planned, passed);
	ksft_test_result(suite.ended && reports && !foreign, "%d reports, %d not of the suite\n",
			 reports, foreign);
	ksft_test_result(!splats, "no other splat\n");
	ksft_finished();
}
