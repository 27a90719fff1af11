// SPDX-License-Identifier: GPL-2.0-only
/* That each line of a table is understood or refused. Runs in the runner's directory. */
#include <errno.h>

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

static bool read_series(struct table *table, const char *text)
{
	char *path = make_file(text, strlen(text));
	bool ok = table_read_series(table, path);

	drop_file(path);
	return ok;
}

/* One line that begins with file and line, and says what and the word in question */
static void assert_message(const char *message, const char *where, const char *what)
{
	char *start = xasprintf("%s: %s", program_invocation_short_name, where);

	assert_memory_equal(message, start, strlen(start));
	assert_contains(message, what);
	assert_int_equal(count_lines(message), 1);
	free(start);
}

/* Refuses the last of several lines, of which the others are good */
static void refuse(struct table *table, bool machines, const char *text, const char *what)
{
	char *path = make_file(text, strlen(text));
	char *where = xasprintf("%s:%zu: ", path, count_lines(text));
	const char *message;
	bool ok;

	stderr_begin();
	ok = machines ? table_read_machines(table, path) : table_read_cells(table, path, "6.1");
	message = stderr_end();
	if (ok)
		fail_msg("taken: %s", text);
	assert_message(message, where, what);
	table_free(table);
	free(where);
	drop_file(path);
}

static void refuse_machine(const char *line, const char *what)
{
	char *text = xasprintf("# comment\n\na 4 1G\n%s\n", line);
	struct table table = { 0 };

	refuse(&table, true, text, what);
	free(text);
}

static void refuse_cell(const char *line, const char *what)
{
	char *text = xasprintf("numa smp4 sv39 page page\n%s\n", line);
	struct table table = { 0 };

	assert_true(read_machines(&table, "smp4 4 512M 512M\n"));
	refuse(&table, false, text, what);
	free(text);
}

static void take_machine(struct table *table, const char *line)
{
	*table = (struct table){ 0 };
	if (!read_machines(table, line))
		fail_msg("refused: %s", line);
	assert_int_equal(table->nr_machines, 1);
}

