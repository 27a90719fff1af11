// SPDX-License-Identifier: GPL-2.0-only
/*
 * The facts that the guest states count. A kernel without a virtio port has them in its
 * log, and they are read from the console here. Only for what the guest does not state
 * are the kernel's own messages read, and the survey marks such values.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "observation.h"
#include "util.h"

static const char *stated(const struct observation *boot, const char *key)
{
	const char *value = ktap_fact(&boot->log.ktap, 0, key);

	return value ? value : "";
}

/* First chunk, harts and version as the kernel's messages have them */
static void read_message(struct observation *boot, const char *line)
{
	const char *message = strstr(line, "percpu: ");
	unsigned int pages;
	int end = 0;

	if (message && sscanf(message, "percpu: Embedded %u pages/cpu%n", &pages, &end) && end)
		strcpy(boot->chunk, "embed");
	else if (message && sscanf(message, "percpu: %u 4K pages/cpu%n", &pages, &end) && end)
		strcpy(boot->chunk, "page");
	boot->pages = end ? pages : boot->pages;
	message = strstr(line, "smp: Brought up ");
	if (message)
		sscanf(message, "smp: Brought up %*u %*[^ ] %u CPU", &boot->online);
	message = strstr(line, "Linux version ");
	if (message && !*boot->version) {
		snprintf(boot->version, sizeof(boot->version), "%s",
			 message + strlen("Linux version "));
		boot->flags |= NAMED | (*line == '[' ? 0 : UNSTAMPED);
	}
}

/* Results in the log count if there is no port. That percpu_alloc=page is not known is no
 * splat: it is asked for here.
 */
static void read_line(struct observation *boot, char *line, bool has_port)
{
	const char *result;
	bool whole;

	line[strcspn(line, "\r")] = '\0';
	if (*line)
		snprintf(boot->last, sizeof(boot->last), "%s", line);
	result = console_result(line, &whole);
	if (result && !has_port) {
		boot->flags |= IN_LOG;
		ktap_feed(&boot->log.ktap, result, strlen(result));
		ktap_feed(&boot->log.ktap, "\n", whole);
	}
	if (result || strstr(line, "percpu: unknown allocator "))
		return;
	read_message(boot, line);
	console_feed(&boot->log.console, line, strlen(line));
	console_feed(&boot->log.console, "\n", 1);
}

/* Reads the console again, in place of what boot_log_read() has made of it */
static bool read_console(struct observation *boot, const char *dir)
{
	char *path __free(free) = xasprintf("%s/console.log", dir);
	char *data __free(free) = read_file(path, NULL);
	char *next = data, *line;
	bool has_port = boot->log.ktap.started;

	boot->log.console = (struct console){ 0 };
	if (!has_port) {
		ktap_free(&boot->log.ktap);
		ktap_init(&boot->log.ktap);
	}
	while ((line = strsep(&next, "\n")))
		read_line(boot, line, has_port);
	console_end(&boot->log.console);
	ktap_end(&boot->log.ktap);
	return data;
}

/* What the guest states replaces what the kernel's messages say */
static void read_facts(struct observation *boot)
{
	unsigned int possible = cpulist_weight(stated(boot, "cpus_possible"));
	const char *online = stated(boot, "cpus_online"), *chunk = stated(boot, "first_chunk");

	boot->harts = cell_harts(boot->log.cell);
	if (possible && possible < boot->harts)
		boot->harts = possible;
	if ((!*online && boot->online) || (!*chunk && *boot->chunk))
		boot->flags |= FROM_MESSAGES;
	if (*online)
		boot->online = cpulist_weight(online);
	if (*chunk) {
		snprintf(boot->chunk, sizeof(boot->chunk), "%s", chunk);
		sscanf(stated(boot, "first_chunk_pages"), "%u", &boot->pages);
	}
	snprintf(boot->paging, sizeof(boot->paging), "%s", stated(boot, "paging"));
}

/* Why a part of the verdict failed, NULL if it did not */
static const char *find_failure(const struct observation *boot, const char *name)
{
	const struct ktap *ktap = &boot->result.tests;
	size_t i;

	for (i = 0; i < ktap->nr_tests; i++)
		if (ktap->tests[i].status == KTAP_FAIL && !strcmp(ktap->tests[i].name, name))
			return ktap->tests[i].why;
	return NULL;
}

/* With CPUs missing, the facts about places only repeat that */
static void judge_places(struct observation *boot)
{
	const char *node = find_failure(boot, "each CPU on its node");
	const char *unit = find_failure(boot, "each unit in the memory of its node");
	const char *units = stated(boot, "cpu_unit"), *nodes = stated(boot, "cpu_node");

	if (!strcmp(nodes, "none")) {
		boot->flags |= NO_NODES;
		return;
	}
	if (!*nodes || boot->online != cell_harts(boot->log.cell))
		return;
	if (node)
		strv_add(&boot->wrong, xasprintf("%s", node));
	if (!*units || !strcmp(units, "none"))
		return;
	boot->flags |= unit ? UNITS_MISPLACED : UNITS_LOCAL;
	if (unit)
		strv_add(&boot->wrong, xasprintf("%s", unit));
}

