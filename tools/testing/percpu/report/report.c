// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "util.h"

static struct result *append(struct report *report, const char *name)
{
	struct result *result;

	report->results = xrealloc(report->results,
				   (report->nr + 1) * sizeof(*report->results));
	result = &report->results[report->nr++];
	*result = (struct result){ .name = xasprintf("%s", name) };
	return result;
}

static struct cell *copy_cell(const struct cell *cell)
{
	struct machine *machine = xrealloc(NULL, sizeof(*machine));
	struct cell *copy = xrealloc(NULL, sizeof(*copy));

	*machine = *cell->machine;
	*copy = *cell;
	copy->machine = machine;
	return copy;
}

/**
 * report_add() - add a judged cell
 * @report: the report
 * @boot: the finished boot
 * @outcome: its outcome, empty afterwards
 */
void report_add(struct report *report, const struct boot *boot, struct outcome *outcome)
{
	struct result *result = append(report, boot->cell->name);

	result->cell = copy_cell(boot->cell);
	result->verdict = outcome->verdict;
	result->reason = outcome->reason;
	result->started = boot->since_epoch;
	result->seconds = boot->seconds;
	result->tests = outcome->tests;
	*outcome = (struct outcome){ 0 };
}

static bool all_skipped(const struct ktap *ktap)
{
	size_t i;

	for (i = 0; i < ktap->nr_tests; i++)
		if (ktap->tests[i].status != KTAP_SKIP)
			return false;
	return true;
}

/**
 * report_add_document() - add the KTAP document of another test program
 * @report: the report
 * @name: what to call it
 * @path: the file
 *
 * A document that is not whole counts as failed: its program broke off.
 *
 * Return: true if the file could be read; else the user has been told.
 */
bool report_add_document(struct report *report, const char *name, const char *path)
{
	const struct ktap_test *failure;
	struct result *result;
	size_t size;
	char *data = read_file(path, &size);

	if (!data)
		return false;
	result = append(report, name);
	ktap_init(&result->tests);
	ktap_feed(&result->tests, data, size);
	ktap_end(&result->tests);
	free(data);
	failure = ktap_first_failure(&result->tests);
	if (result->tests.fault) {
		ktap_add_test(&result->tests, KTAP_FAIL, xasprintf("whole document"),
			      xasprintf("%s", result->tests.fault));
		failure = &result->tests.tests[result->tests.nr_tests - 1];
	}
	if (failure) {
		result->verdict = VERDICT_TESTS;
		result->reason = xasprintf("%s%s%s", failure->name, failure->why ? ": " : "",
					   failure->why ? failure->why : "");
	}
	result->skipped = all_skipped(&result->tests);
	return true;
}

/* A name must not look like a directive or end the line */
static void print_name(FILE *file, const char *name)
{
	for (; *name; name++)
		fputc(*name == '#' || *name == '\n' ? '_' : *name, file);
}

static void write_test(FILE *file, size_t number, const struct ktap_test *test)
{
	if (test->status == KTAP_FAIL && test->why)
		fprintf(file, "  # %s\n", test->why);
	fprintf(file, "  %s %zu ", test->status == KTAP_FAIL ? "not ok" : "ok", number);
	print_name(file, test->name);
	if (test->status == KTAP_SKIP)
		fprintf(file, " # SKIP %s", test->why ? test->why : "");
	fputc('\n', file);
}

static void write_result(FILE *file, size_t number, const struct result *result)
{
	size_t i;

	fprintf(file, "  KTAP version 1\n  1..%zu\n", result->tests.nr_tests);
	for (i = 0; i < result->tests.nr_tests; i++)
		write_test(file, i + 1, &result->tests.tests[i]);
	if (result->reason)
		fprintf(file, "# %s: %s\n", verdict_name(result->verdict), result->reason);
	fprintf(file, "%s %zu ", result->verdict == VERDICT_PASS ? "ok" : "not ok", number);
	print_name(file, result->name);
	fputs(result->skipped ? " # SKIP\n" : "\n", file);
}

/**
 * report_write_ktap() - write all results as one document of two levels
 * @report: the report
 * @path: the file, written whole or not at all
 *
 * Return: true if it was written; else the user has been told.
 */
bool report_write_ktap(const struct report *report, const char *path)
{
	char *text = NULL;
	size_t i, size;
	FILE *file = open_memstream(&text, &size);
	bool ok;

	fprintf(file, "KTAP version 1\n1..%zu\n", report->nr);
	for (i = 0; i < report->nr; i++)
		write_result(file, i + 1, &report->results[i]);
	fclose(file);
	ok = write_file(path, text, size);
	free(text);
	return ok;
}

