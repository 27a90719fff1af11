// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the guest states counts. It may state it through the kernel's log, which is
 * taken out of the console here; only where it states nothing at all are the
 * kernel's own messages read, and whoever is told of it is told of that too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "judge.h"
#include "seen.h"

/* What follows @text in a line, NULL if it is not there */
static const char *after(const char *line, const char *text)
{
	const char *found = strstr(line, text);

	return found ? found + strlen(text) : NULL;
}

/* A line of the guest's results in the kernel's log */
static bool take_result(struct seen *seen, const char *line)
{
	bool whole;
	const char *text = console_result(line, &whole);

	if (!text)
		return false;
	if (seen->channel == CHANNEL_PORT)
		return true;
	seen->channel = CHANNEL_LOG;
	ktap_feed(&seen->guest, text, strlen(text));
	if (whole)
		ktap_feed(&seen->guest, "\n", 1);
	return true;
}

/* What the kernel says about its first chunk and its harts */
static void take_message(struct seen *seen, const char *line)
{
	const char *text;

	text = after(line, "percpu: Embedded ");
	if (text && sscanf(text, "%u pages/cpu", &seen->pages) == 1)
		strcpy(seen->chunk, "embed");
	text = after(line, "percpu: ");
	if (text && sscanf(text, "%u 4K pages/cpu", &seen->pages) == 1 &&
	    strstr(text, "4K pages/cpu"))
		strcpy(seen->chunk, "page");
	text = after(line, "smp: Brought up ");
	if (text)
		sscanf(text, "%*u %*[^ ] %u CPU", &seen->online);
	text = after(line, "Linux version ");
	if (text && !*seen->version) {
		snprintf(seen->version, sizeof(seen->version), "%s", text);
		seen->stamped = *line == '[';
	}
	seen->logged = *seen->chunk || seen->online;
}

/* That percpu_alloc= is not understood is no splat here: it is what we ask for */
static void take_line(struct seen *seen, char *line)
{
	line[strcspn(line, "\r")] = '\0';
	if (*line)
		snprintf(seen->last, sizeof(seen->last), "%s", line);
	if (take_result(seen, line))
		return;
	if (strstr(line, "percpu: unknown allocator "))
		return;
	take_message(seen, line);
	console_feed(&seen->console, line, strlen(line));
	console_feed(&seen->console, "\n", 1);
}

/* The file of a cell, whole; empty if it is not there; owned by the caller */
static char *read_left(const struct runs *runs, size_t i, const char *name, size_t *size)
{
	char *path = runs_file(runs, i, name);
	char *data = path && !access(path, F_OK) ? read_file(path, size) : NULL;

	free(path);
	if (data)
		return data;
	*size = 0;
	return xasprintf("%s", "");
}

static void read_guest(struct seen *seen, const struct runs *runs, size_t i)
{
	size_t size;
	char *data = read_left(runs, i, "result.ktap", &size);

	if (size)
		seen->channel = CHANNEL_PORT;
	ktap_feed(&seen->guest, data, size);
	free(data);
}

static void read_console(struct seen *seen, const struct runs *runs, size_t i)
{
	size_t size;
	char *data = read_left(runs, i, "console.log", &size), *next = data, *line;

	while ((line = strsep(&next, "\n")))
		take_line(seen, line);
	console_end(&seen->console);
	free(data);
}

static const char *stated(const struct seen *seen, const char *key)
{
	return ktap_fact(&seen->guest, 0, key);
}

static void copy_fact(char *to, size_t size, const struct seen *seen, const char *key)
{
	const char *value = stated(seen, key);

	if (value)
		snprintf(to, size, "%s", value);
}

/* What the guest states takes the place of what the kernel's messages tell */
static void take_facts(struct seen *seen)
{
	const char *online = stated(seen, "cpus_online"), *chunk = stated(seen, "first_chunk");

	if (stated(seen, "cpus_possible"))
		seen->possible = cpulist_weight(stated(seen, "cpus_possible"));
	if (online)
		seen->online = cpulist_weight(online);
	if (chunk && stated(seen, "first_chunk_pages"))
		seen->pages = strtoul(stated(seen, "first_chunk_pages"), NULL, 10);
	copy_fact(seen->chunk, sizeof(seen->chunk), seen, "first_chunk");
	copy_fact(seen->paging, sizeof(seen->paging), seen, "paging");
	seen->logged = (!online && seen->online) || (!chunk && *seen->chunk);
}

/**
 * seen_harts() - number of harts that the kernel should bring up
 * @seen: the boot
 *
 * Return: those of the machine, but no more than the kernel has room for.
 */
unsigned int seen_harts(const struct seen *seen)
{
	unsigned int harts = seen->cell->machine->harts;

	return seen->possible && seen->possible < harts ? seen->possible : harts;
}

static bool is_fact(const struct seen *seen, const char *key, const char *value)
{
	const char *is = stated(seen, key);

	return is && !strcmp(is, value);
}

