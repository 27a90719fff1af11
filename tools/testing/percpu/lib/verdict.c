// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "verdict.h"

static const char * const names[NR_VERDICTS] = {
	[VERDICT_PASS]		= "pass",
	[VERDICT_HARTS]		= "harts",
	[VERDICT_CHUNK]		= "chunk",
	[VERDICT_PAGING]	= "paging",
	[VERDICT_NODES]		= "nodes",
	[VERDICT_UNITS]		= "units",
	[VERDICT_TESTS]		= "tests",
	[VERDICT_SPLAT]		= "splat",
	[VERDICT_FENCE]		= "fence",
	[VERDICT_PANIC]		= "panic",
	[VERDICT_TIMEOUT]	= "timeout",
	[VERDICT_SILENCE]	= "silence",
	[VERDICT_CRASH]		= "crash",
	[VERDICT_NO_RESULT]	= "no-result",
	[VERDICT_FLOOD]		= "flood",
	[VERDICT_CONTROL]	= "control",
	[VERDICT_HARNESS]	= "harness",
};

const char *verdict_name(enum verdict verdict)
{
	return names[verdict];
}

enum verdict verdict_from_name(const char *name)
{
	unsigned int i;

	for (i = 0; i < NR_VERDICTS; i++)
		if (!strcmp(names[i], name))
			break;
	return i;
}

/* Does it say nothing about the kernel? None can end QEMU by a signal or with an error. */
bool verdict_is_error(enum verdict verdict)
{
	return verdict == VERDICT_HARNESS || verdict == VERDICT_CRASH;
}
