// SPDX-License-Identifier: GPL-2.0-only
/*
 * Number K of a seed is the same machine everywhere, and does not depend on the
 * numbers before it. A draw whose outcome nobody can foretell, or that could not
 * boot for reasons of its own, is drawn again from the same sequence.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"
#include "model.h"
#include "util.h"

#define KIB		(1ULL << 10)
#define MIB		(1ULL << 20)
#define GIB		(1ULL << 30)

#define MIN_SIZE	(32 * MIB)
#define MIN_FIRST	(128 * MIB)	/* Image, initramfs, and the kernel lives there at first */
#define MAX_SIZE	GIB		/* of struct page of it 1/64 is written at boot */

/* Where QEMU puts things in RAM, hw/riscv/boot.c: riscv_load_initrd() half way up, 512 MiB
 * at most; riscv_compute_fdt_addr() below the end (measured: 10.0.2), which for the tables
 * is 1 GiB at most, see holds_boot_files() in table.c
 */
#define MAX_INITRD_START	(512 * MIB)
#define MAX_FDT_END	GIB
#define INITRD_ROOM	(34 * MIB)	/* from half way up: the Image is loaded at 2 MiB */
#define FDT_ROOM	(4 * MIB)

/* OpenSBI starts 64 harts of ids below 128, whatever else the device tree names */
#define MAX_DRAWN_ID	63
#define MAX_POSSIBLE	128

/* Linear mapping of sv39: KERN_VIRT_SIZE - 4G, setup_vm() in arch/riscv/mm/init.c, 124G */
#define SV39_END	(120 * GIB)
#define OTHER_END	(400 * GIB)

/* 3/4 of the vmalloc space of sv39 */
#define SV39_LIMIT	(48 * GIB)

/**
 * rng_next() - the next number of a sequence
 * @rng: the sequence
 *
 * splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA
 * 2014, with the constants of Vigna's public domain splitmix64.c.
 *
 * Return: any 64 bits.
 */
