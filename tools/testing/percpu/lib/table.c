// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the tables. A line that cannot be understood is an error that names
 * file, line and word: a cell that is silently not run would count as a pass.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "util.h"

#define MAX_WORDS	32
#define MAX_SIZE	(1ULL << 48)	/* no sum of sizes overflows */
#define PAGE_SIZE	4096
#define MAX_FAULT	99

/* Where QEMU puts what, from the start of RAM, and how large that may be */
#define INITRD_LIMIT	(512ULL << 20)
#define INITRD_ROOM	(16ULL << 20)
#define FDT_LIMIT	(1ULL << 30)
#define FDT_ROOM	(4ULL << 20)

/* A node whose harts the line does not give gets them in deal_harts() */
#define HARTS_UNKNOWN	(MAX_HARTS + 1)

/* Where we are, for messages */
struct line {
	const char *path;
	unsigned int number;
	char *text;
	char *words[MAX_WORDS];
	unsigned int nr_words;
};

static bool complain(const struct line *line, const char *what, const char *word)
{
	error("%s:%u: %s: %s", line->path, line->number, what, word);
	return false;
}

/* The third word from "fails" on is a regular expression, which may have blanks */
static void split(struct line *line)
{
	unsigned int max_words = MAX_WORDS;
	char *p = line->text;

	line->nr_words = 0;
	while (line->nr_words < max_words) {
		p += strspn(p, " \t");
		if (!*p)
			return;
		line->words[line->nr_words++] = p;
		if (line->nr_words == max_words)
			return;
		p += strcspn(p, " \t");
		if (*p)
			*p++ = '\0';
		if (!strcmp(line->words[line->nr_words - 1], "fails"))
			max_words = line->nr_words + 2;
	}
}

/* Calls @parse for each line that says something; stops at the first error */
static bool read_lines(const char *path, bool (*parse)(struct line *line, void *arg), void *arg)
{
	char *data = read_file(path, NULL);
	struct line line = { .path = path };
	char *next = data;
	bool ok = data;

	while (ok && next) {
		line.text = strsep(&next, "\n");
		line.number++;
		line.text += strspn(line.text, " \t");
		if (*line.text && *line.text != '#')
			ok = parse(&line, arg);
	}
	free(data);
	return ok;
}

static bool parse_size(const char *word, char **end, uint64_t *size)
{
	unsigned int shift;

	if (!isdigit((unsigned char)*word))
		return false;
	*size = strtoull(word, end, 10);
	switch (**end) {
	case 'G':
		shift = 30;
		break;
	case 'M':
		shift = 20;
		break;
	case 'K':
		shift = 10;
		break;
	default:
		/* Only nothing needs no unit */
		return !*size && *end == word + 1;
	}
	(*end)++;
	if (*size > MAX_SIZE >> shift)
		return false;
	*size <<= shift;
	return true;
}

static bool parse_number(const char *word, char **end, unsigned int max, unsigned int *number)
{
	unsigned long value;

	if (!isdigit((unsigned char)*word))
		return false;
	value = strtoul(word, end, 10);
	*number = value;
	return value <= max;
}

static bool parse_node(const char *word, struct machine *machine)
{
	struct node *node = &machine->nodes[machine->nr_nodes];
	uint64_t end_before = machine_end(machine);
	char *end;

	*node = (struct node){ .start = end_before, .harts = HARTS_UNKNOWN };
	if (!parse_size(word, &end, &node->size) || node->size % PAGE_SIZE)
		return false;
	if (*end == '@' && (!node->size || !parse_size(end + 1, &end, &node->start)))
		return false;
	if (*end == '/' && !parse_number(end + 1, &end, MAX_HARTS, &node->harts))
		return false;
	/* The kernel is at the start of RAM */
	if (*end || node->start < end_before || node->start % PAGE_SIZE ||
	    (!end_before && node->start))
		return false;
	machine->nr_nodes++;
	return true;
}

