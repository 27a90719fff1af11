// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "report.h"
#include "util.h"

static struct result *find_result(const struct report *report, const char *name)
{
	size_t i;

	for (i = 0; i < report->nr; i++)
		if (!strcmp(report->results[i].name, name))
			return &report->results[i];
	return NULL;
}

/* In place of an earlier one of the same name; the report owns it from now on */
struct result *report_add(struct report *report, struct result *result)
{
	struct result *place = find_result(report, result->name);

	if (place) {
		result_free(place);
	} else {
		report->results = xrealloc(report->results,
					   (report->nr + 1) * sizeof(*report->results));
		place = &report->results[report->nr++];
	}
	*place = *result;
	return place;
}

static bool all_skipped(const struct ktap *ktap)
{
	size_t i;

	for (i = 0; i < ktap->nr_tests; i++)
		if (ktap->tests[i].status != KTAP_SKIP)
			return false;
	return true;
}

/* A document that is not whole counts as failed: its program broke off */
static void judge_document(struct result *result)
{
	struct ktap *tests = &result->tests;
	const struct ktap_test *failure = ktap_first_failure(tests);

	if (tests->fault) {
		ktap_add_test(tests, KTAP_FAIL, xasprintf("whole document"),
			      xasprintf("%s", tests->fault));
		failure = &tests->tests[tests->nr_tests - 1];
	}
	if (failure) {
		result->verdict = VERDICT_TESTS;
		result->reason = xasprintf("%s%s%s", failure->name, failure->why ? ": " : "",
					   failure->why ? failure->why : "");
	}
	result->skipped = all_skipped(tests);
}

bool report_add_document(struct report *report, const char *name, const char *path)
{
	size_t size;
	char *data __free(free) = read_file(path, &size);
	struct result result = { 0 };

	if (!data)
		return false;
	result.name = xasprintf("%s", name);
	result.path = xasprintf("%s", path);
	ktap_init(&result.tests);
	ktap_feed(&result.tests, data, size);
	ktap_end(&result.tests);
	judge_document(&result);
	report_add(report, &result);
	return true;
}

static bool read_entry(struct report *report, const char *dir, const char *name)
{
	char *document __free(free) = xasprintf("%s/%s.ktap", dir, name);
	char *cell __free(free) = xasprintf("%s/%s", dir, name);
	const struct result *other = find_result(report, name);
	struct result result;

	if (*name == '.' || strchr(name, '/')) {
		error("%s/contents: not the name of a cell or a document: %s", dir, name);
		return false;
	}
	if (other) {
		error("%s and %s both have a result of %s; give one of them",
		      other->dir ? other->dir : other->path, dir, name);
		return false;
	}
	if (!access(document, F_OK))
		return report_add_document(report, name, document);
	if (!judge_dir(cell, &result))
		return false;
	if (strcmp(result.name, name)) {
		error("%s: the cell in it is %s", cell, result.name);
		result_free(&result);
		return false;
	}
	report_add(report, &result);
	return true;
}

/* Judges all that belongs to a report again; none of it may be there already */
bool report_read(struct report *report, const char *dir)
{
	char *path __free(free) = xasprintf("%s/contents", dir);
	char *data __free(free) = read_file(path, NULL);
	char *next = data, *line;

	while (next && (line = strsep(&next, "\n")))
		if (*line && !read_entry(report, dir, line))
			return false;
	return data;
}

