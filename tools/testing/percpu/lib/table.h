/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of machines and cells. */
#ifndef TABLE_H
#define TABLE_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "verdict.h"

#define MAX_NODES	8
#define MAX_HARTS	512	/* the largest CONFIG_NR_CPUS of riscv, NR_CPUS of the kernels */
#define NAME_SIZE	64

/**
 * struct node - one NUMA node
 * @start: bytes from the start of RAM
 * @size: bytes, 0 for a node without memory
 * @harts: number of harts
 */
struct node {
	uint64_t start;
	uint64_t size;
	unsigned int harts;
};

/**
 * struct machine - what QEMU is told
 * @name: its name in the table
 * @harts: number of harts, dealt out to the nodes in order
 * @possible: number of CPUs that the device tree names, @harts or more
 * @nr_nodes: number of NUMA nodes
 * @nodes: the nodes, memory ascending
 * @ids: the hart ids, ascending
 * @boot: id of the hart that boots, -1 for any
 */
struct machine {
	char name[NAME_SIZE];
	unsigned int harts;
	unsigned int possible;
	unsigned int nr_nodes;
	struct node nodes[MAX_NODES];
	unsigned int ids[MAX_HARTS];
	int boot;
};

/**
 * struct cell - one boot and what must be true afterwards
 * @name: base.kernel.alloc.paging.machine, then what else the table says
 * @kernel: the kernel's name
 * @machine: the machine, owned by the table
 * @paging: sv39, sv48 or sv57
 * @alloc: value of percpu_alloc=, empty for none
 * @chunk: the first chunk that the guest must state, embed or page
 * @nr_cpus: nr_cpus= on the command line, 0 for none
 * @maxcpus: maxcpus= likewise
 * @fault: fault= likewise, for a kernel that has faults to choose from
 * @numa_off: numa=off is on the command line
 * @units_anywhere: per-CPU units need not be in the memory of their node
 * @kvm: the machine is a guest of another one, which has the same kernel
 * @kexecs: how many times the guest starts its own kernel anew
 * @transitions: hotplug transitions of the test churn, 0 for its own number
 * @tests: what runs in the guest, comma-separated, empty for what its init chooses
 * @initrd: which initramfs of the kernel, empty for the plain one
 * @timeout: seconds that the cell may take, 0 for the same as all
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
	unsigned int nr_cpus;
	unsigned int maxcpus;
	unsigned int fault;
	bool numa_off;
	bool units_anywhere;
	bool kvm;
	unsigned int kexecs;
	unsigned int transitions;
	char tests[128];
	char initrd[16];
	unsigned int timeout;
	enum verdict fails;
	char console[256];
};

/**
 * struct change - what became of a change of the series in the base
 * @name: its name
 * @number: it is the series' commit of that number, 0 if the series does not add it
 * @present: the base with the whole series has it
 */
struct change {
	char name[NAME_SIZE];
	unsigned int number;
	bool present;
};

/**
 * struct table - all machines and cells
 * @changes: the changes of the series, by which rows of cells are chosen
 * @nr_changes: how many; 0 if the series is not known, and every row counts
 * @in: a list, A,B: only rows with a word in=... that names one of these count, and rows without;
 *      NULL for all
 * @machines: what the cells point to, each of them owned
 * @nr_machines: how many
 * @cells: in the order of the file
 * @nr_cells: how many
 */
struct table {
	struct change *changes;
	size_t nr_changes;
	const char *in;
	struct machine **machines;
	size_t nr_machines;
	struct cell *cells;
	size_t nr_cells;
};

bool table_read_machines(struct table *table, const char *path);
bool table_read_series(struct table *table, const char *path);
bool table_read_cells(struct table *table, const char *path, const char *base);
void table_free(struct table *table);
void machine_print(FILE *file, const struct machine *machine);
uint64_t machine_end(const struct machine *machine);
bool machine_has_memory(const struct machine *machine, uint64_t start, uint64_t end);
bool machine_has_hart(const struct machine *machine, unsigned int id);
int machine_node_of_hart(const struct machine *machine, unsigned int id);
unsigned int cell_harts(const struct cell *cell);
unsigned int cell_possible(const struct cell *cell);

#endif
