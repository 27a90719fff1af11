// SPDX-License-Identifier: GPL-2.0-only
/* The report's text to the letter, and what the program ends with. */
#include "report.h"
#include "test.h"

#define DOCUMENT(results)	"KTAP version 1\n" results

static void add(struct report *report, const char *name, enum verdict verdict, const char *reason)
{
	struct outcome outcome = { .verdict = verdict };

	ktap_init(&outcome.tests);
	ktap_add_test(&outcome.tests, KTAP_OK, xasprintf("harts online"), NULL);
	if (reason) {
		outcome.reason = xasprintf("%s", reason);
		ktap_add_test(&outcome.tests, KTAP_FAIL, xasprintf("no splat"),
			      xasprintf("%s", reason));
	}
	report_add(report, name, &outcome, 1.5);
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
		VERDICT_HARTS, VERDICT_CHUNK, VERDICT_PAGING, VERDICT_NODES, VERDICT_TESTS,
		VERDICT_SPLAT, VERDICT_PANIC, VERDICT_TIMEOUT, VERDICT_SILENCE,
		VERDICT_NO_RESULT, VERDICT_FLOOD, VERDICT_CONTROL,
	};
	struct report report = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(failures); i++) {
		add(&report, "a", VERDICT_PASS, NULL);
		add(&report, "b", failures[i], "c");
		assert_status(&report, 1);
	}
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
		cmocka_unit_test(test_no_results),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_broken_document),
		cmocka_unit_test(test_skipped_document),
		cmocka_unit_test(test_names_with_hashes),
		cmocka_unit_test(test_reads_its_own_report),
		cmocka_unit_test(test_missing_document),
		cmocka_unit_test(test_report_that_cannot_be_written),
		cmocka_unit_test(test_exit_0),
		cmocka_unit_test(test_exit_1),
		cmocka_unit_test(test_exit_2),
		cmocka_unit_test(test_exit_4),
	};

	return cmocka_run_group_tests(report, NULL, NULL);
}