static bool deal_harts(const struct line *line, struct machine *machine)
{
	unsigned int i, known = 0, sum = 0, nr = machine->nr_nodes;

	for (i = 0; i < nr; i++) {
		if (machine->nodes[i].harts == HARTS_UNKNOWN)
			continue;
		known++;
		sum += machine->nodes[i].harts;
	}
	if (known && (known != nr || sum != machine->harts))
		return complain(line, "the harts of its nodes are not those of", machine->name);
	for (i = 0; !known && i < nr; i++)
		machine->nodes[i].harts = (i + 1) * machine->harts / nr -
					  i * machine->harts / nr;
	return true;
}

/* A list as in "0,2,5-7", ascending */
static bool parse_ids(const char *list, struct machine *machine)
{
	unsigned int first, last, nr = 0;
	char *end;

	do {
		if (!parse_number(list, &end, MAX_HARTS - 1, &first))
			return false;
		last = first;
		if (*end == '-' && !parse_number(end + 1, &end, MAX_HARTS - 1, &last))
			return false;
		if (last < first || (nr && first <= machine->ids[nr - 1]))
			return false;
		while (first <= last)
			machine->ids[nr++] = first++;
		list = end + 1;
	} while (*end == ',');
	return !*end && nr == machine->harts;
}

static bool parse_machine_option(const struct line *line, const char *word,
				 struct machine *machine)
{
	static const char wanted[] = "not ids=LIST, boot=ID or possible=NUMBER";
	const char *value = strchr(word, '=') + 1;
	unsigned int number = 0;
	char *end;

	if (!strncmp(word, "ids=", 4))
		return parse_ids(value, machine) ||
		       complain(line, "not an ascending list of as many hart ids as harts", word);
	if (!parse_number(value, &end, MAX_HARTS, &number) || *end)
		return complain(line, wanted, word);
	if (!strncmp(word, "boot=", 5)) {
		machine->boot = number;
		return true;
	}
	if (strncmp(word, "possible=", 9))
		return complain(line, wanted, word);
	machine->possible = number;
	return number >= machine->harts || complain(line, "fewer than the harts", word);
}

/* QEMU looks at the whole of RAM, without gaps, for the initramfs
 * (riscv_load_initrd()) and the device tree (riscv_compute_fdt_addr())
 */
static bool holds_boot_files(const struct machine *machine)
{
	uint64_t end = machine_end(machine);
	uint64_t initrd = end / 2 < INITRD_LIMIT ? end / 2 : INITRD_LIMIT;
	uint64_t fdt = end < FDT_LIMIT ? end : FDT_LIMIT;

	return machine_has_memory(machine, initrd, initrd + INITRD_ROOM) &&
	       machine_has_memory(machine, fdt - FDT_ROOM, fdt);
}

/* After the harts: first the nodes, then the options */
static bool parse_nodes(const struct line *line, struct machine *machine)
{
	unsigned int i;

	for (i = 2; i < line->nr_words && !strchr(line->words[i], '='); i++) {
		if (machine->nr_nodes == MAX_NODES)
			return complain(line, "more than 8 nodes", machine->name);
		if (!parse_node(line->words[i], machine))
			return complain(line, "not SIZE[@OFFSET][/HARTS] after the node before",
					line->words[i]);
	}
	if (!machine_end(machine))
		return complain(line, "no node with memory", machine->name);
	if (!holds_boot_files(machine))
		return complain(line,
				"a gap where QEMU puts the initramfs (at half of RAM or 512M) or the device tree (below its end or 1G)",
				machine->name);
	if (!deal_harts(line, machine))
		return false;
	for (; i < line->nr_words; i++) {
		if (!strchr(line->words[i], '='))
			return complain(line, "a node after an option", line->words[i]);
		if (!parse_machine_option(line, line->words[i], machine))
			return false;
	}
	return machine->boot < 0 || machine_has_hart(machine, machine->boot) ||
	       complain(line, "boot= is not the id of a hart of", machine->name);
}

static bool copy_word(char *dst, size_t size, const char *word)
{
	return (size_t)snprintf(dst, size, "%s", word) < size;
}

static const struct machine *find_machine(const struct table *table, const char *name)
{
	size_t i;

	for (i = 0; i < table->nr_machines; i++)
		if (!strcmp(table->machines[i]->name, name))
			return table->machines[i];
	return NULL;
}

