// SPDX-License-Identifier: GPL-2.0-only
/* The report's text to the letter, and what the program ends with. */
#include "report.h"
#include "test.h"

#define DOCUMENT(results)	"KTAP version 1\n" results

static const struct machine smp1 = {
	.name = "smp1",
	.harts = 1,
	.possible = 1,
	.nr_nodes = 1,
	.nodes = { { 0, 1 << 30, 1 } },
	.boot = -1,
};

static void add(struct report *report, const char *name, enum verdict verdict, const char *reason)
{
	struct cell cell = { .machine = &smp1, .kernel = "numa" };
	struct boot boot = { .cell = &cell, .seconds = 1.5, .since_epoch = 1e9 };
	struct outcome outcome = { .verdict = verdict };

	snprintf(cell.name, sizeof(cell.name), "%s", name);

	ktap_init(&outcome.tests);
	ktap_add_test(&outcome.tests, KTAP_OK, xasprintf("harts online"), NULL);
	if (reason) {
		outcome.reason = xasprintf("%s", reason);
		ktap_add_test(&outcome.tests, KTAP_FAIL, xasprintf("no splat"),
			      xasprintf("%s", reason));
	}
	report_add(report, &boot, &outcome);
	assert_null(outcome.reason);
	assert_null(outcome.tests.tests);
}

static void add_document(struct report *report, const char *name, const char *text)
{
	char *path = make_file(text, strlen(text));

	assert_true(report_add_document(report, name, path));
	drop_file(path);
}

/* Frees @report */
static void assert_ktap(struct report *report, const char *wanted)
{
	char *path = make_file("", 0);
	char *text;

	assert_true(report_write_ktap(report, path));
	text = read_file(path, NULL);
	assert_string_equal(text, wanted);
	free(text);
	drop_file(path);
	report_free(report);
}

static void assert_status(struct report *report, int status)
{
	assert_int_equal(report_exit_status(report), status);
	report_free(report);
}

static void test_results(void **state)
{
	struct report report = { 0 };

	add(&report, "6.1.numa.page.sv39.smp4", VERDICT_PASS, NULL);
	add(&report, "6.1.numa.page.sv48.smp4", VERDICT_SPLAT, "BUG: a");
	assert_ktap(&report,
		    "KTAP version 1\n"
		    "1..2\n"
		    "  KTAP version 1\n"
		    "  1..1\n"
		    "  ok 1 harts online\n"
		    "ok 1 6.1.numa.page.sv39.smp4\n"
		    "  KTAP version 1\n"
		    "  1..2\n"
		    "  ok 1 harts online\n"
		    "  # BUG: a\n"
		    "  not ok 2 no splat\n"
		    "# splat: BUG: a\n"
		    "not ok 2 6.1.numa.page.sv48.smp4\n");
}

/* What came in is owned: the cell and its machine may go, and another cell come */
static void test_keeps_a_copy(void **state)
{
	struct machine *machine = malloc(sizeof(*machine));
	struct cell *cell = malloc(sizeof(*cell));
	struct boot boot = { .cell = cell, .seconds = 2.5, .since_epoch = 1.7e9 };
	struct outcome outcome = { .verdict = VERDICT_UNITS };
	struct report report = { 0 };
	const struct result *result;

	*machine = smp1;
	*cell = (struct cell){ .name = "a", .kernel = "numa", .machine = machine, .kexecs = 2 };
	ktap_init(&outcome.tests);
	report_add(&report, &boot, &outcome);
	memset(machine, 0xff, sizeof(*machine));
	memset(cell, 0xff, sizeof(*cell));
	free(machine);
	free(cell);
	add(&report, "b", VERDICT_PASS, NULL);
	assert_int_equal(report.nr, 2);
	result = &report.results[0];
	assert_string_equal(result->name, "a");
	assert_string_equal(result->cell->name, "a");
	assert_string_equal(result->cell->kernel, "numa");
	assert_int_equal(result->cell->kexecs, 2);
	assert_memory_equal(result->cell->machine, &smp1, sizeof(smp1));
	assert_int_equal(result->verdict, VERDICT_UNITS);
	assert_false(result->skipped);
	assert_true(result->seconds == 2.5);
	assert_true(result->started == 1.7e9);
	assert_string_equal(report.results[1].name, "b");
	report_free(&report);
	assert_int_equal(report.nr, 0);
	assert_null(report.results);
}

