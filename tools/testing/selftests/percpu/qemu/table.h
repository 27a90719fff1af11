/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of machines and cells. */
#ifndef TABLE_H
#define TABLE_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "verdict.h"

#define MAX_NODES	8
#define NAME_SIZE	64

/**
 * struct node - the memory of one NUMA node
 * @start: bytes from the start of RAM
 * @size: bytes
 */
struct node {
	uint64_t start;
	uint64_t size;
};

/**
 * struct machine - what QEMU is told
 * @name: its name in the table
 * @harts: number of harts, dealt out to the nodes in order and evenly
 * @nr_nodes: number of NUMA nodes
 * @nodes: their memory, ascending
 */
struct machine {
	char name[NAME_SIZE];
	unsigned int harts;
	unsigned int nr_nodes;
	struct node nodes[MAX_NODES];
};

/**
 * struct cell - one boot and what must be true afterwards
 * @name: base.kernel.alloc.paging.machine
 * @kernel: the kernel's name
 * @machine: the machine, owned by the table
 * @paging: sv39, sv48 or sv57
 * @alloc: value of percpu_alloc=, empty for none
 * @chunk: the first chunk that the guest must state, embed or page
 * @fails: for a control the verdict that it must get, else VERDICT_PASS
 * @console: for a control the extended regular expression that a line of its
 *	console must match, else empty
 */
struct cell {
	char name[4 * NAME_SIZE];
	char kernel[NAME_SIZE];
	const struct machine *machine;
	char paging[8];
	char alloc[8];
	char chunk[8];
	enum verdict fails;
	char console[256];
};

/**
 * struct table - all machines and cells
 * @machines: what the cells point into
 * @nr_machines: how many
 * @cells: in the order of the file
 * @nr_cells: how many
 */
struct table {
	struct machine *machines;
	size_t nr_machines;
	struct cell *cells;
	size_t nr_cells;
};

bool table_read_machines(struct table *table, const char *path);
bool table_read_cells(struct table *table, const char *path, const char *base);
void table_free(struct table *table);
unsigned int machine_node_of_hart(const struct machine *machine, unsigned int hart);
unsigned int machine_first_hart(const struct machine *machine, unsigned int node);

#endif
