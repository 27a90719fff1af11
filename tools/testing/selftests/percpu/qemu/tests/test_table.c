// SPDX-License-Identifier: GPL-2.0-only
/* That each line of a table is understood or refused. Runs in the runner's directory. */
#include "table.h"
#include "test.h"

#define GIB		(1ULL << 30)
#define LONG_NAME	"0123456789012345678901234567890123456789012345678901234567890123"

static bool read_machines(struct table *table, const char *text)
{
	char *path = make_file(text, strlen(text));
	bool ok = table_read_machines(table, path);

	drop_file(path);
	return ok;
}

static bool read_cells(struct table *table, const char *text)
{
	char *path = make_file(text, strlen(text));
	bool ok = table_read_cells(table, path, "6.1");

	drop_file(path);
	return ok;
}

/* One line that says file, line, what and the word in question */
static void assert_message(const char *message, const char *where, const char *what)
{
	assert_contains(message, where);
	assert_contains(message, what);
	assert_int_equal(count_lines(message), 1);
}

static void refuse_machine(const char *line, const char *what)
{
	char *text = xasprintf("# comment\n\na 4 1G\n%s\n", line);
	struct table table = { 0 };
	const char *message;
	bool ok;

	stderr_begin();
	ok = read_machines(&table, text);
	message = stderr_end();
	if (ok)
		fail_msg("taken: %s", line);
	assert_message(message, ":4: ", what);
	table_free(&table);
	free(text);
}

static void refuse_cell(const char *line, const char *what)
{
	char *text = xasprintf("numa smp4 sv39 page page\n%s\n", line);
	struct table table = { 0 };
	const char *message;
	bool ok;

	assert_true(read_machines(&table, "smp4 4 512M 512M\n"));
	stderr_begin();
	ok = read_cells(&table, text);
	message = stderr_end();
	if (ok)
		fail_msg("taken: %s", line);
	assert_message(message, ":2: ", what);
	table_free(&table);
	free(text);
}

static const struct cell *find_cell(const struct table *table, const char *name)
{
	size_t i;

	for (i = 0; i < table->nr_cells; i++)
		if (!strcmp(table->cells[i].name, name))
			return &table->cells[i];
	fail_msg("no cell %s", name);
	return NULL;
}

static void read_real_tables(struct table *table)
{
	*table = (struct table){ 0 };
	assert_true(table_read_machines(table, "machines"));
	assert_true(table_read_cells(table, "cells", "6.1"));
}

static void test_real_tables(void **state)
{
	const struct cell *cell;
	struct table table;

	read_real_tables(&table);
	cell = find_cell(&table, "6.1.numa.page.sv39.smp4");
	assert_string_equal(cell->kernel, "numa");
	assert_string_equal(cell->machine->name, "smp4");
	assert_string_equal(cell->paging, "sv39");
	assert_string_equal(cell->alloc, "page");
	assert_string_equal(cell->chunk, "page");
	assert_int_equal(cell->fails, VERDICT_PASS);
	assert_string_equal(cell->console, "");
	cell = find_cell(&table, "6.1.kasan.auto.sv48.sparse4");
	assert_string_equal(cell->alloc, "");
	assert_string_equal(cell->chunk, "embed");
	table_free(&table);
	assert_int_equal(table.nr_cells, 0);
}

/* Each control says how it must fail, and the table has some */
static void test_real_controls(void **state)
{
	struct table table;
	size_t i, controls = 0;

	read_real_tables(&table);
	for (i = 0; i < table.nr_cells; i++) {
		assert_int_equal(!*table.cells[i].console, table.cells[i].fails == VERDICT_PASS);
		controls += table.cells[i].fails != VERDICT_PASS;
	}
	assert_true(controls > 0);
	table_free(&table);
}