/* The one cell of a table, on a machine of 4 harts and 6 possible CPUs */
static const struct cell *take_cell(struct table *table, const char *line)
{
	take_machine(table, "smp4 4 512M 512M possible=6");
	if (!read_cells(table, line))
		fail_msg("refused: %s", line);
	assert_int_equal(table->nr_cells, 1);
	return &table->cells[0];
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
	assert_true(table_read_machines(table, "tables/machines"));
	assert_true(table_read_cells(table, "tables/cells", "6.1"));
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
	machine = table.machines[0];
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

/* Its harts have these ids and are on these nodes, a digit each */
static void assert_harts(const char *line, const char *ids, const char *nodes)
{
	struct table table;
	const struct machine *machine;
	unsigned int i, id;
	char *rest = (char *)ids;

	take_machine(&table, line);
	machine = table.machines[0];
	assert_int_equal(machine->harts, strlen(nodes));
	for (i = 0; i < machine->harts; i++) {
		id = strtoul(rest, &rest, 10);
		assert_int_equal(machine->ids[i], id);
		assert_int_equal(machine_node_of_hart(machine, id), nodes[i] - '0');
	}
	assert_int_equal(*rest, '\0');
	table_free(&table);
}

static void test_harts_of_nodes(void **state)
{
	assert_harts("a 7 1G 1G 1G", "0 1 2 3 4 5 6", "0011222");
	assert_harts("a 4 1G 1G", "0 1 2 3", "0011");
	assert_harts("a 1 1G 1G", "0", "1");
	assert_harts("a 7 1G/3 1G/1 1G/3", "0 1 2 3 4 5 6", "0001222");
	assert_harts("a 4 512M/2 512M/0 512M/2", "0 1 2 3", "0022");
	assert_harts("a 4 512M/0 512M/0 512M/4", "0 1 2 3", "2222");
	assert_harts("a 4 512M/4 512M/0 512M/0", "0 1 2 3", "0000");
	assert_harts("a 3 0/1 1G/1 0/1", "0 1 2", "012");
	assert_harts("a 4 1G 1G ids=1,3-4,7", "1 3 4 7", "0011");
	assert_harts("a 4 1G/1 1G/0 1G/3 ids=1,3-4,511", "1 3 4 511", "0222");
}

static void test_harts_that_are_not_there(void **state)
{
	struct table table;

	take_machine(&table, "a 4 1G 1G ids=1,3-4,7");
	assert_int_equal(machine_node_of_hart(table.machines[0], 0), -1);
	assert_int_equal(machine_node_of_hart(table.machines[0], 2), -1);
	assert_int_equal(machine_node_of_hart(table.machines[0], 5), -1);
	assert_int_equal(machine_node_of_hart(table.machines[0], 8), -1);
	table_free(&table);
}

/* No table has it, but a file of results may */
static void test_nodes_without_enough_harts(void **state)
{
	const struct machine machine = {
		.harts = 4,
		.nr_nodes = 2,
		.nodes = { { 0, GIB, 1 }, { GIB, GIB, 1 } },
		.ids = { 0, 1, 2, 3 },
	};

	assert_int_equal(machine_node_of_hart(&machine, 0), 0);
	assert_int_equal(machine_node_of_hart(&machine, 3), 1);
}

static void test_sizes(void **state)
{
	const struct machine *machine;
	struct table table;

	take_machine(&table, "a 4 524288K 1048K 1G 4K@5242880K 0G");
	machine = table.machines[0];
	assert_int_equal(machine->nr_nodes, 5);
	assert_int_equal(machine->nodes[0].size, GIB / 2);
	assert_int_equal(machine->nodes[1].start, GIB / 2);
	assert_int_equal(machine->nodes[1].size, 1048 << 10);
	assert_int_equal(machine->nodes[2].start, GIB / 2 + (1048 << 10));
	assert_int_equal(machine->nodes[3].start, 5 * GIB);
	assert_int_equal(machine->nodes[3].size, 4096);
	assert_int_equal(machine->nodes[4].size, 0);
	table_free(&table);
}

static void test_node_without_memory(void **state)
{
	const struct machine *machine;
	struct table table;

	take_machine(&table, "a 4 0 1G 0 512M 0");
	machine = table.machines[0];
	assert_int_equal(machine->nr_nodes, 5);
	assert_int_equal(machine->nodes[0].size, 0);
	assert_int_equal(machine->nodes[1].start, 0);
	assert_int_equal(machine->nodes[1].size, GIB);
	assert_int_equal(machine->nodes[2].size, 0);
	assert_int_equal(machine->nodes[3].start, GIB);
	assert_int_equal(machine->nodes[3].size, GIB / 2);
	assert_int_equal(machine->nodes[4].size, 0);
	table_free(&table);
}

static void test_machine_options(void **state)
{
	static const char * const lines[] = {
		"a 4 1G ids=1,3-4,7 boot=3 possible=9",
		"a 4 1G possible=9 ids=1,3-4,7 boot=3",
		"a 4 1G boot=3 possible=9 ids=1,3-4,7",
	};
	struct table table;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		take_machine(&table, lines[i]);
		assert_int_equal(table.machines[0]->boot, 3);
		assert_int_equal(table.machines[0]->possible, 9);
		assert_int_equal(table.machines[0]->ids[1], 3);
		table_free(&table);
	}
	take_machine(&table, "a 4 1G");
	assert_int_equal(table.machines[0]->boot, -1);
	assert_int_equal(table.machines[0]->possible, 4);
	table_free(&table);
	take_machine(&table, "a 512 1G ids=0-511 boot=511 possible=512");
	assert_int_equal(table.machines[0]->ids[511], 511);
	table_free(&table);
}

/* What machine_print() prints is read back as the same machine */
static void assert_round_trip(const char *line)
{
	struct table table, again;
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	take_machine(&table, line);
	machine_print(file, table.machines[0]);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(count_lines(text), 1);
	assert_int_equal(text[size - 1], '\n');
	take_machine(&again, text);
	assert_memory_equal(table.machines[0], again.machines[0], sizeof(struct machine));
	table_free(&again);
	table_free(&table);
	free(text);
}

