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

	assert_string_equal(ktap_fact(&ktap, 0, "cpus_online"), "0-3");
	assert_string_equal(ktap_fact(&ktap, 0, "cpu_node"), "0:0 1:0 2:1 3:1");
	assert_null(ktap_fact(&ktap, 0, "cpu"));
	assert_null(ktap_fact(&ktap, 0, "first_chunk"));
	ktap_free(&ktap);
	ktap = read_text("KTAP version 1\n# fact empty\n# fact a 1\n# fact a 2\n1..0\n");
	assert_string_equal(ktap_fact(&ktap, 0, "empty"), "");
	assert_string_equal(ktap_fact(&ktap, 0, "a"), "1");
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
	assert_test(&ktap, 0, "hotplug", KTAP_SKIP, "no hotplug");
	ktap_free(&ktap);
	ktap = read_text("KTAP version 1\n1..3\n  TAP version 13\n  1..0 # SKIP no hotplug\n"
			 "ok 1 hotplug # SKIP one CPU\nok 2 kcore # SKIP\n"
			 "  TAP version 13\n  1..0\nok 3 modules # SKIP\n");
	assert_null(ktap.fault);
	assert_test(&ktap, 0, "hotplug", KTAP_SKIP, "one CPU");
	assert_test(&ktap, 1, "kcore", KTAP_SKIP, "");
	assert_test(&ktap, 2, "modules", KTAP_SKIP, "");
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
	size_t size = 2 * KTAP_LINE_SIZE;
	char *line = malloc(size);
	struct ktap ktap;

	ktap_init(&ktap);
	ktap_feed(&ktap, "KTAP\0 version 1\n1..2\n", 21);
	memset(line, 'x', size);
	memcpy(line, "ok 1 ", 5);
	line[size - 1] = '\n';
	ktap_feed(&ktap, line, size);
	ktap_feed(&ktap, "ok 2 y\n", 7);
	ktap_end(&ktap);
	assert_null(ktap.fault);
	assert_int_equal(ktap.nr_tests, 2);
	assert_int_equal(strlen(ktap.tests[0].name), KTAP_LINE_SIZE - 1 - strlen("ok 1 "));
	assert_test(&ktap, 1, "y", KTAP_OK, NULL);
	ktap_free(&ktap);
	free(line);
}

/* A unit of each of 512 CPUs is one line, and all of it counts */
static void test_fact_of_all_cpus(void **state)
{
	char *text = NULL;
	struct ktap ktap;
	unsigned int i;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	fprintf(file, "KTAP version 1\n# fact cpu_unit");
	for (i = 0; i < 512; i++)
		fprintf(file, " %u:%#llx", i, 0x100000000ULL + (i << 20));
	fprintf(file, "\n1..0\n");
	fclose(file);
	ktap = read_text(text);
	assert_null(ktap.fault);
	assert_contains(ktap_fact(&ktap, 0, "cpu_unit"), " 511:0x11ff00000");
	ktap_free(&ktap);
	free(text);
}

static void test_line_as_long_as_can_be(void **state)
{
	static const char start[] = "KTAP version 1\n1..0\n# fact a ";
	size_t size = KTAP_LINE_SIZE - 1 - strlen("# fact a ");
	char *value = malloc(size + 2);
	struct ktap ktap;

	memset(value, 'x', size + 2);
	value[size - 1] = 'y';
	value[size] = '\n';
	ktap_init(&ktap);
	ktap_feed(&ktap, start, strlen(start));
	ktap_feed(&ktap, value, size + 1);
	assert_int_equal(strlen(ktap_fact(&ktap, 0, "a")), size);
	assert_int_equal(ktap_fact(&ktap, 0, "a")[size - 1], 'y');
	ktap_free(&ktap);
	value[size] = 'z';
	value[size + 1] = '\n';
	ktap_feed(&ktap, start, strlen(start));
	ktap_feed(&ktap, value, size + 2);
	assert_int_equal(strlen(ktap_fact(&ktap, 0, "a")), size);
	ktap_free(&ktap);
	free(value);
}