static void test_control_line(void **state)
{
	struct table table = { 0 };
	const struct cell *cell;

	assert_true(read_machines(&table, "smp4 4 512M 512M\n"));
	assert_true(read_cells(&table, "a smp4 sv39 - page fails harts CPU[0-9]+: failed to\n"));
	cell = find_cell(&table, "6.1.a.auto.sv39.smp4");
	assert_int_equal(cell->fails, VERDICT_HARTS);
	assert_string_equal(cell->console, "CPU[0-9]+: failed to");
	table_free(&table);
}

/* The machine that needs the series: further apart than 3/4 of 64 GiB */
static void test_real_sparse_machine(void **state)
{
	const struct machine *machine;
	struct table table;

	read_real_tables(&table);
	machine = find_cell(&table, "6.1.numa.auto.sv39.sparse4")->machine;
	assert_int_equal(machine->harts, 4);
	assert_int_equal(machine->nr_nodes, 2);
	assert_true(machine->nodes[1].start - machine->nodes[0].start > 48 * GIB);
	table_free(&table);
}

static void test_machine_line(void **state)
{
	struct table table = { 0 };
	const struct machine *machine;

	assert_true(read_machines(&table, "\t a\t8  512M 1G\t1G@4G 256M\t\n"));
	assert_int_equal(table.nr_machines, 1);
	machine = &table.machines[0];
	assert_string_equal(machine->name, "a");
	assert_int_equal(machine->harts, 8);
	assert_int_equal(machine->nr_nodes, 4);
	assert_int_equal(machine->nodes[0].start, 0);
	assert_int_equal(machine->nodes[0].size, GIB / 2);
	assert_int_equal(machine->nodes[1].start, GIB / 2);
	assert_int_equal(machine->nodes[2].start, 4 * GIB);
	assert_int_equal(machine->nodes[3].start, 5 * GIB);
	assert_int_equal(machine->nodes[3].size, GIB / 4);
	table_free(&table);
}

static void test_no_newline_at_the_end(void **state)
{
	struct table table = { 0 };

	assert_true(read_machines(&table, "a 1 1G"));
	assert_int_equal(table.nr_machines, 1);
	table_free(&table);
}

static void test_harts_of_nodes(void **state)
{
	struct table table = { 0 };
	const struct machine *machine;

	assert_true(read_machines(&table, "a 7 1G 1G 1G\n"));
	machine = &table.machines[0];
	assert_int_equal(machine_first_hart(machine, 0), 0);
	assert_int_equal(machine_first_hart(machine, 1), 2);
	assert_int_equal(machine_first_hart(machine, 2), 4);
	assert_int_equal(machine_first_hart(machine, 3), 7);
	assert_int_equal(machine_node_of_hart(machine, 1), 0);
	assert_int_equal(machine_node_of_hart(machine, 2), 1);
	assert_int_equal(machine_node_of_hart(machine, 6), 2);
	table_free(&table);
}

static void test_bad_machines(void **state)
{
	refuse_machine("b 4", "want a name, harts and the memory");
	refuse_machine("b", "want a name, harts and the memory");
	refuse_machine("b 9 1G 1G 1G 1G 1G 1G 1G 1G 1G", "want a name, harts and the memory");
	refuse_machine("a 4 1G", "second machine of that name: a");
	refuse_machine(LONG_NAME " 4 1G", "name too long");
}

static void test_bad_harts(void **state)
{
	refuse_machine("b 0 1G", "harts from one per node to 512: 0");
	refuse_machine("b 1 1G 1G", "harts from one per node to 512: 1");
	refuse_machine("b 513 1G", "harts from one per node to 512: 513");
	refuse_machine("b -4 1G", "harts from one per node to 512: -4");
	refuse_machine("b four 1G", "harts from one per node to 512: four");
	refuse_machine("b 4x 1G", "harts from one per node to 512: 4x");
	refuse_machine("b 4294967300 1G", "harts from one per node to 512: 4294967300");
}

