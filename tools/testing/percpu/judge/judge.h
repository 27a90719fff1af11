/* SPDX-License-Identifier: GPL-2.0-only */
/* What a boot left in its directory, and the verdict on it. */
#ifndef JUDGE_H
#define JUDGE_H

#include <regex.h>

#include "console.h"
#include "ktap.h"
#include "plugin.h"
#include "table.h"
#include "verdict.h"

struct boot_log {
	struct table table;		/* owns the cell */
	const struct cell *cell;
	struct console console;
	regex_t wanted;			/* for a control what a line of the console must match */
	struct ktap ktap;		/* what the guest stated */
	struct translations translations;	/* of a cell with tlb=sanitize */
	struct costs costs;		/* of a cell with tlb=bench */
	double started;			/* seconds since 1970 */
	double seconds;			/* how long it took */
	int status;			/* of QEMU, as from waitpid() */
	enum verdict stopped;		/* why it was stopped, VERDICT_PASS if it ended by itself */
	char *error;			/* a harness error, NULL if there was none */
	char *append;			/* kernel arguments that the cell does not have, or NULL */
	char *qemu_args;		/* likewise for QEMU */
};

/* How a cell ended, or a KTAP document, which has a path instead of cell and directory */
struct result {
	char *name;
	struct cell *cell;
	char *dir;
	char *path;
	enum verdict verdict;		/* a control that failed as named has passed */
	bool skipped;			/* a document in which nothing was run */
	bool whole;			/* the guest said all that it had to say */
	char *reason;			/* one line, may be NULL */
	char *added;			/* arguments that the cell does not have, or NULL */
	double started;
	double seconds;
	struct ktap tests;		/* what was judged, part by part, and the facts */
};

bool boot_log_read(struct boot_log *log, const char *dir);	/* free it in any case */
bool boot_log_write_end(const struct boot_log *log, const char *dir);
void boot_log_free(struct boot_log *log);

unsigned int cpulist_weight(const char *list);
void judge(const struct boot_log *log, struct result *result);
bool judge_dir(const char *dir, struct result *result);
void result_free(struct result *result);

#endif
