// SPDX-License-Identifier: GPL-2.0-only
/* What the runner takes for a whole document, and what it says is wrong with others. */
#include "ktap.h"
#include "test.h"

#define WHOLE									\
	"KTAP version 1\n"							\
	"# cell 6.1.numa.page.sv39.smp4\n"					\
	"1..2\n"								\
	"  KTAP version 1\n"							\
	"  1..2\n"								\
	"  # fact cpus_online 0-3\n"						\
	"  ok 1 cpus_online\n"							\
	"  # fact cpu_node 0:0 1:0 2:1 3:1\n"					\
	"  ok 2 cpu_node\n"							\
	"  # Totals: pass:2 fail:0 xfail:0 xpass:0 skip:0 error:0\n"		\
	"ok 1 facts\n"								\
	"ok 2 pinned\n"								\
	"# done\n"

/* To be freed by the caller; byte by byte the same must come of it */
static struct ktap read_text(const char *text)
{
	struct ktap ktap, bytes;
	size_t i;

	ktap_init(&ktap);
	ktap_feed(&ktap, text, strlen(text));
	ktap_end(&ktap);
	ktap_init(&bytes);
	for (i = 0; text[i]; i++)
		ktap_feed(&bytes, text + i, 1);
	ktap_end(&bytes);
	assert_int_equal(ktap.nr_tests, bytes.nr_tests);
	assert_int_equal(!ktap.fault, !bytes.fault);
	ktap_free(&bytes);
	return ktap;
}

static void assert_fault(const char *text, const char *fault)
{
	struct ktap ktap = read_text(text);

	assert_non_null(ktap.fault);
	assert_contains(ktap.fault, fault);
	ktap_free(&ktap);
}

static void assert_test(const struct ktap *ktap, size_t i, const char *name,
			enum ktap_status status, const char *why)
{
	assert_true(i < ktap->nr_tests);
	assert_string_equal(ktap->tests[i].name, name);
	assert_int_equal(ktap->tests[i].status, status);
	if (why)
		assert_string_equal(ktap->tests[i].why, why);
	else
		assert_null(ktap->tests[i].why);
}

/* The only test of a document that is otherwise without a fault */
static void assert_only(const char *line, const char *name, enum ktap_status status,
			const char *why)
{
	char *text = xasprintf("KTAP version 1\n1..1\n%s\n", line);
	struct ktap ktap = read_text(text);

	assert_null(ktap.fault);
	assert_int_equal(ktap.nr_tests, 1);
	assert_test(&ktap, 0, name, status, why);
	ktap_free(&ktap);
	free(text);
}

static void test_whole(void **state)
{
	struct ktap ktap = read_text(WHOLE);

	assert_null(ktap.fault);
	assert_true(ktap.done);
	assert_string_equal(ktap.cell, "6.1.numa.page.sv39.smp4");
	assert_int_equal(ktap.nr_tests, 3);
	assert_test(&ktap, 0, "facts: cpus_online", KTAP_OK, NULL);
	assert_test(&ktap, 1, "facts: cpu_node", KTAP_OK, NULL);
	assert_test(&ktap, 2, "pinned", KTAP_OK, NULL);
	assert_null(ktap_first_failure(&ktap));
	ktap_free(&ktap);
}

static void test_facts(void **state)
{
	struct ktap ktap = read_text(WHOLE);

	assert_string_equal(ktap_fact(&ktap, "cpus_online"), "0-3");
	assert_string_equal(ktap_fact(&ktap, "cpu_node"), "0:0 1:0 2:1 3:1");
	assert_null(ktap_fact(&ktap, "cpu"));
	assert_null(ktap_fact(&ktap, "first_chunk"));
	ktap_free(&ktap);
	ktap = read_text("KTAP version 1\n# fact empty\n# fact a 1\n# fact a 2\n1..0\n");
	assert_string_equal(ktap_fact(&ktap, "empty"), "");
	assert_string_equal(ktap_fact(&ktap, "a"), "1");
	ktap_free(&ktap);
}

/* Wherever the end is missing, the document is not taken for whole */
static void test_cut_off_anywhere(void **state)
{
	size_t size = strlen(WHOLE), i;
	struct ktap ktap;

	for (i = 0; i < size - 1; i++) {
		ktap_init(&ktap);
		ktap_feed(&ktap, WHOLE, i);
		ktap_end(&ktap);
		if (!ktap.fault && ktap.done)
			fail_msg("whole after %zu of %zu bytes", i, size);
		if (!ktap.fault && ktap.nr_tests != 3)
			fail_msg("%zu tests after %zu bytes", ktap.nr_tests, i);
		ktap_free(&ktap);
	}
}

static void test_empty(void **state)
{
	assert_fault("", "no version line");
	assert_fault("\n\n", "no version line");
}