static void test_no_results(void **state)
{
	struct report report = { 0 };

	assert_ktap(&report, "KTAP version 1\n1..0\n");
}

static void test_documents(void **state)
{
	struct report report = { 0 };

	add_document(&report, "lint", DOCUMENT("1..3\nok 1 a\n# line 3\nnot ok 2 b\n"
					       "ok 3 c # SKIP no tool\n"));
	assert_ktap(&report,
		    "KTAP version 1\n"
		    "1..1\n"
		    "  KTAP version 1\n"
		    "  1..3\n"
		    "  ok 1 a\n"
		    "  # line 3\n"
		    "  not ok 2 b\n"
		    "  ok 3 c # SKIP no tool\n"
		    "# tests: b: line 3\n"
		    "not ok 1 lint\n");
}

static void test_broken_document(void **state)
{
	struct report report = { 0 };

	add_document(&report, "lint", DOCUMENT("1..2\nok 1 a\n"));
	assert_ktap(&report,
		    "KTAP version 1\n"
		    "1..1\n"
		    "  KTAP version 1\n"
		    "  1..2\n"
		    "  ok 1 a\n"
		    "  # not whole: not as many results as planned\n"
		    "  not ok 2 whole document\n"
		    "# tests: whole document: not whole: not as many results as planned\n"
		    "not ok 1 lint\n");
}

static void test_skipped_document(void **state)
{
	struct report report = { 0 };

	add_document(&report, "lint", DOCUMENT("1..0 # SKIP nothing to check\n"));
	assert_ktap(&report,
		    "KTAP version 1\n"
		    "1..1\n"
		    "  KTAP version 1\n"
		    "  1..0\n"
		    "ok 1 lint # SKIP\n");
}

/* A '#' in a name would begin a directive, which would pass or skip a test */
static void test_names_with_hashes(void **state)
{
	struct report report = { 0 };

	add_document(&report, "x # SKIP", DOCUMENT("1..2\nok 1 a # 2 ms\n"
						   "not ok 2 b # signal 11\n"));
	assert_ktap(&report,
		    "KTAP version 1\n"
		    "1..1\n"
		    "  KTAP version 1\n"
		    "  1..2\n"
		    "  ok 1 a _ 2 ms\n"
		    "  not ok 2 b _ signal 11\n"
		    "# tests: b # signal 11\n"
		    "not ok 1 x _ SKIP\n");
}

/* What was written is itself a whole document and says the same */
static void test_reads_its_own_report(void **state)
{
	struct report report = { 0 }, again = { 0 };
	char *path = make_file("", 0);

	add(&report, "a", VERDICT_PASS, NULL);
	add(&report, "b", VERDICT_HARTS, "1 of 4 harts online");
	add_document(&report, "c", DOCUMENT("1..1\nok 1 # SKIP x\n"));
	assert_true(report_write_ktap(&report, path));
	assert_true(report_add_document(&again, "all", path));
	assert_null(again.results[0].tests.fault);
	assert_int_equal(again.results[0].tests.nr_tests, 4);
	assert_string_equal(again.results[0].reason, "b: no splat: 1 of 4 harts online");
	report_free(&report);
	report_free(&again);
	drop_file(path);
}

static void test_missing_document(void **state)
{
	struct report report = { 0 };
	const char *message;
	bool ok;

	stderr_begin();
	ok = report_add_document(&report, "lint", "/missing.ktap");
	message = stderr_end();
	assert_false(ok);
	assert_contains(message, "/missing.ktap");
	assert_int_equal(report.nr, 0);
}

