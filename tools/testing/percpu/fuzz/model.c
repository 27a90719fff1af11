// SPDX-License-Identifier: GPL-2.0-only
/*
 * A second opinion on the first chunk. It knows the rule and the machine, not the
 * kernel's code nor what a guest said: embed unless the units would lie further
 * apart than 3/4 of the vmalloc space, then page.
 *
 * How far apart is not known to the byte. The units of a node are at the top of
 * its memory (memblock allocates downwards) but below what was allocated before
 * them, of which only a bound is known:
 *
 *   node  |<------------------------- memory ------------------------->|
 *         |                |<-area->|   at the lowest                  |
 *         |                         |<----------- before ------------->|
 *         |                                    at the highest |<-area->|
 */
#include <string.h>

#include "model.h"
#include "util.h"

#define KIB		(1ULL << 10)
#define MIB		(1ULL << 20)
#define GIB		(1ULL << 30)

/* A unit: PCPU_MIN_UNIT_SIZE, include/linux/percpu.h; 64K measured, so 256K will do */
#define MIN_UNIT	(32 * KIB)
#define MAX_UNIT	(256 * KIB)

/* struct page for each page of a section, SECTION_SIZE_BITS and sparse_init_nid() */
#define SECTION		(128 * MIB)
#define SECTION_MAP	(2 * MIB)

/* pg_data_t, sections' roots and use maps, maybe the device tree, and what alignment loses */
#define NODE_SMALL	(8 * MIB)

/* Image with its bss; with more CPUs than OpenSBI bears machine.c puts all files below */
#define IMAGE_END	(32 * MIB)
#define FILES_END	(96 * MIB)
#define FIRMWARE_CPUS	64

/* QEMU loads the initramfs half way up, 512 MiB at most, above the start of the Image */
#define MAX_INITRD_START	(512 * MIB)
#define INITRD		(34 * MIB)

/* From anywhere, so from the top: 16M for mem_section (memory_present()), the device
 * tree and its copy (unflatten_device_tree()), and what is too small to be named
 */
#define COMMON_SMALL	(32 * MIB)

/* Page tables of the linear mapping if all of it has small pages, setup_vm_final() */
#define TABLES(size)	((size) / 512)

/* The CPUs of each node and what is known of their memory */
struct plan {
	const struct machine *machine;
	unsigned int cpus[MAX_NODES];
	uint64_t common;
};

/* Where something begins, and is that known to be where it belongs? */
struct place {
	uint64_t low;
	uint64_t high;
	bool at_home;
};

static uint64_t end_of(const struct node *node)
{
	return node->start + node->size;
}

/* CPUs that QEMU does not have go on the nodes in turn, see add_cpu() */
static unsigned int node_of_cpu(const struct machine *machine, unsigned int index)
{
	unsigned int node = 0, end = machine->nodes[0].harts;

	if (index >= machine->harts)
		return (machine->ids[machine->harts - 1] + 1 + index - machine->harts) %
		       machine->nr_nodes;
	while (index >= end)
		end += machine->nodes[++node].harts;
	return node;
}

static unsigned int least(unsigned int number, unsigned int limit)
{
	return limit && limit < number ? limit : number;
}

/* CPU 0 is the hart that boots, the others follow in the order of the device tree until
 * nr_cpus= of them are there: setup_smp(), arch/riscv/kernel/smpboot.c. With numa=off all
 * are on node 0: early_map_cpu_to_node(), arch_numa.c.
 */
static void count_cpus(struct plan *plan, const struct cell *cell, unsigned int boot)
{
	const struct machine *machine = cell->machine;
	unsigned int left = least(machine->possible, cell->nr_cpus) - 1;
	unsigned int i;

	*plan = (struct plan){ .machine = machine };
	plan->cpus[cell->numa_off ? 0 : node_of_cpu(machine, boot)]++;
	for (i = 0; left; i++) {
		if (i == boot)
			continue;
		plan->cpus[cell->numa_off ? 0 : node_of_cpu(machine, i)]++;
		left--;
	}
}

static void count_memory(struct plan *plan)
{
	uint64_t memory = 0;
	unsigned int i;

	plan->common = COMMON_SMALL;
	for (i = 0; i < plan->machine->nr_nodes; i++) {
		memory += plan->machine->nodes[i].size;
		/* Units, and a map, that find no room at home come from the top as well */
		plan->common += plan->cpus[i] * MAX_UNIT + SECTION_MAP;
	}
	plan->common += TABLES(memory);
}

static const struct node *top_node(const struct machine *machine)
{
	const struct node *top = NULL;
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++)
		if (machine->nodes[i].size)
			top = &machine->nodes[i];
	return top;
}

static bool is_only_memory(const struct machine *machine, const struct node *node)
{
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++)
		if (machine->nodes[i].size && &machine->nodes[i] != node)
			return false;
	return true;
}