static bool parse_machine(struct line *line, void *arg)
{
	struct machine machine = { .boot = -1 };
	struct table *table = arg;
	unsigned int i;
	char *end;

	split(line);
	if (line->nr_words < 3)
		return complain(line, "want a name, harts and the memory of 1 to 8 nodes, not",
				line->words[0]);
	if (!copy_word(machine.name, sizeof(machine.name), line->words[0]))
		return complain(line, "name too long", line->words[0]);
	if (find_machine(table, machine.name))
		return complain(line, "second machine of that name", machine.name);
	if (!parse_number(line->words[1], &end, MAX_HARTS, &machine.harts) || *end ||
	    !machine.harts)
		return complain(line, "not a number of harts from 1 to 512", line->words[1]);
	machine.possible = machine.harts;
	for (i = 0; i < machine.harts; i++)
		machine.ids[i] = i;
	if (!parse_nodes(line, &machine))
		return false;

	table->machines = xrealloc(table->machines,
				   (table->nr_machines + 1) * sizeof(*table->machines));
	table->machines[table->nr_machines] = xrealloc(NULL, sizeof(machine));
	*table->machines[table->nr_machines++] = machine;
	return true;
}

/**
 * table_read_machines() - read the table of machines
 * @table: gets the machines; read them all before any cell
 * @path: the file
 *
 * Return: true if every line was understood; else the user has been told.
 */
bool table_read_machines(struct table *table, const char *path)
{
	return read_lines(path, parse_machine, table);
}

static const struct change *find_change(const struct table *table, const char *name)
{
	size_t i;

	for (i = 0; i < table->nr_changes; i++)
		if (!strcmp(table->changes[i].name, name))
			return &table->changes[i];
	return NULL;
}

static unsigned int count_commits(const struct table *table)
{
	unsigned int count = 0;
	size_t i;

	for (i = 0; i < table->nr_changes; i++)
		count += table->changes[i].number > 0;
	return count;
}

static bool parse_change(struct line *line, void *arg)
{
	struct table *table = arg;
	struct change change = { 0 };

	split(line);
	if (line->nr_words < 2)
		return complain(line, "want a change and its state, not", line->words[0]);
	if (!copy_word(change.name, sizeof(change.name), line->words[0]))
		return complain(line, "name too long", line->words[0]);
	if (!strcmp(line->words[1], "ADD"))
		change.number = count_commits(table) + 1;
	change.present = change.number || !strcmp(line->words[1], "PRESENT");
	table->changes = xrealloc(table->changes,
				  (table->nr_changes + 1) * sizeof(*table->changes));
	table->changes[table->nr_changes++] = change;
	return true;
}

/**
 * table_read_series() - read what scripts/compose said about the base
 * @table: gets the changes; to be read before any cell
 * @path: the file, a line for each change: name, state and more
 *
 * Return: true if every line was understood; else the user has been told.
 */
bool table_read_series(struct table *table, const char *path)
{
	return read_lines(path, parse_change, table);
}

struct cells_arg {
	struct table *table;
	const char *base;
};

static bool one_of(const char *word, const char * const *list)
{
	while (*list && strcmp(word, *list))
		list++;
	return *list;
}

/* The words of a control, from "fails" on */
static bool parse_control(const struct line *line, unsigned int i, struct cell *cell)
{
	regex_t regex;

	if (line->nr_words != i + 3)
		return complain(line, "want \"fails VERDICT CONSOLE\" at the end of",
				line->words[0]);
	cell->fails = verdict_from_name(line->words[i + 1]);
	if (cell->fails == NR_VERDICTS || cell->fails == VERDICT_PASS ||
	    cell->fails == VERDICT_HARNESS)
		return complain(line, "not a verdict that a control can have",
				line->words[i + 1]);
	if (!copy_word(cell->console, sizeof(cell->console), line->words[i + 2]) ||
	    regcomp(&regex, cell->console, REG_EXTENDED | REG_NOSUB))
		return complain(line, "not an extended regular expression", line->words[i + 2]);
	regfree(&regex);
	return true;
}

static bool parse_tests(const char *list, struct cell *cell)
{
	char *p;

	if (!*list || !copy_word(cell->tests, sizeof(cell->tests), list))
		return false;
	for (p = cell->tests; *p; p++)
		if (*p == '+')
			*p = ',';
	return true;
}

