// SPDX-License-Identifier: GPL-2.0-only
/* What is kept is what comes back, and what is not whole does not come back. */
#include <jansson.h>

#include "made_up.h"

/* Everything that a result can have, each unlike the others */
static struct result *add_full(struct report *report)
{
	struct result *result = add_cell(report, "smp4", VERDICT_HARTS, "1 of 4 harts online");
	struct cell *cell = result->cell;

	cell->nr_cpus = 3;
	cell->maxcpus = 4;
	cell->fault = 8;
	cell->numa_off = true;
	cell->units_anywhere = false;
	cell->kvm = true;
	cell->kexecs = 5;
	cell->transitions = 7;
	cell->timeout = 6;
	cell->fails = VERDICT_PANIC;
	strcpy(cell->tests, "facts,pinned");
	strcpy(cell->initrd, "big");
	strcpy(cell->console, "CPU[0-9]+: \\\"");
	result->skipped = true;
	add_test(result, KTAP_OK, "a", NULL);
	add_test(result, KTAP_FAIL, "b", "why");
	add_test(result, KTAP_SKIP, "c", "");
	add_fact(result, "cpus_online", "0-3");
	ktap_feed(&result->tests, "# generation 1\n", 15);
	add_fact(result, "cpus_online", "");
	return result;
}

static void assert_same_cell(const struct cell *a, const struct cell *b)
{
	struct machine machine_a = *a->machine, machine_b = *b->machine;
	struct cell cell_a = *a, cell_b = *b;

	assert_memory_equal(&machine_a, &machine_b, sizeof(machine_a));
	cell_a.machine = NULL;
	cell_b.machine = NULL;
	assert_memory_equal(&cell_a, &cell_b, sizeof(cell_a));
}

static void assert_same_ktap(const struct ktap *a, const struct ktap *b)
{
	size_t i;

	assert_int_equal(a->nr_tests, b->nr_tests);
	for (i = 0; i < a->nr_tests; i++) {
		assert_string_equal(a->tests[i].name, b->tests[i].name);
		assert_int_equal(a->tests[i].status, b->tests[i].status);
		assert_int_equal(!a->tests[i].why, !b->tests[i].why);
		if (a->tests[i].why)
			assert_string_equal(a->tests[i].why, b->tests[i].why);
	}
	assert_int_equal(a->nr_facts, b->nr_facts);
	for (i = 0; i < a->nr_facts; i++) {
		assert_int_equal(a->facts[i].generation, b->facts[i].generation);
		assert_string_equal(a->facts[i].key, b->facts[i].key);
		assert_string_equal(a->facts[i].value, b->facts[i].value);
	}
}

static void assert_same(const struct result *a, const struct result *b)
{
	assert_string_equal(a->name, b->name);
	assert_int_equal(a->verdict, b->verdict);
	assert_int_equal(a->skipped, b->skipped);
	assert_int_equal(!a->reason, !b->reason);
	if (a->reason)
		assert_string_equal(a->reason, b->reason);
	assert_true(a->started == b->started);
	assert_true(a->seconds == b->seconds);
	assert_int_equal(!a->cell, !b->cell);
	if (a->cell)
		assert_same_cell(a->cell, b->cell);
	assert_same_ktap(&a->tests, &b->tests);
}

static void test_all_of_it_comes_back(void **state)
{
	struct report report = { 0 }, again = { 0 };
	char *path = make_file("", 0);

	add_full(&report);
	add_result(&report, "lint", VERDICT_PASS, NULL);
	assert_true(saved_write(&report, path));
	assert_true(saved_read(&again, path));
	assert_int_equal(again.nr, 2);
	assert_same(&report.results[0], &again.results[0]);
	assert_same(&report.results[1], &again.results[1]);
	report_free(&report);
	report_free(&again);
	drop_file(path);
}