/* Where CPUs are missing, what is said of their places says no more than that */
static void judge_places(struct seen *seen, const struct result *outcome)
{
	bool no_nodes = is_fact(seen, "cpu_node", "none");
	bool no_units = !stated(seen, "cpu_unit") || is_fact(seen, "cpu_unit", "none");
	size_t i;

	if (no_nodes)
		seen->units = UNITS_NO_NODES;
	if (no_nodes || !stated(seen, "cpu_node") || seen->online != seen->cell->machine->harts)
		return;
	if (!no_units)
		seen->units = UNITS_LOCAL;
	for (i = 0; i < outcome->tests.nr_tests; i++) {
		const struct ktap_test *test = &outcome->tests.tests[i];
		bool nodes = !strcmp(test->name, "each CPU on its node");
		bool units = !strcmp(test->name, "each unit in the memory of its node");

		if (test->status != KTAP_FAIL || (!nodes && (!units || no_units)))
			continue;
		if (units)
			seen->units = UNITS_ELSEWHERE;
		strv_add(&seen->wrong, xasprintf("%s", test->why));
	}
}

/* The first test is the one that states facts: what cannot be stated is not wrong */
static void judge_guest(struct seen *seen)
{
	const struct ktap_test *test, *first = NULL;
	unsigned int failed = 0;
	size_t i;

	for (i = 0; i < seen->guest.nr_tests; i++) {
		test = &seen->guest.tests[i];
		if (test->status != KTAP_FAIL || !strncmp(test->name, "facts", 5))
			continue;
		failed++;
		first = first ? first : test;
	}
	if (first)
		strv_add(&seen->wrong,
			 xasprintf("%u tests in the guest failed, first %s%s%s", failed,
				   first->name, first->why ? ": " : "",
				   first->why ? first->why : ""));
}

static void judge_stated(struct seen *seen)
{
	struct boot_log log = {
		.cell = seen->cell, .console = seen->console, .ktap = seen->guest,
	};
	struct result outcome;

	judge(&log, &outcome);
	seen->verdict = outcome.verdict == VERDICT_HARNESS ? VERDICT_HARNESS : VERDICT_PASS;
	judge_places(seen, &outcome);
	judge_guest(seen);
	result_free(&outcome);
}

/* Without an initramfs there is nothing of ours that could say anything */
static bool lacks_init(const struct seen *seen)
{
	return strstr(seen->console.splat, "Unable to mount root fs") ||
	       strstr(seen->console.splat, "No working init found") ||
	       strstr(seen->console.splat, "Requested init ");
}

/* A kernel may have a command line of its own that takes the place of ours */
static bool is_deaf(const struct seen *seen)
{
	const char *alloc = *seen->cell->alloc ? seen->cell->alloc : "none";

	return stated(seen, "percpu_requested") && !is_fact(seen, "percpu_requested", alloc);
}

/* How it ended: a fault that the runner found in whole results is judged here */
static void judge_end(struct seen *seen)
{
	bool ended = seen->verdict < VERDICT_PANIC || seen->verdict == VERDICT_NO_RESULT;

	seen->answered = seen->channel != CHANNEL_NONE && seen->guest.done && !seen->guest.fault;
	if (seen->console.panicked && lacks_init(seen)) {
		snprintf(seen->last, sizeof(seen->last), "%s", seen->console.splat);
		*seen->console.splat = '\0';
		seen->verdict = VERDICT_NO_RESULT;
	} else if (seen->console.panicked) {
		seen->verdict = VERDICT_PANIC;
		strv_add(&seen->wrong, xasprintf("panics: %s", seen->console.splat));
	} else if (ended && seen->answered) {
		judge_stated(seen);
	}
}

/**
 * seen_unfinished() - has the guest not come to its end, without a panic?
 * @seen: the boot
 *
 * Return: true if it fell silent or ended without whole results. One that only took too
 * long says nothing: the host may be slow.
 */
bool seen_unfinished(const struct seen *seen)
{
	return !seen->deaf && seen->verdict != VERDICT_PASS && seen->verdict != VERDICT_PANIC &&
	       seen->verdict != VERDICT_HARNESS && seen->verdict != VERDICT_CRASH &&
	       seen->verdict != VERDICT_TIMEOUT;
}

/**
 * seen_read() - find out what a boot lets see
 * @seen: gets it, to be freed with seen_free()
 * @runs: the results, which must outlive @seen
 * @i: number of the result
 *
 * Return: false if that is no result of a boot.
 */
bool seen_read(struct seen *seen, const struct runs *runs, size_t i)
{
	const struct result *result = &runs->report.results[i];

	*seen = (struct seen){
		.cell = result->cell, .seconds = result->seconds,
		.verdict = result->verdict, .reason = result->reason ? result->reason : "",
	};
	ktap_init(&seen->guest);
	if (!seen->cell)
		return false;
	read_guest(seen, runs, i);
	read_console(seen, runs, i);
	ktap_end(&seen->guest);
	take_facts(seen);
	seen->deaf = is_deaf(seen);
	if (seen->deaf) {
		*seen->chunk = '\0';
		return true;
	}
	if (seen->online && seen->online < seen_harts(seen))
		strv_add(&seen->wrong, xasprintf("%u of %u harts come online", seen->online,
						 seen_harts(seen)));
	judge_end(seen);
	if (*seen->console.splat && seen->verdict != VERDICT_PANIC)
		strv_add(&seen->wrong, xasprintf("says: %s", seen->console.splat));
	return true;
}

/**
 * seen_free() - free what is known of a boot
 * @seen: empty afterwards
 */
void seen_free(struct seen *seen)
{
	ktap_free(&seen->guest);
	strv_free(&seen->wrong);
	*seen = (struct seen){ 0 };
}
