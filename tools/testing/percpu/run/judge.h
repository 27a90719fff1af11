/* SPDX-License-Identifier: GPL-2.0-only */
/* Judges a finished boot. */
#ifndef JUDGE_H
#define JUDGE_H

#include "boot.h"
#include "ktap.h"
#include "verdict.h"

/**
 * struct outcome - what a cell came to
 * @verdict: how it ended; a control that failed as named has passed
 * @reason: one line for a person, owned
 * @tests: what was judged, fact by fact and test by test
 */
struct outcome {
	enum verdict verdict;
	char *reason;
	struct ktap tests;
};

unsigned int cpulist_weight(const char *list);
void judge(const struct boot *boot, struct outcome *outcome);
void outcome_free(struct outcome *outcome);

#endif
