// SPDX-License-Identifier: GPL-2.0-only
/* JUnit XML: that it is XML whatever is in it, and says of each verdict what it is. */
#include <libxml/xpath.h>

#include "junit.h"
#include "made_up.h"

static xmlDocPtr parse(struct made_up *made)
{
	char *text = written(made, junit_write);
	xmlDocPtr doc = xmlReadMemory(text, strlen(text), "junit.xml", NULL, XML_PARSE_NONET);

	assert_non_null(doc);
	free(text);
	return doc;
}

/* What an XPath expression has as a string in the document */
static void assert_xpath(xmlDocPtr doc, const char *expression, const char *wanted)
{
	xmlXPathContextPtr context = xmlXPathNewContext(doc);
	xmlXPathObjectPtr object = xmlXPathEval(BAD_CAST expression, context);
	xmlChar *got = xmlXPathCastToString(object);

	assert_string_equal((char *)got, wanted);
	xmlFree(got);
	xmlXPathFreeObject(object);
	xmlXPathFreeContext(context);
}

static void test_a_pass(void **state)
{
	struct made_up made = make_up();
	struct result *result = add_cell(&made.report, "smp4", VERDICT_PASS, NULL);
	xmlDocPtr doc;

	add_test(result, KTAP_OK, "harts online", NULL);
	add_test(result, KTAP_SKIP, "hotplug", "no such CPU");
	add_fact(result, "cpus_online", "0-3");
	leave_file(&made, "6.1.numa.page.sv39.smp4", "console.log", "quiet\n", 6);
	doc = parse(&made);
	assert_xpath(doc, "count(/testsuites/testsuite)", "1");
	assert_xpath(doc, "/testsuites/@tests", "2");
	assert_xpath(doc, "/testsuites/@time", "2.500");
	assert_xpath(doc, "//testsuite/@name", "6.1.numa.page.sv39.smp4");
	assert_xpath(doc, "//testsuite/@timestamp", "2025-11-22T04:00:00");
	assert_xpath(doc, "//testsuite/@time", "2.500");
	assert_xpath(doc, "//testsuite/@skipped", "1");
	assert_xpath(doc, "//testcase[1]/@name", "harts online");
	assert_xpath(doc, "//testcase[1]/@classname", "6.1.numa.page.sv39.smp4");
	assert_xpath(doc, "count(//testcase[1]/*)", "0");
	assert_xpath(doc, "//testcase[2]/skipped/@message", "no such CPU");
	assert_xpath(doc, "//property[@name='kernel']/@value", "numa");
	assert_xpath(doc, "//property[@name='machine']/@value", "smp4");
	assert_xpath(doc, "//property[@name='paging']/@value", "sv39");
	assert_xpath(doc, "//property[@name='alloc']/@value", "page");
	assert_xpath(doc, "//property[@name='fact cpus_online']/@value", "0-3");
	assert_xpath(doc, "count(//system-out)", "0");
	xmlFreeDoc(doc);
	drop_made_up(&made);
}

static void test_a_failure(void **state)
{
	struct made_up made = make_up();
	struct result *result = add_cell(&made.report, "smp4", VERDICT_HARTS,
					 "1 of 4 harts online");
	xmlDocPtr doc;

	add_test(result, KTAP_FAIL, "harts online", "1 of 4");
	add_test(result, KTAP_FAIL, "no splat", NULL);
	leave_file(&made, "6.1.numa.page.sv39.smp4", "console.log", "CPU1:\r\n", 7);
	doc = parse(&made);
	assert_xpath(doc, "//testsuite/@failures", "2");
	assert_xpath(doc, "//testsuite/@errors", "0");
	assert_xpath(doc, "//testcase[1]/failure/@message", "1 of 4");
	assert_xpath(doc, "//testcase[1]/failure/@type", "harts");
	assert_xpath(doc, "//testcase[1]/failure", "1 of 4 harts online");
	assert_xpath(doc, "//testcase[2]/failure/@message", "1 of 4 harts online");
	assert_xpath(doc, "//testsuite/system-out", "CPU1:\n");
	xmlFreeDoc(doc);
	drop_made_up(&made);
}