static void test_wrong_plan(void **state)
{
	assert_fault("KTAP version 1\n1..2\nok 1 a\n", "not as many results as planned");
	assert_fault("KTAP version 1\n1..1\nok 1 a\nok 2 b\n", "not as many results as planned");
	assert_fault("KTAP version 1\nok 1 a\n", "no plan");
	assert_fault("KTAP version 1\n1..1\n1..1\nok 1 a\n", "second plan");
	assert_fault("KTAP version 1\n1..-1\n", "bad or second plan");
	assert_fault("KTAP version 1\n1..many\n", "bad or second plan");
	assert_fault("KTAP version 1\n1..4000000000\n", "bad or second plan");
}

static void test_plan_may_come_last(void **state)
{
	struct ktap ktap = read_text("TAP version 13\nok 1 a\n1..1\n");

	assert_null(ktap.fault);
	ktap_free(&ktap);
}

static void test_out_of_order(void **state)
{
	assert_fault("KTAP version 1\n1..2\nok 2 a\nok 1 b\n", "out of order: 2 a");
	assert_fault("KTAP version 1\n1..2\nok 1 a\nok 1 a\n", "out of order: 1 a");
	assert_fault("KTAP version 1\n1..1\nok a\n", "out of order: a");
	assert_fault("KTAP version 1\n1..1\n  1..2\n  ok 2 a\n  ok 1 b\nok 1 c\n", "out of order");
}

static void test_other_cell(void **state)
{
	struct ktap ktap = read_text("KTAP version 1\n# cell other\n1..0\n");

	assert_string_equal(ktap.cell, "other");
	ktap_free(&ktap);
	ktap = read_text("KTAP version 1\n1..0\n");
	assert_null(ktap.cell);
	ktap_free(&ktap);
}

static void test_failure(void **state)
{
	struct ktap ktap = read_text("KTAP version 1\n1..3\nok 1 a\n# got 1, not 2\nnot ok 2 b\n"
				     "not ok 3 - c\n");

	assert_null(ktap.fault);
	assert_test(&ktap, 1, "b", KTAP_FAIL, "got 1, not 2");
	assert_test(&ktap, 2, "c", KTAP_FAIL, NULL);
	assert_ptr_equal(ktap_first_failure(&ktap), &ktap.tests[1]);
	ktap_free(&ktap);
}

static void test_nested_failure(void **state)
{
	struct ktap ktap = read_text("KTAP version 1\n1..2\n  1..2\n  ok 1 a\n  # why\n"
				     "  not ok 2 b\nnot ok 1 outer\nok 2 next\n");

	assert_null(ktap.fault);
	assert_int_equal(ktap.nr_tests, 3);
	assert_test(&ktap, 0, "outer: a", KTAP_OK, NULL);
	assert_test(&ktap, 1, "outer: b", KTAP_FAIL, "why");
	assert_test(&ktap, 2, "next", KTAP_OK, NULL);
	ktap_free(&ktap);
}

/* A test program that dies after its last result has failed all the same */
static void test_outer_failure_alone(void **state)
{
	struct ktap ktap = read_text("KTAP version 1\n1..1\n  1..1\n  ok 1 a\n"
				     "not ok 1 outer # signal 11\n");

	assert_null(ktap.fault);
	assert_test(&ktap, 1, "outer # signal 11", KTAP_FAIL, NULL);
	ktap_free(&ktap);
	ktap = read_text("KTAP version 1\n1..1\n  1..2\n  ok 1 a\nnot ok 1 outer # exit 1\n");
	assert_null(ktap.fault);
	assert_test(&ktap, 0, "outer # exit 1: a", KTAP_OK, NULL);
	assert_test(&ktap, 1, "outer # exit 1", KTAP_FAIL, NULL);
	ktap_free(&ktap);
}

static void test_nested_contradictions(void **state)
{
	assert_fault("KTAP version 1\n1..1\n  1..1\n  not ok 1 a\nok 1 outer\n",
		     "passes with a failed test in it: outer");
	assert_fault("KTAP version 1\n1..1\n  1..2\n  ok 1 a\nok 1 outer\n",
		     "not as many results as planned: outer");
	assert_fault("KTAP version 1\n1..1\nok 1 outer\n  1..1\n  ok 1 a\n",
		     "nested results without their outer one");
}

static void test_skip_in_both_forms(void **state)
{
	assert_only("ok 1 # SKIP no hotplug", "no hotplug", KTAP_SKIP, NULL);
	assert_only("ok 1 hotplug # SKIP no second CPU", "hotplug", KTAP_SKIP, "no second CPU");
	assert_only("ok 1 - hotplug # skip: no CPU", "hotplug", KTAP_SKIP, "no CPU");
	assert_only("ok 1 hotplug # SKIP", "hotplug", KTAP_SKIP, "");
	assert_only("ok 1 # SKIP", "(no name)", KTAP_SKIP, NULL);
}