static const char *value_of(const char *word, const char *name)
{
	size_t len = strlen(name);

	return strncmp(word, name, len) || word[len] != '=' ? NULL : word + len + 1;
}

/* The host starts it without a device tree of ours */
static bool parse_kvm(const struct line *line, struct cell *cell)
{
	const struct machine *machine = cell->machine;

	cell->kvm = true;
	return (machine->nr_nodes == 1 && machine->boot < 0 &&
		machine->possible == machine->harts &&
		machine->ids[machine->harts - 1] == machine->harts - 1) ||
	       complain(line, "kvm wants a machine with one node and nothing else",
			machine->name);
}

static bool parse_cell_option(const struct line *line, const char *word, struct cell *cell)
{
	const struct {
		const char *name;
		unsigned int *number;
		unsigned int max;
	} numbers[] = {
		{ "nr_cpus", &cell->nr_cpus, MAX_HARTS },
		{ "maxcpus", &cell->maxcpus, MAX_HARTS },
		{ "fault", &cell->fault, MAX_FAULT },
		{ "kexec", &cell->kexecs, 9 },
		{ "transitions", &cell->transitions, 1000000 },
		{ "timeout", &cell->timeout, 86400 },
	};
	const char *value;
	char *end;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		value = value_of(word, numbers[i].name);
		if (value)
			return (parse_number(value, &end, numbers[i].max, numbers[i].number) &&
				!*end && *numbers[i].number) ||
			       complain(line, "not a number that it can have", word);
	}
	value = value_of(word, "tests");
	if (value)
		return parse_tests(value, cell) || complain(line, "not a list of tests", word);
	value = value_of(word, "initrd");
	if (value)
		return (*value && copy_word(cell->initrd, sizeof(cell->initrd), value)) ||
		       complain(line, "no name, or too long", word);
	if (!strcmp(word, "numa=off"))
		cell->numa_off = true;
	else if (!strcmp(word, "units=any"))
		cell->units_anywhere = true;
	else if (!strcmp(word, "kvm"))
		return parse_kvm(line, cell);
	else
		return complain(line, "no such option of a cell", word);
	return true;
}

/* NAME@N is the series' commit N, which need not be the last one */
static bool commit_has(const struct table *table, const struct cell *cell,
		       const struct change *change)
{
	const char *at = strchr(cell->kernel, '@');
	unsigned int commit = at ? strtoul(at + 1, NULL, 10) : 0;

	return change->present && (!at || (commit >= change->number &&
					   commit < count_commits(table)));
}

static bool is_condition(const char *word)
{
	return value_of(word, "adds") || value_of(word, "has") || value_of(word, "before");
}

/* Such a row is for some bases only, by what became of a change there */
static bool parse_condition(const struct line *line, const char *word,
			    const struct table *table, const struct cell *cell, bool *counts)
{
	const struct change *change = find_change(table, strchr(word, '=') + 1);
	const char *at = strchr(cell->kernel, '@');

	if (!table->nr_changes)
		return true;
	if (!change)
		return complain(line, "no such change in the series", word);
	if (value_of(word, "adds"))
		*counts &= change->number > 0;
	else if (value_of(word, "has"))
		*counts &= commit_has(table, cell, change);
	else
		*counts &= at && strtoul(at + 1, NULL, 10) < change->number;
	return true;
}

/* An option that makes it another boot is a part of its name */
static bool is_named(const char *word)
{
	return !value_of(word, "timeout") && !value_of(word, "units") &&
	       !value_of(word, "initrd");
}

/* Has the list A,B one of the words of C+D? */
static bool names_one_of(const char *list, const char *words)
{
	size_t len;

	for (; *words; words += len + (words[len] == '+')) {
		const char *p = list;

		len = strcspn(words, "+");
		while (*p) {
			size_t n = strcspn(p, ",");

			if (n == len && !strncmp(p, words, n))
				return true;
			p += n + (p[n] == ',');
		}
	}
	return false;
}

/* From the sixth word on; adds to the name, and tells whether the row counts */
static bool parse_cell_options(const struct line *line, const struct cells_arg *cells,
			       struct cell *cell, bool *counts)
{
	const struct table *table = cells->table;
	size_t used = strlen(cell->name);
	unsigned int i;

