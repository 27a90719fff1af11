// SPDX-License-Identifier: GPL-2.0-only
/*
 * Alternatives are in the order of their simplicity, and a choice is made whether or not
 * it matters for this machine: so a smaller list of choices is a simpler machine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generate.h"
#include "model.h"
#include "util.h"

#define KIB		(1ULL << 10)
#define MIB		(1ULL << 20)
#define GIB		(1ULL << 30)

#define MIN_SIZE	(32 * MIB)
#define MIN_FIRST	(128 * MIB)	/* Image, initramfs, and the kernel lives there at first */
#define USUAL_SIZE	(160 * MIB)
#define MAX_SIZE	GIB		/* of struct page of it 1/64 is written at boot */

/* OpenSBI starts 64 harts of ids below 128, whatever else the device tree names */
#define MAX_STARTED	64
#define MAX_POSSIBLE	128
#define MAX_HOLES	3
#define MAX_HOLE	8

/* Linear mapping of sv39: KERN_VIRT_SIZE - 4G, setup_vm() in arch/riscv/mm/init.c, 124G. What
 * is generated ends below 120G, and then the first node may grow by 1G.
 */
#define SV39_END	(120 * GIB)
#define OTHER_END	(400 * GIB)

/* 3/4 of the vmalloc space of sv39 */
#define SV39_LIMIT	(48 * GIB)

static unsigned int below(struct choices *choices, unsigned int end)
{
	return choose(choices, end, 0, end);
}

static bool flag(struct choices *choices, unsigned int percent)
{
	return choose_usually(choices, 2, 1, percent);
}

static void generate_cell(struct choices *choices, struct cell *cell)
{
	static const char * const pagings[] = { "sv39", "sv48", "sv57" };
	static const char * const allocs[] = { "", "embed", "page" };

	strcpy(cell->kernel, FUZZ_KERNEL);
	strcpy(cell->paging, pagings[below(choices, ARRAY_SIZE(pagings))]);
	strcpy(cell->alloc, allocs[choose_usually(choices, ARRAY_SIZE(allocs), 1, 40)]);
	strcpy(cell->tests, "facts,first_chunk,pinned");
	cell->numa_off = flag(choices, 8);
}

/* Ascending, with holes before some */
static void generate_ids(struct choices *choices, struct machine *machine)
{
	unsigned int i, hart, hole, holes = 0, room = MAX_STARTED - machine->harts;

	for (i = 0; i < MAX_HOLES; i++) {
		hart = below(choices, machine->harts);
		hole = choose_usually(choices, (room < MAX_HOLE ? room : MAX_HOLE) + 1, 1, 12);
		room -= hole;
		machine->ids[hart] += hole;
	}
	for (i = 0; i < machine->harts; i++) {
		holes += machine->ids[i];
		machine->ids[i] = i + holes;
	}
}

static void generate_harts(struct choices *choices, struct machine *machine)
{
	unsigned int boot;

	machine->harts = 1 + choose_usually(choices, MAX_STARTED, 12, 4);
	generate_ids(choices, machine);
	boot = choose_usually(choices, machine->harts + 1, 1, 30);
	machine->boot = boot ? (int)machine->ids[boot - 1] : -1;
}

/* CPUs that are possible but absent must not be started */
static void generate_limits(struct choices *choices, struct machine *machine, struct cell *cell)
{
	bool absent = flag(choices, 15);
	unsigned int nr_absent = 1 + choose_usually(choices, MAX_POSSIBLE - machine->harts, 8, 50);
	bool limited = flag(choices, 10);
	unsigned int offline = choose_usually(choices, machine->harts, 1, 40);

	machine->possible = machine->harts + (absent ? nr_absent : 0);
	if (absent || limited)
		cell->maxcpus = machine->harts - offline;
	cell->nr_cpus = choose_usually(choices, machine->possible + 3, 1, 10);
}

/* Bytes from @last, where memory ends, to the next node, which is too far away from @limit on */
static uint64_t generate_gap(struct choices *choices, uint64_t unit, uint64_t last,
			     uint64_t limit)
{
	enum { ADJACENT, NEAR, FAR, ANYWHERE, AT_LIMIT, NR_PLACES };
	unsigned int low = 0, high = 1, end = SV39_END / unit;

	/* This only says which gaps are likely: what is recorded is the gap itself */
	switch (choose_usually(choices, NR_PLACES, 1, 60)) {
	case NEAR:
		high = 64 * MIB / unit;
		break;
	case FAR:
		high = 16 * GIB / unit;
		break;
	case ANYWHERE:
		high = end;
		break;
	case AT_LIMIT:
		if (limit < last + 512 * MIB)
			break;
		low = (limit - last - 512 * MIB) / unit;
		high = low + GIB / unit;
		break;
	}
	return choose(choices, end, low, high) * unit;
}

/* Some sizes are round, for some the linear mapping needs small pages. @first and @last are
 * the ends of the memory before.
 */
static struct node generate_node(struct choices *choices, uint64_t first, uint64_t last,
				 uint64_t limit)
{
	static const uint64_t units[] = { MIN_SIZE, 2 * MIB, 64 * KIB, 4 * KIB };
	bool without_memory = flag(choices, 12);
	uint64_t unit = units[choose_usually(choices, ARRAY_SIZE(units), 1, 60)];
	uint64_t min = last ? MIN_SIZE : MIN_FIRST;
	uint64_t size = min + unit * choose_usually(choices, (MAX_SIZE - min) / unit + 1,
						    (USUAL_SIZE - min) / unit + 1, 50);
	uint64_t gap = generate_gap(choices, unit, last, first + SV39_LIMIT - size);

	if (without_memory)
		return (struct node){ 0 };
	if (last + gap + size > limit)
		gap = limit > last + size ? limit - last - size : 0;
	if (!last)
		gap = 0;
	return (struct node){ .start = last + gap, .size = size };
}

