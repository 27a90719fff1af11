/* SPDX-License-Identifier: GPL-2.0-only */
/* What a boot left in its directory, and the verdict on it. */
#ifndef JUDGE_H
#define JUDGE_H

#include <regex.h>

#include "console.h"
#include "ktap.h"
#include "table.h"
#include "verdict.h"

/**
 * struct boot_log - what one boot left
 * @table: owns the cell
 * @cell: the cell
 * @console: what the console said
 * @wanted: for a control what a line of the console must match
 * @ktap: what the guest stated
 * @started: when, in seconds since 1970
 * @seconds: how long it took
 * @status: exit status of QEMU as from waitpid()
 * @stopped: why it was stopped, VERDICT_PASS if it ended by itself
 * @error: a harness error, NULL if there was none
 * @append: arguments of the kernel that the cell does not have, NULL if none
 * @qemu_args: likewise of QEMU
 */
struct boot_log {
	struct table table;
	const struct cell *cell;
	struct console console;
	regex_t wanted;
	struct ktap ktap;
	double started;
	double seconds;
	int status;
	enum verdict stopped;
	char *error;
	char *append;
	char *qemu_args;
};

/**
 * struct result - a cell, or a KTAP document, and how it ended
 * @name: its name, owned
 * @dir: the directory of the cell, owned; NULL for a document
 * @path: the file of a document, owned; NULL for a cell
 * @cell: the cell, owned; NULL for a document
 * @verdict: how it ended; a control that failed as named has passed
 * @skipped: a document in which nothing was run
 * @reason: one line for a person, owned, may be NULL
 * @added: arguments that the boot had beside those of its cell, owned, NULL if none
 * @started: when, in seconds since 1970
 * @seconds: how long it took
 * @tests: what was judged, part by part, and the facts that the guest stated
 */
struct result {
	char *name;
	char *dir;
	char *path;
	struct cell *cell;
	enum verdict verdict;
	bool skipped;
	char *reason;
	char *added;
	double started;
	double seconds;
	struct ktap tests;
};

bool boot_log_read(struct boot_log *log, const char *dir);
bool boot_log_write_end(const struct boot_log *log, const char *dir);
void boot_log_free(struct boot_log *log);

unsigned int cpulist_weight(const char *list);
void judge(const struct boot_log *log, struct result *result);
bool judge_dir(const char *dir, struct result *result);
void result_free(struct result *result);

#endif
