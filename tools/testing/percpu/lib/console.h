/* SPDX-License-Identifier: GPL-2.0-only */
/* What a cell's console says: splats, panic, firmware version. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#define LINE_SIZE	512

/**
 * struct console - reads a console as it comes
 * @line: the line under way; a longer one is judged by its first part
 * @len: its length
 * @splat: the first splat, empty if there was none
 * @panicked: the kernel panicked
 * @ended: it also said that it will not go on
 * @opensbi_major: version of OpenSBI by its banner, 0 until then
 * @opensbi_minor: likewise
 * @wanted: what a control waits for, NULL for none
 * @seen: a line matched @wanted
 */
struct console {
	char line[LINE_SIZE];
	size_t len;
	char splat[LINE_SIZE];
	bool panicked;
	bool ended;
	unsigned int opensbi_major;
	unsigned int opensbi_minor;
	const regex_t *wanted;
	bool seen;
};

void console_feed(struct console *console, const char *data, size_t size);
void console_end(struct console *console);
const char *console_result(const char *line, bool *whole);

#endif
