/* SPDX-License-Identifier: GPL-2.0-only */
/* Collects what was judged and writes results.ktap. */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>

#include "boot.h"
#include "judge.h"

/**
 * struct result - a cell or a document of test results
 * @name: its name, owned
 * @cell: a copy of the cell, owned, with a machine of its own; NULL for a document
 * @verdict: how it ended
 * @skipped: a document in which nothing was run
 * @reason: one line, owned, may be NULL
 * @started: when, in seconds since 1970
 * @seconds: how long it took
 * @tests: its parts and, for a cell, the facts that the guest stated; owned
 */
struct result {
	char *name;
	struct cell *cell;
	enum verdict verdict;
	bool skipped;
	char *reason;
	double started;
	double seconds;
	struct ktap tests;
};

/**
 * struct report - all results so far
 * @results: in the order in which they ended
 * @nr: how many
 */
struct report {
	struct result *results;
	size_t nr;
};

void report_add(struct report *report, const struct boot *boot, struct outcome *outcome);
bool report_add_document(struct report *report, const char *name, const char *path);
bool report_write_ktap(const struct report *report, const char *path);
void report_print_summary(const struct report *report);
void report_print_verdict(const struct boot *boot, const struct outcome *outcome);
int report_exit_status(const struct report *report);
void report_free(struct report *report);

#endif
