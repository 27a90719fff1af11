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

#define MAX_WORDS	16
#define MAX_SIZE	0x100000	/* in M or G: no sum of sizes overflows */

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

static void split(struct line *line, unsigned int max_words)
{
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
	if (!isdigit((unsigned char)*word))
		return false;
	*size = strtoull(word, end, 10);
	if (*size > MAX_SIZE)
		return false;
	switch (**end) {
	case 'G':
		*size <<= 10;
		/* fall through */
	case 'M':
		*size <<= 20;
		(*end)++;
		return true;
	default:
		return false;
	}
}

static bool parse_node(const char *word, struct machine *machine)
{
	struct node *node = &machine->nodes[machine->nr_nodes];
	struct node *last = machine->nr_nodes ? node - 1 : NULL;
	char *end;

	node->start = last ? last->start + last->size : 0;
	if (!parse_size(word, &end, &node->size) || !node->size)
		return false;
	if (*end == '@' && !parse_size(end + 1, &end, &node->start))
		return false;
	if (*end || (last && node->start < last->start + last->size) || (!last && node->start))
		return false;
	machine->nr_nodes++;
	return true;
}

static bool copy_word(char *dst, size_t size, const char *word)
{
	return (size_t)snprintf(dst, size, "%s", word) < size;
}

static const struct machine *find_machine(const struct table *table, const char *name)
{
	size_t i;

	for (i = 0; i < table->nr_machines; i++)
		if (!strcmp(table->machines[i].name, name))
			return &table->machines[i];
	return NULL;
}

static bool parse_machine(struct line *line, void *arg)
{
	struct table *table = arg;
	struct machine machine = { 0 };
	unsigned long harts;
	unsigned int i;
	char *end;

	split(line, MAX_WORDS);
	if (line->nr_words < 3 || line->nr_words > 2 + MAX_NODES)
		return complain(line, "want a name, harts and the memory of 1 to 8 nodes, not",
				line->words[0]);
	if (!copy_word(machine.name, sizeof(machine.name), line->words[0]))
		return complain(line, "name too long", line->words[0]);
	if (find_machine(table, machine.name))
		return complain(line, "second machine of that name", machine.name);
	harts = strtoul(line->words[1], &end, 10);
	if (*end || harts < line->nr_words - 2 || harts > 512)
		return complain(line, "not a number of harts from one per node to 512",
				line->words[1]);
	machine.harts = harts;
	for (i = 2; i < line->nr_words; i++)
		if (!parse_node(line->words[i], &machine))
			return complain(line, "not SIZE[@OFFSET] in M or G after the node before",
					line->words[i]);

	table->machines = xrealloc(table->machines,
				   (table->nr_machines + 1) * sizeof(machine));
	table->machines[table->nr_machines++] = machine;
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

static bool parse_control(struct line *line, struct cell *cell)
{
	regex_t regex;

	if (line->nr_words == 5)
		return true;
	if (line->nr_words != 8 || strcmp(line->words[5], "fails"))
		return complain(line, "want \"fails VERDICT CONSOLE\", not", line->words[5]);
	cell->fails = verdict_from_name(line->words[6]);
	if (cell->fails == NR_VERDICTS || cell->fails == VERDICT_PASS ||
	    cell->fails == VERDICT_HARNESS)
		return complain(line, "not a verdict that a control can have", line->words[6]);
	if (!copy_word(cell->console, sizeof(cell->console), line->words[7]) ||
	    regcomp(&regex, cell->console, REG_EXTENDED | REG_NOSUB))
		return complain(line, "not an extended regular expression", line->words[7]);
	regfree(&regex);
	return true;
}

static bool parse_cell(struct line *line, void *arg)
{
	static const char * const pagings[] = { "sv39", "sv48", "sv57", NULL };
	static const char * const allocs[] = { "-", "embed", "page", NULL };
	static const char * const chunks[] = { "embed", "page", NULL };
	struct cells_arg *cells = arg;
	struct table *table = cells->table;
	struct cell cell = { .fails = VERDICT_PASS };
	size_t i;

	split(line, 8);
	if (line->nr_words < 5)
		return complain(line, "want kernel, machine, paging, alloc and first chunk, not",
				line->words[0]);
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
	if (!parse_control(line, &cell))
		return false;
	strcpy(cell.paging, line->words[2]);
	strcpy(cell.alloc, *line->words[3] == '-' ? "" : line->words[3]);
	strcpy(cell.chunk, line->words[4]);
	if ((size_t)snprintf(cell.name, sizeof(cell.name), "%s.%s.%s.%s.%s", cells->base,
			     cell.kernel, *cell.alloc ? cell.alloc : "auto", cell.paging,
			     cell.machine->name) >= sizeof(cell.name))
		return complain(line, "name too long", cells->base);
	for (i = 0; i < table->nr_cells; i++)
		if (!strcmp(table->cells[i].name, cell.name))
			return complain(line, "second cell of that name", cell.name);

	table->cells = xrealloc(table->cells, (table->nr_cells + 1) * sizeof(cell));
	table->cells[table->nr_cells++] = cell;
	return true;
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
	free(table->machines);
	free(table->cells);
	*table = (struct table){ 0 };
}

/**
 * machine_first_hart() - the first hart of a node
 * @machine: the machine
 * @node: the node, or the number of nodes
 *
 * Return: the hart; the number of harts for the node after the last.
 */
unsigned int machine_first_hart(const struct machine *machine, unsigned int node)
{
	return (uint64_t)node * machine->harts / machine->nr_nodes;
}

/**
 * machine_node_of_hart() - the node of a hart
 * @machine: the machine
 * @hart: the hart
 *
 * Return: the node.
 */
unsigned int machine_node_of_hart(const struct machine *machine, unsigned int hart)
{
	unsigned int node = 0;

	while (machine_first_hart(machine, node + 1) <= hart)
		node++;
	return node;
}