uint64_t rng_next(struct rng *rng)
{
	uint64_t z = rng->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/**
 * rng_below() - a number from a range
 * @rng: the sequence
 * @end: the first number that is too large, not 0
 *
 * Return: a number from 0 to @end - 1, each as likely as any other but for 1 in 2^32.
 */
unsigned int rng_below(struct rng *rng, unsigned int end)
{
	return (rng_next(rng) >> 32) * end >> 32;
}

static bool percent(struct rng *rng, unsigned int chance)
{
	return rng_below(rng, 100) < chance;
}

static unsigned int draw_harts(struct rng *rng)
{
	unsigned int kind = rng_below(rng, 100);

	if (kind < 75)
		return 1 + rng_below(rng, 8);
	return kind < 97 ? 9 + rng_below(rng, 8) : 17 + rng_below(rng, 48);
}

static unsigned int draw_nr_nodes(struct rng *rng)
{
	unsigned int kind = rng_below(rng, 100);

	if (kind < 10)
		return 1;
	return kind < 60 ? 2 + rng_below(rng, 3) : 5 + rng_below(rng, 4);
}

/* Ascending, with holes in some machines */
static void draw_ids(struct rng *rng, struct machine *machine)
{
	unsigned int holes = percent(rng, 25) ? MAX_DRAWN_ID + 1 - machine->harts : 0;
	unsigned int i, skip, id = 0;

	for (i = 0; i < machine->harts; i++) {
		skip = holes && percent(rng, 40) ? 1 + rng_below(rng, holes < 3 ? holes : 3) : 0;
		holes -= skip;
		id += skip;
		machine->ids[i] = id++;
	}
}

/**
 * deal_evenly() - deal out the harts as a table does that does not say
 * @machine: its nodes get their harts
 */
void deal_evenly(struct machine *machine)
{
	unsigned int i, harts = machine->harts, nr = machine->nr_nodes;

	for (i = 0; i < nr; i++)
		machine->nodes[i].harts = (i + 1) * harts / nr - i * harts / nr;
}

static void draw_harts_of_nodes(struct rng *rng, struct machine *machine)
{
	unsigned int i;

	deal_evenly(machine);
	if (percent(rng, 50))
		return;
	for (i = 0; i < machine->nr_nodes; i++)
		machine->nodes[i].harts = 0;
	for (i = 0; i < machine->harts; i++)
		machine->nodes[rng_below(rng, machine->nr_nodes)].harts++;
}

/* Some round, some that the linear mapping needs small pages for */
static uint64_t draw_unit(struct rng *rng)
{
	static const uint64_t units[] = { 32 * MIB, 32 * MIB, 2 * MIB, 64 * KIB, 4 * KIB };

	return units[rng_below(rng, ARRAY_SIZE(units))];
}

static uint64_t draw_size(struct rng *rng, uint64_t min)
{
	static const uint64_t most[] = { 160 * MIB, 320 * MIB, MAX_SIZE };
	uint64_t unit = draw_unit(rng), max = most[rng_below(rng, ARRAY_SIZE(most))];

	return min + rng_below(rng, (max - min) / unit + 1) * unit;
}

/* Where the memory of a node begins: @first and @last are the ends of those before it */
static uint64_t draw_start(struct rng *rng, uint64_t size, uint64_t first, uint64_t last)
{
	unsigned int kind = rng_below(rng, 100);
	uint64_t unit = draw_unit(rng);
	uint64_t start = last;

	if (kind < 20)
		start = last + rng_below(rng, 64 * MIB / unit) * unit;
	else if (kind < 35)
		start = last + rng_below(rng, 16 * GIB / unit) * unit;
	else if (kind < 50)
		start = first + SV39_LIMIT - 512 * MIB + rng_below(rng, GIB / unit) * unit - size;
	else if (kind < 60)
		start = last + rng_below(rng, 120 * GIB / unit) * unit;
	return start < last ? last : start;
}

static uint64_t end_limit(const struct cell *cell)
{
	return !strcmp(cell->paging, "sv39") ? SV39_END : OTHER_END;
}

static const struct node *first_memory(const struct machine *machine)
{
	const struct node *node = machine->nodes;

	while (!node->size)
		node++;
	return node;
}

static bool holds_boot_files(const struct machine *machine)
{
	uint64_t end = machine_end(machine);
	uint64_t initrd = end / 2 < MAX_INITRD_START ? end / 2 : MAX_INITRD_START;
	uint64_t fdt = end < MAX_FDT_END ? end : MAX_FDT_END;

	return machine_has_memory(machine, initrd, initrd + INITRD_ROOM) &&
	       machine_has_memory(machine, fdt - FDT_ROOM, fdt);
}

/* Makes the first memory larger and moves what is above it */
static void grow_first(struct machine *machine, uint64_t by)
{
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++) {
		if (machine->nodes[i].size && !machine->nodes[i].start)
			machine->nodes[i].size += by;
		else if (machine->nodes[i].start)
			machine->nodes[i].start += by;
	}
}

static void draw_memory(struct rng *rng, struct machine *machine, uint64_t limit)
{
	uint64_t first = 0, last = 0;
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++) {
		struct node *node = &machine->nodes[i];

		/* Without memory and harts nothing would name it */
		if (node->harts && (last || i + 1 < machine->nr_nodes) && percent(rng, 12))
			continue;
		node->size = draw_size(rng, last ? MIN_SIZE : MIN_FIRST);
		node->start = last ? draw_start(rng, node->size, first, last) : 0;
		if (node->start + node->size > limit)
			node->start = last;
		last = node->start + node->size;
		if (!first)
			first = last;
	}
	while (!holds_boot_files(machine))
		grow_first(machine, 2 * MIB);
}