/* Makes the directory of a report, without what an earlier run reported */
bool report_clear(const char *dir)
{
	static const char * const names[] = {
		"contents", "results.ktap", "results.json", NULL
	};
	const char * const *name;

	for (name = names; *name; name++) {
		char *path __free(free) = xasprintf("%s/%s", dir, *name);

		unlink(path);
	}
	return make_dir(dir);
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

/* One document of two levels */
static bool write_ktap(const struct report *report, const char *path)
{
	char *text __free(free) = NULL;
	size_t i, size;
	FILE *file = open_memstream(&text, &size);

	fprintf(file, "KTAP version 1\n1..%zu\n", report->nr);
	for (i = 0; i < report->nr; i++)
		write_result(file, i + 1, &report->results[i]);
	fclose(file);
	return write_file(path, text, size);
}

static bool write_contents(const struct report *report, const char *path)
{
	char *text __free(free) = NULL;
	size_t i, size;
	FILE *file = open_memstream(&text, &size);

	for (i = 0; i < report->nr; i++)
		fprintf(file, "%s\n", report->results[i].name);
	fclose(file);
	return write_file(path, text, size);
}

/* The files of a cell; it has no directories but those of boots by hand */
static bool copy_dir(const char *from, const char *to)
{
	DIR *dir = make_dir(to) ? opendir(from) : NULL;
	struct dirent *entry;
	bool ok = dir;

	while (ok && (entry = readdir(dir))) {
		char *source __free(free) = xasprintf("%s/%s", from, entry->d_name);
		char *copy __free(free) = xasprintf("%s/%s", to, entry->d_name);

		ok = entry->d_type == DT_DIR || copy_file(source, copy);
	}
	if (dir)
		closedir(dir);
	return ok;
}

static bool is_same_file(const char *a, const char *b)
{
	struct stat st_a, st_b;

	return !stat(a, &st_a) && !stat(b, &st_b) && st_a.st_dev == st_b.st_dev &&
	       st_a.st_ino == st_b.st_ino;
}

/* What belongs to the report and is elsewhere */
static bool copy_results(const struct report *report, const char *dir)
{
	bool ok = true;
	size_t i;

	for (i = 0; ok && i < report->nr; i++) {
		const struct result *result = &report->results[i];
		char *to __free(free) = xasprintf("%s/%s%s", dir, result->name,
						  result->cell ? "" : ".ktap");

		if (!is_same_file(result->cell ? result->dir : result->path, to))
			ok = result->cell ? copy_dir(result->dir, to) :
					    copy_file(result->path, to);
	}
	return ok;
}

/* Makes a directory a report: what is elsewhere is copied into it */
bool report_write(const struct report *report, const char *dir)
{
	char *contents __free(free) = xasprintf("%s/contents", dir);
	char *ktap __free(free) = xasprintf("%s/results.ktap", dir);
	char *json __free(free) = xasprintf("%s/results.json", dir);

	return make_dir(dir) && copy_results(report, dir) && write_contents(report, contents) &&
	       write_ktap(report, ktap) && report_write_json(report, json);
}

struct count {
	unsigned int passed;
	unsigned int failed;
	unsigned int skipped;
	unsigned int errors;
};

static struct count count_results(const struct report *report)
{
	struct count count = { 0 };
	size_t i;

	for (i = 0; i < report->nr; i++) {
		const struct result *result = &report->results[i];

		count.errors += verdict_is_error(result->verdict);
		if (result->verdict != VERDICT_PASS)
			count.failed++;
		else if (result->skipped)
			count.skipped++;
		else
			count.passed++;
	}
	return count;
}

/* What failed, and the last line */
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

/* What a command ends with that has these results */
int report_exit_status(const struct report *report)
{
	struct count count = count_results(report);

	if (count.errors)
		return STATUS_ERROR;
	if (count.failed)
		return STATUS_FAIL;
	return count.passed ? STATUS_PASS : STATUS_SKIP;
}

static const char *fact(const struct result *result, const char *key)
{
	const char *value = ktap_fact(&result->tests, 0, key);

	return value ? value : "?";
}

static void print_nodes(const struct result *result)
{
	const struct machine *machine = result->cell->machine;
	unsigned int count[MAX_NODES] = { 0 };
	const char *pairs = fact(result, "cpu_node");
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

static void print_facts(const struct result *result, const char *online)
{
	printf("  harts online: %u of %u (", cpulist_weight(online), cell_harts(result->cell));
	print_nodes(result);
	printf(")\n");
	printf("  first chunk: %s, %s pages per CPU (%s bytes static, %s reserved, %s dynamic)\n",
	       fact(result, "first_chunk"), fact(result, "first_chunk_pages"),
	       fact(result, "first_chunk_static"), fact(result, "first_chunk_reserved"),
	       fact(result, "first_chunk_dynamic"));
	printf("  paging mode: %s\n", fact(result, "paging"));
	printf("  kernel: %s\n", fact(result, "release"));
}

/* For a person: how a cell ended, and what its kernel stated if it came so far */
void report_print_verdict(const struct result *result)
{
	const char *online = ktap_fact(&result->tests, 0, "cpus_online");

	printf("\n%s: %s\n", result->name,
	       result->verdict == VERDICT_PASS ? "PASS" : verdict_name(result->verdict));
	if (result->reason)
		printf("  reason: %s\n", result->reason);
	if (result->added)
		printf("  added for this boot: %s\n", result->added);
	if (online)
		print_facts(result, online);
	printf("  time: %.1f s from start to power-off\n", result->seconds);
	printf("  directory: %s\n", result->dir ? result->dir : "?");
}

void report_free(struct report *report)
{
	size_t i;

	for (i = 0; i < report->nr; i++)
		result_free(&report->results[i]);
	free(report->results);
	*report = (struct report){ 0 };
}