static void test_bad_memory(void **state)
{
	refuse_machine("b 4 1", "not SIZE[@OFFSET]");
	refuse_machine("b 4 1K", "not SIZE[@OFFSET]");
	refuse_machine("b 4 0G", "not SIZE[@OFFSET]");
	refuse_machine("b 4 G", "not SIZE[@OFFSET]");
	refuse_machine("b 4 -1G", "not SIZE[@OFFSET]");
	refuse_machine("b 4 1Gx", "not SIZE[@OFFSET]");
	refuse_machine("b 4 1G@", "not SIZE[@OFFSET]");
	refuse_machine("b 4 1G@1G", "not SIZE[@OFFSET]");
	refuse_machine("b 4 1G 1G@512M", "in M or G after the node before: 1G@512M");
	refuse_machine("b 4 17179869185G", "not SIZE[@OFFSET]");
	refuse_machine("b 4 99999999999999999999M", "not SIZE[@OFFSET]");
	refuse_machine("b 4 1G 1G@17179869185G", "not SIZE[@OFFSET]");
}

static void test_bad_cells(void **state)
{
	refuse_cell("numa smp4 sv39 embed", "want kernel, machine, paging");
	refuse_cell("numa smp5 sv39 embed embed", "no such machine: smp5");
	refuse_cell("numa smp4 sv40 embed embed", "not sv39, sv48 or sv57: sv40");
	refuse_cell("numa smp4 sv48 none embed", "not embed, page or -: none");
	refuse_cell("numa smp4 sv48 embed auto", "not embed or page: auto");
	refuse_cell("numa smp4 sv48 embed embed\r", "not embed or page: embed");
	refuse_cell("numa smp4 sv39 page embed", "second cell of that name: 6.1.numa.page.sv39");
	refuse_cell(LONG_NAME " smp4 sv39 - page", "name too long");
}

static void test_bad_controls(void **state)
{
	refuse_cell("a smp4 sv39 - page harts", "want \"fails VERDICT CONSOLE\", not: harts");
	refuse_cell("a smp4 sv39 - page fails", "want \"fails VERDICT CONSOLE\"");
	refuse_cell("a smp4 sv39 - page fails harts", "want \"fails VERDICT CONSOLE\"");
	refuse_cell("a smp4 sv39 - page fails heart x", "not a verdict that a control can have");
	refuse_cell("a smp4 sv39 - page fails pass x", "not a verdict that a control can have");
	refuse_cell("a smp4 sv39 - page fails harness x", "not a verdict that a control can have");
	refuse_cell("a smp4 sv39 - page fails harts (x", "not an extended regular expression: (x");
}

static void test_missing_file(void **state)
{
	struct table table = { 0 };
	bool ok;

	stderr_begin();
	ok = table_read_machines(&table, "tests/missing");
	assert_message(stderr_end(), "tests/missing", "No such file");
	assert_false(ok);
}

static void test_verdict_names(void **state)
{
	unsigned int i;

	for (i = 0; i < NR_VERDICTS; i++)
		assert_int_equal(verdict_from_name(verdict_name(i)), i);
	assert_int_equal(verdict_from_name(""), NR_VERDICTS);
}

int main(void)
{
	const struct CMUnitTest table[] = {
		cmocka_unit_test(test_real_tables),
		cmocka_unit_test(test_real_controls),
		cmocka_unit_test(test_control_line),
		cmocka_unit_test(test_real_sparse_machine),
		cmocka_unit_test(test_machine_line),
		cmocka_unit_test(test_no_newline_at_the_end),
		cmocka_unit_test(test_harts_of_nodes),
		cmocka_unit_test(test_bad_machines),
		cmocka_unit_test(test_bad_harts),
		cmocka_unit_test(test_bad_memory),
		cmocka_unit_test(test_bad_cells),
		cmocka_unit_test(test_bad_controls),
		cmocka_unit_test(test_missing_file),
		cmocka_unit_test(test_verdict_names),
	};

	return cmocka_run_group_tests(table, NULL, NULL);
}