static void test_no_skip(void **state)
{
	assert_only("ok 1 a # 12 ms", "a # 12 ms", KTAP_OK, NULL);
	assert_only("ok 1 SKIP nothing", "SKIP nothing", KTAP_OK, NULL);
	assert_only("ok 1 a#SKIP", "a#SKIP", KTAP_OK, NULL);
	assert_only("not ok 1 a # SKIP but failed", "a", KTAP_FAIL, "but failed");
	assert_only("ok 1", "(no name)", KTAP_OK, NULL);
}

static void test_all_skipped(void **state)
{
	struct ktap ktap = read_text("TAP version 13\n1..0 # SKIP needs root\n");

	assert_null(ktap.fault);
	assert_int_equal(ktap.nr_tests, 0);
	ktap_free(&ktap);
	ktap = read_text("KTAP version 1\n1..1\n  TAP version 13\n  1..0 # SKIP no hotplug\n"
			 "ok 1 hotplug # SKIP\n");
	assert_null(ktap.fault);
	assert_int_equal(ktap.nr_tests, 1);
	assert_test(&ktap, 0, "hotplug", KTAP_SKIP, "");
	ktap_free(&ktap);
}

static void feed_results(struct ktap *ktap, unsigned int nr)
{
	char line[32];
	unsigned int i;

	for (i = 1; i <= nr; i++)
		ktap_feed(ktap, line, sprintf(line, "ok %u t%u\n", i, i));
}

static void test_too_many_tests(void **state)
{
	static const char start[] = "KTAP version 1\n1..10000\n";
	struct ktap ktap;

	ktap_init(&ktap);
	ktap_feed(&ktap, start, strlen(start));
	feed_results(&ktap, 10000);
	ktap_end(&ktap);
	assert_null(ktap.fault);
	ktap_free(&ktap);
	ktap_feed(&ktap, start, strlen(start));
	feed_results(&ktap, 20000);
	ktap_end(&ktap);
	assert_int_equal(ktap.nr_tests, 10000);
	assert_contains(ktap.fault, "too many tests");
	ktap_free(&ktap);
}

static void test_too_many_facts(void **state)
{
	struct ktap ktap;
	char line[32];
	int i;

	ktap_init(&ktap);
	ktap_feed(&ktap, "KTAP version 1\n", 15);
	for (i = 0; i < 300; i++)
		ktap_feed(&ktap, line, sprintf(line, "# fact f%d 1\n", i));
	assert_contains(ktap.fault, "too many facts");
	ktap_free(&ktap);
}

static void test_garbage(void **state)
{
	unsigned char data[65536];
	unsigned int seed = 1;
	struct ktap ktap;
	size_t i;

	for (i = 0; i < sizeof(data); i++) {
		seed = seed * 1103515245 + 12345;
		data[i] = seed >> 16;
	}
	ktap_init(&ktap);
	ktap_feed(&ktap, (char *)data, sizeof(data));
	ktap_end(&ktap);
	assert_contains(ktap.fault, "no version");
	ktap_free(&ktap);
	assert_fault("ok 1 a\nKTAP version 1\n1..1\nok 1 a\n", "no version before: ok 1 a");
}

/* What a test prints on its own account is not the document's concern */
static void test_other_lines(void **state)
{
	struct ktap ktap = read_text("KTAP version 1\r\n1..1\r\n\r\nloading 1..9\r\nokay 1\r\n"
				     "ok 1 a\r\n");

	assert_null(ktap.fault);
	assert_int_equal(ktap.nr_tests, 1);
	assert_test(&ktap, 0, "a", KTAP_OK, NULL);
	ktap_free(&ktap);
}

static void test_nuls_and_long_lines(void **state)
{
	char *line = malloc(10000);
	struct ktap ktap;

	ktap_init(&ktap);
	ktap_feed(&ktap, "KTAP\0 version 1\n1..1\n", 21);
	memset(line, 'x', 10000);
	memcpy(line, "ok 1 ", 5);
	line[9999] = '\n';
	ktap_feed(&ktap, line, 10000);
	ktap_end(&ktap);
	assert_null(ktap.fault);
	assert_int_equal(strlen(ktap.tests[0].name), KTAP_LINE_SIZE - 1 - strlen("ok 1 "));
	ktap_free(&ktap);
	free(line);
}

int main(void)
{
	const struct CMUnitTest ktap[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_cut_off_anywhere),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_wrong_plan),
		cmocka_unit_test(test_plan_may_come_last),
		cmocka_unit_test(test_out_of_order),
		cmocka_unit_test(test_other_cell),
		cmocka_unit_test(test_failure),
		cmocka_unit_test(test_nested_failure),
		cmocka_unit_test(test_outer_failure_alone),
		cmocka_unit_test(test_nested_contradictions),
		cmocka_unit_test(test_skip_in_both_forms),
		cmocka_unit_test(test_no_skip),
		cmocka_unit_test(test_all_skipped),
		cmocka_unit_test(test_too_many_tests),
		cmocka_unit_test(test_too_many_facts),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_other_lines),
		cmocka_unit_test(test_nuls_and_long_lines),
	};

	return cmocka_run_group_tests(ktap, NULL, NULL);
}