static void test_trouble_is_an_error(void **state)
{
	static const enum verdict trouble[] = { VERDICT_HARNESS, VERDICT_CRASH };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(trouble); i++) {
		struct made_up made = make_up();
		xmlDocPtr doc;

		add_test(add_cell(&made.report, "smp4", trouble[i], "x"), KTAP_FAIL, "runs", "y");
		doc = parse(&made);
		assert_xpath(doc, "/testsuites/@errors", "1");
		assert_xpath(doc, "/testsuites/@failures", "0");
		assert_xpath(doc, "//testcase/error/@type", verdict_name(trouble[i]));
		assert_xpath(doc, "count(//failure)", "0");
		xmlFreeDoc(doc);
		drop_made_up(&made);
	}
}

/* Else a reader of tests alone would see a pass, or nothing */
static void test_a_result_without_its_test_is_one(void **state)
{
	struct made_up made = make_up();
	xmlDocPtr doc;

	add_test(add_cell(&made.report, "smp4", VERDICT_TIMEOUT, "too long"), KTAP_OK, "a", NULL);
	add_result(&made.report, "arches", VERDICT_PASS, NULL)->skipped = true;
	add_result(&made.report, "empty", VERDICT_PASS, NULL)->started = 0;
	doc = parse(&made);
	assert_xpath(doc, "//testsuite[1]/@tests", "2");
	assert_xpath(doc, "//testsuite[1]/testcase[2]/failure/@message", "too long");
	assert_xpath(doc, "//testsuite[2]/@skipped", "1");
	assert_xpath(doc, "count(//testsuite[2]/testcase/skipped)", "1");
	assert_xpath(doc, "count(//testsuite[3]/testcase)", "1");
	assert_xpath(doc, "//testsuite[3]/@timestamp", "2025-11-22T04:00:00");
	assert_xpath(doc, "/testsuites/@tests", "4");
	xmlFreeDoc(doc);
	drop_made_up(&made);
}

static void test_hostile_text_stays_text(void **state)
{
	struct made_up made = make_up();
	struct result *result = add_result(&made.report, "a<b>&\"'", VERDICT_TESTS, HOSTILE);
	xmlDocPtr doc;

	add_test(result, KTAP_FAIL, HOSTILE, HOSTILE);
	add_fact(result, "<k>", "]]>\"");
	leave_file(&made, "a<b>&\"'", "console.log", "]]>\0\x1b<x>\xff", 9);
	doc = parse(&made);
	assert_xpath(doc, "//testsuite/@name", "a<b>&\"'");
	assert_xpath(doc, "//failure/@message", "<script>alert(\"1\")</script>&amp;'\\u0000]]>"
		     BAD BAD BAD BAD BAD BAD BAD BAD "#%s");
	assert_xpath(doc, "string(//failure) = string(//failure/@message)", "true");
	assert_xpath(doc, "//property[@name='fact <k>']/@value", "]]>\"");
	assert_xpath(doc, "//system-out", "]]>" BAD BAD "<x>" BAD);
	assert_xpath(doc, "count(//script)", "0");
	xmlFreeDoc(doc);
	drop_made_up(&made);
}

static void test_a_long_console_is_cut(void **state)
{
	struct made_up made = make_up();
	size_t size = 100000, i;
	char *console = xrealloc(NULL, size);
	xmlDocPtr doc;

	for (i = 0; i < size; i++)
		console[i] = i % 10 == 9 ? '\n' : '0' + i / 10000;
	add_cell(&made.report, "smp4", VERDICT_PANIC, "x");
	leave_file(&made, "6.1.numa.page.sv39.smp4", "console.log", console, size);
	doc = parse(&made);
	assert_xpath(doc, "string-length(//system-out)", "65530");
	assert_xpath(doc, "substring(//system-out, 65521)", "999999999\n");
	xmlFreeDoc(doc);
	free(console);
	drop_made_up(&made);
}

static void test_what_cannot_be_written(void **state)
{
	assert_not_written(junit_write);
}

int main(void)
{
	const struct CMUnitTest junit[] = {
		cmocka_unit_test(test_a_pass),
		cmocka_unit_test(test_a_failure),
		cmocka_unit_test(test_trouble_is_an_error),
		cmocka_unit_test(test_a_result_without_its_test_is_one),
		cmocka_unit_test(test_hostile_text_stays_text),
		cmocka_unit_test(test_a_long_console_is_cut),
		cmocka_unit_test(test_what_cannot_be_written),
	};

	return cmocka_run_group_tests(junit, NULL, NULL);
}