static void test_prints_what_it_reads(void **state)
{
	assert_round_trip("a 1 1G");
	assert_round_trip("a 4 524288K 512M");
	assert_round_trip("a 7 1G/3 0/0 1G@89G/1 0/3");
	assert_round_trip("a 4 0 1G 0 512M 0");
	assert_round_trip("a 4 1G 1G ids=1,3-4,7 boot=4 possible=20");
	assert_round_trip("a 4 1G boot=0");
	assert_round_trip("a 512 1G ids=0-511 possible=512");
	assert_round_trip("a 8 128M 128M 128M 128M 128M 128M 128M 128M");
	assert_round_trip("a 4 1G 1G@262144G");
}

static void test_prints_the_real_machines(void **state)
{
	struct table table = { 0 }, again = { 0 };
	char *text = NULL;
	size_t i, size;
	FILE *file = open_memstream(&text, &size);

	assert_true(table_read_machines(&table, "tables/machines"));
	for (i = 0; i < table.nr_machines; i++)
		machine_print(file, table.machines[i]);
	assert_int_equal(fclose(file), 0);
	assert_true(read_machines(&again, text));
	assert_int_equal(again.nr_machines, table.nr_machines);
	for (i = 0; i < table.nr_machines; i++)
		assert_memory_equal(table.machines[i], again.machines[i], sizeof(struct machine));
	table_free(&again);
	table_free(&table);
	free(text);
}

static void test_prints_a_line_of_the_table(void **state)
{
	char *text = NULL;
	struct table table;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	take_machine(&table, "a 4 1G/3 0/0 1G@2G/1 ids=1,3-4,7 boot=4");
	machine_print(file, table.machines[0]);
	assert_int_equal(fclose(file), 0);
	assert_string_equal(text,
			    "a 4 1G/3 0/0 1G@2G/1 ids=1,3,4,7 boot=4\n");
	table_free(&table);
	free(text);
}

static void test_bad_machines(void **state)
{
	refuse_machine("b 4", "want a name, harts and the memory of 1 to 8 nodes, not: b");
	refuse_machine("b", "want a name, harts and the memory of 1 to 8 nodes, not: b");
	refuse_machine("b 9 1G 1G 1G 1G 1G 1G 1G 1G 1G", "more than 8 nodes: b");
	refuse_machine("b 4 ids=0-3", "no node with memory: b");
	refuse_machine("b 4 0 0", "no node with memory: b");
	refuse_machine("a 4 1G", "second machine of that name: a");
	refuse_machine(LONG_NAME " 4 1G", "name too long: 0123");
}

static void test_bad_harts(void **state)
{
	refuse_machine("b 0 1G", "not a number of harts from 1 to 512: 0");
	refuse_machine("b 513 1G", "not a number of harts from 1 to 512: 513");
	refuse_machine("b -4 1G", "not a number of harts from 1 to 512: -4");
	refuse_machine("b four 1G", "not a number of harts from 1 to 512: four");
	refuse_machine("b 4x 1G", "not a number of harts from 1 to 512: 4x");
	refuse_machine("b 4294967300 1G", "not a number of harts from 1 to 512: 4294967300");
	refuse_machine("b 4 1G/2 1G", "the harts of its nodes are not those of: b");
	refuse_machine("b 4 1G/4 1G", "the harts of its nodes are not those of: b");
	refuse_machine("b 4 1G 1G/2", "the harts of its nodes are not those of: b");
	refuse_machine("b 4 1G/2 1G/1", "the harts of its nodes are not those of: b");
	refuse_machine("b 4 1G/2 1G/3", "the harts of its nodes are not those of: b");
	refuse_machine("b 4 1G/513", "not SIZE[@OFFSET][/HARTS] after the node before: 1G/513");
	refuse_machine("b 4 1G/", "not SIZE[@OFFSET][/HARTS] after the node before: 1G/");
	refuse_machine("b 4 1G/4x", "not SIZE[@OFFSET][/HARTS] after the node before: 1G/4x");
	refuse_machine("b 4 1G/-1 1G/5", "not SIZE[@OFFSET][/HARTS]");
}

