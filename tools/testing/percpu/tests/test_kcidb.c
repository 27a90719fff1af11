// SPDX-License-Identifier: GPL-2.0-only
/* What KCIDB is told; scripts/tests/reports holds it against the schema. */
#include <jansson.h>
#include <regex.h>

#include "kcidb.h"
#include "made_up.h"

static json_t *load(struct made_up *made)
{
	char *text = written(made, kcidb_write);
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(json);
	free(text);
	return json;
}

static json_t *item(json_t *root, const char *list, size_t i)
{
	json_t *json = json_array_get(json_object_get(root, list), i);

	assert_non_null(json);
	return json;
}

static const char *word(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	assert_non_null(value);
	return value;
}

static void assert_count(json_t *root, const char *list, size_t wanted)
{
	assert_int_equal(json_array_size(json_object_get(root, list)), wanted);
}

static void test_a_run(void **state)
{
	struct made_up made = make_up();
	struct result *result = add_cell(&made.report, "smp4", VERDICT_PASS, NULL);
	json_t *root, *test;
	int major, minor;

	add_test(result, KTAP_OK, "harts online", "what it would say if it failed");
	add_test(result, KTAP_SKIP, "hotplug: cpu0", "not removable");
	add_fact(result, "release", "6.1.192+");
	add_cell(&made.report, "smp8", VERDICT_PASS, NULL);
	add_result(&made.report, "lint", VERDICT_TESTS, "x");
	root = load(&made);
	assert_int_equal(json_unpack(root, "{s:{s:i, s:i}}", "version", "major", &major,
				     "minor", &minor), 0);
	assert_int_equal(major, 5);
	assert_count(root, "checkouts", 1);
	assert_count(root, "builds", 1);
	assert_count(root, "tests", 4);
	assert_string_equal(word(item(root, "checkouts", 0), "tree_name"), "6.1");
	assert_string_equal(word(item(root, "builds", 0), "config_name"), "numa");
	assert_string_equal(word(item(root, "builds", 0), "architecture"), "riscv64");
	assert_string_equal(word(item(root, "builds", 0), "comment"), "Linux 6.1.192+");
	assert_string_equal(word(item(root, "builds", 0), "checkout_id"),
			    word(item(root, "checkouts", 0), "id"));
	test = item(root, "tests", 0);
	assert_string_equal(word(test, "build_id"), word(item(root, "builds", 0), "id"));
	assert_string_equal(word(test, "id"),
			    "percpu_first_chunk:6.1.numa.page.sv39.smp4:20251122T040000Z");
	assert_string_equal(word(test, "path"), "percpu_first_chunk.page.sv39.smp4");
	assert_string_equal(word(test, "status"), "PASS");
	assert_string_equal(word(test, "start_time"), "2025-11-22T04:00:00+00:00");
	assert_true(json_real_value(json_object_get(test, "duration")) == 2.5);
	assert_null(json_object_get(test, "log_excerpt"));
	assert_null(json_object_get(item(root, "tests", 1), "misc"));
	test = item(root, "tests", 2);
	assert_string_equal(word(test, "path"),
			    "percpu_first_chunk.page.sv39.smp4.hotplug_cpu0");
	assert_string_equal(word(test, "status"), "SKIP");
	assert_string_equal(word(json_object_get(test, "misc"), "reason"), "not removable");
	json_decref(root);
	drop_made_up(&made);
}

static void test_a_failure(void **state)
{
	struct made_up made = make_up();
	struct result *result = add_cell(&made.report, "smp4", VERDICT_HARTS,
					 "1 of 4 harts online");
	static const char console[] = "[    1.0] CPU1: failed to come online\r\n\xff";
	json_t *root, *misc;

	add_test(result, KTAP_FAIL, "harts online", "1 of 4");
	add_fact(result, "cpus_online", "0");
	ktap_feed(&result->tests, "# generation 1\n", 15);
	add_fact(result, "cpus_online", "0-1");
	leave_file(&made, "6.1.numa.page.sv39.smp4", "console.log", console, strlen(console));
	root = load(&made);
	assert_string_equal(word(item(root, "tests", 0), "status"), "FAIL");
	assert_string_equal(word(item(root, "tests", 0), "log_excerpt"),
			    "[    1.0] CPU1: failed to come online\n" BAD);
	misc = json_object_get(item(root, "tests", 0), "misc");
	assert_string_equal(word(misc, "verdict"), "harts");
	assert_string_equal(word(misc, "reason"), "1 of 4 harts online");
	misc = json_object_get(misc, "facts");
	assert_string_equal(word(misc, "cpus_online"), "0");
	assert_string_equal(word(misc, "cpus_online after kexec 1"), "0-1");
	assert_string_equal(word(item(root, "tests", 1), "status"), "FAIL");
	json_decref(root);
	drop_made_up(&made);
}

