// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the kernel messages that must never appear. Only lines with a printk
 * timestamp are the kernel's; firmware and user space may say what they like.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "console.h"
#include "util.h"

/* Messages that begin so */
static const char * const splat_starts[] = {
	"BUG: ",
	"WARNING: ",
	"Oops",
	"Kernel panic - not syncing",
	"kernel BUG at ",
	"INFO: task ",
	"INFO: trying to register non-static key",
	"rcu: INFO: ",
	"Unable to handle kernel ",
	"unable to handle kernel ",
	"UBSAN: ",
	"Call Trace:",
	"irq event stamp",
	"Insufficient stack space",
	"kmemleak: Memory pool empty",
	"cma: Failed to reserve ",
	"crashkernel: couldn't allocate ",
	"cannot allocate crashkernel ",
};

/* Messages that say so somewhere */
static const char * const splat_parts[] = {
	"failed to come online",
	"failed to report alive state",
	"unknown allocator ",
	"failed to boot secondary",
	"scheduling while atomic",
	"Internal error: ",
	"soft lockup",
	"[#1]",
	"possible recursive locking",
	"suspicious RCU usage",
};

/* The message of a kernel line, without "[    1.234567]" and, with PRINTK_CALLER,
 * "[    T1]"; NULL if it is none
 */
static const char *kernel_message(const char *line)
{
	int len = 0;

	if (*line != '[' || !isdigit((unsigned char)line[1 + strspn(line + 1, " ")]))
		return NULL;
	sscanf(line, "[ %*[0-9.]]%n", &len);
	if (!len)
		return NULL;
	line += len;
	len = 0;
	sscanf(line, "[ %*1[TC]%*[0-9]]%n", &len);
	line += len;
	return *line == ' ' ? line + 1 : line;
}

static bool is_splat(const char *message)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(splat_starts); i++)
		if (!strncmp(message, splat_starts[i], strlen(splat_starts[i])))
			return true;
	for (i = 0; i < ARRAY_SIZE(splat_parts); i++)
		if (strstr(message, splat_parts[i]))
			return true;
	return false;
}

/* What a kernel says that the guest makes panic, until it starts its crash kernel */
static bool is_dumping(struct console *console, const char *message)
{
	if (console->crashes &&
	    !strcmp(message, "Kernel panic - not syncing: sysrq triggered crash")) {
		console->crashes = false;
		console->dumping = true;
	} else if (!strncmp(message, "Starting crashdump kernel", 25)) {
		console->dumping = false;
	}
	return console->dumping;
}

static void judge_message(struct console *console, const char *message)
{
	bool dumping = is_dumping(console, message);

	if (!dumping && !*console->splat && is_splat(message))
		snprintf(console->splat, sizeof(console->splat), "%s", message);
	if (!dumping && !strncmp(message, "Kernel panic - not syncing", 26))
		console->panicked = true;
	if (!strncmp(message, "---[ end Kernel panic", 21))
		console->ended = true;
}

static void judge_line(struct console *console)
{
	const char *message;

	console->line[console->len] = '\0';
	console->len = 0;
	message = kernel_message(console->line);
	if (message) {
		console->kernel = true;
		judge_message(console, message);
	} else if (!console->opensbi_major) {
		sscanf(console->line, "OpenSBI v%u.%u", &console->opensbi_major,
		       &console->opensbi_minor);
	}
	if (console->wanted && !console->seen)
		console->seen = !regexec(console->wanted, console->line, 0, NULL, 0);
}

void console_feed(struct console *console, const char *data, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (data[i] == '\n')
			judge_line(console);
		else if (data[i] && data[i] != '\r' && console->len < LINE_SIZE - 1)
			console->line[console->len++] = data[i];
	}
}

void console_end(struct console *console)
{
	if (console->len)
		judge_line(console);
}