static void test_each_verdict_comes_back(void **state)
{
	struct report report = { 0 }, again = { 0 };
	char *path = make_file("", 0), name[16];
	unsigned int i;

	for (i = 0; i < NR_VERDICTS; i++) {
		snprintf(name, sizeof(name), "%u", i);
		add_result(&report, name, i, NULL);
	}
	assert_true(saved_write(&report, path));
	assert_true(saved_read(&again, path));
	for (i = 0; i < NR_VERDICTS; i++)
		assert_int_equal(again.results[i].verdict, i);
	report_free(&report);
	report_free(&again);
	drop_file(path);
}

static void test_no_results(void **state)
{
	struct report report = { 0 };
	char *path = make_file("", 0);

	assert_true(saved_write(&report, path));
	assert_true(saved_read(&report, path));
	assert_int_equal(report.nr, 0);
	drop_file(path);
}

static void test_hostile_text_stays_json(void **state)
{
	struct report report = { 0 }, again = { 0 };
	char *path = make_file("", 0);
	struct result *result = add_result(&report, HOSTILE, VERDICT_TESTS, HOSTILE);
	json_t *json;

	add_test(result, KTAP_FAIL, HOSTILE, HOSTILE);
	add_fact(result, "x", "<&\"\\]]>");
	assert_true(saved_write(&report, path));
	json = json_load_file(path, 0, NULL);
	assert_non_null(json);
	json_decref(json);
	assert_true(saved_read(&again, path));
	assert_contains(again.results[0].name, "<script>alert(\"1\")</script>&amp;'\\u0000]]>");
	assert_contains(again.results[0].name, "]]>\x01\x1b" BAD BAD BAD BAD BAD BAD "#%s");
	assert_string_equal(again.results[0].reason, again.results[0].name);
	assert_string_equal(again.results[0].tests.tests[0].why, again.results[0].name);
	assert_string_equal(again.results[0].tests.facts[0].value, "<&\"\\]]>");
	report_free(&report);
	report_free(&again);
	drop_file(path);
}

/* Expects that the text is refused in one line that says @why, and nothing is read */
static void assert_refused(const char *text, const char *why)
{
	struct report report = { 0 };
	char *path = make_file(text, strlen(text));
	const char *message;
	bool ok;

	stderr_begin();
	ok = saved_read(&report, path);
	message = stderr_end();
	assert_false(ok);
	assert_int_equal(report.nr, 0);
	assert_contains(message, path);
	assert_contains(message, why);
	assert_int_equal(count_lines(message), 1);
	drop_file(path);
}

/* The results of add_full() with one value of it replaced */
static void assert_change_refused(const char *key, const char *value, const char *why)
{
	struct report report = { 0 };
	char *path = make_file("", 0), *text, *place, *changed;
	char *wanted = xasprintf("\"%s\": ", key);

	add_full(&report);
	assert_true(saved_write(&report, path));
	text = read_file(path, NULL);
	place = strstr(text, wanted);
	assert_non_null(place);
	changed = xasprintf("%.*s\"%s\": %s, \"rest\": %s", (int)(place - text), text, key, value,
			    place + strlen(wanted));
	assert_refused(changed, why);
	free(changed);
	free(text);
	free(wanted);
	report_free(&report);
	drop_file(path);
}

static void test_malformed_files_are_refused(void **state)
{
	assert_refused("", "not results.json");
	assert_refused("{\"results\": [", "not results.json");
	assert_refused("[]", "not results.json");
	assert_refused("{}", "results");
	assert_refused("{\"results\": {}}", "not a list: results");
	assert_refused("{\"results\": [1]}", "not results.json");
	assert_refused("{\"results\": [{\"name\": \"a\"}]}", "not results.json");
	assert_refused("{\"results\": \"\xff\"}", "not results.json");
}