static void refuse_size(const char *words)
{
	char *line = xasprintf("b 4 %s", words);
	const char *last = strrchr(line, ' ') + 1;
	char *what = xasprintf(": not SIZE[@OFFSET][/HARTS] after the node before: %s\n", last);

	refuse_machine(line, what);
	free(what);
	free(line);
}

static void test_bad_memory(void **state)
{
	refuse_size("1");
	refuse_size("1K");
	refuse_size("1G 1023K");
	refuse_size("G");
	refuse_size("-1G");
	refuse_size("1T");
	refuse_size("1Gx");
	refuse_size("1GG");
	refuse_size("00");
	refuse_size("0x10G");
	refuse_size("1G@");
	refuse_size("1G@x");
	refuse_size("1G@1");
	refuse_size("1G@1G");
	refuse_size("1G@4K");
	refuse_size("0 1G@1G");
	refuse_size("1G 1G@512M");
	refuse_size("1G 1G@1048572K");
	refuse_size("1G 1G@1048577K");
	refuse_size("1G 0 1G@512M");
	refuse_size("1G 0@2G");
	refuse_size("1G 1G/2@2G");
	refuse_size("17179869185G");
	refuse_size("99999999999999999999M");
	refuse_size("262145G");
	refuse_size("1G 1G@17179869185G");
}

static void test_bad_machine_options(void **state)
{
	static const char ids[] = "not an ascending list of as many hart ids as harts: ";
	static const char * const lists[] = {
		"0-2", "0-4", "0,1,3,2", "0,1,1,2", "3-0", "0-3,", ",0-3", "", "0-1,1-2", "0-2,512",
		"0,1,2,x", "0;1;2;3", "-3", "0-", "0-1-3", "0-3x",
	};
	char *line, *what;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		line = xasprintf("b 4 1G ids=%s", lists[i]);
		what = xasprintf("%sids=%s\n", ids, lists[i]);
		refuse_machine(line, what);
		free(what);
		free(line);
	}
	refuse_machine("b 4 1G boot=4", "boot= is not the id of a hart of: b");
	refuse_machine("b 4 1G ids=1-4 boot=0", "boot= is not the id of a hart of: b");
	refuse_machine("b 4 1G boot=0 ids=1-4", "boot= is not the id of a hart of: b");
	refuse_machine("b 4 1G boot=", "not ids=LIST, boot=ID or possible=NUMBER: boot=");
	refuse_machine("b 4 1G boot=-1", "not ids=LIST, boot=ID or possible=NUMBER: boot=-1");
	refuse_machine("b 4 1G boot=1x", "not ids=LIST, boot=ID or possible=NUMBER: boot=1x");
	refuse_machine("b 4 1G possible=3", "fewer than the harts: possible=3");
	refuse_machine("b 4 1G possible=513", "not ids=LIST, boot=ID or possible=NUMBER: poss");
	refuse_machine("b 4 1G possible=4G", "not ids=LIST, boot=ID or possible=NUMBER: poss");
	refuse_machine("b 4 1G cores=4", "not ids=LIST, boot=ID or possible=NUMBER: cores=4");
	refuse_machine("b 4 1G =4", "not ids=LIST, boot=ID or possible=NUMBER: =4");
	refuse_machine("b 4 1G ids=0-3 1G", "a node after an option: 1G");
}

/* QEMU looks at half of all RAM, but at most 512M, for the initramfs, and below the
 * end of it or 1G for the device tree
 */
static void test_gaps(void **state)
{
	static const char what[] = "a gap where QEMU puts the initramfs";
	static const char * const good[] = {
		"b 4 1G 1G@89G",
		"b 4 1G",
		"b 4 528M 4M@1020M 1G@2G",
		"b 4 512M 16M 4M@1020M",
		"b 4 32M",
		"b 4 100M@0M 100M",
		"b 4 20M 20M@20M",
		"b 4 512M 0 512M 1G@89G",
	};
	struct table table;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		take_machine(&table, good[i]);
		table_free(&table);
	}
	refuse_machine("b 4 512M 1G@89G", what);
	refuse_machine("b 4 527M 4M@1020M", what);
	refuse_machine("b 4 528M 3M@1021M 1G@2G", what);
	refuse_machine("b 4 528M 1G@2G", what);
	refuse_machine("b 4 1020M 1G@1G", "(at half of RAM or 512M) or the device tree (below");
	refuse_machine("b 4 100M 100M@101M", what);
	refuse_machine("b 4 100M 99M@101M", what);
	refuse_machine("b 4 31M", what);
}

