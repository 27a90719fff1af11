// SPDX-License-Identifier: GPL-2.0-only
/* The rows of tables/machines, and what can be said of a machine without booting it. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "util.h"

#define MAX_SIZE	(1ULL << 48)	/* no sum of sizes overflows */
#define PAGE_SIZE	4096

/* Where QEMU puts what, from the start of RAM, and how large that may be */
#define INITRD_LIMIT	(512ULL << 20)
#define INITRD_ROOM	(16ULL << 20)
#define FDT_LIMIT	(1ULL << 30)
#define FDT_ROOM	(4ULL << 20)

/* A node whose harts the row does not give gets them in deal_harts() */
#define HARTS_UNKNOWN	(MAX_HARTS + 1)

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

/* Evenly to the nodes, in order */
void machine_deal_harts(struct machine *machine)
{
	unsigned int i, nr = machine->nr_nodes;

	for (i = 0; i < nr; i++)
		machine->nodes[i].harts = (i + 1) * machine->harts / nr -
					  i * machine->harts / nr;
}

static bool deal_harts(const struct row *row, struct machine *machine)
{
	unsigned int i, known = 0, sum = 0;

	for (i = 0; i < machine->nr_nodes; i++) {
		if (machine->nodes[i].harts == HARTS_UNKNOWN)
			continue;
		known++;
		sum += machine->nodes[i].harts;
	}
	if (!known)
		machine_deal_harts(machine);
	return !known || (known == machine->nr_nodes && sum == machine->harts) ||
	       row_error(row, "the harts of its nodes are not those of", machine->name);
}

static bool has_id(const unsigned int *ids, unsigned int nr, unsigned int id)
{
	while (nr--)
		if (ids[nr] == id)
			return true;
	return false;
}

/* A list as in "0,2,5-7", in the order of the nodes and their harts */
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
		if (last < first)
			return false;
		for (; first <= last; first++) {
			if (has_id(machine->ids, nr, first))
				return false;
			machine->ids[nr++] = first;
		}
		list = end + 1;
	} while (*end == ',');
	return !*end && nr == machine->harts;
}

static bool parse_machine_option(const struct row *row, const char *word,
				 struct machine *machine)
{
	static const char wanted[] = "not ids=LIST, boot=ID or possible=NUMBER";
	const char *value = strchr(word, '=') + 1;
	unsigned int number = 0;
	char *end;

	if (!strncmp(word, "ids=", 4))
		return parse_ids(value, machine) ||
		       row_error(row, "not a list of as many different hart ids as harts", word);
	if (!parse_number(value, &end, MAX_HARTS, &number) || *end)
		return row_error(row, wanted, word);
	if (!strncmp(word, "boot=", 5)) {
		machine->boot = number;
		return true;
	}
	if (strncmp(word, "possible=", 9))
		return row_error(row, wanted, word);
	machine->possible = number;
	return number >= machine->harts || row_error(row, "fewer than the harts", word);
}

/* Is there memory all the way? Nodes may touch each other. */
static bool has_memory(const struct machine *machine, uint64_t start, uint64_t end)
{
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++)
		if (machine->nodes[i].start <= start &&
		    start - machine->nodes[i].start < machine->nodes[i].size)
			start = machine->nodes[i].start + machine->nodes[i].size;
	return start >= end;
}

/*
 * Is there memory where QEMU puts initramfs and device tree? It looks at the whole of RAM,
 * without gaps, see riscv_load_initrd() and riscv_compute_fdt_addr().
 */
bool machine_holds_boot_files(const struct machine *machine)
{
	uint64_t end = machine_end(machine);
	uint64_t initrd = end / 2 < INITRD_LIMIT ? end / 2 : INITRD_LIMIT;
	uint64_t fdt = end < FDT_LIMIT ? end : FDT_LIMIT;

	return has_memory(machine, initrd, initrd + INITRD_ROOM) &&
	       has_memory(machine, fdt - FDT_ROOM, fdt);
}