static void test_bad_values_are_refused(void **state)
{
	assert_change_refused("verdict", "\"fine\"", "not a verdict: fine");
	assert_change_refused("fails", "\"fine\"", "not a verdict: fine");
	assert_change_refused("status", "\"fine\"", "not ok, fail or skip: fine");
	assert_change_refused("reason", "1", "not a string: reason");
	assert_change_refused("why", "1", "not a string: why");
	assert_change_refused("paging", "\"sv39sv39\"", "too long: sv39sv39");
	assert_change_refused("paging", "null", "Expected string");
	assert_change_refused("harts", "513", "out of range: harts");
	assert_change_refused("harts", "-1", "out of range: harts");
	assert_change_refused("possible", "1000000000000", "out of range: possible");
	assert_change_refused("boot", "-2", "out of range: boot");
	assert_change_refused("generation", "-1", "out of range: generation");
	assert_change_refused("timeout", "2147483648", "out of range: timeout");
	assert_change_refused("started", "-1", "out of range");
	assert_change_refused("seconds", "1e300", "out of range");
	assert_change_refused("nodes", "[]", "not 1 to 8 nodes");
	assert_change_refused("nodes", "[1]", "Expected object");
	assert_change_refused("nodes", "[1,2,3,4,5,6,7,8,9]", "not 1 to 8 nodes");
	assert_change_refused("ids", "[0, 1]", "not an id for each hart");
	assert_change_refused("ids", "[0, 1, 2, -3]", "not the id of a hart");
	assert_change_refused("facts", "{}", "not a list");
}

static void test_the_same_name_twice_is_refused(void **state)
{
	struct report report = { 0 }, again = { 0 };
	char *path = make_file("", 0);
	const char *message;
	bool ok;

	add_full(&report);
	add_full(&report);
	assert_true(saved_write(&report, path));
	stderr_begin();
	ok = saved_read(&again, path);
	message = stderr_end();
	assert_false(ok);
	assert_contains(message, "second result of that name: 6.1.numa.page.sv39.smp4");
	assert_int_equal(again.nr, 0);
	report_free(&report);
	drop_file(path);
}

static void test_a_missing_file_is_told(void **state)
{
	struct report report = { 0 };
	const char *message;
	bool ok;

	stderr_begin();
	ok = saved_read(&report, "/missing.json");
	message = stderr_end();
	assert_false(ok);
	assert_contains(message, "cannot read /missing.json");
	assert_int_equal(count_lines(message), 1);
}

static void assert_resumed(struct report *report, const char *inputs, const char *path, bool wanted)
{
	const char *message;
	bool ok;

	stderr_begin();
	ok = saved_read_result(report, inputs, path);
	message = stderr_end();
	assert_int_equal(ok, wanted);
	assert_string_equal(message, "");
}

static void test_one_result_is_resumed(void **state)
{
	struct report report = { 0 }, again = { 0 };
	char *path = make_file("", 0);

	add_full(&report);
	add_result(&again, "other", VERDICT_PASS, NULL);
	assert_true(saved_write_result(&report.results[0], "kernel 1\n\xff", path));
	assert_resumed(&again, "kernel 1\n\xff", path, true);
	assert_int_equal(again.nr, 2);
	assert_same(&report.results[0], &again.results[1]);
	report_free(&report);
	report_free(&again);
	drop_file(path);
}

static void test_what_does_not_hold_is_not_resumed(void **state)
{
	struct report report = { 0 }, again = { 0 };
	char *path = make_file("", 0), *text;
	size_t size, i;

	assert_resumed(&again, "", "/missing.json", false);
	assert_resumed(&again, "", path, false);
	add_full(&report);
	assert_true(saved_write_result(&report.results[0], "kernel 1", path));
	assert_resumed(&again, "kernel 2", path, false);
	assert_resumed(&again, "kernel", path, false);
	assert_resumed(&again, "", path, false);
	/* Broken off anywhere; the last byte is the closing brace */
	text = read_file(path, &size);
	for (i = 0; i < size; i += 37) {
		assert_true(write_file(path, text, i));
		assert_resumed(&again, "kernel 1", path, false);
	}
	assert_true(write_file(path, text, size));
	assert_resumed(&again, "kernel 1", path, true);
	free(text);
	report_free(&report);
	report_free(&again);
	drop_file(path);
}

