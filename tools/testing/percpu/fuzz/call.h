/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls the runner and takes in what it says. */
#ifndef CALL_H
#define CALL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * struct failure - a cell that did not pass
 * @cell: its name
 * @verdict: how it ended
 * @reason: one line
 */
struct failure {
	char *cell;
	char *verdict;
	char *reason;
};

/**
 * struct call - the runner, called once
 * @failures: what the runner says has failed, each owned
 * @nr_failures: how many
 * @passed: number of cells that passed
 * @failed: number of cells that did not
 * @skipped: number of cells that were not run
 * @whole: the runner came to its last line
 * @trouble: it ended with something else than "all passed" or "a test failed"
 */
struct call {
	struct failure *failures;
	size_t nr_failures;
	unsigned int passed;
	unsigned int failed;
	unsigned int skipped;
	bool whole;
	bool trouble;
};

bool call_runner(struct call *call, char **args, bool silent);
void call_free(struct call *call);

#endif