/* After the harts: first the nodes, then the options */
static bool parse_nodes(const struct row *row, struct machine *machine)
{
	unsigned int i;

	for (i = 2; i < row->nr_words && !strchr(row->words[i], '='); i++) {
		if (machine->nr_nodes == MAX_NODES)
			return row_error(row, "more than 8 nodes", machine->name);
		if (!parse_node(row->words[i], machine))
			return row_error(row,
					"not SIZE[@OFFSET][/HARTS], as 512M@2G, above the node before",
					row->words[i]);
	}
	if (!machine_end(machine))
		return row_error(row, "no node with memory", machine->name);
	if (!machine_holds_boot_files(machine))
		return row_error(row,
				"a gap where QEMU puts the initramfs (at half of RAM or 512M) or the device tree (below its end or 1G)",
				machine->name);
	if (!deal_harts(row, machine))
		return false;
	for (; i < row->nr_words; i++) {
		if (!strchr(row->words[i], '='))
			return row_error(row, "a node after an option", row->words[i]);
		if (!parse_machine_option(row, row->words[i], machine))
			return false;
	}
	return machine->boot < 0 || machine_has_hart(machine, machine->boot) ||
	       row_error(row, "boot= is not the id of a hart of", machine->name);
}

bool machine_parse(const struct row *row, struct machine *machine)
{
	unsigned int i;
	char *end;

	*machine = (struct machine){ .boot = -1 };
	if (row->nr_words < 3)
		return row_error(row, "want a name, harts and the memory of 1 to 8 nodes, not",
				 row->words[0]);
	if (!copy_word(machine->name, sizeof(machine->name), row->words[0]))
		return row_error(row, "name too long", row->words[0]);
	if (!parse_number(row->words[1], &end, MAX_HARTS, &machine->harts) || *end ||
	    !machine->harts)
		return row_error(row, "not a number of harts from 1 to 512", row->words[1]);
	machine->possible = machine->harts;
	for (i = 0; i < machine->harts; i++)
		machine->ids[i] = i;
	return parse_nodes(row, machine);
}

static void print_size(FILE *file, uint64_t size)
{
	static const char units[] = "GMK";
	unsigned int i = 0, shift = 30;

	while (size & ((1ULL << shift) - 1)) {
		shift -= 10;
		i++;
	}
	fprintf(file, "%llu%c", (unsigned long long)size >> shift, units[i]);
}

static void print_nodes(FILE *file, const struct machine *machine)
{
	struct machine even = *machine;
	uint64_t end = 0;
	bool dealt = false;
	unsigned int i;

	machine_deal_harts(&even);
	for (i = 0; i < machine->nr_nodes; i++)
		dealt |= machine->nodes[i].harts != even.nodes[i].harts;
	for (i = 0; i < machine->nr_nodes; i++) {
		const struct node *node = &machine->nodes[i];

		fputc(' ', file);
		if (node->size)
			print_size(file, node->size);
		else
			fputc('0', file);
		if (node->size && node->start != end) {
			fputc('@', file);
			print_size(file, node->start);
		}
		if (dealt)
			fprintf(file, "/%u", node->harts);
		if (node->size)
			end = node->start + node->size;
	}
}

/* As a row of the table, and no more than it needs */
void machine_print(FILE *file, const struct machine *machine)
{
	bool given = false;
	unsigned int i;

	for (i = 0; i < machine->harts; i++)
		given |= machine->ids[i] != i;

	fprintf(file, "%s %u", machine->name, machine->harts);
	print_nodes(file, machine);
	for (i = 0; given && i < machine->harts; i++)
		fprintf(file, "%s%u", i ? "," : " ids=", machine->ids[i]);
	if (machine->boot >= 0)
		fprintf(file, " boot=%d", machine->boot);
	if (machine->possible > machine->harts)
		fprintf(file, " possible=%u", machine->possible);
	fputc('\n', file);
}

uint64_t machine_end(const struct machine *machine)
{
	unsigned int i = machine->nr_nodes;

	while (i--)
		if (machine->nodes[i].size)
			return machine->nodes[i].start + machine->nodes[i].size;
	return 0;
}

bool machine_has_hart(const struct machine *machine, unsigned int id)
{
	return has_id(machine->ids, machine->harts, id);
}

unsigned int machine_last_id(const struct machine *machine)
{
	unsigned int i, last = 0;

	for (i = 0; i < machine->harts; i++)
		if (machine->ids[i] > last)
			last = machine->ids[i];
	return last;
}

/* -1 if the machine has no such hart */
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