static void test_bad_cells(void **state)
{
	refuse_cell("numa smp4 sv39 embed",
		    "want kernel, machine, paging, alloc and first chunk, not: numa");
	refuse_cell("numa smp5 sv39 embed embed", "no such machine: smp5");
	refuse_cell("numa smp4 sv40 embed embed", "not sv39, sv48 or sv57: sv40");
	refuse_cell("numa smp4 sv48 none embed", "not embed, page or -: none");
	refuse_cell("numa smp4 sv48 embed auto", "not embed or page: auto");
	refuse_cell("numa smp4 sv48 embed embed\r", "not embed or page: embed");
	refuse_cell("numa smp4 sv39 page embed", "second cell of that name: 6.1.numa.page.sv39");
	refuse_cell(LONG_NAME " smp4 sv39 - page", "name too long: 0123");
}

static void assert_cell_name(const char *line, const char *name)
{
	struct table table;

	assert_string_equal(take_cell(&table, line)->name, name);
	table_free(&table);
}

/* What makes it another boot is in the name, in the order of the line */
static void test_cell_names(void **state)
{
	assert_cell_name("a smp4 sv48 page page", "6.1.a.page.sv48.smp4");
	assert_cell_name("a smp4 sv48 embed page nr_cpus=2", "6.1.a.embed.sv48.smp4.nr_cpus=2");
	assert_cell_name("a smp4 sv39 - embed fault=7", "6.1.a.auto.sv39.smp4.fault=7");
	assert_cell_name("a smp4 sv39 - embed maxcpus=2 nr_cpus=3 numa=off",
			 "6.1.a.auto.sv39.smp4.nr_cpus=3.maxcpus=2.numa=off");
	assert_cell_name("a smp4 sv39 - embed tests=facts+pinned kexec=3 fails harts x",
			 "6.1.a.auto.sv39.smp4.kexec=3.tests=facts+pinned");
	assert_cell_name("a smp4 sv39 - embed units=any timeout=9 initrd=kunit",
			 "6.1.a.auto.sv39.smp4");
}

static void test_cell_in_a_guest(void **state)
{
	static const char * const others[] = {
		"m 4 512M 512M", "m 4 1G boot=2", "m 4 1G possible=5", "m 4 1G ids=0-2,4",
	};
	struct table table;
	size_t i;

	take_machine(&table, "m 4 1G");
	assert_true(read_cells(&table, "a m sv39 - embed\na m sv39 - embed kvm\n"));
	assert_false(table.cells[0].kvm);
	assert_true(table.cells[1].kvm);
	assert_string_equal(table.cells[1].name, "6.1.a.auto.sv39.m.kvm");
	table_free(&table);
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		table = (struct table){ 0 };
		assert_true(read_machines(&table, others[i]));
		refuse(&table, false, "a m sv39 - embed kvm\n",
		       "kvm wants a machine with one node and nothing else: m");
	}
}