	for (i = 5; i < line->nr_words && strcmp(line->words[i], "fails"); i++) {
		const char *in = value_of(line->words[i], "in");

		if (in) {
			*counts &= !table->in || names_one_of(table->in, in);
			continue;
		}
		if (is_condition(line->words[i])) {
			if (!parse_condition(line, line->words[i], table, cell, counts))
				return false;
			continue;
		}
		if (!parse_cell_option(line, line->words[i], cell))
			return false;
		if (!is_named(line->words[i]))
			continue;
		used += snprintf(cell->name + used, sizeof(cell->name) - used, ".%s",
				 line->words[i]);
		if (used >= sizeof(cell->name))
			return complain(line, "name too long", line->words[i]);
	}
	return i == line->nr_words || parse_control(line, i, cell);
}

static bool parse_one_cell(struct line *line, struct cells_arg *cells)
{
	static const char * const pagings[] = { "sv39", "sv48", "sv57", NULL };
	static const char * const allocs[] = { "-", "embed", "page", NULL };
	static const char * const chunks[] = { "embed", "page", NULL };
	struct table *table = cells->table;
	struct cell cell = { .fails = VERDICT_PASS };
	bool counts = true;
	size_t i;

	if (!copy_word(cell.kernel, sizeof(cell.kernel), line->words[0]))
		return complain(line, "name too long", line->words[0]);
	cell.machine = find_machine(table, line->words[1]);
	if (!cell.machine)
		return complain(line, "no such machine", line->words[1]);
	if (!one_of(line->words[2], pagings))
		return complain(line, "not sv39, sv48 or sv57", line->words[2]);
	if (!one_of(line->words[3], allocs))
		return complain(line, "not embed, page or -", line->words[3]);
	if (!one_of(line->words[4], chunks))
		return complain(line, "not embed or page", line->words[4]);
	strcpy(cell.paging, line->words[2]);
	strcpy(cell.alloc, *line->words[3] == '-' ? "" : line->words[3]);
	strcpy(cell.chunk, line->words[4]);
	if ((size_t)snprintf(cell.name, sizeof(cell.name), "%s.%s.%s.%s.%s", cells->base,
			     cell.kernel, *cell.alloc ? cell.alloc : "auto", cell.paging,
			     cell.machine->name) >= sizeof(cell.name))
		return complain(line, "name too long", cells->base);
	if (!parse_cell_options(line, cells, &cell, &counts))
		return false;
	if (!counts)
		return true;
	for (i = 0; i < table->nr_cells; i++)
		if (!strcmp(table->cells[i].name, cell.name))
			return complain(line, "second cell of that name", cell.name);

	table->cells = xrealloc(table->cells, (table->nr_cells + 1) * sizeof(cell));
	table->cells[table->nr_cells++] = cell;
	return true;
}

/*
 * NAME@each is NAME@N for each commit of the series but the last, which is NAME.
 * The latest comes first: from one kernel to the next little has to be built.
 */
static bool parse_each_commit(struct line *line, size_t length, struct cells_arg *cells)
{
	const char *each = line->words[0];
	unsigned int commit = count_commits(cells->table);
	char kernel[NAME_SIZE];

	while (commit-- > 1) {
		if ((size_t)snprintf(kernel, sizeof(kernel), "%.*s@%u", (int)length, each,
				     commit) >= sizeof(kernel))
			return complain(line, "name too long", each);
		line->words[0] = kernel;
		if (!parse_one_cell(line, cells))
			return false;
	}
	return true;
}

static bool parse_cell(struct line *line, void *arg)
{
	const char *at;

	split(line);
	if (line->nr_words < 5)
		return complain(line, "want kernel, machine, paging, alloc and first chunk, not",
				line->words[0]);
	at = strchr(line->words[0], '@');
	if (at && !strcmp(at, "@each"))
		return parse_each_commit(line, at - line->words[0], arg);
	return parse_one_cell(line, arg);
}

/**
 * table_read_cells() - read a table of cells
 * @table: has the machines, gets the cells
 * @path: the file
 * @base: the base of the kernels, first part of each cell's name
 *
 * Return: true if every line was understood; else the user has been told.
 */
