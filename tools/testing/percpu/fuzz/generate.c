// SPDX-License-Identifier: GPL-2.0-only
/*
 * Alternatives are in the order of their simplicity, and a choice is made whether or not
 * it matters for this machine: so a smaller list of choices is a simpler machine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "util.h"

#define KIB		(1ULL << 10)
#define MIB		(1ULL << 20)
#define GIB		(1ULL << 30)

#define MIN_SIZE	(32 * MIB)
#define MIN_FIRST	(128 * MIB)	/* for Image and initramfs */
#define USUAL_SIZE	(160 * MIB)
#define MAX_SIZE	GIB

/* In all. What is not whole 2M is mapped by 4K, which takes QEMU 10 s/G, and all the while
 * the kernel prints nothing.
 */
#define MAX_MEMORY	(2 * GIB)

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
						    (USUAL_SIZE - min) / unit + 1, 25);
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
	unsigned int i, shares[MAX_NODES];
	uint64_t first = 0, last = 0;

	while (machine->nr_nodes < MAX_NODES) {
		choices->block++;
		if (!flag(choices, 80) && machine->nr_nodes)
			break;
		i = machine->nr_nodes++;
		shares[i] = share[choose_usually(choices, ARRAY_SIZE(share), 1, 35)];
		machine->nodes[i] = generate_node(choices, first, last, limit);
		last = machine_end(machine);
		if (!first)
			first = last;
	}
	return deal_harts(machine, shares);
}

/* Makes the first memory larger, to whole 2M, and moves what is above it */
static void grow_first(struct machine *machine)
{
	struct node *node = machine->nodes;
	uint64_t by;

	while (!node->size)
		node++;
	by = 2 * MIB - node->size % (2 * MIB);
	node->size += by;
	while (++node < machine->nodes + machine->nr_nodes)
		if (node->size)
			node->start += by;
}

/* A node with neither memory nor harts would not be named by anything */
static bool fit_memory(struct machine *machine, uint64_t limit)
{
	uint64_t size = 0;
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++)
		if (!machine->nodes[i].size && !machine->nodes[i].harts)
			return false;
	if (!machine_end(machine))
		return false;
	while (!machine_holds_boot_files(machine))
		grow_first(machine);
	for (i = 0; i < machine->nr_nodes; i++)
		size += machine->nodes[i].size;
	return size <= MAX_MEMORY && machine_end(machine) <= limit + MAX_SIZE;
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
	choices->next = 0;
	choices->block = 0;
	generate_cell(choices, cell);
	generate_harts(choices, machine);
	generate_limits(choices, machine, cell);
	limit = strcmp(cell->paging, "sv39") ? OTHER_END : SV39_END;
	ok = generate_nodes(choices, machine, limit);
	choices->nr = choices->next;
	choices->random = false;
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
