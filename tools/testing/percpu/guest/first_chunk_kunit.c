// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's KUnit suite of the first chunk, mm/tests/percpu_first_chunk_kunit.c:
 * each of its tests is one here.
 *
 * The suite is built in and ran before init, so the log is read from its beginning.
 * It must have looked at the first chunk of the boot message.
 */
#include <string.h>

#include "first_chunk.h"
#include "kernel_log.h"
#include "kselftest.h"
#include "kunit_result.h"
#include "percpu_test.h"
#include "proc_files.h"

#define SUITE		"percpu_first_chunk"
#define A_TEST		"first_chunk_later_physical"
#define MORE_TESTS	3

static struct kunit_suite suite = { .name = SUITE };
static char kind[8];		/* of the first chunk that it looked at */
static unsigned long pages;	/* of a unit there */
static int splats;
static bool is_built_in;

static void take_message(const char *message)
{
	bool planned = suite.planned;
	struct kunit_result result;
	const char *text;

	if (kunit_take(&suite, message, &result)) {
		if (result.skipped)
			ksft_test_result_skip("%s: %s\n", result.name, result.skipped);
		else
			ksft_test_result(result.passed, "%s\n", result.name);
	}
	if (!suite.running)
		return;
	if (suite.planned && !planned)
		ksft_set_plan(suite.planned + MORE_TESTS);
	if (log_find(message, "    # "))
		ksft_print_msg("%s\n", message);
	text = log_find(message, "# first_chunk_address_space: ");
	if (text && !pages)
		sscanf(text, "%7s first chunk, %*u units of %lu pages", kind, &pages);
	if (log_is_splat(message)) {
		ksft_print_msg("%s\n", message);
		splats++;
	}
}

static void take_symbol(unsigned long address, char type, const char *name)
{
	(void)address;
	(void)type;
	is_built_in |= !strcmp(name, A_TEST);
}

static void read_log(void)
{
	struct kernel_log log;
	int err = log_open_whole(&log);

	if (!err) {
		err = log_read(&log, take_message);
		log_close(&log);
	}
	if (err)
		ksft_exit_fail_msg("the kernel's log: %s\n", strerror(-err));
}

int main(void)
{
	struct first_chunk chunk;
	const char *wanted;
	int err;

	begin_test();
	/* It comes before the suite: if it is in the log, so is all of the suite */
	err = read_first_chunk(&chunk);
	if (err)
		ksft_exit_fail_msg("boot message about the first chunk: %s\n", strerror(-err));
	read_log();
	kallsyms_read(take_symbol);
	if (!suite.planned && is_built_in)
		ksft_exit_fail_msg("suite " SUITE " did not run (KUNIT_DEFAULT_ENABLED)\n");
	if (!suite.planned)
		ksft_exit_skip("no suite " SUITE " (PERCPU_FIRST_CHUNK_KUNIT_TEST)\n");

	ksft_test_result(suite.ended && suite.results == suite.planned, "%d results of %d\n",
			 suite.results, suite.planned);
	wanted = chunk.is_page ? "page" : "embed";
	ksft_test_result(!strcmp(kind, wanted) && pages == chunk.pages,
			 "it looked at a %s first chunk of %lu pages, the kernel has %s, %lu\n",
			 kind, pages, wanted, chunk.pages);
	ksft_test_result(!splats, "no splat\n");
	ksft_finished();
}
