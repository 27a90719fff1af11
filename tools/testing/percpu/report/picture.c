// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory map runs from left to right, a column for each node. Nodes are drawn
 * alike wide and gaps narrow, because a true scale would leave nothing to see of
 * 1 GiB that is 96 GiB away. Units of one node mostly lie within less than a pixel
 * of each other, so each is also a box with its CPU's number, by address.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "element.h"
#include "picture.h"
#include "text.h"
#include "util.h"

#define RAM_START	0x80000000ULL	/* of QEMU's virt machine */

#define MARGIN		8
#define LABELS		60	/* width of the words on the left */
#define GAP		66	/* width of a gap between nodes */
#define NO_GAP		10
#define CHIP		34	/* width of a hart or unit, with the space around */
#define ROW		20	/* its height likewise */
#define BAR		26	/* height of a node's memory */
#define MAP_WIDTH	1080	/* of what lies side by side, at the most */
#define PER_LINE	4	/* nodes side by side */

/* What is drawn on where. The place after the last node is for units in no node. */
struct picture {
	xmlNode *svg;
	const struct machine *machine;
	const struct result *result;
	const struct units *units;
	unsigned int places;	/* nodes, and one more if there are units in no node */
	unsigned int column;	/* width of a place */
	unsigned int per_row;	/* boxes side by side in it */
	unsigned int width;
	unsigned int x[MAX_NODES + 1];
	unsigned int first_hart[MAX_NODES];
	unsigned int first;	/* the places of the line that is drawn, */
	unsigned int end;	/* and the one after */
};

/* Looks up "CPU:VALUE" in a list of such pairs, -1 if it is not there */
static long lookup(const char *pairs, unsigned int cpu)
{
	unsigned int key;
	long value;
	int len;

	while (pairs && sscanf(pairs, " %u:%ld%n", &key, &value, &len) == 2) {
		if (key == cpu)
			return value;
		pairs += len;
	}
	return -1;
}

static int node_of_address(const struct machine *machine, uint64_t address)
{
	unsigned int i;

	/* What lies before a node is, unsigned, far behind it */
	for (i = 0; i < machine->nr_nodes; i++)
		if (address - RAM_START - machine->nodes[i].start < machine->nodes[i].size)
			return i;
	return NOWHERE;
}

/* A node without memory must take its units from another */
static bool is_astray(const struct cell *cell, const struct unit *unit)
{
	const struct machine *machine = cell->machine;

	if (unit->lies_in == NOWHERE)
		return true;
	if (cell->units_anywhere || cell->numa_off || unit->node < 0)
		return false;
	if (unit->node < machine->nr_nodes && !machine->nodes[unit->node].size)
		return false;
	return unit->lies_in != unit->node;
}

static int by_address(const void *a, const void *b)
{
	const struct unit *first = a, *second = b;

	return (first->address > second->address) - (first->address < second->address);
}

/**
 * units_find() - read from the facts where the units lie
 * @units: gets them, to be freed with units_free()
 * @result: the result of a cell
 */
void units_find(struct units *units, const struct result *result)
{
	const char *pairs = ktap_fact(&result->tests, 0, "cpu_unit");
	const char *harts = ktap_fact(&result->tests, 0, "cpu_hart");
	const char *nodes = ktap_fact(&result->tests, 0, "cpu_node");
	struct unit unit;
	int len;

	*units = (struct units){ 0 };
	while (pairs && sscanf(pairs, " %u:%" SCNx64 "%n", &unit.cpu, &unit.address, &len) == 2) {
		unit.hart = lookup(harts, unit.cpu);
		unit.node = lookup(nodes, unit.cpu);
		unit.lies_in = node_of_address(result->cell->machine, unit.address);
		unit.astray = is_astray(result->cell, &unit);
		units->astray += unit.astray;
		units->units = xrealloc(units->units, (units->nr + 1) * sizeof(unit));
		units->units[units->nr++] = unit;
		pairs += len;
	}
	if (units->nr)
		qsort(units->units, units->nr, sizeof(unit), by_address);
}

