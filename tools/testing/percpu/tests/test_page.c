// SPDX-License-Identifier: GPL-2.0-only
/* The page's text; scripts/tests/page looks at it in a browser. */
#include "made_up.h"
#include "page.h"
#include "picture.h"

#define CELL	"6.1.numa.page.sv39.smp4"

/* Expects each of the parts in the page of the results, and drops them */
static void assert_page(struct made_up *made, const char * const *parts)
{
	char *text = written(made, page_write);

	assert_true(!strncmp(text, "<!DOCTYPE html>", 15));
	for (; *parts; parts++)
		assert_contains(text, *parts);
	free(text);
	drop_made_up(made);
}

static void test_all_that_a_cell_has(void **state)
{
	static const char * const parts[] = {
		"<title>Page first chunk: 0 passed, 1 failed, 0 skipped</title>",
		"<p class=\"summary\" id=\"page-summary\">0 passed, 1 failed, 0 skipped</p>",
		"Started 2025-11-22 04:00:00 UTC, took 2 s.",
		"href=\"#" CELL "\"", "<section class=\"result failure\" id=\"" CELL "\"",
		"1 of 4 harts online", "<td>harts online</td><td>1 of 4</td>",
		"<th scope=\"row\">paging</th><td>sv39</td>",
		"quiet\n<mark>[    1.0] BUG: x\n</mark>after", "make boot CELL=" CELL "</pre>",
		"exec qemu &lt;x&gt;", "All 1: 0 ok, 1 failed, 0 skipped",
		"<svg", "<desc>4 harts on 2 nodes. 0 units stated", NULL
	};
	struct made_up made = make_up();
	struct result *result = add_cell(&made.report, "smp4", VERDICT_HARTS,
					 "1 of 4 harts online");
	static const char console[] = "quiet\n[    1.0] BUG: x\nafter\n";

	add_test(result, KTAP_FAIL, "harts online", "1 of 4");
	add_fact(result, "paging", "sv39");
	leave_file(&made, CELL, "console.log", console, strlen(console));
	leave_file(&made, CELL, "cmd", "exec qemu <x>\n", 14);
	assert_page(&made, parts);
}

static void test_counts(void **state)
{
	static const char * const parts[] = {
		"2 passed, 1 failed, 1 skipped", "Other tests", "lint, 0 tests", NULL
	};
	struct made_up made = make_up();

	add_cell(&made.report, "a", VERDICT_PASS, NULL);
	add_cell(&made.report, "b", VERDICT_PASS, NULL);
	add_cell(&made.report, "c", VERDICT_CRASH, NULL);
	add_result(&made.report, "lint", VERDICT_PASS, NULL)->skipped = true;
	assert_page(&made, parts);
}

/* A column for what there is, in order, and none else */
static void test_columns(void **state)
{
	static const char * const parts[] = {
		"colspan=\"2\">sv39</th><th class=\"paging\" scope=\"colgroup\" colspan=\"1\">sv64</th>",
		"<th scope=\"col\">auto</th><th scope=\"col\">page</th><th scope=\"col\">page</th>",
		NULL
	};
	struct made_up made = make_up();

	strcpy(add_cell(&made.report, "a", VERDICT_PASS, NULL)->cell->paging, "sv64");
	add_cell(&made.report, "b", VERDICT_PASS, NULL);
	add_cell(&made.report, "c", VERDICT_PASS, NULL);
	*add_cell(&made.report, "d", VERDICT_PASS, NULL)->cell->alloc = '\0';
	assert_page(&made, parts);
}

static void test_a_control(void **state)
{
	static const char * const parts[] = {
		"class=\"badge passed control\"", " control: harts</span>",
		"control, must fail with</dt><dd>harts", "<summary>Show the console</summary>", NULL
	};
	struct made_up made = make_up();

	add_cell(&made.report, "smp4", VERDICT_PASS, "as named")->cell->fails = VERDICT_HARTS;
	leave_file(&made, CELL, "console.log", "a\n", 2);
	assert_page(&made, parts);
}

