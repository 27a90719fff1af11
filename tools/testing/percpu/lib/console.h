/* SPDX-License-Identifier: GPL-2.0-only */
/* What a cell's console says: splats, panic, firmware version. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#define LINE_SIZE	512

struct console {
	char line[LINE_SIZE];		/* the line so far; a longer one is judged by its start */
	size_t len;
	char splat[LINE_SIZE];		/* the first one, empty if there was none */
	bool panicked;
	bool ended;			/* it also said that it will not go on */
	bool kernel;			/* the kernel has said something */
	unsigned int opensbi_major;	/* by its banner, 0 until then */
	unsigned int opensbi_minor;
	const regex_t *wanted;		/* what a control waits for, NULL for none */
	bool seen;			/* a line matched it */
	bool crashes;			/* a panic that the cell asked for is still to come */
	bool dumping;			/* it came, and its crash kernel is not started yet */
};

void console_feed(struct console *console, const char *data, size_t size);
void console_end(struct console *console);	/* judges a last line without a newline, too */

#endif
