/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of machines and cells. */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "machine.h"
#include "verdict.h"

/**
 * struct cell - one boot and what must be true afterwards
 * @name: base.kernel.alloc.paging.machine, then the options that make it another boot
 * @base: what its kernel is made of
 * @kernel: the kernel's name
 * @machine: the machine, owned by the table
 * @paging: sv39, sv48 or sv57
 * @alloc: value of percpu_alloc=, empty for none
 * @chunk: the first chunk that the guest must state, embed or page
 * @fails: for a control the verdict that it must get, else VERDICT_PASS
 * @console: for a control the extended regular expression that a line of its
 *	console must match, else empty
 * @in: words of the sets of cells that it belongs to, comma-separated
 *
 * The others are options, see tables/cells and cell_options[].
 */
struct cell {
	char name[4 * NAME_SIZE];
	char base[NAME_SIZE];
	char kernel[NAME_SIZE];
	const struct machine *machine;
	char paging[8];
	char alloc[8];
	char chunk[8];
	enum verdict fails;
	char console[256];
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
	char in[64];
};

enum cell_option_type {
	CELL_FLAG,
	CELL_NUMBER,
	CELL_WORD,
	CELL_LIST,
};

/**
 * struct cell_option - what a row of tables/cells may say after the first chunk
 * @name: the word before "="
 * @value: of a flag what follows "=", NULL if it has none
 * @type: what its value is
 * @offset: of struct cell
 * @size: likewise
 * @max: the largest number that it can have
 * @named: it makes another boot: a part of the cell's name
 * @argument: the argument of the kernel, or of the guest's init, that it becomes
 */
struct cell_option {
	const char *name;
	const char *value;
	enum cell_option_type type;
	size_t offset;
	size_t size;
	unsigned int max;
	bool named;
	const char *argument;
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
 * @in: sets of cells, comma-separated: only rows that name one of them, or none, count; NULL for all
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

extern const struct cell_option cell_options[];	/* up to one without a name */

bool table_read_machines(struct table *table, const char *path);
bool table_read_series(struct table *table, const char *path);
bool table_read_cells(struct table *table, const char *path, const char *base);
bool table_read_cell(struct table *table, const char *path);
void table_free(struct table *table);
char *cell_option_get(const struct cell_option *option, const struct cell *cell);
void cell_print(FILE *file, const struct cell *cell);
void cell_print_arguments(FILE *file, const struct cell *cell);
bool cell_write(const struct cell *cell, const char *path);
struct cell *cell_copy(const struct cell *cell);
unsigned int cell_harts(const struct cell *cell);
unsigned int cell_possible(const struct cell *cell);

#endif