static void test_report_that_cannot_be_written(void **state)
{
	struct report report = { 0 };
	char *path = make_file("", 0);
	const char *message;
	bool ok;

	/* What cannot be written is removed: a link to the device, not the device */
	unlink(path);
	assert_int_equal(symlink("/dev/full", path), 0);
	add(&report, "a", VERDICT_PASS, NULL);
	stderr_begin();
	ok = report_write_ktap(&report, path);
	message = stderr_end();
	assert_false(ok);
	assert_contains(message, path);
	assert_contains(message, "No space left on device");
	assert_int_equal(access(path, F_OK), -1);
	report_free(&report);
	drop_file(path);
}

/* From here on what goes to stdout is kept for stdout_end() */
static int stdout_copy;
static char *stdout_path;

static void stdout_begin(void)
{
	int fd;

	fflush(stdout);
	stdout_path = make_file("", 0);
	fd = open(stdout_path, O_RDWR);
	stdout_copy = dup(STDOUT_FILENO);
	assert_true(fd >= 0 && stdout_copy >= 0);
	assert_true(dup2(fd, STDOUT_FILENO) >= 0);
	close(fd);
}

/* To be freed by the caller */
static char *stdout_end(void)
{
	char *text;

	fflush(stdout);
	dup2(stdout_copy, STDOUT_FILENO);
	close(stdout_copy);
	text = read_file(stdout_path, NULL);
	drop_file(stdout_path);
	return text;
}

static void test_summary(void **state)
{
	struct report report = { 0 };
	char *text;

	add(&report, "a", VERDICT_PASS, NULL);
	add(&report, "b", VERDICT_SPLAT, "BUG: x");
	add(&report, "c", VERDICT_HARNESS, "disk full");
	add_document(&report, "lint", DOCUMENT("1..0 # SKIP x\n"));
	add_document(&report, "unit", DOCUMENT("1..1\n"));
	stdout_begin();
	report_print_summary(&report);
	text = stdout_end();
	assert_string_equal(text,
			    "FAILED  b: splat: BUG: x\n"
			    "FAILED  c: harness: disk full\n"
			    "FAILED  unit: tests: whole document: not whole: not as many results as planned\n"
			    "1 passed, 3 failed, 1 skipped\n");
	free(text);
	report_free(&report);
}

static char *explain(const struct cell *cell, const char *facts, enum verdict verdict)
{
	struct outcome outcome = { .verdict = verdict };
	struct boot boot = { .cell = cell, .seconds = 9.87 };
	char *text;

	ktap_init(&boot.ktap);
	ktap_feed(&boot.ktap, facts, strlen(facts));
	if (verdict != VERDICT_PASS)
		outcome.reason = xasprintf("why");
	stdout_begin();
	report_print_verdict(&boot, &outcome);
	text = stdout_end();
	free(outcome.reason);
	ktap_free(&boot.ktap);
	return text;
}

static void test_explains(void **state)
{
	const struct machine machine = {
		.harts = 4, .possible = 6, .nr_nodes = 2, .ids = { 0, 1, 2, 3 }, .boot = -1,
		.nodes = { { 0, 1 << 30, 3 }, { 1 << 30, 1 << 30, 1 } },
	};
	const struct cell cell = { .name = "c", .machine = &machine, .maxcpus = 3 };
	char *text;

	text = explain(&cell, "KTAP version 1\n# fact cpus_online 0-1\n# fact cpu_node 0:0 1:1\n"
		       "# fact first_chunk page\n# fact first_chunk_pages 15\n"
		       "# fact first_chunk_static 1\n# fact first_chunk_reserved 2\n"
		       "# fact first_chunk_dynamic 3\n# fact paging sv39\n# fact release 6.1\n"
		       "# generation 1\n# fact cpus_online 0-3\n", VERDICT_HARTS);
	assert_string_equal(text,
			    "\nc: harts\n"
			    "  reason: why\n"
			    "  harts online: 2 of 3 (node 0: 1 of 3, node 1: 1 of 1)\n"
			    "  first chunk: page, 15 pages per CPU (1 bytes static, 2 reserved, 3 dynamic)\n"
			    "  paging mode: sv39\n"
			    "  kernel: 6.1\n"
			    "  time: 9.9 s from start to power-off\n"
			    "  directory: ?\n");
	free(text);
	/* A node that is not there is not counted, nor does it do harm */
	text = explain(&cell, "KTAP version 1\n# fact cpu_node 0:8 1:4294967295 2:0\n",
		       VERDICT_PASS);
	assert_contains(text, "\nc: PASS\n  harts online: 0 of 3 (node 0: 1 of 3, node 1: 0 of 1)");
	free(text);
}