/* Counts of a report */
struct count {
	unsigned int passed;
	unsigned int failed;
	unsigned int skipped;
	unsigned int trouble;
};

static struct count count_results(const struct report *report)
{
	struct count count = { 0 };
	size_t i;

	for (i = 0; i < report->nr; i++) {
		const struct result *result = &report->results[i];

		/* No kernel can end QEMU by a signal or with an error */
		if (result->verdict == VERDICT_HARNESS || result->verdict == VERDICT_CRASH)
			count.trouble++;
		if (result->verdict != VERDICT_PASS)
			count.failed++;
		else if (result->skipped)
			count.skipped++;
		else
			count.passed++;
	}
	return count;
}

/**
 * report_print_summary() - print what failed, and the last line
 * @report: the report
 */
void report_print_summary(const struct report *report)
{
	struct count count = count_results(report);
	size_t i;

	for (i = 0; i < report->nr; i++)
		if (report->results[i].verdict != VERDICT_PASS)
			printf("FAILED  %s: %s: %s\n", report->results[i].name,
			       verdict_name(report->results[i].verdict),
			       report->results[i].reason ? report->results[i].reason : "");
	printf("%u passed, %u failed, %u skipped\n", count.passed, count.failed, count.skipped);
}

/**
 * report_exit_status() - what the program shall end with
 * @report: the report
 *
 * Return: 0 if everything passed, 1 if a test failed, 2 if the harness itself
 * had trouble, 4 if nothing could be run.
 */
int report_exit_status(const struct report *report)
{
	struct count count = count_results(report);

	if (count.trouble)
		return 2;
	if (count.failed)
		return 1;
	return count.passed ? 0 : 4;
}

static const char *fact(const struct boot *boot, const char *key)
{
	const char *value = ktap_fact(&boot->ktap, 0, key);

	return value ? value : "?";
}

static void print_nodes(const struct boot *boot)
{
	const struct machine *machine = boot->cell->machine;
	unsigned int count[MAX_NODES] = { 0 };
	const char *pairs = fact(boot, "cpu_node");
	unsigned int cpu, node, i;
	int len;

	while (sscanf(pairs, " %u:%u%n", &cpu, &node, &len) == 2) {
		if (node < MAX_NODES)
			count[node]++;
		pairs += len;
	}
	for (i = 0; i < machine->nr_nodes; i++)
		printf("%snode %u: %u of %u", i ? ", " : "", i, count[i],
		       machine->nodes[i].harts);
}

/**
 * report_print_verdict() - tell a person how a cell ended
 * @boot: the finished boot
 * @outcome: its outcome
 */
void report_print_verdict(const struct boot *boot, const struct outcome *outcome)
{
	const char *online = fact(boot, "cpus_online");

	printf("\n%s: %s\n", boot->cell->name,
	       outcome->verdict == VERDICT_PASS ? "PASS" : verdict_name(outcome->verdict));
	if (outcome->reason)
		printf("  reason: %s\n", outcome->reason);
	printf("  harts online: %u of %u (", cpulist_weight(online), cell_harts(boot->cell));
	print_nodes(boot);
	printf(")\n");
	printf("  first chunk: %s, %s pages per CPU (%s bytes static, %s reserved, %s dynamic)\n",
	       fact(boot, "first_chunk"), fact(boot, "first_chunk_pages"),
	       fact(boot, "first_chunk_static"), fact(boot, "first_chunk_reserved"),
	       fact(boot, "first_chunk_dynamic"));
	printf("  paging mode: %s\n", fact(boot, "paging"));
	printf("  kernel: %s\n", fact(boot, "release"));
	printf("  time: %.1f s from start to power-off\n", boot->seconds);
	printf("  directory: %s\n", boot->dir ? boot->dir : "?");
}

/**
 * report_free() - free a report
 * @report: empty afterwards
 */
void report_free(struct report *report)
{
	size_t i;

	for (i = 0; i < report->nr; i++) {
		if (report->results[i].cell)
			free((void *)report->results[i].cell->machine);
		free(report->results[i].cell);
		free(report->results[i].name);
		free(report->results[i].reason);
		ktap_free(&report->results[i].tests);
	}
	free(report->results);
	*report = (struct report){ 0 };
}