static void test_a_pass_has_no_console_and_no_why(void **state)
{
	struct made_up made = make_up();
	char *text;

	add_test(add_cell(&made.report, "smp4", VERDICT_PASS, NULL), KTAP_OK, "a",
		 "no need for this");
	leave_file(&made, CELL, "console.log", "no need for this\n", 17);
	text = written(&made, page_write);
	assert_lacks(text, "no need for this");
	free(text);
	drop_made_up(&made);
}

static void test_no_files_beside_the_results(void **state)
{
	static const char * const parts[] = { "There is none beside the results.", NULL };
	struct made_up made = make_up();

	add_cell(&made.report, "smp4", VERDICT_PANIC, NULL);
	assert_page(&made, parts);
}

static void test_no_results(void **state)
{
	static const char * const parts[] = { "0 passed, 0 failed, 0 skipped", NULL };
	struct made_up made = make_up();

	assert_page(&made, parts);
}

static void test_hostile_text_stays_text(void **state)
{
	struct made_up made = make_up();
	struct result *result = add_cell(&made.report, "<b>", VERDICT_TESTS, HOSTILE);
	char *text;

	add_test(result, KTAP_FAIL, HOSTILE, HOSTILE);
	add_fact(result, "<k>", "\"</td><script>");
	strcpy(result->cell->console, "</dd><script>");
	result->cell->fails = VERDICT_PANIC;
	add_result(&made.report, "';\"><script>x", VERDICT_TESTS, NULL);
	leave_file(&made, "6.1.numa.page.sv39.<b>", "console.log", "</pre><script>\0\xff", 16);
	leave_file(&made, "6.1.numa.page.sv39.<b>", "cmd", "</pre><script>", 14);
	text = written(&made, page_write);
	assert_int_equal(count_parts(text, "<script"), 1);
	assert_int_equal(count_parts(text, "</script"), 1);
	assert_lacks(text, "<b>");
	assert_contains(text, "&lt;script&gt;alert(\"1\")&lt;/script&gt;&amp;amp;");
	assert_contains(text, "make boot CELL='6.1.numa.page.sv39.&lt;b&gt;'");
	free(text);
	drop_made_up(&made);
}

static void test_loads_nothing(void **state)
{
	static const char * const loaders[] = {
		"src=", "<link", "<base", "<iframe", "@import", "url(", "http:", "https:", "fetch(",
	};
	struct made_up made = make_up();
	char *text;
	size_t i;

	add_cell(&made.report, "smp4", VERDICT_PANIC, "x");
	text = written(&made, page_write);
	for (i = 0; i < ARRAY_SIZE(loaders); i++)
		assert_lacks(text, loaders[i]);
	free(text);
	drop_made_up(&made);
}

/* RAM starts at 2 GiB; node 0 has 512 MiB of it, node 1 512 MiB 88.5 GiB further on */
static void find_units(struct units *units, struct report *report, const char *facts)
{
	struct result *result = add_cell(report, "smp4", VERDICT_PASS, NULL);

	add_fact(result, "cpu_node", "0:0 1:1 2:1 3:1");
	add_fact(result, "cpu_hart", "0:0 1:2 2:3 3:7");
	add_fact(result, "cpu_unit", facts);
	units_find(units, result);
}

static void test_units_are_found(void **state)
{
	struct report report = { 0 };
	struct units units;

	find_units(&units, &report, "1:0x16a0000000 0:0x9ffff000 2:0x16bfffffff");
	assert_int_equal(units.nr, 3);
	assert_int_equal(units.astray, 0);
	assert_int_equal(units.units[0].cpu, 0);
	assert_int_equal(units.units[0].lies_in, 0);
	assert_int_equal(units.units[1].cpu, 1);
	assert_int_equal(units.units[1].hart, 2);
	assert_int_equal(units.units[1].node, 1);
	assert_int_equal(units.units[1].lies_in, 1);
	assert_true(units.units[2].address == 0x16bfffffff);
	assert_int_equal(units.units[2].lies_in, 1);
	units_free(&units);
	report_free(&report);
}