/**
 * units_free() - free what units_find() found
 * @units: empty afterwards
 */
void units_free(struct units *units)
{
	free(units->units);
	*units = (struct units){ 0 };
}

/* Memory between a node and the memory before it; a node without memory has none */
static uint64_t gap_before(const struct machine *machine, unsigned int node)
{
	uint64_t end = 0;
	unsigned int i;

	for (i = 0; i < node; i++)
		if (machine->nodes[i].size)
			end = machine->nodes[i].start + machine->nodes[i].size;
	return machine->nodes[node].size ? machine->nodes[node].start - end : 0;
}

/* Width of what is between a place and the one before */
static unsigned int space_before(const struct machine *machine, unsigned int place)
{
	if (place == machine->nr_nodes || gap_before(machine, place))
		return GAP;
	return place ? NO_GAP : 0;
}

static void place_nodes(struct picture *picture)
{
	unsigned int x = 0, i;

	for (i = 0; i < picture->places; i++) {
		if (i % PER_LINE == 0)
			x = MARGIN + LABELS;
		x += space_before(picture->machine, i);
		picture->x[i] = x;
		x += picture->column;
		if (x + MARGIN > picture->width)
			picture->width = x + MARGIN;
	}
}

static void lay_out(struct picture *picture)
{
	const struct machine *machine = picture->machine;
	unsigned int side_by_side, i;

	picture->places = machine->nr_nodes;
	for (i = 0; i < picture->units->nr; i++)
		if (picture->units->units[i].lies_in == NOWHERE)
			picture->places = machine->nr_nodes + 1;
	side_by_side = picture->places < PER_LINE ? picture->places : PER_LINE;
	picture->column = (MAP_WIDTH - LABELS) / side_by_side - GAP;
	picture->per_row = (picture->column - 12) / CHIP;
	for (i = 1; i < machine->nr_nodes; i++)
		picture->first_hart[i] = picture->first_hart[i - 1] + machine->nodes[i - 1].harts;
	place_nodes(picture);
}

static xmlNode *rect(xmlNode *parent, const char *class, unsigned int x, unsigned int y,
		     unsigned int width, unsigned int height)
{
	xmlNode *node = element(parent, "rect", class, NULL);

	set_attribute(node, "x", "%u", x);
	set_attribute(node, "y", "%u", y);
	set_attribute(node, "width", "%u", width);
	set_attribute(node, "height", "%u", height);
	return node;
}

static void text(xmlNode *parent, const char *class, unsigned int x, unsigned int y,
		 const char *what)
{
	xmlNode *node = element(parent, "text", class, what);

	set_attribute(node, "x", "%u", x);
	set_attribute(node, "y", "%u", y);
}

/* The @i-th box of a place; takes over @label and @title */
static void chip(const struct picture *picture, unsigned int place, unsigned int i,
		 unsigned int y, const char *class, char *label, char *title)
{
	unsigned int x = picture->x[place] + 6 + i % picture->per_row * CHIP;
	xmlNode *group = element(picture->svg, "g", class, NULL);

	y += i / picture->per_row * ROW;
	element(group, "title", NULL, title);
	rect(group, NULL, x + 1, y + 1, CHIP - 3, ROW - 3);
	text(group, "chip", x + CHIP / 2, y + 14, label);
	free(label);
	free(title);
}

static unsigned int rows(const struct picture *picture, unsigned int chips)
{
	return (chips + picture->per_row - 1) / picture->per_row;
}

/* The CPU that runs on a hart, -1 if none does or the guest stated nothing */
static long cpu_of_hart(const char *pairs, unsigned int id)
{
	unsigned int cpu;
	long hart;
	int len;

	while (pairs && sscanf(pairs, " %u:%ld%n", &cpu, &hart, &len) == 2) {
		if (hart == id)
			return cpu;
		pairs += len;
	}
	return -1;
}

