/* SPDX-License-Identifier: GPL-2.0-only */
/* Boots cells, several at a time. */
#ifndef RUN_H
#define RUN_H

#include <signal.h>

#include "boot.h"
#include "options.h"
#include "qemu.h"
#include "report.h"
#include "table.h"

/* How cells are run */
struct run_options {
	struct tools tools;
	struct limits limits;
	const char *report;	/* directory in which each cell gets one */
	unsigned long jobs;	/* cells at a time */
	bool force;		/* also run cells that passed before from the same input */
	bool silent;		/* no line for each cell */
	bool explain;		/* print each verdict in words */
	const char *version;	/* of QEMU, from run_prepare() */
	struct strv owned;	/* strings of the others */
};

/* Which cells */
struct table_options {
	const char *base;	/* first part of the cells' names */
	const char *machines;
	const char *cells;
	const char *series;	/* what scripts/compose reported of the base, NULL if not known */
	const char *in;		/* see struct table */
};

#define RUN_OPTIONS_INIT { \
	.tools.qemu = "qemu-system-riscv64", .limits = DEFAULT_LIMITS, .jobs = 1, \
}

/* For the options of a command, see options.h */
#define TABLE_OPTIONS(_o) \
	OPT_NEEDED('b', "base", "NAME", &(_o)->base, \
		   "base of the kernels, first part of the cells' names"), \
	OPT_NEEDED('m', "machines", "FILE", &(_o)->machines, "table of machines"), \
	OPT_NEEDED('c', "cells", "FILE", &(_o)->cells, "table of cells"), \
	OPT_TEXT('S', "series", "FILE", &(_o)->series, \
		 "what scripts/compose reported of the base: for rows with a condition"), \
	OPT_TEXT('I', "in", "SET[,SET]", &(_o)->in, \
		 "only cells of these sets, and those of none")

#define RUN_OPTIONS(_o) \
	OPT_NEEDED('k', "kernels", "DIR", &(_o)->tools.kernels, \
		   "kernels: DIR/KERNEL/Image and DIR/KERNEL/config"), \
	OPT_NEEDED('i', "initrd", "FILE", &(_o)->tools.initrd, "initramfs of the guest"), \
	OPT_NEEDED('f', "bios", "FILE", &(_o)->tools.bios, "OpenSBI's fw_dynamic, 1.6 or later"), \
	OPT_TEXT('p', "tlb", "DIR", &(_o)->tools.tlb, \
		 "tools/tlb, built: DIR/tlb.so and DIR/models, for cells with tlb="), \
	OPT_TEXT('q', "qemu", "PROGRAM", &(_o)->tools.qemu, \
		 "QEMU, 8.1 or later (qemu-system-riscv64)"), \
	OPT_NUMBER('t', "timeout", "SECONDS", &(_o)->limits.total, 1, 86400, \
		   "total time of a cell (120)"), \
	OPT_NEEDED('o', "report", "DIR", &(_o)->report, \
		   "where the report goes; a directory for each cell"), \
	OPT_NUMBER('j', "jobs", "N", &(_o)->jobs, 1, 64, "cells at a time (1)"), \
	OPT_NUMBER('w', "silence", "SECONDS", &(_o)->limits.silence, 1, 86400, \
		    "longest time without any output of a cell (40)"), \
	OPT_FLAG('e', "explain", &(_o)->explain, "print each verdict in words"), \
	OPT_FLAG('F', "force", &(_o)->force, \
		 "also run cells that passed before from the same input"), \
	OPT_FLAG('s', "silent", &(_o)->silent, "no line for each cell")

/* The signal that wants us to end, 0 if none */
extern volatile sig_atomic_t interrupted;

/* The cells that match a pattern, or all if there is none; each pattern must match one */
bool table_read(struct table *table, const struct table_options *options, char **patterns);
bool run_prepare(struct run_options *options, const struct table *table);
/* Also false, without a message, if a signal came */
bool run_cells(const struct run_options *options, const struct table *table,
	       struct report *report);
void catch_signals(void);
void end_by_signal(void);

#endif