bool table_read_cells(struct table *table, const char *path, const char *base)
{
	struct cells_arg arg = { .table = table, .base = base };

	return read_lines(path, parse_cell, &arg);
}

/**
 * table_free() - free all machines and cells
 * @table: empty afterwards
 */
void table_free(struct table *table)
{
	size_t i;

	for (i = 0; i < table->nr_machines; i++)
		free(table->machines[i]);
	free(table->machines);
	free(table->cells);
	free(table->changes);
	*table = (struct table){ 0 };
}

/**
 * machine_print() - write a machine as a line of the table
 * @file: where to
 * @machine: the machine
 */
void machine_print(FILE *file, const struct machine *machine)
{
	unsigned int i;

	fprintf(file, "%s %u", machine->name, machine->harts);
	for (i = 0; i < machine->nr_nodes; i++) {
		const struct node *node = &machine->nodes[i];

		if (node->size)
			fprintf(file, " %lluK@%lluK/%u", (unsigned long long)node->size >> 10,
				(unsigned long long)node->start >> 10, node->harts);
		else
			fprintf(file, " 0/%u", node->harts);
	}
	fprintf(file, " ids=");
	for (i = 0; i < machine->harts; i++)
		fprintf(file, "%s%u", i ? "," : "", machine->ids[i]);
	if (machine->boot >= 0)
		fprintf(file, " boot=%d", machine->boot);
	fprintf(file, " possible=%u\n", machine->possible);
}

/**
 * machine_end() - where the memory of all nodes ends
 * @machine: the machine, or what is known of it so far
 *
 * Return: bytes from the start of RAM, 0 if no node has memory.
 */
uint64_t machine_end(const struct machine *machine)
{
	unsigned int i = machine->nr_nodes;

	while (i--)
		if (machine->nodes[i].size)
			return machine->nodes[i].start + machine->nodes[i].size;
	return 0;
}

/**
 * machine_has_memory() - is there memory all the way?
 * @machine: the machine
 * @start: bytes from the start of RAM
 * @end: likewise, the byte after the last one
 *
 * Return: true if no gap lies between; nodes may touch each other.
 */
bool machine_has_memory(const struct machine *machine, uint64_t start, uint64_t end)
{
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++)
		if (machine->nodes[i].start <= start &&
		    start - machine->nodes[i].start < machine->nodes[i].size)
			start = machine->nodes[i].start + machine->nodes[i].size;
	return start >= end;
}

/**
 * machine_has_hart() - is there a hart of that id?
 * @machine: the machine
 * @id: the hart's id
 *
 * Return: true if there is.
 */
bool machine_has_hart(const struct machine *machine, unsigned int id)
{
	unsigned int i;

	for (i = 0; i < machine->harts; i++)
		if (machine->ids[i] == id)
			return true;
	return false;
}

/**
 * machine_node_of_hart() - the node of a hart
 * @machine: the machine
 * @id: the hart's id
 *
 * Return: the node, -1 if the machine has no such hart.
 */
int machine_node_of_hart(const struct machine *machine, unsigned int id)
{
	unsigned int i, node = 0, end = machine->nodes[0].harts;

	for (i = 0; i < machine->harts; i++) {
		while (i >= end && node + 1 < machine->nr_nodes)
			end += machine->nodes[++node].harts;
		if (machine->ids[i] == id)
			return node;
	}
	return -1;
}

static unsigned int limit(unsigned int number, unsigned int max)
{
	return max && max < number ? max : number;
}

/**
 * cell_harts() - number of harts that must be online
 * @cell: the cell
 *
 * Return: those of its machine, unless nr_cpus= or maxcpus= allow fewer.
 */
unsigned int cell_harts(const struct cell *cell)
{
	return limit(limit(cell->machine->harts, cell->nr_cpus), cell->maxcpus);
}

/**
 * cell_possible() - number of CPUs that must be possible
 * @cell: the cell
 *
 * Return: those that the device tree names, unless nr_cpus= allows fewer.
 */
unsigned int cell_possible(const struct cell *cell)
{
	return limit(cell->machine->possible, cell->nr_cpus);
}