/* By the shares of the nodes; false if none has any */
static bool deal_harts(struct machine *machine, const unsigned int *shares)
{
	unsigned int i, before = 0, sum = 0;

	for (i = 0; i < machine->nr_nodes; i++)
		sum += shares[i];
	for (i = 0; sum && i < machine->nr_nodes; i++) {
		machine->nodes[i].harts = (before + shares[i]) * machine->harts / sum -
					  before * machine->harts / sum;
		before += shares[i];
	}
	return sum;
}

/* The last choices, as their number depends on them */
static bool generate_nodes(struct choices *choices, struct machine *machine, uint64_t limit)
{
	static const unsigned int share[] = { 1, 0, 2, 5 };
	unsigned int shares[MAX_NODES];
	uint64_t first = 0, last = 0;

	while (machine->nr_nodes < MAX_NODES) {
		choices_next_block(choices);
		if (!flag(choices, 80) && machine->nr_nodes)
			break;
		shares[machine->nr_nodes] = share[choose_usually(choices, ARRAY_SIZE(share), 1, 35)];
		machine->nodes[machine->nr_nodes++] = generate_node(choices, first, last, limit);
		last = machine_end(machine);
		if (!first)
			first = last;
	}
	return deal_harts(machine, shares);
}

/* QEMU puts the initramfs half way up and the device tree below the end, hw/riscv/boot.c */
static bool holds_boot_files(const struct machine *machine)
{
	uint64_t end = machine_end(machine);
	uint64_t initrd = end / 2 < 512 * MIB ? end / 2 : 512 * MIB;
	uint64_t fdt = end < GIB ? end : GIB;

	return machine_has_memory(machine, initrd, initrd + 16 * MIB) &&
	       machine_has_memory(machine, fdt - 4 * MIB, fdt);
}

/* Makes the first memory larger and moves what is above it */
static void grow_first(struct machine *machine, uint64_t by)
{
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++) {
		if (machine->nodes[i].size && !machine->nodes[i].start)
			machine->nodes[i].size += by;
		else if (machine->nodes[i].size)
			machine->nodes[i].start += by;
	}
}

/* A node with neither memory nor harts would not be named by anything */
static bool fit_memory(struct machine *machine, uint64_t limit)
{
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++)
		if (!machine->nodes[i].size && !machine->nodes[i].harts)
			return false;
	if (!machine_end(machine))
		return false;
	while (!holds_boot_files(machine))
		grow_first(machine, 2 * MIB);
	return machine_end(machine) <= limit + MAX_SIZE;
}

/**
 * generate() - make a machine and its cell of choices
 * @sample: has the choices and the name, gets the rest; it must not be moved afterwards
 *
 * Return: true if it can boot and the model knows what must be true of it.
 */
bool generate(struct sample *sample)
{
	struct choices *choices = &sample->choices;
	struct machine *machine = &sample->machine;
	struct cell *cell = &sample->cell;
	struct model model;
	uint64_t limit;
	bool ok;

	*machine = (struct machine){ 0 };
	*cell = (struct cell){ .machine = machine };
	strcpy(machine->name, sample->name);
	choices_begin(choices);
	generate_cell(choices, cell);
	generate_harts(choices, machine);
	generate_limits(choices, machine, cell);
	limit = strcmp(cell->paging, "sv39") ? OTHER_END : SV39_END;
	ok = generate_nodes(choices, machine, limit);
	choices_end(choices);
	if (!ok || !fit_memory(machine, limit))
		return false;
	model = model_cell(cell);
	strcpy(cell->chunk, model.chunk ? model.chunk : "");
	cell->units_anywhere = !model.units_at_home;
	return model.chunk;
}

/**
 * generate_random() - make a random machine and its cell
 * @sample: gets them; the machine is named "seed<seed>-<number>"
 * @seed: chooses the machines
 * @number: which of them
 *
 * It is the same on every host. What cannot boot, or what the model does not know the
 * outcome of, is left out.
 */
void generate_random(struct sample *sample, uint64_t seed, unsigned int number)
{
	snprintf(sample->name, sizeof(sample->name), "seed%llu-%u", (unsigned long long)seed,
		 number);
	choices_seed(&sample->choices, seed, number);
	while (!generate(sample))
		sample->choices.random = true;
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

static void deal_evenly(struct machine *machine)
{
	unsigned int i, harts = machine->harts, nr = machine->nr_nodes;

	for (i = 0; i < nr; i++)
		machine->nodes[i].harts = (i + 1) * harts / nr - i * harts / nr;
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
 * sample_machine_line() - the line of a table of machines
 * @sample: the machine
 *
 * Return: the line without a newline, owned by the caller.
 */
char *sample_machine_line(const struct sample *sample)
{
	const struct machine *machine = &sample->machine;
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
 * sample_cell_line() - the line of a table of cells
 * @sample: the cell, with what it must come to
 *
 * Return: the line without a newline, owned by the caller.
 */
char *sample_cell_line(const struct sample *sample)
{
	const struct cell *cell = &sample->cell;
	char *text = NULL;
	size_t size;
	FILE *line = open_memstream(&text, &size);

	fprintf(line, "%s %s %s %s %s", cell->kernel, sample->machine.name, cell->paging,
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