static void draw_hart(const struct picture *picture, unsigned int node, unsigned int i,
		      unsigned int y, unsigned int id)
{
	const char *stated = ktap_fact(&picture->result->tests, 0, "cpu_hart");
	long cpu = cpu_of_hart(stated, id);

	if (cpu >= 0)
		chip(picture, node, i, y, "hart", xasprintf("%u", id),
		     xasprintf("hart %u is CPU %ld", id, cpu));
	else
		chip(picture, node, i, y, stated ? "hart off" : "hart", xasprintf("%u", id),
		     xasprintf("hart %u%s", id, stated ? ": not online" : ""));
}

static unsigned int draw_harts(const struct picture *picture, unsigned int y)
{
	const struct machine *machine = picture->machine;
	unsigned int place, i, most = 0;

	text(picture->svg, "label", MARGIN, y + 14, "harts");
	for (place = picture->first; place < picture->end; place++) {
		unsigned int harts = place < machine->nr_nodes ? machine->nodes[place].harts : 0;

		for (i = 0; i < harts && picture->first_hart[place] + i < machine->harts; i++)
			draw_hart(picture, place, i, y,
				  machine->ids[picture->first_hart[place] + i]);
		if (i > most)
			most = i;
	}
	return y + rows(picture, most) * ROW + 8;
}

static void draw_head(const struct picture *picture, unsigned int place, unsigned int y)
{
	const struct machine *machine = picture->machine;
	uint64_t size = place < machine->nr_nodes ? machine->nodes[place].size : 0;
	char *amount = text_size(size), *what;

	if (size)
		what = xasprintf("node %u: %s", place, amount);
	else if (place < machine->nr_nodes)
		what = xasprintf("node %u: no memory", place);
	else
		what = xasprintf("in no node");
	text(picture->svg, "node", picture->x[place] + 6, y + 16, what);
	free(what);
	free(amount);
}

static unsigned int draw_heads(const struct picture *picture, unsigned int y)
{
	unsigned int place;

	for (place = picture->first; place < picture->end; place++)
		draw_head(picture, place, y);
	return y + 26;
}

static void draw_ticks(const struct picture *picture, unsigned int column, unsigned int y)
{
	const struct node *node = &picture->machine->nodes[column];
	unsigned int width = picture->column - 8;
	size_t i;

	for (i = 0; i < picture->units->nr; i++) {
		const struct unit *unit = &picture->units->units[i];
		uint64_t offset = unit->address - RAM_START - node->start;

		if (unit->lies_in == (int)column)
			rect(picture->svg, unit->astray ? "tick astray" : "tick",
			     picture->x[column] + 3 + (double)offset / node->size * width, y - 3, 2,
			     BAR + 6);
	}
}

static void draw_gap(const struct picture *picture, unsigned int column, unsigned int y)
{
	uint64_t gap = gap_before(picture->machine, column);
	unsigned int x = picture->x[column] - GAP;
	char *size = text_size(gap);
	xmlNode *line;

	if (gap) {
		line = element(picture->svg, "path", "gap", NULL);
		set_attribute(line, "d", "M%u %ul5 -5l5 10l5 -10l5 10l5 -10l5 10l5 -10l5 10l5 -5",
			      x + 10, y + BAR / 2);
		text(picture->svg, "size", x + GAP / 2, y + BAR + 14, size);
	}
	free(size);
}

static void draw_addresses(const struct picture *picture, unsigned int column, unsigned int y)
{
	const struct node *node = &picture->machine->nodes[column];
	char *first = xasprintf("0x%" PRIx64, (uint64_t)(RAM_START + node->start));
	char *last = xasprintf("0x%" PRIx64, (uint64_t)(RAM_START + node->start + node->size - 1));

	text(picture->svg, "address", picture->x[column] + 4, y, first);
	text(picture->svg, "address last", picture->x[column] + picture->column - 4, y + 13, last);
	free(first);
	free(last);
}

