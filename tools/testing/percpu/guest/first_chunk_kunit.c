// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's KUnit suite of the first chunk, mm/tests/percpu_first_chunk_kunit.c:
 * each of its tests is one here.
 *
 * The suite is built in and ran before init, so the log is read from its beginning.
 * The suite's deliberate KASAN reports are in the log only; any other splat in there
 * is a bug. It must have looked at the first chunk that the boot message tells of.
 */
#include <string.h>
#include <unistd.h>

#include "kernel_log.h"
#include "kselftest.h"
#include "kunit_result.h"
#include "percpu_test.h"

#define SUITE		"percpu_first_chunk"
#define A_TEST		"later_chunk_physical"
#define SYMBOLS_FILE	"/proc/kallsyms"
#define MORE_TESTS	3

static struct {
	bool running;
	bool ended;
	int planned;
	int results;
	int splats;
	char kind[8];		/* of first chunk */
	unsigned long pages;	/* of a unit */
} suite;

static void take_plan(const char *message)
{
	if (suite.planned || !kunit_parse_plan(message, &suite.planned))
		return;
	ksft_set_plan(suite.planned + MORE_TESTS);
}

static void take_result(const char *message)
{
	struct kunit_result result;

	if (!kunit_parse_result(message, &result))
		return;
	if (!result.is_test) {
		suite.running = false;
		suite.ended = !strcmp(result.name, SUITE);
		return;
	}
	suite.results++;
	if (result.skipped)
		ksft_test_result_skip("%s: %s\n", result.name, result.skipped);
	else
		ksft_test_result(result.passed, "%s\n", result.name);
}

/* "    # address_space: page first chunk, 4 units of 12 pages" */
static void take_kind(const char *message)
{
	const char *text = log_find(message, "# address_space: ");

	if (text && !suite.pages)
		sscanf(text, "%7s first chunk, %*u units of %lu pages", suite.kind, &suite.pages);
}

static void take_splat(const char *message)
{
	if (!log_is_splat(message) || !strncmp(message, "BUG: KASAN: ", 12))
		return;
	suite.splats++;
	ksft_print_msg("%s\n", message);
}

static void take_message(const char *message)
{
	if (log_find(message, "# Subtest: " SUITE))
		suite.running = true;
	if (!suite.running)
		return;
	if (log_find(message, "    # "))
		ksft_print_msg("%s\n", message);
	take_plan(message);
	take_kind(message);
	take_result(message);
	take_splat(message);
}

static int read_log(void)
{
	int err, log = log_open_whole();

	if (log < 0)
		return log;
	err = log_read(log, take_message);
	close(log);
	return err;
}

static bool has_suite(void)
{
	char line[1024];
	bool found = false;
	FILE *symbols;

	symbols = fopen(SYMBOLS_FILE, "r");
	if (!symbols)
		return false;
	while (!found && fgets(line, sizeof(line), symbols))
		found = log_find(line, " " A_TEST "\n");
	fclose(symbols);
	return found;
}

static void test_kind(const struct first_chunk *chunk)
{
	const char *kind = chunk->is_page ? "page" : "embed";

	ksft_test_result(!strcmp(suite.kind, kind) && suite.pages == chunk->pages,
			 "it looked at a %s first chunk of %lu pages, the kernel has %s, %lu\n",
			 suite.kind, suite.pages, kind, chunk->pages);
}

int main(void)
{
	struct first_chunk chunk;
	int err;

	begin_test();
	/* It comes before the suite: if it is in the log, so is all of the suite */
	err = read_first_chunk(&chunk);
	if (err)
		ksft_exit_fail_msg("boot message about the first chunk: %s\n", strerror(-err));
	err = read_log();
	if (err)
		ksft_exit_fail_msg("the kernel's log: %s\n", strerror(-err));
	if (!suite.planned && has_suite())
		ksft_exit_fail_msg("suite " SUITE " did not run (KUNIT_DEFAULT_ENABLED)\n");
	if (!suite.planned)
		ksft_exit_skip("no suite " SUITE " (PERCPU_FIRST_CHUNK_KUNIT_TEST)\n");

	ksft_test_result(suite.ended && suite.results == suite.planned, "%d results of %d\n",
			 suite.results, suite.planned);
	test_kind(&chunk);
	ksft_test_result(!suite.splats, "no other splat\n");
	ksft_finished();
}
