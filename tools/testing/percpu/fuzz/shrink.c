// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tries what makes a failing machine simpler, one thing at a time and the largest
 * steps first, keeps what still fails, and is done when nothing does any more.
 */
#include <stdlib.h>
#include <string.h>

#include "shrink.h"
#include "util.h"

#define MIB		(1ULL << 20)
#define GIB		(1ULL << 30)
#define SMALLEST	(32 * MIB)
#define SMALLEST_FIRST	(128 * MIB)

/* Without the last hart of a node */
static void drop_hart(struct drawn *drawn, unsigned int node)
{
	struct machine *machine = &drawn->machine;
	unsigned int i, index = 0, id;

	for (i = 0; i <= node; i++)
		index += machine->nodes[i].harts;
	id = machine->ids[--index];
	machine->nodes[node].harts--;
	machine->harts--;
	machine->possible--;
	memmove(&machine->ids[index], &machine->ids[index + 1],
		(machine->harts - index) * sizeof(machine->ids[0]));
	if (machine->boot == (int)id)
		machine->boot = machine->ids[index ? index - 1 : 0];
	if (drawn->cell.maxcpus > machine->harts)
		drawn->cell.maxcpus = machine->harts;
}

static void cut_harts(struct drawn *drawn, unsigned int harts)
{
	unsigned int node = drawn->machine.nr_nodes - 1;

	while (drawn->machine.harts > harts) {
		if (drawn->machine.nodes[node].harts)
			drop_hart(drawn, node);
		else
			node--;
	}
}

/* Of all nodes, and in the second round of one */
static bool fewer_harts(struct drawn *drawn, unsigned int which)
{
	unsigned int harts = drawn->machine.harts;
	const unsigned int wanted[] = { 1, (harts + 1) / 2, harts - 1 };

	if (which >= 2 * ARRAY_SIZE(wanted) + drawn->machine.nr_nodes)
		return false;
	if (harts == 1)
		return true;
	if (which >= 2 * ARRAY_SIZE(wanted)) {
		which -= 2 * ARRAY_SIZE(wanted);
		if (drawn->machine.nodes[which].harts)
			drop_hart(drawn, which);
		return true;
	}
	cut_harts(drawn, wanted[which / 2]);
	if (which % 2)
		deal_evenly(&drawn->machine);
	return true;
}

static bool even_harts(struct drawn *drawn, unsigned int which)
{
	deal_evenly(&drawn->machine);
	return !which;
}

/* Moves the memory from a node on */
static void move_down(struct machine *machine, unsigned int from, uint64_t by)
{
	unsigned int i;

	for (i = from; i < machine->nr_nodes; i++)
		if (machine->nodes[i].size)
			machine->nodes[i].start -= by;
}

/* The kernel is at the start of RAM */
static void start_at_zero(struct machine *machine)
{
	unsigned int i = 0;

	while (i < machine->nr_nodes && !machine->nodes[i].size)
		i++;
	if (i < machine->nr_nodes)
		move_down(machine, i, machine->nodes[i].start);
}

static struct node *memory_below(struct machine *machine, unsigned int node)
{
	while (node--)
		if (machine->nodes[node].size)
			return &machine->nodes[node];
	return NULL;
}

static void drop_node(struct machine *machine, unsigned int node)
{
	unsigned int nr = machine->nr_nodes--;

	machine->nodes[node ? node - 1 : 1].harts += machine->nodes[node].harts;
	memmove(&machine->nodes[node], &machine->nodes[node + 1],
		(nr - node - 1) * sizeof(machine->nodes[0]));
	machine->nodes[nr - 1] = (struct node){ 0 };
	start_at_zero(machine);
}

/* A node goes, and its harts to a neighbour; or they go with it; or its memory goes to a
 * neighbour as well
 */
static bool fewer_nodes(struct drawn *drawn, unsigned int which)
{
	struct machine *machine = &drawn->machine;
	unsigned int node = which / 3;
	struct node *below;

	if (node >= machine->nr_nodes)
		return false;
	if (machine->nr_nodes == 1)
		return true;
	below = memory_below(machine, node);
	if (which % 3 == 1)
		while (machine->harts > 1 && machine->nodes[node].harts)
			drop_hart(drawn, node);
	else if (which % 3 == 2 && below && machine->nodes[node].size)
		below->size = machine->nodes[node].start + machine->nodes[node].size -
			      below->start;
	drop_node(machine, node);
	return true;
}

static uint64_t end_below(const struct machine *machine, unsigned int node)
{
	uint64_t end = 0;
	unsigned int i;

	for (i = 0; i < node; i++)
		if (machine->nodes[i].size)
			end = machine->nodes[i].start + machine->nodes[i].size;
	return end;
}

/* Not smaller but plainer: memory for a node that has none */
static bool memory_for_all(struct drawn *drawn, unsigned int which)
{
	struct machine *machine = &drawn->machine;
	uint64_t start, size;

	if (which >= machine->nr_nodes)
		return false;
	if (machine->nodes[which].size)
		return true;
	start = end_below(machine, which);
	size = start ? SMALLEST : SMALLEST_FIRST;
	move_down(machine, which + 1, -size);
	machine->nodes[which].start = start;
	machine->nodes[which].size = size;
	return true;
}