static void test_units_go_astray(void **state)
{
	struct report report = { 0 };
	struct units units;

	/* On the other node, just below RAM, in the gap, and right after the last byte */
	find_units(&units, &report, "0:0x16a0000000 1:0x7fffffff 2:0xa0000000 3:0x16c0000000");
	assert_int_equal(units.nr, 4);
	assert_int_equal(units.astray, 4);
	assert_int_equal(units.units[0].lies_in, NOWHERE);
	assert_int_equal(units.units[1].lies_in, NOWHERE);
	assert_int_equal(units.units[2].lies_in, 1);
	assert_int_equal(units.units[3].lies_in, NOWHERE);
	units_free(&units);
	/* Where that is allowed, and where the node has no memory */
	report.results[0].cell->units_anywhere = true;
	units_find(&units, &report.results[0]);
	assert_int_equal(units.astray, 3);
	units_free(&units);
	report.results[0].cell->units_anywhere = false;
	((struct machine *)report.results[0].cell->machine)->nodes[0].size = 0;
	units_find(&units, &report.results[0]);
	assert_int_equal(units.astray, 3);
	units_free(&units);
	report_free(&report);
}

static void test_units_that_are_not_stated(void **state)
{
	struct report report = { 0 };
	struct units units;

	find_units(&units, &report, "none");
	assert_int_equal(units.nr, 0);
	units_free(&units);
	report_free(&report);
}

static void test_the_picture(void **state)
{
	struct made_up made = make_up();
	struct units units;
	char *text;

	find_units(&units, &made.report, "0:0x16a0000000 1:0x16a0001000 2:0x10");
	units_free(&units);
	text = written(&made, page_write);
	assert_int_equal(count_parts(text, "<g class=\"hart\">"), 4);
	assert_int_equal(count_parts(text, "<g class=\"unit\">"), 1);
	assert_int_equal(count_parts(text, "<g class=\"unit astray\">"), 2);
	assert_int_equal(count_parts(text, "<rect class=\"memory\""), 2);
	assert_contains(text, ">88 GiB</text>");
	assert_contains(text, "node 0: 512 MiB");
	assert_contains(text, "in no node");
	assert_contains(text, "unit of CPU 0 of node 0 at 0x16a0000000: not in its node's memory");
	assert_contains(text, "<td>0x16a0000000</td><td>node 1, astray</td>");
	free(text);
	drop_made_up(&made);
}

/* All the places that there can be, in a machine that no table has */
static void test_the_largest_picture(void **state)
{
	struct made_up made = make_up();
	struct machine *machine;
	struct units units;
	unsigned int i;
	char *text;

	find_units(&units, &made.report, "0:0x1 1:0x80000000");
	units_free(&units);
	machine = (struct machine *)made.report.results[0].cell->machine;
	machine->nr_nodes = MAX_NODES;
	machine->harts = MAX_HARTS;
	for (i = 0; i < MAX_NODES; i++)
		machine->nodes[i] = (struct node){ i * (1ULL << 40), 1, MAX_HARTS / MAX_NODES };
	for (i = 0; i < MAX_HARTS; i++)
		machine->ids[i] = i;
	text = written(&made, page_write);
	assert_int_equal(count_parts(text, "<g class=\"hart"), MAX_HARTS);
	assert_contains(text, "in no node");
	free(text);
	drop_made_up(&made);
}

static void test_what_cannot_be_written(void **state)
{
	assert_not_written(page_write);
}

int main(void)
{
	const struct CMUnitTest page[] = {
		cmocka_unit_test(test_all_that_a_cell_has),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_a_control),
		cmocka_unit_test(test_a_pass_has_no_console_and_no_why),
		cmocka_unit_test(test_no_files_beside_the_results),
		cmocka_unit_test(test_no_results),
		cmocka_unit_test(test_hostile_text_stays_text),
		cmocka_unit_test(test_loads_nothing),
		cmocka_unit_test(test_units_are_found),
		cmocka_unit_test(test_units_go_astray),
		cmocka_unit_test(test_units_that_are_not_stated),
		cmocka_unit_test(test_the_picture),
		cmocka_unit_test(test_the_largest_picture),
		cmocka_unit_test(test_what_cannot_be_written),
	};

	return cmocka_run_group_tests(page, NULL, NULL);
}