/* Of a guest whose results are all as long as can be, in a report that reads well */
static void test_long_lines(void **state)
{
	char *name = malloc(KTAP_LINE_SIZE), *text;
	struct report report = { 0 }, again = { 0 };
	char *path = make_file("", 0);

	memset(name, 'n', KTAP_LINE_SIZE);
	name[KTAP_LINE_SIZE - 16] = '\0';
	text = xasprintf(DOCUMENT("1..1\n# %s\nnot ok 1 %s\n"), name, name);
	add_document(&report, "long", text);
	free(text);
	assert_string_equal(report.results[0].tests.tests[0].name, name);
	assert_string_equal(report.results[0].tests.tests[0].why, name);
	assert_true(report_write_ktap(&report, path));
	assert_true(report_add_document(&again, "all", path));
	assert_null(again.results[0].tests.fault);
	assert_int_equal(again.results[0].verdict, VERDICT_TESTS);
	report_free(&again);
	report_free(&report);
	drop_file(path);
	free(name);
}

static void test_exit_0(void **state)
{
	struct report report = { 0 };

	add(&report, "a", VERDICT_PASS, NULL);
	add_document(&report, "b", DOCUMENT("1..0 # SKIP x\n"));
	assert_status(&report, 0);
}

static void test_exit_1(void **state)
{
	static const enum verdict failures[] = {
		VERDICT_HARTS, VERDICT_CHUNK, VERDICT_PAGING, VERDICT_NODES, VERDICT_UNITS,
		VERDICT_TESTS, VERDICT_SPLAT, VERDICT_PANIC, VERDICT_TIMEOUT,
		VERDICT_SILENCE, VERDICT_NO_RESULT, VERDICT_FLOOD, VERDICT_CONTROL,
	};
	struct report report = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(failures); i++) {
		add(&report, "a", VERDICT_PASS, NULL);
		add(&report, "b", failures[i], "c");
		assert_status(&report, 1);
	}
	assert_int_equal(ARRAY_SIZE(failures) + 3, NR_VERDICTS);
	add_document(&report, "b", DOCUMENT("1..1\n"));
	assert_status(&report, 1);
}

static void test_exit_2(void **state)
{
	struct report report = { 0 };

	add(&report, "a", VERDICT_TESTS, "x");
	add(&report, "b", VERDICT_HARNESS, "y");
	assert_status(&report, 2);
	add(&report, "a", VERDICT_PASS, NULL);
	add(&report, "b", VERDICT_CRASH, "y");
	assert_status(&report, 2);
}

static void test_exit_4(void **state)
{
	struct report report = { 0 };

	assert_status(&report, 4);
	add_document(&report, "b", DOCUMENT("1..0 # SKIP x\n"));
	assert_status(&report, 4);
}

int main(void)
{
	const struct CMUnitTest report[] = {
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_keeps_a_copy),
		cmocka_unit_test(test_no_results),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_broken_document),
		cmocka_unit_test(test_skipped_document),
		cmocka_unit_test(test_names_with_hashes),
		cmocka_unit_test(test_reads_its_own_report),
		cmocka_unit_test(test_missing_document),
		cmocka_unit_test(test_report_that_cannot_be_written),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_explains),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_exit_0),
		cmocka_unit_test(test_exit_1),
		cmocka_unit_test(test_exit_2),
		cmocka_unit_test(test_exit_4),
	};

	return cmocka_run_group_tests(report, NULL, NULL);
}
