/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of machines and cells. */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "machine.h"
#include "verdict.h"

/* One boot and what must be true afterwards: a row of tables/cells */
struct cell {
	char name[4 * NAME_SIZE];	/* base.kernel.alloc.paging.machine and named options */
	char base[NAME_SIZE];		/* what its kernel is made of */
	char kernel[NAME_SIZE];
	const struct machine *machine;	/* owned by the table */
	char paging[8];
	char alloc[8];			/* percpu_alloc=, empty for none */
	char chunk[8];			/* the first chunk that the guest must state */
	enum verdict fails;		/* for a control the verdict that it must get, else pass */
	char console[256];		/* for a control what a line of its console must match */
	char in[64];			/* sets of cells that it belongs to, comma-separated */

	/* Options, see cell_options[] */
	unsigned int nr_cpus;
	unsigned int maxcpus;
	unsigned int fault;
	bool numa_off;
	char cma[8];			/* memory that is reserved, as 256M */
	char crashkernel[8];
	bool units_anywhere;
	bool kvm;
	unsigned int kexecs;
	char crash[32];			/* CPUs: which one panics, and which are offline then */
	char lkdtm[32];			/* where LKDTM does what */
	bool disk;
	bool noresume;
	unsigned int transitions;
	char tests[128];
	char initrd[16];
	bool sanitize;			/* QEMU's plugin looks for fences that are missing */
	bool bench;			/* it counts what translations cost */
	unsigned int timeout;
};

/* What a row may say after the first chunk */
struct cell_option {
	const char *name;		/* the word before "=" */
	const char *value;		/* of a flag what follows "=", NULL if it has none */
	enum { CELL_FLAG, CELL_NUMBER, CELL_WORD, CELL_LIST } type;
	size_t offset;			/* of struct cell */
	size_t size;			/* of a word or a list there */
	unsigned int max;		/* of a number */
	bool named;			/* it makes another boot: a part of the cell's name */
	const char *argument;		/* what it is on the command line, NULL if not there */
};

/* What became of a change of the series in the base */
struct change {
	char name[NAME_SIZE];
	unsigned int number;		/* of the series' commit, 0 if the series does not add it */
	bool present;			/* the base with the whole series has it */
};

struct table {
	struct change *changes;
	size_t nr_changes;		/* 0 if the series is not known: each row counts */
	const char *in;			/* sets whose rows count, and those of none; NULL: all */
	struct machine **machines;
	size_t nr_machines;
	struct cell *cells;
	size_t nr_cells;
};

extern const struct cell_option cell_options[];	/* up to one without a name */

bool table_read_machines(struct table *table, const char *path);	/* before any cell */
bool table_read_series(struct table *table, const char *path);		/* likewise */
bool table_read_cells(struct table *table, const char *path, const char *base);
bool table_read_cell(struct table *table, const char *path);
void table_free(struct table *table);
char *cell_option_get(const struct cell_option *option, const struct cell *cell);
void cell_print(FILE *file, const struct cell *cell);
void cell_print_arguments(FILE *file, const struct cell *cell);
char *cell_rows(const struct cell *cell);
bool cell_write(const struct cell *cell, const char *path);
struct cell *cell_copy(const struct cell *cell);
unsigned int cell_harts(const struct cell *cell);	/* that must be online */
unsigned int cell_possible(const struct cell *cell);	/* CPUs that must be possible */

/* Does QEMU boot it with the plugin of tools/tlb? */
static inline bool cell_has_plugin(const struct cell *cell)
{
	return cell->sanitize || cell->bench;
}

#endif