/* None, or one before the last hart */
static bool fewer_holes(struct drawn *drawn, unsigned int which)
{
	struct machine *machine = &drawn->machine;
	unsigned int i, id;

	if (machine->ids[machine->harts - 1] <= machine->harts - 1 + which)
		return which < 2;
	for (i = 0; i < machine->harts; i++) {
		id = i + (which && i == machine->harts - 1);
		if (machine->boot == (int)machine->ids[i])
			machine->boot = id;
		machine->ids[i] = id;
	}
	return which < 2;
}

static bool any_boot(struct drawn *drawn, unsigned int which)
{
	drawn->machine.boot = -1;
	return !which;
}

static bool fewer_possible(struct drawn *drawn, unsigned int which)
{
	unsigned int harts = drawn->machine.harts, absent = drawn->machine.possible - harts;
	const unsigned int wanted[] = { 0, absent / 2, absent - !!absent };

	if (which >= ARRAY_SIZE(wanted))
		return false;
	drawn->machine.possible = harts + wanted[which];
	return true;
}

static uint64_t gap_before(const struct machine *machine, unsigned int node)
{
	const struct node *above = &machine->nodes[node];

	return above->size ? above->start - end_below(machine, node) : 0;
}

/* Rounding a gap up is the one thing that makes something larger, and it happens once */
static bool fewer_gaps(struct drawn *drawn, unsigned int which)
{
	struct machine *machine = &drawn->machine;
	uint64_t gap, wanted[5];
	unsigned int node = which / ARRAY_SIZE(wanted);

	if (node >= machine->nr_nodes)
		return false;
	gap = gap_before(machine, node);
	wanted[0] = 0;
	wanted[1] = gap / 2 / GIB * GIB;
	wanted[2] = gap < GIB ? gap : gap - GIB;
	wanted[3] = gap / GIB * GIB;
	wanted[4] = (gap + GIB - 1) / GIB * GIB;
	move_down(machine, node, gap - wanted[which % ARRAY_SIZE(wanted)]);
	return true;
}

/* The gaps stay as they are */
static void resize(struct machine *machine, unsigned int node, uint64_t size)
{
	uint64_t by = machine->nodes[node].size - size;

	machine->nodes[node].size = size;
	move_down(machine, node + 1, by);
}

static bool round_sizes(struct drawn *drawn, unsigned int which)
{
	struct machine *machine = &drawn->machine;
	uint64_t size;

	if (which >= machine->nr_nodes)
		return false;
	size = machine->nodes[which].size;
	if (size > SMALLEST)
		resize(machine, which, size - size % SMALLEST);
	return true;
}

static bool smaller_sizes(struct drawn *drawn, unsigned int which)
{
	struct machine *machine = &drawn->machine;
	/* From 32M to 2G */
	unsigned int node = which / 7;
	uint64_t size = SMALLEST << which % 7;

	if (node >= machine->nr_nodes)
		return false;
	if (size < machine->nodes[node].size)
		resize(machine, node, size);
	return true;
}

static bool plain_cell(struct drawn *drawn, unsigned int which)
{
	struct cell *cell = &drawn->cell;

	switch (which) {
	case 0:
		strcpy(cell->paging, "sv39");
		return true;
	case 1:
		*cell->alloc = '\0';
		return true;
	case 2:
		cell->nr_cpus = 0;
		return true;
	case 3:
		cell->maxcpus = 0;
		return true;
	case 4:
		cell->numa_off = false;
		return true;
	default:
		return false;
	}
}

/* Frees both */
static bool is_same_line(char *a, char *b)
{
	bool same = !strcmp(a, b);

	free(a);
	free(b);
	return same;
}

static bool is_same(const struct drawn *a, const struct drawn *b)
{
	return is_same_line(drawn_machine_line(a), drawn_machine_line(b)) &&
	       is_same_line(drawn_cell_line(a), drawn_cell_line(b));
}

/**
 * shrink() - find the smallest machine that still fails
 * @drawn: a machine that fails, and its cell; replaced by the smallest one
 * @fails: does this one fail in the same way?
 * @arg: for @fails
 *
 * What each variant must come to is computed anew. One whose outcome is open or
 * that cannot boot is left out.
 */
void shrink(struct drawn *drawn, bool (*fails)(const struct drawn *variant, void *arg), void *arg)
{
	/* Each change of a step makes something smaller or rounder, so this ends */
	static bool (*const steps[])(struct drawn *drawn, unsigned int which) = {
		fewer_harts, fewer_nodes, memory_for_all, even_harts, fewer_holes, any_boot,
		fewer_possible, fewer_gaps, round_sizes, smaller_sizes, plain_cell,
	};
	unsigned int step = 0, which = 0;
	bool smaller = false;
	struct drawn variant;

	while (step < ARRAY_SIZE(steps)) {
		variant = *drawn;
		if (!steps[step](&variant, which++)) {
			step++;
			which = 0;
		} else if (drawn_expect(&variant) && !is_same(drawn, &variant) &&
			   fails(&variant, arg)) {
			*drawn = variant;
			smaller = true;
			which = 0;
		}
		/* What a later step took away may let an earlier one go on */
		if (step == ARRAY_SIZE(steps) && smaller) {
			step = 0;
			smaller = false;
		}
	}
}