/* What is in a node's memory before its units are, at most */
static uint64_t size_before(const struct plan *plan, const struct node *node)
{
	uint64_t size = NODE_SMALL + (node->size / SECTION + 2) * SECTION_MAP;
	uint64_t half = end_of(top_node(plan->machine)) / 2;
	uint64_t initrd = half < MAX_INITRD_START ? half : MAX_INITRD_START;
	uint64_t files = plan->machine->possible > FIRMWARE_CPUS ? FILES_END : IMAGE_END;
	uint64_t above = 0;
	unsigned int i;

	if (node->start < files)
		size += files;
	if (node->start < initrd + INITRD && end_of(node) > initrd)
		size += INITRD;
	for (i = 0; i < plan->machine->nr_nodes; i++)
		if (plan->machine->nodes[i].start > node->start)
			above += plan->machine->nodes[i].size;
	/* Higher memory takes what may come from anywhere, if there is enough of it */
	return above < 2 * plan->common ? size + plan->common : size;
}

/* A node that has no memory gets it from the top of all memory, and one that has not
 * enough from who knows where: memblock_alloc_range_nid() tries all nodes at once.
 */
static struct place place_units(const struct plan *plan, unsigned int group)
{
	const struct node *top = top_node(plan->machine);
	const struct node *node = &plan->machine->nodes[group];
	uint64_t area = plan->cpus[group] * MAX_UNIT;
	bool without_memory = !node->size;
	uint64_t before;

	if (without_memory)
		node = top;
	before = size_before(plan, node);
	if (node->size < before + area)
		return (struct place){
			.high = end_of(top),
			.at_home = without_memory || is_only_memory(plan->machine, node),
		};
	return (struct place){
		.low = end_of(node) - before - area,
		.high = end_of(node) - plan->cpus[group] * MIN_UNIT,
		.at_home = true,
	};
}

/* As pcpu_embed_first_chunk() means it: from the lowest area to the end of the highest */
static void measure(const struct plan *plan, struct model *model)
{
	uint64_t lowest = UINT64_MAX, lowest_high = UINT64_MAX, highest_low = 0, highest = 0;
	unsigned int i, groups = 0, cpus = 0;
	struct place place;

	model->units_at_home = true;
	for (i = 0; i < plan->machine->nr_nodes; i++) {
		if (!plan->cpus[i])
			continue;
		groups++;
		cpus += plan->cpus[i];
		place = place_units(plan, i);
		model->units_at_home &= place.at_home;
		lowest = place.low < lowest ? place.low : lowest;
		lowest_high = place.high < lowest_high ? place.high : lowest_high;
		highest_low = place.low > highest_low ? place.low : highest_low;
		if (place.high + plan->cpus[i] * MAX_UNIT > highest)
			highest = place.high + plan->cpus[i] * MAX_UNIT;
	}
	model->min_distance = MIN_UNIT;
	if (groups > 1 && highest_low > lowest_high)
		model->min_distance += highest_low - lowest_high;
	model->max_distance = groups > 1 ? highest - lowest : cpus * MAX_UNIT;
}

/* Half of the address space is the kernel's, half of that for linear mapping and vmalloc:
 * KERN_VIRT_SIZE and VMALLOC_SIZE, arch/riscv/include/asm/page.h and pgtable.h
 */
static uint64_t vmalloc_size(const char *paging)
{
	if (!strcmp(paging, "sv39"))
		return 1ULL << (39 - 3);
	return 1ULL << (!strcmp(paging, "sv48") ? 48 - 3 : 57 - 3);
}

static const char *choose_chunk(const struct cell *cell, const struct model *model)
{
	uint64_t limit = vmalloc_size(cell->paging) / 4 * 3;

	/* Asked for embed, it falls back just the same: setup_per_cpu_areas(), arch_numa.c */
	if (!strcmp(cell->alloc, "page") || model->min_distance > limit)
		return "page";
	return model->max_distance <= limit ? "embed" : NULL;
}

static struct model model_boot(const struct cell *cell, unsigned int boot)
{
	struct model model = {
		.possible = least(cell->machine->possible, cell->nr_cpus),
		.online = least(least(cell->machine->harts, cell->nr_cpus), cell->maxcpus),
	};
	struct plan plan;

	count_cpus(&plan, cell, boot);
	count_memory(&plan);
	measure(&plan, &model);
	model.chunk = choose_chunk(cell, &model);
	return model;
}

/* What is true whichever of two harts boots */
static void join(struct model *model, const struct model *other)
{
	if (model->chunk && (!other->chunk || strcmp(model->chunk, other->chunk)))
		model->chunk = NULL;
	if (other->min_distance < model->min_distance)
		model->min_distance = other->min_distance;
	if (other->max_distance > model->max_distance)
		model->max_distance = other->max_distance;
	model->units_at_home &= other->units_at_home;
}

/**
 * model_cell() - tell what a cell must come to
 * @cell: the cell and its machine; what it expects itself is not looked at
 *
 * The distance has two bounds. Is the limit between them, or does the result
 * depend on which hart boots, then the chunk is left open.
 *
 * Return: what must be true of it.
 */
struct model model_cell(const struct cell *cell)
{
	const struct machine *machine = cell->machine;
	struct model model, other;
	unsigned int i, first = 0;

	while (machine->boot >= 0 && machine->ids[first] != (unsigned int)machine->boot)
		first++;
	model = model_boot(cell, first);
	for (i = 0; machine->boot < 0 && i < machine->harts; i++) {
		other = model_boot(cell, i);
		join(&model, &other);
	}
	return model;
}
