// SPDX-License-Identifier: GPL-2.0-only
/*
 * A second opinion on the first chunk, from the allocator's rule and the machine, neither
 * from the kernel's code nor from what the guest states: embed unless the units would lie
 * further apart than 3/4 of the vmalloc space, then page.
 *
 * The distance is not known to the byte. The units of a node are at the top of its memory
 * (memblock allocates downwards) but below what was allocated before them, of which only a
 * bound is known:
 *
 *   node  |<------------------------- memory ------------------------->|
 *         |                |<-area->|   at the lowest                  |
 *         |                         |<----------- before ------------->|
 *         |                                    at the highest |<-area->|
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "util.h"

#define KIB		(1ULL << 10)
#define MIB		(1ULL << 20)

/* A unit: PCPU_MIN_UNIT_SIZE, include/linux/percpu.h; 64K measured, so 256K is enough */
#define MIN_UNIT	(32 * KIB)
#define MAX_UNIT	(256 * KIB)

/* struct page for each page of a section, SECTION_SIZE_BITS and sparse_init_nid() */
#define SECTION		(128 * MIB)
#define SECTION_MAP	(2 * MIB)

/* pg_data_t, sections' roots and use maps, maybe the device tree, and what alignment loses */
#define NODE_SMALL	(8 * MIB)

/* Image with its bss; with more CPUs than OpenSBI supports qemu.c puts all files below */
#define IMAGE_END	(32 * MIB)
#define FILES_END	(96 * MIB)
#define FIRMWARE_CPUS	64

/* QEMU loads the initramfs half way up, 512 MiB at most, above the start of the Image */
#define MAX_INITRD_START	(512 * MIB)
#define INITRD		(34 * MIB)

/* From anywhere, so from the top: 16M for mem_section (memory_present()), the device
 * tree and its copy (unflatten_device_tree()), and small allocations
 */
#define COMMON_SMALL	(32 * MIB)

/* Page tables of the linear mapping if all of it has small pages, setup_vm_final() */
#define TABLES(size)	((size) / 512)

/* The CPUs of each node, and what may be allocated anywhere */
struct plan {
	const struct machine *machine;
	unsigned int cpus[MAX_NODES];
	uint64_t common;
};

/* Bounds of where the units of a node begin; are they known to be in its own memory? */
struct place {
	uint64_t low;
	uint64_t high;
	bool at_home;
};

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t end_of(const struct node *node)
{
	return node->start + node->size;
}

/* CPUs that QEMU does not have are on the nodes in turn, see add_cpu() */
static unsigned int node_of_cpu(const struct machine *machine, unsigned int index)
{
	if (index < machine->harts)
		return machine_node_of_hart(machine, machine->ids[index]);
	return (machine->ids[machine->harts - 1] + 1 + index - machine->harts) %
	       machine->nr_nodes;
}

/* CPU 0 is the hart that boots, the others follow in the order of the device tree until
 * nr_cpus= of them are there: setup_smp(), arch/riscv/kernel/smpboot.c. With numa=off all
 * are on node 0: early_map_cpu_to_node(), arch_numa.c.
 */
static void count_cpus(struct plan *plan, const struct cell *cell, unsigned int boot)
{
	unsigned int i, cpu;

	for (i = 0; i < cell_possible(cell); i++) {
		cpu = i ? i - (i <= boot) : boot;
		plan->cpus[cell->numa_off ? 0 : node_of_cpu(plan->machine, cpu)]++;
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
	const struct node *node = &machine->nodes[machine->nr_nodes - 1];

	while (!node->size)
		node--;
	return node;
}

/* What is in a node's memory before its units are, at most */
static uint64_t size_before(const struct plan *plan, const struct node *node)
{
	uint64_t size = NODE_SMALL + (node->size / SECTION + 2) * SECTION_MAP;
	uint64_t files = plan->machine->possible > FIRMWARE_CPUS ? FILES_END : IMAGE_END;
	uint64_t initrd = min(machine_end(plan->machine) / 2, MAX_INITRD_START);
	uint64_t above = 0;
	unsigned int i;

	if (node->start < files)
		size += files;
	if (node->start < initrd + INITRD && end_of(node) > initrd)
		size += INITRD;
	/* Higher memory takes what may come from anywhere, if there is enough of it */
	for (i = 0; i < plan->machine->nr_nodes; i++)
		if (plan->machine->nodes[i].start > node->start)
			above += plan->machine->nodes[i].size;
	return above < 2 * plan->common ? size + plan->common : size;
}

/* A node without memory gets it from the top of all memory, and one that has not enough
 * from anywhere: memblock_alloc_range_nid() tries all nodes at once.
 */
static struct place place_units(const struct plan *plan, unsigned int group)
{
	const struct node *home = &plan->machine->nodes[group];
	const struct node *top = top_node(plan->machine);
	const struct node *node = home->size ? home : top;
	uint64_t before = size_before(plan, node);
	unsigned int cpus = plan->cpus[group];

	if (node->size < before + cpus * MAX_UNIT)
		return (struct place){
			.high = end_of(top),
			.at_home = !home->size || (node == top && !top->start),
		};
	return (struct place){
		.low = end_of(node) - before - cpus * MAX_UNIT,
		.high = end_of(node) - cpus * MIN_UNIT,
		.at_home = true,
	};
}

/* As pcpu_embed_first_chunk() does: from the lowest area to the end of the highest */
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
		lowest = min(lowest, place.low);
		lowest_high = min(lowest_high, place.high);
		highest_low = max(highest_low, place.low);
		highest = max(highest, place.high + plan->cpus[i] * MAX_UNIT);
	}
	model->min_distance = MIN_UNIT;
	if (highest_low > lowest_high)
		model->min_distance += highest_low - lowest_high;
	model->max_distance = groups > 1 ? highest - lowest : cpus * MAX_UNIT;
}

static const char *choose_chunk(const struct cell *cell, const struct model *model)
{
	/* Half of the address space is the kernel's, half of that for linear mapping and vmalloc:
	 * KERN_VIRT_SIZE and VMALLOC_SIZE, arch/riscv/include/asm/page.h and pgtable.h
	 */
	uint64_t vmalloc_size = 1ULL << (atoi(cell->paging + strlen("sv")) - 3);
	uint64_t limit = vmalloc_size / 4 * 3;

	/* Asked for embed, it falls back just the same: setup_per_cpu_areas(), arch_numa.c */
	if (!strcmp(cell->alloc, "page") || model->min_distance > limit)
		return "page";
	return model->max_distance <= limit ? "embed" : NULL;
}

static struct model model_boot(const struct cell *cell, unsigned int boot)
{
	struct plan plan = { .machine = cell->machine };
	struct model model;

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
	model->min_distance = min(model->min_distance, other->min_distance);
	model->max_distance = max(model->max_distance, other->max_distance);
	model->units_at_home &= other->units_at_home;
}

/**
 * model_cell() - what must be true of a cell
 * @cell: the cell and its machine; what it expects itself is not looked at
 *
 * Where the limit is between the two bounds of the distance, or the result depends on
 * which hart boots, the chunk is left open.
 */
struct model model_cell(const struct cell *cell)
{
	const struct machine *machine = cell->machine;
	struct model model, other;
	unsigned int i = 0;

	while (machine->boot >= 0 && machine->ids[i] != (unsigned int)machine->boot)
		i++;
	model = model_boot(cell, i);
	while (machine->boot < 0 && ++i < machine->harts) {
		other = model_boot(cell, i);
		join(&model, &other);
	}
	return model;
}
