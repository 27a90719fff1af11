/* SPDX-License-Identifier: GPL-2.0-only */
/* What a boot of a kernel that nobody here has built lets see of it. */
#ifndef SEEN_H
#define SEEN_H

#include "console.h"
#include "ktap.h"
#include "saved.h"
#include "util.h"

/**
 * enum channel - what the guest's results came through
 * @CHANNEL_NONE: nothing, so all that is known comes from the kernel's messages
 * @CHANNEL_LOG: the kernel's log, see channel.c of the guest
 * @CHANNEL_PORT: the virtio serial port
 */
enum channel {
	CHANNEL_NONE,
	CHANNEL_LOG,
	CHANNEL_PORT,
};

/**
 * enum units - where the per-CPU units are
 * @UNITS_UNKNOWN: the guest has not stated it
 * @UNITS_NO_NODES: the kernel knows no nodes
 * @UNITS_LOCAL: each in the memory of its CPU's node
 * @UNITS_ELSEWHERE: not each
 */
enum units {
	UNITS_UNKNOWN,
	UNITS_NO_NODES,
	UNITS_LOCAL,
	UNITS_ELSEWHERE,
};

/**
 * struct seen - what is known after one boot
 * @cell: what was booted, of the runs
 * @seconds: how long it took
 * @verdict: how it ended: VERDICT_PASS if the guest came to its end, VERDICT_PANIC,
 *	or what the runner says
 * @reason: what the runner says, of the runs
 * @channel: what the results came through
 * @answered: the results are whole
 * @deaf: the kernel has another percpu_alloc= than it was given, so this says nothing
 * @guest: the guest's results
 * @online: harts online, 0 if not known
 * @possible: CPUs that the kernel has room for, 0 if not known
 * @chunk: "embed" or "page", empty if not known
 * @pages: of each unit of the first chunk
 * @paging: paging mode, empty if not known
 * @logged: @online or @chunk are taken from the kernel's messages
 * @stamped: the kernel's messages have time stamps, without which none is judged
 * @version: the kernel's first message, empty if it was not seen
 * @last: the last line of the console, or why the kernel has not started our init
 * @units: where the per-CPU units are
 * @console: what else the console said
 * @wrong: what the kernel got wrong, each one line
 */
struct seen {
	const struct cell *cell;
	double seconds;
	enum verdict verdict;
	const char *reason;
	enum channel channel;
	bool answered;
	bool deaf;
	struct ktap guest;
	unsigned int online;
	unsigned int possible;
	char chunk[8];
	unsigned int pages;
	char paging[16];
	bool logged;
	bool stamped;
	char version[LINE_SIZE];
	char last[LINE_SIZE];
	enum units units;
	struct console console;
	struct strv wrong;
};

bool seen_read(struct seen *seen, const struct runs *runs, size_t i);
bool seen_unfinished(const struct seen *seen);
unsigned int seen_harts(const struct seen *seen);
void seen_free(struct seen *seen);

#endif