static void test_runs_are_merged(void **state)
{
	struct made_up first = make_up(), second = make_up();
	char *file;

	add_cell(&first.report, "a", VERDICT_PASS, NULL);
	add_cell(&first.report, "b", VERDICT_PASS, NULL);
	add_cell(&second.report, "c", VERDICT_PANIC, "x")->started -= 10;
	assert_true(saved_write(&first.report, first.path));
	assert_true(saved_write(&second.report, second.path));
	assert_true(runs_add(&first.runs, first.path));
	assert_true(runs_add(&first.runs, second.path));
	assert_int_equal(first.runs.report.nr, 3);
	assert_true(runs_started(&first.runs) == second.report.results[0].started);
	file = runs_file(&first.runs, 2, "cmd");
	assert_contains(file, second.dir);
	assert_contains(file, "/6.1.numa.page.sv39.c/cmd");
	free(file);
	drop_made_up(&first);
	drop_made_up(&second);
}

static void test_runs_with_the_same_cell_are_not_merged(void **state)
{
	struct made_up first = make_up(), second = make_up();
	const char *message;
	bool ok;

	add_cell(&first.report, "a", VERDICT_PASS, NULL);
	add_cell(&second.report, "b", VERDICT_PASS, NULL);
	add_cell(&second.report, "a", VERDICT_PASS, NULL);
	assert_true(saved_write(&first.report, first.path));
	assert_true(saved_write(&second.report, second.path));
	assert_true(runs_add(&first.runs, first.path));
	stderr_begin();
	ok = runs_add(&first.runs, second.path);
	message = stderr_end();
	assert_false(ok);
	assert_contains(message, first.path);
	assert_contains(message, second.path);
	assert_contains(message, "6.1.numa.page.sv39.a;");
	assert_int_equal(count_lines(message), 1);
	assert_int_equal(first.runs.report.nr, 1);
	drop_made_up(&first);
	drop_made_up(&second);
}

/* A name is also the name of a directory, and of none elsewhere */
static void test_a_name_does_not_lead_elsewhere(void **state)
{
	static const char * const names[] = { "", ".", "..", "../a", "/etc", "a/b", ".hidden" };
	struct report report = { 0 };
	const char *path = "results.json";
	struct runs runs = { .paths = &path };
	size_t i;
	char *file;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		add_result(&report, names[i], VERDICT_PASS, NULL);
		runs.report = report;
		assert_null(runs_file(&runs, 0, "cmd"));
		report_free(&report);
	}
	add_result(&report, "a", VERDICT_PASS, NULL);
	runs.report = report;
	file = runs_file(&runs, 0, "cmd");
	assert_string_equal(file, "a/cmd");
	free(file);
	report_free(&report);
}

int main(void)
{
	const struct CMUnitTest saved[] = {
		cmocka_unit_test(test_all_of_it_comes_back),
		cmocka_unit_test(test_each_verdict_comes_back),
		cmocka_unit_test(test_no_results),
		cmocka_unit_test(test_hostile_text_stays_json),
		cmocka_unit_test(test_malformed_files_are_refused),
		cmocka_unit_test(test_bad_values_are_refused),
		cmocka_unit_test(test_the_same_name_twice_is_refused),
		cmocka_unit_test(test_a_missing_file_is_told),
		cmocka_unit_test(test_one_result_is_resumed),
		cmocka_unit_test(test_what_does_not_hold_is_not_resumed),
		cmocka_unit_test(test_runs_are_merged),
		cmocka_unit_test(test_runs_with_the_same_cell_are_not_merged),
		cmocka_unit_test(test_a_name_does_not_lead_elsewhere),
	};

	return cmocka_run_group_tests(saved, NULL, NULL);
}