/* The first test, "facts", only states them: what it cannot state is not wrong */
static void judge_tests(struct observation *boot)
{
	const struct ktap *ktap = &boot->log.ktap;
	const struct ktap_test *first = NULL;
	unsigned int failed = 0;
	size_t i;

	for (i = ktap->nr_tests; i--;) {
		if (ktap->tests[i].status != KTAP_FAIL ||
		    !strncmp(ktap->tests[i].name, "facts", 5))
			continue;
		failed++;
		first = &ktap->tests[i];
	}
	if (first)
		strv_add(&boot->wrong,
			 xasprintf("%u tests in the guest failed, first %s%s%s", failed,
				   first->name, first->why ? ": " : "",
				   first->why ? first->why : ""));
}

/* Without an initramfs there is no init of ours that could state anything */
static bool lacks_init(const struct observation *boot)
{
	const char *splat = boot->log.console.splat;

	return boot->log.console.panicked &&
	       (strstr(splat, "Unable to mount root fs") ||
		strstr(splat, "No working init found") || strstr(splat, "Requested init "));
}

static const unsigned int verdict_flags[NR_VERDICTS] = {
	[VERDICT_HARNESS] = HARNESS_ERROR,
	[VERDICT_CRASH] = HARNESS_ERROR,
	[VERDICT_TIMEOUT] = LATE,
	[VERDICT_SILENCE] = UNFINISHED,
	[VERDICT_FLOOD] = UNFINISHED,
	[VERDICT_NO_RESULT] = UNFINISHED,
};

static void judge_end(struct observation *boot)
{
	char *splat = boot->log.console.splat;

	if (boot->log.ktap.done && !boot->log.ktap.fault)
		boot->flags |= ANSWERED;
	if (lacks_init(boot)) {
		snprintf(boot->last, sizeof(boot->last), "%s", splat);
		*splat = '\0';
		boot->flags |= UNFINISHED;
	} else if (boot->log.console.panicked) {
		strv_add(&boot->wrong, xasprintf("panics: %s", splat));
		boot->flags |= PANIC;
		return;
	} else if (verdict_flags[boot->result.verdict]) {
		boot->flags |= verdict_flags[boot->result.verdict];
	} else {
		judge_places(boot);
		judge_tests(boot);
	}
	if (*splat)
		strv_add(&boot->wrong, xasprintf("says: %s", splat));
}

/* A kernel without the paging mode of the cell takes a smaller one, with other limits */
static bool distance_decides(const struct observation *boot)
{
	const struct cell *cell = boot->log.cell;

	return !*cell->alloc && (!*boot->paging || !strcmp(cell->paging, boot->paging));
}

static unsigned int when(bool shown, unsigned int flag)
{
	return shown ? flag : 0;
}

static unsigned int list_flags(const struct observation *boot)
{
	const struct cell *cell = boot->log.cell;
	bool decides = distance_decides(boot);

	return when(!strcmp(cell->alloc, "page"), ASKED_PAGE) |
	       when(!strcmp(cell->alloc, "embed"), ASKED_EMBED) |
	       when(!*cell->alloc, FAR_NODES) |
	       when(decides && !strcmp(cell->chunk, "page"), TOO_FAR) |
	       when(decides && !strcmp(cell->chunk, "embed"), NEAR_ENOUGH) |
	       when(!strcmp(boot->chunk, "page"), HAS_PAGE) |
	       when(!strcmp(boot->chunk, "embed"), HAS_EMBED) |
	       when(boot->online, HAS_HARTS) |
	       when(boot->online && boot->online < boot->harts, LOST_HARTS) |
	       when(*boot->log.console.splat, SPLAT);
}

/* CONFIG_CMDLINE_FORCE puts another command line in place of ours */
static bool ignores_cmdline(const struct observation *boot)
{
	const char *alloc = *boot->log.cell->alloc ? boot->log.cell->alloc : "none";
	const char *requested = stated(boot, "percpu_requested");

	return *requested && strcmp(requested, alloc);
}

/**
 * observe() - find out what a boot shows
 * @boot: gets it, to be freed with observation_free(), whatever is returned
 * @dir: the cell's directory
 *
 * Return: false if that is not a cell's directory; the user was told.
 */
bool observe(struct observation *boot, const char *dir)
{
	*boot = (struct observation){ 0 };
	if (!boot_log_read(&boot->log, dir) || !read_console(boot, dir))
		return false;
	judge(&boot->log, &boot->result);
	read_facts(boot);
	if (ignores_cmdline(boot)) {
		boot->flags |= IGNORES_CMDLINE |
			       (verdict_flags[boot->result.verdict] & HARNESS_ERROR);
		*boot->chunk = '\0';
	} else {
		if (boot->online && boot->online < boot->harts)
			strv_add(&boot->wrong, xasprintf("%u of %u harts come online",
							 boot->online, boot->harts));
		judge_end(boot);
	}
	boot->flags |= list_flags(boot);
	return true;
}

void observation_free(struct observation *boot)
{
	strv_free(&boot->wrong);
	result_free(&boot->result);
	boot_log_free(&boot->log);
}