static unsigned int draw_memory(const struct picture *picture, unsigned int y)
{
	unsigned int i;

	text(picture->svg, "label", MARGIN, y + 17, "memory");
	for (i = picture->first; i < picture->end && i < picture->machine->nr_nodes; i++) {
		draw_gap(picture, i, y);
		if (!picture->machine->nodes[i].size)
			continue;
		rect(picture->svg, "memory", picture->x[i], y, picture->column, BAR);
		draw_ticks(picture, i, y);
		draw_addresses(picture, i, y + BAR + 14);
	}
	return y + BAR + 36;
}

static void draw_unit(const struct picture *picture, unsigned int place, unsigned int i,
		      unsigned int y, const struct unit *unit)
{
	char *title = unit->node < 0 ?
		xasprintf("unit of CPU %u at 0x%" PRIx64, unit->cpu, unit->address) :
		xasprintf("unit of CPU %u of node %ld at 0x%" PRIx64 "%s", unit->cpu, unit->node,
			  unit->address, unit->astray ? ": not in its node's memory" : "");

	chip(picture, place, i, y, unit->astray ? "unit astray" : "unit",
	     xasprintf("%s%u", unit->astray ? "!" : "", unit->cpu), title);
}

static unsigned int draw_units(const struct picture *picture, unsigned int y)
{
	unsigned int count[MAX_NODES + 1] = { 0 }, most = 0, place;
	size_t i;

	text(picture->svg, "label", MARGIN, y + 14, "units");
	for (i = 0; i < picture->units->nr; i++) {
		const struct unit *unit = &picture->units->units[i];

		place = unit->lies_in == NOWHERE ? picture->machine->nr_nodes :
						   (unsigned int)unit->lies_in;
		if (place < picture->first || place >= picture->end)
			continue;
		draw_unit(picture, place, count[place]++, y, unit);
		if (count[place] > most)
			most = count[place];
	}
	if (!picture->units->nr)
		text(picture->svg, "none", picture->x[picture->first] + 6, y + 14,
		     "not stated by the guest");
	return y + (most ? rows(picture, most) : 1) * ROW + 12;
}

/* For those who cannot see it */
static void describe(const struct picture *picture)
{
	const struct machine *machine = picture->machine;
	const struct units *units = picture->units;

	elementf(picture->svg, "title", NULL, "Machine %s", machine->name);
	elementf(picture->svg, "desc", NULL,
		 "%u harts on %u nodes. %zu units stated, %zu of them not in the memory of the node of their CPU. The table below says the same.",
		 machine->harts, machine->nr_nodes, units->nr, units->astray);
}

/**
 * picture_draw() - draw the machine of a cell
 * @parent: the element that gets the picture
 * @result: the result of a cell
 * @units: where its units lie
 */
void picture_draw(xmlNodePtr parent, const struct result *result, const struct units *units)
{
	struct picture picture = {
		.svg = element(parent, "svg", NULL, NULL),
		.machine = result->cell->machine,
		.result = result,
		.units = units,
	};
	unsigned int y = 4;

	lay_out(&picture);
	set_attribute(picture.svg, "role", "img");
	describe(&picture);
	for (; picture.first < picture.places; picture.first = picture.end) {
		picture.end = picture.first + PER_LINE;
		if (picture.end > picture.places)
			picture.end = picture.places;
		y = draw_heads(&picture, y);
		y = draw_harts(&picture, y);
		y = draw_memory(&picture, y);
		y = draw_units(&picture, y);
	}
	set_attribute(picture.svg, "width", "%u", picture.width);
	set_attribute(picture.svg, "height", "%u", y);
	set_attribute(picture.svg, "viewBox", "0 0 %u %u", picture.width, y);
}