static void test_each_verdict_has_its_status(void **state)
{
	static const struct {
		enum verdict verdict;
		const char *status;
	} wanted[] = {
		{ VERDICT_PASS, "PASS" }, { VERDICT_HARTS, "FAIL" }, { VERDICT_CHUNK, "FAIL" },
		{ VERDICT_PAGING, "FAIL" }, { VERDICT_NODES, "FAIL" }, { VERDICT_TESTS, "FAIL" },
		{ VERDICT_SPLAT, "FAIL" }, { VERDICT_PANIC, "FAIL" }, { VERDICT_TIMEOUT, "FAIL" },
		{ VERDICT_SILENCE, "FAIL" }, { VERDICT_CRASH, "MISS" },
		{ VERDICT_NO_RESULT, "ERROR" }, { VERDICT_FLOOD, "FAIL" },
		{ VERDICT_CONTROL, "ERROR" }, { VERDICT_HARNESS, "MISS" },
	};
	struct result result = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		result.verdict = wanted[i].verdict;
		assert_string_equal(kcidb_status(&result), wanted[i].status);
	}
	result.verdict = VERDICT_PASS;
	result.skipped = true;
	assert_string_equal(kcidb_status(&result), "SKIP");
}

/* A test that failed with QEMU is not the kernel's failure either */
static void test_trouble_is_missed(void **state)
{
	struct made_up made = make_up();
	json_t *root;

	add_test(add_cell(&made.report, "smp4", VERDICT_CRASH, "x"), KTAP_FAIL, "runs", "y");
	root = load(&made);
	assert_string_equal(word(item(root, "tests", 0), "status"), "MISS");
	assert_string_equal(word(item(root, "tests", 1), "status"), "MISS");
	json_decref(root);
	drop_made_up(&made);
}

static void test_a_control_that_failed_as_named_passes(void **state)
{
	struct made_up made = make_up();
	struct result *result = add_cell(&made.report, "smp4", VERDICT_PASS, "fails as named");
	json_t *root;

	result->cell->fails = VERDICT_HARTS;
	root = load(&made);
	assert_string_equal(word(item(root, "tests", 0), "status"), "PASS");
	assert_string_equal(word(json_object_get(item(root, "tests", 0), "misc"), "control"),
			    "harts");
	json_decref(root);
	drop_made_up(&made);
}

/* As the schema has it */
static void assert_path(const char *path)
{
	regex_t regex;

	assert_int_equal(regcomp(&regex, "^([a-zA-Z0-9_-]+(\\.[a-zA-Z0-9_-]+)*)?$", REG_EXTENDED),
			 0);
	if (regexec(&regex, path, 0, NULL, 0)) {
		print_error("not a path: %s\n", path);
		fail();
	}
	regfree(&regex);
}

static void test_any_name_makes_a_path(void **state)
{
	static const char * const names[] = {
		"", ".", "..", "a..b", ".a.", "a b", "\xc3\xa4.\xff", "<&'\x01\x1b>", "@2",
	};
	struct made_up made = make_up();
	json_t *root;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		add_test(add_cell(&made.report, names[i], VERDICT_PASS, NULL), KTAP_OK, names[i],
			 NULL);
	root = load(&made);
	assert_count(root, "tests", 2 * ARRAY_SIZE(names));
	for (i = 0; i < 2 * ARRAY_SIZE(names); i++)
		assert_path(word(item(root, "tests", i), "path"));
	json_decref(root);
	drop_made_up(&made);
}

static void test_ids_differ(void **state)
{
	struct made_up made = make_up();
	json_t *root, *tests;
	size_t i, k;

	add_test(add_cell(&made.report, "a", VERDICT_PASS, NULL), KTAP_OK, "x", NULL);
	add_test(&made.report.results[0], KTAP_OK, "x", NULL);
	add_test(add_cell(&made.report, "b", VERDICT_PASS, NULL), KTAP_OK, "x", NULL);
	root = load(&made);
	tests = json_object_get(root, "tests");
	for (i = 0; i < json_array_size(tests); i++)
		for (k = 0; k < i; k++)
			assert_string_not_equal(word(item(root, "tests", i), "id"),
						word(item(root, "tests", k), "id"));
	json_decref(root);
	drop_made_up(&made);
}

static void test_a_long_console_is_cut(void **state)
{
	struct made_up made = make_up();
	size_t size = 100000;
	char *console = xrealloc(NULL, size);
	json_t *root;

	memset(console, '\xff', size);
	add_cell(&made.report, "smp4", VERDICT_PANIC, "x");
	leave_file(&made, "6.1.numa.page.sv39.smp4", "console.log", console, size);
	root = load(&made);
	/* Characters, not bytes */
	assert_int_equal(strlen(word(item(root, "tests", 0), "log_excerpt")), 3 * 16384);
	json_decref(root);
	free(console);
	drop_made_up(&made);
}

static void test_what_cannot_be_written(void **state)
{
	assert_not_written(kcidb_write);
}

int main(void)
{
	const struct CMUnitTest kcidb[] = {
		cmocka_unit_test(test_a_run),
		cmocka_unit_test(test_a_failure),
		cmocka_unit_test(test_each_verdict_has_its_status),
		cmocka_unit_test(test_trouble_is_missed),
		cmocka_unit_test(test_a_control_that_failed_as_named_passes),
		cmocka_unit_test(test_any_name_makes_a_path),
		cmocka_unit_test(test_ids_differ),
		cmocka_unit_test(test_a_long_console_is_cut),
		cmocka_unit_test(test_what_cannot_be_written),
	};

	return cmocka_run_group_tests(kcidb, NULL, NULL);
}
