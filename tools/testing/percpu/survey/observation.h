/* SPDX-License-Identifier: GPL-2.0-only */
/* Observations from booting a third-party kernel: what one boot shows. */
#ifndef OBSERVATION_H
#define OBSERVATION_H

#include "judge.h"
#include "util.h"

/* What a boot was asked for and what it shows, as a set */
enum {
	ASKED_PAGE	= 1 << 0,	/* percpu_alloc=page */
	ASKED_EMBED	= 1 << 1,
	FAR_NODES	= 1 << 2,	/* no percpu_alloc=, so the distance of the nodes decides */
	TOO_FAR		= 1 << 3,	/* for embed, in the paging mode that the kernel runs in */
	NEAR_ENOUGH	= 1 << 4,
	HAS_PAGE	= 1 << 5,
	HAS_EMBED	= 1 << 6,
	HAS_HARTS	= 1 << 7,	/* it is known how many are online */
	LOST_HARTS	= 1 << 8,
	UNITS_LOCAL	= 1 << 9,	/* each in the memory of its CPU's node */
	UNITS_MISPLACED	= 1 << 10,
	NO_NODES	= 1 << 11,	/* the kernel has no nodes */
	NAMED		= 1 << 12,	/* it printed "Linux version" */
	UNSTAMPED	= 1 << 13,	/* its messages have no time stamps, so none is judged */
	SPLAT		= 1 << 14,
	PANIC		= 1 << 15,
	ANSWERED	= 1 << 16,	/* the guest's results are whole */
	IN_LOG		= 1 << 17,	/* they came through the kernel's log */
	FROM_MESSAGES	= 1 << 18,	/* some value is from the kernel's messages */
	IGNORES_CMDLINE	= 1 << 19,	/* percpu_alloc= is not passed on: says nothing */
	LATE		= 1 << 20,	/* out of time: the host may be slow */
	HARNESS_ERROR	= 1 << 21,
	UNFINISHED	= 1 << 22,	/* silent, or ended without whole results */
	WRONG		= 1 << 23,
};

struct observation {
	struct boot_log log;	/* its console is without the guest's results */
	struct result result;
	unsigned int flags;
	unsigned int online;	/* harts, 0 if not known */
	unsigned int harts;	/* that the kernel should bring up: those it has room for */
	char chunk[8];		/* "embed" or "page", empty if not known */
	unsigned int pages;	/* of each unit of the first chunk */
	char paging[16];
	char version[LINE_SIZE];	/* the kernel's first message */
	char last[LINE_SIZE];	/* line of the console, or why the kernel did not start our init */
	const char *excuse;	/* why it is not judged, NULL for the reason of @result */
	struct strv wrong;	/* what the kernel got wrong, each one line */
};

bool observe(struct observation *boot, const char *dir);
void observation_free(struct observation *boot);

#endif