/* What was stated before a kexec says nothing about the kernel after it */
static void test_generations(void **state)
{
	struct ktap ktap = read_text("KTAP version 1\n1..2\n  # fact a 1\n  # fact b 1\n"
				     "ok 1 facts\n"
				     "# generation 1\n  # fact a 2\nok 2 facts (kexec 1)\n# done\n");
	struct ktap copy;

	assert_null(ktap.fault);
	assert_string_equal(ktap_fact(&ktap, 0, "a"), "1");
	assert_string_equal(ktap_fact(&ktap, 0, "b"), "1");
	assert_string_equal(ktap_fact(&ktap, 1, "a"), "2");
	assert_null(ktap_fact(&ktap, 1, "b"));
	assert_null(ktap_fact(&ktap, 2, "a"));
	ktap_init(&copy);
	ktap_copy_facts(&copy, &ktap);
	assert_int_equal(copy.nr_facts, 3);
	assert_string_equal(ktap_fact(&copy, 0, "b"), "1");
	assert_string_equal(ktap_fact(&copy, 1, "a"), "2");
	assert_null(ktap_fact(&copy, 1, "b"));
	ktap_free(&copy);
	ktap_free(&ktap);
}

/* Only init, which is on the outer level, says whose result it is and where it ends */
static void test_only_init_speaks_for_the_document(void **state)
{
	struct ktap ktap = read_text("KTAP version 1\n# cell a\n1..1\n  # cell b\n"
				     "  # generation 1\n"
				     "  # fact c 1\n  # done\nok 1 facts\n");

	assert_null(ktap.fault);
	assert_false(ktap.done);
	assert_string_equal(ktap.cell, "a");
	assert_string_equal(ktap_fact(&ktap, 0, "c"), "1");
	ktap_free(&ktap);
}

static void test_goes_on_after_its_end(void **state)
{
	static const char * const more[] = {
		"ok 2 b", "not ok 2 b", "1..2", "# fact a 1", "# cell a", "# generation 1", "x",
		"  ok 1 c", "# done",
	};
	char *text;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(more); i++) {
		text = xasprintf("KTAP version 1\n# cell a\n1..2\nok 1 a\nok 2 b\n# done\n%s\n",
				 more[i]);
		assert_fault(text, "goes on after its end: ");
		free(text);
	}
	assert_fault("KTAP version 1\n# cell a\n1..2\nok 1 a\n# done\nok 2 b\n",
		     "goes on after its end: ok 2 b");
	assert_fault(WHOLE WHOLE, "goes on after its end: # cell");
}

/* A test program may print such a line on its own account */
static void test_documents_need_no_end(void **state)
{
	struct ktap ktap = read_text("KTAP version 1\n1..2\nok 1 a\n# done\nok 2 b\n\n");

	assert_null(ktap.fault);
	ktap_free(&ktap);
}

/* A long name must not be multiplied by the number of its inner tests */
static void test_long_outer_name(void **state)
{
	char *name = malloc(10001), *text;
	struct ktap ktap;

	memset(name, 'x', 10000);
	name[10000] = '\0';
	text = xasprintf("KTAP version 1\n1..1\n  ok 1 a\n  ok 2 b\nok 1 %s\n", name);
	ktap = read_text(text);
	assert_null(ktap.fault);
	assert_int_equal(strlen(ktap.tests[0].name), 256 + strlen(": a"));
	assert_memory_equal(ktap.tests[1].name + 254, "xx: b", 6);
	ktap_free(&ktap);
	free(text);
	free(name);
}

/* Levels below the second are not told apart, so they cannot pass unnoticed */
static void test_deep_nesting(void **state)
{
	static const char start[] = "KTAP version 1\n1..1\n";
	struct ktap ktap;
	unsigned int i;

	assert_fault("KTAP version 1\n1..1\n  1..1\n    1..1\n    ok 1 a\n  ok 1 b\nok 1 c\n",
		     "second plan");
	assert_fault("KTAP version 1\n1..1\n  1..1\n    not ok 1 a\n  ok 1 b\nok 1 c\n",
		     "result out of order");
	ktap_init(&ktap);
	ktap_feed(&ktap, start, strlen(start));
	for (i = 0; i < 10000; i++)
		ktap_feed(&ktap, "          ", 10);
	ktap_feed(&ktap, "ok 1 a\n", 7);
	ktap_end(&ktap);
	assert_non_null(ktap.fault);
	assert_int_equal(ktap.nr_tests, 0);
	ktap_free(&ktap);
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
		cmocka_unit_test(test_fact_of_all_cpus),
		cmocka_unit_test(test_line_as_long_as_can_be),
		cmocka_unit_test(test_generations),
		cmocka_unit_test(test_only_init_speaks_for_the_document),
		cmocka_unit_test(test_goes_on_after_its_end),
		cmocka_unit_test(test_documents_need_no_end),
		cmocka_unit_test(test_long_outer_name),
		cmocka_unit_test(test_deep_nesting),
	};

	return cmocka_run_group_tests(ktap, NULL, NULL);
}
