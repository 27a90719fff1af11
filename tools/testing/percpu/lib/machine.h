/* SPDX-License-Identifier: GPL-2.0-only */
/* A machine: harts, nodes and the memory between them. */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "rows.h"

#define RAM_BASE	0x80000000ULL	/* QEMU hw/riscv/virt.c, VIRT_DRAM */
#define MAX_NODES	8
#define MAX_HARTS	512	/* the largest CONFIG_NR_CPUS of riscv, NR_CPUS of the kernels */
#define NAME_SIZE	64

struct node {
	uint64_t start;		/* bytes from RAM_BASE */
	uint64_t size;		/* bytes, 0 for a node without memory */
	unsigned int harts;
};

/* A row of tables/machines */
struct machine {
	char name[NAME_SIZE];
	unsigned int harts;		/* on the nodes in order */
	unsigned int possible;		/* CPUs that the device tree names, harts or more */
	unsigned int nr_nodes;
	struct node nodes[MAX_NODES];	/* memory ascending */
	unsigned int ids[MAX_HARTS];	/* of the harts */
	int boot;			/* id of the hart that boots, -1 for any */
};

bool machine_parse(const struct row *row, struct machine *machine);
void machine_print(FILE *file, const struct machine *machine);
void machine_deal_harts(struct machine *machine);
uint64_t machine_end(const struct machine *machine);	/* of all memory, from RAM_BASE */
bool machine_has_hart(const struct machine *machine, unsigned int id);
unsigned int machine_last_id(const struct machine *machine);
bool machine_holds_boot_files(const struct machine *machine);
int machine_node_of_hart(const struct machine *machine, unsigned int id);

#endif