static void test_cell_options(void **state)
{
	const struct cell *cell;
	struct table table;

	cell = take_cell(&table, "a smp4 sv39 - page");
	assert_int_equal(cell->nr_cpus, 0);
	assert_int_equal(cell->maxcpus, 0);
	assert_int_equal(cell->fault, 0);
	assert_int_equal(cell->kexecs, 0);
	assert_int_equal(cell->timeout, 0);
	assert_false(cell->numa_off);
	assert_false(cell->units_anywhere);
	assert_string_equal(cell->tests, "");
	assert_string_equal(cell->initrd, "");
	table_free(&table);
	cell = take_cell(&table,
			 "a smp4 sv39 - page nr_cpus=3 maxcpus=2 kexec=9 timeout=86400 numa=off units=any tests=a+b+c initrd=kunit fault=99 fails harts CPU1: a  b");
	assert_int_equal(cell->nr_cpus, 3);
	assert_int_equal(cell->maxcpus, 2);
	assert_int_equal(cell->fault, 99);
	assert_int_equal(cell->kexecs, 9);
	assert_int_equal(cell->timeout, 86400);
	assert_true(cell->numa_off);
	assert_true(cell->units_anywhere);
	assert_string_equal(cell->tests, "a,b,c");
	assert_string_equal(cell->initrd, "kunit");
	assert_int_equal(cell->fails, VERDICT_HARTS);
	assert_string_equal(cell->console, "CPU1: a  b");
	table_free(&table);
	cell = take_cell(&table, "a smp4 sv39 - page initrd=k tests=a timeout=1 kexec=1");
	assert_int_equal(cell->kexecs, 1);
	assert_int_equal(cell->timeout, 1);
	assert_string_equal(cell->tests, "a");
	assert_string_equal(cell->initrd, "k");
	table_free(&table);
}

static void assert_counts(const char *options, unsigned int harts, unsigned int possible)
{
	char *line = xasprintf("a smp4 sv39 - page %s", options);
	const struct cell *cell;
	struct table table;

	cell = take_cell(&table, line);
	assert_int_equal(cell_harts(cell), harts);
	assert_int_equal(cell_possible(cell), possible);
	table_free(&table);
	free(line);
}

/* Of 4 harts and 6 possible CPUs */
static void test_harts_and_cpus_of_a_cell(void **state)
{
	assert_counts("", 4, 6);
	assert_counts("nr_cpus=2", 2, 2);
	assert_counts("nr_cpus=5", 4, 5);
	assert_counts("nr_cpus=6", 4, 6);
	assert_counts("nr_cpus=512", 4, 6);
	assert_counts("maxcpus=3", 3, 6);
	assert_counts("maxcpus=5", 4, 6);
	assert_counts("nr_cpus=2 maxcpus=3", 2, 2);
	assert_counts("maxcpus=1 nr_cpus=3", 1, 3);
}

static void refuse_option(const char *option, const char *what)
{
	char *line = xasprintf("a smp4 sv39 - page %s", option);
	char *message = xasprintf(": %s: %s\n", what, option);

	refuse_cell(line, message);
	free(message);
	free(line);
}