/* CPUs that are possible and not there must not be started */
static void draw_possible(struct rng *rng, struct drawn *drawn)
{
	struct machine *machine = &drawn->machine;
	unsigned int most = percent(rng, 50) ? 8 : MAX_POSSIBLE - machine->harts;

	machine->possible = machine->harts;
	if (!percent(rng, 15))
		return;
	machine->possible += 1 + rng_below(rng, most);
	drawn->cell.maxcpus = percent(rng, 70) ? machine->harts :
						 1 + rng_below(rng, machine->harts);
}

static void draw_cell(struct rng *rng, struct cell *cell)
{
	static const char * const pagings[] = { "sv39", "sv48", "sv57" };
	static const char * const allocs[] = { "", "", "", "embed", "page" };

	strcpy(cell->kernel, DRAW_KERNEL);
	strcpy(cell->paging, pagings[rng_below(rng, ARRAY_SIZE(pagings))]);
	strcpy(cell->alloc, allocs[rng_below(rng, ARRAY_SIZE(allocs))]);
	strcpy(cell->tests, "facts,first_chunk,pinned");
	cell->numa_off = percent(rng, 8);
}

static void draw_limits(struct rng *rng, struct drawn *drawn)
{
	if (percent(rng, 10))
		drawn->cell.nr_cpus = 1 + rng_below(rng, drawn->machine.possible + 2);
	if (!drawn->cell.maxcpus && percent(rng, 10))
		drawn->cell.maxcpus = 1 + rng_below(rng, drawn->machine.harts);
}

static void draw_once(struct rng *rng, struct drawn *drawn)
{
	struct machine *machine = &drawn->machine;

	*drawn = (struct drawn){ .machine.boot = -1 };
	draw_cell(rng, &drawn->cell);
	machine->harts = draw_harts(rng);
	machine->nr_nodes = draw_nr_nodes(rng);
	draw_ids(rng, machine);
	if (percent(rng, 30))
		machine->boot = machine->ids[rng_below(rng, machine->harts)];
	draw_possible(rng, drawn);
	draw_limits(rng, drawn);
	draw_harts_of_nodes(rng, machine);
	draw_memory(rng, machine, end_limit(&drawn->cell));
}

/**
 * draw() - draw a machine and its cell
 * @drawn: gets them; the machine is named "seed<seed>-<number>"
 * @seed: chooses the machines
 * @number: which of them
 */
void draw(struct drawn *drawn, uint64_t seed, unsigned int number)
{
	struct rng rng = { .state = seed };

	rng.state = rng_next(&rng) + number;
	/* Not the neighbour's sequence, one step behind */
	rng.state = rng_next(&rng);
	do
		draw_once(&rng, drawn);
	while (!drawn_expect(drawn));
	snprintf(drawn->machine.name, sizeof(drawn->machine.name), "seed%llu-%u",
		 (unsigned long long)seed, number);
}

/* Can it be built at all, and does the firmware find a kernel with its initramfs? */
static bool machine_can_boot(const struct machine *machine)
{
	unsigned int i, without_memory = 0;

	for (i = 0; i < machine->nr_nodes; i++) {
		if (!machine->nodes[i].size && !machine->nodes[i].harts)
			return false;
		without_memory += !machine->nodes[i].size;
	}
	return without_memory < machine->nr_nodes && !first_memory(machine)->start &&
	       first_memory(machine)->size >= MIN_FIRST && holds_boot_files(machine) &&
	       (machine->boot < 0 || machine_has_hart(machine, machine->boot));
}

/* Would the kernel wait for CPUs that are not there, or for memory that it cannot map? */
static bool cell_can_boot(const struct cell *cell)
{
	const struct machine *machine = cell->machine;
	bool all_there = cell_possible(cell) <= machine->harts;

	return (all_there || (cell->maxcpus && cell->maxcpus <= machine->harts)) &&
	       machine_end(machine) <= end_limit(cell);
}

/**
 * drawn_expect() - set what a cell must come to
 * @drawn: the machine and the cell
 *
 * Return: true if it can boot and its description tells what it must come to.
 */
