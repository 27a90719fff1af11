/* SPDX-License-Identifier: GPL-2.0-only */
/* How a cell can end. */
#ifndef VERDICT_H
#define VERDICT_H

#include <stdbool.h>

enum verdict {
	VERDICT_PASS,		/* facts and tests as they must be, no splat */
	VERDICT_HARTS,		/* not every hart of the machine is online */
	VERDICT_CHUNK,		/* the first chunk is not of the kind that it must be */
	VERDICT_PAGING,		/* the paging mode is another one */
	VERDICT_NODES,		/* a CPU is not on the node of its hart */
	VERDICT_UNITS,		/* a per-CPU unit is not in the memory of its CPU's node */
	VERDICT_TESTS,		/* a test in the guest failed */
	VERDICT_SPLAT,		/* a kernel message that must never appear */
	VERDICT_FENCE,		/* a translation that no fence had ordered would kill the kernel */
	VERDICT_PANIC,		/* the kernel panicked */
	VERDICT_TIMEOUT,	/* no end within the cell's time */
	VERDICT_SILENCE,	/* neither console nor result said anything for too long */
	VERDICT_CRASH,		/* QEMU ended by a signal or with an error */
	VERDICT_NO_RESULT,	/* the machine was switched off before the result was whole */
	VERDICT_FLOOD,		/* more output than a cell may produce */
	VERDICT_CONTROL,	/* a control that did not fail as named */
	VERDICT_HARNESS,	/* could not be run or judged: not the kernel's fault */
	NR_VERDICTS,
};

bool verdict_is_error(enum verdict verdict);
const char *verdict_name(enum verdict verdict);
enum verdict verdict_from_name(const char *name);	/* NR_VERDICTS if there is none */

#endif