static void test_bad_cell_options(void **state)
{
	static const char * const numbers[] = {
		"nr_cpus=0", "nr_cpus=513", "nr_cpus=", "nr_cpus=x", "nr_cpus=2x", "nr_cpus=-1",
		"maxcpus=0", "maxcpus=513", "fault=0", "fault=100", "kexec=0", "kexec=10",
		"timeout=0", "timeout=86401", "timeout=1s", "timeout=4294967297",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		refuse_option(numbers[i], "not a number that it can have");
	refuse_option("harts", "no such option of a cell");
	refuse_option("numa=on", "no such option of a cell");
	refuse_option("numa", "no such option of a cell");
	refuse_option("units=all", "no such option of a cell");
	refuse_option("nr_cpu=1", "no such option of a cell");
	refuse_option("nr_cpusx=1", "no such option of a cell");
	refuse_option("fail=harts", "no such option of a cell");
	refuse_option("tests=", "not a list");
	refuse_option("tests=" LONG_NAME LONG_NAME, "not a list");
	refuse_option("initrd=", "no name, or too long");
	refuse_option("initrd=0123456789012345", "no name, or too long");
}

static void test_same_cell_with_another_option(void **state)
{
	static const char good[] =
		"a smp4 sv39 page page\n"
		"a smp4 sv39 page embed nr_cpus=2\n"
		"a smp4 sv39 page embed nr_cpus=3\n";
	struct table table;
	char *text;

	take_machine(&table, "smp4 4 512M 512M");
	assert_true(read_cells(&table, good));
	assert_int_equal(table.nr_cells, 3);
	table_free(&table);
	take_machine(&table, "smp4 4 512M 512M");
	text = xasprintf("%s%s", good, "a smp4 sv39 page   page nr_cpus=2 timeout=9\n");
	refuse(&table, false, text, "second cell of that name: 6.1.a.page.sv39.smp4.nr_cpus=2");
	free(text);
}

static void test_bad_controls(void **state)
{
	static const char want[] = "want \"fails VERDICT CONSOLE\" at the end of: a";

	refuse_cell("a smp4 sv39 - page harts", "no such option of a cell: harts");
	refuse_cell("a smp4 sv39 - page fails", want);
	refuse_cell("a smp4 sv39 - page fails harts", want);
	refuse_cell("a smp4 sv39 - page nr_cpus=2 fails harts", want);
	refuse_cell("a smp4 sv39 - page fails heart x", "not a verdict that a control can have");
	refuse_cell("a smp4 sv39 - page fails pass x", "not a verdict that a control can have");
	refuse_cell("a smp4 sv39 - page fails harness x", "not a verdict that a control can have");
	refuse_cell("a smp4 sv39 - page fails harts (x", "not an extended regular expression: (x");
	refuse_cell("a smp4 sv39 - page fails harts " LONG_NAME LONG_NAME LONG_NAME LONG_NAME,
		    "not an extended regular expression: 0123");
}

/* The expression is the rest of the line, whatever it looks like */
static void test_expressions_with_blanks(void **state)
{
	const struct cell *cell;
	struct table table;

	cell = take_cell(&table,
			 "a smp4 sv39 - page nr_cpus=2 fails\tunits \t x\ty  nr_cpus=3 # z ");
	assert_int_equal(cell->fails, VERDICT_UNITS);
	assert_string_equal(cell->console, "x\ty  nr_cpus=3 # z ");
	assert_int_equal(cell->nr_cpus, 2);
	table_free(&table);
	cell = take_cell(&table,
			 "a smp4 sv39 - page fails panic fails a b c d e f g h i j k l m n o p q r s t u v w x y z A B C D E F G H I J K L M N O P Q R S T U V W X Y Z");
	assert_string_equal(cell->console,
			    "fails a b c d e f g h i j k l m n o p q r s t u v w x y z A B C D E F G H I J K L M N O P Q R S T U V W X Y Z");
	table_free(&table);
}

/* The series adds two changes, the base has one and does not need one */
#define SERIES "flush PRESENT\nboot ADD v6.1\nsteal NOT-NEEDED the tree has none\nenable ADD v6.1\n"

/* Are these the cells that remain of the rows? Names go without base and machine. */
static void assert_rows(const char *series, const char *in, const char *rows, const char *kernels)
{
	struct table table = { .in = in };
	char *text = NULL;
	size_t i, size;
	FILE *file = open_memstream(&text, &size);

	assert_true(read_machines(&table, "smp4 4 1G\n"));
	assert_true(!series || read_series(&table, series));
	assert_true(read_cells(&table, rows));
	for (i = 0; i < table.nr_cells; i++)
		fprintf(file, "%s%s", i ? " " : "", table.cells[i].kernel);
	fclose(file);
	assert_string_equal(text, kernels);
	free(text);
	table_free(&table);
}

static void test_rows_for_some_bases(void **state)
{
	static const char rows[] =
		"a smp4 sv39 - page adds=flush\n"
		"b smp4 sv39 - page adds=boot\n"
		"c smp4 sv39 - page has=flush\n"
		"d smp4 sv39 - page has=boot tests=x\n"
		"e smp4 sv39 - page has=steal\n"
		"f smp4 sv39 - page adds=steal fails harts x\n"
		"g smp4 sv39 - page has=enable adds=flush\n";

	assert_rows(SERIES, NULL, rows, "b c d");
	assert_rows(NULL, NULL, rows, "a b c d e f g");
}

static void test_rows_for_some_commits(void **state)
{
	static const char before[] =
		"k@0 smp4 sv39 - page before=enable\n"
		"k@1 smp4 sv39 - page before=enable\n"
		"k@2 smp4 sv39 - page before=enable\n"
		"k smp4 sv39 - page before=enable\n"
		"l@0 smp4 sv39 - page before=flush\n";
	static const char after[] =
		"k@0 smp4 sv39 - page has=flush\n"
		"k@0 smp4 sv39 embed page has=boot\n"
		"k@1 smp4 sv39 - page has=boot\n"
		"k@2 smp4 sv39 - page has=enable\n"
		"k@3 smp4 sv39 - page has=enable\n"
		"k@1 smp4 sv39 embed page has=steal\n";

	assert_rows(SERIES, NULL, before, "k@0 k@1");
	assert_rows(SERIES, NULL, after, "k@0 k@1");
}

static void test_rows_of_each_commit(void **state)
{
	static const char series[] = "a ADD v1\nb PRESENT\nc ADD v1\nd ADD v1\ne ADD v1\n";
	static const char rows[] =
		"k@each smp4 sv39 - page before=d\n"
		"k@each smp4 sv39 - page has=d\n"
		"l@each smp4 sv39 - page\n";

	assert_rows(series, NULL, rows, "k@2 k@1 k@3 l@3 l@2 l@1");
	assert_rows("a ADD v1\n", NULL, "k@each smp4 sv39 - page\n", "");
	assert_rows(NULL, NULL, rows, "");
}

static void test_rows_in(void **state)
{
	static const char rows[] =
		"a smp4 sv39 - page\n"
		"b smp4 sv39 - page in=all\n"
		"c smp4 sv39 - page in=machines+all adds=flush\n"
		"d smp4 sv39 - page kexec=1 in=long+machines fails harts x\n";

	assert_rows(NULL, NULL, rows, "a b c d");
	assert_rows(NULL, "machines", rows, "a c d");
	assert_rows(SERIES, "long,machines", rows, "a d");
	assert_rows(NULL, "machine,alls,al,", rows, "a");
}

static void test_bad_conditions(void **state)
{
	struct table table = { 0 };

	assert_true(read_machines(&table, "smp4 4 1G\n"));
	assert_true(read_series(&table, SERIES));
	refuse(&table, false, "a smp4 sv39 - page has=flush\nb smp4 sv39 - page has=typo\n",
	       "no such change in the series: has=typo");
	assert_true(read_machines(&table, "smp4 4 1G\n"));
	refuse(&table, false, "a smp4 sv39 - page lacks=flush\n", "no such option of a cell");
	stderr_begin();
	assert_false(read_series(&table, "flush\n"));
	assert_contains(stderr_end(), "want a change and its state, not: flush");
	table_free(&table);
}

static void test_missing_file(void **state)
{
	struct table table = { 0 };
	bool ok;

	stderr_begin();
	ok = table_read_machines(&table, "tests/missing");
	assert_message(stderr_end(), "cannot read tests/missing", "No such file");
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
		cmocka_unit_test(test_harts_that_are_not_there),
		cmocka_unit_test(test_nodes_without_enough_harts),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_node_without_memory),
		cmocka_unit_test(test_machine_options),
		cmocka_unit_test(test_prints_what_it_reads),
		cmocka_unit_test(test_prints_the_real_machines),
		cmocka_unit_test(test_prints_a_line_of_the_table),
		cmocka_unit_test(test_bad_machines),
		cmocka_unit_test(test_bad_harts),
		cmocka_unit_test(test_bad_memory),
		cmocka_unit_test(test_bad_machine_options),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_bad_cells),
		cmocka_unit_test(test_cell_names),
		cmocka_unit_test(test_cell_in_a_guest),
		cmocka_unit_test(test_cell_options),
		cmocka_unit_test(test_harts_and_cpus_of_a_cell),
		cmocka_unit_test(test_bad_cell_options),
		cmocka_unit_test(test_same_cell_with_another_option),
		cmocka_unit_test(test_bad_controls),
		cmocka_unit_test(test_expressions_with_blanks),
		cmocka_unit_test(test_rows_for_some_bases),
		cmocka_unit_test(test_rows_for_some_commits),
		cmocka_unit_test(test_rows_of_each_commit),
		cmocka_unit_test(test_rows_in),
		cmocka_unit_test(test_bad_conditions),
		cmocka_unit_test(test_missing_file),
		cmocka_unit_test(test_verdict_names),
	};

	return cmocka_run_group_tests(table, NULL, NULL);
}