bool drawn_expect(struct drawn *drawn)
{
	struct cell cell = drawn_cell(drawn);
	struct model model;

	if (!machine_can_boot(&drawn->machine) || !cell_can_boot(&cell))
		return false;
	model = model_cell(&cell);
	if (!model.chunk)
		return false;
	strcpy(drawn->cell.chunk, model.chunk);
	drawn->cell.units_anywhere = !model.units_at_home;
	return true;
}

/**
 * drawn_cell() - the cell with its machine
 * @drawn: both
 *
 * Return: the cell; it points into @drawn.
 */
struct cell drawn_cell(const struct drawn *drawn)
{
	struct cell cell = drawn->cell;

	cell.machine = &drawn->machine;
	return cell;
}

static void print_size(FILE *line, uint64_t size)
{
	if (size % MIB)
		fprintf(line, "%lluK", (unsigned long long)(size / KIB));
	else if (size % GIB)
		fprintf(line, "%lluM", (unsigned long long)(size / MIB));
	else
		fprintf(line, "%lluG", (unsigned long long)(size / GIB));
}

static bool is_dealt_evenly(const struct machine *machine)
{
	struct machine even = *machine;
	unsigned int i;

	deal_evenly(&even);
	for (i = 0; i < machine->nr_nodes; i++)
		if (machine->nodes[i].harts != even.nodes[i].harts)
			return false;
	return true;
}

static void print_nodes(FILE *line, const struct machine *machine)
{
	bool even = is_dealt_evenly(machine);
	uint64_t last = 0;
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++) {
		const struct node *node = &machine->nodes[i];

		fputc(' ', line);
		if (node->size)
			print_size(line, node->size);
		else
			fputc('0', line);
		if (node->size && node->start != last) {
			fputc('@', line);
			print_size(line, node->start);
		}
		if (!even)
			fprintf(line, "/%u", node->harts);
		if (node->size)
			last = node->start + node->size;
	}
}

static bool has_holes(const struct machine *machine)
{
	return machine->ids[machine->harts - 1] != machine->harts - 1;
}

/**
 * drawn_machine_line() - the line of a table of machines
 * @drawn: the machine
 *
 * Return: the line without a newline, owned by the caller.
 */
char *drawn_machine_line(const struct drawn *drawn)
{
	const struct machine *machine = &drawn->machine;
	char *text = NULL;
	size_t size;
	FILE *line = open_memstream(&text, &size);
	unsigned int i;

	fprintf(line, "%s %u", machine->name, machine->harts);
	print_nodes(line, machine);
	for (i = 0; has_holes(machine) && i < machine->harts; i++)
		fprintf(line, "%s%u", i ? "," : " ids=", machine->ids[i]);
	if (machine->boot >= 0)
		fprintf(line, " boot=%d", machine->boot);
	if (machine->possible > machine->harts)
		fprintf(line, " possible=%u", machine->possible);
	fclose(line);
	return text;
}

static void print_tests(FILE *line, const char *tests)
{
	fputs(" tests=", line);
	for (; *tests; tests++)
		fputc(*tests == ',' ? '+' : *tests, line);
}

/**
 * drawn_cell_line() - the line of a table of cells
 * @drawn: the cell, with what it must come to
 *
 * Return: the line without a newline, owned by the caller.
 */
char *drawn_cell_line(const struct drawn *drawn)
{
	const struct cell *cell = &drawn->cell;
	char *text = NULL;
	size_t size;
	FILE *line = open_memstream(&text, &size);

	fprintf(line, "%s %s %s %s %s", cell->kernel, drawn->machine.name, cell->paging,
		*cell->alloc ? cell->alloc : "-", cell->chunk);
	if (cell->nr_cpus)
		fprintf(line, " nr_cpus=%u", cell->nr_cpus);
	if (cell->maxcpus)
		fprintf(line, " maxcpus=%u", cell->maxcpus);
	if (cell->numa_off)
		fputs(" numa=off", line);
	if (cell->units_anywhere)
		fputs(" units=any", line);
	print_tests(line, cell->tests);
	fclose(line);
	return text;
}
